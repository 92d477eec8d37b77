/* match.c - which of a broker's orders is ours. */
#include "broker/match.h"

#include "base/str.h"
#include "domain/market.h"

static bool
has_limit(const struct yq_order *order)
{
	return order->type == YQ_TYPE_LIMIT || order->type == YQ_TYPE_STOP_LIMIT;
}

bool
yq_match_exchanges(enum yq_exchange a, enum yq_exchange b)
{
	return a == b || (yq_market_of(a)->country == YQ_COUNTRY_KR &&
			     yq_market_of(b)->country == YQ_COUNTRY_KR);
}

static bool
is_alike(const struct yq_order *ours, const struct yq_broker_order *theirs)
{
	if (!yq_str_equal(ours->ticker, theirs->ticker) ||
	    !yq_match_exchanges(ours->exchange, theirs->exchange) ||
	    ours->action != theirs->action || yq_decimal_cmp(ours->qty, theirs->qty) != 0)
		return false;
	return !has_limit(ours) || !ours->price.set || !theirs->price.set ||
	       yq_decimal_cmp(ours->price.value, theirs->price.value) == 0;
}

struct yq_match
yq_match_order_between(const struct yq_order *order, int64_t from_us, int64_t to_us,
    const struct yq_broker_order *theirs, size_t count, yq_match_owned_fn *is_owned, void *cookie)
{
	struct yq_match match = { 0 };

	for (size_t i = 0; i < count; i++) {
		if (!is_alike(order, &theirs[i]) || theirs[i].time_us < from_us ||
		    theirs[i].time_us > to_us || is_owned(cookie, theirs[i].broker_order_id))
			continue;
		if (match.count < YQ_MATCH_MAX)
			match.places[match.count] = i;
		match.count++;
	}
	return match;
}

struct yq_match
yq_match_order(const struct yq_order *order, int64_t sent_at_us,
    const struct yq_broker_order *theirs, size_t count, yq_match_owned_fn *is_owned, void *cookie)
{
	return yq_match_order_between(order, sent_at_us - YQ_MATCH_BEFORE_US,
	    sent_at_us + YQ_MATCH_AFTER_US, theirs, count, is_owned, cookie);
}
