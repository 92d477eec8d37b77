/* test_webhook.c - yq-webhook as a process, with a real valkey-server and a real HTTP client. */
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/str.h"
#include "valkey_fixture.h"

#define SECRET		"the-alert-secret-0123456789"
#define WRONG		"not-the-secret-abcdefgh"
#define ENVIRONMENT_MAX 16

struct webhook {
	struct valkey_fixture valkey;
	char folder[64]; /* run folder, log, overlay, notify socket */
	char extra[ENVIRONMENT_MAX][128];
	int pid, notify;
	char url[64];
	CURL *curl;
	struct yq_buf reply;
	long status, retry_after;
	double seconds;
};

static struct webhook w;

static void
path_of(const char *name, char path[128])
{
	(void)yq_str_format(path, 128, "%s/%s", w.folder, name);
}

static void
read_file(const char *name, struct yq_buf *text)
{
	char path[128], block[4096];
	size_t length;
	FILE *file;

	path_of(name, path);
	file = fopen(path, "re");
	if (file == NULL)
		return;
	while ((length = fread(block, 1, sizeof(block), file)) > 0)
		yq_buf_add(text, block, length);
	(void)fclose(file);
}

static bool
log_has(const char *words)
{
	struct yq_buf log = yq_buf_make(16 * 1024 * 1024);
	bool found;

	read_file("log", &log);
	found = strstr(yq_buf_text(&log), words) != NULL;
	yq_buf_free(&log);
	return found;
}

static void
write_overlay(const char *password)
{
	char path[128];
	FILE *file;

	path_of("overlay.json", path);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fchmod(fileno(file), 0600), 0);
	fprintf(file,
	    "{\"ConnectionStrings\":{\"Valkey\":\"%s,user=yq-webhook,password=%s\"},"
	    "\"Webhook\":{\"Port\":0,\"Secrets\":{\"*\":\"%s\"}},"
	    "\"System\":{\"RunFolder\":\"%s\"}}",
	    w.valkey.socket, password, SECRET, w.folder);
	assert_int_equal(fclose(file), 0);
}

static void
run_child(void)
{
	char program[512], overlay[128], log[128], notify[160];
	char *environment[ENVIRONMENT_MAX + 2] = { notify };
	int fd;

	(void)yq_str_format(program, sizeof(program), "%s/yq-webhook", getenv("YQ_BUILD"));
	path_of("overlay.json", overlay);
	path_of("log", log);
	(void)yq_str_format(notify, sizeof(notify), "NOTIFY_SOCKET=%s/notify", w.folder);
	for (unsigned i = 0; i < ENVIRONMENT_MAX && w.extra[i][0] != '\0'; i++)
		environment[i + 1] = w.extra[i];
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	(void)dup2(fd, 2);
	execle(program, program, "--config", w.folder, "--overlay", overlay, (char *)NULL,
	    environment);
	_exit(127);
}

/* Wait for "READY=1"; then the log tells the port. */
static bool
await_ready(void)
{
	struct yq_buf log = yq_buf_make(16 * 1024 * 1024);
	const char *at = NULL, *next;
	char block[512];
	ssize_t length;

	for (unsigned i = 0; i < 20; i++) {
		length = recv(w.notify, block, sizeof(block) - 1, 0);
		if (length > 0)
			block[length] = '\0';
		if (length > 0 && strstr(block, "READY=1") != NULL)
			break;
	}
	read_file("log", &log);
	for (next = yq_buf_text(&log); (next = strstr(next, "alerts at http://")) != NULL; next++)
		at = next + 10;
	if (at != NULL)
		assert_true(yq_str_copy_bytes(w.url, sizeof(w.url), at, strcspn(at, "\n")));
	yq_buf_free(&log);
	return at != NULL;
}

static void
start(void)
{
	w.pid = fork();
	assert_true(w.pid >= 0);
	if (w.pid == 0)
		run_child();
	if (!await_ready())
		fail_msg("yq-webhook did not become ready");
}

