/* paper_price.c - the random walk, invented first prices and slippage. */
#include "broker/paper_price.h"

#include "base/table.h"

#define BPS_ONE 10000

/* SplitMix64 (Steele, Lea, Flood 2014). */
uint64_t
yq_paper_random_next(struct yq_paper_random *random)
{
	uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

bool
yq_paper_random_chance(struct yq_paper_random *random, uint32_t ppm)
{
	return ppm != 0 && yq_paper_random_next(random) % 1000000 < ppm;
}

/* price x (1 + bps / 10000), before rounding to a price step. */
static enum yq_rc
moved(struct yq_decimal price, struct yq_decimal bps, struct yq_decimal *result)
{
	struct yq_decimal delta;
	enum yq_rc rc;

	rc = yq_decimal_mul(price, bps, YQ_ROUND_HALF_EVEN, &delta);
	if (rc == YQ_OK)
		rc =
		    yq_decimal_div(delta, yq_decimal_from_int(BPS_ONE), YQ_ROUND_HALF_EVEN, &delta);
	return rc == YQ_OK ? yq_decimal_add(price, delta, result) : rc;
}

struct yq_decimal
yq_paper_price_step(struct yq_paper_random *random, enum yq_exchange exchange,
    struct yq_decimal price, struct yq_decimal step_bps)
{
	int64_t milli = (int64_t)(yq_paper_random_next(random) % 2001) - 1000;
	struct yq_decimal bps, result;

	if (yq_decimal_mul(step_bps, yq_decimal_from_scaled(milli, 3), YQ_ROUND_HALF_EVEN, &bps) !=
		YQ_OK ||
	    moved(price, bps, &result) != YQ_OK || yq_decimal_sign(result) <= 0 ||
	    yq_tick_round(exchange, result, YQ_ROUND_HALF_EVEN, &result) != YQ_OK)
		return price;
	return yq_decimal_sign(result) > 0 ? result : price;
}

struct yq_decimal
yq_paper_price_invent(uint64_t seed, enum yq_exchange exchange, const char *ticker)
{
	/* Where most prices of a currency lie: lowest, and how far above it. */
	static const int64_t ranges[YQ_CURRENCY_COUNT][2] = {
		[YQ_KRW] = { 10000, 190000 },
		[YQ_USD] = { 20, 380 },
		[YQ_CNY] = { 5, 95 },
		[YQ_JPY] = { 500, 4500 },
		[YQ_HKD] = { 5, 295 },
		[YQ_VND] = { 10000, 90000 },
	};
	const int64_t *range = ranges[yq_market_of(exchange)->currency];
	struct yq_paper_random random = { seed ^ yq_table_hash_join(yq_table_hash_text(ticker),
						     (uint64_t)exchange) };
	uint64_t offset = yq_paper_random_next(&random) % (uint64_t)(range[1] + 1);
	struct yq_decimal price = yq_decimal_from_int(range[0] + (int64_t)offset), rounded;

	return yq_tick_round(exchange, price, YQ_ROUND_HALF_EVEN, &rounded) == YQ_OK ? rounded
										     : price;
}

enum yq_rc
yq_paper_price_slip(enum yq_exchange exchange, enum yq_action action, struct yq_decimal price,
    struct yq_decimal bps, struct yq_decimal *result)
{
	struct yq_decimal worse;
	enum yq_rc rc;

	if (yq_decimal_sign(bps) == 0) {
		*result = price;
		return YQ_OK;
	}
	rc = moved(price, action == YQ_BUY ? bps : yq_decimal_neg(bps), &worse);
	if (rc != YQ_OK)
		return rc;
	if (yq_decimal_sign(worse) <= 0)
		return YQ_E_RANGE;
	return yq_tick_round(
	    exchange, worse, action == YQ_BUY ? YQ_ROUND_CEILING : YQ_ROUND_FLOOR, result);
}
