/*
 * test_gateway_leases.c - several gateways on one Valkey: who serves, who stands by, who takes
 * over, and that a stopped one that wakes can change nothing.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"
#include "gateway_fixture.h"

#define QUIET  "{\"WalkBps\":0}"
#define PARTS  "{\"WalkBps\":5,\"WalkIntervalMs\":20,\"PartialFillRate\":0.5}"
#define ONE    GATEWAY_ACCOUNT("Paper", "", PARTS)
#define TWO    GATEWAY_ACCOUNT("Paper", "", QUIET) "," GATEWAY_ACCOUNT("East", "East", QUIET)
#define ORDERS 240
#define ROUNDS 4

static void
await_text(const char *words, const char *expected)
{
	char text[256] = "";

	for (int i = 0; i < 3000; i++) {
		valkey_do_text(fixture.console, words, text, sizeof(text));
		if (yq_str_equal(text, expected))
			return;
		usleep(10000);
	}
	gateway_show_log();
	fail_msg("%s: \"%s\", not \"%s\"", words, text, expected);
}

/* The role that a gateway's own heartbeat tells. */
static void
await_role(const char *name, const char *role)
{
	char words[128];

	yq_str_format(words, sizeof(words), "HGET heartbeat:BrokerGateway:%s Role", name);
	await_text(words, role);
}

/* Notifications in which these words stand. */
static size_t
told(const char *part)
{
	redisReply *reply = valkey_do(fixture.console, "XRANGE notification:stream - +");
	size_t count = 0;

	for (size_t i = 0; i < reply->elements; i++)
		count += strstr(reply->element[i]->element[1]->element[1]->str, part) != NULL;
	freeReplyObject(reply);
	return count;
}

static long
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct yq_order
order_for(const char *alias, const char *ticker)
{
	struct yq_order o = gateway_order(YQ_BUY, ticker, "2");

	yq_str_copy_cut(o.account_alias, sizeof(o.account_alias), alias);
	return o;
}

/* A stream of orders on some instruments, a few at a time. */
static void
feed(struct yq_order *orders, size_t count)
{
	char ticker[YQ_TICKER_SIZE];

	for (size_t i = 0; i < count; i++) {
		yq_str_format(ticker, sizeof(ticker), "T%zu", i % 7);
		orders[i] = order_for("Paper", ticker);
	}
	for (size_t i = 0; i < count; i += 8) {
		gateway_submit_many(orders + i, count - i < 8 ? count - i : 8);
		usleep(3000);
	}
}

static void
assert_filled(const struct yq_order *orders, size_t count)
{
	struct yq_paper_book *book = gateway_paper_book();
	char text[32];

	for (size_t i = 0; i < count; i++) {
		const struct yq_paper_order *theirs = yq_paper_find(book, &orders[i].id);

		gateway_field(&orders[i].id, "State", text, sizeof(text));
		assert_string_equal(text, "Filled");
		assert_non_null(theirs);
		assert_int_equal(yq_decimal_cmp(theirs->filled, orders[i].qty), 0);
	}
	yq_paper_book_free(book);
}

/* All that a gateway may change, as texts: nothing of it may move. */
static struct yq_buf
state_of_the_bus(void)
{
	static const char *const looks[] = { "XLEN execution:stream", "LLEN trades:queue",
		"XLEN order:stream", "SCARD order:open", "HGET deposit:Paper USD",
		"HGET lease:Paper Owner", "HGET lease:Paper Token" };
	struct yq_buf all = yq_buf_make(64U << 20);
	char text[256];

	for (size_t i = 0; i < YQ_COUNT(looks); i++) {
		if (yq_str_starts(looks[i], "HGET"))
			valkey_do_text(fixture.console, looks[i], text, sizeof(text));
		else
			yq_str_format(
			    text, sizeof(text), "%lld", valkey_do_int(fixture.console, looks[i]));
		yq_buf_add_format(&all, "%s = %s\n", looks[i], text);
	}
	return all;
}

