/*
 * schedule.h - orders and liquidations at a time of the market's day.
 *
 * A schedule is due at most once on each local date of its market: at a fixed local time, or some
 * minutes from the open or the close of that very day, which a short day and summer time move.
 * Pure: when it is due, whether it may run then, and what order it makes.
 *
 * A local time that does not exist (the clock was put forward) is due when the clock goes on, one
 * that exists twice the first time.
 */
#ifndef YQ_DOMAIN_SCHEDULE_H
#define YQ_DOMAIN_SCHEDULE_H

#include "domain/calendar.h"
#include "domain/order.h"
#include "domain/position.h"

#define YQ_SCHEDULE_NAME_SIZE	 65
#define YQ_SCHEDULE_ZONE_SIZE	 64
#define YQ_SCHEDULE_REASONS_SIZE 512
#define YQ_SCHEDULE_LATE_MIN_S	 10
#define YQ_SCHEDULE_LATE_MAX_S	 86400
#define YQ_SCHEDULE_LATE_S	 300 /* when nothing is said */
#define YQ_SCHEDULE_ANY_ACCOUNT	 "*"
#define YQ_SCHEDULE_REASON	 "Schedule" /* BuyReason of its orders */

#define YQ_SCHEDULE_KINDS(X)		    X(ORDER, "Order") X(LIQUIDATION, "Liquidation")
#define YQ_SCHEDULE_WHENS(X)		    X(AT, "At") X(OPEN, "Open") X(CLOSE, "Close")
#define YQ_SCHEDULE_KIND_VALUE(ident, name) YQ_SCHEDULE_##ident,
enum yq_schedule_kind { YQ_SCHEDULE_KINDS(YQ_SCHEDULE_KIND_VALUE) YQ_SCHEDULE_KIND_COUNT };
#define YQ_SCHEDULE_WHEN_VALUE(ident, name) YQ_SCHEDULE_##ident,
enum yq_schedule_when { YQ_SCHEDULE_WHENS(YQ_SCHEDULE_WHEN_VALUE) YQ_SCHEDULE_WHEN_COUNT };
extern const struct yq_names yq_schedule_kind_names, yq_schedule_when_names;

struct yq_schedule {
	struct yq_id id;
	char name[YQ_SCHEDULE_NAME_SIZE]; /* UTF-8, of people's choosing */
	bool enabled;
	enum yq_schedule_kind kind;
	char account_alias[YQ_ALIAS_SIZE]; /* a liquidation may have "*": every account */
	/* Whose clock and days; of an order also where.  Of a liquidation any exchange of the
	 * country whose instruments are sold. */
	enum yq_exchange exchange;
	char zone[YQ_SCHEDULE_ZONE_SIZE]; /* the market's, for people; see yq_schedule_check */

	/* an order */
	char ticker[YQ_TICKER_SIZE];
	enum yq_action action;
	enum yq_order_type type;	/* Market or Limit */
	struct yq_opt_decimal price;	/* Limit */
	struct yq_opt_decimal quantity; /* either this ... */
	struct yq_opt_decimal amount;	/* ... or this much of the market's currency */
	/* a liquidation: BuyReasons of what is sold, '*' for any text, one a line; "" = whatever
	 * the reason */
	char reasons[YQ_SCHEDULE_REASONS_SIZE];

	enum yq_schedule_when when;
	int64_t minute;		  /* At: of the local day, 0-1439 */
	int64_t offset;		  /* Open: minutes after it, >= 0; Close: -1 and below, before it */
	int64_t weekdays;	  /* of the market's zone; bit 0 = Monday */
	int64_t from, to;	  /* local dates (yq_date), both included; 0 = without an end */
	int64_t max_late_seconds; /* later than that it does not run */
	bool any_hour;		  /* At: whatever the market's hours and holidays are */
};

/* Enabled, a market order, Monday to Friday, YQ_SCHEDULE_LATE_S; exchange, action: none yet. */
struct yq_schedule yq_schedule_default(void);

/*
 * Whether it makes sense in a market of these hours; YQ_E_INVALID names the member and says why
 * not.  An empty zone is filled in; another one than the market's is refused.
 */
YQ_NODISCARD enum yq_rc yq_schedule_check(
    struct yq_schedule *schedule, const struct yq_market_hours *hours, struct yq_err *err);

/* ---- when ---- */

enum yq_due_kind {
	YQ_DUE_RUN,
	YQ_DUE_HOLIDAY,	  /* the market is closed that day */
	YQ_DUE_SHORT_DAY, /* that day's hours end before it, or begin after it */
	YQ_DUE_UNCOVERED, /* the calendar says nothing about that day */
	YQ_DUE_KIND_COUNT
};
struct yq_due {
	int64_t at_us;
	yq_date date; /* of the market */
	enum yq_due_kind kind;
};
/* The first time it is due after an instant, run or not; where it cannot run, when it would have.
 * YQ_E_NOT_FOUND: never again.  The schedule has passed yq_schedule_check. */
YQ_NODISCARD enum yq_rc yq_schedule_next(const struct yq_schedule *schedule,
    const struct yq_market_hours *hours, int64_t after_us, struct yq_due *due);
/* The first time it will run; YQ_E_NOT_FOUND also if there is none that the calendar knows. */
YQ_NODISCARD enum yq_rc yq_schedule_next_run(const struct yq_schedule *schedule,
    const struct yq_market_hours *hours, int64_t after_us, struct yq_due *due);

/* What became of the times after `after_us` up to `now_us`. */
struct yq_dues {
	bool any; /* `last` is filled */
	struct yq_due last;
	struct yq_due missed; /* the last of those before it; at_us 0 = none */
	unsigned missed_count;
	int64_t next_us; /* the first after `now_us`; 0 = never again */
};
#define YQ_DUES_MAX 1000 /* of more the first are forgotten, and count as that many */
struct yq_dues yq_schedule_dues(const struct yq_schedule *schedule,
    const struct yq_market_hours *hours, int64_t after_us, int64_t now_us);

/* ---- what ---- */

/* UUIDv5 of the schedule and the time: the same for ever.  Of a liquidation one an instrument. */
struct yq_id yq_schedule_order_id(const struct yq_id *schedule_id, int64_t due_us);
struct yq_id yq_schedule_close_id(
    const struct yq_id *schedule_id, int64_t due_us, const struct yq_position *position);

/* `amount` at `price`, floored to the lot.  YQ_E_REFUSED: less than one lot; YQ_E_RANGE. */
YQ_NODISCARD enum yq_rc yq_schedule_quantity(struct yq_decimal amount, struct yq_decimal price,
    struct yq_decimal lot, struct yq_decimal *qty, struct yq_err *err);

/* The order of a run.  `price`: what `qty` was made with, absent where it was given. */
struct yq_order yq_schedule_order(const struct yq_schedule *schedule, int64_t due_us,
    struct yq_decimal qty, struct yq_opt_decimal price, int64_t now_us);
/* The order that closes `qty` (> 0) of a position: reduce-only, at the market. */
struct yq_order yq_schedule_close_order(const struct yq_schedule *schedule, int64_t due_us,
    const struct yq_position *position, struct yq_decimal qty, int64_t now_us);
/* Whether a liquidation is about this position: country, reason, and something is held. */
bool yq_schedule_closes(const struct yq_schedule *schedule, const struct yq_position *position);

#endif
