/* test_market.c - exchanges, their other names, price steps, and the hours in local time. */
#include "calendar_test.h"

#include "domain/calendar.h"

static void
test_exchange_names_as_tradingview_sends_them(void **unused)
{
	static const struct {
		const char *text;
		int exchange; /* -1 = none */
	} cases[] = {
		{ "NASDAQ", YQ_NASDAQ },
		{ "nasdaq", YQ_NASDAQ },
		{ "NASDAQ_DLY", YQ_NASDAQ },
		{ "KRX_DL", YQ_KRX },
		{ "krx_dly", YQ_KRX },
		{ "NYSE ARCA", YQ_AMEX },
		{ "ARCA", YQ_AMEX },
		{ "NYSEARCA", YQ_AMEX },
		{ "NYSEARCA_DLY", YQ_AMEX },
		{ "AMEX", YQ_AMEX },
		{ "KOSPI", YQ_KOSPI },
		{ "KOSDAQ", YQ_KOSDAQ },
		{ "HKEX_DLY", YQ_HKEX },
		{ "TSE", YQ_TSE },
		{ "BINANCE", -1 },
		{ "", -1 },
		{ "_DLY", -1 },
		{ "NASDAQ ", -1 },
		{ "LONGERTHANTHELONGESTNAMEOFANYEXCHANGE", -1 },
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		enum yq_exchange exchange;
		bool known = yq_exchange_parse(cases[i].text, strlen(cases[i].text), &exchange);

		assert_int_equal(known, cases[i].exchange >= 0);
		if (known)
			assert_int_equal(exchange, cases[i].exchange);
	}
}

static void
test_a_symbol_is_split_at_its_colon(void **unused)
{
	enum yq_exchange exchange;
	char ticker[YQ_TICKER_SIZE];
	struct yq_err err;

	(void)unused;
	assert_int_equal(yq_market_split("NYSE:BRK.B", 10, &exchange, ticker, &err), YQ_OK);
	assert_int_equal(exchange, YQ_NYSE);
	assert_string_equal(ticker, "BRK.B");
	assert_int_equal(yq_market_split("AAPL", 4, &exchange, ticker, &err), YQ_E_NOT_FOUND);
	assert_string_equal(ticker, "AAPL");
	assert_int_equal(yq_market_split("MOON:AAPL", 9, &exchange, ticker, &err), YQ_E_INVALID);
	assert_non_null(strstr(err.text, "MOON"));
	assert_int_equal(yq_market_split("NYSE:", 5, &exchange, ticker, &err), YQ_E_INVALID);
	assert_int_equal(yq_market_split("NYSE:A:B", 8, &exchange, ticker, &err), YQ_E_INVALID);
}

