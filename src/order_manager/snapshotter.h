/*
 * snapshotter.h - writes the end of each day of each account into DAILY_SNAPSHOTS.
 *
 * OrderManager:SnapshotDelaySeconds after a market's close (domain/day_end.h) the books of the
 * accounts are read from the bus, then the archive's trades, then the books again.  Only where
 * nothing was booked in between and no trade waits for the archive is the row written: so its cash
 * and the trades are of the same moment, and what no trade explains was paid in or taken out.  A
 * read that fails writes nothing and is tried again, until the market opens; what was missed then
 * is not invented, but told.  Only the active of two systems writes; a row that is there is left as
 * it is.  Loop thread only.
 */
#ifndef YQ_ORDER_MANAGER_SNAPSHOTTER_H
#define YQ_ORDER_MANAGER_SNAPSHOTTER_H

#include "daemon/daemon.h"
#include "order_manager/books.h"
#include "store/worker.h"

struct yq_snapshotter; /* opaque */

/* `worker` and `books` (whether this system is the active one) must live as long. */
YQ_NODISCARD struct yq_snapshotter *yq_snapshotter_open(struct yq_daemon *daemon,
    struct yq_worker *worker, const struct yq_books *books, struct yq_err *err);
/* After the configuration has changed. */
void yq_snapshotter_reload(struct yq_snapshotter *snapshotter);
/* Begin nothing new. */
void yq_snapshotter_stop(struct yq_snapshotter *snapshotter);
bool yq_snapshotter_is_idle(const struct yq_snapshotter *snapshotter);
void yq_snapshotter_close(struct yq_snapshotter *snapshotter); /* NULL is a no-op */

#endif
