/* log_file.c - append, and turn over at the maximum. */
#include "console/up/log_file.h"

#include "base/mem.h"
#include "console/files.h"

#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

struct yq_log_file {
	char path[YQ_PATH_SIZE];
	char previous[YQ_PATH_SIZE];
	int fd;
	size_t bytes, maximum;
};

static enum yq_rc
open_file(struct yq_log_file *file, struct yq_err *err)
{
	struct stat info;

	file->fd = open(file->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (file->fd < 0)
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot write %s", file->path);
	file->bytes = fstat(file->fd, &info) == 0 ? (size_t)info.st_size : 0;
	return YQ_OK;
}

enum yq_rc
yq_log_file_open(
    const char *path, size_t maximum_bytes, struct yq_log_file **ret_file, struct yq_err *err)
{
	struct yq_log_file *file = yq_xcalloc(1, sizeof(*file));
	enum yq_rc rc;

	file->maximum = maximum_bytes;
	if (!yq_str_copy(file->path, sizeof(file->path), path) ||
	    !yq_str_format(file->previous, sizeof(file->previous), "%s.1", path))
		rc = yq_err_set(err, YQ_E_INVALID, "the path %s is too long", path);
	else
		rc = open_file(file, err);
	if (rc != YQ_OK) {
		free(file);
		return rc;
	}
	*ret_file = file;
	return YQ_OK;
}

void
yq_log_file_add(struct yq_log_file *file, const char *line, size_t length)
{
	char newline[] = "\n";
	struct iovec parts[2] = {
		{ (void *)(uintptr_t)line, length },
		{ newline, 1 },
	};
	ssize_t written;

	if (file->bytes > 0 && file->bytes + length + 1 > file->maximum) {
		if (file->fd >= 0)
			close(file->fd);
		(void)rename(file->path, file->previous);
		file->bytes = 0;
		(void)open_file(file, NULL);
	}
	if (file->fd < 0)
		return;
	written = writev(file->fd, parts, 2);
	if (written > 0)
		file->bytes += (size_t)written;
}

void
yq_log_file_close(struct yq_log_file *file)
{
	if (file == NULL)
		return;
	if (file->fd >= 0)
		close(file->fd);
	free(file);
}