static void
test_the_price_step_at_each_limit_and_either_side_of_it(void **unused)
{
	static const struct {
		enum yq_exchange exchange;
		const char *price, *tick;
	} cases[] = {
		{ YQ_KRX, "1999", "1" },
		{ YQ_KRX, "2000", "5" },
		{ YQ_KRX, "4999", "5" },
		{ YQ_KRX, "5000", "10" },
		{ YQ_KRX, "19999", "10" },
		{ YQ_KRX, "20000", "50" },
		{ YQ_KRX, "49999", "50" },
		{ YQ_KRX, "50000", "100" },
		{ YQ_KRX, "199999", "100" },
		{ YQ_KRX, "200000", "500" },
		{ YQ_KRX, "499999", "500" },
		{ YQ_KRX, "500000", "1000" },
		{ YQ_KOSDAQ, "2000", "5" },
		{ YQ_KOSPI, "500000", "1000" },
		{ YQ_NASDAQ, "0.9999", "0.0001" },
		{ YQ_NYSE, "1", "0.01" },
		{ YQ_AMEX, "1000", "0.01" },
		{ YQ_TSE, "3000", "1" },
		{ YQ_TSE, "3001", "5" },
		{ YQ_TSE, "5000", "5" },
		{ YQ_TSE, "5001", "10" },
		{ YQ_TSE, "30000", "10" },
		{ YQ_TSE, "30001", "50" },
		{ YQ_TSE, "50000", "50" },
		{ YQ_TSE, "50001", "100" },
		{ YQ_TSE, "300000", "100" },
		{ YQ_TSE, "300001", "500" },
		{ YQ_TSE, "500000", "500" },
		{ YQ_TSE, "500001", "1000" },
		{ YQ_TSE, "3000000", "1000" },
		{ YQ_TSE, "3000001", "5000" },
		{ YQ_TSE, "5000000", "5000" },
		{ YQ_TSE, "5000001", "10000" },
		{ YQ_TSE, "30000000", "10000" },
		{ YQ_TSE, "30000001", "50000" },
		{ YQ_TSE, "50000000", "50000" },
		{ YQ_TSE, "50000001", "100000" },
		{ YQ_HKEX, "0.249", "0.001" },
		{ YQ_HKEX, "0.25", "0.005" },
		{ YQ_HKEX, "0.495", "0.005" },
		{ YQ_HKEX, "0.5", "0.01" },
		{ YQ_HKEX, "19.99", "0.01" },
		{ YQ_HKEX, "20", "0.02" },
		{ YQ_HKEX, "49.98", "0.02" },
		{ YQ_HKEX, "50", "0.05" },
		{ YQ_HKEX, "99.95", "0.05" },
		{ YQ_HKEX, "100", "0.1" },
		{ YQ_HKEX, "199.9", "0.1" },
		{ YQ_HKEX, "200", "0.2" },
		{ YQ_HKEX, "499.8", "0.2" },
		{ YQ_HKEX, "500", "0.5" },
		{ YQ_HKEX, "999.5", "0.5" },
		{ YQ_HKEX, "1000", "1" },
		{ YQ_HKEX, "1999", "1" },
		{ YQ_HKEX, "2000", "2" },
		{ YQ_HKEX, "4998", "2" },
		{ YQ_HKEX, "5000", "5" },
		{ YQ_SSE, "0.5", "0.01" },
		{ YQ_SZSE, "900", "0.01" },
		{ YQ_HOSE, "9990", "10" },
		{ YQ_HOSE, "10000", "50" },
		{ YQ_HOSE, "49950", "50" },
		{ YQ_HOSE, "50000", "100" },
		{ YQ_HNX, "9990", "100" },
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(cases); i++)
		assert_decimal(yq_tick_size(cases[i].exchange, dec(cases[i].price)), cases[i].tick);
}

/* Also where the step changes: between the last price below a limit and the limit itself. */
static void
test_rounding_up_and_down_lands_on_a_step_at_every_limit(void **unused)
{
	(void)unused;
	for (int e = 0; e < YQ_EXCHANGE_COUNT; e++) {
		const struct yq_tick_band *band = yq_market_of((enum yq_exchange)e)->ticks;

		for (; yq_decimal_sign(band->limit) != 0; band++)
			for (int part = -19; part <= 19; part++) {
				struct yq_decimal price = { band->limit.units +
							    band->tick.units * part / 10 };
				struct yq_decimal low, high;

				assert_int_equal(
				    yq_tick_round((enum yq_exchange)e, price, YQ_ROUND_FLOOR, &low),
				    YQ_OK);
				assert_int_equal(yq_tick_round((enum yq_exchange)e, price,
						     YQ_ROUND_CEILING, &high),
				    YQ_OK);
				assert_true(yq_tick_fits((enum yq_exchange)e, low));
				assert_true(yq_tick_fits((enum yq_exchange)e, high));
				assert_true(yq_decimal_cmp(low, price) <= 0);
				assert_true(yq_decimal_cmp(high, price) >= 0);
				assert_true(!yq_tick_fits((enum yq_exchange)e, price) ||
					    yq_decimal_cmp(low, high) == 0);
			}
	}
}

