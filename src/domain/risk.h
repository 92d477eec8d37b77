/*
 * risk.h - checks before an order may go to a broker: one table row a check.
 *
 * Run when an order is composed and again in the gateway for every order, whatever its source.  A
 * check whose limit is absent is not asked.  Each refusal has a stable code and a sentence with the
 * numbers.  The way out stays open: an order that only reduces a position is held up by what makes
 * any order impossible (halt, closed market, age, currency, lot, tick, duplicate; for one with a
 * limit price the collar), and by no other limit.
 */
#ifndef YQ_DOMAIN_RISK_H
#define YQ_DOMAIN_RISK_H

#include "domain/life.h"
#include "domain/listing.h"
#include "domain/rate.h"
#include "domain/trace.h"
#include "domain/view.h"

/* Codes; stable, people and programs match on them. */
#define YQ_RISK_HALTED		   "RISK_HALTED"
#define YQ_RISK_INACTIVE	   "RISK_INACTIVE"
#define YQ_RISK_MARKET_CLOSED	   "RISK_MARKET_CLOSED"
#define YQ_RISK_CALENDAR	   "RISK_CALENDAR" /* the calendar does not reach this date */
#define YQ_RISK_STALE		   "RISK_STALE"
#define YQ_RISK_CURRENCY	   "RISK_CURRENCY"
#define YQ_RISK_DELISTED	   "RISK_DELISTED"
#define YQ_RISK_SUSPENDED	   "RISK_SUSPENDED"
#define YQ_RISK_RATE		   "RISK_RATE"
#define YQ_RISK_ORDERS_PER_DAY	   "RISK_ORDERS_PER_DAY"
#define YQ_RISK_INSTRUMENT	   "RISK_INSTRUMENT" /* not among those it may trade */
#define YQ_RISK_WINDOW		   "RISK_WINDOW"     /* outside of its hours */
#define YQ_RISK_TRACK_UNKNOWN	   "RISK_TRACK_UNKNOWN"
#define YQ_RISK_COOLDOWN	   "RISK_COOLDOWN"
#define YQ_RISK_MAX_OPEN_ORDERS	   "RISK_MAX_OPEN_ORDERS"
#define YQ_RISK_DAILY_LOSS	   "RISK_DAILY_LOSS"
#define YQ_RISK_NO_PRICE	   "RISK_NO_PRICE"
#define YQ_RISK_PRICE_AGE	   "RISK_PRICE_AGE"
#define YQ_RISK_LOT		   "RISK_LOT"
#define YQ_RISK_TICK		   "RISK_TICK"
#define YQ_RISK_PRICE_COLLAR	   "RISK_PRICE_COLLAR"
#define YQ_RISK_MAX_ORDER_QTY	   "RISK_MAX_ORDER_QTY"
#define YQ_RISK_MIN_ORDER_VALUE	   "RISK_MIN_ORDER_VALUE"
#define YQ_RISK_MAX_ORDER_VALUE	   "RISK_MAX_ORDER_VALUE"
#define YQ_RISK_MAX_POSITIONS	   "RISK_MAX_POSITIONS"
#define YQ_RISK_MAX_INVESTED_SHARE "RISK_MAX_INVESTED_SHARE"
#define YQ_RISK_MAX_POSITION_SHARE "RISK_MAX_POSITION_SHARE"
#define YQ_RISK_DUPLICATE	   "RISK_DUPLICATE"
#define YQ_RISK_REDUCE_ONLY	   "RISK_REDUCE_ONLY"
#define YQ_RISK_NO_SHORT	   "RISK_NO_SHORT"
#define YQ_RISK_BUYING_POWER	   "RISK_BUYING_POWER"

#define YQ_RISK_LIST_SIZE 2048

#define YQ_LOSS_ACTIONS(X)		  X(HALT, "halt") X(REFUSE, "refuse") X(FLATTEN, "flatten")
#define YQ_LOSS_ACTION_VALUE(ident, name) YQ_LOSS_##ident,
enum yq_loss_action { YQ_LOSS_ACTIONS(YQ_LOSS_ACTION_VALUE) YQ_LOSS_ACTION_COUNT };
extern const struct yq_names yq_loss_action_names;

