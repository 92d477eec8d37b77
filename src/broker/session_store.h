/*
 * session_store.h - what a session asks the store: jobs for the worker's thread.
 */
#ifndef YQ_BROKER_SESSION_STORE_H
#define YQ_BROKER_SESSION_STORE_H

#include "store/tokens.h"

/* A job's own copies: the session may be gone when it runs. */
struct yq_session_store {
	struct yq_token_name name;
	struct yq_secret *key; /* owned */
};

/*
 * Is there a token that will do - issued after `after_us`, and with most of its life before it -,
 * and if not, is it our turn to have one issued?
 */
struct yq_session_look {
	int64_t now_us, after_us, interval_us;
	unsigned early_pct; /* of its life over: it does not do any more */
	bool take_turn;	    /* or only look */
	/* the answer */
	struct yq_token token; /* one that may be used, if only for now; else empty */
	bool ours;	       /* the turn is */
	int64_t until_us;      /* it is somebody's until then; 0 = nobody was asked */
	struct yq_err unread;  /* what is kept cannot be read; "" = it can */
};

/* When a token is to be replaced. */
int64_t yq_token_due_us(const struct yq_token *token, unsigned early_pct);

/* Anything but YQ_OK: the store could not say. */
YQ_NODISCARD enum yq_rc yq_session_look(struct yq_firebird *firebird,
    const struct yq_session_store *store, struct yq_session_look *look, struct yq_err *err);
/* YQ_OK also where a newer one is kept already. */
YQ_NODISCARD enum yq_rc yq_session_save(struct yq_firebird *firebird,
    const struct yq_session_store *store, const struct yq_token *token, struct yq_err *err);

#endif
