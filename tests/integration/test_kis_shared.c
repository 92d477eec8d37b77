/*
 * test_kis_shared.c - several accounts under one key of KIS, which gives a key one stream: all of
 * them hear of their own orders, and of no other's.
 */
#include "broker/shared.h"
#include "kis_account.h"

struct account {
	struct yq_broker *broker;
	unsigned stale, fills;
	struct yq_decimal filled;
	unsigned quotes;
	char ticker[YQ_TICKER_SIZE]; /* of the last price */
};

static struct account one, two;
static struct yq_shared *shared;

static void
on_account_events(void *cookie, const struct yq_broker_event *events, size_t count)
{
	struct account *a = cookie;

	for (size_t i = 0; i < count; i++) {
		a->stale += events[i].kind == YQ_BROKER_EV_STALE;
		if (events[i].kind == YQ_BROKER_EV_QUOTE) {
			a->quotes++;
			memcpy(a->ticker, events[i].quote->ticker, sizeof(a->ticker));
		}
		if (events[i].kind == YQ_BROKER_EV_FILL) {
			a->fills++;
			assert_int_equal(
			    yq_decimal_add(a->filled, events[i].fill->fill.qty, &a->filled), YQ_OK);
		}
	}
}

static struct yq_broker *
open_one(struct account *a, const char *number)
{
	a->broker = account_make(number, shared, 0, on_account_events, a);
	return a->broker;
}

static int
set_up_two(void **state)
{
	int rc = set_up(state);

	yq_broker_free(t.broker);
	t.broker = NULL;
	memset(&one, 0, sizeof(one));
	memset(&two, 0, sizeof(two));
	shared = yq_shared_make(&t.loop, &shifted);
	open_one(&one, "11111111-01");
	open_one(&two, "22222222-01");
	return rc;
}

static int
tear_down_two(void **state)
{
	yq_broker_free(one.broker);
	yq_broker_free(two.broker);
	yq_shared_free(shared);
	return tear_down(state);
}

static void
buy(struct account *a, int64_t qty)
{
	struct yq_order o = order(qty, 0);

	yq_broker_submit(a->broker, &o, on_done, NULL);
	answer(YQ_OK);
}

static void
check_filled(const struct account *a, int64_t qty)
{
	assert_int_equal(yq_decimal_cmp(a->filled, yq_decimal_from_int(qty)), 0);
}

static void
test_accounts_of_one_key_share_its_stream(void **unused)
{
	(void)unused;
	await(&one.stale, 1); /* all notices of it are coming */
	await(&two.stale, 1);
	assert_true(yq_broker_can(one.broker, YQ_BROKER_PUSHES));
	assert_true(yq_broker_can(two.broker, YQ_BROKER_PUSHES));
	buy(&one, 3);
	await(&one.fills, 1);
	buy(&two, 5);
	await(&two.fills, 1);
	check_filled(&one, 3);
	check_filled(&two, 5);
	/* Nobody was thrown off for the other. */
	assert_true(yq_broker_can(one.broker, YQ_BROKER_PUSHES));
	assert_true(yq_broker_can(two.broker, YQ_BROKER_PUSHES));
	/* One registration, and both hear of it. */
	one.quotes = two.quotes = 0;
	control("PUT", "prices", "{\"exchange\":\"KOSPI\",\"ticker\":\"005930\",\"price\":72300}");
	await(&one.quotes, 1);
	await(&two.quotes, 1);
}

static void
test_one_that_is_closed_leaves_the_stream_to_the_others(void **unused)
{
	unsigned before;

	(void)unused;
	await(&one.stale, 1);
	await(&two.stale, 1);
	yq_broker_free(one.broker); /* the first one, which began it */
	one.broker = NULL;
	assert_true(yq_broker_can(two.broker, YQ_BROKER_PUSHES));
	buy(&two, 5);
	await(&two.fills, 1);
	check_filled(&two, 5);
	before = two.stale;
	open_one(&one, "11111111-01");
	await(&one.stale, 2);
	buy(&one, 4);
	await(&one.fills, 1);
	check_filled(&one, 4);
	assert_int_equal(two.stale, before); /* it has not been away */
}

static void
test_a_stream_that_is_cut_is_begun_anew_for_all(void **unused)
{
	(void)unused;
	await(&one.stale, 1);
	await(&two.stale, 1);
	knobs("{\"disconnect_next\":1}"); /* with the next push */
	buy(&one, 1);
	await(&one.stale, 2);
	await(&two.stale, 2);
	buy(&two, 2);
	await(&two.fills, 1);
	check_filled(&two, 2);
}

/* KIS registers 41 of them: the newest takes the place of one that is needed less. */
static void
test_there_is_always_room_for_the_price_of_what_is_being_ordered(void **unused)
{
	struct yq_order o = order(1, 0);
	char json[160];

	(void)unused;
	await(&one.stale, 1);
	o.type = YQ_TYPE_LIMIT;
	o.price = yq_opt_decimal_of(yq_decimal_from_int(900));
	knobs("{\"kis_per_second\":0}");
	for (unsigned i = 0; i < 45; i++) {
		yq_str_format(o.ticker, sizeof(o.ticker), "9%05u", i);
		yq_str_format(json, sizeof(json),
		    "{\"exchange\":\"KOSPI\",\"ticker\":\"%s\",\"price\":1000}", o.ticker);
		control("PUT", "prices", json);
		yq_broker_submit(one.broker, &o, on_done, NULL);
		answer(YQ_OK);
	}
	while (!yq_str_equal(one.ticker, "900044")) {
		one.quotes = 0;
		await(&one.quotes, 1);
	}
}

int
main(void)
{
#define ONE(test) cmocka_unit_test_setup_teardown(test, set_up_two, tear_down_two)
	const struct CMUnitTest tests[] = {
		ONE(test_accounts_of_one_key_share_its_stream),
		ONE(test_one_that_is_closed_leaves_the_stream_to_the_others),
		ONE(test_a_stream_that_is_cut_is_begun_anew_for_all),
		ONE(test_there_is_always_room_for_the_price_of_what_is_being_ordered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
