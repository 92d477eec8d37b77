/* tracks_piece.h - a piece of the archive, read on the worker's thread. */
#ifndef YQ_ORDER_MANAGER_TRACKS_PIECE_H
#define YQ_ORDER_MANAGER_TRACKS_PIECE_H

#include "store/orders.h"
#include "store/trades.h"

#define YQ_PIECE_MAX 512 /* trades */

/* A place in the archive's order. */
struct yq_piece_end {
	int64_t at_us;
	struct yq_id id;
};
/* Whether a trade stands behind a place. */
bool yq_piece_end_is_before(const struct yq_piece_end *place, const struct yq_trade *trade);

struct yq_piece {
	struct yq_tracks *tracks;      /* NULL = whoever asked is gone */
	struct yq_piece_end place;     /* trades behind it are read; then that of the last */
	struct yq_trade_row *rows;     /* owned */
	size_t count;		       /* fewer than YQ_PIECE_MAX: there are no more */
	int64_t orders_from_us;	       /* count the orders made since, too; 0 = no */
	struct yq_order_count *orders; /* owned */
	size_t order_count;
};

struct yq_piece *yq_piece_make(struct yq_tracks *tracks, const struct yq_piece_end *place);
void yq_piece_free(struct yq_piece *piece); /* NULL is a no-op */
/* A job of the worker; `cookie` is the piece. */
enum yq_rc yq_piece_read(struct yq_firebird *firebird, void *cookie, struct yq_err *err);

#endif
