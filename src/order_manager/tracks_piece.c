/* tracks_piece.c - a piece of the archive, read on the worker's thread. */
#include "order_manager/tracks_piece.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "domain/rate.h"

bool
yq_piece_end_is_before(const struct yq_piece_end *place, const struct yq_trade *trade)
{
	if (trade->executed_at_us != place->at_us)
		return trade->executed_at_us > place->at_us;
	return strcmp(trade->id.text, place->id.text) > 0;
}

struct yq_piece *
yq_piece_make(struct yq_tracks *tracks, const struct yq_piece_end *place)
{
	struct yq_piece *piece = yq_xcalloc(1, sizeof(*piece));

	piece->tracks = tracks;
	piece->place = *place;
	piece->rows = yq_xcalloc(YQ_PIECE_MAX, sizeof(*piece->rows));
	return piece;
}

void
yq_piece_free(struct yq_piece *piece)
{
	if (piece == NULL)
		return;
	free(piece->rows);
	free(piece->orders);
	free(piece);
}

static enum yq_rc
take_row(void *cookie, const struct yq_trade_row *row, struct yq_err *err)
{
	struct yq_piece *piece = cookie;

	if (!yq_piece_end_is_before(&piece->place, &row->trade))
		return YQ_OK; /* of the same instant, and read before */
	piece->rows[piece->count++] = *row;
	if (piece->count < YQ_PIECE_MAX)
		return YQ_OK;
	return yq_err_set(err, YQ_E_LIMIT, "the piece is full");
}

enum yq_rc
yq_piece_read(struct yq_firebird *firebird, void *cookie, struct yq_err *err)
{
	struct yq_piece *piece = cookie;
	struct yq_trade_filter filter = yq_trade_filter_any();
	const struct yq_trade *last;
	enum yq_rc rc;

	filter.from_us = piece->place.at_us;
	rc = yq_trades_each(firebird, &filter, take_row, piece, err);
	if (rc == YQ_E_LIMIT && piece->count == YQ_PIECE_MAX)
		rc = YQ_OK;
	if (rc == YQ_OK && piece->orders_from_us != 0)
		rc = yq_orders_count(firebird, piece->orders_from_us, YQ_RATE_DAY_STEP_US,
		    &piece->orders, &piece->order_count, err);
	if (rc != YQ_OK || piece->count == 0)
		return rc;
	last = &piece->rows[piece->count - 1].trade;
	piece->place.at_us = last->executed_at_us;
	piece->place.id = last->id;
	return YQ_OK;
}
