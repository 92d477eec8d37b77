/* schedules_change.c - schedules made, changed, removed, run and imported. */
#include <string.h>

#include "base/str.h"
#include "domain/schedule_text.h"
#include "web/acts.h"
#include "web/schedules.h"

/* What a change came to, with the field that it is about. */
static enum yq_rc
told(struct yq_api_call *call, enum yq_rc rc, struct yq_err *err)
{
	char text[YQ_ERR_TEXT_MAX];

	yq_str_copy_cut(text, sizeof(text), err->text);
	switch (rc) {
	case YQ_E_INVALID:
	case YQ_E_RANGE:
	case YQ_E_REFUSED:
		return yq_api_refuse(call, 422, "FIELD_INVALID", "text", err, "%s", text);
	case YQ_E_EXISTS:
		return yq_api_refuse(call, 409, "EXISTS", "text", err, "%s", text);
	case YQ_E_STATE:
		return yq_api_refuse(call, 409, "STALE_VERSION", "version", err, "%s", text);
	case YQ_E_LIMIT:
		return yq_api_refuse(call, 422, "TOO_MANY", "text", err, "%s", text);
	default:
		return rc;
	}
}

/* The one object that `text` is, over what holds where a member is absent. */
static enum yq_rc
read_text(struct yq_api_call *call, struct yq_schedule *schedule, struct yq_err *err)
{
	YQ_CLEANUP(yq_json_freep) yq_json *object = NULL;
	const char *text = yq_api_text(call, "text");
	enum yq_rc rc = yq_json_parse(text, strlen(text), &object, err);

	*schedule = yq_schedule_default();
	if (rc == YQ_OK && yq_json_type_of(object) != YQ_JSON_OBJECT)
		rc = yq_err_set(err, YQ_E_INVALID, "expected one schedule, found %s",
		    yq_json_type_name(yq_json_type_of(object)));
	if (rc == YQ_OK)
		rc = yq_schedule_read(object, schedule, err);
	if (rc == YQ_OK && yq_api_given(call, "enabled"))
		schedule->enabled = yq_api_bool(call, "enabled", true);
	return rc;
}

/* The schedule as it is now, which the call names with its version. */
static enum yq_rc
get(struct yq_api_call *call, struct yq_schedule_row *row, struct yq_err *err)
{
	const struct yq_id id = yq_api_id(call, "id");
	enum yq_rc rc = yq_schedules_by_id(call->desk->firebird, &id, row, err);

	if (rc == YQ_OK)
		row->version = yq_api_int(call, "version", 0);
	return rc;
}

static enum yq_rc
put_present(struct yq_api_call *call, const struct yq_schedule_room *room, const struct yq_id *id,
    struct yq_err *err)
{
	struct yq_schedule_row row;
	enum yq_rc rc = yq_schedules_by_id(call->desk->firebird, id, &row, err);

	if (rc == YQ_OK)
		yq_schedules_put_one(call->out, room, &row);
	return rc;
}

/* The id of one that has none follows from who asks and his key: a repeat finds it there. */
enum yq_rc
yq_schedules_post(struct yq_api_call *call, struct yq_err *err)
{
	YQ_CLEANUP(yq_schedule_room_clear) struct yq_schedule_room room = { .markets = NULL };
	struct yq_schedule_row row;
	struct yq_schedule schedule;
	const struct yq_id own = yq_act_id(call);
	enum yq_rc rc = yq_schedule_room(call, &room, err);

	if (rc != YQ_OK)
		return rc;
	if (yq_schedules_by_id(call->desk->firebird, &own, &row, err) == YQ_OK) {
		yq_schedules_put_one(call->out, &room, &row);
		return YQ_OK;
	}
	rc = read_text(call, &schedule, err);
	if (rc == YQ_OK && yq_id_is_none(&schedule.id))
		schedule.id = own;
	if (rc == YQ_OK)
		rc = yq_schedule_by_hand(&room.work, YQ_SCHEDULE_ADD, &schedule, NULL, "add", err);
	return rc == YQ_OK ? put_present(call, &room, &schedule.id, err) : told(call, rc, err);
}