static void
test_a_limit_price_is_rounded_to_the_safe_side(void **unused)
{
	struct yq_decimal price;

	(void)unused;
	assert_int_equal(yq_tick_round_limit(YQ_NASDAQ, YQ_BUY, dec("10.019"), &price), YQ_OK);
	assert_decimal(price, "10.01");
	assert_int_equal(yq_tick_round_limit(YQ_NASDAQ, YQ_SELL, dec("10.011"), &price), YQ_OK);
	assert_decimal(price, "10.02");
	assert_int_equal(yq_tick_round_limit(YQ_KRX, YQ_SELL, dec("1999.5"), &price), YQ_OK);
	assert_decimal(price, "2000");
	assert_true(yq_tick_fits(YQ_KRX, price));
	assert_int_equal(yq_tick_round_limit(YQ_KRX, YQ_BUY, dec("0.5"), &price), YQ_E_INVALID);
}

static void
assert_open(enum yq_exchange exchange, const char *time, bool open)
{
	if (yq_market_is_open(yq_calendar_hours(&calendar, exchange), at(time)) != open)
		fail_msg("%s at %s is expected to be %s",
		    yq_names_text(&yq_exchange_names, (int)exchange), time,
		    open ? "open" : "closed");
}

static void
test_new_york_opens_at_its_own_half_past_nine_summer_and_winter(void **unused)
{
	(void)unused;
	/* Friday before and Monday after the clocks change, 2026-03-08 and 2026-11-01. */
	assert_open(YQ_NYSE, "2026-03-06T14:29:59.999999Z", false);
	assert_open(YQ_NYSE, "2026-03-06T14:30:00Z", true);
	assert_open(YQ_NYSE, "2026-03-06T20:59:59.999999Z", true);
	assert_open(YQ_NYSE, "2026-03-06T21:00:00Z", false);
	assert_open(YQ_NYSE, "2026-03-09T13:29:59Z", false);
	assert_open(YQ_NYSE, "2026-03-09T13:30:00Z", true);
	assert_open(YQ_NYSE, "2026-03-09T19:59:59Z", true);
	assert_open(YQ_NYSE, "2026-03-09T20:00:00Z", false);
	assert_open(YQ_NASDAQ, "2026-10-30T13:30:00Z", true);
	assert_open(YQ_NASDAQ, "2026-11-02T13:30:00Z", false);
	assert_open(YQ_NASDAQ, "2026-11-02T14:30:00Z", true);
}

static void
test_a_lunch_break_is_closed(void **unused)
{
	(void)unused;
	assert_open(YQ_TSE, "2026-11-24T11:29:59+09:00", true);
	assert_open(YQ_TSE, "2026-11-24T11:30:00+09:00", false);
	assert_open(YQ_TSE, "2026-11-24T12:29:59+09:00", false);
	assert_open(YQ_TSE, "2026-11-24T12:30:00+09:00", true);
	assert_open(YQ_TSE, "2026-11-24T15:29:59+09:00", true);
	assert_open(YQ_TSE, "2026-11-24T15:30:00+09:00", false);
	assert_open(YQ_HKEX, "2026-11-24T12:30:00+08:00", false);
	assert_open(YQ_HKEX, "2026-11-24T13:00:00+08:00", true);
	assert_open(YQ_SSE, "2026-11-24T11:30:00+08:00", false);
	assert_open(YQ_SZSE, "2026-11-24T14:59:59+08:00", true);
	assert_open(YQ_HOSE, "2026-11-24T12:00:00+07:00", false);
	assert_open(YQ_HNX, "2026-11-24T14:44:59+07:00", true);
	assert_open(YQ_KRX, "2026-11-24T12:00:00+09:00", true);
}

