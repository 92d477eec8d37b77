/* order.h - an order in hand: not final, or its end not yet recorded. */
#ifndef YQ_BROKER_GATEWAY_ORDER_H
#define YQ_BROKER_GATEWAY_ORDER_H

#include "base/table.h"
#include "broker/broker.h"
#include "broker_gateway/lane.h"
#include "bus/steps.h"
#include "domain/bracket.h"

struct gateway;
struct gw_account;
struct gw_doubt;

enum gw_phase {
	GW_WAITING,  /* in the desk's list */
	GW_CLAIMING, /* being made durable as about to be sent */
	GW_SENT,     /* at the broker, no answer yet */
	GW_LIVE,     /* the broker has it */
	GW_UNKNOWN,  /* may be there */
	GW_OVER,     /* final; leaves when the last record is written */
};

/* A place in order:stream: what came first goes first, also after it was put back or read again. */
struct gw_arrival {
	uint64_t ms, seq;
};
struct gw_arrival gw_arrival_of(const char *entry_id); /* "" = before all others */
bool gw_arrived_before(struct gw_arrival a, struct gw_arrival b);

struct gw_order {
	struct yq_table_node node; /* by id */
	struct yq_order order;
	struct gw_account *account;
	struct gw_lane *lane;
	char entry_id[YQ_ENTRY_ID_SIZE]; /* to acknowledge with the next record; "" = none */
	struct gw_arrival arrival;
	enum gw_phase phase;
	struct yq_order_progress progress;
	char broker_order_id[YQ_BROKER_ORDER_ID_SIZE];
	/* On the monotonic clock, which does not jump.  Sent, or taken over from the bus: until
	 * then it may have been sent. */
	int64_t taken_ns, sent_ns, asked_ns;
	int64_t claimed_at_us, submitted_at_us, first_fill_at_us;
	uint64_t *executions; /* hashes of the ids that are booked; owned */
	size_t execution_count;
	size_t refs;			 /* calls under way that name it */
	size_t cancels;			 /* of it, that wait in its account's list */
	uint32_t changes, asked_changes; /* sent and answered, ever; when the broker was asked */
	bool detached;			 /* no longer ours: its memory goes with the last call */
	bool ack_untold;		 /* the broker has it; nothing of that is recorded yet */
	bool was_cut;			 /* before it was sent; not recorded yet (leg.h) */
	bool canceling;			 /* the broker has taken its cancel */
	bool asking;			 /* the broker is being asked about it */
	bool ask_wanted;		 /* as soon as the broker may be called */
	bool left;	       /* the bus has it no more: only its late trades are written */
	int64_t not_before_ns; /* the broker could not take it just now; 0 = at once */
	int64_t live_ns;       /* since when the broker has it, as far as we know */
	uint64_t listed_round; /* the last look that had it in the broker's list */
	bool price_asked, price_asking; /* what its instrument costs; once */
	bool suspect; /* Pending on the bus; the broker is asked first (suspect.h) */
	bool in_untold;
	bool ends_unsent; /* counted in its lane's `ending` */
	bool settles;	  /* counted in its account's `settling` */
	struct gw_order *next_untold;
	int64_t cancel_ns; /* when we last had it canceled by ourselves; 0 = never */
	char cancel_why[YQ_BRACKET_WHY_SIZE]; /* of an order that is canceled by ourselves */
	struct gw_doubt *doubt;		      /* owned; NULL = nobody was ever in doubt about it */
};

struct gw_order *gw_order_find(struct gateway *gw, const struct yq_id *id);
struct gw_order *gw_order_by_broker_id(struct gw_account *account, const char *broker_order_id);
/* A new order in hand, waiting; YQ_ORDER_PENDING.  `entry_id` "" = it has no place in the stream.
 */
struct gw_order *gw_order_make(
    struct gw_account *account, const struct yq_order *order, const char *entry_id);
/*
 * Whether an order that neither we nor the bus have may have been ours.  Where others order on the
 * account too, under ids of any making, it is if its id is made as this system makes them, or if it
 * was in hand in this life.
 */
bool gw_order_may_be_ours(const struct gw_account *account, const struct yq_id *id);
/* A call that names the order begins; ends.  False from the end: it is no longer ours, and gone. */
void gw_order_hold(struct gw_order *o);
bool gw_order_unhold(struct gw_order *o);
/* Out of the tables; frees it unless a call still names it. */
void gw_order_detach(struct gw_order *o);
/* Forget it if it is final and all of it is recorded. */
void gw_order_release(struct gw_order *o);
/* Pending here, which an entry that is read once more makes of an order that the bus knows better:
 * only its claim tells. */
bool gw_order_is_unclaimed(const struct gw_order *o);
bool gw_order_has_execution(const struct gw_order *o, const char *execution_id);
/* It is booked, and known as such also when the order has left. */
void gw_order_add_execution(struct gw_order *o, const char *execution_id);
uint64_t gw_execution_hash(const struct gw_account *account, const char *execution_id);
void gw_order_set_phase(struct gw_order *o, enum gw_phase phase);
/* A cancel of it waits in its account's list; one does not any more. */
void gw_order_cancel_waits(struct gw_order *o, bool waits);
/* Left behind: before its account is served the broker is asked about it; it was, or need not be
 * any more. */
void gw_order_settles(struct gw_order *o);
void gw_order_settled(struct gw_order *o);

#endif
