/* api_catalog.c - what can be traded, and its latest price. */
#include <string.h>

#include "base/str.h"
#include "desk/fetch.h"
#include "desk/query.h"
#include "domain/market.h"
#include "domain/ticker.h"
#include "store/catalog.h"
#include "web/reads.h"

#define FOUND_MAX     100
#define FOUND_USUAL   20
#define TEXT_MAX      160 /* bytes: 40 characters of any script */
#define PRICE_WAIT_MS 8000

/* ---- Instrument ---- */

/* Tickers of Korea are one space, and brokers name any of its exchanges. */
static enum yq_rc
find_price(struct yq_desk *desk, const struct yq_instrument *instrument,
    struct yq_stock_price *price, bool *found, struct yq_err *err)
{
	bool korean = yq_market_of(instrument->exchange)->country == YQ_COUNTRY_KR;
	enum yq_rc rc =
	    yq_desk_price(desk, instrument->ticker, instrument->exchange, price, found, err);

	for (int i = 0; i < YQ_EXCHANGE_COUNT && rc == YQ_OK && !*found && korean; i++)
		if (yq_market_of((enum yq_exchange)i)->country == YQ_COUNTRY_KR)
			rc = yq_desk_price(
			    desk, instrument->ticker, (enum yq_exchange)i, price, found, err);
	return rc;
}

static enum yq_rc
put_instrument(struct yq_api_call *call, const struct yq_instrument *instrument, struct yq_err *err)
{
	struct yq_json_writer *w = call->out;
	const char *english = instrument->english_name;
	struct yq_stock_price price = { 0 };
	bool found = false;
	enum yq_rc rc = find_price(call->desk, instrument, &price, &found, err);

	if (rc != YQ_OK)
		return rc;
	yq_json_begin_object(w);
	yq_json_put_text(w, "ticker", instrument->ticker);
	yq_api_put_name(w, "exchange", &yq_exchange_names, (int)instrument->exchange);
	yq_api_put_name(w, "currency", &yq_currency_names, (int)instrument->currency);
	yq_json_put_text(w, "name", english[0] != '\0' ? english : instrument->name);
	yq_json_put_text(w, "nameLocal", instrument->name);
	yq_json_put_text(
	    w, "type", yq_names_text(&yq_instrument_kind_names, (int)instrument->kind));
	yq_api_put_decimal(w, "lot", instrument->lot);
	yq_json_put_bool(w, "delisted", instrument->status == YQ_INSTRUMENT_DELISTED);
	yq_json_put_bool(w, "suspended", instrument->status == YQ_INSTRUMENT_HALTED);
	yq_api_put_opt_decimal(
	    w, "price", found ? yq_opt_decimal_of(price.price) : YQ_OPT_DECIMAL_NONE);
	yq_api_put_time(w, "priceAt", found ? price.updated_at_us : 0);
	yq_api_put_opt_decimal(w, "changeRate", found ? price.change_rate : YQ_OPT_DECIMAL_NONE);
	yq_json_end_object(w);
	return YQ_OK;
}

/* ---- search ---- */

/* The exchanges in whose currency the account has cash; all when that is not known. */
static enum yq_rc
exchanges_of(struct yq_api_call *call, yq_exchange_set *set, struct yq_err *err)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	const char *alias = yq_api_text(call, "account"), *currencies;
	enum yq_rc rc;

	*set = 0;
	if (alias == NULL)
		return YQ_OK;
	if (yq_alias_is_reserved(alias))
		return yq_err_set(err, YQ_E_NOT_FOUND, "there is no account \"%s\"", alias);
	rc = yq_desk_hash(call->desk, YQ_KEY_ACCOUNT, alias, &reply, err);
	if (rc == YQ_OK && yq_reply_count(reply) == 0)
		return yq_err_set(err, YQ_E_NOT_FOUND, "there is no account \"%s\"", alias);
	currencies = yq_reply_field(reply, "Currencies");
	for (int i = 0; i < YQ_EXCHANGE_COUNT && currencies != NULL; i++) {
		enum yq_currency currency = yq_market_of((enum yq_exchange)i)->currency;

		if (strstr(currencies, yq_names_text(&yq_currency_names, (int)currency)) != NULL)
			*set |= YQ_EXCHANGE_BIT(i);
	}
	return rc;
}

/* What begins with the text is found by index; only when nothing does, all names are searched. */
static enum yq_rc
search(struct yq_api_call *call, struct yq_catalog_query *query, struct yq_instrument_list *list,
    struct yq_err *err)
{
	enum yq_rc rc = yq_reads_archive(call, err);

	if (rc == YQ_OK)
		rc = yq_catalog_search(call->desk->firebird, query, list, err);
	if (rc != YQ_OK || list->count > 0 || strlen(query->text) < 2)
		return rc;
	yq_instrument_list_free(list);
	query->begins = false;
	return yq_catalog_search(call->desk->firebird, query, list, err);
}

static enum yq_rc
search_catalog(struct yq_api_call *call, struct yq_err *err)
{
	YQ_CLEANUP(yq_instrument_list_free) struct yq_instrument_list list = { 0 };
	struct yq_catalog_query query = { .text = yq_api_text(call, "q"),
		.begins = true,
		.limit = (unsigned)yq_api_int(call, "limit", FOUND_USUAL) };
	enum yq_rc rc = exchanges_of(call, &query.exchanges, err);

	if (rc == YQ_OK)
		rc = search(call, &query, &list, err);
	if (rc != YQ_OK)
		return yq_reads_rc(rc, err);
	yq_json_begin_object(call->out);
	yq_json_name(call->out, "items");
	yq_json_begin_array(call->out);
	for (size_t i = 0; i < list.count && rc == YQ_OK; i++)
		rc = put_instrument(call, &list.items[i], err);
	yq_json_end_array(call->out);
	yq_json_end_object(call->out);
	return yq_reads_rc(rc, err);
}

