/*
 * lot_books.h - the lots of many accounts and instruments, found by name.
 *
 * An instrument that comes to zero is forgotten, so memory is bounded by what is open.
 */
#ifndef YQ_DOMAIN_LOT_BOOKS_H
#define YQ_DOMAIN_LOT_BOOKS_H

#include "domain/lots.h"

#define YQ_LOT_BOOKS_MAX 1000000 /* instruments held, all accounts together */

struct yq_lot_books; /* opaque */

YQ_NODISCARD struct yq_lot_books *yq_lot_books_make(void);
void yq_lot_books_free(struct yq_lot_books *books); /* NULL is a no-op */

/* yq_lots_feed on the lots of `alias` and the trade's instrument; its errors, and YQ_E_LIMIT for
 * too many instruments.  On any error nothing changed. */
YQ_NODISCARD enum yq_rc yq_lot_books_feed(struct yq_lot_books *books, const char *alias,
    const struct yq_trade *trade, yq_trip_fn *fn, void *cookie, struct yq_err *err);

/* NULL when nothing is held; borrowed until the next feed. */
const struct yq_lots *yq_lot_books_find(const struct yq_lot_books *books, const char *alias,
    enum yq_exchange exchange, const char *ticker);
size_t yq_lot_books_count(const struct yq_lot_books *books); /* instruments held */

/* Every instrument held, in order of opening, until `fn` returns false. */
typedef bool yq_lots_each_fn(void *cookie, const struct yq_lots *lots);
void yq_lot_books_each(const struct yq_lot_books *books, yq_lots_each_fn *fn, void *cookie);

#endif
