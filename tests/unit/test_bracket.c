/* test_bracket.c - what should rest at the broker, from the facts; and which prices can be. */
#include "domain/bracket.h"

#include <limits.h>
#include <string.h>

#include "base/str.h"
#include "base/table.h"
#include "domain_test.h"

static const struct yq_bracket both = { .action = YQ_BUY,
	.exits = { .take_profit = { true, { (yq_int128)110 * YQ_DECIMAL_ONE } },
	    .stop_loss = { true, { (yq_int128)90 * YQ_DECIMAL_ONE } } } };

static struct yq_bracket
only(enum yq_exit_kind exit)
{
	struct yq_bracket b = both;

	if (exit == YQ_TAKE_PROFIT)
		b.exits.stop_loss.set = false;
	else
		b.exits.take_profit.set = false;
	return b;
}

/* Whole numbers; a price of 0 is not known. */
struct row {
	const char *what;
	int entered;
	bool final;
	int exited_profit, exited_loss, resting_profit, resting_loss, lost, held, available;
	int hundredths; /* the price */
	bool ended;
	/* expected */
	enum yq_exit_kind exit;
	int place, cancel_profit, cancel_loss, lost_after;
	bool over;
	const char *why; /* NULL = not looked at */
};

#define TP YQ_TAKE_PROFIT
#define SL YQ_STOP_LOSS
static const struct row rows[] = {
	{ "nothing filled yet", 0, false, 0, 0, 0, 0, 0, 0, 0, 10000, false, SL, 0, 0, 0, 0, false,
	    NULL },
	{ "the first part", 4, false, 0, 0, 0, 0, 0, 4, 4, 10000, false, SL, 4, 0, 0, 0, false,
	    NULL },
	{ "one more part", 7, false, 0, 0, 0, 4, 0, 7, 7, 10000, false, SL, 3, 0, 0, 0, false,
	    NULL },
	{ "all of it rests", 10, true, 0, 0, 0, 10, 0, 10, 10, 10000, false, SL, 0, 0, 0, 0, false,
	    NULL },
	{ "no price is known", 10, true, 0, 0, 0, 10, 0, 10, 10, 0, false, SL, 0, 0, 0, 0, false,
	    NULL },
	{ "a hair below the take-profit", 10, true, 0, 0, 0, 10, 0, 10, 10, 10999, false, SL, 0, 0,
	    0, 0, false, NULL },
	{ "at the take-profit", 10, true, 0, 0, 0, 10, 0, 10, 10, 11000, false, TP, 0, 0, 10, 0,
	    false, "the price has reached the take-profit, which takes its place" },
	{ "the stop is gone", 10, true, 0, 0, 0, 0, 0, 10, 10, 11000, false, TP, 10, 0, 0, 0, false,
	    NULL },
	{ "it fills in part", 10, true, 6, 0, 4, 0, 0, 4, 4, 11000, false, TP, 0, 0, 0, 0, false,
	    NULL },
	{ "the price goes back a little", 10, true, 6, 0, 4, 0, 0, 4, 4, 10500, false, TP, 0, 0, 0,
	    0, false, NULL },
	{ "it goes back by more than a quarter", 10, true, 6, 0, 4, 0, 0, 4, 4, 10499, false, SL, 0,
	    4, 0, 0, false, "the price has gone back: the stop-loss takes its place" },
	{ "the take-profit is gone again", 10, true, 6, 0, 0, 0, 0, 4, 4, 10499, false, SL, 4, 0, 0,
	    0, false, NULL },
	{ "a stop is canceled, and fills", 10, true, 0, 10, 0, 0, 0, 0, 0, 11000, false, TP, 0, 0,
	    0, 0, true, "the stop-loss filled" },
	{ "both fill, as far as there is", 10, true, 4, 6, 0, 0, 0, 0, 0, 9000, false, SL, 0, 0, 0,
	    0, true, "the take-profit filled" },
	{ "one fills, the other rests", 10, true, 10, 0, 0, 10, 0, 0, 0, 10000, false, SL, 0, 0, 10,
	    0, false, "the take-profit filled" },
	{ "a part was sold by hand", 10, true, 0, 0, 0, 10, 0, 6, 6, 10000, false, SL, 0, 0, 4, 4,
	    false, "less is left to protect" },
	{ "bought back, it stays lost", 10, true, 0, 0, 0, 6, 4, 10, 10, 10000, false, SL, 0, 0, 0,
	    4, false, NULL },
	{ "all was sold by hand", 10, true, 0, 0, 0, 10, 0, 0, 0, 10000, false, SL, 0, 0, 10, 10,
	    false, "what it protects is no longer held" },
	{ "and the stop is gone", 10, true, 0, 0, 0, 0, 10, 0, 0, 10000, false, SL, 0, 0, 0, 10,
	    true, "what it protects is no longer held" },
	{ "another order wants half", 10, true, 0, 0, 0, 10, 0, 10, 5, 10000, false, SL, 0, 0, 5, 0,
	    false, "it gives way to another order" },
	{ "it was canceled", 10, true, 0, 0, 0, 5, 0, 10, 10, 10000, false, SL, 5, 0, 0, 0, false,
	    NULL },
	{ "more at the broker than is left", 10, true, 0, 3, 0, 9, 0, 7, 7, 10000, false, SL, 0, 0,
	    2, 0, false, NULL },
	{ "ended by hand", 10, true, 0, 0, 0, 10, 0, 10, 10, 10000, true, SL, 0, 0, 10, 0, false,
	    "the bracket was ended" },
	{ "ended by hand, all gone", 10, true, 0, 0, 0, 0, 0, 10, 10, 10000, true, SL, 0, 0, 0, 0,
	    true, NULL },
	{ "ended, but its entry may fill more", 10, false, 0, 0, 0, 0, 0, 10, 10, 10000, true, SL,
	    0, 0, 0, 0, false, NULL },
	{ "the entry was refused", 0, true, 0, 0, 0, 0, 0, 0, 0, 0, false, SL, 0, 0, 0, 0, true,
	    "nothing was filled" },
	{ "more filled than the exits know", 10, true, 0, 12, 0, 0, 0, 0, 0, 0, false, SL, 0, 0, 0,
	    0, true, NULL },
};

