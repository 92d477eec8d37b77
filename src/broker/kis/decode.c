/* decode.c - acknowledgements, pages, positions, cash, prices and keys in KIS's answers. */
#include "broker/kis/decode.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "broker/kis/field.h"
#include "broker/kis/list.h"
#include "domain/market.h"

#define TOKEN_MAX 2048

enum yq_rc
yq_kis_list(const yq_json *root, const char *name, struct yq_kis_list *list, struct yq_err *err)
{
	const yq_json *json = yq_json_get(root, name);
	enum yq_json_type type = yq_json_type_of(json);

	*list = (struct yq_kis_list){ 0 };
	if (type == YQ_JSON_ARRAY) {
		list->json = json;
		list->count = yq_json_count(json);
	} else if (type == YQ_JSON_OBJECT) {
		list->only = json;
		list->count = yq_json_count(json) > 0 ? 1 : 0;
	} else {
		return yq_err_set(err, YQ_E_INVALID, "%s: expected an array, found %s", name,
		    yq_json_type_name(type));
	}
	return YQ_OK;
}

const yq_json *
yq_kis_list_at(const struct yq_kis_list *list, size_t index)
{
	return list->only != NULL ? list->only : yq_json_at(list->json, index);
}

enum yq_rc
yq_kis_list_context(const char *name, size_t index, enum yq_rc rc, struct yq_err *err)
{
	return yq_err_context(err, rc, "%s[%zu]", name, index);
}

/* ---- acknowledgements and pages ---- */

enum yq_rc
yq_kis_decode_ack(const yq_json *root, struct yq_kis_ack *ack, struct yq_err *err)
{
	struct yq_kis_list list;
	const yq_json *output;
	char number[32], time[16];
	enum yq_rc rc = yq_kis_list(root, "output", &list, err);

	*ack = (struct yq_kis_ack){ .seconds = -1 };
	if (rc != YQ_OK)
		return rc;
	if (list.count != 1)
		return yq_err_set(
		    err, YQ_E_INVALID, "output: expected one order, found %zu", list.count);
	output = yq_kis_list_at(&list, 0);
	rc = yq_kis_text(output, "ODNO", number, sizeof(number), err);
	if (rc == YQ_OK)
		rc = yq_kis_text_optional(
		    output, "KRX_FWDG_ORD_ORGNO", ack->branch, sizeof(ack->branch), err);
	if (rc == YQ_OK)
		rc = yq_kis_text_optional(output, "ORD_TMD", time, sizeof(time), err);
	if (rc != YQ_OK)
		return rc;
	if (!yq_kis_number_of(number, strlen(number), ack->number))
		return yq_err_set(err, YQ_E_INVALID, "ODNO: expected digits, found \"%s\"", number);
	if (!yq_kis_time_parse(time, &ack->seconds))
		ack->seconds = -1;
	return YQ_OK;
}

/* The keys of the next page, as they came. */
static enum yq_rc
read_page(const yq_json *root, bool domestic, struct yq_kis_page *next, struct yq_err *err)
{
	enum yq_rc rc = yq_kis_text_raw(
	    root, domestic ? "ctx_area_fk100" : "ctx_area_fk200", next->fk, sizeof(next->fk), err);

	return rc != YQ_OK ? rc
			   : yq_kis_text_raw(root, domestic ? "ctx_area_nk100" : "ctx_area_nk200",
				 next->nk, sizeof(next->nk), err);
}

enum yq_rc
yq_kis_decode_page(
    const struct yq_kis_answer *answer, bool domestic, struct yq_kis_page *page, struct yq_err *err)
{
	struct yq_kis_page next = { .more = answer->more };
	enum yq_rc rc = YQ_OK;
	char key[sizeof(next.nk)];

	if (next.more) {
		rc = read_page(answer->root, domestic, &next, err);
		if (rc == YQ_OK && yq_str_equal(next.fk, page->fk) &&
		    yq_str_equal(next.nk, page->nk))
			rc = yq_err_set(err, YQ_E_INVALID,
			    "KIS says that there is more, and begins again where it was");
	} else if (!answer->last) {
		rc = yq_kis_text_optional(answer->root,
		    domestic ? "ctx_area_nk100" : "ctx_area_nk200", key, sizeof(key), err);
		if (rc == YQ_OK && key[0] != '\0')
			rc = yq_err_set(err, YQ_E_INVALID,
			    "KIS does not say whether this page is the last (tr_cont)");
	}
	if (rc == YQ_OK)
		*page = next;
	return rc;
}

