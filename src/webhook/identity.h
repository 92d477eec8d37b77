/*
 * identity.h - the id of a signal, so that the same alert is the same signal.
 *
 * An alert with an id of its own is named by it.  Any other is named by its strategy, its body and
 * the number of the window of time it first came in; the table remembers which window that was for
 * bodies seen lately, so that a copy is known by how long ago the first one came, not by where the
 * windows' edges lie.
 */
#ifndef YQ_WEBHOOK_IDENTITY_H
#define YQ_WEBHOOK_IDENTITY_H

#include "base/id.h"

struct yq_identity; /* opaque: about 1 MB when full; the oldest entries give way */

struct yq_identity *yq_identity_make(void);
void yq_identity_free(struct yq_identity *identity);

struct yq_id yq_identity_of_own(const char *own_id, size_t length);
/*
 * `window_us` 0 = every body is new.  `previous` is set to the id the body would have had in the
 * window before, if it is the first of its kind since the table was made and such a one may exist;
 * none otherwise.
 */
struct yq_id yq_identity_of_body(struct yq_identity *identity, const char *strategy,
    const char *body, size_t length, int64_t now_us, int64_t monotonic_us, int64_t window_us,
    struct yq_id *previous);

#endif
