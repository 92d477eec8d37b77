/* test_kis_watch.c - whose prices an account at KIS watches, and which of them the stream brings.
 */
#include "test.h"

#include "base/mem.h"
#include "base/str.h"
#include "broker/kis/plan.h"

static int64_t now_ns;

static void
need(struct yq_kis_watch *watch, enum yq_kis_need why, unsigned from, unsigned count)
{
	for (unsigned i = from; i < from + count; i++) {
		char ticker[YQ_TICKER_SIZE];

		yq_str_format(ticker, sizeof(ticker), "%06u", i);
		yq_kis_watch_need(watch, why, YQ_KRX, ticker, ++now_ns);
	}
	yq_kis_watch_trim(watch);
}

static bool
is_watched(struct yq_kis_watch *watch, const char *ticker)
{
	return yq_kis_watch_find(watch, YQ_KRX, ticker) != NULL;
}

static void
over(struct yq_kis_watch *watch)
{
	yq_kis_watch_forget(watch, YQ_KIS_NEED_ORDER);
	yq_kis_watch_trim(watch);
}

static void
test_the_least_recently_needed_makes_room(void **unused)
{
	struct yq_kis_watch watch = { .count = 0 };

	(void)unused;
	need(&watch, YQ_KIS_NEED_NOW, 0, YQ_KIS_LOOSE_MAX);
	over(&watch);
	assert_int_equal(watch.count, YQ_KIS_LOOSE_MAX);
	need(&watch, YQ_KIS_NEED_NOW, 0, 1); /* again */
	need(&watch, YQ_KIS_NEED_NOW, 1000, 1);
	over(&watch);
	assert_int_equal(watch.count, YQ_KIS_LOOSE_MAX);
	assert_true(is_watched(&watch, "001000"));
	assert_true(is_watched(&watch, "000000"));
	assert_false(is_watched(&watch, "000001"));
}

static void
test_what_is_held_or_on_order_stays(void **unused)
{
	struct yq_kis_watch watch = { .count = 0 };

	(void)unused;
	need(&watch, YQ_KIS_NEED_HELD, 0, 50);
	need(&watch, YQ_KIS_NEED_ORDER, 100, 10);
	for (unsigned i = 0; i < 500; i++) {
		need(&watch, YQ_KIS_NEED_NOW, 1000 + i, 1);
		yq_kis_watch_forget(&watch, YQ_KIS_NEED_ORDER);
		need(&watch, YQ_KIS_NEED_ORDER, 100, 10);
	}
	assert_int_equal(watch.count, 60 + YQ_KIS_LOOSE_MAX);
	assert_true(is_watched(&watch, "000000"));
	assert_true(is_watched(&watch, "000100"));
	/* Sold, it is one of many. */
	yq_kis_watch_forget(&watch, YQ_KIS_NEED_HELD);
	need(&watch, YQ_KIS_NEED_HELD, 1, 49);
	assert_false(is_watched(&watch, "000000"));
	assert_true(is_watched(&watch, "000001"));
}

static void
test_there_is_an_end_to_it(void **unused)
{
	struct yq_kis_watch watch = { .count = 0 };

	(void)unused;
	need(&watch, YQ_KIS_NEED_HELD, 0, YQ_KIS_WATCH_MAX + 10);
	assert_int_equal(watch.count, YQ_KIS_WATCH_MAX);
	assert_true(is_watched(&watch, "000265"));
	assert_false(is_watched(&watch, "000000"));
}

/* ---- what is registered ---- */

struct scene {
	struct yq_kis kis[2];
	struct yq_kis_stream streams[2];
};

static struct scene *
scene_make(void)
{
	struct scene *s = yq_xcalloc(1, sizeof(*s));

	for (size_t i = 0; i < 2; i++) {
		s->streams[i].k = &s->kis[i];
		s->streams[i].wanted[YQ_KIS_FEED_NOTICES] = true;
		s->streams[i].wanted[YQ_KIS_FEED_NOTICES_OVERSEAS] = true;
		yq_str_copy_cut(s->kis[i].settings.hts_id, sizeof(s->kis[i].settings.hts_id), "me");
	}
	s->streams[0].next = &s->streams[1];
	return s;
}

static bool
is_registered(struct yq_kis_plan *plan, const char *ticker)
{
	return yq_kis_plan_find(plan, YQ_KIS_FEED_TICKS, ticker) != NULL;
}

static void
test_each_is_registered_once_for_all_accounts(void **unused)
{
	struct scene *s = scene_make();
	struct yq_kis_plan plan;

	(void)unused;
	need(&s->kis[0].watch, YQ_KIS_NEED_HELD, 0, 10);
	need(&s->kis[1].watch, YQ_KIS_NEED_HELD, 5, 10);
	plan = yq_kis_plan_make(&s->streams[0]);
	assert_int_equal(plan.count, 2 + 15);
	assert_non_null(yq_kis_plan_find(&plan, YQ_KIS_FEED_NOTICES, "me"));
	assert_non_null(yq_kis_plan_find(&plan, YQ_KIS_FEED_NOTICES_OVERSEAS, "me"));
	/* Another person's notices come by themselves. */
	yq_str_copy_cut(
	    s->kis[1].settings.hts_id, sizeof(s->kis[1].settings.hts_id), "somebody else");
	plan = yq_kis_plan_make(&s->streams[0]);
	assert_int_equal(plan.count, 4 + 15);
	free(s);
}

static void
test_notices_go_before_prices_and_what_is_held_before_what_was(void **unused)
{
	struct scene *s = scene_make();
	struct yq_kis_plan plan;

	(void)unused;
	need(&s->kis[0].watch, YQ_KIS_NEED_HELD, 0, 30);
	need(&s->kis[1].watch, YQ_KIS_NEED_NOW, 100, YQ_KIS_LOOSE_MAX);
	over(&s->kis[1].watch);
	plan = yq_kis_plan_make(&s->streams[0]);
	assert_int_equal(plan.count, YQ_KIS_LINE_MAX);
	assert_non_null(yq_kis_plan_find(&plan, YQ_KIS_FEED_NOTICES, "me"));
	for (unsigned i = 0; i < 30; i++) {
		char ticker[YQ_TICKER_SIZE];

		yq_str_format(ticker, sizeof(ticker), "%06u", i);
		assert_true(is_registered(&plan, ticker));
	}
	/* of the others the last ones */
	assert_true(is_registered(&plan, "000135"));
	assert_true(is_registered(&plan, "000128"));
	assert_false(is_registered(&plan, "000127"));
	free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_least_recently_needed_makes_room),
		cmocka_unit_test(test_what_is_held_or_on_order_stays),
		cmocka_unit_test(test_there_is_an_end_to_it),
		cmocka_unit_test(test_each_is_registered_once_for_all_accounts),
		cmocka_unit_test(test_notices_go_before_prices_and_what_is_held_before_what_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