static void
test_who_has_lost_the_lease_changes_nothing_and_ends(void **unused)
{
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", "10");
	struct yq_paper_book *book;
	char text[64];

	(void)unused;
	gateway_start(QUIET);
	yq_reply_free(valkey_do(fixture.console,
	    "HSET lease:Paper Owner somebody Token 99999999999 ExpiresAt 9999999999999"));
	gateway_submit(&o);
	assert_int_equal(gateway_wait(), 75);
	gateway_field(&o.id, "State", text, sizeof(text));
	assert_string_equal(text, "Pending");
	book = gateway_paper_book();
	assert_false(yq_paper_is_known(book, &o.id));
	yq_paper_book_free(book);
	assert_int_equal(gateway_pending(), 1);
	/* Started again it waits, until the other one has gone. */
	gateway_start_only(QUIET);
	usleep(1500000);
	gateway_field(&o.id, "State", text, sizeof(text));
	assert_string_equal(text, "Pending");
	yq_reply_free(valkey_do(fixture.console, "HSET lease:Paper ExpiresAt 0"));
	gateway_await_state(&o.id, "Filled");
	gateway_await_quiet(5);
	assert_int_equal(gateway_assert_books_equal(), 1);
	gateway_stop();
}

/* ---- take-over */

static void
test_a_killed_holders_accounts_are_taken_over_and_each_order_executes_once(void **unused)
{
	struct gateway_spec first = { .instance = 1, .accounts = ONE };
	struct gateway_spec second = { .instance = 2, .accounts = ONE };
	struct yq_order *orders = yq_xcalloc(2 * ORDERS, sizeof(*orders));
	int a, b;
	long killed;

	(void)unused;
	a = gateway_spawn(&first);
	await_role("1", "serving");
	await_text("HGET heartbeat:BrokerGateway Role", "serving");
	b = gateway_spawn(&second);
	await_role("2", "standby");
	feed(orders, ORDERS);
	gateway_end(a);
	killed = now_ms();
	feed(orders + ORDERS, ORDERS);
	await_role("2", "serving");
	print_message("# taken over after %ld ms\n", now_ms() - killed);
	gateway_await_quiet(60);
	assert_filled(orders, 2 * ORDERS);
	assert_true(gateway_assert_books_equal() >= 2 * ORDERS);
	gateway_end(b);
	free(orders);
}

static void
test_a_gateway_that_ends_in_order_is_followed_at_once(void **unused)
{
	struct gateway_spec first = { .instance = 1, .accounts = ONE };
	struct gateway_spec second = { .instance = 2, .accounts = ONE };
	struct yq_order orders[24];
	int a;

	(void)unused;
	a = gateway_spawn(&first);
	await_role("1", "serving");
	(void)gateway_spawn(&second);
	await_role("2", "standby");
	feed(orders, 16);
	kill(a, SIGTERM);
	assert_int_equal(gateway_end_of(a), 0);
	feed(orders + 16, 8);
	await_role("2", "serving");
	gateway_await_quiet(30);
	assert_filled(orders, 24);
	(void)gateway_assert_books_equal();
}

/* Stopped in the middle of its work, wherever that is; woken when another has done the rest. */
static void
test_a_stopped_holder_that_wakes_changes_nothing_and_says_so_once(void **unused)
{
	struct gateway_spec specs[2] = { { .instance = 1, .accounts = ONE },
		{ .instance = 2, .accounts = ONE } };
	static const char *const names[2] = { "1", "2" };
	struct yq_order *orders = yq_xcalloc(ROUNDS * ORDERS, sizeof(*orders));
	int pids[2] = { 0, 0 };

	(void)unused;
	pids[0] = gateway_spawn(&specs[0]);
	await_role("1", "serving");
	pids[1] = gateway_spawn(&specs[1]);
	for (int round = 0; round < ROUNDS; round++) {
		int old = round % 2, new = 1 - old;
		struct yq_order *now = orders + (size_t)round * ORDERS;
		struct yq_buf before, after;

		await_role(names[new], "standby");
		feed(now, ORDERS / 2);
		kill(pids[old], SIGSTOP);
		feed(now + ORDERS / 2, ORDERS / 2);
		await_role(names[new], "serving");
		gateway_await_quiet(60);
		before = state_of_the_bus();
		kill(pids[old], SIGCONT);
		assert_int_equal(gateway_end_of(pids[old]), 75);
		after = state_of_the_bus();
		assert_string_equal(yq_buf_text(&after), yq_buf_text(&before));
		yq_buf_free(&before);
		yq_buf_free(&after);
		assert_int_equal(told("no longer serves its accounts"), round + 1);
		assert_filled(orders, (size_t)(round + 1) * ORDERS);
		(void)gateway_assert_books_equal();
		pids[old] = gateway_spawn(&specs[old]);
	}
	free(orders);
}

