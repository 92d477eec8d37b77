/*
 * decider.h - signals in, decisions out: reads what a decision looks at, composes, and records the
 * orders, the verdict and the acknowledgement in one step.
 *
 * One batch at a time: while one is being recorded the next gathers.  Decisions of a batch are made
 * one after the other, each seeing the orders of those before it, so that ten alerts at once cannot
 * spend the same cash.  A signal whose account, price or size is not there yet is set aside
 * (waits.h) and holds up only those that must come after it.  A batch whose recording has no answer
 * is recorded again, unchanged.  Loop thread only.
 */
#ifndef YQ_ORDER_MANAGER_DECIDER_H
#define YQ_ORDER_MANAGER_DECIDER_H

#include "daemon/daemon.h"
#include "daemon/rules.h"
#include "domain/calendar.h"
#include "domain/signal.h"
#include "order_manager/books.h"
#include "order_manager/lookup.h"
#include "order_manager/sizers.h"

struct yq_decider; /* opaque */

#define YQ_DECIDER_WAITING_MAX 2048 /* signals in hand; the intake pauses long before */
#define YQ_DECIDER_TAKE_MAX    128  /* signals given at a time */

/* Runs whenever the number of waiting signals falls. */
typedef void yq_decider_room_fn(void *cookie);

/* `books`, `lookup` and `sizers` are borrowed, and must live as long; `rules` are the decider's
 * from now on. Begins to read the open orders. */
struct yq_decider *yq_decider_make(struct yq_daemon *daemon, struct yq_books *books,
    struct yq_lookup *lookup, struct yq_sizers *sizers, struct yq_rules *rules,
    yq_decider_room_fn *room, void *cookie);
/* Where closed trades are looked at; borrowed.  Without it nothing is known of any. */
struct yq_tracks;
void yq_decider_use_tracks(struct yq_decider *decider, const struct yq_tracks *tracks);
/* Where the catalog is; borrowed.  Without it the markets' own rules hold. */
struct yq_listings_keeper;
void yq_decider_use_listings(struct yq_decider *decider, const struct yq_listings_keeper *listings);
/* What is not recorded stays unacknowledged in the stream.  NULL is a no-op. */
void yq_decider_free(struct yq_decider *decider);

/* Take a signal of the stream.  False when full: the entry is not taken. */
YQ_NODISCARD bool yq_decider_push(
    struct yq_decider *decider, const char *entry_id, const struct yq_signal *signal);
/* Whether YQ_DECIDER_TAKE_MAX more are welcome, and as many that may be on their way already. */
bool yq_decider_has_room(const struct yq_decider *decider);
/* Nothing is being read or recorded. */
/* Signals decided so far. */
uint64_t yq_decider_count(const struct yq_decider *decider);
bool yq_decider_is_idle(const struct yq_decider *decider);
/* What was set aside may be ready: a price was looked up. */
void yq_decider_wake(struct yq_decider *decider);
/* Other rules, from the next batch on; the decider's from now on. */
void yq_decider_set_rules(struct yq_decider *decider, struct yq_rules *rules);

#endif
