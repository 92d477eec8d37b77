/* schedule_take.c - a claimed run: what it looks at is read, then its orders are decided.  Nothing
 * has been sent, so whoever is the active system may do it, and do it again. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "bus/message.h"
#include "bus/reply.h"
#include "order_manager/scheduler_parts.h"

#define PRICE_AGE_US (60 * YQ_US_PER_SECOND) /* as for signals */

/* A run waits a while for what may be just starting, and for as long when somebody else goes on
 * with it; but not from when the clock was set back. */
static bool
may_wait(const struct work *work)
{
	const struct yq_scheduler *s = work->scheduler;
	int64_t most_us = YQ_SCHEDULER_PRICE_WAIT_S * YQ_US_PER_SECOND;
	int64_t waited_us = s->now_us - work->open->run.open_since_us;
	int64_t active_us = yq_clock_monotonic_us(yq_daemon_clock(s->daemon)) - s->active_since_us;

	return (waited_us >= 0 && waited_us < most_us) || active_us < most_us;
}

static void
skip(struct work *work, const char *code, const char *text)
{
	yq_work_move(work, YQ_RUN_SKIPPED, code, text);
}

/* ---- an order ---- */

static void
on_stock(void *cookie, enum yq_rc rc, const struct yq_stock_price *price, const struct yq_err *err)
{
	struct work *work = cookie;
	struct yq_scheduler *s = work->scheduler;
	const struct yq_schedule *schedule;
	int64_t age_us;

	(void)err;
	if (!yq_scheduler_answered(s))
		return;
	schedule = &work->open->schedule;
	if (rc == YQ_OK && price->currency == yq_market_of(schedule->exchange)->currency) {
		age_us = yq_clock_now_us(yq_daemon_clock(s->daemon)) - price->updated_at_us;
		if (age_us <= PRICE_AGE_US && age_us >= -PRICE_AGE_US)
			work->price = yq_opt_decimal_of(price->price);
	}
	work->failed = rc != YQ_OK && rc != YQ_E_NOT_FOUND && rc != YQ_E_CORRUPT;
	yq_scheduler_answer_done(s);
}

static void
read_price(struct work *work)
{
	const struct yq_schedule *schedule = &work->open->schedule;

	yq_scheduler_ask(work->scheduler);
	yq_state_stock(yq_daemon_valkey(work->scheduler->daemon), schedule->ticker,
	    schedule->exchange, on_stock, work);
}

static void
decide_order(struct work *work)
{
	const struct yq_schedule *schedule = &work->open->schedule;
	struct yq_scheduler *s = work->scheduler;
	struct yq_opt_decimal price =
	    schedule->type == YQ_TYPE_LIMIT ? schedule->price : work->price;
	struct yq_decimal qty = schedule->quantity.value;
	struct yq_err err = { 0 };
	struct yq_order order;

	if (schedule->amount.set && !price.set) {
		if (!may_wait(work)) {
			skip(work, RUN_NO_PRICE, "no fresh price is known, and none is assumed");
			return;
		}
		s->waiting = true;
		(void)!yq_lookup_ask(s->lookup, schedule->exchange, schedule->ticker);
		return;
	}
	if (schedule->amount.set &&
	    yq_schedule_quantity(schedule->amount.value, price.value,
		yq_market_of(schedule->exchange)->lot, &qty, &err) != YQ_OK) {
		skip(work, RUN_TOO_SMALL, err.text);
		return;
	}
	order = yq_schedule_order(schedule, work->open->run.due_at_us, qty,
	    schedule->amount.set ? price : YQ_OPT_DECIMAL_NONE, s->now_us);
	work->orders = yq_xcalloc(1, sizeof(*work->orders));
	if (yq_run_order_of(&order, work->orders, &err) != YQ_OK) {
		yq_work_move(work, YQ_RUN_FAILED, RUN_ORDER, err.text);
		return;
	}
	work->order_count = 1;
}

/* ---- a liquidation ---- */

/* What is not sold by it; people are told the first of it. */
static void
leave_out(struct work *work, const char *code, const char *text)
{
	if (work->left_code != NULL)
		return;
	work->left_code = code;
	yq_str_copy_cut(work->left, sizeof(work->left), text);
}

