/*
 * calendar.h - is a market open at an instant, in its own time zone.
 *
 * Sessions are minutes of the local day, so that summer time moves them as the exchange does.
 */
#ifndef YQ_DOMAIN_CALENDAR_H
#define YQ_DOMAIN_CALENDAR_H

#include "base/zone.h"
#include "domain/days.h"

/* One country's hours.  The days are borrowed, by date. */
struct yq_market_hours {
	const struct yq_zone *zone;		     /* borrowed */
	struct yq_session sessions[YQ_SESSIONS_MAX]; /* in order, not overlapping */
	size_t session_count;
	struct yq_session pre, post; /* open == close: none; known, but not traded in */
	uint8_t weekdays;	     /* bit 0 = Monday ... bit 6 = Sunday */
	const struct yq_day *days;   /* that are not as usual */
	size_t day_count;
	yq_date covered_from, covered_to; /* what the days are known for; 0 = no such limit */
};
#define YQ_WEEKDAYS_MON_FRI UINT8_C(0x1f)

/* Where in its day a market is. */
enum yq_market_phase {
	YQ_PHASE_CLOSED,
	YQ_PHASE_PRE,
	YQ_PHASE_OPEN,
	YQ_PHASE_BREAK, /* between two sessions */
	YQ_PHASE_POST,
};
extern const struct yq_names yq_market_phase_names;
enum yq_market_phase yq_market_phase_at(const struct yq_market_hours *hours, int64_t instant_us);

/* Why it is not as usual; NULL = it is. */
const struct yq_day *yq_market_special(const struct yq_market_hours *hours, yq_date date);

bool yq_market_is_open(const struct yq_market_hours *hours, int64_t instant_us);
/* False when the calendar says nothing sure about that local date: automatic orders are refused. */
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
/* The minute of the local day at an instant. */
int64_t yq_local_minute(const struct yq_zone *zone, int64_t instant_us);

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
/* The instant of a minute (0-1440) of a local date; as yq_zone_instant where it is missing or
 * doubled. */
int64_t yq_local_instant(const struct yq_zone *zone, yq_date date, int minute);

/* All countries' hours, with the zones and days they need. */
struct yq_calendar {
	struct yq_zone *zones[YQ_COUNTRY_COUNT]; /* owned */
	struct yq_days days[YQ_COUNTRY_COUNT];	 /* owned */
	struct yq_market_hours hours[YQ_COUNTRY_COUNT];
};
/* What comes with the program. */
YQ_NODISCARD enum yq_rc yq_calendar_load(struct yq_calendar *calendar, struct yq_err *err);
/* Other days and hours for their country; the calendar's from now on, and `days` is empty.
 * YQ_E_INVALID its zone is not known: then nothing changed. */
YQ_NODISCARD enum yq_rc yq_calendar_set(
    struct yq_calendar *calendar, struct yq_days *days, struct yq_err *err);
/* After calendar->days was changed in place. */
void yq_calendar_refresh(struct yq_calendar *calendar, enum yq_country country);
void yq_calendar_clear(struct yq_calendar *calendar);
const struct yq_market_hours *yq_calendar_hours(
    const struct yq_calendar *calendar, enum yq_exchange exchange);

#endif
