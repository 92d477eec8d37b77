/* verbs_halt.h - what other verbs say about kill switches. */
#ifndef YQ_CONSOLE_VERBS_HALT_H
#define YQ_CONSOLE_VERBS_HALT_H

#include "console/find.h"

/* For people: kill switches that stand, for they explain why nothing trades, until when and how
 * each is released. */
int yq_print_halts(struct yq_system *system);

#endif
