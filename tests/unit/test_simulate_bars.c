/* test_simulate_bars.c - bars are read whole or refused, and fill honestly. */
#include "calendar_test.h"
#include "paper_test.h"

#include "console/simulate/bars.h"

#define HEAD "time,open,high,low,close\n"

static enum yq_rc
read_text(const char *text, struct yq_bars **bars, struct yq_err *err)
{
	*bars = yq_bars_make();
	return yq_bars_read(*bars, YQ_NASDAQ, "AAPL", yq_calendar_hours(&calendar, YQ_NASDAQ),
	    "bars.csv", text, err);
}

static int64_t
instant(const char *text)
{
	int64_t at_us;

	assert_int_equal(yq_time_parse(text, strlen(text), &at_us), YQ_OK);
	return at_us;
}

static void
test_what_makes_no_sense_is_refused_with_its_line(void **unused)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ "", "there are no bars" },
		{ HEAD, "there are no bars" },
		{ "time,open,high,low\n", "bars.csv:1: the first line names no column \"close\"" },
		{ HEAD "2026-11-23,1,2,1\n", "bars.csv:2: the column \"close\" is missing" },
		{ HEAD "2026-11-23,1,000,2,1,2,1,2\n", "cells, and the first line names" },
		{ HEAD "yesterday,1,2,1,2\n", "bars.csv:2: time: expected" },
		{ HEAD "2026-11-23,1,2,1,x\n", "bars.csv:2: close: expected a number above zero" },
		{ HEAD "2026-11-23,1,2,0,1\n", "bars.csv:2: low: expected a number above zero" },
		{ HEAD "2026-11-23,3,2,1,2\n", "bars.csv:2: high is below open" },
		{ HEAD "2026-11-23,2,3,2,1\n", "bars.csv:2: low is above open or close" },
		{ HEAD "2026-11-24,1,2,1,2\n\n2026-11-24,1,2,1,2\n",
		    "bars.csv:4: time is not after that of the line before" },
		{ HEAD "\"2026-11-23,1,2,1,2\n", "bars.csv:2: a quote has no end" },
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		struct yq_bars *bars;
		struct yq_err err = { .text = "" };

		assert_int_equal(read_text(cases[i].text, &bars, &err), YQ_E_INVALID);
		if (strstr(err.text, cases[i].error) == NULL)
			fail_msg("expected \"%s\", found \"%s\"", cases[i].error, err.text);
		yq_bars_free(bars);
	}
}

/* Begin and end of the first bar. */
static void
check_span(const char *rows, const char *begin, const char *end)
{
	struct yq_bars *bars;
	struct yq_bar_step step;
	struct yq_err err = { .text = "" };
	char text[512];

	yq_str_format(text, sizeof(text), HEAD "%s", rows);
	if (read_text(text, &bars, &err) != YQ_OK)
		fail_msg("%s", err.text);
	assert_true(yq_bars_peek(bars, &step));
	assert_int_equal(step.event, YQ_BAR_BEGINS);
	assert_int_equal(step.at_us, instant(begin));
	yq_bars_next(bars);
	assert_true(yq_bars_peek(bars, &step));
	assert_int_equal(step.event, YQ_BAR_ENDS);
	assert_int_equal(step.at_us, instant(end));
	yq_bars_free(bars);
}

