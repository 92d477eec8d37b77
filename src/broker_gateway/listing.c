/* listing.c - what the catalog says of instruments. */
#include "broker_gateway/listing.h"

#include "broker_gateway/gateway.h"
#include "domain/market.h"
#include "store/listings.h"

#define PATIENCE_NS INT64_C(10000000000)

struct yq_listing
gw_listing(const struct gateway *gw, enum yq_exchange exchange, const char *ticker)
{
	return yq_listings_find(yq_listings_keeper_now(gw->listings), exchange, ticker);
}

struct yq_decimal
gw_lot(const struct gateway *gw, enum yq_exchange exchange, const char *ticker)
{
	struct yq_listing listing = gw_listing(gw, exchange, ticker);

	return listing.lot.set ? listing.lot.value : yq_market_of(exchange)->lot;
}

void
gw_listings_open(struct gateway *gw)
{
	gw->listings = yq_listings_keeper_make(gw->loop, gw->tokens);
	gw->listings_ns = yq_clock_monotonic_ns(gw->clock);
	yq_listings_keeper_read(gw->listings);
}

bool
gw_listings_awaited(const struct gateway *gw)
{
	return gw->listings != NULL && !yq_listings_keeper_is_settled(gw->listings) &&
	       yq_clock_monotonic_ns(gw->clock) - gw->listings_ns < PATIENCE_NS;
}

void
gw_listings_read(struct gateway *gw)
{
	if (gw->listings != NULL)
		yq_listings_keeper_read(gw->listings);
}

void
gw_listings_close(struct gateway *gw)
{
	yq_listings_keeper_close(gw->listings);
	gw->listings = NULL;
}
