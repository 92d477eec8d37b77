/* schedule_file.c - schedules from and to a file. */
#include "base/str.h"
#include "console/schedule.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int
yq_schedule_export(struct yq_scheduling *s)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf out = yq_buf_make(YQ_SCHEDULE_FILE_MAX);
	struct yq_err err = { 0 };

	if (yq_schedules_export(&s->system.desk, &out, &err) != YQ_OK)
		return yq_fail_err(&err);
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

/* What is wrong with the file is said with its place in it. */
static int
refuse(const char *file, size_t line, enum yq_rc rc, const struct yq_err *err)
{
	if (line > 0)
		return yq_fail(YQ_CONSOLE_REFUSED, "%s:%zu: %s", file, line, err->text);
	if (rc == YQ_E_INVALID || rc == YQ_E_LIMIT)
		return yq_fail(YQ_CONSOLE_REFUSED, "%s: %s", file, err->text);
	return yq_fail_err(err);
}

int
yq_schedule_import(struct yq_scheduling *s, const char *file)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(YQ_SCHEDULE_FILE_MAX);
	const struct yq_schedule_work work = yq_scheduling_work(s);
	size_t count = 0, line = 0;
	struct yq_err err = { 0 };
	enum yq_rc rc;
	int status = read_text(file, &text);

	if (status != YQ_CONSOLE_DONE)
		return status;
	rc = yq_schedules_import(&work, yq_buf_text(&text), text.length, &count, &line, &err);
	if (rc != YQ_OK)
		return refuse(file, line, rc, &err);
	if (yq_call_has(s->call, YQ_OPT_JSON))
		printf("{\"imported\":%zu}\n", count);
	else
		printf("%zu schedule%s imported\n", count, count == 1 ? "" : "s");
	return YQ_CONSOLE_DONE;
}
