/* mst.c - a line of the markets of Korea: short code, ISIN, name, and a tail of fixed places. */
#include <string.h>

#include "base/str.h"
#include "catalog/row.h"
#include "domain/market.h"

#define CODE_BYTES 9
#define ISIN_BYTES 12
#define NAME_AT	   (CODE_BYTES + ISIN_BYTES)

/* Places in the tail; a length of 0 = this market's lines have no such field. */
struct yq_mst_field {
	uint16_t offset, length;
};
struct yq_master_mst {
	size_t tail;
	struct yq_mst_field group, product, base, lot, halted, liquidation, administrative, warning;
};

/* As KIS documents its stocks_info files. */
const struct yq_master_mst yq_mst_kospi = {
	.tail = 227,
	.group = { 0, 2 },
	.product = { 22, 1 },
	.base = { 41, 9 },
	.lot = { 50, 5 },
	.halted = { 60, 1 },
	.liquidation = { 61, 1 },
	.administrative = { 62, 1 },
	.warning = { 63, 2 },
};
const struct yq_master_mst yq_mst_kosdaq = {
	.tail = 221,
	.group = { 0, 2 },
	.product = { 18, 1 },
	.base = { 36, 9 },
	.lot = { 45, 5 },
	.halted = { 55, 1 },
	.liquidation = { 56, 1 },
	.administrative = { 57, 1 },
	.warning = { 58, 2 },
};
const struct yq_master_mst yq_mst_konex = {
	.tail = 184,
	.group = { 0, 2 },
	.base = { 2, 9 },
	.lot = { 11, 5 },
	.halted = { 21, 1 },
};

/* Groups of securities; one that is not listed here is OTHER. */
static const struct {
	char group[3];
	enum yq_instrument_kind kind;
} groups[] = {
	{ "ST", YQ_INSTRUMENT_STOCK },
	{ "FS", YQ_INSTRUMENT_STOCK }, /* of a foreign company */
	{ "EF", YQ_INSTRUMENT_ETF },
	{ "FE", YQ_INSTRUMENT_ETF },
	{ "EN", YQ_INSTRUMENT_ETN },
	{ "EW", YQ_INSTRUMENT_ELW },
	{ "RT", YQ_INSTRUMENT_REIT },
	{ "DR", YQ_INSTRUMENT_RECEIPT },
	{ "BC", YQ_INSTRUMENT_FUND },
	{ "MF", YQ_INSTRUMENT_FUND },
	{ "IF", YQ_INSTRUMENT_FUND },
	{ "SC", YQ_INSTRUMENT_FUND },
	{ "SW", YQ_INSTRUMENT_WARRANT },
	{ "SR", YQ_INSTRUMENT_RIGHT },
};

static struct yq_span
tail_span(const struct yq_row *row, struct yq_mst_field field, const char *name)
{
	size_t begin = row->length - row->master->mst->tail;

	return (struct yq_span){ name, begin + field.offset, field.length };
}

static enum yq_rc
read_kind(const struct yq_row *row, struct yq_instrument *instrument, struct yq_err *err)
{
	const struct yq_master_mst *mst = row->master->mst;
	struct yq_span group = tail_span(row, mst->group, "group");
	struct yq_span product = tail_span(row, mst->product, "product");
	const char *bytes = row->bytes + group.offset;

	if (bytes[0] < 'A' || bytes[0] > 'Z' || bytes[1] < 'A' || bytes[1] > 'Z')
		return yq_row_expected(row, &group, "a group of two letters", err);
	instrument->kind = YQ_INSTRUMENT_OTHER;
	for (size_t i = 0; i < YQ_COUNT(groups); i++)
		if (memcmp(bytes, groups[i].group, 2) == 0)
			instrument->kind = groups[i].kind;
	if (product.length > 0 &&
	    (row->bytes[product.offset] == '3' || row->bytes[product.offset] == '4'))
		instrument->kind = YQ_INSTRUMENT_ETN;
	return YQ_OK;
}

/* "Y" or "1": so it is; "N", "0" or blank: not. */
static enum yq_rc
read_flag(const struct yq_row *row, struct yq_mst_field field, const char *name, bool *set,
    struct yq_err *err)
{
	struct yq_span span = tail_span(row, field, name);
	char c = field.length == 0 ? 'N' : row->bytes[span.offset];

