/* catalog_audit.h - a sync of the catalog as a row of the audit trail.  Inside store/. */
#ifndef YQ_STORE_CATALOG_AUDIT_H
#define YQ_STORE_CATALOG_AUDIT_H

#include "store/catalog.h"
#include "store/tx.h"

/* By `load->hand`, which is not NULL. */
YQ_NODISCARD enum yq_rc yq_catalog_audit(struct yq_tx *tx, const struct yq_catalog_load *load,
    const struct yq_catalog_change *changes, struct yq_err *err);

#endif
