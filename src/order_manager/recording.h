/*
 * recording.h - one decide step in the making: verdicts and orders of a batch, encoded once and
 * kept for repeats.
 */
#ifndef YQ_ORDER_MANAGER_RECORDING_H
#define YQ_ORDER_MANAGER_RECORDING_H

#include "bus/steps.h"
#include "daemon/rules.h"
#include "domain/verdict.h"

struct yq_recording; /* opaque */

struct yq_recording *yq_recording_make(void);
void yq_recording_free(struct yq_recording *recording); /* NULL is a no-op */
void yq_recording_clear(struct yq_recording *recording);

/* Whether one more signal, with as many orders as it can have, fits. */
bool yq_recording_has_room(const struct yq_recording *recording);
/* The decisions on one signal, one an account, with what they were made from; `entry_id` is
 * borrowed until the next clear. */
void yq_recording_add(struct yq_recording *recording, const char *entry_id,
    const struct yq_id *signal_id, const struct yq_decision *const *decisions,
    const struct yq_inputs *inputs, size_t count, int64_t now_us);
/* The next signal's inputs bring along the text of `policy` (NULL = none was used), unless it is
 * recorded.  It must live until the next clear. */
void yq_recording_carry(struct yq_recording *recording, struct yq_named_policy *policy);
/* Policies whose text the step has recorded are so from now on. */
void yq_recording_settle(struct yq_recording *recording, const struct yq_step_answer *answers);
size_t yq_recording_count(const struct yq_recording *recording);
bool yq_recording_has_orders(const struct yq_recording *recording, size_t index);

/* Any number of times, unchanged. */
void yq_recording_send(
    struct yq_recording *recording, struct yq_valkey *valkey, yq_step_fn *fn, void *cookie);

#endif
