/*
 * tracks.h - how each strategy's closed trades have ended: read from the archive, then followed as
 * trades are archived.
 *
 * Only where something looks at it: protections, cool-downs, a size by half-Kelly or by a plug-in.
 * It is read in pieces on the archive's own connection, beside the archiving.  Until all is read
 * nothing is known, which is not the same as nothing was traded; also after another system has
 * traded (its trades are read too), and while Firebird is away at the start.  Loop thread only.
 */
#ifndef YQ_ORDER_MANAGER_TRACKS_H
#define YQ_ORDER_MANAGER_TRACKS_H

#include "daemon/daemon.h"
#include "daemon/rules.h"
#include "domain/inputs.h"
#include "domain/track_books.h"
#include "order_manager/books.h"
#include "store/trades.h"
#include "store/worker.h"

struct yq_tracks; /* opaque */

/* Reads what the settings are (yq_tracks_configure) and begins.  `closed` is told of each closed
 * trade, also of those of long ago while they are read, and of some more than once.  Orders of the
 * last day are entered into `books` where a limit counts them.  All are borrowed. */
struct yq_tracks *yq_tracks_open(struct yq_daemon *daemon, struct yq_worker *worker,
    struct yq_books *books, yq_closed_fn *closed, void *cookie);
void yq_tracks_close(struct yq_tracks *tracks); /* NULL is a no-op */
/* The settings have changed. */
void yq_tracks_configure(struct yq_tracks *tracks);

/* A trade is in the archive now; not `inserted`: it was there already. */
void yq_tracks_archived(void *tracks, const struct yq_trade_row *row, bool inserted);

/* Whether decisions of such a policy look at closed trades. */
bool yq_tracks_are_for(const struct yq_policy *policy);
bool yq_tracks_are_known(const struct yq_tracks *tracks);
/* How long a signal may wait for what its decision looks at and what is not read yet: closed trades
 * of its strategy, or earlier orders.  `tracks` may be NULL: then nothing is going to be known. */
int64_t yq_tracks_await_ms(const struct yq_tracks *tracks, const struct yq_policy *policy);
#define YQ_TRACKS_READING_MS 60000 /* while they are being read */
#define YQ_TRACKS_AWAY_MS    2000  /* while they cannot be */
/* What such a policy looks at, into `inputs` (the account's view is there), as far as it is known.
 */
void yq_tracks_fill(const struct yq_tracks *tracks, const struct yq_policy *policy,
    const struct yq_signal *signal, const char *alias, struct yq_inputs *inputs);

#endif
