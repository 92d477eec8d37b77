/* encode.c - orders, changes and questions in KIS's words. */
#include "broker/kis/encode.h"

#include <assert.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "domain/market.h"

#define LIMIT_ABROAD "00"

struct yq_kis_request
yq_kis_request_make(void)
{
	return (struct yq_kis_request){
		.query = yq_buf_make(YQ_KIS_REQUEST_MAX),
		.body = yq_buf_make(YQ_KIS_REQUEST_MAX),
	};
}

void
yq_kis_request_free(struct yq_kis_request *request)
{
	yq_buf_free(&request->query);
	yq_buf_free(&request->body);
}

/* ---- numbers ---- */

/* Written with at most `decimals` digits behind the point, or refused. */
static enum yq_rc
format(const char *what, struct yq_decimal value, unsigned decimals,
    char text[YQ_DECIMAL_TEXT_SIZE], struct yq_err *err)
{
	int64_t scaled;

	yq_decimal_format(value, text);
	if (yq_decimal_to_scaled(value, decimals, YQ_ROUND_EXACT, &scaled) == YQ_OK)
		return YQ_OK;
	return yq_err_set(err, YQ_E_REFUSED, "KIS takes %s with %u digits behind the point: %s",
	    what, decimals, text);
}

static enum yq_rc
format_price(enum yq_exchange exchange, struct yq_decimal price, char text[YQ_DECIMAL_TEXT_SIZE],
    struct yq_err *err)
{
	return format(
	    "a price of this exchange", price, yq_kis_market_of(exchange)->decimals, text, err);
}

static enum yq_rc
format_qty(struct yq_decimal qty, char text[YQ_DECIMAL_TEXT_SIZE], struct yq_err *err)
{
	return format("a quantity", qty, 0, text, err);
}

