/* book.c - an account's book, from the bus. */
#include "desk/book.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "bus/reply.h"
#include "desk/fetch.h"
#include "domain/risk.h"

#define ENTRIES_MAX "4096" /* of order:stream that are looked at */

struct yq_book_recent {
	char ticker[YQ_TICKER_SIZE];
	enum yq_exchange exchange;
	enum yq_action action;
	struct yq_decimal qty;
	int64_t at_us;
};

void
yq_book_clear(struct yq_book *book)
{
	yq_account_free(book->account);
	free(book->recent);
	*book = (struct yq_book){ 0 };
}

/* ---- cash and positions ---- */

static enum yq_rc
take_account(struct yq_book *book, const struct yq_account_state *state, struct yq_err *err)
{
	enum yq_rc rc = YQ_OK;

	book->account->active = state->active;
	for (size_t i = 0; i < state->deposit_count; i++)
		yq_account_set_cash(
		    book->account, state->deposits[i].currency, state->deposits[i].amount);
	for (size_t i = 0; i < state->position_count && rc == YQ_OK; i++)
		rc = yq_account_set_position(book->account, &state->positions[i], err);
	return rc;
}

/* ---- open orders ---- */

static enum yq_rc
take_order(struct yq_book *book, const struct yq_order_state_full *full, struct yq_err *err)
{
	struct yq_opt_decimal price =
	    yq_risk_price(&full->order, full->order.reference_price, full->order.timestamp_us);
	struct yq_decimal left;
	enum yq_rc rc = yq_account_open(
	    book->account, &full->order, price.set ? price.value : YQ_DECIMAL_ZERO, err);

	if (rc == YQ_OK && yq_decimal_sub(full->order.qty, full->progress.filled, &left) == YQ_OK)
		yq_account_set_remaining(book->account, &full->order.id, left);
	return rc == YQ_E_EXISTS ? YQ_OK : rc;
}

static enum yq_rc
read_orders(struct yq_desk *desk, struct yq_book *book, struct yq_err *err)
{
	YQ_CLEANUP(yq_freep) struct yq_order_state_full *full = yq_xcalloc(1, sizeof(*full));
	YQ_CLEANUP(yq_members_clear) struct yq_members open = { 0 };
	enum yq_rc rc = yq_desk_members(desk, YQ_KEY_ORDER_OPEN, &open, err);

	for (size_t i = 0; i < open.count && rc == YQ_OK; i++) {
		struct yq_id id;
		bool found = false;

		if (yq_id_parse(open.texts[i], strlen(open.texts[i]), &id) != YQ_OK)
			continue;
		rc = yq_desk_order(desk, &id, full, &found, err);
		if (rc == YQ_OK && found && !yq_order_state_is_final(full->progress.state) &&
		    yq_str_equal(full->order.account_alias, book->account->alias))
			rc = take_order(book, full, err);
	}
	return rc;
}

/* ---- orders that were sent lately ---- */

/* When it was taken up by its gateway; 0 = it was refused before, or waits still. */
static enum yq_rc
claimed_at(struct yq_desk *desk, const struct yq_id *id, int64_t *at_us, struct yq_err *err)
{
	char name[YQ_KEY_SIZE];
	const char *argv[] = { "HGET", name, "ClaimedAt" }, *text;
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	enum yq_rc rc;

	yq_key_format(YQ_KEY_ORDER_STATE, id->text, name);
	rc = yq_valkey_sync_command(
	    desk->valkey, (int)YQ_COUNT(argv), argv, NULL, YQ_FETCH_TIMEOUT_MS, &reply, err);
	text = yq_reply_text(reply, NULL);
	*at_us = 0;
	if (text != NULL && yq_time_parse(text, strlen(text), at_us) != YQ_OK)
		*at_us = 0;
	return rc;
}

static enum yq_rc
take_entry(
    struct yq_desk *desk, struct yq_book *book, const struct redisReply *fields, struct yq_err *err)
{
	const char *kind = yq_reply_field(fields, YQ_ENTRY_KIND);
	const char *payload = yq_reply_field(fields, YQ_ENTRY_PAYLOAD);
	struct yq_order order;
	int64_t at_us = 0;
	enum yq_rc rc;

	/* An exit of a bracket is no order that somebody repeats. */
	if (kind == NULL || payload == NULL ||
	    !yq_str_equal(kind, yq_names_text(&yq_submit_kind_names, YQ_SUBMIT_ORDER)) ||
	    yq_message_decode_order(payload, strlen(payload), &order, NULL) != YQ_OK ||
	    !yq_str_equal(order.account_alias, book->account->alias) ||
	    !yq_id_is_none(&order.bracket_id))
		return YQ_OK;
	rc = claimed_at(desk, &order.id, &at_us, err);
	if (rc != YQ_OK || at_us == 0)
		return rc;
	yq_rate_add(&book->rate, at_us);
	book->recent = yq_xrealloc(book->recent, book->recent_count + 1, sizeof(*book->recent));
	book->recent[book->recent_count] = (struct yq_book_recent){
		.exchange = order.exchange, .action = order.action, .qty = order.qty, .at_us = at_us
	};
	memcpy(book->recent[book->recent_count++].ticker, order.ticker, sizeof(order.ticker));
	return YQ_OK;
}

