/*
 * provision.h - the two things `yq up` says to Valkey itself: be ready for the programs, and stop.
 */
#ifndef YQ_CONSOLE_UP_PROVISION_H
#define YQ_CONSOLE_UP_PROVISION_H

#include "console/up/plan.h"

/*
 * The functions and groups of this build, if they are not there; users are in the private server's
 * own file, or the business of `yq provision`.  Blocks for some milliseconds.
 */
YQ_NODISCARD enum yq_rc yq_up_provision(const struct yq_up_plan *plan, struct yq_err *err);
/* SHUTDOWN: it goes after its last write. */
YQ_NODISCARD enum yq_rc yq_up_shut_down(const struct yq_up_plan *plan);

#endif
