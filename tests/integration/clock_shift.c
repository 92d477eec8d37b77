/*
 * clock_shift.c - a wall clock that a test can set, for programs that preload this: the file that
 * YQ_TEST_CLOCK names holds by how many seconds it is ahead (8 bytes, mapped: a change counts at
 * once).  The monotonic clock stays as it is, as when an administrator or NTP sets the time.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile const int64_t *ahead_s;

__attribute__((constructor)) static void
open_clock(void)
{
	const char *path = getenv("YQ_TEST_CLOCK");
	int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	void *page = fd < 0 ? MAP_FAILED : mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);

	if (page != MAP_FAILED)
		ahead_s = page;
	if (fd >= 0)
		(void)close(fd);
}

static int64_t
ahead(void)
{
	return ahead_s == NULL ? 0 : *ahead_s;
}

/* The kernel itself is asked, not the C library's copy of its clock: this stands before that. */
int
clock_gettime(clockid_t clock, struct timespec *now)
{
	int rc = (int)syscall(SYS_clock_gettime, clock, now);

	if (rc == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		now->tv_sec += ahead();
	return rc;
}

int
gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec precise;
	int rc = clock_gettime(CLOCK_REALTIME, &precise);

	(void)zone;
	now->tv_sec = precise.tv_sec;
	now->tv_usec = precise.tv_nsec / 1000;
	return rc;
}

time_t
time(time_t *result)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (result != NULL)
		*result = now.tv_sec;
	return now.tv_sec;
}