/* ---- positions ---- */

enum yq_rc
yq_kis_exchange_in(
    const yq_json *row, const char *name, enum yq_exchange *exchange, struct yq_err *err)
{
	char code[8];
	enum yq_rc rc = yq_kis_text(row, name, code, sizeof(code), err);

	if (rc == YQ_OK && !yq_kis_exchange_of_order_code(code, exchange))
		rc = yq_err_set(err, YQ_E_INVALID, "%s: \"%s\" is no known exchange", name, code);
	return rc;
}

enum yq_rc
yq_kis_ticker_in(
    const yq_json *row, const char *name, char ticker[YQ_TICKER_SIZE], struct yq_err *err)
{
	enum yq_rc rc = yq_kis_text(row, name, ticker, YQ_TICKER_SIZE, err);

	if (rc == YQ_OK && !yq_ticker_is_valid(ticker))
		rc = yq_err_set(err, YQ_E_INVALID, "%s: \"%s\" is no ticker", name, ticker);
	return rc;
}

static const struct position_names {
	const char *list, *ticker, *qty, *average, *price;
} home_names = { "output1", "pdno", "hldg_qty", "pchs_avg_pric", "prpr" },
  abroad_names = { "output1", "ovrs_pdno", "ovrs_cblc_qty", "pchs_avg_pric", "now_pric2" };

/* `ticker` stays "" of a row that holds nothing. */
static enum yq_rc
read_position(const yq_json *row, bool domestic, enum yq_exchange exchange,
    struct yq_position *position, struct yq_err *err)
{
	const struct position_names *names = domestic ? &home_names : &abroad_names;
	struct yq_opt_decimal price;
	char ticker[YQ_TICKER_SIZE];
	enum yq_rc rc;

	*position = (struct yq_position){ .exchange = exchange };
	rc = yq_kis_text(row, names->ticker, ticker, sizeof(ticker), err);
	if (rc != YQ_OK || ticker[0] == '\0')
		return rc;
	rc = yq_kis_number(row, names->qty, &position->qty, err);
	if (rc != YQ_OK || yq_decimal_sign(position->qty) == 0)
		return rc;
	rc = yq_kis_ticker_in(row, names->ticker, ticker, err);
	if (rc == YQ_OK)
		rc = yq_kis_number(row, names->average, &position->avg_price, err);
	if (rc == YQ_OK)
		rc = yq_kis_number_optional(row, names->price, &price, err);
	if (rc == YQ_OK && !domestic)
		rc = yq_kis_exchange_in(row, "ovrs_excg_cd", &position->exchange, err);
	if (rc != YQ_OK)
		return rc;
	if (yq_decimal_sign(position->qty) < 0 || yq_decimal_sign(position->avg_price) < 0)
		return yq_err_set(
		    err, YQ_E_INVALID, "%s: a quantity or a price below zero", ticker);
	if (price.set && yq_decimal_sign(price.value) > 0)
		position->current_price = price;
	position->currency = yq_market_of(position->exchange)->currency;
	yq_str_copy_cut(position->ticker, sizeof(position->ticker), ticker);
	return YQ_OK;
}

enum yq_rc
yq_kis_decode_positions(const yq_json *root, bool domestic, enum yq_exchange exchange,
    struct yq_kis_positions *positions, struct yq_err *err)
{
	struct yq_kis_list list;
	enum yq_rc rc = yq_kis_list(root, "output1", &list, err);

	if (rc != YQ_OK)
		return rc;
	if (positions->count + list.count > YQ_KIS_POSITIONS_MAX)
		return yq_err_set(err, YQ_E_INVALID, "output1: too many positions");
	positions->list = yq_xrealloc(
	    positions->list, positions->count + list.count + 1, sizeof(*positions->list));
	for (size_t i = 0; i < list.count; i++) {
		struct yq_position *position = &positions->list[positions->count];

		rc = read_position(yq_kis_list_at(&list, i), domestic, exchange, position, err);
		if (rc != YQ_OK)
			return yq_kis_list_context("output1", i, rc, err);
		positions->count += position->ticker[0] != '\0';
	}
	return YQ_OK;
}

