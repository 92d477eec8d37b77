/*
 * signed_in.h - what the routes of people share: their session, its cookie, and proof that it is
 * still they.
 */
#ifndef YQ_WEB_SIGNED_IN_H
#define YQ_WEB_SIGNED_IN_H

#include "desk/web_session.h"
#include "web/api.h"

#define YQ_COOKIE_PLAIN "yq_session"
#define YQ_COOKIE_SECURE                                                        \
	"__Host-yq_session" /* browsers take it by TLS alone, and for this host \
			     */

struct yq_web_session_terms yq_signed_in_terms(const struct yq_config *config);

/* The cookie of the answer; `token` NULL takes it away. */
void yq_signed_in_cookie(struct yq_api_call *call, const struct yq_secret *token);
/* The shape Session of a person. */
void yq_signed_in_put(
    struct yq_json_writer *w, const struct yq_web_session *session, const struct yq_config *config);
/* The members that a person and a key have in common. */
void yq_signed_in_put_terms(struct yq_json_writer *w, int64_t idle_ms, int64_t ends_at_us);

/*
 * The caller's own password once more, before something grave: counts like an attempt to sign in.
 * *user is as it is now.  YQ_E_REFUSED: it is wrong (422 with `field`), or 429.
 */
YQ_NODISCARD enum yq_rc yq_signed_in_prove(struct yq_api_call *call, const char *field,
    const char *password, struct yq_user *user, struct yq_err *err);
/* Refuses with 429 and Retry-After. */
YQ_NODISCARD enum yq_rc yq_signed_in_locked(
    struct yq_api_call *call, int64_t wait_s, struct yq_err *err);

/* A second factor, sealed for the user (`session` NULL) or for a session in which it is not yet
 * confirmed. */
YQ_NODISCARD enum yq_rc yq_signed_in_seal(struct yq_api_call *call, const char *user,
    const char *session, const struct yq_secret *secret, char sealed[YQ_TOTP_SIZE],
    struct yq_err *err);
YQ_NODISCARD enum yq_rc yq_signed_in_unseal(struct yq_api_call *call, const char *user,
    const char *session, const char *sealed, struct yq_secret **ret_secret, struct yq_err *err);

#endif
