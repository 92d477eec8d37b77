/* test_alpaca_decode.c - what Alpaca answers and tells, and what becomes of answers that are none.
 */
#include "test.h"

#include <string.h>

#include "alpaca_answers.h"
#include "base/str.h"
#include "broker/alpaca/decode.h"

#define WORKING ALPACA_ORDER_JSON(ALPACA_ORDER, ALPACA_OURS, "new", "15", "0", "null", "")
#define PARTLY             \
	ALPACA_ORDER_JSON( \
	    ALPACA_ORDER, ALPACA_OURS, "partially_filled", "15", "5", "\"106.123456789\"", "")

static struct yq_decimal
number(const char *text)
{
	struct yq_decimal value;

	assert_int_equal(yq_decimal_parse(text, strlen(text), &value), YQ_OK);
	return value;
}

#define assert_number(value, text) assert_int_equal(yq_decimal_cmp(value, number(text)), 0)

static int64_t
instant(const char *text)
{
	int64_t time_us;

	assert_int_equal(yq_time_parse(text, strlen(text), &time_us), YQ_OK);
	return time_us;
}

/* `text` with the first `from` in it replaced; owned by the caller. */
static char *
changed(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	size_t size = strlen(text) + strlen(to) + 1;
	char *out = calloc(1, size);

	assert_non_null(at);
	yq_str_format(out, size, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	return out;
}

static enum yq_rc
read_order(const char *text, struct yq_alpaca_order *order, struct yq_err *err)
{
	return yq_alpaca_decode_order(text, strlen(text), order, err);
}

static void
test_an_order_is_read_whole(void **unused)
{
	struct yq_alpaca_order o;
	struct yq_err err = { .text = "" };

	(void)unused;
	if (read_order(PARTLY, &o, &err) != YQ_OK)
		fail_msg("%s", err.text);
	assert_string_equal(o.id, ALPACA_ORDER);
	assert_string_equal(o.order_id.text, ALPACA_OURS);
	assert_string_equal(o.symbol, "AAPL");
	assert_true(o.is_stock);
	assert_int_equal(o.action, YQ_BUY);
	assert_int_equal(o.status, YQ_ALPACA_PARTIALLY_FILLED);
	assert_number(o.qty.value, "15");
	assert_number(o.filled, "5");
	assert_number(o.avg_price, "106.12345678");
	assert_number(o.limit_price.value, "107");
	assert_false(o.stop_price.set);
	assert_int_equal(o.time_us, instant("2026-11-20T15:04:06.5Z"));
	assert_string_equal(o.replaces, "");
}

/* Every field missing, null, of another type, huge, and the answer cut anywhere. */
static void
test_an_order_with_a_wrong_field_is_none(void **unused)
{
	static const struct {
		const char *field, *value;
		bool optional, text; /* a text may look like a number */
	} rows[] = {
		{ "\"id\"", "\"" ALPACA_ORDER "\"", false, true },
		{ "\"client_order_id\"", "\"" ALPACA_OURS "\"", true, true },
		{ "\"symbol\"", "\"AAPL\"", false, true },
		{ "\"asset_class\"", "\"us_equity\"", true, true },
		{ "\"qty\"", "\"15\"", false, false },
		{ "\"filled_qty\"", "\"5\"", false, false },
		{ "\"filled_avg_price\"", "\"106.123456789\"", false, false },
		{ "\"side\"", "\"buy\"", false, false },
		{ "\"limit_price\"", "\"107.00\"", true, false },
		{ "\"status\"", "\"partially_filled\"", false, false },
		{ "\"submitted_at\"", "\"2026-11-20T15:04:06.5Z\"", true, false },
	};
	static const char *const values[] = { "{}", "[1]", "true", "\"\"", "\" \"", "\"\\u0000\"",
		"-1e99", "\"-1\"", "\"99999999999999999999999999999999999999999999\"",
		"\"\xed\xa0\x80\"" };

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		char from[128], to[128];

		yq_str_format(from, sizeof(from), "%s:%s", rows[i].field, rows[i].value);
		for (size_t v = 0; v < YQ_COUNT(values) + 2; v++) {
			struct yq_alpaca_order o = { .id = "untouched" };
			struct yq_err err = { .text = "" };
			enum yq_rc rc;
			char *text;

			yq_str_format(to, sizeof(to), "%s:%s",
			    v > YQ_COUNT(values) ? "\"other\"" : rows[i].field,
			    v >= YQ_COUNT(values) ? "null" : values[v]);
			text = changed(PARTLY, from, to);
			rc = read_order(text, &o, &err);
			free(text);
			if (rc == YQ_OK && rows[i].optional &&
			    (v >= YQ_COUNT(values) || strstr(values[v], "\"\"") != NULL))
				continue;
			if (rc == YQ_OK && rows[i].text && v < YQ_COUNT(values) &&
			    strpbrk(values[v], "19") != NULL)
				continue;
			if (rc == YQ_OK)
				fail_msg("%s is taken", to);
			assert_string_equal(o.id, "untouched");
			assert_string_not_equal(err.text, "");
		}
	}
	for (size_t length = 0; length < strlen(PARTLY); length++) {
		struct yq_alpaca_order o;

		assert_int_not_equal(yq_alpaca_decode_order(PARTLY, length, &o, NULL), YQ_OK);
	}
}

