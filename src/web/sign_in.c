/*
 * sign_in.c - from a password, and a code where one is needed, to a session.
 *
 * What was wrong is never said, and takes as long for a user who is not there.
 */
#include "web/sign_in.h"

#include "base/log.h"
#include "base/str.h"
#include "desk/lockout.h"
#include "desk/password.h"
#include "desk/people.h"
#include "web/signed_in.h"
#include "web/totp.h"

struct signing_in {
	struct yq_api_call *call;
	struct yq_attempt attempt;
	struct yq_user user;
	bool known; /* there is such a user */
	int64_t step;
};

enum verdict { WRONG, NEEDS_CODE, RIGHT };

static void
tell_of_lock(const struct signing_in *s)
{
	int64_t times = s->attempt.failures;

	/* When it begins, and when its pauses are as long as they get. */
	if (s->known && (times == YQ_LOCKOUT_USER_FREE || times == YQ_LOCKOUT_USER_FREE + 10))
		yq_people_tell(s->call->desk, YQ_SEVERITY_WARNING,
		    "sign-in as \"%s\" is locked for a while: %lld attempts failed, the last one "
		    "from %s",
		    s->user.name, (long long)times, s->call->who.address);
}

static enum yq_rc
fail(const struct signing_in *s, struct yq_err *err)
{
	yq_info(
	    "sign-in as \"%s\" from %s failed", yq_api_text(s->call, "user"), s->call->who.address);
	tell_of_lock(s);
	return yq_api_refuse(s->call, 401, "SIGN_IN_FAILED", NULL, err,
	    "the user, the password or the code is wrong");
}

/* What failed was not the person: it does not count. */
static enum yq_rc
take_back(const struct signing_in *s, enum yq_rc rc)
{
	(void)!yq_attempt_passed(s->call->desk->valkey, &s->attempt, false, NULL);
	return rc;
}

static enum yq_rc
read_user(struct signing_in *s, struct yq_err *err)
{
	struct yq_desk *desk = s->call->desk;
	enum yq_rc rc = yq_desk_firebird(desk, err);

	if (rc == YQ_OK)
		rc = yq_users_get(desk->firebird, yq_api_text(s->call, "user"), &s->user, err);
	s->known = rc == YQ_OK;
	return rc == YQ_E_NOT_FOUND ? YQ_OK : rc;
}

static enum yq_rc
check_code(struct signing_in *s, enum verdict *verdict, struct yq_err *err)
{
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *secret = NULL;
	const char *code = yq_api_text(s->call, "code");
	enum yq_rc rc;

	*verdict = NEEDS_CODE;
	if (code == NULL || code[0] == '\0')
		return YQ_OK;
	rc = yq_signed_in_unseal(s->call, s->user.name, NULL, s->user.totp, &secret, err);
	if (rc != YQ_OK)
		return rc;
	s->step = yq_totp_step(secret, code, s->user.totp_last_step, s->call->now_us);
	*verdict = s->step != 0 ? RIGHT : WRONG;
	return YQ_OK;
}

static enum yq_rc
check(struct signing_in *s, enum verdict *verdict, struct yq_err *err)
{
	bool right = yq_password_matches(
	    s->known ? s->user.password : NULL, yq_api_text(s->call, "password"));

	*verdict = right && !s->user.disabled ? RIGHT : WRONG;
	if (*verdict == RIGHT && s->user.totp[0] != '\0')
		return check_code(s, verdict, err);
	return YQ_OK;
}

static void
put_answer(struct yq_api_call *call, const struct yq_web_session *session)
{
	struct yq_json_writer *w = call->out;

	yq_json_begin_object(w);
	yq_json_put_bool(w, "totpRequired", session == NULL);
	yq_json_name(w, "session");
	if (session == NULL) {
		yq_json_add_null(w);
	} else {
		yq_json_begin_object(w);
		yq_signed_in_put(w, session, call->desk->config);
		yq_json_end_object(w);
	}
	yq_json_end_object(w);
}

static struct yq_web_session
session_of(const struct signing_in *s)
{
	const struct yq_api_who *who = &s->call->who;
	struct yq_web_session session = { .role = s->user.role,
		.version = s->user.version,
		.totp = s->user.totp[0] != '\0',
		.must_change = s->user.must_change };

	yq_str_copy_cut(session.user, sizeof(session.user), s->user.name);
	yq_str_copy_cut(session.address, sizeof(session.address), who->address);
	yq_str_copy_cut(session.agent, sizeof(session.agent), who->agent);
	return session;
}

/* He may have been disabled, or got another password, since he was read. */
static enum yq_rc
look_again(struct signing_in *s, const struct yq_web_session *session, struct yq_err *err)
{
	struct yq_desk *desk = s->call->desk;
	struct yq_user now;
	enum yq_rc rc = yq_users_get(desk->firebird, s->user.name, &now, err);

	if (rc == YQ_OK && now.version == s->user.version)
		return YQ_OK;
	(void)!yq_web_session_end(desk->valkey, session->user, session->digest, NULL, NULL, NULL);
	return rc == YQ_OK || rc == YQ_E_NOT_FOUND ? fail(s, err) : rc;
}

static enum yq_rc
let_in(struct signing_in *s, struct yq_err *err)
{
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *token = NULL;
	struct yq_desk *desk = s->call->desk;
	const struct yq_web_session_terms terms = yq_signed_in_terms(desk->config);
	struct yq_web_session session = session_of(s);
	enum yq_rc rc;

	(void)yq_str_format(
	    desk->hand.who, sizeof(desk->hand.who), "%s@%s", s->user.name, s->call->who.address);
	rc = yq_users_signed_in(
	    desk->firebird, &s->user, s->step, &desk->hand, s->call->now_us, err);
	if (rc == YQ_E_STATE)
		return fail(s, err);
	if (rc == YQ_OK)
		rc = yq_attempt_passed(desk->valkey, &s->attempt, true, err);
	if (rc == YQ_OK)
		rc = yq_web_session_begin(desk->valkey, &terms, &session, &token, err);
	if (rc == YQ_OK)
		rc = look_again(s, &session, err);
	if (rc != YQ_OK)
		return rc;
	yq_info("%s signed in from %s", s->user.name, s->call->who.address);
	yq_signed_in_cookie(s->call, token);
	put_answer(s->call, &session);
	return YQ_OK;
}

enum yq_rc
yq_sign_in(struct yq_api_call *call, struct yq_err *err)
{
	struct signing_in s = { .call = call };
	enum verdict verdict = WRONG;
	enum yq_rc rc = yq_desk_valkey(call->desk, err);

	if (rc == YQ_OK)
		rc = yq_attempt_begin(call->desk->valkey, yq_api_text(call, "user"),
		    call->who.address, &s.attempt, err);
	if (rc == YQ_E_LIMIT)
		return yq_signed_in_locked(call, s.attempt.wait_s, err);
	if (rc != YQ_OK)
		return rc;
	rc = read_user(&s, err);
	if (rc == YQ_OK)
		rc = check(&s, &verdict, err);
	if (rc != YQ_OK)
		return take_back(&s, rc);
	if (verdict == WRONG)
		return fail(&s, err);
	if (verdict == RIGHT)
		return let_in(&s, err);
	put_answer(call, NULL);
	return take_back(&s, YQ_OK);
}
