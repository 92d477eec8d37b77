/* encode_question.c - questions to KIS: all of them are a query in a URL. */
#include <string.h>

#include "broker/kis/encode.h"
#include "domain/market.h"

/* RFC 3986: what is not unreserved is written as %XX. */
static void
add_escaped(struct yq_buf *query, const char *text)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		    strchr("-._~", c) != NULL) {
			yq_buf_add_char(query, (char)c);
		} else {
			yq_buf_add_char(query, '%');
			yq_buf_add_char(query, digits[c >> 4]);
			yq_buf_add_char(query, digits[c & 15]);
		}
	}
}

struct pair {
	const char *name, *value;
};

static enum yq_rc
ask(struct yq_kis_request *request, const struct pair *pairs, size_t count, struct yq_err *err)
{
	for (size_t i = 0; i < count; i++) {
		if (request->query.length > 0)
			yq_buf_add_char(&request->query, '&');
		yq_buf_add_text(&request->query, pairs[i].name);
		yq_buf_add_char(&request->query, '=');
		add_escaped(&request->query, pairs[i].value);
	}
	if (yq_buf_ok(&request->query))
		return YQ_OK;
	return yq_err_set(err, YQ_E_REFUSED, "the question does not fit a request");
}

static enum yq_rc
orders_at_home(const struct yq_kis_account *account, const char *from, const char *to,
    const struct yq_kis_page *page, struct yq_kis_request *request, struct yq_err *err)
{
	const struct pair pairs[] = {
		{ "CANO", account->number },
		{ "ACNT_PRDT_CD", account->product },
		{ "INQR_STRT_DT", from },
		{ "INQR_END_DT", to },
		{ "SLL_BUY_DVSN_CD", "00" },
		{ "PDNO", "" },
		{ "ORD_GNO_BRNO", "" },
		{ "ODNO", "" },
		{ "CCLD_DVSN", "00" },
		{ "INQR_DVSN", "00" },
		{ "INQR_DVSN_1", "" },
		{ "INQR_DVSN_3", "00" },
		{ "EXCG_ID_DVSN_CD", account->is_virtual ? "KRX" : "ALL" },
		{ "CTX_AREA_FK100", page->fk },
		{ "CTX_AREA_NK100", page->nk },
	};

	return ask(request, pairs, YQ_COUNT(pairs), err);
}

static enum yq_rc
orders_abroad(const struct yq_kis_account *account, const char *from, const char *to,
    const struct yq_kis_page *page, struct yq_kis_request *request, struct yq_err *err)
{
	const char *all = account->is_virtual ? "" : "%";
	const struct pair pairs[] = {
		{ "CANO", account->number },
		{ "ACNT_PRDT_CD", account->product },
		{ "PDNO", all },
		{ "ORD_STRT_DT", from },
		{ "ORD_END_DT", to },
		{ "SLL_BUY_DVSN", "00" },
		{ "CCLD_NCCS_DVSN", "00" },
		{ "OVRS_EXCG_CD", all },
		{ "SORT_SQN", "DS" },
		{ "ORD_DT", "" },
		{ "ORD_GNO_BRNO", "" },
		{ "ODNO", "" },
		{ "CTX_AREA_FK200", page->fk },
		{ "CTX_AREA_NK200", page->nk },
	};

	return ask(request, pairs, YQ_COUNT(pairs), err);
}

enum yq_rc
yq_kis_encode_orders(const struct yq_kis_account *account, enum yq_exchange exchange,
    const char *from, const char *to, const struct yq_kis_page *page,
    struct yq_kis_request *request, struct yq_err *err)
{
	enum yq_rc rc;

	request->next_page = page->more;
	rc = yq_kis_code_find(exchange, YQ_KIS_ORDERS, account->is_virtual, &request->code, err);
	if (rc != YQ_OK)
		return rc;
	return (yq_kis_market_of(exchange)->domestic ? orders_at_home : orders_abroad)(
	    account, from, to, page, request, err);
}

static enum yq_rc
positions_at_home(const struct yq_kis_account *account, const struct yq_kis_page *page,
    struct yq_kis_request *request, struct yq_err *err)
{
	const struct pair pairs[] = {
		{ "CANO", account->number },
		{ "ACNT_PRDT_CD", account->product },
		{ "AFHR_FLPR_YN", "N" },
		{ "OFL_YN", "" },
		{ "INQR_DVSN", "02" },
		{ "UNPR_DVSN", "01" },
		{ "FUND_STTL_ICLD_YN", "N" },
		{ "FNCG_AMT_AUTO_RDPT_YN", "N" },
		{ "PRCS_DVSN", "00" },
		{ "CTX_AREA_FK100", page->fk },
		{ "CTX_AREA_NK100", page->nk },
	};

