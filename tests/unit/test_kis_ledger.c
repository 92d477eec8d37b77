/* test_kis_ledger.c - executions told by asking and by notices: never twice, never more than there
 * were. */
#include "test.h"

#include <string.h>

#include "base/str.h"
#include "broker/kis/ledger.h"

#define T0   INT64_C(1795000000000000)
#define DATE "20261123"

static struct yq_decimal
number(int64_t value)
{
	return yq_decimal_from_int(value);
}

static struct yq_kis_entry *
take(struct yq_kis_ledger *ledger, const char *digits)
{
	struct yq_order order = yq_order_default();
	struct yq_kis_ack ack = { .seconds = -1 };

	yq_str_copy_cut(order.ticker, sizeof(order.ticker), "005930");
	order.exchange = YQ_KOSPI;
	order.action = YQ_BUY;
	order.qty = number(100);
	yq_str_copy_cut(ack.number, sizeof(ack.number), digits);
	return yq_kis_ledger_taken(ledger, &order, DATE, &ack);
}

static struct yq_kis_notice
notice(const char *digits, int64_t qty, int64_t price, uint64_t hash)
{
	struct yq_kis_notice n = { .kind = YQ_KIS_FILL,
		.action = YQ_BUY,
		.qty = number(qty),
		.price = number(price),
		.hash = hash };

	yq_str_copy_cut(n.number, sizeof(n.number), digits);
	yq_str_copy_cut(n.ticker, sizeof(n.ticker), "005930");
	return n;
}

static struct yq_kis_entry *
poll(struct yq_kis_ledger *ledger, const char *digits, int64_t filled, int64_t value)
{
	struct yq_kis_order o = { .value = number(value), .date = DATE };

	o.order.exchange = YQ_KOSPI;
	o.order.action = YQ_BUY;
	o.order.qty = number(100);
	o.order.filled = number(filled);
	o.order.state = YQ_ORDER_PARTIALLY_FILLED;
	yq_str_copy_cut(o.order.ticker, sizeof(o.order.ticker), "005930");
	yq_str_copy_cut(o.number, sizeof(o.number), digits);
	yq_kis_id_make(YQ_KOSPI, DATE, o.number, o.order.broker_order_id);
	return yq_kis_ledger_polled(ledger, &o, T0);
}

#define N "0000000042"

static void
check_step(const struct yq_kis_entry *entry, size_t place, int64_t qty, int64_t price,
    int64_t total, const char *id)
{
	struct yq_broker_fill fill;

	assert_true(place < entry->step_count);
	assert_true(yq_kis_entry_fill(entry, place, &fill));
	assert_int_equal(yq_decimal_cmp(fill.fill.qty, number(qty)), 0);
	assert_int_equal(yq_decimal_cmp(fill.fill.price, number(price)), 0);
	assert_int_equal(yq_decimal_cmp(fill.total.value, number(total)), 0);
	assert_string_equal(fill.execution_id, id);
	assert_string_equal(fill.broker_order_id, "KR-20261123-0000000042");
}

static void
test_notices_and_asking_tell_each_execution_once(void **unused)
{
	struct yq_kis_ledger l = { 0 };
	struct yq_kis_entry *entry = take(&l, N), *heard;
	struct yq_kis_notice a = notice(N, 3, 100, 1), b = notice(N, 4, 110, 2);

	(void)unused;
	assert_int_equal(yq_kis_ledger_pushed(&l, true, &a, T0, &heard), YQ_KIS_HEARD_STEP);
	assert_ptr_equal(heard, entry);
	check_step(entry, 0, 3, 100, 3, "KR-20261123-0000000042-3");
	(void)poll(&l, N, 3, 300);
	assert_int_equal(entry->step_count, 1);
	(void)poll(&l, N, 7, 740); /* before its notice */
	check_step(entry, 1, 4, 110, 7, "KR-20261123-0000000042-7");
	assert_int_equal(yq_kis_ledger_pushed(&l, true, &b, T0, &heard), YQ_KIS_HEARD_KNOWN);
	assert_int_equal(entry->step_count, 2);
	(void)poll(&l, N, 3, 300); /* an answer that was overtaken */
	assert_int_equal(entry->step_count, 2);
	yq_kis_ledger_clear(&l);
}

