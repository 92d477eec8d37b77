/* verbs_user.h - `yq user key`, for `yq user`. */
#ifndef YQ_CONSOLE_VERBS_USER_H
#define YQ_CONSOLE_VERBS_USER_H

#include "console/console.h"

/* words[1] says which: list, add, revoke. */
int yq_user_key(const struct yq_call *call);

#endif