	return ask(request, pairs, YQ_COUNT(pairs), err);
}

static enum yq_rc
positions_abroad(const struct yq_kis_account *account, enum yq_exchange exchange,
    const struct yq_kis_page *page, struct yq_kis_request *request, struct yq_err *err)
{
	const struct pair pairs[] = {
		{ "CANO", account->number },
		{ "ACNT_PRDT_CD", account->product },
		{ "OVRS_EXCG_CD", yq_kis_market_of(exchange)->order_code },
		{ "TR_CRCY_CD",
		    yq_names_text(&yq_currency_names, (int)yq_market_of(exchange)->currency) },
		{ "CTX_AREA_FK200", page->fk },
		{ "CTX_AREA_NK200", page->nk },
	};

	return ask(request, pairs, YQ_COUNT(pairs), err);
}

enum yq_rc
yq_kis_encode_positions(const struct yq_kis_account *account, enum yq_exchange exchange,
    const struct yq_kis_page *page, struct yq_kis_request *request, struct yq_err *err)
{
	enum yq_rc rc;

	request->next_page = page->more;
	rc = yq_kis_code_find(exchange, YQ_KIS_POSITIONS, account->is_virtual, &request->code, err);
	if (rc != YQ_OK)
		return rc;
	return yq_kis_market_of(exchange)->domestic
		   ? positions_at_home(account, page, request, err)
		   : positions_abroad(account, exchange, page, request, err);
}

/* A virtual account is told no foreign cash but what an order may cost, and that of an issue: one
 * that everybody knows. */
static const char *const known_issues[YQ_COUNTRY_COUNT] = {
	[YQ_COUNTRY_US] = "AAPL",
	[YQ_COUNTRY_CN] = "600519",
	[YQ_COUNTRY_JP] = "7203",
	[YQ_COUNTRY_HK] = "00700",
	[YQ_COUNTRY_VN] = "SHS",
};

static enum yq_rc
power(const struct yq_kis_account *account, enum yq_exchange exchange,
    struct yq_kis_request *request, struct yq_err *err)
{
	const struct pair pairs[] = {
		{ "CANO", account->number },
		{ "ACNT_PRDT_CD", account->product },
		{ "OVRS_EXCG_CD", yq_kis_market_of(exchange)->order_code },
		{ "OVRS_ORD_UNPR", "1" },
		{ "ITEM_CD", known_issues[yq_market_of(exchange)->country] },
	};
	enum yq_rc rc =
	    yq_kis_code_find(exchange, YQ_KIS_POWER, account->is_virtual, &request->code, err);

	return rc == YQ_OK ? ask(request, pairs, YQ_COUNT(pairs), err) : rc;
}

enum yq_rc
yq_kis_encode_cash(const struct yq_kis_account *account, enum yq_exchange exchange,
    struct yq_kis_request *request, struct yq_err *err)
{
	static const struct yq_kis_page first = { 0 };
	const struct pair pairs[] = {
		{ "CANO", account->number },
		{ "ACNT_PRDT_CD", account->product },
		{ "WCRC_FRCR_DVSN_CD", "02" },
		{ "NATN_CD", "000" },
		{ "TR_MKET_CD", "00" },
		{ "INQR_DVSN_CD", "00" },
	};
	bool domestic = yq_kis_market_of(exchange)->domestic;
	enum yq_rc rc;

	if (account->is_virtual && !domestic)
		return power(account, exchange, request, err);
	rc = yq_kis_code_find(exchange, YQ_KIS_CASH, account->is_virtual, &request->code, err);
	if (rc != YQ_OK)
		return rc;
	return domestic ? positions_at_home(account, &first, request, err)
			: ask(request, pairs, YQ_COUNT(pairs), err);
}

enum yq_rc
yq_kis_encode_price(enum yq_exchange exchange, const char *ticker, bool is_virtual,
    struct yq_kis_request *request, struct yq_err *err)
{
	const struct yq_kis_market *market = yq_kis_market_of(exchange);
	enum yq_rc rc;

	rc = yq_kis_code_find(exchange, YQ_KIS_PRICE, is_virtual, &request->code, err);
	if (rc != YQ_OK)
		return rc;
	if (market->domestic)
		return ask(request,
		    (const struct pair[]){ { "FID_COND_MRKT_DIV_CODE", market->quote_code },
			{ "FID_INPUT_ISCD", ticker } },
		    2, err);
	return ask(request,
	    (const struct pair[]){
		{ "AUTH", "" }, { "EXCD", market->quote_code }, { "SYMB", ticker } },
	    3, err);
}