static struct yq_decimal
whole(int value)
{
	return yq_decimal_from_int(value);
}

static struct yq_bracket_facts
facts_of(const struct row *r)
{
	struct yq_bracket_facts f = { .entered = whole(r->entered),
		.entry_final = r->final,
		.exited = { whole(r->exited_profit), whole(r->exited_loss) },
		.resting = { whole(r->resting_profit), whole(r->resting_loss) },
		.live = (size_t)(r->resting_profit > 0) + (size_t)(r->resting_loss > 0),
		.lost = whole(r->lost),
		.held = whole(r->held),
		.available = whole(r->available),
		.lot = whole(1),
		.ended = r->ended };

	if (r->hundredths > 0)
		f.price = yq_opt_decimal_of(yq_decimal_from_scaled(r->hundredths, 2));
	return f;
}

#define ASSERT_WHOLE(row, value, expected)                                             \
	do {                                                                           \
		if (yq_decimal_cmp(value, whole(expected)) != 0)                       \
			fail_msg("%s: " #value " is not %d", (row)->what, (expected)); \
	} while (0)

static void
check_row(const struct yq_bracket *b, const struct row *r)
{
	struct yq_bracket_facts f = facts_of(r);
	struct yq_bracket_plan p;

	yq_bracket_plan(b, &f, &p);
	if (p.exit != r->exit || p.over != r->over)
		fail_msg("%s: exit %d, over %d", r->what, (int)p.exit, p.over);
	ASSERT_WHOLE(r, p.place, r->place);
	ASSERT_WHOLE(r, p.cancel[YQ_TAKE_PROFIT], r->cancel_profit);
	ASSERT_WHOLE(r, p.cancel[YQ_STOP_LOSS], r->cancel_loss);
	ASSERT_WHOLE(r, p.lost, r->lost_after);
	if (r->why != NULL)
		assert_string_equal(p.why, r->why);
}

static void
test_what_should_rest_follows_from_the_facts(void **state)
{
	(void)state;
	for (size_t i = 0; i < YQ_COUNT(rows); i++)
		check_row(&both, &rows[i]);
}

/* The prices mirrored, and all the rest is the same. */
static void
test_a_sell_is_protected_as_a_buy(void **state)
{
	struct yq_bracket sell = both;

	(void)state;
	sell.action = YQ_SELL;
	sell.exits.take_profit.value = whole(90);
	sell.exits.stop_loss.value = whole(110);
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		struct row r = rows[i];

		if (r.hundredths > 0)
			r.hundredths = 20000 - r.hundredths;
		check_row(&sell, &r);
	}
}

