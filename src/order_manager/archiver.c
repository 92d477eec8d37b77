/*
 * archiver.c - queue -> processing list -> Firebird -> gone.
 *
 *	TAKE    what an earlier life left in the processing list; when there is nothing more in it,
 *		the whole queue becomes it.  From its head a batch is read
 *	STORE   insert all in one transaction, on the worker's thread
 *	REMOVE  take the stored ones off the list, park the refused ones
 *	GATHER  wait a moment for company, unless a full batch is there: a commit each would slow
 *		the disk for those who trade
 */
#include "order_manager/archiver.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail_point.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "bus/message.h"
#include "bus/reply.h"
#include "bus/steps.h"
#include "bus/valkey.h"
#include "store/trades.h"

#define TAKE_TIMEOUT_MS 10000
#define GATHER_MS	100
#define IDLE_MS		1000 /* between looks when nobody pokes */
#define RETRY_MS	500

struct item {
	char *payload; /* as it lies in the list, byte for byte; owned */
	size_t length;
	enum yq_rc outcome;
	char *fault; /* why it is refused; owned */
};

struct yq_archiver {
	struct yq_daemon *daemon;
	struct yq_worker *worker;
	uv_timer_t *timer;
	struct item items[YQ_ARCHIVER_BATCH_MAX];
	size_t count;
	struct yq_trade_row *rows; /* those of the items that can be read; NULL without items */
	size_t *row_items;	   /* their places in `items` */
	size_t row_count;
	unsigned in_flight; /* completions to come; memory stays until then */
	bool busy;	    /* from the timer to the end of a batch */
	bool poked;	    /* ... meanwhile */
	int64_t waiting;    /* trades beyond the batch */
	bool draining, closed;
	bool behind; /* the last batch failed: it has been said */
	yq_archiver_done_fn *done;
	void *cookie;
	yq_archived_fn *follow; /* NULL = nobody */
	void *follower;
	struct yq_counter *archived, *repeated, *parked;
};

static void store(struct yq_archiver *archiver);
static void clear_stored(struct yq_archiver *archiver);

static void
clear_items(struct yq_archiver *archiver)
{
	for (size_t i = 0; i < archiver->count; i++) {
		free(archiver->items[i].payload);
		free(archiver->items[i].fault);
	}
	free(archiver->rows);
	archiver->rows = NULL;
	memset(archiver->items, 0, sizeof(archiver->items[0]) * archiver->count);
	archiver->count = 0;
	archiver->row_count = 0;
}

static void
release(struct yq_archiver *archiver)
{
	clear_items(archiver);
	free(archiver->row_items);
	free(archiver);
}

/* Every completion begins with this; true when the archiver is gone and nothing is to be done. */
static bool
landed(struct yq_archiver *archiver)
{
	archiver->in_flight--;
	if (archiver->closed && archiver->in_flight == 0) {
		release(archiver);
		return true;
	}
	return archiver->closed;
}

static void on_timer(uv_timer_t *timer);

static void
wait_for(struct yq_archiver *archiver, uint64_t ms)
{
	archiver->busy = false;
	archiver->poked = false;
	if (archiver->draining && archiver->done != NULL) {
		archiver->done(archiver->cookie);
		archiver->done = NULL;
	}
	uv_timer_start(archiver->timer, on_timer, ms, 0);
}

/* Begin again from what the processing list holds: it has all that was in hand. */
static void
retry_later(struct yq_archiver *archiver)
{
	clear_items(archiver);
	wait_for(archiver, RETRY_MS);
}

static bool
add_item(struct yq_archiver *archiver, const struct redisReply *reply)
{
	size_t length = 0;
	const char *payload = yq_reply_text(reply, &length);

	if (payload == NULL || archiver->count == YQ_ARCHIVER_BATCH_MAX)
		return false;
	archiver->items[archiver->count++] =
	    (struct item){ .payload = yq_xstrndup(payload, length), .length = length };
	return true;
}

/* ---- taking ---- */

/* { what waits beyond them, item ... } */
static void
on_taken(void *cookie, enum yq_rc rc, const struct redisReply *reply, const struct yq_err *err)
{
	struct yq_archiver *archiver = cookie;

	if (landed(archiver))
		return;
	if (rc != YQ_OK) {
		yq_debug("no trades could be taken: %s", err->text);
		retry_later(archiver);
		return;
	}
	archiver->waiting = yq_reply_int(yq_reply_at(reply, 0));
	yq_daemon_set_lag(archiver->daemon, archiver->waiting);
	for (size_t i = 1; i < yq_reply_count(reply); i++)
		if (!add_item(archiver, yq_reply_at(reply, i)))
			break; /* only the head of the list is in hand */
	if (archiver->count == 0)
		wait_for(archiver, archiver->poked ? GATHER_MS : IDLE_MS);
	else
		store(archiver);
}

