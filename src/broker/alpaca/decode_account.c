/* decode_account.c - account, positions, assets, hours and prices as Alpaca tells them. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "broker/alpaca/decode.h"
#include "broker/alpaca/field.h"
#include "broker/alpaca/list.h"
#include "domain/market.h"

/* One of the exchanges we know, by Alpaca's name ("ARCA"); others and none are no fault. */
static enum yq_rc
read_exchange(const yq_json *json, bool *has_one, enum yq_exchange *exchange, struct yq_err *err)
{
	char text[33];
	enum yq_rc rc =
	    yq_alpaca_text(json, "exchange", YQ_ALPACA_OPTIONAL, text, sizeof(text), err);

	*has_one = rc == YQ_OK && text[0] != '\0' &&
		   yq_exchange_parse(text, strlen(text), exchange) &&
		   yq_market_of(*exchange)->country == YQ_COUNTRY_US;
	return rc;
}

static bool
is_currency(const char *text)
{
	return strlen(text) == 3 && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3;
}

enum yq_rc
yq_alpaca_decode_account(
    const char *text, size_t length, struct yq_alpaca_account *account, struct yq_err *err)
{
	YQ_CLEANUP(yq_json_freep) yq_json *root = NULL;
	struct yq_alpaca_account a = { .cash_in = YQ_CURRENCY_NONE };
	struct yq_opt_decimal cash = YQ_OPT_DECIMAL_NONE;
	int currency = -1;
	enum yq_rc rc = yq_alpaca_root(text, length, YQ_JSON_OBJECT, &root, err);

	if (rc == YQ_OK)
		rc = yq_alpaca_text(
		    root, "status", YQ_ALPACA_WANTED, a.status, sizeof(a.status), err);
	if (rc == YQ_OK)
		rc = yq_alpaca_text(
		    root, "currency", YQ_ALPACA_WANTED, a.currency, sizeof(a.currency), err);
	if (rc == YQ_OK && !is_currency(a.currency))
		rc = yq_alpaca_wrong(root, "currency", "a currency (USD)", err);
	if (rc == YQ_OK)
		rc = yq_alpaca_number(root, "cash", YQ_ALPACA_WANTED, &cash, err);
	if (rc == YQ_OK)
		rc = yq_alpaca_number(
		    root, "buying_power", YQ_ALPACA_OPTIONAL, &a.buying_power, err);
	if (rc == YQ_OK)
		rc = yq_alpaca_number(root, "equity", YQ_ALPACA_OPTIONAL, &a.equity, err);
	if (rc == YQ_OK)
		rc = yq_alpaca_flag(
		    root, "trading_blocked", YQ_ALPACA_OPTIONAL, &a.trading_blocked, err);
	if (rc == YQ_OK)
		rc = yq_alpaca_flag(
		    root, "account_blocked", YQ_ALPACA_OPTIONAL, &a.account_blocked, err);
	if (rc == YQ_OK)
		rc = yq_alpaca_flag(
		    root, "trade_suspended_by_user", YQ_ALPACA_OPTIONAL, &a.suspended_by_user, err);
	if (rc != YQ_OK)
		return rc;
	currency = yq_names_find(&yq_currency_names, a.currency, strlen(a.currency));
	if (currency >= 0)
		a.cash_in = (enum yq_currency)currency;
	a.cash = cash.value;
	a.blocked = a.trading_blocked || a.account_blocked;
	*account = a;
	return YQ_OK;
}

