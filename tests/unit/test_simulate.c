/* test_simulate.c - a simulation is the same each time, and never looks ahead. */
#include "domain_test.h"

#include <stdlib.h>

#include "console/simulate/engine.h"
#include "console/simulate/signals_file.h"
#include "test.h"

#define BARS	120
#define SIGNALS 60
#define MINUTE	(60 * YQ_US_PER_SECOND)
#define START	at("2026-11-23T14:30:00Z")

static struct yq_config *config;
static struct yq_rules *rules;
static struct yq_accounts *accounts;
static struct yq_markets *markets;

static int
load(void **unused)
{
	char *const environment[] = { NULL };
	struct yq_config_report report = { 0 };

	(void)unused;
	if (yq_settings_load(NULL, NULL, "Console", environment, NULL, &config, &report) != YQ_OK)
		return -1;
	rules = yq_rules_load(config, &report);
	accounts = yq_settings_accounts(config, &report);
	markets = yq_settings_markets(config, &report);
	yq_config_report_free(&report);
	return 0;
}

static int
unload(void **unused)
{
	(void)unused;
	yq_markets_free(markets);
	yq_accounts_free(accounts);
	yq_rules_free(rules);
	yq_config_free(config);
	return 0;
}

/* ---- what happened, as text ---- */

static void
add_line(struct yq_buf *out, int64_t at_us, const char *what, const char *text)
{
	yq_buf_add_format(out, "%lld %s %s\n", (long long)at_us, what, text);
}

static void
on_decided(void *cookie, const struct yq_signal *signal, const struct yq_decision *decision)
{
	(void)signal;
	add_line(cookie, decision->decided_at_us, decision->code, decision->text);
}

static void
on_traded(void *cookie, const char *alias, const struct yq_trade *trade, const char *exit)
{
	char qty[YQ_DECIMAL_TEXT_SIZE], price[YQ_DECIMAL_TEXT_SIZE], text[128];

	(void)alias;
	yq_decimal_format(trade->quantity, qty);
	yq_decimal_format(trade->executed_price, price);
	yq_str_format(text, sizeof(text), "%s %s %s %s",
	    yq_names_text(&yq_action_names, (int)trade->action), qty, price, exit);
	add_line(cookie, trade->executed_at_us, "fill", text);
}

static void
on_ended(void *cookie, const struct yq_sim_end *end)
{
	add_line(cookie, end->at_us, end->code, end->text);
}

static void
run(const struct yq_signal *signals, size_t count, struct yq_bars *bars, struct yq_buf *out)
{
	struct yq_sim_spec spec = {
		.config = config,
		.rules = rules,
		.accounts = accounts,
		.markets = markets,
		.bars = bars,
		.listener = { out, on_decided, on_traded, NULL, on_ended },
	};
	YQ_CLEANUP(yq_sim_freep) struct yq_sim *sim = yq_sim_make(&spec);
	struct yq_err err;

	for (size_t i = 0; i < count; i++)
		if (yq_sim_signal(sim, &signals[i], signals[i].timestamp_us, &err) != YQ_OK)
			fail_msg("%s", err.text);
	yq_sim_finish(sim);
	assert_true(yq_buf_ok(out));
}

/* ---- a random past ---- */

static void
random_signals(uint64_t *seed, struct yq_signal *signals)
{
	int64_t at_us = START;

	for (size_t i = 0; i < SIGNALS; i++) {
		struct yq_signal *s = &signals[i];
		uint64_t draw = test_random(seed);
		struct yq_opt_decimal near =
		    yq_opt_decimal_of(yq_decimal_from_int(95 + (int64_t)(draw / 64 % 11)));

		at_us += (int64_t)(draw % 5) * MINUTE / 2;
		*s = yq_signal_default();
		s->id = yq_id_named(&draw, sizeof(draw));
		SET(s->ticker, "AAPL");
		SET(s->strategy, "Random");
		s->exchange = YQ_NASDAQ;
		s->action = draw & 8 ? YQ_BUY : YQ_SELL;
		s->type = (draw & 48) == 0    ? YQ_TYPE_LIMIT
			  : (draw & 48) == 16 ? YQ_TYPE_STOP
					      : YQ_TYPE_MARKET;
		s->time_in_force = draw & 1024 ? YQ_TIF_GTC : YQ_TIF_IOC;
		if (s->type == YQ_TYPE_LIMIT)
			s->limit_price = near;
		if (s->type == YQ_TYPE_STOP)
			s->stop_price = near;
		if ((draw & 6144) == 0)
			s->price = near;
		if (draw & 8192)
			s->exits.take_profit = yq_opt_decimal_of(yq_decimal_from_int(
			    (s->action == YQ_BUY ? 101 : 94) + (int64_t)(draw >> 20) % 5));
		if (draw & 16384)
			s->exits.stop_loss = yq_opt_decimal_of(yq_decimal_from_int(
			    (s->action == YQ_BUY ? 94 : 101) + (int64_t)(draw >> 30) % 5));
		s->timestamp_us = s->received_at_us = at_us;
	}
}

