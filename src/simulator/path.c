/* path.c - the path of a price: value noise in three octaves, in whole numbers. */
#include "simulator/path.h"

#include "base/clock.h"
#include "base/table.h"

#define SPAN 1000 /* of the noise, either way */

static const struct {
	int64_t period_us;
	int64_t weight;
} octaves[] = {
	{ 86400 * YQ_US_PER_SECOND, 5 },
	{ 3600 * YQ_US_PER_SECOND, 3 },
	{ 60 * YQ_US_PER_SECOND, 2 },
};

uint64_t
sim_path_seed(uint64_t seed, enum yq_exchange exchange, const char *ticker)
{
	uint64_t name = yq_table_hash_join(yq_table_hash_text(ticker), (uint64_t)exchange);

	return yq_table_hash_join(seed, name);
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0 ? 1 : 0);
}

/* The noise at a whole number of periods: -SPAN to SPAN. */
static int64_t
knot(uint64_t seed, size_t octave, int64_t at)
{
	uint64_t hash = yq_table_hash_join(yq_table_hash_join(seed, octave + 1), (uint64_t)at);

	/* Join mixes little of its last argument upward. */
	hash = (hash ^ (hash >> 31)) * UINT64_C(0x94d049bb133111eb);
	return (int64_t)((hash >> 20) % (2 * SPAN + 1)) - SPAN;
}

int64_t
sim_path_offset(const struct sim_path *path, int64_t instant_us)
{
	int64_t step_us = (int64_t)path->interval_ms * YQ_US_PER_MS;
	int64_t at_us = floor_div(instant_us, step_us) * step_us;
	int64_t sum = 0, weights = 0;

	if (path->walk_bps == 0)
		return 0;
	for (size_t i = 0; i < YQ_COUNT(octaves); i++) {
		int64_t period_us = octaves[i].period_us;
		int64_t k = floor_div(at_us, period_us);
		int64_t from = knot(path->seed, i, k), to = knot(path->seed, i, k + 1);
		int64_t part_ms = (at_us - k * period_us) / YQ_US_PER_MS;

		sum += octaves[i].weight *
		       (from * 1000 + (to - from) * 1000 * part_ms / (period_us / YQ_US_PER_MS));
		weights += octaves[i].weight;
	}
	return sum * path->walk_bps / (weights * SPAN * 10);
}

struct yq_decimal
sim_path_price(const struct sim_path *path, enum yq_exchange exchange, struct yq_decimal base,
    int64_t anchor_us, int64_t instant_us)
{
	int64_t moved = sim_path_offset(path, instant_us) - sim_path_offset(path, anchor_us);
	struct yq_decimal factor = yq_decimal_from_scaled(1000000 + moved, 6), price;

	if (moved == 0 || yq_decimal_mul(base, factor, YQ_ROUND_HALF_EVEN, &price) != YQ_OK)
		return base;
	if (yq_decimal_sign(price) <= 0 ||
	    yq_tick_round(exchange, price, YQ_ROUND_HALF_EVEN, &price) != YQ_OK ||
	    yq_decimal_sign(price) <= 0)
		return yq_tick_size(exchange, base);
	return price;
}
