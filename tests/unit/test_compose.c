/* test_compose.c - from a signal to an order, or to the reason why not. */
#include "calendar_test.h"

#include "domain/calendar.h"
#include "domain/verdict.h"

/* 10:00 in New York, a Monday. */
#define NOW "2026-11-23T15:00:00Z"

struct scene {
	struct yq_signal signal;
	struct yq_account *account;
	const struct yq_market_hours *hours;
	bool any_hour; /* the account's session */
	struct yq_market_facts market;
	struct yq_policy policy;
	int64_t now_us;
	bool brief;
	struct yq_decision decision;
};

static struct scene
scene_of(const char *cash, const char *held)
{
	struct scene scene = {
		.signal = yq_signal_default(),
		.account = sample_account(cash, held),
		.now_us = at(NOW),
	};

	scene.signal.id = yq_id_named("signal", 6);
	SET(scene.signal.ticker, "AAPL");
	SET(scene.signal.strategy, "Mean rev");
	scene.signal.exchange = YQ_NASDAQ;
	scene.signal.action = YQ_BUY;
	scene.signal.price = opt("100");
	scene.signal.timestamp_us = scene.now_us - YQ_US_PER_SECOND;
	scene.hours = yq_calendar_hours(&calendar, YQ_NASDAQ);
	scene.policy.sizing = yq_sizing_default();
	scene.policy.limits.max_age_us = 60 * YQ_US_PER_SECOND;
	return scene;
}

/* The code of the decision. */
static const char *
decide(struct scene *s)
{
	struct yq_account_view view = yq_view_of(s->account, s->signal.exchange, s->signal.ticker);
	enum yq_rc rc;

	s->market.open =
	    s->any_hour || (s->hours != NULL && yq_market_is_open(s->hours, s->now_us));
	s->market.covered =
	    s->any_hour || (s->hours != NULL && yq_market_is_covered(s->hours, s->now_us));
	memset(&s->decision, 0xff, sizeof(s->decision)); /* it is all output */
	rc = (s->brief ? yq_compose_brief : yq_compose)(
	    &s->signal, &view, &s->market, &s->policy, s->now_us, &s->decision);
	assert_int_equal(rc, s->decision.ordered ? YQ_OK : YQ_E_REFUSED);
	assert_int_equal(s->decision.order_count, s->decision.ordered ? 1 : 0);
	if (s->decision.ordered)
		assert_int_equal(yq_order_check(&s->decision.orders[0], NULL), YQ_OK);
	return s->decision.code;
}

#define ORDER(s) (&(s)->decision.orders[0])

static void
test_a_buy_signal_becomes_an_order_with_everything_filled_in(void **unused)
{
	struct scene s = scene_of("10000", "0");
	struct yq_id id = yq_order_id_of(&s.signal.id, "Main", 0);

	(void)unused;
	assert_string_equal(decide(&s), "ORDERED");
	assert_true(yq_id_equal(&ORDER(&s)->id, &id));
	assert_true(yq_id_equal(&ORDER(&s)->signal_id, &s.signal.id));
	assert_string_equal(ORDER(&s)->account_alias, "Main");
	assert_string_equal(ORDER(&s)->ticker, "AAPL");
	assert_string_equal(ORDER(&s)->buy_reason, "Webhook:Mean rev");
	assert_int_equal(ORDER(&s)->currency, YQ_USD);
	assert_int_equal(ORDER(&s)->action, YQ_BUY);
	assert_int_equal(ORDER(&s)->type, YQ_TYPE_MARKET);
	assert_int_equal(ORDER(&s)->timestamp_us, s.now_us);
	assert_decimal(ORDER(&s)->qty, "10");
	assert_decimal(ORDER(&s)->price.value, "100");
	assert_decimal(s.decision.reserve_prices[0], "100");
	assert_false(ORDER(&s)->reduce_only);
	assert_string_equal(s.decision.text, "Buy 10 AAPL on NASDAQ");
	yq_account_free(s.account);
}

