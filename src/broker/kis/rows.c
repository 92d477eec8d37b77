/* rows.c - the order book as KIS tells it, a row an order or a change of one. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "broker/kis/decode.h"
#include "broker/kis/field.h"
#include "broker/kis/list.h"
#include "domain/market.h"

/* ---- dates ---- */

enum yq_rc
yq_kis_zones_load(struct yq_kis_zones *zones, struct yq_err *err)
{
	*zones = (struct yq_kis_zones){ 0 };
	for (int c = 0; c < YQ_COUNTRY_COUNT; c++) {
		enum yq_exchange exchange = yq_market_of_country((enum yq_country)c)->exchange;
		enum yq_rc rc = yq_zone_load(yq_kis_market_of(exchange)->zone, &zones->of[c], err);

		if (rc != YQ_OK) {
			yq_kis_zones_free(zones);
			return rc;
		}
	}
	return YQ_OK;
}

void
yq_kis_zones_free(struct yq_kis_zones *zones)
{
	for (int c = 0; c < YQ_COUNTRY_COUNT; c++)
		if (zones->of[c] != NULL)
			yq_zone_free(zones->of[c]);
	*zones = (struct yq_kis_zones){ 0 };
}

const struct yq_zone *
yq_kis_zone(const struct yq_kis_zones *zones, enum yq_exchange exchange)
{
	return zones->of[yq_market_of(exchange)->country];
}

void
yq_kis_date_at(const struct yq_kis_zones *zones, enum yq_exchange exchange, int64_t instant_us,
    char date[YQ_KIS_DATE_SIZE])
{
	struct yq_civil civil = yq_zone_civil(yq_kis_zone(zones, exchange), instant_us);

	(void)yq_str_format(
	    date, YQ_KIS_DATE_SIZE, "%04d%02d%02d", civil.year, civil.month, civil.day);
}

static int64_t
instant(const struct yq_zone *zone, int64_t days, int32_t seconds)
{
	int year, month, day;

	yq_days_to_date(days, &year, &month, &day);
	return yq_zone_instant(
	    zone, year, month, day, seconds / 3600, seconds / 60 % 60, seconds % 60);
}

/*
 * When a row was made.  Its time is Seoul's, its date the exchange's: of the days in Seoul around
 * it the one that gives that date there.  The date in Seoul that KIS gives as well may be that of
 * its business day, so it goes first but does not decide.  In the one hour of doubt, when the day
 * there begins at another hour than in Seoul and two would do, the first of them is as good as the
 * other.
 */
static int64_t
time_of(const struct yq_kis_row *row, const struct yq_kis_zones *zones, int64_t days,
    int64_t days_in_seoul, int32_t seconds)
{
	const struct yq_zone *seoul = zones->of[YQ_COUNTRY_KR];
	const int64_t candidates[] = { days_in_seoul, days, days + 1, days - 1 };
	char date[YQ_KIS_DATE_SIZE];

	for (size_t i = 0; i < YQ_COUNT(candidates); i++) {
		int64_t at_us = instant(seoul, candidates[i], seconds);

		yq_kis_date_at(zones, row->exchange, at_us, date);
		if (yq_str_equal(date, row->date))
			return at_us;
	}
	return instant(yq_kis_zone(zones, row->exchange), days, seconds);
}

/* ---- one row ---- */

static const struct row_names {
	const char *list, *qty, *price, *filled, *average, *value, *left, *branch;
} home_names = { "output1", "ord_qty", "ord_unpr", "tot_ccld_qty", "avg_prvs", "tot_ccld_amt",
	"rmn_qty", "ord_gno_brno" },
  abroad_names = { "output", "ft_ord_qty", "ft_ord_unpr3", "ft_ccld_qty", "ft_ccld_unpr3",
	  "ft_ccld_amt3", "nccs_qty", NULL };

/* "" and zeros are none. */
static enum yq_rc
read_number(const yq_json *json, const char *name, bool required, char number[YQ_KIS_NUMBER_SIZE],
    struct yq_err *err)
{
	char text[32];
	enum yq_rc rc = required ? yq_kis_text(json, name, text, sizeof(text), err)
				 : yq_kis_text_optional(json, name, text, sizeof(text), err);

	number[0] = '\0';
	if (rc != YQ_OK || (!required && text[0] == '\0'))
		return rc;
	if (!yq_kis_number_of(text, strlen(text), number))
		return yq_err_set(
		    err, YQ_E_INVALID, "%s: expected digits, found \"%s\"", name, text);
	if (strspn(number, "0") != strlen(number))
		return YQ_OK;
	number[0] = '\0';
	return required ? yq_err_set(err, YQ_E_INVALID, "%s: expected a number of an order", name)
			: YQ_OK;
}

