/*
 * recent.h - ids of orders that were archived a short while ago: those told to, as many as there is
 * room for.  One that is forgotten is merely looked up.
 */
#ifndef YQ_ORDER_MANAGER_RECENT_H
#define YQ_ORDER_MANAGER_RECENT_H

#include "base/id.h"

struct yq_recent; /* opaque */

struct yq_recent *yq_recent_make(void);
void yq_recent_free(struct yq_recent *recent); /* NULL is a no-op */
void yq_recent_add(struct yq_recent *recent, const struct yq_id *id);
bool yq_recent_has(const struct yq_recent *recent, const struct yq_id *id);

#endif
