/*
 * protect.h - protections: a strategy whose trades end badly is halted in that account for a while.
 *
 * A halt is thrown as rules throw theirs (bus/halts.h): once for each trade that made it, for ever.
 * Who releases it has the last word: only another loss throws another.  What cannot be thrown for
 * want of Valkey is thrown later.  Loop thread only.
 */
#ifndef YQ_ORDER_MANAGER_PROTECT_H
#define YQ_ORDER_MANAGER_PROTECT_H

#include "daemon/daemon.h"
#include "domain/track.h"
#include "order_manager/books.h"

struct yq_protect; /* opaque */

/* Reads what the settings are.  Both are borrowed. */
struct yq_protect *yq_protect_open(struct yq_daemon *daemon, struct yq_books *books);
void yq_protect_configure(struct yq_protect *protect); /* they have changed */
void yq_protect_close(struct yq_protect *protect);     /* NULL is a no-op */

/* A yq_closed_fn: the latest of the results has just come, or is read again; then it matters only
 * if the pause that followed it still lasts. */
void yq_protect_closed(void *protect, const char *alias, const char *strategy,
    enum yq_currency currency, const struct yq_history *history);

#endif