static enum yq_rc
read_side(const yq_json *json, enum yq_action *action, struct yq_err *err)
{
	char code[8];
	enum yq_rc rc = yq_kis_text(json, "sll_buy_dvsn_cd", code, sizeof(code), err);

	if (rc != YQ_OK)
		return rc;
	if (!yq_str_equal(code, "01") && !yq_str_equal(code, "02"))
		return yq_err_set(
		    err, YQ_E_INVALID, "sll_buy_dvsn_cd: expected 01 or 02, found \"%s\"", code);
	*action = code[1] == '1' ? YQ_SELL : YQ_BUY;
	return YQ_OK;
}

static enum yq_rc
read_when(const yq_json *json, const struct yq_kis_zones *zones, struct yq_kis_row *row,
    struct yq_err *err)
{
	char time[16], seoul[16];
	int64_t days = 0, days_in_seoul = 0;
	int32_t seconds = 0;
	enum yq_rc rc = yq_kis_text(json, "ord_dt", row->date, sizeof(row->date), err);

	if (rc == YQ_OK)
		rc = yq_kis_text(json, "ord_tmd", time, sizeof(time), err);
	if (rc == YQ_OK)
		rc = yq_kis_text_optional(json, "dmst_ord_dt", seoul, sizeof(seoul), err);
	if (rc != YQ_OK)
		return rc;
	if (!yq_kis_date_parse(row->date, &days))
		return yq_err_set(
		    err, YQ_E_INVALID, "ord_dt: expected a date, found \"%s\"", row->date);
	if (!yq_kis_time_parse(time, &seconds))
		return yq_err_set(
		    err, YQ_E_INVALID, "ord_tmd: expected a time, found \"%s\"", time);
	if (!yq_kis_date_parse(seoul, &days_in_seoul))
		days_in_seoul = days;
	row->time_us = time_of(row, zones, days, days_in_seoul, seconds);
	return YQ_OK;
}

/* Each of them may be "", which is 0. */
static enum yq_rc
read_decimal(const yq_json *json, const char *name, struct yq_decimal *value, struct yq_err *err)
{
	struct yq_opt_decimal read;
	enum yq_rc rc = yq_kis_number_optional(json, name, &read, err);

	if (rc != YQ_OK)
		return rc;
	if (read.set && yq_decimal_sign(read.value) < 0)
		return yq_err_set(err, YQ_E_INVALID, "%s: below zero", name);
	*value = read.set ? read.value : YQ_DECIMAL_ZERO;
	return YQ_OK;
}

/* What was executed, and for how much in all: the sum where KIS gives it, else by the average. */
static enum yq_rc
read_filled(
    const yq_json *json, const struct row_names *names, struct yq_kis_row *row, struct yq_err *err)
{
	struct yq_decimal average = YQ_DECIMAL_ZERO;
	enum yq_rc rc = yq_kis_number(json, names->filled, &row->filled, err);

	if (rc == YQ_OK)
		rc = read_decimal(json, names->value, &row->value, err);
	if (rc == YQ_OK)
		rc = read_decimal(json, names->average, &average, err);
	if (rc != YQ_OK)
		return rc;
	if (yq_decimal_sign(row->filled) < 0)
		return yq_err_set(err, YQ_E_INVALID, "%s: below zero", names->filled);
	if (yq_decimal_sign(row->filled) == 0 || yq_decimal_sign(row->value) > 0)
		return YQ_OK;
	if (yq_decimal_sign(average) == 0 ||
	    yq_decimal_mul(row->filled, average, YQ_ROUND_HALF_EVEN, &row->value) != YQ_OK)
		return yq_err_set(err, YQ_E_INVALID,
		    "%s: something was executed, and not for how much", names->average);
	return YQ_OK;
}

static enum yq_rc
read_amounts(
    const yq_json *json, const struct row_names *names, struct yq_kis_row *row, struct yq_err *err)
{
	enum yq_rc rc = yq_kis_number(json, names->qty, &row->qty, err);

	if (rc == YQ_OK)
		rc = read_decimal(json, names->price, &row->price, err);
	if (rc == YQ_OK)
		rc = read_filled(json, names, row, err);
	if (rc == YQ_OK)
		rc = yq_kis_number(json, names->left, &row->left, err);
	if (rc == YQ_OK && (yq_decimal_sign(row->qty) < 0 || yq_decimal_sign(row->left) < 0))
		rc = yq_err_set(err, YQ_E_INVALID, "a quantity below zero");
	return rc;
}

