/* test_order_manager.c - signals become orders, or refusals that say why. */
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

static void
set_text(char *target, size_t size, const char *text)
{
	assert_true(yq_str_copy(target, size, text));
}
#define SET(member, text) set_text(member, sizeof(member), text)

/* "NASDAQ:AAPL" was asked for: answer as the gateway does. */
struct asker {
	struct yq_valkey_sync *ear;
	unsigned heard;
	struct yq_query last;
};

static void
hear_query(struct asker *asker, unsigned ms)
{
	const char *channel, *payload;
	size_t length;
	struct yq_err err;

	if (yq_valkey_sync_next(asker->ear, ms, &channel, &payload, &length, &err) != YQ_OK)
		return;
	asker->heard++;
	assert_int_equal(yq_message_decode_query(payload, length, &asker->last, &err), YQ_OK);
}

static void
reply_to(const struct asker *asker)
{
	struct yq_query_reply reply = { .query_id = asker->last.id, .is_success = true };
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_args args = yq_args_make();

	yq_message_encode_query_reply(&reply, &payload);
	yq_args_text(&args, "PUBLISH");
	yq_args_key(&args, YQ_KEY_QUERY_REPLY, asker->last.id.text);
	yq_args_bytes(&args, payload.data, payload.length);
	assert_int_equal(steps_run(YQ_PROGRAM_GATEWAY, &args, 0), YQ_OK);
	yq_args_free(&args);
}

static struct asker
listen_to_queries(void)
{
	struct asker asker = { .ear = valkey_fixture_sync(&server, YQ_PROGRAM_GATEWAY) };
	struct yq_err err;

	assert_int_equal(
	    yq_valkey_sync_subscribe(asker.ear, yq_key_name(YQ_KEY_QUERY), &err), YQ_OK);
	return asker;
}

/* ---- decisions ---- */

static void
test_a_signal_becomes_an_order_a_verdict_and_an_acknowledgement(void **state)
{
	struct yq_signal signal = om_signal(1);
	yq_json *verdict;
	const yq_json *orders, *steps;
	char words[96], payload[4096];
	struct yq_order order;
	struct yq_id id = yq_order_id_of(&signal.id, "Paper", 0);
	redisReply *reply;

	(void)state;
	om_accept(&signal, 1);
	verdict = om_verdict(&signal, 5000);
	/* At once, in the same step: */
	assert_int_equal(valkey_do_int(console, "XLEN order:stream"), 1);
	assert_int_equal(valkey_do_int(console, "SCARD order:open"), 1);
	reply = valkey_do(console, "XPENDING signal:stream order-manager");
	assert_int_equal(reply->element[0]->integer, 0);
	yq_reply_free(reply);
	assert_string_equal(yq_json_text(yq_json_get(verdict, "Verdict"), NULL), "ordered");
	orders = yq_json_get(verdict, "Orders");
	assert_int_equal(yq_json_count(orders), 1);
	assert_string_equal(yq_json_text(yq_json_at(orders, 0), NULL), id.text);
	steps = yq_json_get(verdict, "Steps");
	assert_true(yq_json_count(steps) >= 5); /* each rule with its numbers */
	for (size_t i = 0; i < yq_json_count(steps); i++) {
		const yq_json *step = yq_json_at(steps, i);

		assert_true(yq_json_text(yq_json_get(step, "Rule"), NULL)[0] != '\0');
		assert_string_equal(yq_json_text(yq_json_get(step, "Account"), NULL), "Paper");
	}
	yq_json_free(verdict);
	yq_str_format(words, sizeof(words), "HGET order:%s Order", id.text);
	valkey_do_text(console, words, payload, sizeof(payload));
	assert_int_equal(yq_message_decode_order(payload, strlen(payload), &order, NULL), YQ_OK);
	assert_string_equal(order.account_alias, "Paper");
	assert_string_equal(order.buy_reason, "Webhook:One");
	assert_true(yq_id_equal(&order.signal_id, &signal.id));
}

