/* test_order_manager_archive.c - what is decided and traded reaches Firebird, each once. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "bus/message.h"
#include "order_manager_fixture.h"
#include "store/orders.h"
#include "store/signals.h"

#define SIGNALS 500
#define TRADES	400

static uint64_t
draw(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *state >> 33;
}

static uint64_t
seed(void)
{
	const char *given = getenv("YQ_TEST_SEED");
	uint64_t value = given != NULL ? strtoull(given, NULL, 10)
				       : (uint64_t)yq_clock_now_us(yq_clock_system());

	print_message("# YQ_TEST_SEED=%llu\n", (unsigned long long)value);
	return value;
}

/* ---- rows ---- */

/* Play the gateway: an order that stands in the bus is claimed and filled. */
static void
fill_order(const struct yq_id *id)
{
	int64_t now_us = yq_clock_now_us(yq_clock_system());
	struct yq_claim_item claim = {
		.order_id = *id,
		.alias = "Paper",
		.strategy = "One",
		.fence = lease("a", 60000, NULL, 0),
		.claimed_at_us = now_us,
	};
	char at[YQ_TIME_TEXT_SIZE];
	const struct yq_pair fields[] = {
		{ "State", "Filled" },
		{ "Filled", "1" },
		{ "AvgPrice", "100" },
		{ "Notional", "100" },
		{ "BrokerOrderId", "B1" },
		{ "SubmittedAt", at },
		{ "FirstFillAt", at },
		{ "FinalAt", at },
	};
	struct yq_execution execution = {
		.is_success = true,
		.order_id = *id,
		.status = YQ_ORDER_FILLED,
		.account_alias = "Paper",
		.ticker = "AAPL",
		.exchange = YQ_NASDAQ,
		.currency = YQ_USD,
		.qty = yq_decimal_from_int(1),
		.filled_qty = yq_decimal_from_int(1),
		.avg_price = yq_decimal_from_int(100),
		.sequence = 1,
		.timestamp_us = now_us,
	};
	YQ_CLEANUP(yq_buf_free) struct yq_buf result = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_apply_item apply = {
		.order_id = *id,
		.alias = "Paper",
		.fence = claim.fence,
		.execution_id = "E1",
		.sequence = 1,
		.order_fields = fields,
		.field_count = YQ_COUNT(fields),
		.final = true,
	};

	yq_time_format(now_us, at);
	STEP(GATEWAY, claim, &claim, 1);
	assert_int_equal(answers[0].result, YQ_CLAIMED);
	yq_message_encode_execution(&execution, &result);
	apply.result_json = yq_buf_text(&result);
	STEP(GATEWAY, apply, &apply, 1);
	assert_int_equal(answers[0].result, YQ_APPLIED);
}

