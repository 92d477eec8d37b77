/*
 * calendar.h - is a market open at an instant, in its own time zone.
 *
 * Sessions are minutes of the local day, so that summer time moves them as the exchange does.
 */
#ifndef YQ_DOMAIN_CALENDAR_H
#define YQ_DOMAIN_CALENDAR_H

#include "base/zone.h"
#include "domain/market.h"

/* A local date as the number yyyymmdd: 20261126. */
typedef int32_t yq_date;

/* A day that differs: the first session opens at `open`, the last closes at `close` (sessions
 * beyond it fall away).  -1 = as usual. */
struct yq_special_day {
	yq_date date;
	int16_t open, close;
};

/* One country's hours.  The arrays are borrowed and sorted by date. */
struct yq_market_hours {
	const struct yq_zone *zone;		     /* borrowed */
	struct yq_session sessions[YQ_SESSIONS_MAX]; /* in order, not overlapping */
	size_t session_count;
	uint8_t weekdays; /* bit 0 = Monday ... bit 6 = Sunday */
	const yq_date *closed;
	size_t closed_count;
	const struct yq_special_day *special;
	size_t special_count;
	yq_date covered_to; /* last date the closed days are known for; 0 = no such limit */
};
#define YQ_WEEKDAYS_MON_FRI UINT8_C(0x1f)

/* The regular hours of `exchange`'s market, without closed days. */
struct yq_market_hours yq_market_hours_default(
    enum yq_exchange exchange, const struct yq_zone *zone);

bool yq_market_is_open(const struct yq_market_hours *hours, int64_t instant_us);
/* False when the calendar says nothing about that local date: automatic orders are refused. */
bool yq_market_is_covered(const struct yq_market_hours *hours, int64_t instant_us);
/* The first instant at or after `instant_us` at which it is open (the same one, if it is);
 * YQ_E_NOT_FOUND if there is none within 30 days. */
YQ_NODISCARD enum yq_rc yq_market_next_open(
    const struct yq_market_hours *hours, int64_t instant_us, int64_t *open_us);
/* When the session that is open at `instant_us` closes; YQ_E_STATE if none is. */
YQ_NODISCARD enum yq_rc yq_market_session_close(
    const struct yq_market_hours *hours, int64_t instant_us, int64_t *close_us);
/* The local date at an instant. */
yq_date yq_local_date(const struct yq_zone *zone, int64_t instant_us);

/* The trading day of a local date, as the calendar has it. */
struct yq_market_day {
	yq_date date;
	int weekday;  /* 0 = Monday */
	bool covered; /* false: the calendar says nothing of it, the sessions are a guess */
	struct yq_session sessions[YQ_SESSIONS_MAX];
	size_t session_count;	   /* 0 = closed all day */
	int64_t open_us, close_us; /* of the first and last session; 0 when closed */
};
struct yq_market_day yq_market_day_of(const struct yq_market_hours *hours, yq_date date);
/* Whether a minute of the local day lies in one of its sessions. */
bool yq_market_day_has(const struct yq_market_day *day, int minute);
/* The date so many days later (negative: earlier). */
yq_date yq_date_add(yq_date date, int days);
/* The instant of a minute (0-1440) of a local date; as yq_zone_instant where it is missing or
 * doubled. */
int64_t yq_local_instant(const struct yq_zone *zone, yq_date date, int minute);

/* All countries' hours, with the zones they need.  The settings layer may change `hours` (and point
 * it at arrays that outlive it). */
struct yq_calendar {
	struct yq_zone *zones[YQ_COUNTRY_COUNT]; /* owned */
	struct yq_market_hours hours[YQ_COUNTRY_COUNT];
};
YQ_NODISCARD enum yq_rc yq_calendar_load(struct yq_calendar *calendar, struct yq_err *err);
void yq_calendar_clear(struct yq_calendar *calendar);
const struct yq_market_hours *yq_calendar_hours(
    const struct yq_calendar *calendar, enum yq_exchange exchange);

#endif
