/* sums.c - arithmetic for what is shown. */
#include "simulator/sums.h"

struct yq_decimal
sim_plus(struct yq_decimal a, struct yq_decimal b)
{
	struct yq_decimal sum;

	return yq_decimal_add(a, b, &sum) == YQ_OK ? sum : YQ_DECIMAL_ZERO;
}

struct yq_decimal
sim_times(struct yq_decimal a, struct yq_decimal b)
{
	struct yq_decimal product;

	return yq_decimal_mul(a, b, YQ_ROUND_HALF_EVEN, &product) == YQ_OK ? product
									   : YQ_DECIMAL_ZERO;
}

struct yq_decimal
sim_ratio(struct yq_decimal a, struct yq_decimal b)
{
	struct yq_decimal result;

	return yq_decimal_div(a, b, YQ_ROUND_HALF_EVEN, &result) == YQ_OK ? result
									  : YQ_DECIMAL_ZERO;
}

struct yq_decimal
sim_percent(struct yq_decimal value, struct yq_decimal base)
{
	struct yq_decimal gain = sim_plus(value, yq_decimal_neg(base)), rate;

	return yq_decimal_mul_div(
		   gain, yq_decimal_from_int(100), base, YQ_ROUND_HALF_EVEN, &rate) == YQ_OK
		   ? rate
		   : YQ_DECIMAL_ZERO;
}
