/* sheet.c - aligned columns, JSON and CSV from the same cells. */
#include "console/sheet.h"

#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define JSON_MAX ((size_t)256 << 20)

struct yq_sheet {
	const struct yq_column *columns;
	size_t column_count;
	char **cells;
	size_t cell_count, cell_capacity;
};

struct yq_sheet *
yq_sheet_make(const struct yq_column *columns, size_t count)
{
	struct yq_sheet *sheet = yq_xcalloc(1, sizeof(*sheet));

	sheet->columns = columns;
	sheet->column_count = count;
	return sheet;
}

void
yq_sheet_free(struct yq_sheet *sheet)
{
	if (sheet == NULL)
		return;
	for (size_t i = 0; i < sheet->cell_count; i++)
		free(sheet->cells[i]);
	free(sheet->cells);
	free(sheet);
}

void
yq_sheet_freep(struct yq_sheet **sheet)
{
	yq_sheet_free(*sheet);
	*sheet = NULL;
}

void
yq_sheet_add(struct yq_sheet *sheet, const char *text)
{
	if (sheet->cell_count == sheet->cell_capacity) {
		sheet->cell_capacity = sheet->cell_capacity == 0 ? 64 : sheet->cell_capacity * 2;
		sheet->cells =
		    yq_xrealloc(sheet->cells, sheet->cell_capacity, sizeof(*sheet->cells));
	}
	sheet->cells[sheet->cell_count++] = yq_xstrdup(text != NULL ? text : "");
}

void
yq_sheet_add_int(struct yq_sheet *sheet, int64_t value)
{
	char text[24];

	yq_str_format(text, sizeof(text), "%lld", (long long)value);
	yq_sheet_add(sheet, text);
}

void
yq_sheet_add_decimal(struct yq_sheet *sheet, struct yq_decimal value)
{
	char text[YQ_DECIMAL_TEXT_SIZE];

	yq_decimal_format(value, text);
	yq_sheet_add(sheet, text);
}

void
yq_sheet_add_money(struct yq_sheet *sheet, struct yq_decimal value)
{
	char text[YQ_DECIMAL_TEXT_SIZE];

	yq_decimal_format_places(value, 2, text);
	yq_sheet_add(sheet, text);
}

void
yq_sheet_add_opt_decimal(struct yq_sheet *sheet, struct yq_opt_decimal value)
{
	if (value.set)
		yq_sheet_add_decimal(sheet, value.value);
	else
		yq_sheet_add(sheet, NULL);
}

void
yq_sheet_add_time(struct yq_sheet *sheet, int64_t instant_us)
{
	char text[YQ_TIME_TEXT_SIZE] = "";

	if (instant_us != 0)
		yq_time_format(instant_us, text);
	yq_sheet_add(sheet, text);
}

void
yq_time_shorten(const char *text, char out[YQ_SHORT_TIME_SIZE])
{
	if (strlen(text) < 23)
		yq_str_copy_cut(out, YQ_SHORT_TIME_SIZE, text);
	else
		yq_str_format(out, YQ_SHORT_TIME_SIZE, "%.10s %.12s", text, text + 11);
}

size_t
yq_sheet_rows(const struct yq_sheet *sheet)
{
	return sheet->cell_count / sheet->column_count;
}

/* One character at `text`: its bytes and its width. */
static size_t
character(const char *text, size_t *width)
{
	mbstate_t state = { 0 };
	wchar_t wide;
	size_t bytes = mbrtowc(&wide, text, strlen(text), &state);
	int columns;

	*width = 1;
	if (bytes == 0 || bytes == (size_t)-1 || bytes == (size_t)-2)
		return 1;
	columns = wcwidth(wide);
	if (columns >= 0)
		*width = (size_t)columns;
	return bytes;
}

size_t
yq_text_width(const char *text)
{
	size_t total = 0, width;

	for (const char *at = text; *at != '\0';) {
		at += character(at, &width);
		total += width;
	}
	return total;
}

/* Control characters would let a stranger's text write on the terminal: shown as '?'. */
void
yq_print_plain(const char *text)
{
	for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++)
		putchar(*at < 0x20 || *at == 0x7f ? '?' : *at);
}

static void
print_spaces(size_t count)
{
	while (count-- > 0)
		putchar(' ');
}

static const char *
cell_for_people(const struct yq_column *column, const char *text, char brief[YQ_SHORT_TIME_SIZE])
{
	if (column->kind == YQ_COLUMN_TIME && text[0] != '\0') {
		yq_time_shorten(text, brief);
		return brief;
	}
	if (column->kind == YQ_COLUMN_BOOL)
		return yq_str_equal(text, "true") ? "yes" : yq_str_equal(text, "") ? "-" : "no";
	return text[0] == '\0' ? "-" : text;
}

