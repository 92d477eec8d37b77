/*
 * notices.h - what people were told: notification:stream, newest first.
 */
#ifndef YQ_DESK_NOTICES_H
#define YQ_DESK_NOTICES_H

#include "desk/fetch.h"

/* `entry` is its id in the stream.  False ends the walk. */
typedef bool yq_notice_fn(
    void *cookie, const char *entry, const struct yq_notification *notification);
/* Walk along those before the entry `before` (NULL = from the newest on); what nobody can read is
 * left out.  YQ_E_INVALID: `before` is no entry's id. */
YQ_NODISCARD enum yq_rc yq_desk_notices(
    struct yq_desk *desk, const char *before, yq_notice_fn *fn, void *cookie, struct yq_err *err);

#endif
