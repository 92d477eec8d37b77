/* kis_domestic.c - KIS's questions about Korea: price, balance, buying power, orders, holidays. */
#include <string.h>

#include "base/str.h"
#include "simulator/kis.h"
#include "simulator/sums.h"

#define DAY_US (INT64_C(86400) * YQ_US_PER_SECOND)

/* ---- price ---- */

static void
put_limits(struct sim_call *call, const struct sim_instrument *i, struct yq_decimal base)
{
	struct yq_decimal high = sim_times(base, yq_decimal_from_scaled(13, 1));
	struct yq_decimal low = sim_times(base, yq_decimal_from_scaled(7, 1));

	if (yq_tick_round(i->exchange, high, YQ_ROUND_FLOOR, &high) != YQ_OK ||
	    yq_tick_round(i->exchange, low, YQ_ROUND_CEILING, &low) != YQ_OK)
		high = low = base;
	kis_put_decimal(&call->w, "stck_mxpr", high, 0);
	kis_put_decimal(&call->w, "stck_llam", low, 0);
	kis_put_decimal(&call->w, "stck_sdpr", base, 0);
	kis_put_decimal(&call->w, "aspr_unit", yq_tick_size(i->exchange, base), 0);
}

void
kis_price(struct sim_call *call, const struct kis_tr *tr)
{
	const struct sim_instrument *i = sim_instrument_in(
	    call->sim->exchange, YQ_COUNTRY_KR, kis_param(call, "FID_INPUT_ISCD"));
	struct yq_decimal price, base;
	int sign;

	(void)tr;
	if (i == NULL) {
		kis_refuse(call, "MCA05918", "종목코드 오류입니다.");
		return;
	}
	price = sim_quote(call->sim->exchange, i, call->now_us).price;
	base = sim_quote(call->sim->exchange, i, call->now_us - DAY_US).price;
	sign = yq_decimal_cmp(price, base);
	kis_begin(call, "output");
	yq_json_begin_object(&call->w);
	kis_put(&call->w, "iscd_stat_cls_code", i->halted ? "58" : "55");
	kis_put(&call->w, "temp_stop_yn", i->halted ? "Y" : "N");
	kis_put(&call->w, "stck_shrn_iscd", i->ticker);
	kis_put_decimal(&call->w, "stck_prpr", price, 0);
	kis_put_decimal(&call->w, "prdy_vrss", sim_plus(price, yq_decimal_neg(base)), 0);
	kis_put(&call->w, "prdy_vrss_sign", sign > 0 ? "2" : sign < 0 ? "5" : "3");
	kis_put_decimal(&call->w, "prdy_ctrt", sim_percent(price, base), 2);
	kis_put_decimal(&call->w, "acml_vol", i->volume, 0);
	kis_put_decimal(&call->w, "stck_oprc", base, 0);
	kis_put_decimal(&call->w, "stck_hgpr", yq_decimal_max(price, base), 0);
	kis_put_decimal(&call->w, "stck_lwpr", yq_decimal_min(price, base), 0);
	put_limits(call, i, base);
	yq_json_end_object(&call->w);
	kis_end(call, KIS_OK_PRICE);
}

/* ---- balance ---- */

struct holdings {
	struct sim_call *call;
	struct kis_page page;
	struct yq_decimal value, cost;
};

static bool
put_holding(void *cookie, const struct yq_holding *h)
{
	struct holdings *all = cookie;
	struct sim_call *call = all->call;
	struct yq_json_writer *w = &call->w;
	const struct yq_position *p = &h->position;
	const struct sim_instrument *i;
	struct yq_decimal price, value, cost;

	if (yq_decimal_sign(p->qty) == 0 || p->currency != YQ_KRW)
		return true;
	i = sim_instrument(call->sim->exchange, p->exchange, p->ticker);
	price = i == NULL ? p->avg_price : sim_quote(call->sim->exchange, i, call->now_us).price;
	value = sim_times(p->qty, price);
	cost = sim_times(p->qty, p->avg_price);
	all->value = sim_plus(all->value, value);
	all->cost = sim_plus(all->cost, cost);
	if (!kis_page_has(&all->page))
		return true;
	yq_json_begin_object(w);
	kis_put(w, "pdno", p->ticker);
	kis_put(w, "prdt_name", i == NULL ? p->ticker : i->name);
	kis_put_decimal(w, "hldg_qty", p->qty, 0);
	kis_put_decimal(w, "ord_psbl_qty", yq_holding_closable(h, YQ_SELL), 0);
	kis_put_decimal(w, "pchs_avg_pric", p->avg_price, 4);
	kis_put_decimal(w, "pchs_amt", cost, 0);
	kis_put_decimal(w, "prpr", price, 0);
	kis_put_decimal(w, "evlu_amt", value, 0);
	kis_put_decimal(w, "evlu_pfls_amt", sim_plus(value, yq_decimal_neg(cost)), 0);
	kis_put_decimal(w, "evlu_pfls_rt", sim_percent(value, cost), 2);
	yq_json_end_object(w);
	return true;
}

