/*
 * sheet.h - rows for people (aligned columns), for programs (JSON) and for spreadsheets (CSV).
 */
#ifndef YQ_CONSOLE_SHEET_H
#define YQ_CONSOLE_SHEET_H

#include "base/clock.h"
#include "base/decimal.h"
#include "console/console.h"

enum yq_column_kind {
	YQ_COLUMN_TEXT,	  /* to the left; a JSON string */
	YQ_COLUMN_NUMBER, /* to the right; a JSON number, its own digits */
	YQ_COLUMN_TIME,	  /* RFC 3339; to the millisecond for people */
	YQ_COLUMN_BOOL,	  /* "true"/"false": yes and no for people; a JSON boolean */
};

struct yq_column {
	const char *title; /* for people */
	const char *name;  /* for programs */
	enum yq_column_kind kind;
};

struct yq_sheet; /* opaque */

/* `columns` is borrowed for the sheet's life. */
YQ_NODISCARD struct yq_sheet *yq_sheet_make(const struct yq_column *columns, size_t count);
void yq_sheet_free(struct yq_sheet *sheet);
void yq_sheet_freep(struct yq_sheet **sheet);

/* The next cell, from left to right, row by row.  NULL or "" = no value (JSON null). */
void yq_sheet_add(struct yq_sheet *sheet, const char *text);
void yq_sheet_add_int(struct yq_sheet *sheet, int64_t value);
void yq_sheet_add_decimal(struct yq_sheet *sheet, struct yq_decimal value);
void yq_sheet_add_money(struct yq_sheet *sheet, struct yq_decimal value); /* two places or more */
void yq_sheet_add_opt_decimal(struct yq_sheet *sheet, struct yq_opt_decimal value);
void yq_sheet_add_time(struct yq_sheet *sheet, int64_t instant_us); /* 0 = no value */
size_t yq_sheet_rows(const struct yq_sheet *sheet);		    /* full rows */

/* The form that the call asks for: --json, --csv, or for people; `empty` is what people read when
 * there is no row. */
void yq_sheet_print(const struct yq_sheet *sheet, const struct yq_call *call, const char *empty);

/* Columns that `text` takes up on a terminal; a control character counts as one. */
size_t yq_text_width(const char *text);
/* An instant for people: "2026-11-22 23:46:55.123"; `text` is RFC 3339. */
#define YQ_SHORT_TIME_SIZE 24
void yq_time_shorten(const char *text, char out[YQ_SHORT_TIME_SIZE]);
/* Print a text of anybody's on one line: control characters as '?'. */
void yq_print_plain(const char *text);
/* Print one "name: value" pair of a page for people, the names aligned. */
void yq_print_pair(const char *name, const char *value);

#endif
