/*
 * test_kis_codes.c - every exchange, side, operation and kind of account: id, path and what is
 * sent, against a table typed from KIS's documents, not from the source.
 */
#include "test.h"

#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "broker/kis/encode.h"
#include "domain/market.h"

#define D "/uapi/domestic-stock/v1"
#define O "/uapi/overseas-stock/v1"
#define P "/uapi/overseas-price/v1"

/* clang-format off */
static const struct row {
	enum yq_exchange exchange;
	const char *code, *quote, *nation, *currency; /* "" = the home market */
	struct { const char *real, *virtual; } buy, sell, modify, cancel, orders, positions, cash, price;
} table[] = {
#define HOME(e) \
	{ e, "", "J", "", "KRW", \
	  { "TTTC0012U", "VTTC0012U" }, { "TTTC0011U", "VTTC0011U" }, \
	  { "TTTC0013U", "VTTC0013U" }, { "TTTC0013U", "VTTC0013U" }, \
	  { "TTTC0081R", "VTTC0081R" }, { "TTTC8434R", "VTTC8434R" }, { "TTTC8434R", "VTTC8434R" }, \
	  { "FHKST01010100", "FHKST01010100" } }
#define QUESTIONS \
	  { "TTTS3035R", "VTTS3035R" }, { "TTTS3012R", "VTTS3012R" }, { "CTRP6504R", "VTRP6504R" }, \
	  { "HHDFS00000300", "HHDFS00000300" }
#define US(e, code, quote) \
	{ e, code, quote, "840", "USD", \
	  { "TTTT1002U", "VTTT1002U" }, { "TTTT1006U", "VTTT1001U" }, \
	  { "TTTT1004U", "VTTT1004U" }, { "TTTT1004U", "VTTT1004U" }, QUESTIONS }
#define VN(e, code, quote) \
	{ e, code, quote, "704", "VND", \
	  { "TTTS0311U", "VTTS0311U" }, { "TTTS0310U", "VTTS0310U" }, \
	  { NULL, NULL }, { "TTTS0312U", "VTTS0312U" }, QUESTIONS }
	HOME(YQ_KRX), HOME(YQ_KOSPI), HOME(YQ_KOSDAQ),
	US(YQ_NASDAQ, "NASD", "NAS"), US(YQ_NYSE, "NYSE", "NYS"), US(YQ_AMEX, "AMEX", "AMS"),
	{ YQ_HKEX, "SEHK", "HKS", "344", "HKD",
	  { "TTTS1002U", "VTTS1002U" }, { "TTTS1001U", "VTTS1001U" },
	  { "TTTS1003U", "VTTS1003U" }, { "TTTS1003U", "VTTS1003U" }, QUESTIONS },
	{ YQ_SSE, "SHAA", "SHS", "156", "CNY",
	  { "TTTS0202U", "VTTS0202U" }, { "TTTS1005U", "VTTS1005U" },
	  { NULL, NULL }, { "TTTS0302U", "VTTS0302U" }, QUESTIONS },
	{ YQ_SZSE, "SZAA", "SZS", "156", "CNY",
	  { "TTTS0305U", "VTTS0305U" }, { "TTTS0304U", "VTTS0304U" },
	  { NULL, NULL }, { "TTTS0306U", "VTTS0306U" }, QUESTIONS },
	{ YQ_TSE, "TKSE", "TSE", "392", "JPY",
	  { "TTTS0308U", "VTTS0308U" }, { "TTTS0307U", "VTTS0307U" },
	  { "TTTS0309U", "VTTS0309U" }, { "TTTS0309U", "VTTS0309U" }, QUESTIONS },
	VN(YQ_HNX, "HASE", "HNX"), VN(YQ_HOSE, "VNSE", "HSX"),
};
/* clang-format on */

static const struct yq_kis_account accounts[] = {
	{ "12345678", "01", false, "" },
	{ "87654321", "01", true, "" },
};

static bool
is_home(const struct row *row)
{
	return row->code[0] == '\0';
}

static struct yq_order
order_of(const struct row *row, enum yq_action action)
{
	struct yq_order order = yq_order_default();

	yq_str_copy_cut(order.ticker, sizeof(order.ticker), is_home(row) ? "005930" : "AAPL");
	order.exchange = row->exchange;
	order.action = action;
	order.type = YQ_TYPE_LIMIT;
	order.qty = yq_decimal_from_int(10);
	order.price = yq_opt_decimal_of(yq_decimal_from_int(71500));
	return order;
}

static void
check_text(const yq_json *object, const char *name, const char *expected)
{
	const yq_json *value = yq_json_get(object, name);

	assert_int_equal(yq_json_type_of(value), YQ_JSON_STRING);
	assert_string_equal(yq_json_text(value, NULL), expected);
}