void
kis_balance(struct sim_call *call, const struct kis_tr *tr)
{
	struct holdings all = { .call = call };
	struct yq_json_writer *w = &call->w;
	struct yq_decimal cash = call->account->book->cash[YQ_KRW], total;

	all.page = kis_page(call, tr, kis_is_virtual(call) ? 20 : 50);
	kis_begin(call, "output1");
	yq_json_begin_array(w);
	yq_account_each_holding(call->account->book, put_holding, &all);
	yq_json_end_array(w);
	total = sim_plus(cash, all.value);
	yq_json_name(w, "output2");
	yq_json_begin_array(w);
	yq_json_begin_object(w);
	kis_put_decimal(w, "dnca_tot_amt", cash, 0);
	kis_put_decimal(w, "nxdy_excc_amt", cash, 0);
	kis_put_decimal(w, "prvs_rcdl_excc_amt", cash, 0);
	kis_put_decimal(w, "scts_evlu_amt", all.value, 0);
	kis_put_decimal(w, "tot_evlu_amt", total, 0);
	kis_put_decimal(w, "nass_amt", total, 0);
	kis_put_decimal(w, "pchs_amt_smtl_amt", all.cost, 0);
	kis_put_decimal(w, "evlu_amt_smtl_amt", all.value, 0);
	kis_put_decimal(w, "evlu_pfls_smtl_amt", sim_plus(all.value, yq_decimal_neg(all.cost)), 0);
	yq_json_end_object(w);
	yq_json_end_array(w);
	kis_page_end(call, &all.page);
	kis_end(call, KIS_OK_INQUIRY);
}

void
kis_power(struct sim_call *call, const struct kis_tr *tr)
{
	struct yq_decimal power =
	    yq_decimal_max(yq_account_buying_power(call->account->book, YQ_KRW), YQ_DECIMAL_ZERO);
	struct yq_decimal price, qty = YQ_DECIMAL_ZERO;
	const struct sim_instrument *i =
	    sim_instrument_in(call->sim->exchange, YQ_COUNTRY_KR, kis_param(call, "PDNO"));

	(void)tr;
	if (!kis_number(call, "ORD_UNPR", &price) || yq_decimal_sign(price) <= 0)
		price = i == NULL ? YQ_DECIMAL_ZERO
				  : sim_quote(call->sim->exchange, i, call->now_us).ask;
	if (yq_decimal_sign(price) <= 0 ||
	    yq_decimal_div(power, price, YQ_ROUND_DOWN, &qty) != YQ_OK ||
	    yq_decimal_round_to(qty, yq_decimal_from_int(1), YQ_ROUND_DOWN, &qty) != YQ_OK)
		qty = YQ_DECIMAL_ZERO;
	kis_begin(call, "output");
	yq_json_begin_object(&call->w);
	kis_put_decimal(&call->w, "ord_psbl_cash", power, 0);
	kis_put_decimal(&call->w, "nrcvb_buy_amt", power, 0);
	kis_put_decimal(&call->w, "nrcvb_buy_qty", qty, 0);
	kis_put_decimal(&call->w, "max_buy_amt", power, 0);
	kis_put_decimal(&call->w, "max_buy_qty", qty, 0);
	kis_put_decimal(&call->w, "psbl_qty_calc_unpr", price, 0);
	yq_json_end_object(&call->w);
	kis_end(call, KIS_OK_INQUIRY);
}

/* ---- orders ---- */

static bool
is_korean(const struct sim_call *call, const struct sim_order *o)
{
	return o->account == call->account && yq_market_of(o->exchange)->country == YQ_COUNTRY_KR;
}

static void
put_note(struct yq_json_writer *w, const struct sim_order *o, const char *venue_name)
{
	const char *bar = strchr(o->note, '|');
	char division[8];

	if (bar == NULL ||
	    !yq_str_copy_bytes(division, sizeof(division), o->note, (size_t)(bar - o->note)))
		yq_str_copy_cut(division, sizeof(division), "00");
	kis_put(w, "ord_dvsn_cd", division);
	kis_put(w, venue_name, bar == NULL ? "KRX" : bar + 1);
}

