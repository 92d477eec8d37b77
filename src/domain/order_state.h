/*
 * order_state.h - the life of an order: every state, every event, one table.
 *
 *	PENDING --claim--> SUBMITTING --ack--> OPEN --fill--> PARTIALLY_FILLED --fill--> FILLED
 *	                       |  timeout                 cancel -> CANCELED, expire -> EXPIRED
 *	                       +--------> UNKNOWN --evidence--> any of the above, or back to PENDING
 */
#ifndef YQ_DOMAIN_ORDER_STATE_H
#define YQ_DOMAIN_ORDER_STATE_H

#include "domain/terms.h"

#define YQ_ORDER_STATES(X)                                                                    \
	X(PENDING, "Pending")	    /* durable, not yet taken up */                           \
	X(SUBMITTING, "Submitting") /* taken up; may be at the broker */                      \
	X(UNKNOWN, "Unknown")	    /* no answer: may be live; reconcile, never send again */ \
	X(OPEN, "Open")		    /* the broker holds it */                                 \
	X(PARTIALLY_FILLED, "PartiallyFilled") /* the broker holds the rest */                \
	X(FILLED, "Filled")                                                                   \
	X(CANCELED, "Canceled")                                                               \
	X(REJECTED, "Rejected")                                                               \
	X(EXPIRED, "Expired")

#define YQ_ORDER_EVENTS(X)                                                                      \
	X(REFUSE, "refuse")	/* our own rule or the kill switch, before anything was sent */ \
	X(CLAIM, "claim")	/* durable intent to send */                                    \
	X(NOT_SENT, "not sent") /* provably nothing reached the broker */                       \
	X(ACK, "ack")		/* the broker has it */                                         \
	X(REJECT, "reject")	/* the broker refused it */                                     \
	X(TIMEOUT, "timeout")	/* no answer: the outcome is unknown */                         \
	X(FILL, "fill")		/* one execution */                                             \
	X(CANCEL, "cancel")	/* the broker confirmed the cancel */                           \
	X(EXPIRE, "expire")	/* its time in force ended */                                   \
	X(ABSENT, "absent")	/* the broker proved that it never had it */

#define YQ_ORDER_STATE_VALUE(ident, name) YQ_ORDER_##ident,
enum yq_order_state { YQ_ORDER_STATES(YQ_ORDER_STATE_VALUE) YQ_ORDER_STATE_COUNT };
#define YQ_ORDER_EVENT_VALUE(ident, name) YQ_EVENT_##ident,
enum yq_order_event { YQ_ORDER_EVENTS(YQ_ORDER_EVENT_VALUE) YQ_ORDER_EVENT_COUNT };

extern const struct yq_names yq_order_state_names, yq_order_event_names;

bool yq_order_state_is_final(enum yq_order_state state);

/* What is known of an order beyond its instruction. */
struct yq_order_progress {
	enum yq_order_state state;
	struct yq_decimal qty;	     /* ordered */
	struct yq_decimal filled;    /* 0 <= filled <= qty, unless the broker overfilled */
	struct yq_decimal avg_price; /* of what is filled; 0 when nothing is; 8 places, half even */
	struct yq_decimal notional;  /* exact sum of qty x price of the fills */
	int64_t sequence;	     /* counts changes, from 0 */
};

/*
 * Move `progress` by `event`; for YQ_EVENT_FILL `qty` and `price` (> 0) are those of the execution,
 * else they are ignored.
 *   YQ_E_STATE  the pair is illegal: nothing changed; the text names state and event.
 *   YQ_E_RANGE  the sum does not fit; nothing changed.
 * A fill is believed wherever the broker may hold the order, also after a cancel or a reject: its
 * book is the truth, ours a copy.
 */
YQ_NODISCARD enum yq_rc yq_order_apply(struct yq_order_progress *progress,
    enum yq_order_event event, struct yq_decimal qty, struct yq_decimal price, struct yq_err *err);
/* Another quantity in all: what is executed may be the whole of it then, and a working order be
 * FILLED.  Does not count as a change. */
void yq_order_resize(struct yq_order_progress *progress, struct yq_decimal qty);

#endif