static void
test_each_status_has_its_state(void **unused)
{
	static const struct {
		const char *status;
		enum yq_order_state none, some; /* filled */
	} rows[] = {
		{ "new", YQ_ORDER_OPEN, YQ_ORDER_PARTIALLY_FILLED },
		{ "partially_filled", YQ_ORDER_OPEN, YQ_ORDER_PARTIALLY_FILLED },
		{ "filled", YQ_ORDER_FILLED, YQ_ORDER_FILLED },
		{ "done_for_day", YQ_ORDER_OPEN, YQ_ORDER_PARTIALLY_FILLED },
		{ "canceled", YQ_ORDER_CANCELED, YQ_ORDER_CANCELED },
		{ "expired", YQ_ORDER_EXPIRED, YQ_ORDER_EXPIRED },
		{ "replaced", YQ_ORDER_OPEN, YQ_ORDER_PARTIALLY_FILLED },
		{ "pending_cancel", YQ_ORDER_OPEN, YQ_ORDER_PARTIALLY_FILLED },
		{ "pending_replace", YQ_ORDER_OPEN, YQ_ORDER_PARTIALLY_FILLED },
		{ "pending_review", YQ_ORDER_OPEN, YQ_ORDER_PARTIALLY_FILLED },
		{ "accepted", YQ_ORDER_OPEN, YQ_ORDER_PARTIALLY_FILLED },
		{ "pending_new", YQ_ORDER_OPEN, YQ_ORDER_PARTIALLY_FILLED },
		{ "accepted_for_bidding", YQ_ORDER_OPEN, YQ_ORDER_PARTIALLY_FILLED },
		{ "stopped", YQ_ORDER_OPEN, YQ_ORDER_PARTIALLY_FILLED },
		{ "rejected", YQ_ORDER_REJECTED, YQ_ORDER_REJECTED },
		{ "suspended", YQ_ORDER_OPEN, YQ_ORDER_PARTIALLY_FILLED },
		{ "calculated", YQ_ORDER_OPEN, YQ_ORDER_PARTIALLY_FILLED },
		{ "held", YQ_ORDER_OPEN, YQ_ORDER_PARTIALLY_FILLED },
	};
	struct yq_alpaca_order o;

	(void)unused;
	assert_int_equal(YQ_COUNT(rows), YQ_ALPACA_STATUS_COUNT);
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		char status[64];
		char *none, *some;

		yq_str_format(status, sizeof(status), "\"status\":\"%s\"", rows[i].status);
		none = changed(WORKING, "\"status\":\"new\"", status);
		some = changed(PARTLY, "\"status\":\"partially_filled\"", status);
		assert_int_equal(read_order(none, &o, NULL), YQ_OK);
		assert_int_equal(yq_alpaca_state(&o), rows[i].none);
		assert_int_equal(read_order(some, &o, NULL), YQ_OK);
		assert_int_equal(yq_alpaca_state(&o), rows[i].some);
		free(none);
		free(some);
	}
}

