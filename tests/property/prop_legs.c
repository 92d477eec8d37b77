/*
 * prop_legs.c - a strategy that trades as it likes, and an account that follows it.
 *
 * A strategy's position goes from number to number; each signal says so in TradingView's words.
 * Every order is executed, at once or only after the next signals; what is withdrawn is canceled,
 * or executed after all.  Whatever happens on the way:
 *
 *	an order that closes never passes through zero, and opens nothing
 *	once all is quiet after a flat, nothing is held
 *	sized by Target, what is held once all is quiet is the strategy's position
 */
#include "property.h"

#include "../unit/domain_test.h"

#include "domain/compose.h"

#define RUNS	 400
#define SIGNALS	 40
#define OPEN_MAX 64

struct world {
	uint64_t random;
	struct yq_account *account;
	struct yq_policy policy;
	struct yq_decision decision;
	struct yq_order open[OPEN_MAX]; /* in the order in which they came */
	size_t open_count;
	int64_t position; /* the strategy's */
	unsigned signals;
	bool strict; /* each signal finds all orders executed */
};

static struct yq_decimal
held(const struct world *w)
{
	return yq_account_held(w->account, YQ_NASDAQ, "AAPL");
}

static void
forget(struct world *w, size_t index)
{
	yq_account_close(w->account, &w->open[index].id);
	memmove(
	    &w->open[index], &w->open[index + 1], (w->open_count - index - 1) * sizeof(w->open[0]));
	w->open_count--;
}

/* What the gateway does with an order whose turn it is: cut it, check it, send it; the exchange
 * executes it whole. */
static void
execute_first(struct world *w)
{
	struct yq_order order = w->open[0];
	struct yq_decimal before = held(w), after, free_qty;
	bool beside; /* it would open beside what the leg before it left: refused */
	struct yq_fill fill = { .price = dec("100") };

	free_qty = order.action == YQ_SELL ? before : yq_decimal_neg(before);
	if (order.cut_to_held)
		order.qty = yq_decimal_min(order.qty, free_qty);
	beside = !yq_id_is_none(&order.after) && yq_decimal_sign(free_qty) > 0;
	assert_false(w->strict && beside);
	forget(w, 0);
	if (yq_decimal_sign(order.qty) <= 0 || beside ||
	    (order.reduce_only && yq_decimal_cmp(order.qty, free_qty) > 0))
		return;
	fill.action = order.action;
	fill.qty = order.qty;
	assert_int_equal(yq_account_book(w->account, &order, &fill, NULL), YQ_OK);
	after = held(w);
	if (order.reduce_only)
		assert_true(yq_decimal_sign(before) * yq_decimal_sign(after) >= 0 &&
			    yq_decimal_cmp(yq_decimal_abs(after), yq_decimal_abs(before)) < 0);
	if (!w->policy.limits.allow_short)
		assert_true(yq_decimal_sign(after) >= 0);
}

static void
execute_all(struct world *w)
{
	while (w->open_count > 0)
		execute_first(w);
}

/* A cancel that comes in time, or too late. */
static void
withdraw(struct world *w)
{
	for (size_t i = w->open_count; i > 0; i--) {
		const struct yq_order *order = &w->open[i - 1];

		if (order->type == YQ_TYPE_LIMIT && order->action == w->decision.withdrawn &&
		    !order->reduce_only && between(&w->random, 0, 2) > 0)
			forget(w, i - 1);
	}
}

static void
say(struct yq_opt_decimal *size, enum yq_stance *stance, int64_t position)
{
	*stance = position > 0 ? YQ_STANCE_LONG : position < 0 ? YQ_STANCE_SHORT : YQ_STANCE_FLAT;
	*size = yq_opt_decimal_of(yq_decimal_from_int(position < 0 ? -position : position));
}

