/*
 * web_session.h - who is signed in to the dashboard; it is kept in Valkey alone.
 *
 * A session is known by a random token of 256 bits that lies in a cookie.  Valkey has its SHA-256,
 * so that whoever reads there can open nothing.  A session ends when it was idle for long, when its
 * time is over, when somebody ends it, and with all others of a user whose password, role or right
 * to sign in is changed.
 */
#ifndef YQ_DESK_WEB_SESSION_H
#define YQ_DESK_WEB_SESSION_H

#include "bus/valkey_sync.h"
#include "store/users.h"

#define YQ_WEB_SESSION_ADDRESS_SIZE 64
#define YQ_WEB_SESSION_AGENT_SIZE   129
#define YQ_WEB_SESSION_CSRF_SIZE    65
#define YQ_WEB_SESSIONS_MAX	    32 /* of one user; the one unused for longest ends for a new one */

struct yq_web_session {
	char digest[YQ_DIGEST_SIZE];
	char user[YQ_USER_SIZE];
	enum yq_role role;
	int64_t version; /* of the user, when he signed in */
	char csrf[YQ_WEB_SESSION_CSRF_SIZE];
	char address[YQ_WEB_SESSION_ADDRESS_SIZE];
	char agent[YQ_WEB_SESSION_AGENT_SIZE];
	bool totp, must_change;
	char totp_pending[YQ_TOTP_SIZE]; /* a second factor that is not confirmed, sealed */
	int64_t created_at_us, last_at_us, ends_at_us;
};

/* How long it lasts. */
struct yq_web_session_terms {
	int64_t idle_ms, life_ms;
};

/* Begin one for session->user; its other members but the digest, the CSRF token and the times are
 * the caller's.  *ret_token belongs in the cookie and nowhere else. */
YQ_NODISCARD enum yq_rc yq_web_session_begin(struct yq_valkey_sync *valkey,
    const struct yq_web_session_terms *terms, struct yq_web_session *session,
    struct yq_secret **ret_token, struct yq_err *err);
/* Whose session this token is; it lives on.  YQ_E_DENIED: nobody's, or it is over. */
YQ_NODISCARD enum yq_rc yq_web_session_use(struct yq_valkey_sync *valkey, const char *token,
    const struct yq_web_session_terms *terms, struct yq_web_session *session, struct yq_err *err);
/* The same without that it lives on. */
YQ_NODISCARD enum yq_rc yq_web_session_read(struct yq_valkey_sync *valkey, const char *digest,
    struct yq_web_session *session, struct yq_err *err);
/* Write down what was changed of a session that goes on: version, totp, must_change,
 * totp_pending. */
YQ_NODISCARD enum yq_rc yq_web_session_update(
    struct yq_valkey_sync *valkey, const struct yq_web_session *session, struct yq_err *err);

/* End the one of this digest (NULL = all) of `user`, but not `keep` (a digest, or NULL).
 * *ret_ended (may be NULL): how many that were. */
YQ_NODISCARD enum yq_rc yq_web_session_end(struct yq_valkey_sync *valkey, const char *user,
    const char *digest, const char *keep, int64_t *ret_ended, struct yq_err *err);

struct yq_web_session_list {
	struct yq_web_session items[YQ_WEB_SESSIONS_MAX];
	size_t count;
};
/* Those of `user`, the latest first. */
YQ_NODISCARD enum yq_rc yq_web_session_find(struct yq_valkey_sync *valkey, const char *user,
    struct yq_web_session_list *list, struct yq_err *err);

#endif
