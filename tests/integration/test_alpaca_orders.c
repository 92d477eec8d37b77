/* test_alpaca_orders.c - orders to Alpaca and what becomes of each of its answers. */
#include "alpaca_fixture.h"

#define NEXT   "0b5f0a60-6b0e-4b27-9a7d-0d3c2c0ad111"
#define BY_ID  "/v2/orders:by_client_order_id"
#define ORDERS "/v2/orders"
#define FIRST  ORDERS "/" ALPACA_ORDER
#define SECOND ORDERS "/" NEXT
#define FILLS  "/v2/account/activities/FILL"

#define OURS(status, filled, rest) \
	ALPACA_ORDER_JSON(ALPACA_ORDER, ALPACA_OURS, status, "15", filled, "\"107\"", rest)
#define REPLACED OURS("replaced", "0", ",\"replaced_by\":\"" NEXT "\"")
#define PLACED(status, filled)                                                             \
	ALPACA_ORDER_JSON(NEXT, ALPACA_OURS "-r12345678", status, "20", filled, "\"107\"", \
	    ",\"replaces\":\"" ALPACA_ORDER "\"")
#define NOT_FOUND ALPACA_ERROR_JSON("40410000", "order not found")
#define DUPLICATE ALPACA_ERROR_JSON("40010001", "client_order_id must be unique")

static void
test_an_order_carries_our_id_and_key(void **unused)
{
	(void)unused;
	on("POST", ORDERS, 200, OURS("pending_new", "0", ""));
	assert_rc(submit(), YQ_OK, "");
	assert_string_equal(body_of("POST", ORDERS),
	    "{\"symbol\":\"AAPL\",\"qty\":\"15\",\"side\":\"buy\",\"type\":\"limit\","
	    "\"time_in_force\":\"day\",\"limit_price\":\"107\",\"client_order_id\":\"" ALPACA_OURS
	    "\"}");
	assert_string_equal(t.key, "PKTEST");
	assert_int_equal(calls_of("GET", "/v2/assets/AAPL"), 1);
	t.order.id = yq_id_random();
	assert_rc(submit(), YQ_E_UNKNOWN, "another order"); /* the answer is of the first */
	assert_int_equal(calls_of("GET", "/v2/assets/AAPL"), 1);
	t.settings.extended_hours = true;
	yq_broker_free(t.broker);
	open_broker();
	(void)submit();
	assert_non_null(strstr(body_of("POST", ORDERS), "\"extended_hours\":true"));
}

/* A timeout is not a rejection, and neither is a page of somebody between us and Alpaca. */
static void
test_each_answer_to_a_submit_says_what_is_known(void **unused)
{
	static const struct {
		unsigned status;
		const char *body;
		enum yq_rc rc;
		const char *text;
	} rows[] = {
		{ 403, ALPACA_ERROR_JSON("40310000", "insufficient buying power"), YQ_E_REFUSED,
		    "insufficient buying power (Alpaca 40310000)" },
		{ 422, ALPACA_ERROR_JSON("42210000", "invalid limit_price"), YQ_E_REFUSED,
		    "invalid limit_price" },
		{ 401, "Unauthorized", YQ_E_REFUSED, "401" },
		{ 403, "<html>Forbidden</html>", YQ_E_UNKNOWN, "<html>" },
		{ 500, ALPACA_ERROR_JSON("50010000", "internal"), YQ_E_UNKNOWN, "internal" },
		{ 504, "<html>504</html>", YQ_E_UNKNOWN, "504" },
		{ 200, "<html>hello</html>", YQ_E_UNKNOWN, "cannot be read" },
		{ 200, "", YQ_E_UNKNOWN, "cannot be read" },
		{ 200, "{}", YQ_E_UNKNOWN, "id: expected" },
		{ 200, OURS("never_heard_of", "0", ""), YQ_E_UNKNOWN, "never_heard_of" },
		{ 200, OURS("rejected", "0", ""), YQ_E_REFUSED, "rejected" },
		{ 201, OURS("filled", "15", ""), YQ_OK, "" },
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		on("POST", ORDERS, rows[i].status, rows[i].body);
		assert_rc(submit(), rows[i].rc, rows[i].text);
		yq_broker_free(t.broker); /* each is the first of its order */
		open_broker();
	}
	assert_int_equal(calls_of("GET", BY_ID), 0);
}

