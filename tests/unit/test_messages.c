/* test_messages.c - every message of the domain from and to JSON. */
#include "domain_test.h"

#include "domain/cancel.h"
#include "domain/execution.h"
#include "domain/notification.h"
#include "domain/query.h"
#include "domain/resolution.h"
#include "domain/signal.h"
#include "domain/trade.h"

#define ID_A "2f1c8a34-0d0e-4c3b-9a52-0b6f7d6a1e01"
#define ID_B "2f1c8a34-0d0e-4c3b-9a52-0b6f7d6a1e02"
#define WHEN "\"Timestamp\":\"2026-11-23T15:00:00.000001Z\""

union any {
	struct yq_signal signal;
	struct yq_order order;
	struct yq_execution execution;
	struct yq_position position;
	struct yq_trade trade;
	struct yq_cancel cancel;
	struct yq_resolution resolution;
	struct yq_notification notification;
	struct yq_query query;
};

/* A message in full, as it is written: reading and writing it gives the same bytes. */
static const struct sample {
	const char *name;
	const struct yq_field *fields;
	const size_t *count;
	const char *json;
} samples[] = {
	{ "Signal", yq_signal_fields, &yq_signal_field_count,
	    "{\"Id\":\"" ID_A "\",\"Ticker\":\"AAPL\",\"Exchange\":\"NASDAQ\",\"Currency\":\"USD\","
	    "\"Action\":\"Buy\",\"Price\":189.5,\"Strength\":80,\"Strategy\":\"Mean rev "
	    "\\u00e9\\\"\","
	    "" WHEN ",\"Type\":\"Limit\",\"LimitPrice\":189.45,\"StopPrice\":1,\"Qty\":3,"
	    "\"PositionSize\":-2.5,\"MarketPosition\":\"Short\","
	    "\"PrevMarketPosition\":\"Flat\",\"MarketPositionSize\":2.5,"
	    "\"PrevMarketPositionSize\":0,\"TimeInForce\":\"Gtc\",\"Atr\":1.25,\"Comment\":\"hi\","
	    "\"ReceivedAt\":\"2026-11-23T15:00:00.500000Z\",\"TakeProfitPrice\":200,"
	    "\"StopLossPrice\":180,\"StopLossLimitPrice\":179}" },
	{ "Order", yq_order_fields, &yq_order_field_count,
	    "{\"Id\":\"" ID_A
	    "\",\"AccountAlias\":\"Main\",\"Ticker\":\"005930\",\"Exchange\":\"KRX\","
	    "\"Currency\":\"KRW\",\"Action\":\"Sell\",\"Type\":\"StopLimit\",\"Qty\":10,"
	    "\"Price\":71000,"
	    "" WHEN ",\"BuyReason\":\"Webhook:Mean rev\",\"StopPrice\":71500,"
	    "\"TimeInForce\":\"Day\",\"SignalId\":\"" ID_B
	    "\",\"ExpiresAt\":\"2026-11-24T06:30:00.000000Z\",\"ReferencePrice\":71100,"
	    "\"ReduceOnly\":true,\"TakeProfitPrice\":200,\"StopLossPrice\":180,"
	    "\"StopLossLimitPrice\":179,\"BracketId\":\"" ID_A
	    "\",\"Exit\":\"StopLoss\",\"CutToHeld\":true,\"After\":\"" ID_B "\"}" },
	{ "OrderResult", yq_execution_fields, &yq_execution_field_count,
	    "{\"IsSuccess\":true,\"Message\":\"ok\",\"OrderId\":\"" ID_A
	    "\",\"BrokerOrderId\":\"P-1\",\"Status\":\"PartiallyFilled\",\"AccountAlias\":\"Main\","
	    "\"Ticker\":\"AAPL\",\"Exchange\":\"NASDAQ\",\"Action\":\"Buy\",\"Qty\":10,"
	    "\"FilledQty\":4,\"AvgPrice\":100.12345678,\"LastQty\":4,\"LastPrice\":100.12345678,"
	    "\"Commission\":0.4,\"Currency\":\"USD\",\"Sequence\":3," WHEN "}" },
	{ "Position", yq_position_fields, &yq_position_field_count,
	    "{\"AccountAlias\":\"Main\",\"Ticker\":\"AAPL\",\"Currency\":\"USD\",\"Qty\":-4,"
	    "\"AvgPrice\":100.1,\"CurrentPrice\":99,\"ChangeRate\":-1.25,\"BuyReason\":\"Manual\","
	    "\"Exchange\":\"NASDAQ\"}" },
	{ "Trade", yq_trade_fields, &yq_trade_field_count,
	    "{\"Id\":\"" ID_A
	    "\",\"ExecutedAt\":\"2026-11-23T15:00:00.000000Z\",\"Ticker\":\"AAPL\","
	    "\"Action\":\"Buy\",\"Quantity\":4,\"ExecutedPrice\":100.1,\"Commission\":0.4,"
	    "\"OrderId\":\"" ID_B
	    "\",\"BrokerOrderId\":\"P-1\",\"Strategy\":\"Mean rev\",\"Currency\":\"USD\","
	    "\"Exchange\":\"NASDAQ\"}" },
	{ "Cancel", yq_cancel_fields, &yq_cancel_field_count,
	    "{\"Id\":\"" ID_A "\",\"Kind\":\"cancel\",\"OrderId\":\"" ID_B
	    "\",\"AccountAlias\":\"Main\",\"Reason\":\"by hand\",\"Who\":\"me@here\","
	    "\"Origin\":\"Console\"," WHEN "}" },
	{ "Notification", yq_notification_fields, &yq_notification_field_count,
	    "{\"Id\":\"" ID_A
	    "\",\"Kind\":\"Risk\",\"Severity\":\"Critical\",\"App\":\"OrderManager\","
	    "\"Text\":\"halted\",\"AccountAlias\":\"Main\",\"Strategy\":\"S\",\"OrderId\":\"" ID_B
	    "\",\"SignalId\":\"" ID_A "\"," WHEN "}" },
	{ "Resolution", yq_resolution_fields, &yq_resolution_field_count,
	    "{\"Id\":\"" ID_A "\",\"Kind\":\"resolve\",\"OrderId\":\"" ID_B
	    "\",\"AccountAlias\":\"Main\",\"Outcome\":\"Filled\",\"Qty\":4,\"Price\":100.1,"
	    "\"Commission\":0.4,\"BrokerOrderId\":\"P-1\",\"Before\":\"Unknown\","
	    "\"Reason\":\"seen on the broker's page\",\"Who\":\"me@here\","
	    "\"Origin\":\"Console\"," WHEN "}" },
	{ "Query", yq_query_fields, &yq_query_field_count,
	    "{\"Id\":\"" ID_A
	    "\",\"QueryType\":\"price\",\"Target\":\"NASDAQ:AAPL\",\"AccountAlias\":\"Main\"," WHEN
	    "}" },
};

