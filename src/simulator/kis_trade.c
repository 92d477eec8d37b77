/* kis_trade.c - KIS's orders, at home and abroad: given, changed, taken back. */
#include <string.h>

#include "base/str.h"
#include "simulator/kis.h"

/* What an ORD_DVSN stands for. */
struct division {
	const char *code;
	enum yq_order_type type;
	enum yq_tif time_in_force;
	enum { OWN_PRICE, OTHER_SIDE, SAME_SIDE } price; /* where a limit comes from */
};

static const struct division domestic[] = {
	{ "00", YQ_TYPE_LIMIT, YQ_TIF_DAY, OWN_PRICE },
	{ "01", YQ_TYPE_MARKET, YQ_TIF_DAY, OWN_PRICE },
	{ "02", YQ_TYPE_LIMIT, YQ_TIF_DAY, OWN_PRICE },
	{ "03", YQ_TYPE_LIMIT, YQ_TIF_DAY, OTHER_SIDE },
	{ "04", YQ_TYPE_LIMIT, YQ_TIF_DAY, SAME_SIDE },
	{ "11", YQ_TYPE_LIMIT, YQ_TIF_IOC, OWN_PRICE },
	{ "12", YQ_TYPE_LIMIT, YQ_TIF_FOK, OWN_PRICE },
	{ "13", YQ_TYPE_MARKET, YQ_TIF_IOC, OWN_PRICE },
	{ "14", YQ_TYPE_MARKET, YQ_TIF_FOK, OWN_PRICE },
	{ "15", YQ_TYPE_LIMIT, YQ_TIF_IOC, OTHER_SIDE },
	{ "16", YQ_TYPE_LIMIT, YQ_TIF_FOK, OTHER_SIDE },
	{ "22", YQ_TYPE_STOP_LIMIT, YQ_TIF_DAY, OWN_PRICE },
};
static const struct division overseas[] = {
	{ "00", YQ_TYPE_LIMIT, YQ_TIF_DAY, OWN_PRICE },
};

static const struct division *
division_of(const struct division *list, size_t count, const char *code)
{
	for (size_t i = 0; i < count; i++) {
		if (yq_str_equal(list[i].code, code))
			return &list[i];
	}
	return NULL;
}

/* KIS's words for why not.  Which number means what is not documented whole; the text says it. */
static void
say_reason(struct sim_call *call, enum sim_reason reason, const char *text)
{
	static const struct {
		const char *code, *text;
	} words[] = {
		[SIM_DUPLICATE_ID] = { "APBK0000", NULL },
		[SIM_NO_CASH] = { "APBK0952", "주문가능금액을 초과 했습니다" },
		[SIM_NO_SHARES] = { "APBK0400", "주문 가능한 수량을 초과했습니다." },
		[SIM_BAD_QTY] = { "APBK0506", "주문수량을 확인 하여 주십시요." },
		[SIM_BAD_PRICE] = { "APBK0506", "주문단가를 확인 하여 주십시요. (호가단위 오류)" },
		[SIM_UNSUPPORTED] = { "APBK1234", NULL },
		[SIM_CLOSED] = { "APBK0344", "정정/취소할 수 있는 수량이 없습니다." },
		[SIM_TOO_MANY] = { "APBK1234", NULL },
	};

	kis_refuse(
	    call, words[reason].code, words[reason].text == NULL ? text : words[reason].text);
}

static void
show_number(struct sim_call *call, int64_t number)
{
	char odno[KIS_ODNO_SIZE], time[16];

	kis_odno(number, odno);
	kis_time_text(call, call->now_us, time);
	yq_json_begin_object(&call->w);
	yq_json_name(&call->w, "output");
	yq_json_begin_object(&call->w);
	kis_put(&call->w, "KRX_FWDG_ORD_ORGNO", KIS_ORGNO);
	kis_put(&call->w, "ODNO", odno);
	kis_put(&call->w, "ORD_TMD", time);
	yq_json_end_object(&call->w);
	kis_end(call, KIS_OK_ORDER);
}

static bool
is_trading(struct sim_call *call, const struct sim_instrument *i)
{
	bool korean = yq_market_of(i->exchange)->country == YQ_COUNTRY_KR;

	if (sim_is_open(call->sim->exchange, i->exchange, false, call->now_us))
		return true;
	kis_refuse(call, korean ? "APBK0918" : "APBK1664",
	    korean ? "장운영시간이 아닙니다." : "해외시장 주문시간이 아닙니다.");
	return false;
}