/* The limits of a strategy in an account.  Fractions: 0.05 = 5 %. */
struct yq_risk_limits {
	struct yq_opt_decimal max_order_value[YQ_CURRENCY_COUNT]; /* never without a currency */
	struct yq_opt_decimal min_order_value[YQ_CURRENCY_COUNT];
	struct yq_opt_decimal max_daily_loss[YQ_CURRENCY_COUNT]; /* >= 0 */
	struct yq_opt_decimal max_position_share; /* of the equity in the market's currency */
	struct yq_opt_decimal max_invested_share; /* of the equity: longs and shorts together */
	struct yq_opt_decimal max_order_qty;
	struct yq_opt_decimal price_collar; /* distance of a price from the last one */
	int64_t max_positions;		    /* instruments at a time; 0 = no limit */
	int64_t max_open_orders;	    /* 0 = no limit */
	int64_t max_orders_per_minute;	    /* 0 = no limit */
	int64_t max_orders_per_day;	    /* in 24 hours; 0 = no limit */
	int64_t max_age_us;	     /* of an order (or signal) when it is decided on; 0 = any */
	int64_t duplicate_window_us; /* same instrument, side and quantity; 0 = off */
	int64_t max_price_age_us;    /* of the price a market order is valued at; 0 = any */
	/* Minutes of the market's local day, from ... until just before ...; equal = at any time.
	 */
	int64_t window_from, window_until;
	/* Instruments it may trade, and may not (patterns.h); NULL = all, none.  Borrowed; each
	 * shorter than YQ_RISK_LIST_SIZE. */
	const char *allow, *deny;
	/* Of orders that come from a strategy's signal. */
	int64_t cooldown_us;	  /* an instrument is not entered so soon after it was closed */
	int64_t loss_cooldown_us; /* ... at a loss */
	bool needs_track; /* a protection looks at closed trades: unless they are known, no entry */
	bool allow_short;
	enum yq_loss_action daily_loss_action; /* when max_daily_loss is reached */
	int64_t cooling_off_us; /* a halt is not released, and no strategy goes live, for so long */
};

/* Everything that the checks look at, besides the order. */
struct yq_risk_facts {
	/* For the order's instrument; the account does not hold the order yet. */
	const struct yq_account_view *account;
	const char *halt_reason; /* NULL = not halted */
	bool halt_lets_out;	 /* what only reduces a position passes the halt */
	enum yq_life_state life; /* of the order's strategy */
	bool real_money;	 /* of the account */
	bool market_open;	 /* true also for an account that trades at any hour */
	bool calendar_covered;
	bool by_hand; /* a person asked for it: the calendar's end is no refusal */
	struct yq_opt_decimal last_price; /* fresh, of this exchange */
	int64_t last_price_at_us;
	int64_t price_at_us;	       /* when the order's own price was seen; 0 = its timestamp */
	struct yq_opt_decimal lot;     /* the instrument's own; absent = the market's */
	enum yq_listing_state listing; /* what the catalog says of it; UNKNOWN: nothing */
	enum yq_currency listed_in;    /* with a listing */
	enum yq_ticks ticks;
	int64_t now_us;
	int64_t asked_at_us;		/* when it was asked for; 0 = the order's timestamp */
	int64_t orders_last_minute;	/* not counting this one */
	int64_t orders_last_day;	/* in 24 hours, not counting this one */
	int64_t local_minute;		/* of the market's day; looked at with a window only */
	bool by_signal;			/* a strategy's: its protections are asked */
	bool track_known;		/* whether and when it closed trades is known: */
	int64_t last_closed_at_us;	/* the instrument, in this account by this strategy; */
	int64_t last_loss_at_us;	/* ... at a loss; 0 = never */
	struct yq_opt_decimal day_loss; /* loss so far today in the order's currency, >= 0 */
	struct yq_opt_decimal
	    last_same_qty;	 /* quantity of the last order on this instrument and side */
	int64_t last_same_at_us; /* and its time; 0 = none */
};

/* Checks that need no price or quantity (halt, hours, age, currency, rate ...) come first in the
 * table, so that a composer can ask them before it sizes. */
enum yq_risk_phase { YQ_RISK_GATE, YQ_RISK_ORDER, YQ_RISK_PHASE_COUNT };

/*
 * All checks of all phases in the table's order; stops at the first refusal.  YQ_OK, or
 * YQ_E_REFUSED with code and sentence as the trace's last step.  `trace` may be NULL.  Allocates
 * nothing.
 */
YQ_NODISCARD enum yq_rc yq_risk_check(const struct yq_order *order,
    const struct yq_risk_facts *facts, const struct yq_risk_limits *limits, struct yq_trace *trace);
/* The code of the check at `index` in the table's order; NULL beyond the last. */
const char *yq_risk_code(size_t index);
/* One phase alone. */
YQ_NODISCARD enum yq_rc yq_risk_check_phase(enum yq_risk_phase phase, const struct yq_order *order,
    const struct yq_risk_facts *facts, const struct yq_risk_limits *limits, struct yq_trace *trace);

/*
 * The price an order is valued and reserved at: the limit price; for a market order the newer of
 * the last price and the price it was decided at (which it carries in `price`, as of its
 * timestamp); for a buy stop the higher of that and the stop price.  Absent when none is known:
 * then a buy is refused.
 */
struct yq_opt_decimal yq_risk_price(
    const struct yq_order *order, struct yq_opt_decimal last_price, int64_t last_price_at_us);

/* Facts that take some reckoning, and 0 where no limit looks at them. */
struct yq_market_hours;
int64_t yq_risk_local_minute(
    const struct yq_risk_limits *limits, const struct yq_market_hours *hours, int64_t now_us);
int64_t yq_risk_orders_last_day(
    const struct yq_risk_limits *limits, const struct yq_rate *rate, int64_t now_us);

#endif
