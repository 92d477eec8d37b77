/*
 * event_place.h - how far somebody has heard: the last entry of each of the four streams that
 * events come from.  As text it is the id of an event.  Pure.
 */
#ifndef YQ_WEB_EVENT_PLACE_H
#define YQ_WEB_EVENT_PLACE_H

#include "bus/schema.h"

/* In the order of the text. */
enum yq_line { YQ_LINE_EXECUTION, YQ_LINE_NOTIFICATION, YQ_LINE_SIGNAL, YQ_LINE_ORDER, YQ_LINES };
extern const enum yq_key yq_line_keys[YQ_LINES];

/* An entry of a stream; all zero = before the first. */
struct yq_entry_at {
	uint64_t ms, seq;
};
struct yq_event_place {
	struct yq_entry_at at[YQ_LINES];
};

#define YQ_ENTRY_AT_SIZE    42 /* "18446744073709551615-18446744073709551615" */
#define YQ_EVENT_PLACE_SIZE (YQ_LINES * YQ_ENTRY_AT_SIZE)

/* "1700000000000-0", exactly; false if it is anything else. */
bool yq_entry_at_parse(const char *text, size_t length, struct yq_entry_at *ret_at);
void yq_entry_at_format(const struct yq_entry_at *at, char text[YQ_ENTRY_AT_SIZE]);
/* < 0, 0, > 0 as `a` is before, at, behind `b`. */
int yq_entry_at_compare(const struct yq_entry_at *a, const struct yq_entry_at *b);

/* "{execution}_{notification}_{signal}_{order}". */
bool yq_event_place_parse(const char *text, struct yq_event_place *ret_place);
void yq_event_place_format(const struct yq_event_place *place, char text[YQ_EVENT_PLACE_SIZE]);
/* Nothing up to `goal` is missing. */
bool yq_event_place_has_reached(
    const struct yq_event_place *place, const struct yq_event_place *goal);

/* What a stream says of itself. */
struct yq_line_state {
	struct yq_entry_at first,
	    last;		/* first: zero while it is empty; last: also if it is gone */
	uint64_t length, added; /* entries it has, and has ever had */
};
/* Whether everything behind `from` is still there.  No: entries behind it have been cut off, or it
 * is ahead of a stream that has lost its end. */
bool yq_line_is_whole(const struct yq_line_state *state, const struct yq_entry_at *from);

#endif
