/* kis_overseas.c - KIS's questions about the other five countries. */
#include <string.h>

#include "base/str.h"
#include "simulator/kis.h"
#include "simulator/sums.h"

#define DAY_US (INT64_C(86400) * YQ_US_PER_SECOND)

/* Won for one unit of each currency: the simulator exchanges nothing, but shows a rate. */
static const int64_t rates[YQ_CURRENCY_COUNT] = { [YQ_KRW] = 100,
	[YQ_USD] = 139500,
	[YQ_CNY] = 19250,
	[YQ_JPY] = 910,
	[YQ_HKD] = 17930,
	[YQ_VND] = 5 };

static struct yq_decimal
rate_of(enum yq_currency currency)
{
	return yq_decimal_from_scaled(rates[currency], 2);
}

/* Digits after the point of prices. */
static unsigned
places_of(enum yq_exchange exchange)
{
	switch (yq_market_of(exchange)->currency) {
	case YQ_USD:
		return 4;
	case YQ_CNY:
	case YQ_HKD:
		return 3;
	case YQ_JPY:
		return 1;
	default:
		return 0;
	}
}

/* ---- price ---- */

void
kis_overseas_price(struct sim_call *call, const struct kis_tr *tr)
{
	const char *symbol = kis_param(call, "SYMB"), *excd = kis_param(call, "EXCD");
	const struct kis_exchange *e = kis_exchange_by_quote(excd);
	struct sim_instrument *i =
	    e == NULL ? NULL : sim_instrument(call->sim->exchange, e->exchange, symbol);
	struct yq_json_writer *w = &call->w;
	struct yq_decimal price, base;
	char rsym[YQ_TICKER_SIZE + 8], zdiv[4];
	unsigned places;
	int sign;

	(void)tr;
	kis_begin(call, "output");
	yq_json_begin_object(w);
	if (i == NULL) {
		/* KIS answers with empty texts. */
		static const char *const names[] = { "rsym", "zdiv", "base", "pvol", "last", "sign",
			"diff", "rate", "tvol", "tamt", "ordy" };

		for (size_t n = 0; n < YQ_COUNT(names); n++)
			kis_put(w, names[n], "");
		yq_json_end_object(w);
		kis_end(call, KIS_OK_PRICE);
		return;
	}
	price = sim_quote(call->sim->exchange, i, call->now_us).price;
	base = sim_quote(call->sim->exchange, i, call->now_us - DAY_US).price;
	places = places_of(i->exchange);
	sign = yq_decimal_cmp(price, base);
	(void)yq_str_format(rsym, sizeof(rsym), "D%s%s", excd, i->ticker);
	(void)yq_str_format(zdiv, sizeof(zdiv), "%u", places);
	kis_put(w, "rsym", rsym);
	kis_put(w, "zdiv", zdiv);
	kis_put_decimal(w, "base", base, places);
	kis_put_decimal(w, "pvol", i->volume, 0);
	kis_put_decimal(w, "last", price, places);
	kis_put(w, "sign", sign > 0 ? "2" : sign < 0 ? "5" : "3");
	kis_put_decimal(w, "diff", yq_decimal_abs(sim_plus(price, yq_decimal_neg(base))), places);
	kis_put_decimal(w, "rate", sim_percent(price, base), 2);
	kis_put_decimal(w, "tvol", i->volume, 0);
	kis_put_decimal(w, "tamt", sim_times(i->volume, price), 0);
	kis_put(w, "ordy", i->halted ? "매매불가" : "매매가능");
	yq_json_end_object(w);
	kis_end(call, KIS_OK_PRICE);
}

/* ---- balance ---- */

struct holdings {
	struct sim_call *call;
	struct kis_page page;
	const struct kis_exchange *exchange; /* NULL = any abroad */
	enum yq_currency currency;
	struct yq_decimal value, cost;
};

/* "NASD" stands for all of the US where the account is a real one. */
static bool
is_of(const struct holdings *all, const struct yq_position *p)
{
	enum yq_country country = yq_market_of(p->exchange)->country;

	if (yq_decimal_sign(p->qty) == 0 || country == YQ_COUNTRY_KR)
		return false;
	if (all->exchange == NULL)
		return true;
	if (country == YQ_COUNTRY_US && all->exchange->exchange == YQ_NASDAQ &&
	    !kis_is_virtual(all->call))
		return true;
	return p->exchange == all->exchange->exchange;
}