static void
test_refusals_are_recorded_with_code_and_numbers(void **state)
{
	struct yq_signal poor = om_signal(1), shut = om_signal(2), stale = om_signal(3),
			 nobody = om_signal(4);
	yq_json *verdict;

	(void)state;
	om_account("Shut", "1000.00");
	poor.price = yq_opt_decimal_of(yq_decimal_from_int(2000000));
	SET(shut.strategy, "Shut");
	stale.timestamp_us -= 61 * YQ_US_PER_SECOND;
	stale.received_at_us = stale.timestamp_us;
	SET(nobody.strategy, "Nobody knows");
	om_accept(&poor, 1);
	om_accept(&shut, 1);
	om_accept(&stale, 1);
	om_accept(&nobody, 1);
	verdict = om_verdict(&poor, 5000);
	assert_string_equal(yq_json_text(yq_json_get(verdict, "Code"), NULL), "RISK_BUYING_POWER");
	assert_non_null(strstr(yq_json_text(yq_json_get(verdict, "Text"), NULL), "100,000"));
	yq_json_free(verdict);
	om_expect(&shut, "RISK_MARKET_CLOSED");
	om_expect(&stale, "RISK_STALE");
	om_expect(&nobody, "NO_ACCOUNT");
	assert_int_equal(valkey_do_int(console, "XLEN order:stream"), 0);
}

static void
test_a_kill_switch_refuses(void **state)
{
	struct yq_signal signal = om_signal(1);

	(void)state;
	yq_reply_free(valkey_do(console, "HSET halt * by-hand"));
	om_accept(&signal, 1);
	om_expect(&signal, "RISK_HALTED");
}

static void
test_a_missing_account_is_waited_for_and_holds_up_nobody(void **state)
{
	struct yq_signal ghost = om_signal(1), two = om_signal(2), other = om_signal(3);
	char text[64];

	(void)state;
	SET(ghost.strategy, "Ghost");
	SET(two.strategy, "Two");
	om_accept(&ghost, 1);
	om_accept(&two, 1); /* Alpha is not there yet either */
	om_accept(&other, 1);
	om_expect(&other, "ORDERED");
	om_account("Alpha", "100000.00");
	om_expect(&two, "ORDERED");
	yq_str_format(text, sizeof(text), "GET signal:%s", ghost.id.text);
	assert_valkey_text(console, text, "accepted");
	yq_json_free(om_verdict(&ghost, 17000));
	om_expect(&ghost, "ACCOUNT_UNKNOWN");
}

static void
test_signals_of_one_account_and_ticker_keep_their_order(void **state)
{
	struct yq_signal signals[12];
	redisReply *reply;

	(void)state;
	for (unsigned i = 0; i < 12; i++) {
		signals[i] = om_signal(i);
		SET(signals[i].strategy, "Two");
		/* Only the first has no price: the others have to wait behind it. */
		if (i == 0)
			signals[i].price = YQ_OPT_DECIMAL_NONE;
	}
	om_account("Alpha", "100000.00");
	om_accept(signals, 12);
	usleep(300000);
	om_price("AAPL", "100"); /* nobody answers, but it is found in the end */
	om_await("XLEN order:stream", 12, 8000);
	reply = valkey_do(console, "XRANGE order:stream - +");
	for (size_t i = 0; i < reply->elements; i++) {
		struct yq_order order;
		const redisReply *payload = reply->element[i]->element[1]->element[3];

		assert_int_equal(
		    yq_message_decode_order(payload->str, payload->len, &order, NULL), YQ_OK);
		assert_true(yq_id_equal(&order.signal_id, &signals[i].id));
	}
	yq_reply_free(reply);
}

/* ---- prices ---- */

static void
test_no_price_is_asked_for_once_and_taken(void **state)
{
	struct asker asker = listen_to_queries();
	struct yq_signal signals[10], priced = om_signal(20);

	(void)state;
	for (unsigned i = 0; i < 10; i++) {
		signals[i] = om_signal(i);
		signals[i].price = YQ_OPT_DECIMAL_NONE;
	}
	SET(priced.ticker, "MSFT");
	om_accept(signals, 10);
	om_accept(&priced, 1);
	om_expect(&priced, "ORDERED"); /* meanwhile, others go on */
	hear_query(&asker, 2000);
	assert_int_equal(asker.heard, 1);
	assert_int_equal(asker.last.type, YQ_QUERY_PRICE);
	assert_string_equal(asker.last.target, "NASDAQ:AAPL");
	om_price("AAPL", "123.45");
	reply_to(&asker);
	om_await("XLEN order:stream", 11, 1500);
	for (unsigned i = 0; i < 10; i++)
		om_expect(&signals[i], "ORDERED");
	hear_query(&asker, 300);
	assert_int_equal(asker.heard, 1);
	yq_valkey_sync_close(asker.ear);
}

static void
test_a_price_that_comes_without_an_answer_is_found_too(void **state)
{
	struct yq_signal signal = om_signal(1);

	(void)state;
	signal.price = YQ_OPT_DECIMAL_NONE;
	om_accept(&signal, 1);
	usleep(300000);
	om_price("AAPL", "10");
	om_expect(&signal, "ORDERED");
}

