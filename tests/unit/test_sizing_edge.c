/* test_sizing_edge.c - sizes by volatility, by half-Kelly and by a plug-in, at their limits. */
#include <yquant/sizer.h>

#include "sizing_test.h"

#include "domain/compose.h"

static struct yq_trace trace;

/* A buy of AAPL at 100, with equity and cash of 10,000 USD. */
struct scene {
	struct yq_account *account;
	struct yq_signal signal;
	struct yq_sizing sizing;
	struct yq_account_view view;
	struct yq_sizing_facts facts;
	struct yq_track track;
	struct yq_sizer_answer answer;
};

static int
set_up(void **state)
{
	static struct scene scene;

	scene = (struct scene){
		.account = sample_account("10000", "0"),
		.signal = sample_signal(YQ_BUY),
		.sizing = yq_sizing_default(),
		.facts = { .price = dec("100"), .lot = dec("1") },
	};
	SET(scene.signal.strategy, "Mean rev");
	scene.sizing.max_portfolio_alloc_pct = dec("1");
	*state = &scene;
	return 0;
}

static int
tear_down(void **state)
{
	yq_account_free(((struct scene *)*state)->account);
	return 0;
}

static const char *
size_of(struct scene *s, enum yq_sizer sizer)
{
	s->sizing.sizer = sizer;
	s->view = yq_view_of(s->account, s->signal.exchange, s->signal.ticker);
	s->facts.account = &s->view;
	return size_by(&s->sizing, &s->signal, &s->facts, &trace);
}

#define assert_size(s, sizer, expected) assert_string_equal(size_of(s, sizer), expected)

static void
assert_told(const char *words)
{
	for (size_t i = 0; i < trace.count; i++)
		if (strstr(trace.steps[i].text, words) != NULL)
			return;
	fail_msg("nothing of \"%s\" is told; the last is \"%s\"", words,
	    trace.steps[trace.count - 1].text);
}

/* ---- Volatility ---- */

static void
test_volatility_risks_the_same_whatever_the_range(void **state)
{
	struct scene *s = *state;

	/* 10000 x 0.01 = 100 at risk; 2 x ATR a unit */
	s->signal.atr = opt("2.5");
	assert_size(s, YQ_SIZER_VOLATILITY, "+20");
	assert_told("risks 100.00 USD of the equity of 10,000.00 USD, 5 a unit (2 x ATR 2.5): 20");
	s->signal.atr = opt("2.50000001");
	assert_size(s, YQ_SIZER_VOLATILITY, "+19");
	s->signal.atr = opt("50");
	assert_size(s, YQ_SIZER_VOLATILITY, "+1");
	s->signal.atr = opt("50.00000001");
	assert_size(s, YQ_SIZER_VOLATILITY, "SIZE_TOO_SMALL");
	s->sizing.atr_multiple = dec("1");
	assert_size(s, YQ_SIZER_VOLATILITY, "+1");
}

static void
test_volatility_never_assumes_a_range_or_a_price(void **state)
{
	struct scene *s = *state;

	assert_size(s, YQ_SIZER_VOLATILITY, "SIZE_INCOMPLETE");
	s->signal.atr = opt("0");
	assert_size(s, YQ_SIZER_VOLATILITY, "SIZE_INCOMPLETE");
	s->signal.atr = opt("2.5");
	s->facts.price = dec("0");
	assert_size(s, YQ_SIZER_VOLATILITY, "NO_PRICE");
}

static void
test_volatility_is_capped_like_every_buy(void **state)
{
	struct scene *s = *state;

	s->signal.atr = opt("0.01"); /* 5000 units */
	assert_size(s, YQ_SIZER_VOLATILITY, "+100");
	s->sizing.max_portfolio_alloc_pct = dec("0.1");
	assert_size(s, YQ_SIZER_VOLATILITY, "+10");
	assert_told("at most 10 worth 1,000.00 USD");
	s->signal.qty = opt("4");
	assert_size(s, YQ_SIZER_VOLATILITY, "+4");
	s->signal.qty = YQ_OPT_DECIMAL_NONE;
	s->signal.atr = opt("5"); /* 10 units */
	s->signal.strength = opt("55");
	assert_size(s, YQ_SIZER_VOLATILITY, "+5");
	s->signal.strength = YQ_OPT_DECIMAL_NONE;
	s->facts.lot = dec("4");
	assert_size(s, YQ_SIZER_VOLATILITY, "+8");
}

