/* people.c - people who may sign in, made and changed. */
#include "desk/people.h"

#include <stdarg.h>
#include <string.h>

#include "base/str.h"
#include "bus/message.h"
#include "desk/password.h"
#include "desk/web_session.h"

#define VERB_SIZE 64

static int64_t
now_us(void)
{
	return yq_clock_now_us(yq_clock_system());
}

void
yq_people_tell(struct yq_desk *desk, enum yq_severity severity, const char *format, ...)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(YQ_NOTIFICATION_TEXT_SIZE - 1);
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_notification notice = { .id = yq_id_random(),
		.kind = YQ_NOTIFICATION_SECURITY,
		.severity = severity,
		.timestamp_us = now_us() };
	va_list args;

	va_start(args, format);
	yq_buf_add_va(&text, format, args);
	va_end(args);
	yq_str_copy_cut(notice.text, sizeof(notice.text), yq_buf_text(&text));
	yq_str_copy_cut(notice.app, sizeof(notice.app), desk->hand.origin);
	yq_message_encode_notification(&notice, &payload);
	if (yq_desk_valkey(desk, NULL) == YQ_OK)
		(void)!yq_valkey_sync_notify(
		    desk->valkey, yq_buf_text(&payload), payload.length, NULL);
}

static void
tell_of_admin(struct yq_desk *desk, const char *name)
{
	yq_people_tell(
	    desk, YQ_SEVERITY_WARNING, "\"%s\" is an Admin now, by %s", name, desk->hand.who);
}

enum yq_rc
yq_people_add(struct yq_desk *desk, const struct yq_person_new *person, struct yq_err *err)
{
	struct yq_user_change change = {
		.kind = YQ_USER_ADD, .verb = "add", .reason = person->reason, .first = person->first
	};
	struct yq_user *user = &change.user;
	enum yq_rc rc = yq_user_name(person->name, user->name, err);

	if (rc == YQ_OK && !person->made)
		rc = yq_password_check(person->password, user->name, err);
	if (rc == YQ_OK)
		rc = yq_desk_firebird(desk, err);
	if (rc == YQ_OK)
		rc = yq_password_hash(person->password, user->password, err);
	user->role = person->role;
	user->must_change = person->must_change;
	if (rc == YQ_OK)
		rc = yq_users_change(desk->firebird, &change, &desk->hand, now_us(), err);
	if (rc == YQ_OK && user->role == YQ_ROLE_ADMIN && !person->first)
		tell_of_admin(desk, user->name);
	return rc;
}

/* ---- changing ---- */

static void
add_verb(struct yq_buf *verb, const char *word)
{
	yq_buf_add_format(verb, "%s%s", verb->length > 0 ? ", " : "", word);
}

static void
set_role(const struct yq_person_change *change, struct yq_user *user, struct yq_buf *verb)
{
	if (change->role != YQ_ROLE_NONE && change->role != user->role) {
		user->role = change->role;
		add_verb(verb, "role");
	}
	if (change->disabled == YQ_TURN_ON && !user->disabled)
		add_verb(verb, "disable");
	if (change->disabled == YQ_TURN_OFF && user->disabled)
		add_verb(verb, "enable");
	if (change->disabled != YQ_AS_IT_IS)
		user->disabled = change->disabled == YQ_TURN_ON;
}

static void
set_totp(const struct yq_person_change *change, struct yq_user *user, struct yq_buf *verb)
{
	if (change->reset_totp && user->totp[0] != '\0') {
		user->totp[0] = '\0';
		add_verb(verb, "no second factor");
	}
	if (change->totp == NULL)
		return;
	yq_str_copy_cut(user->totp, sizeof(user->totp), change->totp);
	user->totp_last_step = change->totp_step;
	add_verb(verb, "second factor");
}

static enum yq_rc
set_password(const struct yq_person_change *change, struct yq_user *user, struct yq_buf *verb,
    struct yq_err *err)
{
	enum yq_rc rc;

	if (change->password == NULL)
		return YQ_OK;
	rc = yq_password_check(change->password, user->name, err);
	if (rc == YQ_OK && yq_password_matches(user->password, change->password))
		rc = yq_err_set(err, YQ_E_INVALID, "the new password is the old one");
	if (rc == YQ_OK)
		rc = yq_password_hash(change->password, user->password, err);
	user->must_change = !change->own;
	add_verb(verb, "password");
	return rc;
}

static enum yq_rc
end_sessions(
    struct yq_desk *desk, const char *user, const char *keep, bool done, struct yq_err *err)
{
	enum yq_rc rc = yq_web_session_end(desk->valkey, user, NULL, keep, NULL, err);

	if (rc == YQ_OK || !done)
		return rc;
	return yq_err_set(err, YQ_E_UNKNOWN,
	    "it was changed, but not all sessions of \"%s\" may have ended; end them", user);
}

/* With the sessions before and after it. */
static enum yq_rc
carry_out(
    struct yq_desk *desk, const struct yq_user_change *change, const char *keep, struct yq_err *err)
{
	const char *name = change->user.name;
	enum yq_rc rc = yq_desk_valkey(desk, err);

	if (rc == YQ_OK)
		rc = end_sessions(desk, name, keep, false, err);
	if (rc == YQ_OK)
		rc = yq_users_change(desk->firebird, change, &desk->hand, now_us(), err);
	return rc == YQ_OK ? end_sessions(desk, name, keep, true, err) : rc;
}

static enum yq_rc
read_user(struct yq_desk *desk, const char *name, int64_t version, struct yq_user *user,
    struct yq_err *err)
{
	enum yq_rc rc = yq_desk_firebird(desk, err);

	if (rc == YQ_OK)
		rc = yq_users_get(desk->firebird, name, user, err);
	if (rc == YQ_OK && version != 0 && version != user->version)
		return yq_err_set(err, YQ_E_STATE,
		    "\"%s\" was changed meanwhile: it is of version %lld now; look again",
		    user->name, (long long)user->version);
	return rc;
}

enum yq_rc
yq_people_change(struct yq_desk *desk, const struct yq_person_change *change,
    struct yq_user *ret_user, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf verb = yq_buf_make(VERB_SIZE);
	struct yq_user_change one = { .kind = YQ_USER_REPLACE, .reason = change->reason };
	enum yq_role before;
	enum yq_rc rc = read_user(desk, change->name, change->version, &one.user, err);

	if (rc != YQ_OK)
		return rc;
	before = one.user.role;
	set_role(change, &one.user, &verb);
	set_totp(change, &one.user, &verb);
	rc = set_password(change, &one.user, &verb, err);
	one.verb = yq_buf_text(&verb);
	if (rc == YQ_OK && verb.length > 0)
		rc = carry_out(desk, &one, change->keep, err);
	if (rc != YQ_OK)
		return rc;
	if (before != YQ_ROLE_ADMIN && one.user.role == YQ_ROLE_ADMIN)
		tell_of_admin(desk, one.user.name);
	return ret_user != NULL ? yq_users_get(desk->firebird, one.user.name, ret_user, err)
				: YQ_OK;
}

enum yq_rc
yq_people_remove(
    struct yq_desk *desk, const char *name, int64_t version, const char *reason, struct yq_err *err)
{
	struct yq_user_change one = { .kind = YQ_USER_REMOVE, .verb = "remove", .reason = reason };
	enum yq_rc rc = read_user(desk, name, version, &one.user, err);

	return rc == YQ_OK ? carry_out(desk, &one, NULL, err) : rc;
}
