/* lane.h - one instrument of one account: its orders run in order. */
#ifndef YQ_BROKER_GATEWAY_LANE_H
#define YQ_BROKER_GATEWAY_LANE_H

#include "base/table.h"
#include "domain/account.h"

#define GW_LANES_MAX 4096 /* instruments remembered an account, those in use beyond */

struct gw_account;
struct gw_bracket;

struct gw_lane {
	struct yq_table_node node; /* by ticker and exchange */
	char ticker[YQ_TICKER_SIZE];
	enum yq_exchange exchange;
	size_t unknown;	   /* orders whose outcome is not known: the lane stands still */
	size_t unanswered; /* orders claimed or sent, without the broker's answer */
	size_t requests;   /* cancels and replaces at the broker, without its answer */
	size_t canceling;  /* orders whose cancel the broker has taken, and not told the end */
	size_t withdrawn; /* cancels that wait, of orders that are not over, or are at the broker */
	size_t looked_up; /* orders that the bus is being asked about */
	size_t ending;	  /* orders that ended unsent, which is not yet recorded */
	size_t working[YQ_ACTION_COUNT]; /* unanswered, or market orders that are being filled */
	size_t tasks;			 /* orders in hand */
	uint64_t passed;	     /* the round of the desk in which a task of it had to wait */
	struct yq_opt_decimal price; /* last seen */
	int64_t price_at_us;
	/* For brackets, on the monotonic clock; 0 = never: */
	int64_t heard_ns, asked_ns; /* a price, while the market was open; the broker for one */
	int64_t needed_ns, needed_again_ns; /* one is needed since; when that was last seen */
	unsigned blind;			    /* how badly it is missing, as it was told */
	struct gw_bracket *brackets;	    /* the newest first */
	bool due;			    /* something has changed for them: */
	struct gw_lane *next_due;	    /* ... it is in its account's list */
	struct yq_decimal wanted; /* an order that waits wants so much to be free of exits */
	struct yq_id waiting;	  /* ... which it is */
	struct yq_opt_decimal same_qty[YQ_ACTION_COUNT]; /* of the last order on each side */
	int64_t same_at_us[YQ_ACTION_COUNT];		 /* on the monotonic clock */
};

/* Found or made.  A lane stays for its price; idle ones go when there are too many. */
struct gw_lane *gw_lane_of(
    struct gw_account *account, enum yq_exchange exchange, const char *ticker);
void gw_lanes_free(struct gw_account *account);

#endif
