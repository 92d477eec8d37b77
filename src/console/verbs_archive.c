/* verbs_archive.c - lists of orders and trades, from Valkey and from the archive in Firebird. */
#include "base/mem.h"
#include "base/str.h"
#include "console/command_line.h"
#include "console/fetch.h"
#include "console/sheet.h"
#include "console/take.h"
#include "store/orders.h"

#include <stdlib.h>
#include <string.h>

static const struct yq_column order_columns[] = {
	{ "ID", "id", YQ_COLUMN_TEXT },
	{ "CREATED", "createdAt", YQ_COLUMN_TIME },
	{ "ACCOUNT", "account", YQ_COLUMN_TEXT },
	{ "SIDE", "action", YQ_COLUMN_TEXT },
	{ "TICKER", "ticker", YQ_COLUMN_TEXT },
	{ "EXCHANGE", "exchange", YQ_COLUMN_TEXT },
	{ "TYPE", "type", YQ_COLUMN_TEXT },
	{ "QTY", "qty", YQ_COLUMN_NUMBER },
	{ "PRICE", "price", YQ_COLUMN_NUMBER },
	{ "STATE", "state", YQ_COLUMN_TEXT },
	{ "FILLED", "filled", YQ_COLUMN_NUMBER },
	{ "AVG PRICE", "avgPrice", YQ_COLUMN_NUMBER },
	{ "CUR", "currency", YQ_COLUMN_TEXT },
	{ "REASON", "buyReason", YQ_COLUMN_TEXT },
	{ "EXIT", "exit", YQ_COLUMN_TEXT },
	{ "OF", "bracketId", YQ_COLUMN_TEXT },
	{ "MESSAGE", "message", YQ_COLUMN_TEXT },
};

static void
add_order(struct yq_sheet *sheet, const struct yq_order *order,
    const struct yq_order_progress *progress, int64_t created_at_us, const char *message)
{
	yq_sheet_add(sheet, order->id.text);
	yq_sheet_add_time(sheet, created_at_us);
	yq_sheet_add(sheet, order->account_alias);
	yq_sheet_add(sheet, yq_names_text(&yq_action_names, (int)order->action));
	yq_sheet_add(sheet, order->ticker);
	yq_sheet_add(sheet, yq_names_text(&yq_exchange_names, (int)order->exchange));
	yq_sheet_add(sheet, yq_names_text(&yq_order_type_names, (int)order->type));
	yq_sheet_add_decimal(sheet, order->qty);
	yq_sheet_add_opt_decimal(sheet, order->price);
	yq_sheet_add(sheet, yq_names_text(&yq_order_state_names, (int)progress->state));
	yq_sheet_add_decimal(sheet, progress->filled);
	yq_sheet_add_decimal(sheet, progress->avg_price);
	yq_sheet_add(sheet, yq_names_text(&yq_currency_names, (int)order->currency));
	yq_sheet_add(sheet, order->buy_reason);
	yq_sheet_add(sheet, order->exit);
	yq_sheet_add(sheet, yq_id_is_none(&order->bracket_id) ? "" : order->bracket_id.text);
	yq_sheet_add(sheet, message);
}

static bool
is_wanted(const struct yq_call *call, const struct yq_order *order)
{
	const char *account = call->options[YQ_OPT_ACCOUNT];
	const char *ticker = call->options[YQ_OPT_TICKER];

	return (account == NULL || yq_str_equal_nocase(account, order->account_alias)) &&
	       (ticker == NULL || yq_str_equal_nocase(ticker, order->ticker));
}

static int
compare_created(const void *a, const void *b)
{
	const struct yq_order_state_full *x = a, *y = b;

	if (x->created_at_us != y->created_at_us)
		return x->created_at_us > y->created_at_us ? -1 : 1;
	return strcmp(x->order.id.text, y->order.id.text);
}

