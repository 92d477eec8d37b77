/*
 * withdraw.h - which entries a decision withdraws: what its strategy has resting on that side.
 */
#ifndef YQ_DOMAIN_WITHDRAW_H
#define YQ_DOMAIN_WITHDRAW_H

#include "domain/compose.h"

/* Whether a signal is decided on what its strategy has on the way: it says where the strategy
 * stands. */
bool yq_signal_sees_strategy(const struct yq_signal *signal);
/* Fill in `decision->cancels`, where it withdraws, from the open orders of `book`; at most
 * YQ_CANCELS_MAX. */
void yq_withdraw(
    struct yq_decision *decision, const struct yq_signal *signal, const struct yq_account *book);

#endif
