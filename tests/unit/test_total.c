/* test_total.c - rates that serve a day, and totals of several currencies and accounts. */
#include "domain_test.h"

#include "domain/total.h"

/* ---- rates ---- */

static const struct yq_exchange_rate *
rates_make(struct yq_exchange_rate *items)
{
	static const struct {
		enum yq_currency currency, base;
		yq_date date;
		const char *rate;
	} rows[] = {
		{ YQ_USD, YQ_KRW, 20261120, "1380.5" },
		{ YQ_USD, YQ_KRW, 20261123, "1400" },
		{ YQ_JPY, YQ_KRW, 20261120, "9.1" },
		{ YQ_KRW, YQ_USD, 20261124, "0.0007" },
		{ YQ_USD, YQ_KRW, 20261124, "1450" },
		{ YQ_VND, YQ_USD, 20261231, "0.00003846" },
	};

	for (size_t i = 0; i < YQ_COUNT(rows); i++)
		items[i] = (struct yq_exchange_rate){ .currency = rows[i].currency,
			.base = rows[i].base,
			.date = rows[i].date,
			.rate = dec(rows[i].rate) };
	return items;
}
#define RATES 6

static void
test_a_rate_serves_its_day_and_some_after_it_and_none_before(void **unused)
{
	static const struct {
		enum yq_currency from, to;
		yq_date day;
		int age;
		const char *result; /* of 7; "" = no rate is known */
	} cases[] = {
		{ YQ_USD, YQ_KRW, 20261119, 4, "" }, /* what comes later is not known yet */
		{ YQ_USD, YQ_KRW, 20261120, 0, "9663.5" },
		{ YQ_USD, YQ_KRW, 20261121, 0, "" },
		{ YQ_USD, YQ_KRW, 20261122, 2, "9663.5" }, /* the last day that it serves */
		{ YQ_USD, YQ_KRW, 20261122, 1, "" },
		{ YQ_USD, YQ_KRW, 20261123, 4, "9800" },  /* the younger of two */
		{ YQ_KRW, YQ_USD, 20261123, 4, "0.005" }, /* 7 / 1400, not 7 x 0.00071429 */
		{ YQ_KRW, YQ_USD, 20261120, 4, "0.00507063" },
		{ YQ_KRW, YQ_USD, 20261124, 4, "0.0049" }, /* both ways are known: the one asked */
		{ YQ_USD, YQ_KRW, 20261124, 4, "10150" },
		{ YQ_USD, YQ_JPY, 20261120, 4, "" }, /* both have a rate to KRW: not put together */
		{ YQ_JPY, YQ_KRW, 20261124, 4, "63.7" },
		{ YQ_JPY, YQ_KRW, 20261125, 4, "" },
		{ YQ_VND, YQ_USD, 20270102, 4, "0.00026922" }, /* over the end of a year */
		{ YQ_USD, YQ_CNY, 20261123, 31, "" },
	};
	struct yq_exchange_rate items[RATES];
	struct yq_exchange_rates rates = { rates_make(items), RATES };

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		const struct yq_exchange_rate *rate = yq_exchange_rate_find(
		    &rates, cases[i].from, cases[i].to, cases[i].day, cases[i].age);
		struct yq_decimal result;

		if ((rate != NULL) != (cases[i].result[0] != '\0'))
			fail_msg("case %zu: %s", i, rate != NULL ? "a rate" : "no rate");
		if (rate == NULL)
			continue;
		assert_int_equal(yq_exchange(rate, cases[i].from, dec("7"), &result), YQ_OK);
		if (yq_decimal_cmp(result, dec(cases[i].result)) != 0)
			fail_msg("case %zu: not %s", i, cases[i].result);
	}
}

/* ---- totals ---- */

/* 2026-11-26 is Thanksgiving: closed in the US, and a day like any other in Korea. */
static struct yq_calendar calendar;

static int
load(void **unused)
{
	(void)unused;
	return yq_calendar_load(&calendar, NULL) == YQ_OK ? 0 : -1;
}

