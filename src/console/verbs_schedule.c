/* verbs_schedule.c - schedules: list, show, add, edit, enable, disable, remove, run. */
#include "base/str.h"
#include "console/command_line.h"
#include "console/fetch.h"
#include "console/schedule.h"
#include "console/sheet.h"
#include "console/take.h"
#include "domain/schedule_text.h"
#include "store/schedule_runs.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define RUNS_SHOWN 10
#define WAIT_MS	   10000
#define LOOK_MS	   200

static const struct yq_column columns[] = {
	{ "NAME", "name", YQ_COLUMN_TEXT },
	{ "ON", "enabled", YQ_COLUMN_BOOL },
	{ "WHAT", "what", YQ_COLUMN_TEXT },
	{ "ACCOUNT", "account", YQ_COLUMN_TEXT },
	{ "WHEN", "when", YQ_COLUMN_TEXT },
	{ "DAYS", "weekdays", YQ_COLUMN_TEXT },
	{ "NEXT (MARKET)", "nextLocal", YQ_COLUMN_TEXT },
	{ "ZONE", "zone", YQ_COLUMN_TEXT },
	{ "NEXT (UTC)", "next", YQ_COLUMN_TIME },
	{ "LAST RUN", "lastRun", YQ_COLUMN_TIME },
	{ "OUTCOME", "outcome", YQ_COLUMN_TEXT },
	{ "VERSION", "version", YQ_COLUMN_NUMBER },
	{ "ID", "id", YQ_COLUMN_TEXT },
};

static const struct yq_column run_columns[] = {
	{ "DUE", "due", YQ_COLUMN_TIME },
	{ "STATE", "state", YQ_COLUMN_TEXT },
	{ "CODE", "code", YQ_COLUMN_TEXT },
	{ "ORDERS", "orders", YQ_COLUMN_NUMBER },
	{ "BY", "owner", YQ_COLUMN_TEXT },
	{ "ENDED", "ended", YQ_COLUMN_TIME },
	{ "OUTCOME", "outcome", YQ_COLUMN_TEXT },
};

/* ---- looking ---- */

struct yq_schedule_work
yq_scheduling_work(struct yq_scheduling *s)
{
	const char *reason = s->call->options[YQ_OPT_REASON];

	return (struct yq_schedule_work){ .desk = &s->system.desk,
		.calendar = s->calendars.calendar,
		.reason = reason != NULL ? reason : "",
		.now_us = yq_clock_now_us(yq_clock_system()) };
}

static int64_t
next_run(struct yq_scheduling *s, const struct yq_schedule *schedule)
{
	const struct yq_schedule_work work = yq_scheduling_work(s);

	return yq_schedule_next_us(&work, schedule);
}

static void
local_text(struct yq_scheduling *s, const struct yq_schedule *schedule, int64_t at_us,
    char text[YQ_LOCAL_TEXT_SIZE])
{
	const struct yq_schedule_work work = yq_scheduling_work(s);

	text[0] = '\0';
	if (at_us != 0)
		yq_local_format(yq_schedule_hours(&work, schedule)->zone, at_us, text);
}

static void
add_row(struct yq_scheduling *s, struct yq_sheet *sheet, const struct yq_schedule_row *row)
{
	const struct yq_schedule *schedule = &row->schedule;
	char what[YQ_SCHEDULE_WHAT_SIZE], when[YQ_WHEN_TEXT_SIZE], days[YQ_WEEKDAYS_TEXT_SIZE],
	    local[YQ_LOCAL_TEXT_SIZE];
	int64_t next_us = next_run(s, schedule);

	yq_schedule_what(schedule, what);
	yq_schedule_when_text(schedule, when);
	yq_weekdays_format(schedule->weekdays, days);
	local_text(s, schedule, next_us, local);
	yq_sheet_add(sheet, schedule->name);
	yq_sheet_add(sheet, schedule->enabled ? "true" : "false");
	yq_sheet_add(sheet, what);
	yq_sheet_add(sheet, schedule->account_alias);
	yq_sheet_add(sheet, when);
	yq_sheet_add(sheet, days);
	yq_sheet_add(sheet, local);
	yq_sheet_add(sheet, schedule->zone);
	yq_sheet_add_time(sheet, next_us);
	yq_sheet_add_time(sheet, row->last_run_at_us);
	yq_sheet_add(sheet, row->last_outcome);
	yq_sheet_add_int(sheet, row->version);
	yq_sheet_add(sheet, schedule->id.text);
}

