/* listing.c - what the catalog says of an instrument that an order has to keep to. */
#include "domain/listing.h"

#define STATE_NAME(ident, name) [YQ_LISTING_##ident] = (name),
static const char *const states[] = { YQ_LISTING_STATES(STATE_NAME) };
const struct yq_names yq_listing_state_names = { "state", states, YQ_COUNT(states) };

/* What is warned of, administrated or in liquidation trades. */
static enum yq_listing_state
state_of(enum yq_instrument_status status)
{
	switch (status) {
	case YQ_INSTRUMENT_DELISTED:
		return YQ_LISTING_DELISTED;
	case YQ_INSTRUMENT_HALTED:
		return YQ_LISTING_HALTED;
	default:
		return YQ_LISTING_LISTED;
	}
}

/* A lot beyond it is a fault of the file. */
#define LOT_MAX ((yq_int128)1000000000 * YQ_DECIMAL_ONE)

static bool
is_lot(struct yq_decimal lot)
{
	return lot.units > 0 && lot.units <= LOT_MAX && lot.units % YQ_DECIMAL_ONE == 0;
}

struct yq_listing
yq_listing_of(const struct yq_instrument *instrument)
{
	struct yq_listing listing = { .state = state_of(instrument->status),
		.currency = instrument->currency,
		.ticks = yq_ticks_named(instrument->tick_table) };

	if (is_lot(instrument->lot))
		listing.lot = yq_opt_decimal_of(
		    yq_common_multiple(instrument->lot, yq_market_of(instrument->exchange)->lot));
	return listing;
}