static void
test_signals_and_orders_are_journaled_whole(void **state)
{
	struct yq_signal signal = om_signal(1), refused = om_signal(2);
	struct yq_firebird *firebird = NULL;
	struct yq_signal_row row;
	struct yq_order_row order;
	struct yq_id id = yq_order_id_of(&signal.id, "Paper", 0);
	struct yq_err err = { 0 };
	char words[96];

	(void)state;
	assert_true(yq_str_copy(refused.strategy, sizeof(refused.strategy), "Nobody knows"));
	om_accept(&signal, 1);
	om_accept(&refused, 1);
	om_expect(&signal, "ORDERED");
	fill_order(&id);
	om_await_count("SELECT COUNT(*) FROM SIGNALS", 2, 5000);
	om_await_count("SELECT COUNT(*) FROM ORDERS WHERE FINAL_AT IS NOT NULL", 1, 5000);
	firebird = fixture_open(&om.database);
	assert_int_equal(yq_signals_get(firebird, &signal.id, &row, &err), YQ_OK);
	assert_string_equal(row.verdict, "ordered");
	assert_int_equal(row.order_count, 1);
	assert_true(row.decided_at_us >= signal.timestamp_us);
	assert_non_null(strstr(row.decision, "\"Steps\":["));
	yq_signal_row_clear(&row);
	assert_int_equal(yq_signals_get(firebird, &refused.id, &row, &err), YQ_OK);
	assert_string_equal(row.verdict, "refused");
	assert_string_equal(row.code, "NO_ACCOUNT");
	yq_signal_row_clear(&row);
	assert_int_equal(yq_orders_get(firebird, &id, &order, &err), YQ_OK);
	assert_int_equal(order.progress.state, YQ_ORDER_FILLED);
	assert_string_equal(order.broker_order_id, "B1");
	assert_true(yq_id_equal(&order.order.signal_id, &signal.id));
	assert_true(order.created_at_us != 0 && order.claimed_at_us >= order.created_at_us &&
		    order.submitted_at_us >= order.claimed_at_us && order.first_fill_at_us != 0 &&
		    order.final_at_us != 0);
	yq_firebird_close(firebird);
	/* The bus lets go: one word, and an hour to live. */
	yq_str_format(words, sizeof(words), "GET signal:%s", signal.id.text);
	usleep(500000);
	assert_valkey_text(console, words, "ordered");
	yq_str_format(words, sizeof(words), "TTL order:%s", id.text);
	assert_in_range(valkey_do_int(console, words), 1, 3600);
	assert_int_equal(om_notices(""), 0);
}

/* It became final after the archive had read it: the message that tells of its end is still to
 * come, and may wait for Firebird for longer than an archived order stays. */
static void
test_an_order_that_is_not_archived_as_final_stays_in_the_bus(void **state)
{
	struct yq_signal signal = om_signal(1);
	struct yq_id id = yq_order_id_of(&signal.id, "Paper", 0);
	char words[160];

	(void)state;
	om_accept(&signal, 1);
	om_expect(&signal, "ORDERED");
	yq_str_format(words, sizeof(words), "HSET order:%s State Open Sequence 1", id.text);
	(void)valkey_do_int(console, words);
	yq_str_format(words, sizeof(words), "SREM order:open %s", id.text);
	assert_int_equal(valkey_do_int(console, words), 1);
	yq_str_format(
	    words, sizeof(words), "XADD execution:stream * payload {\"OrderId\":\"%s\"}", id.text);
	yq_reply_free(valkey_do(console, words));
	om_await_count("SELECT COUNT(*) FROM ORDERS WHERE STATUS = 'Open'", 1, 30000);
	usleep(500000);
	yq_str_format(words, sizeof(words), "TTL order:%s", id.text);
	assert_int_equal(valkey_do_int(console, words), -1);
	yq_str_format(words, sizeof(words), "HSET order:%s State Filled Sequence 2", id.text);
	(void)valkey_do_int(console, words);
	yq_str_format(
	    words, sizeof(words), "XADD execution:stream * payload {\"OrderId\":\"%s\"}", id.text);
	yq_reply_free(valkey_do(console, words));
	yq_str_format(words, sizeof(words), "HEXISTS order:%s ArchivedAt", id.text);
	om_await(words, 1, 30000);
	assert_int_equal(om_count("SELECT COUNT(*) FROM ORDERS WHERE STATUS = 'Filled'"), 1);
}

/* ---- crashes ---- */

/* Start it and kill it at any moment until `words` gives `expected`. */
static void
crash_until(const char *words, long long expected, uint64_t *random)
{
	unsigned lives = 0;

	while (valkey_do_int(console, words) != expected) {
		if (lives++ == 200)
			fail_msg("%s is not %lld after 200 lives", words, expected);
		om_launch();
		usleep((useconds_t)(5000 + draw(random) % (60000 + lives * 5000)));
		(void)om_stop(SIGKILL);
	}
	print_message("# %u lives\n", lives);
}

