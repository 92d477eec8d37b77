/*
 * session_parts.h - what the files of a session share.
 *
 *	session.c	what is to be done now; the adapter's answers; who is told
 *	session_jobs.c	what the worker is asked, and what its answers mean
 *	session_store.c	the same on the worker's thread
 */
#ifndef YQ_BROKER_SESSION_PARTS_H
#define YQ_BROKER_SESSION_PARTS_H

#include "broker/session.h"
#include "broker/session_store.h"

/* Between looks while there is a token, or the keys are refused. */
#define YQ_SESSION_CALM_MS 10000

struct yq_session_watcher {
	struct yq_session_watcher *next;
	yq_session_changed_fn *fn; /* NULL = gone */
	void *cookie;
};

/* Something the worker does for the session, which may be gone before it is done. */
struct yq_session_job {
	struct yq_broker_session *session;
	struct yq_session_store store;
	struct yq_session_look look;
	struct yq_token token; /* to save */
};

struct yq_broker_session {
	struct yq_session_options options;
	struct yq_session_store store;
	uv_timer_t timer;
	struct yq_session_watcher *watchers;
	struct yq_token token; /* in use; or none */
	uint64_t serial;
	int64_t after_us;	    /* tokens issued later than that are taken */
	unsigned early_pct;	    /* with its jitter */
	bool unsaved;		    /* `token` is not kept yet */
	bool store_away;	    /* as `why` says */
	bool loaded, refused;	    /* the store has answered; the broker does not take the keys */
	bool issuing;		    /* the adapter calls */
	struct yq_session_job *job; /* at the worker */
	int64_t next_ns;	    /* monotonic: no turn is taken before */
	int64_t look_ns;	    /* no look at the store before */
	char why[YQ_ERR_TEXT_MAX];
	enum yq_session_state told;
	uint64_t told_serial;
	char told_why[YQ_ERR_TEXT_MAX];
	bool telling, freed;
};

bool yq_session_has_token(const struct yq_broker_session *session);
int64_t yq_session_now_us(const struct yq_broker_session *session);
int64_t yq_session_now_ns(const struct yq_broker_session *session);
void yq_session_explain(struct yq_broker_session *session, const char *why);
/* Take it over, and leave `token` empty. */
void yq_session_adopt(struct yq_broker_session *session, struct yq_token *token);
/* Tell those who watch, if something has changed.  False: the session was freed meanwhile. */
bool yq_session_tell(struct yq_broker_session *session);
/* Look what is to be done, at the latest in so long. */
void yq_session_step_in(struct yq_broker_session *session, int64_t ms);
/* It is our turn: have a token issued. */
void yq_session_issue(struct yq_broker_session *session);

/* At the worker; its end steps on. */
void yq_session_ask_look(struct yq_broker_session *session);
void yq_session_ask_save(struct yq_broker_session *session);

#endif
