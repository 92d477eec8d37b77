/*
 * schedules_fixture.h - schedules that are due on a served Firebird, and an order manager (built
 * with its fail points) that dies where it is told.
 */
#ifndef YQ_TESTS_SCHEDULES_FIXTURE_H
#define YQ_TESTS_SCHEDULES_FIXTURE_H

#include "domain/schedule_text.h"
#include "order_manager_fixture.h"
#include "store/schedule_runs.h"

#define PATIENCE_MS 30000
#define MINUTE_US   INT64_C(60000000)

/* Start it as this color ("" = none), without waiting. */
void om_launch_as(const char *color);
/* It shall be killed at this point, when it comes there. */
void om_arm(const char *point);
void om_await_death(const char *point); /* of that, and nothing else */
void om_live_until(const char *color, const char *point);

/* A buy of AAPL, 1 + `number` of them, at any hour of the day, in the minute of `now_us`. */
struct yq_schedule om_schedule(unsigned number, int64_t now_us);
/* Add them; each is due at the beginning of the minute of `now_us`. */
void om_add_due(const struct yq_schedule *schedules, size_t count, int64_t now_us);
/* A statement; `at_us` is its parameter :AT, if it has one. */
void om_run_sql(const char *sql, int64_t at_us);

/* Of one system: settings and an account, nothing running. */
int om_schedules_setup(void **state);
int om_schedules_teardown(void **state);

#endif
