/* test_settings.c - the table of settings, and the readers of its sections. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "settings_test.h"

static char *const nothing[] = { NULL };

static void
test_every_default_is_valid(void **state)
{
	struct loaded loaded = load(nothing);

	(void)state;
	assert_string_equal(yq_buf_text(&loaded.report.faults), "");
	assert_string_equal(yq_buf_text(&loaded.report.warnings), "");
	assert_int_equal(yq_config_int(loaded.config, "Webhook:Port"), 6000);
	assert_int_equal(yq_config_int(loaded.config, "Web:Port"), 2000);
	drop(&loaded);
}

static void
test_every_setting_says_what_it_is_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < yq_settings_key_count; i++) {
		size_t length = strlen(yq_settings_keys[i].help);

		if (length < 10 || yq_settings_keys[i].help[length - 1] != '.')
			fail_msg("%s: no sentence", yq_settings_keys[i].path);
	}
}

static void
test_without_configuration_there_is_a_paper_account_for_every_strategy(void **state)
{
	struct loaded loaded = load(nothing);
	struct yq_accounts *accounts = yq_settings_accounts(loaded.config, &loaded.report);
	struct yq_mapping *mapping = yq_settings_mapping(loaded.config, &loaded.report);
	struct yq_sizings *sizings = yq_settings_sizing(loaded.config, &loaded.report);
	const struct yq_sizing *sizing = yq_sizings_find(sizings, "anything");
	struct yq_sizing basic = yq_sizing_default();
	const struct yq_account_settings *paper = yq_accounts_find(accounts, "Paper");
	const struct yq_mapping_row *row = yq_mapping_find(mapping, "anything");

	(void)state;
	assert_int_equal(accounts->count, 1);
	assert_true(paper->any_hour && paper->active && !paper->live);
	assert_int_equal(paper->broker, YQ_BROKER_PAPER);
	assert_int_equal(yq_decimal_cmp(paper->cash[YQ_USD].value, yq_decimal_from_int(100000)), 0);
	assert_int_equal(
	    yq_decimal_cmp(paper->cash[YQ_KRW].value, yq_decimal_from_int(100000000)), 0);
	assert_int_equal(
	    yq_decimal_cmp(paper->cash[YQ_JPY].value, yq_decimal_from_int(10000000)), 0);
	assert_false(paper->cash[YQ_HKD].set);
	assert_int_equal(row->alias_count, 1);
	assert_string_equal(row->aliases[0], "Paper");
	assert_int_equal(sizing->sizer, YQ_SIZER_BASIC);
	assert_int_equal(
	    yq_decimal_cmp(sizing->max_position_risk_pct, basic.max_position_risk_pct), 0);
	assert_int_equal(yq_decimal_cmp(sizing->stop_loss_pct, basic.stop_loss_pct), 0);
	assert_int_equal(
	    yq_decimal_cmp(sizing->max_portfolio_alloc_pct, basic.max_portfolio_alloc_pct), 0);
	yq_sizings_free(sizings);
	yq_mapping_free(mapping);
	yq_accounts_free(accounts);
	drop(&loaded);
}

static void
test_a_strategy_has_its_own_row_or_that_of_the_star(void **state)
{
	char *const environment[] = {
		"Webhook__StrategyAccountMapping={\"*\":\"Paper\",\"Mean\":[\"A\",\"B\"]}",
		"OrderManager__Policies__Sizing={\"Small\":{\"Type\":\"FixedQty\",\"FixedQty\":2}}",
		"OrderManager__StrategySizingMapping={\"*\":\"Target\",\"Mean\":\"small\"}", NULL
	};
	struct loaded loaded = load(environment);
	struct yq_mapping *mapping = yq_settings_mapping(loaded.config, &loaded.report);
	struct yq_sizings *sizings = yq_settings_sizing(loaded.config, &loaded.report);

	(void)state;
	assert_string_equal(yq_buf_text(&loaded.report.faults), "");
	assert_int_equal(yq_mapping_find(mapping, "mean")->alias_count, 2);
	assert_string_equal(yq_mapping_find(mapping, "other")->aliases[0], "Paper");
	assert_int_equal(yq_sizings_find(sizings, "MEAN")->sizer, YQ_SIZER_FIXED_QTY);
	assert_int_equal(yq_sizings_find(sizings, "other")->sizer, YQ_SIZER_TARGET);
	yq_sizings_free(sizings);
	yq_mapping_free(mapping);
	drop(&loaded);
}

static void
test_a_mapping_without_a_star_knows_only_its_strategies(void **state)
{
	char *const environment[] = { "Webhook__StrategyAccountMapping={\"Mean\":[\"A\"]}", NULL };
	struct loaded loaded = load(environment);
	struct yq_mapping *mapping = yq_settings_mapping(loaded.config, &loaded.report);

	(void)state;
	assert_null(yq_mapping_find(mapping, "other"));
	yq_mapping_free(mapping);
	drop(&loaded);
}

static void
test_limits_of_an_account_stand_over_the_default(void **state)
{
	char *const environment[] = {
		"Risk={\"Default\":{\"MaxOpenOrders\":10,\"MaxOrderValue\":{\"USD\":5000}},"
		"\"Accounts\":{\"Real\":{\"MaxOpenOrders\":3,\"AllowShort\":true}}}",
		"OrderManager__MaxSignalAgeSeconds=60", NULL
	};
	struct loaded loaded = load(environment);
	struct yq_risks *risks = yq_settings_risk(loaded.config, &loaded.report);
	const struct yq_risk_limits *real = yq_risks_find(risks, "Real");
	const struct yq_risk_limits *other = yq_risks_find(risks, "Other");

	(void)state;
	assert_string_equal(yq_buf_text(&loaded.report.faults), "");
	assert_int_equal(real->max_open_orders, 3);
	assert_true(real->allow_short && real->max_order_value[YQ_USD].set);
	assert_false(real->max_order_value[YQ_KRW].set);
	assert_int_equal(other->max_open_orders, 10);
	assert_false(other->allow_short);
	assert_true(other->max_age_us == 60 * YQ_US_PER_SECOND);
	yq_risks_free(risks);
	drop(&loaded);
}

static int64_t
at(const char *text)
{
	int64_t instant = 0;

	assert_int_equal(yq_time_parse(text, strlen(text), &instant), YQ_OK);
	return instant;
}

static void
test_holidays_and_early_closes_are_built_in_and_can_be_changed(void **state)
{
	char *const environment[] = {
		"Markets={\"US\":{\"Closed\":[\"2026-12-01\"],\"Open\":[\"2026-11-26\"],"
		"\"Special\":{\"2026-12-02\":\"10:00-12:00\"},\"CoveredTo\":\"2026-12-31\"}}",
		NULL
	};
	struct loaded loaded = load(nothing), changed = load(environment);
	struct yq_markets *before = yq_settings_markets(loaded.config, &loaded.report);
	struct yq_markets *after = yq_settings_markets(changed.config, &changed.report);
	const struct yq_market_hours *us =
	    yq_calendar_hours(yq_markets_calendar(before), YQ_NASDAQ);
	const struct yq_market_hours *us_after =
	    yq_calendar_hours(yq_markets_calendar(after), YQ_NASDAQ);

	(void)state;
	assert_string_equal(yq_buf_text(&changed.report.faults), "");
	assert_false(yq_market_is_open(us, at("2026-11-26T16:00:00Z"))); /* Thanksgiving */
	assert_true(yq_market_is_open(us, at("2026-11-27T17:59:00Z")));	 /* until 13:00 */
	assert_false(yq_market_is_open(us, at("2026-11-27T18:01:00Z")));
	assert_true(yq_market_is_open(us, at("2026-12-01T16:00:00Z")));
	assert_true(yq_market_is_covered(us, at("2027-06-01T16:00:00Z")));
	assert_false(yq_market_is_covered(us, at("2028-01-03T16:00:00Z")));
	assert_true(yq_market_is_open(us_after, at("2026-11-26T16:00:00Z")));
	assert_false(yq_market_is_open(us_after, at("2026-12-01T16:00:00Z")));
	assert_false(yq_market_is_open(us_after, at("2026-12-02T14:45:00Z")));
	assert_true(yq_market_is_open(us_after, at("2026-12-02T15:30:00Z")));
	assert_false(yq_market_is_covered(us_after, at("2027-06-01T16:00:00Z")));
	yq_markets_free(before);
	yq_markets_free(after);
	drop(&loaded);
	drop(&changed);
}

