/* lane.c - gather, load, store, acknowledge. */
#include "order_manager/lane.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail_point.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"

#define GATHER_MS 50  /* a batch waits so long for company, out of the way of orders */
#define WAIT_MS	  50  /* before entries that were not ready are looked at again */
#define STUCK_MS  200 /* ... when none of them was */
#define RETRY_MS  500

struct yq_lane {
	struct yq_daemon *daemon;
	struct yq_worker *worker;
	const struct yq_lane_table *table;
	struct yq_consumer *consumer;
	uv_timer_t *timer;
	struct yq_lane_entry entries[2 * YQ_LANE_MAX]; /* one batch may come after the pause */
	size_t count;				       /* in `entries` */
	size_t batch;	/* of them in the present batch, from the front */
	bool busy;	/* a batch is under way */
	bool waiting;	/* the timer runs */
	bool gathering; /* ... only for company */
	size_t asked;	/* answers that load waits for */
	struct yq_err fault;
	unsigned in_flight; /* completions to come; memory stays until then */
	bool stopped, closed;
	bool behind; /* the last batch failed: it has been said */
	void *rows;
	struct yq_counter *stored;
};

static void wait_for(struct yq_lane *lane, uint64_t ms);

static void
release(struct yq_lane *lane)
{
	lane->table->clear(lane->rows);
	for (size_t i = 0; i < lane->count; i++)
		free(lane->entries[i].payload);
	free(lane->rows);
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

/* ---- gathering ---- */

static void
take_entry(struct yq_lane *lane, const struct yq_entry *entry)
{
	struct yq_lane_entry *kept = &lane->entries[lane->count++];

	memset(kept, 0, sizeof(*kept));
	yq_str_copy_cut(kept->id, sizeof(kept->id), entry->id);
	yq_str_copy_cut(kept->kind, sizeof(kept->kind), entry->kind);
	kept->payload = yq_xstrndup(entry->payload, entry->length);
	kept->length = entry->length;
}

static void
on_entries(void *cookie, const struct yq_entry *entries, size_t count)
{
	struct yq_lane *lane = cookie;

	for (size_t i = 0; i < count; i++) {
		if (lane->count == YQ_COUNT(lane->entries))
			YQ_PANIC("%s: more entries than asked for", lane->table->name);
		take_entry(lane, &entries[i]);
	}
	if (lane->count >= YQ_LANE_MAX)
		yq_consumer_pause(lane->consumer);
	if (lane->busy || (lane->waiting && !lane->gathering))
		return;
	if (lane->count >= YQ_LANE_MAX || !lane->waiting)
		wait_for(lane, lane->count >= YQ_LANE_MAX ? 0 : GATHER_MS);
	lane->gathering = true;
}

/* Keep the entries that were not ready and those behind the batch; the rest is done. */
static void
drop_batch(struct yq_lane *lane)
{
	size_t kept = 0, unready = 0, batch = lane->batch;

	for (size_t i = 0; i < lane->count; i++) {
		if (i < lane->batch && !lane->entries[i].wait) {
			free(lane->entries[i].payload);
			continue;
		}
		unready += i < lane->batch;
		lane->entries[i].wait = false;
		lane->entries[kept++] = lane->entries[i];
	}
	lane->count = kept;
	lane->batch = 0;
	lane->busy = false;
	lane->table->clear(lane->rows);
	if (lane->count < YQ_LANE_MAX && !lane->stopped)
		yq_consumer_resume(lane->consumer);
	if (lane->count > 0)
		wait_for(lane, unready == 0 ? 0 : unready < batch ? WAIT_MS : STUCK_MS);
}

static void
repeat_batch(struct yq_lane *lane, const struct yq_err *err)
{
	yq_log(lane->behind ? YQ_LOG_DEBUG : YQ_LOG_WARN,
	    "%s are not archived at the moment and wait: %s", lane->table->name, err->text);
	lane->behind = true;
	for (size_t i = 0; i < lane->batch; i++)
		lane->entries[i].wait = false;
	lane->batch = 0;
	lane->busy = false;
	lane->table->clear(lane->rows);
	wait_for(lane, RETRY_MS);
}

/* ---- acknowledging ---- */

static void
on_archived(void *cookie, enum yq_rc rc, const struct yq_err *err)
{
	struct yq_lane *lane = cookie;

	if (!landed(lane))
		return;
	if (rc != YQ_OK) {
		repeat_batch(lane, err);
		return;
	}
	YQ_FAIL_POINT("lane.acknowledged");
	if (lane->behind)
		yq_info("%s are archived again", lane->table->name);
	lane->behind = false;
	yq_counter_add(lane->stored, lane->batch);
	drop_batch(lane);
}

static void
acknowledge(struct yq_lane *lane)
{
	struct yq_ack acks[YQ_LANE_MAX];
	struct yq_archived archived = {
		.acks = acks,
		.archived_at_us = yq_clock_now_us(yq_lane_clock(lane)),
	};

	for (size_t i = 0; i < lane->batch; i++)
		if (!lane->entries[i].wait)
			acks[archived.ack_count++] = (struct yq_ack){
				.group = lane->table->group,
				.entry_id = lane->entries[i].id,
			};
	if (archived.ack_count == 0) {
		drop_batch(lane);
		return;
	}
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
		repeat_batch(lane, err);
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
	repeat_batch(lane, &err);
}

/* ---- loading ---- */

static void
finish_load(struct yq_lane *lane)
{
	YQ_FAIL_POINT("lane.loaded");
	if (lane->fault.rc != YQ_OK)
		repeat_batch(lane, &lane->fault);
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
on_timer(uv_timer_t *timer)
{
	struct yq_lane *lane = timer->data;

	lane->waiting = false;
	if (lane->busy || lane->stopped || lane->count == 0)
		return;
	lane->busy = true;
	lane->batch = lane->count < YQ_LANE_MAX ? lane->count : YQ_LANE_MAX;
	lane->fault.rc = YQ_OK;
	lane->asked = 1; /* held until load is through */
	lane->table->load(lane, lane->rows);
	if (--lane->asked == 0)
		finish_load(lane);
}

static void
wait_for(struct yq_lane *lane, uint64_t ms)
{
	lane->waiting = true;
	lane->gathering = false;
	uv_timer_start(lane->timer, on_timer, ms, 0);
}

void
yq_lane_discard(struct yq_lane *lane, const struct yq_lane_entry *entry, const char *why)
{
	char text[YQ_ERR_TEXT_MAX + 160];

	yq_str_format(text, sizeof(text), "Entry %s of the %s cannot be archived: %s", entry->id,
	    lane->table->name, why);
	yq_daemon_notify(lane->daemon, "System", "Warning", text);
}

/* ---- life ---- */

enum yq_rc
yq_lane_open(struct yq_daemon *daemon, struct yq_worker *worker, const struct yq_lane_table *table,
    struct yq_lane **ret_lane, struct yq_err *err)
{
	struct yq_lane *lane = yq_xcalloc(1, sizeof(*lane));
	struct yq_consumer_spec spec = {
		.group = table->group,
		.instance = yq_daemon_instance(daemon),
		.batch = YQ_LANE_MAX,
		.fn = on_entries,
		.cookie = lane,
	};
	enum yq_rc rc;

	lane->daemon = daemon;
	lane->worker = worker;
	lane->table = table;
	rc = yq_consumer_open(
	    yq_daemon_loop(daemon), yq_daemon_valkey_target(daemon), &spec, &lane->consumer, err);
	if (rc != YQ_OK) {
		free(lane);
		return rc;
	}
	lane->timer = yq_xcalloc(1, sizeof(*lane->timer));
	uv_timer_init(yq_daemon_loop(daemon), lane->timer);
	lane->timer->data = lane;
	lane->rows = yq_xcalloc(1, table->rows_size);
	lane->stored = yq_metrics_counter(yq_daemon_metrics(daemon), "yq_entries_archived_total",
	    table->labels, "Entries of a stream written to the archive.");
	*ret_lane = lane;
	return YQ_OK;
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
	yq_consumer_pause(lane->consumer);
}

void
yq_lane_close(struct yq_lane *lane)
{
	if (lane == NULL)
		return;
	yq_consumer_close(lane->consumer);
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

struct yq_valkey *
yq_lane_valkey(struct yq_lane *lane)
{
	return yq_daemon_valkey(lane->daemon);
}

const struct yq_clock *
yq_lane_clock(const struct yq_lane *lane)
{
	return yq_daemon_clock(lane->daemon);
}

size_t
yq_lane_count(const struct yq_lane *lane)
{
	return lane->batch;
}

struct yq_lane_entry *
yq_lane_entry(struct yq_lane *lane, size_t index)
{
	return &lane->entries[index];
}

void *
yq_lane_rows(struct yq_lane *lane)
{
	return lane->rows;
}
