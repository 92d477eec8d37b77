/*
 * csv.h - the rows of a CSV text (RFC 4180, but for line breaks within quotes), split where they
 * stand: nothing is copied.
 */
#ifndef YQ_CONSOLE_SIMULATE_CSV_H
#define YQ_CONSOLE_SIMULATE_CSV_H

#include "base/common.h"
#include "base/err.h"

#define YQ_CSV_CELLS_MAX 64

struct yq_csv {
	char *at;    /* what is left; NUL-terminated, changed as it is read */
	size_t line; /* of the row that was read last, from 1 */
	char *cells[YQ_CSV_CELLS_MAX];
	size_t count;
};

/* `text` must outlive the rows; a byte order mark at its beginning is passed over. */
struct yq_csv yq_csv_make(char *text);
/* The next row that is not empty.  YQ_E_NOT_FOUND at the end; YQ_E_INVALID with a sentence. */
YQ_NODISCARD enum yq_rc yq_csv_next(struct yq_csv *csv, struct yq_err *err);
/* A row of more cells than the first line names has a comma too many somewhere: 1,000. */
YQ_NODISCARD enum yq_rc yq_csv_check_width(
    const struct yq_csv *csv, size_t named, struct yq_err *err);

#endif
