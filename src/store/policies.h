/*
 * policies.h - what decisions were made by, under its digest (table RULES).
 */
#ifndef YQ_STORE_POLICIES_H
#define YQ_STORE_POLICIES_H

#include "store/tx.h"

struct yq_policy_row {
	struct yq_id digest;
	char *text; /* borrowed when saving; owned by the caller when read */
	int64_t first_seen_us;
};

/* Those that are not there yet, in one transaction.  YQ_E_RETRY: another writes the same. */
YQ_NODISCARD enum yq_rc yq_policies_save(struct yq_firebird *firebird,
    const struct yq_policy_row *rows, size_t count, struct yq_err *err);
/* All that are there, in no order; `row` is borrowed for the call. */
typedef enum yq_rc yq_policy_fn(void *cookie, const struct yq_policy_row *row, struct yq_err *err);
YQ_NODISCARD enum yq_rc yq_policies_each(
    struct yq_firebird *firebird, yq_policy_fn *fn, void *cookie, struct yq_err *err);
/* YQ_E_NOT_FOUND. */
YQ_NODISCARD enum yq_rc yq_policies_get(struct yq_firebird *firebird, const struct yq_id *digest,
    struct yq_policy_row *row, struct yq_err *err);

#endif