static bool
is_upper_text(void *unused, const char *name, const yq_json *value)
{
	(void)unused;
	for (; *name != '\0'; name++)
		assert_true((*name >= 'A' && *name <= 'Z') || (*name >= '0' && *name <= '9') ||
			    *name == '_');
	assert_int_equal(yq_json_type_of(value), YQ_JSON_STRING);
	return true;
}

static yq_json *
body_of(const struct yq_kis_request *request, const struct yq_kis_account *account)
{
	yq_json *root = NULL;

	assert_true(request->code.posts);
	assert_int_equal(yq_json_parse(request->body.data, request->body.length, &root, NULL), 0);
	yq_json_each(root, is_upper_text, NULL);
	check_text(root, "CANO", account->number);
	check_text(root, "ACNT_PRDT_CD", "01");
	return root;
}

static void
check_code(const struct yq_kis_request *request, const char *id, const char *path)
{
	assert_string_equal(request->code.tr_id, id);
	assert_string_equal(request->code.path, path);
}

static void
check_order(const struct row *row, const struct yq_kis_account *account, enum yq_action action)
{
	struct yq_kis_request request = yq_kis_request_make();
	struct yq_order order = order_of(row, action);
	const char *real = action == YQ_BUY ? row->buy.real : row->sell.real;
	const char *virtual = action == YQ_BUY ? row->buy.virtual : row->sell.virtual;
	yq_json *body;

	assert_int_equal(
	    yq_kis_encode_order(account, &order, YQ_DECIMAL_ZERO, &request, NULL), YQ_OK);
	check_code(&request, account->is_virtual ? virtual : real,
	    is_home(row) ? D "/trading/order-cash" : O "/trading/order");
	body = body_of(&request, account);
	check_text(body, "PDNO", order.ticker);
	check_text(body, "ORD_QTY", "10");
	check_text(body, "ORD_DVSN", "00");
	if (is_home(row)) {
		check_text(body, "ORD_UNPR", "71500");
		check_text(body, "EXCG_ID_DVSN_CD", "KRX");
		assert_null(yq_json_get(body, "OVRS_EXCG_CD"));
	} else {
		check_text(body, "OVRS_EXCG_CD", row->code);
		check_text(body, "OVRS_ORD_UNPR", "71500");
		check_text(body, "CTAC_TLNO", "");
		check_text(body, "MGCO_APTM_ODNO", "");
		check_text(body, "SLL_TYPE", action == YQ_BUY ? "" : "00");
		check_text(body, "ORD_SVR_DVSN_CD", "0");
	}
	yq_json_free(body);
	yq_kis_request_free(&request);
}

static void
check_change(const struct row *row, const struct yq_kis_account *account, bool cancels)
{
	struct yq_kis_request request = yq_kis_request_make();
	struct yq_order order = order_of(row, YQ_SELL);
	struct yq_kis_target target = { &order, "0000117057", "06010", yq_decimal_from_int(7) };
	const char *real = cancels ? row->cancel.real : row->modify.real;
	const char *virtual = cancels ? row->cancel.virtual : row->modify.virtual;
	struct yq_err err;
	enum yq_rc rc = cancels ? yq_kis_encode_cancel(account, &target, &request, &err)
				: yq_kis_encode_modify(
				      account, &target, yq_decimal_from_int(72000), &request, &err);
	yq_json *body;

	if (real == NULL) { /* cancel only: said, and nothing is made */
		assert_int_equal(rc, YQ_E_REFUSED);
		assert_non_null(
		    strstr(err.text, yq_names_text(&yq_exchange_names, (int)row->exchange)));
		assert_int_equal(request.body.length, 0);
		yq_kis_request_free(&request);
		return;
	}
	assert_int_equal(rc, YQ_OK);
	check_code(&request, account->is_virtual ? virtual : real,
	    is_home(row) ? D "/trading/order-rvsecncl" : O "/trading/order-rvsecncl");
	body = body_of(&request, account);
	check_text(body, "ORGN_ODNO", "0000117057");
	check_text(body, "RVSE_CNCL_DVSN_CD", cancels ? "02" : "01");
	check_text(body, "ORD_QTY", "7");
	check_text(body, is_home(row) ? "ORD_UNPR" : "OVRS_ORD_UNPR", cancels ? "0" : "72000");
	if (is_home(row)) {
		check_text(body, "KRX_FWDG_ORD_ORGNO", "06010");
		check_text(body, "QTY_ALL_ORD_YN", "Y");
	} else {
		check_text(body, "OVRS_EXCG_CD", row->code);
		check_text(body, "PDNO", order.ticker);
	}
	yq_json_free(body);
	yq_kis_request_free(&request);
}

/* The query has exactly these pairs, in this order. */
static void
check_query(const struct yq_kis_request *request, const char *expected)
{
	assert_false(request->code.posts);
	assert_string_equal(yq_buf_text(&request->query), expected);
}

