/*
 * session.h - the life of one token of one credential at a broker.
 *
 * It loads the token that is kept (store/tokens.h), hands it out, has a new one issued when most of
 * its life is over or when the broker does not take it any more, and keeps that.  All processes and
 * all accounts with the same credential share it: of those who want a new one, one calls, and never
 * sooner than `interval_ms` after the last call of any of them; the others wait for what it gets.
 * What the call is, is the adapter's.  Firebird is asked on the worker's thread.  Loop thread only.
 */
#ifndef YQ_BROKER_SESSION_H
#define YQ_BROKER_SESSION_H

#include "base/clock.h"
#include "store/tokens.h"
#include "store/worker.h"

#define YQ_SESSION_INTERVAL_MS 61000  /* default: between two calls; brokers say one a minute */
#define YQ_SESSION_EARLY_PCT   80     /* of its life over: a new one is issued ... */
#define YQ_SESSION_JITTER_PCT  5      /* ... or up to so much later, at random */
#define YQ_SESSION_LOOK_MS     1000   /* between looks at the store while there is none */
#define YQ_SESSION_REFUSED_MS  600000 /* after the broker refused the keys */

struct yq_broker_session; /* opaque */

enum yq_session_state {
	YQ_SESSION_LOADING, /* nothing is known yet */
	YQ_SESSION_READY,   /* there is a token */
	YQ_SESSION_WAITING, /* none, for now: it is being issued, or somebody is away */
	YQ_SESSION_REFUSED, /* none: the broker does not take the keys.  It is asked again, rarely
			     */
};

struct yq_session_token {
	const struct yq_secret *value; /* borrowed until the session changes */
	uint64_t serial;	       /* of this session; 1, 2, ... */
	int64_t expires_at_us;
};

/*
 * Have a new token issued now: one call to the broker.  Its end is told by yq_session_issued,
 * once, at once or later.  The adapter does not repeat it, and the session is not freed from
 * inside.
 */
typedef void yq_session_issue_fn(void *cookie, struct yq_broker_session *session);
/* The state, or the token, has changed.  From the loop.  `why`: a sentence for people where there
 * is something to say - why there is none, or what went wrong while there still is one -, else "".
 */
typedef void yq_session_changed_fn(void *cookie, enum yq_session_state state, const char *why);

struct yq_session_options {
	uv_loop_t *loop;
	const struct yq_clock *clock;
	struct yq_worker *worker;    /* borrowed; NULL: it is kept in memory, by nobody else */
	const struct yq_secret *key; /* copied; to seal with; needed with a worker */
	struct yq_token_name name;   /* copied */
	uint32_t interval_ms;	     /* 0 = YQ_SESSION_INTERVAL_MS */
	yq_session_issue_fn *issue;
	void *issue_cookie;
};

/* Loads at once.  YQ_E_INVALID: the key is none. */
YQ_NODISCARD enum yq_rc yq_session_make(const struct yq_session_options *options,
    struct yq_broker_session **ret_session, struct yq_err *err);
/* Nothing is told after it, and yq_session_issued must not come any more.  Before its worker is
 * stopped.  NULL is a no-op. */
void yq_session_free(struct yq_broker_session *session);

/* Be told; the session may be shared.  Not before the next turn of the loop.  The same `cookie`
 * ends it. */
void yq_session_watch(struct yq_broker_session *session, yq_session_changed_fn *fn, void *cookie);
void yq_session_unwatch(struct yq_broker_session *session, void *cookie);

enum yq_session_state yq_session_state(const struct yq_broker_session *session);
const char *yq_session_why(
    const struct yq_broker_session *session); /* "" = nothing to say; borrowed */
/* The token to use now; false: there is none. */
bool yq_session_token(const struct yq_broker_session *session, struct yq_session_token *token);

/* The broker does not take the token `serial` any more: it is not handed out again, and a new one
 * is issued.  Of one that is not the present one: no-op. */
void yq_session_expired(struct yq_broker_session *session, uint64_t serial);

/*
 * The end of yq_session_issue_fn:
 *   YQ_OK         `value` (copied) lives until `expires_at_us`
 *   YQ_E_LIMIT    the broker issued one just now: to somebody else, who may have kept it
 *   YQ_E_DENIED, YQ_E_REFUSED, YQ_E_INVALID   it does not take the keys
 *   anything else  may be tried again
 * `err` (NULL with YQ_OK) is the sentence for people.
 */
void yq_session_issued(struct yq_broker_session *session, enum yq_rc rc,
    const struct yq_secret *value, int64_t expires_at_us, const struct yq_err *err);

#endif
