/* alert_read.c - the values of an alert's fields, into a signal. */
#include <string.h>

#include "base/str.h"
#include "domain/alert_parts.h"
#include "domain/market.h"
#include "domain/ticker.h"

/* A clock may be off by so much; an alert from further ahead is refused. */
#define FUTURE_MAX_US (300 * YQ_US_PER_SECOND)
#define ID_MAX	      256
#define SHOWN_MAX     48

bool
alert_wrong(struct alert_reading *r, const char *expected)
{
	const struct yq_alert_value *value = &r->alert->values[r->field];
	enum yq_json_type type = yq_json_type_of(value->json);
	char shown[SHOWN_MAX];

	if (type != YQ_JSON_STRING && type != YQ_JSON_NUMBER)
		return alert_fault(r->fault, value->name, "expected %s, found %s", expected,
		    type == YQ_JSON_BOOL ? "true or false" : yq_json_type_name(type));
	yq_str_copy_cut(shown, sizeof(shown), yq_json_text(value->json, NULL));
	return alert_fault(r->fault, value->name, "expected %s, found \"%s\"", expected, shown);
}

/* A placeholder that the sender did not fill in. */
static bool
is_unresolved(const char *text, size_t length)
{
	return (memchr(text, '{', length) != NULL && memmem(text, length, "{{", 2) != NULL) ||
	       yq_str_equal_nocase(text, "nan");
}

/* The field's text without NUL, placeholder or control characters; numbers only if allowed. */
static bool
field_text(struct alert_reading *r, bool numbers, const char **text, size_t *length)
{
	const yq_json *json = r->alert->values[r->field].json;
	enum yq_json_type type = yq_json_type_of(json);

	if (type != YQ_JSON_STRING && !(numbers && type == YQ_JSON_NUMBER))
		return alert_wrong(r, "a text");
	*text = yq_json_text(json, length);
	if (memchr(*text, '\0', *length) != NULL)
		return alert_wrong(r, "a text without null bytes");
	if (is_unresolved(*text, *length))
		return alert_fault(r->fault, r->alert->values[r->field].name,
		    "has no value: found \"%.*s\"", (int)(*length < 40 ? *length : 40), *text);
	for (size_t i = 0; i < *length; i++) {
		unsigned char c = (unsigned char)(*text)[i];

		if ((c < ' ' && r->field != YQ_ALERT_COMMENT) || c == 0x7f)
			return alert_wrong(r, "a text without control characters");
	}
	return true;
}

/* Lower case, without spaces, _ and -; "" when too long. */
static void
plain_word(const char *text, size_t length, char word[24])
{
	size_t used = 0;

	for (size_t i = 0; i < length; i++) {
		char c = text[i];

		if (c == ' ' || c == '_' || c == '-')
			continue;
		if (used == 23) {
			used = 0;
			break;
		}
		word[used++] = yq_str_lower(c);
	}
	word[used] = '\0';
}

bool
alert_field_word(struct alert_reading *r, const struct alert_word *words, size_t count,
    const char *expected, int *value)
{
	const char *text = NULL;
	size_t length;
	char word[24];

	if (!field_text(r, false, &text, &length))
		return false;
	plain_word(text, length, word);
	for (size_t i = 0; i < count; i++) {
		if (yq_str_equal(words[i].text, word)) {
			*value = words[i].value;
			return true;
		}
	}
	return alert_wrong(r, expected);
}

/* A number, or a text that is one, that the archive can keep. */
bool
alert_field_number(struct alert_reading *r, struct yq_opt_decimal *result)
{
	const yq_json *json = r->alert->values[r->field].json;
	const char *text = NULL;
	size_t length;
	struct yq_decimal value;
	int64_t scaled;
	enum yq_rc rc;

	if (!field_text(r, true, &text, &length))
		return yq_json_type_of(json) == YQ_JSON_STRING ? false : alert_wrong(r, "a number");
	rc = yq_json_decimal(json, &value);
	if (rc == YQ_OK)
		rc = yq_decimal_to_scaled(value, YQ_DECIMAL_PLACES, YQ_ROUND_EXACT, &scaled);
	if (rc == YQ_E_RANGE)
		return alert_wrong(r, "a number of at most 10 digits before and 8 after the point");
	if (rc != YQ_OK)
		return alert_wrong(r, "a number");
	*result = yq_opt_decimal_of(value);
	return true;
}

