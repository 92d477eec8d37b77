/* curve.c - the equity at the end of each day. */
#include "console/simulate/curve.h"

#include <stdlib.h>

#include "base/mem.h"

static void
push(struct yq_curve *curve, yq_date date, struct yq_decimal equity)
{
	if (curve->count == curve->capacity) {
		curve->capacity = curve->capacity == 0 ? 64 : 2 * curve->capacity;
		curve->days = yq_xrealloc(curve->days, curve->capacity, sizeof(*curve->days));
	}
	curve->days[curve->count++] = (struct yq_equity_day){ .date = date, .equity = equity };
}

static int64_t
end_of(const struct yq_market_hours *hours, yq_date date)
{
	return yq_local_instant(hours->zone, yq_date_add(date, 1), 0);
}

static void
end_day(struct yq_curve *curve, const struct yq_market_hours *hours, yq_date date,
    struct yq_decimal equity)
{
	if (curve->moved || yq_market_day_of(hours, date).session_count > 0)
		push(curve, date, equity);
	curve->moved = false;
}

void
yq_curve_pass(struct yq_curve *curve, const struct yq_market_hours *hours, int64_t now_us,
    struct yq_decimal equity)
{
	yq_date date;

	if (now_us < curve->next_us)
		return;
	date = yq_local_date(hours->zone, now_us);
	if (curve->next_us == 0) {
		push(curve, yq_date_add(date, -1), equity);
		curve->next_us = end_of(hours, date);
		return;
	}
	for (yq_date day = yq_local_date(hours->zone, curve->next_us - 1); day < date;
	     day = yq_date_add(day, 1))
		end_day(curve, hours, day, equity);
	curve->next_us = end_of(hours, date);
}

void
yq_curve_end(struct yq_curve *curve, const struct yq_market_hours *hours, struct yq_decimal equity)
{
	if (curve->next_us == 0)
		return;
	curve->moved = true;
	end_day(curve, hours, yq_local_date(hours->zone, curve->next_us - 1), equity);
}

void
yq_curve_clear(struct yq_curve *curve)
{
	free(curve->days);
	*curve = (struct yq_curve){ .days = NULL };
}
