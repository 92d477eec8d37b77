/*
 * audit.h - the audit trail of what people did (table AUDIT): only ever added to.
 *
 * A row is known by the id of the request it tells of, so that adding it again changes nothing.
 * `seq` counts rows from 1 without a gap, in the order of recording: one row follows another for
 * good, whoever writes.
 */
#ifndef YQ_STORE_AUDIT_H
#define YQ_STORE_AUDIT_H

#include "domain/hand.h"
#include "store/trades.h"

#define YQ_AUDIT_WORD_SIZE   17
#define YQ_AUDIT_TARGET_SIZE 161

struct yq_audit_row {
	int64_t seq; /* set by the store */
	struct yq_id id;
	int64_t at_us;			  /* when it was done */
	int64_t recorded_us;		  /* when it came here */
	struct yq_hand hand;		  /* who "" is kept as "?" */
	char verb[YQ_AUDIT_WORD_SIZE];	  /* "order", "cancel", "replace", "resolve", "halt", ... */
	char outcome[YQ_AUDIT_WORD_SIZE]; /* "asked", "applied", "refused" */
	char target[YQ_AUDIT_TARGET_SIZE]; /* an order's id, or a field of `halt` */
	char account_alias[YQ_ALIAS_SIZE]; /* "" = not of one account */
	char before[YQ_MESSAGE_SIZE], after[YQ_MESSAGE_SIZE];
	char reason[YQ_MESSAGE_SIZE];
	const char *request; /* the message's JSON; borrowed when adding, NULL when read */
};

/* Add all in one transaction, in order.  The contract of yq_trades_insert. */
YQ_NODISCARD enum yq_rc yq_audit_add(struct yq_firebird *firebird, const struct yq_audit_row *rows,
    size_t count, enum yq_rc *outcomes, yq_refused_fn *refused, void *cookie, struct yq_err *err);

/* Add one within a transaction of the caller's, which tells of the change that it makes.
 * YQ_E_RETRY: another writer was faster; all of it again. */
YQ_NODISCARD enum yq_rc yq_audit_put(
    struct yq_tx *tx, const struct yq_audit_row *row, struct yq_err *err);

/* What to find; "" and 0 stand for any. */
struct yq_audit_filter {
	char target[YQ_AUDIT_TARGET_SIZE];
	char account_alias[YQ_ALIAS_SIZE];
	int64_t from_us, to_us; /* done in [from, to) */
	int64_t before_seq;	/* only rows before it; 0 = from the newest on */
	unsigned limit, offset; /* as yq_trade_filter */
};

struct yq_audit_list {
	struct yq_audit_row *items; /* owned */
	size_t count;
};
void yq_audit_list_free(struct yq_audit_list *list); /* leaves it empty */

/* Newest first, by `seq`. */
YQ_NODISCARD enum yq_rc yq_audit_find(struct yq_firebird *firebird,
    const struct yq_audit_filter *filter, struct yq_audit_list *list, struct yq_err *err);

#endif
