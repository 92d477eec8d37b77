/*
 * archiver.c - queue -> processing list -> Firebird -> gone.
 *
 *	RECOVER  what an earlier life left in the processing list
 *	TAKE     wait for one trade, moved by BLMOVE
 *	GATHER   wait a moment for company, unless a full batch is there: a commit each would slow
 *	         the disk for those who trade
 *	FILL     move as many more as wait, in one step
 *	STORE    insert all in one transaction, on the worker's thread
 *	REMOVE   take the stored ones off the list, park the refused ones
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

#define TAKE_SECONDS	"5"
#define TAKE_TIMEOUT_MS 10000
#define GATHER_MS	100
#define RETRY_MS	500

struct item {
	char *payload; /* as it lies in the list, byte for byte; owned */
	size_t length;
	enum yq_rc outcome;
	char fault[YQ_ERR_TEXT_MAX]; /* why it is refused */
};

struct yq_archiver {
	struct yq_daemon *daemon;
	struct yq_worker *worker;
	struct yq_valkey *blocking; /* BLMOVE holds a connection */
	uv_timer_t *timer;
	struct item items[YQ_ARCHIVER_BATCH_MAX];
	size_t count;
	struct yq_trade_row *rows; /* those of the items that can be read */
	size_t *row_items;	   /* their places in `items` */
	size_t row_count;
	unsigned in_flight; /* completions to come; memory stays until then */
	bool draining, closed;
	bool behind; /* the last batch failed: it has been said */
	yq_archiver_done_fn *done;
	void *cookie;
	struct yq_counter *archived, *repeated, *parked;
};

static void take(struct yq_archiver *archiver);
static void recover(struct yq_archiver *archiver);
static void store(struct yq_archiver *archiver);
static void clear_stored(struct yq_archiver *archiver);

static void
clear_items(struct yq_archiver *archiver)
{
	for (size_t i = 0; i < archiver->count; i++)
		free(archiver->items[i].payload);
	memset(archiver->items, 0, sizeof(archiver->items[0]) * archiver->count);
	archiver->count = 0;
	archiver->row_count = 0;
}

