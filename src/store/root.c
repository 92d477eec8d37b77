/* root.c - lays out a private Firebird root by links to the installed engine. */
#include "store/root.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/str.h"

#define ENGINE_PATTERN	  "/plugins/libEngine*.so"
#define PLUGINS_BYTES_MAX 65536

/* Where distributions keep the engine; the first that has it wins. */
static const char *const engine_folders[] = {
	"/usr/lib/*/firebird/4.0",			  /* Debian, Ubuntu: by architecture */
	"/usr/lib/*/firebird/3.0", "/usr/lib64/firebird", /* Fedora */
	"/usr/lib/firebird", "/opt/firebird",		  /* the project's own packages */
};

static const char *const linked[] = { "plugins", "intl", "firebird.msg", "lib" };

/* No trace plugin: it would be loaded into each program, for nothing.  The locks of a process that
 * was killed are found by the search for deadlocks, which by default begins only after 10 seconds.
 */
static const char firebird_conf[] = "# Written by yQuant at each start; changes are lost.\n"
				    "ServerMode = SuperClassic\n"
				    "DefaultDbCachePages = %u\n"
				    "LockMemSize = 1M\n"
				    "TempCacheLimit = 4M\n"
				    "TracePlugin =\n"
				    "DeadlockTimeout = 1\n"
				    "AuthServer = Srp\n"
				    "AuthClient = Srp256, Srp\n"
				    "UserManager = Srp\n"
				    "RemoteFileOpenAbility = 0\n";

enum yq_rc
yq_firebird_root_engine(char *folder, size_t size, struct yq_err *err)
{
	for (size_t i = 0; i < YQ_COUNT(engine_folders); i++) {
		char pattern[256];
		glob_t found = { 0 };
		bool fits = false;

		if (!yq_str_format(
			pattern, sizeof(pattern), "%s" ENGINE_PATTERN, engine_folders[i]))
			continue;
		if (glob(pattern, 0, NULL, &found) == 0 && found.gl_pathc > 0) {
			const char *engine = strstr(found.gl_pathv[0], "/plugins/");

			fits = yq_str_copy_bytes(
			    folder, size, found.gl_pathv[0], (size_t)(engine - found.gl_pathv[0]));
		}
		globfree(&found);
		if (fits)
			return YQ_OK;
	}
	return yq_err_set(err, YQ_E_NOT_FOUND,
	    "Firebird's embedded engine (libEngine*.so) is not installed: install the package "
	    "firebird3.0-server-core (apt-get install firebird3.0-server-core), or set "
	    "ConnectionStrings:Firebird to a Firebird server");
}

static enum yq_rc
make_folders(const char *path, struct yq_err *err)
{
	char part[YQ_FIREBIRD_PATH_SIZE];

	if (!yq_str_copy(part, sizeof(part), path))
		return yq_err_set(err, YQ_E_RANGE, "the path %s is too long", path);
	for (char *p = part + 1;; p++) {
		char end = *p;

		if (end != '/' && end != '\0')
			continue;
		*p = '\0';
		if (mkdir(part, 0700) != 0 && errno != EEXIST)
			return yq_err_errno(
			    err, YQ_E_SYSTEM, errno, "cannot make the folder %s", part);
		if (end == '\0')
			return YQ_OK;
		*p = end;
	}
}

static enum yq_rc
join(char *path, const char *folder, const char *name, struct yq_err *err)
{
	if (!yq_str_format(path, YQ_FIREBIRD_PATH_SIZE, "%s/%s", folder, name))
		return yq_err_set(err, YQ_E_RANGE, "the path %s/%s is too long", folder, name);
	return YQ_OK;
}

/* A name of one's own next to `path`: made complete, then renamed over it, so that another process
 * starting at the same time sees the old or the new, never a half. */
static enum yq_rc
beside(char *temporary, const char *path, struct yq_err *err)
{
	if (!yq_str_format(temporary, YQ_FIREBIRD_PATH_SIZE, "%s.%ld", path, (long)getpid()))
		return yq_err_set(err, YQ_E_RANGE, "the path %s is too long", path);
	(void)unlink(temporary);
	return YQ_OK;
}

static enum yq_rc
put_in_place(const char *temporary, const char *path, struct yq_err *err)
{
	if (rename(temporary, path) == 0)
		return YQ_OK;
	yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot write %s", path);
	(void)unlink(temporary);
	return YQ_E_SYSTEM;
}

static enum yq_rc
put_link(const char *target, const char *path, struct yq_err *err)
{
	char temporary[YQ_FIREBIRD_PATH_SIZE], present[PATH_MAX];
	ssize_t length = readlink(path, present, sizeof(present) - 1);
	enum yq_rc rc;

	if (length > 0) {
		present[length] = '\0';
		if (yq_str_equal(present, target))
			return YQ_OK;
	}
	rc = beside(temporary, path, err);
	if (rc != YQ_OK)
		return rc;
	if (symlink(target, temporary) != 0)
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot write %s", temporary);
	return put_in_place(temporary, path, err);
}

static enum yq_rc
put_file(const char *path, const char *content, struct yq_err *err)
{
	char temporary[YQ_FIREBIRD_PATH_SIZE];
	enum yq_rc rc = beside(temporary, path, err);
	bool written;
	int fd;

	if (rc != YQ_OK)
		return rc;
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot write %s", temporary);
	written = yq_file_write(fd, content, strlen(content));
	if (!written)
		yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot write %s", temporary);
	if (close(fd) != 0 || !written) {
		(void)unlink(temporary);
		return YQ_E_SYSTEM;
	}
	return put_in_place(temporary, path, err);
}

