/* test_report.c - performance as programs read it, and as people do. */
#include "domain_test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/json.h"
#include "console/command_line.h"
#include "console/report.h"

const struct yq_verb yq_verbs[] = { { "none", NULL, "", 0, 0, 0, "", "" } };
const size_t yq_verb_count = YQ_COUNT(yq_verbs);

#define OUTPUT_MAX 65536
static char output[OUTPUT_MAX];

/* What is printed between the two. */
static FILE *file;
static int kept;

static void
begin(void)
{
	file = tmpfile();
	assert_non_null(file);
	(void)fflush(stdout);
	kept = dup(STDOUT_FILENO);
	assert_true(dup2(fileno(file), STDOUT_FILENO) >= 0);
}

static void
end(void)
{
	size_t length;

	(void)fflush(stdout);
	assert_true(dup2(kept, STDOUT_FILENO) >= 0);
	(void)close(kept);
	rewind(file);
	length = fread(output, 1, sizeof(output) - 1, file);
	output[length] = '\0';
	(void)fclose(file);
}

/* The case of docs/performance-figures.md. */
static struct yq_equity_day days[6];
static struct yq_tally total = { .total = true, .currency = YQ_USD };
static const struct yq_tally *const tallies[] = { &total };

static struct yq_report
report(void)
{
	static const yq_date dates[] = { 20261026, 20261027, 20261028, 20261029, 20261030,
		20261102 };
	static const char *const equities[] = { "10000", "10200", "9690", "12480", "12480",
		"12000" };
	static const char *const flows[] = { "0", "0", "0", "2310", "0", "-854.40" };

	for (size_t i = 0; i < YQ_COUNT(days); i++)
		days[i] = (struct yq_equity_day){ dates[i], dec(equities[i]), dec(flows[i]) };
	total.trades = 3;
	total.wins = 1;
	total.losses = 2;
	total.won = dec("635");
	total.lost = dec("87");
	total.held_us = 30;
	total.period_us = 40;
	return (struct yq_report){ .account = "Main",
		.currency = YQ_USD,
		.days = days,
		.day_count = YQ_COUNT(days),
		.tallies = tallies,
		.tally_count = 1,
		.options = yq_performance_options_default() };
}

static double
number(const yq_json *object, const char *name)
{
	size_t length;
	const char *text = yq_json_text(yq_json_get(object, name), &length);

	assert_int_equal(yq_json_type_of(yq_json_get(object, name)), YQ_JSON_NUMBER);
	return strtod(text, NULL);
}

static void
test_json_has_every_figure_with_all_its_digits(void **unused)
{
	struct yq_report r = report();
	const yq_json *one, *trades, *drawdown;
	yq_json *json;
	struct yq_err err = { .rc = YQ_OK };

	(void)unused;
	begin();
	yq_reports_print_json(&r, 1);
	end();
	if (yq_json_parse(output, strlen(output), &json, &err) != YQ_OK)
		fail_msg("%s: %s", err.text, output);
	one = yq_json_at(json, 0);
	trades = yq_json_at(yq_json_get(one, "trades"), 0);
	drawdown = yq_json_get(one, "maxDrawdown");
	assert_true(fabs(number(one, "totalReturn") - 0.0379928) < 1e-15);
	assert_true(fabs(number(one, "sharpe") - 3.563595459423698) < 1e-12);
	assert_true(fabs(number(one, "gain") - 544.40) < 1e-12);
	assert_true(fabs(number(drawdown, "depth") + 0.05) < 1e-15);
	assert_true(fabs(number(trades, "winRate") - 1.0 / 3) < 1e-15);
	assert_true(fabs(number(trades, "exposure") - 0.75) < 1e-15);
	assert_null(yq_json_get(trades, "best"));
	assert_int_equal(yq_json_count(yq_json_get(one, "days")), 6);
	assert_int_equal(yq_json_count(yq_json_get(one, "months")), 2);
	yq_json_free(json);
}

static void
test_csv_is_a_series_of_dates_and_one_column(void **unused)
{
	struct yq_report r = report();

	(void)unused;
	begin();
	yq_report_print_csv(&r, false);
	end();
	assert_string_equal(output, "date,return\n2026-10-27,0.02\n2026-10-28,-0.05\n"
				    "2026-10-29,0.04\n2026-10-30,0\n"
				    "2026-11-02,0.03\n");
	begin();
	yq_report_print_csv(&r, true);
	end();
	assert_string_equal(output, "date,equity\n2026-10-26,10000\n2026-10-27,10200\n"
				    "2026-10-28,9690\n2026-10-29,12480\n2026-10-30,12480\n"
				    "2026-11-02,12000\n");
}

static void
assert_shows(const char *words)
{
	if (strstr(output, words) == NULL)
		fail_msg("\"%s\" is not in: %s", words, output);
}

static void
test_people_read_percents_and_a_dash_for_what_is_not_known(void **unused)
{
	struct yq_report r = report();

	(void)unused;
	begin();
	yq_report_print(&r);
	end();
	assert_shows("Main, USD: 2026-10-26 to 2026-11-02, 6 days\n");
	assert_shows("equity        10000.00 to 12000.00\n");
	assert_shows("paid in       1455.60\n");
	assert_shows("gain          544.40\n");
	assert_shows("total return  3.80%\n");
	assert_shows("-5.00% from 2026-10-27 to 2026-10-28, made up for by 2026-11-02\n");
	assert_shows("33.33%");
	r.day_count = 1;
	begin();
	yq_report_print(&r);
	end();
	assert_shows("Sharpe        -\n");
	assert_shows("CAGR          -\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json_has_every_figure_with_all_its_digits),
		cmocka_unit_test(test_csv_is_a_series_of_dates_and_one_column),
		cmocka_unit_test(test_people_read_percents_and_a_dash_for_what_is_not_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
