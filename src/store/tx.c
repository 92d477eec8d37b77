/* tx.c - begins, ends and uses transactions. */
#include "store/tx.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "store/internal.h"

#define TPB_MAX 16

static size_t
fill_tpb(const struct yq_tx_options *options, char tpb[TPB_MAX])
{
	unsigned lock_s =
	    options->lock_timeout_s != 0 ? options->lock_timeout_s : YQ_FIREBIRD_LOCK_S;
	size_t n = 0;

	tpb[n++] = isc_tpb_version3;
	tpb[n++] = options->read_only ? isc_tpb_read : isc_tpb_write;
	tpb[n++] = isc_tpb_read_committed;
	tpb[n++] = isc_tpb_rec_version;
	if (options->no_wait) {
		tpb[n++] = isc_tpb_nowait;
		return n;
	}
	tpb[n++] = isc_tpb_wait;
	if (!options->read_only) {
		tpb[n++] = isc_tpb_lock_timeout;
		tpb[n++] = 4;
		for (unsigned i = 0; i < 4; i++)
			tpb[n++] = (char)(unsigned char)(lock_s >> (8 * i));
	}
	return n;
}

enum yq_rc
yq_tx_begin(struct yq_firebird *firebird, const struct yq_tx_options *options,
    struct yq_tx **ret_tx, struct yq_err *err)
{
	static const struct yq_tx_options defaults = { 0 };
	ISC_STATUS_ARRAY status;
	isc_tr_handle handle = 0;
	char tpb[TPB_MAX];
	size_t length;
	enum yq_rc rc;

	*ret_tx = NULL;
	assert(firebird->tx == NULL);
	length = fill_tpb(options != NULL ? options : &defaults, tpb);
	rc = yq_firebird_connect(firebird, err);
	if (rc != YQ_OK)
		return rc;
	if (yq_client()->isc_start_transaction(
		status, &handle, 1, &firebird->handle, (unsigned short)length, tpb) != 0) {
		rc = yq_status_fault(firebird, status, err);
		if (!firebird->lost)
			return rc;
		/* It broke since the last use and only now shows: nothing was done in it yet. */
		rc = yq_firebird_connect(firebird, err);
		if (rc != YQ_OK)
			return rc;
		if (yq_client()->isc_start_transaction(
			status, &handle, 1, &firebird->handle, (unsigned short)length, tpb) != 0)
			return yq_status_fault(firebird, status, err);
	}
	*ret_tx = yq_xcalloc(1, sizeof(**ret_tx));
	(*ret_tx)->firebird = firebird;
	(*ret_tx)->handle = handle;
	firebird->tx = *ret_tx;
	return YQ_OK;
}

static void
roll_back(struct yq_tx *tx)
{
	ISC_STATUS_ARRAY status;

	if (yq_client()->isc_rollback_transaction(status, &tx->handle) != 0)
		(void)yq_status_fault(tx->firebird, status, NULL); /* notes a lost connection */
	tx->ended = true;
}

enum yq_rc
yq_tx_commit(struct yq_tx *tx, struct yq_err *err)
{
	ISC_STATUS_ARRAY status;
	enum yq_rc rc;

	assert(!tx->ended && tx->open_rows == 0);
	if (tx->firebird->lost) {
		tx->ended = true;
		return yq_err_set(err, YQ_E_RETRY,
		    "the connection to Firebird %s was lost before the commit", tx->firebird->name);
	}
	if (yq_client()->isc_commit_transaction(status, &tx->handle) == 0) {
		tx->ended = true;
		return YQ_OK;
	}
	rc = yq_status_fault(tx->firebird, status, err);
	if (tx->firebird->lost) {
		tx->ended = true;
		return yq_err_context(
		    err, YQ_E_UNKNOWN, "it is not known whether a commit happened");
	}
	roll_back(tx);
	return rc;
}

void
yq_tx_end(struct yq_tx *tx)
{
	if (tx == NULL)
		return;
	assert(tx->open_rows == 0);
	if (!tx->ended)
		roll_back(tx);
	tx->firebird->tx = NULL;
	free(tx);
}

void
yq_tx_endp(struct yq_tx **tx)
{
	yq_tx_end(*tx);
	*tx = NULL;
}

/* Rows inserted, updated and deleted by the last execution. */
static bool
count_affected(struct yq_statement *statement, ISC_STATUS *status, int64_t *ret_affected)
{
	char item = isc_info_sql_records, answer[64] = { 0 };
	const char *p = answer + 3;

	*ret_affected = 0;
	if (yq_client()->isc_dsql_sql_info(
		status, &statement->handle, 1, &item, sizeof(answer), answer) != 0)
		return false;
	if (answer[0] != isc_info_sql_records)
		return true; /* not a statement that changes rows */
	while (*p != isc_info_end && p < answer + sizeof(answer) - 8) {
		short length = (short)yq_client()->isc_vax_integer(p + 1, 2);

		if (*p != isc_info_req_select_count)
			*ret_affected += yq_client()->isc_vax_integer(p + 3, length);
		p += 3 + length;
	}
	return true;
}

enum yq_rc
yq_tx_exec(struct yq_tx *tx, const char *sql, const struct yq_param *params, size_t count,
    int64_t *ret_affected, struct yq_err *err)
{
	struct yq_statement *statement;
	ISC_STATUS_ARRAY status;
	enum yq_rc rc;

	assert(!tx->ended);
	rc = yq_statement_prepare(tx, sql, &statement, err);
	if (rc == YQ_OK)
		rc = yq_statement_bind(tx, statement, params, count, err);
	if (rc != YQ_OK)
		return rc;
	assert(statement->out == NULL);
	if (yq_client()->isc_dsql_execute(
		status, &tx->handle, &statement->handle, SQLDA_VERSION1, statement->in) != 0)
		return yq_status_fault(tx->firebird, status, err);
	if (ret_affected != NULL && !count_affected(statement, status, ret_affected))
		return yq_status_fault(tx->firebird, status, err);
	return YQ_OK;
}

enum yq_rc
yq_tx_get(struct yq_tx *tx, const char *sql, const struct yq_param *params, size_t count,
    const struct yq_field *fields, size_t field_count, void *record, struct yq_err *err)
{
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = NULL;
	enum yq_rc rc;

	rc = yq_tx_query(tx, sql, params, count, &rows, err);
	if (rc == YQ_OK)
		rc = yq_rows_next(rows, err);
	if (rc == YQ_OK)
		rc = yq_rows_read(rows, fields, field_count, record, err);
	return rc;
}
