/*
 * verdict.h - the decisions on one signal over all its accounts, as kept under `signal:{Id}` and in
 * the archive.
 */
#ifndef YQ_DOMAIN_VERDICT_H
#define YQ_DOMAIN_VERDICT_H

#include "domain/inputs.h"

#define YQ_VERDICT_INPUTS "Inputs"

/*
 * {"Verdict":"ordered|refused","Code","Text","DecidedAt","Orders":[ids],"Steps":[{"Account","Rule",
 * "Ok","Text"}],"Inputs":[{"Account",...}]}.  Ordered if any account ordered; code and text are
 * those of the first order, else of the first refusal.  `count` may be 0 (no account): refused with
 * `code` NO_ACCOUNT.  `inputs` are those of the decisions, NULL = not to be written down; one
 * without rules is left out.
 */
void yq_verdict_write(struct yq_buf *out, const struct yq_decision *const *decisions,
    const struct yq_inputs *inputs, size_t count, int64_t now_us);

#endif