static void
test_the_same_inputs_give_the_same_bytes(void **unused)
{
	struct scene s = scene_of("10000", "0");
	YQ_CLEANUP(yq_buf_free) struct yq_buf one = yq_buf_make(65536);
	YQ_CLEANUP(yq_buf_free) struct yq_buf two = yq_buf_make(65536);
	const struct yq_decision *decisions[1] = { &s.decision };
	struct yq_order first;

	(void)unused;
	memset(&s.decision, 0xaa, sizeof(s.decision));
	decide(&s);
	first = *ORDER(&s);
	yq_verdict_write(&one, decisions, NULL, 1, s.now_us);
	memset(&s.decision, 0x55, sizeof(s.decision));
	decide(&s);
	yq_verdict_write(&two, decisions, NULL, 1, s.now_us);
	assert_string_equal(yq_buf_text(&one), yq_buf_text(&two));
	for (size_t i = 0; i < yq_order_field_count; i++) {
		YQ_CLEANUP(yq_buf_free) struct yq_buf a = yq_buf_make(4096);
		YQ_CLEANUP(yq_buf_free) struct yq_buf b = yq_buf_make(4096);

		assert_int_equal(yq_record_field_text(&yq_order_fields[i], &first, &a),
		    yq_record_field_text(&yq_order_fields[i], ORDER(&s), &b));
		assert_string_equal(yq_buf_text(&a), yq_buf_text(&b));
	}
	yq_account_free(s.account);
}

static void
test_ten_buys_at_once_cannot_spend_the_same_cash(void **unused)
{
	struct scene s = scene_of("10000", "0");
	int ordered = 0;

	(void)unused;
	s.account->commission_rate = dec("0.001");
	s.policy.sizing.sizer = YQ_SIZER_PERCENT_OF_EQUITY;
	s.policy.sizing.equity_pct = dec("0.4");
	for (int i = 0; i < 10; i++) {
		char name[16];

		(void)yq_str_format(name, sizeof(name), "signal %d", i);
		s.signal.id = yq_id_named(name, strlen(name));
		if (strcmp(decide(&s), "ORDERED") != 0)
			continue;
		ordered++;
		assert_int_equal(
		    yq_account_open(s.account, ORDER(&s), s.decision.reserve_prices[0], NULL),
		    YQ_OK);
		assert_true(yq_decimal_sign(yq_account_buying_power(s.account, YQ_USD)) >= 0);
	}
	assert_int_equal(ordered, 3); /* 40 + 40 + what is left: 19 */
	assert_string_equal(s.decision.code, "SIZE_NO_CASH");
	assert_decimal(yq_account_holding(s.account, YQ_NASDAQ, "AAPL")->buying, "99");
	yq_account_free(s.account);
}

static void
test_a_sell_signal_closes_and_may_only_reduce(void **unused)
{
	struct scene s = scene_of("1000000", "7");

	(void)unused;
	s.signal.action = YQ_SELL;
	s.signal.price.set = false;
	assert_string_equal(decide(&s), "ORDERED");
	assert_decimal(ORDER(&s)->qty, "7");
	assert_true(ORDER(&s)->reduce_only);
	s.policy.limits.allow_short = true;
	assert_string_equal(decide(&s), "ORDERED");
	assert_false(ORDER(&s)->reduce_only);
	s.signal.exchange = YQ_NYSE; /* not held there */
	assert_string_equal(decide(&s), "SIZE_NOTHING_HELD");
	yq_account_free(s.account);
}

static void
test_no_price_is_refused_never_assumed(void **unused)
{
	struct scene s = scene_of("10000", "0");

	(void)unused;
	s.signal.price.set = false;
	assert_string_equal(decide(&s), "NO_PRICE");
	s.market.last_price = opt("50");
	s.market.last_price_at_us = s.now_us - 10 * YQ_US_PER_SECOND;
	assert_string_equal(decide(&s), "ORDERED");
	assert_decimal(ORDER(&s)->qty, "20");
	s.policy.max_price_age_us = 10 * YQ_US_PER_SECOND;
	assert_string_equal(decide(&s), "ORDERED");
	s.policy.max_price_age_us--;
	assert_string_equal(decide(&s), "NO_PRICE");
	s.market.last_price_at_us = s.now_us + 10 * YQ_US_PER_SECOND;
	assert_string_equal(decide(&s), "NO_PRICE"); /* the clock was set back since */
	s.policy.sizing.sizer = YQ_SIZER_FIXED_QTY;
	s.policy.sizing.fixed_qty = opt("1");
	assert_string_equal(decide(&s), "RISK_NO_PRICE");
	yq_account_free(s.account);
}

