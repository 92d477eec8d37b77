/*
 * follow.c - where do the streams end; then what comes after that, again and again.
 */
#include "web/follow.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "web/happenings.h"
#include "web/lines.h"

#define PAGE	 256
#define BLOCK_MS 5000
#define RETRY_MS 200

struct yq_follow {
	struct yq_valkey *valkey;
	struct yq_follow_events events;
	struct yq_event_place place;
	char history[YQ_VALKEY_HISTORY_SIZE]; /* of the server that was last heard; "" = none */
	bool ready, closing, in_flight;
	bool anew; /* the place is to be asked for */
	uv_timer_t retry;
};

static void next(struct yq_follow *follow);

static void
on_retry(uv_timer_t *timer)
{
	next(timer->data);
}

static void
again(struct yq_follow *follow)
{
	follow->in_flight = false;
	if (!follow->closing)
		(void)uv_timer_start(&follow->retry, on_retry, RETRY_MS, 0);
}

static void
on_told(
    void *cookie, enum yq_rc rc, const struct yq_buf *frames, const struct yq_event_place *place)
{
	struct yq_follow *follow = cookie;

	if (follow->closing)
		return;
	if (rc != YQ_OK) {
		again(follow); /* the place has not moved: they come again */
		return;
	}
	follow->in_flight = false;
	if (!follow->anew && !yq_event_place_has_reached(&follow->place, place)) {
		follow->place = *place;
		follow->events.happened(follow->events.cookie, yq_buf_text(frames), frames->length);
	}
	next(follow);
}

static void
on_entries(void *cookie, enum yq_rc rc, const struct redisReply *reply, const struct yq_err *err)
{
	struct yq_follow *follow = cookie;
	struct yq_happenings *happenings;

	if (follow->closing)
		return;
	if (rc != YQ_OK) {
		yq_debug("events: %s", err->text);
		again(follow);
		return;
	}
	happenings = yq_happenings_make();
	for (int line = 0; line < YQ_LINES; line++)
		(void)yq_happenings_add(
		    happenings, (enum yq_line)line, yq_lines_of(reply, (enum yq_line)line));
	if (!follow->events.wanted(follow->events.cookie)) {
		yq_happenings_pass(happenings, &follow->place);
		yq_happenings_free(happenings);
		follow->in_flight = false;
		next(follow);
		return;
	}
	yq_happenings_tell(happenings, follow->valkey, &follow->place, on_told, follow);
}

static void
on_ends(void *cookie, enum yq_rc rc, const struct redisReply *reply, const struct yq_err *err)
{
	struct yq_follow *follow = cookie;
	struct yq_line_state states[YQ_LINES];
	bool was_ready = follow->ready;

	if (follow->closing)
		return;
	if (rc != YQ_OK || !yq_lines_read(reply, states)) {
		yq_debug("events: %s", rc != YQ_OK ? err->text : "the streams cannot be read");
		again(follow);
		return;
	}
	for (size_t i = 0; i < YQ_LINES; i++)
		follow->place.at[i] = states[i].last;
	follow->anew = false;
	follow->ready = true;
	follow->in_flight = false;
	if (was_ready)
		follow->events.lost(follow->events.cookie);
	else
		follow->events.ready(follow->events.cookie);
	next(follow);
}

static void
next(struct yq_follow *follow)
{
	if (follow->in_flight || follow->closing)
		return;
	follow->in_flight = true;
	if (follow->anew)
		yq_lines_ask(follow->valkey, on_ends, follow);
	else
		yq_lines_wait(follow->valkey, &follow->place, PAGE, BLOCK_MS, on_entries, follow);
}

/* A server that was restarted, or another one, may have lost what it was told last. */
static void
on_state(void *cookie, bool up, const struct yq_err *err)
{
	struct yq_follow *follow = cookie;
	const char *history;

	(void)err;
	if (!up || follow->closing)
		return;
	history = yq_valkey_history(follow->valkey);
	if (!yq_str_equal(follow->history, history))
		follow->anew = true;
	yq_str_copy_cut(follow->history, sizeof(follow->history), history);
}

enum yq_rc
yq_follow_open(uv_loop_t *loop, const struct yq_valkey_target *target,
    const struct yq_follow_events *events, struct yq_follow **ret_follow, struct yq_err *err)
{
	struct yq_follow *follow = yq_xcalloc(1, sizeof(*follow));
	enum yq_rc rc;

	follow->events = *events;
	follow->anew = true;
	rc = yq_valkey_open(loop, target, "yq-web-events", on_state, follow, &follow->valkey, err);
	if (rc != YQ_OK) {
		free(follow);
		return rc;
	}
	(void)uv_timer_init(loop, &follow->retry);
	follow->retry.data = follow;
	next(follow);
	*ret_follow = follow;
	return YQ_OK;
}

static void
on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

/* What is in flight ends before this timer, which was started later. */
static void
on_last_turn(uv_timer_t *timer)
{
	uv_close((uv_handle_t *)timer, on_closed);
}

void
yq_follow_close(struct yq_follow *follow)
{
	if (follow == NULL || follow->closing)
		return;
	follow->closing = true;
	yq_valkey_close(follow->valkey);
	(void)uv_timer_start(&follow->retry, on_last_turn, 0, 0);
}

bool
yq_follow_is_ready(const struct yq_follow *follow)
{
	return follow->ready;
}

const struct yq_event_place *
yq_follow_place(const struct yq_follow *follow)
{
	return &follow->place;
}
