/* test_tokens_stuck.c - what the gateway does about a Firebird that does not answer. */
#include <string.h>

#include "test.h"

#include "base/str.h"
#include "broker_gateway/account.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/tokens.h"

static char told[512];
static bool gave_up;

void
yq_daemon_notify(
    struct yq_daemon *daemon, const char *kind, const char *severity, const char *message)
{
	(void)daemon;
	(void)kind;
	assert_string_equal(severity, "Critical");
	yq_str_copy_cut(told, sizeof(told), message);
}

void
yq_daemon_give_up(struct yq_daemon *daemon, const char *text)
{
	(void)daemon;
	gave_up = true;
	yq_str_copy_cut(told, sizeof(told), text);
}

static struct gateway *
gateway_of(struct gw_account accounts[2])
{
	struct gateway *gw = test_calloc(1, sizeof(*gw));

	gw->accounts = accounts;
	gw->account_count = 2;
	memcpy(accounts[0].settings.alias, "First", sizeof("First"));
	memcpy(accounts[1].settings.alias, "Second", sizeof("Second"));
	told[0] = '\0';
	gave_up = false;
	return gw;
}

static void
test_with_tokens_in_hand_it_goes_on_and_tells_people(void **state)
{
	static struct gw_account accounts[2];
	struct gateway *gw = gateway_of(accounts);

	(void)state;
	accounts[0].state = GW_SERVING;
	accounts[0].synced_once = true;
	accounts[1].state = GW_NO_LEASE; /* another gateway's */
	gw_tokens_stuck(gw, 60);
	assert_false(gave_up);
	assert_non_null(strstr(told, "60 s"));
	test_free(gw);
}

static void
test_where_an_account_waits_for_its_token_it_begins_anew(void **state)
{
	static struct gw_account accounts[2];
	struct gateway *gw = gateway_of(accounts);

	(void)state;
	accounts[0].state = GW_SERVING;
	accounts[0].synced_once = true;
	accounts[1].state = GW_SETTLING;
	gw_tokens_stuck(gw, 61);
	assert_true(gave_up);
	assert_non_null(strstr(told, "Second"));
	assert_non_null(strstr(told, "61 s"));
	test_free(gw);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_with_tokens_in_hand_it_goes_on_and_tells_people),
		cmocka_unit_test(test_where_an_account_waits_for_its_token_it_begins_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
