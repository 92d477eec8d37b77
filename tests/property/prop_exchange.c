/*
 * prop_exchange.c - the simulated exchange under random orders: money and shares are conserved, the
 * same seed gives the same book, and what was written down gives it once more.
 */
#include "property.h"

#include "../unit/same_text.h"

#include "simulator/record.h"

#define ROUNDS	    40
#define STEPS	    250
#define ACCOUNTS    3
#define INSTRUMENTS 3
#define MONDAY	    INT64_C(1763985600000000)

static uint64_t seed;

struct run {
	struct sim_exchange *x;
	struct sim_account *accounts[ACCOUNTS];
	struct sim_instrument *instruments[INSTRUMENTS];
	struct yq_buf journal; /* arrays, one a line */
	int64_t now_us;
	uint64_t random;
	unsigned taken; /* commands that were not refused */
};

static struct sim_settings
random_settings(uint64_t *random)
{
	struct sim_settings s = sim_settings_default();

	s.seed = next_random(random);
	s.walk_bps = (uint32_t)between(random, 0, 800);
	s.spread_ticks = (uint32_t)between(random, 0, 3);
	s.partial_ppm = (uint32_t)between(random, 0, 500000);
	s.allow_short = between(random, 0, 1) == 1;
	for (int c = 0; c < YQ_COUNTRY_COUNT; c++)
		s.fees[c].rate = yq_decimal_from_scaled(between(random, 0, 30), 4);
	return s;
}

static void
keep(struct run *r)
{
	if (sim_record_changes(r->x, &r->journal))
		yq_buf_add_char(&r->journal, '\n');
}

static void
begin(struct run *r, uint64_t random)
{
	static const struct {
		enum yq_exchange exchange;
		const char *ticker;
	} listed[INSTRUMENTS] = { { YQ_NASDAQ, "AAPL" }, { YQ_KRX, "005930" }, { YQ_TSE, "7203" } };
	struct sim_settings settings = random_settings(&random);
	char name[16];

	*r = (struct run){ .now_us = MONDAY, .random = random };
	r->journal = yq_buf_make(256U << 20);
	r->x = sim_exchange_make(&settings, "property");
	for (int i = 0; i < ACCOUNTS; i++) {
		(void)yq_str_format(name, sizeof(name), "A%d", i);
		r->accounts[i] = sim_account(r->x, name);
	}
	for (int i = 0; i < INSTRUMENTS; i++)
		r->instruments[i] =
		    sim_list(r->x, listed[i].exchange, listed[i].ticker, NULL, YQ_DECIMAL_ZERO);
	keep(r);
}

static void
end(struct run *r)
{
	sim_exchange_free(r->x);
	yq_buf_free(&r->journal);
}

/* A price of some per cent around the quote, on the step. */
static struct yq_opt_decimal
price_near(struct run *r, const struct sim_instrument *i, int64_t low_pct, int64_t high_pct)
{
	struct yq_decimal price = sim_quote(r->x, i, r->now_us).price;

	assert_int_equal(
	    yq_decimal_mul(price,
		yq_decimal_from_scaled(100 + between(&r->random, low_pct, high_pct), 2),
		YQ_ROUND_DOWN, &price),
	    YQ_OK);
	if (yq_tick_round(i->exchange, price, YQ_ROUND_UP, &price) != YQ_OK)
		return YQ_OPT_DECIMAL_NONE;
	return yq_opt_decimal_of(price);
}

static void
submit(struct run *r)
{
	struct sim_instrument *i = r->instruments[between(&r->random, 0, INSTRUMENTS - 1)];
	struct sim_ask ask = { .account = r->accounts[between(&r->random, 0, ACCOUNTS - 1)],
		.instrument = i,
		.action = (enum yq_action)between(&r->random, 0, 1),
		.type = (enum yq_order_type)between(&r->random, 0, YQ_TYPE_COUNT - 1),
		.time_in_force = (enum yq_tif)between(&r->random, 0, YQ_TIF_COUNT - 1) };
	struct sim_order *order;
	struct yq_err err;

	assert_int_equal(yq_decimal_mul(i->lot, yq_decimal_from_int(between(&r->random, 1, 20)),
			     YQ_ROUND_EXACT, &ask.qty),
	    YQ_OK);
	ask.price = price_near(r, i, -5, 5);
	ask.stop_price = price_near(r, i, -5, 5);
	if (between(&r->random, 0, 3) == 0) {
		ask.order_class = (enum sim_class)between(&r->random, 1, 3);
		if (ask.order_class != SIM_CLASS_OTO)
			ask.loss_stop = price_near(r, i, -8, 8);
		ask.profit = price_near(r, i, -8, 8);
	}
	r->taken += sim_submit(r->x, &ask, r->now_us, &order, &err) == SIM_DONE;
}