void
yq_alpaca_account_barred(const struct yq_alpaca_account *account, char text[YQ_ALPACA_BARRED_SIZE])
{
	const struct {
		bool is;
		const char *text;
	} reasons[] = {
		{ account->account_blocked, "Alpaca has blocked the account (account_blocked)" },
		{ account->trading_blocked, "Alpaca has blocked its trading (trading_blocked)" },
		{ account->suspended_by_user,
		    "its owner has suspended trading (trade_suspended_by_user)" },
	};
	YQ_CLEANUP(yq_buf_free) struct yq_buf all = yq_buf_make(1024);

	for (size_t i = 0; i < YQ_COUNT(reasons); i++)
		if (reasons[i].is)
			yq_buf_add_format(
			    &all, "%s%s", all.length > 0 ? "; " : "", reasons[i].text);
	if (!yq_str_equal(account->status, "ACTIVE"))
		yq_buf_add_format(&all, "%sthe account is %s, not ACTIVE (status)",
		    all.length > 0 ? "; " : "", account->status);
	yq_str_copy_cut(text, YQ_ALPACA_BARRED_SIZE, yq_buf_text(&all));
}

/* ---- positions ---- */

enum way { WAY_LONG, WAY_SHORT };
static const char *const way_texts[] = { "long", "short" };
static const struct yq_names way_names = { "side", way_texts, YQ_COUNT(way_texts) };

/* "0.0123" is 1.23 per cent. */
static enum yq_rc
read_change(const yq_json *json, struct yq_opt_decimal *change, struct yq_err *err)
{
	enum yq_rc rc = yq_alpaca_number(json, "change_today", YQ_ALPACA_OPTIONAL, change, err);

	if (rc == YQ_OK && change->set &&
	    yq_decimal_mul(change->value, yq_decimal_from_int(100), YQ_ROUND_HALF_EVEN,
		&change->value) != YQ_OK)
		return yq_alpaca_wrong(json, "change_today", "a number", err);
	return rc;
}

static enum yq_rc
read_position(const yq_json *json, struct yq_alpaca_position *p, struct yq_err *err)
{
	struct yq_opt_decimal qty = YQ_OPT_DECIMAL_NONE;
	int way = WAY_LONG;
	enum yq_rc rc;

	if (yq_json_type_of(json) != YQ_JSON_OBJECT)
		return yq_err_set(err, YQ_E_INVALID, "a position: expected an object, found %s",
		    yq_json_type_name(yq_json_type_of(json)));
	rc = yq_alpaca_ticker(json, "symbol", p->symbol, sizeof(p->symbol), err);
	if (rc == YQ_OK)
		rc = yq_alpaca_is_stock(json, "asset_class", &p->is_stock, err);
	if (rc == YQ_OK)
		rc = read_exchange(json, &p->has_exchange, &p->exchange, err);
	if (rc == YQ_OK)
		rc = yq_alpaca_number(json, "qty", YQ_ALPACA_WANTED, &qty, err);
	if (rc == YQ_OK)
		rc = yq_alpaca_word(json, "side", &way_names, &way, err);
	if (rc == YQ_OK)
		rc = yq_alpaca_amount(json, "avg_entry_price", &p->avg_price, err);
	if (rc == YQ_OK)
		rc = yq_alpaca_number(json, "current_price", YQ_ALPACA_OPTIONAL, &p->price, err);
	if (rc == YQ_OK && p->price.set && yq_decimal_sign(p->price.value) <= 0)
		p->price = YQ_OPT_DECIMAL_NONE; /* it has none */
	if (rc == YQ_OK)
		rc = read_change(json, &p->change_rate, err);
	if (rc != YQ_OK)
		return yq_err_context(err, rc, "position %s", p->symbol);
	p->qty = yq_decimal_abs(qty.value);
	if (way == WAY_SHORT)
		p->qty = yq_decimal_neg(p->qty);
	return YQ_OK;
}

static enum yq_rc
position_item(const yq_json *json, void *item, struct yq_err *err)
{
	return read_position(json, item, err);
}

enum yq_rc
yq_alpaca_decode_positions(const char *text, size_t length, struct yq_alpaca_position **ret_items,
    size_t *ret_count, struct yq_err *err)
{
	void *items;
	enum yq_rc rc = yq_alpaca_read_list(
	    text, length, sizeof(**ret_items), position_item, &items, ret_count, err);

	*ret_items = items;
	return rc;
}

/* ---- assets ---- */

