/* test_match.c - which of a broker's orders is ours, where it keeps no client order id. */
#include "test.h"

#include <string.h>

#include "base/str.h"
#include "broker/match.h"

#define SENT INT64_C(1800000000000000)
#define S    YQ_US_PER_SECOND

static struct yq_order
ours(void)
{
	struct yq_order o = yq_order_default();

	yq_str_copy_cut(o.ticker, sizeof(o.ticker), "AAPL");
	o.exchange = YQ_NASDAQ;
	o.action = YQ_BUY;
	o.type = YQ_TYPE_LIMIT;
	o.qty = yq_decimal_from_int(10);
	o.price = yq_opt_decimal_of(yq_decimal_from_int(99));
	return o;
}

static struct yq_broker_order
theirs(const char *id)
{
	struct yq_broker_order o = { .exchange = YQ_NASDAQ,
		.action = YQ_BUY,
		.state = YQ_ORDER_FILLED,
		.qty = yq_decimal_from_int(10),
		.price = yq_opt_decimal_of(yq_decimal_from_int(99)),
		.time_us = SENT + S };

	yq_str_copy_cut(o.ticker, sizeof(o.ticker), "AAPL");
	yq_str_copy_cut(o.broker_order_id, sizeof(o.broker_order_id), id);
	return o;
}

static bool
is_owned(void *cookie, const char *broker_order_id)
{
	return cookie != NULL && yq_str_equal(broker_order_id, cookie);
}

static size_t
candidates(const struct yq_order *order, const struct yq_broker_order *list, size_t count,
    const char *owned)
{
	char text[16] = "";

	yq_str_copy_cut(text, sizeof(text), owned != NULL ? owned : "");
	return yq_match_order(order, SENT, list, count, is_owned, text).count;
}

static void
test_one_that_agrees_in_everything_is_a_candidate(void **unused)
{
	struct yq_order order = ours();
	struct yq_broker_order list[] = { theirs("A"), theirs("B"), theirs("C") };
	struct yq_match match;

	(void)unused;
	assert_int_equal(candidates(&order, NULL, 0, NULL), 0);
	assert_int_equal(candidates(&order, list, 1, NULL), 1);
	list[0].qty = list[2].qty = yq_decimal_from_int(11);
	match = yq_match_order(&order, SENT, list, 3, is_owned, NULL);
	assert_int_equal(match.count, 1);
	assert_int_equal(match.places[0], 1);
}

static void
test_one_that_differs_in_anything_is_none(void **unused)
{
	struct yq_order order = ours();

	(void)unused;
	for (int i = 0; i < 7; i++) {
		struct yq_broker_order o = theirs("A");

		switch (i) {
		case 0:
			yq_str_copy_cut(o.ticker, sizeof(o.ticker), "AAP");
			break;
		case 1:
			o.exchange = YQ_NYSE;
			break;
		case 2:
			o.action = YQ_SELL;
			break;
		case 3:
			o.qty = yq_decimal_from_scaled(1000000001, 8);
			break;
		case 4:
			o.price = yq_opt_decimal_of(yq_decimal_from_int(98));
			break;
		case 5:
			o.time_us = SENT - YQ_MATCH_BEFORE_US - 1;
			break;
		default:
			o.time_us = SENT + YQ_MATCH_AFTER_US + 1;
			break;
		}
		if (candidates(&order, &o, 1, NULL) != 0)
			fail_msg("difference %d does not count", i);
	}
}

/* "000100" is of Seoul and of Shenzhen: two issues.  In Korea nobody tells the markets apart. */
static void
test_the_markets_of_korea_are_one(void **unused)
{
	static const struct {
		enum yq_exchange ours, theirs;
		size_t count;
	} rows[] = {
		{ YQ_KOSPI, YQ_KRX, 1 },
		{ YQ_KOSDAQ, YQ_KRX, 1 },
		{ YQ_KRX, YQ_KOSPI, 1 },
		{ YQ_KRX, YQ_SZSE, 0 },
		{ YQ_SSE, YQ_SZSE, 0 },
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		struct yq_order order = ours();
		struct yq_broker_order o = theirs("A");

		order.exchange = rows[i].ours;
		o.exchange = rows[i].theirs;
		assert_int_equal(candidates(&order, &o, 1, NULL), rows[i].count);
	}
}

static void
test_what_a_broker_does_not_tell_does_not_count_against_it(void **unused)
{
	struct yq_order order = ours();
	struct yq_broker_order o = theirs("A");

	(void)unused;
	o.price = YQ_OPT_DECIMAL_NONE;
	assert_int_equal(candidates(&order, &o, 1, NULL), 1);
	/* A market order's price is what it was decided at. */
	o = theirs("A");
	order.type = YQ_TYPE_MARKET;
	order.price = yq_opt_decimal_of(yq_decimal_from_int(7));
	assert_int_equal(candidates(&order, &o, 1, NULL), 1);
	o.time_us = SENT - YQ_MATCH_BEFORE_US;
	assert_int_equal(candidates(&order, &o, 1, NULL), 1);
	o.time_us = SENT + YQ_MATCH_AFTER_US;
	assert_int_equal(candidates(&order, &o, 1, NULL), 1);
}

static void
test_what_another_order_of_ours_owns_is_none(void **unused)
{
	struct yq_order order = ours();
	struct yq_broker_order list[] = { theirs("A"), theirs("B") };
	struct yq_match match = yq_match_order(&order, SENT, list, 2, is_owned, (char[]){ "A" });

	(void)unused;
	assert_int_equal(match.count, 1);
	assert_int_equal(match.places[0], 1);
	assert_int_equal(candidates(&order, list, 1, "A"), 0);
}

static void
test_several_are_counted_and_the_first_named(void **unused)
{
	struct yq_order order = ours();
	struct yq_broker_order list[YQ_MATCH_MAX + 3];
	struct yq_match match;

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(list); i++)
		list[i] = theirs("A");
	match = yq_match_order(&order, SENT, list, YQ_COUNT(list), is_owned, NULL);
	assert_int_equal(match.count, YQ_COUNT(list));
	for (size_t i = 0; i < YQ_MATCH_MAX; i++)
		assert_int_equal(match.places[i], i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_that_agrees_in_everything_is_a_candidate),
		cmocka_unit_test(test_one_that_differs_in_anything_is_none),
		cmocka_unit_test(test_the_markets_of_korea_are_one),
		cmocka_unit_test(test_what_a_broker_does_not_tell_does_not_count_against_it),
		cmocka_unit_test(test_what_another_order_of_ours_owns_is_none),
		cmocka_unit_test(test_several_are_counted_and_the_first_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