static int
unload(void **unused)
{
	(void)unused;
	yq_calendar_clear(&calendar);
	return 0;
}

#define ROWS_MAX 8
struct text_row {
	yq_date date;
	const char *equity, *paid_in;
};

struct part_case {
	const char *account;
	enum yq_currency currency;
	bool any_hour;
	struct text_row rows[ROWS_MAX]; /* to the first without a date */
};

static struct yq_total_part
part_of(const struct part_case *source, struct yq_total_row *rows)
{
	struct yq_total_part part = { .account = source->account,
		.currency = source->currency,
		.hours =
		    &calendar.hours[source->currency == YQ_USD ? YQ_COUNTRY_US : YQ_COUNTRY_KR],
		.any_hour = source->any_hour,
		.rows = rows };

	for (; part.count < ROWS_MAX && source->rows[part.count].date != 0; part.count++) {
		const struct text_row *row = &source->rows[part.count];

		rows[part.count] =
		    (struct yq_total_row){ row->date, dec(row->equity), dec(row->paid_in) };
	}
	return part;
}

#define WON(...)                       \
	{                              \
		"Main", YQ_KRW, false, \
		{                      \
			__VA_ARGS__    \
		}                      \
	}
#define DOLLARS(...)                   \
	{                              \
		"Main", YQ_USD, false, \
		{                      \
			__VA_ARGS__    \
		}                      \
	}

struct total_case {
	const char *name;
	struct part_case parts[3];
	int max_age_days;
	struct text_row days[ROWS_MAX]; /* date, equity, flow */
	const char *gaps[ROWS_MAX];
};

static const struct total_case total_cases[] = {
	{ "each day by its own rate; an exchange of money is a flow of both",
	    { WON({ 20261123, "1000000", "1000000" }, { 20261124, "860000", "855000" }),
		DOLLARS({ 20261123, "100", "90" }, { 20261124, "201", "190" }) },
	    0, { { 20261123, "1140000", "0" }, { 20261124, "1151450", "0" } }, { NULL } },
	{ "without a rate there is no total, and the next one counts what was paid in meanwhile",
	    { { "Main", YQ_KRW, true,
		  { { 20261120, "1000", "1000" }, { 20261121, "2000", "2000" },
		      { 20261123, "2000", "2000" } } },
		{ "Main", YQ_USD, true,
		    { { 20261120, "1", "1" }, { 20261121, "2", "2" }, { 20261123, "2", "2" } } } },
	    0, { { 20261120, "2380.5", "0" }, { 20261123, "4800", "2400" } },
	    { "no rate is known that converts USD to KRW on 2026-11-21" } },
	{ "a holiday of one market: what it had counts on; an old rate serves",
	    { WON({ 20261125, "1000", "1000" }, { 20261126, "2000", "1500" }),
		DOLLARS({ 20261125, "1", "1" }) },
	    2, { { 20261125, "2450", "0" }, { 20261126, "3450", "500" } }, { NULL } },
	{ "a day that ended without a row leaves the total out",
	    { WON({ 20261123, "1000", "1000" }, { 20261124, "1000", "1000" },
		  { 20261125, "1000", "1000" }),
		DOLLARS({ 20261123, "1", "1" }, { 20261125, "3", "2" }) },
	    4, { { 20261123, "2400", "0" }, { 20261125, "5350", "1450" } },
	    { "the end of 2026-11-24 in USD is not recorded for Main" } },
	{ "what begins later comes in with all that it is worth",
	    { WON({ 20261123, "1000", "1000" }, { 20261124, "1100", "1000" }),
		DOLLARS({ 20261124, "3", "2" }) },
	    0, { { 20261123, "1000", "0" }, { 20261124, "5450", "4350" } }, { NULL } },
	{ "nothing needs no rate",
	    { WON({ 20261125, "1000", "1000" }), DOLLARS({ 20261125, "0", "0" }) }, 0,
	    { { 20261125, "1000", "0" } }, { NULL } },
	{ "what was taken out to the last needs one for the flow",
	    { WON({ 20261124, "1000", "1000" }, { 20261125, "1000", "1000" }),
		DOLLARS({ 20261124, "2", "2" }, { 20261125, "0", "0" }) },
	    0, { { 20261124, "3900", "0" } },
	    { "no rate is known that converts USD to KRW on 2026-11-25" } },
	{ "one account in market hours and one at any hour: on Saturday only one has an end",
	    { { "Always", YQ_KRW, true,
		  { { 20261120, "10", "10" }, { 20261121, "20", "10" },
		      { 20261122, "30", "10" } } },
		{ "Main", YQ_KRW, false, { { 20261120, "5", "5" } } } },
	    0, { { 20261120, "15", "0" }, { 20261121, "25", "0" }, { 20261122, "35", "0" } },
	    { NULL } },
	{ "two accounts lack one rate: it is told once",
	    { { "A", YQ_USD, false, { { 20261119, "1", "1" } } },
		{ "B", YQ_USD, false, { { 20261119, "1", "1" } } } },
	    4, { { 0 } }, { "no rate is known that converts USD to KRW on 2026-11-19" } },
};

