/* test_broker_port.c - every call of the port has its time, and ends exactly once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/common.h"
#include "broker/broker.h"

#define SECOND	INT64_C(1000000000)
#define TIMEOUT 10000

/* A broker that keeps what it is asked, and answers when the test says so. */
struct mute {
	struct yq_broker head;
	struct {
		yq_broker_done_fn *done;
		yq_broker_found_fn *found;
		yq_broker_orders_fn *orders;
		void *cookie;
	} asked[8];
	size_t count;
};

static void
mute_submit(struct yq_broker *broker, const struct yq_order *order, yq_broker_done_fn *fn, void *c)
{
	struct mute *m = (struct mute *)(void *)broker;

	(void)order;
	m->asked[m->count].done = fn;
	m->asked[m->count++].cookie = c;
}

static void
mute_cancel(
    struct yq_broker *broker, const struct yq_broker_ref *ref, yq_broker_done_fn *fn, void *c)
{
	(void)ref;
	mute_submit(broker, NULL, fn, c);
}

static void
mute_find(
    struct yq_broker *broker, const struct yq_broker_ref *ref, yq_broker_found_fn *fn, void *c)
{
	struct mute *m = (struct mute *)(void *)broker;

	(void)ref;
	m->asked[m->count].found = fn;
	m->asked[m->count++].cookie = c;
}

static void
mute_orders(struct yq_broker *broker, yq_broker_orders_fn *fn, void *c)
{
	struct mute *m = (struct mute *)(void *)broker;

	m->asked[m->count].orders = fn;
	m->asked[m->count++].cookie = c;
}

static const struct yq_broker_ops mute_ops = {
	.submit = mute_submit,
	.cancel = mute_cancel,
	.find_order = mute_find,
	.open_orders = mute_orders,
};

struct ended {
	int times;
	enum yq_rc rc;
};

static void
on_done(void *cookie, enum yq_rc rc, const struct yq_broker_ack *ack, const struct yq_err *err)
{
	struct ended *ended = cookie;

	assert_true(rc == YQ_OK ? ack != NULL : err != NULL);
	ended->times++;
	ended->rc = rc;
}

static void
on_found(void *cookie, enum yq_rc rc, const struct yq_broker_order *order,
    const struct yq_broker_fill *fills, size_t count, const struct yq_err *err)
{
	(void)order;
	(void)fills;
	assert_int_equal(count, 0);
	on_done(cookie, rc, NULL, err);
}

static void
on_orders(void *cookie, enum yq_rc rc, const struct yq_broker_order *orders, size_t count,
    const struct yq_err *err)
{
	(void)orders;
	assert_int_equal(count, 0);
	on_done(cookie, rc, NULL, err);
}

static struct mute
mute_make(void)
{
	return (struct mute){ .head = { .ops = &mute_ops, .name = "mute" } };
}

static void
test_a_call_without_an_answer_ends_as_unknown_and_never_before_its_time(void **unused)
{
	struct mute m = mute_make();
	struct yq_order order = yq_order_default();
	struct yq_broker_ref ref = { &order, "", 0 };
	struct ended submit = { 0 }, cancel = { 0 }, find = { 0 }, list = { 0 };

	(void)unused;
	yq_broker_submit(&m.head, &order, on_done, &submit);
	yq_broker_cancel(&m.head, &ref, on_done, &cancel);
	yq_broker_find_order(&m.head, &ref, on_found, &find);
	yq_broker_open_orders(&m.head, on_orders, &list);
	for (int64_t s = 0; s < 10; s++)
		assert_int_equal(yq_broker_expire(&m.head, s * SECOND, TIMEOUT), 0);
	assert_int_equal(yq_broker_expire(&m.head, 10 * SECOND, TIMEOUT), 4);
	assert_true(submit.times == 1 && submit.rc == YQ_E_UNKNOWN);
	assert_true(cancel.times == 1 && cancel.rc == YQ_E_UNKNOWN);
	assert_true(find.times == 1 && find.rc == YQ_E_UNKNOWN);
	assert_true(list.times == 1 && list.rc == YQ_E_UNKNOWN);
	/* What is said now is said to nobody: who waited was told another thing. */
	m.asked[0].done(m.asked[0].cookie, YQ_OK, &(struct yq_broker_ack){ 0 }, NULL);
	m.asked[1].done(m.asked[1].cookie, YQ_E_REFUSED, NULL, &(struct yq_err){ 0 });
	m.asked[2].found(m.asked[2].cookie, YQ_E_NOT_FOUND, NULL, NULL, 0, &(struct yq_err){ 0 });
	m.asked[3].orders(m.asked[3].cookie, YQ_OK, NULL, 0, NULL);
	assert_true(submit.times == 1 && cancel.times == 1 && find.times == 1 && list.times == 1);
}

