/*
 * tokens.h - access tokens of brokers (table TOKENS), which all programs share; sealed.
 *
 * A broker issues a token now and then, and no more than one a minute: whoever wants a new one asks
 * for its turn first.  A turn is a lease (leases.h) that ends by itself, so that one who dies with
 * it holds the others up for that long and no longer.  Times are the caller's wall clock.
 */
#ifndef YQ_STORE_TOKENS_H
#define YQ_STORE_TOKENS_H

#include "base/secret.h"
#include "store/firebird.h"

#define YQ_TOKEN_BROKER_SIZE	 33
#define YQ_TOKEN_CREDENTIAL_SIZE 65
#define YQ_TOKEN_KIND_SIZE	 17

/* Which token: printable ASCII. */
struct yq_token_name {
	char broker[YQ_TOKEN_BROKER_SIZE];	   /* and host: "kis", "kis-virtual" */
	char credential[YQ_TOKEN_CREDENTIAL_SIZE]; /* yq_token_credential */
	char kind[YQ_TOKEN_KIND_SIZE];		   /* "access", "approval" */
};
/* A name for a broker's key that does not tell it. */
void yq_token_credential(const struct yq_secret *key, char credential[YQ_TOKEN_CREDENTIAL_SIZE]);

struct yq_token {
	struct yq_secret *value; /* owned */
	int64_t issued_at_us, expires_at_us;
};
void yq_token_clear(struct yq_token *token); /* leaves it empty */

/* YQ_E_NOT_FOUND; YQ_E_INVALID: `key` is none (seal.h); YQ_E_CORRUPT: it was sealed with another
 * key, or has been changed: a new one has to be issued. */
YQ_NODISCARD enum yq_rc yq_token_read(struct yq_firebird *firebird, const struct yq_secret *key,
    const struct yq_token_name *name, struct yq_token *token, struct yq_err *err);
/* YQ_E_STATE: one that was issued later is there, and stays; YQ_E_RETRY: another writes it now. */
YQ_NODISCARD enum yq_rc yq_token_write(struct yq_firebird *firebird, const struct yq_secret *key,
    const struct yq_token_name *name, const struct yq_token *token, struct yq_err *err);

/*
 * Take the turn to have one issued: ours until `now_us` + `length_us`, and nobody's before that,
 * not even ours again.  YQ_E_STATE: it is somebody's until `until_us`.  YQ_E_RETRY: another takes
 * it at this moment.  On YQ_OK and YQ_E_STATE `until_us` is set.
 */
YQ_NODISCARD enum yq_rc yq_token_turn(struct yq_firebird *firebird,
    const struct yq_token_name *name, int64_t now_us, int64_t length_us, int64_t *until_us,
    struct yq_err *err);

#endif