/* What of an order was taken back. */
static struct yq_decimal
canceled_of(const struct sim_order *o)
{
	return o->state == SIM_CANCELED || o->state == SIM_EXPIRED || o->state == SIM_REPLACED
		   ? sim_order_left(o)
		   : YQ_DECIMAL_ZERO;
}

static void
put_fill_row(struct sim_call *call, const struct sim_order *o)
{
	struct yq_json_writer *w = &call->w;
	struct yq_opt_decimal average = sim_order_average(o);
	bool works = !sim_state_is_final(o->state);
	char number[KIS_ODNO_SIZE], old[KIS_ODNO_SIZE], date[16], time[16];

	kis_odno(o->number, number);
	kis_odno(o->replaces, old);
	kis_date_text(call, YQ_COUNTRY_KR, o->time_us, date);
	kis_time_text(call, o->time_us, time);
	yq_json_begin_object(w);
	kis_put(w, "ord_dt", date);
	kis_put(w, "ord_gno_brno", KIS_ORGNO);
	kis_put(w, "odno", number);
	kis_put(w, "orgn_odno", old);
	kis_put(w, "sll_buy_dvsn_cd", o->action == YQ_SELL ? "01" : "02");
	kis_put(w, "sll_buy_dvsn_cd_name", o->action == YQ_SELL ? "현금매도" : "현금매수");
	kis_put(w, "pdno", o->ticker);
	kis_put(w, "prdt_name", o->instrument->name);
	kis_put_decimal(w, "ord_qty", o->qty, 0);
	kis_put_decimal(w, "ord_unpr", o->price.set ? o->price.value : YQ_DECIMAL_ZERO, 0);
	kis_put(w, "ord_tmd", time);
	kis_put_decimal(w, "tot_ccld_qty", o->filled, 0);
	kis_put_decimal(w, "avg_prvs", average.set ? average.value : YQ_DECIMAL_ZERO, 4);
	kis_put_decimal(w, "tot_ccld_amt", o->value, 0);
	kis_put_decimal(w, "rmn_qty", works ? sim_order_left(o) : YQ_DECIMAL_ZERO, 0);
	kis_put_decimal(
	    w, "rjct_qty", o->state == SIM_REJECTED ? sim_order_left(o) : YQ_DECIMAL_ZERO, 0);
	kis_put(w, "cncl_yn", o->state == SIM_CANCELED || o->state == SIM_EXPIRED ? "Y" : "N");
	kis_put_decimal(w, "cncl_cfrm_qty", canceled_of(o), 0);
	put_note(w, o, "excg_id_dvsn_Cd");
	yq_json_end_object(w);
}

/* Whether the order is among those that the question is about. */
static bool
is_asked(const struct sim_call *call, const struct sim_order *o)
{
	const char *side = kis_param(call, "SLL_BUY_DVSN_CD"), *code = kis_param(call, "PDNO");
	const char *filled = kis_param(call, "CCLD_DVSN");
	int64_t number = kis_odno_read(kis_param(call, "ODNO"));
	char date[16];

	kis_date_text(call, YQ_COUNTRY_KR, o->time_us, date);
	return is_korean(call, o) && strcmp(date, kis_param(call, "INQR_STRT_DT")) >= 0 &&
	       strcmp(date, kis_param(call, "INQR_END_DT")) <= 0 &&
	       !(yq_str_equal(side, "01") && o->action != YQ_SELL) &&
	       !(yq_str_equal(side, "02") && o->action != YQ_BUY) &&
	       (code[0] == '\0' || yq_str_equal(code, o->ticker)) &&
	       (number == 0 || number == o->number) &&
	       !(yq_str_equal(filled, "01") && yq_decimal_sign(o->filled) == 0) &&
	       !(yq_str_equal(filled, "02") && sim_state_is_final(o->state));
}