static void
submit(struct sim_call *call, const struct sim_ask *ask)
{
	struct sim_order *order;
	struct yq_err err;
	enum sim_reason reason = sim_submit(call->sim->exchange, ask, call->now_us, &order, &err);

	if (reason == SIM_DONE)
		show_number(call, order->number);
	else
		say_reason(call, reason, err.text);
}

/* What the division says of type, time in force and price. */
static void
apply_division(struct sim_call *call, const struct division *division, struct sim_ask *ask)
{
	struct sim_quote quote = sim_quote(call->sim->exchange, ask->instrument, call->now_us);
	bool buys = ask->action == YQ_BUY;

	ask->type = division->type;
	ask->time_in_force = division->time_in_force;
	if (division->price != OWN_PRICE)
		ask->price = yq_opt_decimal_of(
		    buys == (division->price == OTHER_SIDE) ? quote.ask : quote.bid);
	if (ask->type == YQ_TYPE_MARKET)
		ask->price = YQ_OPT_DECIMAL_NONE;
}

static void
say_unknown(struct sim_call *call)
{
	kis_refuse(call, "APBK0656", "해당종목정보가 없습니다.");
}

/* The quantity and the price of the body; false: one is no number, and that is said. */
static bool
read_terms(struct sim_call *call, const char *price_name, struct yq_decimal *qty,
    struct yq_opt_decimal *price)
{
	price->set = true;
	if (kis_number(call, "ORD_QTY", qty) && kis_number(call, price_name, &price->value))
		return true;
	kis_refuse(call, "APBK0506", "주문수량 또는 단가를 확인 하여 주십시요.");
	return false;
}

void
kis_order(struct sim_call *call, const struct kis_tr *tr)
{
	const char *code = kis_param(call, "ORD_DVSN"), *venue = kis_param(call, "EXCG_ID_DVSN_CD");
	const struct division *division = division_of(domestic, YQ_COUNT(domestic), code);
	struct sim_ask ask = { .account = call->account, .action = tr->action };
	char note[SIM_NOTE_SIZE];

	ask.instrument =
	    sim_instrument_in(call->sim->exchange, YQ_COUNTRY_KR, kis_param(call, "PDNO"));
	if (ask.instrument == NULL) {
		say_unknown(call);
		return;
	}
	if (division == NULL) {
		kis_refuse(call, "APBK1234", "시뮬레이터가 지원하지 않는 주문구분입니다.");
		return;
	}
	if (kis_is_virtual(call) && venue[0] != '\0' && !yq_str_equal(venue, "KRX")) {
		kis_refuse(call, "APBK1234", "모의투자에서는 KRX 만 가능합니다.");
		return;
	}
	if (!is_trading(call, ask.instrument) ||
	    !read_terms(call, "ORD_UNPR", &ask.qty, &ask.price))
		return;
	if (division->type == YQ_TYPE_STOP_LIMIT)
		ask.stop_price.set = kis_number(call, "CNDT_PRIC", &ask.stop_price.value);
	apply_division(call, division, &ask);
	(void)yq_str_format(note, sizeof(note), "%s|%s", code, venue[0] == '\0' ? "KRX" : venue);
	ask.note = note;
	submit(call, &ask);
}

/* The market of the body, if the transaction is for it. */
static const struct kis_exchange *
market_of(struct sim_call *call, const struct kis_tr *tr)
{
	const struct kis_exchange *e = kis_exchange_by_order(kis_param(call, "OVRS_EXCG_CD"));
	bool shanghai = yq_str_equal(tr->real, "TTTS0202U") ||
			yq_str_equal(tr->real, "TTTS1005U") || yq_str_equal(tr->real, "TTTS0302U");

	/* China's two exchanges have transactions of their own. */
	if (e == NULL || yq_market_of(e->exchange)->country != tr->country ||
	    (tr->country == YQ_COUNTRY_CN && shanghai != (e->exchange == YQ_SSE))) {
		kis_refuse(call, "APBK1234", "해외거래소코드를 확인 하여 주십시요.");
		return NULL;
	}
	return e;
}

void
kis_overseas_order(struct sim_call *call, const struct kis_tr *tr)
{
	const char *code = kis_param(call, "ORD_DVSN");
	const struct kis_exchange *e = market_of(call, tr);
	struct sim_ask ask = { .account = call->account, .action = tr->action };

	if (e == NULL)
		return;
	ask.instrument = sim_instrument(call->sim->exchange, e->exchange, kis_param(call, "PDNO"));
	if (ask.instrument == NULL) {
		say_unknown(call);
		return;
	}
	if (division_of(overseas, YQ_COUNT(overseas), code) == NULL) {
		kis_refuse(call, "APBK1234",
		    kis_is_virtual(call) ? "모의투자에서는 지정가만 가능합니다."
					 : "시뮬레이터가 지원하지 않는 주문구분입니다.");
		return;
	}
	if (!is_trading(call, ask.instrument) ||
	    !read_terms(call, "OVRS_ORD_UNPR", &ask.qty, &ask.price))
		return;
	apply_division(call, &overseas[0], &ask);
	ask.note = code;
	submit(call, &ask);
}

