/*
 * order.h - an instruction to buy or sell; the message on `order`.
 */
#ifndef YQ_DOMAIN_ORDER_H
#define YQ_DOMAIN_ORDER_H

#include "domain/exits.h"
#include "domain/terms.h"

struct yq_order {
	struct yq_id id;
	char account_alias[YQ_ALIAS_SIZE];
	char ticker[YQ_TICKER_SIZE];
	enum yq_exchange exchange;
	enum yq_currency currency;
	enum yq_action action;
	enum yq_order_type type;
	struct yq_decimal qty;	     /* > 0 */
	struct yq_opt_decimal price; /* limit price of Limit and StopLimit; of other
				      types the price it was decided at: no limit */
	int64_t timestamp_us;
	char buy_reason[YQ_REASON_SIZE]; /* "Manual", "Schedule", "Webhook:{Strategy}" */
	/* added */
	struct yq_opt_decimal stop_price;      /* required for Stop and StopLimit */
	enum yq_tif time_in_force;	       /* default Day */
	struct yq_id signal_id;		       /* none unless it came from a signal */
	int64_t expires_at_us;		       /* 0 = by time in force alone */
	struct yq_opt_decimal reference_price; /* the market price its maker saw; not a limit */
	bool reduce_only;		       /* may only bring the position nearer to zero */
	struct yq_exits exits;		       /* of what it opens; see bracket.h */
	struct yq_id bracket_id; /* it is an exit of this bracket; none = of no bracket */
	char exit[YQ_EXIT_SIZE]; /* ... and this one: a name of yq_exit_names */
	/* With reduce_only: when its turn comes it is cut to what is held then, and ends unsent if
	 * that is nothing. */
	bool cut_to_held;
	struct yq_id after; /* not sent before that order is over; none = at once */
};

struct yq_order yq_order_default(void);
extern const struct yq_field yq_order_fields[];
extern const size_t yq_order_field_count;
YQ_NODISCARD enum yq_rc yq_order_check(const struct yq_order *order, struct yq_err *err);

/* What orders of a strategy's signals carry as their reason. */
void yq_order_reason_of(const char *strategy, char reason[YQ_REASON_SIZE]);
/* Of an order that a strategy made its name, borrowed; "" for any other. */
const char *yq_order_strategy(const struct yq_order *order);
/* The same of such a reason. */
const char *yq_reason_strategy(const char *reason);

/* The id of leg `leg` of a signal's orders: the same inputs give the same id, for ever. */
struct yq_id yq_order_id_of(const struct yq_id *signal_id, const char *account_alias, unsigned leg);

#endif