void
yq_kis_positions_free(struct yq_kis_positions *positions)
{
	free(positions->list);
	*positions = (struct yq_kis_positions){ 0 };
}

/* ---- cash ---- */

enum yq_rc
yq_kis_decode_won(const yq_json *root, struct yq_decimal *amount, struct yq_err *err)
{
	struct yq_kis_list list;
	enum yq_rc rc = yq_kis_list(root, "output2", &list, err);

	if (rc != YQ_OK)
		return rc;
	if (list.count != 1)
		return yq_err_set(
		    err, YQ_E_INVALID, "output2: expected one account, found %zu", list.count);
	return yq_kis_number(yq_kis_list_at(&list, 0), "prvs_rcdl_excc_amt", amount, err);
}

/* "EUR", ours or not. */
static enum yq_rc
read_code(const yq_json *row, const char *name, char code[4], struct yq_err *err)
{
	char text[8];
	enum yq_rc rc = yq_kis_text(row, name, text, sizeof(text), err);

	if (rc != YQ_OK)
		return rc;
	if (strlen(text) != 3 || strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 3)
		return yq_err_set(err, YQ_E_INVALID, "%s: \"%s\" is no currency", name, text);
	memcpy(code, text, 4);
	return YQ_OK;
}

/* One that is not ours; nothing of it is nothing. */
static enum yq_rc
enter_strange(struct yq_kis_strange *strange, const char code[4], struct yq_decimal amount,
    struct yq_err *err)
{
	for (size_t i = 0; i < strange->count; i++)
		if (yq_str_equal(strange->list[i].code, code))
			return yq_err_set(err, YQ_E_INVALID, "a currency twice");
	if (yq_decimal_sign(amount) == 0 || strange->count == YQ_KIS_STRANGE_MAX)
		return YQ_OK;
	memcpy(strange->list[strange->count].code, code, 4);
	strange->list[strange->count++].amount = amount;
	return YQ_OK;
}

static enum yq_rc
read_currency(const yq_json *row, struct yq_kis_cash *cash, struct yq_err *err)
{
	char code[4];
	int currency;
	struct yq_decimal amount = YQ_DECIMAL_ZERO;
	enum yq_rc rc = read_code(row, "crcy_cd", code, err);

	if (rc == YQ_OK)
		rc = yq_kis_number(row, "frcr_dncl_amt_2", &amount, err);
	if (rc != YQ_OK)
		return rc;
	currency = yq_names_find(&yq_currency_names, code, strlen(code));
	if (currency < 0)
		return enter_strange(&cash->strange, code, amount, err);
	if (cash->of[currency].set)
		return yq_err_set(err, YQ_E_INVALID, "a currency twice");
	cash->of[currency] = yq_opt_decimal_of(amount);
	return YQ_OK;
}

static enum yq_rc
read_currencies(const yq_json *root, struct yq_kis_cash *cash, struct yq_err *err)
{
	struct yq_kis_list list;
	enum yq_rc rc = yq_kis_list(root, "output2", &list, err);

	for (size_t i = 0; rc == YQ_OK && i < list.count; i++) {
		rc = read_currency(yq_kis_list_at(&list, i), cash, err);
		if (rc != YQ_OK)
			return yq_kis_list_context("output2", i, rc, err);
	}
	return rc;
}

/* In the currency of the exchange that was asked about. */
static enum yq_rc
read_power(const yq_json *root, enum yq_currency currency,
    struct yq_opt_decimal cash[YQ_CURRENCY_COUNT], struct yq_err *err)
{
	const yq_json *output = yq_json_get(root, "output");
	struct yq_decimal amount;
	enum yq_rc rc;

	if (yq_json_type_of(output) != YQ_JSON_OBJECT)
		return yq_err_set(err, YQ_E_INVALID, "output: expected an object, found %s",
		    yq_json_type_name(yq_json_type_of(output)));
	rc = yq_kis_number(output, "ord_psbl_frcr_amt", &amount, err);
	if (rc == YQ_OK)
		cash[currency] = yq_opt_decimal_of(amount);
	return rc;
}

