/*
 * sums.h - arithmetic for what is shown: what does not fit shows as 0.
 *
 * The amounts were checked when they came; nothing is traded by these.
 */
#ifndef YQ_SIMULATOR_SUMS_H
#define YQ_SIMULATOR_SUMS_H

#include "base/decimal.h"

struct yq_decimal sim_plus(struct yq_decimal a, struct yq_decimal b);
struct yq_decimal sim_times(struct yq_decimal a, struct yq_decimal b);
struct yq_decimal sim_ratio(struct yq_decimal a, struct yq_decimal b);
/* How much `value` is above `base`, in per cent of it. */
struct yq_decimal sim_percent(struct yq_decimal value, struct yq_decimal base);

#endif