static int
list(struct yq_scheduling *s)
{
	YQ_CLEANUP(yq_sheet_freep)
	struct yq_sheet *sheet = yq_sheet_make(columns, YQ_COUNT(columns));
	YQ_CLEANUP(yq_schedule_list_free) struct yq_schedule_list schedules = { 0 };
	struct yq_err err = { 0 };

	if (yq_schedules_list(s->system.desk.firebird, &schedules, &err) != YQ_OK)
		return yq_fail_err(&err);
	for (size_t i = 0; i < schedules.count; i++)
		add_row(s, sheet, &schedules.items[i]);
	yq_sheet_print(sheet, s->call, "nothing is scheduled (`yq help schedule`)");
	return YQ_CONSOLE_DONE;
}

static int
get(struct yq_scheduling *s, struct yq_schedule_row *row)
{
	struct yq_err err = { 0 };

	*row = (struct yq_schedule_row){ .version = 0 };
	if (s->call->word_count < 2)
		return yq_fail_usage(s->call, "which schedule?");
	if (yq_schedules_get(s->system.desk.firebird, s->call->words[1], row, &err) != YQ_OK)
		return yq_fail_err(&err);
	return YQ_CONSOLE_DONE;
}

static void
add_run(struct yq_sheet *sheet, const struct yq_run *run)
{
	yq_sheet_add_time(sheet, run->due_at_us);
	yq_sheet_add(sheet, yq_names_text(&yq_run_state_names, (int)run->state));
	yq_sheet_add(sheet, run->code);
	yq_sheet_add_int(sheet, run->order_count);
	yq_sheet_add(sheet, yq_str_equal(run->owner, YQ_RUN_OWNER_ALONE) ? "" : run->owner);
	yq_sheet_add_time(sheet, run->settled_at_us);
	yq_sheet_add(sheet, run->outcome);
}

static void
print_page(struct yq_scheduling *s, const struct yq_schedule_row *row)
{
	const struct yq_schedule *schedule = &row->schedule;
	char text[YQ_MESSAGE_SIZE], local[YQ_LOCAL_TEXT_SIZE], utc[YQ_TIME_TEXT_SIZE];
	int64_t next_us = next_run(s, schedule);

	yq_print_pair("name", schedule->name);
	yq_print_pair("id", schedule->id.text);
	yq_schedule_brief(schedule, text);
	yq_print_pair("what", text);
	yq_print_pair("account", schedule->account_alias);
	local_text(s, schedule, next_us, local);
	if (next_us != 0)
		yq_time_format(next_us, utc);
	yq_str_format(text, sizeof(text), "%s (%s), %.16sZ", local, schedule->zone, utc);
	yq_print_pair("next run", next_us != 0 ? text : "none");
	yq_str_format(text, sizeof(text), "%lld, by %s", (long long)row->version, row->updated_by);
	yq_print_pair("version", text);
	printf("\n");
}

static int
show(struct yq_scheduling *s)
{
	YQ_CLEANUP(yq_sheet_freep)
	struct yq_sheet *sheet = yq_sheet_make(run_columns, YQ_COUNT(run_columns));
	YQ_CLEANUP(yq_run_list_free) struct yq_run_list runs = { 0 };
	struct yq_schedule_row row;
	unsigned limit = RUNS_SHOWN;
	struct yq_err err = { 0 };
	int status = get(s, &row);

	if (status == YQ_CONSOLE_DONE && yq_call_has(s->call, YQ_OPT_LIMIT))
		status = yq_take_limit(s->call, &limit);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (yq_runs_find(s->system.desk.firebird, &row.schedule.id, limit, &runs, &err) != YQ_OK)
		return yq_fail_err(&err);
	if (!yq_call_has(s->call, YQ_OPT_JSON) && !yq_call_has(s->call, YQ_OPT_CSV))
		print_page(s, &row);
	for (size_t i = 0; i < runs.count; i++)
		add_run(sheet, &runs.items[i]);
	yq_sheet_print(sheet, s->call, "it has not run yet");
	return YQ_CONSOLE_DONE;
}

