/* clock_fixture.c - the file that holds how far the clock is ahead. */
#include "clock_fixture.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/str.h"

static char path[64], preload[512], file[96];
static int64_t *ahead_s;

void
clock_begin(void)
{
	int fd;

	yq_str_format(path, sizeof(path), "/tmp/yq-clock-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 4096), 0);
	ahead_s = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(ahead_s != MAP_FAILED);
	(void)close(fd);
	yq_str_format(preload, sizeof(preload), "LD_PRELOAD=%s", getenv("YQ_CLOCK_SHIFT"));
	yq_str_format(file, sizeof(file), "YQ_TEST_CLOCK=%s", path);
	/* This program keeps its clock: it is under way. */
	assert_int_equal(putenv(preload), 0);
	assert_int_equal(putenv(file), 0);
	/* gcc's sanitizer wants to be the first that is preloaded. */
	(void)setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 0);
}

void
clock_end(void)
{
	(void)unsetenv("LD_PRELOAD");
	(void)unsetenv("YQ_TEST_CLOCK");
	(void)munmap(ahead_s, 4096);
	(void)unlink(path);
}

const char *
clock_preload(void)
{
	return preload;
}

const char *
clock_file(void)
{
	return file;
}

void
clock_set(long seconds)
{
	*ahead_s = seconds;
}

long long
clock_now_us(void)
{
	return yq_clock_now_us(yq_clock_system()) + *ahead_s * YQ_US_PER_SECOND;
}
