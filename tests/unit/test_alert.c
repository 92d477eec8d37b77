/* test_alert.c - bodies of alerts into signals, or a fault with the field's name. */
#include <stdio.h>
#include <string.h>

#include "test.h"

#include "base/str.h"
#include "domain/alert.h"
#include "domain/market.h"

#define NOW INT64_C(1795391215000000) /* 2026-11-22T23:46:55Z */

static bool
parse(const char *body, size_t length, struct yq_signal *signal, struct yq_alert_fault *fault)
{
	struct yq_alert alert;
	bool good;

	if (!yq_alert_open(&alert, body, length, fault))
		return false;
	good = yq_alert_read(&alert, NOW, signal, fault);
	yq_alert_clear(&alert);
	return good;
}

static struct yq_signal
accepted(const char *body)
{
	struct yq_alert_fault fault = { "", "" };
	struct yq_signal signal;

	if (!parse(body, strlen(body), &signal, &fault))
		fail_msg("%s: %s %s", body, fault.field, fault.text);
	return signal;
}

static void
refused(const char *body, const char *field)
{
	struct yq_alert_fault fault = { "", "" };
	struct yq_signal signal;

	if (parse(body, strlen(body), &signal, &fault))
		fail_msg("accepted: %s", body);
	if (!yq_str_equal(fault.field, field))
		fail_msg(
		    "%s: blamed \"%s\" (%s), not \"%s\"", body, fault.field, fault.text, field);
	assert_true(fault.text[0] != '\0');
}

static void
assert_decimal(struct yq_opt_decimal value, const char *expected)
{
	char text[YQ_DECIMAL_TEXT_SIZE] = "none";

	if (value.set)
		yq_decimal_format(value.value, text);
	assert_string_equal(text, expected);
}

#define LEAST \
	"\"strategy\":\"Mean rev\",\"ticker\":\"AAPL\",\"exchange\":\"NASDAQ\",\"action\":\"buy\""
#define WITH(more) "{" LEAST "," more "}"

static void
test_take_profit_and_stop_loss_under_the_names_people_use(void **state)
{
	static const char *const bodies[] = {
		WITH("\"take_profit\":110,\"stop_loss\":\"90\",\"stop_loss_limit\":89"),
		WITH("\"tp\":110,\"sl\":90,\"sl_limit\":89"),
		WITH("\"takeProfit\":110,\"stopLoss\":90,\"stopLossLimit\":89"),
		WITH("\"TakeProfitPrice\":110,\"StopLossPrice\":90,\"StopLossLimitPrice\":89"),
	};
	struct yq_signal signal;

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(bodies); i++) {
		signal = accepted(bodies[i]);
		assert_decimal(signal.exits.take_profit, "110");
		assert_decimal(signal.exits.stop_loss, "90");
		assert_decimal(signal.exits.stop_loss_limit, "89");
	}
	signal = accepted(WITH("\"tp\":\"\",\"sl\":\"\""));
	assert_false(yq_exits_any(&signal.exits));
	refused(WITH("\"tp\":0"), "tp");
	refused(WITH("\"sl\":-1"), "sl");
	refused(WITH("\"sl\":\"NaN\""), "sl");
	refused(WITH("\"sl_limit\":1"), "stop_loss");
	refused(WITH("\"tp\":1,\"take_profit\":2"), "take_profit");
}

static void
test_the_least_alert_is_a_market_order_of_now(void **state)
{
	struct yq_signal signal = accepted("{" LEAST "}");

	(void)state;
	assert_string_equal(signal.ticker, "AAPL");
	assert_int_equal(signal.exchange, YQ_NASDAQ);
	assert_int_equal(signal.action, YQ_BUY);
	assert_int_equal(signal.currency, YQ_CURRENCY_NONE);
	assert_int_equal(signal.type, YQ_TYPE_MARKET);
	assert_string_equal(signal.strategy, "Mean rev");
	assert_true(signal.timestamp_us == NOW && signal.received_at_us == NOW);
	assert_false(signal.price.set || signal.qty.set || signal.position_size.set);
}