/* ---- HalfKelly ---- */

/* 60 trades: 33 won 4,500 in all, 27 lost 2,700: p = 0.55, b = (4500 / 33) / 100. */
static void
play_sixty(struct scene *s)
{
	s->track = (struct yq_track){
		.trips = 60, .wins = 33, .losses = 27, .won = dec("4500"), .lost = dec("2700")
	};
	s->facts.track = &s->track;
}

static void
test_half_kelly_is_half_of_what_the_formula_says(void **state)
{
	struct scene *s = *state;

	play_sixty(s);
	/* (0.55 - 0.45 / 1.3636...) / 2 = 0.11 */
	assert_size(s, YQ_SIZER_HALF_KELLY, "+11");
	assert_told("33 of 60 trades won, on average 136.36");
	assert_told("27 lost, on average 100.00 USD: half-Kelly 0.11");
	/* The textbook's coin: p = 0.6 at even money, f = 0.2, half of it 0.1. */
	s->track = (struct yq_track){
		.trips = 100, .wins = 60, .losses = 40, .won = dec("60"), .lost = dec("40")
	};
	assert_size(s, YQ_SIZER_HALF_KELLY, "+10");
	s->signal.strength = opt("50");
	assert_size(s, YQ_SIZER_HALF_KELLY, "+5");
	s->signal.strength = YQ_OPT_DECIMAL_NONE;
	s->sizing.max_portfolio_alloc_pct = dec("0.03");
	assert_size(s, YQ_SIZER_HALF_KELLY, "+3");
}

static void
test_half_kelly_counts_trades_that_came_to_nothing(void **state)
{
	struct scene *s = *state;

	/* p = 50 / 100 though only 25 were lost: (0.5 - 0.5 / 2) / 2 */
	s->track = (struct yq_track){
		.trips = 100, .wins = 50, .losses = 25, .won = dec("100"), .lost = dec("25")
	};
	s->facts.track = &s->track;
	assert_size(s, YQ_SIZER_HALF_KELLY, "+12");
	assert_told("half-Kelly 0.125");
}

static void
test_half_kelly_without_an_edge_is_refused(void **state)
{
	struct scene *s = *state;

	s->track = (struct yq_track){
		.trips = 100, .wins = 50, .losses = 50, .won = dec("50"), .lost = dec("50")
	};
	s->facts.track = &s->track;
	assert_size(s, YQ_SIZER_HALF_KELLY, "SIZE_NO_EDGE");
	s->track.lost = dec("49");
	assert_size(s, YQ_SIZER_HALF_KELLY, "SIZE_TOO_SMALL"); /* 0.5 % is half a share */
	s->track.lost = dec("80");
	assert_size(s, YQ_SIZER_HALF_KELLY, "SIZE_NO_EDGE");
	assert_told("a share of -0.15");
	s->track = (struct yq_track){ .trips = 100, .losses = 100, .lost = dec("1") };
	assert_size(s, YQ_SIZER_HALF_KELLY, "SIZE_NO_EDGE");
}

static void
test_half_kelly_without_a_loss_is_half_of_the_wins(void **state)
{
	struct scene *s = *state;

	s->track = (struct yq_track){ .trips = 40, .wins = 30, .won = dec("300") };
	s->facts.track = &s->track;
	assert_size(s, YQ_SIZER_HALF_KELLY, "+37"); /* 0.75 / 2 */
	s->sizing.max_portfolio_alloc_pct = dec("0.1");
	assert_size(s, YQ_SIZER_HALF_KELLY, "+10");
}

static void
test_half_kelly_needs_enough_trades(void **state)
{
	struct scene *s = *state;

	assert_size(s, YQ_SIZER_HALF_KELLY, "SIZE_INCOMPLETE"); /* nobody knows */
	play_sixty(s);
	s->sizing.min_trades = 60;
	assert_size(s, YQ_SIZER_HALF_KELLY, "+11");
	s->sizing.min_trades = 61;
	assert_size(s, YQ_SIZER_HALF_KELLY, "SIZE_FEW_TRADES");
	assert_told("60 closed trades are fewer than the 61 it takes");
	s->sizing.fallback = YQ_SIZER_PERCENT_OF_EQUITY;
	assert_size(s, YQ_SIZER_HALF_KELLY, "+10");
	assert_told("60 closed trades are known of the 61 it takes; PercentOfEquity instead");
	s->facts.track = NULL;
	assert_size(s, YQ_SIZER_HALF_KELLY, "+10");
}