/* ---- changing ---- */

static int
say_next(struct yq_scheduling *s, const struct yq_schedule *schedule, const char *done)
{
	char local[YQ_LOCAL_TEXT_SIZE], utc[YQ_TIME_TEXT_SIZE];
	int64_t next_us = next_run(s, schedule);

	local_text(s, schedule, next_us, local);
	if (next_us != 0)
		yq_time_format(next_us, utc);
	if (yq_call_has(s->call, YQ_OPT_JSON))
		printf("{\"id\":\"%s\",\"next\":%s%s%s}\n", schedule->id.text,
		    next_us != 0 ? "\"" : "", next_us != 0 ? utc : "null",
		    next_us != 0 ? "\"" : "");
	else if (next_us != 0)
		printf("%s; next run %s (%s), %.16sZ\n", done, local, schedule->zone, utc);
	else
		printf("%s; it will not run\n", done);
	return YQ_CONSOLE_DONE;
}

static int
change(struct yq_scheduling *s, enum yq_schedule_change_kind kind, struct yq_schedule *schedule,
    const struct yq_schedule_row *before, const char *verb)
{
	const struct yq_schedule_work work = yq_scheduling_work(s);
	struct yq_err err = { 0 };

	enum yq_rc rc = yq_schedule_by_hand(&work, kind, schedule, before, verb, &err);

	/* What was understood and makes no sense for the market or the accounts is refused. */
	if (rc == YQ_E_INVALID || rc == YQ_E_RANGE)
		return yq_fail(YQ_CONSOLE_REFUSED, "%s", err.text);
	return rc == YQ_OK ? YQ_CONSOLE_DONE : yq_fail_err(&err);
}

static int
add(struct yq_scheduling *s)
{
	struct yq_schedule schedule;
	int status = yq_schedule_make(s, &schedule);

	if (status == YQ_CONSOLE_DONE)
		status = change(s, YQ_SCHEDULE_ADD, &schedule, NULL, "add");
	return status == YQ_CONSOLE_DONE ? say_next(s, &schedule, "scheduled") : status;
}

static int
edit(struct yq_scheduling *s)
{
	struct yq_schedule_row row;
	struct yq_schedule schedule;
	int status = get(s, &row);

	if (status != YQ_CONSOLE_DONE)
		return status;
	schedule = row.schedule;
	status = yq_schedule_alter(s, &schedule);
	if (status == YQ_CONSOLE_DONE && yq_schedule_is_same(&schedule, &row.schedule))
		return say_next(s, &schedule, "unchanged");
	if (status == YQ_CONSOLE_DONE)
		status = change(s, YQ_SCHEDULE_REPLACE, &schedule, &row, "edit");
	return status == YQ_CONSOLE_DONE ? say_next(s, &schedule, "changed") : status;
}

static int
set_enabled(struct yq_scheduling *s, bool enabled)
{
	struct yq_schedule_row row;
	struct yq_schedule schedule;
	int status = get(s, &row);

	if (status != YQ_CONSOLE_DONE)
		return status;
	schedule = row.schedule;
	schedule.enabled = enabled;
	if (row.schedule.enabled != enabled)
		status =
		    change(s, YQ_SCHEDULE_REPLACE, &schedule, &row, enabled ? "enable" : "disable");
	return status == YQ_CONSOLE_DONE ? say_next(s, &schedule, enabled ? "enabled" : "disabled")
					 : status;
}

static int
enable(struct yq_scheduling *s)
{
	return set_enabled(s, true);
}

static int
disable(struct yq_scheduling *s)
{
	return set_enabled(s, false);
}