static void
write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* A calendar in the data folder stands in place of the built-in one; a broken one is a fault. */
static void
test_a_calendar_file_is_taken_up_and_a_broken_one_refused(void **state)
{
	char folder[] = "/tmp/yq-settings-XXXXXX", variable[64], path[64], fault[256];
	char *const environment[] = { variable, NULL };
	struct loaded loaded;
	struct yq_markets *before, *after;
	const struct yq_market_hours *us;
	uint64_t stamp;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(variable, sizeof(variable), "System__CalendarFolder=%s", folder);
	snprintf(path, sizeof(path), "%s/US.csv", folder);
	loaded = load(environment);
	before = yq_settings_markets(loaded.config, &loaded.report);
	us = yq_calendar_hours(yq_markets_calendar(before), YQ_NASDAQ);
	stamp = yq_settings_calendar_stamp(loaded.config);
	assert_int_equal(stamp, yq_settings_calendar_stamp(loaded.config));
	write_text(path, "country,US\nzone,America/New_York\nsession,10:00,16:00\n"
			 "covered,2026-01-01,2026-06-30\n");
	assert_true(stamp != yq_settings_calendar_stamp(loaded.config));
	after = yq_settings_markets(loaded.config, &loaded.report);
	assert_int_equal(loaded.report.fault_count, 0);
	assert_true(yq_market_is_open(us, at("2026-03-02T14:45:00Z")));
	yq_markets_swap(before, after); /* whoever holds `us` sees the new hours */
	assert_false(yq_market_is_open(us, at("2026-03-02T14:45:00Z")));
	assert_true(yq_market_is_open(us, at("2026-03-02T15:00:00Z")));
	assert_false(yq_market_is_covered(us, at("2026-07-01T15:00:00Z")));
	yq_markets_free(before);
	yq_markets_free(after);
	drop(&loaded);

	write_text(path, "country,US\nzone,Mars/Olympus\nsession,10:00,16:00\n"
			 "covered,2026-01-01,2026-06-30\n");
	loaded = load(environment);
	assert_non_null(strstr(yq_buf_text(&loaded.report.faults), "Mars/Olympus"));
	drop(&loaded);
	write_text(path, "country,US\nzone,America/New_York\nsession,16:00,10:00\n");
	snprintf(
	    fault, sizeof(fault), "%s:3: expected a close after the open, found \"10:00\"\n", path);
	assert_faults(environment, fault);
	write_text(path, "country,KR\nzone,Asia/Seoul\nsession,09:00,15:30\n"
			 "covered,2026-01-01,2026-06-30\n");
	snprintf(fault, sizeof(fault), "%s: is of the country KR\n", path);
	assert_faults(environment, fault);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

static void
test_wrong_values_are_named_with_what_was_expected_and_found(void **state)
{
	static const struct {
		const char *variable, *fault;
	} rows[] = {
		{ "Webhook__StrategyAccountMapping=Paper",
		    "Webhook:StrategyAccountMapping: expected an object, found \"Paper\" "
		    "(environment)\n" },
		{ "Webhook__StrategyAccountMapping={\"*\":[\"a b\"]}",
		    "Webhook:StrategyAccountMapping:*: expected account names (letters, digits, . "
		    "- "
		    "_), found \"a b\" (environment)\n" },
		{ "OrderManager__StrategySizingMapping={\"*\":\"Nope\"}",
		    "OrderManager:StrategySizingMapping:*: expected the name of a policy below "
		    "OrderManager:Policies:Sizing, found \"Nope\" (environment)\n" },
		{ "OrderManager__Policies__Sizing={\"Basic\":{\"StopLossPct\":0}}",
		    "OrderManager:Policies:Sizing:Basic:StopLossPct: expected a number from 0.0001 "
		    "to 1, found 0 (environment)\n" },
		{ "Risk={\"Default\":{\"MaxOrderValue\":5000}}",
		    "Risk:Default:MaxOrderValue: expected an amount for each currency, {\"USD\": "
		    "1000}, found 5000 (environment)\n" },
		{ "BrokerGateway__Accounts={\"X\":{\"Broker\":\"bank\"}}",
		    "BrokerGateway:Accounts:X:Broker: expected one of paper, kis, alpaca, found "
		    "\"bank\" (environment)\n" },
		{ "Markets={\"US\":{\"Closed\":[\"26-1-1\"]}}",
		    "Markets:US:Closed: expected dates, like \"2026-12-31\", found \"26-1-1\" "
		    "(environment)\n" },
		{ "Markets={\"JP\":{\"Sessions\":[\"12:30-15:30\",\"09:00-11:30\"]}}",
		    "Markets:JP:Sessions[1]: expected a session after the one before, like "
		    "\"12:30-15:30\", found \"09:00-11:30\" (environment)\n" },
		{ "Markets={\"JP\":{\"Sessions\":[]}}",
		    "Markets:JP:Sessions: expected 1 to 4 sessions in order, like "
		    "[\"09:00-11:30\", "
		    "\"12:30-15:30\"], found array (environment)\n" },
	};
	char variable[256];
	char *environment[] = { variable, NULL };

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		assert_true(yq_str_copy(variable, sizeof(variable), rows[i].variable));
		assert_faults(environment, rows[i].fault);
	}
}

