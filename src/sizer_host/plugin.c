/* plugin.c - look at the file, load it, look at what it says of itself. */
#include "sizer_host/plugin.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"

static const char symbol[] = "yq_sizer_v1";

/* ---- the file: what runs as us must be ours to write, or the system's ---- */

static bool
is_trusted_owner(const struct stat *about)
{
	return about->st_uid == 0 || about->st_uid == geteuid();
}

/* Whoever may write a folder puts another file in its place; a sticky one protects what is in it.
 */
static enum yq_rc
check_folder(const char *folder, struct yq_err *err)
{
	struct stat about;

	if (stat(folder, &about) != 0)
		return yq_err_errno(err, YQ_E_INVALID, errno, "%s cannot be looked at", folder);
	if (!is_trusted_owner(&about))
		return yq_err_set(
		    err, YQ_E_INVALID, "its folder %s belongs to another user", folder);
	if ((about.st_mode & S_IWOTH) != 0 && (about.st_mode & S_ISVTX) == 0)
		return yq_err_set(err, YQ_E_INVALID, "everybody may write its folder %s", folder);
	return YQ_OK;
}

static enum yq_rc
check_folders(const char *path, struct yq_err *err)
{
	char folder[PATH_MAX];
	enum yq_rc rc = YQ_OK;

	if (!yq_str_copy(folder, sizeof(folder), path))
		return yq_err_set(err, YQ_E_INVALID, "its path is too long");
	for (char *slash; rc == YQ_OK && (slash = strrchr(folder, '/')) != NULL;) {
		slash[slash == folder ? 1 : 0] = '\0';
		rc = check_folder(folder, err);
		if (slash == folder)
			break;
	}
	return rc;
}

static enum yq_rc
check_file(const char *path, struct yq_err *err)
{
	YQ_CLEANUP(yq_freep) char *real = NULL;
	struct stat about;

	if (path[0] != '/')
		return yq_err_set(err, YQ_E_INVALID, "its path must be absolute");
	real = realpath(path, NULL);
	if (real == NULL || stat(real, &about) != 0)
		return yq_err_errno(err, YQ_E_INVALID, errno, "it cannot be opened");
	if (!S_ISREG(about.st_mode))
		return yq_err_set(err, YQ_E_INVALID, "it is no file");
	if (!is_trusted_owner(&about))
		return yq_err_set(err, YQ_E_INVALID, "it belongs to another user");
	if ((about.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return yq_err_set(err, YQ_E_INVALID,
		    "others than its owner may write it (mode %04o): chmod go-w",
		    (unsigned)(about.st_mode & 07777));
	return check_folders(real, err);
}

/* ---- what it says of itself ---- */

static bool
copy_text(char *target, size_t size, const char *source, bool may_be_empty)
{
	size_t length;

	if (source == NULL)
		return false;
	length = strnlen(source, size);
	return length < size && (length > 0 || may_be_empty) && yq_str_is_utf8(source, length) &&
	       yq_str_copy_bytes(target, size, source, length);
}

static enum yq_rc
check_size(const char *name, uint32_t found, size_t expected, struct yq_err *err)
{
	if (found == expected)
		return YQ_OK;
	return yq_err_set(err, YQ_E_INVALID,
	    "%s is %u, expected %zu: it was built with another sizer.h", name, (unsigned)found,
	    expected);
}

static enum yq_rc
check_api(struct plugin *plugin, struct yq_err *err)
{
	const struct yq_sizer_api *api = plugin->api;
	enum yq_rc rc;

	if (api == NULL)
		return yq_err_set(err, YQ_E_INVALID, "%s returned nothing", symbol);
	if (api->abi != YQ_SIZER_ABI)
		return yq_err_set(err, YQ_E_INVALID, "it is of ABI %u, expected %u",
		    (unsigned)api->abi, YQ_SIZER_ABI);
	rc = check_size("api_size", api->api_size, sizeof(struct yq_sizer_api), err);
	if (rc == YQ_OK)
		rc = check_size("input_size", api->input_size, sizeof(struct yq_sizer_input), err);
	if (rc == YQ_OK)
		rc = check_size(
		    "output_size", api->output_size, sizeof(struct yq_sizer_output), err);
	if (rc != YQ_OK)
		return rc;
	if (!copy_text(plugin->name, sizeof(plugin->name), api->name, false))
		return yq_err_set(err, YQ_E_INVALID, "its name is no text of 1 to 63 bytes");
	if (!copy_text(plugin->description, sizeof(plugin->description), api->description, true))
		return yq_err_set(
		    err, YQ_E_INVALID, "its description is no text of up to 255 bytes");
	if (api->decide == NULL)
		return yq_err_set(err, YQ_E_INVALID, "it has no function decide");
	return YQ_OK;
}

enum yq_rc
plugin_load(const char *path, struct plugin *plugin, struct yq_err *err)
{
	const struct yq_sizer_api *(*entry)(void);
	void *library, *found;
	enum yq_rc rc;

	*plugin = (struct plugin){ .api = NULL };
	rc = check_file(path, err);
	if (rc != YQ_OK)
		return rc;
	library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (library == NULL)
		return yq_err_set(err, YQ_E_INVALID, "it cannot be loaded: %s", dlerror());
	found = dlsym(library, symbol);
	if (found == NULL)
		return yq_err_set(err, YQ_E_INVALID,
		    "it does not export %s: it is no sizing plug-in, or one of another ABI",
		    symbol);
	memcpy(&entry, &found, sizeof(entry)); /* as POSIX has it: a function in a void pointer */
	plugin->api = entry();
	return check_api(plugin, err);
}