static struct sim_order *
some_order(struct run *r)
{
	const struct yq_table *orders = sim_orders(r->x);

	return orders->count == 0 ? NULL
				  : sim_order(r->x, between(&r->random, 1, (int64_t)orders->count));
}

static void
change(struct run *r)
{
	struct sim_order *order = some_order(r), *fresh;
	struct sim_change change = { .qty = YQ_OPT_DECIMAL_NONE };
	struct yq_err err;

	if (order == NULL)
		return;
	if (between(&r->random, 0, 1) == 0) {
		r->taken += sim_cancel(r->x, order, r->now_us, &err) == SIM_DONE;
		return;
	}
	change.price = price_near(r, order->instrument, -5, 5);
	if (between(&r->random, 0, 1) == 0 &&
	    yq_decimal_add(order->qty, order->instrument->lot, &change.qty.value) == YQ_OK)
		change.qty.set = true;
	r->taken += sim_replace(r->x, order, &change, r->now_us, &fresh, &err) == SIM_DONE;
}

static void
step(struct run *r)
{
	struct sim_instrument *i = r->instruments[between(&r->random, 0, INSTRUMENTS - 1)];
	struct yq_opt_decimal price;

	switch (between(&r->random, 0, 5)) {
	case 0:
	case 1:
	case 2:
		submit(r);
		break;
	case 3:
		change(r);
		break;
	case 4:
		price = price_near(r, i, -4, 4);
		if (price.set)
			sim_set_price(r->x, i, price.value, YQ_OPT_DECIMAL_NONE,
			    YQ_OPT_DECIMAL_NONE, r->now_us);
		break;
	default:
		r->now_us += between(&r->random, 1, 3600) * YQ_US_PER_SECOND;
		sim_tick(r->x, r->now_us);
	}
	keep(r);
}

/* ---- what must hold ---- */

struct ledger {
	struct yq_decimal cash[ACCOUNTS][YQ_CURRENCY_COUNT];
	struct yq_decimal held[ACCOUNTS][INSTRUMENTS];
};

static void
add(struct yq_decimal *sum, struct yq_decimal value)
{
	assert_int_equal(yq_decimal_add(*sum, value, sum), YQ_OK);
}

static void
enter(struct run *r, struct ledger *ledger, const struct sim_execution *e)
{
	const struct sim_order *o = sim_order(r->x, e->order);
	bool buy = o->action == YQ_BUY;
	struct yq_decimal value;
	int a = 0, i = 0;

	while (r->accounts[a] != o->account)
		a++;
	while (r->instruments[i] != o->instrument)
		i++;
	assert_int_equal(yq_decimal_mul(e->qty, e->price, YQ_ROUND_EXACT, &value), YQ_OK);
	add(&ledger->cash[a][yq_market_of(o->exchange)->currency],
	    buy ? yq_decimal_neg(value) : value);
	add(&ledger->cash[a][yq_market_of(o->exchange)->currency], yq_decimal_neg(e->fee));
	add(&ledger->held[a][i], buy ? e->qty : yq_decimal_neg(e->qty));
}