/* Each plugin by its real path: Firebird 4 refuses a module that it reached through a link. */
static enum yq_rc
put_plugins(const char *path, const char *engine, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(PLUGINS_BYTES_MAX);
	char pattern[YQ_FIREBIRD_PATH_SIZE];
	glob_t found = { 0 };
	enum yq_rc rc = join(pattern, engine, "plugins/lib*.so", err);

	if (rc != YQ_OK)
		return rc;
	yq_buf_add_text(&text, "# Written by yQuant at each start; changes are lost.\n");
	if (glob(pattern, 0, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++) {
			const char *name = strrchr(found.gl_pathv[i], '/') + strlen("/lib");
			int length = (int)(strlen(name) - strlen(".so"));

			yq_buf_add_format(&text, "Plugin = %.*s {\n\tModule = %s/plugins/%.*s\n}\n",
			    length, name, engine, length, name);
		}
	}
	globfree(&found);
	if (!yq_buf_ok(&text))
		return yq_err_set(err, YQ_E_LIMIT, "too many plugins in %s/plugins", engine);
	return put_file(path, yq_buf_text(&text), err);
}

static enum yq_rc
fill_root(const char *folder, const char *engine, unsigned pages, struct yq_err *err)
{
	char path[YQ_FIREBIRD_PATH_SIZE], target[YQ_FIREBIRD_PATH_SIZE];
	char settings[sizeof(firebird_conf) + 16];
	enum yq_rc rc = YQ_OK;

	for (size_t i = 0; i < YQ_COUNT(linked) && rc == YQ_OK; i++) {
		rc = join(target, engine, linked[i], err);
		if (rc == YQ_OK)
			rc = join(path, folder, linked[i], err);
		if (rc == YQ_OK)
			rc = put_link(target, path, err);
	}
	yq_str_format(settings, sizeof(settings), firebird_conf, pages);
	if (rc == YQ_OK)
		rc = join(path, folder, "firebird.conf", err);
	if (rc == YQ_OK)
		rc = put_file(path, settings, err);
	if (rc == YQ_OK)
		rc = join(path, folder, "plugins.conf", err);
	if (rc == YQ_OK)
		rc = put_plugins(path, engine, err);
	if (rc == YQ_OK)
		rc = join(path, folder, "databases.conf", err);
	if (rc == YQ_OK)
		rc = put_file(path, "# no aliases\n", err);
	return rc;
}

/* The root's variables and the folders they name. */
static const struct {
	const char *name, *folder;
} variables[YQ_FIREBIRD_ENVIRONMENT] = {
	{ "FIREBIRD", "" },
	{ "FIREBIRD_LOCK", "/lock" },
	{ "FIREBIRD_TMP", "/tmp" },
};

enum yq_rc
yq_firebird_root_prepare(const char *folder, unsigned page_cache_pages,
    struct yq_firebird_root *root, struct yq_err *err)
{
	unsigned pages = page_cache_pages != 0 ? page_cache_pages : YQ_FIREBIRD_CACHE_DEFAULT;
	char engine[YQ_FIREBIRD_PATH_SIZE], path[YQ_FIREBIRD_PATH_SIZE];
	char resolved[PATH_MAX];
	enum yq_rc rc;

	memset(root, 0, sizeof(*root));
	if (pages < YQ_FIREBIRD_CACHE_MIN || pages > YQ_FIREBIRD_CACHE_MAX)
		return yq_err_set(err, YQ_E_RANGE, "the page cache is %d to %d pages, not %u",
		    YQ_FIREBIRD_CACHE_MIN, YQ_FIREBIRD_CACHE_MAX, pages);
	rc = yq_firebird_root_engine(engine, sizeof(engine), err);
	if (rc == YQ_OK)
		rc = make_folders(folder, err);
	if (rc != YQ_OK)
		return rc;
	if (realpath(folder, resolved) == NULL)
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot find the folder %s", folder);
	/* Room for the longest name that is put below it. */
	if (strlen(resolved) + 48 > YQ_FIREBIRD_PATH_SIZE ||
	    !yq_str_copy(root->folder, sizeof(root->folder), resolved))
		return yq_err_set(err, YQ_E_RANGE, "the path %s is too long", resolved);
	for (size_t i = 0; i < YQ_FIREBIRD_ENVIRONMENT; i++) {
		yq_str_format(path, sizeof(path), "%s%s", root->folder, variables[i].folder);
		rc = make_folders(path, err);
		if (rc != YQ_OK)
			return rc;
		yq_str_format(root->environment[i], sizeof(root->environment[i]), "%s=%s",
		    variables[i].name, path);
	}
	return fill_root(root->folder, engine, pages, err);
}

void
yq_firebird_root_use(const struct yq_firebird_root *root)
{
	for (size_t i = 0; i < YQ_FIREBIRD_ENVIRONMENT; i++) {
		const char *value = strchr(root->environment[i], '=') + 1;

		if (setenv(variables[i].name, value, 1) != 0)
			YQ_PANIC("out of memory");
	}
}

enum yq_rc
yq_firebird_root_begin(const char *folder, struct yq_err *err)
{
	struct yq_firebird_root root;
	enum yq_rc rc;

	if (getenv("FIREBIRD") != NULL)
		return YQ_OK;
	rc = yq_firebird_root_prepare(folder, 0, &root, err);
	if (rc == YQ_OK)
		yq_firebird_root_use(&root);
	return rc;
}
