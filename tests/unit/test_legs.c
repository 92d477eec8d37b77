/* test_legs.c - from what a strategy wants to the orders of one account. */
#include "domain_test.h"

#include "domain/withdraw.h"
#include "test.h"

#define NOW "2026-11-23T15:00:00Z"

struct scene {
	struct yq_signal signal;
	struct yq_account_view view;
	struct yq_market_facts market;
	struct yq_policy policy;
	struct yq_decision decision;
};

/* AAPL at 100 in an account with 10,000 USD, which buys 10 % of the equity. */
static struct scene
scene_of(const char *held, enum yq_action action)
{
	struct scene s = { .signal = yq_signal_default() };

	s.signal.id = yq_id_named("signal", 6);
	SET(s.signal.ticker, "AAPL");
	SET(s.signal.strategy, "S");
	s.signal.exchange = YQ_NASDAQ;
	s.signal.action = action;
	s.signal.price = opt("100");
	s.signal.timestamp_us = at(NOW);
	SET(s.view.alias, "Main");
	s.view.active = true;
	s.view.currency = YQ_USD;
	s.view.cash = dec("10000");
	s.view.held = s.view.ahead = dec(held);
	s.view.avg_price = dec("100");
	s.view.invested.units = s.view.held.units * 100;
	s.view.cash.units -= s.view.invested.units;
	s.market.open = s.market.covered = true;
	s.policy.sizing = yq_sizing_default();
	s.policy.sizing.sizer = YQ_SIZER_PERCENT_OF_EQUITY;
	return s;
}

static void
goes(struct scene *s, enum yq_stance before, enum yq_stance after)
{
	s->signal.prev_market_position = before;
	s->signal.market_position = after;
}

static void
add_order(struct yq_buf *out, const struct yq_order *order)
{
	char qty[YQ_DECIMAL_TEXT_SIZE];

	yq_decimal_format(order->qty, qty);
	yq_buf_add_format(out, "%s%c%s%s%s", out->length > 0 ? " " : "",
	    order->action == YQ_BUY ? '+' : '-', qty, order->reduce_only ? "r" : "",
	    order->cut_to_held ? "c" : "");
}

/* "-10rc -5": side and quantity of each order, r for reduce-only, c for cut to what is held; or the
 * code of the refusal. */
static const char *
decide(struct scene *s)
{
	static char text[128];
	YQ_CLEANUP(yq_buf_free) struct yq_buf out = yq_buf_make(sizeof(text));
	struct yq_decision *d = &s->decision;
	enum yq_rc rc = yq_compose(&s->signal, &s->view, &s->market, &s->policy, at(NOW), d);

	assert_int_equal(rc, d->ordered ? YQ_OK : YQ_E_REFUSED);
	if (!d->ordered) {
		assert_int_equal(d->order_count, 0);
		assert_false(d->withdraws);
		return d->code;
	}
	for (size_t i = 0; i < d->order_count; i++) {
		struct yq_id id = yq_order_id_of(&s->signal.id, "Main", (unsigned)i);

		add_order(&out, &d->orders[i]);
		assert_int_equal(yq_order_check(&d->orders[i], NULL), YQ_OK);
		assert_true(yq_id_equal(&d->orders[i].id, &id));
	}
	assert_true(yq_id_is_none(&d->orders[0].after));
	if (d->order_count > 1)
		assert_true(yq_id_equal(&d->orders[1].after, &d->orders[0].id));
	assert_true(yq_str_copy(text, sizeof(text), yq_buf_text(&out)));
	return text;
}

#define BUY   YQ_BUY
#define SELL  YQ_SELL
#define NONE  YQ_STANCE_NONE
#define FLAT  YQ_STANCE_FLAT
#define LONG  YQ_STANCE_LONG
#define SHORT YQ_STANCE_SHORT

