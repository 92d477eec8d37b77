/*
 * test_performance.c - figures of performance, against a case worked by hand
 * (docs/performance-figures.md), published ones, and a reference computed with fifty digits.
 */
#include "domain_test.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "domain/performance.h"

#define PRECISION 1e-9
#define DAYS_MAX  256

static void
assert_near(const char *what, struct yq_ratio found, struct yq_ratio expected)
{
	double size = fmax(1, fabs(expected.value));

	if (found.set != expected.set)
		fail_msg("%s is %s", what, found.set ? "there" : "absent");
	if (found.set && !(fabs(found.value - expected.value) <= PRECISION * size))
		fail_msg("%s: %.17g, expected %.17g", what, found.value, expected.value);
}

static struct yq_ratio
is(double value)
{
	return (struct yq_ratio){ true, value };
}

static const struct yq_ratio absent = { .set = false };

/* ---- the reference ---- */

struct figures {
	struct yq_ratio total_return, cagr, volatility, sharpe, sortino, calmar, best_day,
	    worst_day, days_won, depth;
};

struct day {
	yq_date date;
	const char *equity, *flow;
};

static const struct vector {
	double periods, risk_free;
	size_t count;
	struct day days[DAYS_MAX];
	struct figures figures;
	yq_date peak, trough, recovery;
} vectors[] = {
#include "performance_vectors.inc"
};

static struct yq_equity_day *
read_days(const struct day *days, size_t count)
{
	struct yq_equity_day *result = yq_xcalloc(count, sizeof(*result));

	for (size_t i = 0; i < count; i++)
		result[i] =
		    (struct yq_equity_day){ days[i].date, dec(days[i].equity), dec(days[i].flow) };
	return result;
}

static void
assert_figures(const struct yq_performance *found, const struct figures *expected)
{
	assert_near("total return", found->total_return, expected->total_return);
	assert_near("CAGR", found->cagr, expected->cagr);
	assert_near("volatility", found->volatility, expected->volatility);
	assert_near("Sharpe", found->sharpe, expected->sharpe);
	assert_near("Sortino", found->sortino, expected->sortino);
	assert_near("Calmar", found->calmar, expected->calmar);
	assert_near("best day", found->best_day, expected->best_day);
	assert_near("worst day", found->worst_day, expected->worst_day);
	assert_near("days won", found->days_won, expected->days_won);
	assert_near("drawdown", found->drawdown.depth, expected->depth);
}

static void
test_random_curves_have_the_figures_of_fifty_digit_arithmetic(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(vectors); i++) {
		const struct vector *v = &vectors[i];
		const struct yq_performance_options options = { v->periods, v->risk_free };
		YQ_CLEANUP(yq_freep) struct yq_equity_day *days = read_days(v->days, v->count);
		struct yq_performance found = yq_performance_of_days(days, v->count, &options);

		assert_int_equal(found.returns, v->count - 1);
		assert_figures(&found, &v->figures);
		assert_int_equal(found.drawdown.peak, v->peak);
		assert_int_equal(found.drawdown.trough, v->trough);
		assert_int_equal(found.drawdown.recovery, v->recovery);
	}
}

/* ---- published ---- */

/*
 * The series and results of empyrical's own tests (github.com/quantopian/empyrical,
 * empyrical/tests/test_stats.py: mixed, positive, negative, weekly and monthly returns, in per
 * cent).  Where nothing stands, nothing was published; the CAGR
 * of the mixed ones counts a row without a return, and is left out.
 */
struct published {
	const char *name;
	double periods;
	size_t count;
	double percent[9];
	struct yq_ratio cagr, volatility, sharpe, sortino, depth, calmar;
};
#define MIXED                              \
	{                                  \
		1, 10, -4, 2, 3, 2, 1, -10 \
	}
#define WITH_ZERO                             \
	{                                     \
		0, 1, 10, -4, 2, 3, 2, 1, -10 \
	}
