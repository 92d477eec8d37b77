/* test_kis_orders.c - orders out of KIS's rows: every field, states, chains of changes, times. */
#include "test.h"

#include <string.h>

#include "base/str.h"
#include "broker/kis/chain.h"
#include "broker/kis/decode.h"

static yq_json *
parse(const char *text)
{
	yq_json *root = NULL;
	struct yq_err err;

	if (yq_json_parse(text, strlen(text), &root, &err) != YQ_OK)
		fail_msg("%s", err.text);
	return root;
}

/* ---- orders ---- */

struct world {
	struct yq_kis_zones zones;
	struct yq_kis_rows rows;
	struct yq_kis_orders orders;
};

static void
world_end(struct world *w)
{
	yq_kis_orders_free(&w->orders);
	yq_kis_rows_free(&w->rows);
	yq_kis_zones_free(&w->zones);
}

static int64_t
at(const char *text)
{
	int64_t instant_us;

	assert_int_equal(yq_time_parse(text, strlen(text), &instant_us), YQ_OK);
	return instant_us;
}

static void
look(struct world *w, bool domestic, const char *body, const char *now)
{
	yq_json *root = parse(body);
	struct yq_err err;

	*w = (struct world){ 0 };
	assert_int_equal(yq_kis_zones_load(&w->zones, NULL), YQ_OK);
	if (yq_kis_decode_orders(root, domestic, YQ_KRX, &w->zones, &w->rows, &err) != YQ_OK)
		fail_msg("%s", err.text);
	assert_int_equal(yq_kis_orders_of(&w->rows, &w->zones, at(now), &w->orders, NULL), YQ_OK);
	yq_json_free(root);
}

static void
check(struct yq_decimal value, const char *expected)
{
	char text[YQ_DECIMAL_TEXT_SIZE];

	yq_decimal_format(value, text);
	assert_string_equal(text, expected);
}

#define HOME(odno, orgn, qty, unpr, ccld, avg, amt, rmn, rjct, yn, cfrm)                \
	"{\"ord_dt\":\"20261123\",\"odno\":\"" odno "\",\"orgn_odno\":\"" orgn          \
	"\",\"sll_buy_dvsn_cd\":\"02\",\"pdno\":\"005930\",\"ord_qty\":\"" qty          \
	"\",\"ord_unpr\":\"" unpr "\",\"ord_tmd\":\"100000\",\"tot_ccld_qty\":\"" ccld  \
	"\",\"avg_prvs\":\"" avg "\",\"tot_ccld_amt\":\"" amt "\",\"rmn_qty\":\"" rmn   \
	"\",\"rjct_qty\":\"" rjct "\",\"cncl_yn\":\"" yn "\",\"cncl_cfrm_qty\":\"" cfrm \
	"\",\"excg_id_dvsn_Cd\":\"KRX\"}"
#define LIST(rows) "{\"output1\":[" rows "]}"
#define NOW	   "2026-11-23T02:00:00Z"

static void
test_an_order_at_home_is_read_whole(void **unused)
{
	struct world w;
	const struct yq_kis_order *o;

	(void)unused;
	look(&w, true,
	    LIST(HOME("0000000042", "", "10", "71500", "3", "71400", "214200", "7", "0", "N", "0")),
	    NOW);
	assert_int_equal(w.orders.count, 1);
	o = &w.orders.list[0];
	assert_string_equal(o->order.broker_order_id, "KR-20261123-0000000042");
	assert_string_equal(o->order.ticker, "005930");
	assert_int_equal(o->order.exchange, YQ_KRX);
	assert_int_equal(o->order.action, YQ_BUY);
	assert_int_equal(o->order.state, YQ_ORDER_PARTIALLY_FILLED);
	check(o->order.qty, "10");
	check(o->order.filled, "3");
	check(o->order.avg_price, "71400");
	check(o->order.price.value, "71500");
	check(o->value, "214200");
	check(o->left, "7");
	assert_true(o->order.time_us == at("2026-11-23T01:00:00Z"));
	world_end(&w);
}