/* ---- changes ---- */

/* The order that ORGN_ODNO names, with another in its place where it was replaced. */
static struct sim_order *
original(struct sim_call *call)
{
	struct sim_order *o =
	    sim_order(call->sim->exchange, kis_odno_read(kis_param(call, "ORGN_ODNO")));

	if (o != NULL && o->account == call->account)
		return o;
	kis_refuse(call, "APBK0323", "원주문번호가 존재하지 않습니다.");
	return NULL;
}

static void
cancel(struct sim_call *call, struct sim_order *order)
{
	struct yq_err err;

	if (sim_state_is_final(order->state)) {
		say_reason(call, SIM_CLOSED, "");
		return;
	}
	/* The cancel has a number before its notice is made. */
	order->cancel_number = sim_take_number(call->sim->exchange);
	if (sim_cancel(call->sim->exchange, order, call->now_us, &err) == SIM_DONE)
		show_number(call, order->cancel_number);
}

/* Of the order so much is to be left, at a price if one is given. */
static void
replace(struct sim_call *call, struct sim_order *order, struct yq_decimal left,
    struct yq_opt_decimal price)
{
	struct sim_change change = { .qty = yq_opt_decimal_of(left), .price = price };
	struct sim_order *fresh;
	enum sim_reason reason;
	struct yq_err err;

	if (yq_decimal_cmp(left, sim_order_left(order)) > 0) {
		say_reason(call, SIM_CLOSED, "");
		return;
	}
	reason = sim_replace(call->sim->exchange, order, &change, call->now_us, &fresh, &err);
	if (reason == SIM_DONE)
		show_number(call, fresh->number);
	else
		say_reason(call, reason, err.text);
}

/* Both paths: `all` says that the quantity is the whole of what is left. */
static void
change(struct sim_call *call, struct sim_order *order, bool cancels, bool all,
    struct yq_decimal qty, struct yq_opt_decimal price)
{
	struct yq_decimal left = sim_order_left(order), kept;

	if (all)
		qty = left;
	if (!cancels) {
		replace(call, order, qty, price);
		return;
	}
	if (yq_decimal_cmp(qty, left) >= 0) {
		cancel(call, order);
		return;
	}
	if (yq_decimal_sub(left, qty, &kept) == YQ_OK)
		replace(call, order, kept, YQ_OPT_DECIMAL_NONE);
}

/* 01 changes, 02 cancels; -1 and an answer for anything else. */
static int
what_of(struct sim_call *call, bool cancel_only)
{
	const char *what = kis_param(call, "RVSE_CNCL_DVSN_CD");

	if (yq_str_equal(what, "02"))
		return 2;
	if (yq_str_equal(what, "01") && !cancel_only)
		return 1;
	kis_refuse(call, "APBK1234", "정정취소구분코드를 확인 하여 주십시요.");
	return -1;
}

void
kis_change(struct sim_call *call, const struct kis_tr *tr)
{
	struct sim_order *order = original(call);
	int what = order == NULL ? -1 : what_of(call, tr->cancel_only);
	bool all = yq_str_equal(kis_param(call, "QTY_ALL_ORD_YN"), "Y");
	struct yq_opt_decimal price;
	struct yq_decimal qty;

	if (what < 0 || !is_trading(call, order->instrument) ||
	    !read_terms(call, "ORD_UNPR", &qty, &price))
		return;
	change(call, order, what == 2, all, qty, price);
}

void
kis_overseas_change(struct sim_call *call, const struct kis_tr *tr)
{
	const struct kis_exchange *e = market_of(call, tr);
	struct sim_order *order = e == NULL ? NULL : original(call);
	int what = order == NULL ? -1 : what_of(call, tr->cancel_only);
	struct yq_opt_decimal price;
	struct yq_decimal qty;

	if (what < 0 || !is_trading(call, order->instrument) ||
	    !read_terms(call, "OVRS_ORD_UNPR", &qty, &price))
		return;
	if (order->exchange != e->exchange) {
		kis_refuse(call, "APBK0323", "원주문번호가 존재하지 않습니다.");
		return;
	}
	/* Abroad a cancel is of all that is left, whatever quantity it gives. */
	change(call, order, what == 2, what == 2, qty, price);
}
