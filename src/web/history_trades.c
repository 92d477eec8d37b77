/* history_trades.c - archived executions, as a list and as CSV. */
#include <string.h>

#include "base/str.h"
#include "domain/position.h"
#include "store/trades.h"
#include "web/history.h"

#define CSV_ROWS_MAX  100000
#define CSV_BYTES_MAX ((size_t)32 << 20)

static enum yq_rc
make_filter(struct yq_api_call *call, struct yq_trade_filter *filter, struct yq_err *err)
{
	*filter = yq_trade_filter_any();
	yq_history_text(call, "account", filter->account_alias, sizeof(filter->account_alias));
	yq_history_text(call, "ticker", filter->ticker, sizeof(filter->ticker));
	yq_history_text(call, "strategy", filter->strategy, sizeof(filter->strategy));
	filter->exchange = (enum yq_exchange)yq_api_name(call, "exchange", (int)YQ_EXCHANGE_COUNT);
	filter->from_us = yq_api_time(call, "from");
	filter->to_us = yq_api_time(call, "to");
	return yq_desk_firebird(call->desk, err);
}

/* ---- the list ---- */

static void
put_trade(struct yq_json_writer *w, const struct yq_trade_row *row)
{
	const struct yq_trade *trade = &row->trade;

	yq_json_begin_object(w);
	yq_api_put_id(w, "id", &trade->id);
	yq_json_put_text(w, "account", row->account_alias);
	yq_json_put_time(w, "at", trade->executed_at_us);
	yq_json_put_text(w, "ticker", trade->ticker);
	yq_api_put_name(w, "exchange", &yq_exchange_names, (int)trade->exchange);
	yq_api_put_name(w, "currency", &yq_currency_names, (int)trade->currency);
	yq_api_put_name(w, "action", &yq_action_names, (int)trade->action);
	yq_api_put_decimal(w, "qty", trade->quantity);
	yq_api_put_decimal(w, "price", trade->executed_price);
	yq_api_put_decimal(w, "amount", row->amount);
	yq_api_put_decimal(w, "commission", trade->commission);
	yq_json_put_text(w, "strategy", trade->strategy);
	yq_api_put_id(w, "orderId", &trade->order_id);
	yq_json_end_object(w);
}

static void
put_sums(struct yq_json_writer *w, const struct yq_trade_sum *sums, size_t count)
{
	yq_json_name(w, "sums");
	yq_json_begin_array(w);
	for (size_t i = 0; i < count; i++) {
		yq_json_begin_object(w);
		yq_api_put_name(w, "currency", &yq_currency_names, (int)sums[i].currency);
		yq_api_put_name(w, "action", &yq_action_names, (int)sums[i].action);
		yq_json_put_int(w, "trades", sums[i].trades);
		yq_api_put_decimal(w, "amount", sums[i].amount);
		yq_api_put_decimal(w, "commission", sums[i].commission);
		yq_json_end_object(w);
	}
	yq_json_end_array(w);
}

static void
put_list(struct yq_api_call *call, const struct yq_trade_list *list,
    const struct yq_trade_sum *sums, size_t sum_count)
{
	struct yq_row_place last = { 0 };

	yq_json_begin_object(call->out);
	yq_json_name(call->out, "items");
	yq_json_begin_array(call->out);
	for (size_t i = 0; i < list->count && i < yq_api_limit(call); i++) {
		put_trade(call->out, &list->items[i]);
		last = (struct yq_row_place){ list->items[i].trade.executed_at_us,
			list->items[i].trade.id };
	}
	yq_json_end_array(call->out);
	put_sums(call->out, sums, sum_count);
	yq_history_put_next(call, &last, list->count > yq_api_limit(call));
	yq_json_end_object(call->out);
}

enum yq_rc
yq_history_trades(struct yq_api_call *call, struct yq_err *err)
{
	YQ_CLEANUP(yq_trade_list_free) struct yq_trade_list list = { 0 };
	struct yq_trade_sum sums[YQ_TRADE_SUMS_MAX];
	struct yq_trade_filter filter;
	size_t sum_count = 0;
	enum yq_rc rc = make_filter(call, &filter, err);

	filter.limit = yq_api_limit(call) + 1; /* whether there is more */
	if (rc == YQ_OK)
		rc = yq_history_place(call, &filter.after, err);
	if (rc == YQ_OK)
		rc = yq_trades_find(call->desk->firebird, &filter, &list, err);
	if (rc == YQ_OK)
		rc = yq_trades_sum(call->desk->firebird, &filter, sums, &sum_count, err);
	if (rc == YQ_OK)
		put_list(call, &list, sums, sum_count);
	return rc;
}