bool
yq_kis_number_of(const char *text, size_t length, char number[YQ_KIS_NUMBER_SIZE])
{
	static const char zeros[] = "0000000000";

	while (length > 0 && text[length - 1] == ' ')
		length--;
	if (length == 0 || length >= YQ_KIS_NUMBER_SIZE)
		return false;
	for (size_t i = 0; i < length; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return yq_str_format(number, YQ_KIS_NUMBER_SIZE, "%s%.*s",
	    length < sizeof(zeros) - 1 ? zeros + length : "", (int)length, text);
}

/* ---- the market, where there is none ---- */

#define BPS_WHOLE 10000

bool
yq_kis_needs_limit(const struct yq_order *order)
{
	return order->type == YQ_TYPE_MARKET && !yq_kis_market_of(order->exchange)->domestic;
}

enum yq_rc
yq_kis_collar(enum yq_exchange exchange, enum yq_action action, struct yq_decimal last,
    uint32_t collar_bps, struct yq_decimal *limit, struct yq_err *err)
{
	int64_t factor = BPS_WHOLE + (action == YQ_BUY ? 1 : -1) * (int64_t)collar_bps;
	bool buys = action == YQ_BUY;
	struct yq_decimal bound;

	if (factor <= 0 || yq_decimal_sign(last) <= 0 ||
	    yq_decimal_mul_div(last, yq_decimal_from_int(factor), yq_decimal_from_int(BPS_WHOLE),
		buys ? YQ_ROUND_FLOOR : YQ_ROUND_CEILING, &bound) != YQ_OK)
		return yq_err_set(err, YQ_E_INVALID, "there is no price to put a collar on");
	if (yq_tick_round_limit(exchange, action, bound, limit) == YQ_OK &&
	    (buys ? yq_decimal_cmp(*limit, last) >= 0 : yq_decimal_cmp(*limit, last) <= 0))
		return YQ_OK;
	/* One step is more than the collar. */
	if (yq_tick_round(exchange, last, buys ? YQ_ROUND_CEILING : YQ_ROUND_FLOOR, limit) == YQ_OK)
		return YQ_OK;
	return yq_err_set(err, YQ_E_INVALID, "no price is left below the collar");
}

/* ---- orders ---- */

/* ORD_DVSN at home, by type and time in force; NULL: KIS has no such order. */
static const char *const kinds_at_home[YQ_TYPE_COUNT][YQ_TIF_COUNT] = {
	[YQ_TYPE_LIMIT] = { [YQ_TIF_DAY] = "00", [YQ_TIF_IOC] = "11", [YQ_TIF_FOK] = "12" },
	[YQ_TYPE_MARKET] = { [YQ_TIF_DAY] = "01", [YQ_TIF_IOC] = "13", [YQ_TIF_FOK] = "14" },
	[YQ_TYPE_STOP_LIMIT] = { [YQ_TIF_DAY] = "22" },
};
/* Abroad everything is a limit of one day. */
static const char *const kinds_abroad[YQ_TYPE_COUNT][YQ_TIF_COUNT] = {
	[YQ_TYPE_LIMIT] = { [YQ_TIF_DAY] = LIMIT_ABROAD },
	[YQ_TYPE_MARKET] = { [YQ_TIF_DAY] = LIMIT_ABROAD },
};

static const char *
kind_at(enum yq_exchange exchange, enum yq_order_type type, enum yq_tif tif)
{
	return (yq_kis_market_of(exchange)->domestic ? kinds_at_home : kinds_abroad)[type][tif];
}

uint32_t
yq_kis_lacks(enum yq_exchange exchange)
{
	uint32_t kinds = 0;

	for (unsigned type = 0; type < YQ_TYPE_COUNT; type++)
		for (unsigned tif = 0; tif < YQ_TIF_COUNT; tif++)
			if (kind_at(exchange, (enum yq_order_type)type, (enum yq_tif)tif) == NULL)
				kinds |= YQ_ORDER_KIND(type, tif);
	return kinds;
}

static enum yq_rc
kind_of(const struct yq_order *order, const char **kind, struct yq_err *err)
{
	*kind = kind_at(order->exchange, order->type, order->time_in_force);
	if (*kind != NULL)
		return YQ_OK;
	return yq_err_set(err, YQ_E_REFUSED, "KIS does not take %s orders with %s on %s",
	    yq_names_text(&yq_order_type_names, (int)order->type),
	    yq_names_text(&yq_tif_names, (int)order->time_in_force),
	    yq_names_text(&yq_exchange_names, (int)order->exchange));
}

static void
put_account(struct yq_json_writer *w, const struct yq_kis_account *account)
{
	yq_json_put_text(w, "CANO", account->number);
	yq_json_put_text(w, "ACNT_PRDT_CD", account->product);
}

static enum yq_rc
end_body(struct yq_json_writer *w, const struct yq_kis_request *request, struct yq_err *err)
{
	yq_json_end_object(w);
	if (yq_buf_ok(&request->body))
		return YQ_OK;
	return yq_err_set(err, YQ_E_REFUSED, "the order does not fit a request");
}

static void
put_home_order(struct yq_json_writer *w, const struct yq_kis_account *account,
    const struct yq_order *order, const char *price, const char *stop)
{
	yq_json_put_text(w, "ORD_UNPR", price);
	yq_json_put_text(w, "EXCG_ID_DVSN_CD",
	    account->is_virtual || account->route[0] == '\0' ? "KRX" : account->route);
	if (order->action == YQ_SELL)
		yq_json_put_text(w, "SLL_TYPE", "01");
	if (stop != NULL)
		yq_json_put_text(w, "CNDT_PRIC", stop);
}

static void
put_abroad_order(struct yq_json_writer *w, const struct yq_order *order, const char *price)
{
	yq_json_put_text(w, "OVRS_EXCG_CD", yq_kis_market_of(order->exchange)->order_code);
	yq_json_put_text(w, "OVRS_ORD_UNPR", price);
	yq_json_put_text(w, "CTAC_TLNO", "");
	yq_json_put_text(w, "MGCO_APTM_ODNO", "");
	yq_json_put_text(w, "SLL_TYPE", order->action == YQ_SELL ? "00" : "");
	yq_json_put_text(w, "ORD_SVR_DVSN_CD", "0");
}

/* The price that is sent, and the stop; "0" and NULL where there is none. */
static enum yq_rc
prices_of(const struct yq_order *order, struct yq_decimal limit, char price[YQ_DECIMAL_TEXT_SIZE],
    char stop[YQ_DECIMAL_TEXT_SIZE], struct yq_err *err)
{
	bool has_limit = order->type == YQ_TYPE_LIMIT || order->type == YQ_TYPE_STOP_LIMIT;
	enum yq_rc rc;

	stop[0] = '\0';
	yq_decimal_format(YQ_DECIMAL_ZERO, price);
	if (has_limit && !order->price.set)
		return yq_err_set(err, YQ_E_REFUSED, "a limit order needs a price");
	if (has_limit || yq_kis_needs_limit(order)) {
		rc = format_price(
		    order->exchange, has_limit ? order->price.value : limit, price, err);
		if (rc != YQ_OK)
			return rc;
	}
	if (order->type != YQ_TYPE_STOP_LIMIT)
		return YQ_OK;
	if (!order->stop_price.set)
		return yq_err_set(err, YQ_E_REFUSED, "a stop order needs a stop price");
	return format_price(order->exchange, order->stop_price.value, stop, err);
}

enum yq_rc
yq_kis_encode_order(const struct yq_kis_account *account, const struct yq_order *order,
    struct yq_decimal limit, struct yq_kis_request *request, struct yq_err *err)
{
	enum yq_kis_op op = order->action == YQ_BUY ? YQ_KIS_BUY : YQ_KIS_SELL;
	struct yq_json_writer w = yq_json_writer_make(&request->body);
	char qty[YQ_DECIMAL_TEXT_SIZE], price[YQ_DECIMAL_TEXT_SIZE], stop[YQ_DECIMAL_TEXT_SIZE];
	const char *kind = NULL;
	enum yq_rc rc;

	rc = yq_kis_code_find(order->exchange, op, account->is_virtual, &request->code, err);
	if (rc == YQ_OK)
		rc = kind_of(order, &kind, err);
	if (rc == YQ_OK)
		rc = format_qty(order->qty, qty, err);
	if (rc == YQ_OK)
		rc = prices_of(order, limit, price, stop, err);
	if (rc != YQ_OK)
		return rc;
	yq_json_begin_object(&w);
	put_account(&w, account);
	yq_json_put_text(&w, "PDNO", order->ticker);
	yq_json_put_text(&w, "ORD_DVSN", kind);
	yq_json_put_text(&w, "ORD_QTY", qty);
	if (yq_kis_market_of(order->exchange)->domestic)
		put_home_order(&w, account, order, price, stop[0] != '\0' ? stop : NULL);
	else
		put_abroad_order(&w, order, price);
	return end_body(&w, request, err);
}

/* Modify and cancel are one call, told apart by a code: "01", "02". */
static enum yq_rc
encode_change(const struct yq_kis_account *account, const struct yq_kis_target *target,
    enum yq_kis_op op, const char *qty, const char *price, struct yq_kis_request *request,
    struct yq_err *err)
{
	const struct yq_order *order = target->order;
	const struct yq_kis_market *market = yq_kis_market_of(order->exchange);
	struct yq_json_writer w = yq_json_writer_make(&request->body);
	const char *kind = NULL;
	enum yq_rc rc;

	rc = yq_kis_code_find(order->exchange, op, account->is_virtual, &request->code, err);
	if (rc == YQ_OK)
		rc = kind_of(order, &kind, err);
	if (rc != YQ_OK)
		return rc;
	yq_json_begin_object(&w);
	put_account(&w, account);
	yq_json_put_text(&w, "ORGN_ODNO", target->number);
	yq_json_put_text(&w, "RVSE_CNCL_DVSN_CD", op == YQ_KIS_MODIFY ? "01" : "02");
	yq_json_put_text(&w, "ORD_QTY", qty);
	if (market->domestic) {
		yq_json_put_text(&w, "KRX_FWDG_ORD_ORGNO", target->branch);
		yq_json_put_text(&w, "ORD_DVSN", kind);
		yq_json_put_text(&w, "ORD_UNPR", price);
		yq_json_put_text(&w, "QTY_ALL_ORD_YN", "Y");
	} else {
		yq_json_put_text(&w, "OVRS_EXCG_CD", market->order_code);
		yq_json_put_text(&w, "PDNO", order->ticker);
		yq_json_put_text(&w, "OVRS_ORD_UNPR", price);
		yq_json_put_text(&w, "MGCO_APTM_ODNO", "");
		yq_json_put_text(&w, "ORD_SVR_DVSN_CD", "0");
	}
	return end_body(&w, request, err);
}

enum yq_rc
yq_kis_encode_cancel(const struct yq_kis_account *account, const struct yq_kis_target *target,
    struct yq_kis_request *request, struct yq_err *err)
{
	char qty[YQ_DECIMAL_TEXT_SIZE];
	enum yq_rc rc = format_qty(target->left, qty, err);

	return rc != YQ_OK ? rc
			   : encode_change(account, target, YQ_KIS_CANCEL, qty, "0", request, err);
}

enum yq_rc
yq_kis_encode_modify(const struct yq_kis_account *account, const struct yq_kis_target *target,
    struct yq_decimal price, struct yq_kis_request *request, struct yq_err *err)
{
	char qty[YQ_DECIMAL_TEXT_SIZE], text[YQ_DECIMAL_TEXT_SIZE];
	enum yq_rc rc = format_qty(target->left, qty, err);

	if (rc == YQ_OK)
		rc = format_price(target->order->exchange, price, text, err);
	return rc != YQ_OK ? rc
			   : encode_change(account, target, YQ_KIS_MODIFY, qty, text, request, err);
}

/* ---- keys and the stream ---- */

static void
encode_key(const char *key, const char *secret_name, const char *secret, struct yq_buf *body)
{
	struct yq_json_writer w = yq_json_writer_make(body);

	yq_json_begin_object(&w);
	yq_json_put_text(&w, "grant_type", "client_credentials");
	yq_json_put_text(&w, "appkey", key);
	yq_json_put_text(&w, secret_name, secret);
	yq_json_end_object(&w);
}

void
yq_kis_encode_token(const char *key, const char *secret, struct yq_buf *body)
{
	encode_key(key, "appsecret", secret, body);
}

void
yq_kis_encode_approval(const char *key, const char *secret, struct yq_buf *body)
{
	encode_key(key, "secretkey", secret, body);
}

bool
yq_kis_tick_key(enum yq_exchange exchange, const char *ticker, char *key, size_t size)
{
	const struct yq_kis_market *market = yq_kis_market_of(exchange);

	if (market->domestic)
		return yq_str_copy(key, size, ticker);
	return yq_str_format(key, size, "D%s%s", market->quote_code, ticker);
}

void
yq_kis_encode_subscribe(const char *approval_key, const char *feed_id, const char *key, bool begins,
    struct yq_buf *text)
{
	struct yq_json_writer w = yq_json_writer_make(text);

	yq_json_begin_object(&w);
	yq_json_name(&w, "header");
	yq_json_begin_object(&w);
	yq_json_put_text(&w, "approval_key", approval_key);
	yq_json_put_text(&w, "custtype", "P");
	yq_json_put_text(&w, "tr_type", begins ? "1" : "2");
	yq_json_put_text(&w, "content-type", "utf-8");
	yq_json_end_object(&w);
	yq_json_name(&w, "body");
	yq_json_begin_object(&w);
	yq_json_name(&w, "input");
	yq_json_begin_object(&w);
	yq_json_put_text(&w, "tr_id", feed_id);
	yq_json_put_text(&w, "tr_key", key);
	yq_json_end_object(&w);
	yq_json_end_object(&w);
	yq_json_end_object(&w);
}
