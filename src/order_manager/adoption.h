/*
 * adoption.h - put signals that somebody only PUBLISHed into the stream.
 *
 * Nobody else has them: each is kept until the bus has taken it, or refuses it for good.  Loop
 * thread only.
 */
#ifndef YQ_ORDER_MANAGER_ADOPTION_H
#define YQ_ORDER_MANAGER_ADOPTION_H

#include "base/id.h"
#include "daemon/daemon.h"

struct yq_adoption; /* opaque */

#define YQ_ADOPTION_MAX 4096 /* signals in hand; beyond it one is lost, and reported */

struct yq_adoption *yq_adoption_make(struct yq_daemon *daemon);
void yq_adoption_free(struct yq_adoption *adoption); /* NULL is a no-op */
/* `payload` is copied.  Harmless if the signal is there already. */
void yq_adoption_take(
    struct yq_adoption *adoption, const struct yq_id *id, const char *payload, size_t length);
/* Nothing is in hand. */
bool yq_adoption_is_idle(const struct yq_adoption *adoption);

#endif
