/*
 * zone.h - time zones by IANA name (ICU's data), turned once into a table, then pure arithmetic.
 */
#ifndef YQ_BASE_ZONE_H
#define YQ_BASE_ZONE_H

#include "base/common.h"
#include "base/err.h"

struct yq_zone; /* opaque, immutable: offset changes from 2000 to 2060 */

struct yq_civil {
	int year, month, day; /* month 1-12 */
	int hour, minute, second;
	int weekday;	    /* 0 = Monday ... 6 = Sunday */
	int offset_seconds; /* east of UTC */
};

/* YQ_E_INVALID for a name that is no IANA zone. */
YQ_NODISCARD enum yq_rc yq_zone_load(
    const char *name, struct yq_zone **ret_zone, struct yq_err *err);
void yq_zone_free(struct yq_zone *zone);
const char *yq_zone_name(const struct yq_zone *zone);

struct yq_civil yq_zone_civil(const struct yq_zone *zone, int64_t instant_us);
/* Local time to instant.  In a gap the instant just after it; in an overlap the earlier one. */
int64_t yq_zone_instant(
    const struct yq_zone *zone, int year, int month, int day, int hour, int minute, int second);

#endif