static int
stop(int number)
{
	int status = 0;

	if (w.pid == 0)
		return 0;
	(void)kill(w.pid, number);
	assert_int_equal(waitpid(w.pid, &status, 0), w.pid);
	w.pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void
restart_with(const char *first, const char *second)
{
	(void)stop(SIGTERM);
	memset(w.extra, 0, sizeof(w.extra));
	yq_str_copy_cut(w.extra[0], sizeof(w.extra[0]), first);
	yq_str_copy_cut(w.extra[1], sizeof(w.extra[1]), second);
	start();
}

/* ---- HTTP ---- */

static size_t
on_data(char *data, size_t size, size_t count, void *cookie)
{
	yq_buf_add(cookie, data, size * count);
	return size * count;
}

static long
ask(const char *path, const char *body, size_t length, const char *header)
{
	char url[256];
	struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
	curl_off_t retry = 0;

	assert_true(yq_str_starts(w.url, "http://"));
	(void)yq_str_format(
	    url, sizeof(url), "%.*s%s", (int)(strlen(w.url) - strlen("/webhook")), w.url, path);
	if (header != NULL)
		headers = curl_slist_append(headers, header);
	curl_easy_reset(w.curl);
	yq_buf_clear(&w.reply);
	curl_easy_setopt(w.curl, CURLOPT_URL, url);
	curl_easy_setopt(w.curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(w.curl, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(w.curl, CURLOPT_WRITEDATA, &w.reply);
	curl_easy_setopt(w.curl, CURLOPT_TIMEOUT_MS, 10000L);
	if (body != NULL) {
		curl_easy_setopt(w.curl, CURLOPT_POSTFIELDSIZE, (long)length);
		curl_easy_setopt(w.curl, CURLOPT_POSTFIELDS, body);
	}
	assert_int_equal(curl_easy_perform(w.curl), CURLE_OK);
	curl_easy_getinfo(w.curl, CURLINFO_RESPONSE_CODE, &w.status);
	curl_easy_getinfo(w.curl, CURLINFO_RETRY_AFTER, &retry);
	curl_easy_getinfo(w.curl, CURLINFO_TOTAL_TIME, &w.seconds);
	w.retry_after = (long)retry;
	curl_slist_free_all(headers);
	return w.status;
}

static long
post(const char *body)
{
	return ask("/webhook", body, strlen(body), "Content-Type: text/plain; charset=utf-8");
}

static long
post_alert(unsigned n)
{
	char body[256];

	(void)yq_str_format(body, sizeof(body),
	    "{\"secret\":\"" SECRET "\",\"strategy\":\"S\",\"ticker\":\"NASDAQ:AAPL\","
	    "\"action\":\"buy\",\"comment\":\"%u\"}",
	    n);
	return post(body);
}

static void
reply_text(const char *name, char *text, size_t size)
{
	yq_json *json = NULL;
	const yq_json *member;

	text[0] = '\0';
	if (yq_json_parse(w.reply.data, w.reply.length, &json, NULL) != YQ_OK)
		fail_msg("not JSON: %s", yq_buf_text(&w.reply));
	member = yq_json_get(json, name);
	if (yq_json_type_of(member) == YQ_JSON_STRING)
		yq_str_copy_cut(text, size, yq_json_text(member, NULL));
	else if (yq_json_bool(member))
		yq_str_copy_cut(text, size, "true");
	yq_json_free(json);
}

static void
assert_reply(const char *name, const char *expected)
{
	char text[256];

	reply_text(name, text, sizeof(text));
	assert_string_equal(text, expected);
}

/* ---- Valkey ---- */

static long long
stream_length(void)
{
	struct yq_valkey_sync *sync = valkey_fixture_sync(&w.valkey, YQ_PROGRAM_CONSOLE);
	long long length = valkey_do_int(sync, "XLEN signal:stream");

	yq_valkey_sync_close(sync);
	return length;
}

static void
await_length(long long expected)
{
	for (unsigned i = 0; i < 100 && stream_length() < expected; i++)
		usleep(50000);
	usleep(200000);
	assert_int_equal(stream_length(), expected);
}

/* The comments of all signals in the stream, in order: "1 2 3 ". */
static void
stream_comments(struct yq_buf *out)
{
	struct yq_valkey_sync *sync = valkey_fixture_sync(&w.valkey, YQ_PROGRAM_CONSOLE);
	redisReply *reply = valkey_do(sync, "XRANGE signal:stream - +");

	for (size_t i = 0; i < reply->elements; i++) {
		const redisReply *fields = reply->element[i]->element[1];
		const char *comment = strstr(fields->element[1]->str, "\"Comment\":\"");

		assert_non_null(comment);
		comment += strlen("\"Comment\":\"");
		yq_buf_add(out, comment, strcspn(comment, "\""));
		yq_buf_add_char(out, ' ');
	}
	yq_reply_free(reply);
	yq_valkey_sync_close(sync);
}

/* ---- set up ---- */

static int
set_up(void **state)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	struct timeval patience = { .tv_sec = 5 };

	(void)state;
	w = (struct webhook){ .folder = "/tmp/yq-webhook-XXXXXX" };
	w.reply = yq_buf_make(1024 * 1024);
	valkey_fixture_start(&w.valkey);
	assert_non_null(mkdtemp(w.folder));
	(void)yq_str_format(name.sun_path, sizeof(name.sun_path), "%s/notify", w.folder);
	w.notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(w.notify, (const struct sockaddr *)&name, sizeof(name)), 0);
	setsockopt(w.notify, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	write_overlay(yq_secret_reveal(w.valkey.passwords[YQ_PROGRAM_WEBHOOK]));
	w.curl = curl_easy_init();
	start();
	return 0;
}

static int
tear_down(void **state)
{
	static const char *const names[] = { "notify", "log", "overlay.json", "webhook.spool" };
	char path[128];

	(void)state;
	(void)stop(SIGKILL);
	for (size_t i = 0; i < YQ_COUNT(names); i++) {
		path_of(names[i], path);
		(void)unlink(path);
	}
	(void)rmdir(w.folder);
	(void)close(w.notify);
	curl_easy_cleanup(w.curl);
	yq_buf_free(&w.reply);
	valkey_fixture_end(&w.valkey);
	return 0;
}

/* ---- the promises ---- */

static void
test_an_accepted_alert_is_in_the_stream_and_a_copy_is_not_taken_twice(void **state)
{
	char id[64];

	(void)state;
	assert_int_equal(post_alert(1), 200);
	assert_reply("status", "accepted");
	assert_reply("duplicate", "");
	reply_text("id", id, sizeof(id));
	assert_int_equal(strlen(id), 36);
	assert_int_equal(stream_length(), 1);
	assert_int_equal(post_alert(1), 200);
	assert_reply("duplicate", "true");
	assert_reply("id", id);
	assert_int_equal(post_alert(2), 200);
	assert_reply("duplicate", "");
	assert_int_equal(stream_length(), 2);
}

static void
test_a_copy_is_known_after_a_restart_too(void **state)
{
	char id[64];

	(void)state;
	/* with a window of 3 s some of these pairs lie across its edge */
	restart_with("Webhook__DuplicateWindowSeconds=3", "");
	for (unsigned n = 0; n < 5; n++) {
		assert_int_equal(post_alert(n), 200);
		reply_text("id", id, sizeof(id));
		assert_int_equal(stop(SIGKILL), 128 + SIGKILL);
		usleep(700000);
		start();
		assert_int_equal(post_alert(n), 200);
		assert_reply("duplicate", "true");
		assert_reply("id", id);
	}
	assert_int_equal(stream_length(), 5);
}

static void
test_each_refusal_has_its_status(void **state)
{
	static const char good[] =
	    "{\"secret\":\"" SECRET "\",\"strategy\":\"S\",\"ticker\":\"NASDAQ:AAPL\",";
	char body[20000];

	(void)state;
	(void)yq_str_format(body, sizeof(body), "%s\"action\":\"hold\"}", good);
	assert_int_equal(post(body), 400);
	assert_reply("field", "action");
	(void)yq_str_format(body, sizeof(body), "%s\"action\":\"buy\",\"price\":NaN}", good);
	assert_int_equal(post(body), 400);
	assert_reply("field", "price");
	assert_int_equal(post("no JSON"), 400);
	assert_int_equal(post("{\"secret\":\"" WRONG "\",\"strategy\":\"S\"}"), 401);
	assert_reply("field", "");
	assert_int_equal(post("{\"strategy\":\"S\"}"), 401);
	assert_int_equal(ask("/", NULL, 0, NULL), 404);
	assert_int_equal(ask("/webhook", NULL, 0, NULL), 405);
	memset(body, ' ', sizeof(body));
	assert_int_equal(ask("/webhook", body, 16385, NULL), 413);
	assert_int_equal(ask("/webhook", body, 16384, NULL), 400);
	assert_int_equal(ask("/webhook", body, 9, "Content-Type: multipart/form-data"), 415);
	assert_int_equal(ask("/webhook", body, 9, "Content-Encoding: gzip"), 415);
	assert_int_equal(stream_length(), 0);
}

static void
test_addresses_rates_and_mappings_are_enforced(void **state)
{
	(void)state;
	restart_with("Webhook__AllowedIps=[\"52.89.214.238\"]", "");
	assert_int_equal(post_alert(1), 403);
	restart_with("Webhook__RateLimitBurst=2", "Webhook__RateLimitPerSecond=1");
	assert_int_equal(post_alert(1), 200);
	assert_int_equal(post_alert(2), 200);
	assert_int_equal(post_alert(3), 429);
	assert_true(w.retry_after >= 1);
	restart_with("Webhook__StrategyAccountMapping={\"Other\":[\"Paper\"]}", "");
	assert_int_equal(post_alert(1), 400);
	assert_reply("field", "strategy");
	assert_non_null(strstr(yq_buf_text(&w.reply), "\\\"S\\\""));
}

static void
test_no_secret_shows_in_log_or_stream(void **state)
{
	struct yq_valkey_sync *sync;
	redisReply *reply;

	(void)state;
	restart_with("Log__Level=debug", "");
	assert_int_equal(post_alert(1), 200);
	assert_int_equal(post("{\"secret\":\"" WRONG "\",\"strategy\":\"S\"}"), 401);
	assert_null(strstr(yq_buf_text(&w.reply), WRONG));
	assert_int_equal(post("{\"secret\":\"" SECRET "\",\"strategy\":\"S\",\"price\":NaN}"), 400);
	assert_int_equal(post("{\"secret\":\"" SECRET "\",\"strategy\":{}}"), 400);
	assert_false(log_has(SECRET));
	assert_false(log_has(WRONG));
	assert_false(log_has(yq_secret_reveal(w.valkey.passwords[YQ_PROGRAM_WEBHOOK])));
	sync = valkey_fixture_sync(&w.valkey, YQ_PROGRAM_CONSOLE);
	reply = valkey_do(sync, "XRANGE signal:stream - +");
	assert_int_equal(reply->elements, 1);
	assert_null(strstr(reply->element[0]->element[1]->element[1]->str, SECRET));
	yq_reply_free(reply);
	yq_valkey_sync_close(sync);
}

static void
test_alerts_survive_valkey_and_the_webhook_itself_and_follow_in_order(void **state)
{
	struct yq_buf comments = yq_buf_make(4096);

	(void)state;
	assert_int_equal(post_alert(0), 200);
	valkey_fixture_kill(&w.valkey);
	for (unsigned n = 1; n < 5; n++) {
		assert_int_equal(post_alert(n), 200);
		assert_reply("spooled", "true");
	}
	assert_int_equal(stop(SIGKILL), 128 + SIGKILL);
	start(); /* without Valkey */
	for (unsigned n = 5; n < 9; n++)
		assert_int_equal(post_alert(n), 200);
	valkey_fixture_again(&w.valkey);
	await_length(9);
	assert_int_equal(post_alert(9), 200);
	assert_reply("spooled", "");
	stream_comments(&comments);
	assert_string_equal(yq_buf_text(&comments), "0 1 2 3 4 5 6 7 8 9 ");
	yq_buf_free(&comments);
}

static void
test_a_frozen_valkey_does_not_let_the_sender_wait(void **state)
{
	struct yq_buf comments = yq_buf_make(4096);

	(void)state;
	assert_int_equal(post_alert(0), 200);
	valkey_fixture_freeze(&w.valkey, true);
	for (unsigned n = 1; n < 4; n++) {
		assert_int_equal(post_alert(n), 200);
		assert_true(w.seconds < 2.9);
		assert_reply("spooled", "true");
	}
	valkey_fixture_freeze(&w.valkey, false);
	await_length(4); /* the first of them came both ways, and is there once */
	stream_comments(&comments);
	assert_string_equal(yq_buf_text(&comments), "0 1 2 3 ");
	yq_buf_free(&comments);
}

static void
test_without_a_spool_the_sender_is_told_to_try_again(void **state)
{
	(void)state;
	restart_with("Webhook__SpoolFile=", "");
	assert_int_equal(post_alert(1), 200);
	valkey_fixture_kill(&w.valkey);
	assert_int_equal(post_alert(2), 503);
	assert_int_equal(ask("/health", NULL, 0, NULL), 503);
	assert_int_equal(ask("/health/live", NULL, 0, NULL), 200);
	valkey_fixture_again(&w.valkey);
	for (unsigned i = 0; i < 100 && post_alert(2) != 200; i++)
		usleep(50000);
	assert_int_equal(w.status, 200);
	assert_int_equal(ask("/health", NULL, 0, NULL), 200);
}

static void
test_health_and_metrics_are_for_this_machine_only(void **state)
{
	(void)state;
	assert_int_equal(post_alert(1), 200);
	assert_int_equal(ask("/health", NULL, 0, NULL), 200);
	assert_reply("ready", "true");
	assert_reply("live", "true");
	assert_int_equal(ask("/metrics", NULL, 0, NULL), 200);
	assert_non_null(
	    strstr(yq_buf_text(&w.reply), "yq_webhook_alerts_total{result=\"accepted\"} 1\n"));
	assert_int_equal(ask("/metrics", NULL, 0, "X-Forwarded-For: 1.2.3.4"), 404);
}

static void
test_a_heartbeat_tells_who_and_where(void **state)
{
	struct yq_valkey_sync *sync = valkey_fixture_sync(&w.valkey, YQ_PROGRAM_CONSOLE);
	char text[128], pid[16];

	(void)state;
	(void)yq_str_format(pid, sizeof(pid), "%d", w.pid);
	for (unsigned i = 0; i < 100; i++) {
		valkey_do_text(sync, "HGET heartbeat:Webhook State", text, sizeof(text));
		if (yq_str_equal(text, "ready"))
			break;
		usleep(20000);
	}
	assert_string_equal(text, "ready");
	assert_valkey_text(sync, "HGET heartbeat:Webhook Pid", pid);
	valkey_do_text(sync, "HGET heartbeat:Webhook Health", text, sizeof(text));
	assert_true(yq_str_starts(text, "http://127.0.0.1:"));
	yq_valkey_sync_close(sync);
}

static void
test_a_reload_takes_over_what_is_safe_and_says_what_is_not(void **state)
{
	char path[128];
	FILE *file;

	(void)state;
	path_of("overlay.json", path);
	file = fopen(path, "we");
	fprintf(file,
	    "{\"ConnectionStrings\":{\"Valkey\":\"%s,user=yq-webhook,password=%s\"},"
	    "\"Webhook\":{\"Port\":1,\"Secrets\":{\"*\":\"" WRONG "\"}},"
	    "\"System\":{\"RunFolder\":\"%s\"}}",
	    w.valkey.socket, yq_secret_reveal(w.valkey.passwords[YQ_PROGRAM_WEBHOOK]), w.folder);
	(void)fclose(file);
	assert_int_equal(post_alert(1), 200);
	(void)kill(w.pid, SIGHUP);
	for (unsigned i = 0; i < 100 && !log_has("configuration reloaded"); i++)
		usleep(20000);
	assert_true(log_has("Webhook:Port has changed; it takes effect at the next start"));
	assert_int_equal(post_alert(2), 401);
	file = fopen(path, "we");
	fprintf(file, "{\"Webhook\":{\"Port\":\"many\"}}");
	(void)fclose(file);
	(void)kill(w.pid, SIGHUP);
	for (unsigned i = 0; i < 100 && !log_has("the old one stays"); i++)
		usleep(20000);
	assert_true(log_has("the old one stays in force"));
	assert_int_equal(post_alert(3), 401);
}

static int
run_to_end(void)
{
	int status = 0;

	w.pid = fork();
	if (w.pid == 0)
		run_child();
	assert_int_equal(waitpid(w.pid, &status, 0), w.pid);
	w.pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
test_what_cannot_work_ends_with_its_own_code_and_says_what_to_do(void **state)
{
	struct yq_valkey_sync *sync = valkey_fixture_sync(&w.valkey, YQ_PROGRAM_CONSOLE);

	(void)state;
	assert_int_equal(stop(SIGTERM), 0);
	write_overlay("wrong-password");
	assert_int_equal(run_to_end(), 77);
	assert_true(log_has("refuses user \"yq-webhook\""));
	write_overlay(yq_secret_reveal(w.valkey.passwords[YQ_PROGRAM_WEBHOOK]));
	yq_reply_free(valkey_do(sync, "FUNCTION FLUSH"));
	assert_int_equal(run_to_end(), 76);
	assert_true(log_has("run yq provision"));
	yq_str_copy_cut(w.extra[0], sizeof(w.extra[0]), "Webhook__Port=many");
	yq_str_copy_cut(w.extra[1], sizeof(w.extra[1]), "Webhook__AllowedIps=nonsense");
	assert_int_equal(run_to_end(), 78);
	assert_true(log_has("Webhook:Port"));
	assert_true(log_has("Webhook:AllowedIps"));
	yq_valkey_sync_close(sync);
}

static void
test_it_stays_small(void **state)
{
	char path[64], line[256];
	long kilobytes = 0;
	FILE *file;

	(void)state;
	for (unsigned n = 0; n < 2000; n++)
		assert_int_equal(post_alert(n), 200);
	(void)yq_str_format(path, sizeof(path), "/proc/%d/status", w.pid);
	file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		if (strncmp(line, "VmRSS:", 6) == 0)
			kilobytes = strtol(line + 6, NULL, 10);
	}
	(void)fclose(file);
	print_message("# resident: %ld kB\n", kilobytes);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	assert_in_range(kilobytes, 1, 8192);
#endif
}

static void
test_a_stop_answers_what_is_in_flight_and_ends_well(void **state)
{
	(void)state;
	assert_int_equal(post_alert(1), 200);
	assert_int_equal(stop(SIGTERM), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_an_accepted_alert_is_in_the_stream_and_a_copy_is_not_taken_twice),
		TEST(test_a_copy_is_known_after_a_restart_too),
		TEST(test_each_refusal_has_its_status),
		TEST(test_addresses_rates_and_mappings_are_enforced),
		TEST(test_no_secret_shows_in_log_or_stream),
		TEST(test_alerts_survive_valkey_and_the_webhook_itself_and_follow_in_order),
		TEST(test_a_frozen_valkey_does_not_let_the_sender_wait),
		TEST(test_without_a_spool_the_sender_is_told_to_try_again),
		TEST(test_health_and_metrics_are_for_this_machine_only),
		TEST(test_a_heartbeat_tells_who_and_where),
		TEST(test_a_reload_takes_over_what_is_safe_and_says_what_is_not),
		TEST(test_what_cannot_work_ends_with_its_own_code_and_says_what_to_do),
		TEST(test_it_stays_small),
		TEST(test_a_stop_answers_what_is_in_flight_and_ends_well),
	};
	int failed;

	curl_global_init(CURL_GLOBAL_NOTHING);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	curl_global_cleanup();
	return failed;
}
