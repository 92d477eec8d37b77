/*
 * client.h - Firebird's client library, loaded when it is first needed: a program that may need a
 * database, and does not, is spared it.
 */
#ifndef YQ_STORE_CLIENT_H
#define YQ_STORE_CLIENT_H

#include <ibase.h>

#include "base/library.h"

/* All that is called of it, by its own names. */
#define YQ_CLIENT_CALLS(X)             \
	X(fb_interpret)                \
	X(fb_sqlstate)                 \
	X(isc_attach_database)         \
	X(isc_cancel_blob)             \
	X(isc_close_blob)              \
	X(isc_commit_transaction)      \
	X(isc_create_blob2)            \
	X(isc_create_database)         \
	X(isc_detach_database)         \
	X(isc_dsql_allocate_statement) \
	X(isc_dsql_describe)           \
	X(isc_dsql_describe_bind)      \
	X(isc_dsql_execute)            \
	X(isc_dsql_execute2)           \
	X(isc_dsql_execute_immediate)  \
	X(isc_dsql_fetch)              \
	X(isc_dsql_free_statement)     \
	X(isc_dsql_prepare)            \
	X(isc_dsql_sql_info)           \
	X(isc_get_segment)             \
	X(isc_open_blob2)              \
	X(isc_portable_integer)        \
	X(isc_put_segment)             \
	X(isc_rollback_transaction)    \
	X(isc_start_transaction)       \
	X(isc_vax_integer)

struct yq_client {
	YQ_CLIENT_CALLS(YQ_LIBRARY_MEMBER)
};

/* YQ_E_NOT_FOUND, with the package's name: it is not installed.  Any thread. */
YQ_NODISCARD enum yq_rc yq_client_load(struct yq_err *err);
/* Loaded before. */
const struct yq_client *yq_client(void);

#endif
