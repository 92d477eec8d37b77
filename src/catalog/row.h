/* row.h - one line of a file, its faults, and the fields both forms share.  Inside catalog/. */
#ifndef YQ_CATALOG_ROW_H
#define YQ_CATALOG_ROW_H

#include "catalog/cp949.h"
#include "catalog/master.h"

struct yq_row {
	const struct yq_master *master;
	struct yq_cp949 *cp949;
	const char *bytes; /* without its end */
	size_t length;
	unsigned line; /* from 1 */
};

/* A part of the line, by offset; `name` for people. */
struct yq_span {
	const char *name;
	size_t offset, length;
};

/* Put where it is (`offset` from the line's begin) before the sentence in `err`: YQ_E_INVALID. */
enum yq_rc yq_row_at(const struct yq_row *row, const char *name, size_t offset, struct yq_err *err);
/* "expected WHAT, found "..."" of a whole span. */
enum yq_rc yq_row_expected(
    const struct yq_row *row, const struct yq_span *span, const char *what, struct yq_err *err);

/* Without the spaces at its ends. */
struct yq_span yq_row_trim(const struct yq_row *row, const struct yq_span *span);
/* Every byte of it prints, in ASCII. */
YQ_NODISCARD enum yq_rc yq_row_is_plain(
    const struct yq_row *row, const struct yq_span *span, struct yq_err *err);
/* A plain text, trimmed. */
YQ_NODISCARD enum yq_rc yq_row_text(const struct yq_row *row, const struct yq_span *span,
    char *text, size_t size, struct yq_err *err);
/* A text in CP949. */
YQ_NODISCARD enum yq_rc yq_row_korean(const struct yq_row *row, const struct yq_span *span,
    char *text, size_t size, struct yq_err *err);
/* Digits with an optional point; blank is 0. */
YQ_NODISCARD enum yq_rc yq_row_number(const struct yq_row *row, const struct yq_span *span,
    struct yq_decimal *value, struct yq_err *err);
/* A price; 0 and blank are none. */
YQ_NODISCARD enum yq_rc yq_row_price(const struct yq_row *row, const struct yq_span *span,
    struct yq_opt_decimal *price, struct yq_err *err);

/* Read one line.  *ret_left_out says why an issue that is right is not taken; NULL = it is. */
enum yq_rc yq_row_read_mst(const struct yq_row *row, struct yq_instrument *instrument,
    const char **ret_left_out, struct yq_err *err);
enum yq_rc yq_row_read_cod(const struct yq_row *row, struct yq_instrument *instrument,
    const char **ret_left_out, struct yq_err *err);
/* Whether a *.cod's first row names the columns. */
bool yq_row_is_header(const struct yq_row *row);

/* The layouts, for the table of files. */
extern const struct yq_master_mst yq_mst_kospi, yq_mst_kosdaq, yq_mst_konex;

#endif
