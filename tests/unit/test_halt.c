/* test_halt.c - halts at their instants, the day at its limit, exits and their pauses. */
#include "domain_test.h"

#include "bus/message.h"
#include "bus/schema.h"
#include "domain/guard.h"
#include "domain/halt.h"

#define NOON "2026-11-23T12:00:00Z"

static void
test_a_halt_is_over_at_the_very_instant_and_not_a_microsecond_before(void **unused)
{
	struct yq_halt halt = { .who = "me", .until_us = at(NOON) };

	(void)unused;
	assert_true(yq_halt_stands(&halt, at(NOON) - 1));
	assert_false(yq_halt_stands(&halt, at(NOON)));
	halt.until_us = 0;
	assert_true(yq_halt_stands(&halt, INT64_MAX));
}

static void
test_a_cooling_off_ends_at_the_very_instant_and_with_its_halt(void **unused)
{
	struct yq_halt halt = { .who = "me", .not_before_us = at(NOON) };

	(void)unused;
	assert_int_equal(yq_halt_cooling_us(&halt, at(NOON) - 1), 1);
	assert_int_equal(yq_halt_cooling_us(&halt, at(NOON)), 0);
	halt.until_us = at(NOON) - 2;
	assert_int_equal(yq_halt_cooling_us(&halt, at(NOON) - 1), 0);
}

static void
test_a_halt_lasts_at_least_as_long_as_it_cools_off(void **unused)
{
	struct yq_halt halt = { .who = "me" };

	(void)unused;
	yq_halt_set_times(&halt, 100, 150, 50);
	assert_int_equal(halt.until_us, 150);
	assert_int_equal(halt.not_before_us, 150);
	yq_halt_set_times(&halt, 100, 149, 50);
	assert_int_equal(halt.until_us, 150);
	yq_halt_set_times(&halt, 100, 0, 50); /* until somebody releases it */
	assert_int_equal(halt.until_us, 0);
	yq_halt_set_times(&halt, 100, 149, 0);
	assert_int_equal(halt.not_before_us, 0);
}

static void
test_a_halt_over_one_that_stands_is_never_weaker(void **unused)
{
	const struct yq_halt lasting = { .who = "me", .not_before_us = 300, .flatten = true };
	const struct yq_halt timed = { .who = "me", .until_us = 400 };
	struct yq_halt halt = { .who = "you", .when_us = 100, .until_us = 200 };

	(void)unused;
	yq_halt_keep(&halt, &timed);
	assert_int_equal(halt.until_us, 400);
	yq_halt_keep(&halt, &lasting);
	assert_int_equal(halt.until_us, 0);
	assert_int_equal(halt.not_before_us, 300);
	assert_true(halt.flatten);
	yq_halt_keep(&halt, &timed); /* its end is not an end of this one */
	assert_int_equal(halt.until_us, 0);
	halt = (struct yq_halt){ .who = "you", .when_us = 400, .until_us = 500 };
	yq_halt_keep(&halt, &timed); /* it is over */
	assert_int_equal(halt.until_us, 500);
}

static void
test_what_a_halt_says_is_read_back_and_an_old_one_still_is(void **unused)
{
	static const char old[] = "{\"Who\":\"me\",\"When\":\"" NOON "\",\"Why\":\"x\"}";
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_halt halt = { .id = yq_id_named("x", 1),
		.who = "me",
		.when_us = 1,
		.why = "why",
		.until_us = 3,
		.not_before_us = 2,
		.flatten = true };
	struct yq_halt read;

	(void)unused;
	yq_message_encode_halt(&halt, &text);
	assert_int_equal(
	    yq_message_decode_halt(yq_buf_text(&text), text.length, &read, NULL), YQ_OK);
	assert_memory_equal(&read, &halt, sizeof(halt));
	assert_int_equal(yq_message_decode_halt(old, strlen(old), &read, NULL), YQ_OK);
	assert_true(read.until_us == 0 && read.not_before_us == 0 && !read.flatten);
}

static void
test_people_read_what_a_halt_is_of_until_when_and_why(void **unused)
{
	struct yq_halt halt = { .who = "risk", .why = "lost", .until_us = at(NOON) };
	char text[YQ_HALT_TEXT_SIZE];

	(void)unused;
	yq_halt_describe("risk:DailyLossUSD:account:Paper", &halt, text, sizeof(text));
	assert_string_equal(text, "account Paper halted by risk until 2026-11-23T12:00:00Z: lost");
	halt.until_us = 0;
	halt.flatten = true;
	yq_halt_describe("*", &halt, text, sizeof(text));
	assert_string_equal(text, "everything halted and flattened by risk: lost");
}

