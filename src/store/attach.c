/*
 * attach.c - one embedded attach at a time, each with a trace file that no other process shares.
 *
 * Every process that attaches takes the mutex in the lock folder's fbNN_trace, which holds the
 * trace sessions of all of them, also where nobody traces.  In the engine as Debian builds it that
 * mutex does not outlive its holder: a process that is killed with it leaves all others waiting, in
 * their attach, for good.  So the file is taken off the folder before each attach, which makes its
 * own; a lock held meanwhile keeps any other from finding that one.  Who attaches without us
 * (isql-fb) shares the newest, and harms one process at most.
 */
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"
#include "store/internal.h"
#include "store/root.h"

#define TRACE_FILES "fb[0-9]*_trace*" /* fb12_trace; the number is the engine's */
#define TURN_MS	    5000	      /* then it is done beside the others */
#define LOOK_MS	    5

static void
drop_trace_files(const char *folder)
{
	char pattern[YQ_FIREBIRD_PATH_SIZE + sizeof(TRACE_FILES)];
	glob_t found = { 0 };

	if (!yq_str_format(pattern, sizeof(pattern), "%s/" TRACE_FILES, folder))
		return;
	if (glob(pattern, 0, NULL, &found) == 0) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			(void)unlink(found.gl_pathv[i]);
	}
	globfree(&found);
}

/* Whoever has it for long stands still: it is not waited for. */
static void
wait_for_turn(int fd)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000L };

	for (int waited_ms = 0; waited_ms < TURN_MS; waited_ms += LOOK_MS) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return;
		(void)nanosleep(&pause, NULL);
	}
}

int
yq_attach_begin(void)
{
	const char *folder = getenv("FIREBIRD_LOCK"); /* of yq_firebird_root_use */
	char path[YQ_FIREBIRD_PATH_SIZE];
	int fd = -1;

	if (folder == NULL || !yq_str_format(path, sizeof(path), "%s/yquant_attach", folder))
		return -1;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0)
		wait_for_turn(fd);
	drop_trace_files(folder);
	return fd;
}

void
yq_attach_end(int turn)
{
	if (turn >= 0)
		(void)close(turn); /* which gives the lock back, as death does */
}