static void
test_a_notice_that_may_be_a_repeated_one_is_asked_about(void **unused)
{
	struct yq_kis_ledger l = { 0 };
	struct yq_kis_entry *entry = take(&l, N), *heard;
	struct yq_kis_notice a = notice(N, 5, 100, 1);

	(void)unused;
	assert_int_equal(yq_kis_ledger_pushed(&l, true, &a, T0, &heard), YQ_KIS_HEARD_STEP);
	assert_int_equal(yq_kis_ledger_pushed(&l, true, &a, T0, &heard), YQ_KIS_HEARD_ASK);
	assert_int_equal(entry->step_count, 1);
	/* It was another execution that looks the same. */
	(void)poll(&l, N, 10, 1000);
	check_step(entry, 1, 5, 100, 10, "KR-20261123-0000000042-10");
	yq_kis_ledger_clear(&l);
}

static void
test_after_a_lost_notice_asking_tells(void **unused)
{
	struct yq_kis_ledger l = { 0 };
	struct yq_kis_entry *entry = take(&l, N), *heard;
	struct yq_kis_notice b = notice(N, 4, 110, 2);

	(void)unused;
	(void)poll(&l, N, 3, 300); /* whose notice never came */
	assert_int_equal(yq_kis_ledger_pushed(&l, true, &b, T0, &heard), YQ_KIS_HEARD_ASK);
	assert_int_equal(entry->step_count, 1);
	(void)poll(&l, N, 7, 740);
	check_step(entry, 1, 4, 110, 7, "KR-20261123-0000000042-7");
	yq_kis_ledger_clear(&l);
}

/* An order of a life before: what was executed then has no notice now, and a new one is not of it.
 */
static void
test_a_notice_behind_what_was_told_is_asked_about(void **unused)
{
	struct yq_kis_ledger l = { 0 };
	struct yq_kis_entry *entry = poll(&l, N, 7, 740), *heard;
	struct yq_kis_notice a = notice(N, 2, 110, 1);

	(void)unused;
	assert_int_equal(yq_kis_ledger_pushed(&l, true, &a, T0, &heard), YQ_KIS_HEARD_ASK);
	assert_int_equal(entry->step_count, 1);
	(void)poll(&l, N, 9, 960);
	check_step(entry, 1, 2, 110, 9, "KR-20261123-0000000042-9");
	yq_kis_ledger_clear(&l);
}

static void
test_a_notice_before_the_answer_is_caught_up_with(void **unused)
{
	struct yq_kis_ledger l = { 0 };
	struct yq_kis_notice a = notice(N, 3, 100, 1);
	struct yq_kis_entry *entry, *heard;

	(void)unused;
	assert_int_equal(yq_kis_ledger_pushed(&l, true, &a, T0, &heard), YQ_KIS_HEARD_ASK);
	assert_null(heard);
	entry = take(&l, N);
	assert_true(yq_kis_ledger_catch_up(&l, entry, T0 + 1));
	assert_false(yq_kis_ledger_catch_up(&l, entry, T0 + 1));
	check_step(entry, 0, 3, 100, 3, "KR-20261123-0000000042-3");
	yq_kis_ledger_clear(&l);
	/* But not with one of long ago: numbers begin anew every day. */
	assert_int_equal(yq_kis_ledger_pushed(&l, true, &a, T0, &heard), YQ_KIS_HEARD_ASK);
	entry = take(&l, N);
	assert_false(yq_kis_ledger_catch_up(&l, entry, T0 + YQ_KIS_EARLY_US + 1));
	assert_int_equal(entry->step_count, 0);
	yq_kis_ledger_clear(&l);
}

static void
test_another_number_is_the_same_order(void **unused)
{
	struct yq_kis_ledger l = { 0 };
	struct yq_kis_entry *entry = take(&l, N), *heard;
	struct yq_kis_notice a = notice(N, 3, 100, 1), b = notice("0000000050", 4, 110, 2);

	(void)unused;
	assert_int_equal(yq_kis_ledger_pushed(&l, true, &a, T0, &heard), YQ_KIS_HEARD_STEP);
	yq_kis_ledger_renumbered(&l, entry, "0000000050");
	assert_int_equal(yq_kis_ledger_pushed(&l, true, &b, T0, &heard), YQ_KIS_HEARD_STEP);
	check_step(entry, 1, 4, 110, 7, "KR-20261123-0000000042-7");
	assert_string_equal(entry->number, "0000000050");
	yq_kis_ledger_clear(&l);
}

