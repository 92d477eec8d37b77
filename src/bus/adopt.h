/*
 * adopt.h - tells a message that somebody only PUBLISHed from one that is in the stream too.
 *
 * Feed it everything read from the stream and everything heard on the channel.  What was heard and
 * does not show up from the stream within the grace is given to `fn` once, to be put into the
 * stream (accept or submit with `foreign` set; idempotent by id, so that a late twin is harmless).
 * Payloads are compared by a 64-bit keyed hash and their length.  Bounded; loop thread only.
 */
#ifndef YQ_BUS_ADOPT_H
#define YQ_BUS_ADOPT_H

#include <uv.h>

#include "base/err.h"

struct yq_adopt; /* opaque */

#define YQ_ADOPT_GRACE_MS  100
#define YQ_ADOPT_SEEN_MAX  8192 /* latest payloads of the stream remembered */
#define YQ_ADOPT_HEARD_MAX 4096 /* heard and waiting; beyond it the oldest is adopted at once */

/* `payload` is borrowed for the call, followed by a NUL. */
typedef void yq_adopt_fn(void *cookie, const char *payload, size_t length);

/* grace_ms 0 = YQ_ADOPT_GRACE_MS. */
struct yq_adopt *yq_adopt_open(uv_loop_t *loop, uint32_t grace_ms, yq_adopt_fn *fn, void *cookie);
void yq_adopt_close(struct yq_adopt *adopt); /* `fn` does not run again; NULL is a no-op */

void yq_adopt_seen(struct yq_adopt *adopt, const char *payload, size_t length);	 /* stream */
void yq_adopt_heard(struct yq_adopt *adopt, const char *payload, size_t length); /* channel */
/* The reader of the stream is behind by unknown much (it was down): while true nothing is adopted,
 * only kept. */
void yq_adopt_hold(struct yq_adopt *adopt, bool hold);
size_t yq_adopt_waiting(const struct yq_adopt *adopt);

#endif