static void
test_too_many_calls_are_made_again_later(void **unused)
{
	struct rule *rule = on("POST", ORDERS, 429, "{\"message\":\"too many requests.\"}");

	(void)unused;
	rule->header = "Retry-After";
	rule->header_value = "1";
	assert_rc(submit(), YQ_E_RETRY, "too many requests");
	on("GET", "/v2/account", 200, ALPACA_ACCOUNT_JSON);
	uint64_t from = uv_now(&t.loop);
	assert_rc(balances(), YQ_OK, "");
	assert_true(uv_now(&t.loop) - from >= 900);
}

static void
test_what_never_reached_alpaca_may_be_sent_again(void **unused)
{
	(void)unused;
	on("POST", ORDERS, 200, OURS("new", "0", ""));
	assert_rc(submit(), YQ_OK, "");
	yq_http_server_free(t.server);
	t.server = NULL;
	turn_for(50);
	assert_rc(submit(), YQ_E_RETRY, "");
}

static void
test_an_id_sent_twice_is_found(void **unused)
{
	(void)unused;
	on("POST", ORDERS, 422, DUPLICATE);
	on("GET", BY_ID, 200, OURS("partially_filled", "5", ""));
	assert_rc(submit(), YQ_OK, "");
	on("GET", BY_ID, 404, "<html>");
	assert_rc(submit(), YQ_E_UNKNOWN, "404");
	on("GET", BY_ID, 500, "");
	assert_rc(submit(), YQ_E_UNKNOWN, "500");
}

/* Its orders know the id, its search does not yet: there is one, and it may be executed. */
static void
test_an_id_that_is_taken_is_no_refusal(void **unused)
{
	(void)unused;
	on("POST", ORDERS, 422, DUPLICATE);
	on("GET", BY_ID, 404, NOT_FOUND);
	assert_rc(submit(), YQ_E_UNKNOWN, "must be unique (Alpaca 40010001)");
	on("POST", ORDERS, 422, ALPACA_ERROR_JSON("42210000", "client_order_id must be unique"));
	assert_rc(submit(), YQ_E_UNKNOWN, "must be unique (Alpaca 42210000)");
	on("POST", ORDERS, 422, ALPACA_ERROR_JSON("40010001", "qty must be > 0"));
	assert_rc(submit(), YQ_E_REFUSED, "qty must be > 0 (Alpaca 40010001)");
}

/* The first one has used up what the second would need. */
static void
test_the_second_of_two_that_is_refused_is_looked_for(void **unused)
{
	const char *poor = ALPACA_ERROR_JSON("40310000", "insufficient buying power");

	(void)unused;
	on("POST", ORDERS, 504, "");
	assert_rc(submit(), YQ_E_UNKNOWN, "504");
	on("POST", ORDERS, 403, poor);
	on("GET", BY_ID, 404, NOT_FOUND);
	assert_rc(submit(), YQ_E_REFUSED, "insufficient buying power");
	on("GET", BY_ID, 200, OURS("filled", "15", ""));
	assert_rc(submit(), YQ_OK, "");
	/* Asked about in this life, sent in the one before. */
	yq_broker_free(t.broker);
	open_broker();
	on("GET", BY_ID, 404, NOT_FOUND);
	assert_rc(find(), YQ_E_NOT_FOUND, "");
	on("GET", BY_ID, 200, OURS("filled", "15", ""));
	assert_rc(submit(), YQ_OK, "");
}

/* The order may arrive as long as its call may be under way. */
static void
test_no_order_is_taken_for_absent_while_it_may_be_on_its_way(void **unused)
{
	const int64_t asset_us = 6 * YQ_US_PER_SECOND, turn_us = 3 * YQ_US_PER_SECOND,
		      call_us = 5 * YQ_US_PER_SECOND;

	(void)unused;
	assert_true(t.broker->capabilities.absent_after_us > asset_us + turn_us + call_us);
}