static void
add_order(struct work *work, const struct yq_order *order)
{
	char text[YQ_MESSAGE_SIZE];
	struct yq_err err = { 0 };

	if (work->order_count == SCHEDULER_ORDERS_MAX) {
		leave_out(work, RUN_PARTLY,
		    "more is held than one run closes; run it again for the rest");
		return;
	}
	/* Grown by doubling. */
	if ((work->order_count & (work->order_count - 1)) == 0)
		work->orders = yq_xrealloc(work->orders,
		    work->order_count == 0 ? 1 : work->order_count * 2, sizeof(*work->orders));
	if (yq_run_order_of(order, &work->orders[work->order_count], &err) == YQ_OK) {
		work->order_count++;
		return;
	}
	yq_str_format(text, sizeof(text), "%s in %s is not closed: %s", order->ticker,
	    order->account_alias, err.text);
	leave_out(work, RUN_ORDER, text);
}

/* What open orders would close of it. */
static struct yq_decimal
leaving_of(const struct yq_account *book, const struct yq_position *position)
{
	const struct yq_holding *holding =
	    yq_account_holding(book, position->exchange, position->ticker);

	if (holding == NULL)
		return YQ_DECIMAL_ZERO;
	return yq_decimal_sign(position->qty) > 0 ? holding->selling : holding->buying;
}

/* What is held and on no open order's way out, in whole lots. */
static bool
closable(const struct yq_account *book, const struct yq_position *position, struct yq_decimal *qty)
{
	bool is_long = yq_decimal_sign(position->qty) > 0;
	struct yq_decimal left =
	    yq_closable(position->qty, leaving_of(book, position), is_long ? YQ_SELL : YQ_BUY);

	return yq_decimal_round_to(
		   left, yq_market_of(position->exchange)->lot, YQ_ROUND_FLOOR, qty) == YQ_OK &&
	       yq_decimal_sign(*qty) > 0;
}

/* ---- what is on its way out already, by exits and targets that may never trade ---- */

struct leaving {
	struct work *work;
	const struct yq_position *position;
	bool found;
};

static void
on_canceled(void *cookie, enum yq_rc rc, const struct yq_step_answer *answers, size_t count,
    const struct yq_err *err)
{
	struct work *work = cookie;
	struct yq_scheduler *s = work->scheduler;

	(void)answers;
	(void)count;
	if (!yq_scheduler_answered(s))
		return;
	if (rc != YQ_OK)
		yq_debug("an order in the way of a liquidation is not canceled yet: %s", err->text);
	yq_scheduler_answer_done(s);
}

/* Asked for again it changes nothing. */
static void
cancel_order(struct work *work, const char *alias, const struct yq_id *order_id)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_cancel cancel = yq_cancel_default();
	struct yq_submit_item item = { .kind = YQ_SUBMIT_CANCEL, .id = *order_id };

	cancel.id = yq_id_random();
	cancel.order_id = *order_id;
	cancel.timestamp_us = work->scheduler->now_us;
	yq_str_copy_cut(cancel.account_alias, sizeof(cancel.account_alias), alias);
	yq_str_format(cancel.reason, sizeof(cancel.reason), "schedule \"%s\" sells all of it",
	    work->open->run.schedule_name);
	yq_str_copy_cut(cancel.hand.who, sizeof(cancel.hand.who), "schedule");
	yq_str_copy_cut(cancel.hand.origin, sizeof(cancel.hand.origin), "OrderManager");
	yq_message_encode_cancel(&cancel, &payload);
	item.request_id = cancel.id;
	item.created_at_us = cancel.timestamp_us;
	item.payload = payload.data;
	item.length = payload.length;
	yq_scheduler_ask(work->scheduler);
	yq_step_submit(yq_daemon_valkey(work->scheduler->daemon), &item, 1, on_canceled, work);
}

static bool
cancel_if_leaving(void *cookie, const struct yq_open_order *order)
{
	struct leaving *leaving = cookie;
	const struct yq_position *position = leaving->position;
	enum yq_action exit = yq_decimal_sign(position->qty) > 0 ? YQ_SELL : YQ_BUY;

	if (order->gives_way || order->action != exit)
		return true;
	leaving->found = true;
	if (yq_work_is_canceling(leaving->work))
		cancel_order(leaving->work, position->account_alias, &order->id);
	return true;
}

