/* settings_limits.h - one row of limits as it is written in the configuration: only the members
 * that it names. */
#ifndef YQ_DAEMON_SETTINGS_LIMITS_H
#define YQ_DAEMON_SETTINGS_LIMITS_H

#include "daemon/settings_read.h"
#include "domain/protection.h"
#include "domain/risk.h"

struct settings_limits {
	struct yq_risk_limits limits;
	struct yq_protections protections;
};

/* What one section names. */
struct settings_limits_row {
	uint64_t named;	  /* members, by their place in the table */
	uint64_t cleared; /* ... as null: what stands below does not hold here */
	struct settings_limits values;
	char *lists[2]; /* that `values` leads to; owned */
};

/* `besides` is a member that the caller reads; NULL = none. */
void settings_limits_read(
    const struct settings_section *section, const char *besides, struct settings_limits_row *row);
void settings_limits_clear(struct settings_limits_row *row);
/* Lay the row over what stands in `values`, which borrows from it. */
void settings_limits_lay(const struct settings_limits_row *row, struct settings_limits *values);
/* Members that contradict one another in what holds for the section. */
void settings_limits_check(
    const struct settings_section *section, const struct settings_limits *values);

#endif
