/* auth_who.c - who asks: by the cookie of a session, or by an API key. */
#include <sodium.h>
#include <string.h>

#include "base/str.h"
#include "store/access_keys.h"
#include "web/auth.h"
#include "web/signed_in.h"

#define SCHEME "Bearer "

static bool
only_reads(const char *method)
{
	return yq_str_equal(method, "GET") || yq_str_equal(method, "HEAD");
}

/* In time that does not depend on where they differ. */
static bool
is_csrf(const char *given, const struct yq_web_session *session)
{
	size_t length = strlen(session->csrf);

	return given != NULL && length > 0 && strlen(given) == length &&
	       sodium_memcmp(given, session->csrf, length) == 0;
}

static enum yq_rc
by_session(struct yq_desk *desk, const struct yq_auth_request *request, struct yq_api_who *who,
    struct yq_err *err)
{
	const struct yq_web_session_terms terms = yq_signed_in_terms(desk->config);
	struct yq_web_session session;
	enum yq_rc rc = yq_desk_valkey(desk, err);

	if (rc == YQ_OK)
		rc = yq_web_session_use(desk->valkey, request->cookie, &terms, &session, err);
	if (rc != YQ_OK)
		return rc;
	if (!only_reads(request->method) && !is_csrf(request->csrf, &session))
		return yq_err_set(err, YQ_E_REFUSED,
		    "the header X-CSRF-Token: expected the one of this session (GET "
		    "/auth/session)");
	who->role = session.role;
	who->must_change = session.must_change;
	who->ends_at_us = session.ends_at_us;
	yq_str_copy_cut(who->user, sizeof(who->user), session.user);
	yq_str_copy_cut(who->session, sizeof(who->session), session.digest);
	return YQ_OK;
}

static enum yq_rc
by_key(struct yq_desk *desk, const char *text, struct yq_api_who *who, struct yq_err *err)
{
	int64_t now_us = yq_clock_now_us(yq_clock_system());
	struct yq_access_key key;
	struct yq_user owner;
	unsigned scopes = 0;
	enum yq_rc rc = yq_desk_firebird(desk, err);

	if (rc == YQ_OK)
		rc = yq_access_keys_use(desk->firebird, text, now_us, &key, &owner, err);
	if (rc != YQ_OK)
		return rc;
	if (yq_scopes_parse(key.scopes, &scopes, err) != YQ_OK)
		return YQ_E_CORRUPT;
	who->role = yq_scopes_role(scopes, owner.role);
	who->must_change = owner.must_change;
	who->ends_at_us = key.expires_at_us;
	yq_str_copy_cut(who->scopes, sizeof(who->scopes), key.scopes);
	yq_str_copy_cut(who->user, sizeof(who->user), owner.name);
	return YQ_OK;
}

enum yq_rc
yq_auth_who(struct yq_desk *desk, const struct yq_auth_request *request, struct yq_api_who *who,
    struct yq_err *err)
{
	const char *header = request->authorization;

	who->session[0] = '\0';
	if (header != NULL &&
	    yq_str_equal_nocase_bytes(header, SCHEME, strnlen(header, sizeof(SCHEME) - 1)) &&
	    strlen(header) >= sizeof(SCHEME) - 1)
		return by_key(desk, header + sizeof(SCHEME) - 1, who, err);
	if (header != NULL)
		return yq_err_set(err, YQ_E_DENIED, "Authorization: expected Bearer yqk_...");
	if (request->cookie != NULL)
		return by_session(desk, request, who, err);
	return yq_err_set(err, YQ_E_DENIED, "nobody is signed in");
}
