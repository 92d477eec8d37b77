/* test_store_rates.c - exchange rates: written, corrected and forgotten, each with who did it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "journal_fixture.h"
#include "store/audit.h"
#include "store/rates.h"

static const struct yq_hand hand = { .who = "kim@desk", .origin = "Console" };
static const struct yq_rate_act act = { .hand = &hand, .reason = "closing", .now_us = NOW };

static struct yq_exchange_rate
rate(enum yq_currency currency, enum yq_currency base, yq_date date, const char *number)
{
	struct yq_exchange_rate result = { .currency = currency, .base = base, .date = date };

	result.rate = decimal(number);
	SET(result.source, "Bank of Korea");
	return result;
}

static struct yq_opt_decimal
write_down(struct yq_exchange_rate row)
{
	struct yq_opt_decimal before;
	struct yq_err err = { 0 };

	if (yq_rates_set(firebird, &row, &act, &before, &err) != YQ_OK)
		fail_msg("%s", err.text);
	return before;
}

static void
refused(struct yq_exchange_rate row, enum yq_rc expected)
{
	struct yq_opt_decimal before;
	struct yq_err err = { 0 };

	assert_int_equal(yq_rates_set(firebird, &row, &act, &before, &err), expected);
	assert_true(err.text[0] != '\0');
}

static struct yq_rate_list
find(enum yq_currency currency, enum yq_currency base, yq_date from, yq_date to)
{
	struct yq_rate_filter filter = { currency, base, from, to };
	struct yq_rate_list list;
	struct yq_err err = { 0 };

	if (yq_rates_find(firebird, &filter, &list, &err) != YQ_OK)
		fail_msg("%s", err.text);
	return list;
}

static struct yq_audit_list
audited(void)
{
	const struct yq_audit_filter any = { .limit = 100 };
	struct yq_audit_list list;

	assert_int_equal(yq_audit_find(firebird, &any, &list, NULL), YQ_OK);
	return list;
}

static void
test_a_rate_comes_back_as_it_was_written(void **state)
{
	YQ_CLEANUP(yq_rate_list_free) struct yq_rate_list list = { 0 };
	YQ_CLEANUP(yq_audit_list_free) struct yq_audit_list trail = { 0 };

	(void)state;
	assert_false(write_down(rate(YQ_USD, YQ_KRW, 20261123, "1380.12345678")).set);
	list = find(YQ_CURRENCY_NONE, YQ_CURRENCY_NONE, 0, 0);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.items[0].currency, YQ_USD);
	assert_int_equal(list.items[0].base, YQ_KRW);
	assert_int_equal(list.items[0].date, 20261123);
	assert_int_equal(yq_decimal_cmp(list.items[0].rate, decimal("1380.12345678")), 0);
	assert_string_equal(list.items[0].source, "Bank of Korea");
	assert_true(list.items[0].written_us == NOW);
	trail = audited();
	assert_int_equal(trail.count, 1);
	assert_string_equal(trail.items[0].hand.who, "kim@desk");
	assert_string_equal(trail.items[0].verb, "rate");
	assert_string_equal(trail.items[0].target, "USD KRW 2026-11-23");
	assert_string_equal(trail.items[0].before, "");
	assert_string_equal(
	    trail.items[0].after, "1 USD = 1380.12345678 KRW on 2026-11-23 (Bank of Korea)");
	assert_string_equal(trail.items[0].reason, "closing");
}

static void
test_a_correction_takes_its_place_and_tells_what_stood_there(void **state)
{
	YQ_CLEANUP(yq_rate_list_free) struct yq_rate_list list = { 0 };
	YQ_CLEANUP(yq_audit_list_free) struct yq_audit_list trail = { 0 };
	struct yq_opt_decimal before;

	(void)state;
	(void)write_down(rate(YQ_USD, YQ_KRW, 20261123, "138.05"));
	before = write_down(rate(YQ_USD, YQ_KRW, 20261123, "1380.5"));
	assert_true(before.set);
	assert_int_equal(yq_decimal_cmp(before.value, decimal("138.05")), 0);
	(void)write_down(rate(YQ_USD, YQ_KRW, 20261123, "1380.5")); /* nothing new */
	list = find(YQ_USD, YQ_KRW, 0, 0);
	assert_int_equal(list.count, 1);
	assert_int_equal(yq_decimal_cmp(list.items[0].rate, decimal("1380.5")), 0);
	trail = audited();
	assert_int_equal(trail.count, 2);
	assert_string_equal(
	    trail.items[0].before, "1 USD = 138.05 KRW on 2026-11-23 (Bank of Korea)");
}

