/*
 * performance.h - what a series of daily equities comes to: returns, risk, drawdown.
 *
 * Money is exact; ratios are doubles, for people, and nothing is ever bought or sold by them.  What
 * cannot be computed (too few days, no variance, no loss) is absent: never 0, infinite or NaN.
 *
 * A day's return.  E is the equity at a day's end, F what was paid in (> 0) or taken out (< 0)
 *since the day before.  Money comes in as the day begins and goes out as it ends, so that neither
 *counts as a gain and both extremes, a first deposit and a last withdrawal, have a return:
 *
 *	r(t) = (E(t) + out(t)) / (E(t-1) + in(t)) - 1		in = max(F, 0), out = max(-F, 0)
 *
 * A day on which nothing was invested (both sides 0) has no return.  Where what was invested is
 * below 0, or is 0 and something came of it, a return is not defined, and with it no figure of the
 * whole series.
 *
 * The figures of n returns, P periods a year (252) and a risk-free rate a period f:
 *
 *	total return	prod(1 + r) - 1					empyrical cum_returns_final
 *	CAGR		prod(1 + r)^(P / n) - 1				empyrical annual_return
 *	volatility	s x sqrt(P), s = sqrt(sum((r - mean)^2) / (n - 1))
 *								empyrical annual_volatility
 *	Sharpe		mean(r - f) / s x sqrt(P)			empyrical sharpe_ratio
 *	Sortino		mean(r - f) x P / (d x sqrt(P)),
 *			d = sqrt(sum(min(r - f, 0)^2) / n)		empyrical sortino_ratio
 *	drawdown	min over t of C(t) / max(C(0..t)) - 1, C(0) = 1, C(t) = prod(1 + r)
 *								empyrical max_drawdown
 *	Calmar		CAGR / -drawdown				empyrical calmar_ratio
 *	days won	share of the r that are > 0 among those that are not 0
 *								QuantStats win_rate
 *
 * empyrical: github.com/quantopian/empyrical, empyrical/stats.py; QuantStats:
 * github.com/ranaroussi/quantstats, quantstats/stats.py, which is also where f comes from a yearly
 * rate as (1 + rate)^(1 / P) - 1.
 */
#ifndef YQ_DOMAIN_PERFORMANCE_H
#define YQ_DOMAIN_PERFORMANCE_H

#include "domain/calendar.h"

#define YQ_PERFORMANCE_PERIODS 252

struct yq_ratio {
	bool set; /* false: it cannot be computed */
	double value;
};

struct yq_performance_options {
	double periods;	  /* P, > 0 */
	double risk_free; /* a year, > -1: 0.03 is 3 % */
};
struct yq_performance_options yq_performance_options_default(void); /* 252, 0 */

/* The end of one day.  Of the first day of a series the flow says nothing. */
struct yq_equity_day {
	yq_date date;
	struct yq_decimal equity;
	struct yq_decimal flow;
};

struct yq_return {
	yq_date date;
	struct yq_ratio value;
};

struct yq_drawdown {
	struct yq_ratio depth; /* <= 0; 0 when it never fell */
	yq_date peak, trough;  /* 0 when it never fell */
	yq_date recovery;      /* the first day at or above the peak again; 0 = not yet */
};

struct yq_performance {
	size_t returns; /* n */
	struct yq_ratio total_return, cagr, volatility, sharpe, sortino, calmar;
	struct yq_ratio best_day, worst_day, days_won;
	struct yq_drawdown drawdown;
};

/*
 * The returns of `count` days in order of date: `returns` gets count - 1 of them, from the second
 * day on (none for fewer than two).  False when one of them is not defined although money was
 * invested; it is absent then, and so is everything that follows from all of them.
 */
bool yq_performance_returns(
    const struct yq_equity_day *days, size_t count, struct yq_return *returns);

/* The figures of `count` returns, those that are absent left out; `start` is the date of the equity
 * before the first (a drawdown may begin there). */
struct yq_performance yq_performance_of_returns(const struct yq_return *returns, size_t count,
    yq_date start, const struct yq_performance_options *options);
/* Both in one; every figure is absent when a return is not defined. */
struct yq_performance yq_performance_of_days(
    const struct yq_equity_day *days, size_t count, const struct yq_performance_options *options);

/* What was gained: the last equity less the first, less what was paid in between.  Not set for no
 * day, or when it does not fit. */
struct yq_opt_decimal yq_performance_gain(const struct yq_equity_day *days, size_t count);

/* The return of one calendar month, compounded. */
struct yq_month_return {
	int year, month; /* month 1-12 */
	struct yq_ratio value;
};
/* In order; `months` has room for `count` items.  Returns how many there are. */
size_t yq_performance_months(
    const struct yq_return *returns, size_t count, struct yq_month_return *months);

/* (bought + sold) / 2 over the mean of the days' equities; absent without days or equity. */
struct yq_ratio yq_performance_turnover(struct yq_decimal bought, struct yq_decimal sold,
    const struct yq_equity_day *days, size_t count);

/* a / b as a ratio, for people; absent when b is 0. */
struct yq_ratio yq_ratio_of(struct yq_decimal a, struct yq_decimal b);
struct yq_ratio yq_ratio_of_counts(int64_t a, int64_t b);

#endif