static const struct published published[] = {
	{ .name = "mixed",
	    .periods = 252,
	    .count = 8,
	    .percent = MIXED,
	    .volatility = { true, 0.9136465399704637 },
	    .sharpe = { true, 1.7238613961706866 },
	    .sortino = { true, 2.605531251673693 },
	    .depth = { true, -0.1 } },
	{ .name = "weekly",
	    .periods = 52,
	    .count = 9,
	    .percent = WITH_ZERO,
	    .cagr = { true, 0.24690830513998208 },
	    .volatility = { true, 0.38851569394870583 },
	    .sortino = { true, 1.1158901056866439 },
	    .calmar = { true, 2.4690830513998208 } },
	{ .name = "monthly",
	    .periods = 12,
	    .count = 9,
	    .percent = WITH_ZERO,
	    .cagr = { true, 0.052242061386048144 },
	    .volatility = { true, 0.18663690238892558 },
	    .sortino = { true, 0.53605626741889756 },
	    .calmar = { true, 0.52242061386048144 } },
	{ .name = "positive",
	    .periods = 252,
	    .count = 9,
	    .percent = { 1, 2, 1, 1, 1, 1, 1, 1, 1 },
	    .sharpe = { true, 52.915026221291804 },
	    .depth = { true, 0 } },
	{ .name = "negative",
	    .periods = 252,
	    .count = 9,
	    .percent = { 0, -6, -7, -1, -9, -2, -6, -8, -5 },
	    .sharpe = { true, -24.406808633910085 },
	    .sortino = { true, -13.532743075043401 },
	    .depth = { true, -0.36590730349873601 } },
};

static struct yq_performance
of_percents(const double *percent, size_t count, double periods)
{
	const struct yq_performance_options options = { .periods = periods };
	struct yq_return returns[16];

	for (size_t i = 0; i < count; i++)
		returns[i] = (struct yq_return){ 20000131 + (yq_date)i, is(percent[i] / 100) };
	return yq_performance_of_returns(returns, count, 20000130, &options);
}

static void
assert_published(const char *what, struct yq_ratio found, struct yq_ratio expected)
{
	if (expected.set)
		assert_near(what, found, expected);
}

static void
test_published_series_have_their_published_figures(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(published); i++) {
		const struct published *p = &published[i];
		struct yq_performance found = of_percents(p->percent, p->count, p->periods);

		print_message("# %s\n", p->name);
		assert_published("CAGR", found.cagr, p->cagr);
		assert_published("volatility", found.volatility, p->volatility);
		assert_published("Sharpe", found.sharpe, p->sharpe);
		assert_published("Sortino", found.sortino, p->sortino);
		assert_published("drawdown", found.drawdown.depth, p->depth);
		assert_published("Calmar", found.calmar, p->calmar);
	}
}

/* Published as infinite: no loss, so no downside and no drawdown. */
static void
test_what_would_be_infinite_is_absent(void **unused)
{
	struct yq_performance found = of_percents(published[3].percent, 9, 252);

	(void)unused;
	assert_near("Sortino", found.sortino, absent);
	assert_near("Calmar", found.calmar, absent);
	assert_int_equal(found.drawdown.peak, 0);
	assert_int_equal(found.drawdown.trough, 0);
}

/* ---- by hand: docs/performance-figures.md ---- */

static const struct day by_hand[] = {
	{ 20261026, "10000", "0" }, { 20261027, "10200", "0" }, { 20261028, "9690", "0" },
	{ 20261029, "12480", "2310" }, /* paid in: 12,480 / (9,690 + 2,310) */
	{ 20261030, "12480", "0" },
	{ 20261102, "12000", "-854.40" }, /* taken out: (12,000 + 854.40) / 12,480 */
};
static const double by_hand_returns[] = { 0.02, -0.05, 0.04, 0, 0.03 };

static void
test_the_case_worked_by_hand(void **unused)
{
	struct yq_performance_options options = yq_performance_options_default();
	YQ_CLEANUP(yq_freep) struct yq_equity_day *days = read_days(by_hand, YQ_COUNT(by_hand));
	struct yq_return returns[YQ_COUNT(by_hand) - 1];
	struct yq_performance found = yq_performance_of_days(days, YQ_COUNT(by_hand), &options);
	const struct figures expected = {
		.total_return = is(0.0379928),
		.cagr = is(5.549298564308475),
		.volatility = is(0.565720779183512),
		.sharpe = is(3.563595459423698),
		.sortino = is(5.679436591775631),
		.calmar = is(110.985971286169494),
		.best_day = is(0.04),
		.worst_day = is(-0.05),
		.days_won = is(0.75),
		.depth = is(-0.05),
	};

	(void)unused;
	assert_true(yq_performance_returns(days, YQ_COUNT(by_hand), returns));
	for (size_t i = 0; i < YQ_COUNT(returns); i++)
		assert_near("return", returns[i].value, is(by_hand_returns[i]));
	assert_figures(&found, &expected);
	assert_int_equal(found.drawdown.peak, 20261027);
	assert_int_equal(found.drawdown.trough, 20261028);
	assert_int_equal(found.drawdown.recovery, 20261102);
}

