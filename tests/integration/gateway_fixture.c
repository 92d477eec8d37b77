/* gateway_fixture.c - start, stop, feed and compare yq-broker-gateway. */
#include "gateway_fixture.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"

struct gateway_fixture fixture;

void
gateway_path(const char *name, char path[160])
{
	yq_str_format(path, 160, "%s/%s", fixture.folder, name);
}

static void
write_settings(const struct gateway_spec *spec, const char *path)
{
	FILE *file = fopen(path, "we");
	const char *where =
	    fixture.connection[0] != '\0' ? fixture.connection : fixture.valkey.socket;

	assert_non_null(file);
	assert_int_equal(fchmod(fileno(file), 0600), 0);
	fprintf(file,
	    "{\"ConnectionStrings\":{\"Valkey\":\"%s,user=yq-broker-gateway,password=%s\"},"
	    "\"BrokerGateway\":{%s\"Name\":\"%s\",\"LeaseSeconds\":3,"
	    "\"UnknownAlertSeconds\":%u,\"Accounts\":{%s}},"
	    "\"System\":{\"InstanceId\":%d,\"Color\":\"%s\",\"DataFolder\":\"%s\","
	    "\"RunFolder\":\"%s\"},\"Risk\":{%s},\"Markets\":{%s}}",
	    where, yq_secret_reveal(fixture.valkey.passwords[YQ_PROGRAM_GATEWAY]),
	    fixture.settings != NULL ? fixture.settings : "", spec->name != NULL ? spec->name : "",
	    fixture.alert_s > 0 ? fixture.alert_s : 10, spec->accounts,
	    spec->instance != 0 ? spec->instance : 1, spec->color != NULL ? spec->color : "",
	    fixture.folder, fixture.folder, fixture.risk != NULL ? fixture.risk : "",
	    fixture.markets != NULL ? fixture.markets : "");
	assert_int_equal(fclose(file), 0);
}