/* ---- one ---- */

/* The answer comes after the price is on the bus. */
static enum yq_rc
ask_price(
    struct yq_api_call *call, enum yq_exchange exchange, const char *ticker, struct yq_err *err)
{
	YQ_CLEANUP(yq_json_freep) yq_json *answer = NULL;
	struct yq_query query = { .type = YQ_QUERY_PRICE };

	yq_str_format(query.target, sizeof(query.target), "%s:%s",
	    yq_names_text(&yq_exchange_names, (int)exchange), ticker);
	return yq_desk_query(call->desk, &query, PRICE_WAIT_MS, &answer, err);
}

/* Of what has a price and is not in the catalog, what its market says. */
static enum yq_rc
make_unlisted(struct yq_api_call *call, enum yq_exchange exchange, const char *ticker,
    struct yq_instrument *instrument, struct yq_err *err)
{
	const struct yq_market *market = yq_market_of(exchange);
	struct yq_stock_price price;
	bool found = false;
	enum yq_rc rc = yq_desk_price(call->desk, ticker, exchange, &price, &found, err);

	if (rc == YQ_OK && !found)
		return yq_err_set(err, YQ_E_NOT_FOUND, "the catalog has no %s of %s", ticker,
		    yq_names_text(&yq_exchange_names, (int)exchange));
	*instrument = (struct yq_instrument){ .exchange = exchange,
		.currency = market->currency,
		.kind = YQ_INSTRUMENT_OTHER,
		.status = YQ_INSTRUMENT_LISTED,
		.lot = market->lot };
	yq_str_copy_cut(instrument->ticker, sizeof(instrument->ticker), ticker);
	yq_str_copy_cut(instrument->name, sizeof(instrument->name), ticker);
	return rc;
}

static enum yq_rc
get_instrument(struct yq_api_call *call, struct yq_err *err)
{
	enum yq_exchange exchange = (enum yq_exchange)yq_api_name(call, "exchange", 0);
	struct yq_instrument instrument = { .exchange = exchange };
	struct yq_err away = { 0 };
	char ticker[YQ_TICKER_SIZE];
	enum yq_rc rc = YQ_OK;

	yq_str_copy_cut(ticker, sizeof(ticker), yq_api_text(call, "ticker"));
	yq_ticker_normalize(exchange, ticker);
	if (yq_api_bool(call, "fresh", false))
		rc = ask_price(call, exchange, ticker, err);
	if (rc != YQ_OK)
		return yq_reads_rc(rc, err);
	if (yq_desk_firebird(call->desk, &away) != YQ_OK ||
	    yq_catalog_find(call->desk->firebird, exchange, ticker, &instrument, &away) != YQ_OK)
		rc = make_unlisted(call, exchange, ticker, &instrument, err);
	if (rc == YQ_OK)
		rc = put_instrument(call, &instrument, err);
	return yq_reads_rc(rc, err);
}

static const struct yq_api_field search_fields[] = {
	{ .name = "q",
	    .place = YQ_API_QUERY,
	    .kind = YQ_API_TEXT,
	    .required = true,
	    .min = 1,
	    .max = TEXT_MAX,
	    .what = "of a ticker or a name, in English or Korean" },
	{ .name = "account",
	    .place = YQ_API_QUERY,
	    .kind = YQ_API_ALIAS,
	    .what = "only what this account's currencies buy" },
	{ .name = "limit",
	    .place = YQ_API_QUERY,
	    .kind = YQ_API_INT,
	    .min = 1,
	    .max = FOUND_MAX,
	    .what = "how many at most; 20 unless it is said" },
};
static const struct yq_api_field instrument_fields[] = {
	{ .name = "exchange",
	    .place = YQ_API_PATH,
	    .kind = YQ_API_NAME,
	    .required = true,
	    .names = &yq_exchange_names,
	    .what = "where it is listed" },
	{ .name = "ticker",
	    .place = YQ_API_PATH,
	    .kind = YQ_API_TICKER,
	    .required = true,
	    .what = "as the exchange writes it" },
	{ .name = "fresh",
	    .place = YQ_API_QUERY,
	    .kind = YQ_API_BOOL,
	    .what = "true: ask the gateway for its price first" },
};

static const struct yq_api_route routes[] = {
	{ .method = "GET",
	    .path = "/catalog",
	    .name = "searchCatalog",
	    .summary = "What can be traded, as somebody types: the best match first.",
	    .role = YQ_ROLE_VIEWER,
	    .lane = YQ_LANE_ARCHIVE,
	    .status = 200,
	    .answer = "InstrumentList",
	    .fields = search_fields,
	    .field_count = YQ_COUNT(search_fields),
	    .run = search_catalog },
	{ .method = "GET",
	    .path = "/instruments/{exchange}/{ticker}",
	    .name = "getInstrument",
	    .summary = "One instrument with its latest price.",
	    .role = YQ_ROLE_VIEWER,
	    .lane = YQ_LANE_ARCHIVE,
	    .status = 200,
	    .answer = "Instrument",
	    .fields = instrument_fields,
	    .field_count = YQ_COUNT(instrument_fields),
	    .run = get_instrument },
};
const struct yq_api_family yq_api_catalog = { "catalog", routes, YQ_COUNT(routes) };
