/* webhook_fixture.c - start, stop and ask yq-webhook. */
#include "webhook_fixture.h"

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

struct webhook webhook;

void
webhook_path_of(const char *name, char path[128])
{
	(void)yq_str_format(path, 128, "%s/%s", webhook.folder, name);
}

static void
read_file(const char *name, struct yq_buf *text)
{
	char path[128], block[4096];
	size_t length;
	FILE *file;

	webhook_path_of(name, path);
	file = fopen(path, "re");
	if (file == NULL)
		return;
	while ((length = fread(block, 1, sizeof(block), file)) > 0)
		yq_buf_add(text, block, length);
	(void)fclose(file);
}

bool
webhook_log_has(const char *words)
{
	struct yq_buf log = yq_buf_make(16 * 1024 * 1024);
	bool found;

	read_file("log", &log);
	found = strstr(yq_buf_text(&log), words) != NULL;
	yq_buf_free(&log);
	return found;
}

void
webhook_write_overlay(const char *password)
{
	char path[128];
	FILE *file;

	webhook_path_of("overlay.json", path);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fchmod(fileno(file), 0600), 0);
	fprintf(file,
	    "{\"ConnectionStrings\":{\"Valkey\":\"%s,user=yq-webhook,password=%s\"},"
	    "\"Webhook\":{\"Port\":0,\"Secrets\":{\"*\":\"%s\"}},"
	    "\"System\":{\"RunFolder\":\"%s\"}}",
	    webhook.valkey.socket, password, ALERT_SECRET, webhook.folder);
	assert_int_equal(fclose(file), 0);
}

static void
run_child(void)
{
	char program[512], overlay[128], log[128], notify[160];
	char *environment[ENVIRONMENT_MAX + 2] = { notify };
	int fd;

	(void)yq_str_format(program, sizeof(program), "%s/yq-webhook", getenv("YQ_BUILD"));
	webhook_path_of("overlay.json", overlay);
	webhook_path_of("log", log);
	(void)yq_str_format(notify, sizeof(notify), "NOTIFY_SOCKET=%s/notify", webhook.folder);
	for (unsigned i = 0; i < ENVIRONMENT_MAX && webhook.extra[i][0] != '\0'; i++)
		environment[i + 1] = webhook.extra[i];
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	(void)dup2(fd, 2);
	execle(program, program, "--config", webhook.folder, "--overlay", overlay, (char *)NULL,
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
		length = recv(webhook.notify, block, sizeof(block) - 1, 0);
		if (length > 0)
			block[length] = '\0';
		if (length > 0 && strstr(block, "READY=1") != NULL)
			break;
	}
	read_file("log", &log);
	for (next = yq_buf_text(&log); (next = strstr(next, "alerts at http://")) != NULL; next++)
		at = next + 10;
	if (at != NULL)
		assert_true(
		    yq_str_copy_bytes(webhook.url, sizeof(webhook.url), at, strcspn(at, "\n")));
	yq_buf_free(&log);
	return at != NULL;
}

void
webhook_start(void)
{
	webhook.pid = fork();
	assert_true(webhook.pid >= 0);
	if (webhook.pid == 0)
		run_child();
	if (!await_ready())
		fail_msg("yq-webhook did not become ready");
}

