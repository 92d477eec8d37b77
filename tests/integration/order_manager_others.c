/* order_manager_others.c - play webhook, gateway, console and another user of the database beside
 * yq-order-manager. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "bus/message.h"
#include "order_manager_fixture.h"
#include "sanitized.h"
#include "store/tx.h"

void
om_account(const char *alias, const char *usd)
{
	char words[256];

	(void)yq_str_format(words, sizeof(words),
	    "HSET account:%s Alias %s Number 1 Broker paper Active true", alias, alias);
	yq_reply_free(valkey_do(console, words));
	(void)yq_str_format(words, sizeof(words), "HSET deposit:%s USD %s", alias, usd);
	yq_reply_free(valkey_do(console, words));
}

void
om_price(const char *ticker, const char *price)
{
	struct yq_stock_item item = {
		.ticker = ticker,
		.exchange = YQ_NASDAQ,
		.currency = YQ_USD,
		.updated_at_us = yq_clock_now_us(yq_clock_system()),
	};

	assert_int_equal(yq_decimal_parse(price, strlen(price), &item.price), YQ_OK);
	{
		struct yq_args args = yq_args_make();

		yq_encode_stock(&args, &item, 1);
		assert_int_equal(steps_run(YQ_PROGRAM_GATEWAY, &args, 0), YQ_OK);
		yq_args_free(&args);
	}
}

struct yq_signal
om_signal(unsigned n)
{
	struct yq_signal signal = yq_signal_default();
	char name[32];

	(void)yq_str_format(name, sizeof(name), "signal %u", n);
	signal.id = yq_id_named(name, strlen(name));
	yq_str_copy_cut(signal.ticker, sizeof(signal.ticker), "AAPL");
	signal.exchange = YQ_NASDAQ;
	signal.currency = YQ_USD;
	signal.action = YQ_BUY;
	signal.price = yq_opt_decimal_of(yq_decimal_from_int(100));
	yq_str_copy_cut(signal.strategy, sizeof(signal.strategy), "One");
	signal.timestamp_us = yq_clock_now_us(yq_clock_system());
	signal.received_at_us = signal.timestamp_us;
	return signal;
}

void
om_accept(const struct yq_signal *signals, size_t count)
{
	struct yq_accept_item *items = calloc(count, sizeof(*items));
	struct yq_buf *payloads = calloc(count, sizeof(*payloads));
	struct yq_args args = yq_args_make();

	assert_true(items != NULL && payloads != NULL);
	for (size_t i = 0; i < count; i++) {
		payloads[i] = yq_buf_make(YQ_MESSAGE_MAX);
		yq_message_encode_signal(&signals[i], &payloads[i]);
		items[i] = (struct yq_accept_item){
			.id = signals[i].id,
			.payload = payloads[i].data,
			.length = payloads[i].length,
		};
	}
	yq_encode_accept(&args, items, count);
	assert_int_equal(steps_run(YQ_PROGRAM_WEBHOOK, &args, 0), YQ_OK);
	yq_args_free(&args);
	for (size_t i = 0; i < count; i++)
		yq_buf_free(&payloads[i]);
	free(payloads);
	free(items);
}

void
om_push_execution(const struct yq_trade *trade)
{
	struct yq_trade_item item = { .account_alias = "Paper", .trade = *trade };
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_args args = yq_args_make();

	yq_message_encode_trade_item(&item, &payload);
	yq_args_text(&args, "RPUSH");
	yq_args_key(&args, YQ_KEY_TRADES_QUEUE, NULL);
	yq_args_bytes(&args, payload.data, payload.length);
	assert_int_equal(steps_run(YQ_PROGRAM_CONSOLE, &args, 0), YQ_OK);
	yq_args_free(&args);
}

void
om_push_trade(unsigned n, const char *quantity, const char *price)
{
	struct yq_trade trade = { .currency = YQ_USD, .exchange = YQ_NASDAQ };
	char name[32];

	(void)yq_str_format(name, sizeof(name), "trade %u", n);
	trade.id = yq_id_named(name, strlen(name));
	trade.order_id = trade.id;
	trade.executed_at_us = INT64_C(1790000000000000) + n;
	yq_str_copy_cut(trade.ticker, sizeof(trade.ticker), "AAPL");
	assert_int_equal(yq_decimal_parse(quantity, strlen(quantity), &trade.quantity), YQ_OK);
	assert_int_equal(yq_decimal_parse(price, strlen(price), &trade.executed_price), YQ_OK);
	om_push_execution(&trade);
}

/* ---- another process that holds rows ---- */

struct holding {
	const char *sql;
	int told, until;
};

static bool
hold(struct yq_firebird *firebird, const void *cookie, FILE *out, struct yq_err *err)
{
	const struct holding *holding = cookie;
	struct yq_tx *tx = NULL;
	char byte = 1;

	(void)out;
	if (yq_tx_begin(firebird, NULL, &tx, err) != YQ_OK ||
	    yq_tx_exec(tx, holding->sql, NULL, 0, NULL, err) != YQ_OK)
		return false;
	if (write(holding->told, &byte, 1) != 1 || read(holding->until, &byte, 1) != 0)
		return false;
	yq_tx_end(tx);
	return true;
}

struct om_holder
om_hold(const char *sql)
{
	int told[2], until[2];
	struct om_holder holder;
	char byte;

	assert_int_equal(pipe(told), 0);
	assert_int_equal(pipe(until), 0);
	holder.pid = fork();
	assert_true(holder.pid >= 0);
	if (holder.pid == 0) {
		struct holding holding = { sql, told[1], until[0] };

		(void)close(until[1]);
		om_in_database(hold, &holding);
		_exit(0);
	}
	(void)close(told[1]);
	(void)close(until[0]);
	assert_int_equal(read(told[0], &byte, 1), 1);
	(void)close(told[0]);
	holder.end = until[1];
	return holder;
}

void
om_release(struct om_holder *holder)
{
	int status = 0;

	(void)close(holder->end);
	assert_int_equal(waitpid(holder->pid, &status, 0), holder->pid);
	assert_int_equal(status, 0);
}

/*
 * Of a build with sanitizers: the leak checker itself has fallen, after the program had come to its
 * end (a known fault of its tracer, github.com/google/sanitizers/issues/1353).  Whether anything
 * leaked is then not known; any error of the program's own still counts.
 */
static bool
leak_check_fell(void)
{
	return om_log_has("stopped (0)") &&
	       om_log_has("LeakSanitizer has encountered a fatal error") &&
	       !om_log_has("ERROR: AddressSanitizer") && !om_log_has("runtime error") &&
	       !om_log_has("detected memory leaks");
}

int
om_end(void)
{
	int code = om_stop(SIGTERM);

	if (code == 0)
		return 0;
	om_show_log();
	return SANITIZED && leak_check_fell() ? 0 : code;
}
