/* cod.c - a line of an overseas exchange: 24 columns between tabs. */
#include <string.h>

#include "base/str.h"
#include "catalog/row.h"
#include "domain/market.h"

/* The columns in their order, by the names that the broker's document gives them. */
/* clang-format off */
#define COLUMNS(X) \
	X(ncod) X(exid) X(excd) X(exnm) X(symb) X(rsym) X(knam) X(enam) X(stis) X(curr) X(zdiv) \
	X(ztyp) X(base) X(bnit) X(anit) X(mstm) X(metm) X(isdr) X(drcd) X(icod) X(sjong) X(ttyp) \
	X(etyp) X(ttyp_sb)
/* clang-format on */
#define COLUMN_VALUE(name) AT_##name,
enum column { COLUMNS(COLUMN_VALUE) COLUMN_COUNT };
#define COLUMN_NAME(name) #name,
static const char *const column_names[] = { COLUMNS(COLUMN_NAME) };

/* Texts in Korean; all others are plain. */
#define KOREAN (1u << AT_exnm | 1u << AT_knam | 1u << AT_enam)

struct cells {
	struct yq_span at[COLUMN_COUNT];
	size_t count; /* of all there are, also beyond the last */
};

static void
split(const struct yq_row *row, struct cells *cells)
{
	size_t begin = 0;

	cells->count = 0;
	for (size_t i = 0; i <= row->length; i++) {
		if (i < row->length && row->bytes[i] != '\t')
			continue;
		if (cells->count < COLUMN_COUNT)
			cells->at[cells->count] =
			    (struct yq_span){ column_names[cells->count], begin, i - begin };
		cells->count++;
		begin = i + 1;
	}
}

static bool
has_digit(const struct yq_row *row, const struct yq_span *span)
{
	for (size_t i = 0; i < span->length; i++)
		if (row->bytes[span->offset + i] >= '0' && row->bytes[span->offset + i] <= '9')
			return true;
	return false;
}

static bool
is_text(const struct yq_row *row, const struct yq_span *span, const char *text)
{
	struct yq_span inner = yq_row_trim(row, span);

	return inner.length == strlen(text) &&
	       memcmp(row->bytes + inner.offset, text, inner.length) == 0;
}

/* Files of one exchange (shares, indices) may name it by each other's code. */
static bool
is_of_exchange(const struct yq_row *row, const struct yq_span *excd)
{
	for (size_t i = 0; i < YQ_MASTERS; i++)
		if (yq_masters[i].exchange == row->master->exchange &&
		    is_text(row, excd, yq_masters[i].code))
			return true;
	return false;
}

/* No issue's line is without any number, under another exchange's code. */
bool
yq_row_is_header(const struct yq_row *row)
{
	static const enum column numbers[] = { AT_stis, AT_zdiv, AT_base, AT_bnit, AT_anit };
	struct cells cells;

	split(row, &cells);
	if (cells.count != COLUMN_COUNT || is_of_exchange(row, &cells.at[AT_excd]))
		return false;
	for (size_t i = 0; i < YQ_COUNT(numbers); i++)
		if (cells.at[numbers[i]].length == 0 || has_digit(row, &cells.at[numbers[i]]))
			return false;
	return true;
}

/* The kinds of exchange-traded products (etyp); others are just that. */
static enum yq_instrument_kind
product_kind(const struct yq_row *row, const struct yq_span *etyp)
{
	if (is_text(row, etyp, "001"))
		return YQ_INSTRUMENT_ETF;
	return is_text(row, etyp, "002") ? YQ_INSTRUMENT_ETN : YQ_INSTRUMENT_ETP;
}

static enum yq_rc
read_kind(const struct yq_row *row, const struct cells *cells, struct yq_instrument *instrument,
    struct yq_err *err)
{
	struct yq_span stis = yq_row_trim(row, &cells->at[AT_stis]);

	switch (stis.length == 1 ? row->bytes[stis.offset] : '\0') {
	case '1':
		instrument->kind = YQ_INSTRUMENT_INDEX;
		return YQ_OK;
	case '2':
		instrument->kind = is_text(row, &cells->at[AT_isdr], "Y") ? YQ_INSTRUMENT_RECEIPT
									  : YQ_INSTRUMENT_STOCK;
		return YQ_OK;
	case '3':
		instrument->kind = product_kind(row, &cells->at[AT_etyp]);
		return YQ_OK;
	case '4':
		instrument->kind = YQ_INSTRUMENT_WARRANT;
		return YQ_OK;
	default:
		return yq_row_expected(row, &cells->at[AT_stis], "1, 2, 3 or 4", err);
	}
}

/* Three letters; blank is the exchange's own. */
static enum yq_rc
read_currency(const struct yq_row *row, const struct cells *cells, struct yq_instrument *instrument,
    const char **ret_left_out, struct yq_err *err)
{
	struct yq_span curr = yq_row_trim(row, &cells->at[AT_curr]);
	const char *bytes = row->bytes + curr.offset;
	int found = yq_names_find(&yq_currency_names, bytes, curr.length);

	instrument->currency = yq_market_of(instrument->exchange)->currency;
	if (curr.length == 0)
		return YQ_OK;
	if (found >= 0) {
		instrument->currency = (enum yq_currency)found;
		return YQ_OK;
	}
	for (size_t i = 0; i < curr.length; i++)
		if (curr.length != 3 || bytes[i] < 'A' || bytes[i] > 'Z')
			return yq_row_expected(row, &cells->at[AT_curr], "a currency", err);
	/* Two ways to write the yuan where it is traded abroad. */
	if (is_text(row, &curr, "CNH") || is_text(row, &curr, "RMB"))
		instrument->currency = YQ_CNY;
	else
		*ret_left_out = "nothing is traded here in its currency";
	return YQ_OK;
}

