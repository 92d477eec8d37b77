/* test_paper_unruly.c - a broker that tells twice, late and in disorder, or says "not now". */
#include <stdio.h>
#include <unistd.h>

#include "broker/paper.h"
#include "paper_test.h"

#define ORDERS	 40
#define PARTS	 64 /* executions of one order, at most */
#define LIMIT_MS 30000

struct heard {
	int times[PARTS]; /* each execution of this order was told, in the order first told */
	int64_t numbers[PARTS];
	size_t count;
};

static struct {
	uv_loop_t loop;
	uv_timer_t limit;
	char journal[64];
	struct yq_broker *broker;
	struct yq_order orders[ORDERS];
	struct heard heard[ORDERS];
	size_t answered, refused, asked;
} f;

static void
on_limit(uv_timer_t *timer)
{
	(void)timer;
	fail_msg("not within %d ms", LIMIT_MS);
}

static size_t
index_of(const struct yq_id *id)
{
	for (size_t i = 0; i < ORDERS; i++)
		if (yq_id_equal(&f.orders[i].id, id))
			return i;
	fail_msg("order %s is nobody's", id->text);
	return 0;
}

static void
hear(struct heard *h, const char *execution_id)
{
	int64_t number = strtoll(strchr(execution_id, 'E') + 1, NULL, 10);
	size_t i = 0;

	while (i < h->count && h->numbers[i] != number)
		i++;
	assert_true(i < PARTS);
	if (i == h->count)
		h->numbers[h->count++] = number;
	h->times[i]++;
}

static void
on_events(void *cookie, const struct yq_broker_event *events, size_t count)
{
	(void)cookie;
	for (size_t i = 0; i < count; i++)
		if (events[i].kind == YQ_BROKER_EV_FILL)
			hear(&f.heard[index_of(&events[i].order_id)], events[i].fill->execution_id);
}

static void
open_broker(const char *paper)
{
	struct yq_paper_settings settings = yq_paper_settings_default();
	struct yq_paper_spec spec = { .loop = &f.loop,
		.clock = yq_clock_system(),
		.journal = f.journal,
		.settings = &settings,
		.on_event = on_events };
	yq_json *json;
	struct yq_err err;

	memset(&f, 0, sizeof(f));
	yq_str_copy_cut(f.journal, sizeof(f.journal), "/tmp/yq-unruly-XXXXXX");
	close(mkstemp(f.journal));
	uv_loop_init(&f.loop);
	uv_timer_init(&f.loop, &f.limit);
	uv_timer_start(&f.limit, on_limit, LIMIT_MS, 0);
	assert_int_equal(yq_json_parse(paper, strlen(paper), &json, &err), YQ_OK);
	assert_int_equal(yq_paper_settings_read(json, &settings, &err), YQ_OK);
	yq_json_free(json);
	assert_int_equal(yq_paper_open(&spec, &f.broker, &err), YQ_OK);
}

static void
close_broker(void)
{
	yq_broker_free(f.broker);
	uv_close((uv_handle_t *)&f.limit, NULL);
	uv_run(&f.loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&f.loop), 0);
	unlink(f.journal);
}

static void send_order(struct yq_order *o);

static void
on_answer(void *cookie, enum yq_rc rc, const struct yq_broker_ack *ack, const struct yq_err *err)
{
	struct yq_order *o = cookie;

	(void)ack;
	(void)err;
	if (rc == YQ_E_RETRY) {
		/* Provably not taken. */
		assert_false(yq_paper_is_known(yq_paper_book_of(f.broker), &o->id));
		f.refused++;
		send_order(o);
		return;
	}
	assert_int_equal(rc, YQ_OK);
	f.answered++;
}

static void
send_order(struct yq_order *o)
{
	f.asked++;
	yq_broker_submit(f.broker, o, on_answer, o);
}

static void
send_all(void)
{
	for (size_t i = 0; i < ORDERS; i++) {
		f.orders[i] = order(YQ_BUY, YQ_TYPE_MARKET, "8");
		f.orders[i].reference_price = yq_opt_decimal_of(D("10"));
		send_order(&f.orders[i]);
	}
}

static const struct yq_paper_order *
at_broker(size_t i)
{
	return yq_paper_find(yq_paper_book_of(f.broker), &f.orders[i].id);
}

/* Every order was executed, and each of its executions was told so often. */
static bool
all_told(int times)
{
	for (size_t i = 0; i < ORDERS; i++) {
		const struct yq_paper_order *o = at_broker(i);

		if (o == NULL || o->state != YQ_ORDER_FILLED || f.heard[i].count != o->fill_count)
			return false;
		for (size_t k = 0; k < f.heard[i].count; k++)
			if (f.heard[i].times[k] != times)
				return false;
	}
	return true;
}

static void
run_until_told(int times)
{
	while (!all_told(times))
		uv_run(&f.loop, UV_RUN_ONCE);
}

static void
test_an_event_told_twice_is_the_same_event(void **state)
{
	(void)state;
	open_broker("{\"DuplicateRate\":1,\"PartialFillRate\":0.5,\"WalkIntervalMs\":5}");
	send_all();
	run_until_told(2);
	close_broker();
}

static void
test_late_events_come_after_later_ones_and_none_is_missing(void **state)
{
	size_t overtaken = 0;

	(void)state;
	open_broker("{\"ReorderRate\":0.5,\"PartialFillRate\":0.7,\"WalkIntervalMs\":5}");
	send_all();
	run_until_told(1);
	for (size_t i = 0; i < ORDERS; i++)
		for (size_t k = 1; k < f.heard[i].count; k++)
			overtaken += f.heard[i].numbers[k] < f.heard[i].numbers[k - 1];
	assert_true(overtaken > 0);
	close_broker();
}

static void
test_a_call_refused_for_the_moment_was_not_done(void **state)
{
	(void)state;
	open_broker("{\"TransientRate\":0.5,\"WalkIntervalMs\":5}");
	assert_false(yq_broker_can(f.broker, YQ_BROKER_ORDERED));
	send_all();
	run_until_told(1);
	assert_int_equal(f.answered, ORDERS);
	assert_true(f.refused > 0);
	assert_int_equal(f.asked, ORDERS + f.refused);
	close_broker();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_event_told_twice_is_the_same_event),
		cmocka_unit_test(test_late_events_come_after_later_ones_and_none_is_missing),
		cmocka_unit_test(test_a_call_refused_for_the_moment_was_not_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
