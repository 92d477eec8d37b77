/* schedules_fixture.c - schedules that are due, and an order manager that dies where it is told. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "schedules_fixture.h"

#define PROGRAM "tests/integration/yq-order-manager-points"

/* Where it is told to die. */
static void
points_folder(char folder[128])
{
	(void)yq_str_format(folder, 128, "%s/points", om.folder);
}

void
om_arm(const char *point)
{
	char folder[128], path[256];
	FILE *file;

	points_folder(folder);
	(void)yq_str_format(path, sizeof(path), "%s/%s", folder, point);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs("kill", file);
	assert_int_equal(fclose(file), 0);
}

void
om_launch_as(const char *color)
{
	char folder[128];

	points_folder(folder);
	setenv("YQ_FAIL_POINTS_FOLDER", folder, 1);
	setenv("System__Color", color, 1);
	om_launch();
}

/* Killed at the point, and not otherwise. */
void
om_await_death(const char *point)
{
	int status = 0;

	for (int i = 0; i < PATIENCE_MS / 10; i++) {
		if (waitpid(om.pid, &status, WNOHANG) == om.pid) {
			om.pid = 0;
			assert_true(WIFSIGNALED(status));
			assert_int_equal(WTERMSIG(status), SIGKILL);
			return;
		}
		usleep(10000);
	}
	fail_msg("it did not come to %s", point);
}

void
om_live_until(const char *color, const char *point)
{
	om_arm(point);
	om_launch_as(color);
	om_await_death(point);
}

struct yq_schedule
om_schedule(unsigned number, int64_t now_us)
{
	struct yq_schedule s = yq_schedule_default();
	char name[32];

	yq_str_format(name, sizeof(name), "schedule %u", number);
	s.id = yq_id_named(name, strlen(name));
	yq_str_copy_cut(s.name, sizeof(s.name), name);
	yq_str_copy_cut(s.account_alias, sizeof(s.account_alias), "Paper");
	yq_str_copy_cut(s.ticker, sizeof(s.ticker), "AAPL");
	yq_str_copy_cut(s.zone, sizeof(s.zone), "America/New_York");
	s.exchange = YQ_NASDAQ;
	s.action = YQ_BUY;
	s.quantity = yq_opt_decimal_of(yq_decimal_from_int(1 + number));
	s.weekdays = 0x7f;
	s.any_hour = true;
	s.max_late_seconds = 600;
	{
		struct yq_zone *zone;
		struct yq_civil civil;

		assert_int_equal(yq_zone_load(s.zone, &zone, NULL), YQ_OK);
		civil = yq_zone_civil(zone, now_us);
		s.minute = civil.hour * 60 + civil.minute;
		yq_zone_free(zone);
	}
	return s;
}

void
om_run_sql(const char *sql, int64_t at_us)
{
	struct yq_firebird *firebird = fixture_open(&om.database);
	const struct yq_param params[] = { yq_param_int("AT", at_us) };
	struct yq_tx *tx = NULL;
	struct yq_err err = { 0 };

	if (yq_tx_begin(firebird, NULL, &tx, &err) != YQ_OK ||
	    yq_tx_exec(tx, sql, params, strstr(sql, ":AT") != NULL, NULL, &err) != YQ_OK ||
	    yq_tx_commit(tx, &err) != YQ_OK)
		fail_msg("%s", err.text);
	yq_tx_end(tx);
	yq_firebird_close(firebird);
}

/* Add them; each is due at the minute of now, which has just begun. */
void
om_add_due(const struct yq_schedule *schedules, size_t count, int64_t now_us)
{
	static const struct yq_hand hand = { "ada", "Console" };
	struct yq_schedule_change *changes = calloc(count, sizeof(*changes));
	struct yq_firebird *firebird = fixture_open(&om.database);
	struct yq_err err = { 0 };

	assert_non_null(changes);
	for (size_t i = 0; i < count; i++)
		changes[i] = (struct yq_schedule_change){
			.kind = YQ_SCHEDULE_ADD, .schedule = schedules[i], .verb = "add"
		};
	if (yq_schedules_change(firebird, changes, count, &hand, "", now_us, NULL, &err) != YQ_OK)
		fail_msg("%s", err.text);
	yq_firebird_close(firebird);
	free(changes);
	om_run_sql("UPDATE SCHEDULED_ORDERS SET DONE_TO_US = :AT", now_us - now_us % MINUTE_US - 1);
}

int
om_schedules_setup(void **state)
{
	char folder[128], log[128];

	(void)steps_setup(state);
	om.program = PROGRAM;
	(void)yq_str_format(log, sizeof(log), "%s/log", om.folder);
	(void)unlink(log);
	points_folder(folder);
	(void)mkdir(folder, 0700);
	om_configure(NULL, NULL);
	om_account("Paper", "100000000.00");
	return 0;
}

int
om_schedules_teardown(void **state)
{
	char command[160];

	(void)om_stop(SIGKILL);
	(void)state;
	points_folder(command);
	for (int i = 0; i < 2; i++) {
		static const char *const names[] = { "writing", "written", "sending", "sent",
			"telling", "told" };
		static const char *const ends[] = { "", ".fired" };

		for (size_t n = 0; n < YQ_COUNT(names); n++) {
			char path[256];

			yq_str_format(
			    path, sizeof(path), "%s/schedule.%s%s", command, names[n], ends[i]);
			(void)unlink(path);
		}
	}
	(void)rmdir(command);
	return steps_teardown(state);
}