/* A random walk in minutes; from the open of bar `fork` on another one, by `other`. */
static struct yq_bars *
random_bars(uint64_t seed, size_t fork, uint64_t other)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(1U << 20);
	struct yq_bars *bars = yq_bars_make();
	long price = 10000;
	struct yq_err err;

	yq_buf_add_text(&text, "time,open,high,low,close\n");
	for (size_t i = 0; i < BARS; i++) {
		uint64_t *state = i < fork ? &seed : &other;
		long open = price + (long)(test_random(i <= fork ? &seed : &other) % 201) - 100;
		long close = open + (long)(test_random(state) % 201) - 100;
		long high = (open > close ? open : close) + (long)(test_random(state) % 150);
		long low = (open < close ? open : close) - (long)(test_random(state) % 150);
		char time[YQ_TIME_TEXT_SIZE];

		yq_time_format(START + (int64_t)i * MINUTE, time);
		yq_buf_add_format(&text, "%s,%ld.%02ld,%ld.%02ld,%ld.%02ld,%ld.%02ld\n", time,
		    open / 100, open % 100, high / 100, high % 100, low / 100, low % 100,
		    close / 100, close % 100);
		price = close;
	}
	if (yq_bars_read(bars, YQ_NASDAQ, "AAPL",
		yq_calendar_hours(yq_markets_calendar(markets), YQ_NASDAQ), "random",
		yq_buf_text(&text), &err) != YQ_OK)
		fail_msg("%s", err.text);
	return bars;
}

/* The lines of what happened before `until_us`. */
static void
keep_before(struct yq_buf *out, int64_t until_us)
{
	char *line = out->data;

	while (line != NULL && *line != '\0' && strtoll(line, NULL, 10) < until_us)
		line = strchr(line, '\n') + 1;
	if (line != NULL)
		*line = '\0';
}

static void
test_other_bars_of_the_future_change_nothing_of_the_past(void **unused)
{
	static struct yq_signal signals[SIGNALS];
	uint64_t seed = test_seed();
	size_t fills = 0, exits[YQ_EXIT_COUNT] = { 0 };

	(void)unused;
	for (int round = 0; round < 40; round++) {
		YQ_CLEANUP(yq_buf_free) struct yq_buf one = yq_buf_make(1U << 20);
		YQ_CLEANUP(yq_buf_free) struct yq_buf two = yq_buf_make(1U << 20);
		YQ_CLEANUP(yq_bars_freep) struct yq_bars *past = NULL;
		YQ_CLEANUP(yq_bars_freep) struct yq_bars *other = NULL;
		uint64_t walk = test_random(&seed);
		size_t fork;

		random_signals(&seed, signals);
		/* While some signal is decided. */
		fork = (size_t)((signals[1 + test_random(&seed) % (SIGNALS - 1)].timestamp_us -
				    START) /
				MINUTE) %
		       (BARS - 1);
		past = random_bars(walk, BARS, 0);
		other = random_bars(walk, fork, test_random(&seed));
		run(signals, SIGNALS, past, &one);
		run(signals, SIGNALS, other, &two);
		/* They part after that bar's open, and nobody may know before its end. */
		keep_before(&one, START + (int64_t)(fork + 1) * MINUTE);
		keep_before(&two, START + (int64_t)(fork + 1) * MINUTE);
		assert_string_equal(yq_buf_text(&one), yq_buf_text(&two));
		for (const char *p = yq_buf_text(&one); (p = strstr(p, " fill ")) != NULL; p++)
			fills++;
		for (int e = 0; e < YQ_EXIT_COUNT; e++)
			exits[e] +=
			    strstr(yq_buf_text(&one), yq_names_text(&yq_exit_names, e)) != NULL;
	}
	assert_true(fills > 100 && exits[YQ_TAKE_PROFIT] > 3 && exits[YQ_STOP_LOSS] > 3);
}