int
webhook_stop(int number)
{
	int status = 0;

	if (webhook.pid == 0)
		return 0;
	(void)kill(webhook.pid, number);
	assert_int_equal(waitpid(webhook.pid, &status, 0), webhook.pid);
	webhook.pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void
webhook_restart_with(const char *first, const char *second)
{
	(void)webhook_stop(SIGTERM);
	memset(webhook.extra, 0, sizeof(webhook.extra));
	yq_str_copy_cut(webhook.extra[0], sizeof(webhook.extra[0]), first);
	yq_str_copy_cut(webhook.extra[1], sizeof(webhook.extra[1]), second);
	webhook_start();
}

/* ---- HTTP ---- */

static size_t
on_data(char *data, size_t size, size_t count, void *cookie)
{
	yq_buf_add(cookie, data, size * count);
	return size * count;
}

long
webhook_ask(const char *path, const char *body, size_t length, const char *header)
{
	char url[256];
	struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
	curl_off_t retry = 0;

	assert_true(yq_str_starts(webhook.url, "http://"));
	(void)yq_str_format(url, sizeof(url), "%.*s%s",
	    (int)(strlen(webhook.url) - strlen("/webhook")), webhook.url, path);
	if (header != NULL)
		headers = curl_slist_append(headers, header);
	curl_easy_reset(webhook.curl);
	yq_buf_clear(&webhook.reply);
	curl_easy_setopt(webhook.curl, CURLOPT_URL, url);
	curl_easy_setopt(webhook.curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(webhook.curl, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(webhook.curl, CURLOPT_WRITEDATA, &webhook.reply);
	curl_easy_setopt(webhook.curl, CURLOPT_TIMEOUT_MS, 10000L);
	if (body != NULL) {
		curl_easy_setopt(webhook.curl, CURLOPT_POSTFIELDSIZE, (long)length);
		curl_easy_setopt(webhook.curl, CURLOPT_POSTFIELDS, body);
	}
	assert_int_equal(curl_easy_perform(webhook.curl), CURLE_OK);
	curl_easy_getinfo(webhook.curl, CURLINFO_RESPONSE_CODE, &webhook.status);
	curl_easy_getinfo(webhook.curl, CURLINFO_RETRY_AFTER, &retry);
	curl_easy_getinfo(webhook.curl, CURLINFO_TOTAL_TIME, &webhook.seconds);
	webhook.retry_after = (long)retry;
	curl_slist_free_all(headers);
	return webhook.status;
}

long
webhook_post(const char *body)
{
	return webhook_ask(
	    "/webhook", body, strlen(body), "Content-Type: text/plain; charset=utf-8");
}

long
webhook_post_alert(unsigned n)
{
	char body[256];

	(void)yq_str_format(body, sizeof(body),
	    "{\"secret\":\"" ALERT_SECRET "\",\"strategy\":\"S\",\"ticker\":\"NASDAQ:AAPL\","
	    "\"action\":\"buy\",\"comment\":\"%u\"}",
	    n);
	return webhook_post(body);
}

void
webhook_reply_text(const char *name, char *text, size_t size)
{
	yq_json *json = NULL;
	const yq_json *member;

	text[0] = '\0';
	if (yq_json_parse(webhook.reply.data, webhook.reply.length, &json, NULL) != YQ_OK)
		fail_msg("not JSON: %s", yq_buf_text(&webhook.reply));
	member = yq_json_get(json, name);
	if (yq_json_type_of(member) == YQ_JSON_STRING)
		yq_str_copy_cut(text, size, yq_json_text(member, NULL));
	else if (yq_json_bool(member))
		yq_str_copy_cut(text, size, "true");
	yq_json_free(json);
}

void
assert_webhook_reply(const char *name, const char *expected)
{
	char text[256];

	webhook_reply_text(name, text, sizeof(text));
	assert_string_equal(text, expected);
}

/* ---- Valkey ---- */

long long
webhook_stream_length(void)
{
	struct yq_valkey_sync *sync = valkey_fixture_sync(&webhook.valkey, YQ_PROGRAM_CONSOLE);
	long long length = valkey_do_int(sync, "XLEN signal:stream");

	yq_valkey_sync_close(sync);
	return length;
}

void
webhook_await_length(long long expected)
{
	for (unsigned i = 0; i < 100 && webhook_stream_length() < expected; i++)
		usleep(50000);
	usleep(200000);
	assert_int_equal(webhook_stream_length(), expected);
}

/* The comments of all signals in the stream, in order: "1 2 3 ". */
void
webhook_stream_comments(struct yq_buf *out)
{
	struct yq_valkey_sync *sync = valkey_fixture_sync(&webhook.valkey, YQ_PROGRAM_CONSOLE);
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

void
assert_webhook_comments(const char *expected)
{
	struct yq_buf comments = yq_buf_make(4096);

	webhook_stream_comments(&comments);
	assert_string_equal(yq_buf_text(&comments), expected);
	yq_buf_free(&comments);
}

int
webhook_set_up(void **state)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	struct timeval patience = { .tv_sec = 5 };

	(void)state;
	webhook = (struct webhook){ .folder = "/tmp/yq-webhook-XXXXXX" };
	webhook.reply = yq_buf_make(1024 * 1024);
	valkey_fixture_start(&webhook.valkey);
	assert_non_null(mkdtemp(webhook.folder));
	(void)yq_str_format(name.sun_path, sizeof(name.sun_path), "%s/notify", webhook.folder);
	webhook.notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(webhook.notify, (const struct sockaddr *)&name, sizeof(name)), 0);
	setsockopt(webhook.notify, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	webhook_write_overlay(yq_secret_reveal(webhook.valkey.passwords[YQ_PROGRAM_WEBHOOK]));
	webhook.curl = curl_easy_init();
	webhook_start();
	return 0;
}

int
webhook_tear_down(void **state)
{
	static const char *const names[] = { "notify", "log", "overlay.json", "webhook.spool" };
	char path[128];

	(void)state;
	(void)webhook_stop(SIGKILL);
	for (size_t i = 0; i < YQ_COUNT(names); i++) {
		webhook_path_of(names[i], path);
		(void)unlink(path);
	}
	(void)rmdir(webhook.folder);
	(void)close(webhook.notify);
	curl_easy_cleanup(webhook.curl);
	yq_buf_free(&webhook.reply);
	valkey_fixture_end(&webhook.valkey);
	return 0;
}

int
webhook_await_end(void)
{
	int status = 0;

	assert_int_equal(waitpid(webhook.pid, &status, 0), webhook.pid);
	webhook.pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int
webhook_run_to_end(void)
{
	webhook.pid = fork();
	if (webhook.pid == 0)
		run_child();
	return webhook_await_end();
}