static void
test_the_alert_of_the_tradingview_template_is_read_whole(void **state)
{
	struct yq_signal signal = accepted(
	    "{\"secret\":\"s\",\"ticker\":\"AAPL\",\"exchange\":\"NASDAQ_DLY\",\"action\":\"sell\","
	    "\"contracts\":12.5,\"price\":189.91,\"position_size\":-3,\"market_position\":"
	    "\"short\","
	    "\"market_position_size\":3,\"prev_market_position\":\"long\","
	    "\"prev_market_position_size\":9.5,"
	    "\"order_id\":\"Long\",\"strategy\":\"S\",\"time\":\"2026-11-22T23:46:00Z\"}");

	(void)state;
	assert_int_equal(signal.exchange, YQ_NASDAQ);
	assert_int_equal(signal.action, YQ_SELL);
	assert_decimal(signal.qty, "12.5");
	assert_decimal(signal.price, "189.91");
	assert_decimal(signal.position_size, "-3");
	assert_int_equal(signal.market_position, YQ_STANCE_SHORT);
	assert_int_equal(signal.prev_market_position, YQ_STANCE_LONG);
	assert_decimal(signal.market_position_size, "3");
	assert_decimal(signal.prev_market_position_size, "9.5");
	assert_true(signal.timestamp_us == NOW - 55 * YQ_US_PER_SECOND);
}

static void
test_names_are_read_in_any_case_and_by_their_aliases(void **state)
{
	struct yq_signal signal = accepted(
	    "{\"Strategy_Name\":\"S\",\"SYMBOL\":\"krx:005930\",\"Side\":\"LONG\",\"Close\":"
	    "\"71500\","
	    "\"Quantity\":\"3\",\"OrderType\":\"Stop Limit\",\"LimitPrice\":71000,"
	    "\"stop_price\":\"70000.0\",\"TIF\":\"gtc\",\"Message\":\"hi\",\"Currency\":\"krw\"}");

	(void)state;
	assert_string_equal(signal.ticker, "005930");
	assert_int_equal(signal.exchange, YQ_KRX);
	assert_int_equal(signal.currency, YQ_KRW);
	assert_int_equal(signal.type, YQ_TYPE_STOP_LIMIT);
	assert_decimal(signal.limit_price, "71000");
	assert_decimal(signal.stop_price, "70000");
	assert_decimal(signal.qty, "3");
	assert_int_equal(signal.time_in_force, YQ_TIF_GTC);
	assert_string_equal(signal.comment, "hi");
}

static void
test_a_flat_position_is_a_target_of_zero(void **state)
{
	(void)state;
	assert_decimal(accepted(WITH("\"market_position\":\"flat\"")).position_size, "0");
	assert_decimal(
	    accepted(WITH("\"market_position\":\"flat\",\"position_size\":0")).position_size, "0");
	refused(WITH("\"market_position\":\"flat\",\"position_size\":5"), "market_position");
	refused(WITH("\"market_position\":\"long\",\"position_size\":-5"), "market_position");
	refused(WITH("\"market_position\":\"sideways\""), "market_position");
}

static void
test_positions_that_contradict_themselves_are_refused_by_name(void **state)
{
	static const struct {
		const char *body, *field;
	} cases[] = {
		{ WITH("\"market_position\":\"long\",\"market_position_size\":0"),
		    "market_position_size" },
		{ WITH("\"market_position\":\"flat\",\"market_position_size\":1"),
		    "market_position_size" },
		{ WITH("\"market_position_size\":-1"), "market_position_size" },
		{ WITH("\"position_size\":-3,\"market_position_size\":2"), "market_position_size" },
		{ WITH("\"prev_market_position\":\"none\""), "prev_market_position" },
		{ WITH("\"prev_market_position\":\"flat\",\"prev_market_position_size\":1"),
		    "prev_market_position_size" },
		{ WITH("\"prev_market_position\":\"long\",\"prev_market_position_size\":0"),
		    "prev_market_position_size" },
		{ WITH("\"prev_market_position_size\":-2"), "prev_market_position_size" },
		{ WITH("\"contracts\":-2"), "contracts" },
	};

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(cases); i++)
		refused(cases[i].body, cases[i].field);
	assert_int_equal(
	    accepted(WITH("\"prev_market_position\":\"\"")).prev_market_position, YQ_STANCE_NONE);
}