static void
test_half_kelly_of_huge_sums_does_not_overflow_in_silence(void **state)
{
	struct scene *s = *state;

	play_sixty(s);
	s->track.won = s->track.lost = dec("999999999999999999999999");
	assert_size(s, YQ_SIZER_HALF_KELLY, "SIZE_RANGE");
}

/* ---- Plugin ---- */

static void
give_answer(struct scene *s, enum yq_sizer_verdict verdict, const char *qty, const char *text)
{
	s->answer = (struct yq_sizer_answer){ .verdict = verdict, .qty = dec(qty) };
	SET(s->answer.name, "mine");
	SET(s->answer.text, text);
	s->facts.answer = &s->answer;
}

static void
test_a_plugin_is_asked_with_what_every_sizer_sees(void **state)
{
	struct scene *s = *state;
	struct yq_plugin plugin = { .parameter_count = 1,
		.parameters = { { .name = "Fraction", .value = dec("0.02") } } };
	struct yq_sizer_input in;

	play_sixty(s);
	s->sizing.plugin = &plugin;
	s->facts.question = &in;
	s->signal.atr = opt("1.25");
	s->signal.timestamp_us = 42;
	assert_size(s, YQ_SIZER_PLUGIN, "SIZE_PLUGIN_PENDING");
	assert_int_equal(in.size, sizeof(in));
	assert_int_equal(in.known, YQ_SIZER_KNOWS_ATR | YQ_SIZER_KNOWS_TRACK);
	assert_string_equal(in.ticker, "AAPL");
	assert_string_equal(in.exchange, "NASDAQ");
	assert_string_equal(in.currency, "USD");
	assert_string_equal(in.strategy, "Mean rev");
	assert_string_equal(in.account, "Main");
	assert_int_equal(in.signal_at_us, 42);
	assert_int_equal(in.side, YQ_SIZER_LONG);
	assert_int_equal(in.strength_e8, 100 * YQ_SIZER_E8);
	assert_int_equal(in.atr_e8, 125000000);
	assert_int_equal(in.price_e8, 100 * YQ_SIZER_E8);
	assert_int_equal(in.lot_e8, YQ_SIZER_E8);
	assert_int_equal(in.equity_e4, 10000 * YQ_SIZER_E4);
	assert_int_equal(in.buying_power_e4, 10000 * YQ_SIZER_E4);
	assert_int_equal(in.trips, 60);
	assert_int_equal(in.won_e4, 4500 * YQ_SIZER_E4);
	assert_int_equal(in.parameter_count, 1);
	assert_string_equal(in.parameters[0].name, "Fraction");
	assert_int_equal(in.parameters[0].value_e8, 2000000);
	s->facts.opens = true;
	s->signal.action = YQ_SELL;
	assert_size(s, YQ_SIZER_PLUGIN, "SIZE_PLUGIN_PENDING");
	assert_int_equal(in.side, YQ_SIZER_SHORT);
	s->signal.action = YQ_BUY;
	s->facts.price = dec("0");
	assert_size(s, YQ_SIZER_PLUGIN, "NO_PRICE");
	s->facts.price = dec("100000000000"); /* beyond 64 bits at 10^8 */
	assert_size(s, YQ_SIZER_PLUGIN, "SIZE_RANGE");
}