static void
check_fills(const struct row *row, const struct yq_kis_account *account)
{
	struct yq_kis_request request = yq_kis_request_make();
	struct yq_kis_page page = { .more = true, .fk = "a b", .nk = "c^1" };
	struct yq_buf expected = yq_buf_make(2048);

	assert_int_equal(yq_kis_encode_orders(
			     account, row->exchange, "20261122", "20261123", &page, &request, NULL),
	    YQ_OK);
	assert_true(request.next_page);
	check_code(&request, account->is_virtual ? row->orders.virtual : row->orders.real,
	    is_home(row) ? D "/trading/inquire-daily-ccld" : O "/trading/inquire-ccnl");
	yq_buf_add_format(&expected, "CANO=%s&ACNT_PRDT_CD=01&", account->number);
	if (is_home(row))
		yq_buf_add_format(&expected,
		    "INQR_STRT_DT=20261122&INQR_END_DT=20261123&SLL_BUY_DVSN_CD=00&PDNO=&"
		    "ORD_GNO_BRNO=&ODNO=&CCLD_DVSN=00&INQR_DVSN=00&INQR_DVSN_1=&INQR_DVSN_3=00&"
		    "EXCG_ID_DVSN_CD=%s&CTX_AREA_FK100=a%%20b&CTX_AREA_NK100=c%%5E1",
		    account->is_virtual ? "KRX" : "ALL");
	else
		yq_buf_add_format(&expected,
		    "PDNO=%s&ORD_STRT_DT=20261122&ORD_END_DT=20261123&SLL_BUY_DVSN=00&"
		    "CCLD_NCCS_DVSN=00&OVRS_EXCG_CD=%s&SORT_SQN=DS&ORD_DT=&ORD_GNO_BRNO=&ODNO=&"
		    "CTX_AREA_FK200=a%%20b&CTX_AREA_NK200=c%%5E1",
		    account->is_virtual ? "" : "%25", account->is_virtual ? "" : "%25");
	check_query(&request, yq_buf_text(&expected));
	yq_buf_free(&expected);
	yq_kis_request_free(&request);
}

static void
check_books(const struct row *row, const struct yq_kis_account *account)
{
	struct yq_kis_request request = yq_kis_request_make(), cash = yq_kis_request_make();
	struct yq_kis_page first = { 0 };
	struct yq_buf expected = yq_buf_make(2048);
	struct yq_kis_code code;

	assert_int_equal(
	    yq_kis_encode_positions(account, row->exchange, &first, &request, NULL), YQ_OK);
	assert_int_equal(yq_kis_encode_cash(account, row->exchange, &cash, NULL), YQ_OK);
	check_code(&request, account->is_virtual ? row->positions.virtual : row->positions.real,
	    is_home(row) ? D "/trading/inquire-balance" : O "/trading/inquire-balance");
	if (account->is_virtual && !is_home(row)) /* all that it is told */
		check_code(&cash, "VTTS3007R", O "/trading/inquire-psamount");
	else
		check_code(&cash, account->is_virtual ? row->cash.virtual : row->cash.real,
		    is_home(row) ? D "/trading/inquire-balance"
				 : O "/trading/inquire-present-balance");
	yq_buf_add_format(&expected, "CANO=%s&ACNT_PRDT_CD=01&", account->number);
	if (is_home(row))
		yq_buf_add_text(&expected,
		    "AFHR_FLPR_YN=N&OFL_YN=&INQR_DVSN=02&UNPR_DVSN=01&FUND_STTL_ICLD_YN=N&"
		    "FNCG_AMT_AUTO_RDPT_YN=N&PRCS_DVSN=00&CTX_AREA_FK100=&CTX_AREA_NK100=");
	else
		yq_buf_add_format(&expected,
		    "OVRS_EXCG_CD=%s&TR_CRCY_CD=%s&CTX_AREA_FK200=&CTX_AREA_NK200=", row->code,
		    row->currency);
	check_query(&request, yq_buf_text(&expected));
	yq_buf_clear(&expected);
	yq_buf_add_format(&expected, "CANO=%s&ACNT_PRDT_CD=01&", account->number);
	if (account->is_virtual)
		yq_buf_add_format(&expected, "OVRS_EXCG_CD=%s&OVRS_ORD_UNPR=1&ITEM_CD=", row->code);
	else
		yq_buf_add_text(
		    &expected, "WCRC_FRCR_DVSN_CD=02&NATN_CD=000&TR_MKET_CD=00&INQR_DVSN_CD=00");
	if (!is_home(row))
		assert_memory_equal(
		    yq_buf_text(&cash.query), yq_buf_text(&expected), expected.length);
	assert_int_equal(
	    yq_kis_code_find(row->exchange, YQ_KIS_OPEN, account->is_virtual, &code, NULL),
	    account->is_virtual ? YQ_E_REFUSED : YQ_OK);
	if (!account->is_virtual)
		assert_string_equal(code.tr_id, is_home(row) ? "TTTC0084R" : "TTTS3018R");
	yq_buf_free(&expected);
	yq_kis_request_free(&request);
	yq_kis_request_free(&cash);
}