static void
test_the_same_past_comes_out_the_same(void **unused)
{
	static struct yq_signal signals[SIGNALS];
	YQ_CLEANUP(yq_buf_free) struct yq_buf one = yq_buf_make(1U << 20);
	YQ_CLEANUP(yq_buf_free) struct yq_buf two = yq_buf_make(1U << 20);
	uint64_t seed = test_seed();

	(void)unused;
	random_signals(&seed, signals);
	run(signals, SIGNALS, NULL, &one);
	run(signals, SIGNALS, NULL, &two);
	assert_non_null(strstr(yq_buf_text(&one), "fill"));
	assert_string_equal(yq_buf_text(&one), yq_buf_text(&two));
}

/* ---- signals from a file ---- */

static void
play_in(const char *text, struct yq_bars *bars, const struct yq_sim_listener *listener,
    struct yq_err *err)
{
	struct yq_sim_spec spec = {
		.config = config,
		.rules = rules,
		.accounts = accounts,
		.markets = markets,
		.bars = bars,
		.listener = *listener,
	};
	YQ_CLEANUP(yq_sim_freep) struct yq_sim *sim = yq_sim_make(&spec);
	YQ_CLEANUP(yq_signal_file_closep) struct yq_signal_file *file = NULL;
	struct yq_signal signal;

	err->text[0] = '\0';
	if (yq_signal_file_of("s.csv", text, &file, err) != YQ_OK)
		return;
	while (yq_signal_file_next(file, &signal, err) == YQ_OK) {
		if (yq_sim_signal(sim, &signal, signal.timestamp_us, err) == YQ_OK)
			continue;
		(void)yq_signal_file_blame(file, err);
		break;
	}
	yq_sim_finish(sim);
}

static void
play(const char *text, struct yq_buf *out, struct yq_err *err)
{
	struct yq_sim_listener listener = { out, on_decided, on_traded, NULL, on_ended };

	play_in(text, NULL, &listener, err);
}

#define HEAD  "time,symbol,exchange,side,close,strategy\n"
#define FIRST "2026-11-23T15:00:00Z,AAPL,NASDAQ,buy,100,Trend\n"

static void
test_csv_and_json_are_read_by_an_alerts_own_table(void **unused)
{
	static const char json[] =
	    "{\"time\":\"2026-11-23T15:00:00Z\",\"ticker\":\"NASDAQ:AAPL\",\"action\":\"buy\","
	    "\"price\":100,\"strategy\":\"Trend\"}\n";
	YQ_CLEANUP(yq_buf_free) struct yq_buf one = yq_buf_make(4096);
	YQ_CLEANUP(yq_buf_free) struct yq_buf two = yq_buf_make(4096);
	struct yq_err err;

	(void)unused;
	play("\xef\xbb\xbf" HEAD "\r\n" FIRST, &one, &err);
	assert_string_equal(err.text, "");
	assert_non_null(strstr(yq_buf_text(&one), "fill Buy 100 100"));
	play(json, &two, &err);
	assert_string_equal(yq_buf_text(&one), yq_buf_text(&two));
}

static void
test_a_flat_withdraws_what_its_strategy_alone_has_resting(void **unused)
{
	static const char text[] =
	    "time,symbol,exchange,side,strategy,price,limit_price,tif,market_position,"
	    "prev_market_position\n"
	    "2026-11-23T15:00:00Z,AAPL,NASDAQ,buy,Trend,100,95,gtc,long,flat\n"
	    "2026-11-23T15:00:00Z,AAPL,NASDAQ,buy,Other,100,94,gtc,long,flat\n"
	    "2026-11-23T15:01:00Z,AAPL,NASDAQ,sell,Trend,100,,,flat,long\n"
	    "2026-11-23T15:02:00Z,AAPL,NASDAQ,sell,Trend,100,,,flat,long\n";
	YQ_CLEANUP(yq_buf_free) struct yq_buf out = yq_buf_make(4096);
	const char *first;
	struct yq_err err;

	(void)unused;
	play(text, &out, &err);
	assert_string_equal(err.text, "");
	first = strstr(yq_buf_text(&out), "Canceled");
	assert_non_null(first);
	assert_null(strstr(first + 1, "Canceled"));
	/* What was withdrawn is on nobody's way any more. */
	assert_non_null(strstr(first, "SIZE_NOTHING_HELD"));
}

/* ---- take-profits and stop-losses ---- */

