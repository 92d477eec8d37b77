/* test_events.c - the pure parts of the event streams: ids, what is whole, and the shared feed. */
#include <stdlib.h>
#include <string.h>

#include "test.h"

#include "web/event_place.h"
#include "web/feed.h"
#include "web/watch_seen.h"

/* ---- ids ---- */

static void
test_a_place_reads_back_as_it_was_written(void **state)
{
	static const char text[] =
	    "1700000000000-0_0-0_18446744073709551615-7_5-18446744073709551615";
	struct yq_event_place place;
	char again[YQ_EVENT_PLACE_SIZE];

	(void)state;
	assert_true(yq_event_place_parse(text, &place));
	assert_int_equal(place.at[YQ_LINE_EXECUTION].ms, INT64_C(1700000000000));
	assert_int_equal(place.at[YQ_LINE_SIGNAL].seq, 7);
	yq_event_place_format(&place, again);
	assert_string_equal(again, text);
}

static void
test_what_is_no_place_is_refused(void **state)
{
	static const char *const wrong[] = { "", "_", "1-1", "1-1_1-1_1-1", "1-1_1-1_1-1_1-1_1-1",
		"1-1_1-1_1-1_1-1 ", "1-1_1-1_1-1_1", "1-1_1-1_1-1_-1", "+1-1_1-1_1-1_1-1",
		"01-1_1-1_1-1_1-1", "1-1_1-1_1-1_1-18446744073709551616", "a-1_1-1_1-1_1-1" };
	struct yq_event_place place;

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(wrong); i++)
		if (yq_event_place_parse(wrong[i], &place))
			fail_msg("taken: \"%s\"", wrong[i]);
}

static void
test_a_place_is_reached_when_every_stream_is(void **state)
{
	struct yq_event_place a, b;

	(void)state;
	assert_true(yq_event_place_parse("5-0_5-0_5-0_5-0", &a));
	assert_true(yq_event_place_parse("5-0_4-9_5-0_5-0", &b));
	assert_true(yq_event_place_has_reached(&a, &b));
	assert_false(yq_event_place_has_reached(&b, &a));
	assert_true(yq_event_place_has_reached(&a, &a));
}

static void
test_a_stream_is_whole_while_nothing_behind_the_place_was_cut_off(void **state)
{
	const struct yq_line_state trimmed = {
		.first = { 10, 0 }, .last = { 20, 0 }, .length = 5, .added = 9
	};
	const struct yq_line_state all = {
		.first = { 10, 0 }, .last = { 20, 0 }, .length = 5, .added = 5
	};
	const struct yq_line_state emptied = { .last = { 20, 0 }, .added = 9 };
	const struct yq_line_state none = { .length = 0 };
	const struct yq_entry_at zero = { 0, 0 }, before = { 9, 9 }, first = { 10, 0 },
				 last = { 20, 0 }, ahead = { 20, 1 };

	(void)state;
	assert_true(yq_line_is_whole(&trimmed, &first));
	assert_true(yq_line_is_whole(&trimmed, &last));
	assert_false(yq_line_is_whole(&trimmed, &before));
	assert_false(yq_line_is_whole(&trimmed, &zero));
	assert_false(yq_line_is_whole(&trimmed, &ahead)); /* its end was lost */
	assert_true(yq_line_is_whole(&all, &zero));
	assert_true(yq_line_is_whole(&emptied, &last));
	assert_false(yq_line_is_whole(&emptied, &first));
	assert_true(yq_line_is_whole(&none, &zero));
	assert_false(yq_line_is_whole(&none, &first));
}

/* ---- the feed ---- */

static void
take(struct yq_feed *feed, struct yq_feed_reader *reader, size_t room, const char *expected)
{
	char bytes[64];
	size_t length = yq_feed_take(feed, reader, bytes, room);

	assert_int_equal(length, strlen(expected));
	assert_memory_equal(bytes, expected, length);
}

