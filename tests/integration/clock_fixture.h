/*
 * clock_fixture.h - set the wall clock of the programs and servers that a test starts
 * (clock_shift.c, preloaded into them), while they run.
 */
#ifndef YQ_TESTS_CLOCK_FIXTURE_H
#define YQ_TESTS_CLOCK_FIXTURE_H

#define CLOCK_HOUR 3600
#define CLOCK_DAY  86400

/* Before anything is started: what starts from now on has that clock.  The variables are also given
 * as "NAME=VALUE" for fixtures that make an environment of their own. */
void clock_begin(void);
void clock_end(void);
const char *clock_preload(void);
const char *clock_file(void);
/* So many seconds ahead of the true time; negative = behind. */
void clock_set(long seconds);
/* What their clock shows now, us since 1970. */
long long clock_now_us(void);

#endif