static void
test_a_bar_begins_and_ends_with_its_market(void **unused)
{
	(void)unused;
	/* A date is its trading day: New York, a half day, summer time. */
	check_span("2026-11-23,1,1,1,1\n", "2026-11-23T14:30:00Z", "2026-11-23T21:00:00Z");
	check_span("2026-11-27,1,1,1,1\n", "2026-11-27T14:30:00Z", "2026-11-27T18:00:00Z");
	check_span("2026-07-01,1,1,1,1\n", "2026-07-01T13:30:00Z", "2026-07-01T20:00:00Z");
	/* A time lasts until the next may begin, and no longer than the session. */
	check_span("2026-11-23 09:30,1,1,1,1\n2026-11-23 10:30,1,1,1,1\n", "2026-11-23T14:30:00Z",
	    "2026-11-23T15:30:00Z");
	check_span("2026-11-23 15:30,1,1,1,1\n2026-11-24 09:30,1,1,1,1\n2026-11-24 10:30,1,1,1,1\n",
	    "2026-11-23T20:30:00Z", "2026-11-23T21:00:00Z");
	check_span(
	    "2026-11-23T14:30:00Z,1,1,1,1\n", "2026-11-23T14:30:00Z", "2026-11-23T21:00:00Z");
	check_span("1795444200,1,1,1,1\n1795444260,1,1,1,1\n", "2026-11-23T14:30:00Z",
	    "2026-11-23T14:31:00Z");
}

/* ---- fills ---- */

#define BEGIN (NOW + 60 * YQ_US_PER_SECOND)
#define END   (NOW + 120 * YQ_US_PER_SECOND)

struct fill_case {
	const char *name;
	enum yq_action action;
	enum yq_order_type type;
	const char *limit, *stop;
	const char *bar[4]; /* open, high, low, close */
	const char *price;  /* "" = not filled */
	bool at_open;
};

static const struct fill_case fills[] = {
	{ "a market order meets the open", YQ_BUY, YQ_TYPE_MARKET, "", "",
	    { "101", "105", "99", "104" }, "101", true },
	{ "a limit that is only touched rests", YQ_BUY, YQ_TYPE_LIMIT, "99", "",
	    { "101", "105", "99", "104" }, "", false },
	{ "a limit that is traded through fills at its price", YQ_BUY, YQ_TYPE_LIMIT, "99", "",
	    { "101", "105", "98.99", "104" }, "99", false },
	{ "a gap through the limit fills at the better open", YQ_BUY, YQ_TYPE_LIMIT, "99", "",
	    { "97", "105", "96", "104" }, "97", true },
	{ "an open at the limit is a touch", YQ_BUY, YQ_TYPE_LIMIT, "99", "",
	    { "99", "105", "99", "104" }, "", false },
	{ "a sell limit likewise", YQ_SELL, YQ_TYPE_LIMIT, "105", "", { "101", "105", "99", "104" },
	    "", false },
	{ "a sell limit through", YQ_SELL, YQ_TYPE_LIMIT, "105", "",
	    { "101", "105.01", "99", "104" }, "105", false },
	{ "a sell limit gapped", YQ_SELL, YQ_TYPE_LIMIT, "105", "", { "107", "108", "99", "104" },
	    "107", true },
	{ "a stop fills at its price", YQ_SELL, YQ_TYPE_STOP, "", "99",
	    { "101", "105", "99", "104" }, "99", false },
	{ "a stop that is gapped fills at the worse open", YQ_SELL, YQ_TYPE_STOP, "", "99",
	    { "95", "105", "94", "104" }, "95", true },
	{ "a stop out of reach rests", YQ_SELL, YQ_TYPE_STOP, "", "99",
	    { "101", "105", "99.01", "104" }, "", false },
	{ "a buy stop gapped", YQ_BUY, YQ_TYPE_STOP, "", "103", { "106", "107", "105", "106" },
	    "106", true },
	{ "a stop-limit triggered within a bar that closes beyond its limit gets no more than that",
	    YQ_SELL, YQ_TYPE_STOP_LIMIT, "98", "99", { "101", "105", "97", "104" }, "98", false },
	{ "a stop-limit triggered within a bar that closes short of its limit waits", YQ_SELL,
	    YQ_TYPE_STOP_LIMIT, "98", "99", { "101", "105", "97", "98" }, "", false },
	{ "a buy stop-limit likewise", YQ_BUY, YQ_TYPE_STOP_LIMIT, "104", "103",
	    { "101", "105", "99", "103" }, "104", false },
	{ "a buy stop-limit waits likewise", YQ_BUY, YQ_TYPE_STOP_LIMIT, "104", "103",
	    { "101", "106", "99", "105" }, "", false },
	{ "a stop-limit triggered by the open may trade in the bar", YQ_SELL, YQ_TYPE_STOP_LIMIT,
	    "100", "101", { "101", "105", "97", "104" }, "101", true },
};

