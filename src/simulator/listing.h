/*
 * listing.h - what the simulator trades from the start: well-known names of the six countries.
 */
#ifndef YQ_SIMULATOR_LISTING_H
#define YQ_SIMULATOR_LISTING_H

#include "simulator/exchange.h"

/* List them all in a new book; those that are there already stay as they are. */
void sim_listing_add(struct sim_exchange *exchange);

#endif