/* Whoever starts anew cuts a sum otherwise. */
static void
test_what_goes_beyond_what_is_booked_is_all_that_counts(void **unused)
{
	struct yq_broker_fill fill = { .total = yq_opt_decimal_of(number(7)),
		.total_value = yq_opt_decimal_of(number(740)) };
	struct yq_broker_fill rest;

	(void)unused;
	fill.fill.qty = number(7);
	fill.fill.price = number(105);
	assert_true(yq_broker_fill_beyond(&fill, YQ_DECIMAL_ZERO, YQ_DECIMAL_ZERO, &rest));
	assert_int_equal(yq_decimal_cmp(rest.fill.qty, number(7)), 0);
	assert_true(yq_broker_fill_beyond(&fill, number(3), number(300), &rest));
	assert_int_equal(yq_decimal_cmp(rest.fill.qty, number(4)), 0);
	assert_int_equal(yq_decimal_cmp(rest.fill.price, number(110)), 0);
	assert_false(yq_broker_fill_beyond(&fill, number(7), number(740), &rest));
	assert_false(yq_broker_fill_beyond(&fill, number(8), number(840), &rest));
	/* Where what was booked is worth more than all, its own price. */
	assert_true(yq_broker_fill_beyond(&fill, number(3), number(900), &rest));
	assert_int_equal(yq_decimal_cmp(rest.fill.price, number(105)), 0);
	/* An execution of its own is not looked at. */
	fill.total = fill.total_value = YQ_OPT_DECIMAL_NONE;
	assert_true(yq_broker_fill_beyond(&fill, number(100), number(1), &rest));
	assert_int_equal(yq_decimal_cmp(rest.fill.qty, number(7)), 0);
}

/*
 * Executions at random; their notices late, repeated, lost; answers of any moment in between.  What
 * is told never exceeds what happened, each sum is told once, and in the end all is told.
 */
static void
test_whatever_comes_when_nothing_is_told_twice(void **unused)
{
	uint64_t seed = test_seed();

	(void)unused;
	for (int round = 0; round < 500; round++) {
		struct yq_kis_ledger l = { 0 };
		struct yq_kis_entry *entry = take(&l, N), *heard;
		struct yq_kis_notice notices[20];
		int64_t sums[21] = { 0 }, values[21] = { 0 };
		size_t made = 1 + test_random(&seed) % 20, happened = 0;

		for (size_t i = 0; i < made; i++) {
			int64_t qty = 1 + (int64_t)(test_random(&seed) % 5);
			int64_t price = 100 + (int64_t)(test_random(&seed) % 3);

			/* Two in a row may look the same. */
			notices[i] = notice(N, qty, price, (uint64_t)(qty * 1000 + price));
			sums[i + 1] = sums[i] + qty;
			values[i + 1] = values[i] + qty * price;
		}
		while (happened < made) {
			size_t at;

			happened++;
			for (int n = (int)(test_random(&seed) % 4); n > 0; n--) {
				at = test_random(&seed) % happened;
				(void)yq_kis_ledger_pushed(&l, true, &notices[at], T0, &heard);
			}
			if (test_random(&seed) % 3 == 0) {
				at = test_random(&seed) % (happened + 1);
				(void)poll(&l, N, sums[at], values[at]);
			}
			if (entry->step_count > 0)
				assert_true(
				    yq_decimal_cmp(entry->steps[entry->step_count - 1].sum.qty,
					number(sums[happened])) <= 0);
		}
		(void)poll(&l, N, sums[made], values[made]);
		assert_int_equal(
		    yq_decimal_cmp(entry->steps[entry->step_count - 1].sum.qty, number(sums[made])),
		    0);
		for (size_t i = 1; i < entry->step_count; i++)
			assert_true(yq_decimal_cmp(
					entry->steps[i].sum.qty, entry->steps[i - 1].sum.qty) > 0);
		yq_kis_ledger_clear(&l);
	}
}

