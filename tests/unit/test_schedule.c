/* test_schedule.c - what is refused when a schedule is made, what it orders, how it is written. */
#include "schedule_test.h"

#include "base/json.h"

/* ---- what is refused ---- */

static void
expect_refused(struct yq_schedule schedule, const char *words)
{
	struct yq_market_hours hours = calendar.hours[yq_market_of(schedule.exchange)->country];
	struct yq_err err = { 0 };

	if (yq_schedule_check(&schedule, &hours, &err) != YQ_E_INVALID ||
	    strstr(err.text, words) == NULL)
		fail_msg("expected a refusal with \"%s\", found \"%s\"", words, err.text);
}

static void
expect_accepted(struct yq_schedule schedule)
{
	struct yq_market_hours hours = calendar.hours[yq_market_of(schedule.exchange)->country];
	struct yq_err err = { 0 };

	if (yq_schedule_check(&schedule, &hours, &err) != YQ_OK)
		fail_msg("%s", err.text);
}

/* A schedule as sample() with one change, refused with these words ("" = it is taken). */
#define REFUSED(change, words)                    \
	do {                                      \
		struct yq_schedule s = sample();  \
		change;                           \
		if ((words)[0] == '\0')           \
			expect_accepted(s);       \
		else                              \
			expect_refused(s, words); \
	} while (0)

static void
test_an_order_that_makes_no_sense_is_refused_with_the_reason(void **unused)
{
	(void)unused;
	REFUSED((void)0, "");
	REFUSED(s.name[0] = '\0', "Name: ");
	REFUSED(SET(s.name, "a\tb"), "Name: ");
	REFUSED(SET(s.name, " a"), "Name: ");
	REFUSED(SET(s.account_alias, "*"), "AccountAlias: ");
	REFUSED(SET(s.ticker, "AA PL"), "Ticker: ");
	REFUSED(s.quantity.set = false, "found neither");
	REFUSED(s.amount = opt("100"), "found both");
	REFUSED(s.quantity = opt("0"), "Quantity: expected a number above 0");
	REFUSED(s.quantity = opt("1.5"), "Quantity: NASDAQ trades in steps of 1, found 1.5");
	REFUSED(s.quantity = opt("99999999999"), "Quantity: ");
	REFUSED((s.quantity.set = false, s.amount = opt("0")), "Amount: ");
	REFUSED((s.quantity.set = false, s.amount = opt("0.00001")), "Amount: ");
	REFUSED((s.quantity.set = false, s.amount = opt("0.0001")), "");
	REFUSED(s.type = YQ_TYPE_STOP, "Type: expected Market or Limit");
	REFUSED(s.type = YQ_TYPE_LIMIT, "Price: needed");
	REFUSED(s.price = opt("10"), "Price: a market order has none");
	REFUSED((s.type = YQ_TYPE_LIMIT, s.price = opt("10.01")), "");
	REFUSED((s.type = YQ_TYPE_LIMIT, s.price = opt("10.005")), "Price: ");
	REFUSED(SET(s.reasons, "Manual"), "Reasons: ");
	REFUSED(s.max_late_seconds = YQ_SCHEDULE_LATE_MIN_S - 1, "MaxLateSeconds: ");
	REFUSED(s.max_late_seconds = YQ_SCHEDULE_LATE_MIN_S, "");
	REFUSED(s.max_late_seconds = YQ_SCHEDULE_LATE_MAX_S, "");
	REFUSED(s.max_late_seconds = YQ_SCHEDULE_LATE_MAX_S + 1, "MaxLateSeconds: ");
}

static void
test_reasons_that_nothing_is_bought_for_are_refused(void **unused)
{
	static const struct {
		const char *reasons;
		bool good;
	} rows[] = { { "", true }, { "Manual", true }, { "manual\nSCHEDULE", true }, { "*", true },
		{ "Webhook:Trend", true }, { "webhook:*\nM*", true }, { "*Trend*", true },
		{ "Web*", true }, { "Trend", false }, { "Manual\nWebhok:*", false },
		{ "Manuel", false }, { "Webhook", false }, { "Manual\n\nSchedule", false } };

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		struct yq_schedule s = sample();
		struct yq_market_hours hours = us_hours();
		struct yq_err err = { 0 };

		s.kind = YQ_SCHEDULE_LIQUIDATION;
		s.action = YQ_SELL;
		s.ticker[0] = '\0';
		s.quantity.set = false;
		SET(s.reasons, rows[i].reasons);
		if ((yq_schedule_check(&s, &hours, &err) == YQ_OK) != rows[i].good)
			fail_msg("row %zu: %s", i, err.text);
		if (!rows[i].good)
			assert_non_null(strstr(err.text, "Reasons: "));
	}
}

