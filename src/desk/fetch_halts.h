/*
 * fetch_halts.h - kill switches that stand, positions under them, strategies that are known.
 * Blocking; the errors of fetch.h.
 */
#ifndef YQ_DESK_FETCH_HALTS_H
#define YQ_DESK_FETCH_HALTS_H

#include "bus/halts.h"
#include "desk/fetch.h"

/* Free with yq_halts_clear. */
YQ_NODISCARD enum yq_rc yq_desk_halts(
    struct yq_desk *desk, struct yq_halts *halts, struct yq_err *err);

/* Strategies that somebody has spoken of, or that hold something; sorted, owned. */
struct yq_strategies {
	char (*names)[YQ_STRATEGY_SIZE];
	size_t count;
};
YQ_NODISCARD enum yq_rc yq_desk_strategies(
    struct yq_desk *desk, struct yq_strategies *strategies, struct yq_err *err);
void yq_strategies_clear(struct yq_strategies *strategies);

/* Each position that a halt of this scope is over; anything but YQ_OK ends it and is returned. */
typedef enum yq_rc yq_held_fn(void *cookie, const struct yq_position *position);
YQ_NODISCARD enum yq_rc yq_desk_held(
    struct yq_desk *desk, const char *scope, yq_held_fn *fn, void *cookie, struct yq_err *err);

#endif
