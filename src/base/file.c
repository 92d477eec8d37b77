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