static void
test_a_time_that_makes_no_sense_is_refused_with_the_reason(void **unused)
{
	(void)unused;
	REFUSED(s.weekdays = 0, "Weekdays: none is given");
	REFUSED(s.weekdays = 0x3f, "Weekdays: NASDAQ never opens on Sat");
	REFUSED((s.weekdays = 0x7f, s.any_hour = true), "");
	REFUSED(s.minute = 569, "Time: 09:29 is outside of the hours of NASDAQ, 09:30-16:00");
	REFUSED(s.minute = 570, "");
	REFUSED(s.minute = 959, "");
	REFUSED(s.minute = 960, "Time: 16:00 is outside");
	REFUSED((s.minute = 960, s.any_hour = true), "");
	REFUSED((s.minute = 1440, s.any_hour = true), "Time: ");
	REFUSED(s.offset = 5, "Minutes: it needs When");
	REFUSED((s.when = YQ_SCHEDULE_OPEN, s.offset = -1), "Minutes: before the open");
	REFUSED((s.when = YQ_SCHEDULE_OPEN, s.offset = 0), "");
	REFUSED((s.when = YQ_SCHEDULE_OPEN, s.offset = 389), "");
	REFUSED((s.when = YQ_SCHEDULE_OPEN, s.offset = 390), "Minutes: 16:00 is outside");
	REFUSED((s.when = YQ_SCHEDULE_OPEN, s.offset = 900), "Minutes: that is another day");
	REFUSED((s.when = YQ_SCHEDULE_CLOSE, s.offset = 0), "Minutes: at the close");
	REFUSED((s.when = YQ_SCHEDULE_CLOSE, s.offset = -390), "");
	REFUSED((s.when = YQ_SCHEDULE_CLOSE, s.offset = -391), "Minutes: 09:29 is outside");
	REFUSED((s.when = YQ_SCHEDULE_CLOSE, s.offset = -5, s.any_hour = true), "AnyHour: ");
	/* the lunch break of Hong Kong */
	REFUSED((s.exchange = YQ_HKEX, s.quantity = opt("100"), s.when = YQ_SCHEDULE_OPEN,
		    s.offset = 150),
	    "Minutes: 12:00 is outside");
	REFUSED((s.from = 20261202, s.to = 20261201), "To: it is before From");
	REFUSED((s.from = 20261202, s.to = 20261202), "");
	REFUSED(SET(s.zone, "Mars/Olympus"), "Zone: expected an IANA time zone");
	REFUSED(SET(s.zone, "Asia/Seoul"), "Zone: the clock of NASDAQ is that of America/New_York");
	REFUSED(SET(s.zone, "America/New_York"), "");
}

static void
test_a_market_that_closes_before_it_opens_takes_no_schedule(void **unused)
{
	struct yq_market_hours hours = us_hours();
	struct yq_schedule schedule = sample();
	struct yq_err err = { 0 };

	(void)unused;
	hours.sessions[0] = (struct yq_session){ 960, 570 };
	assert_int_equal(yq_schedule_check(&schedule, &hours, &err), YQ_E_INVALID);
	assert_non_null(strstr(err.text, "closes before it opens"));
	hours.session_count = 0;
	assert_int_equal(yq_schedule_check(&schedule, &hours, &err), YQ_E_INVALID);
}

/* ---- what it orders ---- */