static void
test_what_is_no_rate_is_refused_and_leaves_no_trace(void **state)
{
	YQ_CLEANUP(yq_rate_list_free) struct yq_rate_list list = { 0 };
	YQ_CLEANUP(yq_audit_list_free) struct yq_audit_list trail = { 0 };

	(void)state;
	refused(rate(YQ_USD, YQ_USD, 20261123, "1"), YQ_E_INVALID);
	refused(rate(YQ_USD, YQ_KRW, 20261123, "0"), YQ_E_INVALID);
	refused(rate(YQ_USD, YQ_KRW, 20261123, "-1380.5"), YQ_E_INVALID);
	refused(rate(YQ_USD, YQ_KRW, 0, "1380.5"), YQ_E_INVALID);
	refused(rate(YQ_USD, YQ_KRW, 20261123, "100000000000"), YQ_E_RANGE);
	list = find(YQ_CURRENCY_NONE, YQ_CURRENCY_NONE, 0, 0);
	assert_int_equal(list.count, 0);
	trail = audited();
	assert_int_equal(trail.count, 0);
}

static void
test_a_rate_is_forgotten_once(void **state)
{
	YQ_CLEANUP(yq_rate_list_free) struct yq_rate_list list = { 0 };
	YQ_CLEANUP(yq_audit_list_free) struct yq_audit_list trail = { 0 };
	struct yq_err err = { 0 };

	(void)state;
	(void)write_down(rate(YQ_USD, YQ_KRW, 20261123, "1380.5"));
	(void)write_down(rate(YQ_USD, YQ_KRW, 20261124, "1390"));
	assert_int_equal(yq_rates_remove(firebird, YQ_USD, YQ_KRW, 20261123, &act, NULL), YQ_OK);
	assert_int_equal(
	    yq_rates_remove(firebird, YQ_USD, YQ_KRW, 20261123, &act, &err), YQ_E_NOT_FOUND);
	assert_string_equal(err.text, "there is no rate USD KRW of 2026-11-23");
	list = find(YQ_CURRENCY_NONE, YQ_CURRENCY_NONE, 0, 0);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.items[0].date, 20261124);
	trail = audited();
	assert_int_equal(trail.count, 3);
	assert_string_equal(trail.items[0].after, "removed");
	assert_string_equal(
	    trail.items[0].before, "1 USD = 1380.5 KRW on 2026-11-23 (Bank of Korea)");
}

static void
test_rates_are_found_by_what_is_asked_the_latest_first(void **state)
{
	static const yq_date dates[] = { 20261231, 20260101, 20270104 };
	YQ_CLEANUP(yq_rate_list_free) struct yq_rate_list all = { 0 };
	YQ_CLEANUP(yq_rate_list_free) struct yq_rate_list some = { 0 };

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(dates); i++) {
		(void)write_down(rate(YQ_USD, YQ_KRW, dates[i], "1380.5"));
		(void)write_down(rate(YQ_JPY, YQ_KRW, dates[i], "9.1"));
	}
	all = find(YQ_CURRENCY_NONE, YQ_KRW, 0, 0);
	assert_int_equal(all.count, 6);
	assert_int_equal(all.items[0].date, 20270104);
	assert_int_equal(all.items[0].currency, YQ_JPY);
	assert_int_equal(all.items[5].date, 20260101);
	some = find(YQ_USD, YQ_CURRENCY_NONE, 20260102, 20261231);
	assert_int_equal(some.count, 1);
	assert_int_equal(some.items[0].date, 20261231);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		JOURNAL_TEST(test_a_rate_comes_back_as_it_was_written),
		JOURNAL_TEST(test_a_correction_takes_its_place_and_tells_what_stood_there),
		JOURNAL_TEST(test_what_is_no_rate_is_refused_and_leaves_no_trace),
		JOURNAL_TEST(test_a_rate_is_forgotten_once),
		JOURNAL_TEST(test_rates_are_found_by_what_is_asked_the_latest_first),
	};

	return journal_run(argc, argv, "store_rates", tests, YQ_COUNT(tests));
}