/* ---- several names */

static void
test_each_gateway_takes_its_own_accounts_orders_from_the_one_stream(void **unused)
{
	struct gateway_spec plain = { .accounts = TWO }, east = { .name = "East", .accounts = TWO };
	struct yq_order orders[40];

	(void)unused;
	/* before the group of the second exists */
	for (size_t i = 0; i < 10; i++)
		orders[i] = order_for(i % 2 == 0 ? "Paper" : "East", "AAPL");
	gateway_submit_many(orders, 10);
	(void)gateway_spawn(&plain);
	await_text("HGET heartbeat:BrokerGateway Role", "serving");
	(void)gateway_spawn(&east);
	await_role("East-1", "serving");
	for (size_t i = 10; i < 40; i++) {
		orders[i] = order_for(i % 2 == 0 ? "Paper" : "East", "AAPL");
		gateway_submit(&orders[i]);
	}
	for (size_t i = 0; i < 40; i++)
		gateway_await_state(&orders[i].id, "Filled");
	gateway_await_quiet(30);
	assert_int_equal(gateway_pending_in("broker-gateway:East"), 0);
	assert_int_equal(gateway_assert_book_equal("Paper"), 20);
	assert_int_equal(gateway_assert_book_equal("East"), 20);
	assert_int_equal(valkey_do_int(fixture.console, "LLEN trades:queue"), 40);
	assert_int_equal(told("dropped"), 0);
}

static void
test_an_order_for_nobody_is_refused_once_and_until_it_is(void **unused)
{
	struct gateway_spec plain = { .accounts = TWO }, east = { .name = "East", .accounts = TWO };
	struct yq_order o = order_for("Nobody", "AAPL");
	char text[512];

	(void)unused;
	(void)gateway_spawn(&plain);
	(void)gateway_spawn(&east);
	await_role("1", "serving");
	await_role("East-1", "serving");
	/* the first tries come to nothing */
	yq_reply_free(valkey_do(
	    fixture.console, "HSET lease:Nobody Owner x Token 5 ExpiresAt 9999999999999"));
	gateway_submit(&o);
	usleep(1500000);
	gateway_field(&o.id, "State", text, sizeof(text));
	assert_string_equal(text, "Pending");
	yq_reply_free(valkey_do(fixture.console, "HSET lease:Nobody ExpiresAt 0"));
	gateway_await_state(&o.id, "Rejected");
	gateway_await_quiet(30);
	gateway_field(&o.id, "LastError", text, sizeof(text));
	assert_non_null(strstr(text, "NO_ACCOUNT: no gateway serves an account named Nobody"));
	assert_int_equal(valkey_do_int(fixture.console, "XLEN execution:stream"), 1);
	for (int i = 0; i < 500 && told("NO_ACCOUNT") == 0; i++)
		usleep(10000);
	assert_int_equal(told("NO_ACCOUNT"), 1);
	assert_int_equal(gateway_pending_in("broker-gateway:East"), 0);
}

static void
test_what_nobody_can_read_is_told_by_one_of_several(void **unused)
{
	struct gateway_spec plain = { .accounts = TWO }, east = { .name = "East", .accounts = TWO };

	(void)unused;
	(void)gateway_spawn(&plain);
	(void)gateway_spawn(&east);
	await_role("1", "serving");
	await_role("East-1", "serving");
	yq_reply_free(
	    valkey_do(fixture.console, "XADD order:stream * kind order payload nonsense"));
	gateway_await_quiet(30);
	usleep(500000);
	assert_int_equal(told("dropped"), 1);
	assert_int_equal(gateway_pending_in("broker-gateway:East"), 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, gateway_set_up, gateway_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_who_has_lost_the_lease_changes_nothing_and_ends),
		TEST(test_a_killed_holders_accounts_are_taken_over_and_each_order_executes_once),
		TEST(test_a_gateway_that_ends_in_order_is_followed_at_once),
		TEST(test_a_stopped_holder_that_wakes_changes_nothing_and_says_so_once),
		TEST(test_each_gateway_takes_its_own_accounts_orders_from_the_one_stream),
		TEST(test_an_order_for_nobody_is_refused_once_and_until_it_is),
		TEST(test_what_nobody_can_read_is_told_by_one_of_several),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
