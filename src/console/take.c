/* take.c - options as values. */
#include "console/take.h"

#include "base/clock.h"
#include "base/str.h"
#include "console/command_line.h"
#include "store/trades.h"

#include <string.h>

int
yq_take_text(const struct yq_call *call, enum yq_option option, char *target, size_t size)
{
	if (call->options[option] != NULL && !yq_str_copy(target, size, call->options[option]))
		return yq_fail_usage(call, "--%s is too long", yq_option_name(option));
	return YQ_CONSOLE_DONE;
}

int
yq_take_currency(const struct yq_call *call, const char *text, enum yq_currency *currency)
{
	int value = yq_names_find(&yq_currency_names, text, strlen(text));

	if (value < 0)
		return yq_fail_usage(
		    call, "\"%s\" is no currency: KRW, USD, CNY, JPY, HKD or VND", text);
	*currency = (enum yq_currency)value;
	return YQ_CONSOLE_DONE;
}

int
yq_take_number(
    const struct yq_call *call, const char *name, const char *text, struct yq_decimal *value)
{
	enum yq_rc rc = yq_decimal_parse(text, strlen(text), value);

	if (rc == YQ_OK && yq_decimal_sign(*value) > 0)
		return YQ_CONSOLE_DONE;
	return yq_fail_usage(call, "%s: expected a number %s, found \"%s\"", name,
	    rc == YQ_E_RANGE ? "of at most 10 digits before and 8 after the point" : "above 0",
	    text);
}

int
yq_take_positive(const struct yq_call *call, enum yq_option option, struct yq_opt_decimal *value)
{
	const char *text = call->options[option];
	struct yq_decimal number;
	char name[48];
	int status;

	if (text == NULL)
		return YQ_CONSOLE_DONE;
	yq_str_format(name, sizeof(name), "--%s", yq_option_name(option));
	status = yq_take_number(call, name, text, &number);
	if (status == YQ_CONSOLE_DONE)
		*value = yq_opt_decimal_of(number);
	return status;
}

int
yq_take_time(const struct yq_call *call, enum yq_option option, int64_t *instant_us)
{
	const char *text = call->options[option];
	char whole[YQ_TIME_TEXT_SIZE];

	if (text == NULL)
		return YQ_CONSOLE_DONE;
	if (strlen(text) == 10) {
		yq_str_format(whole, sizeof(whole), "%sT00:00:00Z", text);
		text = whole;
	}
	if (yq_time_parse(text, strlen(text), instant_us) == YQ_OK)
		return YQ_CONSOLE_DONE;
	return yq_fail_usage(call,
	    "--%s: expected a date (2026-11-22) or a time (2026-11-22T09:00:00Z), found \"%s\"",
	    yq_option_name(option), call->options[option]);
}

int
yq_take_period(const struct yq_call *call, enum yq_option from, int64_t *from_us, int64_t *to_us)
{
	int status = yq_take_time(call, from, from_us);

	return status == YQ_CONSOLE_DONE ? yq_take_time(call, YQ_OPT_TO, to_us) : status;
}

int
yq_take_limit(const struct yq_call *call, unsigned *limit)
{
	struct yq_err err = { 0 };
	int64_t rows;

	if (yq_option_int(call, YQ_OPT_LIMIT, 1, YQ_STORE_LIST_MAX, YQ_TAKE_ROWS, &rows, &err) !=
	    YQ_OK)
		return yq_fail_usage(call, "%s", err.text);
	*limit = (unsigned)rows;
	return YQ_CONSOLE_DONE;
}
