/* test_store_catalog.c - the catalog: written whole or not at all, found by what is known of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "catalog_fixture.h"
#include "store/tx.h"

static void
assert_change(struct yq_catalog_change change, size_t added, size_t changed, size_t same,
    size_t returned, size_t delisted)
{
	assert_int_equal(change.added, added);
	assert_int_equal(change.changed, changed);
	assert_int_equal(change.same, same);
	assert_int_equal(change.returned, returned);
	assert_int_equal(change.delisted, delisted);
}

static struct yq_instrument
find(enum yq_exchange exchange, const char *ticker)
{
	struct yq_instrument item = { 0 };
	struct yq_err err = { 0 };

	if (yq_catalog_find(firebird, exchange, ticker, &item, &err) != YQ_OK)
		fail_msg("%s", err.text);
	return item;
}

static void
assert_none(enum yq_exchange exchange, const char *ticker)
{
	struct yq_instrument item;
	struct yq_err err = { 0 };

	assert_int_equal(yq_catalog_find(firebird, exchange, ticker, &item, &err), YQ_E_NOT_FOUND);
	assert_true(err.text[0] != '\0');
}

/* The tickers that a search finds, in order: "AAPL AAPD". */
static void
assert_found(struct yq_catalog_query query, const char *expected)
{
	YQ_CLEANUP(yq_instrument_list_free) struct yq_instrument_list list = { 0 };
	YQ_CLEANUP(yq_buf_free) struct yq_buf found = yq_buf_make(4096);
	struct yq_err err = { 0 };

	if (yq_catalog_search(firebird, &query, &list, &err) != YQ_OK)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < list.count; i++) {
		yq_buf_add_text(&found, i > 0 ? " " : "");
		yq_buf_add_text(&found, list.items[i].ticker);
	}
	assert_string_equal(yq_buf_text(&found), expected);
}

static void
test_an_instrument_comes_back_as_it_was_written(void **state)
{
	struct yq_instrument apple = issue(YQ_NASDAQ, "AAPL", "애플", "APPLE INC"), back;

	(void)state;
	apple.status = YQ_INSTRUMENT_HALTED;
	SET(apple.isin, "US0378331005");
	assert_change(write_down(NOW, YQ_NASDAQ, &apple, 1), 1, 0, 0, 0, 0);
	back = find(YQ_NASDAQ, "AAPL");
	assert_true(yq_instrument_is_same(&back, &apple));
	assert_true(back.updated_at_us == NOW && back.delisted_at_us == 0);
}

static void
test_only_what_differs_is_written(void **state)
{
	struct yq_instrument items[] = { issue(YQ_NASDAQ, "AAPL", "애플", "APPLE INC"),
		issue(YQ_NASDAQ, "MSFT", "마이크로소프트", "MICROSOFT"),
		issue(YQ_NASDAQ, "NVDA", "엔비디아", "NVIDIA") };

	(void)state;
	assert_change(write_down(NOW, YQ_NASDAQ, items, 2), 2, 0, 0, 0, 0);
	assert_change(write_down(LATER, YQ_NASDAQ, items, 2), 0, 0, 2, 0, 0);
	items[1].base_price = yq_opt_decimal_of(decimal("400.25"));
	assert_change(write_down(LATER, YQ_NASDAQ, items, 3), 1, 1, 1, 0, 0);
	assert_true(find(YQ_NASDAQ, "AAPL").updated_at_us == NOW);
	assert_true(find(YQ_NASDAQ, "MSFT").updated_at_us == LATER);
}

static void
test_what_is_delisted_stays_flagged_and_may_come_back(void **state)
{
	const struct yq_instrument items[] = { issue(YQ_NASDAQ, "AAPL", "애플", "APPLE INC"),
		issue(YQ_NASDAQ, "TWTR", "트위터", "TWITTER") };
	struct yq_instrument gone;

	(void)state;
	(void)write_down(NOW, YQ_NASDAQ, items, 2);
	assert_change(write_down(LATER, YQ_NASDAQ, items, 1), 0, 0, 1, 0, 1);
	gone = find(YQ_NASDAQ, "TWTR");
	assert_int_equal(gone.status, YQ_INSTRUMENT_DELISTED);
	assert_true(gone.delisted_at_us == LATER);
	assert_string_equal(gone.name, "트위터");
	assert_found((struct yq_catalog_query){ .text = "TWTR" }, "");
	assert_found((struct yq_catalog_query){ .text = "TWTR", .delisted = true }, "TWTR");
	assert_change(write_down(LATER + 1, YQ_NASDAQ, items, 1), 0, 0, 1, 0, 0); /* once */
	assert_change(write_down(LATER + 2, YQ_NASDAQ, items, 2), 0, 0, 1, 1, 0);
	gone = find(YQ_NASDAQ, "TWTR");
	assert_int_equal(gone.status, YQ_INSTRUMENT_LISTED);
	assert_true(gone.delisted_at_us == 0);
}

