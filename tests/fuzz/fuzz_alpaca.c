/*
 * fuzz_alpaca.c - any bytes as an answer of Alpaca: read whole, or a fault that says why.  The
 * first byte says what was asked for.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/str.h"
#include "broker/alpaca/decode.h"
#include "broker/alpaca/errors.h"

#include "fuzz.h"

static void
order(const char *text, size_t length, struct yq_err *err)
{
	struct yq_alpaca_order o;

	if (yq_alpaca_decode_order(text, length, &o, err) != YQ_OK)
		return;
	assert(o.id[0] != '\0' && yq_ticker_is_valid(o.symbol) && o.time_us >= 0);
	assert(yq_decimal_sign(o.filled) >= 0 && yq_alpaca_state(&o) < YQ_ORDER_STATE_COUNT);
	assert(yq_decimal_sign(o.filled) == 0 || yq_decimal_sign(o.avg_price) > 0);
}

static void
orders(const char *text, size_t length, struct yq_err *err)
{
	struct yq_alpaca_order *items;
	size_t count;

	if (yq_alpaca_decode_orders(text, length, &items, &count, err) != YQ_OK)
		assert(items == NULL && count == 0);
	free(items);
}

static void
fills(const char *text, size_t length, struct yq_err *err)
{
	char id[YQ_EXECUTION_ID_SIZE];
	struct yq_alpaca_fills list;

	if (yq_alpaca_decode_fills(text, length, &list, err) == YQ_OK) {
		for (size_t i = 0; i < list.count; i++) {
			assert(yq_decimal_sign(list.items[i].fill.qty) > 0);
			assert(yq_decimal_sign(list.items[i].fill.price) > 0);
			assert(yq_alpaca_execution_id(&list.items[i], id, err) == YQ_OK);
		}
	}
	free(list.items);
}

static void
account(const char *text, size_t length, struct yq_err *err)
{
	struct yq_alpaca_account a;

	(void)!yq_alpaca_decode_account(text, length, &a, err);
}

static void
positions(const char *text, size_t length, struct yq_err *err)
{
	struct yq_alpaca_position *items;
	size_t count;

	if (yq_alpaca_decode_positions(text, length, &items, &count, err) == YQ_OK)
		for (size_t i = 0; i < count; i++)
			assert(yq_ticker_is_valid(items[i].symbol));
	free(items);
}

static void
small(const char *text, size_t length, struct yq_err *err)
{
	struct yq_alpaca_asset asset;
	struct yq_alpaca_clock clock;
	struct yq_alpaca_day *days;
	size_t count;

	(void)!yq_alpaca_decode_asset(text, length, &asset, err);
	(void)!yq_alpaca_decode_clock(text, length, &clock, err);
	(void)!yq_alpaca_decode_calendar(text, length, &days, &count, err);
	free(days);
}

static void
prices(const char *text, size_t length, struct yq_err *err)
{
	struct yq_alpaca_price *items;
	size_t count;

	if (yq_alpaca_decode_prices(text, length, &items, &count, err) == YQ_OK)
		for (size_t i = 0; i < count; i++)
			assert(yq_decimal_sign(items[i].price) > 0);
	free(items);
}

static void
heard(const char *text, size_t length, struct yq_err *err)
{
	struct yq_alpaca_update update = { .news = YQ_ALPACA_NEWS_NONE };
	enum yq_alpaca_heard what;

	if (yq_alpaca_decode_heard(text, length, &what, &update, err) == YQ_OK &&
	    what == YQ_ALPACA_UPDATE && update.news == YQ_ALPACA_NEWS_FILL)
		assert(yq_decimal_sign(update.fill.fill.qty) > 0 && update.fill.time_us != 0);
}

static void
fault(const char *text, size_t length, struct yq_err *err)
{
	static const int statuses[] = { 200, 400, 401, 403, 404, 422, 429, 500, 503 };
	struct yq_alpaca_fault f;

	for (size_t i = 0; i < YQ_COUNT(statuses); i++) {
		struct yq_alpaca_answer answer = { .status = statuses[i],
			.body = text,
			.length = length,
			.retry_after = text,
			.rate_reset = text };
		enum yq_rc rc = yq_alpaca_judge(&answer, true, 0, &f, err);

		assert((rc == YQ_OK) == (statuses[i] == 200));
		assert(statuses[i] < 500 || rc == YQ_E_UNKNOWN);
	}
}

typedef void reader(const char *text, size_t length, struct yq_err *err);
static reader *const readers[] = { order, orders, fills, account, positions, small, prices, heard,
	fault };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct yq_err err = { .rc = YQ_OK };
	char *text;

	if (size < 1 || size > 65536)
		return 0;
	text = calloc(size, 1); /* the rest, and a NUL as answers have it */
	assert(text != NULL);
	for (size_t i = 1; i < size; i++)
		text[i - 1] = (char)data[i];
	readers[data[0] % YQ_COUNT(readers)](text, size - 1, &err);
	free(text);
	return 0;
}