static void
test_a_price_says_which_type_is_meant(void **state)
{
	(void)state;
	assert_int_equal(accepted(WITH("\"limit_price\":1")).type, YQ_TYPE_LIMIT);
	assert_int_equal(accepted(WITH("\"stop_price\":1")).type, YQ_TYPE_STOP);
	assert_int_equal(
	    accepted(WITH("\"type\":\"market\",\"limit_price\":1")).type, YQ_TYPE_MARKET);
	refused(WITH("\"type\":\"limit\""), "limit_price");
	refused(WITH("\"type\":\"stop\""), "stop_price");
}

static void
test_times_are_read_as_text_seconds_or_milliseconds(void **state)
{
	const int64_t then = NOW - 55 * YQ_US_PER_SECOND;

	(void)state;
	assert_true(accepted(WITH("\"time\":1795391160")).timestamp_us == then);
	assert_true(accepted(WITH("\"timestamp\":\"1795391160000\"")).timestamp_us == then);
	assert_true(
	    accepted(WITH("\"time\":1,\"timenow\":\"2026-11-22T23:46:00Z\"")).timestamp_us == then);
	/* a clock that is a little ahead gains nothing by it */
	assert_true(accepted(WITH("\"time\":1795391300")).timestamp_us == NOW);
	refused(WITH("\"time\":1795392215"), "time");
	refused(WITH("\"time\":\"yesterday\""), "time");
	refused(WITH("\"time\":-5"), "time");
}

