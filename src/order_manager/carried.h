/*
 * carried.h - the texts of rules that verdicts bring along, on their way into the archive.
 *
 * A verdict names its rules by a digest; until one is known to be recorded with their text, each
 * has the text with it.  The text is archived before the first row that needs it.
 */
#ifndef YQ_ORDER_MANAGER_CARRIED_H
#define YQ_ORDER_MANAGER_CARRIED_H

#include "store/policies.h"

#define YQ_CARRIED_MAX \
	64 /* different ones at a time; what comes again in later verdicts is kept then */

struct yq_carried {
	struct yq_policy_row rows[YQ_CARRIED_MAX]; /* texts owned */
	size_t count;
};

/* Take over the texts in `verdict`, each once.  False: no room for all of them. */
bool yq_carried_take(
    struct yq_carried *carried, const char *verdict, size_t length, int64_t decided_at_us);
void yq_carried_clear(struct yq_carried *carried);

#endif