/* One entry by the first row, at 14:30, and what is told of it and its exits. */
struct exit_case {
	const char *name, *type, *limit, *stop, *take_profit;
	const char *stop_loss; /* with its limit after a comma, if it has one */
	const char *bars[3];   /* a day each; the first begins with the signal */
	const char *fills;     /* price and exit of each */
};
static const struct exit_case exit_cases[] = {
	{ "a stop rests over days", "market", "", "", "110", "95",
	    { "100,101,99,100", "100,101,99,100", "99,100,94,96" }, "100|95 StopLoss|" },
	{ "a stop is there from the open at which its entry filled", "market", "", "", "110", "95",
	    { "100,101,94,100", "100,101,99,100", "100,101,99,100" }, "100|95 StopLoss|" },
	{ "of both in one bar the stop is met", "market", "", "", "105", "95",
	    { "100,106,94,100", "100,101,99,100", "100,101,99,100" }, "100|95 StopLoss|" },
	{ "a take-profit is met through its price", "market", "", "", "105", "95",
	    { "100,105.01,96,100", "100,101,99,100", "100,101,99,100" }, "100|105 TakeProfit|" },
	{ "a take-profit that was only touched", "market", "", "", "105", "95",
	    { "100,105,96,100", "100,101,99,100", "100,101,99,100" }, "100|" },
	{ "the stop is back behind a take-profit that was touched", "market", "", "", "105", "95",
	    { "100,105,96,104", "104,104.5,94,95", "95,96,94,95" }, "100|95 StopLoss|" },
	{ "a gap through the stop fills at the open", "market", "", "", "110", "95",
	    { "100,101,99,100", "90,92,89,91", "91,92,90,91" }, "100|90 StopLoss|" },
	{ "a gap through the take-profit fills at the open", "market", "", "", "105", "95",
	    { "100,101,99,100", "108,109,107,108", "91,92,90,91" }, "100|108 TakeProfit|" },
	{ "an open beyond the stop of an entry that it fills", "stop", "", "101", "110", "100.5",
	    { "99,100,98,99", "103,104,100,101", "101,102,101,101" }, "103|100.5 StopLoss|" },
	{ "an entry within the bar may meet its stop there", "limit", "98", "", "110", "95",
	    { "100,101,94,96", "100,111,99,100", "100,101,99,100" }, "98|95 StopLoss|" },
	{ "... and its take-profit not before the next", "limit", "98", "", "105", "95",
	    { "100,106,97,100", "100,101,99,100", "100,106,99,100" }, "98|105 TakeProfit|" },
	{ "a stop-loss with a limit gets no more than that", "market", "", "", "105", "95,94",
	    { "100,106,93,100", "104,106,103,104", "100,101,99,100" }, "100|94 StopLoss|" },
	{ "a stop-loss with a limit, triggered: no take-profit passes by", "market", "", "", "105",
	    "95,94", { "100,106,93,94", "93,96,92,95", "100,106,99,100" }, "100|94 StopLoss|" },
	{ "a take-profit alone", "limit", "98", "", "105", "",
	    { "100,106,97,100", "100,101,90,100", "100,106,99,100" }, "98|105 TakeProfit|" },
	{ "a stop alone", "market", "", "", "", "95",
	    { "100,120,97,119", "119,120,90,100", "100,106,99,100" }, "100|95 StopLoss|" },
};

static void
on_priced(void *cookie, const char *alias, const struct yq_trade *trade, const char *exit)
{
	char price[YQ_DECIMAL_TEXT_SIZE];

	(void)alias;
	yq_decimal_format(trade->executed_price, price);
	yq_buf_add_format(cookie, "%s%s%s|", price, exit[0] != '\0' ? " " : "", exit);
}

static void
exits_of(const struct exit_case *c, struct yq_buf *fills)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(4096);
	YQ_CLEANUP(yq_bars_freep) struct yq_bars *bars = yq_bars_make();
	struct yq_sim_listener listener = { .cookie = fills, .traded = on_priced };
	struct yq_err err = { .text = "" };

	yq_buf_add_text(&text, "time,open,high,low,close\n2026-11-02,100,100,100,100\n");
	for (size_t i = 0; i < YQ_COUNT(c->bars); i++)
		yq_buf_add_format(&text, "2026-11-%02zu,%s\n", 3 + i, c->bars[i]);
	if (yq_bars_read(bars, YQ_NASDAQ, "AAPL",
		yq_calendar_hours(yq_markets_calendar(markets), YQ_NASDAQ), "bars",
		yq_buf_text(&text), &err) != YQ_OK)
		fail_msg("%s", err.text);
	yq_buf_clear(&text);
	yq_buf_add_format(&text,
	    "time,symbol,exchange,side,strategy,type,limit_price,stop_price,take_profit,stop_loss,"
	    "stop_loss_limit,tif\n2026-11-03T14:30:00Z,AAPL,NASDAQ,buy,T,%s,%s,%s,%s,%s%s,gtc\n",
	    c->type, c->limit, c->stop, c->take_profit, c->stop_loss,
	    strchr(c->stop_loss, ',') == NULL ? "," : "");
	play_in(yq_buf_text(&text), bars, &listener, &err);
	assert_string_equal(err.text, "");
}