static void
print_cell(const struct yq_column *column, const char *text, size_t width, bool last)
{
	size_t missing = width - yq_text_width(text);

	if (column->kind == YQ_COLUMN_NUMBER)
		print_spaces(missing);
	yq_print_plain(text);
	if (column->kind != YQ_COLUMN_NUMBER && !last)
		print_spaces(missing);
	if (!last)
		print_spaces(2);
}

static void
print_people(const struct yq_sheet *sheet)
{
	YQ_CLEANUP(yq_freep) size_t *widths = yq_xcalloc(sheet->column_count, sizeof(*widths));
	size_t columns = sheet->column_count;
	char brief[YQ_SHORT_TIME_SIZE];

	for (size_t i = 0; i < columns; i++)
		widths[i] = yq_text_width(sheet->columns[i].title);
	for (size_t i = 0; i < sheet->cell_count; i++) {
		size_t width = yq_text_width(
		    cell_for_people(&sheet->columns[i % columns], sheet->cells[i], brief));

		if (width > widths[i % columns])
			widths[i % columns] = width;
	}
	for (size_t i = 0; i < columns; i++)
		print_cell(
		    &sheet->columns[i], sheet->columns[i].title, widths[i], i + 1 == columns);
	putchar('\n');
	for (size_t i = 0; i < sheet->cell_count; i++) {
		const struct yq_column *column = &sheet->columns[i % columns];
		bool last = (i + 1) % columns == 0;

		print_cell(column, cell_for_people(column, sheet->cells[i], brief),
		    widths[i % columns], last);
		if (last)
			putchar('\n');
	}
}

static void
json_cell(struct yq_json_writer *w, const struct yq_column *column, const char *text)
{
	struct yq_decimal value;

	yq_json_name(w, column->name);
	if (text[0] == '\0')
		yq_json_add_null(w);
	else if (column->kind == YQ_COLUMN_BOOL)
		yq_json_add_bool(w, yq_str_equal(text, "true"));
	else if (column->kind == YQ_COLUMN_NUMBER &&
		 yq_decimal_parse(text, strlen(text), &value) == YQ_OK)
		yq_json_add_raw(w, text, strlen(text)); /* its own digits: 1000.00 stays so */
	else
		yq_json_add_text(w, text);
}

static void
print_json(const struct yq_sheet *sheet)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf out = yq_buf_make(JSON_MAX);
	struct yq_json_writer w = yq_json_writer_make(&out);

	yq_json_begin_array(&w);
	for (size_t i = 0; i < sheet->cell_count; i++) {
		size_t column = i % sheet->column_count;

		if (column == 0)
			yq_json_begin_object(&w);
		json_cell(&w, &sheet->columns[column], sheet->cells[i]);
		if (column + 1 == sheet->column_count)
			yq_json_end_object(&w);
	}
	yq_json_end_array(&w);
	puts(yq_buf_text(&out));
}

/* RFC 4180; a text that a spreadsheet would run as a formula gets a quote before it. */
static void
print_csv_cell(const struct yq_column *column, const char *text)
{
	bool formula =
	    column->kind == YQ_COLUMN_TEXT && text[0] != '\0' && strchr("=+-@", text[0]) != NULL;

	if (!formula && strpbrk(text, ",\"\r\n") == NULL) {
		fputs(text, stdout);
		return;
	}
	putchar('"');
	if (formula)
		putchar('\'');
	for (const char *at = text; *at != '\0'; at++) {
		if (*at == '"')
			putchar('"');
		putchar(*at);
	}
	putchar('"');
}

static void
print_csv(const struct yq_sheet *sheet)
{
	size_t columns = sheet->column_count;

	for (size_t i = 0; i < columns; i++)
		printf("%s%s", sheet->columns[i].name, i + 1 < columns ? "," : "\n");
	for (size_t i = 0; i < sheet->cell_count; i++) {
		print_csv_cell(&sheet->columns[i % columns], sheet->cells[i]);
		putchar((i + 1) % columns == 0 ? '\n' : ',');
	}
}

void
yq_sheet_print(const struct yq_sheet *sheet, const struct yq_call *call, const char *empty)
{
	assert(sheet->cell_count % sheet->column_count == 0);
	if (yq_call_has(call, YQ_OPT_JSON))
		print_json(sheet);
	else if (yq_call_has(call, YQ_OPT_CSV))
		print_csv(sheet);
	else if (sheet->cell_count == 0)
		puts(empty);
	else
		print_people(sheet);
}

void
yq_print_pair(const char *name, const char *value)
{
	size_t width = yq_text_width(name);

	yq_print_plain(name);
	print_spaces(width < 14 ? 14 - width : 1);
	yq_print_plain(value);
	putchar('\n');
}
