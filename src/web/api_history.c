/* api_history.c - the routes over signals and trades. */
#include <string.h>

#include "base/str.h"
#include "store/signals.h"
#include "web/history.h"

enum yq_rc
yq_history_place(struct yq_api_call *call, struct yq_row_place *place, struct yq_err *err)
{
	const char *cursor = yq_api_cursor(call), *line;
	char number[24];

	if (cursor == NULL)
		return YQ_OK;
	line = strchr(cursor, '_');
	if (line != NULL &&
	    yq_str_copy_bytes(number, sizeof(number), cursor, (size_t)(line - cursor)) &&
	    yq_str_to_int64(number, 1, INT64_MAX, &place->at_us) &&
	    yq_id_parse(line + 1, strlen(line + 1), &place->id) == YQ_OK)
		return YQ_OK;
	return yq_api_refuse(call, 422, "FIELD_INVALID", "cursor", err,
	    "cursor: expected what an earlier page gave as next");
}

void
yq_history_put_next(struct yq_api_call *call, const struct yq_row_place *place, bool more)
{
	char cursor[YQ_ID_LENGTH + 32];

	(void)yq_str_format(
	    cursor, sizeof(cursor), "%lld_%s", (long long)place->at_us, place->id.text);
	yq_api_put_next(call, more ? cursor : NULL);
}

void
yq_history_text(const struct yq_api_call *call, const char *name, char *text, size_t size)
{
	const char *given = yq_api_text(call, name);

	yq_str_copy_cut(text, size, given != NULL ? given : "");
}

#define QUERY(field, of, meaning)                                                 \
	{                                                                         \
		.name = field, .place = YQ_API_QUERY, .kind = of, .what = meaning \
	}
#define QUERY_TEXT(field, most, meaning)                                                  \
	{                                                                                 \
		.name = field, .place = YQ_API_QUERY, .kind = YQ_API_TEXT, .max = (most), \
		.what = meaning                                                           \
	}
#define TIMES                                                 \
	QUERY("from", YQ_API_TIME, "not before this moment"), \
	    QUERY("to", YQ_API_TIME, "before this moment")

static const struct yq_api_field signal_fields[] = {
	QUERY_TEXT("strategy", YQ_STRATEGY_SIZE - 1, "of this strategy"),
	QUERY("ticker", YQ_API_TICKER, "of this ticker"),
	QUERY_TEXT("verdict", YQ_VERDICT_SIZE - 1, "that were decided so"),
	TIMES,
};
static const struct yq_api_field signal_id[] = {
	{ .name = "id",
	    .place = YQ_API_PATH,
	    .kind = YQ_API_ID,
	    .required = true,
	    .what = "the signal's id" },
};
static const struct yq_api_field trade_fields[] = {
	QUERY("account", YQ_API_ALIAS, "of this account"),
	QUERY("ticker", YQ_API_TICKER, "of this ticker"),
	{ .name = "exchange",
	    .place = YQ_API_QUERY,
	    .kind = YQ_API_NAME,
	    .names = &yq_exchange_names,
	    .what = "at this exchange" },
	QUERY_TEXT("strategy", YQ_STRATEGY_SIZE - 1, "of this strategy"),
	TIMES,
};

static const struct yq_api_field performance_fields[] = {
	{ .name = "account",
	    .place = YQ_API_QUERY,
	    .kind = YQ_API_ALIAS,
	    .required = true,
	    .what = "of this account" },
	{ .name = "currency",
	    .place = YQ_API_QUERY,
	    .kind = YQ_API_NAME,
	    .required = true,
	    .names = &yq_currency_names,
	    .what = "in this currency" },
	QUERY_TEXT("strategy", YQ_STRATEGY_SIZE - 1, "of this strategy alone: it has no days"),
	TIMES,
};

#define TAKES(list) .fields = (list), .field_count = YQ_COUNT(list)
#define READS	    .method = "GET", .role = YQ_ROLE_VIEWER, .lane = YQ_LANE_ARCHIVE, .status = 200

static const struct yq_api_route routes[] = {
	{ READS, .path = "/signals", .name = "listSignals",
	    .summary = "Alerts and what was decided on them, newest first.", .flags = YQ_API_LIST,
	    .answer = "SignalList", TAKES(signal_fields), .run = yq_history_signals },
	{ READS, .path = "/signals/{id}", .name = "getSignal",
	    .summary = "The whole story of an alert: what it said, each rule with its numbers, its "
		       "orders.",
	    .answer = "SignalStory", TAKES(signal_id), .run = yq_history_signal },
	{ READS, .path = "/trades", .name = "listTrades",
	    .summary =
		"Archived executions, newest first, with the sums of all that the filter finds.",
	    .flags = YQ_API_LIST, .answer = "TradeList", TAKES(trade_fields),
	    .run = yq_history_trades },
	{ READS, .path = "/trades.csv", .name = "exportTrades",
	    .summary = "The same as CSV (RFC 4180), oldest first, at most 100,000.",
	    .flags = YQ_API_PLAIN, .answer = "text/csv", TAKES(trade_fields),
	    .run = yq_history_trades_csv },
	{ READS, .path = "/performance", .name = "getPerformance",
	    .summary = "The curve, monthly returns and figures of an account in one currency.",
	    .answer = "Performance", TAKES(performance_fields), .run = yq_history_performance },
};
const struct yq_api_family yq_api_history = { "history", routes, YQ_COUNT(routes) };
