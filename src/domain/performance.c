/* performance.c - returns, risk and drawdown of a series of daily equities. */
#include "domain/performance.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

/* A spread below this is what rounding leaves of none: returns are numbers around 1e-4 to 1e-1. */
#define NO_SPREAD 1e-12

static const struct yq_ratio absent = { .set = false };

static struct yq_ratio
ratio(double value)
{
	return isfinite(value) ? (struct yq_ratio){ true, value } : absent;
}

struct yq_ratio
yq_ratio_of(struct yq_decimal a, struct yq_decimal b)
{
	return b.units == 0 ? absent : ratio((double)a.units / (double)b.units);
}

struct yq_ratio
yq_ratio_of_counts(int64_t a, int64_t b)
{
	return b == 0 ? absent : ratio((double)a / (double)b);
}

struct yq_performance_options
yq_performance_options_default(void)
{
	return (struct yq_performance_options){ .periods = YQ_PERFORMANCE_PERIODS };
}

/* ---- from equities to returns ---- */

/* False when it is not defined although money was invested. */
static bool
return_of(
    const struct yq_equity_day *before, const struct yq_equity_day *day, struct yq_return *result)
{
	bool paid_in = yq_decimal_sign(day->flow) > 0;
	struct yq_decimal invested = before->equity, came = day->equity;
	double gain;

	*result = (struct yq_return){ .date = day->date };
	if ((paid_in && yq_decimal_add(invested, day->flow, &invested) != YQ_OK) ||
	    (!paid_in && yq_decimal_sub(came, day->flow, &came) != YQ_OK))
		return false;
	if (yq_decimal_sign(invested) == 0 && yq_decimal_sign(came) == 0)
		return true;
	if (yq_decimal_sign(invested) <= 0)
		return false;
	/* The difference is exact, and so a small return is as good as a large one. */
	gain = (double)(came.units - invested.units);
	result->value = ratio(gain / (double)invested.units);
	return true;
}

bool
yq_performance_returns(const struct yq_equity_day *days, size_t count, struct yq_return *returns)
{
	bool defined = true;

	for (size_t i = 1; i < count; i++)
		if (!return_of(&days[i - 1], &days[i], &returns[i - 1]))
			defined = false;
	return defined;
}

/* ---- figures ---- */

/* What the figures are made of. */
struct sums {
	size_t n;
	double growth; /* prod(1 + r) */
	double mean, best, worst;
	size_t won, lost;
};

static struct sums
sum_up(const struct yq_return *returns, size_t count)
{
	struct sums sums = { .growth = 1 };
	double total = 0;

	for (size_t i = 0; i < count; i++) {
		double r = returns[i].value.value;

		if (!returns[i].value.set)
			continue;
		sums.best = sums.n == 0 || r > sums.best ? r : sums.best;
		sums.worst = sums.n == 0 || r < sums.worst ? r : sums.worst;
		sums.won += r > 0;
		sums.lost += r < 0;
		sums.growth *= 1 + r;
		total += r;
		sums.n++;
	}
	sums.mean = sums.n == 0 ? 0 : total / (double)sums.n;
	return sums;
}

/* sum((min(r - around, limit))^2) */
static double
squares(const struct yq_return *returns, size_t count, double around, double limit)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++) {
		double away = fmin(returns[i].value.value - around, limit);

		if (returns[i].value.set)
			sum += away * away;
	}
	return sum;
}

static void
risk(struct yq_performance *result, const struct sums *sums, const struct yq_return *returns,
    size_t count, const struct yq_performance_options *options)
{
	double n = (double)sums->n, yearly = sqrt(options->periods);
	double free = pow(1 + options->risk_free, 1 / options->periods) - 1;
	double spread, below;

	if (sums->n < 2)
		return;
	spread = sqrt(squares(returns, count, sums->mean, INFINITY) / (n - 1));
	below = sqrt(squares(returns, count, free, 0) / n);
	result->volatility = ratio(spread * yearly);
	if (spread > NO_SPREAD)
		result->sharpe = ratio((sums->mean - free) / spread * yearly);
	if (below > NO_SPREAD)
		result->sortino = ratio((sums->mean - free) * options->periods / (below * yearly));
}

