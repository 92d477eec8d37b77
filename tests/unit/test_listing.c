/* test_listing.c - what the catalog says of an instrument, on top of what its market says. */
#include "domain_test.h"

#include "domain/compose.h"
#include "domain/listing.h"

static struct yq_instrument
instrument(enum yq_exchange exchange, const char *ticks, const char *lot)
{
	struct yq_instrument i = { .exchange = exchange,
		.status = YQ_INSTRUMENT_LISTED,
		.currency = yq_market_of(exchange)->currency,
		.lot = dec(lot) };

	SET(i.ticker, "X");
	SET(i.tick_table, ticks);
	return i;
}

static void
test_a_lot_is_a_multiple_of_the_markets(void **unused)
{
	static const struct {
		enum yq_exchange exchange;
		const char *own, *lot; /* NULL = the market's */
	} rows[] = {
		{ YQ_HKEX, "500", "500" },
		{ YQ_HKEX, "1", "100" },
		{ YQ_HKEX, "250", "500" },
		{ YQ_TSE, "100", "100" },
		{ YQ_KOSPI, "10", "10" },
		{ YQ_NASDAQ, "1", "1" },
		{ YQ_KOSPI, "0", NULL },
		{ YQ_KOSPI, "-5", NULL },
		{ YQ_KOSPI, "0.5", NULL },
		{ YQ_KOSPI, "99999999999", NULL },
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		struct yq_instrument own = instrument(rows[i].exchange, "", rows[i].own);
		struct yq_listing listing = yq_listing_of(&own);

		assert_int_equal(listing.lot.set, rows[i].lot != NULL);
		if (rows[i].lot != NULL)
			assert_decimal(listing.lot.value, rows[i].lot);
	}
}

static void
test_only_what_is_halted_or_gone_is_not_listed(void **unused)
{
	(void)unused;
	for (int status = 0; status < YQ_INSTRUMENT_STATUS_COUNT; status++) {
		struct yq_instrument own = instrument(YQ_KOSPI, "KRX", "1");

		own.status = (enum yq_instrument_status)status;
		assert_int_equal(yq_listing_of(&own).state,
		    status == YQ_INSTRUMENT_DELISTED ? YQ_LISTING_DELISTED
		    : status == YQ_INSTRUMENT_HALTED ? YQ_LISTING_HALTED
						     : YQ_LISTING_LISTED);
	}
}

/* A step is one of the kind's own, and one of the market's. */
static void
test_price_steps_of_a_kind(void **unused)
{
	static const struct {
		enum yq_exchange exchange;
		const char *ticks, *price, *step;
	} rows[] = {
		{ YQ_KOSPI, "KRX", "1500", "1" },
		{ YQ_KOSPI, "KRX-ETP", "1500", "1" },
		{ YQ_KOSPI, "KRX-ELW", "1500", "5" },
		{ YQ_KOSPI, "KRX-ETP", "30000", "50" },
		{ YQ_HKEX, "HKEX", "60", "0.05" },
		{ YQ_HKEX, "HKEX-ETP", "60", "0.1" },
		{ YQ_HKEX, "HKEX-ETP", "15", "0.01" },
		{ YQ_HKEX, "HKEX-ETP", "0.3", "0.005" },
		{ YQ_HKEX, "HKEX-ETP", "600", "1" },
		{ YQ_SSE, "CN-FUND", "4", "0.01" },
		{ YQ_HOSE, "HOSE-FUND", "60000", "100" },
		{ YQ_NASDAQ, "HKEX-ETP", "60", "0.01" }, /* of another market */
		{ YQ_NASDAQ, "no such", "60", "0.01" },
	};

	(void)unused;
	for (size_t i = 0; i < YQ_COUNT(rows); i++)
		assert_decimal(yq_ticks_size(rows[i].exchange, yq_ticks_named(rows[i].ticks),
				   dec(rows[i].price)),
		    rows[i].step);
}