static bool
field_positive(struct alert_reading *r, struct yq_opt_decimal *result)
{
	if (!alert_field_number(r, result))
		return false;
	return yq_decimal_sign(result->value) > 0 || alert_wrong(r, "a number above zero");
}

static bool
has(const struct alert_reading *r, enum yq_alert_field field)
{
	return r->alert->values[field].name != NULL;
}

static bool
is_empty_text(const struct alert_reading *r, enum yq_alert_field field)
{
	const yq_json *json = r->alert->values[field].json;
	size_t length = 1;

	if (yq_json_type_of(json) == YQ_JSON_STRING)
		(void)yq_json_text(json, &length);
	return length == 0;
}

/* ---- one function a field ---- */

static bool
read_ticker(struct alert_reading *r)
{
	struct yq_signal *signal = r->signal;
	enum yq_exchange exchange;
	const char *text = NULL;
	size_t length;
	struct yq_err err;
	enum yq_rc rc;

	if (!field_text(r, false, &text, &length))
		return false;
	/* Most tickers name no exchange: that is no fault worth a sentence. */
	err.text[0] = '\0';
	rc = yq_market_split(text, length, &exchange, signal->ticker,
	    memchr(text, ':', length) != NULL ? &err : NULL);
	if (rc == YQ_E_INVALID)
		return alert_wrong(r, strncmp(err.text, "Exchange", 8) == 0
					  ? "a known exchange before the colon"
					  : "a ticker (letters, digits, . - / _ ^ =)");
	for (char *c = signal->ticker; *c != '\0'; c++) {
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	}
	if (rc == YQ_OK)
		signal->exchange = exchange;
	else if (!has(r, YQ_ALERT_EXCHANGE) || is_empty_text(r, YQ_ALERT_EXCHANGE))
		return alert_fault(r->fault, "exchange",
		    "is missing: name it, or write NASDAQ:AAPL as the ticker");
	else
		signal->exchange = YQ_EXCHANGE_COUNT; /* read_exchange sets it */
	return true;
}

static bool
read_exchange(struct alert_reading *r)
{
	struct yq_signal *signal = r->signal;
	enum yq_exchange exchange;
	const char *text = NULL;
	size_t length;

	if (!field_text(r, false, &text, &length))
		return false;
	if (!yq_exchange_parse(text, length, &exchange))
		return alert_wrong(r, "a known exchange");
	if (signal->exchange != YQ_EXCHANGE_COUNT && signal->exchange != exchange)
		return alert_wrong(r, "the exchange that the ticker names");
	signal->exchange = exchange;
	return true;
}

static bool
read_currency(struct alert_reading *r)
{
	enum yq_currency market = yq_market_of(r->signal->exchange)->currency;
	char expected[64];
	const char *text = NULL;
	size_t length;
	int currency;

	if (!field_text(r, false, &text, &length))
		return false;
	currency = yq_names_find(&yq_currency_names, text, length);
	(void)yq_str_format(expected, sizeof(expected), "%s, the currency of %s",
	    yq_names_text(&yq_currency_names, (int)market),
	    yq_names_text(&yq_exchange_names, (int)r->signal->exchange));
	if (currency < 0 || (enum yq_currency)currency != market)
		return alert_wrong(r, expected);
	r->signal->currency = market;
	return true;
}

static bool
read_action(struct alert_reading *r)
{
	static const struct alert_word words[] = {
		{ "buy", YQ_BUY },
		{ "long", YQ_BUY },
		{ "sell", YQ_SELL },
		{ "short", YQ_SELL },
	};
	int action = YQ_BUY;

	if (!alert_field_word(r, words, YQ_COUNT(words), "buy or sell", &action))
		return false;
	r->signal->action = (enum yq_action)action;
	return true;
}

static bool
read_price(struct alert_reading *r)
{
	return field_positive(r, &r->signal->price);
}

static bool
read_strength(struct alert_reading *r)
{
	struct yq_opt_decimal *strength = &r->signal->strength;

	if (!alert_field_number(r, strength))
		return false;
	if (yq_decimal_sign(strength->value) < 0 ||
	    yq_decimal_cmp(strength->value, yq_decimal_from_int(100)) > 0)
		return alert_wrong(r, "a number from 0 to 100");
	return true;
}

