/*
 * steps_encode.h - the calls of steps.h as commands, shared by the loop's and the blocking variant.
 */
#ifndef YQ_BUS_STEPS_ENCODE_H
#define YQ_BUS_STEPS_ENCODE_H

#include <hiredis/hiredis.h>

#include "bus/steps.h"

/* Each fills cleared `args`. */
void yq_encode_accept(struct yq_args *args, const struct yq_accept_item *items, size_t count);
void yq_encode_submit(struct yq_args *args, const struct yq_submit_item *items, size_t count);
void yq_encode_halt(struct yq_args *args, const struct yq_halt_item *item);
void yq_encode_decide(struct yq_args *args, const struct yq_decide_item *items, size_t count);
void yq_encode_claim(struct yq_args *args, const struct yq_claim_item *items, size_t count);
void yq_encode_apply(struct yq_args *args, const struct yq_apply_item *items, size_t count);
void yq_encode_sync(struct yq_args *args, const struct yq_sync_item *item);
void yq_encode_archived(struct yq_args *args, const struct yq_archived *archived);
void yq_encode_notify(struct yq_args *args, const char *payload, size_t length);
void yq_encode_stock(struct yq_args *args, const struct yq_stock_item *items, size_t count);

/* Read { letters, text ... }; texts are borrowed from the reply.  YQ_E_CORRUPT if it is not that.
 */
YQ_NODISCARD enum yq_rc yq_step_answers(
    const redisReply *reply, struct yq_step_answer *answers, size_t count, struct yq_err *err);

#endif
