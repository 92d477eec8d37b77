/* signals_file.c - signals from a file, by the table of an alert's fields. */
#include "console/simulate/signals_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "console/simulate/csv.h"
#include "domain/alert.h"

#define FILE_MAX (1024U << 20)
#define HEAD_MAX 65536

struct yq_signal_file {
	char *name, *text;
	struct yq_csv csv;
	bool is_csv;
	size_t columns[YQ_ALERT_FIELD_COUNT]; /* counted from 1; 0 = not there */
	const char *names[YQ_ALERT_FIELD_COUNT];
	size_t named;			      /* columns of the first line */
	yq_json *cells[YQ_ALERT_FIELD_COUNT]; /* the values of a row, made once; owned */
	int64_t latest_us;		      /* no time is later */
};

static enum yq_rc
blame_fault(
    const struct yq_signal_file *file, const struct yq_alert_fault *fault, struct yq_err *err)
{
	return yq_err_set(err, YQ_E_INVALID, "%s:%zu: %s%s%s", file->name, file->csv.line,
	    fault->field, fault->field[0] == '\0' ? "" : ": ", fault->text);
}

enum yq_rc
yq_signal_file_blame(const struct yq_signal_file *file, struct yq_err *err)
{
	return yq_err_context(err, err->rc, "%s:%zu", file->name, file->csv.line);
}

/* The first line as an alert of empty texts, so that its names are sorted out as an alert's are. */
static enum yq_rc
read_head(struct yq_signal_file *file, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf head = yq_buf_make(HEAD_MAX);
	struct yq_json_writer w = yq_json_writer_make(&head);
	struct yq_alert_fault fault = { "", "" };
	struct yq_alert alert = { .tree = NULL };
	enum yq_rc rc = yq_csv_next(&file->csv, err);

	if (rc == YQ_E_NOT_FOUND)
		return yq_err_set(err, YQ_E_INVALID, "%s: it is empty", file->name);
	if (rc != YQ_OK)
		return yq_signal_file_blame(file, err);
	file->named = file->csv.count;
	yq_json_begin_object(&w);
	for (size_t i = 0; i < file->csv.count; i++)
		yq_json_put_text(&w, file->csv.cells[i], "");
	yq_json_end_object(&w);
	if (!yq_alert_open(&alert, yq_buf_text(&head), head.length, &fault))
		return blame_fault(file, &fault, err);
	for (size_t f = 0; f < YQ_ALERT_FIELD_COUNT; f++)
		for (size_t i = 0; alert.values[f].name != NULL && i < file->csv.count; i++)
			if (yq_str_equal(file->csv.cells[i], alert.values[f].name)) {
				file->columns[f] = i + 1;
				file->names[f] = file->csv.cells[i];
			}
	yq_alert_clear(&alert);
	return YQ_OK;
}

enum yq_rc
yq_signal_file_of(
    const char *name, const char *text, struct yq_signal_file **ret_file, struct yq_err *err)
{
	struct yq_signal_file *file;
	enum yq_rc rc = YQ_OK;

	if (!yq_str_is_utf8(text, strlen(text)))
		return yq_err_set(err, YQ_E_INVALID, "%s: it is no UTF-8 text", name);
	file = yq_xcalloc(1, sizeof(*file));
	file->name = yq_xstrdup(name);
	file->text = yq_xstrdup(text);
	file->csv = yq_csv_make(file->text);
	file->is_csv = file->csv.at[strspn(file->csv.at, " \t\r\n")] != '{';
	file->latest_us = yq_date_to_days(2199, 1, 1) * 86400 * YQ_US_PER_SECOND;
	if (file->is_csv)
		rc = read_head(file, err);
	if (rc != YQ_OK) {
		yq_signal_file_close(file);
		return rc;
	}
	*ret_file = file;
	return YQ_OK;
}

enum yq_rc
yq_signal_file_open(const char *path, struct yq_signal_file **ret_file, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(FILE_MAX);
	enum yq_rc rc = yq_file_read(path, &text, err);

	return rc == YQ_OK ? yq_signal_file_of(path, yq_buf_text(&text), ret_file, err) : rc;
}