static void
test_weekdays_are_those_of_the_market_not_of_utc(void **unused)
{
	(void)unused;
	assert_open(YQ_KRX, "2026-11-23T00:00:00Z", true);  /* Monday 09:00 in Seoul */
	assert_open(YQ_KRX, "2026-11-22T23:59:59Z", false); /* Sunday in UTC, 08:59 Monday there */
	assert_open(YQ_KRX, "2026-11-21T01:00:00Z", false); /* Saturday */
	assert_open(YQ_NYSE, "2026-11-22T15:00:00Z", false);
}

static void
test_closed_dates_early_closes_and_the_calendars_end(void **unused)
{
	static const struct yq_day days[] = {
		{ .date = 20261124, .open = 600, .close = -1 }, /* opens at 10:00 */
		{ .date = 20261126, .closed = true },
		{ .date = 20261127, .open = -1, .close = 780 }, /* closes at 13:00 */
		{ .date = 20261225, .closed = true },
	};
	struct yq_market_hours hours = *yq_calendar_hours(&calendar, YQ_NYSE);
	int64_t next;

	(void)unused;
	hours.days = days;
	hours.day_count = YQ_COUNT(days);
	hours.covered_to = 20261231;
	assert_false(yq_market_is_open(&hours, at("2026-11-26T11:00:00-05:00")));
	assert_false(yq_market_is_open(&hours, at("2026-11-24T09:59:59-05:00")));
	assert_true(yq_market_is_open(&hours, at("2026-11-24T10:00:00-05:00")));
	assert_true(yq_market_is_open(&hours, at("2026-11-27T12:59:59-05:00")));
	assert_false(yq_market_is_open(&hours, at("2026-11-27T13:00:00-05:00")));
	assert_true(yq_market_is_covered(&hours, at("2026-12-31T23:59:59-05:00")));
	assert_false(yq_market_is_covered(&hours, at("2027-01-01T00:00:00-05:00")));

	assert_int_equal(
	    yq_market_next_open(&hours, at("2026-11-25T16:00:00-05:00"), &next), YQ_OK);
	assert_int_equal(next, at("2026-11-27T09:30:00-05:00"));
	assert_int_equal(
	    yq_market_next_open(&hours, at("2026-11-27T13:00:00-05:00"), &next), YQ_OK);
	assert_int_equal(next, at("2026-11-30T09:30:00-05:00"));
	assert_int_equal(
	    yq_market_next_open(&hours, at("2026-11-27T10:00:00-05:00"), &next), YQ_OK);
	assert_int_equal(next, at("2026-11-27T10:00:00-05:00"));
	assert_int_equal(
	    yq_market_session_close(&hours, at("2026-11-27T10:00:00-05:00"), &next), YQ_OK);
	assert_int_equal(next, at("2026-11-27T13:00:00-05:00"));
	assert_int_equal(
	    yq_market_session_close(&hours, at("2026-11-27T13:00:00-05:00"), &next), YQ_E_STATE);
}

static void
test_a_half_day_drops_the_afternoon_and_a_late_day_lengthens_it(void **unused)
{
	static const struct yq_day half = { .date = 20261224, .open = -1, .close = 720 };
	static const struct yq_day storm = {
		.date = 20260922, .open = 810, .close = -1
	}; /* opens at 13:30 */
	static const struct yq_day exam = { .date = 20261119, .open = 600, .close = 990 };
	struct yq_market_hours hk = *yq_calendar_hours(&calendar, YQ_HKEX);
	struct yq_market_hours kr = *yq_calendar_hours(&calendar, YQ_KRX);

	(void)unused;
	hk.days = &storm;
	hk.day_count = 1;
	assert_false(yq_market_is_open(&hk, at("2026-09-22T10:00:00+08:00")));
	assert_false(yq_market_is_open(&hk, at("2026-09-22T13:29:00+08:00")));
	assert_true(yq_market_is_open(&hk, at("2026-09-22T13:30:00+08:00")));
	hk.days = &half;
	kr.days = &exam;
	hk.day_count = kr.day_count = 1;
	assert_true(yq_market_is_open(&hk, at("2026-12-24T11:59:00+08:00")));
	assert_false(yq_market_is_open(&hk, at("2026-12-24T13:30:00+08:00")));
	assert_false(yq_market_is_open(&kr, at("2026-11-19T09:59:00+09:00")));
	assert_true(yq_market_is_open(&kr, at("2026-11-19T16:29:00+09:00")));
	assert_false(yq_market_is_open(&kr, at("2026-11-19T16:30:00+09:00")));
}

