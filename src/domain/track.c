/* track.c - how closed trades have ended. */
#include "domain/track.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define CAPACITY_FIRST 8
#define SPARE	       (YQ_HISTORY_MAX / 4) /* so that not every new result moves all others */

static void
add(struct yq_decimal *sum, struct yq_decimal amount)
{
	(void)!yq_decimal_add(*sum, amount, sum); /* what does not fit leaves it as it is */
}

/* Count a result in (`sign` 1) or out (-1). */
static void
count_result(struct yq_track *track, struct yq_decimal profit, int sign)
{
	struct yq_decimal amount = yq_decimal_abs(profit);

	track->trips += sign;
	if (sign < 0)
		amount = yq_decimal_neg(amount);
	if (yq_decimal_sign(profit) > 0) {
		track->wins += sign;
		add(&track->won, amount);
	} else if (yq_decimal_sign(profit) < 0) {
		track->losses += sign;
		add(&track->lost, amount);
	}
}

static struct yq_result *
find(const struct yq_history *history, uint64_t exit)
{
	for (size_t i = history->count; i > 0; i--)
		if (history->results[i - 1].exit == exit)
			return &history->results[i - 1];
	return NULL;
}

/* A place at the end; the oldest make room. */
static struct yq_result *
append(struct yq_history *history)
{
	if (history->count == YQ_HISTORY_MAX + SPARE) {
		history->count = YQ_HISTORY_MAX - 1;
		memmove(history->results, history->results + SPARE + 1,
		    history->count * sizeof(*history->results));
	}
	if (history->count == history->capacity) {
		history->capacity = history->capacity == 0 ? CAPACITY_FIRST : history->capacity * 2;
		history->results =
		    yq_xrealloc(history->results, history->capacity, sizeof(*history->results));
	}
	return &history->results[history->count++];
}

/* A trade whose later part comes after another's result is the newer of the two. */
static struct yq_result
take_out(struct yq_history *history, struct yq_result *found)
{
	struct yq_result result = *found;
	size_t after = (size_t)(history->results + history->count - found) - 1;

	memmove(found, found + 1, after * sizeof(*found));
	history->count--;
	return result;
}

static int64_t
losses_in_row(const struct yq_history *history)
{
	int64_t row = 0;

	for (size_t i = history->count; i > 0 && row < YQ_HISTORY_MAX; i--, row++)
		if (yq_decimal_sign(history->results[i - 1].profit) >= 0)
			break;
	return row;
}

/* The latest loss of those remembered; 0 when there is none. */
static int64_t
latest_loss(const struct yq_history *history)
{
	for (size_t i = history->count; i > 0; i--)
		if (yq_decimal_sign(history->results[i - 1].profit) < 0)
			return history->results[i - 1].closed_at_us;
	return 0;
}

void
yq_history_add(
    struct yq_history *history, uint64_t exit, struct yq_decimal profit, int64_t closed_at_us)
{
	struct yq_track *track = &history->track;
	struct yq_result *found = find(history, exit);
	struct yq_result result = { .exit = exit };

	if (found != NULL) {
		result = take_out(history, found);
		count_result(track, result.profit, -1);
		if (result.closed_at_us == track->last_loss_at_us)
			track->last_loss_at_us = latest_loss(history);
	}
	add(&result.profit, profit);
	result.closed_at_us = closed_at_us;
	count_result(track, result.profit, 1);
	*append(history) = result;
	track->last_closed_at_us = closed_at_us;
	track->losses_in_row = losses_in_row(history);
	if (yq_decimal_sign(result.profit) < 0)
		track->last_loss_at_us = closed_at_us;
}

void
yq_history_clear(struct yq_history *history)
{
	free(history->results);
	*history = (struct yq_history){ .count = 0 };
}