static enum yq_rc
read_text(const struct sample *sample, const char *json, union any *any, struct yq_err *err)
{
	YQ_CLEANUP(yq_json_freep) yq_json *tree = NULL;

	memset(any, 0, sizeof(*any));
	assert_int_equal(yq_json_parse(json, strlen(json), &tree, err), YQ_OK);
	return yq_record_read(tree, sample->fields, *sample->count, any, err);
}

static void
write_text(const struct sample *sample, const union any *any, struct yq_buf *buf)
{
	struct yq_json_writer w = yq_json_writer_make(buf);

	yq_json_begin_object(&w);
	yq_record_write(&w, sample->fields, *sample->count, any);
	yq_json_end_object(&w);
}

static void
test_every_message_survives_the_round_trip(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(samples); i++) {
		YQ_CLEANUP(yq_buf_free) struct yq_buf one = yq_buf_make(65536);
		YQ_CLEANUP(yq_buf_free) struct yq_buf two = yq_buf_make(65536);
		union any first, second;
		struct yq_err err;

		assert_int_equal(read_text(&samples[i], samples[i].json, &first, &err), YQ_OK);
		write_text(&samples[i], &first, &one);
		assert_int_equal(read_text(&samples[i], yq_buf_text(&one), &second, &err), YQ_OK);
		assert_memory_equal(&first, &second, sizeof(first));
		write_text(&samples[i], &second, &two);
		assert_string_equal(yq_buf_text(&one), yq_buf_text(&two));
		if (strstr(samples[i].json, "\\u") == NULL)
			assert_string_equal(yq_buf_text(&one), samples[i].json);
	}
}

