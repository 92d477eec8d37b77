/* schedules_look.c - schedules and their runs, looked at. */
#include "base/str.h"
#include "store/schedule_runs.h"
#include "web/reads.h"
#include "web/schedules.h"

#define SCHEDULE_LINE_MAX 65536
#define RUNS_SHOWN	  50

enum yq_rc
yq_schedule_room(struct yq_api_call *call, struct yq_schedule_room *room, struct yq_err *err)
{
	struct yq_config_report report = { 0 };
	enum yq_rc rc = yq_reads_archive(call, err);

	*room = (struct yq_schedule_room){ .work = {
					       .desk = call->desk,
					       .reason = "",
					       .now_us = call->now_us,
					   } };
	if (rc != YQ_OK)
		return rc;
	room->markets = yq_settings_markets(call->desk->config, &report);
	room->work.calendar = yq_markets_calendar(room->markets);
	if (report.fault_count > 0)
		rc = yq_err_set(err, YQ_E_SYSTEM, "the calendars: %s", yq_buf_text(&report.faults));
	yq_config_report_free(&report);
	return rc;
}

void
yq_schedule_room_clear(struct yq_schedule_room *room)
{
	yq_markets_free(room->markets);
}

/* ---- schedules ---- */

static void
put_line(struct yq_json_writer *w, const struct yq_schedule *schedule)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(SCHEDULE_LINE_MAX);

	yq_schedule_line(&text, schedule, 0);
	yq_json_put_text(w, "text", yq_buf_text(&text));
}

void
yq_schedules_put_one(struct yq_json_writer *w, const struct yq_schedule_room *room,
    const struct yq_schedule_row *row)
{
	static const char *const kinds[YQ_SCHEDULE_KIND_COUNT] = {
		[YQ_SCHEDULE_ORDER] = "order",
		[YQ_SCHEDULE_LIQUIDATION] = "liquidate",
	};
	const struct yq_schedule *schedule = &row->schedule;
	char what[YQ_SCHEDULE_WHAT_SIZE], when[YQ_SCHEDULE_TIMES_SIZE];

	yq_schedule_what(schedule, what);
	yq_schedule_times(schedule, when);
	yq_json_begin_object(w);
	yq_api_put_id(w, "id", &schedule->id);
	yq_json_put_text(w, "name", schedule->name);
	yq_json_put_bool(w, "enabled", schedule->enabled);
	yq_json_put_text(w, "kind", kinds[schedule->kind]);
	yq_json_put_text(w, "account", schedule->account_alias);
	put_line(w, schedule);
	yq_json_put_text(w, "when", when);
	yq_json_put_text(w, "what", what);
	yq_api_put_time(w, "nextAt", yq_schedule_next_us(&room->work, schedule));
	yq_api_put_time(w, "lastDueAt", row->last_due_at_us);
	yq_json_put_text(w, "lastOutcome", row->last_outcome);
	yq_json_put_text(w, "updatedBy", row->updated_by);
	yq_api_put_time(w, "updatedAt", row->updated_at_us);
	yq_json_put_int(w, "version", row->version);
	yq_json_end_object(w);
}

enum yq_rc
yq_schedules_put_all(
    struct yq_api_call *call, const struct yq_schedule_room *room, struct yq_err *err)
{
	YQ_CLEANUP(yq_schedule_list_free) struct yq_schedule_list list = { 0 };
	enum yq_rc rc = yq_reads_rc(yq_schedules_list(call->desk->firebird, &list, err), err);

	if (rc != YQ_OK)
		return rc;
	yq_json_begin_object(call->out);
	yq_json_name(call->out, "items");
	yq_json_begin_array(call->out);
	for (size_t i = 0; i < list.count; i++)
		yq_schedules_put_one(call->out, room, &list.items[i]);
	yq_json_end_array(call->out);
	yq_json_end_object(call->out);
	return YQ_OK;
}

enum yq_rc
yq_schedules_get_list(struct yq_api_call *call, struct yq_err *err)
{
	YQ_CLEANUP(yq_schedule_room_clear) struct yq_schedule_room room = { .markets = NULL };
	enum yq_rc rc = yq_schedule_room(call, &room, err);

	return rc == YQ_OK ? yq_schedules_put_all(call, &room, err) : rc;
}

enum yq_rc
yq_schedules_get_file(struct yq_api_call *call, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(YQ_SCHEDULE_FILE_MAX);
	enum yq_rc rc = yq_reads_rc(yq_schedules_export(call->desk, &text, err), err);

	if (rc != YQ_OK)
		return rc;
	yq_json_begin_object(call->out);
	yq_json_put_text(call->out, "text", yq_buf_text(&text));
	yq_json_end_object(call->out);
	return YQ_OK;
}

/* ---- runs ---- */

static void
put_run(struct yq_json_writer *w, const struct yq_run *run, const struct yq_run_order_list *orders)
{
	yq_json_begin_object(w);
	yq_api_put_time(w, "dueAt", run->due_at_us);
	yq_json_put_text(w, "state", yq_names_text(&yq_run_state_names, (int)run->state));
	yq_json_put_text(w, "text", run->outcome);
	yq_json_name(w, "orders");
	yq_json_begin_array(w);
	for (size_t i = 0; i < orders->count; i++)
		if (orders->items[i].due_at_us == run->due_at_us)
			yq_json_add_text(w, orders->items[i].id.text);
	yq_json_end_array(w);
	yq_json_end_object(w);
}

static enum yq_rc
find_runs(struct yq_firebird *firebird, const struct yq_id *id, struct yq_run_list *runs,
    struct yq_run_order_list *orders, struct yq_err *err)
{
	enum yq_rc rc = yq_runs_find(firebird, id, RUNS_SHOWN, runs, err);

	if (rc == YQ_OK && runs->count > 0)
		rc = yq_run_orders_find(
		    firebird, id, runs->items[runs->count - 1].due_at_us, orders, err);
	return rc;
}

/* Also of one that was removed: its runs stay. */
enum yq_rc
yq_schedules_get_runs(struct yq_api_call *call, struct yq_err *err)
{
	YQ_CLEANUP(yq_run_list_free) struct yq_run_list runs = { 0 };
	YQ_CLEANUP(yq_run_order_list_free) struct yq_run_order_list orders = { 0 };
	const struct yq_id id = yq_api_id(call, "id");
	struct yq_schedule_row row;
	enum yq_rc rc = yq_reads_archive(call, err);

	if (rc == YQ_OK)
		rc = find_runs(call->desk->firebird, &id, &runs, &orders, err);
	if (rc == YQ_OK && runs.count == 0)
		rc = yq_schedules_by_id(call->desk->firebird, &id, &row, err);
	if (rc != YQ_OK)
		return yq_reads_rc(rc, err);
	yq_json_begin_object(call->out);
	yq_json_name(call->out, "items");
	yq_json_begin_array(call->out);
	for (size_t i = 0; i < runs.count; i++)
		put_run(call->out, &runs.items[i], &orders);
	yq_json_end_array(call->out);
	yq_json_end_object(call->out);
	return YQ_OK;
}
