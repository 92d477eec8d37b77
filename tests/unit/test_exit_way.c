/* test_exit_way.c - how exits are kept at brokers that take less than everything; and what follows
 * where a stop-loss is only watched. */
#include "domain/exit_way.h"

#include <string.h>

#include "domain/bracket.h"
#include "domain/market.h"
#include "domain_test.h"

#define K(type, tif) YQ_ORDER_KIND(YQ_TYPE_##type, YQ_TIF_##tif)
#define ALL	     UINT32_MAX
/* Of KIS abroad and at home. */
#define ABROAD (K(LIMIT, DAY) | K(MARKET, DAY))
#define AT_HOME                                                                     \
	(ABROAD | K(LIMIT, IOC) | K(LIMIT, FOK) | K(MARKET, IOC) | K(MARKET, FOK) | \
	    K(STOP_LIMIT, DAY))

static struct yq_opt_decimal
price(int value)
{
	return value > 0 ? yq_opt_decimal_of(yq_decimal_from_int(value)) : YQ_OPT_DECIMAL_NONE;
}

static struct yq_exits
exits_of(int profit, int loss, int limit)
{
	return (struct yq_exits){ price(profit), price(loss), price(limit) };
}

static void
test_the_first_way_that_the_broker_takes_is_the_way(void **state)
{
	static const struct {
		enum yq_exit_kind exit;
		int limit;
		uint32_t kinds;
		enum yq_exit_hold hold;
		enum yq_order_type type;
		enum yq_tif tif;
		bool near;
	} cases[] = {
		{ YQ_STOP_LOSS, 0, ALL, YQ_EXIT_RESTS, YQ_TYPE_STOP, YQ_TIF_GTC, false },
		{ YQ_STOP_LOSS, 0, K(STOP, DAY) | K(MARKET, DAY), YQ_EXIT_DAILY, YQ_TYPE_STOP,
		    YQ_TIF_DAY, false },
		{ YQ_STOP_LOSS, 0, AT_HOME, YQ_EXIT_WATCHED, YQ_TYPE_MARKET, YQ_TIF_DAY, false },
		{ YQ_STOP_LOSS, 0, ABROAD, YQ_EXIT_WATCHED, YQ_TYPE_MARKET, YQ_TIF_DAY, false },
		{ YQ_STOP_LOSS, 0, K(MARKET, GTC), YQ_EXIT_WATCHED, YQ_TYPE_MARKET, YQ_TIF_GTC,
		    false },
		{ YQ_STOP_LOSS, 0, K(LIMIT, DAY), YQ_EXIT_WATCHED, YQ_TYPE_LIMIT, YQ_TIF_DAY,
		    true },
		{ YQ_STOP_LOSS, 0, K(LIMIT, GTC), YQ_EXIT_WATCHED, YQ_TYPE_LIMIT, YQ_TIF_GTC,
		    true },
		{ YQ_STOP_LOSS, 0, K(LIMIT, IOC), YQ_EXIT_CANNOT, 0, 0, false },
		{ YQ_STOP_LOSS, 0, 0, YQ_EXIT_CANNOT, 0, 0, false },
		{ YQ_STOP_LOSS, 88, ALL, YQ_EXIT_RESTS, YQ_TYPE_STOP_LIMIT, YQ_TIF_GTC, false },
		{ YQ_STOP_LOSS, 88, AT_HOME, YQ_EXIT_DAILY, YQ_TYPE_STOP_LIMIT, YQ_TIF_DAY, false },
		{ YQ_STOP_LOSS, 88, ABROAD, YQ_EXIT_WATCHED, YQ_TYPE_LIMIT, YQ_TIF_DAY, false },
		{ YQ_STOP_LOSS, 88, K(MARKET, DAY), YQ_EXIT_CANNOT, 0, 0, false },
		{ YQ_TAKE_PROFIT, 0, ALL, YQ_EXIT_RESTS, YQ_TYPE_LIMIT, YQ_TIF_GTC, false },
		{ YQ_TAKE_PROFIT, 88, ABROAD, YQ_EXIT_DAILY, YQ_TYPE_LIMIT, YQ_TIF_DAY, false },
		{ YQ_TAKE_PROFIT, 0, K(MARKET, DAY), YQ_EXIT_CANNOT, 0, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		struct yq_exits exits = exits_of(110, 90, cases[i].limit);
		struct yq_exit_way way = yq_exit_way(&exits, cases[i].exit, cases[i].kinds);

		if (way.hold != cases[i].hold ||
		    (way.hold != YQ_EXIT_CANNOT &&
			(way.type != cases[i].type || way.tif != cases[i].tif ||
			    way.near != cases[i].near)))
			fail_msg("case %zu: %d %d %d %d", i, (int)way.hold, (int)way.type,
			    (int)way.tif, way.near);
	}
}

static void
test_what_cannot_be_kept_is_refused_by_name(void **state)
{
	struct yq_exits both = exits_of(110, 90, 0), loss = exits_of(0, 90, 0);
	struct yq_err err = { 0 };

	(void)state;
	assert_int_equal(yq_exit_ways_check(&both, ABROAD, "kis", YQ_NASDAQ, &err), YQ_OK);
	assert_int_equal(yq_exit_ways_check(&loss, K(MARKET, DAY), "odd", YQ_NASDAQ, &err), YQ_OK);
	assert_int_equal(
	    yq_exit_ways_check(&both, K(MARKET, DAY), "odd", YQ_NASDAQ, &err), YQ_E_REFUSED);
	assert_non_null(strstr(err.text, "TakeProfit: broker odd takes no order on NASDAQ"));
	assert_int_equal(
	    yq_exit_ways_check(&loss, K(LIMIT, FOK), "odd", YQ_NASDAQ, &err), YQ_E_REFUSED);
	assert_non_null(strstr(err.text, "StopLoss: "));
}

static void
test_people_are_told_what_holds_a_position(void **state)
{
	struct yq_exits plain = exits_of(110, 90, 0), limited = exits_of(0, 90, 88),
			profit = exits_of(110, 0, 0);

	(void)state;
	assert_string_equal(yq_exit_ways_describe(&plain, ALL), "");
	assert_non_null(strstr(yq_exit_ways_describe(&plain, ABROAD), "watched by yQuant"));
	assert_non_null(strstr(yq_exit_ways_describe(&plain, AT_HOME), "watched by yQuant"));
	assert_non_null(
	    strstr(yq_exit_ways_describe(&limited, AT_HOME), "the stop-loss rests at the broker"));
	assert_non_null(
	    strstr(yq_exit_ways_describe(&profit, ABROAD), "the take-profit rests at the broker"));
	assert_non_null(strstr(yq_exit_ways_describe(&profit, K(MARKET, DAY)), "takes no order"));
}

/* ---- what follows where the stop-loss is watched: entered at 100, 110 and 90 ---- */

/* Whole numbers; a price of 0 is not known. */
static const struct row {
	const char *what;
	int exited_loss, resting_profit, resting_loss, held, last, fresh;
	bool touched, overdue, ended;
	/* expected */
	enum yq_exit_kind exit;
	int place, cancel_profit, cancel_loss;
	bool waits, over;
	const char *why; /* NULL = not looked at */
} rows[] = {
	{ "nothing rests", 0, 0, 0, 10, 100, 100, false, false, false, YQ_STOP_LOSS, 0, 0, 0, true,
	    false, NULL },
	{ "no price", 0, 0, 0, 10, 0, 0, false, false, false, YQ_STOP_LOSS, 0, 0, 0, true, false,
	    NULL },
	{ "a hair above", 0, 0, 0, 10, 91, 91, false, false, false, YQ_STOP_LOSS, 0, 0, 0, true,
	    false, NULL },
	{ "touched", 0, 0, 0, 10, 90, 90, false, false, false, YQ_STOP_LOSS, 10, 0, 0, false, false,
	    NULL },
	{ "jumped over", 0, 0, 0, 10, 70, 70, false, false, false, YQ_STOP_LOSS, 10, 0, 0, false,
	    false, NULL },
	{ "a price of long ago touches nothing", 0, 0, 0, 10, 70, 0, false, false, false,
	    YQ_STOP_LOSS, 0, 0, 0, true, false, NULL },
	{ "what was touched stays so", 0, 0, 0, 10, 100, 100, true, false, false, YQ_STOP_LOSS, 10,
	    0, 0, false, false, NULL },
	{ "also without a price", 0, 0, 0, 10, 0, 0, true, false, false, YQ_STOP_LOSS, 10, 0, 0,
	    false, false, NULL },
	{ "also at the take-profit", 0, 0, 0, 10, 111, 111, true, false, false, YQ_STOP_LOSS, 10, 0,
	    0, false, false, NULL },
	{ "it is on its way", 0, 0, 10, 10, 89, 89, true, false, false, YQ_STOP_LOSS, 0, 0, 0,
	    false, false, NULL },
	{ "the rest of it", 4, 0, 0, 6, 95, 95, true, false, false, YQ_STOP_LOSS, 6, 0, 0, false,
	    false, NULL },
	{ "the price ran away", 0, 0, 10, 10, 80, 80, true, true, false, YQ_STOP_LOSS, 0, 0, 10,
	    false, false, "the price ran away from it: it is made anew" },
	{ "at the take-profit", 0, 0, 0, 10, 110, 110, false, false, false, YQ_TAKE_PROFIT, 10, 0,
	    0, false, false, NULL },
	{ "back from there", 0, 10, 0, 10, 100, 100, false, false, false, YQ_STOP_LOSS, 0, 10, 0,
	    true, false, "the price has gone back: the stop-loss takes its place" },
	{ "fallen from there to the stop", 0, 10, 0, 10, 89, 89, false, false, false, YQ_STOP_LOSS,
	    0, 10, 0, false, false, "the price has gone back: the stop-loss takes its place" },
	{ "filled", 10, 0, 0, 0, 89, 89, true, false, false, YQ_STOP_LOSS, 0, 0, 0, false, true,
	    "the stop-loss filled" },
	{ "ended by hand", 0, 0, 0, 10, 80, 80, false, false, true, YQ_STOP_LOSS, 0, 0, 0, false,
	    true, NULL },
	{ "sold by hand", 0, 0, 0, 0, 80, 80, false, false, false, YQ_STOP_LOSS, 0, 0, 0, false,
	    true, "what it protects is no longer held" },
};

static struct yq_decimal
whole(int value)
{
	return yq_decimal_from_int(value);
}

static void
check_row(const struct row *r, bool sells)
{
	int mirror = sells ? 200 : 0, sign = sells ? -1 : 1;
	struct yq_bracket b = { .action = sells ? YQ_SELL : YQ_BUY,
		.exits = exits_of(mirror + sign * 110, mirror + sign * 90, 0) };
	struct yq_bracket_facts f = { .entered = whole(10),
		.entry_final = true,
		.exited = { whole(0), whole(r->exited_loss) },
		.resting = { whole(r->resting_profit), whole(r->resting_loss) },
		.live = (size_t)(r->resting_profit > 0) + (size_t)(r->resting_loss > 0),
		.held = whole(r->held),
		.available = whole(r->held),
		.lot = whole(1),
		.price = price(r->last > 0 ? mirror + sign * r->last : 0),
		.ended = r->ended,
		.watched = true,
		.fresh = price(r->fresh > 0 ? mirror + sign * r->fresh : 0),
		.touched = r->touched,
		.overdue = r->overdue };
	struct yq_bracket_plan p;

	yq_bracket_plan(&b, &f, &p);
	if (p.exit != r->exit || p.waits != r->waits || p.over != r->over ||
	    yq_decimal_cmp(p.place, whole(r->place)) != 0 ||
	    yq_decimal_cmp(p.cancel[YQ_TAKE_PROFIT], whole(r->cancel_profit)) != 0 ||
	    yq_decimal_cmp(p.cancel[YQ_STOP_LOSS], whole(r->cancel_loss)) != 0)
		fail_msg("%s: exit %d, waits %d, over %d", r->what, (int)p.exit, p.waits, p.over);
	if (r->why != NULL)
		assert_string_equal(p.why, r->why);
}

static void
test_a_stop_that_is_watched_is_sent_when_its_price_is_touched(void **state)
{
	(void)state;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		check_row(&rows[i], false);
		check_row(&rows[i], true);
	}
}