void
kis_fills(struct sim_call *call, const struct kis_tr *tr)
{
	struct kis_page page = kis_page(call, tr, kis_is_virtual(call) ? 15 : 100);
	bool oldest = yq_str_equal(kis_param(call, "INQR_DVSN"), "01");
	const struct yq_table *orders = sim_orders(call->sim->exchange);
	struct yq_decimal qty = YQ_DECIMAL_ZERO, filled = qty, value = qty;
	struct yq_json_writer *w = &call->w;

	kis_begin(call, "output1");
	yq_json_begin_array(w);
	for (struct yq_table_node *n = oldest ? orders->oldest : orders->newest; n != NULL;
	     n = oldest ? n->newer : n->older) {
		const struct sim_order *o = yq_container(n, struct sim_order, node);

		if (!is_asked(call, o))
			continue;
		qty = sim_plus(qty, o->qty);
		filled = sim_plus(filled, o->filled);
		value = sim_plus(value, o->value);
		if (kis_page_has(&page))
			put_fill_row(call, o);
	}
	yq_json_end_array(w);
	yq_json_name(w, "output2");
	yq_json_begin_object(w);
	kis_put_decimal(w, "tot_ord_qty", qty, 0);
	kis_put_decimal(w, "tot_ccld_qty", filled, 0);
	kis_put_decimal(w, "tot_ccld_amt", value, 0);
	yq_json_end_object(w);
	kis_page_end(call, &page);
	kis_end(call, KIS_OK_INQUIRY);
}

void
kis_open_orders(struct sim_call *call, const struct kis_tr *tr)
{
	struct kis_page page = kis_page(call, tr, 50);
	const struct yq_table *orders = sim_orders(call->sim->exchange);
	struct yq_json_writer *w = &call->w;

	kis_begin(call, "output");
	yq_json_begin_array(w);
	for (struct yq_table_node *n = orders->newest; n != NULL; n = n->older) {
		const struct sim_order *o = yq_container(n, struct sim_order, node);
		char number[KIS_ODNO_SIZE], old[KIS_ODNO_SIZE], time[16];

		if (!is_korean(call, o) || sim_state_is_final(o->state) || !kis_page_has(&page))
			continue;
		kis_odno(o->number, number);
		kis_odno(o->replaces, old);
		kis_time_text(call, o->time_us, time);
		yq_json_begin_object(w);
		kis_put(w, "ord_gno_brno", KIS_ORGNO);
		kis_put(w, "odno", number);
		kis_put(w, "orgn_odno", old);
		kis_put(w, "pdno", o->ticker);
		kis_put(w, "prdt_name", o->instrument->name);
		kis_put_decimal(w, "ord_qty", o->qty, 0);
		kis_put_decimal(w, "ord_unpr", o->price.set ? o->price.value : YQ_DECIMAL_ZERO, 0);
		kis_put(w, "ord_tmd", time);
		kis_put_decimal(w, "tot_ccld_qty", o->filled, 0);
		kis_put_decimal(w, "psbl_qty", sim_order_left(o), 0);
		kis_put(w, "sll_buy_dvsn_cd", o->action == YQ_SELL ? "01" : "02");
		put_note(w, o, "excg_id_dvsn_cd");
		yq_json_end_object(w);
	}
	yq_json_end_array(w);
	kis_page_end(call, &page);
	kis_end(call, KIS_OK_INQUIRY);
}

/* ---- holidays ---- */

void
kis_holidays(struct sim_call *call, const struct kis_tr *tr)
{
	const struct yq_calendar *calendar = sim_settings_of(call->sim->exchange)->calendar;
	const struct yq_market_hours *hours = &calendar->hours[YQ_COUNTRY_KR];
	struct yq_json_writer *w = &call->w;
	int64_t number;
	yq_date date;

	(void)tr;
	if (!yq_str_to_int64(kis_param(call, "BASS_DT"), 19000101, 21991231, &number)) {
		kis_refuse(call, "OPSQ2001", "ERROR : INPUT INVALID_CHECK_BASS_DT");
		return;
	}
	date = (yq_date)number;
	kis_begin(call, "output");
	yq_json_begin_array(w);
	for (int n = 0; n < 25; n++, date = yq_date_add(date, 1)) {
		bool opens = yq_market_day_of(hours, date).session_count > 0;
		bool weekday = yq_date_weekday(date) < 5;
		char text[16], day[4];

		(void)yq_str_format(text, sizeof(text), "%08d", date);
		(void)yq_str_format(day, sizeof(day), "%02d", (yq_date_weekday(date) + 1) % 7 + 1);
		yq_json_begin_object(w);
		kis_put(w, "bass_dt", text);
		kis_put(w, "wday_dvsn_cd", day);
		kis_put(w, "bzdy_yn", weekday && opens ? "Y" : "N");
		kis_put(w, "tr_day_yn", opens ? "Y" : "N");
		kis_put(w, "opnd_yn", opens ? "Y" : "N");
		kis_put(w, "sttl_day_yn", opens ? "Y" : "N");
		yq_json_end_object(w);
	}
	yq_json_end_array(w);
	kis_put(w, "ctx_area_fk", "");
	kis_put(w, "ctx_area_nk", "");
	kis_end(call, KIS_OK_INQUIRY);
}