static void
test_it_holds_calls_back_by_itself_and_nobody_else_is_to(void **unused)
{
	(void)unused;
	assert_int_equal(t.broker->capabilities.calls_per_second, 0);
	assert_in_range(t.broker->capabilities.in_flight_max, 2, 32);
}

static void
test_what_is_listed_elsewhere_or_halted_is_not_sent(void **unused)
{
	(void)unused;
	on("POST", ORDERS, 200, OURS("new", "0", ""));
	t.order.exchange = YQ_NYSE;
	assert_rc(submit(), YQ_E_REFUSED, "is listed on NASDAQ at Alpaca, not on NYSE");
	yq_str_copy_cut(t.order.ticker, sizeof(t.order.ticker), "NONE");
	on("GET", "/v2/assets/NONE", 404, ALPACA_ERROR_JSON("40410000", "asset not found"));
	assert_rc(submit(), YQ_E_REFUSED, "asset not found");
	on("GET", "/v2/assets/NONE", 503, "");
	assert_rc(submit(), YQ_E_RETRY, "503"); /* the order has not been sent */
	on("GET", "/v2/assets/NONE", 200,
	    "{\"symbol\":\"NONE\",\"exchange\":\"NYSE\",\"class\":\"us_equity\","
	    "\"tradable\":false}");
	assert_rc(submit(), YQ_E_REFUSED, "cannot be traded");
	assert_int_equal(calls_of("POST", ORDERS), 0);
}

static void
test_a_cancel_finds_what_stands_for_the_order(void **unused)
{
	(void)unused;
	on("DELETE", FIRST, 204, "");
	assert_rc(cancel(ALPACA_ORDER), YQ_OK, "");
	/* Whoever asks does not know Alpaca's id. */
	on("GET", BY_ID, 200, OURS("new", "0", ""));
	assert_rc(cancel(""), YQ_OK, "");
	/* It was replaced by another program, or before this one began. */
	on("DELETE", FIRST, 422, ALPACA_ERROR_JSON("42210000", "order is not cancelable"));
	on("GET", BY_ID, 200, REPLACED);
	on("GET", SECOND, 200, PLACED("new", "0"));
	on("DELETE", SECOND, 204, "");
	assert_rc(cancel(ALPACA_ORDER), YQ_OK, "");
	assert_string_equal(cancel(ALPACA_ORDER)->id, NEXT);
	assert_int_equal(calls_of("DELETE", SECOND), 2);
}

static void
test_a_cancel_that_comes_too_late_is_refused(void **unused)
{
	(void)unused;
	on("DELETE", FIRST, 422, ALPACA_ERROR_JSON("42210000", "order is not cancelable"));
	on("GET", BY_ID, 200, OURS("filled", "15", ""));
	assert_rc(cancel(ALPACA_ORDER), YQ_E_REFUSED, "not cancelable");
	on("DELETE", FIRST, 500, "");
	assert_rc(cancel(ALPACA_ORDER), YQ_E_UNKNOWN, "500");
}

/* Another may stand in its place, and be executed. */
static void
test_a_refused_cancel_is_no_end_while_nobody_knows_what_stands_there(void **unused)
{
	(void)unused;
	on("DELETE", FIRST, 422, ALPACA_ERROR_JSON("42210000", "order is not cancelable"));
	on("GET", BY_ID, 503, "");
	assert_rc(cancel(ALPACA_ORDER), YQ_E_UNKNOWN, "503");
	on("GET", BY_ID, 404, NOT_FOUND);
	assert_rc(cancel(ALPACA_ORDER), YQ_E_REFUSED, "not cancelable");
}

