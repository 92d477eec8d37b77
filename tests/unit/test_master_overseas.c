/* test_master_overseas.c - master files of the exchanges abroad, column by column. */
#include "master_one.h"

static void
test_an_issue_overseas_has_both_its_names(void **state)
{
	const struct yq_instrument *one;

	(void)state;
	add_cod_line(&file, &COD_LINE());
	one = the_one("NAS");
	assert_int_equal(one->exchange, YQ_NASDAQ);
	assert_string_equal(one->ticker, "AAPL");
	assert_string_equal(one->name, "애플");
	assert_string_equal(one->english_name, "APPLE INC");
	assert_int_equal(one->currency, YQ_USD);
	assert_int_equal(one->kind, YQ_INSTRUMENT_STOCK);
	assert_int_equal(one->status, YQ_INSTRUMENT_LISTED);
	assert_decimal(one->lot, "1");
	assert_decimal(one->base_price.value, "189.5");
	assert_string_equal(one->tick_table, "US");
	assert_string_equal(one->tick_type, "1");
	assert_string_equal(one->broker_code, "NAS");
	assert_string_equal(one->source, "nasmst.cod");
}

static void
test_the_first_row_is_a_header_only_if_it_is_one(void **state)
{
	(void)state;
	add_cod_line(&file, &COD_LINE());
	add_cod_line(&file, &COD_LINE(.symb = "MSFT"));
	assert_int_equal(parse("NAS"), YQ_OK);
	assert_int_equal(list.count, 2); /* nothing is dropped */
	yq_buf_clear(&file);
	add_cod_header(&file);
	add_cod_line(&file, &COD_LINE());
	assert_string_equal(the_one("NAS")->ticker, "AAPL");
	yq_buf_clear(&file);
	add_cod_line(&file, &COD_LINE(.stis = "x")); /* a broken issue is no header */
	add_cod_line(&file, &COD_LINE(.symb = "MSFT"));
	refused("NAS", "nasmst.cod line 1, column 49 (stis): expected 1, 2, 3 or 4, found \"x\"");
	yq_buf_clear(&file);
	add_cod_line(&file, &COD_LINE());
	add_cod_header(&file); /* nor is there one anywhere else */
	refused("NAS", "nasmst.cod line 2, column 11 (excd): expected NAS, found \"excd\"");
}

static void
test_kind_lot_currency_and_ticks_of_an_issue_overseas(void **state)
{
	static const struct {
		const struct cod_line line;
		const char *code;
		enum yq_instrument_kind kind;
		enum yq_currency currency;
		const char *lot, *ticks, *tick_type;
	} cases[] = {
		{ { .stis = "3", .etyp = "001" }, "NAS", YQ_INSTRUMENT_ETF, YQ_USD, "1", "US",
		    "1" },
		{ { .stis = "3", .etyp = "002" }, "NAS", YQ_INSTRUMENT_ETN, YQ_USD, "1", "US",
		    "1" },
		{ { .stis = "3", .etyp = "004" }, "NAS", YQ_INSTRUMENT_ETP, YQ_USD, "1", "US",
		    "1" },
		{ { .isdr = "Y" }, "NAS", YQ_INSTRUMENT_RECEIPT, YQ_USD, "1", "US", "1" },
		{ { .stis = "1", .curr = "", .bnit = "", .anit = "0", .base = "" }, "NAS",
		    YQ_INSTRUMENT_INDEX, YQ_USD, "1", "US", "1" },
		{ { .excd = "HKS",
		      .symb = "00700",
		      .curr = "HKD",
		      .bnit = "100",
		      .anit = "100",
		      .ttyp = "9",
		      .ttyp_sb = "1" },
		    "HKS", YQ_INSTRUMENT_STOCK, YQ_HKD, "100", "HKEX", "9/1" },
		{ { .excd = "HKS",
		      .symb = "80700",
		      .curr = "CNH",
		      .bnit = "100",
		      .anit = "200",
		      .stis = "4" },
		    "HKS", YQ_INSTRUMENT_WARRANT, YQ_CNY, "200", "HKEX", "1" },
		{ { .excd = "TSE", .symb = "7203", .curr = "JPY", .bnit = "", .anit = "" }, "TSE",
		    YQ_INSTRUMENT_STOCK, YQ_JPY, "100", "TSE", "1" },
		{ { .excd = "HSX",
		      .symb = "VNM",
		      .curr = "VND",
		      .bnit = "100",
		      .anit = "100",
		      .stis = "3" },
		    "HSX", YQ_INSTRUMENT_ETP, YQ_VND, "100", "HOSE-FUND", "1" },
	};

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		const struct yq_instrument *one;

		yq_buf_clear(&file);
		add_cod_line(&file, &cases[i].line);
		one = the_one(cases[i].code);
		assert_int_equal(one->kind, cases[i].kind);
		assert_int_equal(one->currency, cases[i].currency);
		assert_decimal(one->lot, cases[i].lot);
		assert_string_equal(one->tick_table, cases[i].ticks);
		assert_string_equal(one->tick_type, cases[i].tick_type);
	}
}

