/* exchange_test.h - a simulated exchange on a quiet afternoon, and words to give it orders with. */
#ifndef YQ_TESTS_UNIT_EXCHANGE_TEST_H
#define YQ_TESTS_UNIT_EXCHANGE_TEST_H

#include <string.h>

#include "test.h"

#include "simulator/exchange.h"
#include "simulator/record.h"

#define NOON   INT64_C(1763985600000000) /* 2025-11-24T12:00:00Z, a Monday */
#define SECOND YQ_US_PER_SECOND

static inline struct yq_decimal
dec(const char *text)
{
	struct yq_decimal value;

	assert_int_equal(yq_decimal_parse(text, strlen(text), &value), YQ_OK);
	return value;
}

static inline struct yq_opt_decimal
opt(const char *text)
{
	return text == NULL ? YQ_OPT_DECIMAL_NONE : yq_opt_decimal_of(dec(text));
}

static inline void
assert_dec(struct yq_decimal value, const char *text)
{
	char found[YQ_DECIMAL_TEXT_SIZE];

	(void)yq_decimal_format(value, found);
	assert_string_equal(found, text);
}

struct market {
	struct sim_exchange *x;
	struct sim_account *account;
	struct sim_instrument *apple;
	int64_t now_us;
	struct yq_err err;
};

static inline struct sim_settings
quiet_settings(void)
{
	struct sim_settings s = sim_settings_default();

	s.fees[YQ_COUNTRY_US] = (struct sim_fee){ .rate = dec("0.001") };
	return s;
}

static inline void
market_with(struct market *m, const struct sim_settings *settings)
{
	*m = (struct market){ .now_us = NOON };
	m->x = sim_exchange_make(settings, "test");
	m->account = sim_account(m->x, "Someone");
	m->apple = sim_list(m->x, YQ_NASDAQ, "AAPL", "Apple Inc.", dec("100"));
	assert_non_null(m->account);
	assert_non_null(m->apple);
}

static inline void
market_open(struct market *m)
{
	struct sim_settings settings = quiet_settings();

	market_with(m, &settings);
}

static inline void
market_close(struct market *m)
{
	sim_exchange_free(m->x);
}

static inline struct sim_ask
limit_of(const struct market *m, enum yq_action action, const char *qty, const char *price)
{
	return (struct sim_ask){ .account = m->account,
		.instrument = m->apple,
		.action = action,
		.type = price == NULL ? YQ_TYPE_MARKET : YQ_TYPE_LIMIT,
		.time_in_force = YQ_TIF_GTC,
		.qty = dec(qty),
		.price = opt(price) };
}

static inline struct sim_order *
take(struct market *m, const struct sim_ask *ask)
{
	struct sim_order *order;

	if (sim_submit(m->x, ask, m->now_us, &order, &m->err) != SIM_DONE)
		fail_msg("%s", m->err.text);
	return order;
}

static inline void
price_is(struct market *m, const char *price)
{
	sim_set_price(
	    m->x, m->apple, dec(price), YQ_OPT_DECIMAL_NONE, YQ_OPT_DECIMAL_NONE, m->now_us);
}

static inline void
keep_text(void *cookie, const char *array, size_t length)
{
	yq_buf_add(cookie, array, length);
}

/* All of the book as text. */
static inline struct yq_buf
book_text(struct sim_exchange *x)
{
	struct yq_buf text = yq_buf_make(64U << 20);

	sim_record_all(x, keep_text, &text);
	assert_true(yq_buf_ok(&text));
	return text;
}

#endif
