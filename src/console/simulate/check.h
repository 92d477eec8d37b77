/*
 * check.h - prove that the archive's decisions come out again.
 */
#ifndef YQ_CONSOLE_SIMULATE_CHECK_H
#define YQ_CONSOLE_SIMULATE_CHECK_H

#include "console/console.h"

/* `yq simulate --check`: returns enum yq_console_exit; DONE when all that could be decided again
 * came out as recorded. */
int yq_simulate_check(const struct yq_call *call);

#endif
