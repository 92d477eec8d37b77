/* alert_parts.h - what the files that read alerts share. */
#ifndef YQ_DOMAIN_ALERT_PARTS_H
#define YQ_DOMAIN_ALERT_PARTS_H

#include "base/str.h"
#include "domain/alert.h"

static inline bool
alert_refused(bool whole)
{
	(void)whole; /* a text that is too long is cut */
	return false;
}

/* Fill a struct yq_alert_fault *; the value is false. */
#define alert_fault(fault, name, ...)                                   \
	(yq_str_copy_cut((fault)->field, sizeof((fault)->field), name), \
	    alert_refused(yq_str_format((fault)->text, sizeof((fault)->text), __VA_ARGS__)))

/* An alert's values on their way into a signal. */
struct alert_reading {
	const struct yq_alert *alert;
	int64_t now_us;
	struct yq_signal *signal;
	struct yq_alert_fault *fault;
	enum yq_alert_field field; /* being read */
};

struct alert_word {
	const char *text; /* lower case, without spaces, _ and - */
	int value;
};

/* The field being read is refused: "expected ..., found ...".  Always false. */
bool alert_wrong(struct alert_reading *r, const char *expected);
/* It is one of the words. */
bool alert_field_word(struct alert_reading *r, const struct alert_word *words, size_t count,
    const char *expected, int *value);
/* It is a number, or a text that is one, that the archive can keep. */
bool alert_field_number(struct alert_reading *r, struct yq_opt_decimal *result);

/* Fields in a file of their own. */
bool alert_read_market_position(struct alert_reading *r);
bool alert_read_market_position_size(struct alert_reading *r);
bool alert_read_prev_position(struct alert_reading *r);
bool alert_read_prev_position_size(struct alert_reading *r);

#endif