static void
test_killed_at_any_moment_each_signal_is_decided_once(void **state)
{
	struct yq_signal *signals = calloc(SIGNALS, sizeof(*signals));
	uint64_t random = seed();
	redisReply *reply;

	(void)state;
	om_account("Paper", "100000000.00");
	(void)om_stop(SIGKILL);
	for (unsigned i = 0; i < SIGNALS; i++) {
		signals[i] = om_signal(i);
		om_accept(&signals[i], 1);
		if (i % 50 == 25) { /* some lives in the midst of it */
			om_launch();
			usleep((useconds_t)(draw(&random) % 60000));
		} else if (om.pid != 0 && draw(&random) % 5 == 0) {
			(void)om_stop(SIGKILL);
		}
	}
	(void)om_stop(SIGKILL);
	crash_until("XLEN order:stream", SIGNALS, &random);
	om_start();
	om_await_count("SELECT COUNT(*) FROM SIGNALS WHERE VERDICT = 'ordered'", SIGNALS, 15000);
	om_await_count("SELECT COUNT(*) FROM ORDERS", SIGNALS, 15000);
	assert_int_equal(om_count("SELECT COUNT(DISTINCT SIGNAL_ID) FROM ORDERS"), SIGNALS);
	assert_int_equal(valkey_do_int(console, "XLEN order:stream"), SIGNALS);
	assert_int_equal(valkey_do_int(console, "SCARD order:open"), SIGNALS);
	reply = valkey_do(console, "XPENDING signal:stream order-manager");
	assert_int_equal(reply->element[0]->integer, 0);
	yq_reply_free(reply);
	free(signals);
}

static void
test_killed_at_any_moment_each_trade_is_archived_once(void **state)
{
	uint64_t random = seed();

	(void)state;
	(void)om_stop(SIGKILL);
	for (unsigned i = 0; i < TRADES; i++)
		om_push_trade(i, "1.5", "100.25");
	crash_until("LLEN trades:queue", 0, &random);
	crash_until("LLEN trades:processing", 0, &random);
	assert_int_equal(om_count("SELECT COUNT(*) FROM TRADES"), TRADES);
	assert_int_equal(valkey_do_int(console, "LLEN trades:parked"), 0);
}

/* ---- Firebird away ---- */

static void
take_away(void)
{
	if (om.firebird.served) {
		fixture_stop_server(&om.firebird);
		return;
	}
	(void)om_stop(SIGTERM);
	om_configure(NULL, "/nonexistent/yquant.fdb");
	om_start();
}

static void
bring_back(void)
{
	if (om.firebird.served) {
		fixture_start_server(&om.firebird);
		return;
	}
	(void)om_stop(SIGTERM);
	om_configure(NULL, NULL);
	om_start();
}

static void
test_without_firebird_decisions_go_on_and_nothing_is_lost(void **state)
{
	struct yq_signal signals[20];

	(void)state;
	take_away();
	for (unsigned i = 0; i < 20; i++) {
		signals[i] = om_signal(i);
		om_push_trade(i, "1", "2");
	}
	om_accept(signals, 20);
	om_await("XLEN order:stream", 20, 5000);
	for (int i = 0; i < 300 && !om_log_has("trades are not archived at the moment"); i++)
		usleep(100000);
	assert_true(om_log_has("trades are not archived at the moment"));
	bring_back();
	om_await_count("SELECT COUNT(*) FROM TRADES", 20, 15000);
	om_await_count("SELECT COUNT(*) FROM SIGNALS", 20, 15000);
	om_await_count("SELECT COUNT(*) FROM ORDERS", 20, 15000);
	om_await("LLEN trades:processing", 0, 2000);
	assert_int_equal(valkey_do_int(console, "LLEN trades:queue"), 0);
}

static void
test_without_firebird_a_stop_is_quick_and_keeps_everything(void **state)
{
	struct yq_signal signal = om_signal(1);
	int64_t begun_us;

	(void)state;
	take_away();
	om_push_trade(1, "1", "2");
	om_accept(&signal, 1);
	om_expect(&signal, "ORDERED");
	usleep(1000000);
	begun_us = yq_clock_now_us(yq_clock_system());
	assert_int_equal(om_end(), 0);
	assert_true(yq_clock_now_us(yq_clock_system()) - begun_us < 6 * YQ_US_PER_SECOND);
	om_start();
	bring_back();
	om_await_count("SELECT COUNT(*) FROM TRADES", 1, 15000);
}