static void
check_total(const struct total_case *c, const struct yq_total *total)
{
	char text[YQ_TOTAL_GAP_TEXT_SIZE];
	size_t days = 0, gaps = 0;

	for (; days < ROWS_MAX && c->days[days].date != 0; days++) {
		const struct yq_equity_day *day = &total->days[days];

		if (days >= total->day_count || day->date != c->days[days].date)
			fail_msg("%s: day %zu is another", c->name, days);
		if (yq_decimal_cmp(day->equity, dec(c->days[days].equity)) != 0 ||
		    yq_decimal_cmp(day->flow, dec(c->days[days].paid_in)) != 0)
			fail_msg("%s: %d has other amounts", c->name, (int)day->date);
	}
	for (; gaps < ROWS_MAX && c->gaps[gaps] != NULL && gaps < total->gap_count; gaps++) {
		yq_total_gap_text(&total->gaps[gaps], YQ_KRW, text);
		assert_string_equal(text, c->gaps[gaps]);
	}
	if (total->day_count != days || total->gap_count != gaps ||
	    (gaps < ROWS_MAX && c->gaps[gaps] != NULL))
		fail_msg("%s: %zu days, %zu gaps", c->name, total->day_count, total->gap_count);
}

static void
test_a_total_has_the_days_on_which_all_is_known(void **unused)
{
	struct yq_exchange_rate items[RATES];
	struct yq_total_options options = { .currency = YQ_KRW,
		.rates = { rates_make(items), RATES } };

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(total_cases); i++) {
		const struct total_case *c = &total_cases[i];
		struct yq_total_row rows[3][ROWS_MAX];
		struct yq_total_part parts[3];
		struct yq_total total;
		size_t count = 0;

		for (; count < 3 && c->parts[count].account != NULL; count++)
			parts[count] = part_of(&c->parts[count], rows[count]);
		options.max_age_days = c->max_age_days;
		assert_int_equal(yq_total_make(parts, count, &options, &total, NULL), YQ_OK);
		check_total(c, &total);
		yq_total_clear(&total);
	}
}

static void
test_a_total_that_does_not_fit_is_refused(void **unused)
{
	static const struct part_case huge = WON({ 20261123, "999999999999999999999999", "0" });
	const struct yq_total_options options = { .currency = YQ_KRW };
	struct yq_total_row rows[2][ROWS_MAX];
	struct yq_total_part parts[] = { part_of(&huge, rows[0]), part_of(&huge, rows[1]) };
	struct yq_total total;
	struct yq_err err = { .rc = YQ_OK };

	(void)unused;
	assert_int_equal(yq_total_make(parts, 2, &options, &total, &err), YQ_E_RANGE);
	assert_null(total.days);
	assert_string_equal(err.text, "the total in KRW does not fit");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_rate_serves_its_day_and_some_after_it_and_none_before),
		cmocka_unit_test(test_a_total_has_the_days_on_which_all_is_known),
		cmocka_unit_test(test_a_total_that_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests_name("total", tests, load, unload);
}
