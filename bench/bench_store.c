/*
 * bench_store.c - how fast Firebird takes signals, orders and trades, in batches as they come.
 *
 *	bench_store FOLDER [batches [rows a batch [page cache pages]]]
 *
 * FOLDER gets a private root and a new database; remove it afterwards.  With YQ_BENCH_FIREBIRD set
 * to a connection string, that database is used, which must be an empty one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/migrate.h"
#include "store/orders.h"
#include "store/root.h"
#include "store/signals.h"

struct bench {
	struct yq_firebird *firebird;
	size_t rows;
	int64_t made; /* rows of each kind so far */
	struct yq_trade_row *trades;
	struct yq_order_row *orders;
	struct yq_signal_row *signals;
	enum yq_rc *outcomes;
};

static char decision[] =
    "{\"Verdict\":\"ordered\",\"DecidedAt\":\"2026-11-22T23:46:55.123456Z\",\"Orders\":[\"3f2504e0-"
    "4f89-51d3-9a0c-0305e82c3301\"],\"Steps\":[{\"Rule\":\"halt\",\"Ok\":true,\"Text\":\"no "
    "halt\"},"
    "{\"Rule\":\"session\",\"Ok\":true,\"Text\":\"the market is "
    "open\"},{\"Rule\":\"size\",\"Ok\":true,"
    "\"Text\":\"10 % of 100000.00 USD at 187.44 is 53\"}]}";

static void
check(enum yq_rc rc, const struct yq_err *err)
{
	if (rc == YQ_OK)
		return;
	fprintf(stderr, "%s: %s\n", yq_rc_name(rc), err->text);
	exit(1);
}

static void
set_text(char *target, size_t size, const char *text)
{
	if (!yq_str_copy(target, size, text))
		abort();
}
#define SET(member, text) set_text(member, sizeof(member), text)

static double
seconds_of(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* One signal, its order and its trade, with ids as random as real ones. */
static void
make_row(struct bench *bench, size_t i)
{
	struct yq_trade_row *trade = &bench->trades[i];
	struct yq_order_row *order = &bench->orders[i];
	struct yq_signal_row *row = &bench->signals[i];
	int64_t at = INT64_C(1795391215000000) + bench->made * 100, number = bench->made++;

	row->signal = yq_signal_default();
	row->signal.id = yq_id_named(&number, sizeof(number));
	row->signal.received_at_us = row->signal.timestamp_us = at;
	SET(row->signal.ticker, "AAPL");
	SET(row->signal.strategy, "Mean reversion");
	SET(row->verdict, "ordered");
	row->decided_at_us = at + 500;
	row->order_count = 1;
	row->decision = decision;
	order->order = yq_order_default();
	order->order.id = yq_order_id_of(&row->signal.id, "Paper", 0);
	order->order.signal_id = row->signal.id;
	order->order.timestamp_us = order->created_at_us = at + 500;
	order->order.qty = yq_decimal_from_int(53);
	order->order.currency = YQ_USD;
	SET(order->order.account_alias, "Paper");
	SET(order->order.ticker, "AAPL");
	SET(order->order.buy_reason, "Webhook:Mean reversion");
	order->progress.state = YQ_ORDER_FILLED;
	order->progress.sequence = 3;
	order->progress.filled = order->order.qty;
	order->progress.avg_price = yq_decimal_from_scaled(18744, 2);
	order->progress.notional = yq_decimal_from_scaled(993432, 2);
	order->claimed_at_us = at + 900;
	order->submitted_at_us = order->first_fill_at_us = order->final_at_us = at + 1300;
	SET(order->broker_order_id, "P000000012345");
	trade->trade.id = yq_id_named(&at, sizeof(at));
	trade->trade.order_id = order->order.id;
	trade->trade.executed_at_us = at + 1300;
	trade->trade.quantity = order->order.qty;
	trade->trade.executed_price = order->progress.avg_price;
	trade->trade.currency = YQ_USD;
	SET(trade->account_alias, "Paper");
	SET(trade->trade.ticker, "AAPL");
	SET(trade->trade.broker_order_id, "P000000012345");
	SET(trade->trade.strategy, "Mean reversion");
}

enum kind { TRADES, ORDERS, SIGNALS, KINDS };
static const char *const kind_names[KINDS] = { "trades", "orders", "signals" };

static enum yq_rc
insert(struct bench *bench, enum kind kind, struct yq_err *err)
{
	switch (kind) {
	case TRADES:
		return yq_trades_insert(
		    bench->firebird, bench->trades, bench->rows, bench->outcomes, NULL, NULL, err);
	case ORDERS:
		return yq_orders_save(
		    bench->firebird, bench->orders, bench->rows, bench->outcomes, NULL, NULL, err);
	default:
		return yq_signals_save(
		    bench->firebird, bench->signals, bench->rows, bench->outcomes, NULL, NULL, err);
	}
}

static void
run_batch(struct bench *bench, int number, bool show)
{
	struct yq_err err = { 0 };

	for (size_t i = 0; i < bench->rows; i++)
		make_row(bench, i);
	for (int kind = 0; kind < KINDS; kind++) {
		double wall = seconds_of(CLOCK_MONOTONIC),
		       cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);

		check(insert(bench, (enum kind)kind, &err), &err);
		for (size_t i = 0; i < bench->rows; i++)
			check(bench->outcomes[i], &err);
		wall = seconds_of(CLOCK_MONOTONIC) - wall;
		cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
		if (show)
			printf("batch %4d  %-8s %8.0f rows/s  %6.1f us CPU/row\n", number,
			    kind_names[kind], (double)bench->rows / wall,
			    cpu * 1e6 / (double)bench->rows);
	}
}