static void
test_states_follow_from_what_is_left(void **unused)
{
	static const struct {
		const char *body, *now;
		enum yq_order_state state;
	} rows[] = {
		{ LIST(HOME("1", "", "10", "100", "0", "0", "0", "10", "0", "N", "0")), NOW,
		    YQ_ORDER_OPEN },
		{ LIST(HOME("1", "", "10", "100", "10", "100", "1000", "0", "0", "N", "0")), NOW,
		    YQ_ORDER_FILLED },
		{ LIST(HOME("1", "", "10", "100", "0", "0", "0", "0", "10", "N", "0")), NOW,
		    YQ_ORDER_REJECTED },
		{ LIST(HOME("1", "", "10", "100", "2", "100", "200", "0", "0", "N", "8")), NOW,
		    YQ_ORDER_CANCELED },
		{ LIST(HOME("1", "", "10", "100", "2", "100", "200", "0", "0", "N", "0") "," HOME(
		      "2", "1", "8", "0", "0", "0", "0", "0", "0", "Y", "8")),
		    NOW, YQ_ORDER_CANCELED },
		/* A cancel that was refused leaves it as it was. */
		{ LIST(HOME("1", "", "10", "100", "2", "100", "200", "8", "0", "N", "0") "," HOME(
		      "2", "1", "8", "0", "0", "0", "0", "0", "8", "Y", "0")),
		    NOW, YQ_ORDER_PARTIALLY_FILLED },
		/* What is left of a day that is over has expired. */
		{ LIST(HOME("1", "", "10", "100", "0", "0", "0", "10", "0", "N", "0")),
		    "2026-11-23T15:00:00Z", YQ_ORDER_EXPIRED },
		{ LIST(HOME("1", "", "10", "100", "0", "0", "0", "10", "0", "N", "0")),
		    "2026-11-23T14:59:59Z", YQ_ORDER_OPEN },
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		struct world w;

		look(&w, true, rows[i].body, rows[i].now);
		assert_int_equal(w.orders.count, 1);
		assert_int_equal(w.orders.list[0].order.state, rows[i].state);
		world_end(&w);
	}
}

static void
test_an_order_keeps_its_name_through_all_its_numbers(void **unused)
{
	struct world w;
	const struct yq_kis_order *o;

	(void)unused;
	look(&w, true,
	    LIST(HOME("7", "5", "6", "98", "1", "98", "98", "5", "0", "N", "0") "," HOME(
		"1", "", "10", "100", "3", "100", "300", "0", "0", "N", "0") "," HOME("5", "1", "7",
		"99", "1", "99", "99", "0", "0", "N",
		"0") "," HOME("9", "7", "5", "0", "0", "0", "0", "0", "5", "N", "0")),
	    NOW);
	assert_int_equal(w.orders.count, 1);
	o = &w.orders.list[0];
	assert_string_equal(o->order.broker_order_id, "KR-20261123-0000000001");
	assert_string_equal(o->number, "0000000007"); /* 9 was refused */
	check(o->order.qty, "10");
	check(o->order.filled, "5");
	check(o->value, "497");
	check(o->order.price.value, "98");
	check(o->left, "5");
	assert_int_equal(o->order.state, YQ_ORDER_PARTIALLY_FILLED);
	world_end(&w);
}

static void
test_rows_that_name_each_other_end(void **unused)
{
	struct world w;

	(void)unused;
	look(&w, true,
	    LIST(HOME("1", "2", "10", "100", "0", "0", "0", "10", "0", "N", "0") "," HOME("2", "1",
		"10", "100", "0", "0", "0", "10", "0", "N",
		"0") "," HOME("3", "3", "10", "100", "0", "0", "0", "10", "0", "N", "0")),
	    NOW);
	assert_true(w.orders.count >= 1);
	world_end(&w);
}

#define ABROAD(dt, odno, orgn, dvsn, qty, ccld, amt, nccs, stat, rson, tmd, exch, dmst)           \
	"{\"ord_dt\":\"" dt "\",\"odno\":\"" odno "\",\"orgn_odno\":\"" orgn                      \
	"\",\"sll_buy_dvsn_cd\":\"01\",\"rvse_cncl_dvsn\":\"" dvsn                                \
	"\",\"pdno\":\"AAPL\",\"ft_ord_qty\":\"" qty "\",\"ft_ord_unpr3\":\"145.00000000\","      \
	"\"ft_ccld_qty\":\"" ccld "\",\"ft_ccld_unpr3\":\"145.50000000\",\"ft_ccld_amt3\":\"" amt \
	"\",\"nccs_qty\":\"" nccs "\",\"prcs_stat_name\":\"" stat "\",\"rjct_rson\":\"\","        \
	"\"rjct_rson_name\":\"" rson "\",\"ord_tmd\":\"" tmd "\",\"ovrs_excg_cd\":\"" exch        \
	"\",\"tr_crcy_cd\":\"USD\",\"dmst_ord_dt\":\"" dmst "\"}"

