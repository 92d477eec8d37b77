/*
 * leases.h - who may do what only one may do, among systems that share one database (table LEASES):
 * a row a name, with its owner and a token that only rises.
 *
 * Every change is one conditional statement in a no-wait transaction of its own: of two who want a
 * row at once one gets it, and the other YQ_E_RETRY or the row as it stands then.  Times are the
 * caller's wall clock.
 */
#ifndef YQ_STORE_LEASES_H
#define YQ_STORE_LEASES_H

#include "store/firebird.h"

#define YQ_LEASE_NAME_SIZE  65
#define YQ_LEASE_OWNER_SIZE 129

struct yq_lease {
	char name[YQ_LEASE_NAME_SIZE];
	char owner[YQ_LEASE_OWNER_SIZE];
	int64_t token; /* 1 at first; rises with each change of owner */
	int64_t acquired_at_us;
	int64_t renewed_at_us; /* its owner's last sign of life */
	int64_t expires_at_us; /* 0 = never: only yq_lease_promote moves it */
};

YQ_NODISCARD enum yq_rc yq_lease_read(struct yq_firebird *firebird, const char *name,
    struct yq_lease *lease, struct yq_err *err); /* YQ_E_NOT_FOUND */

/* Within a transaction: the row as it stands, which nobody can change before that ends.
 * YQ_E_NOT_FOUND; YQ_E_RETRY: another changes it this moment (in a no-wait transaction at once). */
struct yq_tx;
YQ_NODISCARD enum yq_rc yq_lease_hold(
    struct yq_tx *tx, const char *name, struct yq_lease *lease, struct yq_err *err);

/*
 * Make `owner` the owner if nobody is, or the one who is has let it expire; an owner that is the
 * same already changes nothing.  `expires_at_us` 0 = never.  On YQ_OK `lease` is the row as it
 * stands now: compare its owner.
 */
YQ_NODISCARD enum yq_rc yq_lease_acquire(struct yq_firebird *firebird, const char *name,
    const char *owner, int64_t now_us, int64_t expires_at_us, struct yq_lease *lease,
    struct yq_err *err);

/* Say that the holder lives.  YQ_E_STATE: the row has another owner or token; `lease` is the row as
 * it stands. */
YQ_NODISCARD enum yq_rc yq_lease_renew(struct yq_firebird *firebird, const char *name,
    const char *owner, int64_t token, int64_t now_us, int64_t expires_at_us, struct yq_lease *lease,
    struct yq_err *err);

/*
 * Give it to `owner`, whoever has it, if its token is still `from_token` (0: if there is no row).
 * YQ_E_STATE: it is not; `lease` is the row as it stands.  An owner that has it already gets a new
 * token too.
 */
YQ_NODISCARD enum yq_rc yq_lease_promote(struct yq_firebird *firebird, const char *name,
    const char *owner, int64_t from_token, int64_t now_us, int64_t expires_at_us,
    struct yq_lease *lease, struct yq_err *err);

#endif