enum yq_rc
yq_alpaca_decode_asset(
    const char *text, size_t length, struct yq_alpaca_asset *asset, struct yq_err *err)
{
	YQ_CLEANUP(yq_json_freep) yq_json *root = NULL;
	struct yq_alpaca_asset a = { .is_stock = true };
	enum yq_rc rc = yq_alpaca_root(text, length, YQ_JSON_OBJECT, &root, err);

	if (rc == YQ_OK)
		rc = yq_alpaca_ticker(root, "symbol", a.symbol, sizeof(a.symbol), err);
	if (rc == YQ_OK)
		rc = yq_alpaca_is_stock(root, "class", &a.is_stock, err);
	if (rc == YQ_OK)
		rc = read_exchange(root, &a.has_exchange, &a.exchange, err);
	if (rc == YQ_OK)
		rc = yq_alpaca_flag(root, "tradable", YQ_ALPACA_WANTED, &a.tradable, err);
	if (rc == YQ_OK)
		rc = yq_alpaca_flag(root, "fractionable", YQ_ALPACA_OPTIONAL, &a.fractionable, err);
	if (rc == YQ_OK)
		rc = yq_alpaca_flag(root, "shortable", YQ_ALPACA_OPTIONAL, &a.shortable, err);
	if (rc == YQ_OK)
		*asset = a;
	return rc;
}

/* ---- hours ---- */

enum yq_rc
yq_alpaca_decode_clock(
    const char *text, size_t length, struct yq_alpaca_clock *clock, struct yq_err *err)
{
	YQ_CLEANUP(yq_json_freep) yq_json *root = NULL;
	struct yq_alpaca_clock c = { .is_open = false };
	enum yq_rc rc = yq_alpaca_root(text, length, YQ_JSON_OBJECT, &root, err);

	if (rc == YQ_OK)
		rc = yq_alpaca_time(root, "timestamp", YQ_ALPACA_WANTED, &c.time_us, err);
	if (rc == YQ_OK)
		rc = yq_alpaca_flag(root, "is_open", YQ_ALPACA_WANTED, &c.is_open, err);
	if (rc == YQ_OK)
		rc = yq_alpaca_time(root, "next_open", YQ_ALPACA_WANTED, &c.next_open_us, err);
	if (rc == YQ_OK)
		rc = yq_alpaca_time(root, "next_close", YQ_ALPACA_WANTED, &c.next_close_us, err);
	if (rc == YQ_OK)
		*clock = c;
	return rc;
}

/* "09:30" as minutes of the day. */
static enum yq_rc
read_minute(const yq_json *json, const char *name, int *minute, struct yq_err *err)
{
	char text[6];
	int64_t hours, minutes;
	enum yq_rc rc = yq_alpaca_text(json, name, YQ_ALPACA_WANTED, text, sizeof(text), err);

	if (rc != YQ_OK)
		return rc;
	if (strlen(text) != 5 || text[2] != ':')
		return yq_alpaca_wrong(json, name, "a time of day (09:30)", err);
	text[2] = '\0';
	if (!yq_str_to_int64(text, 0, 24, &hours) || !yq_str_to_int64(text + 3, 0, 59, &minutes) ||
	    hours * 60 + minutes > 1440)
		return yq_alpaca_wrong(json, name, "a time of day (09:30)", err);
	*minute = (int)(hours * 60 + minutes);
	return YQ_OK;
}

static enum yq_rc
read_date(const yq_json *json, const char *name, int64_t *days, struct yq_err *err)
{
	char text[11];
	int64_t year, month, day;
	enum yq_rc rc = yq_alpaca_text(json, name, YQ_ALPACA_WANTED, text, sizeof(text), err);

	if (rc != YQ_OK)
		return rc;
	if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
		return yq_alpaca_wrong(json, name, "a date", err);
	text[4] = text[7] = '\0';
	if (!yq_str_to_int64(text, 1970, 2199, &year) ||
	    !yq_str_to_int64(text + 5, 1, 12, &month) || !yq_str_to_int64(text + 8, 1, 31, &day) ||
	    !yq_date_is_valid((int)year, (int)month, (int)day))
		return yq_alpaca_wrong(json, name, "a date", err);
	*days = yq_date_to_days((int)year, (int)month, (int)day);
	return YQ_OK;
}