static void
test_no_price_at_all_refuses(void **state)
{
	struct yq_signal signal = om_signal(1);
	int64_t begun_us = yq_clock_now_us(yq_clock_system());

	(void)state;
	signal.price = YQ_OPT_DECIMAL_NONE;
	SET(signal.strategy, "Equity");
	om_accept(&signal, 1);
	om_expect(&signal, "NO_PRICE");
	assert_true(yq_clock_now_us(yq_clock_system()) - begun_us >= 1900 * YQ_US_PER_MS);
	assert_int_equal(valkey_do_int(console, "XLEN order:stream"), 0);
}

static void
test_a_cached_price_is_not_asked_for(void **state)
{
	struct asker asker = listen_to_queries();
	struct yq_signal signal = om_signal(1);

	(void)state;
	signal.price = YQ_OPT_DECIMAL_NONE;
	om_price("AAPL", "50");
	om_accept(&signal, 1);
	om_expect(&signal, "ORDERED");
	hear_query(&asker, 200);
	assert_int_equal(asker.heard, 0);
	yq_valkey_sync_close(asker.ear);
}

/* ---- cash ---- */

static unsigned
count_ordered(const struct yq_signal *signals, unsigned count)
{
	unsigned ordered = 0;

	for (unsigned i = 0; i < count; i++) {
		yq_json *verdict = om_verdict(&signals[i], 5000);
		const char *code = yq_json_text(yq_json_get(verdict, "Code"), NULL);

		if (yq_str_equal(code, "ORDERED"))
			ordered++;
		else
			assert_string_equal(code, "RISK_BUYING_POWER");
		yq_json_free(verdict);
	}
	return ordered;
}

static void
test_ten_signals_at_once_cannot_spend_the_same_cash(void **state)
{
	struct yq_signal signals[10];

	(void)state;
	om_account("Paper", "1000.00");
	for (unsigned i = 0; i < 10; i++) {
		signals[i] = om_signal(i);
		signals[i].price = yq_opt_decimal_of(yq_decimal_from_int(300));
	}
	om_accept(signals, 10);
	assert_int_equal(count_ordered(signals, 10), 3);
}

static void
test_a_restart_does_not_forget_what_is_reserved(void **state)
{
	struct yq_signal signals[2];

	(void)state;
	om_account("Paper", "1000.00");
	for (unsigned i = 0; i < 2; i++) {
		signals[i] = om_signal(i);
		signals[i].price = yq_opt_decimal_of(yq_decimal_from_int(600));
	}
	om_accept(&signals[0], 1);
	om_expect(&signals[0], "ORDERED");
	(void)om_stop(SIGKILL);
	om_start();
	om_accept(&signals[1], 1);
	om_expect(&signals[1], "RISK_BUYING_POWER");
}

static void
test_an_order_made_by_hand_reserves_cash_too(void **state)
{
	struct yq_order order = yq_order_default();
	struct yq_submit_item item = {
		.kind = YQ_SUBMIT_ORDER, .alias = "Paper", .ticker = "MSFT", .created_at_us = 1
	};
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_signal signal = om_signal(1);

	(void)state;
	om_account("Paper", "1000.00");
	item.id = order.id = yq_id_random();
	SET(order.account_alias, "Paper");
	SET(order.ticker, "MSFT");
	SET(order.buy_reason, "Manual");
	order.exchange = signal.exchange;
	order.currency = signal.currency;
	order.type = YQ_TYPE_LIMIT;
	order.qty = yq_decimal_from_int(2);
	order.price = yq_opt_decimal_of(yq_decimal_from_int(470));
	order.timestamp_us = signal.timestamp_us;
	yq_message_encode_order(&order, &payload);
	item.payload = payload.data;
	item.length = payload.length;
	STEP(CONSOLE, submit, &item, 1);
	usleep(300000); /* it is heard */
	om_accept(&signal, 1);
	om_expect(&signal, "RISK_BUYING_POWER");
}

/* ---- what comes in ---- */

static void
test_a_published_signal_is_traded_once(void **state)
{
	struct yq_signal signal = om_signal(1);
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_args args = yq_args_make();

	(void)state;
	yq_message_encode_signal(&signal, &payload);
	yq_args_text(&args, "PUBLISH");
	yq_args_key(&args, YQ_KEY_SIGNAL, NULL);
	yq_args_bytes(&args, payload.data, payload.length);
	for (unsigned i = 0, heard = 0; heard < 3 && i < 300; i++) {
		assert_int_equal(steps_run(YQ_PROGRAM_WEBHOOK, &args, 0), YQ_OK);
		usleep(50000); /* its ear may open a moment after it is ready */
		heard += valkey_do_int(console, "XLEN signal:stream") > 0;
	}
	yq_args_free(&args);
	om_expect(&signal, "ORDERED");
	usleep(300000);
	assert_int_equal(valkey_do_int(console, "XLEN signal:stream"), 1);
	assert_int_equal(valkey_do_int(console, "XLEN order:stream"), 1);
}

