/*
 * model_calls.h - random calls of the durable steps, the same for a model of the server and for a
 * real one.
 */
#ifndef YQ_TESTS_MODEL_CALLS_H
#define YQ_TESTS_MODEL_CALLS_H

#include "bus/args.h"

#define SIDE_ENTRIES 64
#define SIDE_ALIASES 2

/* What each server has of its own: ids of entries, tokens of leases. */
struct side {
	char entries[SIDE_ENTRIES][48];
	size_t entry_count;
	int64_t tokens[SIDE_ALIASES];
};

/* Where chance stands; the same state gives the same calls. */
extern uint64_t chance_state;
uint64_t chance(uint64_t below);

/* Makes a call for that side out of chance. */
typedef void make_fn(struct yq_args *args, const struct side *side);
make_fn *some_call(void);
make_fn make_lease; /* draws how many leases, then the first of them */
make_fn make_read;

#endif
