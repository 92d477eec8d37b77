/* disk.c - limits on the files of a running process. */
#include "disk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"

static void
limit(pid_t pid, rlim_t bytes)
{
	struct rlimit now;

	assert_int_equal(prlimit(pid, RLIMIT_FSIZE, NULL, &now), 0);
	now.rlim_cur = bytes;
	assert_int_equal(prlimit(pid, RLIMIT_FSIZE, &now, NULL), 0);
}

long
disk_file_bytes(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 ? info.st_size : 0;
}

void
disk_fill(pid_t pid, const char *path, long spare)
{
	limit(pid, (rlim_t)(disk_file_bytes(path) + spare));
}

void
disk_make_room(pid_t pid)
{
	limit(pid, RLIM_INFINITY);
}

void
disk_fill_valkey(const struct valkey_fixture *valkey, long spare)
{
	char path[160];

	yq_str_format(
	    path, sizeof(path), "%s/appendonlydir/appendonly.aof.1.incr.aof", valkey->folder);
	assert_true(disk_file_bytes(path) > 0);
	disk_fill(valkey->pid, path, spare);
}

void
disk_keep_valkey(struct valkey_fixture *valkey, unsigned times)
{
	for (unsigned ended = 0; ended < times; ended++) {
		int status = 0;

		for (int i = 0; i < 3000 && waitpid(valkey->pid, &status, WNOHANG) == 0; i++)
			usleep(10000);
		if (!WIFEXITED(status) || WEXITSTATUS(status) == 0)
			fail_msg("the server does not end on a full disk: status %d", status);
		unlink(valkey->socket);
		valkey_fixture_again(valkey);
		if (ended + 1 < times)
			disk_fill_valkey(valkey, 0);
	}
}
