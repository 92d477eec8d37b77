/* csv.c - the rows of a CSV text, split where they stand. */
#include "console/simulate/csv.h"

#include <string.h>

struct yq_csv
yq_csv_make(char *text)
{
	return (struct yq_csv){ .at = strncmp(text, "\xef\xbb\xbf", 3) == 0 ? text + 3 : text };
}

/* A quoted cell: its text moved together, doubled quotes made single.  NULL without its end. */
static char *
unquote(char *at)
{
	char *to = at;

	for (;; at++) {
		if (*at == '\0' || *at == '\n' || *at == '\r')
			return NULL;
		if (*at == '"' && *++at != '"')
			break;
		*to++ = *at;
	}
	if (to != at)
		*to = '\0';
	return at;
}

/* Spaces around a cell are not part of it. */
static char *
trim(char *cell, char *end)
{
	while (*cell == ' ' || *cell == '\t')
		cell++;
	while (end > cell && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*end = '\0';
	return cell;
}

/* One cell; leaves `csv->at` on what ended it, and says which byte that was. */
static enum yq_rc
take_cell(struct yq_csv *csv, char *ended_by, struct yq_err *err)
{
	char *start = csv->at, *end;

	if (csv->count == YQ_CSV_CELLS_MAX)
		return yq_err_set(err, YQ_E_INVALID, "more than %d columns", YQ_CSV_CELLS_MAX);
	if (*start == '"') {
		end = unquote(start + 1);
		if (end == NULL || strchr(",\r\n", *end) == NULL)
			return yq_err_set(err, YQ_E_INVALID, "a quote has no end");
		*ended_by = *end;
		*end = '\0';
		csv->cells[csv->count++] = start + 1;
	} else {
		end = start + strcspn(start, ",\r\n");
		*ended_by = *end;
		csv->cells[csv->count++] = trim(start, end);
	}
	csv->at = end;
	return YQ_OK;
}

enum yq_rc
yq_csv_next(struct yq_csv *csv, struct yq_err *err)
{
	char ended_by = ',';
	enum yq_rc rc = YQ_OK;

	do {
		csv->line++;
		csv->at += strspn(csv->at, "\r");
	} while (*csv->at == '\n' && csv->at++ != NULL);
	if (*csv->at == '\0')
		return YQ_E_NOT_FOUND;
	for (csv->count = 0; rc == YQ_OK && ended_by == ',';) {
		rc = take_cell(csv, &ended_by, err);
		if (rc == YQ_OK && ended_by != '\0')
			csv->at++;
	}
	if (rc == YQ_OK && ended_by == '\r' && *csv->at == '\n')
		csv->at++;
	return rc;
}

enum yq_rc
yq_csv_check_width(const struct yq_csv *csv, size_t named, struct yq_err *err)
{
	for (size_t i = named; i < csv->count; i++)
		if (csv->cells[i][0] != '\0')
			return yq_err_set(err, YQ_E_INVALID,
			    "%zu cells, and the first line names %zu: a comma within a cell needs "
			    "quotes around it",
			    csv->count, named);
	return YQ_OK;
}
