/* lane.c - gather, read, load, store, move the position. */
#include "order_manager/lane_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail_point.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "bus/refuse.h"
#include "bus/reply.h"

#define IDLE_MS	 1000 /* between looks when nobody pokes */
#define STUCK_MS 200  /* before entries of which none was ready are looked at again */
#define RETRY_MS 500
#define READ_MS	 5000

static void load(struct yq_lane *lane);
static void on_timer(uv_timer_t *timer);

/* Rows are large, and a lane is mostly at rest. */
static void
drop_rows(struct yq_lane *lane)
{
	if (lane->rows != NULL && lane->table->clear != NULL)
		lane->table->clear(lane->rows);
	free(lane->rows);
	lane->rows = NULL;
}

static void
release(struct yq_lane *lane)
{
	drop_rows(lane);
	for (size_t i = 0; i < lane->count; i++)
		free(lane->entries[i].payload);
	free(lane);
}

static bool
landed(struct yq_lane *lane)
{
	lane->in_flight--;
	if (!lane->closed)
		return true;
	if (lane->in_flight == 0)
		release(lane);
	return false;
}

static void
wait_for(struct yq_lane *lane, uint64_t ms)
{
	lane->busy = false;
	lane->poked = false;
	uv_timer_start(lane->timer, on_timer, ms, 0);
}

/* What is in hand; the position is looked up. */
static void
forget(struct yq_lane *lane)
{
	drop_rows(lane);
	for (size_t i = 0; i < lane->count; i++)
		free(lane->entries[i].payload);
	lane->count = 0;
	lane->read_to[0] = '\0';
	lane->stale = false;
}

/* From the position on, as if the lane had just been opened. */
static void
begin_again(struct yq_lane *lane, const struct yq_err *err)
{
	yq_log(lane->behind ? YQ_LOG_DEBUG : YQ_LOG_WARN,
	    "%s are not archived at the moment and wait: %s", lane->table->name, err->text);
	lane->behind = true;
	forget(lane);
	wait_for(lane, RETRY_MS);
}

/* ---- reading ---- */

static void
take_entry(struct yq_lane *lane, const struct redisReply *reply)
{
	struct yq_lane_entry *entry = &lane->entries[lane->count];
	const struct redisReply *fields = yq_reply_at(reply, 1);
	size_t length = 0;
	const char *id = yq_reply_text(yq_reply_at(reply, 0), &length);

	if (id == NULL || !yq_str_copy(lane->read_to, sizeof(lane->read_to), id))
		return;
	memset(entry, 0, sizeof(*entry));
	memcpy(entry->id, lane->read_to, sizeof(entry->id));
	for (size_t i = 0; i + 1 < yq_reply_count(fields); i += 2) {
		const char *name = yq_reply_text(yq_reply_at(fields, i), &length);
		const char *value = yq_reply_text(yq_reply_at(fields, i + 1), &length);

		if (name == NULL || value == NULL)
			continue;
		if (yq_str_equal(name, YQ_ENTRY_KIND)) {
			yq_str_copy_cut(entry->kind, sizeof(entry->kind), value);
		} else if (yq_str_equal(name, YQ_ENTRY_PAYLOAD) && entry->payload == NULL) {
			entry->payload = yq_xstrndup(value, length);
			entry->length = length;
		}
	}
	if (entry->payload == NULL)
		entry->payload = yq_xstrdup("");
	lane->count++;
}

/* [[stream, [[id, fields] ...]]], or nil when there is nothing. */
static void
on_read(void *cookie, enum yq_rc rc, const struct redisReply *reply, const struct yq_err *err)
{
	struct yq_lane *lane = cookie;
	const struct redisReply *list = yq_reply_at(yq_reply_at(reply, 0), 1);

	if (!landed(lane))
		return;
	if (rc != YQ_OK) {
		begin_again(lane, err);
		return;
	}
	lane->full = yq_reply_count(list) == YQ_LANE_MAX - lane->count;
	for (size_t i = 0; i < yq_reply_count(list) && lane->count < YQ_LANE_MAX; i++)
		take_entry(lane, yq_reply_at(list, i));
	if (lane->count == 0 || lane->stopped)
		wait_for(lane, IDLE_MS);
	else
		load(lane);
}