static void
release(struct yq_archiver *archiver)
{
	clear_items(archiver);
	free(archiver->rows);
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

static void
on_retry(uv_timer_t *timer)
{
	struct yq_archiver *archiver = timer->data;

	recover(archiver);
}

/* Begin again from what the processing list holds: it has all that was in hand. */
static void
retry_later(struct yq_archiver *archiver)
{
	clear_items(archiver);
	if (archiver->draining && archiver->done != NULL) {
		archiver->done(archiver->cookie);
		archiver->done = NULL;
		return;
	}
	uv_timer_start(archiver->timer, on_retry, RETRY_MS, 0);
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

/* { what still waits, item ... } */
static void
on_filled(void *cookie, enum yq_rc rc, const struct redisReply *reply, const struct yq_err *err)
{
	struct yq_archiver *archiver = cookie;

	if (landed(archiver))
		return;
	if (rc == YQ_OK)
		yq_daemon_set_lag(archiver->daemon, yq_reply_int(yq_reply_at(reply, 0)));
	else
		yq_debug("trades could not be moved: %s", err->text);
	for (size_t i = 1; i < yq_reply_count(reply); i++)
		add_item(archiver, yq_reply_at(reply, i));
	store(archiver);
}

static void
on_gathered(uv_timer_t *timer)
{
	struct yq_archiver *archiver = timer->data;
	struct yq_args *args = yq_valkey_args(archiver->blocking);

	yq_args_fcall(args, YQ_STEP_TAKE, 2);
	yq_args_key(args, YQ_KEY_TRADES_QUEUE, NULL);
	yq_args_key(args, YQ_KEY_TRADES_PROCESSING, NULL);
	yq_args_int(args, YQ_ARCHIVER_BATCH_MAX - 1);
	archiver->in_flight++;
	yq_valkey_send(archiver->blocking, args, TAKE_TIMEOUT_MS, on_filled, archiver);
}

static void
on_waiting(void *cookie, enum yq_rc rc, const struct redisReply *reply, const struct yq_err *err)
{
	struct yq_archiver *archiver = cookie;
	bool full = rc == YQ_OK && yq_reply_int(reply) >= YQ_ARCHIVER_BATCH_MAX - 1;

	(void)err;
	if (!landed(archiver))
		uv_timer_start(
		    archiver->timer, on_gathered, full || archiver->draining ? 0 : GATHER_MS, 0);
}

static void
on_taken(void *cookie, enum yq_rc rc, const struct redisReply *reply, const struct yq_err *err)
{
	struct yq_archiver *archiver = cookie;
	struct yq_args *args;

	if (landed(archiver))
		return;
	if (rc != YQ_OK) {
		yq_debug("no trade could be taken: %s", err->text);
		retry_later(archiver);
		return;
	}
	if (!add_item(archiver, reply)) { /* nothing came */
		take(archiver);
		return;
	}
	args = yq_valkey_args(archiver->blocking);
	yq_args_text(args, "LLEN");
	yq_args_key(args, YQ_KEY_TRADES_QUEUE, NULL);
	archiver->in_flight++;
	yq_valkey_send(archiver->blocking, args, TAKE_TIMEOUT_MS, on_waiting, archiver);
}

static void
take(struct yq_archiver *archiver)
{
	struct yq_args *args;

	if (archiver->draining) {
		if (archiver->done != NULL)
			archiver->done(archiver->cookie);
		archiver->done = NULL;
		return;
	}
	args = yq_valkey_args(archiver->blocking);
	yq_args_text(args, "BLMOVE");
	yq_args_key(args, YQ_KEY_TRADES_QUEUE, NULL);
	yq_args_key(args, YQ_KEY_TRADES_PROCESSING, NULL);
	yq_args_words(args, "LEFT RIGHT " TAKE_SECONDS);
	archiver->in_flight++;
	yq_valkey_send(archiver->blocking, args, TAKE_TIMEOUT_MS, on_taken, archiver);
}

/* ---- what an earlier life left ---- */

static void
on_left(void *cookie, enum yq_rc rc, const struct redisReply *reply, const struct yq_err *err)
{
	struct yq_archiver *archiver = cookie;

	if (landed(archiver))
		return;
	if (rc != YQ_OK) {
		yq_warn("trades in hand cannot be read, trying again: %s", err->text);
		retry_later(archiver);
		return;
	}
	for (size_t i = 0; i < yq_reply_count(reply); i++)
		add_item(archiver, yq_reply_at(reply, i));
	if (archiver->count == 0)
		take(archiver);
	else
		store(archiver);
}

static void
recover(struct yq_archiver *archiver)
{
	struct yq_args *args = yq_valkey_args(archiver->blocking);

	yq_args_text(args, "LRANGE");
	yq_args_key(args, YQ_KEY_TRADES_PROCESSING, NULL);
	yq_args_int(args, 0);
	yq_args_int(args, YQ_ARCHIVER_BATCH_MAX - 1);
	archiver->in_flight++;
	yq_valkey_send(archiver->blocking, args, TAKE_TIMEOUT_MS, on_left, archiver);
}

/* ---- storing ---- */

static void
on_refused(void *cookie, size_t index, enum yq_rc rc, const struct yq_err *err)
{
	struct yq_archiver *archiver = cookie;
	struct item *item = &archiver->items[archiver->row_items[index]];

	item->outcome = rc;
	yq_str_copy_cut(item->fault, sizeof(item->fault), err->text);
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
	clear_stored(archiver);
}

static void
read_rows(struct yq_archiver *archiver)
{
	archiver->row_count = 0;
	for (size_t i = 0; i < archiver->count; i++) {
		struct item *item = &archiver->items[i];
		struct yq_trade_row *row = &archiver->rows[archiver->row_count];
		struct yq_trade_item trade;
		struct yq_err err = { .rc = YQ_OK };

		item->outcome =
		    yq_message_decode_trade_item(item->payload, item->length, &trade, &err);
		if (item->outcome != YQ_OK) {
			yq_str_copy_cut(item->fault, sizeof(item->fault), err.text);
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
		    item->fault);
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
	recover(archiver);
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
	archiver->in_flight++;
	yq_step_archived(yq_daemon_valkey(archiver->daemon), &archived, on_removed, archiver);
}

/* ---- life ---- */

enum yq_rc
yq_archiver_open(struct yq_daemon *daemon, struct yq_worker *worker,
    struct yq_archiver **ret_archiver, struct yq_err *err)
{
	struct yq_archiver *archiver = yq_xcalloc(1, sizeof(*archiver));
	struct yq_metrics *metrics = yq_daemon_metrics(daemon);
	const char *help = "Trades taken from the buffer.";
	enum yq_rc rc;

	archiver->daemon = daemon;
	archiver->worker = worker;
	rc = yq_valkey_open(yq_daemon_loop(daemon), yq_daemon_valkey_target(daemon),
	    "yq-order-manager:archiver", NULL, NULL, &archiver->blocking, err);
	if (rc != YQ_OK) {
		free(archiver);
		return rc;
	}
	archiver->timer = yq_xcalloc(1, sizeof(*archiver->timer));
	uv_timer_init(yq_daemon_loop(daemon), archiver->timer);
	archiver->timer->data = archiver;
	archiver->rows = yq_xcalloc(YQ_ARCHIVER_BATCH_MAX, sizeof(*archiver->rows));
	archiver->row_items = yq_xcalloc(YQ_ARCHIVER_BATCH_MAX, sizeof(*archiver->row_items));
	archiver->archived =
	    yq_metrics_counter(metrics, "yq_trades_archived_total", "result=\"stored\"", help);
	archiver->repeated =
	    yq_metrics_counter(metrics, "yq_trades_archived_total", "result=\"there\"", help);
	archiver->parked =
	    yq_metrics_counter(metrics, "yq_trades_archived_total", "result=\"parked\"", help);
	recover(archiver);
	*ret_archiver = archiver;
	return YQ_OK;
}

void
yq_archiver_drain(struct yq_archiver *archiver, yq_archiver_done_fn *done, void *cookie)
{
	archiver->draining = true;
	archiver->done = done;
	archiver->cookie = cookie;
	/* Waiting in BLMOVE holds nothing: whatever it still moves is found again by RECOVER. */
	if (archiver->count == 0) {
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
	yq_valkey_close(archiver->blocking);
	if (archiver->in_flight == 0)
		release(archiver);
}