static bool
read_strategy(struct alert_reading *r)
{
	const char *text = NULL;
	size_t length;

	if (!field_text(r, false, &text, &length))
		return false;
	if (length == 0 ||
	    !yq_str_copy_bytes(r->signal->strategy, sizeof(r->signal->strategy), text, length))
		return alert_wrong(r, "a name of 1 to 128 bytes");
	return true;
}

static bool
read_id(struct alert_reading *r)
{
	const char *text = NULL;
	size_t length;

	if (!field_text(r, true, &text, &length))
		return false;
	return length <= ID_MAX || alert_wrong(r, "a text of at most 256 bytes");
}

/* RFC 3339, or a count of seconds or milliseconds since 1970. */
static bool
read_time(struct alert_reading *r)
{
	const char *text = NULL;
	size_t length;
	int64_t instant = 0, count;

	if (!field_text(r, true, &text, &length))
		return false;
	if (yq_str_to_int64(text, 0, INT64_C(9999999999999), &count))
		instant =
		    count < INT64_C(100000000000) ? count * YQ_US_PER_SECOND : count * YQ_US_PER_MS;
	else if (yq_time_parse(text, length, &instant) != YQ_OK)
		return alert_wrong(r, "a time like 2026-11-22T23:46:55Z");
	if (instant <= 0 || instant > r->now_us + FUTURE_MAX_US)
		return alert_wrong(r, "a time that is not in the future");
	r->signal->timestamp_us = instant < r->now_us ? instant : r->now_us;
	return true;
}

static bool
read_position_size(struct alert_reading *r)
{
	return alert_field_number(r, &r->signal->position_size);
}

static bool
read_type(struct alert_reading *r)
{
	static const struct alert_word words[] = {
		{ "market", YQ_TYPE_MARKET },
		{ "limit", YQ_TYPE_LIMIT },
		{ "stop", YQ_TYPE_STOP },
		{ "stoplimit", YQ_TYPE_STOP_LIMIT },
	};
	int type = YQ_TYPE_MARKET;

	if (!alert_field_word(
		r, words, YQ_COUNT(words), "market, limit, stop or stop_limit", &type))
		return false;
	r->signal->type = (enum yq_order_type)type;
	return true;
}

static bool
read_time_in_force(struct alert_reading *r)
{
	static const struct alert_word words[] = {
		{ "day", YQ_TIF_DAY },
		{ "gtc", YQ_TIF_GTC },
		{ "ioc", YQ_TIF_IOC },
		{ "fok", YQ_TIF_FOK },
	};
	int tif = YQ_TIF_DAY;

	if (!alert_field_word(r, words, YQ_COUNT(words), "day, gtc, ioc or fok", &tif))
		return false;
	r->signal->time_in_force = (enum yq_tif)tif;
	return true;
}

static bool
read_comment(struct alert_reading *r)
{
	const char *text = NULL;
	size_t length;

	if (!field_text(r, true, &text, &length))
		return false;
	if (!yq_str_copy_bytes(r->signal->comment, sizeof(r->signal->comment), text, length))
		return alert_wrong(r, "a text of at most 256 bytes");
	return true;
}

/* A number above zero, and nothing else to say of it. */
#define READ_POSITIVE(name, member)                           \
	static bool name(struct alert_reading *r)             \
	{                                                     \
		return field_positive(r, &r->signal->member); \
	}
READ_POSITIVE(read_qty, qty)
READ_POSITIVE(read_limit_price, limit_price)
READ_POSITIVE(read_stop_price, stop_price)
READ_POSITIVE(read_take_profit, exits.take_profit)
READ_POSITIVE(read_stop_loss, exits.stop_loss)
READ_POSITIVE(read_stop_loss_limit, exits.stop_loss_limit)
READ_POSITIVE(read_atr, atr)