static void
test_a_replace_gives_another_order(void **unused)
{
	(void)unused;
	on("GET", BY_ID, 200, OURS("new", "0", ""));
	on("PATCH", FIRST, 200, PLACED("accepted", "0"));
	assert_rc(replace("20", "107"), YQ_OK, "");
	assert_true(yq_str_starts(body_of("PATCH", FIRST),
	    "{\"qty\":\"20\",\"limit_price\":\"107\",\"client_order_id\":\"" ALPACA_OURS "-r"));
	/* Whoever knows the old id alone means the new order. */
	on("DELETE", SECOND, 204, "");
	assert_rc(cancel(ALPACA_ORDER), YQ_OK, "");
	assert_int_equal(calls_of("DELETE", SECOND), 1);
	assert_int_equal(calls_of("DELETE", FIRST), 0);
}

static void
test_what_is_filled_in_part_is_not_replaced(void **unused)
{
	(void)unused;
	on("GET", BY_ID, 200, OURS("partially_filled", "5", ""));
	assert_rc(replace("20", NULL), YQ_E_REFUSED, "filled in part");
	on("GET", BY_ID, 200, OURS("filled", "15", ""));
	assert_rc(replace("20", NULL), YQ_E_REFUSED, "it is over at Alpaca: filled");
	on("GET", BY_ID, 500, "");
	assert_rc(replace("20", NULL), YQ_E_RETRY, "500"); /* nothing was sent that acts */
	assert_int_equal(calls_of("PATCH", FIRST), 0);
	on("GET", BY_ID, 200, OURS("new", "0", ""));
	on("PATCH", FIRST, 504, "<html>");
	assert_rc(replace("20", NULL), YQ_E_UNKNOWN, "504");
	on("PATCH", FIRST, 422, ALPACA_ERROR_JSON("42210000", "cannot replace order"));
	assert_rc(replace("20", NULL), YQ_E_REFUSED, "cannot replace order");
}

#define FILL_OF(order, type, qty, filled) \
	ALPACA_FILL_JSON("20261120150406123::" order filled, order, type, qty, filled)

/* The new one counts from nothing: it would execute what the old one has executed once more. */
static void
test_a_replacement_of_what_was_filled_meanwhile_is_taken_back(void **unused)
{
	const struct outcome *o;

	(void)unused;
	on("GET", BY_ID, 200, OURS("new", "0", ""));
	on("PATCH", FIRST, 200, PLACED("accepted", "0"));
	assert_rc(replace("20", NULL), YQ_OK, "");
	on("DELETE", SECOND, 204, "");
	on("GET", FILLS, 200, "[" FILL_OF(ALPACA_ORDER, "partial_fill", "5", "5") "]");
	o = fills_since(0);
	assert_rc(o, YQ_OK, "");
	assert_int_equal(o->fill_count, 1);
	assert_string_equal(o->fills[0].order_id.text, ALPACA_OURS);
	turn_for(200);
	assert_int_equal(calls_of("DELETE", SECOND), 1);
	/* What became of it all: five of the first, none of the second. */
	on("GET", BY_ID, 200, OURS("replaced", "5", ",\"replaced_by\":\"" NEXT "\""));
	on("GET", SECOND, 200, PLACED("canceled", "0"));
	o = find();
	assert_rc(o, YQ_OK, "");
	assert_int_equal(o->orders[0].state, YQ_ORDER_CANCELED);
	assert_string_equal(o->orders[0].broker_order_id, NEXT);
	assert_string_equal(o->orders[0].order_id.text, ALPACA_OURS);
	assert_number(o->orders[0].filled, "5");
	assert_number(o->orders[0].qty, "25");
	assert_int_equal(o->fill_count, 1);
}

static void
test_a_replacement_is_taken_back_also_where_its_answer_comes_last(void **unused)
{
	(void)unused;
	on("GET", BY_ID, 200, OURS("new", "0", ""));
	on("GET", FILLS, 200, "[" FILL_OF(ALPACA_ORDER, "partial_fill", "5", "5") "]");
	assert_rc(find(), YQ_OK, ""); /* so it is known whose order it is */
	on("DELETE", SECOND, 204, "");
	on("PATCH", FIRST, 504, "");
	assert_rc(replace("20", NULL), YQ_E_UNKNOWN, "504");
	assert_int_equal(fills_since(0)->fill_count, 1);
	turn_for(100);
	assert_int_equal(calls_of("DELETE", SECOND), 0);
	/* What became of it is seen by asking. */
	on("GET", BY_ID, 200, OURS("replaced", "5", ",\"replaced_by\":\"" NEXT "\""));
	on("GET", SECOND, 200, PLACED("new", "0"));
	assert_rc(find(), YQ_OK, "");
	turn_for(100);
	assert_int_equal(calls_of("DELETE", SECOND), 1);
}