/* Of 10,000: 10 % at 100 are 10. */
static const struct {
	enum yq_action action;
	enum yq_stance before, after;
	const char *held, *qty, *size; /* size: PositionSize */
	const char *without_shorts, *with_shorts;
} legs[] = {
	/* no word of a position: as ever */
	{ BUY, NONE, NONE, "0", NULL, NULL, "+10", "+10" },
	{ SELL, NONE, NONE, "7", NULL, NULL, "-7r", "-7" },
	{ SELL, NONE, NONE, "7", "3", NULL, "-3r", "-3" },
	{ SELL, NONE, NONE, "0", NULL, NULL, "SIZE_NOTHING_HELD", "SIZE_NOTHING_HELD" },
	/* entries, and what adds to them */
	{ BUY, FLAT, LONG, "0", NULL, "40", "+10", "+10" },
	{ BUY, FLAT, LONG, "0", "4", "4", "+4", "+4" },
	{ BUY, LONG, LONG, "10", "4", "44", "+4", "+4" },
	{ BUY, NONE, LONG, "0", "4", NULL, "+4", "+4" },
	{ SELL, FLAT, SHORT, "0", NULL, "-40", "RISK_NO_SHORT", "-10" },
	{ SELL, FLAT, SHORT, "0", "4", "-4", "RISK_NO_SHORT", "-4" },
	{ SELL, SHORT, SHORT, "-10", "4", "-44", "RISK_NO_SHORT", "-4" },
	/* a strategy that thinks itself flat, in an account that holds the other side */
	{ SELL, FLAT, SHORT, "6", "4", "-4", "-6rc", "-6rc -4" },
	/* parts */
	{ SELL, LONG, LONG, "10", "4", "6", "-4rc", "-4rc" },
	{ SELL, LONG, LONG, "10", "40", "6", "-10rc", "-10rc" }, /* never through zero */
	{ SELL, LONG, LONG, "10", NULL, NULL, "SIZE_INCOMPLETE", "SIZE_INCOMPLETE" },
	{ SELL, LONG, LONG, "0", "4", "6", "SIZE_NOTHING_HELD", "SIZE_NOTHING_HELD" },
	{ BUY, SHORT, SHORT, "-10", "4", "-6", "+4rc", "+4rc" },
	{ BUY, SHORT, SHORT, "0", "4", "-6", "SIZE_NOTHING_HELD", "SIZE_NOTHING_HELD" },
	/* a flat closes all, whatever the contracts say, and never opens */
	{ SELL, LONG, FLAT, "10", "4", "0", "-10rc", "-10rc" },
	{ SELL, LONG, FLAT, "10", "400", "0", "-10rc", "-10rc" },
	{ SELL, NONE, FLAT, "10", NULL, NULL, "-10rc", "-10rc" },
	{ SELL, FLAT, FLAT, "10", NULL, NULL, "-10rc", "-10rc" },
	{ SELL, LONG, FLAT, "0", "4", "0", "SIZE_NOTHING_HELD", "SIZE_NOTHING_HELD" },
	{ SELL, LONG, FLAT, "-4", "4", "0", "SIZE_NOTHING_HELD", "SIZE_NOTHING_HELD" },
	{ BUY, SHORT, FLAT, "10", "4", "0", "SIZE_NOTHING_HELD", "SIZE_NOTHING_HELD" },
	{ BUY, SHORT, FLAT, "-10", "4", "0", "+10rc", "+10rc" },
	{ SELL, NONE, NONE, "10", "4", "0", "-10rc", "-10rc" }, /* PositionSize alone */
	/* reverses: what is held is closed, and as much opened as the policy and the size allow */
	{ SELL, LONG, SHORT, "10", "14", "-4", "-10rc", "-10rc -4" },
	{ SELL, LONG, SHORT, "10", "14", NULL, "-10rc", "-10rc -4" },
	{ SELL, LONG, SHORT, "10", "10", NULL, "-10rc", "-10rc" },
	{ SELL, LONG, SHORT, "10", NULL, NULL, "-10rc", "-10rc -10" },
	{ SELL, LONG, SHORT, "10", "400", "-390", "-10rc", "-10rc -10" },
	{ SELL, LONG, SHORT, "0", "14", "-4", "RISK_NO_SHORT", "-4" },
	{ BUY, SHORT, LONG, "-10", "14", "4", "+10rc +4", "+10rc +4" },
	{ BUY, SHORT, LONG, "0", NULL, "4", "+10", "+10" },
	/* what contradicts itself */
	{ BUY, FLAT, SHORT, "10", NULL, NULL, "INTENT_CONTRADICTION", "INTENT_CONTRADICTION" },
	{ SELL, SHORT, FLAT, "10", NULL, NULL, "INTENT_CONTRADICTION", "INTENT_CONTRADICTION" },
	{ SELL, LONG, SHORT, "10", NULL, "4", "INTENT_CONTRADICTION", "INTENT_CONTRADICTION" },
};

