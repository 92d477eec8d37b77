/*
 * bench_decide.c - what one decision costs: composing an order, and checking it again as the
 *gateway does.  Prints nanoseconds a decision with few and with many open orders and positions.
 *
 *	bench_decide [decisions]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "domain/calendar.h"
#include "domain/verdict.h"
#include "domain/withdraw.h"

static struct yq_decimal
hundredths(int64_t value)
{
	return yq_decimal_from_scaled(value, 2);
}

static void
set_text(char *target, size_t size, const char *text)
{
	if (!yq_str_copy(target, size, text))
		abort();
}

static struct yq_account *
make_account(int positions, int orders)
{
	struct yq_account *account = yq_account_make("Main");
	char name[YQ_TICKER_SIZE];

	yq_account_set_cash(account, YQ_USD, yq_decimal_from_int(100000000));
	account->commission_rate = yq_decimal_from_scaled(25, 4);
	for (int i = 0; i < positions; i++) {
		struct yq_position position = { .exchange = YQ_NASDAQ, .currency = YQ_USD };

		(void)yq_str_format(name, sizeof(name), "T%d", i);
		set_text(position.ticker, sizeof(position.ticker), name);
		position.qty = yq_decimal_from_int(10);
		position.avg_price = hundredths(10050);
		if (yq_account_set_position(account, &position, NULL) != YQ_OK)
			abort();
	}
	for (int i = 0; i < orders; i++) {
		struct yq_order order = yq_order_default();

		(void)yq_str_format(name, sizeof(name), "T%d", i % 1000);
		order.id = yq_id_named(&i, sizeof(i));
		set_text(order.ticker, sizeof(order.ticker), name);
		order.exchange = YQ_NASDAQ;
		order.currency = YQ_USD;
		order.qty = yq_decimal_from_int(1);
		if (yq_account_open(account, &order, hundredths(10000), NULL) != YQ_OK)
			abort();
	}
	return account;
}

static struct yq_policy
make_policy(void)
{
	struct yq_policy policy = { .sizing = yq_sizing_default() };

	policy.limits.max_age_us = 60 * YQ_US_PER_SECOND;
	policy.limits.max_order_value[YQ_USD] = yq_opt_decimal_of(yq_decimal_from_int(20000000));
	policy.limits.max_position_share = yq_opt_decimal_of(hundredths(50));
	policy.limits.price_collar = yq_opt_decimal_of(hundredths(10));
	policy.limits.max_open_orders = 50000;
	policy.limits.max_orders_per_minute = 100000;
	return policy;
}

static struct yq_signal
make_signal(int64_t now_us)
{
	struct yq_signal signal = yq_signal_default();

	signal.id = yq_id_named("bench", 5);
	set_text(signal.ticker, sizeof(signal.ticker), "T7");
	set_text(signal.strategy, sizeof(signal.strategy), "Mean reversion");
	signal.exchange = YQ_NASDAQ;
	signal.price = yq_opt_decimal_of(hundredths(10123));
	signal.strength = yq_opt_decimal_of(yq_decimal_from_int(80));
	signal.timestamp_us = now_us - YQ_US_PER_SECOND;
	return signal;
}

/* A verdict's bytes and nanoseconds, without and with what it was decided from. */
static void
measure_verdict(const struct yq_decision *decision, const struct yq_account_view *view,
    const struct yq_market_facts *market, long count)
{
	static struct yq_inputs inputs;
	const struct yq_clock *clock = yq_clock_system();
	const struct yq_decision *const decisions[] = { decision };
	struct yq_buf out = yq_buf_make(1U << 20);
	const struct yq_inputs *given[] = { NULL, &inputs };

	inputs.account = *view;
	inputs.market = *market;
	inputs.rules = yq_id_named("rules", 5);
	for (size_t n = 0; n < YQ_COUNT(given); n++) {
		int64_t start = yq_clock_monotonic_ns(clock);

		for (long i = 0; i < count; i++) {
			yq_buf_clear(&out);
			yq_verdict_write(&out, decisions, given[n], 1, decision->decided_at_us);
		}
		printf("%-28s %5zu bytes %5lld ns\n",
		    n == 0 ? "verdict" : "verdict with its inputs", out.length,
		    (long long)((yq_clock_monotonic_ns(clock) - start) / count));
	}
	yq_buf_free(&out);
}