static void
test_an_order_abroad_is_read_whole(void **unused)
{
	struct world w;
	const struct yq_kis_order *o;

	(void)unused;
	look(&w, false,
	    "{\"output\":[" ABROAD("20261123", "0030138295", "", "00", "10", "4", "582.00000000",
		"6", "완료", "", "001500", "NYSE", "20261124") "]}",
	    "2026-11-23T16:00:00Z");
	assert_int_equal(w.orders.count, 1);
	o = &w.orders.list[0];
	assert_string_equal(o->order.broker_order_id, "US-20261123-0030138295");
	assert_int_equal(o->order.exchange, YQ_NYSE);
	assert_int_equal(o->order.action, YQ_SELL);
	assert_int_equal(o->order.state, YQ_ORDER_PARTIALLY_FILLED);
	check(o->value, "582");
	check(o->order.avg_price, "145.5");
	/* 00:15 in Seoul is still the day before in New York. */
	assert_true(o->order.time_us == at("2026-11-23T15:15:00Z"));
	world_end(&w);
}

static void
test_a_business_day_in_seoul_does_not_move_an_order_by_a_day(void **unused)
{
	struct world w;

	(void)unused;
	look(&w, false,
	    "{\"output\":[" ABROAD("20261123", "1", "", "00", "10", "0", "0", "10", "전송", "",
		"001500", "NASD", "20261123") "]}",
	    "2026-11-23T16:00:00Z");
	assert_true(w.orders.list[0].order.time_us == at("2026-11-23T15:15:00Z"));
	world_end(&w);
}

static void
test_a_rejection_abroad_says_why(void **unused)
{
	struct world w;

	(void)unused;
	look(&w, false,
	    "{\"output\":[" ABROAD("20261123", "1", "", "00", "10", "0", "0", "0", "거부",
		"잔고부족", "100000", "NASD", "20261123") "]}",
	    "2026-11-23T16:00:00Z");
	assert_int_equal(w.orders.list[0].order.state, YQ_ORDER_REJECTED);
	assert_string_equal(w.orders.list[0].order.text, "잔고부족");
	world_end(&w);
}

static void
test_an_empty_list_may_be_an_object(void **unused)
{
	static const char *const bodies[] = { "{\"output\":[]}", "{\"output\":{}}",
		"{\"output\":{\"odno\":\"\",\"pdno\":\"\"}}",
		"{\"output\":[{\"odno\":\"\",\"pdno\":\"\"}]}" };

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(bodies); i++) {
		struct world w;

		look(&w, false, bodies[i], NOW);
		assert_int_equal(w.orders.count, 0);
		world_end(&w);
	}
}

/* A whole row with one member put in place of its own; NULL takes it out. */
static char *
spoil(const char *body, const char *name, const char *value)
{
	struct yq_buf out = yq_buf_make(1 << 16), quoted = yq_buf_make(64);
	const char *from, *to;

	yq_buf_add_format(&quoted, "\"%s\":", name);
	from = strstr(body, yq_buf_text(&quoted));
	assert_non_null(from);
	to = strchr(from + quoted.length + 1, '"');
	assert_non_null(to);
	yq_buf_add(&out, body, (size_t)(from - body));
	if (value != NULL)
		yq_buf_add_format(&out, "%s%s", yq_buf_text(&quoted), value);
	else
		yq_buf_add_text(&out, "\"gone\":\"\"");
	yq_buf_add_text(&out, to + 1);
	yq_buf_free(&quoted);
	return out.data;
}

static void
spoil_orders(bool domestic, const char *body, const char *const *names, size_t count)
{
	static const char *const bad[] = { NULL, "null", "7.5e", "[]", "{}", "true", "\"\"",
		"\"-1\"", "\"xx\"", "\"99999999999999999999999999999999999999999999999999\"" };
	struct yq_kis_zones zones;

	assert_int_equal(yq_kis_zones_load(&zones, NULL), YQ_OK);
	for (size_t n = 0; n < count; n++) {
		for (size_t b = 0; b < YQ_COUNT(bad); b++) {
			char *text = spoil(body, names[n], bad[b]);
			struct yq_kis_rows rows = { 0 };
			struct yq_err err = { 0 };
			yq_json *root = NULL;

			if (yq_json_parse(text, strlen(text), &root, NULL) == YQ_OK) {
				enum yq_rc rc = yq_kis_decode_orders(
				    root, domestic, YQ_KRX, &zones, &rows, &err);

				assert_int_equal(rc, YQ_E_INVALID);
				assert_true(err.text[0] != '\0');
			}
			yq_kis_rows_free(&rows);
			yq_json_free(root);
			free(text);
		}
	}
	yq_kis_zones_free(&zones);
}