/* The sample without one member, or with it set to `value`. */
struct edit {
	struct yq_json_writer *w;
	const char *name, *value;
};

static bool
copy_but_one(void *cookie, const char *name, const yq_json *value)
{
	struct edit *edit = cookie;
	size_t length;

	if (strcmp(name, edit->name) == 0) {
		if (edit->value != NULL)
			yq_json_put_raw(edit->w, name, edit->value, strlen(edit->value));
		return true;
	}
	yq_json_name(edit->w, name);
	switch (yq_json_type_of(value)) {
	case YQ_JSON_STRING:
		yq_json_add_text(edit->w, yq_json_text(value, &length));
		break;
	case YQ_JSON_NUMBER: {
		const char *text = yq_json_text(value, &length);

		yq_json_add_raw(edit->w, text, length);
		break;
	}
	default:
		yq_json_add_bool(edit->w, yq_json_bool(value));
	}
	return true;
}

static enum yq_rc
read_edited(const struct sample *sample, const char *name, const char *value, union any *any,
    struct yq_err *err)
{
	YQ_CLEANUP(yq_json_freep) yq_json *tree = NULL;
	YQ_CLEANUP(yq_buf_free) struct yq_buf buf = yq_buf_make(65536);
	struct yq_json_writer w = yq_json_writer_make(&buf);
	struct edit edit = { &w, name, value };

	assert_int_equal(yq_json_parse(sample->json, strlen(sample->json), &tree, err), YQ_OK);
	yq_json_begin_object(&w);
	yq_json_each(tree, copy_but_one, &edit);
	yq_json_end_object(&w);
	return read_text(sample, yq_buf_text(&buf), any, err);
}

static void
test_each_missing_or_wrong_required_member_is_refused_by_name(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(samples); i++) {
		for (size_t f = 0; f < *samples[i].count; f++) {
			const struct yq_field *field = &samples[i].fields[f];
			union any any;
			struct yq_err err = { 0 };

			if (field->presence == YQ_REQUIRED) {
				assert_int_equal(
				    read_edited(&samples[i], field->name, NULL, &any, &err),
				    YQ_E_INVALID);
				assert_non_null(strstr(err.text, field->name));
				assert_int_equal(
				    read_edited(&samples[i], field->name, "null", &any, &err),
				    YQ_E_INVALID);
			} else {
				assert_int_equal(
				    read_edited(&samples[i], field->name, NULL, &any, &err), YQ_OK);
			}
			if (read_edited(&samples[i], field->name, "[]", &any, &err) != YQ_E_INVALID)
				fail_msg("%s.%s takes a list", samples[i].name, field->name);
			assert_non_null(strstr(err.text, field->name));
		}
	}
}

static void
test_enums_are_read_as_names_in_any_case_and_as_dotnet_integers(void **unused)
{
	static const struct {
		const char *member, *value;
		enum yq_exchange exchange;
		enum yq_action action;
		enum yq_currency currency;
	} cases[] = {
		{ "Exchange", "\"nasdaq\"", YQ_NASDAQ, YQ_BUY, YQ_USD },
		{ "Exchange", "\"KosDaq\"", YQ_KOSDAQ, YQ_BUY, YQ_USD },
		{ "Exchange", "0", YQ_NASDAQ, YQ_BUY, YQ_USD },
		{ "Exchange", "9", YQ_KRX, YQ_BUY, YQ_USD },
		{ "Exchange", "11", YQ_KOSPI, YQ_BUY, YQ_USD },
		{ "Action", "1", YQ_NASDAQ, YQ_SELL, YQ_USD },
		{ "Action", "\"SELL\"", YQ_NASDAQ, YQ_SELL, YQ_USD },
		{ "Currency", "0", YQ_NASDAQ, YQ_BUY, YQ_KRW },
		{ "Currency", "5", YQ_NASDAQ, YQ_BUY, YQ_VND },
	};
	union any any;
	struct yq_err err;

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		assert_int_equal(
		    read_edited(&samples[0], cases[i].member, cases[i].value, &any, &err), YQ_OK);
		assert_int_equal(any.signal.exchange, cases[i].exchange);
		assert_int_equal(any.signal.action, cases[i].action);
		assert_int_equal(any.signal.currency, cases[i].currency);
	}
	assert_int_equal(read_edited(&samples[0], "Exchange", "12", &any, &err), YQ_E_INVALID);
	assert_int_equal(read_edited(&samples[0], "Exchange", "-1", &any, &err), YQ_E_INVALID);
	assert_int_equal(read_edited(&samples[0], "Action", "\"Hold\"", &any, &err), YQ_E_INVALID);
}