	*set = c == 'Y' || c == '1';
	if (*set || c == 'N' || c == '0' || c == ' ')
		return YQ_OK;
	return yq_row_expected(row, &span, "Y or N", err);
}

static enum yq_rc
read_status(const struct yq_row *row, struct yq_instrument *instrument, struct yq_err *err)
{
	const struct yq_master_mst *mst = row->master->mst;
	const struct {
		struct yq_mst_field field;
		const char *name;
		enum yq_instrument_status status;
	} flags[] = {
		{ mst->administrative, "administrative", YQ_INSTRUMENT_ADMINISTRATIVE },
		{ mst->liquidation, "liquidation", YQ_INSTRUMENT_LIQUIDATION },
		{ mst->halted, "halted", YQ_INSTRUMENT_HALTED },
	};
	struct yq_span warning = tail_span(row, mst->warning, "warning");
	struct yq_decimal level = YQ_DECIMAL_ZERO;
	enum yq_rc rc = yq_row_number(row, &warning, &level, err);

	instrument->status =
	    yq_decimal_sign(level) == 0 ? YQ_INSTRUMENT_LISTED : YQ_INSTRUMENT_WARNED;
	for (size_t i = 0; rc == YQ_OK && i < YQ_COUNT(flags); i++) {
		bool set = false;

		rc = read_flag(row, flags[i].field, flags[i].name, &set, err);
		if (set)
			instrument->status = flags[i].status;
	}
	return rc;
}

static enum yq_rc
read_numbers(const struct yq_row *row, struct yq_instrument *instrument, struct yq_err *err)
{
	struct yq_span base = tail_span(row, row->master->mst->base, "base price");
	struct yq_span lot = tail_span(row, row->master->mst->lot, "lot");
	enum yq_rc rc = yq_row_price(row, &base, &instrument->base_price, err);

	if (rc == YQ_OK)
		rc = yq_row_number(row, &lot, &instrument->lot, err);
	if (yq_decimal_sign(instrument->lot) == 0)
		instrument->lot = yq_market_of(row->master->exchange)->lot;
	return rc;
}

static enum yq_rc
read_names(const struct yq_row *row, struct yq_instrument *instrument, const char **ret_left_out,
    struct yq_err *err)
{
	const struct yq_span isin = { "ISIN", CODE_BYTES, ISIN_BYTES };
	const struct yq_span name = { "name", NAME_AT,
		row->length - row->master->mst->tail - NAME_AT };
	struct yq_span code = { "short code", 0, CODE_BYTES };
	enum yq_rc rc =
	    yq_row_text(row, &code, instrument->ticker, sizeof(instrument->ticker), err);

	if (rc == YQ_OK && instrument->ticker[0] == '\0')
		return yq_row_expected(row, &code, "a code", err);
	if (rc == YQ_OK)
		rc = yq_row_text(row, &isin, instrument->isin, sizeof(instrument->isin), err);
	if (rc == YQ_OK)
		rc = yq_row_korean(row, &name, instrument->name, sizeof(instrument->name), err);
	if (rc == YQ_OK && !yq_ticker_is_valid(instrument->ticker))
		*ret_left_out = "no ticker can be written so";
	if (rc == YQ_OK && instrument->name[0] == '\0')
		yq_str_copy_cut(instrument->name, sizeof(instrument->name), instrument->ticker);
	return rc;
}

enum yq_rc
yq_row_read_mst(const struct yq_row *row, struct yq_instrument *instrument,
    const char **ret_left_out, struct yq_err *err)
{
	size_t least = NAME_AT + row->master->mst->tail;
	struct yq_span tail;
	enum yq_rc rc;

	if (row->length < least) {
		(void)yq_err_set(err, YQ_E_INVALID,
		    "the line ends after %zu bytes, expected at least %zu", row->length, least);
		return yq_row_at(row, "end", row->length, err);
	}
	tail = (struct yq_span){ "tail", row->length - row->master->mst->tail,
		row->master->mst->tail };
	rc = yq_row_is_plain(row, &tail, err);
	if (rc == YQ_OK)
		rc = read_names(row, instrument, ret_left_out, err);
	if (rc == YQ_OK)
		rc = read_kind(row, instrument, err);
	if (rc == YQ_OK)
		rc = read_status(row, instrument, err);
	if (rc == YQ_OK)
		rc = read_numbers(row, instrument, err);
	instrument->currency = YQ_KRW;
	return rc;
}