static void
test_two_files_of_one_exchange_may_name_it_by_each_other_s_code(void **state)
{
	(void)state;
	add_cod_line(&file, &COD_LINE(.excd = "SHS", .symb = "000001", .stis = "1", .curr = "CNY"));
	assert_string_equal(the_one("SHI")->ticker, "000001");
	refused("SZI", "szimst.cod line 1, column 9 (excd): expected SZI, found \"SHS\"");
}

static void
test_names_that_are_missing_are_made_up_for(void **state)
{
	(void)state;
	add_cod_line(&file, &COD_LINE(.knam = ""));
	assert_string_equal(the_one("NAS")->name, "APPLE INC");
	yq_buf_clear(&file);
	add_cod_line(&file, &COD_LINE(.knam = " ", .enam = ""));
	assert_string_equal(the_one("NAS")->name, "AAPL");
}

static void
test_a_broken_line_overseas_says_line_column_and_why(void **state)
{
	(void)state;
	add_cod_line(&file, &COD_LINE());
	yq_buf_add_text(&file, "US\tNASD\tNAS\r\n");
	refused("NAS", "nasmst.cod line 2, column 12 (end): 3 columns between tabs, expected 24");
	yq_buf_clear(&file);
	add_cod_line(&file, &COD_LINE(.ttyp_sb = "1\t2"));
	refused("NAS", "nasmst.cod line 1, column 96 (end): 25 columns between tabs, expected 24");
	yq_buf_clear(&file);
	add_cod_line(&file, &COD_LINE(.excd = "NYS"));
	refused("NAS", "nasmst.cod line 1, column 9 (excd): expected NAS, found \"NYS\"");
	yq_buf_clear(&file);
	add_cod_line(&file, &COD_LINE(.base = "-1"));
	refused("NAS", "nasmst.cod line 1, column 58 (base): expected a number, found \"-1\"");
	yq_buf_clear(&file);
	add_cod_line(&file, &COD_LINE(.base = "92233720369"));
	refused("NAS", "nasmst.cod line 1, column 58 (base): expected a number below 92 thousand"
		       " million, found \"92233720369\"");
	yq_buf_clear(&file);
	add_cod_line(&file, &COD_LINE(.bnit = "1e3"));
	refused("NAS", "nasmst.cod line 1, column 67 (bnit): expected a number, found \"1e3\"");
	yq_buf_clear(&file);
	add_cod_line(&file, &COD_LINE(.curr = "DOLLAR"));
	refused(
	    "NAS", "nasmst.cod line 1, column 51 (curr): expected a currency, found \"DOLLAR\"");
	yq_buf_clear(&file);
	add_cod_line(&file, &COD_LINE(.symb = ""));
	refused("NAS", "nasmst.cod line 1, column 20 (symb): expected a ticker, found \"\"");
	yq_buf_clear(&file);
	add_cod_line(&file, &COD_LINE());
	file.data[35] = (char)0x80; /* the second half of "애플" */
	refused("NAS", "nasmst.cod line 1, column 36 (knam): the byte 0x80 is no CP949");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_an_issue_overseas_has_both_its_names),
		TEST(test_the_first_row_is_a_header_only_if_it_is_one),
		TEST(test_kind_lot_currency_and_ticks_of_an_issue_overseas),
		TEST(test_two_files_of_one_exchange_may_name_it_by_each_other_s_code),
		TEST(test_names_that_are_missing_are_made_up_for),
		TEST(test_a_broken_line_overseas_says_line_column_and_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
