/*
 * happenings.h - entries of the four streams, as events in the order in which they happened.
 *
 * Loop thread.
 */
#ifndef YQ_WEB_HAPPENINGS_H
#define YQ_WEB_HAPPENINGS_H

#include "bus/valkey.h"
#include "web/event_place.h"

struct yq_happenings; /* opaque: some entries */
struct redisReply;

struct yq_happenings *yq_happenings_make(void);
void yq_happenings_free(struct yq_happenings *happenings); /* NULL is a no-op */
/* Copy what XRANGE, or XREAD for one stream, answered.  Returns how many there were. */
size_t yq_happenings_add(
    struct yq_happenings *happenings, enum yq_line line, const struct redisReply *entries);
size_t yq_happenings_count(const struct yq_happenings *happenings);
/* Forget those behind `limit`. */
void yq_happenings_keep(struct yq_happenings *happenings, const struct yq_entry_at *limit);
/* Move `place` past all of them. */
void yq_happenings_pass(const struct yq_happenings *happenings, struct yq_event_place *place);

/*
 * `frames` are the events, each with the place that is reached with it; `place` is that of the
 * last.  Entries that say nothing (a cancel of what is archived, a kind of which nothing is told)
 * move the place all the same.  Borrowed for the call; NULL unless rc == YQ_OK.
 */
typedef void yq_happenings_fn(
    void *cookie, enum yq_rc rc, const struct yq_buf *frames, const struct yq_event_place *place);
/* Takes `happenings` over.  Orders among them are read as they are now, in one round trip; `fn`
 * runs once, from the loop, at once where there is none of them. */
void yq_happenings_tell(struct yq_happenings *happenings, struct yq_valkey *valkey,
    const struct yq_event_place *from, yq_happenings_fn *fn, void *cookie);

#endif
