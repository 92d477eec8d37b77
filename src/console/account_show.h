/* account_show.h - accounts as the running system has them. */
#ifndef YQ_CONSOLE_ACCOUNT_SHOW_H
#define YQ_CONSOLE_ACCOUNT_SHOW_H

#include "console/console.h"

/* One row an account; of the one that the call's first word names, or of all. */
yq_verb_fn yq_account_show;

#endif