static enum yq_rc
read_home(
    const yq_json *json, enum yq_exchange exchange, struct yq_kis_row *row, struct yq_err *err)
{
	char canceled[8];
	bool is_canceled;
	struct yq_decimal confirmed = YQ_DECIMAL_ZERO;
	enum yq_rc rc = yq_kis_text_optional(json, "cncl_yn", canceled, sizeof(canceled), err);

	row->exchange = exchange;
	if (rc == YQ_OK)
		rc = read_decimal(json, "rjct_qty", &row->rejected, err);
	if (rc == YQ_OK)
		rc = read_decimal(json, "cncl_cfrm_qty", &confirmed, err);
	if (rc == YQ_OK)
		rc = yq_kis_text_optional(
		    json, home_names.branch, row->branch, sizeof(row->branch), err);
	if (rc != YQ_OK)
		return rc;
	is_canceled = canceled[0] == 'Y' || canceled[0] == 'y';
	row->canceled = is_canceled || yq_decimal_sign(confirmed) > 0;
	/* What has executed is no cancel: it is a change that was canceled later. */
	if (row->origin[0] != '\0')
		row->kind = is_canceled && yq_decimal_sign(row->filled) == 0 ? YQ_KIS_ROW_CANCEL
									     : YQ_KIS_ROW_MODIFY;
	return YQ_OK;
}

#define STATUS_REJECTED "거부"

static enum yq_rc
read_abroad(const yq_json *json, struct yq_kis_row *row, struct yq_err *err)
{
	char kind[8], status[64], reason[YQ_MESSAGE_SIZE];
	enum yq_rc rc = yq_kis_exchange_in(json, "ovrs_excg_cd", &row->exchange, err);

	if (rc == YQ_OK)
		rc = yq_kis_text_optional(json, "rvse_cncl_dvsn", kind, sizeof(kind), err);
	if (rc == YQ_OK)
		rc = yq_kis_text_optional(json, "prcs_stat_name", status, sizeof(status), err);
	if (rc == YQ_OK)
		rc = yq_kis_text_optional(json, "rjct_rson_name", reason, sizeof(reason), err);
	if (rc != YQ_OK)
		return rc;
	if (yq_str_equal(kind, "02"))
		row->kind = YQ_KIS_ROW_CANCEL;
	else if (yq_str_equal(kind, "01") || row->origin[0] != '\0')
		row->kind = YQ_KIS_ROW_MODIFY;
	row->canceled = row->kind == YQ_KIS_ROW_CANCEL;
	yq_str_copy_cut(row->text, sizeof(row->text), reason);
	if (yq_str_equal(status, STATUS_REJECTED))
		row->rejected = row->qty;
	return YQ_OK;
}

static enum yq_rc
read_row(const yq_json *json, bool domestic, enum yq_exchange exchange,
    const struct yq_kis_zones *zones, struct yq_kis_row *row, struct yq_err *err)
{
	enum yq_rc rc;

	*row = (struct yq_kis_row){ .kind = YQ_KIS_ROW_ORDER };
	rc = read_number(json, "odno", true, row->number, err);
	if (rc == YQ_OK)
		rc = read_number(json, "orgn_odno", false, row->origin, err);
	if (rc == YQ_OK)
		rc = yq_kis_ticker_in(json, "pdno", row->ticker, err);
	if (rc == YQ_OK)
		rc = read_side(json, &row->action, err);
	if (rc == YQ_OK)
		rc = read_amounts(json, domestic ? &home_names : &abroad_names, row, err);
	if (rc == YQ_OK)
		rc = domestic ? read_home(json, exchange, row, err) : read_abroad(json, row, err);
	return rc == YQ_OK ? read_when(json, zones, row, err) : rc;
}

/* Rows that say nothing stand at the end of some lists. */
static bool
is_blank(const yq_json *json)
{
	char text[64];
	struct yq_err ignored;

	return yq_kis_text(json, "odno", text, sizeof(text), &ignored) == YQ_OK &&
	       text[0] == '\0' &&
	       yq_kis_text(json, "pdno", text, sizeof(text), &ignored) == YQ_OK && text[0] == '\0';
}

enum yq_rc
yq_kis_decode_orders(const yq_json *root, bool domestic, enum yq_exchange exchange,
    const struct yq_kis_zones *zones, struct yq_kis_rows *rows, struct yq_err *err)
{
	const char *name = (domestic ? &home_names : &abroad_names)->list;
	struct yq_kis_list list;
	enum yq_rc rc = yq_kis_list(root, name, &list, err);

	if (rc != YQ_OK)
		return rc;
	if (rows->count + list.count > YQ_KIS_ROWS_MAX)
		return yq_err_set(err, YQ_E_INVALID, "%s: too many orders", name);
	rows->list = yq_xrealloc(rows->list, rows->count + list.count + 1, sizeof(*rows->list));
	for (size_t i = 0; i < list.count; i++) {
		const yq_json *json = yq_kis_list_at(&list, i);

		if (is_blank(json))
			continue;
		rc = read_row(json, domestic, exchange, zones, &rows->list[rows->count], err);
		if (rc != YQ_OK)
			return yq_kis_list_context(name, i, rc, err);
		rows->count++;
	}
	return YQ_OK;
}

void
yq_kis_rows_free(struct yq_kis_rows *rows)
{
	free(rows->list);
	*rows = (struct yq_kis_rows){ 0 };
}