static void
test_exits_get_the_worst_that_the_bar_allows(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(exit_cases); i++) {
		YQ_CLEANUP(yq_buf_free) struct yq_buf fills = yq_buf_make(4096);

		exits_of(&exit_cases[i], &fills);
		if (strcmp(yq_buf_text(&fills), exit_cases[i].fills) != 0)
			fail_msg("%s: expected \"%s\", found \"%s\"", exit_cases[i].name,
			    exit_cases[i].fills, yq_buf_text(&fills));
	}
}

static void
test_exits_follow_the_prices_of_signals_and_give_way(void **unused)
{
	static const char text[] =
	    "time,symbol,exchange,side,strategy,price,take_profit,stop_loss\n"
	    "2026-11-23T15:00:00Z,AAPL,NASDAQ,buy,Trend,100,110,95\n"
	    "2026-11-23T15:10:00Z,AAPL,NASDAQ,buy,Nobody,111,,120\n"
	    "2026-11-23T15:20:00Z,AAPL,NASDAQ,buy,Trend,100,110,95\n"
	    "2026-11-23T15:30:00Z,AAPL,NASDAQ,sell,Trend,99,,\n"
	    "2026-11-23T15:40:00Z,AAPL,NASDAQ,buy,Nobody,94,,120\n";
	YQ_CLEANUP(yq_buf_free) struct yq_buf out = yq_buf_make(1U << 16);
	struct yq_err err;

	(void)unused;
	play(text, &out, &err);
	assert_string_equal(err.text, "");
	assert_non_null(strstr(yq_buf_text(&out), "fill Buy 100 100 \n"));
	assert_non_null(strstr(yq_buf_text(&out), "fill Sell 100 111 TakeProfit\n"));
	/* Sold by a signal: the stop made way for it, and is not met at 94. */
	assert_non_null(strstr(yq_buf_text(&out), "Canceled it gives way to another order"));
	assert_null(strstr(yq_buf_text(&out), " StopLoss\n"));
}

static void
test_a_signal_that_makes_no_sense_is_refused_with_its_line(void **unused)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ "", "s.csv: it is empty" },
		{ HEAD FIRST "2026-11-23T14:59:59Z,AAPL,NASDAQ,sell,100,Trend\n",
		    "s.csv:3: it is earlier than what came before it" },
		{ HEAD "2026-11-23T15:00:00Z,AAPL,MARS,buy,100,Trend\n", "s.csv:2: exchange: " },
		{ HEAD "2026-11-23T15:00:00Z,AAPL,NASDAQ,buy,x,Trend\n", "s.csv:2: close: " },
		{ HEAD ",AAPL,NASDAQ,buy,1,Trend\n", "s.csv:2: time: is missing" },
		{ HEAD "2026-11-23T15:00:00Z,AAPL,NASDAQ,buy,1,000,Trend\n",
		    "s.csv:2: 7 cells, and the first line names 6" },
		{ "{\"ticker\":1}", "s.csv:1: " },
		{ "{", "s.csv:1: the body is not JSON" },
		{ "time,action\n\xff\n", "s.csv: it is no UTF-8" },
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		YQ_CLEANUP(yq_buf_free) struct yq_buf out = yq_buf_make(4096);
		struct yq_err err = { .text = "" };

		play(cases[i].text, &out, &err);
		if (strstr(err.text, cases[i].error) != err.text)
			fail_msg("expected \"%s\", found \"%s\"", cases[i].error, err.text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_other_bars_of_the_future_change_nothing_of_the_past),
		cmocka_unit_test(test_the_same_past_comes_out_the_same),
		cmocka_unit_test(test_csv_and_json_are_read_by_an_alerts_own_table),
		cmocka_unit_test(test_a_flat_withdraws_what_its_strategy_alone_has_resting),
		cmocka_unit_test(test_exits_get_the_worst_that_the_bar_allows),
		cmocka_unit_test(test_exits_follow_the_prices_of_signals_and_give_way),
		cmocka_unit_test(test_a_signal_that_makes_no_sense_is_refused_with_its_line),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
