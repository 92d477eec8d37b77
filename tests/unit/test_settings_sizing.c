/* test_settings_sizing.c - sizing policies as configured, and those that make no sense. */
#include "settings_test.h"

#define SIZING "OrderManager__Policies__Sizing="
#define AT     "OrderManager:Policies:Sizing:"

static void
test_the_members_of_every_type_are_read(void **state)
{
	char *const environment[] = { SIZING
		"{\"Range\":{\"Type\":\"Volatility\",\"AtrMultiple\":3},"
		"\"Edge\":{\"Type\":\"HalfKelly\",\"MinTrades\":50,\"Fallback\":\"Basic\"},"
		"\"Mine\":{\"Type\":\"Plugin\",\"Plugin\":\"/opt/mine.so\",\"DeadlineMs\":9,"
		"\"Parameters\":{\"Zeta\":-2,\"Alpha\":\"0.5\"}}}",
		"OrderManager__StrategySizingMapping={\"*\":\"Range\",\"E\":\"Edge\",\"M\":"
		"\"Mine\",\"K\":\"HalfKelly\"}",
		NULL };
	struct loaded loaded = load(environment);
	struct yq_sizings *sizings = yq_settings_sizing(loaded.config, &loaded.report);
	const struct yq_sizing *range = yq_sizings_find(sizings, "any");
	const struct yq_sizing *edge = yq_sizings_find(sizings, "E");
	const struct yq_sizing *kelly = yq_sizings_find(sizings, "K");
	const struct yq_plugin *mine = yq_sizings_find(sizings, "M")->plugin;

	(void)state;
	assert_string_equal(yq_buf_text(&loaded.report.faults), "");
	assert_int_equal(range->sizer, YQ_SIZER_VOLATILITY);
	assert_int_equal(yq_decimal_cmp(range->atr_multiple, yq_decimal_from_int(3)), 0);
	assert_int_equal(edge->min_trades, 50);
	assert_int_equal(edge->fallback, YQ_SIZER_BASIC);
	assert_int_equal(kelly->min_trades, 30);
	assert_int_equal(kelly->fallback, YQ_SIZER_COUNT);
	assert_null(kelly->plugin);
	assert_non_null(mine);
	assert_string_equal(mine->path, "/opt/mine.so");
	assert_int_equal(mine->deadline_ms, 9);
	assert_int_equal(mine->parameter_count, 2); /* by name */
	assert_string_equal(mine->parameters[0].name, "Alpha");
	assert_string_equal(mine->parameters[1].name, "Zeta");
	assert_int_equal(yq_decimal_cmp(mine->parameters[1].value, yq_decimal_from_int(-2)), 0);
	assert_ptr_equal(yq_sizings_plugin(sizings, 0), mine);
	assert_null(yq_sizings_plugin(sizings, 1));
	yq_sizings_free(sizings);
	drop(&loaded);
}

static void
test_a_policy_that_makes_no_sense_is_refused(void **state)
{
	static const struct {
		const char *value, *fault;
	} rows[] = {
		{ "{\"A\":{\"MaxPortfolioAllocPct\":1.2}}",
		    AT "A:MaxPortfolioAllocPct: expected a number from 0 to 1, found 1.2" },
		{ "{\"A\":{\"MaxPositionRiskPct\":-0.01}}",
		    AT "A:MaxPositionRiskPct: expected a number from 0 to 1, found -0.01" },
		{ "{\"A\":{\"Type\":\"Kelly\"}}",
		    AT "A:Type: expected one of Basic, OnlyOne, FixedQty, PercentOfEquity, Target, "
		       "Volatility, HalfKelly, Plugin, found \"Kelly\"" },
		{ "{\"A\":{\"AtrMultiple\":0}}",
		    AT "A:AtrMultiple: expected a number from 0.01 to 1000, found 0" },
		{ "{\"A\":{\"MinTrades\":0}}",
		    AT "A:MinTrades: expected a whole number from 1 to 100000, found 0" },
		{ "{\"A\":{\"Fallback\":\"Target\"}}",
		    AT "A:Fallback: expected a type that needs neither trades nor a plug-in nor a "
		       "target, found \"Target\"" },
		{ "{\"A\":{\"Fallback\":\"HalfKelly\"}}",
		    AT "A:Fallback: expected a type that needs neither trades nor a plug-in nor a "
		       "target, found \"HalfKelly\"" },
		{ "{\"A\":{\"Type\":\"Plugin\"}}",
		    AT "A:Plugin: expected the absolute path of a plug-in (a shared object), found "
		       "null" },
		{ "{\"A\":{\"Type\":\"Plugin\",\"Plugin\":\"mine.so\"}}",
		    AT "A:Plugin: expected the absolute path of a plug-in (a shared object), found "
		       "\"mine.so\"" },
		{ "{\"A\":{\"Type\":\"Plugin\",\"Plugin\":\"/m.so\",\"DeadlineMs\":0}}",
		    AT "A:DeadlineMs: expected a whole number from 1 to 10000, found 0" },
		{ "{\"A\":{\"Parameters\":{\"F\":\"two\"}}}",
		    AT "A:Parameters:F: expected a number from -90000000000 to 90000000000, found "
		       "\"two\"" },
		{ "{\"A\":{\"Parameters\":{\"A name of 24 bytes, or so\":1}}}",
		    AT "A:Parameters:A name of 24 bytes, or so: expected a name of 1 to 23 bytes, "
		       "found 1" },
	};
	char variable[256], fault[512];
	char *environment[] = { variable, NULL };

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		assert_true(yq_str_format(variable, sizeof(variable), SIZING "%s", rows[i].value));
		assert_true(
		    yq_str_format(fault, sizeof(fault), "%s (environment)\n", rows[i].fault));
		assert_faults(environment, fault);
	}
}

/* Of all other types there is one with its defaults; of this there is none. */
static void
test_a_plugin_must_be_configured_to_be_named(void **state)
{
	char *const environment[] = { "OrderManager__StrategySizingMapping={\"*\":\"Plugin\"}",
		NULL };

	(void)state;
	assert_faults(environment,
	    "OrderManager:StrategySizingMapping:*: expected the name of a policy below "
	    "OrderManager:Policies:Sizing, found \"Plugin\" (environment)\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_members_of_every_type_are_read),
		cmocka_unit_test(test_a_policy_that_makes_no_sense_is_refused),
		cmocka_unit_test(test_a_plugin_must_be_configured_to_be_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
