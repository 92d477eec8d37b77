/*
 * long_text.h - texts of any length, within their row wherever that is possible.
 *
 * NAME_SHORT is a part of the row, NAME_LONG a BLOB beside it.  Firebird 3 does not always write a
 * BLOB before the row that names it (its precedence is lost where a row is modified or taken back,
 * mended in 4.0.4): after a process was killed, a row could name what then became the BLOB of
 * another row.  What stands in the row cannot.
 */
#ifndef YQ_STORE_LONG_TEXT_H
#define YQ_STORE_LONG_TEXT_H

#include "store/param.h"
#include "store/tx.h"

#define YQ_SHORT_TEXT_MAX 8000 /* bytes */

struct yq_long_text {
	const char *in_row, *beside; /* names of the columns */
};
#define YQ_LONG_TEXT(name)   ((struct yq_long_text){ name "_SHORT", name "_LONG" })
#define YQ_LONG_TEXT_COLUMNS 2

/* `text` borrowed; NULL = both columns are NULL. */
void yq_long_text_params(
    struct yq_long_text columns, const char *text, struct yq_param params[YQ_LONG_TEXT_COLUMNS]);
/* Of the present row, until the next one; NULL = it has none. */
const char *yq_long_text_read(const struct yq_rows *rows, struct yq_long_text columns);

#endif
