/* long_text.c - which of two columns a text goes to. */
#include "store/long_text.h"

#include <string.h>

void
yq_long_text_params(
    struct yq_long_text columns, const char *text, struct yq_param params[YQ_LONG_TEXT_COLUMNS])
{
	bool fits = text != NULL && strlen(text) <= YQ_SHORT_TEXT_MAX;

	params[0] = yq_param_text(columns.in_row, fits ? text : NULL);
	params[1] = yq_param_text(columns.beside, fits ? NULL : text);
}

const char *
yq_long_text_read(const struct yq_rows *rows, struct yq_long_text columns)
{
	const char *const names[] = { columns.in_row, columns.beside };

	for (size_t i = 0; i < YQ_LONG_TEXT_COLUMNS; i++) {
		size_t column = yq_rows_column(rows, names[i]);

		if (!yq_rows_is_null(rows, column))
			return yq_rows_text(rows, column, NULL);
	}
	return NULL;
}
