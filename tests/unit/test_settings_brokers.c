/* test_settings_brokers.c - what an account says of its broker: read, or refused by its path. */
#include "settings_test.h"

static const struct yq_account_settings *
only(const struct yq_accounts *accounts)
{
	assert_int_equal(accounts->count, 1);
	return &accounts->items[0];
}

static void
test_a_brokers_own_word_says_whether_it_is_real_money(void **state)
{
	static const struct {
		const char *account;
		bool live, real;
	} rows[] = {
		{ "{\"Broker\":\"alpaca\"}", false, true },
		{ "{\"Broker\":\"alpaca\",\"Alpaca\":{\"Environment\":\"paper\"}}", false, false },
		{ "{\"Broker\":\"alpaca\",\"Alpaca\":{\"Environment\":\"live\"}}", true, true },
		{ "{\"Broker\":\"alpaca\",\"Environment\":\"practice\"}", false, false },
		{ "{\"Broker\":\"kis\",\"Number\":\"12345678-01\",\"Kis\":{\"Environment\":"
		  "\"virtual\"}}",
		    false, false },
		{ "{\"Broker\":\"kis\",\"Kis\":{\"Account\":\"1234567801\",\"Environment\":"
		  "\"real\"}}",
		    true, true },
	};

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		char variable[256];
		char *environment[] = { variable, NULL };
		struct loaded loaded;
		struct yq_accounts *accounts;

		assert_true(yq_str_format(variable, sizeof(variable),
		    "BrokerGateway__Accounts={\"X\":%s}", rows[i].account));
		loaded = load(environment);
		assert_string_equal(yq_buf_text(&loaded.report.faults), "");
		accounts = yq_settings_accounts(loaded.config, &loaded.report);
		assert_int_equal(only(accounts)->live, rows[i].live);
		assert_int_equal(yq_accounts_real_money(only(accounts)), rows[i].real);
		if (only(accounts)->broker == YQ_BROKER_KIS)
			assert_true(yq_kis_number_is_valid(only(accounts)->number));
		yq_accounts_free(accounts);
		drop(&loaded);
	}
}

static void
test_nonsense_of_a_broker_is_refused_by_its_path(void **state)
{
#define AT "BrokerGateway:Accounts:X:"
	static const struct {
		const char *account, *fault;
	} rows[] = {
		{ "\"Broker\":\"alpaca\",\"Alpaca\":{\"Environment\":\"practice\"}",
		    "Alpaca:Environment: expected one of paper, live, found \"practice\"" },
		{ "\"Broker\":\"alpaca\",\"Environment\":\"practice\",\"Alpaca\":{\"Environment\":"
		  "\"live\"}",
		    "Alpaca:Environment: expected what the account's Environment says, found "
		    "\"live\"" },
		{ "\"Broker\":\"alpaca\",\"Alpaca\":{\"DataUrl\":\"data.alpaca.markets\"}",
		    "Alpaca:DataUrl: expected an address that begins with http:// or https://, "
		    "found \"data.alpaca.markets\"" },
		{ "\"Broker\":\"alpaca\",\"Alpaca\":{\"StreamUrl\":\"https://x\"}",
		    "Alpaca:StreamUrl: expected an address that begins with ws:// or wss://, "
		    "found \"https://x\"" },
		{ "\"Broker\":\"alpaca\",\"Alpaca\":{\"StreamUrl\":\"wss:///x\"}",
		    "Alpaca:StreamUrl: expected an address that begins with ws:// or wss://, "
		    "found \"wss:///x\"" },
		{ "\"Broker\":\"alpaca\",\"Alpaca\":{\"ExtendedHours\":\"yes\"}",
		    "Alpaca:ExtendedHours: expected true or false, found \"yes\"" },
		{ "\"Broker\":\"alpaca\",\"Alpaca\":{\"CallsPerMinute\":-1}",
		    "Alpaca:CallsPerMinute: expected a whole number from 0 to 10000, found -1" },
		{ "\"Broker\":\"alpaca\",\"Alpaca\":{\"Feed\":7}",
		    "Alpaca:Feed: expected a text of at most 16 bytes, found 7" },
		{ "\"Broker\":\"kis\"",
		    "Number: expected eight digits and two, as \"12345678-01\", found null" },
		{ "\"Broker\":\"kis\",\"Number\":\"1234567-01\"",
		    "Number: expected eight digits and two, as \"12345678-01\", found "
		    "\"1234567-01\"" },
		{ "\"Broker\":\"kis\",\"Kis\":{\"Account\":\"12345678-0a\"}",
		    "Kis:Account: expected eight digits and two, as \"12345678-01\", found "
		    "\"12345678-0a\"" },
		{ "\"Broker\":\"kis\",\"Number\":\"12345678-01\",\"Kis\":{\"Account\":\"12345678-"
		  "02\"}",
		    "Kis:Account: expected what the account's Number says, or nothing, found "
		    "\"12345678-02\"" },
		{ "\"Broker\":\"kis\",\"Number\":\"12345678-01\",\"Kis\":{\"Route\":\"KR\"}",
		    "Kis:Route: expected one of KRX, NXT, SOR, found \"KR\"" },
		{ "\"Broker\":\"kis\",\"Number\":\"12345678-01\",\"Kis\":{\"CollarBps\":1001}",
		    "Kis:CollarBps: expected a whole number from 0 to 1000, found 1001" },
		{ "\"Broker\":\"kis\",\"Number\":\"12345678-01\",\"Kis\":{\"Countries\":[\"KR\","
		  "\"DE\"]}",
		    "Kis:Countries[1]: expected one of KR, US, CN, JP, HK, VN, found \"DE\"" },
		{ "\"Broker\":\"kis\",\"Number\":\"12345678-01\",\"Kis\":{\"Countries\":[]}",
		    "Kis:Countries: expected a list, [\"KR\", \"US\"], found array" },
	};

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		char variable[256], fault[320];
		char *environment[] = { variable, NULL };

		assert_true(yq_str_format(variable, sizeof(variable),
		    "BrokerGateway__Accounts={\"X\":{%s}}", rows[i].account));
		assert_true(
		    yq_str_format(fault, sizeof(fault), AT "%s (environment)\n", rows[i].fault));
		assert_faults(environment, fault);
	}
}