/* ---- what cannot be computed ---- */

static struct yq_performance
of_days(const struct day *days, size_t count)
{
	struct yq_performance_options options = yq_performance_options_default();
	YQ_CLEANUP(yq_freep) struct yq_equity_day *read = read_days(days, count);

	return yq_performance_of_days(read, count, &options);
}

static void
test_nothing_is_made_of_no_day_or_of_one(void **unused)
{
	static const struct day day[] = { { 20261123, "100", "0" } };
	static const struct figures none = { 0 };

	(void)unused;
	for (size_t count = 0; count <= 1; count++) {
		struct yq_performance found = of_days(day, count);

		assert_int_equal(found.returns, 0);
		assert_figures(&found, &none);
	}
}

static void
test_one_return_has_no_spread_and_no_year(void **unused)
{
	static const struct day days[] = { { 20261123, "100", "0" }, { 20261124, "110", "0" } };
	const struct figures expected = { .total_return = is(0.1),
		.best_day = is(0.1),
		.worst_day = is(0.1),
		.days_won = is(1),
		.depth = is(0) };
	struct yq_performance found = of_days(days, 2);

	(void)unused;
	assert_int_equal(found.returns, 1);
	assert_figures(&found, &expected);
}

static void
test_equal_returns_have_no_sharpe(void **unused)
{
	static const struct day days[] = { { 20261123, "100", "0" }, { 20261124, "110", "0" },
		{ 20261125, "121", "0" }, { 20261126, "133.1", "0" } };
	struct yq_performance found = of_days(days, YQ_COUNT(days));

	(void)unused;
	assert_near("volatility", found.volatility, is(0));
	assert_near("Sharpe", found.sharpe, absent);
	assert_near("Sortino", found.sortino, absent);
}

static void
test_days_that_did_not_move_win_nothing(void **unused)
{
	static const struct day days[] = { { 20261123, "100", "0" }, { 20261124, "100", "0" },
		{ 20261125, "100", "0" } };
	struct yq_performance found = of_days(days, YQ_COUNT(days));

	(void)unused;
	assert_near("days won", found.days_won, absent);
	assert_near("CAGR", found.cagr, is(0));
	assert_near("Calmar", found.calmar, absent);
}

/* A first deposit into nothing and a last withdrawal of all are no returns; nothing invested, no
 * return at all. */
static void
test_an_account_that_is_filled_and_emptied_has_the_returns_between(void **unused)
{
	static const struct day days[] = { { 20261123, "0", "0" }, { 20261124, "0", "0" },
		{ 20261125, "1010", "1000" }, { 20261126, "0", "-1020.10" },
		{ 20261127, "0", "0" } };
	struct yq_performance found = of_days(days, YQ_COUNT(days));

	(void)unused;
	assert_int_equal(found.returns, 2);
	assert_near("total return", found.total_return, is(0.0201));
	assert_near("worst day", found.worst_day, is(0.01));
}

static void
test_what_is_made_of_debt_has_no_figures(void **unused)
{
	static const struct day days[] = { { 20261123, "100", "0" }, { 20261124, "-20", "0" },
		{ 20261125, "-10", "0" } };
	static const struct figures none = { 0 };
	struct yq_performance found = of_days(days, YQ_COUNT(days));

	(void)unused;
	assert_figures(&found, &none);
}

static void
test_a_total_loss_is_minus_one(void **unused)
{
	static const struct day days[] = { { 20261123, "100", "0" }, { 20261124, "90", "0" },
		{ 20261125, "0", "0" } };
	struct yq_performance found = of_days(days, YQ_COUNT(days));

	(void)unused;
	assert_near("CAGR", found.cagr, is(-1));
	assert_near("drawdown", found.drawdown.depth, is(-1));
	assert_int_equal(found.drawdown.recovery, 0);
}

