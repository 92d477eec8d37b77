/* web_session.c - who is signed in. */
#include "desk/web_session.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "bus/reply.h"

#define TOKEN_BYTES 32
#define TOKEN_MAX   128
/* That a session is used is noted so much finer than the time after which it is over. */
#define NOTES 20
#define MS_US 1000

/* ---- as Valkey has it ---- */

#define ROW struct yq_web_session
static const struct yq_field fields[] = {
	YQ_FIELD_TEXT("User", ROW, user, YQ_REQUIRED),
	YQ_FIELD_ENUM("Role", ROW, role, yq_role_names, YQ_REQUIRED),
	YQ_FIELD_TEXT("Csrf", ROW, csrf, YQ_REQUIRED),
	YQ_FIELD_TEXT("Address", ROW, address, YQ_OPTIONAL),
	YQ_FIELD_TEXT("Agent", ROW, agent, YQ_OPTIONAL),
	YQ_FIELD_TEXT("TotpPending", ROW, totp_pending, YQ_OPTIONAL),
};

static bool
read_field(
    const struct redisReply *reply, const struct yq_field *field, struct yq_web_session *session)
{
	const char *text = yq_reply_field(reply, field->name);
	char *member = (char *)session + field->offset;
	int number;

	if (text == NULL)
		return field->presence == YQ_OPTIONAL;
	if (field->kind == YQ_KIND_TEXT)
		return yq_str_copy(member, field->size, text);
	number = yq_names_find(field->names, text, strlen(text));
	memcpy(member, &number, sizeof(number));
	return number > YQ_ROLE_NONE;
}

static int64_t
read_int(const struct redisReply *reply, const char *name)
{
	const char *text = yq_reply_field(reply, name);
	int64_t value = 0;

	if (text == NULL || !yq_str_to_int64(text, 0, INT64_MAX / MS_US, &value))
		return 0;
	return value;
}

static bool
read_session(const struct redisReply *reply, const char *digest, struct yq_web_session *session)
{
	*session = (struct yq_web_session){ 0 };
	for (size_t i = 0; i < YQ_COUNT(fields); i++)
		if (!read_field(reply, &fields[i], session))
			return false;
	session->version = read_int(reply, "Version");
	session->totp = read_int(reply, "Totp") != 0;
	session->must_change = read_int(reply, "MustChange") != 0;
	session->created_at_us = read_int(reply, "CreatedAt") * MS_US;
	session->last_at_us = read_int(reply, "LastAt") * MS_US;
	session->ends_at_us = read_int(reply, "EndsAt") * MS_US;
	return session->ends_at_us != 0 &&
	       yq_str_copy(session->digest, sizeof(session->digest), digest);
}

static void
add_pair(struct yq_args *args, const char *name, const char *value)
{
	yq_args_text(args, name);
	yq_args_text(args, value);
}

static void
add_int(struct yq_args *args, const char *name, int64_t value)
{
	yq_args_text(args, name);
	yq_args_int(args, value);
}

static void
add_changing(struct yq_args *args, const struct yq_web_session *session)
{
	add_int(args, "Version", session->version);
	add_int(args, "Totp", session->totp);
	add_int(args, "MustChange", session->must_change);
	add_pair(args, "TotpPending", session->totp_pending);
}

/* ---- one ---- */

static void
user_digest(const char *user, char digest[YQ_DIGEST_SIZE])
{
	yq_digest(user, strlen(user), digest);
}

static enum yq_rc
send_args(struct yq_valkey_sync *valkey, struct yq_args *args, struct redisReply **ret_reply,
    struct yq_err *err)
{
	enum yq_rc rc = yq_valkey_sync_send(valkey, args, YQ_STEP_TIMEOUT_MS, ret_reply, err);

	yq_args_free(args);
	return rc;
}

static enum yq_rc
send_begin(struct yq_valkey_sync *valkey, const struct yq_web_session_terms *terms,
    const struct yq_web_session *session, struct redisReply **ret_reply, struct yq_err *err)
{
	struct yq_args args = yq_args_make();
	char user[YQ_DIGEST_SIZE];

	user_digest(session->user, user);
	yq_args_fcall(&args, YQ_STEP_SESSION_BEGIN, 2);
	yq_args_key(&args, YQ_KEY_SESSION, session->digest);
	yq_args_key(&args, YQ_KEY_SESSIONS, user);
	yq_args_int(&args, terms->idle_ms);
	yq_args_int(&args, terms->life_ms);
	yq_args_int(&args, YQ_WEB_SESSIONS_MAX);
	add_pair(&args, "User", session->user);
	add_pair(&args, "Role", yq_names_text(&yq_role_names, (int)session->role));
	add_pair(&args, "Csrf", session->csrf);
	add_pair(&args, "Address", session->address);
	add_pair(&args, "Agent", session->agent);
	add_changing(&args, session);
	return send_args(valkey, &args, ret_reply, err);
}

enum yq_rc
yq_web_session_begin(struct yq_valkey_sync *valkey, const struct yq_web_session_terms *terms,
    struct yq_web_session *session, struct yq_secret **ret_token, struct yq_err *err)
{
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *token = yq_secret_random(TOKEN_BYTES);
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *csrf = yq_secret_random(TOKEN_BYTES);
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	const char *ends;
	int64_t ends_ms = 0;
	enum yq_rc rc;

