/*
 * match.h - which of a broker's orders is ours, where the broker keeps no client order id.  Pure.
 *
 * Theirs is a candidate when instrument, side and quantity are those of our order, the limit price
 * too where both name one, it was taken in the window of time in which ours may have come there,
 * and no other order of ours owns it.  One candidate is evidence; none, or several, is not.  The
 * markets of Korea count as one: a broker may not tell them apart, and no ticker is on two of them.
 */
#ifndef YQ_BROKER_MATCH_H
#define YQ_BROKER_MATCH_H

#include "broker/broker.h"

/* Around the moment from which on we may have sent it: clocks differ, and an order takes time. */
#define YQ_MATCH_BEFORE_US (INT64_C(5) * YQ_US_PER_SECOND)
#define YQ_MATCH_AFTER_US  (INT64_C(60) * YQ_US_PER_SECOND)

#define YQ_MATCH_MAX 8 /* candidates that are named; there may be more */

struct yq_match {
	size_t count;		     /* of candidates */
	size_t places[YQ_MATCH_MAX]; /* of the first of them among theirs */
};

/* Whether two names of exchanges may be of one instrument. */
bool yq_match_exchanges(enum yq_exchange a, enum yq_exchange b);

/* Whether another order of ours has this id at the broker. */
typedef bool yq_match_owned_fn(void *cookie, const char *broker_order_id);

/* Taken by the broker from one moment to the other, by our clock. */
struct yq_match yq_match_order_between(const struct yq_order *order, int64_t from_us, int64_t to_us,
    const struct yq_broker_order *theirs, size_t count, yq_match_owned_fn *is_owned, void *cookie);
/* `sent_at_us`: when it may first have been sent, by our clock. */
struct yq_match yq_match_order(const struct yq_order *order, int64_t sent_at_us,
    const struct yq_broker_order *theirs, size_t count, yq_match_owned_fn *is_owned, void *cookie);

#endif