static void
test_one_price_alone_rests_whatever_the_price(void **state)
{
	static const int prices[] = { 0, 8000, 9000, 10000, 11000, 12000 };

	(void)state;
	for (int exit = 0; exit < YQ_EXIT_COUNT; exit++) {
		struct yq_bracket b = only((enum yq_exit_kind)exit);

		for (size_t i = 0; i < YQ_COUNT(prices); i++) {
			struct row r = { "one alone", 10, true, 0, 0, 0, 0, 0, 10, 10, prices[i],
				false, (enum yq_exit_kind)exit, 10, 0, 0, 0, false, NULL };

			check_row(&b, &r);
		}
	}
}

/* Whatever the facts, what rests and what is placed never closes more than was opened. */
static void
test_exits_never_close_more_than_was_opened(void **state)
{
	struct yq_bracket_plan p;

	(void)state;
	for (unsigned n = 0; n < 200000; n++) {
		uint64_t h = yq_table_hash(&n, sizeof(n));
		struct yq_bracket_facts f = { .entered = whole((int)(h % 12)),
			.entry_final = (h >> 8) % 2,
			.exited = { whole((int)((h >> 9) % 5)), whole((int)((h >> 12) % 5)) },
			.resting = { whole((int)((h >> 15) % 5)), whole((int)((h >> 18) % 8)) },
			.lost = whole((int)((h >> 21) % 4)),
			.held = whole((int)((h >> 24) % 12)),
			.available = whole((int)((h >> 28) % 12)),
			.lot = whole(1),
			.price = yq_opt_decimal_of(whole(85 + (int)((h >> 32) % 30))),
			.ended = (h >> 40) % 9 == 0,
			.watched = (h >> 44) % 2,
			.touched = (h >> 45) % 4 == 0,
			.overdue = (h >> 47) % 4 == 0 };

		if ((h >> 49) % 2)
			f.fresh = f.price;
		yq_int128 resting;

		f.available = yq_decimal_min(f.available, f.held);
		yq_bracket_plan(&both, &f, &p);
		resting = f.resting[0].units + f.resting[1].units;
		assert_true(p.place.units >= 0 && p.lost.units >= f.lost.units);
		assert_true(p.place.units == 0 ||
			    (resting + p.place.units + f.exited[0].units + f.exited[1].units +
					p.lost.units <=
				    f.entered.units &&
				resting + p.place.units <= f.available.units && !f.ended));
		assert_true(p.cancel[0].units <= f.resting[0].units &&
			    p.cancel[1].units <= f.resting[1].units);
	}
}

static void
test_a_lot_is_not_divided(void **state)
{
	struct yq_bracket_facts f = { .entered = whole(250),
		.held = whole(250),
		.available = whole(250),
		.lot = whole(100) };
	struct yq_bracket_plan p;

	(void)state;
	yq_bracket_plan(&both, &f, &p);
	assert_int_equal(yq_decimal_cmp(p.place, whole(200)), 0);
}

static void
test_an_exit_has_the_same_id_for_ever(void **state)
{
	struct yq_id bracket, a, b;

	(void)state;
	assert_int_equal(
	    yq_id_parse("11111111-2222-4333-8444-555555555555", YQ_ID_LENGTH, &bracket), YQ_OK);
	a = yq_bracket_exit_id(&bracket, YQ_STOP_LOSS, 1);
	assert_string_equal(a.text, yq_bracket_exit_id(&bracket, YQ_STOP_LOSS, 1).text);
	b = yq_bracket_exit_id(&bracket, YQ_TAKE_PROFIT, 1);
	assert_string_not_equal(a.text, b.text);
	b = yq_bracket_exit_id(&bracket, YQ_STOP_LOSS, 2);
	assert_string_not_equal(a.text, b.text);
}

