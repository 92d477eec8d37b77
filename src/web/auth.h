/*
 * auth.h - who asks: a signed-in person, or an API key.
 */
#ifndef YQ_WEB_AUTH_H
#define YQ_WEB_AUTH_H

#include "web/api.h"

/* What a request shows.  Texts are NULL where it has none; all are borrowed for the call. */
struct yq_auth_request {
	const char *cookie;	   /* value of the cookie `yq_session` */
	const char *authorization; /* header */
	const char *csrf;	   /* header X-CSRF-Token */
	const char *method;	   /* never NULL; all but GET and HEAD change something */
	const char *address;	   /* never NULL; the peer's */
	const char *agent;	   /* never NULL; cut to what fits yq_api_who */
	bool secure;
};

/*
 * Called on a lane's thread before the handler of every route that is not public.  Fills `who`.
 *   YQ_E_DENIED   nobody, or no more (the session is over): 401 NOT_SIGNED_IN.
 *   YQ_E_REFUSED  it is somebody, but the CSRF token is missing or wrong: 403 CSRF.
 *   all others as a handler's errors (api.h).
 * Rights of the route (role, YQ_API_NO_KEY, YQ_API_FRESH) are looked at afterwards, by the
 * framework.
 */
YQ_NODISCARD enum yq_rc yq_auth_who(struct yq_desk *desk, const struct yq_auth_request *request,
    struct yq_api_who *who, struct yq_err *err);

#endif