static struct yq_decimal
price_of(struct sim_call *call, const struct yq_position *p)
{
	struct sim_instrument *i = sim_instrument(call->sim->exchange, p->exchange, p->ticker);

	return i == NULL ? p->avg_price : sim_quote(call->sim->exchange, i, call->now_us).price;
}

static const char *
name_of(struct sim_call *call, const struct yq_position *p)
{
	const struct sim_instrument *i =
	    sim_instrument(call->sim->exchange, p->exchange, p->ticker);

	return i == NULL ? p->ticker : i->name;
}

static bool
put_holding(void *cookie, const struct yq_holding *h)
{
	struct holdings *all = cookie;
	struct yq_json_writer *w = &all->call->w;
	const struct yq_position *p = &h->position;
	struct yq_decimal price, value, cost;

	if (!is_of(all, p))
		return true;
	price = price_of(all->call, p);
	value = sim_times(p->qty, price);
	cost = sim_times(p->qty, p->avg_price);
	all->value = sim_plus(all->value, value);
	all->cost = sim_plus(all->cost, cost);
	if (!kis_page_has(&all->page))
		return true;
	yq_json_begin_object(w);
	kis_put(w, "ovrs_pdno", p->ticker);
	kis_put(w, "ovrs_item_name", name_of(all->call, p));
	kis_put_decimal(w, "ovrs_cblc_qty", p->qty, 0);
	kis_put_decimal(w, "ord_psbl_qty", yq_holding_closable(h, YQ_SELL), 0);
	kis_put_decimal(w, "pchs_avg_pric", p->avg_price, 4);
	kis_put_decimal(w, "now_pric2", price, 6);
	kis_put_decimal(w, "frcr_pchs_amt1", cost, 5);
	kis_put_decimal(w, "ovrs_stck_evlu_amt", value, 6);
	kis_put_decimal(w, "frcr_evlu_pfls_amt", sim_plus(value, yq_decimal_neg(cost)), 6);
	kis_put_decimal(w, "evlu_pfls_rt", sim_percent(value, cost), 2);
	kis_put(w, "tr_crcy_cd", yq_names_text(&yq_currency_names, (int)p->currency));
	kis_put(w, "ovrs_excg_cd", kis_exchange_of(p->exchange)->order);
	yq_json_end_object(w);
	return true;
}

void
kis_overseas_balance(struct sim_call *call, const struct kis_tr *tr)
{
	struct holdings all = { .call = call };
	struct yq_json_writer *w = &call->w;

	all.exchange = kis_exchange_by_order(kis_param(call, "OVRS_EXCG_CD"));
	all.page = kis_page(call, tr, 100);
	kis_begin(call, "output1");
	yq_json_begin_array(w);
	yq_account_each_holding(call->account->book, put_holding, &all);
	yq_json_end_array(w);
	yq_json_name(w, "output2");
	yq_json_begin_object(w);
	kis_put_decimal(w, "frcr_pchs_amt1", all.cost, 5);
	kis_put_decimal(w, "tot_evlu_pfls_amt", sim_plus(all.value, yq_decimal_neg(all.cost)), 5);
	kis_put_decimal(w, "tot_pftrt", sim_percent(all.value, all.cost), 2);
	yq_json_end_object(w);
	kis_page_end(call, &all.page);
	kis_end(call, KIS_OK_INQUIRY);
}

/* ---- deposits ---- */

static bool
put_present(void *cookie, const struct yq_holding *h)
{
	struct holdings *all = cookie;
	struct yq_json_writer *w = &all->call->w;
	const struct yq_position *p = &h->position;
	struct yq_decimal price;

	if (!is_of(all, p))
		return true;
	price = price_of(all->call, p);
	all->value =
	    sim_plus(all->value, sim_times(sim_times(p->qty, price), rate_of(p->currency)));
	if (kis_is_virtual(all->call))
		return true;
	yq_json_begin_object(w);
	kis_put(w, "pdno", p->ticker);
	kis_put(w, "prdt_name", name_of(all->call, p));
	kis_put_decimal(w, "ccld_qty_smtl1", p->qty, 0);
	kis_put_decimal(w, "cblc_qty13", p->qty, 0);
	kis_put_decimal(w, "ord_psbl_qty1", yq_holding_closable(h, YQ_SELL), 0);
	kis_put_decimal(w, "avg_unpr3", p->avg_price, 4);
	kis_put_decimal(w, "ovrs_now_pric1", price, 4);
	kis_put_decimal(w, "bass_exrt", rate_of(p->currency), 2);
	kis_put(w, "buy_crcy_cd", yq_names_text(&yq_currency_names, (int)p->currency));
	kis_put(w, "ovrs_excg_cd", kis_exchange_of(p->exchange)->order);
	yq_json_end_object(w);
	return true;
}

