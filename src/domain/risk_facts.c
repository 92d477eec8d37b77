/* risk_facts.c - facts that only a limit which is there looks at. */
#include "domain/calendar.h"
#include "domain/risk.h"

int64_t
yq_risk_local_minute(
    const struct yq_risk_limits *limits, const struct yq_market_hours *hours, int64_t now_us)
{
	return limits->window_from == limits->window_until ? 0
							   : yq_local_minute(hours->zone, now_us);
}

int64_t
yq_risk_orders_last_day(
    const struct yq_risk_limits *limits, const struct yq_rate *rate, int64_t now_us)
{
	return limits->max_orders_per_day == 0 ? 0 : yq_rate_day(rate, now_us);
}