static void
test_the_newest_price_counts(void **unused)
{
	struct scene s = scene_of("10000", "0");

	(void)unused;
	s.market.last_price = opt("50");
	s.market.last_price_at_us = s.signal.timestamp_us - 1;
	assert_string_equal(decide(&s), "ORDERED");
	assert_decimal(ORDER(&s)->price.value, "100");
	assert_decimal(ORDER(&s)->qty, "10");
	s.market.last_price_at_us = s.signal.timestamp_us + 1;
	assert_string_equal(decide(&s), "ORDERED");
	assert_decimal(ORDER(&s)->price.value, "50");
	assert_decimal(ORDER(&s)->qty, "20");
	/* An alert far from what was looked up is caught by the collar. */
	s.market.last_price_at_us = s.signal.timestamp_us - 1;
	s.policy.limits.price_collar = opt("0.1");
	assert_string_equal(decide(&s), "RISK_PRICE_COLLAR");
	yq_account_free(s.account);
}

static void
test_a_stale_signal_is_refused_never_traded_late(void **unused)
{
	struct scene s = scene_of("10000", "0");

	(void)unused;
	s.now_us = s.signal.timestamp_us + s.policy.limits.max_age_us;
	assert_string_equal(decide(&s), "ORDERED");
	s.now_us++;
	assert_string_equal(decide(&s), "RISK_STALE");
	s.now_us = s.signal.timestamp_us - s.policy.limits.max_age_us - 1;
	assert_string_equal(decide(&s), "RISK_STALE");
	yq_account_free(s.account);
}

/* What nobody reads is not written; what is decided, and why not, is the same. */
static void
test_a_brief_story_decides_the_same_and_tells_refusals(void **unused)
{
	struct scene s = scene_of("10000", "0");
	struct yq_order order;

	(void)unused;
	assert_string_equal(decide(&s), "ORDERED");
	assert_string_not_equal(s.decision.trace.steps[0].text, "");
	order = s.decision.orders[0];
	s.brief = true;
	assert_string_equal(decide(&s), "ORDERED");
	assert_memory_equal(&order, &s.decision.orders[0], sizeof(order));
	for (size_t i = 0; i < s.decision.trace.count; i++)
		assert_string_equal(s.decision.trace.steps[i].text, "");
	s.market.halt_reason = "Kim";
	assert_string_equal(decide(&s), "RISK_HALTED");
	assert_string_equal(s.decision.text, "trading is halted: Kim");
	yq_account_free(s.account);
}

static void
test_halt_market_hours_and_any_hour(void **unused)
{
	struct scene s = scene_of("10000", "0");

	(void)unused;
	s.policy.limits.max_age_us = 0;
	s.now_us = at("2026-11-23T14:29:59Z");
	assert_string_equal(decide(&s), "RISK_MARKET_CLOSED");
	s.any_hour = true;
	assert_string_equal(decide(&s), "ORDERED");
	s.hours = NULL; /* no calendar */
	assert_string_equal(decide(&s), "ORDERED");
	s.any_hour = false;
	assert_string_equal(decide(&s), "RISK_CALENDAR");
	s.any_hour = true;
	s.market.halt_reason = "Kim";
	assert_string_equal(decide(&s), "RISK_HALTED");
	s.market.halt_reason = NULL;
	s.account->active = false;
	assert_string_equal(decide(&s), "RISK_INACTIVE");
	yq_account_free(s.account);
}

static void
test_the_currency_is_the_markets_never_a_default(void **unused)
{
	struct scene s = scene_of("10000", "0");

	(void)unused;
	s.any_hour = true;
	for (int e = 0; e < YQ_EXCHANGE_COUNT; e++) {
		enum yq_currency currency = yq_market_of((enum yq_exchange)e)->currency;

		s.signal.exchange = (enum yq_exchange)e;
		s.signal.currency = YQ_CURRENCY_NONE;
		for (int c = 0; c < YQ_CURRENCY_COUNT; c++)
			yq_account_set_cash(s.account, (enum yq_currency)c, YQ_DECIMAL_ZERO);
		yq_account_set_cash(s.account, currency, dec("1000000"));
		assert_string_equal(decide(&s), "ORDERED");
		assert_int_equal(ORDER(&s)->currency, currency);
		/* All the cash of other currencies buys nothing. */
		for (int c = 0; c < YQ_CURRENCY_COUNT; c++)
			yq_account_set_cash(s.account, (enum yq_currency)c, dec("1000000"));
		yq_account_set_cash(s.account, currency, YQ_DECIMAL_ZERO);
		assert_string_equal(decide(&s), "SIZE_TOO_SMALL");
		s.signal.currency = currency == YQ_KRW ? YQ_USD : YQ_KRW;
		assert_string_equal(decide(&s), "SIGNAL_INVALID");
		assert_non_null(strstr(s.decision.text, "Currency"));
	}
	yq_account_free(s.account);
}

