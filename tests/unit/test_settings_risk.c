/* test_settings_risk.c - limits and protections by account and strategy, and what makes no sense.
 */
#include "settings_test.h"

#define MINUTE_US (60 * YQ_US_PER_SECOND)

static struct yq_decimal
dec(const char *text)
{
	struct yq_decimal value;

	assert_int_equal(yq_decimal_parse(text, strlen(text), &value), YQ_OK);
	return value;
}

static void
assert_limit(struct yq_opt_decimal limit, const char *expected)
{
	assert_int_equal(limit.set, expected != NULL);
	if (expected != NULL)
		assert_int_equal(yq_decimal_cmp(limit.value, dec(expected)), 0);
}

/* Four levels, each with a member of its own and one that the level above names too. */
static const char levels[] =
    "Risk={\"Default\":{\"MaxOpenOrders\":1,\"MaxPositions\":1,\"MaxOrdersPerDay\":1,"
    "\"MaxOrdersPerMinute\":1,\"MaxOrderValue\":{\"USD\":1000,\"KRW\":5}},"
    "\"Accounts\":{\"Paper\":{\"MaxPositions\":2,\"MaxOrdersPerDay\":2,\"MaxOrdersPerMinute\":2,"
    "\"MaxOrderValue\":{\"USD\":2000},"
    "\"Strategies\":{\"Trend\":{\"MaxOrdersPerMinute\":4,\"MaxOrderValue\":{\"KRW\":8}}}}},"
    "\"Strategies\":{\"trend\":{\"MaxOrdersPerDay\":3,\"MaxOrdersPerMinute\":3}}}";

static void
test_each_level_changes_only_what_it_names(void **state)
{
	static const struct {
		const char *alias, *strategy;
		int64_t open_orders, positions, per_day, per_minute;
		const char *usd, *krw;
	} rows[] = {
		{ "Other", "", 1, 1, 1, 1, "1000", "5" },
		{ "Other", "Mean", 1, 1, 1, 1, "1000", "5" },
		{ "Other", "Trend", 1, 1, 3, 3, "1000", "5" },
		{ "Paper", "", 1, 2, 2, 2, "2000", "5" },
		{ "Paper", "Mean", 1, 2, 2, 2, "2000", "5" },
		{ "Paper", "TREND", 1, 2, 3, 4, "2000", "8" },
	};
	char *environment[] = { strdup(levels), NULL };
	struct loaded loaded = load(environment);
	struct yq_risks *risks = yq_settings_risk(loaded.config, &loaded.report);

	(void)state;
	assert_string_equal(yq_buf_text(&loaded.report.faults), "");
	assert_string_equal(yq_buf_text(&loaded.report.warnings), "");
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		const struct yq_risk_limits limits =
		    *yq_risks_limits(risks, rows[i].alias, rows[i].strategy);

		assert_int_equal(limits.max_open_orders, rows[i].open_orders);
		assert_int_equal(limits.max_positions, rows[i].positions);
		assert_int_equal(limits.max_orders_per_day, rows[i].per_day);
		assert_int_equal(limits.max_orders_per_minute, rows[i].per_minute);
		assert_limit(limits.max_order_value[YQ_USD], rows[i].usd);
		assert_limit(limits.max_order_value[YQ_KRW], rows[i].krw);
		assert_int_equal(limits.max_age_us, 300 * YQ_US_PER_SECOND);
	}
	assert_int_equal(yq_risks_find(risks, "Paper")->max_positions, 2);
	assert_int_equal(yq_risks_find(risks, "Other")->max_positions, 1);
	yq_risks_free(risks);
	free(environment[0]);
	drop(&loaded);
}