static struct yq_kis_entry *
poll_abroad(struct yq_kis_ledger *ledger, const char *digits, const char *date, int64_t filled)
{
	struct yq_kis_order o = { .value = number(filled * 10) };

	yq_str_copy_cut(o.date, sizeof(o.date), date);
	o.order.exchange = YQ_NASDAQ;
	o.order.action = YQ_BUY;
	o.order.qty = number(100);
	o.order.filled = number(filled);
	o.order.price = yq_opt_decimal_of(number(10));
	o.order.state = filled == 100 ? YQ_ORDER_FILLED : YQ_ORDER_OPEN;
	yq_str_copy_cut(o.order.ticker, sizeof(o.order.ticker), "AAPL");
	yq_str_copy_cut(o.number, sizeof(o.number), digits);
	yq_kis_id_make(YQ_NASDAQ, date, o.number, o.order.broker_order_id);
	return yq_kis_ledger_polled(ledger, &o, T0);
}

/* It may be one that a virtual account lost when it was begun anew, or whose date was another's:
 * each look would go back to its day, further every day, until the pages are too many. */
static void
test_an_order_that_is_listed_no_more_is_over_after_some_days(void **unused)
{
	struct yq_kis_ledger l = { 0 };
	struct yq_kis_entry *lost = poll_abroad(&l, N, "20261120", 5), *open, *home;
	char oldest[YQ_KIS_DATE_SIZE];

	(void)unused;
	home = take(&l, "0000000044");
	assert_int_equal(yq_kis_ledger_listed(&l, false, "20261121"), 0); /* it was listed */
	l.looks++;
	open = poll_abroad(&l, "0000000043", "20261120", 0);
	assert_int_equal(yq_kis_ledger_listed(&l, false, "20261120"), 0); /* of that very day */
	assert_int_equal(yq_kis_ledger_listed(&l, true, "20261124"), 1);  /* at home */
	assert_true(home->over);
	yq_kis_ledger_oldest(&l, false, oldest);
	assert_string_equal(oldest, "20261120");
	assert_int_equal(yq_kis_ledger_listed(&l, false, "20261121"), 1);
	assert_true(lost->over);
	assert_false(open->over);
	assert_int_equal(lost->step_count, 1); /* what it executed stays */
	/* It shows up after all. */
	l.looks++;
	assert_ptr_equal(poll_abroad(&l, N, "20261120", 7), lost);
	assert_false(lost->over);
	assert_int_equal(lost->step_count, 2);
	yq_kis_ledger_clear(&l);
}

static void
check_reserved(const struct yq_kis_ledger *ledger, enum yq_currency currency, int64_t expected)
{
	struct yq_decimal amount;

	assert_int_equal(yq_kis_ledger_reserved(ledger, currency, &amount), YQ_OK);
	assert_int_equal(yq_decimal_cmp(amount, number(expected)), 0);
}

static void
test_open_buys_abroad_hold_back_what_is_left_of_them(void **unused)
{
	struct yq_kis_ledger l = { 0 };

	(void)unused;
	check_reserved(&l, YQ_USD, 0);
	(void)poll_abroad(&l, N, DATE, 30);
	(void)poll_abroad(&l, "0000000043", DATE, 100);
	(void)poll(&l, "0000000044", 3, 300); /* won are told whole */
	check_reserved(&l, YQ_USD, 700);
	check_reserved(&l, YQ_KRW, 0);
	(void)poll_abroad(&l, N, DATE, 100);
	check_reserved(&l, YQ_USD, 0);
	yq_kis_ledger_clear(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_notices_and_asking_tell_each_execution_once),
		cmocka_unit_test(test_a_notice_that_may_be_a_repeated_one_is_asked_about),
		cmocka_unit_test(test_after_a_lost_notice_asking_tells),
		cmocka_unit_test(test_a_notice_behind_what_was_told_is_asked_about),
		cmocka_unit_test(test_a_notice_before_the_answer_is_caught_up_with),
		cmocka_unit_test(test_another_number_is_the_same_order),
		cmocka_unit_test(test_what_goes_beyond_what_is_booked_is_all_that_counts),
		cmocka_unit_test(test_whatever_comes_when_nothing_is_told_twice),
		cmocka_unit_test(test_an_order_that_is_listed_no_more_is_over_after_some_days),
		cmocka_unit_test(test_open_buys_abroad_hold_back_what_is_left_of_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
