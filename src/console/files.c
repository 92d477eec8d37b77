/* files.c - private files, atomic writes, a lock that dies with its holder. */
#include "console/files.h"

#include "base/file.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* What it held, which is the caller's from now on. */
static int
take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

enum yq_rc
yq_path_join(char path[YQ_PATH_SIZE], const char *folder, const char *name, struct yq_err *err)
{
	if (!yq_str_format(path, YQ_PATH_SIZE, "%s/%s", folder, name))
		return yq_err_set(err, YQ_E_INVALID, "the path %s is too long", folder);
	return YQ_OK;
}

enum yq_rc
yq_path_absolute(char path[YQ_PATH_SIZE], const char *folder, struct yq_err *err)
{
	char *real = realpath(folder, NULL);
	bool fits;

	if (real == NULL)
		return yq_err_errno(err, errno == ENOENT ? YQ_E_NOT_FOUND : YQ_E_SYSTEM, errno,
		    "folder %s", folder);
	fits = yq_str_copy(path, YQ_PATH_SIZE, real);
	free(real);
	return fits ? YQ_OK : yq_err_set(err, YQ_E_INVALID, "the path %s is too long", folder);
}

enum yq_rc
yq_folder_make(const char *path, struct yq_err *err)
{
	char part[YQ_PATH_SIZE];
	struct stat info;

	if (!yq_str_copy(part, sizeof(part), path) || part[0] == '\0')
		return yq_err_set(
		    err, YQ_E_INVALID, "the path \"%.60s\" is empty or too long", path);
	for (char *slash = part + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
		*slash = '\0';
		if (mkdir(part, 0755) != 0 && errno != EEXIST)
			return yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot make folder %s", part);
		*slash = '/';
	}
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot make folder %s", path);
	if (stat(path, &info) != 0 || !S_ISDIR(info.st_mode))
		return yq_err_set(err, YQ_E_SYSTEM, "%s is not a folder", path);
	return YQ_OK;
}

enum yq_rc
yq_file_write_private(const char *path, const char *bytes, size_t length, struct yq_err *err)
{
	YQ_CLEANUP(close_fd) int fd = -1;
	char temporary[YQ_PATH_SIZE];

	if (!yq_str_format(temporary, sizeof(temporary), "%s.new", path))
		return yq_err_set(err, YQ_E_INVALID, "the path %s is too long", path);
	unlink(temporary); /* left over from a crash, perhaps with other rights */
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot write %s", temporary);
	if (!yq_file_write(fd, bytes, length) || fsync(fd) != 0)
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot write %s", temporary);
	if (rename(temporary, path) != 0)
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot rename to %s", path);
	if (!yq_file_sync_folder_of(path))
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot flush the folder of %s", path);
	return YQ_OK;
}

static int64_t
lock_holder(int fd)
{
	char text[24] = "";
	int64_t holder = 0;
	ssize_t got = pread(fd, text, sizeof(text) - 1, 0);

	if (got > 0 && text[got - 1] == '\n')
		text[got - 1] = '\0';
	return got > 0 && yq_str_to_int64(text, 1, INT32_MAX, &holder) ? holder : 0;
}

enum yq_rc
yq_file_lock(const char *path, int *ret_fd, int64_t *ret_holder, struct yq_err *err)
{
	YQ_CLEANUP(close_fd) int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	char text[24];

	*ret_holder = 0;
	if (fd < 0)
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot open %s", path);
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK)
			return yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot lock %s", path);
		*ret_holder = lock_holder(fd);
		return yq_err_set(err, YQ_E_EXISTS, "%s is locked", path);
	}
	yq_str_format(text, sizeof(text), "%lld\n", (long long)getpid());
	if (ftruncate(fd, 0) != 0 || !yq_file_write(fd, text, strlen(text)))
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot write %s", path);
	*ret_fd = take_fd(&fd);
	return YQ_OK;
}