static void
open_store(struct bench *bench, const char *folder, unsigned pages)
{
	struct yq_firebird_options options = { .create = true, .page_cache_pages = pages };
	struct yq_firebird_target target;
	struct yq_firebird_root root;
	const char *given = getenv("YQ_BENCH_FIREBIRD");
	struct yq_err err = { 0 };
	char text[1024];

	check(yq_firebird_root_prepare(folder, 0, &root, &err), &err);
	yq_firebird_root_use(&root);
	yq_str_format(text, sizeof(text), "Database=%s/bench-%ld.fdb", root.folder, (long)getpid());
	check(yq_firebird_target_parse(given != NULL ? given : text, &target, &err), &err);
	check(yq_firebird_open(&target, &options, &bench->firebird, &err), &err);
	check(yq_migrate(bench->firebird, NULL, &err), &err);
	yq_firebird_target_clear(&target);
}

static int64_t
argument(int argc, char **argv, int index, int64_t fallback)
{
	int64_t value = fallback;

	if (argc > index && !yq_str_to_int64(argv[index], 1, 10000000, &value))
		exit(2);
	return value;
}

int
main(int argc, char **argv)
{
	struct bench bench = { 0 };
	int batches = (int)argument(argc, argv, 2, 10);

	if (argc < 2) {
		fprintf(stderr, "usage: %s FOLDER [batches [rows [pages]]]\n", argv[0]);
		return 2;
	}
	bench.rows = (size_t)argument(argc, argv, 3, 10000);
	bench.trades = yq_xcalloc(bench.rows, sizeof(*bench.trades));
	bench.orders = yq_xcalloc(bench.rows, sizeof(*bench.orders));
	bench.signals = yq_xcalloc(bench.rows, sizeof(*bench.signals));
	bench.outcomes = yq_xcalloc(bench.rows, sizeof(*bench.outcomes));
	open_store(&bench, argv[1], (unsigned)argument(argc, argv, 4, 2048));
	for (int i = 0; i < batches; i++)
		run_batch(&bench, i, i < 2 || i == batches - 1 || i == batches / 2);
	yq_firebird_close(bench.firebird);
	free(bench.trades);
	free(bench.orders);
	free(bench.signals);
	free(bench.outcomes);
	return 0;
}