static struct yq_paper_settings
by_bars(void)
{
	struct yq_paper_settings s = quiet();

	s.by_bars = true;
	return s;
}

/* A book that holds 10 AAPL, with the market at 100. */
static void
open_book(struct desk *d, const struct yq_paper_settings *settings)
{
	struct yq_paper_bar first = { NOW - 60 * YQ_US_PER_SECOND, NOW, D("100"), D("100"),
		D("100"), D("100") };
	struct yq_order o = order(YQ_BUY, YQ_TYPE_MARKET, "10");
	struct yq_paper_answer answer;

	desk_open(d, settings);
	price(d, "100");
	assert_int_equal(
	    yq_paper_submit(d->book, &o, true, first.start_us, 0, &answer, NULL), YQ_OK);
	yq_paper_bar_open(d->book, YQ_NASDAQ, "AAPL", &first);
	yq_paper_bar_close(d->book, YQ_NASDAQ, "AAPL", &first);
	check(held(d), "10");
	d->fills = d->closes = 0;
}

static struct yq_paper_bar
bar_of(const char *const texts[4])
{
	return (
	    struct yq_paper_bar){ BEGIN, END, D(texts[0]), D(texts[1]), D(texts[2]), D(texts[3]) };
}

static void
set_prices(struct yq_order *o, const char *limit, const char *stop)
{
	if (limit[0] != '\0')
		o->price = yq_opt_decimal_of(D(limit));
	if (stop[0] != '\0')
		o->stop_price = yq_opt_decimal_of(D(stop));
}

static void
test_each_order_gets_the_worst_that_the_bar_allows(void **unused)
{
	struct yq_paper_settings settings = by_bars();

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(fills); i++) {
		const struct fill_case *c = &fills[i];
		struct yq_order o = order(c->action, c->type, "1");
		struct yq_paper_bar bar = bar_of(c->bar);
		const struct yq_paper_order *found;
		struct desk d;
		char text[YQ_DECIMAL_TEXT_SIZE] = "";

		open_book(&d, &settings);
		set_prices(&o, c->limit, c->stop);
		assert_int_equal(submit(&d, &o), YQ_OK);
		assert_int_equal(d.fills, 0); /* nothing trades before the next bar */
		yq_paper_bar_open(d.book, YQ_NASDAQ, "AAPL", &bar);
		assert_int_equal(d.fills, c->at_open);
		yq_paper_bar_close(d.book, YQ_NASDAQ, "AAPL", &bar);
		found = yq_paper_find(d.book, &o.id);
		if (found->fill_count > 0) {
			yq_decimal_format(found->fills[0].price, text);
			assert_int_equal(found->fills[0].time_us, c->at_open ? BEGIN : END);
		}
		if (strcmp(text, c->price) != 0)
			fail_msg("%s: expected \"%s\", found \"%s\"", c->name, c->price, text);
		desk_close(&d);
	}
}

