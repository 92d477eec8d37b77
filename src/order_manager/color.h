/*
 * color.h - which of two systems that share an archive trades: the row `color` of LEASES, looked at
 * every second, as System:Color of this one.
 *
 * The row is told to Valkey (key `color`), where each claim looks, and to the decider.  Without
 * Firebird what was seen last holds, for the row cannot move without it either - except for a
 * system that is cut off alone: see System:ColorSilenceSeconds.  A system that has never seen the
 * row does not trade.  One that is promoted begins some seconds after it saw that, so that the
 * other has seen it too.  Loop thread only.
 */
#ifndef YQ_ORDER_MANAGER_COLOR_H
#define YQ_ORDER_MANAGER_COLOR_H

#include "daemon/daemon.h"
#include "order_manager/books.h"
#include "store/worker.h"

struct yq_color; /* opaque */

#define YQ_COLOR_LEASE	     "color" /* the row's NAME */
#define YQ_COLOR_LOOK_MS     1000
#define YQ_COLOR_HANDOVER_MS 5000 /* from seeing a promotion to acting on it */

/* Once, from the loop: the first look has ended, or takes too long. */
typedef void yq_color_fn(void *cookie);

/* Begin to look.  NULL where no color is set; then `fn` never runs, and what Valkey holds of colors
 * is removed.  `worker` and `books` must live as long. */
struct yq_color *yq_color_open(struct yq_daemon *daemon, struct yq_worker *worker,
    struct yq_books *books, yq_color_fn *fn, void *cookie);
/* NULL is a no-op. */
void yq_color_close(struct yq_color *color);

#endif
