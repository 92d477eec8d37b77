/* auth_routes.c - signing in and out, one's own password and sessions. */
#include <string.h>

#include "base/str.h"
#include "desk/password.h"
#include "desk/people.h"
#include "web/factor_routes.h"
#include "web/sign_in.h"
#include "web/signed_in.h"

/* A key without an end. */
#define NEVER_US INT64_C(253402300799000000) /* 9999-12-31T23:59:59Z */

/* ---- the session ---- */

static enum yq_rc
sign_out(struct yq_api_call *call, struct yq_err *err)
{
	enum yq_rc rc = yq_desk_valkey(call->desk, err);

	if (rc == YQ_OK)
		rc = yq_web_session_end(
		    call->desk->valkey, call->who.user, call->who.session, NULL, NULL, err);
	if (rc != YQ_OK)
		return rc;
	yq_signed_in_cookie(call, NULL);
	yq_api_done(call, "signed out");
	return YQ_OK;
}

static void
put_scopes(struct yq_json_writer *w, const char *scopes)
{
	yq_json_name(w, "scopes");
	yq_json_begin_array(w);
	while (*scopes != '\0') {
		size_t length = strcspn(scopes, ",");

		yq_json_add_bytes(w, scopes, length);
		scopes += length + (scopes[length] == ',');
	}
	yq_json_end_array(w);
}

static void
put_key_session(struct yq_api_call *call)
{
	const struct yq_api_who *who = &call->who;
	struct yq_json_writer *w = call->out;

	yq_json_put_text(w, "user", who->user);
	yq_api_put_name(w, "role", &yq_role_names, (int)who->role);
	put_scopes(w, who->scopes);
	yq_json_put_text(w, "csrf", "");
	yq_json_put_bool(w, "totp", false);
	yq_json_put_bool(w, "mustChange", who->must_change);
	yq_signed_in_put_terms(w, 0, who->ends_at_us != 0 ? who->ends_at_us : NEVER_US);
}

static enum yq_rc
read_own(struct yq_api_call *call, struct yq_web_session *session, struct yq_err *err)
{
	enum yq_rc rc = yq_desk_valkey(call->desk, err);

	if (rc == YQ_OK)
		rc = yq_web_session_read(call->desk->valkey, call->who.session, session, err);
	if (rc != YQ_E_DENIED)
		return rc;
	return yq_api_refuse(call, 401, "NOT_SIGNED_IN", NULL, err, "the session is over");
}

static enum yq_rc
get_session(struct yq_api_call *call, struct yq_err *err)
{
	struct yq_web_session session = { .role = YQ_ROLE_NONE };
	bool is_person = call->who.session[0] != '\0';
	enum yq_rc rc = is_person ? read_own(call, &session, err) : YQ_OK;

	if (rc != YQ_OK)
		return rc;
	yq_json_begin_object(call->out);
	if (is_person)
		yq_signed_in_put(call->out, &session, call->desk->config);
	else
		put_key_session(call);
	yq_json_end_object(call->out);
	return YQ_OK;
}

/* ---- the password ---- */

static enum yq_rc
set_password(struct yq_api_call *call, struct yq_err *err)
{
	struct yq_person_change change = { .name = call->who.user,
		.password = yq_api_text(call, "new"),
		.own = true,
		.keep = call->who.session };
	struct yq_web_session session;
	struct yq_user user;
	enum yq_rc rc = read_own(call, &session, err);

	if (rc == YQ_OK)
		rc = yq_signed_in_prove(call, "old", yq_api_text(call, "old"), &user, err);
	if (rc != YQ_OK)
		return rc;
	change.version = user.version;
	rc = yq_people_change(call->desk, &change, &user, err);
	if (rc == YQ_E_INVALID)
		return yq_api_refuse(call, 422, "FIELD_INVALID", "new", err, "new: %s", err->text);
	session.version = user.version;
	session.must_change = false;
	if (rc == YQ_OK)
		rc = yq_web_session_update(call->desk->valkey, &session, err);
	if (rc == YQ_OK)
		yq_api_done(call, "the password is set; all other sessions have ended");
	return rc;
}

/* ---- sessions ---- */

static void
put_session(struct yq_api_call *call, const struct yq_web_session *session)
{
	struct yq_json_writer *w = call->out;

	yq_json_begin_object(w);
	yq_json_put_text(w, "id", session->digest);
	yq_api_put_time(w, "createdAt", session->created_at_us);
	yq_api_put_time(w, "lastAt", session->last_at_us);
	yq_json_put_text(w, "address", session->address);
	yq_json_put_text(w, "agent", session->agent);
	yq_json_put_bool(w, "current", yq_str_equal(session->digest, call->who.session));
	yq_json_end_object(w);
}

static enum yq_rc
list_sessions(struct yq_api_call *call, struct yq_err *err)
{
	struct yq_web_session_list list;
	enum yq_rc rc = yq_desk_valkey(call->desk, err);

	if (rc == YQ_OK)
		rc = yq_web_session_find(call->desk->valkey, call->who.user, &list, err);
	if (rc != YQ_OK)
		return rc;
	yq_json_begin_object(call->out);
	yq_json_name(call->out, "items");
	yq_json_begin_array(call->out);
	for (size_t i = 0; i < list.count; i++)
		put_session(call, &list.items[i]);
	yq_json_end_array(call->out);
	yq_json_end_object(call->out);
	return YQ_OK;
}

