/* row.c - fields of a line: taken whole, or refused with where and why. */
#include "catalog/row.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/str.h"

#define SHOWN_MAX 512

enum yq_rc
yq_row_at(const struct yq_row *row, const char *name, size_t offset, struct yq_err *err)
{
	return yq_err_context(err, YQ_E_INVALID, "%s line %u, column %zu (%s)", row->master->file,
	    row->line, offset + 1, name);
}

enum yq_rc
yq_row_expected(
    const struct yq_row *row, const struct yq_span *span, const char *what, struct yq_err *err)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf shown = yq_buf_make(SHOWN_MAX);

	yq_json_show_text(row->bytes + span->offset, span->length, &shown);
	(void)yq_err_set(err, YQ_E_INVALID, "expected %s, found %s", what, yq_buf_text(&shown));
	return yq_row_at(row, span->name, span->offset, err);
}

struct yq_span
yq_row_trim(const struct yq_row *row, const struct yq_span *span)
{
	struct yq_span result = *span;

	while (result.length > 0 && row->bytes[result.offset + result.length - 1] == ' ')
		result.length--;
	while (result.length > 0 && row->bytes[result.offset] == ' ') {
		result.offset++;
		result.length--;
	}
	return result;
}

enum yq_rc
yq_row_is_plain(const struct yq_row *row, const struct yq_span *span, struct yq_err *err)
{
	for (size_t i = 0; i < span->length; i++) {
		unsigned char c = (unsigned char)row->bytes[span->offset + i];

		if (c >= ' ' && c <= '~')
			continue;
		(void)yq_err_set(
		    err, YQ_E_INVALID, "expected ASCII that prints, found the byte 0x%02x", c);
		return yq_row_at(row, span->name, span->offset + i, err);
	}
	return YQ_OK;
}

enum yq_rc
yq_row_text(const struct yq_row *row, const struct yq_span *span, char *text, size_t size,
    struct yq_err *err)
{
	struct yq_span inner = yq_row_trim(row, span);
	enum yq_rc rc = yq_row_is_plain(row, span, err);

	text[0] = '\0';
	if (rc != YQ_OK || yq_str_copy_bytes(text, size, row->bytes + inner.offset, inner.length))
		return rc;
	(void)yq_err_set(
	    err, YQ_E_INVALID, "%zu characters, expected at most %zu", inner.length, size - 1);
	return yq_row_at(row, span->name, span->offset, err);
}

enum yq_rc
yq_row_korean(const struct yq_row *row, const struct yq_span *span, char *text, size_t size,
    struct yq_err *err)
{
	size_t at = 0;
	enum yq_rc rc =
	    yq_cp949_read(row->cp949, row->bytes + span->offset, span->length, text, size, &at);

	if (rc == YQ_OK)
		return rc;
	at += span->offset;
	if (rc == YQ_E_RANGE)
		(void)yq_err_set(err, rc, "a text of %zu bytes is too long", span->length);
	else
		(void)yq_err_set(err, rc, "the byte 0x%02x is no CP949",
		    at < row->length ? (unsigned)(unsigned char)row->bytes[at] : 0);
	return yq_row_at(row, span->name, rc == YQ_E_RANGE ? span->offset : at, err);
}

/* No sign and no exponent: these are not numbers of a program. */
static bool
is_number(const char *bytes, size_t length)
{
	size_t points = 0;

	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == '.' && points++ == 0 && i > 0 && i + 1 < length)
			continue;
		if (bytes[i] < '0' || bytes[i] > '9')
			return false;
	}
	return length > 0;
}

enum yq_rc
yq_row_number(const struct yq_row *row, const struct yq_span *span, struct yq_decimal *value,
    struct yq_err *err)
{
	struct yq_span inner = yq_row_trim(row, span);
	const char *bytes = row->bytes + inner.offset;
	int64_t scaled; /* as its column will have it */

	*value = YQ_DECIMAL_ZERO;
	if (inner.length == 0)
		return YQ_OK;
	while (inner.length > 1 && bytes[0] == '0' && bytes[1] != '.') {
		bytes++;
		inner.length--;
	}
	if (!is_number(bytes, inner.length) ||
	    yq_decimal_parse(bytes, inner.length, value) != YQ_OK)
		return yq_row_expected(row, span, "a number", err);
	if (yq_decimal_to_scaled(*value, YQ_DECIMAL_PLACES, YQ_ROUND_EXACT, &scaled) != YQ_OK)
		return yq_row_expected(row, span, "a number below 92 thousand million", err);
	return YQ_OK;
}

enum yq_rc
yq_row_price(const struct yq_row *row, const struct yq_span *span, struct yq_opt_decimal *price,
    struct yq_err *err)
{
	struct yq_decimal value;
	enum yq_rc rc = yq_row_number(row, span, &value, err);

	*price = YQ_OPT_DECIMAL_NONE;
	if (rc == YQ_OK && yq_decimal_sign(value) != 0)
		*price = yq_opt_decimal_of(value);
	return rc;
}