	*ret_token = NULL;
	yq_digest(yq_secret_reveal(token), yq_secret_length(token), session->digest);
	yq_str_copy_cut(session->csrf, sizeof(session->csrf), yq_secret_reveal(csrf));
	rc = send_begin(valkey, terms, session, &reply, err);
	if (rc != YQ_OK)
		return rc;
	ends = yq_reply_text(reply, NULL);
	if (ends == NULL || !yq_str_to_int64(ends, 1, INT64_MAX / MS_US, &ends_ms))
		return yq_err_set(err, YQ_E_CORRUPT, "valkey: no session was begun");
	session->ends_at_us = ends_ms * MS_US;
	session->created_at_us = session->last_at_us = (ends_ms - terms->life_ms) * MS_US;
	*ret_token = token;
	token = NULL;
	return YQ_OK;
}

static enum yq_rc
over(struct yq_err *err)
{
	return yq_err_set(err, YQ_E_DENIED, "nobody is signed in, or no more");
}

enum yq_rc
yq_web_session_use(struct yq_valkey_sync *valkey, const char *token,
    const struct yq_web_session_terms *terms, struct yq_web_session *session, struct yq_err *err)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	struct yq_args args;
	char digest[YQ_DIGEST_SIZE];
	enum yq_rc rc;

	if (token[0] == '\0' || strlen(token) > TOKEN_MAX)
		return over(err);
	yq_digest(token, strlen(token), digest);
	args = yq_args_make();
	yq_args_fcall(&args, YQ_STEP_SESSION_USE, 1);
	yq_args_key(&args, YQ_KEY_SESSION, digest);
	yq_args_int(&args, terms->idle_ms);
	yq_args_int(&args, terms->idle_ms / NOTES);
	rc = send_args(valkey, &args, &reply, err);
	if (rc != YQ_OK)
		return rc;
	return read_session(reply, digest, session) ? YQ_OK : over(err);
}

enum yq_rc
yq_web_session_read(struct yq_valkey_sync *valkey, const char *digest,
    struct yq_web_session *session, struct yq_err *err)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	struct yq_args args = yq_args_make();
	enum yq_rc rc;

	yq_args_text(&args, "HGETALL");
	yq_args_key(&args, YQ_KEY_SESSION, digest);
	rc = send_args(valkey, &args, &reply, err);
	if (rc != YQ_OK)
		return rc;
	return read_session(reply, digest, session) ? YQ_OK : over(err);
}

enum yq_rc
yq_web_session_update(
    struct yq_valkey_sync *valkey, const struct yq_web_session *session, struct yq_err *err)
{
	struct yq_args args = yq_args_make();

	yq_args_fcall(&args, YQ_STEP_SESSION_SET, 1);
	yq_args_key(&args, YQ_KEY_SESSION, session->digest);
	add_changing(&args, session);
	return send_args(valkey, &args, NULL, err);
}

static void
add_key_or_nothing(struct yq_args *args, const char *digest)
{
	if (digest != NULL)
		yq_args_key(args, YQ_KEY_SESSION, digest);
	else
		yq_args_text(args, "");
}

enum yq_rc
yq_web_session_end(struct yq_valkey_sync *valkey, const char *user, const char *digest,
    const char *keep, int64_t *ret_ended, struct yq_err *err)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	struct yq_args args = yq_args_make();
	char of_user[YQ_DIGEST_SIZE];
	enum yq_rc rc;

	user_digest(user, of_user);
	yq_args_fcall(&args, YQ_STEP_SESSION_END, 1);
	yq_args_key(&args, YQ_KEY_SESSIONS, of_user);
	add_key_or_nothing(&args, digest);
	add_key_or_nothing(&args, keep);
	rc = send_args(valkey, &args, &reply, err);
	if (ret_ended != NULL)
		*ret_ended = yq_reply_int(reply);
	return rc;
}

/* ---- all of a user ---- */

static int
latest_first(const void *left, const void *right)
{
	const struct yq_web_session *a = left, *b = right;

	return a->last_at_us < b->last_at_us ? 1 : a->last_at_us > b->last_at_us ? -1 : 0;
}

enum yq_rc
yq_web_session_find(struct yq_valkey_sync *valkey, const char *user,
    struct yq_web_session_list *list, struct yq_err *err)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *members = NULL, *hashes = NULL;
	struct yq_args args = yq_args_make();
	char of_user[YQ_DIGEST_SIZE];
	size_t count;
	enum yq_rc rc;

	list->count = 0;
	user_digest(user, of_user);
	yq_args_text(&args, "SMEMBERS");
	yq_args_key(&args, YQ_KEY_SESSIONS, of_user);
	rc = send_args(valkey, &args, &members, err);
	count = yq_reply_count(members);
	if (rc != YQ_OK || count == 0)
		return rc;
	args = yq_args_make();
	yq_args_fcall(&args, YQ_STEP_READ, 0);
	for (size_t i = 0; i < count; i++)
		yq_args_text(&args, yq_reply_text(yq_reply_at(members, i), NULL));
	rc = send_args(valkey, &args, &hashes, err);
	for (size_t i = 0; rc == YQ_OK && i < count && list->count < YQ_WEB_SESSIONS_MAX; i++) {
		const char *key = yq_reply_text(yq_reply_at(members, i), NULL);
		const char *digest = key != NULL ? strrchr(key, ':') : NULL;

		if (digest != NULL &&
		    read_session(yq_reply_at(hashes, i), digest + 1, &list->items[list->count]))
			list->count++;
	}
	qsort(list->items, list->count, sizeof(*list->items), latest_first);
	return rc;
}