/* ---- drawdowns ---- */

static void
test_a_drawdown_has_its_dates(void **unused)
{
	static const struct day days[] = { { 20260105, "100", "0" }, { 20260106, "90", "0" },
		{ 20260107, "120", "0" }, { 20260108, "96", "0" }, { 20260109, "119", "0" },
		{ 20260112, "120", "0" }, { 20260113, "110", "0" } };
	struct yq_performance found = of_days(days, YQ_COUNT(days));
	struct yq_performance before = of_days(days, 5), first = of_days(days, 2);

	(void)unused;
	assert_near("depth", found.drawdown.depth, is(-0.2));
	assert_int_equal(found.drawdown.peak, 20260107);
	assert_int_equal(found.drawdown.trough, 20260108);
	assert_int_equal(found.drawdown.recovery, 20260112);
	assert_int_equal(before.drawdown.recovery, 0);
	assert_int_equal(first.drawdown.peak, 20260105); /* the start is a peak */
}

/* ---- months, gain, turnover ---- */

static void
test_months_are_compounded_and_add_up_to_the_whole(void **unused)
{
	const struct vector *v = &vectors[YQ_COUNT(vectors) - 3];
	YQ_CLEANUP(yq_freep) struct yq_equity_day *days = read_days(v->days, v->count);
	struct yq_return returns[DAYS_MAX];
	struct yq_month_return months[DAYS_MAX];
	double growth = 1;
	size_t count;

	(void)unused;
	assert_true(yq_performance_returns(days, v->count, returns));
	count = yq_performance_months(returns, v->count - 1, months);
	assert_in_range(count, 11, 13);
	assert_int_equal(months[0].year, 2026);
	assert_int_equal(months[0].month, 1);
	assert_int_equal(months[1].month, 2);
	for (size_t i = 0; i < count; i++)
		growth *= 1 + months[i].value.value;
	assert_near("total", is(growth - 1), v->figures.total_return);
}

static void
test_what_was_paid_in_is_no_gain(void **unused)
{
	YQ_CLEANUP(yq_freep) struct yq_equity_day *days = read_days(by_hand, YQ_COUNT(by_hand));
	struct yq_opt_decimal gain = yq_performance_gain(days, YQ_COUNT(by_hand));

	(void)unused;
	assert_true(gain.set);
	assert_decimal(gain.value, "544.4"); /* 12,000 - 10,000 - 2,310 + 854.40 */
	assert_false(yq_performance_gain(days, 0).set);
}

static void
test_turnover_is_over_the_mean_equity(void **unused)
{
	static const struct day two[] = { { 20260105, "100", "0" }, { 20260106, "300", "0" } };
	YQ_CLEANUP(yq_freep) struct yq_equity_day *days = read_days(two, 2);

	(void)unused;
	assert_near("turnover", yq_performance_turnover(dec("150"), dec("50"), days, 2), is(0.5));
	assert_near("turnover", yq_performance_turnover(dec("150"), dec("50"), days, 0), absent);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_curves_have_the_figures_of_fifty_digit_arithmetic),
		cmocka_unit_test(test_published_series_have_their_published_figures),
		cmocka_unit_test(test_what_would_be_infinite_is_absent),
		cmocka_unit_test(test_the_case_worked_by_hand),
		cmocka_unit_test(test_nothing_is_made_of_no_day_or_of_one),
		cmocka_unit_test(test_one_return_has_no_spread_and_no_year),
		cmocka_unit_test(test_equal_returns_have_no_sharpe),
		cmocka_unit_test(test_days_that_did_not_move_win_nothing),
		cmocka_unit_test(
		    test_an_account_that_is_filled_and_emptied_has_the_returns_between),
		cmocka_unit_test(test_what_is_made_of_debt_has_no_figures),
		cmocka_unit_test(test_a_total_loss_is_minus_one),
		cmocka_unit_test(test_a_drawdown_has_its_dates),
		cmocka_unit_test(test_months_are_compounded_and_add_up_to_the_whole),
		cmocka_unit_test(test_what_was_paid_in_is_no_gain),
		cmocka_unit_test(test_turnover_is_over_the_mean_equity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
