/* verbs_query.c - ask the gateway afresh, and look at one order or instrument. */
#include "base/str.h"
#include "console/fetch.h"
#include "console/resolve.h"
#include "console/sheet.h"
#include "desk/query.h"
#include "desk/story.h"
#include "domain/market.h"
#include "domain/ticker.h"
#include "store/catalog.h"

#include <stdio.h>
#include <string.h>

#define ANSWER_MAX ((size_t)4 << 20)

/* No price of a bare ticker is known: where the catalog has it on one exchange only, that is meant.
 * `found` is for the exchange's name; NULL = not found. */
static int
look_up(struct yq_system *system, const char *ticker, const char **found)
{
	const struct yq_catalog_query query = { .text = ticker, .begins = true, .limit = 50 };
	YQ_CLEANUP(yq_instrument_list_free) struct yq_instrument_list list = { 0 };
	struct yq_err err = { 0 };
	size_t count = 0;
	int status = yq_system_firebird(system);

	if (status != YQ_CONSOLE_DONE)
		return status;
	if (yq_catalog_search(system->desk.firebird, &query, &list, &err) != YQ_OK)
		return yq_fail_err(&err);
	for (size_t i = 0; i < list.count; i++) {
		if (!yq_str_equal_nocase(list.items[i].ticker, ticker))
			continue;
		*found = yq_names_text(&yq_exchange_names, (int)list.items[i].exchange);
		count++;
	}
	if (count > 1)
		return yq_fail(YQ_CONSOLE_REFUSED,
		    "%s is the name of %zu instruments: say which with --exchange (`yq catalog "
		    "search %s`)",
		    ticker, count, ticker);
	return YQ_CONSOLE_DONE;
}

static int
find_exchange(struct yq_system *system, const char *ticker, const char **exchange)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *price = NULL;
	int status;

	if (strchr(ticker, ':') != NULL || !yq_ticker_is_valid(ticker))
		return YQ_CONSOLE_DONE;
	status = yq_fetch_hash(system, YQ_KEY_STOCK, ticker, &price);
	/* The gateway knows what it holds by its ticker alone. */
	if (status != YQ_CONSOLE_DONE || yq_reply_field(price, "Price") != NULL)
		return status;
	return look_up(system, ticker, exchange);
}

/* "AAPL" for a price is sent as EXCHANGE:AAPL, so that no two markets are mixed up. */
static int
take_target(const struct yq_call *call, struct yq_system *system, struct yq_query *query)
{
	const char *word = call->word_count > 1 ? call->words[1] : NULL;
	const char *exchange = call->options[YQ_OPT_EXCHANGE];
	char alias[YQ_ALIAS_SIZE];
	int status = YQ_CONSOLE_DONE;

	if (word == NULL && (query->type == YQ_QUERY_PRICE || query->type == YQ_QUERY_ORDER))
		return yq_fail_usage(call, "%s of what?", call->words[0]);
	if (word == NULL) {
		status = yq_fetch_alias(system, call, alias);
		word = alias;
	}
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (query->type == YQ_QUERY_PRICE && exchange == NULL)
		status = find_exchange(system, word, &exchange);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (!yq_str_format(query->target, sizeof(query->target), "%s%s%s",
		exchange != NULL ? exchange : "", exchange != NULL ? ":" : "", word))
		return yq_fail_usage(call, "\"%s\" is too long", word);
	if (call->options[YQ_OPT_ACCOUNT] != NULL &&
	    !yq_str_copy(
		query->account_alias, sizeof(query->account_alias), call->options[YQ_OPT_ACCOUNT]))
		return yq_fail_usage(call, "--account is too long");
	return YQ_CONSOLE_DONE;
}

/* "name: value" pairs of one object on one line. */
static bool
print_inline(void *cookie, const char *name, const yq_json *value)
{
	const char *text = yq_json_text(value, NULL);

	(void)cookie;
	if (text != NULL)
		printf("%s %s  ", name, text);
	return true;
}

/* The answer for people: a line a value, a line an object of a list. */
static bool
print_member(void *cookie, const char *name, const yq_json *value)
{
	const char *text = yq_json_text(value, NULL);

	if (text != NULL && text[0] != '\0' && !yq_str_equal(name, "Id"))
		yq_print_pair(name, text);
	else if (value != NULL && yq_json_type_of(value) == YQ_JSON_OBJECT)
		yq_json_each(value, print_member, cookie);
	for (size_t i = 0;
	     value != NULL && yq_json_type_of(value) == YQ_JSON_ARRAY && i < yq_json_count(value);
	     i++) {
		printf("  ");
		yq_json_each(yq_json_at(value, i), print_inline, NULL);
		putchar('\n');
	}
	return true;
}