static void
test_decimals_are_read_as_numbers_and_as_numeric_strings(void **unused)
{
	union any any;
	struct yq_err err;

	(void)unused;
	assert_int_equal(read_edited(&samples[0], "Price", "\"189.50\"", &any, &err), YQ_OK);
	assert_decimal(any.signal.price.value, "189.5");
	assert_int_equal(read_edited(&samples[0], "Price", "1.895e2", &any, &err), YQ_OK);
	assert_decimal(any.signal.price.value, "189.5");
	assert_int_equal(read_edited(&samples[0], "Price", "\"NaN\"", &any, &err), YQ_E_INVALID);
	assert_non_null(strstr(err.text, "NaN"));
	assert_int_equal(read_edited(&samples[0], "Price", "\"\"", &any, &err), YQ_E_INVALID);
}

static void
test_an_absent_currency_stays_absent(void **unused)
{
	static const char json[] =
	    "{\"Id\":\"" ID_A "\",\"Ticker\":\"AAPL\",\"Exchange\":\"NASDAQ\","
	    "\"Action\":\"Buy\",\"Strategy\":\"S\"," WHEN "}";
	YQ_CLEANUP(yq_json_freep) yq_json *tree = NULL;
	struct yq_signal signal = yq_signal_default();

	(void)unused;
	assert_int_equal(yq_json_parse(json, sizeof(json) - 1, &tree, NULL), YQ_OK);
	assert_int_equal(
	    yq_record_read(tree, yq_signal_fields, yq_signal_field_count, &signal, NULL), YQ_OK);
	assert_int_equal(signal.currency, YQ_CURRENCY_NONE);
	assert_int_equal(signal.type, YQ_TYPE_MARKET);
	assert_int_equal(signal.time_in_force, YQ_TIF_DAY);
	assert_false(signal.price.set);
	assert_int_equal(yq_signal_check(&signal, NULL), YQ_OK);
}

static void
test_a_signal_is_checked_member_by_member(void **unused)
{
	union any any;
	struct yq_err err;
	static const struct {
		const char *member, *value;
	} wrong[] = {
		{ "Strength", "100.00000001" },
		{ "Strength", "-0.00000001" },
		{ "Price", "0" },
		{ "LimitPrice", "0" },
		{ "LimitPrice", NULL },
		{ "StopPrice", "-1" },
		{ "Qty", "0" },
		{ "Currency", "\"KRW\"" },
		{ "Ticker", "\"A B\"" },
		{ "Strategy", "\"\"" },
		{ "Price", "100000000000" },
		{ "Qty", "99999999999999999999" },
		{ "LimitPrice", "100000000000" },
		{ "StopPrice", "100000000000" },
		{ "PositionSize", "-100000000000" },
	};

	(void)unused;
	assert_int_equal(read_text(&samples[0], samples[0].json, &any, &err), YQ_OK);
	assert_int_equal(yq_signal_check(&any.signal, &err), YQ_OK);
	for (size_t i = 0; i < YQ_COUNT(wrong); i++) {
		assert_int_equal(
		    read_edited(&samples[0], wrong[i].member, wrong[i].value, &any, &err), YQ_OK);
		assert_int_equal(yq_signal_check(&any.signal, &err), YQ_E_INVALID);
		assert_true(yq_str_starts(err.text, wrong[i].member));
	}
	assert_int_equal(read_edited(&samples[0], "Strength", "100", &any, &err), YQ_OK);
	assert_int_equal(yq_signal_check(&any.signal, &err), YQ_OK);
	assert_int_equal(read_edited(&samples[0], "Strength", "0", &any, &err), YQ_OK);
	assert_int_equal(yq_signal_check(&any.signal, &err), YQ_OK);
}

