/*
 * provision.h - the two things `yq up` says to Valkey itself: be ready for the programs, and stop.
 */
#ifndef YQ_CONSOLE_UP_PROVISION_H
#define YQ_CONSOLE_UP_PROVISION_H

#include "console/up/plan.h"

/*
 * Users, functions and groups on our own Valkey; on one that is configured only the functions and
 * groups, and only if they are not there.  Blocks for some milliseconds.
 */
YQ_NODISCARD enum yq_rc yq_up_provision(const struct yq_up_plan *plan, struct yq_err *err);
/* SHUTDOWN: it goes after its last write. */
YQ_NODISCARD enum yq_rc yq_up_shut_down(const struct yq_up_plan *plan);

#endif
