/*
 * test_alpaca_account.c - what Alpaca says of the account and of its days: why orders are refused,
 * and where its calendar is not ours.
 */
#include "alpaca_fixture.h"

#define ACCOUNT(more) "{\"status\":\"ACTIVE\",\"currency\":\"USD\",\"cash\":\"5\"" more "}"

static void
expect_notices(unsigned count, const char *words)
{
	assert_int_equal(balances()->rc, YQ_OK);
	assert_int_equal(t.told_count, count);
	if (count > 0)
		assert_non_null(strstr(told_last(YQ_BROKER_EV_NOTICE, count)->text, words));
}

static void
test_why_an_account_takes_no_orders_is_told_apart_and_once(void **unused)
{
	static const struct {
		const char *body, *words;
	} rows[] = {
		{ ACCOUNT(",\"trading_blocked\":true,\"account_blocked\":false"),
		    "trading_blocked" },
		{ ACCOUNT(",\"trading_blocked\":false,\"account_blocked\":true"),
		    "account_blocked" },
		{ ACCOUNT(",\"trade_suspended_by_user\":true"), "trade_suspended_by_user" },
		{ "{\"status\":\"ONBOARDING\",\"currency\":\"USD\",\"cash\":\"5\"}", "ONBOARDING" },
	};

	(void)unused;
	on("GET", "/v2/account", 200, ACCOUNT(""));
	expect_notices(0, "");
	for (unsigned i = 0; i < YQ_COUNT(rows); i++) {
		on("GET", "/v2/account", 200, rows[i].body);
		expect_notices(i + 1, rows[i].words);
		expect_notices(i + 1, rows[i].words);
		for (unsigned k = 0; k < YQ_COUNT(rows); k++)
			if (k != i)
				assert_null(strstr(
				    told_last(YQ_BROKER_EV_NOTICE, i + 1)->text, rows[k].words));
	}
	on("GET", "/v2/account", 200, ACCOUNT(""));
	expect_notices(YQ_COUNT(rows) + 1, "takes orders of the account again");
}

static void
test_a_refused_order_says_that_the_account_is_barred(void **unused)
{
	const char *refusal = ALPACA_ERROR_JSON("40310000", "account is restricted");
	struct outcome *o;

	(void)unused;
	on("POST", "/v2/orders", 403, refusal);
	o = submit();
	assert_int_equal(o->rc, YQ_E_REFUSED);
	assert_null(strstr(o->text, "trading_blocked"));
	on("GET", "/v2/account", 200, ACCOUNT(",\"trading_blocked\":true"));
	assert_int_equal(balances()->rc, YQ_OK);
	t.order.id = yq_id_named("another", 7);
	o = submit();
	assert_int_equal(o->rc, YQ_E_REFUSED);
	assert_non_null(strstr(o->text, "account is restricted (Alpaca 40310000)"));
	assert_non_null(strstr(o->text, "trading_blocked"));
	/* What is known of the account decides nothing: Alpaca does. */
	on("POST", "/v2/orders", 500, "{}");
	t.order.id = yq_id_named("a third", 7);
	assert_int_equal(submit()->rc, YQ_E_UNKNOWN);
}

/* Fridays are short, the 26th is closed, of the 30th and after nothing is known; the rest is as
 * Alpaca has it below. */
static bool
our_hours(void *cookie, yq_date date, int *open, int *close)
{
	(void)cookie;
	*open = *close = 0;
	if (yq_date_weekday(date) < 5 && date != 20261126) {
		*open = 9 * 60 + 30;
		*close = yq_date_weekday(date) == 4 ? 13 * 60 : 16 * 60;
	}
	return date < 20261130;
}

#define DAY(date, close) \
	"{\"date\":\"2026-11-" date "\",\"open\":\"09:30\",\"close\":\"" close "\"}"
#define WEEK DAY("20", "13:00") "," DAY("23", "16:00") "," DAY("24", "16:00") "," DAY("25", "16:00")

static void
ask_calendar(const char *body)
{
	yq_broker_free(t.broker);
	on("GET", "/v2/calendar", 200, body);
	t.hours = our_hours;
	open_broker();
	for (int i = 0; i < 100 && calls_of("GET", "/v2/calendar") == 0; i++)
		turn_for(100);
	assert_int_equal(calls_of("GET", "/v2/calendar"), 1);
	turn_for(200);
}

static void
test_a_calendar_like_ours_is_not_told(void **unused)
{
	(void)unused;
	ask_calendar("[" WEEK "," DAY("27", "13:00") "]");
	assert_int_equal(t.told_count, 0);
}

static void
test_where_the_calendars_differ_is_told(void **unused)
{
	const char *text;

	(void)unused;
	ask_calendar("[" WEEK "," DAY("26", "16:00") "," DAY("27", "16:00") "]");
	text = told_last(YQ_BROKER_EV_NOTICE, 1)->text;
	assert_non_null(strstr(text, "on 2 days"));
	assert_non_null(strstr(text, "2026-11-26: 09:30-16:00, here closed"));
	assert_non_null(strstr(text, "2026-11-27: 09:30-16:00, here 09:30-13:00"));
	assert_null(strstr(text, "2026-11-30"));
}

static void
test_a_calendar_that_is_none_is_not_told(void **unused)
{
	(void)unused;
	ask_calendar("[]");
	assert_int_equal(t.told_count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ALPACA_TEST(test_why_an_account_takes_no_orders_is_told_apart_and_once),
		ALPACA_TEST(test_a_refused_order_says_that_the_account_is_barred),
		ALPACA_TEST(test_a_calendar_like_ours_is_not_told),
		ALPACA_TEST(test_where_the_calendars_differ_is_told),
		ALPACA_TEST(test_a_calendar_that_is_none_is_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
