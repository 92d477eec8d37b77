/* test_gateway_kinds.c - every kind of order with every time in force, through the gateway to the
 * paper broker and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "gateway_fixture.h"

/* The market stands at 100; prices of a buy, 0 = none. */
static const struct kind {
	const char *what;
	enum yq_order_type type;
	int limit, stop;
	const char *rests;   /* with a time in force that rests: Day, Gtc, ExpiresAt */
	const char *at_once; /* Ioc, Fok */
} kinds[] = {
	{ "market", YQ_TYPE_MARKET, 0, 0, "Filled", "Filled" },
	{ "limit at the market", YQ_TYPE_LIMIT, 100, 0, "Filled", "Filled" },
	{ "limit above it", YQ_TYPE_LIMIT, 101, 0, "Filled", "Filled" },
	{ "limit below it", YQ_TYPE_LIMIT, 99, 0, "Open", "Canceled" },
	{ "stop above it", YQ_TYPE_STOP, 0, 101, "Open", "Canceled" },
	{ "stop at it", YQ_TYPE_STOP, 0, 100, "Filled", "Filled" },
	{ "stop-limit above it", YQ_TYPE_STOP_LIMIT, 102, 101, "Open", "Canceled" },
	{ "stop-limit, triggered", YQ_TYPE_STOP_LIMIT, 100, 100, "Filled", "Filled" },
	{ "stop-limit, triggered and below", YQ_TYPE_STOP_LIMIT, 99, 100, "Open", "Canceled" },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static struct yq_order
order_of(const struct kind *kind, size_t number, enum yq_tif tif)
{
	struct yq_order o = gateway_order(YQ_BUY, "", "10");

	yq_str_format(o.ticker, sizeof(o.ticker), "K%zu-%d", number, (int)tif);
	o.type = kind->type;
	o.time_in_force = tif;
	if (kind->limit > 0)
		o.price = yq_opt_decimal_of(yq_decimal_from_int(kind->limit));
	if (kind->stop > 0)
		o.stop_price = yq_opt_decimal_of(yq_decimal_from_int(kind->stop));
	return o;
}

/* What the broker does with it. */
static const char *
expected(const struct kind *kind, enum yq_tif tif)
{
	return tif == YQ_TIF_IOC || tif == YQ_TIF_FOK ? kind->at_once : kind->rests;
}

static void
test_every_kind_with_every_time_in_force(void **unused)
{
	struct yq_order orders[KINDS][YQ_TIF_COUNT];

	(void)unused;
	gateway_start("{\"WalkBps\":0}");
	for (size_t k = 0; k < KINDS; k++)
		for (int tif = 0; tif < YQ_TIF_COUNT; tif++)
			orders[k][tif] = order_of(&kinds[k], k, (enum yq_tif)tif);
	gateway_submit_many(&orders[0][0], KINDS * YQ_TIF_COUNT);
	for (size_t k = 0; k < KINDS; k++)
		for (int tif = 0; tif < YQ_TIF_COUNT; tif++)
			gateway_await_state(
			    &orders[k][tif].id, expected(&kinds[k], (enum yq_tif)tif));
	(void)gateway_assert_books_equal();
	gateway_stop();
}

/* What rests is closed when its time is over; what comes after it is not
 * executed, whatever the price. */
static void
test_what_expires_is_closed_at_its_time(void **unused)
{
	int64_t soon_us = yq_clock_now_us(yq_clock_system()) + 3 * YQ_US_PER_SECOND;
	struct yq_order orders[KINDS], late[KINDS];

	(void)unused;
	gateway_start("{\"WalkBps\":0}");
	for (size_t k = 0; k < KINDS; k++) {
		orders[k] = order_of(&kinds[k], k, YQ_TIF_GTC);
		orders[k].expires_at_us = soon_us;
		late[k] = order_of(&kinds[k], KINDS + k, YQ_TIF_GTC);
		late[k].expires_at_us = late[k].timestamp_us - 1;
	}
	gateway_submit_many(orders, KINDS);
	gateway_submit_many(late, KINDS);
	for (size_t k = 0; k < KINDS; k++) {
		gateway_await_state(&late[k].id, "Rejected");
		gateway_await_state(&orders[k].id,
		    yq_str_equal(kinds[k].rests, "Open") ? "Expired" : kinds[k].rests);
	}
	gateway_await_quiet(10);
	gateway_stop();
}

/* A part of what wants all at once is none; of what takes what there is, the rest is canceled. */
static void
test_in_parts_only_what_may_be(void **unused)
{
	static const struct {
		enum yq_tif tif;
		const char *state, *filled;
	} cases[] = {
		{ YQ_TIF_FOK, "Filled", "10" },
		{ YQ_TIF_IOC, "Canceled", "5" },
		{ YQ_TIF_GTC, "PartiallyFilled", "5" },
		{ YQ_TIF_DAY, "PartiallyFilled", "5" },
	};
	struct yq_order o;
	char filled[64];

	(void)unused;
	gateway_start("{\"WalkBps\":0,\"PartialFillRate\":1,\"WalkIntervalMs\":60000}");
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		o = order_of(&kinds[2], i, cases[i].tif);
		gateway_submit(&o);
		gateway_await_state(&o.id, cases[i].state);
		gateway_field(&o.id, "Filled", filled, sizeof(filled));
		assert_string_equal(filled, cases[i].filled);
	}
	gateway_stop();
}

/* A stop waits for its price, and a stop-limit for its limit too. */
static void
test_a_stop_goes_off_when_its_price_comes(void **unused)
{
	static const struct {
		size_t kind;
		int price;
		const char *state;
	} cases[] = {
		{ 4, 101, "Filled" }, /* stop */
		{ 6, 101, "Filled" }, /* stop-limit, within its limit */
		{ 6, 103, "Open" },   /* ... beyond it: triggered, and rests */
		{ 3, 99, "Filled" },  /* limit */
	};
	struct yq_order o, other;

	(void)unused;
	gateway_start("{\"WalkBps\":0,\"SlippageBps\":0}");
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		o = order_of(&kinds[cases[i].kind], i, YQ_TIF_GTC);
		gateway_submit(&o);
		gateway_await_state(&o.id, "Open");
		other = gateway_order(YQ_BUY, o.ticker, "1");
		other.reference_price = yq_opt_decimal_of(yq_decimal_from_int(cases[i].price));
		gateway_submit(&other);
		gateway_await_state(&other.id, "Filled");
		gateway_await_state(&o.id, cases[i].state);
	}
	gateway_stop();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, gateway_set_up, gateway_tear_down)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_every_kind_with_every_time_in_force),
		TEST(test_what_expires_is_closed_at_its_time),
		TEST(test_in_parts_only_what_may_be),
		TEST(test_a_stop_goes_off_when_its_price_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
