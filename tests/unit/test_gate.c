/* test_gate.c - addresses, proxies, rates, secrets, and the identity of alerts. */
#include <string.h>

#include "test.h"

#include "base/str.h"
#include "daemon/settings.h"
#include "webhook/gate.h"
#include "webhook/identity.h"

#define NS INT64_C(1000000000)

static struct yq_gate *
gate_of(char *const *environment)
{
	struct yq_config_report report = { 0 };
	struct yq_config *config = NULL;
	struct yq_gate *gate;

	if (yq_settings_load(NULL, NULL, "Webhook", environment, NULL, &config, &report) != YQ_OK)
		fail_msg("%s", yq_buf_text(&report.faults));
	gate = yq_gate_make(config, &report);
	if (report.fault_count > 0)
		fail_msg("%s", yq_buf_text(&report.faults));
	yq_config_report_free(&report);
	yq_config_free(config);
	return gate;
}

static struct yq_address
address(const char *text)
{
	struct yq_address result = { .family = YQ_FAMILY_NONE };

	if (yq_str_equal(text, "unix"))
		result.family = YQ_FAMILY_UNIX;
	else if (yq_address_parse(text, strlen(text), &result) != YQ_OK)
		fail_msg("%s", text);
	return result;
}

static bool
allows(const struct yq_gate *gate, const char *text)
{
	struct yq_address client = address(text);

	return yq_gate_allows(gate, &client);
}

static void
assert_client(
    const struct yq_gate *gate, const char *peer, const char *forwarded, const char *expected)
{
	struct yq_address from = address(peer);
	struct yq_address client = yq_gate_client(gate, &from, forwarded);
	char text[YQ_ADDRESS_TEXT_SIZE];

	yq_address_format(&client, text);
	assert_string_equal(text, expected);
}

static void
test_only_listed_addresses_and_ranges_may_send(void **state)
{
	char *const environment[] = { "Webhook__AllowedIps=[\"52.89.214.238\",\"10.0.0.0/8\","
				      "\"2001:db8::/33\"]",
		NULL };
	struct yq_gate *gate = gate_of(environment);

	(void)state;
	assert_true(allows(gate, "52.89.214.238"));
	assert_true(allows(gate, "10.255.0.1"));
	assert_true(allows(gate, "::ffff:10.1.2.3"));
	assert_true(allows(gate, "2001:db8:7fff::1"));
	assert_false(allows(gate, "2001:db8:8000::1"));
	assert_false(allows(gate, "52.89.214.239"));
	assert_false(allows(gate, "11.0.0.1"));
	assert_false(allows(gate, "unix"));
	yq_gate_free(gate);
}

static void
test_loopback_is_not_trusted_by_itself(void **state)
{
	char *const environment[] = { "Webhook__AllowedIps=[\"52.89.214.238\"]", NULL };
	struct yq_gate *gate = gate_of(environment);

	(void)state;
	assert_false(allows(gate, "127.0.0.1"));
	assert_false(allows(gate, "::1"));
	/* nor is what it says about others */
	assert_client(gate, "127.0.0.1", "52.89.214.238", "127.0.0.1");
	yq_gate_free(gate);
}

static void
test_behind_a_proxy_the_last_untrusted_address_counts(void **state)
{
	char *const environment[] = {
		"Webhook__TrustedProxies=[\"127.0.0.1\",\"10.0.0.0/8\",\"unix\"]", NULL
	};
	struct yq_gate *gate = gate_of(environment);

	(void)state;
	assert_client(gate, "127.0.0.1", NULL, "127.0.0.1");
	assert_client(gate, "127.0.0.1", "1.2.3.4", "1.2.3.4");
	assert_client(gate, "unix", "1.2.3.4", "1.2.3.4");
	assert_client(gate, "127.0.0.1", "2001:db8::5", "2001:db8::5");
	/* what the client itself wrote in front is no evidence */
	assert_client(gate, "127.0.0.1", "52.89.214.238, 1.2.3.4", "1.2.3.4");
	assert_client(gate, "127.0.0.1", "1.2.3.4 , 10.9.9.9,10.1.1.1", "1.2.3.4");
	assert_client(gate, "127.0.0.1", "10.9.9.9", "10.9.9.9");
	assert_client(gate, "9.9.9.9", "1.2.3.4", "9.9.9.9");
	assert_client(gate, "127.0.0.1", "1.2.3.4, rubbish", "unknown");
	assert_client(gate, "127.0.0.1", "", "unknown");
	assert_client(gate, "127.0.0.1", "1.2.3.4:80", "unknown");
	yq_gate_free(gate);
}