static void
test_a_row_with_one_wrong_field_refuses_the_list(void **unused)
{
	static const char *const home[] = { "ord_dt", "odno", "sll_buy_dvsn_cd", "pdno", "ord_qty",
		"ord_tmd", "tot_ccld_qty", "rmn_qty" };
	static const char *const abroad[] = { "ord_dt", "odno", "sll_buy_dvsn_cd", "pdno",
		"ft_ord_qty", "ft_ccld_qty", "nccs_qty", "ord_tmd", "ovrs_excg_cd" };

	(void)unused;
	/* "-1", "xx" and the like are a ticker's right */
	spoil_orders(true,
	    LIST(HOME("42", "", "10", "71500", "3", "71400", "214200", "7", "0", "N", "0")), home,
	    3);
	spoil_orders(true,
	    LIST(HOME("42", "", "10", "71500", "3", "71400", "214200", "7", "0", "N", "0")),
	    home + 4, YQ_COUNT(home) - 4);
	spoil_orders(false,
	    "{\"output\":[" ABROAD("20261123", "1", "", "00", "10", "4", "582", "6", "", "",
		"001500", "NYSE", "") "]}",
	    abroad, 3);
	spoil_orders(false,
	    "{\"output\":[" ABROAD("20261123", "1", "", "00", "10", "4", "582", "6", "", "",
		"001500", "NYSE", "") "]}",
	    abroad + 4, YQ_COUNT(abroad) - 4);
}

static void
test_an_execution_for_nothing_is_refused(void **unused)
{
	struct yq_kis_zones zones;
	struct yq_kis_rows rows = { 0 };
	struct yq_err err;
	yq_json *root = parse(LIST(HOME("1", "", "10", "100", "3", "0", "0", "7", "0", "N", "0")));

	(void)unused;
	assert_int_equal(yq_kis_zones_load(&zones, NULL), YQ_OK);
	assert_int_equal(
	    yq_kis_decode_orders(root, true, YQ_KRX, &zones, &rows, &err), YQ_E_INVALID);
	yq_kis_rows_free(&rows);
	yq_kis_zones_free(&zones);
	yq_json_free(root);
}

static void
test_ids_name_country_date_and_number(void **unused)
{
	static const char *const bad[] = { "", "KR", "KR-20261123", "KR-20261123-",
		"XX-20261123-0000000001", "KR-20261323-0000000001", "KR_20261123-0000000001",
		"KR-20261123-00000A", "paper-1" };
	struct yq_kis_id id;
	char text[YQ_BROKER_ORDER_ID_SIZE];

	(void)unused;
	yq_kis_id_make(YQ_HOSE, "20261123", "0000000001", text);
	assert_string_equal(text, "VN-20261123-0000000001");
	assert_int_equal(yq_kis_id_parse(text, &id, NULL), YQ_OK);
	assert_int_equal(id.country, YQ_COUNTRY_VN);
	assert_string_equal(id.date, "20261123");
	assert_string_equal(id.number, "0000000001");
	assert_int_equal(yq_kis_id_parse("117057", &id, NULL), YQ_OK);
	assert_string_equal(id.date, "");
	assert_string_equal(id.number, "0000117057");
	for (size_t i = 0; i < YQ_COUNT(bad); i++)
		assert_int_equal(yq_kis_id_parse(bad[i], &id, NULL), YQ_E_INVALID);
}

static void
test_a_change_that_was_canceled_when_some_was_executed(void **unused)
{
	struct world w;

	(void)unused;
	look(&w, true,
	    LIST(HOME("0000000001", "", "10", "70000", "0", "0", "0", "0", "0", "N", "0") "," HOME(
		"0000000002", "0000000001", "10", "70100", "4", "70100", "280400", "0", "0", "Y",
		"6")),
	    NOW);
	assert_int_equal(w.orders.count, 1);
	assert_string_equal(w.orders.list[0].order.broker_order_id, "KR-20261123-0000000001");
	assert_int_equal(w.orders.list[0].order.state, YQ_ORDER_CANCELED);
	check(w.orders.list[0].order.qty, "10");
	check(w.orders.list[0].order.filled, "4");
	world_end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_order_at_home_is_read_whole),
		cmocka_unit_test(test_states_follow_from_what_is_left),
		cmocka_unit_test(test_an_order_keeps_its_name_through_all_its_numbers),
		cmocka_unit_test(test_rows_that_name_each_other_end),
		cmocka_unit_test(test_an_order_abroad_is_read_whole),
		cmocka_unit_test(test_a_business_day_in_seoul_does_not_move_an_order_by_a_day),
		cmocka_unit_test(test_a_rejection_abroad_says_why),
		cmocka_unit_test(test_an_empty_list_may_be_an_object),
		cmocka_unit_test(test_a_row_with_one_wrong_field_refuses_the_list),
		cmocka_unit_test(test_an_execution_for_nothing_is_refused),
		cmocka_unit_test(test_ids_name_country_date_and_number),
		cmocka_unit_test(test_a_change_that_was_canceled_when_some_was_executed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
