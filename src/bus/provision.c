/*
 * provision.c - library, groups, users.
 */
#include "bus/provision.h"

#include <hiredis/hiredis.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "bus/acl.h"

#define TIMEOUT_MS 10000

struct job {
	struct yq_valkey_sync *sync;
	struct yq_args args;
	yq_provision_fn *fn;
	void *cookie;
	struct yq_buf line;
};

/* Say what was done: `what` and a name. */
static void
tell(struct job *job, const char *what, const char *name)
{
	yq_buf_clear(&job->line);
	yq_buf_add_format(&job->line, "%s%s", what, name);
	if (job->fn != NULL)
		job->fn(job->cookie, yq_buf_text(&job->line));
}

/* ---- the library */

static enum yq_rc
server_version(struct yq_valkey_sync *sync, redisReply **ret_reply, struct yq_err *err)
{
	YQ_CLEANUP(yq_args_free) struct yq_args args = yq_args_make();

	yq_args_fcall(&args, YQ_STEP_VERSION, 0);
	return yq_valkey_sync_send(sync, &args, TIMEOUT_MS, ret_reply, err);
}

static enum yq_rc
load_library(struct job *job, struct yq_err *err)
{
	YQ_CLEANUP(yq_reply_freep) redisReply *version = NULL;
	enum yq_rc rc = server_version(job->sync, &version, err);

	if (rc == YQ_OK && yq_str_equal(version->str, yq_functions_version)) {
		tell(job, "functions: already version ", yq_functions_version);
		return YQ_OK;
	}
	if (rc != YQ_OK && rc != YQ_E_STATE)
		return rc;
	yq_args_clear(&job->args);
	yq_args_words(&job->args, "FUNCTION LOAD REPLACE");
	yq_args_bytes(&job->args, yq_functions_source, yq_functions_length);
	rc = yq_valkey_sync_send(job->sync, &job->args, TIMEOUT_MS, NULL, err);
	if (rc == YQ_OK)
		tell(job, "functions: loaded version ", yq_functions_version);
	return rc;
}

/* ---- the groups */

static enum yq_rc
create_group(struct job *job, const struct yq_group_row *group, struct yq_err *err)
{
	struct yq_err fault;
	enum yq_rc rc;

	yq_args_clear(&job->args);
	yq_args_words(&job->args, "XGROUP CREATE");
	yq_args_key(&job->args, group->stream, NULL);
	yq_args_text(&job->args, group->name);
	yq_args_words(&job->args, "0 MKSTREAM");
	rc = yq_valkey_sync_send(job->sync, &job->args, TIMEOUT_MS, NULL, &fault);
	if (rc == YQ_E_EXISTS)
		return YQ_OK;
	if (rc != YQ_OK)
		return yq_err_set(err, rc, "group %s of %s: %s", group->name,
		    yq_key_name(group->stream), fault.text);
	yq_buf_clear(&job->line);
	yq_buf_add_format(
	    &job->line, "group: created %s on %s", group->name, yq_key_name(group->stream));
	if (job->fn != NULL)
		job->fn(job->cookie, yq_buf_text(&job->line));
	return YQ_OK;
}

/* ---- the users */

#define HASH_TEXT_SIZE (1 + 2 * crypto_hash_sha256_BYTES + 1)