static struct yq_drawdown
drawdown(const struct yq_return *returns, size_t count, yq_date start)
{
	struct yq_drawdown result = { 0 };
	double value = 1, peak = 1, peak_of_worst = 1, worst = 0;
	yq_date peak_date = start;

	for (size_t i = 0; i < count; i++) {
		if (!returns[i].value.set)
			continue;
		value *= 1 + returns[i].value.value;
		if (result.trough != 0 && result.recovery == 0 &&
		    value >= peak_of_worst * (1 - NO_SPREAD))
			result.recovery = returns[i].date;
		if (value >= peak) {
			peak = value;
			peak_date = returns[i].date;
		} else if (value / peak - 1 < worst) {
			worst = value / peak - 1;
			peak_of_worst = peak;
			result =
			    (struct yq_drawdown){ .peak = peak_date, .trough = returns[i].date };
		}
	}
	result.depth = ratio(worst);
	return result;
}

struct yq_performance
yq_performance_of_returns(const struct yq_return *returns, size_t count, yq_date start,
    const struct yq_performance_options *options)
{
	struct sums sums = sum_up(returns, count);
	struct yq_performance result = { .returns = sums.n };

	if (sums.n == 0)
		return result;
	result.total_return = ratio(sums.growth - 1);
	result.best_day = ratio(sums.best);
	result.worst_day = ratio(sums.worst);
	result.days_won = yq_ratio_of_counts((int64_t)sums.won, (int64_t)(sums.won + sums.lost));
	if (sums.n >= 2 && sums.growth >= 0)
		result.cagr = ratio(pow(sums.growth, options->periods / (double)sums.n) - 1);
	risk(&result, &sums, returns, count, options);
	result.drawdown = drawdown(returns, count, start);
	if (result.cagr.set && result.drawdown.depth.value < -NO_SPREAD)
		result.calmar = ratio(result.cagr.value / -result.drawdown.depth.value);
	return result;
}

struct yq_performance
yq_performance_of_days(
    const struct yq_equity_day *days, size_t count, const struct yq_performance_options *options)
{
	YQ_CLEANUP(yq_freep) struct yq_return *returns = NULL;

	if (count < 2)
		return (struct yq_performance){ 0 };
	returns = yq_xcalloc(count - 1, sizeof(*returns));
	if (!yq_performance_returns(days, count, returns))
		return (struct yq_performance){ 0 };
	return yq_performance_of_returns(returns, count - 1, days[0].date, options);
}

struct yq_opt_decimal
yq_performance_gain(const struct yq_equity_day *days, size_t count)
{
	struct yq_decimal gain;

	if (count == 0 || yq_decimal_sub(days[count - 1].equity, days[0].equity, &gain) != YQ_OK)
		return YQ_OPT_DECIMAL_NONE;
	for (size_t i = 1; i < count; i++)
		if (yq_decimal_sub(gain, days[i].flow, &gain) != YQ_OK)
			return YQ_OPT_DECIMAL_NONE;
	return yq_opt_decimal_of(gain);
}

size_t
yq_performance_months(const struct yq_return *returns, size_t count, struct yq_month_return *months)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		int year = returns[i].date / 10000, month = returns[i].date / 100 % 100;
		struct yq_month_return *last = found == 0 ? NULL : &months[found - 1];

		if (!returns[i].value.set)
			continue;
		if (last == NULL || last->year != year || last->month != month) {
			last = &months[found++];
			*last = (struct yq_month_return){ year, month, { true, 0 } };
		}
		last->value = ratio((1 + last->value.value) * (1 + returns[i].value.value) - 1);
	}
	return found;
}

struct yq_ratio
yq_performance_turnover(struct yq_decimal bought, struct yq_decimal sold,
    const struct yq_equity_day *days, size_t count)
{
	double equity = 0;

	for (size_t i = 0; i < count; i++)
		equity += (double)days[i].equity.units;
	if (count == 0 || equity <= 0)
		return absent;
	return ratio(((double)bought.units + (double)sold.units) / 2 / (equity / (double)count));
}