static void
test_prices_off_the_step_are_rounded_to_the_safe_side(void **unused)
{
	struct scene s = scene_of("10000", "10");

	(void)unused;
	s.signal.type = YQ_TYPE_LIMIT;
	s.signal.limit_price = opt("99.999");
	assert_string_equal(decide(&s), "ORDERED");
	assert_int_equal(ORDER(&s)->type, YQ_TYPE_LIMIT);
	assert_decimal(ORDER(&s)->price.value, "99.99");
	assert_decimal(s.decision.reserve_prices[0], "99.99");
	s.signal.action = YQ_SELL;
	assert_string_equal(decide(&s), "ORDERED");
	assert_decimal(ORDER(&s)->price.value, "100");
	s.signal.type = YQ_TYPE_STOP_LIMIT;
	s.signal.stop_price = opt("101.001");
	assert_string_equal(decide(&s), "ORDERED");
	assert_decimal(ORDER(&s)->stop_price.value, "101");
	s.signal.action = YQ_BUY;
	assert_string_equal(decide(&s), "ORDERED");
	assert_decimal(ORDER(&s)->stop_price.value, "101.01");
	/* A target that turns the action turns the safe side as well. */
	s.signal.type = YQ_TYPE_LIMIT;
	s.policy.sizing.sizer = YQ_SIZER_TARGET;
	s.signal.position_size = opt("4");
	assert_string_equal(decide(&s), "ORDERED");
	assert_int_equal(ORDER(&s)->action, YQ_SELL);
	assert_decimal(ORDER(&s)->price.value, "100");
	yq_account_free(s.account);
}

/* The take-profit up, the stop-loss and its limit down; each rounding is told. */
static void
test_exits_go_with_what_is_opened_rounded_to_the_safe_side(void **unused)
{
	struct scene s = scene_of("10000", "0");

	(void)unused;
	s.signal.exits.take_profit = opt("110.001");
	s.signal.exits.stop_loss = opt("90.009");
	s.signal.exits.stop_loss_limit = opt("89.999");
	assert_string_equal(decide(&s), "ORDERED");
	assert_decimal(ORDER(&s)->exits.take_profit.value, "110.01");
	assert_decimal(ORDER(&s)->exits.stop_loss.value, "90");
	assert_decimal(ORDER(&s)->exits.stop_loss_limit.value, "89.99");
	assert_true(yq_id_is_none(&ORDER(&s)->bracket_id));
	yq_account_free(s.account);
}

static void
test_an_exit_takes_no_exits_along(void **unused)
{
	struct scene s = scene_of("10000", "10");

	(void)unused;
	s.signal.action = YQ_SELL;
	s.signal.exits.take_profit = opt("90"); /* left over from a template */
	s.signal.exits.stop_loss = opt("90");
	assert_string_equal(decide(&s), "ORDERED");
	assert_false(yq_exits_any(&ORDER(&s)->exits));
	yq_account_free(s.account);
}

/* Both sides of each boundary, at a price of 100. */
static void
test_exits_on_the_wrong_side_of_the_price_are_refused(void **unused)
{
	static const struct {
		const char *profit, *loss, *code;
	} cases[] = {
		{ "100.01", "99.99", "ORDERED" },
		{ "100", "99.99", "BRACKET" },
		{ "100.01", "100", "BRACKET" },
		{ "100.01", "", "ORDERED" },
		{ "", "100", "BRACKET" },
		{ "0.001", "", "BRACKET" },
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		struct scene s = scene_of("10000", "0");

		if (cases[i].profit[0] != '\0')
			s.signal.exits.take_profit = opt(cases[i].profit);
		if (cases[i].loss[0] != '\0')
			s.signal.exits.stop_loss = opt(cases[i].loss);
		assert_string_equal(decide(&s), cases[i].code);
		yq_account_free(s.account);
	}
}

static void
test_a_limit_buy_is_sized_and_judged_at_its_limit(void **unused)
{
	struct scene s = scene_of("10000", "0");

	(void)unused;
	s.signal.type = YQ_TYPE_LIMIT;
	s.signal.limit_price = opt("50");
	s.policy.limits.max_order_value[YQ_USD] = opt("1000");
	assert_string_equal(decide(&s), "ORDERED");
	assert_decimal(ORDER(&s)->qty, "20");
	s.policy.limits.max_order_value[YQ_USD] = opt("999");
	assert_string_equal(decide(&s), "RISK_MAX_ORDER_VALUE");
	yq_account_free(s.account);
}