static void
test_a_malformed_forwarded_address_is_never_allowed(void **state)
{
	char *const environment[] = { "Webhook__TrustedProxies=[\"127.0.0.1\"]", NULL };
	struct yq_gate *gate = gate_of(environment);
	struct yq_address peer = address("127.0.0.1");
	struct yq_address client = yq_gate_client(gate, &peer, "x");

	(void)state;
	assert_false(yq_gate_allows(gate, &client));
	yq_gate_free(gate);
}

static bool
knows(const struct yq_gate *gate, const char *strategy, const char *secret)
{
	return yq_gate_authenticate(gate, strategy, secret, secret == NULL ? 0 : strlen(secret));
}

static void
test_each_strategy_has_its_own_secret(void **state)
{
	char *const environment[] = { "Webhook__Secrets__*=general-secret-123",
		"Webhook__Secrets__Mean=particular-secret-4", NULL };
	struct yq_gate *gate = gate_of(environment);

	(void)state;
	assert_true(knows(gate, "Any", "general-secret-123"));
	assert_true(knows(gate, "mean", "particular-secret-4"));
	assert_false(knows(gate, "Mean", "general-secret-123"));
	assert_false(knows(gate, "Any", "particular-secret-4"));
	assert_false(knows(gate, "Any", "general-secret-12"));
	assert_false(knows(gate, "Any", ""));
	assert_false(knows(gate, "Any", NULL));
	assert_false(knows(gate, "", "x"));
	yq_gate_free(gate);
}

static void
test_without_any_secret_nobody_is_let_in_unless_told_so(void **state)
{
	char *const nothing[] = { NULL };
	char *const open[] = { "Webhook__AllowWithoutSecret=true",
		"Webhook__Secrets__Mean=particular-secret-4", NULL };
	struct yq_gate *gate = gate_of(nothing);

	(void)state;
	assert_false(knows(gate, "Any", NULL));
	assert_false(knows(gate, "Any", ""));
	yq_gate_free(gate);
	gate = gate_of(open);
	assert_true(knows(gate, "Any", NULL));
	assert_false(knows(gate, "Mean", NULL));
	yq_gate_free(gate);
}

static void
test_an_address_that_comes_too_often_must_wait(void **state)
{
	char *const environment[] = { "Webhook__RateLimitPerSecond=2", "Webhook__RateLimitBurst=3",
		NULL };
	struct yq_gate *gate = gate_of(environment);
	struct yq_address one = address("1.2.3.4"), other = address("1.2.3.5");
	struct yq_address six = address("2001:db8::1"), neighbour = address("2001:db8::ffff:2");

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(yq_gate_rate(gate, &one, NS), 0);
	assert_int_equal(yq_gate_rate(gate, &one, NS), 1);
	assert_int_equal(yq_gate_rate(gate, &other, NS), 0);
	assert_int_equal(yq_gate_rate(gate, &one, NS + NS / 2), 0);
	assert_int_equal(yq_gate_rate(gate, &one, NS + NS / 2), 1);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(yq_gate_rate(gate, i % 2 ? &six : &neighbour, NS), 0);
	assert_int_equal(yq_gate_rate(gate, &six, NS), 1);
	yq_gate_free(gate);
}

