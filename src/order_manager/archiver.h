/*
 * archiver.h - TradeArchiver: moves trades from the buffer into Firebird.
 *
 * The queue becomes a processing list in one step; from there trades go into Firebird under their
 * own ids, and leave the list only after the commit.  A crash anywhere in between repeats work that
 * is harmless to repeat.  What Firebird refuses for good is parked and reported, never dropped.
 * While Firebird is away trades wait in the list and in the queue.  Loop thread only.
 */
#ifndef YQ_ORDER_MANAGER_ARCHIVER_H
#define YQ_ORDER_MANAGER_ARCHIVER_H

#include "daemon/daemon.h"
#include "store/trades.h"
#include "store/worker.h"

struct yq_archiver; /* opaque */

#define YQ_ARCHIVER_BATCH_MAX 512

/* Begins at once.  Both are borrowed. */
struct yq_archiver *yq_archiver_open(struct yq_daemon *daemon, struct yq_worker *worker);
/* Runs for each trade that stands in the archive now; not `inserted`: it stood there before.  One.
 */
typedef void yq_archived_fn(void *cookie, const struct yq_trade_row *row, bool inserted);
void yq_archiver_follow(struct yq_archiver *archiver, yq_archived_fn *fn, void *cookie);
/* There are new trades; it looks by itself every second. */
void yq_archiver_poke(struct yq_archiver *archiver);
/* Take nothing new.  Calls `done` once when nothing is in hand. */
typedef void yq_archiver_done_fn(void *cookie);
void yq_archiver_drain(struct yq_archiver *archiver, yq_archiver_done_fn *done, void *cookie);
/* What is in hand stays in the processing list.  NULL is a no-op. */
void yq_archiver_close(struct yq_archiver *archiver);

#endif
