/* test_ticker.c - an issue of HKEX is one, in whichever form its number is written. */
#include "domain_test.h"

#include "bus/message.h"
#include "domain/alert.h"
#include "domain/lot_books.h"
#include "domain/market.h"
#include "domain/patterns.h"
#include "domain/ticker.h"

static const char *const forms[] = { "700", "0700", "00700", "000700" };

static void
test_the_form_is_that_of_the_master_files(void **unused)
{
	static const struct {
		enum yq_exchange exchange;
		const char *written, *form;
	} rows[] = {
		{ YQ_HKEX, "700", "00700" },
		{ YQ_HKEX, "0700", "00700" },
		{ YQ_HKEX, "00700", "00700" },
		{ YQ_HKEX, "000700", "00700" },
		{ YQ_HKEX, "1", "00001" },
		{ YQ_HKEX, "80700", "80700" },
		{ YQ_HKEX, "123456", "123456" }, /* no number of theirs, and none of another */
		{ YQ_HKEX, "HSI", "HSI" },
		{ YQ_HKEX, "700A", "700A" },
		{ YQ_HKEX, "000000000000000000000000", "00000" },
		{ YQ_KOSPI, "700", "700" },
		{ YQ_SZSE, "000100", "000100" },
		{ YQ_TSE, "7203", "7203" },
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		char ticker[YQ_TICKER_SIZE];

		SET(ticker, rows[i].written);
		yq_ticker_normalize(rows[i].exchange, ticker);
		assert_string_equal(ticker, rows[i].form);
		yq_ticker_normalize(rows[i].exchange, ticker);
		assert_string_equal(ticker, rows[i].form);
	}
}

static struct yq_signal
alert(const char *format, const char *ticker)
{
	struct yq_alert_fault fault = { "", "" };
	struct yq_signal signal = yq_signal_default();
	struct yq_alert a;
	char body[256];

	yq_str_format(
	    body, sizeof(body), "{\"strategy\":\"S\",\"action\":\"buy\",%s%s\"}", format, ticker);
	if (!yq_alert_open(&a, body, strlen(body), &fault) ||
	    !yq_alert_read(&a, 1000000, &signal, &fault))
		fail_msg("%s: %s %s", body, fault.field, fault.text);
	yq_alert_clear(&a);
	return signal;
}

static void
test_alerts_in_every_form_are_of_one_issue(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(forms); i++) {
		assert_string_equal(
		    alert("\"exchange\":\"HKEX\",\"ticker\":\"", forms[i]).ticker, "00700");
		assert_string_equal(alert("\"ticker\":\"HKEX:", forms[i]).ticker, "00700");
		assert_string_equal(alert("\"ticker\":\"SEHK:", forms[i]).ticker, "00700");
	}
	assert_string_equal(alert("\"exchange\":\"TSE\",\"ticker\":\"", "700").ticker, "700");
}

/* Other programs' too, and what was written before there was one form. */
static void
test_messages_in_every_form_are_of_one_issue(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(forms); i++) {
		YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(4096);
		struct yq_position written = sample_position("100", "9"), read;

		written.exchange = YQ_HKEX;
		written.currency = YQ_HKD;
		SET(written.ticker, forms[i]);
		yq_message_encode_position(&written, &text);
		assert_int_equal(
		    yq_message_decode_position(yq_buf_text(&text), text.length, &read, NULL),
		    YQ_OK);
		assert_string_equal(read.ticker, "00700");
	}
}

static void
test_what_is_held_is_found_in_every_form(void **unused)
{
	(void)unused;
	for (size_t held = 0; held < YQ_COUNT(forms); held++) {
		struct yq_account *account = sample_account("10000", "0");
		struct yq_position position = sample_position("100", "9");

		position.exchange = YQ_HKEX;
		position.currency = YQ_HKD;
		SET(position.ticker, forms[held]);
		assert_int_equal(yq_account_set_position(account, &position, NULL), YQ_OK);
		for (size_t i = 0; i < YQ_COUNT(forms); i++) {
			const struct yq_holding *h = yq_account_holding(account, YQ_HKEX, forms[i]);

			assert_non_null(h);
			assert_string_equal(h->position.ticker, "00700");
			assert_decimal(yq_account_held(account, YQ_HKEX, forms[i]), "100");
			assert_decimal(yq_account_held(account, YQ_TSE, forms[i]), "0");
		}
		yq_account_free(account);
	}
}

static void
on_trip(void *cookie, const struct yq_trip *trip)
{
	assert_string_equal(trip->ticker, "00700");
	++*(unsigned *)cookie;
}

static void
test_what_was_bought_in_one_form_is_closed_in_another(void **unused)
{
	struct yq_lot_books *books = yq_lot_books_make();
	struct yq_trade trade = sample_trade(YQ_BUY, "100", "9", "0", 1);
	struct yq_err err = { .text = "" };
	unsigned trips = 0;

	(void)unused;
	trade.exchange = YQ_HKEX;
	trade.currency = YQ_HKD;
	SET(trade.ticker, "700");
	assert_int_equal(yq_lot_books_feed(books, "Main", &trade, on_trip, &trips, &err), YQ_OK);
	assert_non_null(yq_lot_books_find(books, "Main", YQ_HKEX, "0700"));
	trade = sample_trade(YQ_SELL, "100", "10", "0", 2);
	trade.exchange = YQ_HKEX;
	trade.currency = YQ_HKD;
	SET(trade.ticker, "00700");
	if (yq_lot_books_feed(books, "Main", &trade, on_trip, &trips, &err) != YQ_OK)
		fail_msg("%s", err.text);
	assert_int_equal(trips, 1);
	assert_int_equal(yq_lot_books_count(books), 0);
	yq_lot_books_free(books);
}

static void
test_lists_of_instruments_know_every_form(void **unused)
{
	char found[YQ_PATTERN_MAX];

	(void)unused;
	for (size_t i = 0; i < 3; i++) {
		char list[32];

		yq_str_format(list, sizeof(list), "KRX:1 HKEX:%s", forms[i]);
		for (size_t k = 0; k < YQ_COUNT(forms); k++)
			assert_true(yq_patterns_find(list, YQ_HKEX, forms[k], found));
		assert_false(yq_patterns_find(list, YQ_HKEX, "07000", found));
		assert_false(yq_patterns_find(list, YQ_TSE, "00700", found));
	}
	assert_true(yq_patterns_find("HKEX:7??", YQ_HKEX, "00700", found));
	assert_false(yq_patterns_find("KRX:700", YQ_KRX, "000700", found));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_form_is_that_of_the_master_files),
		cmocka_unit_test(test_alerts_in_every_form_are_of_one_issue),
		cmocka_unit_test(test_messages_in_every_form_are_of_one_issue),
		cmocka_unit_test(test_what_is_held_is_found_in_every_form),
		cmocka_unit_test(test_what_was_bought_in_one_form_is_closed_in_another),
		cmocka_unit_test(test_lists_of_instruments_know_every_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