static void
test_bad_networks_are_named(void **state)
{
	static const char *const bad[] = { "10.0.0.1/8", "1.2.3", "1.2.3.4/33", "2001:db8::1/32",
		"1.2.3.4/", "/8", "1.2.3.4/-1", "localhost" };
	struct yq_network network;

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(bad); i++)
		assert_int_equal(yq_network_parse(bad[i], strlen(bad[i]), &network), YQ_E_INVALID);
	assert_int_equal(yq_network_parse("0.0.0.0/0", 9, &network), YQ_OK);
}

/* ---- identity ---- */

#define WINDOW (20 * YQ_US_PER_SECOND)
#define T0     (1000 * WINDOW)

static struct yq_id
id_at(struct yq_identity *identity, const char *strategy, const char *body, int64_t now_us)
{
	struct yq_id previous;

	return yq_identity_of_body(
	    identity, strategy, body, strlen(body), now_us, now_us, WINDOW, &previous);
}

static void
test_the_same_body_within_the_window_is_the_same_signal(void **state)
{
	struct yq_identity *identity = yq_identity_make();
	int64_t late = T0 + WINDOW - YQ_US_PER_SECOND; /* near the edge of its window */
	struct yq_id first = id_at(identity, "S", "{}", late);
	struct yq_id again = id_at(identity, "S", "{}", late + 15 * YQ_US_PER_SECOND);
	struct yq_id other_body = id_at(identity, "S", "{ }", late);
	struct yq_id other_strategy = id_at(identity, "T", "{}", late);
	struct yq_id later = id_at(identity, "S", "{}", late + 21 * YQ_US_PER_SECOND);

	(void)state;
	assert_true(yq_id_equal(&first, &again));
	assert_false(yq_id_equal(&first, &other_body));
	assert_false(yq_id_equal(&first, &other_strategy));
	assert_false(yq_id_equal(&first, &later));
	yq_identity_free(identity);
}

static void
test_after_a_restart_a_copy_is_still_known(void **state)
{
	struct yq_identity *before = yq_identity_make(), *after = yq_identity_make();
	int64_t late = T0 + WINDOW - YQ_US_PER_SECOND;
	struct yq_id first = id_at(before, "S", "{}", late), previous, second;

	(void)state;
	second = yq_identity_of_body(
	    after, "S", "{}", 2, late + 5 * YQ_US_PER_SECOND, 1, WINDOW, &previous);
	assert_true(yq_id_equal(&first, &second) || yq_id_equal(&first, &previous));
	yq_identity_free(before);
	yq_identity_free(after);
}

static void
test_an_alert_with_its_own_id_is_named_by_it(void **state)
{
	struct yq_id a = yq_identity_of_own("A-1", 3), b = yq_identity_of_own("A-1", 3);
	struct yq_id c = yq_identity_of_own("A-2", 3);

	(void)state;
	assert_true(yq_id_equal(&a, &b));
	assert_false(yq_id_equal(&a, &c));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_listed_addresses_and_ranges_may_send),
		cmocka_unit_test(test_loopback_is_not_trusted_by_itself),
		cmocka_unit_test(test_behind_a_proxy_the_last_untrusted_address_counts),
		cmocka_unit_test(test_a_malformed_forwarded_address_is_never_allowed),
		cmocka_unit_test(test_each_strategy_has_its_own_secret),
		cmocka_unit_test(test_without_any_secret_nobody_is_let_in_unless_told_so),
		cmocka_unit_test(test_an_address_that_comes_too_often_must_wait),
		cmocka_unit_test(test_bad_networks_are_named),
		cmocka_unit_test(test_the_same_body_within_the_window_is_the_same_signal),
		cmocka_unit_test(test_after_a_restart_a_copy_is_still_known),
		cmocka_unit_test(test_an_alert_with_its_own_id_is_named_by_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
