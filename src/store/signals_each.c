/* signals_each.c - signals oldest first, one at a time. */
#include "store/signals.h"

static enum yq_rc
tell(const struct yq_rows *rows, yq_signal_fn *fn, void *cookie, struct yq_err *err)
{
	struct yq_signal_row row;
	enum yq_rc rc = yq_signals_row(rows, &row, err);

	if (rc == YQ_OK)
		rc = fn(cookie, &row, err);
	yq_signal_row_clear(&row);
	return rc;
}

enum yq_rc
yq_signals_each(struct yq_firebird *firebird, const struct yq_signal_filter *filter,
    yq_signal_fn *fn, void *cookie, struct yq_err *err)
{
	static const struct yq_tx_options read_only = { .read_only = true };
	YQ_CLEANUP(yq_buf_free) struct yq_buf sql = yq_buf_make(YQ_SQL_MAX);
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = NULL;
	struct yq_where where = yq_where_make(&sql);
	enum yq_rc rc;

	yq_signals_select(&sql);
	yq_signals_where(&where, filter);
	yq_buf_add_text(&sql, " ORDER BY RECEIVED_AT_US, ID");
	rc = yq_tx_begin(firebird, &read_only, &tx, err);
	if (rc == YQ_OK)
		rc = yq_tx_query(tx, yq_buf_text(&sql), where.params, where.count, &rows, err);
	while (rc == YQ_OK && (rc = yq_rows_next(rows, err)) == YQ_OK)
		rc = tell(rows, fn, cookie, err);
	return rc == YQ_E_NOT_FOUND ? YQ_OK : rc;
}