void
yq_signal_file_close(struct yq_signal_file *file)
{
	if (file == NULL)
		return;
	for (size_t f = 0; f < YQ_ALERT_FIELD_COUNT; f++)
		yq_json_free(file->cells[f]);
	free(file->name);
	free(file->text);
	free(file);
}

void
yq_signal_file_closep(struct yq_signal_file **file)
{
	yq_signal_file_close(*file);
}

/* ---- rows ---- */

static void
name_signal(
    const struct yq_signal_file *file, const char *own_id, size_t length, struct yq_signal *signal)
{
	static const char blank[] =
	    "00000000-0000-8000-8000-000000000000"; /* RFC 9562: version 8 */
	char name[300];
	size_t line = file->csv.line;

	if (own_id != NULL && length > 0 && length <= 256) {
		yq_str_format(name, sizeof(name), "alert:%.*s", (int)length, own_id);
		signal->id = yq_id_named(name, strlen(name));
		return;
	}
	memcpy(signal->id.text, blank, sizeof(blank));
	for (char *digit = signal->id.text + YQ_ID_LENGTH; line > 0; line /= 10)
		*--digit = (char)('0' + line % 10);
}

static enum yq_rc
read_alert(struct yq_signal_file *file, const struct yq_alert *alert, struct yq_signal *signal,
    struct yq_err *err)
{
	struct yq_alert_fault fault = { "", "" };
	size_t length = 0;
	const char *own_id;

	if (alert->values[YQ_ALERT_TIME].name == NULL)
		return yq_err_set(err, YQ_E_INVALID,
		    "%s:%zu: time: is missing: a simulation must know when", file->name,
		    file->csv.line);
	if (!yq_alert_read(alert, file->latest_us, signal, &fault))
		return blame_fault(file, &fault, err);
	own_id = yq_alert_own_id(alert, &length);
	name_signal(file, own_id, length, signal);
	signal->received_at_us = signal->timestamp_us;
	return YQ_OK;
}

static enum yq_rc
next_row(struct yq_signal_file *file, struct yq_signal *signal, struct yq_err *err)
{
	struct yq_alert alert = { .tree = NULL };
	enum yq_rc rc = yq_csv_next(&file->csv, err);

	if (rc == YQ_OK)
		rc = yq_csv_check_width(&file->csv, file->named, err);
	if (rc != YQ_OK)
		return rc == YQ_E_NOT_FOUND ? rc : yq_signal_file_blame(file, err);
	for (size_t f = 0; f < YQ_ALERT_FIELD_COUNT; f++) {
		size_t column = file->columns[f];
		const char *cell;

		if (column == 0 || column > file->csv.count || f == YQ_ALERT_SECRET)
			continue;
		cell = file->csv.cells[column - 1];
		if (cell[0] == '\0')
			continue; /* an empty cell is as good as none */
		if (file->cells[f] == NULL)
			file->cells[f] = yq_json_make_text("", 0);
		yq_json_set_text(file->cells[f], cell, strlen(cell));
		alert.values[f] =
		    (struct yq_alert_value){ .name = file->names[f], .json = file->cells[f] };
	}
	return read_alert(file, &alert, signal, err);
}

static enum yq_rc
next_line(struct yq_signal_file *file, struct yq_signal *signal, struct yq_err *err)
{
	struct yq_csv *csv = &file->csv;
	struct yq_alert_fault fault = { "", "" };
	struct yq_alert alert = { .tree = NULL };
	size_t length;
	char *line;
	enum yq_rc rc;

	do {
		if (*csv->at == '\0')
			return YQ_E_NOT_FOUND;
		line = csv->at;
		length = strcspn(line, "\n");
		csv->at = line + length + (line[length] == '\n');
		csv->line++;
	} while (strspn(line, " \t\r") >= length);
	if (!yq_alert_open(&alert, line, length, &fault))
		return blame_fault(file, &fault, err);
	rc = read_alert(file, &alert, signal, err);
	yq_alert_clear(&alert);
	return rc;
}

enum yq_rc
yq_signal_file_next(struct yq_signal_file *file, struct yq_signal *signal, struct yq_err *err)
{
	return file->is_csv ? next_row(file, signal, err) : next_line(file, signal, err);
}