/* In this order; a field that another needs comes first. */
static const struct row {
	enum yq_alert_field field;
	const char *label;
	bool required;
	bool may_be_empty; /* an empty text counts as absent */
	bool (*read)(struct alert_reading *r);
} rows[] = {
	{ YQ_ALERT_STRATEGY, "strategy", true, false, read_strategy },
	{ YQ_ALERT_TICKER, "ticker", true, false, read_ticker },
	{ YQ_ALERT_EXCHANGE, "exchange", false, true, read_exchange },
	{ YQ_ALERT_CURRENCY, "currency", false, true, read_currency },
	{ YQ_ALERT_ACTION, "action", true, false, read_action },
	{ YQ_ALERT_PRICE, "price", false, false, read_price },
	{ YQ_ALERT_STRENGTH, "strength", false, false, read_strength },
	{ YQ_ALERT_ID, "id", false, true, read_id },
	{ YQ_ALERT_TIME, "time", false, false, read_time },
	{ YQ_ALERT_QTY, "qty", false, false, read_qty },
	{ YQ_ALERT_POSITION_SIZE, "position_size", false, false, read_position_size },
	{ YQ_ALERT_MARKET_POSITION, "market_position", false, true, alert_read_market_position },
	{ YQ_ALERT_MARKET_POSITION_SIZE, "market_position_size", false, false,
	    alert_read_market_position_size },
	{ YQ_ALERT_PREV_POSITION, "prev_market_position", false, true, alert_read_prev_position },
	{ YQ_ALERT_PREV_POSITION_SIZE, "prev_market_position_size", false, false,
	    alert_read_prev_position_size },
	{ YQ_ALERT_TYPE, "type", false, true, read_type },
	{ YQ_ALERT_LIMIT_PRICE, "limit_price", false, false, read_limit_price },
	{ YQ_ALERT_STOP_PRICE, "stop_price", false, false, read_stop_price },
	{ YQ_ALERT_TAKE_PROFIT, "take_profit", false, true, read_take_profit },
	{ YQ_ALERT_STOP_LOSS, "stop_loss", false, true, read_stop_loss },
	{ YQ_ALERT_STOP_LOSS_LIMIT, "stop_loss_limit", false, true, read_stop_loss_limit },
	{ YQ_ALERT_TIME_IN_FORCE, "time_in_force", false, true, read_time_in_force },
	{ YQ_ALERT_ATR, "atr", false, false, read_atr },
	{ YQ_ALERT_COMMENT, "comment", false, true, read_comment },
};

/* A price without a type says which type is meant. */
static bool
settle_type(struct alert_reading *r)
{
	struct yq_signal *signal = r->signal;
	bool limit = signal->limit_price.set, stop = signal->stop_price.set;

	if (!has(r, YQ_ALERT_TYPE) || is_empty_text(r, YQ_ALERT_TYPE))
		signal->type = limit && stop ? YQ_TYPE_STOP_LIMIT
			       : limit	     ? YQ_TYPE_LIMIT
			       : stop	     ? YQ_TYPE_STOP
					     : YQ_TYPE_MARKET;
	if (!limit && (signal->type == YQ_TYPE_LIMIT || signal->type == YQ_TYPE_STOP_LIMIT))
		return alert_fault(r->fault, "limit_price", "is missing for this type of order");
	if (!stop && (signal->type == YQ_TYPE_STOP || signal->type == YQ_TYPE_STOP_LIMIT))
		return alert_fault(r->fault, "stop_price", "is missing for this type of order");
	if (signal->exits.stop_loss_limit.set && !signal->exits.stop_loss.set)
		return alert_fault(r->fault, "stop_loss", "is missing, and its limit is there");
	return true;
}

bool
yq_alert_read(const struct yq_alert *alert, int64_t now_us, struct yq_signal *signal,
    struct yq_alert_fault *fault)
{
	struct alert_reading r = {
		.alert = alert, .now_us = now_us, .signal = signal, .fault = fault
	};

	*signal = yq_signal_default();
	signal->timestamp_us = signal->received_at_us = now_us;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		const struct row *row = &rows[i];

		r.field = row->field;
		if (!has(&r, row->field)) {
			if (row->required)
				return alert_fault(fault, row->label, "is missing");
			continue;
		}
		if (row->may_be_empty && is_empty_text(&r, row->field))
			continue;
		if (!row->read(&r))
			return false;
	}
	yq_ticker_normalize(signal->exchange, signal->ticker);
	return settle_type(&r);
}