static enum yq_rc
day_item(const yq_json *json, void *item, struct yq_err *err)
{
	struct yq_alpaca_day *d = item;
	enum yq_rc rc;

	if (yq_json_type_of(json) != YQ_JSON_OBJECT)
		return yq_err_set(err, YQ_E_INVALID, "a day: expected an object");
	rc = read_date(json, "date", &d->date, err);
	if (rc == YQ_OK)
		rc = read_minute(json, "open", &d->open, err);
	if (rc == YQ_OK)
		rc = read_minute(json, "close", &d->close, err);
	if (rc == YQ_OK && d->close <= d->open)
		rc = yq_alpaca_wrong(json, "close", "a time after its open", err);
	return rc;
}

enum yq_rc
yq_alpaca_decode_calendar(const char *text, size_t length, struct yq_alpaca_day **ret_items,
    size_t *ret_count, struct yq_err *err)
{
	void *items;
	enum yq_rc rc = yq_alpaca_read_list(
	    text, length, sizeof(**ret_items), day_item, &items, ret_count, err);

	*ret_items = items;
	return rc;
}

/* ---- prices ---- */

struct prices {
	struct yq_alpaca_price *items; /* owned */
	size_t count;
	const char *field;
	struct yq_err *err;
	enum yq_rc rc;
};

static bool
add_price(void *cookie, const char *name, const yq_json *value)
{
	struct prices *list = cookie;
	struct yq_alpaca_price *p = &list->items[list->count];

	if (value == NULL) /* it has no price */
		return true;
	if (!yq_ticker_is_valid(name) || !yq_str_copy(p->symbol, sizeof(p->symbol), name) ||
	    yq_json_type_of(value) != YQ_JSON_OBJECT) {
		list->rc = yq_err_set(list->err, YQ_E_INVALID, "prices: expected one a ticker");
		return false;
	}
	list->rc = yq_alpaca_positive(value, list->field, &p->price, list->err);
	if (list->rc == YQ_OK)
		list->rc = yq_alpaca_time(value, "t", YQ_ALPACA_WANTED, &p->time_us, list->err);
	if (list->rc != YQ_OK)
		(void)yq_err_context(list->err, list->rc, "price of %s", name);
	list->count++;
	return list->rc == YQ_OK;
}

enum yq_rc
yq_alpaca_decode_prices(const char *text, size_t length, struct yq_alpaca_price **ret_items,
    size_t *ret_count, struct yq_err *err)
{
	YQ_CLEANUP(yq_json_freep) yq_json *root = NULL;
	struct prices list = { .field = "p", .err = err };
	const yq_json *prices;

	*ret_items = NULL;
	*ret_count = 0;
	list.rc = yq_alpaca_root(text, length, YQ_JSON_OBJECT, &root, err);
	if (list.rc != YQ_OK)
		return list.rc;
	prices = yq_json_get(root, "trades");
	if (prices == NULL) {
		prices = yq_json_get(root, "bars");
		list.field = "c";
	}
	if (yq_json_type_of(prices) != YQ_JSON_OBJECT)
		return yq_alpaca_wrong(root, "trades", "an object", err);
	if (yq_json_count(prices) > YQ_ALPACA_LIST_MAX)
		return yq_err_set(err, YQ_E_LIMIT, "Alpaca tells of too many prices at once");
	list.items = yq_xcalloc(yq_json_count(prices) + 1, sizeof(*list.items));
	yq_json_each(prices, add_price, &list);
	if (list.rc != YQ_OK) {
		free(list.items);
		return list.rc;
	}
	*ret_items = list.items;
	*ret_count = list.count;
	return YQ_OK;
}
