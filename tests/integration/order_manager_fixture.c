/* order_manager_fixture.c - start, stop and ask yq-order-manager. */
#include "order_manager_fixture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "store/migrate.h"
#include "store/signals.h"
#include "store/tx.h"

#define DEFAULT_SIZING "{\"Type\":\"FixedQty\",\"FixedQty\":1}"

struct order_manager om;

static void
path_of(const char *name, char path[128])
{
	(void)yq_str_format(path, 128, "%s/%s", om.folder, name);
}

static FILE *
create(const char *name)
{
	char path[128];
	FILE *file;

	path_of(name, path);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fchmod(fileno(file), 0600), 0);
	return file;
}

/* Accounts: Paper and Alpha at any hour; Shut in market hours, and its market is closed these days;
 * Ghost, which no gateway serves. */
void
om_configure(const char *sizing, const char *database)
{
	FILE *file = create("overlay.json");
	time_t now = time(NULL);
	char days[3][16];

	for (int i = 0; i < 3; i++) {
		time_t day = now + (i - 1) * 86400;
		struct tm tm;

		assert_true(
		    strftime(days[i], sizeof(days[i]), "%Y-%m-%d", gmtime_r(&day, &tm)) > 0);
	}
	fprintf(file,
	    "{\"ConnectionStrings\":{\"Valkey\":\"%s,user=yq-order-manager,password=%s\",",
	    server.socket, yq_secret_reveal(server.passwords[YQ_PROGRAM_ORDER_MANAGER]));
	if (om.firebird.served)
		fprintf(file,
		    "\"Firebird\":\"DataSource=127.0.0.1;Port=%u;User=SYSDBA;Password=%s;"
		    "Database=%s\"},",
		    (unsigned)om.firebird.port, om.firebird.password,
		    database != NULL ? database : om.database.database);
	else
		fprintf(file, "\"Firebird\":\"Database=%s\"},",
		    database != NULL ? database : om.database.database);
	fprintf(file,
	    "\"System\":{\"DataFolder\":\"%s\",\"RunFolder\":\"%s\"},"
	    "\"Webhook\":{\"StrategyAccountMapping\":{\"One\":[\"Paper\"],\"Two\":[\"Alpha\"],"
	    "\"Both\":[\"Paper\",\"Alpha\"],\"Shut\":[\"Shut\"],\"Ghost\":[\"Ghost\"],"
	    "\"Equity\":[\"Paper\"]}},"
	    "\"OrderManager\":{\"MaxSignalAgeSeconds\":60,"
	    "\"StrategySizingMapping\":{\"*\":\"One\",\"Equity\":\"Equity\"},"
	    "\"Policies\":{\"Sizing\":{\"One\":%s,"
	    "\"Equity\":{\"Type\":\"PercentOfEquity\",\"EquityPct\":0.10}}}},"
	    "\"BrokerGateway\":{\"Accounts\":{"
	    "\"Paper\":{\"Broker\":\"paper\",\"Session\":\"always\"},"
	    "\"Alpha\":{\"Broker\":\"paper\",\"Session\":\"always\"},"
	    "\"Ghost\":{\"Broker\":\"paper\",\"Session\":\"always\"},"
	    "\"Shut\":{\"Broker\":\"paper\",\"Session\":\"market\"}}},"
	    "\"Valkey\":{\"WaitReplicas\":%d},"
	    "\"Risk\":%s,\"Markets\":{\"US\":{\"Closed\":[\"%s\",\"%s\",\"%s\"]}}}",
	    om.folder, om.folder, sizing != NULL ? sizing : DEFAULT_SIZING, om.replicas,
	    om.risk != NULL ? om.risk : "{}", days[0], days[1], days[2]);
	assert_int_equal(fclose(file), 0);
}

/* ---- the program ---- */

static void
run_child(void)
{
	char program[512], overlay[128], log[128], notify[160];
	int fd;

	(void)yq_str_format(program, sizeof(program), "%s/%s", getenv("YQ_BUILD"),
	    om.program != NULL ? om.program : "yq-order-manager");
	path_of("overlay.json", overlay);
	path_of("log", log);
	(void)yq_str_format(notify, sizeof(notify), "%s/notify", om.folder);
	setenv("NOTIFY_SOCKET", notify, 1);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	(void)dup2(fd, 2);
	execl(program, program, "--config", om.folder, "--overlay", overlay, (char *)NULL);
	_exit(127);
}

void
om_launch(void)
{
	om.pid = fork();
	assert_true(om.pid >= 0);
	if (om.pid == 0)
		run_child();
}