static void
test_all_faults_show_at_once(void **state)
{
	char *const environment[] = { "Webhook__StrategyAccountMapping={\"*\":[],\"B\":5}",
		"Risk={\"Default\":{\"PriceCollar\":-1,\"MaxOpenOrders\":\"many\"}}",
		"Webhook__Port=99999", "ConnectionStrings__Firebird=Port=x", NULL };
	struct loaded loaded = load(environment);

	(void)state;
	assert_int_equal(loaded.report.fault_count, 6); /* of values, sections and connections */
	drop(&loaded);
}

static void
test_an_unknown_member_is_warned_about_with_the_nearest_known_one(void **state)
{
	char *const environment[] = { "BrokerGateway__Accounts={\"Paper\":{\"Sesion\":\"market\"}}",
		NULL };
	struct loaded loaded = load(environment);

	(void)state;
	assert_string_equal(yq_buf_text(&loaded.report.warnings),
	    "BrokerGateway:Accounts:Paper:Sesion: unknown; did you mean Session?\n");
	drop(&loaded);
}

static void
test_the_document_of_the_settings_is_fresh(void **state)
{
	struct yq_buf fresh = yq_buf_make(1024 * 1024);
	const char *path = getenv("YQ_CONFIGURATION_MD"), *update = getenv("YQ_UPDATE");
	char block[4096];
	struct yq_buf kept = yq_buf_make(1024 * 1024);
	size_t length;
	FILE *file;

	(void)state;
	assert_non_null(path);
	yq_settings_document(&fresh);
	if (update != NULL) {
		file = fopen(path, "we");
		assert_non_null(file);
		assert_int_equal(fwrite(fresh.data, 1, fresh.length, file), fresh.length);
		assert_int_equal(fclose(file), 0);
	}
	file = fopen(path, "re");
	assert_non_null(file);
	while ((length = fread(block, 1, sizeof(block), file)) > 0)
		yq_buf_add(&kept, block, length);
	(void)fclose(file);
	/* YQ_UPDATE=1 writes it anew */
	assert_string_equal(yq_buf_text(&kept), yq_buf_text(&fresh));
	yq_buf_free(&fresh);
	yq_buf_free(&kept);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_default_is_valid),
		cmocka_unit_test(test_every_setting_says_what_it_is_for),
		cmocka_unit_test(
		    test_without_configuration_there_is_a_paper_account_for_every_strategy),
		cmocka_unit_test(test_a_strategy_has_its_own_row_or_that_of_the_star),
		cmocka_unit_test(test_a_mapping_without_a_star_knows_only_its_strategies),
		cmocka_unit_test(test_limits_of_an_account_stand_over_the_default),
		cmocka_unit_test(test_holidays_and_early_closes_are_built_in_and_can_be_changed),
		cmocka_unit_test(test_a_calendar_file_is_taken_up_and_a_broken_one_refused),
		cmocka_unit_test(test_wrong_values_are_named_with_what_was_expected_and_found),
		cmocka_unit_test(test_all_faults_show_at_once),
		cmocka_unit_test(test_an_unknown_member_is_warned_about_with_the_nearest_known_one),
		cmocka_unit_test(test_the_document_of_the_settings_is_fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