static void
read_more(struct yq_lane *lane)
{
	struct yq_args *args = yq_valkey_args(yq_lane_valkey(lane));

	if (lane->count == YQ_LANE_MAX) { /* none of them was ready */
		load(lane);
		return;
	}
	yq_args_words(args, "XREAD COUNT");
	yq_args_int(args, (int64_t)(YQ_LANE_MAX - lane->count));
	yq_args_text(args, "STREAMS");
	yq_args_key(args, yq_groups[lane->table->group].stream, NULL);
	yq_args_text(args, lane->read_to);
	lane->in_flight++;
	yq_valkey_send(yq_lane_valkey(lane), args, READ_MS, on_read, lane);
}

static void
on_position(void *cookie, enum yq_rc rc, const char *entry_id, const struct yq_err *err)
{
	struct yq_lane *lane = cookie;
	struct yq_err fault = { .rc = YQ_OK };

	if (!landed(lane))
		return;
	if (rc == YQ_OK && !yq_str_copy(lane->read_to, sizeof(lane->read_to), entry_id)) {
		rc = yq_err_set(&fault, YQ_E_CORRUPT, "%s is no entry's id", entry_id);
		err = &fault;
	}
	if (rc != YQ_OK)
		begin_again(lane, err);
	else
		read_more(lane);
}

static void
on_timer(uv_timer_t *timer)
{
	struct yq_lane *lane = timer->data;

	if (lane->busy || lane->stopped)
		return;
	lane->busy = true;
	if (lane->stale)
		forget(lane);
	if (lane->read_to[0] != '\0') {
		read_more(lane);
		return;
	}
	lane->in_flight++;
	yq_step_position(yq_lane_valkey(lane), lane->table->group, on_position, lane);
}

void
yq_lane_poke(struct yq_lane *lane)
{
	if (lane->busy || lane->stopped)
		lane->poked = true;
	else if (uv_timer_get_due_in(lane->timer) > lane->table->gather_ms)
		uv_timer_start(lane->timer, on_timer, lane->table->gather_ms, 0);
}

void
yq_lane_look_again(struct yq_lane *lane)
{
	lane->stale = true;
	yq_lane_poke(lane);
}

/* ---- the position ---- */

/* Keep the entries that were not ready. */
static void
drop_batch(struct yq_lane *lane)
{
	size_t kept = 0, batch = lane->count;

	for (size_t i = 0; i < batch; i++) {
		if (!lane->entries[i].wait) {
			free(lane->entries[i].payload);
			continue;
		}
		lane->entries[i].wait = false;
		lane->entries[kept++] = lane->entries[i];
	}
	lane->count = kept;
	drop_rows(lane);
	if (kept == batch)
		wait_for(lane, STUCK_MS);
	else if (lane->full && kept < YQ_LANE_MAX / 2)
		wait_for(lane, 0);
	else
		wait_for(lane, kept > 0 || lane->poked ? lane->table->gather_ms : IDLE_MS);
}

static void
on_archived(void *cookie, enum yq_rc rc, const struct yq_err *err)
{
	struct yq_lane *lane = cookie;

	if (!landed(lane))
		return;
	if (rc != YQ_OK) {
		begin_again(lane, err);
		return;
	}
	YQ_FAIL_POINT("lane.acknowledged");
	if (lane->behind)
		yq_info("%s are archived again", lane->table->name);
	lane->behind = false;
	for (size_t i = 0; i < lane->count; i++)
		yq_counter_add(lane->stored, lane->entries[i].wait ? 0 : 1);
	drop_batch(lane);
}

/* All before the first that waits is done, and without one all that was read. */
static void
acknowledge(struct yq_lane *lane)
{
	char id[YQ_ENTRY_ID_SIZE];
	struct yq_place place = { .group = lane->table->group, .entry_id = id };
	struct yq_archived archived = {
		.places = &place,
		.place_count = 1,
		.archived_at_us = yq_clock_now_us(yq_lane_clock(lane)),
	};
	size_t first = 0, ready = 0;

	if (lane->stale) { /* the position would pass over what another server has before it */
		forget(lane);
		wait_for(lane, 0);
		return;
	}
	while (first < lane->count && !lane->entries[first].wait)
		first++;
	for (size_t i = 0; i < lane->count; i++)
		ready += !lane->entries[i].wait;
	if (ready == 0) {
		drop_batch(lane);
		return;
	}
	if (first < lane->count)
		yq_entry_before(lane->entries[first].id, id);
	else
		memcpy(id, lane->read_to, sizeof(id));
	lane->table->stored(lane, lane->rows, &archived);
	lane->in_flight++;
	yq_step_archived(yq_lane_valkey(lane), &archived, on_archived, lane);
}

