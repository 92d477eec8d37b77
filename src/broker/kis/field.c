/* field.c - one field of an answer of KIS. */
#include "broker/kis/field.h"

#include <string.h>

#include "base/str.h"

static enum yq_rc
wrong(const yq_json *object, const char *name, const char *expected, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf shown = yq_buf_make(256);

	yq_json_show(yq_json_get(object, name), &shown);
	return yq_err_set(
	    err, YQ_E_INVALID, "%s: expected %s, found %s", name, expected, yq_buf_text(&shown));
}

static void
trim(const char **text, size_t *length)
{
	while (*length > 0 && **text == ' ') {
		++*text;
		--*length;
	}
	while (*length > 0 && (*text)[*length - 1] == ' ')
		--*length;
}

static enum yq_rc
text_of(const yq_json *object, const char *name, bool trims, char *text, size_t size,
    struct yq_err *err)
{
	const yq_json *json = yq_json_get(object, name);
	const char *bytes;
	size_t length;

	text[0] = '\0';
	if (yq_json_type_of(json) != YQ_JSON_STRING)
		return wrong(object, name, "a text", err);
	bytes = yq_json_text(json, &length);
	if (trims)
		trim(&bytes, &length);
	if (yq_str_copy_bytes(text, size, bytes, length))
		return YQ_OK;
	text[0] = '\0';
	return wrong(object, name, "a shorter text", err);
}

enum yq_rc
yq_kis_text(const yq_json *object, const char *name, char *text, size_t size, struct yq_err *err)
{
	return text_of(object, name, true, text, size, err);
}

enum yq_rc
yq_kis_text_raw(
    const yq_json *object, const char *name, char *text, size_t size, struct yq_err *err)
{
	return text_of(object, name, false, text, size, err);
}

enum yq_rc
yq_kis_text_optional(
    const yq_json *object, const char *name, char *text, size_t size, struct yq_err *err)
{
	text[0] = '\0';
	if (yq_json_get(object, name) == NULL)
		return YQ_OK;
	return yq_kis_text(object, name, text, size, err);
}

#define DIGITS_MAX 64

enum yq_rc
yq_kis_number_parse(const char *text, size_t length, struct yq_decimal *value)
{
	char digits[DIGITS_MAX];
	size_t used = 0, behind = 0;
	bool point = false;

	trim(&text, &length);
	if (length > 0 && (*text == '-' || *text == '+')) {
		digits[used++] = *text++;
		length--;
	}
	while (length > 1 && *text == '0' && text[1] >= '0' && text[1] <= '9') {
		text++;
		length--;
	}
	if (length >= DIGITS_MAX - 2)
		return YQ_E_RANGE;
	if (length > 0 && *text == '.')
		digits[used++] = '0'; /* ".5" */
	for (size_t i = 0; i < length; i++) {
		behind += point;
		point = point || text[i] == '.';
		if (behind > YQ_DECIMAL_PLACES && text[i] == '0')
			continue;
		digits[used++] = text[i];
	}
	return yq_decimal_parse(digits, used, value);
}

enum yq_rc
yq_kis_number_optional(
    const yq_json *object, const char *name, struct yq_opt_decimal *value, struct yq_err *err)
{
	const yq_json *json = yq_json_get(object, name);
	enum yq_json_type type = yq_json_type_of(json);
	const char *text;
	size_t length;

	*value = YQ_OPT_DECIMAL_NONE;
	if (type == YQ_JSON_NULL)
		return YQ_OK;
	if (type != YQ_JSON_STRING && type != YQ_JSON_NUMBER)
		return wrong(object, name, "a number", err);
	text = yq_json_text(json, &length);
	trim(&text, &length);
	if (length == 0)
		return YQ_OK;
	if ((type == YQ_JSON_NUMBER ? yq_json_decimal(json, &value->value)
				    : yq_kis_number_parse(text, length, &value->value)) != YQ_OK)
		return wrong(object, name, "a number", err);
	value->set = true;
	return YQ_OK;
}

enum yq_rc
yq_kis_number(const yq_json *object, const char *name, struct yq_decimal *value, struct yq_err *err)
{
	struct yq_opt_decimal optional;
	enum yq_rc rc = yq_kis_number_optional(object, name, &optional, err);

	if (rc != YQ_OK)
		return rc;
	if (!optional.set)
		return wrong(object, name, "a number", err);
	*value = optional.value;
	return YQ_OK;
}

bool
yq_kis_date_parse(const char *text, int64_t *days)
{
	int64_t number;
	int year, month, day;

	if (strlen(text) != 8 || !yq_str_to_int64(text, 19700101, 21991231, &number))
		return false;
	year = (int)(number / 10000);
	month = (int)(number / 100 % 100);
	day = (int)(number % 100);
	if (!yq_date_is_valid(year, month, day))
		return false;
	*days = yq_date_to_days(year, month, day);
	return true;
}

bool
yq_kis_time_parse(const char *text, int32_t *seconds)
{
	size_t length = strlen(text);
	int32_t number = 0;

	if (length < 5 || length > 6)
		return false;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		number = number * 10 + (text[i] - '0');
	}
	if (number / 10000 > 23 || number / 100 % 100 > 59 || number % 100 > 59)
		return false;
	*seconds = number / 10000 * 3600 + number / 100 % 100 * 60 + number % 100;
	return true;
}