static void
test_a_list_is_whole_or_not_at_all(void **unused)
{
	static const char good[] = "[" WORKING "," PARTLY "]";
	struct yq_alpaca_order *items;
	struct yq_err err;
	size_t count;
	char *text;

	(void)unused;
	assert_int_equal(
	    yq_alpaca_decode_orders(good, sizeof(good) - 1, &items, &count, &err), YQ_OK);
	assert_int_equal(count, 2);
	free(items);
	text = changed(good, "\"filled_qty\":\"5\"", "\"filled_qty\":null");
	assert_int_equal(
	    yq_alpaca_decode_orders(text, strlen(text), &items, &count, &err), YQ_E_INVALID);
	assert_null(items);
	assert_int_equal(count, 0);
	free(text);
	assert_int_equal(yq_alpaca_decode_orders("{}", 2, &items, &count, &err), YQ_E_INVALID);
	assert_int_equal(yq_alpaca_decode_orders("[null]", 6, &items, &count, &err), YQ_E_INVALID);
	assert_int_equal(yq_alpaca_decode_orders("<html>", 6, &items, &count, &err), YQ_E_INVALID);
}

#define FIRST  ALPACA_FILL_JSON("20261120150406123::a", ALPACA_ORDER, "partial_fill", "5", "5")
#define SECOND ALPACA_FILL_JSON("20261120150406123::b", ALPACA_ORDER, "fill", "10", "15")

/* The stream and the list of activities have ids of their own for it. */
static void
test_an_execution_has_one_id_by_whichever_way_it_comes(void **unused)
{
	static const char list[] = "[" FIRST "," SECOND "]";
	static const char told[] = ALPACA_UPDATE_JSON("fill", "\"107\"", "\"10\"",
	    ALPACA_ORDER_JSON(ALPACA_ORDER, ALPACA_OURS, "filled", "15", "15", "\"107\"", ""));
	char listed_id[YQ_EXECUTION_ID_SIZE] = "", told_id[YQ_EXECUTION_ID_SIZE] = "";
	struct yq_alpaca_update update = { .news = YQ_ALPACA_NEWS_NONE };
	struct yq_alpaca_fills fills = { .items = NULL };
	enum yq_alpaca_heard heard = YQ_ALPACA_OTHER;
	struct yq_err err = { .text = "" };

	(void)unused;
	if (yq_alpaca_decode_fills(list, sizeof(list) - 1, &fills, &err) != YQ_OK ||
	    yq_alpaca_decode_heard(told, sizeof(told) - 1, &heard, &update, &err) != YQ_OK)
		fail_msg("%s", err.text);
	assert_int_equal(fills.count, 2);
	assert_string_equal(fills.last, "20261120150406123::b");
	assert_int_equal(yq_alpaca_execution_id(&fills.items[1], listed_id, &err), YQ_OK);
	assert_int_equal(heard, YQ_ALPACA_UPDATE);
	assert_int_equal(update.news, YQ_ALPACA_NEWS_FILL);
	assert_int_equal(yq_alpaca_execution_id(&update.fill, told_id, &err), YQ_OK);
	assert_string_equal(listed_id, told_id);
	assert_string_equal(told_id, ALPACA_ORDER ":15");
	assert_number(update.fill.fill.qty, "10");
	assert_int_equal(yq_alpaca_execution_id(&fills.items[0], listed_id, &err), YQ_OK);
	assert_string_not_equal(listed_id, told_id);
	assert_int_equal(fills.items[0].time_us, instant("2026-11-20T15:04:06.123Z"));
	free(fills.items);
}

