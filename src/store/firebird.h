/*
 * firebird.h - one connection to a Firebird database, embedded or served.
 *
 * A connection belongs to one thread and has at most one transaction open (tx.h).  Statements are
 * prepared once and kept by their SQL text.  A connection that was lost is opened again by the next
 * yq_tx_begin.  Calls block: a daemon uses it through worker.h.
 */
#ifndef YQ_STORE_FIREBIRD_H
#define YQ_STORE_FIREBIRD_H

#include "base/connection_string.h"
#include "base/err.h"

#define YQ_FIREBIRD_PAGE_BYTES	   16384
#define YQ_FIREBIRD_CONNECT_S	   5  /* default time limit of a connection attempt */
#define YQ_FIREBIRD_LOCK_S	   5  /* default time a transaction waits for another's lock */
#define YQ_FIREBIRD_STATEMENTS_MAX 64 /* prepared statements kept; the longest unused one goes */

struct yq_firebird; /* opaque */

struct yq_firebird_options {
	unsigned page_cache_pages;  /* 0 = YQ_FIREBIRD_CACHE_DEFAULT (root.h) */
	unsigned connect_timeout_s; /* 0 = YQ_FIREBIRD_CONNECT_S */
	bool create;		    /* make the database if there is none */
};

/*
 * Connect.  `target` and `options` are copied (NULL options = all defaults).  Embedded (no host)
 * needs yq_firebird_root_use first.
 *   YQ_E_DENIED     user or password refused.
 *   YQ_E_NOT_FOUND  there is no such database, and `create` is not set; or no engine.
 *   YQ_E_RETRY      the server cannot be reached, or the database is shut down for now.
 *   YQ_E_CORRUPT    the file is no Firebird database, or a damaged one.
 *   YQ_E_SYSTEM     the file cannot be opened or written; the text says why and what to do.
 * No text ever holds a password.
 */
YQ_NODISCARD enum yq_rc yq_firebird_open(const struct yq_firebird_target *target,
    const struct yq_firebird_options *options, struct yq_firebird **ret_firebird,
    struct yq_err *err);
/* No transaction may be open.  NULL is a no-op. */
void yq_firebird_close(struct yq_firebird *firebird);
void yq_firebird_closep(struct yq_firebird **firebird);

/* False after the connection was lost, until the next yq_tx_begin that succeeds. */
bool yq_firebird_is_connected(const struct yq_firebird *firebird);
/* "var/yquant.fdb" or "db.example:3050/yquant", for messages.  Borrowed. */
const char *yq_firebird_name(const struct yq_firebird *firebird);

#endif