void
om_start(void)
{
	char block[512];

	while (recv(om.notify, block, sizeof(block), MSG_DONTWAIT) > 0)
		; /* what an earlier life said */
	om_launch();
	for (;;) {
		ssize_t length = recv(om.notify, block, sizeof(block) - 1, 0);

		if (length <= 0)
			fail_msg("yq-order-manager did not become ready");
		block[length] = '\0';
		if (strstr(block, "READY=1") != NULL)
			return;
	}
}

int
om_stop(int number)
{
	int status = 0;

	if (om.pid == 0)
		return 0;
	(void)kill(om.pid, number);
	assert_int_equal(waitpid(om.pid, &status, 0), om.pid);
	om.pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void
read_file(const char *path, struct yq_buf *text)
{
	char block[4096];
	size_t length;
	FILE *file = fopen(path, "re");

	if (file == NULL)
		return;
	while ((length = fread(block, 1, sizeof(block), file)) > 0)
		yq_buf_add(text, block, length);
	(void)fclose(file);
}

bool
om_log_has(const char *words)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf log = yq_buf_make(64U << 20);
	char path[128];

	path_of("log", path);
	read_file(path, &log);
	return strstr(yq_buf_text(&log), words) != NULL;
}

void
om_show_log(void)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf log = yq_buf_make(64U << 20);
	char path[128];

	path_of("log", path);
	read_file(path, &log);
	print_message("%s\n", yq_buf_text(&log));
}

long
om_resident_kib(void)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(65536);
	const char *at;
	char path[64];

	(void)yq_str_format(path, sizeof(path), "/proc/%d/status", om.pid);
	read_file(path, &text);
	at = strstr(yq_buf_text(&text), "VmRSS:");
	return at == NULL ? -1 : strtol(at + 6, NULL, 10);
}

/* ---- life ---- */