static void
test_every_limit_is_read_and_lifted_by_null(void **state)
{
	char *const environment[] = {
		"Risk={\"Default\":{\"MinOrderValue\":{\"USD\":10},\"MaxOrderQty\":500,"
		"\"MaxInvestedShare\":0.8,\"MaxPositionShare\":1,\"PriceCollar\":0.05,"
		"\"MaxPriceAgeSeconds\":15,\"DuplicateWindowSeconds\":5,"
		"\"TradingHours\":\"10:00-15:30\",\"AllowInstruments\":[\"NASDAQ:*\",\"BRK.?\"],"
		"\"DenyInstruments\":[\"*:GME\"],\"MaxDailyLoss\":{\"USD\":100},"
		"\"Protections\":{\"CooldownMinutes\":5,\"CooldownAfterLossMinutes\":60,"
		"\"MaxConsecutiveLosses\":{\"Losses\":4,\"LookbackMinutes\":1440,\"PauseMinutes\":"
		"30},"
		"\"MaxDrawdown\":{\"Share\":0.1,\"Amount\":{\"KRW\":1000},\"PauseMinutes\":1},"
		"\"MinProfit\":{\"Trades\":10,\"Amount\":{\"USD\":-5},\"PauseMinutes\":2}}},"
		"\"Strategies\":{\"Free\":{\"MinOrderValue\":null,\"MaxOrderQty\":null,"
		"\"MaxInvestedShare\":null,\"TradingHours\":null,\"AllowInstruments\":null,"
		"\"DenyInstruments\":[],\"AllowShort\":true,"
		"\"Protections\":{\"CooldownMinutes\":null,"
		"\"CooldownAfterLossMinutes\":0,\"MaxConsecutiveLosses\":null,\"MaxDrawdown\":null,"
		"\"MinProfit\":null}}}}",
		NULL
	};
	struct loaded loaded = load(environment);
	struct yq_risks *risks = yq_settings_risk(loaded.config, &loaded.report);
	struct yq_risk_limits all = *yq_risks_limits(risks, "Paper", "");
	struct yq_risk_limits none = *yq_risks_limits(risks, "Paper", "Free");
	struct yq_protections protections = yq_risks_protections(risks, "Paper", "");
	struct yq_protections freed = yq_risks_protections(risks, "Paper", "Free");
	const struct yq_protection *losses = &protections.rules[YQ_PROTECT_LOSSES];
	const struct yq_protection *drawdown = &protections.rules[YQ_PROTECT_DRAWDOWN];
	const struct yq_protection *profit = &protections.rules[YQ_PROTECT_PROFIT];

	(void)state;
	assert_string_equal(yq_buf_text(&loaded.report.faults), "");
	assert_limit(all.min_order_value[YQ_USD], "10");
	assert_limit(all.max_order_qty, "500");
	assert_limit(all.max_invested_share, "0.8");
	assert_limit(all.max_position_share, "1");
	assert_limit(all.price_collar, "0.05");
	assert_limit(all.max_daily_loss[YQ_USD], "100");
	assert_int_equal(all.max_price_age_us, 15 * YQ_US_PER_SECOND);
	assert_int_equal(all.duplicate_window_us, 5 * YQ_US_PER_SECOND);
	assert_int_equal(all.window_from, 600);
	assert_int_equal(all.window_until, 930);
	assert_string_equal(all.allow, "NASDAQ:* BRK.?");
	assert_string_equal(all.deny, "*:GME");
	assert_int_equal(all.cooldown_us, 5 * MINUTE_US);
	assert_int_equal(all.loss_cooldown_us, 60 * MINUTE_US);
	assert_true(all.needs_track);
	assert_true(losses->on && losses->trades == 4 && losses->lookback_us == 1440 * MINUTE_US);
	assert_int_equal(losses->pause_us, 30 * MINUTE_US);
	assert_limit(drawdown->share, "0.1");
	assert_limit(drawdown->amount[YQ_KRW], "1000");
	assert_limit(drawdown->amount[YQ_USD], NULL);
	assert_int_equal(profit->trades, 10);
	assert_limit(profit->amount[YQ_USD], "-5");
	assert_limit(none.min_order_value[YQ_USD], NULL);
	assert_limit(none.max_order_qty, NULL);
	assert_limit(none.max_invested_share, NULL);
	assert_limit(none.price_collar, "0.05");
	assert_int_equal(none.window_from, none.window_until);
	assert_null(none.allow);
	assert_string_equal(none.deny, "");
	assert_true(none.cooldown_us == 0 && none.loss_cooldown_us == 0 && !none.needs_track);
	assert_false(yq_protections_any(&freed));
	assert_false(all.allow_short);
	assert_true(none.allow_short && yq_risks_any_short(risks, "Paper"));
	yq_risks_free(risks);
	drop(&loaded);
}

#define MANY 70 /* squared, more pairs than are remembered at a time */

static void
test_limits_of_however_many_pairs_are_those_of_both(void **state)
{
	struct yq_buf text = yq_buf_make(1U << 16);
	struct loaded loaded;
	struct yq_risks *risks;

	(void)state;
	yq_buf_add_text(&text, "Risk={\"Accounts\":{");
	for (int i = 0; i < MANY; i++)
		yq_buf_add_format(
		    &text, "%s\"A%d\":{\"MaxPositions\":%d}", i == 0 ? "" : ",", i, i + 1);
	yq_buf_add_text(&text, "},\"Strategies\":{");
	for (int i = 0; i < MANY; i++)
		yq_buf_add_format(
		    &text, "%s\"S%d\":{\"MaxOpenOrders\":%d}", i == 0 ? "" : ",", i, i + 1);
	yq_buf_add_text(&text, "}}");
	loaded = load((char *[]){ text.data, NULL });
	risks = yq_settings_risk(loaded.config, &loaded.report);
	for (int i = 0; i < 2 * MANY * MANY; i++) {
		int a = i % MANY, s = i / MANY % MANY;
		const struct yq_risk_limits *limits;
		char alias[16], strategy[16];

		(void)yq_str_format(alias, sizeof(alias), "A%d", a);
		(void)yq_str_format(strategy, sizeof(strategy), i % 2 ? "s%d" : "S%d", s);
		limits = yq_risks_limits(risks, alias, strategy);
		assert_int_equal(limits->max_positions, a + 1);
		assert_int_equal(limits->max_open_orders, s + 1);
		assert_ptr_equal(limits, yq_risks_limits(risks, alias, strategy));
	}
	yq_risks_free(risks);
	yq_buf_free(&text);
	drop(&loaded);
}

