/* test_sizing.c - each policy at its limits and on either side of them. */
#include "sizing_test.h"

/* The quantity as text, or the code of the refusal. */
static const char *
size_of(const struct yq_sizing *sizing, const struct yq_signal *signal,
    const struct yq_account *account, const char *price, const char *lot, bool allow_short)
{
	static struct yq_trace trace;
	struct yq_account_view view = yq_view_of(account, signal->exchange, signal->ticker);
	struct yq_sizing_facts facts = {
		.account = &view,
		.price = dec(price),
		.lot = dec(lot),
		.allow_short = allow_short,
	};

	return size_by(sizing, signal, &facts, &trace);
}

static void
test_basic_takes_the_smaller_of_risk_and_allocation(void **unused)
{
	struct yq_account *account = sample_account("10000", "0");
	struct yq_sizing basic = policy(YQ_SIZER_BASIC);
	struct yq_signal buy = sample_signal(YQ_BUY);

	(void)unused;
	/* risk 10000 x 0.01 / 0.05 = 2000, allocation 1000 */
	assert_string_equal(size_of(&basic, &buy, account, "100", "1", false), "+10");
	assert_string_equal(size_of(&basic, &buy, account, "100.01", "1", false), "+9");
	basic.max_portfolio_alloc_pct = dec("0.5");
	assert_string_equal(size_of(&basic, &buy, account, "100", "1", false), "+20");
	basic.stop_loss_pct = dec("0.1");
	assert_string_equal(size_of(&basic, &buy, account, "100", "1", false), "+10");
	yq_account_free(account);
}

static void
test_basic_scales_with_strength(void **unused)
{
	struct yq_account *account = sample_account("10000", "0");
	struct yq_sizing basic = policy(YQ_SIZER_BASIC);
	struct yq_signal buy = sample_signal(YQ_BUY);

	(void)unused;
	buy.strength = opt("100");
	assert_string_equal(size_of(&basic, &buy, account, "100", "1", false), "+10");
	buy.strength = opt("55");
	assert_string_equal(size_of(&basic, &buy, account, "100", "1", false), "+5");
	buy.strength = opt("10");
	assert_string_equal(size_of(&basic, &buy, account, "100", "1", false), "+1");
	buy.strength = opt("9.9");
	assert_string_equal(size_of(&basic, &buy, account, "100", "1", false), "SIZE_TOO_SMALL");
	buy.strength = opt("0");
	assert_string_equal(size_of(&basic, &buy, account, "100", "1", false), "SIZE_TOO_SMALL");
	yq_account_free(account);
}

static void
test_a_buy_is_capped_by_buying_power_with_commission(void **unused)
{
	struct yq_account *account = sample_account("1000", "90"); /* equity 10000 */
	struct yq_sizing basic = policy(YQ_SIZER_BASIC);
	struct yq_signal buy = sample_signal(YQ_BUY);

	(void)unused;
	assert_string_equal(size_of(&basic, &buy, account, "100", "1", false), "+10");
	account->commission_rate = dec("0.00000001");
	assert_string_equal(size_of(&basic, &buy, account, "100", "1", false), "+9");
	account->commission_rate = dec("0.001");
	yq_account_set_cash(account, YQ_USD, dec("1001"));
	assert_string_equal(size_of(&basic, &buy, account, "100", "1", false), "+10");
	yq_account_set_cash(account, YQ_USD, dec("1000.99999999"));
	assert_string_equal(size_of(&basic, &buy, account, "100", "1", false), "+9");
	yq_account_set_cash(account, YQ_USD, dec("100.1"));
	assert_string_equal(size_of(&basic, &buy, account, "100", "1", false), "+1");
	yq_account_set_cash(account, YQ_USD, dec("100.09"));
	assert_string_equal(size_of(&basic, &buy, account, "100", "1", false), "SIZE_NO_CASH");
	yq_account_set_cash(account, YQ_USD, dec("-5"));
	assert_string_equal(size_of(&basic, &buy, account, "100", "1", false), "SIZE_NO_CASH");
	yq_account_free(account);
}