/* "#" and the SHA-256 in hex: the server keeps no more than that either. */
static void
hash_password(const struct yq_secret *password, char text[HASH_TEXT_SIZE])
{
	unsigned char hash[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(
	    hash, (const unsigned char *)yq_secret_reveal(password), yq_secret_length(password));
	text[0] = '#';
	sodium_bin2hex(text + 1, HASH_TEXT_SIZE - 1, hash, sizeof(hash));
	yq_wipe(hash, sizeof(hash));
}

static enum yq_rc
set_user(
    struct job *job, enum yq_program program, const struct yq_secret *password, struct yq_err *err)
{
	YQ_CLEANUP(yq_freep) struct yq_acl *acl = yq_acl_make(program);
	char hash[HASH_TEXT_SIZE];
	enum yq_rc rc;

	yq_args_clear(&job->args);
	yq_args_words(&job->args, "ACL SETUSER");
	yq_args_text(&job->args, yq_programs[program].user);
	for (size_t i = 0; i < acl->count; i++)
		yq_args_text(&job->args, acl->rules[i]);
	hash_password(password, hash);
	yq_args_text(&job->args, hash);
	yq_args_text(&job->args, "on");
	rc = yq_valkey_sync_send(job->sync, &job->args, TIMEOUT_MS, NULL, err);
	yq_wipe(job->args.body.data, job->args.body.length);
	yq_wipe(hash, sizeof(hash));
	if (rc != YQ_OK)
		return yq_err_context(err, rc, "user %s", yq_programs[program].user);
	tell(job, "user: set ", yq_programs[program].user);
	return YQ_OK;
}

/*
 * Off, but with all rights: when the server reads its append-only file it runs transactions with
 * the rights of this user, and would pass over in silence every one it may not do.  Nobody can log
 * in as a user that is off.
 */
#define DEFAULT_CLOSED "off resetpass ~* &* +@all"

static enum yq_rc
close_default(struct job *job, const struct yq_provision_options *options, struct yq_err *err)
{
	enum yq_rc rc;

	if (options->passwords[YQ_PROGRAM_CONSOLE] == NULL)
		return yq_err_set(err, YQ_E_INVALID,
		    "user default: not closed, for nobody could get in without a password of %s",
		    yq_programs[YQ_PROGRAM_CONSOLE].user);
	rc = yq_valkey_sync_words(job->sync, "ACL SETUSER default " DEFAULT_CLOSED, NULL, err);
	if (rc == YQ_OK)
		tell(job, "user: closed ", "default");
	return rc;
}

static enum yq_rc
save_users(struct job *job, struct yq_err *err)
{
	struct yq_err fault;
	enum yq_rc rc = yq_valkey_sync_words(job->sync, "ACL SAVE", NULL, &fault);

	if (rc == YQ_E_REFUSED && strstr(fault.text, "not configured to use an ACL file") != NULL) {
		tell(job, "users: not saved, for this server has no ACL file: ",
		    "provision it again when it has been restarted");
		return YQ_OK;
	}
	if (rc != YQ_OK)
		return yq_err_set(err, rc, "ACL SAVE: %s", fault.text);
	tell(job, "users: ", "saved");
	return YQ_OK;
}

static enum yq_rc
set_users(struct job *job, const struct yq_provision_options *options, struct yq_err *err)
{
	enum yq_rc rc = YQ_OK;

	for (int i = 0; i < YQ_PROGRAM_COUNT && rc == YQ_OK; i++)
		if (options->passwords[i] != NULL)
			rc = set_user(job, (enum yq_program)i, options->passwords[i], err);
	if (rc == YQ_OK && options->close_default_user)
		rc = close_default(job, options, err);
	if (rc == YQ_OK && options->save_acl)
		rc = save_users(job, err);
	return rc;
}

static enum yq_rc
run(struct job *job, const struct yq_provision_options *options, struct yq_err *err)
{
	enum yq_rc rc = load_library(job, err);

	for (size_t i = 0; i < YQ_GROUP_COUNT && rc == YQ_OK; i++)
		rc = create_group(job, &yq_groups[i], err);
	return rc == YQ_OK ? set_users(job, options, err) : rc;
}

static enum yq_rc
do_job(enum yq_rc (*work)(struct job *, const struct yq_provision_options *, struct yq_err *),
    struct yq_valkey_sync *sync, const struct yq_provision_options *options, yq_provision_fn *fn,
    void *cookie, struct yq_err *err)
{
	struct job job = { .sync = sync,
		.args = yq_args_make(),
		.fn = fn,
		.cookie = cookie,
		.line = yq_buf_make(512) };
	enum yq_rc rc = work(&job, options, err);

	yq_args_free(&job.args);
	yq_buf_free(&job.line);
	return rc;
}

enum yq_rc
yq_provision(struct yq_valkey_sync *sync, const struct yq_provision_options *options,
    yq_provision_fn *fn, void *cookie, struct yq_err *err)
{
	return do_job(run, sync, options, fn, cookie, err);
}

enum yq_rc
yq_provision_users(struct yq_valkey_sync *sync, const struct yq_provision_options *options,
    yq_provision_fn *fn, void *cookie, struct yq_err *err)
{
	return do_job(set_users, sync, options, fn, cookie, err);
}

void
yq_provision_acl_file(const struct yq_provision_options *options, struct yq_buf *out)
{
	for (int i = 0; i < YQ_PROGRAM_COUNT; i++) {
		YQ_CLEANUP(yq_freep) struct yq_acl *acl = NULL;
		char hash[HASH_TEXT_SIZE];

		if (options->passwords[i] == NULL)
			continue;
		acl = yq_acl_make((enum yq_program)i);
		yq_buf_add_format(out, "user %s", yq_programs[i].user);
		for (size_t j = 0; j < acl->count; j++)
			yq_buf_add_format(out, " %s", acl->rules[j]);
		hash_password(options->passwords[i], hash);
		yq_buf_add_format(out, " %s on\n", hash);
		yq_wipe(hash, sizeof(hash));
	}
	yq_buf_add_text(out, options->close_default_user ? "user default " DEFAULT_CLOSED "\n"
							 : "user default on nopass ~* &* +@all\n");
}

/* ---- verification */

static enum yq_rc
judge(enum yq_rc rc, const char *version, const struct yq_err *fault, struct yq_err *err)
{
	if (rc == YQ_OK && yq_str_equal(version, yq_functions_version))
		return YQ_OK;
	if (rc == YQ_OK)
		return yq_err_set(err, YQ_E_STATE,
		    "valkey: the server has version %.32s of the function library, this program "
		    "needs "
		    "%s: run `yq provision`",
		    version, yq_functions_version);
	if (rc == YQ_E_STATE)
		return yq_err_set(
		    err, rc, "valkey: the server lacks the function library: run `yq provision`");
	return yq_err_set(err, rc, "%s", fault->text);
}

static enum yq_rc
verify_group(struct yq_valkey_sync *sync, const struct yq_group_row *group, struct yq_err *err)
{
	YQ_CLEANUP(yq_args_free) struct yq_args args = yq_args_make();
	struct yq_err fault;

	yq_args_words(&args, "XINFO CONSUMERS");
	yq_args_key(&args, group->stream, NULL);
	yq_args_text(&args, group->name);
	if (yq_valkey_sync_send(sync, &args, TIMEOUT_MS, NULL, &fault) == YQ_OK)
		return YQ_OK;
	return yq_err_set(err, YQ_E_STATE, "valkey: group %s of %s: %s: run `yq provision`",
	    group->name, yq_key_name(group->stream), fault.text);
}

enum yq_rc
yq_provision_verify_sync(struct yq_valkey_sync *sync, struct yq_err *err)
{
	YQ_CLEANUP(yq_reply_freep) redisReply *version = NULL;
	struct yq_err fault;
	enum yq_rc rc = server_version(sync, &version, &fault);

	rc = judge(rc, rc == YQ_OK ? version->str : NULL, &fault, err);
	for (size_t i = 0; i < YQ_GROUP_COUNT && rc == YQ_OK; i++)
		rc = verify_group(sync, &yq_groups[i], err);
	return rc;
}

struct verify {
	yq_done_fn *fn;
	void *cookie;
};

static void
on_version(void *cookie, enum yq_rc rc, const char *version, const struct yq_err *fault)
{
	struct verify *verify = cookie;
	struct yq_err err;

	rc = judge(rc, version, fault, &err);
	verify->fn(verify->cookie, rc, rc == YQ_OK ? NULL : &err);
	free(verify);
}

void
yq_provision_verify(struct yq_valkey *valkey, yq_done_fn *fn, void *cookie)
{
	struct verify *verify = yq_xcalloc(1, sizeof(*verify));

	verify->fn = fn;
	verify->cookie = cookie;
	yq_step_version(valkey, on_version, verify);
}