static void
test_prices_on_the_wrong_side_are_refused_by_name(void **state)
{
	static const struct {
		enum yq_action action;
		int opens, profit, loss, limit; /* hundredths; 0 = absent */
		const char *fault;		/* NULL = fine */
	} cases[] = {
		{ YQ_BUY, 10000, 11000, 9000, 0, NULL },
		{ YQ_BUY, 10000, 10001, 9999, 0, NULL },
		{ YQ_BUY, 10000, 10000, 9000, 0, "TakeProfitPrice" },
		{ YQ_BUY, 10000, 11000, 10000, 0, "price of the entry" },
		{ YQ_BUY, 0, 9000, 9000, 0, "TakeProfitPrice" },
		{ YQ_BUY, 0, 11000, 10999, 0, NULL },
		{ YQ_BUY, 10000, 0, 9000, 8900, NULL },
		{ YQ_BUY, 10000, 11000, 0, 8900, "StopLossLimitPrice" },
		{ YQ_BUY, 10000, 0, 9000, 9000, NULL },
		{ YQ_BUY, 10000, 0, 9000, 9001, "StopLossLimitPrice" },
		{ YQ_SELL, 10000, 0, 11000, 11000, NULL },
		{ YQ_SELL, 10000, 0, 11000, 10999, "StopLossLimitPrice" },
		{ YQ_SELL, 10000, 9000, 11000, 0, NULL },
		{ YQ_SELL, 10000, 10000, 11000, 0, "price of the entry" },
		{ YQ_SELL, 10000, 9000, 10000, 0, "StopLossPrice" },
		{ YQ_SELL, 0, 9000, 8000, 0, "StopLossPrice" },
	};

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		struct yq_exits e = { 0 };
		struct yq_opt_decimal opens = YQ_OPT_DECIMAL_NONE;
		struct yq_err err = { 0 };
		enum yq_rc rc;

		if (cases[i].profit > 0)
			e.take_profit =
			    yq_opt_decimal_of(yq_decimal_from_scaled(cases[i].profit, 2));
		if (cases[i].loss > 0)
			e.stop_loss = yq_opt_decimal_of(yq_decimal_from_scaled(cases[i].loss, 2));
		if (cases[i].limit > 0)
			e.stop_loss_limit =
			    yq_opt_decimal_of(yq_decimal_from_scaled(cases[i].limit, 2));
		if (cases[i].opens > 0)
			opens = yq_opt_decimal_of(yq_decimal_from_scaled(cases[i].opens, 2));
		rc = yq_exits_check(&e, &err);
		if (rc == YQ_OK)
			rc = yq_exits_check_sides(&e, cases[i].action, opens, &err);
		assert_int_equal(rc == YQ_OK, cases[i].fault == NULL);
		if (rc != YQ_OK && !yq_str_starts(err.text, cases[i].fault))
			fail_msg("case %zu: %s", i, err.text);
	}
}

static void
test_an_exit_that_comes_to_nothing_waits_longer_each_time(void **unused)
{
	(void)unused;
	assert_int_equal(yq_bracket_pause_s(0), 1);
	assert_int_equal(yq_bracket_pause_s(1), 2);
	assert_int_equal(yq_bracket_pause_s(8), 256);
	assert_int_equal(yq_bracket_pause_s(9), 300);
	assert_int_equal(yq_bracket_pause_s(UINT_MAX), 300);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_should_rest_follows_from_the_facts),
		cmocka_unit_test(test_a_sell_is_protected_as_a_buy),
		cmocka_unit_test(test_one_price_alone_rests_whatever_the_price),
		cmocka_unit_test(test_exits_never_close_more_than_was_opened),
		cmocka_unit_test(test_a_lot_is_not_divided),
		cmocka_unit_test(test_an_exit_has_the_same_id_for_ever),
		cmocka_unit_test(test_an_exit_that_comes_to_nothing_waits_longer_each_time),
		cmocka_unit_test(test_prices_on_the_wrong_side_are_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