/* Why an order does not go on: it is Unknown itself, or waits for one that is. */
static void
waiting_for(const struct yq_order_state_full *all, size_t count,
    const struct yq_order_state_full *order, char note[YQ_MESSAGE_SIZE])
{
	note[0] = '\0';
	if (order->progress.state == YQ_ORDER_UNKNOWN)
		yq_str_format(note, YQ_MESSAGE_SIZE, "`yq order resolve` says what it was; %.300s",
		    order->last_error);
	for (size_t i = 0; i < count && order->progress.state == YQ_ORDER_PENDING; i++)
		if (all[i].progress.state == YQ_ORDER_UNKNOWN &&
		    all[i].order.exchange == order->order.exchange &&
		    yq_str_equal(all[i].order.ticker, order->order.ticker) &&
		    yq_str_equal(all[i].order.account_alias, order->order.account_alias))
			yq_str_format(note, YQ_MESSAGE_SIZE, "waits for %s, which is Unknown",
			    all[i].order.id.text);
}

static int
open_orders(const struct yq_call *call, int64_t limit, struct yq_sheet *sheet)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	YQ_CLEANUP(yq_members_clear) struct yq_members members = { 0 };
	YQ_CLEANUP(yq_freep) struct yq_order_state_full *orders = NULL;
	char note[YQ_MESSAGE_SIZE];
	size_t count = 0;
	int status = yq_system_open_valkey(call, &system);

	if (status == YQ_CONSOLE_DONE)
		status = yq_fetch_members(&system, YQ_KEY_ORDER_OPEN, &members);
	if (status != YQ_CONSOLE_DONE)
		return status;
	orders = yq_xcalloc(members.count + 1, sizeof(*orders));
	for (size_t i = 0; i < members.count && status == YQ_CONSOLE_DONE; i++) {
		struct yq_id id;
		bool found = false;

		if (yq_id_parse(members.texts[i], strlen(members.texts[i]), &id) == YQ_OK)
			status = yq_fetch_order(&system, &id, &orders[count], &found);
		if (found && is_wanted(call, &orders[count].order))
			count++;
	}
	qsort(orders, count, sizeof(*orders), compare_created);
	for (size_t i = 0; i < count && (int64_t)i < limit; i++) {
		waiting_for(orders, count, &orders[i], note);
		add_order(sheet, &orders[i].order, &orders[i].progress, orders[i].created_at_us,
		    note[0] != '\0' ? note : orders[i].last_error);
	}
	return status;
}

static int
archived_orders(const struct yq_call *call, int64_t limit, struct yq_sheet *sheet)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	YQ_CLEANUP(yq_order_list_free) struct yq_order_list list = { 0 };
	struct yq_order_filter filter = yq_order_filter_any();
	struct yq_err err = { 0 };
	int status;

	filter.limit = (unsigned)limit;
	status =
	    yq_take_text(call, YQ_OPT_ACCOUNT, filter.account_alias, sizeof(filter.account_alias));
	if (status == YQ_CONSOLE_DONE)
		status = yq_take_text(call, YQ_OPT_TICKER, filter.ticker, sizeof(filter.ticker));
	if (status == YQ_CONSOLE_DONE)
		status = yq_system_open_firebird(call, &system);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (yq_orders_find(system.desk.firebird, &filter, &list, &err) != YQ_OK)
		return yq_fail_err(&err);
	for (size_t i = 0; i < list.count; i++)
		add_order(sheet, &list.items[i].order, &list.items[i].progress,
		    list.items[i].created_at_us, list.items[i].reason);
	return YQ_CONSOLE_DONE;
}

int
yq_verb_orders(const struct yq_call *call)
{
	YQ_CLEANUP(yq_sheet_freep)
	struct yq_sheet *sheet = yq_sheet_make(order_columns, YQ_COUNT(order_columns));
	bool all = yq_call_has(call, YQ_OPT_ALL);
	struct yq_err err = { 0 };
	int64_t limit;
	int status;

	if (yq_option_int(call, YQ_OPT_LIMIT, 1, YQ_STORE_LIST_MAX,
		all ? YQ_TAKE_ROWS : YQ_STORE_LIST_MAX, &limit, &err) != YQ_OK)
		return yq_fail_usage(call, "%s", err.text);
	status = all ? archived_orders(call, limit, sheet) : open_orders(call, limit, sheet);
	if (status == YQ_CONSOLE_DONE)
		yq_sheet_print(sheet, call, all ? "no orders" : "no open orders");
	return status;
}

