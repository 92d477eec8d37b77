/* embedded.h - where the embedded engine of Firebird finds what it needs. */
#ifndef YQ_ORDER_MANAGER_EMBEDDED_H
#define YQ_ORDER_MANAGER_EMBEDDED_H

#include "base/config.h"
#include "base/connection_string.h"

/* A root of our own unless somebody gave us one, and `target`'s file in the data folder.  Before
 * the first connection of the process. */
YQ_NODISCARD enum yq_rc yq_embedded_prepare(
    const struct yq_config *config, struct yq_firebird_target *target, struct yq_err *err);

#endif