static void
test_nine_places_add_up_to_what_is_filled(void **unused)
{
	static const char list[] = "[" ALPACA_FILL_JSON("1", ALPACA_ORDER, "partial_fill",
	    "0.123456785",
	    "0.123456785") "," ALPACA_FILL_JSON("2", ALPACA_ORDER, "partial_fill", "0.000000005",
	    "0.12345679") "," ALPACA_FILL_JSON("3", ALPACA_ORDER, "partial_fill", "0.000000001",
	    "0.123456791") "," ALPACA_FILL_JSON("4", ALPACA_ORDER, "fill", "0.876543209", "1") "]";
	struct yq_decimal sum = YQ_DECIMAL_ZERO;
	struct yq_alpaca_fills fills;
	struct yq_err err = { .text = "" };

	(void)unused;
	if (yq_alpaca_decode_fills(list, sizeof(list) - 1, &fills, &err) != YQ_OK)
		fail_msg("%s", err.text);
	assert_int_equal(fills.listed, 4);
	assert_int_equal(fills.count, 3); /* one is too small to be told of */
	assert_string_equal(fills.last, "4");
	for (size_t i = 0; i < fills.count; i++)
		assert_int_equal(yq_decimal_add(sum, fills.items[i].fill.qty, &sum), YQ_OK);
	assert_number(sum, "1");
	free(fills.items);
}

static void
test_an_execution_that_cannot_be_is_none(void **unused)
{
	static const char *const bad[] = {
		"[" ALPACA_FILL_JSON("1", ALPACA_ORDER, "fill", "5", "4") "]",
		"[" ALPACA_FILL_JSON("1", ALPACA_ORDER, "fill", "0", "4") "]",
		"[" ALPACA_FILL_JSON("1", ALPACA_ORDER, "fill", "-1", "4") "]",
		"[" ALPACA_FILL_JSON("1", ALPACA_ORDER, "fill", "x", "4") "]",
		"[" ALPACA_FILL_JSON("1", ALPACA_ORDER, "fill", "1", "1e30") "]",
		"[" ALPACA_FILL_JSON("", ALPACA_ORDER, "fill", "1", "1") "]",
		"[" ALPACA_FILL_JSON("1", "", "fill", "1", "1") "]",
		"[" FIRST "," ALPACA_FILL_JSON("1", "", "fill", "1", "1") "]",
	};
	static const char corrected[] =
	    "[" ALPACA_FILL_JSON("1", ALPACA_ORDER, "trade_bust", "5", "4") "]";
	struct yq_alpaca_fills fills;
	struct yq_err err;

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(bad); i++) {
		assert_int_equal(
		    yq_alpaca_decode_fills(bad[i], strlen(bad[i]), &fills, &err), YQ_E_INVALID);
		assert_null(fills.items);
	}
	assert_int_equal(
	    yq_alpaca_decode_fills(corrected, sizeof(corrected) - 1, &fills, &err), YQ_OK);
	assert_int_equal(fills.listed, 1);
	assert_int_equal(fills.count, 0);
	free(fills.items);
}