static void
test_an_amount_is_floored_to_the_lot_and_less_than_one_is_refused(void **unused)
{
	struct yq_decimal qty;
	struct yq_err err;

	(void)unused;
	assert_int_equal(
	    yq_schedule_quantity(dec("1000"), dec("333.34"), dec("1"), &qty, &err), YQ_OK);
	assert_decimal(qty, "2");
	assert_int_equal(
	    yq_schedule_quantity(dec("1000"), dec("1000"), dec("1"), &qty, &err), YQ_OK);
	assert_decimal(qty, "1");
	assert_int_equal(
	    yq_schedule_quantity(dec("1000"), dec("1000.01"), dec("1"), &qty, &err), YQ_E_REFUSED);
	assert_non_null(strstr(err.text, "1000 does not buy one lot of 1 at 1000.01"));
	assert_int_equal(
	    yq_schedule_quantity(dec("60000"), dec("250.5"), dec("100"), &qty, &err), YQ_OK);
	assert_decimal(qty, "200");
	assert_int_equal(
	    yq_schedule_quantity(dec("60000"), dec("0"), dec("100"), &qty, &err), YQ_E_RANGE);
}

static void
test_the_same_run_makes_the_same_order_for_ever(void **unused)
{
	struct yq_schedule schedule = sample();
	int64_t due = at("2026-11-23T15:00:00Z");
	struct yq_order order = yq_schedule_order(
	    &schedule, due, dec("10"), YQ_OPT_DECIMAL_NONE, at("2026-11-23T15:00:01Z"));
	struct yq_position position = { .qty = dec("5"), .exchange = YQ_NASDAQ };
	struct yq_id other;

	(void)unused;
	assert_int_equal(yq_order_check(&order, NULL), YQ_OK);
	assert_string_equal(order.id.text, "7326701b-a677-5c3a-988a-078df805c4b3");
	assert_string_equal(order.buy_reason, "Schedule");
	assert_false(order.price.set);
	other = yq_schedule_order_id(&schedule.id, due + 1);
	assert_false(yq_id_equal(&order.id, &other));
	SET(position.account_alias, "Paper");
	SET(position.ticker, "AAPL");
	schedule.kind = YQ_SCHEDULE_LIQUIDATION;
	order = yq_schedule_close_order(&schedule, due, &position, dec("5"), due);
	assert_int_equal(yq_order_check(&order, NULL), YQ_OK);
	assert_true(order.reduce_only);
	assert_int_equal(order.action, YQ_SELL);
	other = order.id;
	position.exchange = YQ_NYSE;
	order = yq_schedule_close_order(&schedule, due, &position, dec("5"), due);
	assert_false(yq_id_equal(&order.id, &other));
	position.qty = dec("-5");
	order = yq_schedule_close_order(&schedule, due, &position, dec("5"), due);
	assert_int_equal(order.action, YQ_BUY);
	assert_true(order.reduce_only);
}

static void
test_a_liquidation_is_about_its_country_and_its_reasons(void **unused)
{
	static const struct {
		const char *reasons, *reason;
		enum yq_exchange exchange;
		const char *qty;
		bool closes;
	} rows[] = {
		{ "", "Webhook:One", YQ_NASDAQ, "1", true },
		{ "", "Webhook:One", YQ_NYSE, "1", true },
		{ "", "Webhook:One", YQ_KRX, "1", false },
		{ "", "Webhook:One", YQ_NASDAQ, "0", false },
		{ "", "Webhook:One", YQ_NASDAQ, "-1", true },
		{ "Manual", "Manual", YQ_NASDAQ, "1", true },
		{ "manual", "Manual", YQ_NASDAQ, "1", true },
		{ "Manual", "Schedule", YQ_NASDAQ, "1", false },
		{ "Webhook:*", "Webhook:One", YQ_NASDAQ, "1", true },
		{ "Webhook:*", "Manual", YQ_NASDAQ, "1", false },
		{ "Manual\nWebhook:One", "Webhook:One", YQ_NASDAQ, "1", true },
		{ "Manual\nWebhook:One", "Webhook:One more", YQ_NASDAQ, "1", false },
		{ "*:*n*", "Webhook:One", YQ_NASDAQ, "1", true },
		{ "*:*z*", "Webhook:One", YQ_NASDAQ, "1", false },
		{ "*", "", YQ_NASDAQ, "1", true },
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		struct yq_schedule schedule = yq_schedule_default();
		struct yq_position position = { .qty = dec(rows[i].qty),
			.exchange = rows[i].exchange };

		schedule.kind = YQ_SCHEDULE_LIQUIDATION;
		schedule.exchange = YQ_NASDAQ;
		SET(schedule.reasons, rows[i].reasons);
		SET(position.buy_reason, rows[i].reason);
		if (yq_schedule_closes(&schedule, &position) != rows[i].closes)
			fail_msg("row %zu", i);
	}
	assert_true(yq_str_matches("a*b*c", 5, "aXbYbZc"));
	assert_false(yq_str_matches("a*b*c", 5, "aXbYbZ"));
}

