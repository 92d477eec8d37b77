/* paper_queue.c - the paper broker's turn: do what waits, journal it with one write, answer. */
#include <assert.h>
#include <stdlib.h>

#include "base/fail_point.h"
#include "base/log.h"
#include "base/mem.h"
#include "broker/paper_adapter.h"

/* Calls done in one turn of the loop; the rest waits for the next, so that others get theirs. */
#define COMMANDS_A_TURN 512

/* ---- time ---- */

static bool
market_open(const struct yq_paper *p, enum yq_exchange exchange, int64_t now_us)
{
	return p->settings.always_open || p->calendar == NULL ||
	       yq_market_is_open(yq_calendar_hours(p->calendar, exchange), now_us);
}

/* The end of today's last session: a lunch break ends no order. */
static int64_t
day_end(const struct yq_calendar *calendar, enum yq_exchange exchange, int64_t now_us)
{
	const struct yq_market_hours *hours;
	int64_t close, open;
	yq_date today;

	if (calendar == NULL)
		return now_us + INT64_C(86400) * YQ_US_PER_SECOND;
	hours = yq_calendar_hours(calendar, exchange);
	if (yq_market_session_close(hours, now_us, &close) != YQ_OK)
		return now_us;
	today = yq_local_date(hours->zone, now_us);
	while (yq_market_next_open(hours, close, &open) == YQ_OK &&
	       yq_local_date(hours->zone, open) == today && open >= close) {
		int64_t next;

		if (yq_market_session_close(hours, open, &next) != YQ_OK || next <= close)
			break;
		close = next;
	}
	return close;
}

int64_t
yq_paper_expiry(const struct yq_calendar *calendar, const struct yq_order *order, int64_t now_us)
{
	int64_t end = order->expires_at_us;

	if (order->time_in_force == YQ_TIF_DAY) {
		int64_t day = day_end(calendar, order->exchange, now_us);

		end = end == 0 || day < end ? day : end;
	}
	return end;
}

static int64_t
expiry(const struct yq_paper *p, const struct yq_order *order, int64_t now_us)
{
	return yq_paper_expiry(p->settings.always_open ? NULL : p->calendar, order, now_us);
}

/* ---- doing; one function a verb ---- */

typedef enum yq_rc do_fn(
    struct yq_paper *, struct yq_paper_command *, int64_t now_us, struct yq_err *);

/* Forget what the sink has noted since `from`: executed, but nobody is told. */
static void
hush(struct yq_paper_batch *batch, size_t from)
{
	while (batch->told_count > from)
		free(batch->told[--batch->told_count].text);
}

static enum yq_rc
do_submit(struct yq_paper *p, struct yq_paper_command *c, int64_t now_us, struct yq_err *err)
{
	struct yq_order *o = &c->order;
	bool open = market_open(p, o->exchange, now_us);
	struct yq_paper_answer answer;
	size_t told;
	enum yq_rc rc;

	rc = yq_broker_supports(&p->head.capabilities, p->head.name, o, err);
	if (rc != YQ_OK)
		return rc;
	if (o->reference_price.set && !yq_paper_is_known(p->book, &o->id))
		yq_paper_observe(
		    p->book, o->exchange, o->ticker, o->reference_price.value, open, now_us);
	told = p->batch->told_count; /* what the price moved is told */
	rc = yq_paper_submit(p->book, o, open, now_us, expiry(p, o, now_us), &answer, err);
	c->number = answer.number;
	c->silent = rc == YQ_OK && p->settings.silent_ppm != 0 &&
		    yq_table_hash_join(p->settings.seed, yq_table_hash_text(o->id.text)) % 1000000 <
			p->settings.silent_ppm;
	if (c->silent)
		hush(p->batch, told);
	return rc;
}

static enum yq_rc
do_cancel(struct yq_paper *p, struct yq_paper_command *c, int64_t now_us, struct yq_err *err)
{
	enum yq_rc rc = yq_paper_cancel(p->book, &c->order.id, now_us, err);

	return rc == YQ_E_NOT_FOUND ? YQ_E_REFUSED : rc;
}