/* True: some of it is, and the orders have to end first: they are asked to once it is written that
 * they are.  Exits of a bracket are left to the gateway: they give way to what is sold, and come
 * back if it is not; canceled by us they would be over, and what does not get sold then would be
 * held without a stop. */
static bool
cancel_exits(struct work *work, const struct yq_account *book, const struct yq_position *position)
{
	const struct yq_holding *holding =
	    yq_account_holding(book, position->exchange, position->ticker);
	bool is_long = yq_decimal_sign(position->qty) > 0;
	struct leaving leaving = { work, position, false };

	if (holding == NULL || (is_long ? holding->open_sells : holding->open_buys) == 0 ||
	    !may_wait(work))
		return false;
	yq_account_each_order_of(
	    book, position->exchange, position->ticker, cancel_if_leaving, &leaving);
	return leaving.found;
}

/* The orders in its way have had their time; when they end after all it is held without them. */
static void
not_closable(struct work *work, const struct yq_account *book, const struct yq_position *position)
{
	char text[YQ_MESSAGE_SIZE];

	if (!yq_work_is_canceling(work) || yq_decimal_sign(leaving_of(book, position)) == 0)
		return;
	yq_str_format(text, sizeof(text),
	    "%s in %s is not closed: orders in its way were canceled, and have not ended",
	    position->ticker, position->account_alias);
	leave_out(work, RUN_BLOCKED, text);
}

static void
close_account(struct work *work, const struct yq_account_state *state)
{
	const struct yq_schedule *schedule = &work->open->schedule;
	struct yq_scheduler *s = work->scheduler;
	const struct yq_account *book = yq_books_get(s->books, state->alias)->account;

	for (size_t i = 0; i < state->position_count; i++) {
		struct yq_position position = state->positions[i];
		struct yq_decimal qty;
		struct yq_order order;

		memcpy(position.account_alias, state->alias, sizeof(position.account_alias));
		if (!yq_schedule_closes(schedule, &position))
			continue;
		if (cancel_exits(work, book, &position)) {
			work->blocked = true;
			continue;
		}
		if (!closable(book, &position, &qty)) {
			not_closable(work, book, &position);
			continue;
		}
		order = yq_schedule_close_order(
		    schedule, work->open->run.due_at_us, &position, qty, s->now_us);
		add_order(work, &order);
	}
}

struct reading {
	struct work *work;
	char alias[YQ_ALIAS_SIZE];
};

/* One of several accounts does not hold up the others for long, and one alone is waited for until
 * it is too late. */
static void
not_read(struct work *work, const char *alias, const struct yq_err *err)
{
	bool any = yq_str_equal(work->open->schedule.account_alias, YQ_SCHEDULE_ANY_ACCOUNT);
	char text[YQ_MESSAGE_SIZE];

	if (may_wait(work) || !(any || yq_work_is_overdue(work))) {
		yq_warn("account %s, which is to be closed, cannot be read: %s", alias, err->text);
		work->failed = true;
		return;
	}
	work->unread++;
	yq_str_format(text, sizeof(text), "account %s is not closed, for it cannot be read: %s",
	    alias, err->text);
	leave_out(work, RUN_ACCOUNT, text);
}

static void
on_account(
    void *cookie, enum yq_rc rc, const struct yq_account_state *state, const struct yq_err *err)
{
	struct reading reading = *(const struct reading *)cookie;
	struct work *work = reading.work;
	struct yq_scheduler *s = work->scheduler;

	free(cookie);
	if (!yq_scheduler_answered(s))
		return;
	if (yq_books_is_stale(s->books)) {
		work->failed = true; /* since it was asked for */
	} else if (rc == YQ_OK && state->active) {
		close_account(work, state);
		work->reads++;
	} else if (rc != YQ_OK && rc != YQ_E_NOT_FOUND) {
		not_read(work, reading.alias, err);
	}
	yq_scheduler_answer_done(s);
}

static void
read_account(struct work *work, const char *alias)
{
	struct reading *reading = yq_xcalloc(1, sizeof(*reading));

	reading->work = work;
	yq_str_copy_cut(reading->alias, sizeof(reading->alias), alias);
	yq_scheduler_ask(work->scheduler);
	yq_state_account(yq_daemon_valkey(work->scheduler->daemon), alias, on_account, reading);
}

