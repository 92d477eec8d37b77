/* file.c - loops around write, and a folder's flush. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

/* Whether to go on; what writes nothing and gives no reason has no room. */
static bool
advance(ssize_t written, const char **bytes, size_t *length)
{
	if (written < 0)
		return errno == EINTR;
	if (written == 0) {
		errno = ENOSPC;
		return false;
	}
	*bytes += written;
	*length -= (size_t)written;
	return true;
}

bool
yq_file_write(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		if (!advance(write(fd, bytes, length), &bytes, &length))
			return false;
	}
	return true;
}

bool
yq_file_write_at(int fd, const char *bytes, size_t length, int64_t offset)
{
	while (length > 0) {
		const char *from = bytes;

		if (!advance(pwrite(fd, bytes, length, offset), &bytes, &length))
			return false;
		offset += bytes - from;
	}
	return true;
}

bool
yq_file_sync_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder =
	    slash == NULL ? yq_xstrdup(".") : yq_xstrndup(path, (size_t)(slash - path) + 1);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), reason;
	bool good = fd >= 0 && fsync(fd) == 0;

	reason = errno;
	if (fd >= 0)
		(void)close(fd);
	free(folder);
	errno = reason;
	return good;
}

/* Until the end of the file; -1 with errno. */
static ssize_t
read_all(int fd, struct yq_buf *content)
{
	char chunk[4096];
	ssize_t got;

	while ((got = read(fd, chunk, sizeof(chunk))) != 0) {
		if (got > 0)
			yq_buf_add(content, chunk, (size_t)got);
		else if (errno != EINTR)
			break;
	}
	explicit_bzero(chunk, sizeof(chunk));
	return got;
}

/* What is wrong with the name is the caller's; the rest is the machine's. */
static enum yq_rc
cannot_read(const char *path, int fault, struct yq_err *err)
{
	enum yq_rc rc = fault == ENOENT || fault == ENOTDIR ? YQ_E_NOT_FOUND
			: fault == EISDIR		    ? YQ_E_REFUSED
							    : YQ_E_SYSTEM;

	return yq_err_errno(err, rc, fault, "cannot read %s", path);
}

enum yq_rc
yq_file_read(const char *path, struct yq_buf *content, struct yq_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int fault;

	if (fd < 0)
		return cannot_read(path, errno, err);
	fault = read_all(fd, content) < 0 ? errno : 0;
	(void)close(fd);
	if (fault != 0)
		return cannot_read(path, fault, err);
	if (!yq_buf_ok(content))
		return yq_err_set(err, YQ_E_LIMIT, "%s is too large", path);
	return YQ_OK;
}