static void
test_a_malformed_signal_is_refused_by_member(void **unused)
{
	struct scene s = scene_of("10000", "0");

	(void)unused;
	s.signal.strength = opt("101");
	assert_string_equal(decide(&s), "SIGNAL_INVALID");
	assert_non_null(strstr(s.decision.text, "Strength"));
	yq_account_free(s.account);
}

static void
test_the_verdict_tells_the_story(void **unused)
{
	struct scene yes = scene_of("10000", "0"), no = scene_of("10000", "0");
	YQ_CLEANUP(yq_buf_free) struct yq_buf buf = yq_buf_make(65536);
	YQ_CLEANUP(yq_json_freep) yq_json *tree = NULL;
	const struct yq_decision *decisions[2] = { &no.decision, &yes.decision };
	const yq_json *steps;

	(void)unused;
	no.market.halt_reason = "Kim said \"stop\"";
	decide(&yes);
	decide(&no);
	yq_verdict_write(&buf, decisions, NULL, 2, yes.now_us);
	assert_true(yq_buf_ok(&buf));
	assert_int_equal(yq_json_parse(buf.data, buf.length, &tree, NULL), YQ_OK);
	assert_string_equal(yq_json_text(yq_json_get(tree, "Verdict"), NULL), "ordered");
	assert_string_equal(yq_json_text(yq_json_get(tree, "Code"), NULL), "ORDERED");
	assert_string_equal(
	    yq_json_text(yq_json_get(tree, "DecidedAt"), NULL), "2026-11-23T15:00:00.000000Z");
	assert_int_equal(yq_json_count(yq_json_get(tree, "Orders")), 1);
	steps = yq_json_get(tree, "Steps");
	assert_int_equal(yq_json_count(steps), yes.decision.trace.count + no.decision.trace.count);
	assert_string_equal(
	    yq_json_text(yq_json_get(yq_json_at(steps, 0), "Rule"), NULL), "INTENT");
	assert_string_equal(
	    yq_json_text(yq_json_get(yq_json_at(steps, 1), "Rule"), NULL), "RISK_HALTED");
	assert_false(yq_json_bool(yq_json_get(yq_json_at(steps, 1), "Ok")));
	assert_string_equal(yq_json_text(yq_json_get(yq_json_at(steps, 1), "Text"), NULL),
	    "trading is halted: Kim said \"stop\"");

	yq_buf_clear(&buf);
	yq_verdict_write(&buf, decisions, NULL, 1, yes.now_us);
	assert_non_null(
	    strstr(yq_buf_text(&buf), "\"Verdict\":\"refused\",\"Code\":\"RISK_HALTED\""));
	yq_buf_clear(&buf);
	yq_verdict_write(&buf, decisions, NULL, 0, yes.now_us);
	assert_non_null(strstr(yq_buf_text(&buf), "\"Code\":\"NO_ACCOUNT\""));
	yq_account_free(yes.account);
	yq_account_free(no.account);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_buy_signal_becomes_an_order_with_everything_filled_in),
		cmocka_unit_test(test_the_same_inputs_give_the_same_bytes),
		cmocka_unit_test(test_ten_buys_at_once_cannot_spend_the_same_cash),
		cmocka_unit_test(test_a_sell_signal_closes_and_may_only_reduce),
		cmocka_unit_test(test_no_price_is_refused_never_assumed),
		cmocka_unit_test(test_the_newest_price_counts),
		cmocka_unit_test(test_a_stale_signal_is_refused_never_traded_late),
		cmocka_unit_test(test_a_brief_story_decides_the_same_and_tells_refusals),
		cmocka_unit_test(test_halt_market_hours_and_any_hour),
		cmocka_unit_test(test_the_currency_is_the_markets_never_a_default),
		cmocka_unit_test(test_prices_off_the_step_are_rounded_to_the_safe_side),
		cmocka_unit_test(test_exits_go_with_what_is_opened_rounded_to_the_safe_side),
		cmocka_unit_test(test_an_exit_takes_no_exits_along),
		cmocka_unit_test(test_exits_on_the_wrong_side_of_the_price_are_refused),
		cmocka_unit_test(test_a_limit_buy_is_sized_and_judged_at_its_limit),
		cmocka_unit_test(test_a_malformed_signal_is_refused_by_member),
		cmocka_unit_test(test_the_verdict_tells_the_story),
	};

	return cmocka_run_group_tests(tests, load_calendar, unload_calendar);
}
