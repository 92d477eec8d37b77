/* verbs_resolve.h - the part of `yq order` that says what became of an order. */
#ifndef YQ_CONSOLE_VERBS_RESOLVE_H
#define YQ_CONSOLE_VERBS_RESOLVE_H

#include "console/console.h"

/* `yq order resolve ORDER OUTCOME ...`; returns enum yq_console_exit. */
int yq_order_resolve(const struct yq_call *call);

#endif