static int
remove_one(struct yq_scheduling *s)
{
	struct yq_schedule_row row;
	int status = get(s, &row);

	if (status == YQ_CONSOLE_DONE)
		status = change(s, YQ_SCHEDULE_REMOVE, &row.schedule, &row, "remove");
	if (status != YQ_CONSOLE_DONE)
		return status;
	puts(yq_call_has(s->call, YQ_OPT_JSON) ? "{\"removed\":true}" : "removed");
	return YQ_CONSOLE_DONE;
}

/* ---- running one now ---- */

static int
report(const struct yq_scheduling *s, const struct yq_run *run)
{
	const char *name = yq_names_text(&yq_run_state_names, (int)run->state);

	if (yq_call_has(s->call, YQ_OPT_JSON))
		printf("{\"state\":\"%s\",\"code\":\"%s\",\"orders\":%lld}\n", name, run->code,
		    (long long)run->order_count);
	else
		printf("%s: %s\n", name, run->outcome);
	return run->state == YQ_RUN_SUBMITTED ? YQ_CONSOLE_DONE : YQ_CONSOLE_REFUSED;
}

static int
await_run(struct yq_scheduling *s, const struct yq_id *id, int64_t due_us)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000L };
	struct yq_run run = { .state = YQ_RUN_CLAIMED };
	struct yq_err err = { 0 };

	for (int waited = 0; waited < WAIT_MS; waited += LOOK_MS) {
		(void)nanosleep(&pause, NULL);
		if (yq_runs_get(s->system.desk.firebird, id, due_us, &run, &err) != YQ_OK)
			return yq_fail_err(&err);
		if (run.state != YQ_RUN_CLAIMED && run.state != YQ_RUN_SENDING)
			return report(s, &run);
	}
	return yq_fail(YQ_CONSOLE_UNREACHABLE,
	    "nothing has come of it yet: does the order manager run (`yq status`)?  It is run when "
	    "that does, if it is not too late then");
}

static int
run(struct yq_scheduling *s)
{
	const struct yq_schedule_work work = yq_scheduling_work(s);
	struct yq_schedule_row row;
	struct yq_err err = { 0 };
	int status = get(s, &row);

	if (status == YQ_CONSOLE_DONE && s->call->word_count > 2 &&
	    !yq_str_equal(s->call->words[2], "now"))
		status = yq_fail_usage(s->call, "expected run NAME, or run NAME now");
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (yq_schedule_by_hand(&work, YQ_SCHEDULE_RUN, &row.schedule, &row, "run", &err) != YQ_OK)
		return yq_fail_err(&err);
	if (yq_call_has(s->call, YQ_OPT_NO_WAIT))
		return YQ_CONSOLE_DONE;
	return await_run(s, &row.schedule.id, work.now_us);
}

/* ---- the verb ---- */

static int
import(struct yq_scheduling *s)
{
	return s->call->word_count > 1
		   ? yq_schedule_import(s, s->call->words[1])
		   : yq_fail_usage(s->call, "which file? (- is standard input)");
}

typedef int action_fn(struct yq_scheduling *s);
static const struct {
	const char *name;
	action_fn *run;
} actions[] = { { "list", list }, { "show", show }, { "add", add }, { "edit", edit },
	{ "enable", enable }, { "disable", disable }, { "remove", remove_one }, { "run", run },
	{ "export", yq_schedule_export }, { "import", import } };

static void
clear(struct yq_scheduling *s)
{
	yq_calendars_clear(&s->calendars);
	yq_system_clear(&s->system);
}

int
yq_verb_schedule(const struct yq_call *call)
{
	YQ_CLEANUP(clear) struct yq_scheduling s = { .call = call };
	const char *name = call->word_count > 0 ? call->words[0] : "list";
	action_fn *action = NULL;
	int status;

	for (size_t i = 0; i < YQ_COUNT(actions); i++)
		if (yq_str_equal(actions[i].name, name))
			action = actions[i].run;
	if (action == NULL)
		return yq_fail_usage(call, "\"%s\" is nothing that can be done to schedules", name);
	status = yq_calendars_read(call, &s.calendars);
	if (status == YQ_CONSOLE_DONE)
		status = yq_system_open_firebird(call, &s.system);
	return status == YQ_CONSOLE_DONE ? action(&s) : status;
}