static void
test_wrong_values_are_refused_by_the_name_the_body_uses(void **state)
{
	static const struct {
		const char *body, *field;
	} rows[] = {
		{ "{\"ticker\":\"AAPL\",\"exchange\":\"NASDAQ\",\"action\":\"buy\"}", "strategy" },
		{ "{\"strategy\":\"S\",\"exchange\":\"NASDAQ\",\"action\":\"buy\"}", "ticker" },
		{ "{\"strategy\":\"S\",\"ticker\":\"AAPL\",\"action\":\"buy\"}", "exchange" },
		{ "{\"strategy\":\"S\",\"ticker\":\"NASDAQ:AAPL\"}", "action" },
		{ "{\"strategy\":\"S\",\"ticker\":\"NASDAQ:AAPL\",\"exchange\":\"NYSE\","
		  "\"action\":\"buy\"}",
		    "exchange" },
		{ "{\"strategy\":\"S\",\"ticker\":\"BINANCE:BTCUSDT\",\"action\":\"buy\"}",
		    "ticker" },
		{ "{\"strategy\":5,\"ticker\":\"NASDAQ:AAPL\",\"action\":\"buy\"}", "strategy" },
		{ "{\"strategy\":\"\",\"ticker\":\"NASDAQ:AAPL\",\"action\":\"buy\"}", "strategy" },
		{ "{\"strategy\":\"S\",\"symbol\":5930,\"exchange\":\"KRX\",\"action\":\"buy\"}",
		    "symbol" },
		{ "{\"strategy\":\"S\",\"ticker\":\"NASDAQ:AAPL\",\"Side\":\"exit\"}", "Side" },
		{ "{\"strategy\":\"S\",\"ticker\":\"NASDAQ:AAPL\",\"action\":\"buy\","
		  "\"side\":\"sell\"}",
		    "side" },
		{ "{\"strategy\":\"S\",\"ticker\":\"AAPL\",\"exchange\":\"MARS\",\"action\":"
		  "\"buy\"}",
		    "exchange" },
		{ WITH("\"currency\":\"KRW\""), "currency" },
		{ WITH("\"price\":\"NaN\""), "price" },
		{ WITH("\"price\":NaN"), "price" },
		{ WITH("\"qty\": {{strategy.order.contracts}}"), "qty" },
		{ WITH("\"close\":\"{{close}}\""), "close" },
		{ WITH("\"price\":0"), "price" },
		{ WITH("\"price\":-1"), "price" },
		{ WITH("\"price\":\"\""), "price" },
		{ WITH("\"price\":\"1,000\""), "price" },
		{ WITH("\"price\":true"), "price" },
		{ WITH("\"price\":[1]"), "price" },
		{ WITH("\"price\":1e99"), "price" },
		{ WITH("\"price\":0.123456789"), "price" },
		/* more than the archive can keep */
		{ WITH("\"price\":100000000000"), "price" },
		{ WITH("\"qty\":\"99999999999999999999\""), "qty" },
		{ WITH("\"position_size\":100000000000"), "position_size" },
		{ WITH("\"strength\":101"), "strength" },
		{ WITH("\"strength\":-1"), "strength" },
		{ WITH("\"shares\":0"), "shares" },
		{ WITH("\"type\":\"iceberg\""), "type" },
		{ WITH("\"tif\":\"never\""), "tif" },
		{ WITH("\"id\":{}"), "id" },
		{ WITH("\"comment\":\"a\\u0000b\""), "comment" },
		{ "{\"strategy\":\"S\\u0000\",\"ticker\":\"NASDAQ:AAPL\",\"action\":\"buy\"}",
		    "strategy" },
		{ "{\"strategy\":\"a\\nb\",\"ticker\":\"NASDAQ:AAPL\",\"action\":\"buy\"}",
		    "strategy" },
		{ "{\"strategy\":\"S\",\"ticker\":\"NASDAQ:{{ticker}}\",\"action\":\"buy\"}",
		    "ticker" },
		{ "[]", "" },
		{ "buy AAPL", "" },
		{ "", "" },
		{ "{" LEAST "} x", "" },
		{ "{" LEAST ",\"price\":1,\"price\":2}", "" },
	};

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(rows); i++)
		refused(rows[i].body, rows[i].field);
}

static void
test_null_is_as_good_as_absent_and_unknown_names_are_ignored(void **state)
{
	struct yq_signal signal =
	    accepted(WITH("\"price\":null,\"volume\":\"NaN\",\"plot_0\":{\"x\":[1]}"));

	(void)state;
	assert_false(signal.price.set);
}

static void
test_the_secret_is_found_under_each_of_its_names(void **state)
{
	static const char *const bodies[] = { "{\"secret\":\"abc\"}", "{\"PassPhrase\":\"abc\"}",
		"{\"token\":\"abc\"}" };
	struct yq_alert_fault fault;
	struct yq_alert alert;
	size_t length;

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(bodies); i++) {
		assert_true(yq_alert_open(&alert, bodies[i], strlen(bodies[i]), &fault));
		assert_string_equal(yq_alert_secret(&alert, &length), "abc");
		assert_int_equal(length, 3);
		yq_alert_clear(&alert);
	}
}

static void
test_a_fault_never_shows_the_secret(void **state)
{
	static const char body[] =
	    "{\"secret\":\"TOPSECRET\",\"token\":\"OTHERSECRET\",\"price\":NaN}";
	static const char two[] = "{\"secret\":\"TOPSECRET\",\"token\":\"OTHERSECRET\"}";
	struct yq_alert_fault fault;
	struct yq_alert alert;

	(void)state;
	assert_false(yq_alert_open(&alert, body, strlen(body), &fault));
	assert_null(strstr(fault.text, "SECRET"));
	assert_false(yq_alert_open(&alert, two, strlen(two), &fault));
	assert_null(strstr(fault.text, "SECRET"));
	assert_string_equal(fault.field, "token");
}