int
gateway_set_up(void **state)
{
	(void)state;
	fixture = (struct gateway_fixture){ .folder = "/tmp/yq-gateway-XXXXXX" };
	assert_non_null(mkdtemp(fixture.folder));
	valkey_fixture_start(&fixture.valkey);
	fixture.console = valkey_fixture_sync(&fixture.valkey, YQ_PROGRAM_CONSOLE);
	return 0;
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

int
gateway_tear_down(void **state)
{
	(void)state;
	gateway_kill();
	for (size_t i = 0; i < YQ_COUNT(fixture.others); i++)
		gateway_end(fixture.others[i]);
	yq_valkey_sync_close(fixture.console);
	valkey_fixture_end(&fixture.valkey);
	if (getenv("YQ_KEEP") == NULL)
		(void)nftw(fixture.folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return 0;
}

/* The process; -1 = none. */
static int
start_process(const struct gateway_spec *spec)
{
	char program[512], name[64], overlay[160], log[160];
	int fd, pid;

	yq_str_format(name, sizeof(name), "overlay-%s-%d.json",
	    spec->name != NULL ? spec->name : "", spec->instance);
	gateway_path(name, overlay);
	write_settings(spec, overlay);
	yq_str_format(program, sizeof(program), "%s/yq-broker-gateway", getenv("YQ_BUILD"));
	gateway_path("log", log);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		(void)dup2(fd, 2);
		execl(program, program, "--config", fixture.folder, "--overlay", overlay,
		    (char *)NULL);
		_exit(127);
	}
	return pid;
}

int
gateway_spawn(const struct gateway_spec *spec)
{
	size_t i = 0;

	while (fixture.others[i] != 0)
		i++;
	assert_true(i + 1 < YQ_COUNT(fixture.others));
	fixture.others[i] = start_process(spec);
	return fixture.others[i];
}

int
gateway_end_of(int pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	for (size_t i = 0; i < YQ_COUNT(fixture.others); i++)
		if (fixture.others[i] == pid)
			fixture.others[i] = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void
gateway_end(int pid)
{
	if (pid == 0)
		return;
	kill(pid, SIGKILL);
	(void)gateway_end_of(pid);
}

void
gateway_start_only(const char *paper)
{
	char accounts[1024];
	struct gateway_spec spec = { .accounts = accounts };

	yq_str_format(accounts, sizeof(accounts), GATEWAY_ACCOUNT("Paper", "", "%s"), paper);
	fixture.pid = start_process(&spec);
}

void
gateway_show_log(void)
{
	char command[200], path[160];
	FILE *file;

	gateway_path("log", path);
	file = fopen(path, "re");
	while (file != NULL && fgets(command, sizeof(command), file) != NULL)
		print_message("# %s", command);
	if (file != NULL)
		(void)fclose(file);
}

/* A new full sync has been written: the account is served. */
void
gateway_await_served(void)
{
	for (int i = 0; i < 4000; i++) {
		char before[64];

		valkey_do_text(
		    fixture.console, "HGET account:Paper SyncedAt", before, sizeof(before));
		if (before[0] != '\0')
			return;
		usleep(10000);
	}
	gateway_show_log();
	fail_msg("the account is not served");
}

void
gateway_start(const char *paper)
{
	yq_reply_free(valkey_do(fixture.console, "HDEL account:Paper SyncedAt"));
	gateway_start_only(paper);
	gateway_await_served();
}

void
gateway_kill(void)
{
	int status;

	if (fixture.pid == 0)
		return;
	kill(fixture.pid, SIGKILL);
	waitpid(fixture.pid, &status, 0);
	fixture.pid = 0;
}

int
gateway_wait(void)
{
	int code = gateway_end_of(fixture.pid);

	fixture.pid = 0;
	return code;
}

void
gateway_stop(void)
{
	int status;

	kill(fixture.pid, SIGTERM);
	waitpid(fixture.pid, &status, 0);
	fixture.pid = 0;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		gateway_show_log();
		fail_msg("the gateway ended with status %d", status);
	}
}

long
gateway_resident_kb(void)
{
	char path[64], line[128];
	long kb = 0;
	FILE *file;

	yq_str_format(path, sizeof(path), "/proc/%d/status", fixture.pid);
	file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		if (yq_str_starts(line, "RssAnon:"))
			kb = strtol(line + 8, NULL, 10);
	(void)fclose(file);
	return kb;
}

/* ---- feeding ---- */

struct yq_order
gateway_order(enum yq_action action, const char *ticker, const char *qty)
{
	struct yq_order o = yq_order_default();

	o.id = yq_id_random();
	yq_str_copy_cut(o.account_alias, sizeof(o.account_alias), "Paper");
	yq_str_copy_cut(o.ticker, sizeof(o.ticker), ticker);
	o.exchange = YQ_NASDAQ;
	o.currency = YQ_USD;
	o.action = action;
	o.type = YQ_TYPE_MARKET;
	assert_int_equal(yq_decimal_parse(qty, strlen(qty), &o.qty), YQ_OK);
	o.timestamp_us = yq_clock_now_us(yq_clock_system());
	yq_str_copy_cut(o.buy_reason, sizeof(o.buy_reason), "Manual");
	o.reference_price = yq_opt_decimal_of(yq_decimal_from_int(100));
	return o;
}

void
gateway_submit_many(const struct yq_order *orders, size_t count)
{
	struct yq_submit_item *items = yq_xcalloc(count, sizeof(*items));
	struct yq_step_answer *answers = yq_xcalloc(count, sizeof(*answers));
	struct yq_buf *texts = yq_xcalloc(count, sizeof(*texts));
	struct yq_err err;

	for (size_t i = 0; i < count; i++) {
		texts[i] = yq_buf_make(YQ_MESSAGE_MAX);
		yq_message_encode_order(&orders[i], &texts[i]);
		items[i] = (struct yq_submit_item){ .kind = YQ_SUBMIT_ORDER,
			.id = orders[i].id,
			.alias = orders[i].account_alias,
			.ticker = orders[i].ticker,
			.created_at_us = orders[i].timestamp_us,
			.payload = yq_buf_text(&texts[i]),
			.length = texts[i].length };
	}
	if (yq_valkey_sync_submit(fixture.console, items, count, answers, &err) != YQ_OK)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < count; i++)
		yq_buf_free(&texts[i]);
	free(texts);
	free(items);
	free(answers);
}

void
gateway_submit(const struct yq_order *order)
{
	gateway_submit_many(order, 1);
}

void
gateway_cancel(const struct yq_order *order)
{
	struct yq_cancel cancel = yq_cancel_default();
	struct yq_submit_item item = { .kind = YQ_SUBMIT_CANCEL };
	struct yq_buf text = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_step_answer answer;
	struct yq_err err;

	cancel.id = yq_id_random();
	cancel.order_id = order->id;
	memcpy(cancel.account_alias, order->account_alias, sizeof(cancel.account_alias));
	yq_str_copy_cut(cancel.reason, sizeof(cancel.reason), "by hand");
	cancel.timestamp_us = yq_clock_now_us(yq_clock_system());
	yq_message_encode_cancel(&cancel, &text);
	item.id = order->id;
	item.request_id = cancel.id;
	item.created_at_us = cancel.timestamp_us;
	item.payload = yq_buf_text(&text);
	item.length = text.length;
	if (yq_valkey_sync_submit(fixture.console, &item, 1, &answer, &err) != YQ_OK)
		fail_msg("%s", err.text);
	yq_buf_free(&text);
}

