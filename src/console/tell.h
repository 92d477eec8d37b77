/* tell.h - a notification from the console. */
#ifndef YQ_CONSOLE_TELL_H
#define YQ_CONSOLE_TELL_H

#include "bus/message.h"
#include "console/console.h"
#include "console/find.h"

/* Into notification:stream and onto its channel; what does not fit of `text` is cut off.  An exit
 * status; what went wrong has been said. */
int yq_tell(struct yq_system *system, enum yq_notification_kind kind, enum yq_severity severity,
    const char *text);

#endif
