/* schedule_file.c - all schedules as one JSON text, and back: all of them or none. */
#include "base/mem.h"
#include "base/str.h"
#include "console/schedule.h"
#include "domain/schedule_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX ((size_t)4 << 20)

int
yq_schedule_export(struct yq_scheduling *s)
{
	YQ_CLEANUP(yq_schedule_list_free) struct yq_schedule_list list = { 0 };
	YQ_CLEANUP(yq_buf_free) struct yq_buf out = yq_buf_make(FILE_MAX);
	struct yq_err err = { 0 };

	if (yq_schedules_list(s->system.desk.firebird, &list, &err) != YQ_OK)
		return yq_fail_err(&err);
	yq_buf_add_text(&out, "[");
	for (size_t i = 0; i < list.count; i++) {
		struct yq_json_writer w = yq_json_writer_make(&out);

		yq_buf_add_text(&out, i > 0 ? ",\n" : "\n");
		yq_json_begin_object(&w);
		yq_schedule_write(&w, &list.items[i].schedule);
		yq_json_put_int(&w, "Version", list.items[i].version);
		yq_json_end_object(&w);
	}
	yq_buf_add_text(&out, "\n]");
	puts(yq_buf_text(&out));
	return YQ_CONSOLE_DONE;
}

static int
read_text(const char *path, struct yq_buf *text)
{
	FILE *file = yq_str_equal(path, "-") ? stdin : fopen(path, "re");
	char block[8192];
	size_t length;
	bool failed;

	if (file == NULL)
		return yq_fail(YQ_CONSOLE_REFUSED, "%s: %s", path, strerror(errno));
	while ((length = fread(block, 1, sizeof(block), file)) > 0)
		yq_buf_add(text, block, length);
	failed = ferror(file) != 0;
	if (file != stdin)
		(void)fclose(file);
	if (failed || !yq_buf_ok(text))
		return yq_fail(YQ_CONSOLE_REFUSED, "%s: %s", path,
		    failed ? "it cannot be read" : "it is too long");
	return YQ_CONSOLE_DONE;
}

/* The line on which item `index` of the outermost list begins. */
static size_t
line_of(const struct yq_buf *text, size_t index)
{
	size_t line = 1, seen = 0;
	int depth = 0;
	bool in_text = false;

	for (const char *c = yq_buf_text(text); *c != '\0'; c++) {
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
	struct yq_scheduling *s;
	const char *file;
	struct yq_buf text;
	yq_json *list;
	struct yq_schedule_change *changes;
	char (*briefs)[YQ_MESSAGE_SIZE];
	size_t count;
};

static void
importing_clear(struct importing *in)
{
	yq_buf_free(&in->text);
	yq_json_free(in->list);
	free(in->changes);
	free(in->briefs);
}

static int
refuse(const struct importing *in, size_t index, const char *text)
{
	return yq_fail(YQ_CONSOLE_REFUSED, "%s:%zu: schedule %zu%s%s%s: %s; nothing was imported",
	    in->file, line_of(&in->text, index), index + 1,
	    in->changes[index].schedule.name[0] != '\0' ? " (" : "",
	    in->changes[index].schedule.name,
	    in->changes[index].schedule.name[0] != '\0' ? ")" : "", text);
}

/* One that is there under this id is replaced, if the file was made from its present version. */
static int
take_present(struct importing *in, size_t index, const yq_json *version)
{
	struct yq_schedule_change *change = &in->changes[index];
	struct yq_schedule_row row;
	struct yq_err err = { 0 };
	enum yq_rc rc =
	    yq_schedules_get(in->s->system.desk.firebird, change->schedule.id.text, &row, &err);

	if (rc == YQ_E_NOT_FOUND)
		return YQ_CONSOLE_DONE;
	if (rc != YQ_OK)
		return yq_fail_err(&err);
	change->kind = YQ_SCHEDULE_REPLACE;
	change->version = row.version;
	if (version != NULL && yq_json_int64(version, &change->version) != YQ_OK)
		return refuse(in, index, "Version: expected a number");
	return YQ_CONSOLE_DONE;
}

static int
take_one(struct importing *in, size_t index)
{
	struct yq_schedule_change *change = &in->changes[index];
	const yq_json *object = yq_json_at(in->list, index);
	struct yq_err err = { 0 };
	int status;

	*change = (struct yq_schedule_change){
		.kind = YQ_SCHEDULE_ADD, .schedule = yq_schedule_default(), .verb = "import"
	};
	if (yq_schedule_read(object, &change->schedule, &err) != YQ_OK)
		return refuse(in, index, err.text);
	if (yq_id_is_none(&change->schedule.id))
		change->schedule.id = yq_id_random();
	status = yq_scheduling_check(in->s, &change->schedule, &err);
	if (status != YQ_CONSOLE_DONE)
		return err.text[0] != '\0' ? refuse(in, index, err.text) : status;
	yq_schedule_brief(&change->schedule, in->briefs[index]);
	change->after = in->briefs[index];
	return take_present(in, index, yq_json_get(object, "Version"));
}

static int
parse(struct importing *in)
{
	struct yq_err err = { 0 };
	int status = read_text(in->file, &in->text);

	if (status != YQ_CONSOLE_DONE)
		return status;
	if (yq_json_parse_options(yq_buf_text(&in->text), in->text.length,
		YQ_JSON_COMMENTS | YQ_JSON_TRAILING_COMMAS, &in->list, &err) != YQ_OK)
		return yq_fail(YQ_CONSOLE_REFUSED, "%s: %s", in->file, err.text);
	if (yq_json_type_of(in->list) != YQ_JSON_ARRAY)
		return yq_fail(YQ_CONSOLE_REFUSED, "%s: expected a list of schedules, found %s",
		    in->file, yq_json_type_name(yq_json_type_of(in->list)));
	in->count = yq_json_count(in->list);
	if (in->count > YQ_SCHEDULES_MAX)
		return yq_fail(
		    YQ_CONSOLE_REFUSED, "%s: at most %d schedules", in->file, YQ_SCHEDULES_MAX);
	in->changes = yq_xcalloc(in->count + 1, sizeof(*in->changes));
	in->briefs = yq_xcalloc(in->count + 1, sizeof(*in->briefs));
	return YQ_CONSOLE_DONE;
}

int
yq_schedule_import(struct yq_scheduling *s, const char *file)
{
	YQ_CLEANUP(importing_clear)
	struct importing in = { .s = s, .file = file, .text = yq_buf_make(FILE_MAX) };
	size_t index = 0;
	int status = parse(&in);

	for (size_t i = 0; i < in.count && status == YQ_CONSOLE_DONE; i++)
		status = take_one(&in, i);
	if (status == YQ_CONSOLE_DONE && in.count > 0)
		status = yq_scheduling_change(s, in.changes, in.count, &index);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (yq_call_has(s->call, YQ_OPT_JSON))
		printf("{\"imported\":%zu}\n", in.count);
	else
		printf("%zu schedule%s imported\n", in.count, in.count == 1 ? "" : "s");
	return YQ_CONSOLE_DONE;
}
