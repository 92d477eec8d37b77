/* test_master.c - the broker's master files, to the byte. */
#include "master_one.h"

/* ---- Korea ---- */

static void
test_an_issue_of_kospi_is_read_to_the_byte(void **state)
{
	const struct yq_instrument *one;

	(void)state;
	add_mst_line(&file, "KOSPI", &MST_LINE());
	one = the_one("KOSPI");
	assert_int_equal(one->exchange, YQ_KOSPI);
	assert_string_equal(one->ticker, "005930");
	assert_string_equal(one->isin, "KR7005930003");
	assert_string_equal(one->name, "삼성전자");
	assert_string_equal(one->english_name, "");
	assert_int_equal(one->currency, YQ_KRW);
	assert_int_equal(one->kind, YQ_INSTRUMENT_STOCK);
	assert_int_equal(one->status, YQ_INSTRUMENT_LISTED);
	assert_decimal(one->lot, "1");
	assert_true(one->base_price.set);
	assert_decimal(one->base_price.value, "71500");
	assert_string_equal(one->tick_table, "KRX");
	assert_string_equal(one->source, "kospi_code.mst");
	assert_string_equal(one->broker_code, "KOSPI");
}

static void
test_each_market_of_korea_has_its_own_places(void **state)
{
	static const struct {
		const char *market;
		enum yq_exchange exchange;
	} markets[] = { { "KOSPI", YQ_KOSPI }, { "KOSDAQ", YQ_KOSDAQ }, { "KONEX", YQ_KRX } };

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(markets); i++) {
		const struct yq_instrument *one;

		yq_buf_clear(&file);
		add_mst_line(&file, markets[i].market,
		    &MST_LINE(.code = "Q500001", .lot = "00010", .base = "000012345",
			.halted = "Y"));
		one = the_one(markets[i].market);
		assert_int_equal(one->exchange, markets[i].exchange);
		assert_string_equal(one->ticker, "Q500001");
		assert_decimal(one->lot, "10");
		assert_decimal(one->base_price.value, "12345");
		assert_int_equal(one->status, YQ_INSTRUMENT_HALTED);
		assert_string_equal(one->name, "삼성전자");
	}
}

static void
test_the_gravest_state_is_told(void **state)
{
	static const struct {
		const struct mst_line line;
		enum yq_instrument_status status;
	} cases[] = {
		{ { .warning = "01" }, YQ_INSTRUMENT_WARNED },
		{ { .warning = "10" }, YQ_INSTRUMENT_WARNED }, /* both its places count */
		{ { .administrative = "Y", .warning = "02" }, YQ_INSTRUMENT_ADMINISTRATIVE },
		{ { .liquidation = "Y", .administrative = "Y" }, YQ_INSTRUMENT_LIQUIDATION },
		{ { .halted = "Y", .liquidation = "Y" }, YQ_INSTRUMENT_HALTED },
		{ { .halted = "0" }, YQ_INSTRUMENT_LISTED },
		{ { .halted = " " }, YQ_INSTRUMENT_LISTED },
	};
	static const char *const markets[] = { "KOSPI", "KOSDAQ" };

	(void)state;
	for (size_t m = 0; m < YQ_COUNT(markets); m++)
		for (size_t i = 0; i < YQ_COUNT(cases); i++) {
			yq_buf_clear(&file);
			add_mst_line(&file, markets[m], &cases[i].line);
			assert_int_equal(the_one(markets[m])->status, cases[i].status);
		}
}

static void
test_a_group_says_the_kind_and_with_it_the_price_steps(void **state)
{
	static const struct {
		const char *group, *product;
		enum yq_instrument_kind kind;
		const char *ticks;
	} cases[] = {
		{ "ST", " ", YQ_INSTRUMENT_STOCK, "KRX" },
		{ "FS", "0", YQ_INSTRUMENT_STOCK, "KRX" },
		{ "EF", "1", YQ_INSTRUMENT_ETF, "KRX-ETP" },
		{ "EN", "0", YQ_INSTRUMENT_ETN, "KRX-ETP" },
		{ "EF", "3", YQ_INSTRUMENT_ETN, "KRX-ETP" },
		{ "EW", " ", YQ_INSTRUMENT_ELW, "KRX-ELW" },
		{ "RT", " ", YQ_INSTRUMENT_REIT, "KRX" },
		{ "DR", " ", YQ_INSTRUMENT_RECEIPT, "KRX" },
		{ "ZZ", " ", YQ_INSTRUMENT_OTHER, "KRX" },
	};

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		const struct yq_instrument *one;

		yq_buf_clear(&file);
		add_mst_line(&file, "KOSPI",
		    &MST_LINE(.group = cases[i].group, .product = cases[i].product));
		one = the_one("KOSPI");
		assert_int_equal(one->kind, cases[i].kind);
		assert_string_equal(one->tick_table, cases[i].ticks);
	}
}