static void
on_aliases(void *cookie, enum yq_rc rc, const struct redisReply *reply, const struct yq_err *err)
{
	struct work *work = cookie;
	struct yq_scheduler *s = work->scheduler;

	(void)err;
	if (!yq_scheduler_answered(s))
		return;
	work->failed = rc != YQ_OK;
	for (size_t i = 0; i < yq_reply_count(reply); i++) {
		const char *alias = yq_reply_text(yq_reply_at(reply, i), NULL);

		if (alias != NULL && yq_alias_is_valid(alias))
			read_account(work, alias);
	}
	yq_scheduler_answer_done(s);
}

static void
read_accounts(struct work *work)
{
	const char *alias = work->open->schedule.account_alias;
	struct yq_valkey *valkey = yq_daemon_valkey(work->scheduler->daemon);
	struct yq_args *args;

	/* What is on its way out already is known from the open orders, and what is not known is
	 * not sold twice: it waits for them until it is too late. */
	if (yq_books_is_stale(work->scheduler->books)) {
		yq_decider_wake(work->scheduler->decider); /* it reads them anew */
		work->failed = true;
		return;
	}
	if (!yq_str_equal(alias, YQ_SCHEDULE_ANY_ACCOUNT)) {
		read_account(work, alias);
		return;
	}
	args = yq_valkey_args(valkey);
	yq_args_text(args, "SMEMBERS");
	yq_args_key(args, YQ_KEY_ACCOUNT_INDEX, NULL);
	yq_scheduler_ask(work->scheduler);
	yq_valkey_send(valkey, args, SCHEDULER_TIMEOUT_MS, on_aliases, work);
}

static void
decide_liquidation(struct work *work)
{
	if (work->blocked) {
		work->order_count = 0;
		if (yq_work_is_canceling(work))
			work->scheduler->waiting = true;
		else
			yq_work_move(work, YQ_RUN_CLAIMED, RUN_CANCELING, "");
		return;
	}
	if (work->order_count > 0)
		return;
	if ((work->unread > 0 && !yq_work_is_overdue(work)) ||
	    (work->unread + work->reads == 0 && may_wait(work)))
		work->scheduler->waiting = true;
	else if (work->left_code != NULL)
		yq_work_move(work, YQ_RUN_FAILED, work->left_code, work->left);
	else if (work->reads > 0)
		skip(work, RUN_NOTHING, "nothing of what it sells is held, open orders aside");
	else
		yq_work_move(work, YQ_RUN_FAILED, RUN_ACCOUNT,
		    "no gateway serves an account that it is for");
}

/* ---- all of them ---- */

void
yq_schedule_take(struct work *work)
{
	const struct yq_open_run *open = work->open;
	char text[96];

	if (!open->has_schedule) {
		skip(work, RUN_REMOVED, "the schedule was removed meanwhile, or cannot be read");
	} else if (!open->schedule.enabled && open->run.run_date > 0) {
		skip(work, RUN_DISABLED, "the schedule was disabled meanwhile");
	} else if (yq_work_is_late(work)) {
		yq_str_format(text, sizeof(text), "it is %lld s late, and %lld s are allowed",
		    (long long)(yq_work_late_us(work) / YQ_US_PER_SECOND),
		    (long long)open->schedule.max_late_seconds);
		skip(work, RUN_LATE, text);
	} else if (open->schedule.kind == YQ_SCHEDULE_LIQUIDATION) {
		read_accounts(work);
	} else if (open->schedule.amount.set && open->schedule.type == YQ_TYPE_MARKET) {
		read_price(work);
	}
}

void
yq_schedule_decide(struct work *work)
{
	if (work->failed) {
		work->scheduler->waiting = true;
		return;
	}
	if (work->open->schedule.kind == YQ_SCHEDULE_LIQUIDATION)
		decide_liquidation(work);
	else
		decide_order(work);
	if (work->moves || work->order_count == 0)
		return;
	yq_work_move(
	    work, YQ_RUN_SENDING, yq_work_is_canceling(work) ? RUN_CANCELING : "", work->left);
	work->move.orders = work->orders;
	work->move.order_count = work->order_count;
	work->move.run.order_count = (int64_t)work->order_count;
}
