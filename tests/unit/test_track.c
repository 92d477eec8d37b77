/* test_track.c - what closed trades add up to. */
#include "domain_test.h"

#include "domain/track.h"

static void
give(struct yq_history *history, uint64_t exit, const char *profit, int64_t at_us)
{
	yq_history_add(history, exit, dec(profit), at_us);
}

static void
test_wins_and_losses_are_counted_and_summed(void **state)
{
	struct yq_history history = { .count = 0 };
	const struct yq_track *track = &history.track;

	(void)state;
	give(&history, 1, "10.50", 100);
	give(&history, 2, "-4", 200);
	give(&history, 3, "0", 300);
	give(&history, 4, "-1.25", 400);
	give(&history, 5, "-1", 500);
	assert_int_equal(track->trips, 5);
	assert_int_equal(track->wins, 1);
	assert_int_equal(track->losses, 3);
	assert_decimal(track->won, "10.5");
	assert_decimal(track->lost, "6.25");
	assert_int_equal(track->losses_in_row, 2);
	assert_int_equal(track->last_closed_at_us, 500);
	assert_int_equal(track->last_loss_at_us, 500);
	give(&history, 6, "0", 600);
	assert_int_equal(track->losses_in_row, 0);
	assert_int_equal(track->last_closed_at_us, 600);
	assert_int_equal(track->last_loss_at_us, 500);
	yq_history_clear(&history);
	assert_int_equal(history.track.trips, 0);
}

static void
test_the_parts_of_one_exit_are_one_trade(void **state)
{
	struct yq_history history = { .count = 0 };
	const struct yq_track *track = &history.track;

	(void)state;
	give(&history, 1, "-3", 100);
	give(&history, 2, "-5", 200); /* so far a loss ... */
	assert_int_equal(track->losses_in_row, 2);
	give(&history, 3, "-7", 300); /* ... another exit between its parts ... */
	give(&history, 2, "9", 400);  /* ... and in the end a win */
	assert_int_equal(track->trips, 3);
	assert_int_equal(track->wins, 1);
	assert_int_equal(track->losses, 2);
	assert_decimal(track->won, "4");
	assert_decimal(track->lost, "10");
	assert_int_equal(track->losses_in_row, 0);
	assert_int_equal(track->last_loss_at_us, 300);
	assert_int_equal(history.count, 3);
	give(&history, 3, "8", 500); /* the latest loss is none after all */
	assert_int_equal(track->last_loss_at_us, 100);
	yq_history_clear(&history);
}

static void
test_old_results_are_forgotten_but_stay_counted(void **state)
{
	struct yq_history history = { .count = 0 };

	(void)state;
	give(&history, 999999, "-1", 1);
	for (uint64_t i = 1; i <= 10000; i++)
		give(&history, i, "2", (int64_t)(i * 10));
	assert_int_equal(history.track.trips, 10001);
	assert_int_equal(history.track.losses, 1);
	assert_int_equal(history.track.last_loss_at_us, 1);
	assert_decimal(history.track.won, "20000");
	assert_true(history.count >= YQ_HISTORY_MAX);
	assert_true(history.capacity <= 2 * YQ_HISTORY_MAX);
	for (size_t i = 0; i < history.count; i++)
		assert_int_equal(history.results[i].exit, 10001 - history.count + i);
	yq_history_clear(&history);
}

static void
test_the_row_of_losses_ends_at_its_bound(void **state)
{
	struct yq_history history = { .count = 0 };

	(void)state;
	for (uint64_t i = 1; i <= 1000; i++)
		give(&history, i, "-1", (int64_t)i);
	assert_int_equal(history.track.losses_in_row, YQ_HISTORY_MAX);
	yq_history_clear(&history);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wins_and_losses_are_counted_and_summed),
		cmocka_unit_test(test_the_parts_of_one_exit_are_one_trade),
		cmocka_unit_test(test_old_results_are_forgotten_but_stay_counted),
		cmocka_unit_test(test_the_row_of_losses_ends_at_its_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