static void
take(struct yq_archiver *archiver)
{
	struct yq_valkey *valkey = yq_daemon_valkey(archiver->daemon);
	struct yq_args *args = yq_valkey_args(valkey);

	yq_args_fcall(args, YQ_STEP_TAKE, 2);
	yq_args_key(args, YQ_KEY_TRADES_QUEUE, NULL);
	yq_args_key(args, YQ_KEY_TRADES_PROCESSING, NULL);
	yq_args_int(args, YQ_ARCHIVER_BATCH_MAX);
	archiver->in_flight++;
	yq_valkey_send(valkey, args, TAKE_TIMEOUT_MS, on_taken, archiver);
}

static void
on_timer(uv_timer_t *timer)
{
	struct yq_archiver *archiver = timer->data;

	if (archiver->busy || archiver->draining)
		return;
	archiver->busy = true;
	take(archiver);
}

void
yq_archiver_poke(struct yq_archiver *archiver)
{
	if (archiver->busy)
		archiver->poked = true;
	else if (!archiver->closed && uv_timer_get_due_in(archiver->timer) > GATHER_MS)
		uv_timer_start(archiver->timer, on_timer, GATHER_MS, 0);
}

/* ---- storing ---- */

static void
on_refused(void *cookie, size_t index, enum yq_rc rc, const struct yq_err *err)
{
	struct yq_archiver *archiver = cookie;
	struct item *item = &archiver->items[archiver->row_items[index]];

	item->outcome = rc;
	free(item->fault);
	item->fault = yq_xstrdup(err->text);
}

/* On the worker's thread; the loop leaves items and rows alone meanwhile. */
static enum yq_rc
store_job(struct yq_firebird *firebird, void *cookie, struct yq_err *err)
{
	struct yq_archiver *archiver = cookie;
	enum yq_rc outcomes[YQ_ARCHIVER_BATCH_MAX];
	enum yq_rc rc;

	rc = yq_trades_insert(
	    firebird, archiver->rows, archiver->row_count, outcomes, on_refused, archiver, err);
	if (rc != YQ_OK)
		return rc;
	for (size_t i = 0; i < archiver->row_count; i++)
		archiver->items[archiver->row_items[i]].outcome = outcomes[i];
	return YQ_OK;
}

static void
tell_follower(const struct yq_archiver *archiver)
{
	for (size_t i = 0; i < archiver->row_count && archiver->follow != NULL; i++) {
		enum yq_rc outcome = archiver->items[archiver->row_items[i]].outcome;

		if (outcome == YQ_OK || outcome == YQ_E_EXISTS)
			archiver->follow(archiver->follower, &archiver->rows[i], outcome == YQ_OK);
	}
}

static void
on_stored(void *cookie, enum yq_rc rc, const struct yq_err *err)
{
	struct yq_archiver *archiver = cookie;

	if (landed(archiver))
		return;
	if (rc != YQ_OK) {
		yq_log(archiver->behind ? YQ_LOG_DEBUG : YQ_LOG_WARN,
		    "trades are not archived at the moment and wait: %s", err->text);
		archiver->behind = true;
		retry_later(archiver);
		return;
	}
	YQ_FAIL_POINT("archiver.stored");
	if (archiver->behind)
		yq_info("trades are archived again");
	archiver->behind = false;
	tell_follower(archiver);
	clear_stored(archiver);
}

static void
read_rows(struct yq_archiver *archiver)
{
	archiver->rows = yq_xcalloc(archiver->count, sizeof(*archiver->rows));
	archiver->row_count = 0;
	for (size_t i = 0; i < archiver->count; i++) {
		struct item *item = &archiver->items[i];
		struct yq_trade_row *row = &archiver->rows[archiver->row_count];
		struct yq_trade_item trade;
		struct yq_err err = { .rc = YQ_OK };

		item->outcome =
		    yq_message_decode_trade_item(item->payload, item->length, &trade, &err);
		if (item->outcome != YQ_OK) {
			item->fault = yq_xstrdup(err.text);
			continue;
		}
		memcpy(row->account_alias, trade.account_alias, sizeof(row->account_alias));
		row->trade = trade.trade;
		archiver->row_items[archiver->row_count++] = i;
	}
}

static void
store(struct yq_archiver *archiver)
{
	enum yq_rc rc;

	YQ_FAIL_POINT("archiver.taken");
	read_rows(archiver);
	if (archiver->row_count == 0) {
		clear_stored(archiver);
		return;
	}
	archiver->in_flight++;
	rc = yq_worker_submit(archiver->worker, store_job, on_stored, archiver);
	if (rc != YQ_OK) {
		archiver->in_flight--;
		retry_later(archiver);
	}
}

