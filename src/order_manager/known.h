/*
 * known.h - ids of orders met a short while ago, as many as there is room for: what is known of
 * them need not be read again.  One that is forgotten is merely read.
 */
#ifndef YQ_ORDER_MANAGER_KNOWN_H
#define YQ_ORDER_MANAGER_KNOWN_H

#include "base/id.h"

struct yq_known; /* opaque */

struct yq_known *yq_known_make(void);
void yq_known_free(struct yq_known *known); /* NULL is a no-op */
void yq_known_add(struct yq_known *known, const struct yq_id *id);
bool yq_known_has(const struct yq_known *known, const struct yq_id *id);

/* The id in a message, without reading the message: the value of the member `name`, if it stands
 * there as our own writer puts it.  False: read the message. */
bool yq_known_id_in(const char *payload, size_t length, const char *name, struct yq_id *id);

#endif