static void
test_what_the_stream_says(void **unused)
{
	static const struct {
		const char *text;
		enum yq_rc rc;
		enum yq_alpaca_heard heard;
		enum yq_alpaca_news news;
	} rows[] = {
		{ "{\"stream\":\"authorization\",\"data\":{\"status\":\"authorized\","
		  "\"action\":\"authenticate\"}}",
		    YQ_OK, YQ_ALPACA_AUTHORIZED, 0 },
		{ "{\"stream\":\"authorization\",\"data\":{\"status\":\"unauthorized\"}}", YQ_OK,
		    YQ_ALPACA_UNAUTHORIZED, 0 },
		{ "{\"stream\":\"authorization\",\"data\":{}}", YQ_OK, YQ_ALPACA_UNAUTHORIZED, 0 },
		{ "{\"stream\":\"listening\",\"data\":{\"streams\":[\"trade_updates\"]}}", YQ_OK,
		    YQ_ALPACA_LISTENING, 0 },
		{ "{\"stream\":\"listening\",\"data\":{\"streams\":[]}}", YQ_OK, YQ_ALPACA_OTHER,
		    0 },
		{ "{\"data\":{\"error\":\"x\"}}", YQ_OK, YQ_ALPACA_OTHER, 0 },
		{ "{}", YQ_OK, YQ_ALPACA_OTHER, 0 },
		{ "[]", YQ_E_INVALID, YQ_ALPACA_OTHER, 0 },
		{ "", YQ_E_INVALID, YQ_ALPACA_OTHER, 0 },
		{ ALPACA_UPDATE_JSON("new", "null", "null", WORKING), YQ_OK, YQ_ALPACA_UPDATE,
		    YQ_ALPACA_NEWS_ACK },
		{ ALPACA_UPDATE_JSON("partial_fill", "\"107\"", "\"5\"", PARTLY), YQ_OK,
		    YQ_ALPACA_UPDATE, YQ_ALPACA_NEWS_FILL },
		{ ALPACA_UPDATE_JSON("partial_fill", "null", "\"5\"", PARTLY), YQ_E_INVALID,
		    YQ_ALPACA_OTHER, 0 },
		{ ALPACA_UPDATE_JSON("partial_fill", "\"107\"", "\"6\"", PARTLY), YQ_E_INVALID,
		    YQ_ALPACA_OTHER, 0 },
		{ ALPACA_UPDATE_JSON("canceled", "null", "null", PARTLY), YQ_OK, YQ_ALPACA_UPDATE,
		    YQ_ALPACA_NEWS_CANCELED },
		{ ALPACA_UPDATE_JSON("expired", "null", "null", PARTLY), YQ_OK, YQ_ALPACA_UPDATE,
		    YQ_ALPACA_NEWS_EXPIRED },
		{ ALPACA_UPDATE_JSON("rejected", "null", "null", PARTLY), YQ_OK, YQ_ALPACA_UPDATE,
		    YQ_ALPACA_NEWS_REJECTED },
		{ ALPACA_UPDATE_JSON("order_cancel_rejected", "null", "null", PARTLY), YQ_OK,
		    YQ_ALPACA_UPDATE, YQ_ALPACA_NEWS_ASK },
		{ ALPACA_UPDATE_JSON("never_heard_of", "null", "null", PARTLY), YQ_OK,
		    YQ_ALPACA_UPDATE, YQ_ALPACA_NEWS_ASK },
		{ ALPACA_UPDATE_JSON("new", "null", "null", "null"), YQ_E_INVALID, YQ_ALPACA_OTHER,
		    0 },
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		struct yq_alpaca_update update = { .news = YQ_ALPACA_NEWS_NONE };
		struct yq_err err = { .text = "" };
		enum yq_alpaca_heard heard;

		if (yq_alpaca_decode_heard(
			rows[i].text, strlen(rows[i].text), &heard, &update, &err) != rows[i].rc ||
		    heard != rows[i].heard || update.news != rows[i].news)
			fail_msg("%s: %s", rows[i].text, err.text);
	}
}

static void
test_an_account_and_what_it_holds(void **unused)
{
	static const char list[] =
	    "[" ALPACA_POSITION_JSON("AAPL", "NASDAQ", "5", "long") "," ALPACA_POSITION_JSON("SPY",
		"ARCA", "-3", "short") "," ALPACA_POSITION_JSON("XYZ", "OTC", "3", "short") "]";
	static const char *const no_currencies[] = { "\"usd\"", "\"\"", "\"DOLLAR\"", "null", "1" };
	struct yq_alpaca_position *items;
	struct yq_alpaca_account account;
	struct yq_err err = { .text = "" };
	size_t count;
	char *text;

	(void)unused;
	assert_int_equal(yq_alpaca_decode_account(
			     ALPACA_ACCOUNT_JSON, sizeof(ALPACA_ACCOUNT_JSON) - 1, &account, &err),
	    YQ_OK);
	assert_number(account.cash, "-23140.2");
	assert_false(account.blocked);
	assert_int_equal(account.cash_in, YQ_USD);
	text = changed(ALPACA_ACCOUNT_JSON, "\"USD\"", "\"EUR\"");
	assert_int_equal(yq_alpaca_decode_account(text, strlen(text), &account, &err), YQ_OK);
	assert_int_equal(account.cash_in, YQ_CURRENCY_NONE);
	assert_string_equal(account.currency, "EUR");
	free(text);
	for (size_t i = 0; i < YQ_COUNT(no_currencies); i++) {
		text = changed(ALPACA_ACCOUNT_JSON, "\"USD\"", no_currencies[i]);
		assert_int_equal(
		    yq_alpaca_decode_account(text, strlen(text), &account, &err), YQ_E_INVALID);
		free(text);
	}
	if (yq_alpaca_decode_positions(list, sizeof(list) - 1, &items, &count, &err) != YQ_OK)
		fail_msg("%s", err.text);
	assert_int_equal(count, 3);
	assert_number(items[0].qty, "5");
	assert_int_equal(items[0].exchange, YQ_NASDAQ);
	assert_number(items[0].change_rate.value, "0.84");
	assert_number(items[1].qty, "-3");
	assert_true(items[1].has_exchange);
	assert_int_equal(items[1].exchange, YQ_AMEX);
	assert_number(items[2].qty, "-3");
	assert_false(items[2].has_exchange);
	free(items);
}