static void
test_of_stop_and_limit_in_one_bar_the_stop_goes_first(void **unused)
{
	static const char *const prices[4] = { "100", "110", "90", "100" };
	struct yq_paper_settings settings = by_bars();
	struct yq_order win = order(YQ_SELL, YQ_TYPE_LIMIT, "5");
	struct yq_order lose = order(YQ_SELL, YQ_TYPE_STOP, "5");
	struct yq_paper_bar bar = bar_of(prices);
	struct desk d;

	(void)unused;
	open_book(&d, &settings);
	set_prices(&win, "105", "");
	set_prices(&lose, "", "95");
	assert_int_equal(submit(&d, &win), YQ_OK);
	assert_int_equal(submit(&d, &lose), YQ_OK);
	yq_paper_bar_open(d.book, YQ_NASDAQ, "AAPL", &bar);
	yq_paper_bar_close(d.book, YQ_NASDAQ, "AAPL", &bar);
	assert_true(yq_paper_find(d.book, &lose.id)->fills[0].execution <
		    yq_paper_find(d.book, &win.id)->fills[0].execution);
	desk_close(&d);
}

static void
test_slippage_makes_market_and_stop_orders_worse_and_no_limit(void **unused)
{
	static const char *const prices[4] = { "100", "110", "90", "100" };
	struct yq_paper_settings settings = by_bars();
	struct yq_order market = order(YQ_BUY, YQ_TYPE_MARKET, "1");
	struct yq_order stop = order(YQ_SELL, YQ_TYPE_STOP, "1");
	struct yq_order limit = order(YQ_SELL, YQ_TYPE_LIMIT, "1");
	struct yq_paper_bar bar = bar_of(prices);
	struct desk d;

	(void)unused;
	settings.slippage_bps = D("100");
	open_book(&d, &settings);
	set_prices(&stop, "", "95");
	set_prices(&limit, "105", "");
	assert_int_equal(submit(&d, &market), YQ_OK);
	assert_int_equal(submit(&d, &stop), YQ_OK);
	assert_int_equal(submit(&d, &limit), YQ_OK);
	yq_paper_bar_open(d.book, YQ_NASDAQ, "AAPL", &bar);
	yq_paper_bar_close(d.book, YQ_NASDAQ, "AAPL", &bar);
	check(yq_paper_find(d.book, &market.id)->fills[0].price, "101");
	check(yq_paper_find(d.book, &stop.id)->fills[0].price, "94.05");
	check(yq_paper_find(d.book, &limit.id)->fills[0].price, "105");
	desk_close(&d);
}

static void
test_an_order_given_while_a_bar_runs_waits_for_the_next(void **unused)
{
	static const char *const prices[4] = { "100", "110", "90", "100" };
	struct yq_paper_settings settings = by_bars();
	struct yq_order o = order(YQ_BUY, YQ_TYPE_LIMIT, "1");
	struct yq_paper_bar bar = bar_of(prices), next = bar;
	struct yq_paper_answer answer;
	struct desk d;

	(void)unused;
	open_book(&d, &settings);
	set_prices(&o, "95", "");
	yq_paper_bar_open(d.book, YQ_NASDAQ, "AAPL", &bar);
	assert_int_equal(yq_paper_submit(d.book, &o, true, BEGIN + 1, 0, &answer, NULL), YQ_OK);
	yq_paper_bar_close(d.book, YQ_NASDAQ, "AAPL", &bar);
	assert_int_equal(d.fills, 0);
	next.start_us = END;
	next.end_us = END + 60 * YQ_US_PER_SECOND;
	yq_paper_bar_open(d.book, YQ_NASDAQ, "AAPL", &next);
	yq_paper_bar_close(d.book, YQ_NASDAQ, "AAPL", &next);
	assert_int_equal(d.fills, 1);
	desk_close(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_makes_no_sense_is_refused_with_its_line),
		cmocka_unit_test(test_a_bar_begins_and_ends_with_its_market),
		cmocka_unit_test(test_each_order_gets_the_worst_that_the_bar_allows),
		cmocka_unit_test(test_of_stop_and_limit_in_one_bar_the_stop_goes_first),
		cmocka_unit_test(test_slippage_makes_market_and_stop_orders_worse_and_no_limit),
		cmocka_unit_test(test_an_order_given_while_a_bar_runs_waits_for_the_next),
	};

	return cmocka_run_group_tests(tests, load_calendar, unload_calendar);
}