static void
test_each_reader_gets_what_came_after_it_joined(void **state)
{
	struct yq_feed feed;
	struct yq_feed_reader early = { .block = NULL }, late = { .block = NULL };

	(void)state;
	yq_feed_open(&feed);
	yq_feed_add(&feed, "lost", 4);
	assert_int_equal(feed.held, 0); /* nobody reads */
	yq_feed_join(&feed, &early);
	yq_feed_add(&feed, "abc", 3);
	yq_feed_join(&feed, &late);
	yq_feed_add(&feed, "def", 3);
	assert_int_equal(yq_feed_behind(&feed, &early), 6);
	assert_int_equal(yq_feed_behind(&feed, &late), 3);
	take(&feed, &early, 2, "ab");
	assert_int_equal(yq_feed_rest(&early), 1);
	take(&feed, &early, 64, "cdef");
	assert_int_equal(yq_feed_rest(&early), 0);
	assert_int_equal(feed.held, 3); /* the other has it before him */
	take(&feed, &late, 64, "def");
	assert_int_equal(feed.held, 0);
	take(&feed, &late, 64, "");
	yq_feed_leave(&feed, &early);
	yq_feed_leave(&feed, &late);
	yq_feed_close(&feed);
}

static void
test_who_leaves_holds_nothing_any_more(void **state)
{
	struct yq_feed feed;
	struct yq_feed_reader reader = { .block = NULL };

	(void)state;
	yq_feed_open(&feed);
	yq_feed_join(&feed, &reader);
	for (int i = 0; i < 100; i++)
		yq_feed_add(&feed, "0123456789", 10);
	assert_int_equal(feed.held, 1000);
	yq_feed_leave(&feed, &reader);
	assert_int_equal(feed.held, 0);
	yq_feed_join(&feed, &reader);
	yq_feed_add(&feed, "x", 1);
	take(&feed, &reader, 64, "x");
	yq_feed_leave(&feed, &reader);
	yq_feed_close(&feed);
}

/* ---- what was seen ---- */

static void
count_and_drop(void *cookie, struct yq_seen *seen)
{
	yq_seen_drop(cookie, seen);
}

static void
test_only_what_is_another_than_before_is_a_change(void **state)
{
	struct yq_seen_list list = { .round = 1 };
	struct yq_buf frame = yq_buf_make(64);
	struct yq_seen *seen;
	uint64_t version;

	(void)state;
	assert_true(yq_seen_look(&list, YQ_SEEN_DEPOSIT, "Paper/USD", 1, &seen));
	yq_buf_add_text(&frame, "deposit");
	yq_seen_set(&list, seen, &frame, false);
	version = list.version;
	list.round++;
	assert_false(yq_seen_look(&list, YQ_SEEN_DEPOSIT, "Paper/USD", 1, &seen));
	assert_true(yq_seen_look(&list, YQ_SEEN_DEPOSIT, "Paper/KRW", 1, &seen));
	assert_true(yq_seen_look(&list, YQ_SEEN_DEPOSIT, "Paper/USD", 2, &seen));
	yq_seen_set(&list, seen, &frame, true);
	assert_int_equal(list.version, version); /* quiet */
	list.round++;
	assert_false(yq_seen_look(&list, YQ_SEEN_DEPOSIT, "Paper/USD", 2, &seen));
	yq_seen_each_gone(&list, YQ_SEEN_DEPOSIT, count_and_drop, &list);
	assert_null(yq_seen_find(&list, YQ_SEEN_DEPOSIT, "Paper/KRW"));
	assert_non_null(yq_seen_find(&list, YQ_SEEN_DEPOSIT, "Paper/USD"));
	yq_seen_clear(&list);
	yq_buf_free(&frame);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_place_reads_back_as_it_was_written),
		cmocka_unit_test(test_what_is_no_place_is_refused),
		cmocka_unit_test(test_a_place_is_reached_when_every_stream_is),
		cmocka_unit_test(test_a_stream_is_whole_while_nothing_behind_the_place_was_cut_off),
		cmocka_unit_test(test_each_reader_gets_what_came_after_it_joined),
		cmocka_unit_test(test_who_leaves_holds_nothing_any_more),
		cmocka_unit_test(test_only_what_is_another_than_before_is_a_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