static void
test_an_intent_becomes_its_orders(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(legs); i++) {
		struct scene s = scene_of(legs[i].held, legs[i].action);

		goes(&s, legs[i].before, legs[i].after);
		if (legs[i].qty != NULL)
			s.signal.qty = opt(legs[i].qty);
		if (legs[i].size != NULL)
			s.signal.position_size = opt(legs[i].size);
		if (!yq_str_equal(decide(&s), legs[i].without_shorts))
			fail_msg("row %zu: %s: %s", i, decide(&s), s.decision.text);
		s.policy.limits.allow_short = true;
		if (!yq_str_equal(decide(&s), legs[i].with_shorts))
			fail_msg("row %zu, shorts: %s: %s", i, decide(&s), s.decision.text);
	}
}

/* The code's sentence in the trace; NULL = it is not there. */
static const char *
said(const struct scene *s, const char *rule)
{
	for (size_t i = 0; i < s->decision.trace.count; i++)
		if (yq_str_equal(s->decision.trace.steps[i].rule, rule))
			return s->decision.trace.steps[i].text;
	return NULL;
}

static void
test_a_flat_that_overtakes_its_entry_closes_what_becomes_of_it(void **unused)
{
	struct scene s = scene_of("0", SELL);

	(void)unused;
	goes(&s, LONG, FLAT);
	s.view.buying = s.view.others_buying = dec("10"); /* of another strategy, or by hand */
	s.view.open_buys = 1;
	assert_string_equal(decide(&s), "SIZE_NOTHING_HELD");
	s.view.ahead = dec("10"); /* at the market: on its way */
	assert_string_equal(decide(&s), "-10rc");
	assert_false(s.decision.withdraws);
	s.view.own_resting_buys = 1; /* at a limit: it may rest for hours */
	assert_string_equal(decide(&s), "-10rc");
	assert_true(s.decision.withdraws);
	assert_int_equal(s.decision.withdrawn, YQ_BUY);
	assert_non_null(said(&s, YQ_LEG_WITHDRAW));
	s.view.held = dec("3");
	s.view.ahead = dec("13");
	assert_string_equal(decide(&s), "-13rc");
	s.view.ahead = dec("0"); /* the same flat once more */
	assert_string_equal(decide(&s), "SIZE_NOTHING_HELD");
}

/* A grid of entries: those that stay would open what was just left. */
static void
test_a_flat_withdraws_every_entry_that_rests_and_says_how_many(void **unused)
{
	struct yq_account *book = yq_account_make("Main");
	struct scene s = scene_of("0", SELL);
	struct yq_order order = yq_order_default();

	(void)unused;
	SET(order.account_alias, "Main");
	SET(order.ticker, "AAPL");
	order.exchange = YQ_NASDAQ;
	order.currency = YQ_USD;
	order.action = BUY;
	order.type = YQ_TYPE_LIMIT;
	order.qty = dec("1");
	order.price = opt("90");
	order.timestamp_us = at(NOW);
	yq_order_reason_of("S", order.buy_reason);
	for (unsigned i = 0; i < 100; i++) {
		char name[16];

		yq_str_format(name, sizeof(name), "entry %u", i);
		order.id = yq_id_named(name, strlen(name));
		assert_int_equal(yq_account_open(book, &order, dec("90"), NULL), YQ_OK);
		if (i == 39 || i == 99) {
			goes(&s, LONG, FLAT);
			s.view.ahead = yq_decimal_from_int(i + 1);
			s.view.open_buys = s.view.own_resting_buys = i + 1;
			(void)decide(&s);
			yq_withdraw(&s.decision, &s.signal, book);
			assert_int_equal(s.decision.cancel_count, i == 39 ? 40 : YQ_CANCELS_MAX);
			assert_non_null(strstr(
			    said(&s, YQ_LEG_WITHDRAW), i == 39 ? "40 Buy" : "64 of 100 Buy"));
		}
	}
	yq_account_free(book);
}

static void
test_the_same_holds_for_a_short(void **unused)
{
	struct scene s = scene_of("-3", BUY);

	(void)unused;
	goes(&s, SHORT, FLAT);
	s.view.selling = dec("2");
	s.view.ahead = dec("-5");
	s.view.open_sells = s.view.own_resting_sells = 1;
	assert_string_equal(decide(&s), "+5rc");
	assert_true(s.decision.withdraws);
	assert_int_equal(s.decision.withdrawn, YQ_SELL);
}

