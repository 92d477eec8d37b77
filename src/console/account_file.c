/* account_file.c - an account written into the files of a configuration folder. */
#include "console/account_file.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"
#include "base/str.h"
#include "console/files.h"
#include "console/json_insert.h"

#define FILE_MAX_BYTES (4U * 1024 * 1024)

struct target {
	char path[YQ_PATH_SIZE]; /* the file itself, behind links */
	struct stat before;
	bool exists;
	struct yq_buf text; /* what it becomes */
};

static void
target_clear(struct target *target)
{
	if (target->text.data != NULL)
		yq_wipe(target->text.data, target->text.length);
	yq_buf_free(&target->text);
}

static enum yq_rc
read_target(struct target *target, struct yq_buf *content, struct yq_err *err)
{
	char *real = realpath(target->path, NULL);
	bool fits = real == NULL || yq_str_copy(target->path, sizeof(target->path), real);

	free(real);
	if (!fits)
		return yq_err_set(err, YQ_E_INVALID, "the path of %s is too long", target->path);
	if (stat(target->path, &target->before) != 0)
		return errno == ENOENT
			   ? YQ_OK
			   : yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot read %s", target->path);
	target->exists = true;
	return yq_file_read(target->path, content, err);
}

/* What the file is to become. */
static enum yq_rc
prepare(struct target *target, const char *folder, const char *name, const char *alias,
    const char *value, struct yq_err *err)
{
	static const char *const path[] = { "BrokerGateway", "Accounts" };
	const struct yq_json_insert insert = { path, YQ_COUNT(path), alias, value };
	struct yq_buf content = yq_buf_make(FILE_MAX_BYTES);
	enum yq_rc rc = yq_path_join(target->path, folder, name, err);

	target->text = yq_buf_make(FILE_MAX_BYTES);
	if (rc == YQ_OK)
		rc = read_target(target, &content, err);
	if (rc == YQ_OK) {
		rc = yq_json_insert(
		    yq_buf_text(&content), content.length, &insert, &target->text, err);
		if (rc != YQ_OK)
			(void)yq_err_context(err, rc, "%s", target->path);
	}
	if (rc == YQ_OK && !yq_buf_ok(&target->text))
		rc = yq_err_set(err, YQ_E_RANGE, "%s is too long", target->path);
	if (content.data != NULL)
		yq_wipe(content.data, content.length);
	yq_buf_free(&content);
	return rc;
}

static enum yq_rc
commit(const struct target *target, bool secret, struct yq_err *err)
{
	enum yq_rc rc = yq_file_write_private(
	    target->path, yq_buf_text(&target->text), target->text.length, err);

	if (rc != YQ_OK || !target->exists)
		return rc;
	if ((target->before.st_uid != geteuid() || target->before.st_gid != getegid()) &&
	    chown(target->path, target->before.st_uid, target->before.st_gid) != 0)
		return yq_err_errno(
		    err, YQ_E_SYSTEM, errno, "cannot give %s back to its owner", target->path);
	if (!secret && chmod(target->path, target->before.st_mode & 0777) != 0)
		return yq_err_errno(
		    err, YQ_E_SYSTEM, errno, "cannot set the mode of %s", target->path);
	return YQ_OK;
}

enum yq_rc
yq_account_write(const char *folder, const char *alias, const char *settings, const char *secrets,
    struct yq_err *err)
{
	YQ_CLEANUP(target_clear) struct target open = { 0 };
	YQ_CLEANUP(target_clear) struct target hidden = { 0 };
	char below[YQ_PATH_SIZE];
	enum yq_rc rc = yq_folder_make(folder, err);

	if (rc == YQ_OK)
		rc = yq_path_join(below, folder, "appsecrets.d", err);
	if (rc == YQ_OK)
		rc = yq_folder_make(below, err);
	if (rc == YQ_OK)
		rc = prepare(&open, folder, "appsettings.json", alias, settings, err);
	if (rc == YQ_OK)
		rc = prepare(
		    &hidden, folder, "appsecrets.d/BrokerGateway.json", alias, secrets, err);
	/* Keys without an account are nothing; an account without its keys would be broken. */
	if (rc == YQ_OK)
		rc = commit(&hidden, true, err);
	return rc == YQ_OK ? commit(&open, false, err) : rc;
}
