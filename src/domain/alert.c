/* alert.c - sort out the names in an alert's body; find its secret, strategy and id. */
#include "domain/alert.h"

#include <string.h>

#include "base/str.h"
#include "domain/alert_parts.h"

#define NAME_MAX_LENGTH 32

/* Names are compared without case and without _ and -.  Of two names of one field the first in
 * this table wins; where that could hide a contradiction, `agree` has them say the same. */
static const struct alias {
	const char *name;
	enum yq_alert_field field;
	bool agree;
} aliases[] = {
	{ "ticker", YQ_ALERT_TICKER, true },
	{ "symbol", YQ_ALERT_TICKER, true },
	{ "exchange", YQ_ALERT_EXCHANGE, true },
	{ "currency", YQ_ALERT_CURRENCY, true },
	{ "action", YQ_ALERT_ACTION, true },
	{ "side", YQ_ALERT_ACTION, true },
	{ "orderaction", YQ_ALERT_ACTION, true },
	{ "price", YQ_ALERT_PRICE, false },
	{ "close", YQ_ALERT_PRICE, false },
	{ "strength", YQ_ALERT_STRENGTH, true },
	{ "strategy", YQ_ALERT_STRATEGY, true },
	{ "strategyname", YQ_ALERT_STRATEGY, true },
	{ "secret", YQ_ALERT_SECRET, true },
	{ "passphrase", YQ_ALERT_SECRET, true },
	{ "token", YQ_ALERT_SECRET, true },
	{ "id", YQ_ALERT_ID, true },
	{ "alertid", YQ_ALERT_ID, true },
	{ "timenow", YQ_ALERT_TIME, false },
	{ "timestamp", YQ_ALERT_TIME, false },
	{ "time", YQ_ALERT_TIME, false },
	{ "qty", YQ_ALERT_QTY, true },
	{ "quantity", YQ_ALERT_QTY, true },
	{ "contracts", YQ_ALERT_QTY, true },
	{ "shares", YQ_ALERT_QTY, true },
	{ "positionsize", YQ_ALERT_POSITION_SIZE, true },
	{ "marketposition", YQ_ALERT_MARKET_POSITION, true },
	{ "marketpositionsize", YQ_ALERT_MARKET_POSITION_SIZE, true },
	{ "prevmarketposition", YQ_ALERT_PREV_POSITION, true },
	{ "prevmarketpositionsize", YQ_ALERT_PREV_POSITION_SIZE, true },
	{ "type", YQ_ALERT_TYPE, true },
	{ "ordertype", YQ_ALERT_TYPE, true },
	{ "limitprice", YQ_ALERT_LIMIT_PRICE, true },
	{ "stopprice", YQ_ALERT_STOP_PRICE, true },
	{ "takeprofit", YQ_ALERT_TAKE_PROFIT, true },
	{ "takeprofitprice", YQ_ALERT_TAKE_PROFIT, true },
	{ "tp", YQ_ALERT_TAKE_PROFIT, true },
	{ "tpprice", YQ_ALERT_TAKE_PROFIT, true },
	{ "stoploss", YQ_ALERT_STOP_LOSS, true },
	{ "stoplossprice", YQ_ALERT_STOP_LOSS, true },
	{ "sl", YQ_ALERT_STOP_LOSS, true },
	{ "slprice", YQ_ALERT_STOP_LOSS, true },
	{ "stoplosslimit", YQ_ALERT_STOP_LOSS_LIMIT, true },
	{ "stoplosslimitprice", YQ_ALERT_STOP_LOSS_LIMIT, true },
	{ "sllimit", YQ_ALERT_STOP_LOSS_LIMIT, true },
	{ "timeinforce", YQ_ALERT_TIME_IN_FORCE, true },
	{ "tif", YQ_ALERT_TIME_IN_FORCE, true },
	{ "atr", YQ_ALERT_ATR, true },
	{ "comment", YQ_ALERT_COMMENT, false },
	{ "message", YQ_ALERT_COMMENT, false },
};

/* Lower case, without _ and -; false if it is longer than any alias. */
static bool
plain_name(const char *name, char plain[NAME_MAX_LENGTH])
{
	size_t length = 0;

	for (; *name != '\0'; name++) {
		char c = *name;

		if (c == '_' || c == '-')
			continue;
		if (length == NAME_MAX_LENGTH - 1)
			return false;
		plain[length++] = yq_str_lower(c);
	}
	plain[length] = '\0';
	return true;
}

struct sorting {
	struct yq_alert *alert;
	struct yq_alert_fault *fault;
	bool failed;
};

static bool
same_text(const yq_json *a, const yq_json *b)
{
	size_t length_a, length_b;
	const char *text_a, *text_b;
	enum yq_json_type type_a = yq_json_type_of(a), type_b = yq_json_type_of(b);

	if ((type_a != YQ_JSON_STRING && type_a != YQ_JSON_NUMBER) ||
	    (type_b != YQ_JSON_STRING && type_b != YQ_JSON_NUMBER))
		return false;
	text_a = yq_json_text(a, &length_a);
	text_b = yq_json_text(b, &length_b);
	return length_a == length_b && memcmp(text_a, text_b, length_a) == 0;
}