static void
test_a_row_locked_by_another_is_waited_for(void **state)
{
	struct om_holder other;

	(void)state;
	om_push_trade(1, "1", "2");
	om_await_count("SELECT COUNT(*) FROM TRADES", 1, 5000);
	other = om_hold("DELETE FROM TRADES");
	om_push_trade(1, "1", "2"); /* the very same again */
	usleep(1000000);
	om_release(&other); /* taken back */
	om_await("LLEN trades:processing", 0, 10000);
	om_await("LLEN trades:queue", 0, 10000);
	assert_int_equal(om_count("SELECT COUNT(*) FROM TRADES"), 1);
}

/* ---- what Firebird refuses ---- */

static void
test_a_trade_that_is_refused_is_parked_and_reported_and_the_others_go_on(void **state)
{
	(void)state;
	om_push_trade(1, "1", "2");
	om_push_trade(2, "9000000000", "9000000000"); /* no amount takes that */
	yq_reply_free(valkey_do(console, "RPUSH trades:queue {garbage"));
	om_push_trade(3, "1", "2");
	om_await_count("SELECT COUNT(*) FROM TRADES", 2, 5000);
	om_await("LLEN trades:parked", 2, 5000);
	om_await("XLEN notification:stream", 2, 5000);
	assert_int_equal(om_notices("set aside (trades parked)"), 2);
	assert_int_equal(valkey_do_int(console, "LLEN trades:processing"), 0);
	assert_int_equal(valkey_do_int(console, "LLEN trades:queue"), 0);
}

/* A decision that only the master has is made again by the next one, and may come out otherwise. */
static void
test_what_replicas_have_not_confirmed_is_not_archived(void **state)
{
	struct yq_signal signal = om_signal(1);

	(void)state;
	(void)om_stop(SIGTERM);
	om.replicas = 1;
	om_configure(NULL, NULL);
	om_start();
	om_accept(&signal, 1);
	om_expect(&signal, "ORDERED");
	usleep(2500000);
	assert_int_equal(om_count("SELECT COUNT(*) FROM SIGNALS"), 0);
	assert_int_equal(om_count("SELECT COUNT(*) FROM ORDERS"), 0);
	assert_true(om_log_has("are not archived at the moment and wait"));
	assert_true(om_log_has("confirmed by 0 of 1 replicas"));
	(void)om_stop(SIGTERM);
	om.replicas = 0;
	om_configure(NULL, NULL);
	om_start();
	om_await_count("SELECT COUNT(*) FROM SIGNALS", 1, 15000);
	om_await_count("SELECT COUNT(*) FROM ORDERS", 1, 15000);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		OM_TEST(test_killed_at_any_moment_each_signal_is_decided_once),
		OM_TEST(test_killed_at_any_moment_each_trade_is_archived_once),
		OM_TEST(test_without_firebird_decisions_go_on_and_nothing_is_lost),
		OM_TEST(test_without_firebird_a_stop_is_quick_and_keeps_everything),
		OM_TEST(test_a_trade_that_is_refused_is_parked_and_reported_and_the_others_go_on),
		OM_TEST(test_an_order_that_is_not_archived_as_final_stays_in_the_bus),
		OM_TEST(test_a_row_locked_by_another_is_waited_for),
		OM_TEST(test_what_replicas_have_not_confirmed_is_not_archived),
		/* Last: it keeps the engine in this process, and a process with the engine in it
		 * cannot be forked and look for itself. */
		OM_TEST(test_signals_and_orders_are_journaled_whole),
	};
	int failed;

	if (getenv("T") != NULL)
		cmocka_set_test_filter(getenv("T"));
	om_begin(argc, argv);
	failed = cmocka_run_group_tests(tests, steps_start, steps_end);
	om_finish();
	return failed;
}