/* The program that put it there is gone; its mark is on the order. */
static void
test_a_replacement_of_an_earlier_life_is_taken_back(void **unused)
{
	(void)unused;
	on("GET", BY_ID, 200, OURS("replaced", "5", ",\"replaced_by\":\"" NEXT "\""));
	on("GET", SECOND, 200, PLACED("new", "0"));
	on("GET", FILLS, 200, "[" FILL_OF(ALPACA_ORDER, "partial_fill", "5", "5") "]");
	on("DELETE", SECOND, 204, "");
	assert_rc(find(), YQ_OK, "");
	turn_for(200);
	assert_int_equal(calls_of("DELETE", SECOND), 1);
	assert_rc(find(), YQ_OK, "");
	turn_for(200);
	assert_int_equal(calls_of("DELETE", SECOND), 1);
}

/* Somebody who changed the order at Alpaca by hand knows what he does. */
static void
test_a_replacement_of_others_is_left_alone(void **unused)
{
	(void)unused;
	on("GET", BY_ID, 200, OURS("replaced", "5", ",\"replaced_by\":\"" NEXT "\""));
	on("GET", SECOND, 200,
	    ALPACA_ORDER_JSON(NEXT, "5a1f6a60-6b0e-4b27-9a7d-0d3c2c0ad222", "new", "20", "0",
		"\"107\"", ",\"replaces\":\"" ALPACA_ORDER "\""));
	on("GET", FILLS, 200, "[" FILL_OF(ALPACA_ORDER, "partial_fill", "5", "5") "]");
	assert_rc(find(), YQ_OK, "");
	turn_for(200);
	assert_int_equal(calls_of("DELETE", SECOND), 0);
}

static void
test_a_page_is_no_answer_to_a_cancel(void **unused)
{
	(void)unused;
	on("DELETE", FIRST, 200, "<html>Sign in</html>");
	assert_rc(cancel(ALPACA_ORDER), YQ_E_UNKNOWN, "not Alpaca");
	on("DELETE", FIRST, 204, "");
	assert_rc(cancel(ALPACA_ORDER), YQ_OK, "");
}

static void
test_an_order_is_found_with_all_its_executions(void **unused)
{
	const struct outcome *o;

	(void)unused;
	on("GET", BY_ID, 200, OURS("filled", "15", ""));
	on("GET", FILLS, 200,
	    "[" FILL_OF(ALPACA_ORDER, "fill", "10", "15") "," FILL_OF(
		NEXT, "fill", "7", "7") "," FILL_OF(ALPACA_ORDER, "partial_fill", "5", "5") "]");
	o = find();
	assert_rc(o, YQ_OK, "");
	assert_int_equal(o->orders[0].state, YQ_ORDER_FILLED);
	assert_int_equal(o->orders[0].exchange, YQ_NASDAQ);
	assert_number(o->orders[0].filled, "15");
	assert_int_equal(o->fill_count, 2);
	assert_string_equal(o->fills[0].execution_id, ALPACA_ORDER ":5"); /* in their order */
	assert_string_equal(o->fills[1].execution_id, ALPACA_ORDER ":15");
	on("GET", FILLS, 200, "[" FILL_OF(ALPACA_ORDER, "fill", "10", "15") "]");
	assert_rc(find(), YQ_E_UNKNOWN, "does not tell yet");
	on("GET", FILLS, 200, "[{}]");
	assert_rc(find(), YQ_E_UNKNOWN, "executions");
}

