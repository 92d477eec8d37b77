/*
 * bench_paper.c - the cost of an order in the paper book, with few and with many others at rest.
 * Prints nanoseconds for a new price, an order at the market and its execution.
 *
 *	bench_paper [orders]
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/str.h"
#include "broker/paper_book.h"

#define NOW_US INT64_C(1800000000000000)

static void
unheard(void *cookie, const struct yq_paper_record *record, const struct yq_paper_order *order)
{
	(void)cookie;
	(void)record;
	(void)order;
}

static void
submit(struct yq_paper_book *book, struct yq_order *order)
{
	struct yq_paper_answer answer;
	struct yq_err err;

	order->id = yq_id_random();
	if (yq_paper_submit(book, order, true, NOW_US, 0, &answer, &err) == YQ_OK)
		return;
	fprintf(stderr, "refused: %s\n", err.text);
	exit(1);
}

static void
price(struct yq_paper_book *book, int64_t cents)
{
	yq_paper_observe(book, YQ_NASDAQ, "AAPL", yq_decimal_from_scaled(cents, 2), true, NOW_US);
}

static int64_t
measure(int resting, int64_t count)
{
	struct yq_paper_settings settings = yq_paper_settings_default();
	struct yq_order order = yq_order_default();
	struct yq_paper_book *book;
	int64_t start;

	settings.walk_bps = YQ_DECIMAL_ZERO;
	settings.cash[YQ_USD] = yq_decimal_from_int(INT64_C(100000000000));
	book = yq_paper_book_make(&settings, unheard, NULL);
	yq_paper_book_found(book, "7f3a9c21");
	yq_str_copy_cut(order.ticker, sizeof(order.ticker), "AAPL");
	order.exchange = YQ_NASDAQ;
	order.currency = YQ_USD;
	order.qty = yq_decimal_from_int(1);
	order.timestamp_us = NOW_US;
	order.time_in_force = YQ_TIF_GTC;
	order.type = YQ_TYPE_LIMIT;
	order.price = yq_opt_decimal_of(yq_decimal_from_int(1));
	price(book, 20000);
	for (int i = 0; i < resting; i++)
		submit(book, &order);
	order.type = YQ_TYPE_MARKET;
	order.price = YQ_OPT_DECIMAL_NONE;
	start = yq_clock_monotonic_ns(yq_clock_system());
	for (int64_t i = 0; i < count; i++) {
		price(book, 20000 + i % 2);
		submit(book, &order);
	}
	start = yq_clock_monotonic_ns(yq_clock_system()) - start;
	yq_paper_book_free(book);
	return start / count;
}

int
main(int argc, char **argv)
{
	int64_t count = 50000;

	if (argc > 1 && !yq_str_to_int64(argv[1], 1, 100000000, &count))
		return 2;
	printf("10 resting orders      %6lld ns an order\n", (long long)measure(10, count));
	printf("10000 resting orders   %6lld ns an order\n", (long long)measure(10000, count));
	return 0;
}