/* A folder and an ear of its own. */
static void
begin_folder(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	struct timeval patience = { .tv_sec = 10 };

	memcpy(om.folder, "/tmp/yq-manager-XXXXXX", sizeof("/tmp/yq-manager-XXXXXX"));
	if (mkdtemp(om.folder) == NULL)
		abort();
	(void)yq_str_format(name.sun_path, sizeof(name.sun_path), "%s/notify", om.folder);
	om.notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (bind(om.notify, (const struct sockaddr *)&name, sizeof(name)) != 0)
		abort();
	setsockopt(om.notify, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
}

void
om_begin(int argc, char **argv)
{
	om = (struct order_manager){ 0 };
	fixture_start(&om.firebird, argc, argv);
	begin_folder();
}

void
om_begin_twin(void)
{
	om.pid = 0;
	begin_folder();
}

static void
remove_folder(void)
{
	static const char *const names[] = { "notify", "log", "overlay.json" };
	char path[128];

	for (size_t i = 0; i < YQ_COUNT(names); i++) {
		path_of(names[i], path);
		(void)unlink(path);
	}
	(void)rmdir(om.folder);
	(void)close(om.notify);
}

void
om_finish_twin(void)
{
	remove_folder();
}

void
om_finish(void)
{
	remove_folder();
	fixture_stop(&om.firebird);
}

/*
 * The embedded engine never leaves a process that used it, and its shared memory is made anew only
 * when nobody is left: a killed program may leave a lock in it for ever.  So each look is a process
 * of its own, and what `fn` prints is what it found.
 */
void
om_ask_database(om_database_fn *fn, const void *cookie, char *text, size_t size)
{
	const struct yq_firebird_options options = { .create = true };
	struct yq_firebird *firebird = NULL;
	struct yq_err err = { 0 };
	int ends[2], status = 0;
	size_t length = 0;
	ssize_t got;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		FILE *out = fdopen(ends[1], "w");

		if (yq_firebird_open(&om.database, &options, &firebird, &err) != YQ_OK ||
		    !fn(firebird, cookie, out, &err)) {
			fprintf(stderr, "# Firebird: %s\n", err.text);
			_exit(1);
		}
		(void)fflush(out);
		yq_firebird_close(firebird);
		_exit(0);
	}
	(void)close(ends[1]);
	while (length < size - 1 && (got = read(ends[0], text + length, size - 1 - length)) > 0)
		length += (size_t)got;
	text[length] = '\0';
	(void)close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

void
om_in_database(om_database_fn *fn, const void *cookie)
{
	char nothing[8];

	om_ask_database(fn, cookie, nothing, sizeof(nothing));
}

static bool
migrate(struct yq_firebird *firebird, const void *cookie, FILE *out, struct yq_err *err)
{
	(void)cookie;
	(void)out;
	return yq_migrate(firebird, NULL, err) == YQ_OK;
}

/* A file that nobody has open may be copied. */
static void
copy_file(const char *from, const char *to)
{
	int source = open(from, O_RDONLY | O_CLOEXEC);
	int target = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ssize_t copied;

	assert_true(source >= 0 && target >= 0);
	do {
		copied = sendfile(target, source, NULL, 1U << 30);
	} while (copied > 0);
	assert_int_equal(copied, 0);
	(void)close(source);
	(void)close(target);
}

/* The tables of an embedded one are made once a program, which takes seconds; then copied. */
void
om_new_database(void)
{
	om.database = fixture_new_target(&om.firebird);
	if (om.firebird.served) {
		om_in_database(migrate, NULL);
		return;
	}
	if (om.blank[0] == '\0') {
		om_in_database(migrate, NULL);
		assert_true(
		    yq_str_format(om.blank, sizeof(om.blank), "%s.blank", om.database.database));
		copy_file(om.database.database, om.blank);
		return;
	}
	copy_file(om.blank, om.database.database);
}

int
om_setup(void **state)
{
	char path[128];

	(void)steps_setup(state);
	path_of("log", path);
	(void)unlink(path);
	om_new_database();
	om_configure(NULL, NULL);
	om_account("Paper", "100000.00");
	om_start();
	return 0;
}

int
om_teardown(void **state)
{
	(void)om_stop(SIGKILL);
	yq_firebird_target_clear(&om.database);
	return steps_teardown(state);
}

/* ---- look ---- */

void
om_await(const char *words, long long expected, unsigned ms)
{
	long long value = valkey_do_int(console, words);

	for (unsigned waited = 0; value != expected && waited < ms; waited += 20) {
		usleep(20000);
		value = valkey_do_int(console, words);
	}
	if (value != expected)
		fail_msg("%s is %lld after %u ms, not %lld", words, value, ms, expected);
}

/* Once archived, the bus holds one word of it. */
static bool
print_decision(struct yq_firebird *firebird, const void *cookie, FILE *out, struct yq_err *err)
{
	const struct yq_signal *signal = cookie;
	struct yq_signal_row row = { 0 };

	if (yq_signals_get(firebird, &signal->id, &row, err) != YQ_OK)
		return false;
	fputs(row.decision, out);
	yq_signal_row_clear(&row);
	return true;
}

yq_json *
om_verdict(const struct yq_signal *signal, unsigned ms)
{
	char words[64], text[65536] = "";
	yq_json *verdict = NULL;

	(void)yq_str_format(words, sizeof(words), "GET signal:%s", signal->id.text);
	for (unsigned waited = 0; waited <= ms; waited += 5) {
		valkey_do_text(console, words, text, sizeof(text));
		if (text[0] != '\0' && !yq_str_equal(text, "accepted"))
			break;
		usleep(5000);
	}
	if (text[0] != '{' && text[0] != '\0' && !yq_str_equal(text, "accepted"))
		om_ask_database(print_decision, signal, text, sizeof(text));
	if (yq_json_parse(text, strlen(text), &verdict, NULL) != YQ_OK)
		fail_msg("no verdict after %u ms: %s", ms, text);
	return verdict;
}

void
om_expect(const struct yq_signal *signal, const char *code)
{
	yq_json *verdict = om_verdict(signal, 5000);

	assert_string_equal(yq_json_text(yq_json_get(verdict, "Code"), NULL), code);
	assert_true(yq_json_text(yq_json_get(verdict, "Text"), NULL)[0] != '\0');
	yq_json_free(verdict);
}

unsigned
om_notices(const char *words)
{
	redisReply *reply = valkey_do(console, "XRANGE notification:stream - +");
	unsigned count = 0;

	for (size_t i = 0; i < reply->elements; i++)
		if (strstr(reply->element[i]->element[1]->element[1]->str, words) != NULL)
			count++;
	yq_reply_free(reply);
	return count;
}

static bool
print_number(struct yq_firebird *firebird, const void *cookie, FILE *out, struct yq_err *err)
{
	struct yq_tx *tx = NULL;
	struct yq_rows *rows = NULL;
	bool found = yq_tx_begin(firebird, NULL, &tx, err) == YQ_OK &&
		     yq_tx_query(tx, cookie, NULL, 0, &rows, err) == YQ_OK &&
		     yq_rows_next(rows, err) == YQ_OK;

	if (found)
		fprintf(out, "%lld", (long long)yq_rows_int(rows, 0));
	yq_rows_free(rows);
	yq_tx_end(tx);
	return found;
}

long long
om_count(const char *sql)
{
	char text[32];

	om_ask_database(print_number, sql, text, sizeof(text));
	return strtoll(text, NULL, 10);
}

void
om_await_count(const char *sql, long long expected, unsigned ms)
{
	long long count = om_count(sql);

	for (unsigned waited = 0; count != expected && waited < ms; waited += 50) {
		usleep(50000);
		count = om_count(sql);
	}
	if (count != expected)
		fail_msg("%s is %lld after %u ms, not %lld", sql, count, ms, expected);
}
