/* gateway_fixture.c - start, stop, feed and compare yq-broker-gateway. */
#include "gateway_fixture.h"

#include <fcntl.h>
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
#include "broker/paper_journal.h"

struct gateway_fixture fixture;

static void
path_of(const char *name, char path[160])
{
	yq_str_format(path, 160, "%s/%s", fixture.folder, name);
}

static void
write_settings(const char *paper)
{
	char path[160];
	FILE *file;

	path_of("overlay.json", path);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fchmod(fileno(file), 0600), 0);
	fprintf(file,
	    "{\"ConnectionStrings\":{\"Valkey\":\"%s,user=yq-broker-gateway,password=%s\"},"
	    "\"BrokerGateway\":{\"LeaseSeconds\":3,\"Accounts\":{\"Paper\":{\"Broker\":\"paper\","
	    "\"Session\":\"always\",\"Currencies\":{\"USD\":1000000},\"Paper\":%s}}},"
	    "\"System\":{\"DataFolder\":\"%s\",\"RunFolder\":\"%s\"}}",
	    fixture.valkey.socket, yq_secret_reveal(fixture.valkey.passwords[YQ_PROGRAM_GATEWAY]),
	    paper, fixture.folder, fixture.folder);
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

int
gateway_tear_down(void **state)
{
	static const char *const names[] = { "overlay.json", "log", "copy", "paper/Paper.journal",
		"paper/Paper.journal.new", "paper/Paper.journal.lock", "paper", "" };
	char path[160];

	(void)state;
	gateway_kill();
	yq_valkey_sync_close(fixture.console);
	valkey_fixture_end(&fixture.valkey);
	if (getenv("YQ_KEEP") != NULL)
		return 0;
	for (size_t i = 0; i < YQ_COUNT(names); i++) {
		path_of(names[i], path);
		if (unlink(path) != 0)
			(void)rmdir(path);
	}
	return 0;
}

void
gateway_start_only(const char *paper)
{
	char program[512], overlay[160], log[160];
	int fd;

	write_settings(paper);
	yq_str_format(program, sizeof(program), "%s/yq-broker-gateway", getenv("YQ_BUILD"));
	path_of("overlay.json", overlay);
	path_of("log", log);
	fixture.pid = fork();
	assert_true(fixture.pid >= 0);
	if (fixture.pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		(void)dup2(fd, 2);
		execl(program, program, "--config", fixture.folder, "--overlay", overlay,
		    (char *)NULL);
		_exit(127);
	}
}

static void
show_log(void)
{
	char command[200], path[160];
	FILE *file;

	path_of("log", path);
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
	for (int i = 0; i < 1000; i++) {
		char before[64];

		valkey_do_text(
		    fixture.console, "HGET account:Paper SyncedAt", before, sizeof(before));
		if (before[0] != '\0')
			return;
		usleep(10000);
	}
	show_log();
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
	int status;

	waitpid(fixture.pid, &status, 0);
	fixture.pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void
gateway_stop(void)
{
	int status;

	kill(fixture.pid, SIGTERM);
	waitpid(fixture.pid, &status, 0);
	fixture.pid = 0;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		show_log();
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
	show_log();
	fail_msg("order %s is %s, not %s", id->text, text, state);
}

long long
gateway_pending(void)
{
	redisReply *reply = valkey_do(fixture.console, "XPENDING order:stream broker-gateway");
	long long count = reply->element[0]->integer;

	freeReplyObject(reply);
	return count;
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
	show_log();
	fail_msg("%lld open, %lld pending, %lld not delivered",
	    valkey_do_int(fixture.console, "SCARD order:open"), gateway_pending(), undelivered());
}

/* ---- comparing ---- */

static void
copy_journal(const char *to)
{
	char from[160], block[65536];
	int in, out;
	ssize_t n;

	path_of("paper/Paper.journal", from);
	in = open(from, O_RDONLY | O_CLOEXEC);
	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(in >= 0 && out >= 0);
	while ((n = read(in, block, sizeof(block))) > 0)
		assert_int_equal(write(out, block, (size_t)n), n);
	(void)close(in);
	(void)close(out);
}

static void
no_sink(void *cookie, const struct yq_paper_record *r, const struct yq_paper_order *o)
{
	(void)cookie;
	(void)r;
	(void)o;
}

struct yq_paper_book *
gateway_paper_book(void)
{
	struct yq_paper_settings settings = yq_paper_settings_default();
	struct yq_paper_book *book = yq_paper_book_make(&settings, no_sink, NULL);
	struct yq_paper_journal *journal;
	struct yq_err err;
	char path[160];

	path_of("copy", path);
	copy_journal(path);
	if (yq_paper_journal_open(path, false, book, &journal, &err) != YQ_OK)
		fail_msg("%s", err.text);
	yq_paper_journal_close(journal);
	return book;
}

static bool
count_fills(void *cookie, const struct yq_paper_order *o)
{
	*(size_t *)cookie += o->fill_count;
	return true;
}

static bool
compare_holding(void *cookie, const struct yq_holding *holding)
{
	const struct yq_position *theirs = &holding->position;
	struct yq_position ours;
	char words[128], text[2048];
	struct yq_err err;

	if (yq_decimal_sign(theirs->qty) == 0)
		return true;
	++*(size_t *)cookie;
	yq_str_format(words, sizeof(words), "HGET position:Paper %s", theirs->ticker);
	valkey_do_text(fixture.console, words, text, sizeof(text));
	if (yq_message_decode_position(text, strlen(text), &ours, &err) != YQ_OK)
		fail_msg("position %s: %s", theirs->ticker, err.text);
	assert_int_equal(yq_decimal_cmp(ours.qty, theirs->qty), 0);
	assert_int_equal(yq_decimal_cmp(ours.avg_price, theirs->avg_price), 0);
	return true;
}

size_t
gateway_assert_books_equal(void)
{
	struct yq_paper_book *book = gateway_paper_book();
	const struct yq_account *account = yq_paper_account(book);
	char text[64], expected[YQ_DECIMAL_TEXT_SIZE];
	size_t fills = 0, held = 0;

	yq_paper_each(book, count_fills, &fills);
	yq_decimal_format_places(account->cash[YQ_USD], 2, expected);
	valkey_do_text(fixture.console, "HGET deposit:Paper USD", text, sizeof(text));
	assert_string_equal(text, expected);
	yq_account_each_holding(account, compare_holding, &held);
	assert_int_equal(valkey_do_int(fixture.console, "HLEN position:Paper"), held);
	assert_int_equal(valkey_do_int(fixture.console, "LLEN trades:queue"), fills);
	yq_paper_book_free(book);
	return fills;
}
