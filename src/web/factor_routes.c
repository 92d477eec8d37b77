/* factor_routes.c - a person's second factor: made, confirmed with a code of it, and removed. */
#include "web/factor_routes.h"

#include "base/str.h"
#include "desk/lockout.h"
#include "desk/password.h"
#include "desk/people.h"
#include "web/signed_in.h"
#include "web/totp.h"

#define TEXT_MAX 512

const struct yq_api_field yq_factor_prove_fields[YQ_FACTOR_FIELDS] = {
	{ "password", YQ_API_BODY, YQ_API_SECRET, true, 1, YQ_PASSWORD_MOST, NULL,
	    "once more, though signed in" },
};
const struct yq_api_field yq_factor_code_fields[YQ_FACTOR_FIELDS] = {
	{ "code", YQ_API_BODY, YQ_API_SECRET, true, 6, 16, NULL, "of the new second factor" },
};

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

static void
put_setup(struct yq_api_call *call, const struct yq_secret *secret)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(TEXT_MAX);
	YQ_CLEANUP(yq_buf_free) struct yq_buf uri = yq_buf_make(TEXT_MAX);

	yq_base32((const unsigned char *)yq_secret_reveal(secret), yq_secret_length(secret), &text);
	yq_totp_uri(secret, call->who.user, &uri);
	yq_json_begin_object(call->out);
	yq_json_put_text(call->out, "secret", yq_buf_text(&text));
	yq_json_put_text(call->out, "uri", yq_buf_text(&uri));
	yq_json_end_object(call->out);
	yq_wipe(text.data, text.length);
	yq_wipe(uri.data, uri.length);
}

enum yq_rc
yq_factor_begin(struct yq_api_call *call, struct yq_err *err)
{
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *secret = yq_totp_make();
	struct yq_web_session session = { .user = "" };
	struct yq_user user;
	enum yq_rc rc = read_own(call, &session, err);

	if (rc == YQ_OK)
		rc =
		    yq_signed_in_prove(call, "password", yq_api_text(call, "password"), &user, err);
	if (rc == YQ_OK)
		rc = yq_signed_in_seal(
		    call, user.name, session.digest, secret, session.totp_pending, err);
	if (rc == YQ_OK)
		rc = yq_web_session_update(call->desk->valkey, &session, err);
	if (rc == YQ_OK)
		put_setup(call, secret);
	return rc;
}

/* The step of the code that was given, of what this session has begun. */
static enum yq_rc
check_code(struct yq_api_call *call, const struct yq_web_session *session,
    struct yq_secret **ret_secret, int64_t *step, struct yq_err *err)
{
	enum yq_rc rc;

	if (session->totp_pending[0] == '\0')
		return yq_api_refuse(call, 409, "STATE", NULL, err,
		    "there is nothing to confirm: begin first (POST /auth/totp/begin)");
	rc = yq_signed_in_unseal(
	    call, call->who.user, session->digest, session->totp_pending, ret_secret, err);
	if (rc != YQ_OK)
		return rc;
	*step = yq_totp_step(*ret_secret, yq_api_text(call, "code"), 0, call->now_us);
	if (*step == 0)
		return yq_api_refuse(call, 422, "CODE_WRONG", "code", err,
		    "code: this is not the present code; is the clock right?");
	return YQ_OK;
}

/* Change the user, and what this session says of him. */
static enum yq_rc
change(struct yq_api_call *call, struct yq_person_change *one, struct yq_web_session *session,
    struct yq_err *err)
{
	struct yq_user user;
	enum yq_rc rc;

	one->name = call->who.user;
	one->keep = session->digest;
	rc = yq_people_change(call->desk, one, &user, err);
	if (rc != YQ_OK)
		return rc;
	session->version = user.version;
	session->totp = user.totp[0] != '\0';
	session->totp_pending[0] = '\0';
	return yq_web_session_update(call->desk->valkey, session, err);
}

enum yq_rc
yq_factor_confirm(struct yq_api_call *call, struct yq_err *err)
{
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *secret = NULL;
	char sealed[YQ_TOTP_SIZE] = "";
	struct yq_person_change one = { .totp = sealed };
	struct yq_web_session session = { .user = "" };
	enum yq_rc rc = read_own(call, &session, err);

	if (rc == YQ_OK)
		rc = check_code(call, &session, &secret, &one.totp_step, err);
	if (rc == YQ_OK)
		rc = yq_signed_in_seal(call, call->who.user, NULL, secret, sealed, err);
	if (rc == YQ_OK)
		rc = change(call, &one, &session, err);
	if (rc == YQ_OK)
		yq_api_done(call, "the second factor is in force; all other sessions have ended");
	return rc;
}

enum yq_rc
yq_factor_remove(struct yq_api_call *call, struct yq_err *err)
{
	struct yq_person_change one = { .reset_totp = true };
	struct yq_web_session session = { .user = "" };
	struct yq_user user;
	enum yq_rc rc = read_own(call, &session, err);

	if (rc == YQ_OK)
		rc =
		    yq_signed_in_prove(call, "password", yq_api_text(call, "password"), &user, err);
	if (rc == YQ_OK)
		rc = change(call, &one, &session, err);
	if (rc == YQ_OK)
		yq_api_done(call, "there is no second factor any more");
	return rc;
}
