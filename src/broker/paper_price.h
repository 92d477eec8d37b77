/*
 * paper_price.h - made-up price movement: seeded, so that a run can be repeated.
 */
#ifndef YQ_BROKER_PAPER_PRICE_H
#define YQ_BROKER_PAPER_PRICE_H

#include "domain/market.h"

struct yq_paper_random {
	uint64_t state;
};
uint64_t yq_paper_random_next(struct yq_paper_random *random);
/* True `ppm` times in a million. */
bool yq_paper_random_chance(struct yq_paper_random *random, uint32_t ppm);

/* The price after one step of at most `step_bps` hundredths of a per cent up or down, on the
 * exchange's price step and never below one of it. */
struct yq_decimal yq_paper_price_step(struct yq_paper_random *random, enum yq_exchange exchange,
    struct yq_decimal price, struct yq_decimal step_bps);
/* A plausible first price for a ticker nobody has seen: the same for the same seed. */
struct yq_decimal yq_paper_price_invent(
    uint64_t seed, enum yq_exchange exchange, const char *ticker);
/* `price` made worse for the trader by `bps`, on the price step. */
YQ_NODISCARD enum yq_rc yq_paper_price_slip(enum yq_exchange exchange, enum yq_action action,
    struct yq_decimal price, struct yq_decimal bps, struct yq_decimal *result);

#endif