static bool
take(struct sorting *sorting, const struct alias *alias, const char *name, const yq_json *json)
{
	struct yq_alert_value *value = &sorting->alert->values[alias->field];
	unsigned rank = (unsigned)(alias - aliases);

	if (value->name != NULL && (alias->agree || value->rank == rank) &&
	    !same_text(value->json, json)) {
		sorting->failed = true;
		return alert_fault(
		    sorting->fault, name, "contradicts \"%s\", which means the same", value->name);
	}
	if (value->name == NULL || rank < value->rank)
		*value = (struct yq_alert_value){ name, json, rank };
	return true;
}

static bool
sort_member(void *cookie, const char *name, const yq_json *json)
{
	struct sorting *sorting = cookie;
	char plain[NAME_MAX_LENGTH];

	if (json == NULL || !plain_name(name, plain))
		return true; /* null is as good as absent */
	for (size_t i = 0; i < YQ_COUNT(aliases); i++) {
		if (yq_str_equal(aliases[i].name, plain))
			return take(sorting, &aliases[i], name, json);
	}
	return true;
}

/*
 * A body that is no JSON because a placeholder stayed unresolved in it, as in
 *	{"ticker": "AAPL", "price": NaN}
 * is refused by the name before the first such value.
 */
static bool
blame_bare_word(const char *body, size_t length, struct yq_alert_fault *fault)
{
	static const char *const words[] = { "NaN", "nan", "Infinity", "-Infinity", "{{", "None" };
	const char *name = NULL, *end = body + length;
	size_t name_length = 0;
	char field[YQ_ALERT_FIELD_MAX];

	for (const char *c = body; c < end; c++) {
		if (*c == '"') {
			name = ++c;
			while (c < end && *c != '"')
				c += *c == '\\' ? 2 : 1;
			if (c >= end)
				return false;
			name_length = (size_t)(c - name);
			continue;
		}
		for (size_t i = 0; i < YQ_COUNT(words) && name != NULL; i++) {
			size_t word = strlen(words[i]);

			if ((size_t)(end - c) < word || memcmp(c, words[i], word) != 0)
				continue;
			if (name_length >= sizeof(field) ||
			    !yq_str_copy_bytes(field, sizeof(field), name, name_length) ||
			    !yq_str_is_utf8(field, name_length))
				return false;
			alert_fault(fault, field, "has no value: found %s", words[i]);
			return true;
		}
	}
	return false;
}

bool
yq_alert_open(struct yq_alert *alert, const char *body, size_t length, struct yq_alert_fault *fault)
{
	struct sorting sorting = { alert, fault, false };
	struct yq_err err;

	*alert = (struct yq_alert){ .tree = NULL };
	if (yq_json_parse(body, length, &alert->tree, &err) != YQ_OK) {
		if (!blame_bare_word(body, length, fault))
			alert_fault(fault, "", "the body is not JSON: %s", err.text);
		return false;
	}
	if (yq_json_type_of(alert->tree) != YQ_JSON_OBJECT) {
		alert_fault(fault, "", "the body is a JSON %s, expected an object",
		    yq_json_type_name(yq_json_type_of(alert->tree)));
		yq_alert_clear(alert);
		return false;
	}
	yq_json_each(alert->tree, sort_member, &sorting);
	if (sorting.failed)
		yq_alert_clear(alert);
	return !sorting.failed;
}

void
yq_alert_clear(struct yq_alert *alert)
{
	yq_json_free_wiped(alert->tree);
	*alert = (struct yq_alert){ .tree = NULL };
}

static const char *
text_of(const struct yq_alert *alert, enum yq_alert_field field, bool numbers, size_t *length)
{
	const yq_json *json = alert->values[field].json;
	enum yq_json_type type = yq_json_type_of(json);

	if (type != YQ_JSON_STRING && !(numbers && type == YQ_JSON_NUMBER))
		return NULL;
	return yq_json_text(json, length);
}

const char *
yq_alert_secret(const struct yq_alert *alert, size_t *length)
{
	return text_of(alert, YQ_ALERT_SECRET, true, length);
}

void
yq_alert_strategy(const struct yq_alert *alert, char strategy[YQ_STRATEGY_SIZE])
{
	size_t length;
	const char *text = text_of(alert, YQ_ALERT_STRATEGY, false, &length);

	if (text == NULL || !yq_str_copy_bytes(strategy, YQ_STRATEGY_SIZE, text, length))
		strategy[0] = '\0';
}

const char *
yq_alert_own_id(const struct yq_alert *alert, size_t *length)
{
	const char *text = text_of(alert, YQ_ALERT_ID, true, length);

	return text == NULL || *length == 0 ? NULL : text;
}