static void
test_a_limit_that_makes_no_sense_is_refused_with_path_and_reason(void **state)
{
	static const struct {
		const char *limits, *fault;
	} rows[] = {
		{ "\"MaxPositionShare\":1.2", "MaxPositionShare: expected a number from 0 to 1, "
					      "found 1.2" },
		{ "\"MaxInvestedShare\":\"120 %\"",
		    "MaxInvestedShare: expected a number from 0 to 1, found \"120 %\"" },
		{ "\"PriceCollar\":-0.1",
		    "PriceCollar: expected a number from 0 to 1, found -0.1" },
		{ "\"MaxOrderValue\":{\"USD\":-1}",
		    "MaxOrderValue:USD: expected a number of at least 0, found -1" },
		{ "\"MinOrderValue\":10000",
		    "MinOrderValue: expected an amount for each currency, {\"USD\": 1000}, found "
		    "10000" },
		{ "\"MaxOrderQty\":0",
		    "MaxOrderQty: expected a number of at least 0.00000001, found 0" },
		{ "\"MaxPositions\":-1",
		    "MaxPositions: expected a whole number from 0 to 1000000, found -1" },
		{ "\"MaxOrdersPerDay\":1.5",
		    "MaxOrdersPerDay: expected a whole number from 0 to 1000000, found 1.5" },
		{ "\"MinOrderValue\":{\"USD\":11},\"MaxOrderValue\":{\"USD\":10}",
		    "MinOrderValue: expected no more than MaxOrderValue in USD: no order passes "
		    "both, found object" },
		{ "\"TradingHours\":\"15:30-10:00\"",
		    "TradingHours: expected local hours of the market, like \"10:00-15:30\", found "
		    "\"15:30-10:00\"" },
		{ "\"TradingHours\":\"10-15\"",
		    "TradingHours: expected local hours of the market, like \"10:00-15:30\", found "
		    "\"10-15\"" },
		{ "\"AllowInstruments\":[\"NOWHERE:AAPL\"]",
		    "AllowInstruments[0]: expected a pattern of instruments, like \"NASDAQ:*\" or "
		    "\"KRX:005930\", found \"NOWHERE:AAPL\"" },
		{ "\"DenyInstruments\":[\"NASDAQ:*\",\"KRX:005930\",5]",
		    "DenyInstruments[2]: expected a pattern of instruments, like \"NASDAQ:*\" or "
		    "\"KRX:005930\", found 5" },
		{ "\"DenyInstruments\":\"AAPL\"",
		    "DenyInstruments: expected patterns of instruments, [\"NASDAQ:*\", "
		    "\"KRX:005930\"], 2000 bytes together, found \"AAPL\"" },
		{ "\"Protections\":{\"MaxConsecutiveLosses\":3}",
		    "Protections:MaxConsecutiveLosses: expected an object, found 3" },
		{ "\"Protections\":{\"MaxConsecutiveLosses\":{\"Losses\":3}}",
		    "Protections:MaxConsecutiveLosses:PauseMinutes: expected a whole number of "
		    "minutes, found null" },
		{ "\"Protections\":{\"MaxConsecutiveLosses\":{\"Losses\":0,\"PauseMinutes\":5}}",
		    "Protections:MaxConsecutiveLosses:Losses: expected a whole number from 1 to "
		    "256, found 0" },
		{ "\"Protections\":{\"MaxDrawdown\":{\"Share\":1.2,\"PauseMinutes\":5}}",
		    "Protections:MaxDrawdown:Share: expected a number from 0 to 1, found 1.2" },
		{ "\"Protections\":{\"MaxDrawdown\":{\"PauseMinutes\":5}}",
		    "Protections:MaxDrawdown:Amount: expected an amount for each currency, found "
		    "null" },
		{ "\"Protections\":{\"CooldownMinutes\":-5}",
		    "Protections:CooldownMinutes: expected a whole number from 0 to 527040, found "
		    "-5" },
	};
	char variable[512], expected[512];
	char *environment[] = { variable, NULL };

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		struct loaded loaded;

		assert_true(yq_str_format(variable, sizeof(variable),
		    "Risk={\"Strategies\":{\"Trend\":{%s}}}", rows[i].limits));
		assert_true(yq_str_format(expected, sizeof(expected),
		    "Risk:Strategies:Trend:%s (environment)\n", rows[i].fault));
		loaded = load(environment);
		if (strstr(yq_buf_text(&loaded.report.faults), expected) !=
		    yq_buf_text(&loaded.report.faults))
			fail_msg("%s: %s", rows[i].limits, yq_buf_text(&loaded.report.faults));
		drop(&loaded);
	}
}

