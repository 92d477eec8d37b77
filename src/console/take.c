/* take.c - options as values. */
#include "console/take.h"

#include "base/clock.h"
#include "base/str.h"
#include "console/command_line.h"

#include <string.h>

int
yq_take_text(const struct yq_call *call, enum yq_option option, char *target, size_t size)
{
	if (call->options[option] != NULL && !yq_str_copy(target, size, call->options[option]))
		return yq_fail_usage(call, "--%s is too long", yq_option_name(option));
	return YQ_CONSOLE_DONE;
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
