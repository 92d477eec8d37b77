/* event_place.c - ids of entries, four of them in one text. */
#include "web/event_place.h"

#include <string.h>

#include "base/str.h"

const enum yq_key yq_line_keys[YQ_LINES] = {
	[YQ_LINE_EXECUTION] = YQ_KEY_EXECUTION_STREAM,
	[YQ_LINE_NOTIFICATION] = YQ_KEY_NOTIFICATION_STREAM,
	[YQ_LINE_SIGNAL] = YQ_KEY_SIGNAL_STREAM,
	[YQ_LINE_ORDER] = YQ_KEY_ORDER_STREAM,
};

/* Digits up to `end`, without a leading zero. */
static bool
read_number(const char *text, const char *end, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (text == end || (*text == '0' && text + 1 != end))
		return false;
	for (; text < end; text++) {
		unsigned digit = (unsigned)(*text - '0');

		if (*text < '0' || *text > '9' || value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*ret_value = value;
	return true;
}

bool
yq_entry_at_parse(const char *text, size_t length, struct yq_entry_at *ret_at)
{
	const char *dash = memchr(text, '-', length);

	return dash != NULL && read_number(text, dash, &ret_at->ms) &&
	       read_number(dash + 1, text + length, &ret_at->seq);
}

void
yq_entry_at_format(const struct yq_entry_at *at, char text[YQ_ENTRY_AT_SIZE])
{
	(void)yq_str_format(text, YQ_ENTRY_AT_SIZE, "%llu-%llu", (unsigned long long)at->ms,
	    (unsigned long long)at->seq);
}

int
yq_entry_at_compare(const struct yq_entry_at *a, const struct yq_entry_at *b)
{
	if (a->ms != b->ms)
		return a->ms < b->ms ? -1 : 1;
	return (a->seq > b->seq) - (a->seq < b->seq);
}

bool
yq_event_place_parse(const char *text, struct yq_event_place *ret_place)
{
	for (size_t i = 0; i < YQ_LINES; i++) {
		size_t length = strcspn(text, "_");

		if (!yq_entry_at_parse(text, length, &ret_place->at[i]))
			return false;
		if (text[length] != (i + 1 < YQ_LINES ? '_' : '\0'))
			return false;
		text += length + 1;
	}
	return true;
}

void
yq_event_place_format(const struct yq_event_place *place, char text[YQ_EVENT_PLACE_SIZE])
{
	size_t used = 0;

	for (size_t i = 0; i < YQ_LINES; i++) {
		yq_entry_at_format(&place->at[i], text + used);
		used += strlen(text + used);
		text[used++] = i + 1 < YQ_LINES ? '_' : '\0';
	}
}

bool
yq_event_place_has_reached(const struct yq_event_place *place, const struct yq_event_place *goal)
{
	for (size_t i = 0; i < YQ_LINES; i++)
		if (yq_entry_at_compare(&place->at[i], &goal->at[i]) < 0)
			return false;
	return true;
}

bool
yq_line_is_whole(const struct yq_line_state *state, const struct yq_entry_at *from)
{
	int end = yq_entry_at_compare(from, &state->last);

	if (end >= 0)
		return end == 0;
	if (state->added == state->length) /* nothing was ever cut off */
		return true;
	return state->length > 0 && yq_entry_at_compare(&state->first, from) <= 0;
}
