/* field.c - one field of an answer of Alpaca. */
#include "broker/alpaca/field.h"

#include <string.h>

#include "base/str.h"
#include "domain/terms.h"

#define NUMBER_SIZE 64 /* digits of a number that is looked at */

enum yq_rc
yq_alpaca_wrong(const yq_json *object, const char *name, const char *expected, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf shown = yq_buf_make(256);

	yq_json_show(yq_json_get(object, name), &shown);
	return yq_err_set(
	    err, YQ_E_INVALID, "%s: expected %s, found %s", name, expected, yq_buf_text(&shown));
}

enum yq_rc
yq_alpaca_root(
    const char *text, size_t length, enum yq_json_type type, yq_json **ret_root, struct yq_err *err)
{
	enum yq_rc rc = yq_json_parse(text, length, ret_root, err);

	if (rc != YQ_OK || yq_json_type_of(*ret_root) == type)
		return rc;
	rc = yq_err_set(err, YQ_E_INVALID, "expected %s, found %s", yq_json_type_name(type),
	    yq_json_type_name(yq_json_type_of(*ret_root)));
	yq_json_free(*ret_root);
	*ret_root = NULL;
	return rc;
}

static bool
is_printable(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (text[i] <= ' ' || text[i] >= 0x7f)
			return false;
	return true;
}

enum yq_rc
yq_alpaca_text(const yq_json *object, const char *name, enum yq_alpaca_need need, char *text,
    size_t size, struct yq_err *err)
{
	const yq_json *json = yq_json_get(object, name);
	const char *bytes;
	size_t length;

	text[0] = '\0';
	if (json == NULL && need == YQ_ALPACA_OPTIONAL)
		return YQ_OK;
	bytes = yq_json_text(json, &length);
	if (yq_json_type_of(json) != YQ_JSON_STRING || !is_printable(bytes, length) ||
	    (length == 0 && need == YQ_ALPACA_WANTED) ||
	    !yq_str_copy_bytes(text, size, bytes, length))
		return yq_alpaca_wrong(object, name, "a text", err);
	return YQ_OK;
}

enum yq_rc
yq_alpaca_id(const yq_json *object, const char *name, enum yq_alpaca_need need, char *id,
    size_t size, struct yq_err *err)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_";
	enum yq_rc rc = yq_alpaca_text(object, name, need, id, size, err);

	if (rc == YQ_OK && id[strspn(id, allowed)] != '\0')
		rc = yq_alpaca_wrong(object, name, "an id", err);
	return rc;
}