static void
test_an_unreadable_entry_is_reported_once_and_the_rest_flows(void **state)
{
	struct yq_signal signal = om_signal(1);

	(void)state;
	yq_reply_free(valkey_do(console, "XADD signal:stream * payload {garbage"));
	om_accept(&signal, 1);
	om_expect(&signal, "ORDERED");
	om_await("XLEN notification:stream", 1, 3000);
	assert_int_equal(om_notices("cannot be read"), 1);
	(void)om_stop(SIGKILL);
	om_start();
	usleep(300000);
	assert_int_equal(om_notices("cannot be read"), 1);
}

static void
test_a_reload_takes_over_other_sizing(void **state)
{
	struct yq_signal signals[2] = { om_signal(1), om_signal(2) };

	(void)state;
	om_accept(&signals[0], 1);
	om_expect(&signals[0], "ORDERED");
	om_configure("{\"Type\":\"FixedQty\",\"FixedQty\":7}", NULL);
	assert_int_equal(kill(om.pid, SIGHUP), 0);
	usleep(500000);
	om_accept(&signals[1], 1);
	{
		yq_json *verdict = om_verdict(&signals[1], 5000);

		assert_non_null(
		    strstr(yq_json_text(yq_json_get(verdict, "Text"), NULL), "Buy 7 AAPL"));
		yq_json_free(verdict);
	}
}

static void
test_a_stop_drains(void **state)
{
	struct yq_signal *signals = calloc(300, sizeof(*signals));
	redisReply *reply;

	(void)state;
	for (unsigned i = 0; i < 300; i++)
		signals[i] = om_signal(i);
	om_accept(signals, 300);
	assert_int_equal(om_end(), 0);
	om_start();
	om_await("XLEN order:stream", 300, 5000);
	reply = valkey_do(console, "XPENDING signal:stream order-manager");
	assert_int_equal(reply->element[0]->integer, 0);
	yq_reply_free(reply);
	free(signals);
}

static void
test_valkey_gone_and_back_loses_nothing(void **state)
{
	struct yq_signal before = om_signal(1), after = om_signal(2);

	(void)state;
	om_accept(&before, 1);
	om_expect(&before, "ORDERED");
	yq_valkey_sync_close(console);
	valkey_fixture_kill(&server);
	usleep(300000);
	valkey_fixture_again(&server);
	console = valkey_fixture_sync(&server, YQ_PROGRAM_CONSOLE);
	for (unsigned i = 0; i < 100; i++) { /* it may still be loading */
		redisReply *reply = NULL;
		enum yq_rc rc = yq_valkey_sync_words(console, "DBSIZE", &reply, NULL);

		yq_reply_free(reply);
		if (rc == YQ_OK)
			break;
		usleep(20000);
	}
	om_accept(&after, 1);
	om_expect(&after, "ORDERED");
	assert_int_equal(om_end(), 0);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		OM_TEST(test_a_signal_becomes_an_order_a_verdict_and_an_acknowledgement),
		OM_TEST(test_refusals_are_recorded_with_code_and_numbers),
		OM_TEST(test_a_kill_switch_refuses),
		OM_TEST(test_a_missing_account_is_waited_for_and_holds_up_nobody),
		OM_TEST(test_signals_of_one_account_and_ticker_keep_their_order),
		OM_TEST(test_no_price_is_asked_for_once_and_taken),
		OM_TEST(test_a_price_that_comes_without_an_answer_is_found_too),
		OM_TEST(test_no_price_at_all_refuses),
		OM_TEST(test_a_cached_price_is_not_asked_for),
		OM_TEST(test_ten_signals_at_once_cannot_spend_the_same_cash),
		OM_TEST(test_a_restart_does_not_forget_what_is_reserved),
		OM_TEST(test_an_order_made_by_hand_reserves_cash_too),
		OM_TEST(test_a_published_signal_is_traded_once),
		OM_TEST(test_an_unreadable_entry_is_reported_once_and_the_rest_flows),
		OM_TEST(test_a_reload_takes_over_other_sizing),
		OM_TEST(test_a_stop_drains),
		OM_TEST(test_valkey_gone_and_back_loses_nothing),
	};
	int failed;

	om_begin(argc, argv);
	failed = cmocka_run_group_tests(tests, steps_start, steps_end);
	om_finish();
	return failed;
}