static void
test_one_exchange_is_none_of_another_s_business(void **state)
{
	struct yq_instrument samsung = issue(YQ_KOSPI, "000100", "유한양행", "");
	struct yq_instrument tcl = issue(YQ_SZSE, "000100", "TCL 테크", "TCL TECH");

	(void)state;
	(void)write_down(NOW, YQ_KOSPI, &samsung, 1);
	(void)write_down(NOW, YQ_SZSE, &tcl, 1);
	assert_string_equal(find(YQ_KOSPI, "000100").name, "유한양행");
	assert_string_equal(find(YQ_SZSE, "000100").name, "TCL 테크");
	assert_change(write_down(LATER, YQ_SZSE, &tcl, 1), 0, 0, 1, 0, 0);
	assert_int_equal(find(YQ_KOSPI, "000100").status, YQ_INSTRUMENT_LISTED);
	assert_none(YQ_SSE, "000100");
}

static void
test_krx_stands_for_all_of_korea_and_no_other_exchange_for_another(void **state)
{
	struct yq_instrument item = issue(YQ_KOSDAQ, "035720", "카카오", "");

	(void)state;
	(void)write_down(NOW, YQ_KOSDAQ, &item, 1);
	assert_int_equal(find(YQ_KRX, "035720").exchange, YQ_KOSDAQ);
	assert_none(YQ_KOSPI, "035720");
	/* It moves to the other market: what is listed counts. */
	item.exchange = YQ_KOSPI;
	(void)write_down(LATER, YQ_KOSPI, &item, 1);
	run_sql("UPDATE CATALOG SET STATUS = 'Delisted' WHERE EXCHANGE = 'KOSDAQ'");
	assert_int_equal(find(YQ_KRX, "035720").exchange, YQ_KOSPI);
	assert_int_equal(find(YQ_KOSDAQ, "035720").status, YQ_INSTRUMENT_DELISTED);
}

static void
test_zeros_before_a_number_of_hong_kong_may_be_left_out(void **state)
{
	const struct yq_instrument item = issue(YQ_HKEX, "00700", "텐센트", "TENCENT");

	(void)state;
	(void)write_down(NOW, YQ_HKEX, &item, 1);
	assert_string_equal(find(YQ_HKEX, "700").ticker, "00700");
	assert_string_equal(find(YQ_HKEX, "00700").ticker, "00700");
	assert_none(YQ_HKEX, "70");
	assert_none(YQ_TSE, "700");
}

static void
test_a_file_of_less_than_half_is_refused_unless_forced(void **state)
{
	struct yq_instrument items[10];
	struct yq_catalog_change change;
	struct yq_err err = { 0 };
	char ticker[8];

	(void)state;
	for (size_t i = 0; i < 10; i++) {
		yq_str_format(ticker, sizeof(ticker), "T%zu", i);
		items[i] = issue(YQ_NASDAQ, ticker, ticker, "");
	}
	(void)write_down(NOW, YQ_NASDAQ, items, 10);
	assert_int_equal(write_at(LATER, YQ_NASDAQ, items, 4, false, &change, &err), YQ_E_REFUSED);
	assert_string_equal(err.text,
	    "nasmst.cod has 4 issues, less than half of the 10 listed by now: nothing is changed"
	    " (--force takes it)");
	assert_int_equal(find(YQ_NASDAQ, "T9").status, YQ_INSTRUMENT_LISTED);
	assert_change(write_down(LATER, YQ_NASDAQ, items, 5), 0, 0, 5, 0, 5);
	assert_int_equal(write_at(LATER, YQ_NASDAQ, items, 1, true, &change, &err), YQ_OK);
	assert_change(change, 0, 0, 1, 0, 4);
}

