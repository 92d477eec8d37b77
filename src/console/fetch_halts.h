/*
 * fetch_halts.h - what the verbs about kill switches and strategies read: what stands, which
 * accounts and strategies are known, and what a halt is over.
 */
#ifndef YQ_CONSOLE_FETCH_HALTS_H
#define YQ_CONSOLE_FETCH_HALTS_H

#include "console/fetch.h"
#include "desk/fetch_halts.h"

int yq_fetch_halts(struct yq_system *system, struct yq_halts *halts);

/*
 * What --account and --strategy name, as the scope of a halt.  An account that nobody has is
 * refused with the nearest one (unless none is known at all); its name is taken in any case of
 * letters.  A strategy that nobody knows is warned of.
 */
int yq_fetch_scope(struct yq_system *system, const struct yq_call *call,
    char scope[YQ_HALT_FIELD_SIZE], char alias[YQ_ALIAS_SIZE]);

/* A strategy that nobody knows is warned of on stderr, with the nearest one. */
int yq_fetch_check_strategy(struct yq_system *system, const char *named);

int yq_fetch_strategies(struct yq_system *system, struct yq_strategies *strategies);
int yq_fetch_held(struct yq_system *system, const char *scope, yq_held_fn *fn, void *cookie);

#endif
