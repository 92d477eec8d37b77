/* signed_in.c - what the routes of people share. */
#include "web/signed_in.h"

#include <string.h>

#include "base/str.h"
#include "desk/lockout.h"
#include "desk/password.h"
#include "store/seal.h"

#define COOKIE_SIZE 256
#define MS_A_MINUTE 60000
#define MS_AN_HOUR  3600000
#define MS_A_SECOND 1000

struct yq_web_session_terms
yq_signed_in_terms(const struct yq_config *config)
{
	return (struct yq_web_session_terms){
		.idle_ms = yq_config_int(config, "Web:SessionIdleMinutes") * MS_A_MINUTE,
		.life_ms = yq_config_int(config, "Web:SessionHours") * MS_AN_HOUR,
	};
}

void
yq_signed_in_cookie(struct yq_api_call *call, const struct yq_secret *token)
{
	bool secure = call->who.secure;
	char text[COOKIE_SIZE];

	(void)yq_str_format(text, sizeof(text), "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s",
	    secure ? YQ_COOKIE_SECURE : YQ_COOKIE_PLAIN,
	    token != NULL ? yq_secret_reveal(token) : "", secure ? "; Secure" : "",
	    token == NULL ? "; Max-Age=0" : "");
	yq_api_header(call, "Set-Cookie", text);
	yq_wipe(text, sizeof(text));
}

void
yq_signed_in_put_terms(struct yq_json_writer *w, int64_t idle_ms, int64_t ends_at_us)
{
	yq_json_put_int(w, "idleSeconds", idle_ms / MS_A_SECOND);
	yq_api_put_time(w, "expiresAt", ends_at_us);
	yq_json_put_text(w, "version", YQ_VERSION);
}

void
yq_signed_in_put(
    struct yq_json_writer *w, const struct yq_web_session *session, const struct yq_config *config)
{
	yq_json_put_text(w, "user", session->user);
	yq_api_put_name(w, "role", &yq_role_names, (int)session->role);
	yq_json_name(w, "scopes");
	yq_json_begin_array(w);
	yq_json_end_array(w);
	yq_json_put_text(w, "csrf", session->csrf);
	yq_json_put_bool(w, "totp", session->totp);
	yq_json_put_bool(w, "mustChange", session->must_change);
	yq_signed_in_put_terms(w, yq_signed_in_terms(config).idle_ms, session->ends_at_us);
}

enum yq_rc
yq_signed_in_locked(struct yq_api_call *call, int64_t wait_s, struct yq_err *err)
{
	char seconds[24];

	(void)yq_str_format(seconds, sizeof(seconds), "%lld", (long long)wait_s);
	yq_api_header(call, "Retry-After", seconds);
	return yq_api_refuse(call, 429, "LOCKED", NULL, err,
	    "too many attempts have failed: wait %lld s", (long long)wait_s);
}

enum yq_rc
yq_signed_in_prove(struct yq_api_call *call, const char *field, const char *password,
    struct yq_user *user, struct yq_err *err)
{
	struct yq_desk *desk = call->desk;
	struct yq_attempt attempt = { .wait_s = 0 };
	enum yq_rc rc = yq_desk_valkey(desk, err);

	if (rc == YQ_OK)
		rc = yq_desk_firebird(desk, err);
	if (rc == YQ_OK)
		rc = yq_users_get(desk->firebird, call->who.user, user, err);
	if (rc == YQ_OK)
		rc = yq_attempt_begin(desk->valkey, user->name, call->who.address, &attempt, err);
	if (rc == YQ_E_LIMIT)
		return yq_signed_in_locked(call, attempt.wait_s, err);
	if (rc != YQ_OK)
		return rc;
	if (!yq_password_matches(user->password, password))
		return yq_api_refuse(call, 422, "PASSWORD_WRONG", field, err,
		    "%s: this is not your password", field);
	return yq_attempt_passed(desk->valkey, &attempt, true, err);
}

/* ---- second factors ---- */

static const struct yq_secret *
key_of(struct yq_api_call *call)
{
	return yq_config_secret(call->desk->config, "Web:Key");
}

static void
add_place(struct yq_buf *place, const char *user, const char *session)
{
	yq_buf_add_format(place, "%s\n%s\n%s", session != NULL ? "totp of a session" : "totp", user,
	    session != NULL ? session : "");
}

enum yq_rc
yq_signed_in_seal(struct yq_api_call *call, const char *user, const char *session,
    const struct yq_secret *secret, char sealed[YQ_TOTP_SIZE], struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf place = yq_buf_make(512);
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(YQ_TOTP_SIZE - 1);
	enum yq_rc rc;

	if (key_of(call) == NULL)
		return yq_api_refuse(call, 409, "NO_KEY", NULL, err,
		    "a second factor cannot be kept: Web:Key is not set");
	add_place(&place, user, session);
	rc = yq_seal(key_of(call), yq_buf_text(&place), secret, &text, err);
	if (rc == YQ_OK)
		yq_str_copy_cut(sealed, YQ_TOTP_SIZE, yq_buf_text(&text));
	return rc;
}

enum yq_rc
yq_signed_in_unseal(struct yq_api_call *call, const char *user, const char *session,
    const char *sealed, struct yq_secret **ret_secret, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf place = yq_buf_make(512);
	enum yq_rc rc;

	add_place(&place, user, session);
	rc = yq_unseal(key_of(call), yq_buf_text(&place), sealed, strlen(sealed), ret_secret, err);
	if (rc == YQ_OK)
		return rc;
	/* Not the caller's fault, nor his to know more of. */
	(void)yq_err_context(err, YQ_E_CORRUPT, "the second factor of %s", user);
	return YQ_E_CORRUPT;
}