/* Cash of a currency in which nothing can be bought here: KIS keeps some of those too. */
static void
put_euros(struct sim_call *call)
{
	int64_t euros = call->sim->knobs.values[SIM_KNOB_KIS_EUROS];
	struct yq_decimal cash = yq_decimal_from_int(euros);
	struct yq_json_writer *w = &call->w;

	if (euros == 0 || kis_is_virtual(call) || !yq_str_equal(kis_param(call, "NATN_CD"), "000"))
		return;
	yq_json_begin_object(w);
	kis_put(w, "crcy_cd", "EUR");
	kis_put_decimal(w, "frcr_dncl_amt_2", cash, 6);
	kis_put_decimal(w, "frcr_drwg_psbl_amt_1", cash, 6);
	kis_put_decimal(w, "nxdy_frcr_drwg_psbl_amt", cash, 6);
	kis_put_decimal(w, "frst_bltn_exrt", yq_decimal_from_int(1600), 2);
	yq_json_end_object(w);
}

/* One row a currency abroad, of all or of the nation's. */
static void
put_deposits(struct sim_call *call)
{
	const struct yq_account *book = call->account->book;
	const char *nation = kis_param(call, "NATN_CD");
	struct yq_json_writer *w = &call->w;

	for (int country = YQ_COUNTRY_US; country < YQ_COUNTRY_COUNT; country++) {
		const struct yq_market *market = yq_market_of_country((enum yq_country)country);
		const struct kis_exchange *e = kis_exchange_of(market->exchange);
		struct yq_decimal power = yq_decimal_max(
		    yq_account_buying_power(book, market->currency), YQ_DECIMAL_ZERO);

		if (e == NULL || kis_is_virtual(call) ||
		    (!yq_str_equal(nation, "000") && !yq_str_equal(nation, e->nation)))
			continue;
		yq_json_begin_object(w);
		kis_put(w, "crcy_cd", yq_names_text(&yq_currency_names, (int)market->currency));
		kis_put_decimal(w, "frcr_dncl_amt_2", book->cash[market->currency], 6);
		kis_put_decimal(w, "frcr_drwg_psbl_amt_1", power, 6);
		kis_put_decimal(w, "nxdy_frcr_drwg_psbl_amt", power, 6);
		kis_put_decimal(w, "frst_bltn_exrt", rate_of(market->currency), 2);
		yq_json_end_object(w);
	}
}

void
kis_overseas_deposits(struct sim_call *call, const struct kis_tr *tr)
{
	const struct yq_account *book = call->account->book;
	struct holdings all = { .call = call };
	struct yq_json_writer *w = &call->w;
	struct yq_decimal cash = YQ_DECIMAL_ZERO;

	(void)tr;
	kis_begin(call, "output1");
	yq_json_begin_array(w);
	yq_account_each_holding(book, put_present, &all);
	yq_json_end_array(w);
	yq_json_name(w, "output2");
	yq_json_begin_array(w);
	put_deposits(call);
	put_euros(call);
	yq_json_end_array(w);
	for (int c = YQ_USD; c < YQ_CURRENCY_COUNT; c++)
		cash = sim_plus(cash, sim_times(book->cash[c], rate_of((enum yq_currency)c)));
	yq_json_name(w, "output3");
	yq_json_begin_object(w);
	kis_put_decimal(
	    w, "tot_asst_amt", sim_plus(sim_plus(cash, all.value), book->cash[YQ_KRW]), 0);
	kis_put_decimal(w, "tot_dncl_amt", sim_plus(cash, book->cash[YQ_KRW]), 0);
	kis_put_decimal(w, "frcr_use_psbl_amt", cash, 2);
	kis_put_decimal(w, "evlu_amt_smtl_amt", all.value, 0);
	yq_json_end_object(w);
	kis_end(call, KIS_OK_INQUIRY);
}

/* ---- buying power ---- */