/* ---- removing ---- */

static bool
is_stored(const struct item *item)
{
	return item->outcome == YQ_OK || item->outcome == YQ_E_EXISTS;
}

/* Once they have left our hands: a failure on the way begins again and would tell it twice. */
static void
report_batch(struct yq_archiver *archiver)
{
	char text[YQ_ERR_TEXT_MAX + 160];

	for (size_t i = 0; i < archiver->count; i++) {
		const struct item *item = &archiver->items[i];

		if (is_stored(item)) {
			yq_counter_add(
			    item->outcome == YQ_OK ? archiver->archived : archiver->repeated, 1);
			continue;
		}
		yq_counter_add(archiver->parked, 1);
		yq_str_format(text, sizeof(text),
		    "A trade cannot be archived and was set aside (trades parked): %s",
		    item->fault == NULL ? "" : item->fault);
		yq_daemon_notify(archiver->daemon, "System", "Critical", text);
	}
}

static void
on_removed(void *cookie, enum yq_rc rc, const struct yq_err *err)
{
	struct yq_archiver *archiver = cookie;

	if (landed(archiver))
		return;
	if (rc != YQ_OK) {
		yq_debug("archived trades are still in hand: %s", err->text);
		retry_later(archiver); /* they are found there again, and are in the archive */
		return;
	}
	YQ_FAIL_POINT("archiver.removed");
	report_batch(archiver);
	clear_items(archiver);
	yq_daemon_event(archiver->daemon);
	if (archiver->waiting >= YQ_ARCHIVER_BATCH_MAX)
		wait_for(archiver, 0);
	else
		wait_for(archiver, archiver->waiting > 0 || archiver->poked ? GATHER_MS : IDLE_MS);
}

static void
clear_stored(struct yq_archiver *archiver)
{
	struct yq_list_item removed[YQ_ARCHIVER_BATCH_MAX], parked[YQ_ARCHIVER_BATCH_MAX];
	struct yq_archived archived = {
		.removed = removed,
		.parked = parked,
		.archived_at_us = yq_clock_now_us(yq_daemon_clock(archiver->daemon)),
	};

	for (size_t i = 0; i < archiver->count; i++) {
		const struct item *item = &archiver->items[i];
		struct yq_list_item listed = { item->payload, item->length };

		if (is_stored(item))
			removed[archived.removed_count++] = listed;
		else
			parked[archived.parked_count++] = listed;
	}
	archived.removed_head = archived.parked_count == 0;
	archiver->in_flight++;
	yq_step_archived(yq_daemon_valkey(archiver->daemon), &archived, on_removed, archiver);
}

/* ---- life ---- */

struct yq_archiver *
yq_archiver_open(struct yq_daemon *daemon, struct yq_worker *worker)
{
	struct yq_archiver *archiver = yq_xcalloc(1, sizeof(*archiver));
	struct yq_metrics *metrics = yq_daemon_metrics(daemon);
	const char *help = "Trades taken from the buffer.";

	archiver->daemon = daemon;
	archiver->worker = worker;
	archiver->timer = yq_xcalloc(1, sizeof(*archiver->timer));
	uv_timer_init(yq_daemon_loop(daemon), archiver->timer);
	archiver->timer->data = archiver;
	archiver->row_items = yq_xcalloc(YQ_ARCHIVER_BATCH_MAX, sizeof(*archiver->row_items));
	archiver->archived =
	    yq_metrics_counter(metrics, "yq_trades_archived_total", "result=\"stored\"", help);
	archiver->repeated =
	    yq_metrics_counter(metrics, "yq_trades_archived_total", "result=\"there\"", help);
	archiver->parked =
	    yq_metrics_counter(metrics, "yq_trades_archived_total", "result=\"parked\"", help);
	wait_for(archiver, 0);
	return archiver;
}

void
yq_archiver_follow(struct yq_archiver *archiver, yq_archived_fn *fn, void *cookie)
{
	archiver->follow = fn;
	archiver->follower = cookie;
}

void
yq_archiver_drain(struct yq_archiver *archiver, yq_archiver_done_fn *done, void *cookie)
{
	archiver->draining = true;
	archiver->done = done;
	archiver->cookie = cookie;
	if (!archiver->busy) {
		archiver->done = NULL;
		done(cookie);
	}
}

static void
on_timer_closed(uv_handle_t *handle)
{
	free(handle);
}

void
yq_archiver_close(struct yq_archiver *archiver)
{
	if (archiver == NULL)
		return;
	uv_close((uv_handle_t *)archiver->timer, on_timer_closed);
	archiver->closed = true;
	archiver->done = NULL;
	if (archiver->in_flight == 0)
		release(archiver);
}