static void
test_an_exit_is_the_order_that_its_way_says(void **state)
{
	static const uint32_t kinds[] = { ALL, AT_HOME, ABROAD, K(LIMIT, DAY) };
	static const enum yq_order_type types[] = { YQ_TYPE_STOP, YQ_TYPE_MARKET, YQ_TYPE_MARKET,
		YQ_TYPE_LIMIT };
	struct yq_bracket b = { .action = YQ_BUY, .exits = exits_of(110, 90, 0) };

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(kinds); i++) {
		struct yq_exit_way way = yq_exit_way(&b.exits, YQ_STOP_LOSS, kinds[i]);
		struct yq_order o =
		    yq_bracket_exit(&b, YQ_STOP_LOSS, &way, price(87), 1, whole(10), 1);

		assert_int_equal(o.type, types[i]);
		assert_int_equal(o.time_in_force, i == 0 ? YQ_TIF_GTC : YQ_TIF_DAY);
		assert_int_equal(o.stop_price.set, i == 0);
		assert_int_equal(o.price.set, way.near);
		if (o.price.set)
			assert_int_equal(yq_decimal_cmp(o.price.value, whole(87)), 0);
		assert_int_equal(yq_bracket_is_touched(&o), i > 0);
		way = yq_exit_way(&b.exits, YQ_TAKE_PROFIT, kinds[i]);
		o = yq_bracket_exit(&b, YQ_TAKE_PROFIT, &way, price(87), 1, whole(10), 1);
		assert_int_equal(o.type, YQ_TYPE_LIMIT);
		assert_int_equal(yq_decimal_cmp(o.price.value, whole(110)), 0);
		assert_false(yq_bracket_is_touched(&o));
	}
}