void
kis_foreign_margin(struct sim_call *call, const struct kis_tr *tr)
{
	const struct yq_account *book = call->account->book;
	struct yq_json_writer *w = &call->w;

	(void)tr;
	kis_begin(call, "output");
	yq_json_begin_array(w);
	for (int c = YQ_USD; c < YQ_CURRENCY_COUNT; c++) {
		struct yq_decimal power = yq_decimal_max(
		    yq_account_buying_power(book, (enum yq_currency)c), YQ_DECIMAL_ZERO);

		yq_json_begin_object(w);
		kis_put(w, "natn_name", "");
		kis_put(w, "crcy_cd", yq_names_text(&yq_currency_names, c));
		kis_put_decimal(w, "frcr_dncl_amt1", book->cash[c], 2);
		kis_put_decimal(w, "frcr_gnrl_ord_psbl_amt", power, 2);
		kis_put_decimal(w, "frcr_ord_psbl_amt1", power, 2);
		kis_put_decimal(w, "itgr_ord_psbl_amt", power, 2);
		kis_put_decimal(w, "bass_exrt", rate_of((enum yq_currency)c), 2);
		yq_json_end_object(w);
	}
	yq_json_end_array(w);
	kis_end(call, KIS_OK_INQUIRY);
}

void
kis_overseas_power(struct sim_call *call, const struct kis_tr *tr)
{
	const struct kis_exchange *e = kis_exchange_by_order(kis_param(call, "OVRS_EXCG_CD"));
	struct yq_json_writer *w = &call->w;
	struct yq_decimal price, power, qty;
	enum yq_currency currency;

	(void)tr;
	if (e == NULL || !kis_number(call, "OVRS_ORD_UNPR", &price)) {
		kis_refuse(call, "APBK1234", "해외거래소코드 또는 단가를 확인 하여 주십시요.");
		return;
	}
	currency = yq_market_of(e->exchange)->currency;
	power =
	    yq_decimal_max(yq_account_buying_power(call->account->book, currency), YQ_DECIMAL_ZERO);
	if (yq_decimal_div(power, price, YQ_ROUND_DOWN, &qty) != YQ_OK ||
	    yq_decimal_round_to(qty, yq_decimal_from_int(1), YQ_ROUND_DOWN, &qty) != YQ_OK)
		qty = YQ_DECIMAL_ZERO;
	kis_begin(call, "output");
	yq_json_begin_object(w);
	kis_put(w, "tr_crcy_cd", yq_names_text(&yq_currency_names, (int)currency));
	kis_put_decimal(w, "ord_psbl_frcr_amt", power, 2);
	kis_put_decimal(w, "ovrs_ord_psbl_amt", power, 2);
	kis_put_decimal(w, "max_ord_psbl_qty", qty, 0);
	kis_put_decimal(w, "ovrs_max_ord_psbl_qty", qty, 0);
	kis_put_decimal(w, "exrt", rate_of(currency), 2);
	yq_json_end_object(w);
	kis_end(call, KIS_OK_INQUIRY);
}

/* ---- settlement ---- */

void
kis_overseas_holidays(struct sim_call *call, const struct kis_tr *tr)
{
	const struct yq_calendar *calendar = sim_settings_of(call->sim->exchange)->calendar;
	struct yq_json_writer *w = &call->w;
	int64_t number;

	(void)tr;
	if (!yq_str_to_int64(kis_param(call, "TRAD_DT"), 19000101, 21991231, &number)) {
		kis_refuse(call, "OPSQ2001", "ERROR : INPUT INVALID_CHECK_TRAD_DT");
		return;
	}
	kis_begin(call, "output");
	yq_json_begin_array(w);
	for (int c = YQ_COUNTRY_US; c < YQ_COUNTRY_COUNT; c++) {
		const struct yq_market_hours *hours = &calendar->hours[c];
		yq_date settled = (yq_date)number;
		char text[16];

		if (yq_market_day_of(hours, settled).session_count == 0)
			continue;
		do
			settled = yq_date_add(settled, 1);
		while (yq_market_day_of(hours, settled).session_count == 0 &&
		       settled < yq_date_add((yq_date)number, 14));
		yq_json_begin_object(w);
		kis_put(w, "natn_eng_abrv_cd", yq_names_text(&yq_country_names, c));
		kis_put(w, "tr_natn_name", yq_names_text(&yq_country_names, c));
		(void)yq_str_format(text, sizeof(text), "%08d", settled);
		kis_put(w, "dmst_sttl_dt", text);
		kis_put(w, "acpl_sttl_dt", text);
		yq_json_end_object(w);
	}
	yq_json_end_array(w);
	kis_end(call, KIS_OK_INQUIRY);
}