static void
test_a_halt_is_over_what_its_scope_names_and_nothing_else(void **unused)
{
	static const struct {
		const char *scope, *alias, *strategy;
		bool covers;
	} cases[] = {
		{ "*", "Paper", "", true },
		{ "account:Paper", "Paper", "Trend", true },
		{ "account:Paper", "Paper2", "Trend", false },
		{ "strategy:Trend", "Paper", "Trend", true },
		{ "strategy:Trend", "Paper", "Trend2", false },
		{ "strategy:Trend", "Paper", "", false },
		{ "account:Paper/strategy:Trend", "Paper", "Trend", true },
		{ "account:Paper/strategy:Trend", "Other", "Trend", false },
		{ "account:Paper/strategy:Trend", "Paper", "Other", false },
	};
	char field[YQ_HALT_FIELD_SIZE], scope[YQ_HALT_FIELD_SIZE];

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		yq_halt_field_rule("Losses", cases[i].scope, field);
		assert_string_equal(yq_halt_scope(field), cases[i].scope);
		assert_string_equal(yq_halt_scope(cases[i].scope), cases[i].scope);
		assert_int_equal(yq_halt_covers(cases[i].scope, cases[i].alias, cases[i].strategy),
		    cases[i].covers);
	}
	yq_halt_field_both("Paper", "Trend", scope);
	assert_string_equal(scope, "account:Paper/strategy:Trend");
}

/* ---- the day ---- */

static void
test_the_daily_loss_is_reached_at_exactly_the_limit(void **unused)
{
	struct yq_day_base base = { 20261123, dec("1000") };

	(void)unused;
	assert_true(yq_day_is_lost(yq_day_loss(&base, dec("900")), opt("100")));
	assert_false(yq_day_is_lost(yq_day_loss(&base, dec("900.00000001")), opt("100")));
	assert_decimal(yq_day_loss(&base, dec("1000.5")), "0");
	/* A limit of nothing: the first loss. */
	assert_false(yq_day_is_lost(yq_day_loss(&base, dec("1000")), opt("0")));
	assert_true(yq_day_is_lost(yq_day_loss(&base, dec("999.99999999")), opt("0")));
	assert_false(yq_day_is_lost(dec("1"), YQ_OPT_DECIMAL_NONE));
	yq_day_move(&base, dec("-100")); /* withdrawn */
	assert_decimal(yq_day_loss(&base, dec("900")), "0");
}

static void
test_a_day_is_over_with_the_next_and_a_clock_set_back_begins_none(void **unused)
{
	struct yq_day_base base = { 20261231, dec("1") };

	(void)unused;
	assert_false(yq_day_is_over(&base, 20261231));
	assert_true(yq_day_is_over(&base, 20270101));
	assert_false(yq_day_is_over(&base, 20261230)); /* set back by less than a day */
	assert_true(yq_day_is_over(&base, 20261229));  /* it was wrong before */
}

static void
test_a_halt_of_the_day_has_one_id_a_day_account_and_currency(void **unused)
{
	struct yq_id one = yq_day_halt_id("Paper", YQ_USD, 20261123), other;

	(void)unused;
	other = yq_day_halt_id("Paper", YQ_USD, 20261123);
	assert_true(yq_id_equal(&one, &other));
	other = yq_day_halt_id("Paper", YQ_USD, 20261124);
	assert_false(yq_id_equal(&one, &other));
	other = yq_day_halt_id("Paper", YQ_KRW, 20261123);
	assert_false(yq_id_equal(&one, &other));
	other = yq_day_halt_id("Other", YQ_USD, 20261123);
	assert_false(yq_id_equal(&one, &other));
}

/* ---- flattening ---- */

static struct yq_position
position_of(const char *qty)
{
	struct yq_position p = { .exchange = YQ_NASDAQ,
		.currency = YQ_USD,
		.qty = dec(qty),
		.buy_reason = "Webhook:Trend" };

	memcpy(p.ticker, "AAPL", 5);
	return p;
}

static void
test_an_exit_only_reduces_and_keeps_the_strategy(void **unused)
{
	struct yq_id halt = yq_id_named("halt", 4);
	struct yq_flatten_terms terms = { .id = yq_flatten_id(&halt, "Paper", "AAPL", YQ_NASDAQ, 1),
		.alias = "Paper",
		.has_market = true,
		.now_us = 5 };
	struct yq_position p = position_of("10");
	struct yq_order order;

	(void)unused;
	assert_int_equal(yq_flatten_order(&terms, &p, dec("10"), &order), YQ_OK);
	assert_int_equal(yq_order_check(&order, NULL), YQ_OK);
	assert_true(order.reduce_only && order.action == YQ_SELL && order.type == YQ_TYPE_MARKET);
	assert_string_equal(yq_order_strategy(&order), "Trend");
	p = position_of("-10");
	p.buy_reason[0] = '\0';
	assert_int_equal(yq_flatten_order(&terms, &p, dec("10"), &order), YQ_OK);
	assert_int_equal(order.action, YQ_BUY);
	assert_string_equal(order.buy_reason, YQ_FLATTEN_REASON);
}