/* "12.3456789123" without what is beyond the eighth place.  False: it is no plain number. */
static bool
cut(const char *text, size_t length, char *out)
{
	const char *point = memchr(text, '.', length);
	size_t whole = point != NULL ? (size_t)(point - text) : length;
	size_t kept = whole + 1 + YQ_DECIMAL_PLACES;

	if (kept > length)
		kept = length;
	for (size_t i = whole + 1; i < length; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return yq_str_copy_bytes(out, NUMBER_SIZE, text, kept);
}

static enum yq_rc
number_of(const yq_json *json, struct yq_decimal *value)
{
	char shorter[NUMBER_SIZE];
	size_t length;
	const char *text = yq_json_text(json, &length);
	enum yq_rc rc;

	if (length == 0 || length >= NUMBER_SIZE)
		return YQ_E_INVALID; /* no number either */
	rc = yq_json_decimal(json, value);
	if (rc == YQ_E_RANGE && cut(text, length, shorter))
		rc = yq_decimal_parse(shorter, strlen(shorter), value);
	return rc;
}

enum yq_rc
yq_alpaca_number(const yq_json *object, const char *name, enum yq_alpaca_need need,
    struct yq_opt_decimal *value, struct yq_err *err)
{
	const yq_json *json = yq_json_get(object, name);

	*value = YQ_OPT_DECIMAL_NONE;
	if (json == NULL && need == YQ_ALPACA_OPTIONAL)
		return YQ_OK;
	if (json == NULL || number_of(json, &value->value) != YQ_OK)
		return yq_alpaca_wrong(object, name, "a number", err);
	value->set = true;
	return YQ_OK;
}

enum yq_rc
yq_alpaca_amount(
    const yq_json *object, const char *name, struct yq_decimal *value, struct yq_err *err)
{
	struct yq_opt_decimal number;
	enum yq_rc rc = yq_alpaca_number(object, name, YQ_ALPACA_WANTED, &number, err);

	if (rc == YQ_OK && yq_decimal_sign(number.value) < 0)
		rc = yq_alpaca_wrong(object, name, "a number not below 0", err);
	if (rc == YQ_OK)
		*value = number.value;
	return rc;
}

enum yq_rc
yq_alpaca_positive(
    const yq_json *object, const char *name, struct yq_decimal *value, struct yq_err *err)
{
	enum yq_rc rc = yq_alpaca_amount(object, name, value, err);

	if (rc == YQ_OK && yq_decimal_sign(*value) == 0)
		rc = yq_alpaca_wrong(object, name, "a number above 0", err);
	return rc;
}

enum yq_rc
yq_alpaca_time(const yq_json *object, const char *name, enum yq_alpaca_need need, int64_t *time_us,
    struct yq_err *err)
{
	const yq_json *json = yq_json_get(object, name);
	const char *text;
	size_t length;

	*time_us = 0;
	if (json == NULL && need == YQ_ALPACA_OPTIONAL)
		return YQ_OK;
	text = yq_json_text(json, &length);
	if (yq_json_type_of(json) != YQ_JSON_STRING ||
	    yq_time_parse(text, length, time_us) != YQ_OK)
		return yq_alpaca_wrong(object, name, "a time", err);
	return YQ_OK;
}

enum yq_rc
yq_alpaca_flag(const yq_json *object, const char *name, enum yq_alpaca_need need, bool *value,
    struct yq_err *err)
{
	const yq_json *json = yq_json_get(object, name);

	*value = false;
	if (json == NULL && need == YQ_ALPACA_OPTIONAL)
		return YQ_OK;
	if (yq_json_type_of(json) != YQ_JSON_BOOL)
		return yq_alpaca_wrong(object, name, "true or false", err);
	*value = yq_json_bool(json);
	return YQ_OK;
}

enum yq_rc
yq_alpaca_ticker(
    const yq_json *object, const char *name, char *ticker, size_t size, struct yq_err *err)
{
	enum yq_rc rc = yq_alpaca_text(object, name, YQ_ALPACA_WANTED, ticker, size, err);

	if (rc == YQ_OK && !yq_ticker_is_valid(ticker))
		rc = yq_alpaca_wrong(object, name, "a ticker", err);
	return rc;
}

enum yq_rc
yq_alpaca_word(const yq_json *object, const char *name, const struct yq_names *names, int *value,
    struct yq_err *err)
{
	const yq_json *json = yq_json_get(object, name);
	size_t length;
	const char *text = yq_json_text(json, &length);

	*value = yq_json_type_of(json) == YQ_JSON_STRING ? yq_names_find(names, text, length) : -1;
	return *value >= 0 ? YQ_OK : yq_alpaca_wrong(object, name, names->what, err);
}

/* Ten thousand times the number, so that twelve places are kept. */
static enum yq_rc
fine_of(const yq_json *json, struct yq_decimal *value)
{
	char shifted[NUMBER_SIZE + 2];
	size_t length;
	const char *text = yq_json_text(json, &length);

	if (length == 0 || length >= NUMBER_SIZE || memchr(text, 'e', length) != NULL ||
	    memchr(text, 'E', length) != NULL ||
	    !yq_str_format(shifted, sizeof(shifted), "%se4", text))
		return YQ_E_INVALID;
	return yq_decimal_parse(shifted, strlen(shifted), value);
}

enum yq_rc
yq_alpaca_executed(const yq_json *qty, const yq_json *filled, struct yq_decimal *ret_qty,
    struct yq_decimal *ret_filled, struct yq_err *err)
{
	const struct yq_decimal fine = yq_decimal_from_int(10000);
	struct yq_decimal now, one, before;

	if (fine_of(qty, &one) != YQ_OK || fine_of(filled, &now) != YQ_OK ||
	    yq_decimal_sign(one) <= 0 || yq_decimal_cmp(one, now) > 0 ||
	    yq_decimal_sub(now, one, &before) != YQ_OK ||
	    yq_decimal_div(now, fine, YQ_ROUND_DOWN, &now) != YQ_OK ||
	    yq_decimal_div(before, fine, YQ_ROUND_DOWN, &before) != YQ_OK ||
	    yq_decimal_sub(now, before, &one) != YQ_OK)
		return yq_err_set(err, YQ_E_INVALID,
		    "qty: expected a part of what is filled of the order, found something else");
	*ret_qty = one;
	*ret_filled = now;
	return YQ_OK;
}