static enum yq_rc
do_replace(struct yq_paper *p, struct yq_paper_command *c, int64_t now_us, struct yq_err *err)
{
	const struct yq_paper_order *o = yq_paper_find(p->book, &c->order.id);
	bool open = o != NULL && market_open(p, o->exchange, now_us);
	enum yq_rc rc = yq_paper_change(p->book, &c->order.id, &c->change, open, now_us, err);

	if (rc == YQ_OK) {
		assert(o != NULL); /* what is not there cannot be changed */
		c->number = o->number;
	}
	return rc == YQ_E_NOT_FOUND ? YQ_E_REFUSED : rc;
}

static enum yq_rc
do_observe(struct yq_paper *p, struct yq_paper_command *c, int64_t now_us, struct yq_err *err)
{
	(void)err;
	yq_paper_observe(p->book, c->order.exchange, c->order.ticker, c->price,
	    market_open(p, c->order.exchange, now_us), now_us);
	return YQ_OK;
}

static do_fn *const doers[YQ_PAPER_VERB_COUNT] = {
	[YQ_PAPER_DO_SUBMIT] = do_submit,
	[YQ_PAPER_DO_CANCEL] = do_cancel,
	[YQ_PAPER_DO_REPLACE] = do_replace,
	[YQ_PAPER_DO_OBSERVE] = do_observe,
};

static void
do_command(struct yq_paper *p, struct yq_paper_command *c, int64_t now_us)
{
	struct yq_err err = { 0 };

	c->time_us = now_us;
	c->rc = YQ_OK;
	if (c->over) {
		c->rc = YQ_E_RETRY;
		c->text = yq_xstrdup("too many orders await an answer");
		return;
	}
	if (c->verb != YQ_PAPER_DO_OBSERVE &&
	    !yq_throttle_take(&p->throttle, YQ_CALL_SUBMIT, 1, yq_clock_monotonic_ns(p->clock))) {
		c->rc = YQ_E_RETRY;
		c->text = yq_xstrdup("more calls than CallsPerSecond allows");
		return;
	}
	if (c->verb != YQ_PAPER_DO_OBSERVE && yq_paper_chance(p, p->settings.transient_ppm)) {
		c->rc = YQ_E_RETRY;
		c->text = yq_xstrdup("not now, as TransientRate asks for");
		return;
	}
	if (doers[c->verb] == NULL)
		return; /* questions are answered from the book when they are delivered */
	c->rc = doers[c->verb](p, c, now_us, &err);
	if (c->rc != YQ_OK)
		c->text = yq_xstrdup(err.text);
	yq_paper_journal_end_line(p->journal);
}

/* ---- journal ---- */

/* The book from the journal; a new journal is begun with the opening cash. */
enum yq_rc
yq_paper_load(struct yq_paper *p, struct yq_err *err)
{
	enum yq_rc rc;

	p->book = yq_paper_book_make(&p->settings, yq_paper_sink, p);
	rc = (p->take ? yq_paper_journal_take : yq_paper_journal_open)(
	    p->path, p->settings.sync, p->book, &p->journal, err);
	p->take =
	    false; /* who comes to read it again later is entitled to it no more than others */
	if (rc != YQ_OK || yq_paper_book_is_founded(p->book))
		return rc;
	{
		struct yq_id epoch = yq_id_random();

		epoch.text[8] = '\0';
		yq_paper_book_found(p->book, epoch.text);
	}
	return yq_paper_journal_commit(p->journal, err);
}

void
yq_paper_unload(struct yq_paper *p)
{
	yq_paper_journal_close(p->journal);
	yq_paper_book_free(p->book);
	p->journal = NULL;
	p->book = NULL;
}

/* Go back to what the file holds; without it nothing is accepted or answered. */
static void
load_again(struct yq_paper *p)
{
	struct yq_err err;

	yq_paper_unload(p);
	if (yq_paper_load(p, &err) == YQ_OK)
		return;
	yq_error("paper broker: %s; nothing is accepted until it can be read", err.text);
	yq_paper_journal_close(p->journal);
	p->journal = NULL;
}

/* Commit; on failure go back to what the file holds. */
static enum yq_rc
commit(struct yq_paper *p)
{
	struct yq_err err;
	enum yq_rc rc;

	YQ_FAIL_POINT("paper.executing");
	rc = yq_paper_journal_commit(p->journal, &err);
	YQ_FAIL_POINT("paper.executed");
	if (rc == YQ_OK)
		return YQ_OK;
	yq_error("paper broker: %s", err.text);
	load_again(p);
	return rc == YQ_E_UNKNOWN ? YQ_E_UNKNOWN : YQ_E_RETRY;
}