static const struct yq_column trade_columns[] = {
	{ "EXECUTED", "executedAt", YQ_COLUMN_TIME },
	{ "ACCOUNT", "account", YQ_COLUMN_TEXT },
	{ "SIDE", "action", YQ_COLUMN_TEXT },
	{ "TICKER", "ticker", YQ_COLUMN_TEXT },
	{ "EXCHANGE", "exchange", YQ_COLUMN_TEXT },
	{ "QTY", "quantity", YQ_COLUMN_NUMBER },
	{ "PRICE", "price", YQ_COLUMN_NUMBER },
	{ "AMOUNT", "amount", YQ_COLUMN_NUMBER },
	{ "COMMISSION", "commission", YQ_COLUMN_NUMBER },
	{ "CUR", "currency", YQ_COLUMN_TEXT },
	{ "STRATEGY", "strategy", YQ_COLUMN_TEXT },
	{ "ORDER", "orderId", YQ_COLUMN_TEXT },
	{ "BROKER ORDER", "brokerOrderId", YQ_COLUMN_TEXT },
	{ "ID", "id", YQ_COLUMN_TEXT },
};

static void
add_trade(struct yq_sheet *sheet, const struct yq_trade_row *row)
{
	const struct yq_trade *trade = &row->trade;

	yq_sheet_add_time(sheet, trade->executed_at_us);
	yq_sheet_add(sheet, row->account_alias);
	yq_sheet_add(sheet, yq_names_text(&yq_action_names, (int)trade->action));
	yq_sheet_add(sheet, trade->ticker);
	yq_sheet_add(sheet, yq_names_text(&yq_exchange_names, (int)trade->exchange));
	yq_sheet_add_decimal(sheet, trade->quantity);
	yq_sheet_add_decimal(sheet, trade->executed_price);
	yq_sheet_add_money(sheet, row->amount);
	yq_sheet_add_decimal(sheet, trade->commission);
	yq_sheet_add(sheet, yq_names_text(&yq_currency_names, (int)trade->currency));
	yq_sheet_add(sheet, trade->strategy);
	yq_sheet_add(sheet, trade->order_id.text);
	yq_sheet_add(sheet, trade->broker_order_id);
	yq_sheet_add(sheet, trade->id.text);
}

static int
trade_filter(const struct yq_call *call, struct yq_trade_filter *filter)
{
	int status;

	*filter = yq_trade_filter_any();
	status = yq_take_limit(call, &filter->limit);
	if (status == YQ_CONSOLE_DONE)
		status = yq_take_text(
		    call, YQ_OPT_ACCOUNT, filter->account_alias, sizeof(filter->account_alias));
	if (status == YQ_CONSOLE_DONE)
		status = yq_take_text(call, YQ_OPT_TICKER, filter->ticker, sizeof(filter->ticker));
	if (status == YQ_CONSOLE_DONE)
		status =
		    yq_take_text(call, YQ_OPT_STRATEGY, filter->strategy, sizeof(filter->strategy));
	if (status == YQ_CONSOLE_DONE)
		status = yq_take_period(call, YQ_OPT_FROM, &filter->from_us, &filter->to_us);
	return status;
}

int
yq_verb_trades(const struct yq_call *call)
{
	YQ_CLEANUP(yq_sheet_freep)
	struct yq_sheet *sheet = yq_sheet_make(trade_columns, YQ_COUNT(trade_columns));
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	YQ_CLEANUP(yq_trade_list_free) struct yq_trade_list list = { 0 };
	struct yq_trade_filter filter;
	struct yq_err err = { 0 };
	int status = trade_filter(call, &filter);

	if (status == YQ_CONSOLE_DONE)
		status = yq_system_open_firebird(call, &system);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (yq_trades_find(system.desk.firebird, &filter, &list, &err) != YQ_OK)
		return yq_fail_err(&err);
	for (size_t i = 0; i < list.count; i++)
		add_trade(sheet, &list.items[i]);
	yq_sheet_print(sheet, call, "no trades");
	return YQ_CONSOLE_DONE;
}
