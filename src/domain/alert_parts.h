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

#endif