static void
test_what_a_plugin_answers_is_capped_like_every_buy(void **state)
{
	struct scene *s = *state;

	give_answer(s, YQ_SIZER_ANSWERED_BUY, "7.9", "because");
	assert_size(s, YQ_SIZER_PLUGIN, "+7");
	assert_told("plug-in mine: 7.9; at most 100 worth 10,000.00 USD: because");
	give_answer(s, YQ_SIZER_ANSWERED_BUY, "90000000000", "");
	assert_size(s, YQ_SIZER_PLUGIN, "+100");
	s->sizing.max_portfolio_alloc_pct = dec("0.2");
	assert_size(s, YQ_SIZER_PLUGIN, "+20");
	s->signal.qty = opt("3");
	assert_size(s, YQ_SIZER_PLUGIN, "+3");
	yq_account_set_cash(s->account, YQ_USD, dec("250"));
	s->sizing.max_portfolio_alloc_pct = dec("1");
	assert_size(s, YQ_SIZER_PLUGIN, "+2");
	give_answer(s, YQ_SIZER_ANSWERED_BUY, "0.5", "");
	assert_size(s, YQ_SIZER_PLUGIN, "SIZE_TOO_SMALL");
}

static void
test_a_plugin_that_refuses_or_fails_orders_nothing(void **state)
{
	struct scene *s = *state;

	give_answer(s, YQ_SIZER_ANSWERED_NO, "0", "too hot");
	assert_size(s, YQ_SIZER_PLUGIN, "SIZE_PLUGIN_REFUSED");
	assert_told("plug-in mine opens nothing: too hot");
	give_answer(s, YQ_SIZER_FAILED, "5", "no answer within 250 ms");
	assert_size(s, YQ_SIZER_PLUGIN, "SIZE_PLUGIN_FAILED");
	assert_told("plug-in mine: no answer within 250 ms");
}

/* An exit does not depend on anybody's code. */
static void
test_a_sell_asks_no_plugin(void **state)
{
	struct scene *s = *state;
	struct yq_position held = sample_position("5", "100");

	s->signal.action = YQ_SELL;
	assert_size(s, YQ_SIZER_PLUGIN, "SIZE_NOTHING_HELD");
	assert_int_equal(yq_account_set_position(s->account, &held, NULL), YQ_OK);
	assert_size(s, YQ_SIZER_PLUGIN, "-5");
	assert_size(s, YQ_SIZER_VOLATILITY, "-5");
	assert_size(s, YQ_SIZER_HALF_KELLY, "-5");
}

/* Plug-ins that were built once are not built again: this never changes within ABI 1. */
static void
test_the_interface_has_the_layout_that_abi_1_has(void **unused)
{
	(void)unused;
	assert_int_equal(sizeof(struct yq_sizer_parameter), 32);
	assert_int_equal(sizeof(struct yq_sizer_input), 704);
	assert_int_equal(offsetof(struct yq_sizer_input, signal_at_us), 200);
	assert_int_equal(offsetof(struct yq_sizer_input, price_e8), 248);
	assert_int_equal(offsetof(struct yq_sizer_input, equity_e4), 304);
	assert_int_equal(offsetof(struct yq_sizer_input, trips), 392);
	assert_int_equal(offsetof(struct yq_sizer_input, parameters), 448);
	assert_int_equal(sizeof(struct yq_sizer_output), 176);
	assert_int_equal(offsetof(struct yq_sizer_output, qty_e8), 8);
	assert_int_equal(offsetof(struct yq_sizer_output, reason), 16);
	assert_int_equal(offsetof(struct yq_sizer_api, name), 16);
	assert_int_equal(sizeof(struct yq_sizer_api), 16 + 3 * sizeof(void *));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_volatility_risks_the_same_whatever_the_range),
		TEST(test_volatility_never_assumes_a_range_or_a_price),
		TEST(test_volatility_is_capped_like_every_buy),
		TEST(test_half_kelly_is_half_of_what_the_formula_says),
		TEST(test_half_kelly_counts_trades_that_came_to_nothing),
		TEST(test_half_kelly_without_an_edge_is_refused),
		TEST(test_half_kelly_without_a_loss_is_half_of_the_wins),
		TEST(test_half_kelly_needs_enough_trades),
		TEST(test_half_kelly_of_huge_sums_does_not_overflow_in_silence),
		TEST(test_a_plugin_is_asked_with_what_every_sizer_sees),
		TEST(test_what_a_plugin_answers_is_capped_like_every_buy),
		TEST(test_a_plugin_that_refuses_or_fails_orders_nothing),
		TEST(test_a_sell_asks_no_plugin),
		TEST(test_the_interface_has_the_layout_that_abi_1_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
