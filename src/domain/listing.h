/*
 * listing.h - what the catalog says of an instrument that an order has to keep to.
 *
 * It comes on top of the market's own rules: a lot or a price step is a multiple of both, so that
 * who sees the order without the catalog finds nothing wrong with it.  All zero: nothing is known,
 * and the market's rules hold alone.
 */
#ifndef YQ_DOMAIN_LISTING_H
#define YQ_DOMAIN_LISTING_H

#include "domain/instrument.h"
#include "domain/market.h"

/* "" = not known: the catalog has it not, or was never filled. */
#define YQ_LISTING_STATES(X) \
	X(UNKNOWN, NULL) X(LISTED, "Listed") X(HALTED, "Halted") X(DELISTED, "Delisted")
#define YQ_LISTING_STATE_VALUE(ident, name) YQ_LISTING_##ident,
enum yq_listing_state { YQ_LISTING_STATES(YQ_LISTING_STATE_VALUE) YQ_LISTING_STATE_COUNT };
extern const struct yq_names yq_listing_state_names;

struct yq_listing {
	enum yq_listing_state state;
	enum yq_currency currency; /* of the rest nothing is set where the state is not known */
	enum yq_ticks ticks;
	struct yq_opt_decimal lot;
};

struct yq_listing yq_listing_of(const struct yq_instrument *instrument);

#endif