static void
compact_if_grown(struct yq_paper *p)
{
	struct yq_err err;
	int64_t bytes;

	if (p->journal == NULL)
		return;
	bytes = yq_paper_journal_bytes(p->journal);
	if (bytes < p->settings.journal_max_bytes || bytes < 2 * yq_paper_journal_base(p->journal))
		return;
	if (yq_paper_journal_compact(p->journal, p->book, &err) != YQ_OK)
		yq_warn("paper broker: %s", err.text);
}

/* ---- the queue ---- */

static void
deliver_due(struct yq_paper *p)
{
	int64_t now_ns = yq_clock_monotonic_ns(p->clock);

	p->delivering = true;
	while (p->later != NULL && !p->freed) {
		struct yq_paper_batch *batch = p->later;

		if (batch->due_ns > now_ns)
			break;
		p->later = batch->next;
		if (p->later == NULL)
			p->later_last = &p->later;
		yq_paper_deliver(p, batch, YQ_OK);
	}
	p->delivering = false;
}

static void on_timer(uv_timer_t *timer);

static void
arm(struct yq_paper *p)
{
	int64_t wait_ns;

	if (p->freed || p->later == NULL)
		return;
	wait_ns = p->later->due_ns - yq_clock_monotonic_ns(p->clock);
	(void)uv_timer_start(
	    &p->timer, on_timer, wait_ns > 0 ? (uint64_t)wait_ns / 1000000 + 1 : 0, 0);
}

static void
on_timer(uv_timer_t *timer)
{
	struct yq_paper *p = timer->data;

	deliver_due(p);
	arm(p);
}

static void
put_off(struct yq_paper *p, struct yq_paper_batch *batch)
{
	batch->due_ns =
	    yq_clock_monotonic_ns(p->clock) + (int64_t)p->settings.latency_ms * INT64_C(1000000);
	*p->later_last = batch;
	p->later_last = &batch->next;
	if (p->settings.latency_ms == 0)
		deliver_due(p);
	arm(p);
}

static void
do_waiting(struct yq_paper *p)
{
	struct yq_paper_batch *batch = yq_paper_batch_make();
	int64_t now_us = yq_clock_now_us(p->clock);
	enum yq_rc rc = p->journal == NULL ? YQ_E_RETRY : YQ_OK;

	p->batch = batch;
	for (int i = 0; p->first != NULL && i < COMMANDS_A_TURN; i++) {
		struct yq_paper_command *c = p->first;

		p->first = c->next;
		if (p->first == NULL)
			p->last = &p->first;
		c->next = NULL;
		*batch->last = c;
		batch->last = &c->next;
		if (rc == YQ_OK)
			do_command(p, c, now_us);
	}
	p->batch = NULL;
	if (rc == YQ_OK)
		rc = commit(p);
	if (rc == YQ_OK) {
		put_off(p, batch);
		if (!p->freed)
			compact_if_grown(p);
		return;
	}
	yq_paper_deliver(p, batch, rc);
}

void
yq_paper_on_idle(uv_idle_t *idle)
{
	struct yq_paper *p = idle->data;

	if (p->first != NULL)
		do_waiting(p);
	if (!p->freed && p->first == NULL)
		(void)uv_idle_stop(idle);
}

void
yq_paper_on_tick(uv_timer_t *tick)
{
	struct yq_paper *p = tick->data;
	int64_t now_us = yq_clock_now_us(p->clock);
	struct yq_paper_batch *batch;
	bool open[YQ_EXCHANGE_COUNT];
	enum yq_rc rc;

	if (p->journal == NULL)
		load_again(p);
	if (p->journal == NULL)
		return;
	batch = p->batch = yq_paper_batch_make();
	for (int i = 0; i < YQ_EXCHANGE_COUNT; i++)
		open[i] = market_open(p, (enum yq_exchange)i, now_us);
	yq_paper_expire(p->book, now_us);
	yq_paper_walk(p->book, open, now_us);
	if (yq_decimal_sign(p->settings.walk_bps) > 0)
		yq_paper_tell_quotes(p);
	p->batch = NULL;
	rc = commit(p);
	if (rc == YQ_OK)
		put_off(p, batch);
	else
		yq_paper_deliver(p, batch, rc);
}