/* ---- CSV (RFC 4180) ---- */

static const char csv_head[] = "id,account,time,ticker,exchange,currency,action,quantity,price,"
			       "amount,commission,strategy,order\r\n";

struct csv {
	struct yq_buf text;
	size_t rows;
};

/* What a spreadsheet would take for a formula is made a text. */
static void
csv_text(struct yq_buf *out, const char *text)
{
	bool formula = *text != '\0' && strchr("=+-@\t\r", *text) != NULL;

	if (!formula && strpbrk(text, ",\"\r\n") == NULL) {
		yq_buf_add_text(out, text);
		return;
	}
	yq_buf_add_text(out, formula ? "\"'" : "\"");
	for (; *text != '\0'; text++) {
		if (*text == '"')
			yq_buf_add_char(out, '"');
		yq_buf_add_char(out, *text);
	}
	yq_buf_add_char(out, '"');
}

static void
csv_decimal(struct yq_buf *out, struct yq_decimal value)
{
	char text[YQ_DECIMAL_TEXT_SIZE];

	yq_decimal_format(value, text);
	yq_buf_add_text(out, text);
}

static enum yq_rc
csv_row(void *cookie, const struct yq_trade_row *row, struct yq_err *err)
{
	const struct yq_trade *trade = &row->trade;
	const struct yq_decimal numbers[] = { trade->quantity, trade->executed_price, row->amount,
		trade->commission };
	char time[YQ_TIME_TEXT_SIZE];
	struct csv *csv = cookie;

	if (++csv->rows > CSV_ROWS_MAX)
		return yq_err_set(err, YQ_E_REFUSED,
		    "these are more than %d trades: narrow it with from and to", CSV_ROWS_MAX);
	yq_time_format(trade->executed_at_us, time);
	yq_buf_add_format(&csv->text, "%s,", trade->id.text);
	csv_text(&csv->text, row->account_alias);
	yq_buf_add_format(&csv->text, ",%s,", time);
	csv_text(&csv->text, trade->ticker);
	yq_buf_add_format(&csv->text, ",%s,%s,%s",
	    yq_names_text(&yq_exchange_names, (int)trade->exchange),
	    yq_names_text(&yq_currency_names, (int)trade->currency),
	    yq_names_text(&yq_action_names, (int)trade->action));
	for (size_t i = 0; i < YQ_COUNT(numbers); i++) {
		yq_buf_add_char(&csv->text, ',');
		csv_decimal(&csv->text, numbers[i]);
	}
	yq_buf_add_char(&csv->text, ',');
	csv_text(&csv->text, trade->strategy);
	yq_buf_add_format(&csv->text, ",%s\r\n", trade->order_id.text);
	return YQ_OK;
}

enum yq_rc
yq_history_trades_csv(struct yq_api_call *call, struct yq_err *err)
{
	struct csv csv = { .text = yq_buf_make(CSV_BYTES_MAX) };
	struct yq_trade_filter filter;
	enum yq_rc rc = make_filter(call, &filter, err);

	yq_buf_add_text(&csv.text, csv_head);
	if (rc == YQ_OK)
		rc = yq_trades_each(call->desk->firebird, &filter, csv_row, &csv, err);
	if (rc == YQ_E_REFUSED)
		rc = yq_api_refuse(call, 422, "TOO_MANY", "from", err,
		    "these are more than %d trades: narrow it with from and to", CSV_ROWS_MAX);
	if (rc == YQ_OK) {
		yq_api_header(call, "Content-Disposition", "attachment; filename=\"trades.csv\"");
		yq_api_plain(
		    call, "text/csv; charset=utf-8", yq_buf_text(&csv.text), csv.text.length);
	}
	yq_buf_free(&csv.text);
	return rc;
}