/* ---- storing ---- */

static enum yq_rc
store_job(struct yq_firebird *firebird, void *cookie, struct yq_err *err)
{
	struct yq_lane *lane = cookie;

	return lane->table->store(firebird, lane->rows, err);
}

static void
on_stored(void *cookie, enum yq_rc rc, const struct yq_err *err)
{
	struct yq_lane *lane = cookie;

	if (!landed(lane))
		return;
	YQ_FAIL_POINT("lane.stored");
	if (rc != YQ_OK)
		begin_again(lane, err);
	else
		acknowledge(lane);
}

static void
store(struct yq_lane *lane)
{
	struct yq_err err = { .rc = YQ_OK };
	enum yq_rc rc = yq_worker_submit(lane->worker, store_job, on_stored, lane);

	if (rc == YQ_OK) {
		lane->in_flight++;
		return;
	}
	(void)yq_err_set(&err, rc, "the queue to Firebird is full");
	begin_again(lane, &err);
}

/* ---- loading ---- */

static void
on_confirmed(void *cookie, enum yq_rc rc, const struct yq_step_answer *answers, size_t count,
    const struct yq_err *err)
{
	struct yq_lane *lane = cookie;

	(void)answers;
	(void)count;
	if (!landed(lane))
		return;
	if (rc != YQ_OK)
		begin_again(lane, err);
	else
		store(lane);
}

/* What only a master had is taken back when it is lost, and the archive takes nothing back. */
static void
finish_load(struct yq_lane *lane)
{
	YQ_FAIL_POINT("lane.loaded");
	if (lane->fault.rc != YQ_OK)
		begin_again(lane, &lane->fault);
	else if (yq_step_confirm(yq_lane_valkey(lane), on_confirmed, lane))
		lane->in_flight++;
	else
		store(lane);
}

void
yq_lane_ask(struct yq_lane *lane)
{
	lane->asked++;
	lane->in_flight++;
}

bool
yq_lane_answered(struct yq_lane *lane)
{
	return landed(lane);
}

void
yq_lane_settle(struct yq_lane *lane, enum yq_rc rc, const struct yq_err *err)
{
	if (rc != YQ_OK)
		lane->fault = *err;
	if (--lane->asked == 0)
		finish_load(lane);
}

static void
load(struct yq_lane *lane)
{
	lane->rows = yq_xcalloc(1, lane->table->rows_size);
	lane->fault.rc = YQ_OK;
	lane->asked = 1; /* held until load is through */
	lane->table->load(lane, lane->rows);
	if (--lane->asked == 0)
		finish_load(lane);
}

/* ---- life ---- */

struct yq_lane *
yq_lane_open(struct yq_daemon *daemon, struct yq_worker *worker, const struct yq_lane_table *table,
    void *shared)
{
	struct yq_lane *lane = yq_xcalloc(1, sizeof(*lane));

	lane->daemon = daemon;
	lane->worker = worker;
	lane->table = table;
	lane->shared = shared;
	lane->timer = yq_xcalloc(1, sizeof(*lane->timer));
	uv_timer_init(yq_daemon_loop(daemon), lane->timer);
	lane->timer->data = lane;
	lane->stored = yq_metrics_counter(yq_daemon_metrics(daemon), "yq_entries_archived_total",
	    table->labels, "Entries of a stream written to the archive.");
	wait_for(lane, 0);
	return lane;
}

static void
on_timer_closed(uv_handle_t *handle)
{
	free(handle);
}

void
yq_lane_stop(struct yq_lane *lane)
{
	lane->stopped = true;
}

void
yq_lane_close(struct yq_lane *lane)
{
	if (lane == NULL)
		return;
	uv_close((uv_handle_t *)lane->timer, on_timer_closed);
	lane->closed = true;
	if (lane->in_flight == 0)
		release(lane);
}

bool
yq_lane_is_idle(const struct yq_lane *lane)
{
	return !lane->busy;
}