/* Of two files of one exchange the smaller one cannot hide behind the other. */
static void
test_each_file_is_counted_by_itself(void **state)
{
	struct yq_instrument items[9];
	struct yq_catalog_change change;
	struct yq_err err = { 0 };
	char ticker[8];

	(void)state;
	for (size_t i = 0; i < 9; i++) {
		yq_str_format(ticker, sizeof(ticker), "00%zu", i);
		items[i] = issue(YQ_SSE, ticker, ticker, "");
		SET(items[i].source, i < 3 ? "shsmst.cod" : "shimst.cod");
	}
	(void)write_down(NOW, YQ_SSE, items, 9);
	assert_int_equal(write_at(LATER, YQ_SSE, items + 2, 7, false, &change, &err), YQ_E_REFUSED);
	assert_true(yq_str_starts(err.text, "shsmst.cod has 1 issues"));
}

static void
test_a_row_that_does_not_fit_leaves_everything_as_it_was(void **state)
{
	struct yq_instrument items[] = { issue(YQ_NASDAQ, "AAPL", "애플", "APPLE INC"),
		issue(YQ_NASDAQ, "MSFT", "마이크로소프트", "MICROSOFT") };
	struct yq_catalog_change change;
	struct yq_err err = { 0 };

	(void)state;
	(void)write_down(NOW, YQ_NASDAQ, items, 1);
	SET(items[0].name, "다른 이름");
	items[1].lot = decimal("100000000000");
	assert_int_equal(write_at(LATER, YQ_NASDAQ, items, 2, false, &change, &err), YQ_E_RANGE);
	assert_true(yq_str_starts(err.text, "NASDAQ MSFT: LOT_SIZE: "));
	assert_string_equal(find(YQ_NASDAQ, "AAPL").name, "애플");
	assert_none(YQ_NASDAQ, "MSFT");
}

/* While one program writes, all others read what was there before. */
static void
test_until_the_commit_everybody_reads_the_old_catalog(void **state)
{
	struct yq_instrument item = issue(YQ_NASDAQ, "AAPL", "애플", "APPLE INC");
	struct yq_firebird *other = fixture_open(&target);
	struct yq_tx *tx = NULL;

	(void)state;
	(void)write_down(NOW, YQ_NASDAQ, &item, 1);
	assert_int_equal(yq_tx_begin(other, NULL, &tx, NULL), YQ_OK);
	assert_int_equal(
	    yq_tx_exec(tx, "UPDATE CATALOG SET NAME = 'x'", NULL, 0, NULL, NULL), YQ_OK);
	assert_string_equal(find(YQ_NASDAQ, "AAPL").name, "애플");
	assert_int_equal(yq_tx_commit(tx, NULL), YQ_OK);
	yq_tx_end(tx);
	assert_string_equal(find(YQ_NASDAQ, "AAPL").name, "x");
	yq_firebird_close(other);
}

static void
write_some(void)
{
	struct yq_instrument us[] = { issue(YQ_NASDAQ, "AAPD", "애플 1배 인버스", "APPLE BEAR"),
		issue(YQ_NASDAQ, "AAPL", "애플", "Apple Inc"),
		issue(YQ_NASDAQ, "APLE", "애플 호스피탤리티", "APPLE HOSPITALITY"),
		issue(YQ_NASDAQ, "SNAP", "스냅", "SNAPPLE") };
	struct yq_instrument kr[] = { issue(YQ_KOSPI, "005930", "삼성전자", ""),
		issue(YQ_KOSPI, "006400", "삼성SDI", ""),
		issue(YQ_KOSPI, "034220", "LG디스플레이", "") };

	(void)write_down(NOW, YQ_NASDAQ, us, YQ_COUNT(us));
	(void)write_down(NOW, YQ_KOSPI, kr, YQ_COUNT(kr));
}

static void
test_search_finds_tickers_and_names_in_both_languages_the_nearest_first(void **state)
{
	(void)state;
	write_some();
	assert_found((struct yq_catalog_query){ .text = "aapl" }, "AAPL");
	assert_found((struct yq_catalog_query){ .text = "AAP" }, "AAPD AAPL");
	assert_found((struct yq_catalog_query){ .text = "apple" }, "AAPD AAPL APLE SNAP");
	assert_found((struct yq_catalog_query){ .text = "애플" }, "AAPD AAPL APLE");
	assert_found((struct yq_catalog_query){ .text = "삼성" }, "005930 006400");
	assert_found((struct yq_catalog_query){ .text = "전자" }, "005930");
	assert_found((struct yq_catalog_query){ .text = "lg디스" }, "034220");
	assert_found((struct yq_catalog_query){ .text = "00" }, "005930 006400");
	assert_found((struct yq_catalog_query){ .text = "%" }, "");
	assert_found(
	    (struct yq_catalog_query){ .text = "" }, "005930 006400 034220 AAPD AAPL APLE SNAP");
}