static void
test_a_sizing_policy_that_trades_to_a_target_goes_through_zero_in_two_steps(void **unused)
{
	struct scene s = scene_of("10", SELL);

	(void)unused;
	s.policy.sizing.sizer = YQ_SIZER_TARGET;
	s.signal.position_size = opt("-5");
	assert_string_equal(decide(&s), "-10rc"); /* as far as it may */
	s.policy.limits.allow_short = true;
	assert_string_equal(decide(&s), "-10rc -5");
	assert_non_null(strstr(said(&s, "INTENT"), "Target"));
	goes(&s, NONE, SHORT); /* said otherwise */
	s.signal.position_size.set = false;
	s.signal.market_position_size = opt("5");
	assert_string_equal(decide(&s), "-10rc -5");
	s.signal.market_position = LONG;
	assert_string_equal(decide(&s), "-5rc");
	s.signal.action = BUY; /* the target counts, not the side ... */
	assert_string_equal(decide(&s), "-5rc");
	s.signal.market_position_size = opt("10");
	assert_string_equal(decide(&s), "SIZE_AT_TARGET");
	s.signal.market_position_size = opt("11");
	assert_string_equal(decide(&s), "+1");
	goes(&s, NONE, FLAT);
	s.signal.market_position_size.set = false;
	assert_string_equal(decide(&s), "-10rc"); /* ... of a flat neither */
}

static void
test_the_second_leg_is_checked_on_the_account_after_the_first(void **unused)
{
	struct scene s = scene_of("-10", BUY);

	(void)unused;
	/* 10,000 and what the short brought: 11,000 in cash, and minus 1,000 of shares. */
	goes(&s, SHORT, LONG);
	s.policy.limits.allow_short = true;
	s.policy.sizing.equity_pct = dec("1");
	assert_string_equal(decide(&s), "+10rc +100");
	s.view.commission_rate = dec("0.01"); /* 10 to close, and 1.01 of 9,990 */
	assert_string_equal(decide(&s), "+10rc +98");
	s.policy.limits.max_position_share = opt("0.5");
	assert_string_equal(decide(&s), "+10rc"); /* the way out is open */
	assert_string_equal(s.decision.code, "ORDERED");
	assert_non_null(said(&s, YQ_RISK_MAX_POSITION_SHARE));
	assert_string_equal(yq_trace_refusal(&s.decision.trace)->rule, YQ_RISK_MAX_POSITION_SHARE);
}

static void
test_the_second_leg_counts_as_an_order_and_is_no_duplicate_of_the_first(void **unused)
{
	struct scene s = scene_of("10", SELL);

	(void)unused;
	goes(&s, LONG, SHORT);
	s.signal.position_size = opt("-10");
	s.policy.limits.allow_short = true;
	s.policy.limits.duplicate_window_us = 60 * YQ_US_PER_SECOND;
	s.policy.limits.max_orders_per_minute = 2;
	assert_string_equal(decide(&s), "-10rc -10");
	s.market.orders_last_minute = 1;
	assert_string_equal(decide(&s), "-10rc");
	assert_non_null(said(&s, YQ_RISK_RATE));
}

static void
test_the_second_leg_counts_towards_the_orders_of_a_day(void **unused)
{
	struct scene s = scene_of("10", SELL);

	(void)unused;
	goes(&s, LONG, SHORT);
	s.signal.position_size = opt("-10");
	s.policy.limits.allow_short = true;
	s.policy.limits.max_orders_per_day = 2;
	assert_string_equal(decide(&s), "-10rc -10");
	s.market.orders_last_day = 1;
	assert_string_equal(decide(&s), "-10rc");
	assert_non_null(said(&s, YQ_RISK_ORDERS_PER_DAY));
}

static void
test_the_second_leg_takes_the_place_of_what_the_first_closes(void **unused)
{
	struct scene s = scene_of("10", SELL);

	(void)unused;
	goes(&s, LONG, SHORT);
	s.signal.position_size = opt("-10");
	s.view.gross = dec("1000");
	s.view.instruments = 1;
	s.policy.limits.allow_short = true;
	s.policy.limits.max_positions = 1;
	s.policy.limits.max_invested_share = opt("0.1");
	assert_string_equal(decide(&s), "-10rc -10");
	s.view.gross = dec("1001"); /* 1 is of another */
	assert_string_equal(decide(&s), "-10rc");
	assert_non_null(said(&s, YQ_RISK_MAX_INVESTED_SHARE));
	s.view.gross = dec("1000");
	s.view.instruments = 2;
	assert_string_equal(decide(&s), "-10rc");
	assert_non_null(said(&s, YQ_RISK_MAX_POSITIONS));
}