static void write_value(struct yq_json_writer *w, const yq_json *value);

static bool
write_member(void *cookie, const char *name, const yq_json *value)
{
	yq_json_name(cookie, name);
	write_value(cookie, value);
	return true;
}

static void
write_value(struct yq_json_writer *w, const yq_json *value)
{
	size_t length = 0;
	const char *text = yq_json_text(value, &length);

	switch (value == NULL ? YQ_JSON_NULL : yq_json_type_of(value)) {
	case YQ_JSON_NULL:
		yq_json_add_null(w);
		break;
	case YQ_JSON_BOOL:
		yq_json_add_bool(w, yq_json_bool(value));
		break;
	case YQ_JSON_NUMBER:
		yq_json_add_raw(w, text, length);
		break;
	case YQ_JSON_STRING:
		yq_json_add_text(w, text);
		break;
	case YQ_JSON_ARRAY:
		yq_json_begin_array(w);
		for (size_t i = 0; i < yq_json_count(value); i++)
			write_value(w, yq_json_at(value, i));
		yq_json_end_array(w);
		break;
	case YQ_JSON_OBJECT:
		yq_json_begin_object(w);
		yq_json_each(value, write_member, w);
		yq_json_end_object(w);
		break;
	}
}

static void
print_answer(const struct yq_call *call, const yq_json *answer)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf out = yq_buf_make(ANSWER_MAX);
	struct yq_json_writer w = yq_json_writer_make(&out);

	if (!yq_call_has(call, YQ_OPT_JSON)) {
		yq_json_each(answer, print_member, NULL);
		return;
	}
	write_value(&w, answer);
	puts(yq_buf_text(&out));
}

int
yq_verb_query(const struct yq_call *call)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	int type = yq_names_find(&yq_query_type_names, call->words[0], strlen(call->words[0]));
	struct yq_query query = { 0 };
	YQ_CLEANUP(yq_json_freep) yq_json *answer = NULL;
	struct yq_err err = { 0 };
	int status;

	if (type < 0)
		return yq_fail_usage(call,
		    "\"%s\" is none of price, account, deposit, position, orders, order",
		    call->words[0]);
	query.type = (enum yq_query_type)type;
	status = yq_system_open_valkey(call, &system);
	if (status == YQ_CONSOLE_DONE)
		status = take_target(call, &system, &query);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (yq_desk_query(&system.desk, &query, YQ_QUERY_WAIT_MS, &answer, &err) != YQ_OK)
		return yq_fail_err(&err);
	print_answer(call, answer);
	return YQ_CONSOLE_DONE;
}

static const struct yq_column fact_columns[] = {
	{ "WHAT", "name", YQ_COLUMN_TEXT },
	{ "VALUE", "value", YQ_COLUMN_TEXT },
};

/* All fields of a hash, as they are. */
static void
add_fields(struct yq_sheet *sheet, const struct redisReply *reply)
{
	for (size_t i = 0; i + 1 < yq_reply_count(reply); i += 2) {
		yq_sheet_add(sheet, yq_reply_text(yq_reply_at(reply, i), NULL));
		yq_sheet_add(sheet, yq_reply_text(yq_reply_at(reply, i + 1), NULL));
	}
}

static void
add_pair(struct yq_sheet *sheet, const char *name, const char *value)
{
	if (value == NULL || value[0] == '\0')
		return;
	yq_sheet_add(sheet, name);
	yq_sheet_add(sheet, value);
}

static void
add_order_facts(struct yq_sheet *sheet, const struct yq_order_row *row)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(1024);
	char number[YQ_DECIMAL_TEXT_SIZE];

	for (size_t i = 0; i < yq_order_field_count; i++) {
		yq_buf_clear(&text);
		if (yq_record_field_text(&yq_order_fields[i], &row->order, &text))
			add_pair(sheet, yq_order_fields[i].name, yq_buf_text(&text));
	}
	add_pair(sheet, "State", yq_names_text(&yq_order_state_names, (int)row->progress.state));
	yq_decimal_format(row->progress.filled, number);
	add_pair(sheet, "Filled", number);
	yq_decimal_format(row->progress.avg_price, number);
	add_pair(sheet, "AvgPrice", number);
	add_pair(sheet, "BrokerOrderId", row->broker_order_id);
	add_pair(sheet, "Message", row->reason);
}