/* ---- 10,000 mutated bodies ---- */

static const char *const seeds[] = {
	"{" LEAST "}",
	WITH("\"price\":189.91,\"qty\":\"3\",\"type\":\"limit\",\"limit_price\":1.5"),
	WITH("\"market_position\":\"flat\",\"position_size\":0,\"time\":\"2026-11-22T23:46:00Z\""),
};

#define BODY_MAX 512

/* One character changed, dropped or put in, or the rest cut off. */
static size_t
mutate_once(uint64_t *random, char body[BODY_MAX], size_t length)
{
	size_t at = test_random(random) % length;
	char before[BODY_MAX];

	memcpy(before, body, length);
	switch (test_random(random) % 4) {
	case 0:
		body[at] = (char)test_random(random);
		return length;
	case 1:
		memcpy(body + at, before + at + 1, length - at - 1);
		return length - 1;
	case 2:
		if (length == BODY_MAX)
			return length;
		body[at] = "{}[]\",:0-e.N\\"[test_random(random) % 13];
		memcpy(body + at + 1, before + at, length - at);
		return length + 1;
	default:
		return at + 1;
	}
}

static size_t
mutate(uint64_t *random, char body[BODY_MAX], size_t length)
{
	unsigned changes = 1 + (unsigned)(test_random(random) % 4);

	while (changes-- > 0 && length > 1)
		length = mutate_once(random, body, length);
	return length;
}

static void
check_is_valid(const struct yq_signal *signal)
{
	struct yq_signal whole = *signal;
	struct yq_err err = { .rc = YQ_OK };

	whole.id = yq_id_named("x", 1);
	if (yq_signal_check(&whole, &err) != YQ_OK)
		fail_msg("an accepted alert made a signal that is none: %s", err.text);
	assert_true(signal->strategy[0] != '\0');
}

static void
test_no_mutated_body_crashes_or_makes_a_signal_that_is_none(void **state)
{
	uint64_t random = test_seed();

	(void)state;
	for (unsigned i = 0; i < 10000; i++) {
		const char *seed = seeds[i % YQ_COUNT(seeds)];
		struct yq_alert_fault fault = { "", "" };
		struct yq_signal signal;
		size_t length = strlen(seed);
		/* exactly as long as the body, so that a sanitizer sees any look beyond it */
		char body[BODY_MAX], *exact;

		memcpy(body, seed, length);
		length = mutate(&random, body, length);
		exact = malloc(length);
		memcpy(exact, body, length);
		if (parse(exact, length, &signal, &fault))
			check_is_valid(&signal);
		else
			assert_true(fault.text[0] != '\0');
		free(exact);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_take_profit_and_stop_loss_under_the_names_people_use),
		cmocka_unit_test(test_the_least_alert_is_a_market_order_of_now),
		cmocka_unit_test(test_the_alert_of_the_tradingview_template_is_read_whole),
		cmocka_unit_test(test_names_are_read_in_any_case_and_by_their_aliases),
		cmocka_unit_test(test_a_flat_position_is_a_target_of_zero),
		cmocka_unit_test(test_positions_that_contradict_themselves_are_refused_by_name),
		cmocka_unit_test(test_a_price_says_which_type_is_meant),
		cmocka_unit_test(test_times_are_read_as_text_seconds_or_milliseconds),
		cmocka_unit_test(test_wrong_values_are_refused_by_the_name_the_body_uses),
		cmocka_unit_test(test_null_is_as_good_as_absent_and_unknown_names_are_ignored),
		cmocka_unit_test(test_the_secret_is_found_under_each_of_its_names),
		cmocka_unit_test(test_a_fault_never_shows_the_secret),
		cmocka_unit_test(test_no_mutated_body_crashes_or_makes_a_signal_that_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