static void
test_a_limit_near_the_price_trades_at_once_and_is_on_the_step(void **state)
{
	struct yq_decimal slack = yq_decimal_from_scaled(2, 2), limit;

	(void)state;
	assert_int_equal(yq_tick_marketable(YQ_NASDAQ, YQ_SELL, YQ_OPT_DECIMAL_NONE, slack, &limit),
	    YQ_E_NOT_FOUND);
	assert_int_equal(yq_tick_marketable(YQ_NASDAQ, YQ_SELL, price(90), slack, &limit), YQ_OK);
	assert_int_equal(yq_decimal_cmp(limit, yq_decimal_from_scaled(8820, 2)), 0);
	assert_int_equal(yq_tick_marketable(YQ_KRX, YQ_BUY, price(70100), slack, &limit), YQ_OK);
	assert_int_equal(yq_decimal_cmp(limit, whole(71600)), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_first_way_that_the_broker_takes_is_the_way),
		cmocka_unit_test(test_what_cannot_be_kept_is_refused_by_name),
		cmocka_unit_test(test_people_are_told_what_holds_a_position),
		cmocka_unit_test(test_a_stop_that_is_watched_is_sent_when_its_price_is_touched),
		cmocka_unit_test(test_an_exit_is_the_order_that_its_way_says),
		cmocka_unit_test(test_a_limit_near_the_price_trades_at_once_and_is_on_the_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
