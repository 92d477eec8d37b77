/* schedule_file.c - all schedules as one JSON text, and back: all of them or none. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "desk/schedule_by_hand.h"
#include "domain/schedule_text.h"

enum yq_rc
yq_schedules_export(struct yq_desk *desk, struct yq_buf *text, struct yq_err *err)
{
	YQ_CLEANUP(yq_schedule_list_free) struct yq_schedule_list list = { 0 };
	enum yq_rc rc = yq_desk_firebird(desk, err);

	if (rc == YQ_OK)
		rc = yq_schedules_list(desk->firebird, &list, err);
	if (rc != YQ_OK)
		return rc;
	yq_buf_add_text(text, "[");
	for (size_t i = 0; i < list.count; i++) {
		yq_buf_add_text(text, i > 0 ? ",\n" : "\n");
		yq_schedule_line(text, &list.items[i].schedule, list.items[i].version);
	}
	yq_buf_add_text(text, "\n]");
	return yq_buf_ok(text) ? YQ_OK : yq_err_set(err, YQ_E_LIMIT, "the file is too long");
}

/* The line on which item `index` of the outermost list begins. */
static size_t
line_of(const char *text, size_t index)
{
	size_t line = 1, seen = 0;
	int depth = 0;
	bool in_text = false;

	for (const char *c = text; *c != '\0'; c++) {
		if (*c == '\n')
			line++;
		if (in_text && *c == '\\' && c[1] != '\0')
			c++;
		else if (*c == '"')
			in_text = !in_text;
		else if (!in_text && (*c == '{' || *c == '[') && depth++ == 1 && seen++ == index)
			return line;
		else if (!in_text && (*c == '}' || *c == ']'))
			depth--;
	}
	return line;
}

struct importing {
	const struct yq_schedule_work *work;
	const char *text;
	yq_json *list;
	struct yq_schedule_change *changes;
	char (*briefs)[YQ_MESSAGE_SIZE];
	size_t count, line;
};

static void
importing_clear(struct importing *in)
{
	yq_json_free(in->list);
	free(in->changes);
	free(in->briefs);
}

/* Nothing is known of one that only the server could not look at: that is said as it is. */
static enum yq_rc
refuse(struct importing *in, size_t index, enum yq_rc rc, struct yq_err *err)
{
	const char *name = in->changes[index].schedule.name;
	char text[YQ_ERR_TEXT_MAX];

	if (rc != YQ_E_INVALID && rc != YQ_E_REFUSED && rc != YQ_E_RANGE && rc != YQ_E_EXISTS &&
	    rc != YQ_E_STATE && rc != YQ_E_NOT_FOUND)
		return rc;
	in->line = line_of(in->text, index);
	yq_str_copy_cut(text, sizeof(text), err->text);
	return yq_err_set(err, rc, "schedule %zu%s%s%s: %s; nothing was imported", index + 1,
	    name[0] != '\0' ? " (" : "", name, name[0] != '\0' ? ")" : "", text);
}

/* One that is there under this id is replaced, if the file was made from its present version. */
static enum yq_rc
take_present(struct importing *in, struct yq_schedule_change *change, const yq_json *object,
    struct yq_err *err)
{
	const yq_json *version = yq_json_get(object, "Version");
	struct yq_schedule_row row;
	enum yq_rc rc =
	    yq_schedules_by_id(in->work->desk->firebird, &change->schedule.id, &row, err);

	if (rc == YQ_E_NOT_FOUND)
		return YQ_OK;
	if (rc != YQ_OK)
		return rc;
	change->kind = YQ_SCHEDULE_REPLACE;
	change->version = row.version;
	if (version != NULL && yq_json_int64(version, &change->version) != YQ_OK)
		return yq_err_set(err, YQ_E_INVALID, "Version: expected a number");
	return YQ_OK;
}

static enum yq_rc
take_one(struct importing *in, size_t index, struct yq_err *err)
{
	struct yq_schedule_change *change = &in->changes[index];
	const yq_json *object = yq_json_at(in->list, index);
	enum yq_rc rc;

	*change = (struct yq_schedule_change){
		.kind = YQ_SCHEDULE_ADD, .schedule = yq_schedule_default(), .verb = "import"
	};
	rc = yq_schedule_read(object, &change->schedule, err);
	if (rc == YQ_OK && yq_id_is_none(&change->schedule.id))
		change->schedule.id = yq_id_random();
	if (rc == YQ_OK)
		rc = yq_schedule_by_hand_check(in->work, &change->schedule, err);
	if (rc == YQ_OK)
		rc = take_present(in, change, object, err);
	if (rc != YQ_OK)
		return refuse(in, index, rc, err);
	yq_schedule_brief(&change->schedule, in->briefs[index]);
	change->after = in->briefs[index];
	return YQ_OK;
}

static enum yq_rc
parse(struct importing *in, size_t length, struct yq_err *err)
{
	enum yq_rc rc = yq_json_parse_options(
	    in->text, length, YQ_JSON_COMMENTS | YQ_JSON_TRAILING_COMMAS, &in->list, err);

	if (rc != YQ_OK)
		return rc;
	if (yq_json_type_of(in->list) != YQ_JSON_ARRAY)
		return yq_err_set(err, YQ_E_INVALID, "expected a list of schedules, found %s",
		    yq_json_type_name(yq_json_type_of(in->list)));
	in->count = yq_json_count(in->list);
	if (in->count > YQ_SCHEDULES_MAX)
		return yq_err_set(err, YQ_E_INVALID, "at most %d schedules", YQ_SCHEDULES_MAX);
	in->changes = yq_xcalloc(in->count + 1, sizeof(*in->changes));
	in->briefs = yq_xcalloc(in->count + 1, sizeof(*in->briefs));
	return YQ_OK;
}

enum yq_rc
yq_schedules_import(const struct yq_schedule_work *work, const char *text, size_t length,
    size_t *count, size_t *line, struct yq_err *err)
{
	YQ_CLEANUP(importing_clear) struct importing in = { .work = work, .text = text };
	size_t index = 0;
	enum yq_rc rc = parse(&in, length, err);

	if (rc == YQ_OK)
		rc = yq_desk_firebird(work->desk, err);
	for (size_t i = 0; i < in.count && rc == YQ_OK; i++)
		rc = take_one(&in, i, err);
	if (rc == YQ_OK && in.count > 0) {
		rc = yq_schedules_change(work->desk->firebird, in.changes, in.count,
		    &work->desk->hand, work->reason, work->now_us, &index, err);
		if (rc != YQ_OK)
			rc = refuse(&in, index, rc, err);
	}
	*count = in.count;
	*line = in.line;
	return rc;
}