static void
test_without_the_first_leg_there_is_no_second(void **unused)
{
	struct scene s = scene_of("10", SELL);

	(void)unused;
	goes(&s, LONG, SHORT);
	s.policy.limits.allow_short = true;
	s.view.own_resting_buys = 1;
	s.market.halt_reason = "stop";
	assert_string_equal(decide(&s), "RISK_HALTED");
	s.market.halt_reason = NULL;
	s.market.lot = opt("20");
	assert_string_equal(decide(&s), "SIZE_TOO_SMALL");
	s.market.lot = opt("4"); /* 2 stay: nothing may be opened beside them */
	assert_string_equal(decide(&s), "-8rc");
}

static void
test_a_second_leg_without_a_price_leaves_the_first(void **unused)
{
	struct scene s = scene_of("10", SELL);

	(void)unused;
	goes(&s, LONG, SHORT);
	s.policy.limits.allow_short = true;
	s.signal.price.set = false;
	assert_string_equal(decide(&s), "-10rc");
	assert_string_equal(yq_trace_refusal(&s.decision.trace)->rule, YQ_SIZE_NO_PRICE);
}

static void
test_the_story_names_the_intent_and_each_leg(void **unused)
{
	struct scene s = scene_of("10", SELL);

	(void)unused;
	goes(&s, LONG, SHORT);
	s.signal.prev_market_position_size = opt("12");
	s.signal.position_size = opt("-5");
	assert_string_equal(decide(&s), "-10rc");
	assert_string_equal(said(&s, "INTENT"), "Reverse: a Sell from Long 12 to Short 5");
	assert_string_equal(
	    said(&s, "LEG"), "Sell 10 to close: 10 are held, 10 once open orders are done");
	assert_string_equal(s.decision.text, "Sell 10 AAPL on NASDAQ");
	s.policy.limits.allow_short = true;
	s.signal.qty = opt("17");
	assert_string_equal(decide(&s), "-10rc -5");
	assert_string_equal(s.decision.text, "Sell 10, then Sell 5 AAPL on NASDAQ");
}

static void
test_every_sizing_policy_sizes_what_opens_a_short(void **unused)
{
	static const struct {
		enum yq_sizer sizer;
		const char *orders;
	} policies[] = {
		{ YQ_SIZER_BASIC, "-10" },
		{ YQ_SIZER_ONLY_ONE, "-10" },
		{ YQ_SIZER_FIXED_QTY, "-7" },
		{ YQ_SIZER_PERCENT_OF_EQUITY, "-10" },
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(policies); i++) {
		struct scene s = scene_of("0", SELL);

		goes(&s, FLAT, SHORT);
		s.policy.limits.allow_short = true;
		s.policy.sizing.sizer = policies[i].sizer;
		s.policy.sizing.fixed_qty = opt("7");
		assert_string_equal(decide(&s), policies[i].orders);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_intent_becomes_its_orders),
		cmocka_unit_test(test_a_flat_that_overtakes_its_entry_closes_what_becomes_of_it),
		cmocka_unit_test(test_a_flat_withdraws_every_entry_that_rests_and_says_how_many),
		cmocka_unit_test(test_the_same_holds_for_a_short),
		cmocka_unit_test(
		    test_a_sizing_policy_that_trades_to_a_target_goes_through_zero_in_two_steps),
		cmocka_unit_test(test_the_second_leg_is_checked_on_the_account_after_the_first),
		cmocka_unit_test(
		    test_the_second_leg_counts_as_an_order_and_is_no_duplicate_of_the_first),
		cmocka_unit_test(test_the_second_leg_counts_towards_the_orders_of_a_day),
		cmocka_unit_test(test_the_second_leg_takes_the_place_of_what_the_first_closes),
		cmocka_unit_test(test_without_the_first_leg_there_is_no_second),
		cmocka_unit_test(test_a_second_leg_without_a_price_leaves_the_first),
		cmocka_unit_test(test_the_story_names_the_intent_and_each_leg),
		cmocka_unit_test(test_every_sizing_policy_sizes_what_opens_a_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