static void
test_a_quantity_is_floored_to_the_lot(void **unused)
{
	struct yq_account *account = sample_account("1000000", "0");
	struct yq_sizing basic = policy(YQ_SIZER_BASIC);
	struct yq_signal buy = sample_signal(YQ_BUY);

	(void)unused;
	assert_string_equal(size_of(&basic, &buy, account, "350", "100", false), "+200");
	assert_string_equal(size_of(&basic, &buy, account, "1000", "100", false), "+100");
	assert_string_equal(
	    size_of(&basic, &buy, account, "1000.01", "100", false), "SIZE_TOO_SMALL");
	assert_string_equal(size_of(&basic, &buy, account, "300000", "0.0001", false), "+0.3333");
	yq_account_free(account);
}

static void
test_a_signals_qty_is_an_upper_bound(void **unused)
{
	struct yq_account *account = sample_account("10000", "0");
	struct yq_signal buy = sample_signal(YQ_BUY);
	static const enum yq_sizer sizers[] = { YQ_SIZER_BASIC, YQ_SIZER_ONLY_ONE,
		YQ_SIZER_PERCENT_OF_EQUITY };

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(sizers); i++) {
		struct yq_sizing sizing = policy(sizers[i]);

		buy.qty = opt("3");
		assert_string_equal(size_of(&sizing, &buy, account, "100", "1", false), "+3");
		buy.qty = opt("300");
		assert_string_equal(size_of(&sizing, &buy, account, "100", "1", false), "+10");
	}
	yq_account_free(account);
}

static void
test_fixed_qty_takes_the_signals_qty_else_its_own(void **unused)
{
	struct yq_account *account = sample_account("10", "0");
	struct yq_sizing fixed = policy(YQ_SIZER_FIXED_QTY);
	struct yq_signal buy = sample_signal(YQ_BUY);

	(void)unused;
	assert_string_equal(size_of(&fixed, &buy, account, "100", "1", false), "SIZE_INCOMPLETE");
	fixed.fixed_qty = opt("7");
	assert_string_equal(size_of(&fixed, &buy, account, "100", "1", false), "+7");
	buy.qty = opt("30");
	assert_string_equal(size_of(&fixed, &buy, account, "100", "1", false), "+30");
	yq_account_free(account);
}

static void
test_only_one_refuses_while_held_or_on_its_way(void **unused)
{
	struct yq_account *account = sample_account("10000", "0");
	struct yq_sizing one = policy(YQ_SIZER_ONLY_ONE);
	struct yq_signal buy = sample_signal(YQ_BUY);
	struct yq_order order = sample_order("one", YQ_BUY, "1");
	struct yq_fill fill = { YQ_BUY, dec("1"), dec("100"), YQ_DECIMAL_ZERO };

	(void)unused;
	buy.strength = opt("1"); /* makes no difference */
	assert_string_equal(size_of(&one, &buy, account, "100", "1", false), "+10");
	assert_int_equal(yq_account_open(account, &order, dec("100"), NULL), YQ_OK);
	assert_string_equal(size_of(&one, &buy, account, "100", "1", false), "SIZE_ALREADY_HELD");
	assert_int_equal(yq_account_book(account, &order, &fill, NULL), YQ_OK);
	assert_string_equal(size_of(&one, &buy, account, "100", "1", false), "SIZE_ALREADY_HELD");
	buy.exchange = YQ_NYSE; /* the same letters in another market are another instrument */
	assert_string_equal(size_of(&one, &buy, account, "100", "1", false), "+10");
	yq_account_free(account);
}

