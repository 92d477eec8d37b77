/*
 * path.h - the path of a price through time: a function of seed, name and instant, with no state.
 */
#ifndef YQ_SIMULATOR_PATH_H
#define YQ_SIMULATOR_PATH_H

#include "base/decimal.h"
#include "domain/market.h"

struct sim_path {
	uint64_t seed;	      /* of the instrument: sim_path_seed */
	uint32_t walk_bps;    /* 0 = the price stands still; at most 4000 */
	uint32_t interval_ms; /* between two prices; > 0 */
};

uint64_t sim_path_seed(uint64_t seed, enum yq_exchange exchange, const char *ticker);
/* How far the path is from its middle at an instant: millionths, within +-100 x walk_bps. */
int64_t sim_path_offset(const struct sim_path *path, int64_t instant_us);
/* What was `base` at `anchor_us` is this at `instant_us`, on the exchange's price step and never
 * below one of it. */
struct yq_decimal sim_path_price(const struct sim_path *path, enum yq_exchange exchange,
    struct yq_decimal base, int64_t anchor_us, int64_t instant_us);

#endif