/* An alert that says where its strategy stands: what is open of the instrument is looked through,
 * and what rests is withdrawn. */
static int64_t
measure_stance(const struct yq_account *account, struct yq_signal signal,
    const struct yq_market_facts *market, const struct yq_policy *policy, int64_t now_us,
    long count)
{
	static struct yq_decision decision;
	const struct yq_clock *clock = yq_clock_system();
	int64_t start = yq_clock_monotonic_ns(clock);
	char reason[YQ_REASON_SIZE];

	signal.market_position = YQ_STANCE_LONG;
	signal.position_size = yq_opt_decimal_of(yq_decimal_from_int(5));
	for (long i = 0; i < count; i++) {
		struct yq_account_view view = yq_view_of(account, signal.exchange, signal.ticker);

		yq_order_reason_of(signal.strategy, reason);
		yq_view_see_strategy(&view, account, signal.exchange, signal.ticker, reason);
		if (yq_compose(&signal, &view, market, policy, now_us, &decision) != YQ_OK) {
			fprintf(stderr, "refused: %s\n", decision.text);
			exit(1);
		}
		decision.withdraws = true;
		decision.cancel_count = 0;
		yq_withdraw(&decision, &signal, account);
	}
	return (yq_clock_monotonic_ns(clock) - start) / count;
}

static void
measure(const char *name, const struct yq_calendar *calendar, int positions, int orders, long count)
{
	const struct yq_clock *clock = yq_clock_system();
	int64_t now_us = INT64_C(1795446000) * YQ_US_PER_SECOND, start, composed, checked;
	struct yq_account *account = make_account(positions, orders);
	struct yq_signal signal = make_signal(now_us);
	struct yq_policy policy = make_policy();
	struct yq_market_facts market = {
		.last_price = signal.price,
		.last_price_at_us = now_us - 1,
	};
	struct yq_account_view view = yq_view_of(account, YQ_NASDAQ, "T7");
	struct yq_risk_facts facts = {
		.account = &view,
		.market_open = true,
		.calendar_covered = true,
		.last_price = signal.price,
		.last_price_at_us = now_us - 1,
		.now_us = now_us,
	};
	static struct yq_decision decision;
	static struct yq_trace trace;

	start = yq_clock_monotonic_ns(clock);
	for (long i = 0; i < count; i++) {
		const struct yq_market_hours *hours = yq_calendar_hours(calendar, YQ_NASDAQ);

		market.open = yq_market_is_open(hours, now_us);
		market.covered = yq_market_is_covered(hours, now_us);
		view = yq_view_of(account, signal.exchange, signal.ticker);
		if (yq_compose(&signal, &view, &market, &policy, now_us, &decision) == YQ_OK)
			continue;
		fprintf(stderr, "refused: %s\n", decision.text);
		exit(1);
	}
	composed = yq_clock_monotonic_ns(clock);
	for (long i = 0; i < count; i++) {
		yq_trace_clear(&trace);
		if (yq_risk_check(&decision.orders[0], &facts, &policy.limits, &trace) != YQ_OK)
			exit(1);
	}
	checked = yq_clock_monotonic_ns(clock);
	printf("%-28s compose %5lld ns   gateway check %5lld ns\n", name,
	    (long long)((composed - start) / count), (long long)((checked - composed) / count));
	printf("%-28s compose %5lld ns   with its strategy's position\n", name,
	    (long long)measure_stance(account, signal, &market, &policy, now_us, count));
	measure_verdict(&decision, &view, &market, count);
	yq_account_free(account);
}

int
main(int argc, char **argv)
{
	struct yq_calendar calendar;
	int64_t count = 200000;

	if (argc > 1 && !yq_str_to_int64(argv[1], 1, 100000000, &count))
		return 2;
	if (yq_calendar_load(&calendar, NULL) != YQ_OK)
		return 1;
	measure("1 position, 10 orders", &calendar, 1, 10, (long)count);
	measure("1000 positions, 10000 orders", &calendar, 1000, 10000, (long)count);
	yq_calendar_clear(&calendar);
	return 0;
}