static void
test_a_broken_line_of_korea_says_line_column_and_why(void **state)
{
	(void)state;
	add_mst_line(&file, "KOSPI", &MST_LINE());
	add_mst_line(&file, "KOSPI", &MST_LINE(.code = "000660", .lot = "0000x"));
	refused(
	    "KOSPI", "kospi_code.mst line 2, column 112 (lot): expected a number, found \"0000x\"");
	yq_buf_clear(&file);
	add_mst_line(&file, "KOSPI", &MST_LINE(.halted = "?"));
	refused(
	    "KOSPI", "kospi_code.mst line 1, column 122 (halted): expected Y or N, found \"?\"");
	yq_buf_clear(&file);
	add_mst_line(&file, "KOSPI", &MST_LINE(.group = "7T"));
	refused("KOSPI", "kospi_code.mst line 1, column 62 (group): expected a group of two "
			 "letters, found \"7T\"");
	yq_buf_clear(&file);
	add_mst_line(&file, "KOSPI", &MST_LINE(.code = ""));
	refused("KOSPI",
	    "kospi_code.mst line 1, column 1 (short code): expected a code, found \"         \"");
	yq_buf_clear(&file);
	add_mst_line(&file, "KONEX", &MST_LINE());
	refused("KOSPI", "kospi_code.mst line 1, column 246 (end): the line ends after 245 bytes,"
			 " expected at least 248");
}

static void
test_a_broken_byte_is_told_where_it_is(void **state)
{
	(void)state;
	add_mst_line(&file, "KOSPI", &MST_LINE());
	file.data[21 + 4] = (char)0xff; /* the first byte of the third character */
	refused("KOSPI", "kospi_code.mst line 1, column 26 (name): the byte 0xff is no CP949");
	file.data[21 + 4] = '\0';
	refused("KOSPI", "kospi_code.mst line 1, column 26 (name): the byte 0x00 is no CP949");
	file.data[21 + 4] = 'x';
	file.data[21 + 40 + 3] = (char)0xb0;
	refused("KOSPI",
	    "kospi_code.mst line 1, column 65 (tail): expected ASCII that prints, found"
	    " the byte 0xb0");
}

/* ---- files ---- */

static void
test_an_empty_file_and_one_of_names_alone_are_broken(void **state)
{
	(void)state;
	refused("NAS", "nasmst.cod lists nothing");
	add_cod_header(&file);
	refused("NAS", "nasmst.cod lists nothing");
	yq_buf_clear(&file);
	yq_buf_add_text(&file, "<!DOCTYPE html><html><body>Service Unavailable</body></html>\n");
	refused("NAS", "nasmst.cod line 1, column 61 (end): 1 columns between tabs, expected 24");
}

static void
test_line_ends_may_be_either_or_missing_at_the_last(void **state)
{
	(void)state;
	add_mst_line(&file, "KOSPI", &MST_LINE());
	file.length--;
	yq_buf_add_text(&file, "\r\n");
	add_mst_line(&file, "KOSPI", &MST_LINE(.code = "000660"));
	file.length--; /* no end */
	assert_int_equal(parse("KOSPI"), YQ_OK);
	assert_int_equal(list.count, 2);
	assert_string_equal(list.items[0].ticker, "000660"); /* by ticker */
	yq_buf_add_text(&file, "\n\n");
	assert_int_equal(parse("KOSPI"), YQ_OK);
	yq_buf_add_text(&file, "\n");
	assert_int_equal(parse("KOSPI"), YQ_E_INVALID);
}

static void
test_the_same_issue_twice_is_one_and_two_under_one_ticker_are_a_fault(void **state)
{
	(void)state;
	add_cod_line(&file, &COD_LINE());
	add_cod_line(&file, &COD_LINE(.symb = "MSFT"));
	add_cod_line(&file, &COD_LINE());
	assert_int_equal(parse("NAS"), YQ_OK);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.left_out, 1);
	assert_string_equal(list.left_out_why, "nasmst.cod line 3 AAPL: the same once more");
	add_cod_line(&file, &COD_LINE(.bnit = "10"));
	refused("NAS", "nasmst.cod line 4, column 20 (ticker): AAPL is on line 3 already, as"
		       " something else");
}

static void
test_what_cannot_be_named_here_is_left_out_and_told(void **state)
{
	(void)state;
	add_cod_line(&file, &COD_LINE(.symb = "A B"));
	add_cod_line(&file, &COD_LINE(.symb = "THIS.TICKER.IS.MUCH.TOO.LONG"));
	add_cod_line(&file, &COD_LINE(.symb = "EURX", .curr = "EUR"));
	add_cod_line(&file, &COD_LINE(.symb = "BRK/B"));
	assert_string_equal(the_one("NAS")->ticker, "BRK/B");
	assert_int_equal(list.left_out, 3);
	assert_string_equal(
	    list.left_out_why, "nasmst.cod line 1 A B: no ticker can be written so");
}