static void
check_price(const struct row *row, const struct yq_kis_account *account)
{
	struct yq_kis_request request = yq_kis_request_make();
	struct yq_buf expected = yq_buf_make(256);

	assert_int_equal(
	    yq_kis_encode_price(row->exchange, "A1", account->is_virtual, &request, NULL), YQ_OK);
	check_code(&request, account->is_virtual ? row->price.virtual : row->price.real,
	    is_home(row) ? D "/quotations/inquire-price" : P "/quotations/price");
	if (is_home(row))
		yq_buf_add_text(&expected, "FID_COND_MRKT_DIV_CODE=J&FID_INPUT_ISCD=A1");
	else
		yq_buf_add_format(&expected, "AUTH=&EXCD=%s&SYMB=A1", row->quote);
	check_query(&request, yq_buf_text(&expected));
	yq_buf_free(&expected);
	yq_kis_request_free(&request);
}

static void
test_every_exchange_side_and_operation_is_as_documented(void **unused)
{
	(void)unused;
	assert_int_equal(YQ_COUNT(table), YQ_EXCHANGE_COUNT);
	for (size_t r = 0; r < YQ_COUNT(table); r++) {
		for (size_t a = 0; a < YQ_COUNT(accounts); a++) {
			check_order(&table[r], &accounts[a], YQ_BUY);
			check_order(&table[r], &accounts[a], YQ_SELL);
			check_change(&table[r], &accounts[a], true);
			check_change(&table[r], &accounts[a], false);
			check_fills(&table[r], &accounts[a]);
			check_books(&table[r], &accounts[a]);
			check_price(&table[r], &accounts[a]);
		}
	}
}

static void
test_codes_of_orders_and_of_quotes_are_never_mixed_up(void **unused)
{
	(void)unused;
	for (size_t r = 0; r < YQ_COUNT(table); r++) {
		enum yq_exchange exchange = YQ_KRX;

		if (is_home(&table[r]))
			continue;
		assert_true(yq_kis_exchange_of_order_code(table[r].code, &exchange));
		assert_int_equal(exchange, table[r].exchange);
		assert_true(yq_kis_exchange_of_quote_code(table[r].quote, 3, &exchange));
		assert_int_equal(exchange, table[r].exchange);
		assert_false(yq_kis_exchange_of_order_code(table[r].quote, &exchange));
		assert_false(yq_kis_exchange_of_quote_code(table[r].code, 4, &exchange));
	}
}

static void
test_the_day_session_of_the_us_is_the_same_exchange(void **unused)
{
	enum yq_exchange exchange = YQ_KRX;

	(void)unused;
	assert_true(yq_kis_exchange_of_quote_code("BAQ", 3, &exchange));
	assert_int_equal(exchange, YQ_NASDAQ);
	assert_true(yq_kis_exchange_of_quote_code("BAY", 3, &exchange));
	assert_int_equal(exchange, YQ_NYSE);
	assert_true(yq_kis_exchange_of_quote_code("BAA", 3, &exchange));
	assert_int_equal(exchange, YQ_AMEX);
}

static void
test_feeds_have_their_ids(void **unused)
{
	static const char *const ids[][2] = {
		[YQ_KIS_FEED_NOTICES] = { "H0STCNI0", "H0STCNI9" },
		[YQ_KIS_FEED_NOTICES_OVERSEAS] = { "H0GSCNI0", "H0GSCNI9" },
		[YQ_KIS_FEED_TICKS] = { "H0STCNT0", "H0STCNT0" },
		[YQ_KIS_FEED_TICKS_OVERSEAS] = { "HDFSCNT0", "HDFSCNT0" },
	};

	(void)unused;
	for (int f = 0; f < YQ_KIS_FEED_COUNT; f++) {
		for (int v = 0; v < 2; v++) {
			enum yq_kis_feed feed = YQ_KIS_FEED_COUNT;

			assert_string_equal(yq_kis_feed_id((enum yq_kis_feed)f, v == 1), ids[f][v]);
			assert_true(yq_kis_feed_of(ids[f][v], 8, &feed));
			assert_int_equal(feed, f);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_exchange_side_and_operation_is_as_documented),
		cmocka_unit_test(test_codes_of_orders_and_of_quotes_are_never_mixed_up),
		cmocka_unit_test(test_the_day_session_of_the_us_is_the_same_exchange),
		cmocka_unit_test(test_feeds_have_their_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