static enum yq_rc
end_session(struct yq_api_call *call, struct yq_err *err)
{
	const char *digest = yq_api_text(call, "session");
	int64_t ended = 0;
	enum yq_rc rc = yq_desk_valkey(call->desk, err);

	if (strlen(digest) != YQ_DIGEST_SIZE - 1 ||
	    strspn(digest, "0123456789abcdef") != YQ_DIGEST_SIZE - 1)
		return yq_err_set(err, YQ_E_NOT_FOUND, "you have no such session");
	if (rc == YQ_OK)
		rc = yq_web_session_end(
		    call->desk->valkey, call->who.user, digest, NULL, &ended, err);
	if (rc == YQ_OK && ended == 0)
		rc = yq_err_set(err, YQ_E_NOT_FOUND, "you have no such session");
	if (rc != YQ_OK)
		return rc;
	if (yq_str_equal(digest, call->who.session))
		yq_signed_in_cookie(call, NULL);
	yq_api_done(call, "the session has ended");
	return YQ_OK;
}

/* ---- the table ---- */

static const struct yq_api_field sign_in_fields[] = {
	{ "user", YQ_API_BODY, YQ_API_TEXT, true, 1, 64, NULL, "the name, in any case" },
	{ "password", YQ_API_BODY, YQ_API_SECRET, true, 1, YQ_PASSWORD_MOST, NULL, NULL },
	{ "code", YQ_API_BODY, YQ_API_SECRET, false, 0, 16, NULL,
	    "of the second factor, where the answer said totpRequired" },
};
static const struct yq_api_field password_fields[] = {
	{ "old", YQ_API_BODY, YQ_API_SECRET, true, 1, YQ_PASSWORD_MOST, NULL, NULL },
	{ "new", YQ_API_BODY, YQ_API_SECRET, true, 1, YQ_PASSWORD_MOST, NULL,
	    "at least 12 characters" },
};
static const struct yq_api_field session_fields[] = {
	{ "session", YQ_API_PATH, YQ_API_TEXT, true, 1, 64, NULL, "its id in the list" },
};

static const struct yq_api_route routes[] = {
	{ "POST", "/auth/sign-in", "signIn", "Begin a session; the answer sets its cookie.",
	    YQ_ROLE_NONE, YQ_LANE_PASSWORD, YQ_API_FRESH | YQ_API_QUIET, 200, "SignInAnswer",
	    sign_in_fields, YQ_COUNT(sign_in_fields), yq_sign_in },
	{ "POST", "/auth/sign-out", "signOut", "End this session.", YQ_ROLE_VIEWER, YQ_LANE_LIVE,
	    YQ_API_FRESH | YQ_API_NO_KEY, 200, "Done", NULL, 0, sign_out },
	{ "GET", "/auth/session", "getSession", "Who is signed in, and the CSRF token.",
	    YQ_ROLE_VIEWER, YQ_LANE_LIVE, YQ_API_FRESH, 200, "Session", NULL, 0, get_session },
	{ "POST", "/auth/password", "setPassword",
	    "Set another password; all other sessions of the user end.", YQ_ROLE_VIEWER,
	    YQ_LANE_PASSWORD, YQ_API_FRESH | YQ_API_NO_KEY, 200, "Done", password_fields,
	    YQ_COUNT(password_fields), set_password },
	{ "POST", "/auth/totp/begin", "beginTotp",
	    "A new second factor, in force once a code of it was confirmed.", YQ_ROLE_VIEWER,
	    YQ_LANE_PASSWORD, YQ_API_NO_KEY | YQ_API_ONCE, 200, "TotpSetup", yq_factor_prove_fields,
	    YQ_FACTOR_FIELDS, yq_factor_begin },
	{ "POST", "/auth/totp/confirm", "confirmTotp", "Put the new second factor into force.",
	    YQ_ROLE_VIEWER, YQ_LANE_ARCHIVE, YQ_API_NO_KEY, 200, "Done", yq_factor_code_fields,
	    YQ_FACTOR_FIELDS, yq_factor_confirm },
	{ "POST", "/auth/totp/remove", "removeTotp", "Do without a second factor.", YQ_ROLE_VIEWER,
	    YQ_LANE_PASSWORD, YQ_API_NO_KEY, 200, "Done", yq_factor_prove_fields, YQ_FACTOR_FIELDS,
	    yq_factor_remove },
	{ "GET", "/auth/sessions", "listSessions", "Where the user is signed in.", YQ_ROLE_VIEWER,
	    YQ_LANE_LIVE, YQ_API_NO_KEY, 200, "SessionList", NULL, 0, list_sessions },
	{ "DELETE", "/auth/sessions/{session}", "endSession", "End one of the user's sessions.",
	    YQ_ROLE_VIEWER, YQ_LANE_LIVE, YQ_API_NO_KEY, 200, "Done", session_fields,
	    YQ_COUNT(session_fields), end_session },
};
const struct yq_api_family yq_api_auth = { "auth", routes, YQ_COUNT(routes) };