static void
test_search_by_beginnings_for_who_is_typing(void **state)
{
	(void)state;
	write_some();
	assert_found((struct yq_catalog_query){ .text = "app", .begins = true }, "AAPD AAPL APLE");
	assert_found((struct yq_catalog_query){ .text = "ap", .begins = true }, "APLE AAPD AAPL");
	assert_found((struct yq_catalog_query){ .text = "삼성", .begins = true }, "005930 006400");
	assert_found((struct yq_catalog_query){ .text = "전자", .begins = true }, "");
}

static void
test_search_keeps_to_its_exchanges_and_its_page(void **state)
{
	struct yq_catalog_query query = { .text = "a", .exchanges = YQ_EXCHANGE_BIT(YQ_KOSPI) };
	YQ_CLEANUP(yq_instrument_list_free) struct yq_instrument_list list = { 0 };
	struct yq_err err = { 0 };
	char text[604];

	(void)state;
	write_some();
	assert_found(query, "");
	query.exchanges = yq_exchanges_of_country(YQ_COUNTRY_US);
	assert_found(query, "AAPD AAPL APLE SNAP");
	query.limit = 2;
	query.offset = 1;
	assert_found(query, "AAPL APLE");
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	query.text = text;
	assert_int_equal(yq_catalog_search(firebird, &query, &list, &err), YQ_E_INVALID);
	query.text = "\xff";
	assert_int_equal(yq_catalog_search(firebird, &query, &list, &err), YQ_E_INVALID);
}

static void
test_the_summary_counts_each_exchange(void **state)
{
	struct yq_catalog_summary rows[YQ_EXCHANGE_COUNT];
	struct yq_instrument items[] = { issue(YQ_KOSDAQ, "035720", "카카오", ""),
		issue(YQ_KOSDAQ, "035900", "JYP", ""), issue(YQ_KOSDAQ, "041510", "에스엠", "") };

	(void)state;
	items[0].status = YQ_INSTRUMENT_HALTED;
	items[1].status = YQ_INSTRUMENT_WARNED;
	(void)write_down(NOW, YQ_KOSDAQ, items, 3);
	(void)write_down(LATER, YQ_KOSDAQ, items, 2);
	assert_int_equal(yq_catalog_summarize(firebird, rows, NULL), YQ_OK);
	assert_int_equal(rows[YQ_KOSDAQ].listed, 2);
	assert_int_equal(rows[YQ_KOSDAQ].halted, 1);
	assert_int_equal(rows[YQ_KOSDAQ].delisted, 1);
	assert_true(rows[YQ_KOSDAQ].written_at_us == LATER);
	assert_string_equal(rows[YQ_KOSDAQ].source, "a folder");
	assert_int_equal(rows[YQ_NYSE].listed, 0);
	assert_true(rows[YQ_NYSE].written_at_us == 0);
}

#define TEST(name) cmocka_unit_test_setup(name, empty_catalog)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(test_an_instrument_comes_back_as_it_was_written),
		TEST(test_only_what_differs_is_written),
		TEST(test_what_is_delisted_stays_flagged_and_may_come_back),
		TEST(test_one_exchange_is_none_of_another_s_business),
		TEST(test_krx_stands_for_all_of_korea_and_no_other_exchange_for_another),
		TEST(test_zeros_before_a_number_of_hong_kong_may_be_left_out),
		TEST(test_a_file_of_less_than_half_is_refused_unless_forced),
		TEST(test_each_file_is_counted_by_itself),
		TEST(test_a_row_that_does_not_fit_leaves_everything_as_it_was),
		TEST(test_until_the_commit_everybody_reads_the_old_catalog),
		TEST(test_search_finds_tickers_and_names_in_both_languages_the_nearest_first),
		TEST(test_search_by_beginnings_for_who_is_typing),
		TEST(test_search_keeps_to_its_exchanges_and_its_page),
		TEST(test_the_summary_counts_each_exchange),
	};

	return journal_run(argc, argv, "store_catalog", tests, YQ_COUNT(tests));
}