static void
test_a_sell_closes_what_is_held_and_is_never_sized_from_cash(void **unused)
{
	struct yq_account *rich = sample_account("1000000", "10");
	struct yq_account *empty = sample_account("1000000", "0");
	struct yq_signal sell = sample_signal(YQ_SELL);
	struct yq_order order = sample_order("one", YQ_SELL, "4");

	(void)unused;
	for (int s = 0; s < YQ_SIZER_TARGET; s++) {
		struct yq_sizing sizing = policy((enum yq_sizer)s);

		sizing.fixed_qty = opt("500");
		sell.qty = YQ_OPT_DECIMAL_NONE;
		assert_string_equal(size_of(&sizing, &sell, rich, "100", "1", false), "-10");
		/* without any price too */
		assert_string_equal(size_of(&sizing, &sell, rich, "0", "1", false), "-10");
		sell.qty = opt("3");
		assert_string_equal(size_of(&sizing, &sell, rich, "100", "1", false), "-3");
		sell.qty = opt("11");
		assert_string_equal(size_of(&sizing, &sell, rich, "100", "1", false), "-10");
		assert_string_equal(
		    size_of(&sizing, &sell, empty, "100", "1", false), "SIZE_NOTHING_HELD");
	}
	assert_int_equal(yq_account_open(rich, &order, YQ_DECIMAL_ZERO, NULL), YQ_OK);
	sell.qty = YQ_OPT_DECIMAL_NONE;
	struct yq_sizing basic = policy(YQ_SIZER_BASIC);
	assert_string_equal(size_of(&basic, &sell, rich, "100", "1", true), "-6");
	assert_string_equal(size_of(&basic, &sell, rich, "100", "7", true), "SIZE_TOO_SMALL");
	yq_account_free(rich);
	yq_account_free(empty);
}

static void
test_no_price_is_refused_never_assumed(void **unused)
{
	struct yq_account *account = sample_account("10000", "0");
	struct yq_signal buy = sample_signal(YQ_BUY);
	static const enum yq_sizer by_value[] = { YQ_SIZER_BASIC, YQ_SIZER_ONLY_ONE,
		YQ_SIZER_PERCENT_OF_EQUITY };

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(by_value); i++) {
		struct yq_sizing sizing = policy(by_value[i]);

		assert_string_equal(size_of(&sizing, &buy, account, "0", "1", false), "NO_PRICE");
	}
	yq_account_free(account);
}

static const char *
to_target(struct yq_account *account, const char *target, enum yq_action action, bool allow_short)
{
	struct yq_sizing sizing = policy(YQ_SIZER_TARGET);
	struct yq_signal signal = sample_signal(action);

	signal.position_size = opt(target);
	return size_of(&sizing, &signal, account, "100", "1", allow_short);
}

static void
test_target_trades_the_difference_open_orders_counted_in(void **unused)
{
	struct yq_account *account = sample_account("10000", "10");
	struct yq_sizing sizing = policy(YQ_SIZER_TARGET);
	struct yq_signal signal = sample_signal(YQ_BUY);
	struct yq_order order = sample_order("one", YQ_BUY, "4");

	(void)unused;
	assert_string_equal(
	    size_of(&sizing, &signal, account, "100", "1", false), "SIZE_INCOMPLETE");
	assert_string_equal(to_target(account, "15", YQ_BUY, false), "+5");
	assert_string_equal(to_target(account, "10", YQ_BUY, false), "SIZE_AT_TARGET");
	assert_string_equal(to_target(account, "4", YQ_SELL, false), "-6");
	assert_string_equal(to_target(account, "4", YQ_BUY, false), "-6");
	assert_string_equal(to_target(account, "0", YQ_SELL, false), "-10");
	assert_string_equal(to_target(account, "-5", YQ_SELL, false), "-10");
	assert_string_equal(to_target(account, "-5", YQ_SELL, true), "-15");
	assert_int_equal(yq_account_open(account, &order, dec("100"), NULL), YQ_OK);
	assert_string_equal(to_target(account, "15", YQ_BUY, false), "+1");
	assert_string_equal(to_target(account, "14", YQ_BUY, false), "SIZE_AT_TARGET");
	/* what a sell may take is held, not on its way */
	assert_string_equal(to_target(account, "0", YQ_SELL, false), "-10");
	yq_account_free(account);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_basic_takes_the_smaller_of_risk_and_allocation),
		cmocka_unit_test(test_basic_scales_with_strength),
		cmocka_unit_test(test_a_buy_is_capped_by_buying_power_with_commission),
		cmocka_unit_test(test_a_quantity_is_floored_to_the_lot),
		cmocka_unit_test(test_a_signals_qty_is_an_upper_bound),
		cmocka_unit_test(test_fixed_qty_takes_the_signals_qty_else_its_own),
		cmocka_unit_test(test_only_one_refuses_while_held_or_on_its_way),
		cmocka_unit_test(test_a_sell_closes_what_is_held_and_is_never_sized_from_cash),
		cmocka_unit_test(test_no_price_is_refused_never_assumed),
		cmocka_unit_test(test_target_trades_the_difference_open_orders_counted_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