static void
test_an_index_yields_to_what_is_traded_under_its_ticker(void **state)
{
	struct yq_master_list lists[2] = { { 0 } };

	(void)state;
	add_cod_line(&file, &COD_LINE(.excd = "SHS", .symb = "600000", .curr = "CNY"));
	add_cod_line(&file, &COD_LINE(.excd = "SHS", .symb = "000009", .curr = "CNY"));
	assert_int_equal(parse("SHS"), YQ_OK);
	lists[0] = list;
	list = (struct yq_master_list){ 0 };
	yq_buf_clear(&file);
	add_cod_line(&file, &COD_LINE(.excd = "SHI", .symb = "000001", .stis = "1"));
	add_cod_line(&file, &COD_LINE(.excd = "SHI", .symb = "000009", .stis = "1"));
	assert_int_equal(parse("SHI"), YQ_OK);
	lists[1] = list;
	assert_int_equal(yq_master_join(lists, 2, &list, &err), YQ_OK);
	assert_null(lists[0].items);
	assert_int_equal(list.count, 3);
	assert_string_equal(list.items[0].ticker, "000001");
	assert_int_equal(list.items[0].kind, YQ_INSTRUMENT_INDEX);
	assert_string_equal(list.items[1].ticker, "000009");
	assert_int_equal(list.items[1].kind, YQ_INSTRUMENT_STOCK);
	assert_int_equal(list.left_out, 1);
	assert_string_equal(
	    list.left_out_why, "shimst.cod 000009: an index of the same ticker as another issue");
}

static void
test_two_files_that_list_one_ticker_as_two_things_are_refused(void **state)
{
	struct yq_master_list lists[2] = { { 0 } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const char *code = i == 0 ? "SHS" : "SHI";

		yq_buf_clear(&file);
		add_cod_line(&file, &COD_LINE(.excd = code, .symb = "600000", .curr = "CNY"));
		assert_int_equal(parse(code), YQ_OK);
		lists[i] = list;
		list = (struct yq_master_list){ 0 };
	}
	assert_int_equal(yq_master_join(lists, 2, &list, &err), YQ_E_INVALID);
	assert_string_equal(err.text, "shsmst.cod and shimst.cod both list 600000, as two things");
	assert_null(list.items);
}

static void
test_every_file_has_its_exchange(void **state)
{
	static const struct {
		const char *code, *file;
		enum yq_exchange exchange;
	} files[] = {
		{ "KOSPI", "kospi_code.mst", YQ_KOSPI },
		{ "KOSDAQ", "kosdaq_code.mst", YQ_KOSDAQ },
		{ "KONEX", "konex_code.mst", YQ_KRX },
		{ "NAS", "nasmst.cod", YQ_NASDAQ },
		{ "NYS", "nysmst.cod", YQ_NYSE },
		{ "AMS", "amsmst.cod", YQ_AMEX },
		{ "SHS", "shsmst.cod", YQ_SSE },
		{ "SHI", "shimst.cod", YQ_SSE },
		{ "SZS", "szsmst.cod", YQ_SZSE },
		{ "SZI", "szimst.cod", YQ_SZSE },
		{ "TSE", "tsemst.cod", YQ_TSE },
		{ "HKS", "hksmst.cod", YQ_HKEX },
		{ "HNX", "hnxmst.cod", YQ_HNX },
		{ "HSX", "hsxmst.cod", YQ_HOSE },
	};

	(void)state;
	assert_int_equal(YQ_COUNT(files), YQ_MASTERS);
	for (size_t i = 0; i < YQ_COUNT(files); i++) {
		assert_string_equal(master_of(files[i].code)->file, files[i].file);
		assert_int_equal(master_of(files[i].code)->exchange, files[i].exchange);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_an_issue_of_kospi_is_read_to_the_byte),
		TEST(test_each_market_of_korea_has_its_own_places),
		TEST(test_the_gravest_state_is_told),
		TEST(test_a_group_says_the_kind_and_with_it_the_price_steps),
		TEST(test_a_broken_line_of_korea_says_line_column_and_why),
		TEST(test_a_broken_byte_is_told_where_it_is),
		TEST(test_an_empty_file_and_one_of_names_alone_are_broken),
		TEST(test_line_ends_may_be_either_or_missing_at_the_last),
		TEST(test_the_same_issue_twice_is_one_and_two_under_one_ticker_are_a_fault),
		TEST(test_what_cannot_be_named_here_is_left_out_and_told),
		TEST(test_an_index_yields_to_what_is_traded_under_its_ticker),
		TEST(test_two_files_that_list_one_ticker_as_two_things_are_refused),
		TEST(test_every_file_has_its_exchange),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
