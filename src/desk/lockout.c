/* lockout.c - how often somebody may try to sign in. */
#include "desk/lockout.h"

#include <string.h>

#include "base/str.h"
#include "bus/reply.h"

#define NAME_SIZE 256

/* The same for every way to write the name; a user and an address are never the same. */
static void
digest_of(const char *kind, const char *name, char digest[YQ_DIGEST_SIZE])
{
	char text[NAME_SIZE];

	(void)yq_str_format(text, sizeof(text), "%s:%.200s", kind, name);
	for (char *c = text; *c != '\0'; c++)
		*c = yq_str_lower(*c);
	yq_digest(text, strlen(text), digest);
}

static void
user_digest(const char *user, char digest[YQ_DIGEST_SIZE])
{
	digest_of("user", user, digest);
}

static void
add_terms(struct yq_args *args, int64_t free, int64_t most_s)
{
	yq_args_int(args, free);
	yq_args_int(args, most_s);
	yq_args_int(args, (YQ_LOCKOUT_KEEP_S + most_s) * 1000);
}

static enum yq_rc
refuse(const struct redisReply *reply, struct yq_attempt *attempt, struct yq_err *err)
{
	attempt->wait_s = (yq_reply_int(yq_reply_at(reply, 1)) + 999) / 1000;
	return yq_err_set(err, YQ_E_LIMIT, "too many attempts to sign in %s: wait %lld s",
	    yq_reply_int(yq_reply_at(reply, 0)) == 1 ? "as this user" : "from this address",
	    (long long)attempt->wait_s);
}

enum yq_rc
yq_attempt_begin(struct yq_valkey_sync *valkey, const char *user, const char *address,
    struct yq_attempt *attempt, struct yq_err *err)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	YQ_CLEANUP(yq_args_free) struct yq_args args = yq_args_make();
	enum yq_rc rc;

	*attempt = (struct yq_attempt){ 0 };
	user_digest(user, attempt->user);
	digest_of("address", address, attempt->address);
	yq_args_fcall(&args, YQ_STEP_ATTEMPT, 2);
	yq_args_key(&args, YQ_KEY_LOCKOUT, attempt->user);
	yq_args_key(&args, YQ_KEY_LOCKOUT, attempt->address);
	add_terms(&args, YQ_LOCKOUT_USER_FREE, YQ_LOCKOUT_USER_MOST_S);
	add_terms(&args, YQ_LOCKOUT_ADDRESS_FREE, YQ_LOCKOUT_ADDRESS_MOST_S);
	rc = yq_valkey_sync_send(valkey, &args, YQ_STEP_TIMEOUT_MS, &reply, err);
	if (rc != YQ_OK)
		return rc;
	if (yq_reply_count(reply) < 2)
		return yq_err_set(err, YQ_E_CORRUPT, "valkey: no answer to an attempt to sign in");
	if (yq_reply_int(yq_reply_at(reply, 0)) != 0)
		return refuse(reply, attempt, err);
	attempt->failures = yq_reply_int(yq_reply_at(reply, 2));
	attempt->locks = attempt->failures >= YQ_LOCKOUT_USER_FREE;
	return YQ_OK;
}

enum yq_rc
yq_attempt_passed(struct yq_valkey_sync *valkey, const struct yq_attempt *attempt, bool forget,
    struct yq_err *err)
{
	YQ_CLEANUP(yq_args_free) struct yq_args args = yq_args_make();

	yq_args_fcall(&args, YQ_STEP_ATTEMPT_BACK, 2);
	yq_args_key(&args, YQ_KEY_LOCKOUT, attempt->user);
	yq_args_key(&args, YQ_KEY_LOCKOUT, attempt->address);
	yq_args_int(&args, forget);
	yq_args_int(&args, 0);
	return yq_valkey_sync_send(valkey, &args, YQ_STEP_TIMEOUT_MS, NULL, err);
}

enum yq_rc
yq_lockout_read(struct yq_valkey_sync *valkey, const char *const *users, size_t count,
    int64_t *until_us, struct yq_err *err)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	YQ_CLEANUP(yq_args_free) struct yq_args args = yq_args_make();
	int64_t now_us = yq_clock_now_us(yq_clock_system());
	enum yq_rc rc;

	yq_args_fcall(&args, YQ_STEP_READ, 0);
	for (size_t i = 0; i < count; i++) {
		char digest[YQ_DIGEST_SIZE], key[YQ_KEY_SIZE];

		user_digest(users[i], digest);
		yq_key_format(YQ_KEY_LOCKOUT, digest, key);
		yq_args_text(&args, key);
		until_us[i] = 0;
	}
	rc = yq_valkey_sync_send(valkey, &args, YQ_STEP_TIMEOUT_MS, &reply, err);
	for (size_t i = 0; rc == YQ_OK && i < count; i++) {
		const char *text = yq_reply_field(yq_reply_at(reply, i), "Until");
		int64_t until_ms = 0;

		if (text != NULL && yq_str_to_int64(text, 0, INT64_MAX / 1000, &until_ms) &&
		    until_ms * 1000 > now_us)
			until_us[i] = until_ms * 1000;
	}
	return rc;
}

enum yq_rc
yq_lockout_clear(struct yq_valkey_sync *valkey, const char *user, struct yq_err *err)
{
	YQ_CLEANUP(yq_args_free) struct yq_args args = yq_args_make();
	char digest[YQ_DIGEST_SIZE];

	user_digest(user, digest);
	yq_args_text(&args, "DEL");
	yq_args_key(&args, YQ_KEY_LOCKOUT, digest);
	return yq_valkey_sync_send(valkey, &args, YQ_STEP_TIMEOUT_MS, NULL, err);
}