static int
info_order(struct yq_system *system, const struct yq_call *call)
{
	YQ_CLEANUP(yq_sheet_freep)
	struct yq_sheet *sheet = yq_sheet_make(fact_columns, YQ_COUNT(fact_columns));
	YQ_CLEANUP(yq_story_clear) struct yq_story story = { 0 };
	struct yq_resolved resolved;
	struct yq_err err = { 0 };
	int status = yq_resolve(system, call->words[0], true, &resolved);

	if (status != YQ_CONSOLE_DONE)
		return status;
	if (yq_story_of_order(&system->desk, &resolved.id, &story, &err) != YQ_OK)
		return yq_fail_err(&err);
	add_order_facts(sheet, &story.orders[0].row);
	yq_sheet_print(sheet, call, "");
	return YQ_CONSOLE_DONE;
}

static void
add_market(struct yq_sheet *sheet, enum yq_exchange exchange)
{
	const struct yq_market *market = yq_market_of(exchange);
	char lot[YQ_DECIMAL_TEXT_SIZE];

	yq_decimal_format(market->lot, lot);
	add_pair(sheet, "Exchange", yq_names_text(&yq_exchange_names, (int)exchange));
	add_pair(sheet, "Currency", yq_names_text(&yq_currency_names, (int)market->currency));
	add_pair(sheet, "Country", yq_names_text(&yq_country_names, (int)market->country));
	add_pair(sheet, "Lot", lot);
}

static int
info_instrument(struct yq_system *system, const struct yq_call *call)
{
	YQ_CLEANUP(yq_sheet_freep)
	struct yq_sheet *sheet = yq_sheet_make(fact_columns, YQ_COUNT(fact_columns));
	YQ_CLEANUP(yq_reply_freep) struct redisReply *stock = NULL;
	const char *named = call->options[YQ_OPT_EXCHANGE];
	enum yq_exchange exchange = YQ_EXCHANGE_COUNT;
	char ticker[YQ_TICKER_SIZE];
	struct yq_err err = { 0 };
	enum yq_rc rc =
	    yq_market_split(call->words[0], strlen(call->words[0]), &exchange, ticker, &err);
	int status;

	if (rc != YQ_OK && rc != YQ_E_NOT_FOUND)
		return yq_fail_usage(call, "%s", err.text);
	if (named != NULL && !yq_exchange_parse(named, strlen(named), &exchange))
		return yq_fail_usage(call, "\"%s\" is no exchange", named);
	if (rc == YQ_OK || named != NULL)
		yq_ticker_normalize(exchange, ticker);
	status = yq_system_valkey(system);
	if (status == YQ_CONSOLE_DONE)
		status = yq_fetch_hash(system, YQ_KEY_STOCK, ticker, &stock);
	if (status != YQ_CONSOLE_DONE)
		return status;
	add_pair(sheet, "Ticker", ticker);
	if (exchange < YQ_EXCHANGE_COUNT && (rc == YQ_OK || named != NULL))
		add_market(sheet, exchange);
	if (yq_reply_count(stock) == 0 && rc != YQ_OK && named == NULL)
		return yq_fail(YQ_CONSOLE_REFUSED,
		    "nothing is known of %s: it is no order's id, and no price of it was seen; try "
		    "`yq query price EXCHANGE:%s`",
		    ticker, ticker);
	add_fields(sheet, stock);
	yq_sheet_print(sheet, call, "");
	return YQ_CONSOLE_DONE;
}

int
yq_verb_info(const struct yq_call *call)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	int status = yq_system_find(call, &system);
	const char *word = call->words[0];

	if (status != YQ_CONSOLE_DONE)
		return status;
	/* "ABC" and "000100" may begin an id too: what holds a letter that no id has, or is short
	 * and names an exchange, is an instrument. */
	if (yq_resolve_is_prefix(word) && !yq_call_has(call, YQ_OPT_EXCHANGE) &&
	    strspn(word, "ABCDEF") != strlen(word))
		return info_order(&system, call);
	return info_instrument(&system, call);
}
