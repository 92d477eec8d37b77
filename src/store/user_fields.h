/* user_fields.h - the columns of USERS, for the files that read and write them. */
#ifndef YQ_STORE_USER_FIELDS_H
#define YQ_STORE_USER_FIELDS_H

#include "store/tx.h"
#include "store/users.h"

#define YQ_USER_TABLE	    "USERS"
#define YQ_USER_FIELD_COUNT 10
extern const struct yq_field yq_user_fields[YQ_USER_FIELD_COUNT];

/* Within a transaction; the name as it is kept.  YQ_E_NOT_FOUND without a text. */
YQ_NODISCARD enum yq_rc yq_users_read(
    struct yq_tx *tx, const char *name, struct yq_user *user, struct yq_err *err);
/* A row of the audit trail, which stands for the change in the same transaction. */
YQ_NODISCARD enum yq_rc yq_access_audit(struct yq_tx *tx, const struct yq_hand *hand,
    int64_t now_us, const char *verb, const char *target, const char *before, const char *after,
    const char *reason, struct yq_err *err);

#endif
