/*
 * today.h - what an account has gained since the end of its last recorded day.  Valkey and
 * Firebird; blocking.
 */
#ifndef YQ_DESK_TODAY_H
#define YQ_DESK_TODAY_H

#include "desk/desk.h"
#include "desk/worth.h"

#define YQ_TODAY_TRADES_MAX 20000 /* since then; with more nothing is said */
#define YQ_TODAY_QUEUE_MAX  2000  /* on their way into the archive; the same */

/*
 * Fill `today` and `base` of each row that has a recorded day.  The trades counted are those of the
 * archive and those on their way there; the caller makes sure that `worths` were read before, and
 * that nothing was booked meanwhile.  YQ_E_LIMIT: too many trades; all errors of the archive.
 */
YQ_NODISCARD enum yq_rc yq_desk_today(struct yq_desk *desk, const char *alias,
    struct yq_worth *worths, size_t count, struct yq_err *err);

#endif