void
gateway_replace(const struct yq_order *order, const char *qty, const char *price)
{
	struct yq_replace replace = { .id = yq_id_random(),
		.order_id = order->id,
		.qty.set = true,
		.price.set = true,
		.timestamp_us = yq_clock_now_us(yq_clock_system()) };
	struct yq_submit_item item = { .kind = YQ_SUBMIT_REPLACE };
	struct yq_buf text = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_step_answer answer;
	struct yq_err err;

	assert_int_equal(yq_decimal_parse(qty, strlen(qty), &replace.qty.value), YQ_OK);
	assert_int_equal(yq_decimal_parse(price, strlen(price), &replace.price.value), YQ_OK);
	memcpy(replace.account_alias, order->account_alias, sizeof(replace.account_alias));
	yq_str_copy_cut(replace.reason, sizeof(replace.reason), "by hand");
	yq_message_encode_replace(&replace, &text);
	item.id = order->id;
	item.request_id = replace.id;
	item.created_at_us = replace.timestamp_us;
	item.payload = yq_buf_text(&text);
	item.length = text.length;
	if (yq_valkey_sync_submit(fixture.console, &item, 1, &answer, &err) != YQ_OK)
		fail_msg("%s", err.text);
	yq_buf_free(&text);
}

void
gateway_publish(const char *channel, const char *payload, size_t length)
{
	const char *argv[] = { "PUBLISH", channel, payload };
	size_t lengths[] = { 7, strlen(channel), length };
	struct yq_err err;

	if (yq_valkey_sync_command(fixture.console, 3, argv, lengths, 5000, NULL, &err) != YQ_OK)
		fail_msg("%s", err.text);
}

/* ---- looking ---- */

void
gateway_field(const struct yq_id *id, const char *field, char *text, size_t size)
{
	char words[160];

	yq_str_format(words, sizeof(words), "HGET order:%s %s", id->text, field);
	valkey_do_text(fixture.console, words, text, size);
}

void
gateway_await_state(const struct yq_id *id, const char *state)
{
	char text[64] = "";

	for (int i = 0; i < 1500; i++) {
		gateway_field(id, "State", text, sizeof(text));
		if (yq_str_equal(text, state))
			return;
		usleep(10000);
	}
	gateway_show_log();
	fail_msg("order %s is %s, not %s", id->text, text, state);
}

long long
gateway_pending_in(const char *group)
{
	char words[128];
	redisReply *reply;
	long long count;

	yq_str_format(words, sizeof(words), "XPENDING order:stream %s", group);
	reply = valkey_do(fixture.console, words);
	count = reply->element[0]->integer;
	freeReplyObject(reply);
	return count;
}

long long
gateway_pending(void)
{
	return gateway_pending_in("broker-gateway");
}

/* Entries of the stream that the group has not been given yet. */
static long long
undelivered(void)
{
	redisReply *reply = valkey_do(fixture.console, "XINFO GROUPS order:stream");
	long long lag = 0;

	for (size_t g = 0; g < reply->elements; g++) {
		const redisReply *group = reply->element[g];
		bool ours = false;

		for (size_t i = 0; i + 1 < group->elements; i += 2) {
			if (yq_str_equal(group->element[i]->str, "name"))
				ours = yq_str_equal(group->element[i + 1]->str, "broker-gateway");
			if (ours && yq_str_equal(group->element[i]->str, "lag"))
				lag = group->element[i + 1]->integer;
		}
	}
	freeReplyObject(reply);
	return lag;
}

void
gateway_await_quiet(unsigned seconds)
{
	for (unsigned i = 0; i < seconds * 100; i++) {
		if (valkey_do_int(fixture.console, "SCARD order:open") == 0 &&
		    gateway_pending() == 0 && undelivered() == 0)
			return;
		usleep(10000);
	}
	gateway_show_log();
	fail_msg("%lld open, %lld pending, %lld not delivered",
	    valkey_do_int(fixture.console, "SCARD order:open"), gateway_pending(), undelivered());
}
