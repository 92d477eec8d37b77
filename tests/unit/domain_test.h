/* domain_test.h - what the tests of the trading rules share. */
#ifndef YQ_TESTS_DOMAIN_TEST_H
#define YQ_TESTS_DOMAIN_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "domain/account.h"
#include "domain/trade.h"

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
	return yq_opt_decimal_of(dec(text));
}

#define assert_decimal(value, expected)                \
	do {                                           \
		char shown_[YQ_DECIMAL_TEXT_SIZE];     \
		yq_decimal_format(value, shown_);      \
		assert_string_equal(shown_, expected); \
	} while (0)

static inline int64_t
at(const char *time)
{
	int64_t instant;

	assert_int_equal(yq_time_parse(time, strlen(time), &instant), YQ_OK);
	return instant;
}

static inline void
put_text(char *target, size_t size, const char *text)
{
	assert_true(yq_str_copy(target, size, text));
}
#define SET(member, text) put_text(member, sizeof(member), text)

/* An order that passes yq_order_check: 10 AAPL on NASDAQ at the market. */
static inline struct yq_order
sample_order(const char *name, enum yq_action action, const char *qty)
{
	struct yq_order order = yq_order_default();

	order.id = yq_id_named(name, strlen(name));
	SET(order.account_alias, "Main");
	SET(order.ticker, "AAPL");
	SET(order.buy_reason, "Manual");
	order.exchange = YQ_NASDAQ;
	order.currency = YQ_USD;
	order.action = action;
	order.type = YQ_TYPE_MARKET;
	order.qty = dec(qty);
	order.timestamp_us = at("2026-11-23T15:00:00Z");
	return order;
}

static inline struct yq_position
sample_position(const char *qty, const char *avg_price)
{
	struct yq_position position = { .currency = YQ_USD, .exchange = YQ_NASDAQ };

	SET(position.account_alias, "Main");
	SET(position.ticker, "AAPL");
	SET(position.buy_reason, "Manual");
	position.qty = dec(qty);
	position.avg_price = dec(avg_price);
	return position;
}

/* One execution of AAPL on NASDAQ by the strategy "trend", `second` seconds into 2026-11-23 15:00.
 */
static inline struct yq_trade
sample_trade(
    enum yq_action action, const char *qty, const char *price, const char *commission, int second)
{
	struct yq_trade trade = { .action = action, .exchange = YQ_NASDAQ, .currency = YQ_USD };
	char name[16];

	(void)yq_str_format(name, sizeof(name), "trade %d", second);
	trade.id = yq_id_named(name, strlen(name));
	trade.order_id = trade.id;
	SET(trade.ticker, "AAPL");
	SET(trade.strategy, "trend");
	trade.quantity = dec(qty);
	trade.executed_price = dec(price);
	trade.commission = dec(commission);
	trade.executed_at_us = at("2026-11-23T15:00:00Z") + second * YQ_US_PER_SECOND;
	return trade;
}

/* The account "Main" with USD `cash` and, unless "0", `qty` AAPL at 100. */
static inline struct yq_account *
sample_account(const char *cash, const char *qty)
{
	struct yq_account *account = yq_account_make("Main");
	struct yq_position position = sample_position(qty, "100");

	yq_account_set_cash(account, YQ_USD, dec(cash));
	assert_int_equal(yq_account_set_position(account, &position, NULL), YQ_OK);
	return account;
}

#endif