static void
test_the_bounds_of_a_trading_day(void **unused)
{
	struct yq_market_hours hours = calendar.hours[YQ_COUNTRY_US];
	static const struct yq_day days[] = {
		{ .date = 20261126, .closed = true },
		{ .date = 20261127, .open = -1, .close = 780 },
	};
	struct yq_market_day day;

	(void)unused;
	hours.days = days;
	hours.day_count = YQ_COUNT(days);
	hours.covered_to = 20271231;
	day = yq_market_day_of(&hours, 20261125);
	assert_int_equal(day.weekday, 2);
	assert_true(day.covered);
	assert_int_equal(day.open_us, at("2026-11-25T09:30:00-05:00"));
	assert_int_equal(day.close_us, at("2026-11-25T16:00:00-05:00"));
	assert_int_equal(yq_market_day_of(&hours, 20261126).session_count, 0);
	assert_int_equal(
	    yq_market_day_of(&hours, 20261127).close_us, at("2026-11-27T13:00:00-05:00"));
	assert_int_equal(yq_market_day_of(&hours, 20261128).session_count, 0); /* Saturday */
	assert_true(yq_market_day_of(&hours, 20271231).covered);
	assert_false(yq_market_day_of(&hours, 20280103).covered);
	day = yq_market_day_of(&hours, 20260706);
	assert_int_equal(day.close_us, at("2026-07-06T16:00:00-04:00"));
	day = yq_market_day_of(&calendar.hours[YQ_COUNTRY_HK], 20261125);
	assert_true(yq_market_day_has(&day, 11 * 60 + 59));
	assert_false(yq_market_day_has(&day, 12 * 60));
	assert_false(yq_market_day_has(&day, 16 * 60));
	assert_int_equal(yq_date_add(20261231, 1), 20270101);
	assert_int_equal(yq_date_add(20280301, -1), 20280229);
	/* 02:30 does not exist on 2026-03-08, and 01:30 exists twice on 2026-11-01 */
	assert_int_equal(yq_local_instant(hours.zone, 20260308, 150), at("2026-03-08T07:00:00Z"));
	assert_int_equal(yq_local_instant(hours.zone, 20261101, 90), at("2026-11-01T05:30:00Z"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exchange_names_as_tradingview_sends_them),
		cmocka_unit_test(test_a_symbol_is_split_at_its_colon),
		cmocka_unit_test(test_the_price_step_at_each_limit_and_either_side_of_it),
		cmocka_unit_test(test_rounding_up_and_down_lands_on_a_step_at_every_limit),
		cmocka_unit_test(test_a_limit_price_is_rounded_to_the_safe_side),
		cmocka_unit_test(test_new_york_opens_at_its_own_half_past_nine_summer_and_winter),
		cmocka_unit_test(test_a_lunch_break_is_closed),
		cmocka_unit_test(test_weekdays_are_those_of_the_market_not_of_utc),
		cmocka_unit_test(test_closed_dates_early_closes_and_the_calendars_end),
		cmocka_unit_test(test_a_half_day_drops_the_afternoon_and_a_late_day_lengthens_it),
		cmocka_unit_test(test_the_bounds_of_a_trading_day),
	};

	return cmocka_run_group_tests(tests, load_calendar, unload_calendar);
}