static void
test_only_alpaca_itself_proves_that_it_never_had_it(void **unused)
{
	(void)unused;
	on("GET", BY_ID, 404, NOT_FOUND);
	assert_rc(find(), YQ_E_NOT_FOUND, "order not found");
	on("GET", BY_ID, 404, "404 page not found");
	assert_rc(find(), YQ_E_UNKNOWN, "404");
	on("GET", BY_ID, 404, "{\"message\":\"no Route matched with those values\"}");
	assert_rc(find(), YQ_E_UNKNOWN, "no Route matched");
	on("GET", BY_ID, 200, REPLACED);
	on("GET", SECOND, 404, NOT_FOUND);
	assert_rc(find(), YQ_E_UNKNOWN, "not found");
	on("GET", BY_ID, 401, "");
	assert_rc(find(), YQ_E_DENIED, "401");
}

static void
test_the_password_of_a_proxy_is_not_told(void **unused)
{
	static const char text[] = "{\"Proxy\":[\"http://u:hush@proxy:3128\"]}";
	struct yq_alpaca_settings settings = yq_alpaca_settings_of(false, "");
	YQ_CLEANUP(yq_json_freep) yq_json *json = NULL;
	struct yq_err err;

	(void)unused;
	assert_int_equal(yq_json_parse(text, sizeof(text) - 1, &json, NULL), YQ_OK);
	assert_int_equal(yq_alpaca_settings_read(json, &settings, &err), YQ_E_INVALID);
	assert_non_null(strstr(err.text, "Alpaca:Proxy"));
	assert_null(strstr(err.text, "hush"));
}

static void
test_closing_ends_every_call(void **unused)
{
	struct outcome sent, waiting;

	(void)unused;
	on("POST", ORDERS, 200, "")->mute = true;
	submit_begin(&sent);
	while (calls_of("POST", ORDERS) == 0)
		turn_for(5);
	submit_begin(&waiting);
	yq_broker_free(t.broker);
	assert_int_equal(sent.done, 1);
	assert_int_equal(sent.rc, YQ_E_UNKNOWN);
	assert_int_equal(waiting.done, 1);
	assert_int_equal(waiting.rc, YQ_E_RETRY);
	open_broker();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ALPACA_TEST(test_an_order_carries_our_id_and_key),
		ALPACA_TEST(test_each_answer_to_a_submit_says_what_is_known),
		ALPACA_TEST(test_too_many_calls_are_made_again_later),
		ALPACA_TEST(test_what_never_reached_alpaca_may_be_sent_again),
		ALPACA_TEST(test_an_id_sent_twice_is_found),
		ALPACA_TEST(test_an_id_that_is_taken_is_no_refusal),
		ALPACA_TEST(test_the_second_of_two_that_is_refused_is_looked_for),
		ALPACA_TEST(test_no_order_is_taken_for_absent_while_it_may_be_on_its_way),
		ALPACA_TEST(test_it_holds_calls_back_by_itself_and_nobody_else_is_to),
		ALPACA_TEST(test_what_is_listed_elsewhere_or_halted_is_not_sent),
		ALPACA_TEST(test_a_cancel_finds_what_stands_for_the_order),
		ALPACA_TEST(test_a_cancel_that_comes_too_late_is_refused),
		ALPACA_TEST(test_a_refused_cancel_is_no_end_while_nobody_knows_what_stands_there),
		ALPACA_TEST(test_a_replace_gives_another_order),
		ALPACA_TEST(test_what_is_filled_in_part_is_not_replaced),
		ALPACA_TEST(test_a_replacement_of_what_was_filled_meanwhile_is_taken_back),
		ALPACA_TEST(test_a_replacement_is_taken_back_also_where_its_answer_comes_last),
		ALPACA_TEST(test_a_replacement_of_an_earlier_life_is_taken_back),
		ALPACA_TEST(test_a_replacement_of_others_is_left_alone),
		ALPACA_TEST(test_a_page_is_no_answer_to_a_cancel),
		ALPACA_TEST(test_an_order_is_found_with_all_its_executions),
		ALPACA_TEST(test_only_alpaca_itself_proves_that_it_never_had_it),
		cmocka_unit_test(test_the_password_of_a_proxy_is_not_told),
		ALPACA_TEST(test_closing_ends_every_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