/* ---- as text ---- */

static void
read_text(const char *text, struct yq_schedule *schedule)
{
	yq_json *json = NULL;
	struct yq_err err = { 0 };

	*schedule = yq_schedule_default();
	assert_int_equal(yq_json_parse(text, strlen(text), &json, &err), YQ_OK);
	if (yq_schedule_read(json, schedule, &err) != YQ_OK)
		fail_msg("%s: %s", text, err.text);
	yq_json_free(json);
}

static void
test_what_is_written_is_read_back_equal(void **unused)
{
	static const char *const texts[] = {
		"{\"Id\":\"11111111-1111-5111-8111-111111111111\",\"Name\":\"Apple\",\"Enabled\":"
		"true,\"Kind\":\"Order\",\"AccountAlias\":\"Paper\",\"Ticker\":\"AAPL\","
		"\"Exchange\":\"NASDAQ\",\"Action\":\"Buy\",\"Type\":\"Limit\",\"Price\":189.5,"
		"\"Amount\":1000,\"When\":\"At\",\"Zone\":\"America/New_York\","
		"\"MaxLateSeconds\":60,\"AnyHour\":false,\"Time\":\"10:05\",\"Weekdays\":"
		"\"Mon,Wed-Fri\",\"From\":\"2026-11-23\",\"To\":\"2027-01-01\"}",
		"{\"Id\":\"11111111-1111-5111-8111-111111111111\",\"Name\":\"flat\",\"Enabled\":"
		"false,\"Kind\":\"Liquidation\",\"AccountAlias\":\"*\",\"Country\":\"US\","
		"\"Reasons\":[\"Manual\",\"Webhook:*\"],\"When\":\"Close\",\"Zone\":"
		"\"America/New_York\",\"MaxLateSeconds\":300,\"AnyHour\":false,\"Minutes\":-10,"
		"\"Weekdays\":\"Mon-Fri\"}",
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(texts); i++) {
		YQ_CLEANUP(yq_buf_free) struct yq_buf out = yq_buf_make(4096);
		struct yq_json_writer w = yq_json_writer_make(&out);
		struct yq_schedule schedule;

		read_text(texts[i], &schedule);
		expect_accepted(schedule);
		yq_json_begin_object(&w);
		yq_schedule_write(&w, &schedule);
		yq_json_end_object(&w);
		assert_string_equal(yq_buf_text(&out), texts[i]);
	}
}