static void
test_an_answer_in_time_is_the_only_end(void **unused)
{
	struct mute m = mute_make();
	struct yq_order order = yq_order_default();
	struct ended first = { 0 }, second = { 0 }, third = { 0 };

	(void)unused;
	yq_broker_submit(&m.head, &order, on_done, &first);
	yq_broker_submit(&m.head, &order, on_done, &second);
	(void)yq_broker_expire(&m.head, SECOND, TIMEOUT);
	yq_broker_submit(&m.head, &order, on_done, &third);
	m.asked[1].done(m.asked[1].cookie, YQ_OK, &(struct yq_broker_ack){ 0 }, NULL);
	assert_true(second.times == 1 && second.rc == YQ_OK);
	/* The time of the third began later. */
	assert_int_equal(yq_broker_expire(&m.head, 2 * SECOND, TIMEOUT), 0);
	assert_int_equal(yq_broker_expire(&m.head, 11 * SECOND, TIMEOUT), 1);
	assert_true(first.times == 1 && third.times == 0 && second.times == 1);
	m.asked[2].done(m.asked[2].cookie, YQ_E_RETRY, NULL, &(struct yq_err){ 0 });
	assert_true(third.times == 1 && third.rc == YQ_E_RETRY);
	m.asked[0].done(m.asked[0].cookie, YQ_OK, &(struct yq_broker_ack){ 0 }, NULL);
	assert_int_equal(yq_broker_expire(&m.head, 100 * SECOND, TIMEOUT), 0);
	assert_null(m.head.oldest);
	assert_null(m.head.newest);
}

/* A list of many pages takes longer than any answer may. */
static void
test_an_answer_that_comes_in_parts_has_its_time_for_each(void **unused)
{
	struct mute m = mute_make();
	struct ended list = { 0 }, other = { 0 };

	(void)unused;
	yq_broker_open_orders(&m.head, on_orders, &list);
	yq_broker_open_orders(&m.head, on_orders, &other);
	assert_int_equal(yq_broker_expire(&m.head, SECOND, TIMEOUT), 0);
	yq_broker_goes_on(m.asked[0].cookie);
	assert_int_equal(yq_broker_expire(&m.head, 9 * SECOND, TIMEOUT), 0);
	assert_int_equal(yq_broker_expire(&m.head, 11 * SECOND, TIMEOUT), 1);
	assert_true(list.times == 0 && other.times == 1);
	yq_broker_goes_on(m.asked[1].cookie); /* nobody waits for it */
	yq_broker_goes_on(m.asked[0].cookie);
	assert_int_equal(yq_broker_expire(&m.head, 20 * SECOND, TIMEOUT), 0);
	assert_int_equal(yq_broker_expire(&m.head, 29 * SECOND, TIMEOUT), 0);
	assert_int_equal(yq_broker_expire(&m.head, 30 * SECOND, TIMEOUT), 1);
	assert_int_equal(list.times, 1);
	m.asked[0].orders(m.asked[0].cookie, YQ_OK, NULL, 0, NULL);
	m.asked[1].orders(m.asked[1].cookie, YQ_OK, NULL, 0, NULL);
	assert_true(list.times == 1 && other.times == 1);
	assert_null(m.head.oldest);
	assert_null(m.head.newest);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_a_call_without_an_answer_ends_as_unknown_and_never_before_its_time),
		cmocka_unit_test(test_an_answer_in_time_is_the_only_end),
		cmocka_unit_test(test_an_answer_that_comes_in_parts_has_its_time_for_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
