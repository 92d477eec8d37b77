/*
 * tx.h - transactions, statements and their rows.
 *
 *	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;		rolls back unless committed
 *	rc = yq_tx_begin(firebird, NULL, &tx, err);
 *	rc = yq_tx_exec(tx, "UPDATE T SET A = :A WHERE ID = :ID", params, 2, NULL, err);
 *	rc = yq_tx_commit(tx, err);
 *
 * Read committed, newest committed version.  A statement that fails undoes itself alone; the
 * transaction stays usable unless the connection was lost.  What statements return:
 *   YQ_E_EXISTS   a unique key is there already.
 *   YQ_E_INVALID  a constraint, or a text that is no UTF-8 or holds a NUL.
 *   YQ_E_RANGE    a text or number does not fit; the sentence names the parameter.
 *   YQ_E_RETRY    lock conflict, deadlock, lock time-out, connection lost: nothing is committed.
 *   YQ_E_DENIED, YQ_E_SYSTEM, YQ_E_CORRUPT.
 */
#ifndef YQ_STORE_TX_H
#define YQ_STORE_TX_H

#include "store/firebird.h"
#include "store/param.h"

struct yq_tx;	/* opaque */
struct yq_rows; /* opaque */

struct yq_tx_options {
	bool read_only;
	bool no_wait;		 /* a lock held by another is YQ_E_RETRY at once */
	unsigned lock_timeout_s; /* 0 = YQ_FIREBIRD_LOCK_S */
};

/* Opens the connection again if it was lost (the errors of yq_firebird_open).  A second transaction
 * on the same connection is a bug. */
YQ_NODISCARD enum yq_rc yq_tx_begin(struct yq_firebird *firebird,
    const struct yq_tx_options *options, struct yq_tx **ret_tx, struct yq_err *err);
/*
 * Make it durable.  YQ_E_UNKNOWN: the connection was lost on the way, it may have happened.  On any
 * other error nothing was committed.  After it only yq_tx_end is allowed.  All rows must have been
 * freed.
 */
YQ_NODISCARD enum yq_rc yq_tx_commit(struct yq_tx *tx, struct yq_err *err);
/* Rolls back unless committed, and frees.  NULL is a no-op. */
void yq_tx_end(struct yq_tx *tx);
void yq_tx_endp(struct yq_tx **tx);

/* Run a statement without result rows.  `ret_affected` (may be NULL): rows inserted, updated and
 * deleted. */
YQ_NODISCARD enum yq_rc yq_tx_exec(struct yq_tx *tx, const char *sql, const struct yq_param *params,
    size_t count, int64_t *ret_affected, struct yq_err *err);

/* Run a SELECT.  The same SQL may not be opened again before its rows are freed. */
YQ_NODISCARD enum yq_rc yq_tx_query(struct yq_tx *tx, const char *sql,
    const struct yq_param *params, size_t count, struct yq_rows **ret_rows, struct yq_err *err);
/* YQ_OK: a row is there; YQ_E_NOT_FOUND (no text): no more rows. */
YQ_NODISCARD enum yq_rc yq_rows_next(struct yq_rows *rows, struct yq_err *err);
/* Before the transaction ends.  NULL is a no-op. */
void yq_rows_free(struct yq_rows *rows);
void yq_rows_freep(struct yq_rows **rows);

/* Index of a result column by its name (any ASCII case); a name it has not is a bug. */
size_t yq_rows_column(const struct yq_rows *rows, const char *name);
size_t yq_rows_columns(const struct yq_rows *rows);

/* Values of the present row.  NULL gives "", 0, false; a kind that the column has not is a bug. */
bool yq_rows_is_null(const struct yq_rows *rows, size_t column);
const char *yq_rows_text(
    const struct yq_rows *rows, size_t column, size_t *ret_length); /* until next */
int64_t yq_rows_int(const struct yq_rows *rows, size_t column);
bool yq_rows_bool(const struct yq_rows *rows, size_t column);
struct yq_decimal yq_rows_decimal(const struct yq_rows *rows, size_t column);
int64_t yq_rows_time(const struct yq_rows *rows, size_t column); /* us; BIGINT or TIMESTAMP */

/*
 * The present row into `record`: each field from the column of that name.  SQL NULL leaves a member
 * as it is.  YQ_E_CORRUPT names the column whose value is none of the field (an unknown enum name,
 * a text longer than the member).
 */
YQ_NODISCARD enum yq_rc yq_rows_read(const struct yq_rows *rows, const struct yq_field *fields,
    size_t count, void *record, struct yq_err *err);

/* yq_tx_query, the first row into `record`.  YQ_E_NOT_FOUND if there is none. */
YQ_NODISCARD enum yq_rc yq_tx_get(struct yq_tx *tx, const char *sql, const struct yq_param *params,
    size_t count, const struct yq_field *fields, size_t field_count, void *record,
    struct yq_err *err);

#endif
