/* kis_overseas_orders.c - KIS's questions about orders in the other five countries. */
#include <string.h>

#include "base/str.h"
#include "simulator/kis.h"

static bool
is_abroad(const struct sim_call *call, const struct sim_order *o)
{
	return o->account == call->account && yq_market_of(o->exchange)->country != YQ_COUNTRY_KR;
}

static void
put_head(struct sim_call *call, const struct sim_order *o)
{
	enum yq_country country = yq_market_of(o->exchange)->country;
	struct yq_json_writer *w = &call->w;
	char number[KIS_ODNO_SIZE], old[KIS_ODNO_SIZE], date[16], home[16], time[16];

	kis_odno(o->number, number);
	kis_odno(o->replaces, old);
	kis_date_text(call, country, o->time_us, date);
	kis_date_text(call, YQ_COUNTRY_KR, o->time_us, home);
	kis_time_text(call, o->time_us, time);
	kis_put(w, "ord_dt", date);
	kis_put(w, "dmst_ord_dt", home);
	kis_put(w, "ord_gno_brno", KIS_ORGNO);
	kis_put(w, "odno", number);
	kis_put(w, "orgn_odno", old);
	kis_put(w, "sll_buy_dvsn_cd", o->action == YQ_SELL ? "01" : "02");
	kis_put(w, "rvse_cncl_dvsn", o->replaces == 0 ? "00" : "01");
	kis_put(w, "pdno", o->ticker);
	kis_put(w, "prdt_name", o->instrument->name);
	kis_put(w, "ord_tmd", time);
	kis_put(w, "ovrs_excg_cd", kis_exchange_of(o->exchange)->order);
	kis_put(w, "tr_crcy_cd",
	    yq_names_text(&yq_currency_names, (int)yq_market_of(o->exchange)->currency));
}

static void
put_quantities(struct sim_call *call, const struct sim_order *o)
{
	struct yq_opt_decimal average = sim_order_average(o);
	bool works = !sim_state_is_final(o->state);
	struct yq_json_writer *w = &call->w;

	kis_put_decimal(w, "ft_ord_qty", o->qty, 0);
	kis_put_decimal(w, "ft_ord_unpr3", o->price.set ? o->price.value : YQ_DECIMAL_ZERO, 8);
	kis_put_decimal(w, "ft_ccld_qty", o->filled, 0);
	kis_put_decimal(w, "ft_ccld_unpr3", average.set ? average.value : YQ_DECIMAL_ZERO, 8);
	kis_put_decimal(w, "ft_ccld_amt3", o->value, 5);
	kis_put_decimal(w, "nccs_qty", works ? sim_order_left(o) : YQ_DECIMAL_ZERO, 0);
}

static void
put_fill_row(struct sim_call *call, const struct sim_order *o)
{
	bool rejected = o->state == SIM_REJECTED;
	bool sent = o->state == SIM_NEW || o->state == SIM_PARTIAL;
	struct yq_json_writer *w = &call->w;

	yq_json_begin_object(w);
	put_head(call, o);
	put_quantities(call, o);
	kis_put(w, "prcs_stat_name", rejected ? "거부" : sent ? "전송" : "완료");
	kis_put(w, "rjct_rson", rejected ? "01" : "");
	kis_put(w, "rjct_rson_name", rejected ? "거부" : "");
	yq_json_end_object(w);
}

static bool
is_asked(const struct sim_call *call, const struct sim_order *o)
{
	const char *code = kis_param(call, "PDNO"), *side = kis_param(call, "SLL_BUY_DVSN");
	const char *exchange = kis_param(call, "OVRS_EXCG_CD");
	const char *filled = kis_param(call, "CCLD_NCCS_DVSN");
	char date[16];

	kis_date_text(call, yq_market_of(o->exchange)->country, o->time_us, date);
	return strcmp(date, kis_param(call, "ORD_STRT_DT")) >= 0 &&
	       strcmp(date, kis_param(call, "ORD_END_DT")) <= 0 &&
	       (code[0] == '\0' || code[0] == '%' || yq_str_equal(code, o->ticker)) &&
	       (exchange[0] == '\0' || exchange[0] == '%' ||
		   yq_str_equal(exchange, kis_exchange_of(o->exchange)->order)) &&
	       !(yq_str_equal(side, "01") && o->action != YQ_SELL) &&
	       !(yq_str_equal(side, "02") && o->action != YQ_BUY) &&
	       !(yq_str_equal(filled, "01") && yq_decimal_sign(o->filled) == 0) &&
	       !(yq_str_equal(filled, "02") && sim_state_is_final(o->state));
}

void
kis_overseas_fills(struct sim_call *call, const struct kis_tr *tr)
{
	struct kis_page page = kis_page(call, tr, kis_is_virtual(call) ? 15 : 20);
	bool rising = yq_str_equal(kis_param(call, "SORT_SQN"), "AS");
	const struct yq_table *orders = sim_orders(call->sim->exchange);
	struct yq_json_writer *w = &call->w;

	kis_begin(call, "output");
	yq_json_begin_array(w);
	for (struct yq_table_node *n = rising ? orders->oldest : orders->newest; n != NULL;
	     n = rising ? n->newer : n->older) {
		const struct sim_order *o = yq_container(n, struct sim_order, node);

		if (is_abroad(call, o) && is_asked(call, o) && kis_page_has(&page))
			put_fill_row(call, o);
	}
	yq_json_end_array(w);
	kis_page_end(call, &page);
	kis_end(call, KIS_OK_INQUIRY);
}

void
kis_overseas_open(struct sim_call *call, const struct kis_tr *tr)
{
	const struct kis_exchange *e = kis_exchange_by_order(kis_param(call, "OVRS_EXCG_CD"));
	struct kis_page page = kis_page(call, tr, 40);
	const struct yq_table *orders = sim_orders(call->sim->exchange);
	struct yq_json_writer *w = &call->w;

	kis_begin(call, "output");
	yq_json_begin_array(w);
	for (struct yq_table_node *n = orders->newest; n != NULL; n = n->older) {
		const struct sim_order *o = yq_container(n, struct sim_order, node);

		/* Here too "NASD" is all of the US. */
		if (!is_abroad(call, o) || sim_state_is_final(o->state) ||
		    (e != NULL && o->exchange != e->exchange &&
			!(e->exchange == YQ_NASDAQ &&
			    yq_market_of(o->exchange)->country == YQ_COUNTRY_US)) ||
		    !kis_page_has(&page))
			continue;
		yq_json_begin_object(w);
		put_head(call, o);
		put_quantities(call, o);
		yq_json_end_object(w);
	}
	yq_json_end_array(w);
	kis_page_end(call, &page);
	kis_end(call, KIS_OK_INQUIRY);
}
