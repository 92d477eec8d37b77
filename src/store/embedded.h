/* embedded.h - where the embedded engine of Firebird finds what it needs. */
#ifndef YQ_STORE_EMBEDDED_H
#define YQ_STORE_EMBEDDED_H

#include "base/connection_string.h"
#include "base/err.h"

/* A root of our own (DATA_FOLDER/firebird) unless somebody gave us one, and `target`'s file in the
 * data folder.  Before the first connection of the process.  A served database stays as it is. */
YQ_NODISCARD enum yq_rc yq_embedded_prepare(
    const char *data_folder, struct yq_firebird_target *target, struct yq_err *err);

#endif
