/*
 * listings.h - of all instruments of the catalog what an order has to keep to, in memory.
 *
 * Read whole, by a keeper that is told when the catalog was written anew; what it has is never
 * changed under whoever looks something up.
 */
#ifndef YQ_STORE_LISTINGS_H
#define YQ_STORE_LISTINGS_H

#include "domain/listing.h"
#include "store/worker.h"

struct yq_listings; /* opaque; immutable */

/* The whole catalog as it is; empty where it was never filled.  Blocks. */
YQ_NODISCARD enum yq_rc yq_listings_read(
    struct yq_firebird *firebird, struct yq_listings **ret_listings, struct yq_err *err);
void yq_listings_free(struct yq_listings *listings); /* NULL is a no-op */
size_t yq_listings_count(const struct yq_listings *listings);

/* Of a ticker on an exchange.  KRX stands for all exchanges of Korea, as in yq_catalog_find.  State
 * UNKNOWN: the catalog has it not, or `listings` is NULL. */
struct yq_listing yq_listings_find(
    const struct yq_listings *listings, enum yq_exchange exchange, const char *ticker);
/* KOSPI or KOSDAQ, where a ticker is listed on that one alone; else KRX. */
enum yq_exchange yq_listings_home(const struct yq_listings *listings, const char *ticker);

/* ---- the keeper; loop thread ---- */

#define YQ_LISTINGS_AGAIN_MS 60000 /* after a reading that failed */

struct yq_listings_keeper; /* opaque */

/*
 * Reads by `worker` (borrowed, and stopped no sooner than the keeper is closed).  Nothing is read
 * before the first yq_listings_keeper_read.
 */
struct yq_listings_keeper *yq_listings_keeper_make(uv_loop_t *loop, struct yq_worker *worker);
/* The catalog may be another: read it.  One that is under way is followed by another. */
void yq_listings_keeper_read(struct yq_listings_keeper *keeper);
/* A reading has ended, well or not. */
bool yq_listings_keeper_is_settled(const struct yq_listings_keeper *keeper);
/* What was read last; NULL = nothing yet.  Until the loop's next turn. */
const struct yq_listings *yq_listings_keeper_now(const struct yq_listings_keeper *keeper);
/* A reading under way ends unheard.  NULL is a no-op. */
void yq_listings_keeper_close(struct yq_listings_keeper *keeper);

#endif
