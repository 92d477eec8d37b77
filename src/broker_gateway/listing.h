/*
 * listing.h - what the catalog says of instruments, where this gateway has a Firebird (tokens.h).
 * Without one nothing is known, and the markets' own rules hold.
 */
#ifndef YQ_BROKER_GATEWAY_LISTING_H
#define YQ_BROKER_GATEWAY_LISTING_H

#include "domain/listing.h"

struct gateway;

struct yq_listing gw_listing(
    const struct gateway *gw, enum yq_exchange exchange, const char *ticker);
/* What it is traded in multiples of. */
struct yq_decimal gw_lot(const struct gateway *gw, enum yq_exchange exchange, const char *ticker);
/* Read by the worker of tokens.h, now and when the catalog is written anew. */
void gw_listings_open(struct gateway *gw);
void gw_listings_read(struct gateway *gw);
/* The first reading is under way, and has not been for long: what depends on it may wait. */
bool gw_listings_awaited(const struct gateway *gw);
void gw_listings_close(struct gateway *gw);

#endif