static enum yq_rc
read_recent(struct yq_desk *desk, struct yq_book *book, int64_t from_us, struct yq_err *err)
{
	char from[YQ_ENTRY_ID_SIZE];
	const char *argv[] = { "XREVRANGE", yq_key_name(YQ_KEY_ORDER_STREAM), "+", from, "COUNT",
		ENTRIES_MAX };
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	enum yq_rc rc;

	yq_str_format(from, sizeof(from), "%lld", (long long)(from_us / 1000));
	rc = yq_valkey_sync_command(
	    desk->valkey, (int)YQ_COUNT(argv), argv, NULL, YQ_FETCH_TIMEOUT_MS, &reply, err);
	for (size_t i = 0; i < yq_reply_count(reply) && rc == YQ_OK; i++)
		rc = take_entry(desk, book, yq_reply_at(yq_reply_at(reply, i), 1), err);
	return rc;
}

struct yq_opt_decimal
yq_book_last_same(const struct yq_book *book, const struct yq_order *order, int64_t *at_us)
{
	struct yq_opt_decimal qty = YQ_OPT_DECIMAL_NONE;

	*at_us = 0;
	for (size_t i = 0; i < book->recent_count; i++) {
		const struct yq_book_recent *r = &book->recent[i];

		if (r->exchange != order->exchange || r->action != order->action ||
		    !yq_str_equal(r->ticker, order->ticker) || r->at_us <= *at_us)
			continue;
		*at_us = r->at_us;
		qty = yq_opt_decimal_of(r->qty);
	}
	return qty;
}

/* ---- what the gateway keeps of the day ---- */

static void
take_guard(struct yq_book *book, const char *field, const char *value, int64_t now_us)
{
	const char *currency = yq_guard_day(field), *time = yq_guard_orders(field);
	int c =
	    currency == NULL ? -1 : yq_names_find(&yq_currency_names, currency, strlen(currency));
	int64_t at_us, count;

	if (c >= 0)
		book->has_day[c] =
		    yq_message_decode_day_base(value, strlen(value), &book->day[c], NULL) == YQ_OK;
	else if (time != NULL && yq_time_parse(time, strlen(time), &at_us) == YQ_OK &&
		 yq_str_to_int64(value, 0, UINT32_MAX, &count) &&
		 now_us - at_us < 86400 * YQ_US_PER_SECOND)
		yq_rate_add_day(&book->rate, (uint32_t)count, at_us);
}

static enum yq_rc
read_guard(struct yq_desk *desk, struct yq_book *book, int64_t now_us, struct yq_err *err)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	enum yq_rc rc = yq_desk_hash(desk, YQ_KEY_GUARD, book->account->alias, &reply, err);

	/* Its count of the day is whole: what was seen of the last minute is in it. */
	memset(&book->rate.day, 0, sizeof(book->rate.day));
	for (size_t i = 0; i + 1 < yq_reply_count(reply); i += 2) {
		const char *field = yq_reply_text(yq_reply_at(reply, i), NULL);
		const char *value = yq_reply_text(yq_reply_at(reply, i + 1), NULL);

		if (field != NULL && value != NULL)
			take_guard(book, field, value, now_us);
	}
	return rc;
}

struct yq_opt_decimal
yq_book_day_loss(const struct yq_book *book, enum yq_currency currency)
{
	if (!book->has_day[currency])
		return YQ_OPT_DECIMAL_NONE;
	return yq_opt_decimal_of(
	    yq_day_loss(&book->day[currency], yq_account_equity(book->account, currency)));
}

enum yq_rc
yq_book_read(struct yq_desk *desk, const char *alias, const struct yq_account_settings *settings,
    int64_t window_us, int64_t now_us, struct yq_book *book, struct yq_err *err)
{
	struct yq_account_state state = { 0 };
	enum yq_rc rc = yq_desk_account(desk, alias, &state, err);

	*book = (struct yq_book){ 0 };
	if (rc != YQ_OK)
		return rc;
	book->account = yq_account_make(alias);
	if (settings != NULL)
		book->account->commission_rate = settings->commission_rate;
	rc = take_account(book, &state, err);
	yq_account_state_clear(&state);
	if (rc == YQ_OK)
		rc = read_orders(desk, book, err);
	if (rc == YQ_OK && window_us > 0)
		rc = read_recent(desk, book, now_us - window_us, err);
	if (rc == YQ_OK)
		rc = read_guard(desk, book, now_us, err);
	if (rc != YQ_OK)
		yq_book_clear(book);
	return rc;
}
