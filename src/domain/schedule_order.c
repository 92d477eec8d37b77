/* schedule_order.c - what a run makes: ids, quantities, orders. */
#include <string.h>

#include "base/str.h"
#include "domain/market.h"
#include "domain/schedule.h"

/* The texts of ids are part of the contract: others would make new ids for old runs. */
struct yq_id
yq_schedule_order_id(const struct yq_id *schedule_id, int64_t due_us)
{
	char name[YQ_ID_LENGTH + 48];

	if (!yq_str_format(
		name, sizeof(name), "schedule:%s:%lld", schedule_id->text, (long long)due_us))
		YQ_PANIC("a run's name does not fit");
	return yq_id_named(name, strlen(name));
}

struct yq_id
yq_schedule_close_id(
    const struct yq_id *schedule_id, int64_t due_us, const struct yq_position *position)
{
	char name[YQ_ID_LENGTH + YQ_ALIAS_SIZE + YQ_TICKER_SIZE + 64];

	if (!yq_str_format(name, sizeof(name), "schedule:%s:%lld:%s:%s:%s", schedule_id->text,
		(long long)due_us, position->account_alias,
		yq_names_text(&yq_exchange_names, (int)position->exchange), position->ticker))
		YQ_PANIC("a run's name does not fit");
	return yq_id_named(name, strlen(name));
}

enum yq_rc
yq_schedule_quantity(struct yq_decimal amount, struct yq_decimal price, struct yq_decimal lot,
    struct yq_decimal *qty, struct yq_err *err)
{
	char texts[3][YQ_DECIMAL_TEXT_SIZE];
	struct yq_decimal units, result;

	if (yq_decimal_sign(price) <= 0 || yq_decimal_sign(lot) <= 0)
		return yq_err_set(err, YQ_E_RANGE, "the price or the lot is not above 0");
	if (yq_decimal_div(amount, price, YQ_ROUND_FLOOR, &units) != YQ_OK ||
	    yq_decimal_round_to(units, lot, YQ_ROUND_FLOOR, &result) != YQ_OK)
		return yq_err_set(err, YQ_E_RANGE, "the quantity does not fit");
	if (yq_decimal_sign(result) > 0) {
		*qty = result;
		return YQ_OK;
	}
	yq_decimal_format(amount, texts[0]);
	yq_decimal_format(lot, texts[1]);
	yq_decimal_format(price, texts[2]);
	return yq_err_set(
	    err, YQ_E_REFUSED, "%s does not buy one lot of %s at %s", texts[0], texts[1], texts[2]);
}

static struct yq_order
begin_order(const struct yq_schedule *schedule, struct yq_decimal qty, int64_t now_us)
{
	struct yq_order order = yq_order_default();

	order.action = schedule->action;
	order.type = schedule->type;
	order.qty = qty;
	order.timestamp_us = now_us;
	yq_str_copy_cut(order.buy_reason, sizeof(order.buy_reason), YQ_SCHEDULE_REASON);
	return order;
}

struct yq_order
yq_schedule_order(const struct yq_schedule *schedule, int64_t due_us, struct yq_decimal qty,
    struct yq_opt_decimal price, int64_t now_us)
{
	struct yq_order order = begin_order(schedule, qty, now_us);

	order.id = yq_schedule_order_id(&schedule->id, due_us);
	memcpy(order.account_alias, schedule->account_alias, sizeof(order.account_alias));
	memcpy(order.ticker, schedule->ticker, sizeof(order.ticker));
	order.exchange = schedule->exchange;
	order.currency = yq_market_of(schedule->exchange)->currency;
	order.price = schedule->type == YQ_TYPE_LIMIT ? schedule->price : price;
	if (schedule->type == YQ_TYPE_MARKET)
		order.reference_price = price;
	return order;
}

struct yq_order
yq_schedule_close_order(const struct yq_schedule *schedule, int64_t due_us,
    const struct yq_position *position, struct yq_decimal qty, int64_t now_us)
{
	struct yq_order order = begin_order(schedule, qty, now_us);

	order.id = yq_schedule_close_id(&schedule->id, due_us, position);
	memcpy(order.account_alias, position->account_alias, sizeof(order.account_alias));
	memcpy(order.ticker, position->ticker, sizeof(order.ticker));
	order.exchange = position->exchange;
	order.currency = yq_market_of(position->exchange)->currency;
	order.action = yq_decimal_sign(position->qty) < 0 ? YQ_BUY : YQ_SELL;
	order.type = YQ_TYPE_MARKET;
	order.reduce_only = order.cut_to_held = true;
	return order;
}

/* ---- what a liquidation is about ---- */

bool
yq_schedule_closes(const struct yq_schedule *schedule, const struct yq_position *position)
{
	if (yq_decimal_sign(position->qty) == 0 ||
	    yq_market_of(position->exchange)->country != yq_market_of(schedule->exchange)->country)
		return false;
	if (schedule->reasons[0] == '\0')
		return true;
	for (const char *line = schedule->reasons; *line != '\0';) {
		size_t length = strcspn(line, "\n");

		if (yq_str_matches(line, length, position->buy_reason))
			return true;
		line += length + (line[length] == '\n');
	}
	return false;
}