static void
test_what_nobody_has_is_warned_about_with_the_nearest_known(void **state)
{
	static const struct {
		const char *mapping, *risk, *warning;
	} rows[] = {
		{ "{\"Trend\":[\"Paper\"]}", "{\"Strategies\":{\"Trent\":{}}}",
		    "Risk:Strategies:Trent: no strategy has that name; did you mean Trend?\n" },
		{ "{\"Trend\":[\"Paper\"]}", "{\"Strategies\":{\"Reversal\":{}}}",
		    "Risk:Strategies:Reversal: no strategy has that name\n" },
		{ "{\"Trend\":[\"Paper\"],\"*\":[\"Paper\"]}", "{\"Strategies\":{\"Reversal\":{}}}",
		    "" },
		{ "{\"Trend\":[\"Paper\"]}", "{\"Accounts\":{\"Papr\":{}}}",
		    "Risk:Accounts:Papr: no account has that name; did you mean Paper?\n" },
		{ "{\"Trend\":[\"Paper\"]}",
		    "{\"Accounts\":{\"Paper\":{\"Strategies\":{\"Trends\":{}}}}}",
		    "Risk:Accounts:Paper:Strategies:Trends: no strategy has that name; did you "
		    "mean Trend?\n" },
	};
	char mapping[256], risk[256];
	char *environment[] = { mapping, risk, NULL };

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		struct loaded loaded;

		assert_true(yq_str_format(mapping, sizeof(mapping),
		    "Webhook__StrategyAccountMapping=%s", rows[i].mapping));
		assert_true(yq_str_format(risk, sizeof(risk), "Risk=%s", rows[i].risk));
		loaded = load(environment);
		assert_string_equal(yq_buf_text(&loaded.report.faults), "");
		assert_string_equal(yq_buf_text(&loaded.report.warnings), rows[i].warning);
		drop(&loaded);
	}
}

/* A limit that is not understood would not be kept, and an account would trade without it. */
static void
test_a_limit_that_is_not_known_is_a_fault(void **state)
{
	static const struct {
		const char *risk, *fault;
	} rows[] = {
		{ "{\"Default\":{\"MaxPosition\":5}}", "Risk:Default:MaxPosition: unknown; did you "
						       "mean MaxPositions? (environment)\n" },
		{ "{\"Default\":{\"Zzz\":5}}", "Risk:Default:Zzz: unknown (environment)\n" },
		{ "{\"Defalt\":{}}",
		    "Risk:Defalt: unknown; did you mean Default? (environment)\n" },
		{ "{\"Default\":{\"MaxOrderValue\":{\"USDT\":5}}}",
		    "Risk:Default:MaxOrderValue:USDT: unknown; did you mean USD? (environment)\n" },
		{ "{\"Default\":{\"Protections\":{\"CoolDown\":5}}}",
		    "Risk:Default:Protections:CoolDown: unknown (environment)\n" },
	};
	char risk[256];
	char *environment[] = { risk, NULL };

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		struct loaded loaded;

		assert_true(yq_str_format(risk, sizeof(risk), "Risk=%s", rows[i].risk));
		loaded = load(environment);
		assert_string_equal(yq_buf_text(&loaded.report.faults), rows[i].fault);
		drop(&loaded);
	}
}

static void
test_a_star_is_no_strategy(void **state)
{
	char *const environment[] = { "Risk={\"Strategies\":{\"*\":{\"MaxOpenOrders\":1}}}", NULL };

	(void)state;
	assert_faults(environment,
	    "Risk:Strategies:*: expected a strategy's name of 1 to 128 bytes, without \"*\" "
	    "(Risk:Default is of all), found object (environment)\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_level_changes_only_what_it_names),
		cmocka_unit_test(test_every_limit_is_read_and_lifted_by_null),
		cmocka_unit_test(test_limits_of_however_many_pairs_are_those_of_both),
		cmocka_unit_test(test_a_limit_that_makes_no_sense_is_refused_with_path_and_reason),
		cmocka_unit_test(test_what_nobody_has_is_warned_about_with_the_nearest_known),
		cmocka_unit_test(test_a_limit_that_is_not_known_is_a_fault),
		cmocka_unit_test(test_a_star_is_no_strategy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
