/* guard.c - the day's equity, and the orders that close what is to be closed. */
#include "domain/guard.h"

#include <assert.h>
#include <string.h>

#include "base/str.h"

#define PAUSE_FIRST_US (2 * YQ_US_PER_SECOND)
#define PAUSE_MAX_US   (300 * YQ_US_PER_SECOND)

const struct yq_field yq_day_base_fields[] = {
	YQ_FIELD_INT("Date", struct yq_day_base, date, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("Equity", struct yq_day_base, equity, YQ_REQUIRED),
};
const size_t yq_day_base_field_count = YQ_COUNT(yq_day_base_fields);

const struct yq_field yq_flatten_mark_fields[] = {
	YQ_FIELD_ID("Halt", struct yq_flatten_mark, halt, YQ_REQUIRED),
	YQ_FIELD_INT("Attempt", struct yq_flatten_mark, attempt, YQ_REQUIRED),
	YQ_FIELD_TIME("At", struct yq_flatten_mark, at_us, YQ_REQUIRED),
};
const size_t yq_flatten_mark_field_count = YQ_COUNT(yq_flatten_mark_fields);

/* ---- the day ---- */

static int64_t
days_of(int64_t date)
{
	return yq_date_to_days((int)(date / 10000), (int)(date / 100 % 100), (int)(date % 100));
}

bool
yq_day_is_over(const struct yq_day_base *base, yq_date today)
{
	return today > base->date || days_of(base->date) - days_of(today) > 1;
}

struct yq_decimal
yq_day_loss(const struct yq_day_base *base, struct yq_decimal equity)
{
	struct yq_decimal loss = { base->equity.units - equity.units };

	return yq_decimal_max(loss, YQ_DECIMAL_ZERO);
}

bool
yq_day_is_lost(struct yq_decimal loss, struct yq_opt_decimal limit)
{
	return limit.set && yq_decimal_sign(loss) > 0 && yq_decimal_cmp(loss, limit.value) >= 0;
}

struct yq_id
yq_day_halt_id(const char *alias, enum yq_currency currency, int64_t date)
{
	char name[YQ_ALIAS_SIZE + 64];

	if (!yq_str_format(name, sizeof(name), "daily loss:%s:%s:%lld", alias,
		yq_names_text(&yq_currency_names, (int)currency), (long long)date))
		YQ_PANIC("the name of a halt does not fit");
	return yq_id_named(name, strlen(name));
}

void
yq_day_move(struct yq_day_base *base, struct yq_decimal by)
{
	base->equity.units += by.units;
}

/* ---- flattening ---- */

struct yq_id
yq_flatten_id(const struct yq_id *halt, const char *alias, const char *ticker,
    enum yq_exchange exchange, int64_t attempt)
{
	char name[YQ_ID_LENGTH + YQ_ALIAS_SIZE + YQ_TICKER_SIZE + 64];

	if (!yq_str_format(name, sizeof(name), "flatten:%s:%s:%s:%s:%lld", halt->text, alias,
		ticker, yq_names_text(&yq_exchange_names, (int)exchange), (long long)attempt))
		YQ_PANIC("the name of an order does not fit");
	return yq_id_named(name, strlen(name));
}

int64_t
yq_flatten_pause_us(int64_t attempts)
{
	int64_t pause_us = PAUSE_FIRST_US;

	for (int64_t i = 1; i < attempts && pause_us < PAUSE_MAX_US; i++)
		pause_us *= 2;
	return pause_us < PAUSE_MAX_US ? pause_us : PAUSE_MAX_US;
}

bool
yq_flatten_is_exit(const struct yq_flatten_mark *mark, const struct yq_order *order)
{
	if (!order->reduce_only)
		return false;
	for (int64_t attempt = mark->attempt; attempt > 0; attempt--) {
		struct yq_id id = yq_flatten_id(
		    &mark->halt, order->account_alias, order->ticker, order->exchange, attempt);

		if (yq_id_equal(&id, &order->id))
			return true;
	}
	return false;
}

static enum yq_rc
marketable(const struct yq_flatten_terms *terms, struct yq_order *order)
{
	order->type = YQ_TYPE_LIMIT;
	order->price.set = true;
	return yq_ticks_marketable(order->exchange, terms->ticks, order->action, terms->last,
	    terms->slack, &order->price.value);
}

enum yq_rc
yq_flatten_order(const struct yq_flatten_terms *terms, const struct yq_position *position,
    struct yq_decimal qty, struct yq_order *order)
{
	assert(yq_decimal_sign(qty) > 0);
	*order = yq_order_default();
	order->id = terms->id;
	yq_str_copy_cut(order->account_alias, sizeof(order->account_alias), terms->alias);
	memcpy(order->ticker, position->ticker, sizeof(order->ticker));
	order->exchange = position->exchange;
	order->currency = position->currency;
	order->action = yq_decimal_sign(position->qty) > 0 ? YQ_SELL : YQ_BUY;
	order->type = YQ_TYPE_MARKET;
	order->qty = qty;
	order->timestamp_us = terms->now_us;
	order->reduce_only = true;
	yq_str_copy_cut(order->buy_reason, sizeof(order->buy_reason),
	    position->buy_reason[0] != '\0' ? position->buy_reason : YQ_FLATTEN_REASON);
	return terms->has_market ? YQ_OK : marketable(terms, order);
}