/* Rounded up over the end of a band it still is on a step. */
static void
test_rounding_lands_on_a_step_of_every_kind(void **unused)
{
	(void)unused;
	for (int e = 0; e < YQ_EXCHANGE_COUNT; e++)
		for (int t = 0; t < YQ_TICKS_COUNT; t++)
			for (int64_t units = 1; units < INT64_C(70000000); units += units / 7 + 1) {
				struct yq_decimal price = yq_decimal_from_scaled(units, 3), up;

				assert_int_equal(
				    yq_ticks_round((enum yq_exchange)e, (enum yq_ticks)t, price,
					YQ_ROUND_CEILING, &up),
				    YQ_OK);
				assert_true(
				    yq_ticks_fit((enum yq_exchange)e, (enum yq_ticks)t, up));
				assert_true(yq_tick_fits((enum yq_exchange)e, up));
			}
}

/* ---- decisions ---- */

static struct yq_market_facts
facts(enum yq_listing_state listing)
{
	return (struct yq_market_facts){ .open = true,
		.covered = true,
		.life = YQ_LIFE_LIVE,
		.listing = listing,
		.listed_in = YQ_USD };
}

static const char *
decide(const struct yq_market_facts *market, enum yq_action action, const char *held,
    struct yq_decision *decision)
{
	struct yq_account *account = sample_account("10000", held);
	struct yq_policy policy = { .sizing = yq_sizing_default() };
	struct yq_signal signal = yq_signal_default();
	struct yq_account_view view;

	signal.id = yq_id_named("signal", 6);
	SET(signal.ticker, "AAPL");
	SET(signal.strategy, "S");
	signal.exchange = YQ_NASDAQ;
	signal.action = action;
	signal.price = opt("100");
	signal.timestamp_us = 1000000;
	view = yq_view_of(account, YQ_NASDAQ, "AAPL");
	(void)!yq_compose(&signal, &view, market, &policy, 2000000, decision);
	yq_account_free(account);
	return decision->code;
}

static void
test_what_is_gone_or_suspended_is_not_bought_and_may_be_left(void **unused)
{
	static struct yq_decision decision;
	struct yq_market_facts market = facts(YQ_LISTING_LISTED);

	(void)unused;
	assert_string_equal(decide(&market, YQ_BUY, "0", &decision), "ORDERED");
	market.listing = YQ_LISTING_UNKNOWN;
	assert_string_equal(decide(&market, YQ_BUY, "0", &decision), "ORDERED");
	market.listing = YQ_LISTING_DELISTED;
	assert_string_equal(decide(&market, YQ_BUY, "0", &decision), YQ_RISK_DELISTED);
	assert_string_equal(decide(&market, YQ_SELL, "10", &decision), "ORDERED");
	market.listing = YQ_LISTING_HALTED;
	assert_string_equal(decide(&market, YQ_BUY, "0", &decision), YQ_RISK_SUSPENDED);
	assert_string_equal(decide(&market, YQ_SELL, "10", &decision), "ORDERED");
}

static void
test_what_trades_in_another_currency_is_not_bought(void **unused)
{
	static struct yq_decision decision;
	struct yq_market_facts market = facts(YQ_LISTING_LISTED);

	(void)unused;
	market.listed_in = YQ_CNY;
	assert_string_equal(decide(&market, YQ_BUY, "0", &decision), YQ_RISK_CURRENCY);
	assert_string_equal(decide(&market, YQ_SELL, "10", &decision), "ORDERED");
	market.listing = YQ_LISTING_UNKNOWN; /* then nothing is said of a currency either */
	assert_string_equal(decide(&market, YQ_BUY, "0", &decision), "ORDERED");
}

static void
test_a_size_is_in_lots_of_the_catalog(void **unused)
{
	static struct yq_decision decision;
	struct yq_market_facts market = facts(YQ_LISTING_LISTED);

	(void)unused;
	market.lot = opt("7");
	assert_string_equal(decide(&market, YQ_BUY, "0", &decision), "ORDERED");
	assert_int_equal(decision.orders[0].qty.units % dec("7").units, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_lot_is_a_multiple_of_the_markets),
		cmocka_unit_test(test_only_what_is_halted_or_gone_is_not_listed),
		cmocka_unit_test(test_price_steps_of_a_kind),
		cmocka_unit_test(test_rounding_lands_on_a_step_of_every_kind),
		cmocka_unit_test(test_what_is_gone_or_suspended_is_not_bought_and_may_be_left),
		cmocka_unit_test(test_what_trades_in_another_currency_is_not_bought),
		cmocka_unit_test(test_a_size_is_in_lots_of_the_catalog),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