/* Each would count the other's trades as well. */
static void
test_an_account_has_one_name(void **state)
{
#define KIS(alias, rest) "\"" alias "\":{\"Broker\":\"kis\"," rest "}"
#define TWINS \
	"BrokerGateway:Accounts:Y: the same account at the broker as X: an account has one name\n"
	static const struct {
		const char *accounts, *faults;
	} rows[] = {
		{ KIS("X", "\"Number\":\"12345678-01\"") "," KIS(
		      "Y", "\"Kis\":{\"Account\":\"1234567801\"}"),
		    TWINS },
		{ KIS("X", "\"Number\":\"12345678-01\"") "," KIS("Y", "\"Number\":\"12345678-22\""),
		    "" },
		{ KIS("X",
		      "\"Number\":\"12345678-01\",\"Kis\":{\"Environment\":\"virtual\"}") "," KIS("Y",
		      "\"Number\":\"12345678-01\",\"Kis\":{\"Environment\":\"real\"}"),
		    "" },
		{ KIS("X", "\"Number\":\"12345678-01\"") "," KIS(
		      "Y", "\"Number\":\"12345678-01\",\"Active\":false"),
		    "" },
		{ "\"X\":{\"Broker\":\"paper\"},\"Y\":{\"Broker\":\"paper\"}", "" },
	};

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		char variable[512];
		char *environment[] = { variable, NULL };

		assert_true(yq_str_format(
		    variable, sizeof(variable), "BrokerGateway__Accounts={%s}", rows[i].accounts));
		assert_faults(environment, rows[i].faults);
	}
}

static void
test_what_no_broker_knows_is_warned_about(void **state)
{
	char *const environment[] = { "BrokerGateway__Accounts={\"X\":{\"Broker\":\"alpaca\","
				      "\"Alpaca\":{\"Feeds\":\"iex\"},\"Kis\":{}}}",
		NULL };
	struct loaded loaded = load(environment);

	(void)state;
	assert_string_equal(yq_buf_text(&loaded.report.faults), "");
	assert_string_equal(yq_buf_text(&loaded.report.warnings),
	    AT "Kis: not used, the account's Broker is alpaca\n" AT
	       "Alpaca:Feeds: unknown; did you mean Feed?\n");
	drop(&loaded);
}

static void
test_keys_are_those_of_the_section_or_else_of_the_account(void **state)
{
	char *const environment[] = {
		"BrokerGateway__Accounts={\"X\":{\"Broker\":\"alpaca\"}}",
		"BrokerGateway__Accounts__X__AppKey=account-key",
		"BrokerGateway__Accounts__X__AppSecret=account-secret",
		"BrokerGateway__Accounts__X__Alpaca__KeyId=section-key",
		NULL,
	};
	struct loaded loaded = load(environment);
	struct yq_accounts *accounts = yq_settings_accounts(loaded.config, &loaded.report);
	struct yq_account_keys keys = yq_settings_account_keys(loaded.config, only(accounts));

	(void)state;
	assert_true(yq_secret_matches(keys.key, "section-key", 11));
	assert_true(yq_secret_matches(keys.secret, "account-secret", 14));
	/* What is shown of the section has no key in it. */
	assert_null(
	    yq_json_get(yq_settings_account_section(loaded.config, only(accounts)), "KeyId"));
	yq_accounts_free(accounts);
	drop(&loaded);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_brokers_own_word_says_whether_it_is_real_money),
		cmocka_unit_test(test_nonsense_of_a_broker_is_refused_by_its_path),
		cmocka_unit_test(test_an_account_has_one_name),
		cmocka_unit_test(test_what_no_broker_knows_is_warned_about),
		cmocka_unit_test(test_keys_are_those_of_the_section_or_else_of_the_account),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