/* What both sides' lots allow is the larger one. */
static enum yq_rc
read_numbers(const struct yq_row *row, const struct cells *cells, struct yq_instrument *instrument,
    struct yq_err *err)
{
	struct yq_decimal bid, ask = YQ_DECIMAL_ZERO;
	enum yq_rc rc = yq_row_price(row, &cells->at[AT_base], &instrument->base_price, err);

	if (rc == YQ_OK)
		rc = yq_row_number(row, &cells->at[AT_bnit], &bid, err);
	if (rc == YQ_OK)
		rc = yq_row_number(row, &cells->at[AT_anit], &ask, err);
	if (rc != YQ_OK)
		return rc;
	instrument->lot = yq_decimal_max(bid, ask);
	if (yq_decimal_sign(instrument->lot) == 0)
		instrument->lot = yq_market_of(instrument->exchange)->lot;
	return YQ_OK;
}

static enum yq_rc
read_names(const struct yq_row *row, const struct cells *cells, struct yq_instrument *instrument,
    const char **ret_left_out, struct yq_err *err)
{
	struct yq_span symb = yq_row_trim(row, &cells->at[AT_symb]);
	char exchange_name[YQ_INSTRUMENT_NAME_SIZE];
	enum yq_rc rc = yq_row_korean(
	    row, &cells->at[AT_knam], instrument->name, sizeof(instrument->name), err);

	if (rc == YQ_OK)
		rc = yq_row_korean(row, &cells->at[AT_enam], instrument->english_name,
		    sizeof(instrument->english_name), err);
	if (rc == YQ_OK)
		rc = yq_row_korean(
		    row, &cells->at[AT_exnm], exchange_name, sizeof(exchange_name), err);
	if (rc == YQ_OK && symb.length == 0)
		return yq_row_expected(row, &cells->at[AT_symb], "a ticker", err);
	if (rc != YQ_OK)
		return rc;
	if (!yq_str_copy_bytes(instrument->ticker, sizeof(instrument->ticker),
		row->bytes + symb.offset, symb.length) ||
	    !yq_ticker_is_valid(instrument->ticker))
		*ret_left_out = "no ticker can be written so";
	if (instrument->name[0] == '\0')
		yq_str_copy_cut(instrument->name, sizeof(instrument->name),
		    instrument->english_name[0] != '\0' ? instrument->english_name
							: instrument->ticker);
	return YQ_OK;
}

static enum yq_rc
read_tick_type(const struct yq_row *row, const struct cells *cells,
    struct yq_instrument *instrument, struct yq_err *err)
{
	char more[4] = "";
	enum yq_rc rc = yq_row_text(row, &cells->at[AT_ttyp], instrument->tick_type, 5, err);

	if (rc == YQ_OK)
		rc = yq_row_text(row, &cells->at[AT_ttyp_sb], more, sizeof(more), err);
	if (rc != YQ_OK || more[0] == '\0')
		return rc;
	(void)yq_str_format(instrument->tick_type + strlen(instrument->tick_type),
	    sizeof(instrument->tick_type) - strlen(instrument->tick_type), "/%s", more);
	return YQ_OK;
}

static enum yq_rc
check_cells(const struct yq_row *row, const struct cells *cells, struct yq_err *err)
{
	enum yq_rc rc = YQ_OK;

	if (cells->count != COLUMN_COUNT) {
		(void)yq_err_set(err, YQ_E_INVALID, "%zu columns between tabs, expected %d",
		    cells->count, COLUMN_COUNT);
		return yq_row_at(row, "end", row->length, err);
	}
	for (size_t i = 0; rc == YQ_OK && i < COLUMN_COUNT; i++)
		if ((KOREAN & 1u << i) == 0)
			rc = yq_row_is_plain(row, &cells->at[i], err);
	if (rc != YQ_OK || is_of_exchange(row, &cells->at[AT_excd]))
		return rc;
	return yq_row_expected(row, &cells->at[AT_excd], row->master->code, err);
}

enum yq_rc
yq_row_read_cod(const struct yq_row *row, struct yq_instrument *instrument,
    const char **ret_left_out, struct yq_err *err)
{
	struct cells cells;
	enum yq_rc rc;

	split(row, &cells);
	rc = check_cells(row, &cells, err);
	if (rc == YQ_OK)
		rc = read_names(row, &cells, instrument, ret_left_out, err);
	if (rc == YQ_OK)
		rc = read_kind(row, &cells, instrument, err);
	if (rc == YQ_OK)
		rc = read_currency(row, &cells, instrument, ret_left_out, err);
	if (rc == YQ_OK)
		rc = read_numbers(row, &cells, instrument, err);
	if (rc == YQ_OK)
		rc = read_tick_type(row, &cells, instrument, err);
	instrument->status = YQ_INSTRUMENT_LISTED;
	return rc;
}