static void
test_assets_hours_and_prices(void **unused)
{
	static const char clock_text[] =
	    "{\"timestamp\":\"2026-11-20T10:04:06.1-05:00\",\"is_open\":true,"
	    "\"next_open\":\"2026-11-23T09:30:00-05:00\","
	    "\"next_close\":\"2026-11-20T16:00:00-05:00\"}";
	static const char days_text[] =
	    "[{\"date\":\"2026-11-27\",\"open\":\"09:30\",\"close\":\"13:00\","
	    "\"session_open\":\"0400\",\"session_close\":\"2000\"}]";
	static const char prices_text[] =
	    "{\"trades\":{\"AAPL\":{\"t\":\"2026-11-20T15:04:06.123456789Z\",\"p\":106.5,"
	    "\"s\":10},\"NONE\":null}}";
	static const char bars_text[] =
	    "{\"bars\":{\"AAPL\":{\"t\":\"2026-11-20T15:04:00Z\",\"o\":1,\"c\":106.25}}}";
	struct yq_alpaca_price *prices;
	struct yq_alpaca_asset asset;
	struct yq_alpaca_clock clock;
	struct yq_alpaca_day *days;
	struct yq_err err;
	size_t count;

	(void)unused;
	assert_int_equal(yq_alpaca_decode_asset(ALPACA_ASSET_JSON("SPY", "ARCA"),
			     sizeof(ALPACA_ASSET_JSON("SPY", "ARCA")) - 1, &asset, &err),
	    YQ_OK);
	assert_true(asset.tradable && asset.fractionable && asset.has_exchange);
	assert_int_equal(asset.exchange, YQ_AMEX);
	assert_int_equal(
	    yq_alpaca_decode_clock(clock_text, sizeof(clock_text) - 1, &clock, &err), YQ_OK);
	assert_int_equal(clock.next_close_us, instant("2026-11-20T21:00:00Z"));
	assert_int_equal(
	    yq_alpaca_decode_calendar(days_text, sizeof(days_text) - 1, &days, &count, &err),
	    YQ_OK);
	assert_int_equal(days[0].close, 13 * 60);
	assert_int_equal(days[0].date, yq_date_to_days(2026, 11, 27));
	free(days);
	assert_int_equal(
	    yq_alpaca_decode_prices(prices_text, sizeof(prices_text) - 1, &prices, &count, &err),
	    YQ_OK);
	assert_int_equal(count, 1);
	assert_number(prices[0].price, "106.5");
	free(prices);
	assert_int_equal(
	    yq_alpaca_decode_prices(bars_text, sizeof(bars_text) - 1, &prices, &count, &err),
	    YQ_OK);
	assert_number(prices[0].price, "106.25");
	free(prices);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_order_is_read_whole),
		cmocka_unit_test(test_an_order_with_a_wrong_field_is_none),
		cmocka_unit_test(test_each_status_has_its_state),
		cmocka_unit_test(test_a_list_is_whole_or_not_at_all),
		cmocka_unit_test(test_an_execution_has_one_id_by_whichever_way_it_comes),
		cmocka_unit_test(test_nine_places_add_up_to_what_is_filled),
		cmocka_unit_test(test_an_execution_that_cannot_be_is_none),
		cmocka_unit_test(test_what_the_stream_says),
		cmocka_unit_test(test_an_account_and_what_it_holds),
		cmocka_unit_test(test_assets_hours_and_prices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
