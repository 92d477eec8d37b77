/*
 * internal.h - what the files of the Firebird wrapper share: connection, statement, status vector.
 */
#ifndef YQ_STORE_INTERNAL_H
#define YQ_STORE_INTERNAL_H

#include "store/client.h"
#include "store/firebird.h"
#include "store/sqltext.h"
#include "store/tx.h"

#define YQ_CHARSET_UTF8                                                           \
	4 /* Firebird's number of it; the connection's, whatever the columns have \
	   */

/* One prepared statement, with a buffer for each value going in and coming out. */
struct yq_statement {
	char *sql; /* as the caller wrote it: the key of the cache */
	struct yq_sqltext text;
	isc_stmt_handle handle;
	int type;	  /* isc_info_sql_stmt_... */
	XSQLDA *in, *out; /* out NULL when there are no result columns */
	char *in_buffer, *out_buffer;
	bool busy;     /* rows are open */
	uint64_t used; /* the connection's count at the last use */
};

struct yq_firebird {
	struct yq_firebird_target target;
	struct yq_firebird_options options;
	char name[YQ_HOST_SIZE + 1040];
	isc_db_handle handle; /* 0 = not connected */
	bool lost;
	struct yq_tx *tx; /* the open one */
	struct yq_statement *statements[YQ_FIREBIRD_STATEMENTS_MAX];
	size_t statement_count;
	uint64_t uses;
};

struct yq_tx {
	struct yq_firebird *firebird;
	isc_tr_handle handle;
	bool ended;
	unsigned open_rows;
};

/* firebird.c: attach if there is no usable connection. */
enum yq_rc yq_firebird_connect(struct yq_firebird *firebird, struct yq_err *err);

/* attach.c: before and after an embedded attach or create; the turn is a file descriptor, or -1. */
int yq_attach_begin(void);
void yq_attach_end(int turn);

/* status.c: the fault in `status` as our code and one sentence; marks a lost connection. */
enum yq_rc yq_status_fault(
    struct yq_firebird *firebird, const ISC_STATUS *status, struct yq_err *err);
/* The same for a failed attempt to connect or create, which says what to do. */
enum yq_rc yq_status_connect_fault(
    struct yq_firebird *firebird, const ISC_STATUS *status, struct yq_err *err);
bool yq_status_has(const ISC_STATUS *status, ISC_STATUS code);

/* statement.c */
enum yq_rc yq_statement_prepare(
    struct yq_tx *tx, const char *sql, struct yq_statement **ret, struct yq_err *err);
void yq_statements_drop(struct yq_firebird *firebird); /* all; none may be busy */

/* bind.c: put the values into the statement's buffers; blobs are written at once. */
enum yq_rc yq_statement_bind(struct yq_tx *tx, struct yq_statement *statement,
    const struct yq_param *params, size_t count, struct yq_err *err);

/* blob.c */
enum yq_rc yq_blob_write(
    struct yq_tx *tx, const char *bytes, size_t length, ISC_QUAD *ret_id, struct yq_err *err);
enum yq_rc yq_blob_read(
    struct yq_tx *tx, const ISC_QUAD *id, struct yq_buf *text, struct yq_err *err);

#define YQ_BLOB_MAX (1024 * 1024)

#endif