static void
test_without_market_orders_an_exit_is_a_limit_beyond_the_price_on_its_step(void **unused)
{
	struct yq_flatten_terms terms = { .id = yq_id_named("x", 1),
		.alias = "Paper",
		.last = opt("100.33"),
		.slack = dec("0.02"),
		.now_us = 5 };
	struct yq_position p = position_of("10");
	struct yq_order order;

	(void)unused;
	assert_int_equal(yq_flatten_order(&terms, &p, dec("10"), &order), YQ_OK);
	assert_int_equal(order.type, YQ_TYPE_LIMIT);
	assert_decimal(order.price.value, "98.32"); /* 98.3234 */
	p = position_of("-10");
	assert_int_equal(yq_flatten_order(&terms, &p, dec("10"), &order), YQ_OK);
	assert_decimal(order.price.value, "102.34"); /* 102.3366 */
	terms.last = YQ_OPT_DECIMAL_NONE;
	assert_int_equal(yq_flatten_order(&terms, &p, dec("10"), &order), YQ_E_NOT_FOUND);
}

static void
test_each_attempt_has_its_id_and_is_known_by_the_last(void **unused)
{
	struct yq_flatten_mark mark = { yq_id_named("halt", 4), 3, 0 };
	struct yq_order order = { .reduce_only = true, .exchange = YQ_NASDAQ };

	(void)unused;
	memcpy(order.account_alias, "Paper", 6);
	memcpy(order.ticker, "AAPL", 5);
	for (int64_t attempt = 1; attempt <= 3; attempt++) {
		order.id = yq_flatten_id(&mark.halt, "Paper", "AAPL", YQ_NASDAQ, attempt);
		assert_true(yq_flatten_is_exit(&mark, &order));
	}
	order.reduce_only = false;
	assert_false(yq_flatten_is_exit(&mark, &order));
	order.reduce_only = true;
	order.id = yq_flatten_id(&mark.halt, "Paper", "AAPL", YQ_NASDAQ, 4);
	assert_false(yq_flatten_is_exit(&mark, &order));
}

static void
test_pauses_grow_to_five_minutes(void **unused)
{
	(void)unused;
	assert_int_equal(yq_flatten_pause_us(1), 2 * YQ_US_PER_SECOND);
	assert_int_equal(yq_flatten_pause_us(2), 4 * YQ_US_PER_SECOND);
	assert_int_equal(yq_flatten_pause_us(8), 256 * YQ_US_PER_SECOND);
	assert_int_equal(yq_flatten_pause_us(9), 300 * YQ_US_PER_SECOND);
	assert_int_equal(yq_flatten_pause_us(YQ_FLATTEN_ATTEMPTS_MAX), 300 * YQ_US_PER_SECOND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_a_halt_is_over_at_the_very_instant_and_not_a_microsecond_before),
		cmocka_unit_test(test_a_cooling_off_ends_at_the_very_instant_and_with_its_halt),
		cmocka_unit_test(test_a_halt_lasts_at_least_as_long_as_it_cools_off),
		cmocka_unit_test(test_a_halt_over_one_that_stands_is_never_weaker),
		cmocka_unit_test(test_what_a_halt_says_is_read_back_and_an_old_one_still_is),
		cmocka_unit_test(test_people_read_what_a_halt_is_of_until_when_and_why),
		cmocka_unit_test(test_a_halt_is_over_what_its_scope_names_and_nothing_else),
		cmocka_unit_test(test_the_daily_loss_is_reached_at_exactly_the_limit),
		cmocka_unit_test(test_a_day_is_over_with_the_next_and_a_clock_set_back_begins_none),
		cmocka_unit_test(test_a_halt_of_the_day_has_one_id_a_day_account_and_currency),
		cmocka_unit_test(test_an_exit_only_reduces_and_keeps_the_strategy),
		cmocka_unit_test(
		    test_without_market_orders_an_exit_is_a_limit_beyond_the_price_on_its_step),
		cmocka_unit_test(test_each_attempt_has_its_id_and_is_known_by_the_last),
		cmocka_unit_test(test_pauses_grow_to_five_minutes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