static void
test_an_order_is_checked_member_by_member(void **unused)
{
	union any any;
	struct yq_err err;
	static const struct {
		const char *member, *value;
	} wrong[] = {
		{ "Qty", "0" }, { "Qty", "-1" }, { "Price", NULL }, { "Price", "0" },
		{ "StopPrice", NULL }, { "ReferencePrice", "0" }, { "Currency", "\"USD\"" },
		{ "Ticker", "\"\"" }, { "AccountAlias", "\"a b\"" },
		{ "After", "\"" ID_A "\"" }, /* itself */
	};

	(void)unused;
	assert_int_equal(read_text(&samples[1], samples[1].json, &any, &err), YQ_OK);
	any.order.exits = (struct yq_exits){ 0 }; /* it is an exit itself */
	assert_int_equal(yq_order_check(&any.order, &err), YQ_OK);
	for (size_t i = 0; i < YQ_COUNT(wrong); i++) {
		assert_int_equal(
		    read_edited(&samples[1], wrong[i].member, wrong[i].value, &any, &err), YQ_OK);
		any.order.exits = (struct yq_exits){ 0 };
		assert_int_equal(yq_order_check(&any.order, &err), YQ_E_INVALID);
		assert_true(yq_str_starts(err.text, wrong[i].member));
	}
}

static void
test_an_order_id_depends_on_signal_alias_and_leg_alone(void **unused)
{
	struct yq_id a = yq_id_named("a", 1), b = yq_id_named("b", 1);
	struct yq_id one = yq_order_id_of(&a, "Main", 0), same = yq_order_id_of(&a, "Main", 0);
	struct yq_id others[3];

	(void)unused;
	assert_true(yq_id_equal(&one, &same));
	others[0] = yq_order_id_of(&b, "Main", 0);
	others[1] = yq_order_id_of(&a, "main", 0);
	others[2] = yq_order_id_of(&a, "Main", 1);
	for (size_t i = 0; i < YQ_COUNT(others); i++)
		assert_false(yq_id_equal(&one, &others[i]));
}

static void
test_a_query_keeps_its_parameters_as_json(void **unused)
{
	static const char json[] =
	    "{\"Id\":\"" ID_A "\",\"QueryType\":\"ORDERS\",\"Target\":\"Main\"," WHEN
	    ",\"Parameters\":{\"Days\":3,\"Px\":1.10,\"Tags\":[\"a\\n\\u0000b\",true,null]}}";
	YQ_CLEANUP(yq_json_freep) yq_json *tree = NULL;
	YQ_CLEANUP(yq_buf_free) struct yq_buf buf = yq_buf_make(65536);
	struct yq_json_writer w = yq_json_writer_make(&buf);
	struct yq_query query;
	struct yq_err err;

	(void)unused;
	assert_int_equal(yq_json_parse(json, sizeof(json) - 1, &tree, &err), YQ_OK);
	assert_int_equal(yq_query_read(tree, &query, &err), YQ_OK);
	assert_int_equal(query.type, YQ_QUERY_ORDERS);
	assert_string_equal(
	    query.parameters, "{\"Days\":3,\"Px\":1.10,\"Tags\":[\"a\\n\\u0000b\",true,null]}");
	yq_json_begin_object(&w);
	yq_query_write(&w, &query);
	yq_json_end_object(&w);
	assert_non_null(strstr(yq_buf_text(&buf), "\"Parameters\":{\"Days\":3,\"Px\":1.10"));
}

static void
test_a_cancel_is_checked(void **unused)
{
	union any any;
	struct yq_err err;

	(void)unused;
	assert_int_equal(read_text(&samples[5], samples[5].json, &any, &err), YQ_OK);
	assert_int_equal(yq_cancel_check(&any.cancel, &err), YQ_OK);
	SET(any.cancel.kind, "order");
	assert_int_equal(yq_cancel_check(&any.cancel, &err), YQ_E_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_message_survives_the_round_trip),
		cmocka_unit_test(test_each_missing_or_wrong_required_member_is_refused_by_name),
		cmocka_unit_test(test_enums_are_read_as_names_in_any_case_and_as_dotnet_integers),
		cmocka_unit_test(test_decimals_are_read_as_numbers_and_as_numeric_strings),
		cmocka_unit_test(test_an_absent_currency_stays_absent),
		cmocka_unit_test(test_a_signal_is_checked_member_by_member),
		cmocka_unit_test(test_an_order_is_checked_member_by_member),
		cmocka_unit_test(test_an_order_id_depends_on_signal_alias_and_leg_alone),
		cmocka_unit_test(test_a_query_keeps_its_parameters_as_json),
		cmocka_unit_test(test_a_cancel_is_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
