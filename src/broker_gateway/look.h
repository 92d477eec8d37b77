/*
 * look.h - the broker is looked at while the gateway runs: its open orders and fills every some
 * seconds, its cash and positions every minute; and all of it, in that order, before an account is
 * served.
 *
 * One question at a time an account, behind orders and cancels where the broker limits its calls.
 * Who does not answer is asked again with growing pauses.  A failed answer changes nothing.
 */
#ifndef YQ_BROKER_GATEWAY_LOOK_H
#define YQ_BROKER_GATEWAY_LOOK_H

#include "base/err.h"

struct gateway;
struct gw_account;

#define GW_SUSPECTS_MAX 64

struct gw_look {
	bool under_way;
	bool orders_done; /* since the account was taken over */
	bool full_wanted; /* the books are to be written whether they differ or not */
	/* Wanted while one was under way, which may have seen too little: once more. */
	bool orders_again, books_again;
	int64_t orders_due_ns, books_due_ns, full_due_ns;
	unsigned failures; /* in a row */
	uint64_t rounds;   /* looks at orders and fills that were answered */
	int64_t begun_ns;  /* of the one under way */
	int64_t done_ns;   /* of the last one that was answered */
	/* Fills: in the broker's time. */
	int64_t
	    known_us; /* what was executed until then, of orders that have left, was before us */
	bool first;   /* no look at fills yet: what is there now was before us */
	int64_t fills_from_us; /* all before it are booked */
	int64_t fills_next_us; /* the same, when all of the last answer are */
	size_t strays;	       /* fills whose orders the bus is being asked about */
	bool stray_failed;     /* one of them is not known to be booked: all are asked for again */
	bool late_failed;      /* ... which the broker could not tell of */
	/* Executions of orders that are not ours, as the last look saw them: another sum, and cash
	 * and positions have changed. */
	uint64_t foreign;
	int64_t foreign_ns;    /* when it changed last */
	bool traded_elsewhere; /* since the books were compared */
	/* Orders at the broker that we do not have, as the last look saw them. */
	uint64_t suspects[GW_SUSPECTS_MAX];
	size_t suspect_count;
	/* What the last look at the books saw that ours do not have. */
	uint64_t seen, seen_generation, seen_rounds;
};

/* An account was taken over, and its `fills_from_us` read (0 = there is none): look at everything
 * before it is served. */
void gw_look_begin(struct gw_account *account);
void gw_look_tick(struct gateway *gw);
/* Since the account that is looked at least was looked at, in seconds. */
int64_t gw_look_age_s(const struct gateway *gw);
void gw_look_orders_now(struct gw_account *account);
void gw_look_orders_again(struct gw_account *account); /* in a second */
/* `full`: write them to the bus in any case. */
void gw_look_books_now(struct gw_account *account, bool full);
/* Somebody else has traded: the books are looked at soon, and that they differ is no surprise. */
void gw_look_traded_elsewhere(struct gw_account *account);
/* What was executed of orders that are not ours, as a sum of names, is this. */
void gw_look_foreign(struct gw_account *account, uint64_t sum);
/* The look at orders and fills is over, with its answer; that at the books, due again in
 * `again_ns`, 0 = as configured. */
void gw_look_orders_end(struct gw_account *account, enum yq_rc rc, const struct yq_err *err);
void gw_look_books_end(
    struct gw_account *account, enum yq_rc rc, const struct yq_err *err, int64_t again_ns);

#endif