static void
assert_conserved(struct run *r)
{
	static struct ledger ledger;
	const struct sim_execution *executions;
	size_t count;

	ledger = (struct ledger){ 0 };
	executions = sim_executions(r->x, &count);
	for (size_t n = 0; n < count; n++)
		enter(r, &ledger, &executions[n]);
	for (int a = 0; a < ACCOUNTS; a++) {
		const struct yq_account *book = r->accounts[a]->book;

		for (int c = 0; c < YQ_CURRENCY_COUNT; c++) {
			add(&ledger.cash[a][c], sim_settings_of(r->x)->cash[c]);
			assert_int_equal(yq_decimal_cmp(ledger.cash[a][c], book->cash[c]), 0);
		}
		for (int i = 0; i < INSTRUMENTS; i++)
			assert_int_equal(yq_decimal_cmp(ledger.held[a][i],
					     yq_account_held(book, r->instruments[i]->exchange,
						 r->instruments[i]->ticker)),
			    0);
	}
}

/* No order has more than it asked for, and a side of a pair that ended took the other along. */
static void
assert_orders_right(struct run *r)
{
	for (struct yq_table_node *n = sim_orders(r->x)->oldest; n != NULL; n = n->newer) {
		const struct sim_order *o = yq_container(n, struct sim_order, node);
		const struct sim_order *parent = sim_order(r->x, o->parent);

		assert_true(yq_decimal_cmp(o->filled, o->qty) <= 0 || sim_state_is_final(o->state));
		assert_true(o->working == (o->state == SIM_NEW || o->state == SIM_PARTIAL));
		if (o->state == SIM_FILLED)
			assert_int_equal(yq_decimal_cmp(o->filled, o->qty), 0);
		if (parent == NULL || o->role != SIM_ROLE_LOSS)
			continue;
		/* Exits of one entry never sell more than it bought. */
		if (parent->order_class == SIM_CLASS_BRACKET) {
			const struct sim_order *other = sim_order(r->x, parent->legs[0]);
			struct yq_decimal both = o->filled;

			add(&both, other->filled);
			if (parent->state != SIM_REPLACED && o->state != SIM_REPLACED &&
			    o->replaces == 0 && other->replaces == 0)
				assert_true(yq_decimal_cmp(both, parent->filled) <= 0);
		}
	}
}

static void
take_text(void *cookie, const char *array, size_t length)
{
	yq_buf_add(cookie, array, length);
}

static struct yq_buf
text_of(struct sim_exchange *x)
{
	struct yq_buf text = yq_buf_make(256U << 20);

	sim_record_all(x, take_text, &text);
	return text;
}

static void
assert_replays(struct run *r)
{
	struct sim_exchange *again = sim_exchange_make(sim_settings_of(r->x), "again");
	struct yq_buf one, two;
	struct yq_err err;

	for (const char *line = yq_buf_text(&r->journal), *to; *line != '\0'; line = to + 1) {
		to = strchr(line, '\n');
		if (sim_record_apply(again, line, (size_t)(to - line), &err) != YQ_OK)
			fail_msg("%s", err.text);
	}
	/* ... and both go on alike. */
	sim_tick(r->x, r->now_us + 60 * YQ_US_PER_SECOND);
	sim_tick(again, r->now_us + 60 * YQ_US_PER_SECOND);
	one = text_of(r->x);
	two = text_of(again);
	assert_same_text(yq_buf_text(&one), yq_buf_text(&two));
	yq_buf_free(&one);
	yq_buf_free(&two);
	sim_exchange_free(again);
}

static void
test_money_and_shares_are_conserved_and_the_journal_says_the_same(void **state)
{
	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct run r;

		begin(&r, seed + (uint64_t)round);
		for (int i = 0; i < STEPS; i++)
			step(&r);
		assert_true(r.taken > STEPS / 10);
		assert_conserved(&r);
		assert_orders_right(&r);
		assert_replays(&r);
		assert_conserved(&r);
		end(&r);
	}
}

static void
test_the_same_seed_gives_the_same_book(void **state)
{
	(void)state;
	for (int round = 0; round < 5; round++) {
		struct run a, b;

		begin(&a, seed + 1000 + (uint64_t)round);
		begin(&b, seed + 1000 + (uint64_t)round);
		for (int i = 0; i < STEPS; i++) {
			step(&a);
			step(&b);
		}
		assert_same_text(yq_buf_text(&a.journal), yq_buf_text(&b.journal));
		end(&a);
		end(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_money_and_shares_are_conserved_and_the_journal_says_the_same),
		cmocka_unit_test(test_the_same_seed_gives_the_same_book),
	};

	seed = property_seed();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