static void
test_a_fault_names_its_member(void **unused)
{
	static const struct {
		const char *json, *words;
	} rows[] = {
		{ "{\"Name\":\"a\"}", "AccountAlias: " },
		{ "{\"Name\":\"a\",\"AccountAlias\":\"b\",\"Limt\":1}", "Limt: a schedule has no" },
		{ "{\"Name\":\"a\",\"AccountAlias\":\"b\",\"Kind\":\"x\"}", "Kind: " },
		{ "{\"Name\":\"a\",\"AccountAlias\":\"b\",\"Kind\":\"Liquidation\"}", "Country: " },
		{ "{\"Name\":\"a\",\"AccountAlias\":\"b\",\"Kind\":\"Liquidation\",\"Country\":"
		  "\"XX\"}",
		    "Country: " },
		{ "{\"Name\":\"a\",\"AccountAlias\":\"b\",\"Kind\":\"Liquidation\",\"Country\":"
		  "\"US\",\"Ticker\":\"A\"}",
		    "Ticker: a liquidation has none" },
		{ "{\"Name\":\"a\",\"AccountAlias\":\"b\",\"Reasons\":[]}", "Reasons: an order" },
		{ "{\"Name\":\"a\",\"AccountAlias\":\"b\",\"Ticker\":\"A\",\"Exchange\":\"MARS\"}",
		    "Exchange: " },
#define ORDER                                                                                      \
	"\"Name\":\"a\",\"AccountAlias\":\"b\",\"Ticker\":\"A\",\"Exchange\":\"NYSE\",\"Action\":" \
	"\"Buy\""
		{ "{" ORDER "}", "When: " },
		{ "{" ORDER ",\"When\":\"At\"}", "Time: " },
		{ "{" ORDER ",\"When\":\"At\",\"Time\":\"24:00\"}", "Time: " },
		{ "{" ORDER ",\"When\":\"At\",\"Time\":\"9:00\"}", "Time: " },
		{ "{" ORDER ",\"When\":\"At\",\"Time\":\"09:00\",\"Minutes\":1}", "Minutes: " },
		{ "{" ORDER ",\"When\":\"Open\"}", "Minutes: " },
		{ "{" ORDER ",\"When\":\"Open\",\"Minutes\":1,\"Time\":\"09:00\"}", "Time: " },
		{ "{" ORDER ",\"When\":\"Open\",\"Minutes\":1,\"Weekdays\":\"Fri-Mon\"}",
		    "Weekdays: " },
		{ "{" ORDER ",\"When\":\"Open\",\"Minutes\":1,\"Weekdays\":\"\"}", "Weekdays: " },
		{ "{" ORDER ",\"When\":\"Open\",\"Minutes\":1,\"From\":\"2026-02-29\"}", "From: " },
		{ "{" ORDER ",\"When\":\"Open\",\"Minutes\":1,\"To\":5}", "To: " },
		{ "[]", "expected an object" },
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		struct yq_schedule schedule = yq_schedule_default();
		struct yq_err err = { 0 };
		yq_json *json = NULL;

		assert_int_equal(
		    yq_json_parse(rows[i].json, strlen(rows[i].json), &json, &err), YQ_OK);
		if (yq_schedule_read(json, &schedule, &err) != YQ_E_INVALID ||
		    strncmp(err.text, rows[i].words, strlen(rows[i].words)) != 0)
			fail_msg("%s: \"%s\"", rows[i].json, err.text);
		yq_json_free(json);
	}
}

static void
test_weekdays_for_people(void **unused)
{
	static const struct {
		const char *read, *written;
		int64_t days;
	} rows[] = {
		{ "Mon-Fri", "Mon-Fri", 0x1f },
		{ "mon,tue", "Mon,Tue", 0x03 },
		{ "Sun", "Sun", 0x40 },
		{ "Mon-Sun", "Mon-Sun", 0x7f },
		{ "Mon,Wed-Fri", "Mon,Wed-Fri", 0x1d },
		{ "Fri,Mon-Wed,Sat", "Mon-Wed,Fri,Sat", 0x37 },
	};
	char text[YQ_WEEKDAYS_TEXT_SIZE];
	int64_t days;

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		assert_int_equal(yq_weekdays_parse(rows[i].read, &days, NULL), YQ_OK);
		assert_int_equal(days, rows[i].days);
		yq_weekdays_format(days, text);
		assert_string_equal(text, rows[i].written);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_order_that_makes_no_sense_is_refused_with_the_reason),
		cmocka_unit_test(test_reasons_that_nothing_is_bought_for_are_refused),
		cmocka_unit_test(test_a_time_that_makes_no_sense_is_refused_with_the_reason),
		cmocka_unit_test(test_a_market_that_closes_before_it_opens_takes_no_schedule),
		cmocka_unit_test(test_an_amount_is_floored_to_the_lot_and_less_than_one_is_refused),
		cmocka_unit_test(test_the_same_run_makes_the_same_order_for_ever),
		cmocka_unit_test(test_a_liquidation_is_about_its_country_and_its_reasons),
		cmocka_unit_test(test_what_is_written_is_read_back_equal),
		cmocka_unit_test(test_a_fault_names_its_member),
		cmocka_unit_test(test_weekdays_for_people),
	};

	return cmocka_run_group_tests_name("schedule", tests, load_calendar, unload_calendar);
}