enum yq_rc
yq_kis_decode_cash(const yq_json *root, bool is_virtual, enum yq_exchange exchange,
    struct yq_kis_cash *cash, struct yq_err *err)
{
	if (is_virtual)
		return read_power(root, yq_market_of(exchange)->currency, cash->of, err);
	return read_currencies(root, cash, err);
}

/* ---- prices ---- */

enum yq_rc
yq_kis_decode_price(const yq_json *root, bool domestic, struct yq_decimal *price,
    struct yq_opt_decimal *change_rate, struct yq_err *err)
{
	const yq_json *output = yq_json_get(root, "output");
	struct yq_opt_decimal last;
	enum yq_rc rc;

	if (yq_json_type_of(output) != YQ_JSON_OBJECT)
		return yq_err_set(err, YQ_E_INVALID, "output: expected an object, found %s",
		    yq_json_type_name(yq_json_type_of(output)));
	rc = yq_kis_number_optional(output, domestic ? "stck_prpr" : "last", &last, err);
	if (rc == YQ_OK)
		rc = yq_kis_number_optional(
		    output, domestic ? "prdy_ctrt" : "rate", change_rate, err);
	if (rc != YQ_OK)
		return rc;
	if (!last.set || yq_decimal_sign(last.value) == 0)
		return yq_err_set(err, YQ_E_NOT_FOUND, "KIS knows no price of it");
	if (yq_decimal_sign(last.value) < 0)
		return yq_err_set(err, YQ_E_INVALID, "a price below zero");
	*price = last.value;
	return YQ_OK;
}

/* ---- keys ---- */

/* What it is is never shown. */
static enum yq_rc
read_key(const yq_json *root, const char *name, const char **text, struct yq_err *err)
{
	const yq_json *json = yq_json_get(root, name);
	size_t length = 0;

	*text = yq_json_text(json, &length);
	if (yq_json_type_of(json) != YQ_JSON_STRING || length == 0 || length > TOKEN_MAX)
		return yq_err_set(
		    err, YQ_E_INVALID, "%s: expected a text of 1-%d characters", name, TOKEN_MAX);
	for (size_t i = 0; i < length; i++)
		if ((*text)[i] <= ' ' || (*text)[i] > '~')
			return yq_err_set(
			    err, YQ_E_INVALID, "%s: expected printable characters", name);
	return YQ_OK;
}

#define LIFE_MAX_S    (7 * 86400)
#define SEOUL_AHEAD_S (9 * 3600)

/* "2026-11-24 08:30:00", in Seoul. */
static bool
read_end(const yq_json *root, int64_t *end_s)
{
	char text[24], date[YQ_KIS_DATE_SIZE], time[8];
	int64_t days;
	int32_t seconds;
	struct yq_err ignored;

	if (yq_kis_text_optional(
		root, "access_token_token_expired", text, sizeof(text), &ignored) != YQ_OK ||
	    strlen(text) != strlen("2026-11-24 08:30:00") ||
	    !yq_str_format(date, sizeof(date), "%.4s%.2s%.2s", text, text + 5, text + 8) ||
	    !yq_str_format(time, sizeof(time), "%.2s%.2s%.2s", text + 11, text + 14, text + 17) ||
	    !yq_kis_date_parse(date, &days) || !yq_kis_time_parse(time, &seconds))
		return false;
	*end_s = days * 86400 + seconds - SEOUL_AHEAD_S;
	return true;
}

enum yq_rc
yq_kis_decode_token(
    const yq_json *root, int64_t now_us, const char **text, int64_t *life_s, struct yq_err *err)
{
	enum yq_rc rc = read_key(root, "access_token", text, err);
	int64_t end_s;

	if (rc == YQ_OK && (yq_json_int64(yq_json_get(root, "expires_in"), life_s) != YQ_OK ||
			       *life_s <= 0 || *life_s > LIFE_MAX_S))
		rc = yq_err_set(err, YQ_E_INVALID, "expires_in: expected a number of seconds");
	/* One that is over already tells of our clock, not of the token. */
	if (rc == YQ_OK && read_end(root, &end_s)) {
		end_s -= now_us / YQ_US_PER_SECOND;
		if (end_s > 0 && end_s < *life_s)
			*life_s = end_s;
	}
	return rc;
}

enum yq_rc
yq_kis_decode_approval(const yq_json *root, const char **text, struct yq_err *err)
{
	return read_key(root, "approval_key", text, err);
}