static struct yq_signal
signal_to(struct world *w, int64_t position)
{
	struct yq_signal signal = yq_signal_default();
	int64_t moves = position - w->position;

	signal.id = yq_id_named((const char *)&w->signals, sizeof(w->signals));
	w->signals++;
	SET(signal.ticker, "AAPL");
	SET(signal.strategy, "S");
	signal.exchange = YQ_NASDAQ;
	signal.action = moves > 0 ? YQ_BUY : YQ_SELL;
	signal.price = opt("100");
	signal.timestamp_us = at("2026-11-23T15:00:00Z");
	signal.qty = yq_opt_decimal_of(yq_decimal_from_int(moves < 0 ? -moves : moves));
	signal.position_size = yq_opt_decimal_of(yq_decimal_from_int(position));
	say(&signal.market_position_size, &signal.market_position, position);
	say(&signal.prev_market_position_size, &signal.prev_market_position, w->position);
	if (between(&w->random, 0, 3) == 0)
		signal.prev_market_position = YQ_STANCE_NONE;
	if (between(&w->random, 0, 3) == 0) {
		signal.type = YQ_TYPE_LIMIT;
		signal.limit_price = opt("100");
	}
	w->position = position;
	return signal;
}

static void
follow(struct world *w, int64_t position)
{
	struct yq_signal signal = signal_to(w, position);
	struct yq_account_view view = yq_view_of(w->account, YQ_NASDAQ, "AAPL");
	struct yq_market_facts market = { .open = true, .covered = true };
	char reason[YQ_REASON_SIZE];

	yq_order_reason_of(signal.strategy, reason);
	yq_view_see_strategy(&view, w->account, YQ_NASDAQ, "AAPL", reason);
	if (yq_compose(&signal, &view, &market, &w->policy, signal.timestamp_us, &w->decision) !=
	    YQ_OK) {
		assert_false(yq_str_equal(w->decision.code, YQ_COMPOSE_CONTRADICTION));
		return;
	}
	for (size_t i = 0; i < w->decision.order_count; i++) {
		assert_true(w->open_count < OPEN_MAX);
		w->open[w->open_count++] = w->decision.orders[i];
		assert_int_equal(yq_account_open(w->account, &w->decision.orders[i],
				     w->decision.reserve_prices[i], NULL),
		    YQ_OK);
	}
	if (w->decision.withdraws)
		withdraw(w);
}

static void
run(uint64_t seed, enum yq_sizer sizer, bool shorts, bool at_once)
{
	struct world w = { .random = seed, .account = sample_account("1000000", "0") };

	w.strict = at_once;
	w.policy.sizing = yq_sizing_default();
	w.policy.sizing.sizer = sizer;
	w.policy.sizing.fixed_qty = opt("3");
	w.policy.limits.allow_short = shorts;
	for (unsigned i = 0; i < SIGNALS; i++) {
		int64_t next = between(&w.random, shorts ? -9 : 0, 9);
		bool flat = between(&w.random, 0, 2) == 0;

		if (flat)
			next = 0;
		if (next == w.position)
			continue;
		follow(&w, next);
		if (!at_once && between(&w.random, 0, 1) == 0 && w.open_count < OPEN_MAX - 4)
			continue;
		execute_all(&w);
		if (next == 0 || (at_once && sizer == YQ_SIZER_TARGET))
			assert_int_equal(held(&w).units, yq_decimal_from_int(next).units);
	}
	yq_account_free(w.account);
}

static void
test_an_account_follows_its_strategy(void **unused)
{
	static const enum yq_sizer sizers[] = { YQ_SIZER_TARGET, YQ_SIZER_FIXED_QTY,
		YQ_SIZER_PERCENT_OF_EQUITY, YQ_SIZER_BASIC, YQ_SIZER_ONLY_ONE };
	uint64_t seed = property_seed();

	(void)unused;
	for (unsigned i = 0; i < RUNS; i++)
		for (size_t s = 0; s < YQ_COUNT(sizers); s++)
			run(next_random(&seed), sizers[s], i % 2 == 1, i % 4 < 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_account_follows_its_strategy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