static const char *
verb_of(const struct yq_schedule *after, const struct yq_schedule *before)
{
	struct yq_schedule same = *after;

	same.enabled = before->enabled;
	if (after->enabled == before->enabled || !yq_schedule_is_same(&same, before))
		return "edit";
	return after->enabled ? "enable" : "disable";
}

enum yq_rc
yq_schedules_put(struct yq_api_call *call, struct yq_err *err)
{
	YQ_CLEANUP(yq_schedule_room_clear) struct yq_schedule_room room = { .markets = NULL };
	const struct yq_id id = yq_api_id(call, "id");
	struct yq_schedule_row row;
	struct yq_schedule schedule;
	enum yq_rc rc = yq_schedule_room(call, &room, err);

	if (rc == YQ_OK)
		rc = get(call, &row, err);
	if (rc != YQ_OK)
		return rc;
	rc = read_text(call, &schedule, err);
	if (rc == YQ_OK && !yq_id_is_none(&schedule.id) && !yq_id_equal(&schedule.id, &id))
		rc = yq_err_set(
		    err, YQ_E_INVALID, "Id: expected %s, the one that is changed", id.text);
	schedule.id = id;
	if (rc == YQ_OK)
		rc = yq_schedule_by_hand(&room.work, YQ_SCHEDULE_REPLACE, &schedule, &row,
		    verb_of(&schedule, &row.schedule), err);
	return rc == YQ_OK ? put_present(call, &room, &id, err) : told(call, rc, err);
}

/* Remove it, or run it now. */
static enum yq_rc
act(struct yq_api_call *call, enum yq_schedule_change_kind kind, const char *verb,
    struct yq_schedule_row *row, struct yq_err *err)
{
	YQ_CLEANUP(yq_schedule_room_clear) struct yq_schedule_room room = { .markets = NULL };
	enum yq_rc rc = yq_schedule_room(call, &room, err);

	if (rc == YQ_OK)
		rc = get(call, row, err);
	if (rc != YQ_OK)
		return rc;
	return told(
	    call, yq_schedule_by_hand(&room.work, kind, &row->schedule, row, verb, err), err);
}

enum yq_rc
yq_schedules_delete(struct yq_api_call *call, struct yq_err *err)
{
	struct yq_schedule_row row;
	enum yq_rc rc = act(call, YQ_SCHEDULE_REMOVE, "remove", &row, err);

	if (rc == YQ_OK)
		yq_api_done(call, "%s was removed; its runs stay", row.schedule.name);
	return rc;
}

enum yq_rc
yq_schedules_run(struct yq_api_call *call, struct yq_err *err)
{
	struct yq_schedule_row row;
	enum yq_rc rc = act(call, YQ_SCHEDULE_RUN, "run", &row, err);

	if (rc == YQ_OK)
		yq_api_done(
		    call, "%s is run now; its runs say what comes of it", row.schedule.name);
	return rc;
}

enum yq_rc
yq_schedules_post_file(struct yq_api_call *call, struct yq_err *err)
{
	YQ_CLEANUP(yq_schedule_room_clear) struct yq_schedule_room room = { .markets = NULL };
	const char *text = yq_api_text(call, "text");
	size_t count = 0, line = 0;
	char fault[YQ_ERR_TEXT_MAX];
	enum yq_rc rc = yq_schedule_room(call, &room, err);

	if (rc != YQ_OK)
		return rc;
	rc = yq_schedules_import(&room.work, text, strlen(text), &count, &line, err);
	if (rc == YQ_OK)
		return yq_schedules_put_all(call, &room, err);
	if (line > 0) {
		yq_str_copy_cut(fault, sizeof(fault), err->text);
		(void)yq_err_set(err, rc, "line %zu: %s", line, fault);
	}
	return told(call, rc, err);
}
