/* test_store_listings.c - the catalog as orders and the audit trail have it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "catalog_fixture.h"
#include "store/audit.h"
#include "store/listings.h"
#include "store/tx.h"

static void
test_a_sync_leaves_a_row_in_the_audit_trail(void **state)
{
	const struct yq_hand hand = { "kim@desk", "Console" };
	struct yq_instrument items[] = { issue(YQ_NASDAQ, "AAPL", "애플", ""),
		issue(YQ_NASDAQ, "MSFT", "마이크로소프트", "") };
	struct yq_instrument other = issue(YQ_NYSE, "KO", "코카콜라", "");
	const struct yq_catalog_part parts[] = { { YQ_NASDAQ, items, 2, "a folder" },
		{ YQ_NYSE, &other, 1, "a folder" } };
	struct yq_catalog_load load = { .parts = parts, .count = 2, .now_us = NOW, .hand = &hand };
	struct yq_catalog_change changes[2];
	const struct yq_audit_filter filter = { .target = "NASDAQ NYSE" };
	YQ_CLEANUP(yq_audit_list_free) struct yq_audit_list list = { 0 };

	(void)state;
	(void)write_down(NOW - 1, YQ_NASDAQ, items, 1); /* nobody's: no row */
	assert_int_equal(yq_catalog_write(firebird, &load, changes, NULL), YQ_OK);
	assert_int_equal(yq_audit_find(firebird, &filter, &list, NULL), YQ_OK);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.items[0].verb, "catalog");
	assert_string_equal(list.items[0].hand.who, "kim@desk");
	assert_string_equal(list.items[0].outcome, "applied");
	assert_string_equal(list.items[0].after, "2 new, 0 changed, 1 same, 0 back, 0 delisted");
	assert_string_equal(list.items[0].reason, "a folder");
	assert_true(list.items[0].at_us == NOW);
	/* What is not written has no row. */
	items[0].lot = decimal("1");
	items[1].lot = decimal("100000000000");
	yq_audit_list_free(&list);
	load.now_us = LATER;
	assert_int_not_equal(yq_catalog_write(firebird, &load, changes, NULL), YQ_OK);
	assert_int_equal(yq_audit_find(firebird, &filter, &list, NULL), YQ_OK);
	assert_int_equal(list.count, 1);
}

static void
assert_listing(const struct yq_listings *listings, enum yq_exchange exchange, const char *ticker,
    enum yq_listing_state state)
{
	assert_int_equal(yq_listings_find(listings, exchange, ticker).state, state);
}

static void
test_what_an_order_has_to_keep_to_is_found_in_memory(void **state)
{
	struct yq_instrument kospi[] = { issue(YQ_KOSPI, "000100", "유한양행", ""),
		issue(YQ_KOSPI, "005930", "삼성전자", "") };
	struct yq_instrument kosdaq[] = { issue(YQ_KOSDAQ, "000100", "x", ""),
		issue(YQ_KOSDAQ, "035720", "카카오", "") };
	struct yq_instrument shenzhen = issue(YQ_SZSE, "000100", "TCL", "");
	struct yq_listings *l;
	struct yq_listing found;

	(void)state;
	assert_int_equal(yq_listings_read(firebird, &l, NULL), YQ_OK);
	assert_int_equal(yq_listings_count(l), 0);
	assert_listing(l, YQ_KOSPI, "005930", YQ_LISTING_UNKNOWN);
	yq_listings_free(l);
	kosdaq[0].status = kosdaq[1].status = YQ_INSTRUMENT_HALTED;
	shenzhen.lot = decimal("200");
	shenzhen.currency = YQ_CNY;
	SET(shenzhen.tick_table, "CN-FUND");
	(void)write_down(NOW, YQ_KOSPI, kospi, 2);
	(void)write_down(NOW, YQ_KOSDAQ, kosdaq, 2);
	(void)write_down(NOW, YQ_SZSE, &shenzhen, 1);
	(void)write_down(LATER, YQ_KOSPI, kospi + 1, 1);
	assert_int_equal(yq_listings_read(firebird, &l, NULL), YQ_OK);
	assert_int_equal(yq_listings_count(l), 5);
	found = yq_listings_find(l, YQ_SZSE, "000100");
	assert_int_equal(found.state, YQ_LISTING_LISTED);
	assert_int_equal(found.currency, YQ_CNY);
	assert_int_equal(found.ticks, YQ_TICKS_CN_FUND);
	assert_int_equal(yq_decimal_cmp(found.lot.value, decimal("200")), 0);
	/* Of one ticker at two exchanges of Korea the one that is listed. */
	assert_listing(l, YQ_KOSPI, "000100", YQ_LISTING_DELISTED);
	assert_listing(l, YQ_KRX, "000100", YQ_LISTING_HALTED);
	assert_listing(l, YQ_KRX, "005930", YQ_LISTING_LISTED);
	assert_listing(l, YQ_KOSDAQ, "005930", YQ_LISTING_UNKNOWN);
	assert_listing(l, YQ_SZSE, "005930", YQ_LISTING_UNKNOWN);
	assert_int_equal(yq_listings_home(l, "005930"), YQ_KOSPI);
	assert_int_equal(yq_listings_home(l, "035720"), YQ_KOSDAQ);
	assert_int_equal(yq_listings_home(l, "000100"), YQ_KOSDAQ);
	assert_int_equal(yq_listings_home(l, "999999"), YQ_KRX);
	assert_int_equal(yq_listings_home(NULL, "005930"), YQ_KRX);
	yq_listings_free(l);
}

#define TEST(name) cmocka_unit_test_setup(name, empty_catalog)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_sync_leaves_a_row_in_the_audit_trail),
		TEST(test_what_an_order_has_to_keep_to_is_found_in_memory),
	};

	return journal_run(argc, argv, "store_listings", tests, YQ_COUNT(tests));
}
