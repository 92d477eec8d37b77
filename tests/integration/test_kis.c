/*
 * test_kis.c - the KIS adapter against the simulator's KIS face, real and virtual, by its own
 *protocol.
 *
 *	test_kis YQ_SIMULATOR
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"
#include "broker/kis/kis.h"

#define LINE_MAX_BYTES 4096
#define WAIT_MS	       15000

static const char *simulator;

struct world {
	uv_loop_t loop;
	char folder[64];
	pid_t pid;
	FILE *log;
	int port;
	const char *face;
	struct yq_broker *broker;
	/* what came last */
	bool ended;
	enum yq_rc rc;
	char id[YQ_BROKER_ORDER_ID_SIZE], text[256];
	struct yq_broker_order orders[16];
	struct yq_broker_fill fills[16];
	struct yq_position positions[16];
	struct yq_broker_balance balances[16];
	struct yq_decimal price;
	size_t count, fill_count;
	size_t pushed_fills, quotes, stale, ends;
	struct yq_broker_fill pushed[16];
};

/* ---- the simulator ---- */

static void
read_port(struct world *w)
{
	char line[LINE_MAX_BYTES];

	while (w->port == 0 && fgets(line, sizeof(line), w->log) != NULL) {
		const char *at = strstr(line, "http://127.0.0.1:");

		if (at != NULL)
			w->port = (int)strtol(at + strlen("http://127.0.0.1:"), NULL, 10);
	}
	assert_true(w->port > 0);
}

static void
simulator_start(struct world *w)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	w->pid = fork();
	assert_true(w->pid >= 0);
	if (w->pid == 0) {
		(void)dup2(ends[1], STDERR_FILENO);
		(void)dup2(ends[1], STDOUT_FILENO);
		(void)close(ends[0]);
		(void)execl(simulator, simulator, "--port", "0", "--folder", w->folder, "--no-sync",
		    "--knob", "kis_tokens_per_minute=0", "--knob", "kis_per_second=1000", "--knob",
		    "kis_virtual_per_second=1000", (char *)NULL);
		_exit(127);
	}
	(void)close(ends[1]);
	w->log = fdopen(ends[0], "r");
	read_port(w);
}

/* ---- events and answers ---- */

static void
on_events(void *cookie, const struct yq_broker_event *events, size_t count)
{
	struct world *w = cookie;

	for (size_t i = 0; i < count; i++) {
		w->stale += events[i].kind == YQ_BROKER_EV_STALE;
		w->quotes += events[i].kind == YQ_BROKER_EV_QUOTE;
		w->ends += events[i].kind == YQ_BROKER_EV_CANCELED;
		if (events[i].kind == YQ_BROKER_EV_FILL && w->pushed_fills < 16)
			w->pushed[w->pushed_fills++] = *events[i].fill;
	}
}

static void
end(struct world *w, enum yq_rc rc, const struct yq_err *err)
{
	assert_false(w->ended);
	w->ended = true;
	w->rc = rc;
	yq_str_copy_cut(w->text, sizeof(w->text), rc == YQ_OK ? "" : err->text);
}

static void
on_done(void *cookie, enum yq_rc rc, const struct yq_broker_ack *ack, const struct yq_err *err)
{
	struct world *w = cookie;

	if (rc == YQ_OK)
		memcpy(w->id, ack->broker_order_id, sizeof(w->id));
	end(w, rc, err);
}

static void
on_orders(void *cookie, enum yq_rc rc, const struct yq_broker_order *orders, size_t count,
    const struct yq_err *err)
{
	struct world *w = cookie;

	w->count = count < 16 ? count : 16;
	for (size_t i = 0; i < w->count; i++)
		w->orders[i] = orders[i];
	end(w, rc, err);
}

static void
on_fills(void *cookie, enum yq_rc rc, const struct yq_broker_fill *fills, size_t count,
    const struct yq_err *err)
{
	struct world *w = cookie;

	w->fill_count = count < 16 ? count : 16;
	for (size_t i = 0; i < w->fill_count; i++)
		w->fills[i] = fills[i];
	end(w, rc, err);
}

static void
on_found(void *cookie, enum yq_rc rc, const struct yq_broker_order *order,
    const struct yq_broker_fill *fills, size_t count, const struct yq_err *err)
{
	struct world *w = cookie;

	if (rc == YQ_OK)
		w->orders[0] = *order;
	w->fill_count = count < 16 ? count : 16;
	for (size_t i = 0; i < w->fill_count; i++)
		w->fills[i] = fills[i];
	end(w, rc, err);
}

static void
on_positions(void *cookie, enum yq_rc rc, const struct yq_position *positions, size_t count,
    const struct yq_err *err)
{
	struct world *w = cookie;

	w->count = count < 16 ? count : 16;
	for (size_t i = 0; i < w->count; i++)
		w->positions[i] = positions[i];
	end(w, rc, err);
}

static void
on_balances(void *cookie, enum yq_rc rc, const struct yq_broker_balance *balances, size_t count,
    const struct yq_err *err)
{
	struct world *w = cookie;

	w->count = count < 16 ? count : 16;
	for (size_t i = 0; i < w->count; i++)
		w->balances[i] = balances[i];
	end(w, rc, err);
}

static void
on_price(void *cookie, enum yq_rc rc, const struct yq_broker_quote *quote, const struct yq_err *err)
{
	struct world *w = cookie;

	if (rc == YQ_OK)
		w->price = quote->price;
	end(w, rc, err);
}

static void
on_late(uv_timer_t *timer)
{
	*(bool *)timer->data = true;
}

/* Until `*flag`, or a count, is there; fails when it does not come. */
static void
await(struct world *w, const bool *flag, const size_t *count, size_t wanted)
{
	uv_timer_t timer;
	bool late = false;

	(void)uv_timer_init(&w->loop, &timer);
	timer.data = &late;
	(void)uv_timer_start(&timer, on_late, WAIT_MS, 0);
	while (!late && !(flag != NULL ? *flag : *count >= wanted))
		(void)uv_run(&w->loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&timer, NULL);
	(void)uv_run(&w->loop, UV_RUN_NOWAIT);
	assert_false(late);
}

static void
answer(struct world *w, enum yq_rc expected)
{
	await(w, &w->ended, NULL, 0);
	if (w->rc != expected)
		print_message("# %s: %s\n", yq_rc_name(w->rc), w->text);
	assert_int_equal(w->rc, expected);
	w->ended = false;
}

static void
open_account(struct world *w, bool is_virtual)
{
	struct yq_secret *key = yq_secret_make("PSabcdefghijklmnopqrstuvwxyz01234567", 36);
	struct yq_secret *secret = yq_secret_make("secret", 6);
	struct yq_kis_settings settings;
	struct yq_kis_spec spec = { .loop = &w->loop,
		.clock = yq_clock_system(),
		.settings = &settings,
		.key = key,
		.secret = secret,
		.on_event = on_events,
		.event_cookie = w };
	char url[128];
	struct yq_err err;

	w->face = is_virtual ? "kis-virtual" : "kis";
	(void)yq_str_format(url, sizeof(url), "http://127.0.0.1:%d/%s", w->port, w->face);
	settings = yq_kis_settings_of(is_virtual, url);
	(void)yq_str_format(settings.stream_url, sizeof(settings.stream_url),
	    "ws://127.0.0.1:%d/%s/tryitout", w->port, w->face);
	yq_str_copy_cut(settings.hts_id, sizeof(settings.hts_id), "hts1");
	settings.calls_per_second = 0;
	settings.countries = UINT32_MAX;
	assert_int_equal(yq_kis_settings_account(&settings, "12345678-01", &err), YQ_OK);
	if (yq_kis_open(&spec, &w->broker, &err) != YQ_OK)
		fail_msg("%s", err.text);
	yq_secret_free(key);
	yq_secret_free(secret);
}

static int
set_up(void **state, bool is_virtual)
{
	struct world *w = yq_xcalloc(1, sizeof(*w));

	*state = w;
	(void)yq_str_format(w->folder, sizeof(w->folder), "%s", "/tmp/kis-XXXXXX");
	assert_non_null(mkdtemp(w->folder));
	(void)uv_loop_init(&w->loop);
	simulator_start(w);
	open_account(w, is_virtual);
	return 0;
}

static int
set_up_real(void **state)
{
	return set_up(state, false);
}

static int
set_up_virtual(void **state)
{
	return set_up(state, true);
}

static int
tear_down(void **state)
{
	struct world *w = *state;

	yq_broker_free(w->broker);
	(void)uv_run(&w->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&w->loop), 0);
	(void)kill(w->pid, SIGTERM);
	(void)waitpid(w->pid, NULL, 0);
	(void)fclose(w->log);
	free(w);
	return 0;
}

static struct yq_order
order(enum yq_exchange exchange, const char *ticker, enum yq_action action, int64_t qty,
    const char *price)
{
	struct yq_order o = yq_order_default();

	yq_str_copy_cut(o.ticker, sizeof(o.ticker), ticker);
	o.exchange = exchange;
	o.action = action;
	o.type = price != NULL ? YQ_TYPE_LIMIT : YQ_TYPE_MARKET;
	o.qty = yq_decimal_from_int(qty);
	o.timestamp_us = yq_clock_now_us(yq_clock_system());
	if (price != NULL) {
		o.price.set = true;
		assert_int_equal(yq_decimal_parse(price, strlen(price), &o.price.value), YQ_OK);
	}
	return o;
}

static void
check(struct yq_decimal value, const char *expected)
{
	char text[YQ_DECIMAL_TEXT_SIZE];

	yq_decimal_format(value, text);
	assert_string_equal(text, expected);
}

static void
test_an_order_lives_through_its_changes_under_one_name(void **state)
{
	struct world *w = *state;
	struct yq_order o = order(YQ_KOSPI, "005930", YQ_BUY, 10, "70000");
	struct yq_broker_ref ref = { &o, w->id, o.timestamp_us };
	struct yq_broker_change change = { .price = yq_opt_decimal_of(yq_decimal_from_int(70100)) };
	char first[YQ_BROKER_ORDER_ID_SIZE];

	yq_broker_submit(w->broker, &o, on_done, w);
	answer(w, YQ_OK);
	memcpy(first, w->id, sizeof(first));
	assert_true(yq_str_starts(first, "KR-"));
	yq_broker_replace(w->broker, &ref, &change, on_done, w);
	answer(w, YQ_OK);
	assert_string_equal(w->id, first);
	yq_broker_open_orders(w->broker, on_orders, w);
	answer(w, YQ_OK);
	assert_int_equal(w->count, 1);
	assert_string_equal(w->orders[0].broker_order_id, first);
	assert_int_equal(w->orders[0].exchange, YQ_KOSPI);
	check(w->orders[0].qty, "10");
	check(w->orders[0].price.value, "70100");
	yq_broker_cancel(w->broker, &ref, on_done, w);
	answer(w, YQ_OK);
	yq_broker_find_order(w->broker, &ref, on_found, w);
	answer(w, YQ_OK);
	assert_int_equal(w->orders[0].state, YQ_ORDER_CANCELED);
	assert_string_equal(w->orders[0].broker_order_id, first);
	yq_broker_open_orders(w->broker, on_orders, w);
	answer(w, YQ_OK);
	assert_int_equal(w->count, 0);
	yq_broker_cancel(w->broker, &ref, on_done, w);
	answer(w, YQ_E_REFUSED);
}

static void
test_a_market_order_abroad_is_a_limit_that_trades(void **state)
{
	struct world *w = *state;
	struct yq_order o = order(YQ_NASDAQ, "AAPL", YQ_BUY, 3, NULL);
	struct yq_broker_ref ref = { &o, w->id, o.timestamp_us };

	yq_broker_submit(w->broker, &o, on_done, w);
	answer(w, YQ_OK);
	assert_true(yq_str_starts(w->id, "US-"));
	yq_broker_find_order(w->broker, &ref, on_found, w);
	answer(w, YQ_OK);
	assert_int_equal(w->orders[0].state, YQ_ORDER_FILLED);
	assert_false(w->orders[0].price.set);
	assert_true(w->fill_count >= 1);
	check(w->fills[w->fill_count - 1].total.value, "3");
	yq_broker_fills_since(w->broker, 0, on_fills, w);
	answer(w, YQ_OK);
	assert_true(w->fill_count >= 1);
	yq_broker_positions(w->broker, on_positions, w);
	answer(w, YQ_OK);
	assert_int_equal(w->count, 1);
	assert_string_equal(w->positions[0].ticker, "AAPL");
	assert_int_equal(w->positions[0].exchange, YQ_NASDAQ);
	check(w->positions[0].qty, "3");
}

static void
test_cash_and_prices_are_told(void **state)
{
	struct world *w = *state;
	bool won = false, dollars = false;

	yq_broker_balances(w->broker, on_balances, w);
	answer(w, YQ_OK);
	for (size_t i = 0; i < w->count; i++) {
		won = won || w->balances[i].currency == YQ_KRW;
		dollars = dollars || w->balances[i].currency == YQ_USD;
	}
	assert_true(won && dollars);
	yq_broker_price(w->broker, YQ_NYSE, "KO", on_price, w);
	answer(w, YQ_OK);
	check(w->price, "63.2");
	yq_broker_price(w->broker, YQ_KOSPI, "005930", on_price, w);
	answer(w, YQ_OK);
	check(w->price, "71500");
}

static void
test_what_the_broker_refuses_is_said_in_its_words(void **state)
{
	struct world *w = *state;
	struct yq_order o = order(YQ_NASDAQ, "NOSUCH", YQ_BUY, 3, "10");

	yq_broker_submit(w->broker, &o, on_done, w);
	answer(w, YQ_E_REFUSED);
	assert_non_null(strstr(w->text, "APBK0656"));
	o = order(YQ_SSE, "601318", YQ_BUY, 100, "50");
	o.time_in_force = YQ_TIF_FOK;
	yq_broker_submit(w->broker, &o, on_done, w);
	answer(w, YQ_E_REFUSED);
}

static void
test_executions_are_pushed_once_and_asked_for_the_same(void **state)
{
	struct world *w = *state;
	struct yq_order o = order(YQ_KOSPI, "005930", YQ_BUY, 5, NULL);

	await(w, NULL, &w->stale, 1); /* notices are coming */
	assert_true(yq_broker_can(w->broker, YQ_BROKER_PUSHES));
	yq_broker_submit(w->broker, &o, on_done, w);
	answer(w, YQ_OK);
	await(w, NULL, &w->pushed_fills, 1);
	yq_broker_fills_since(w->broker, 0, on_fills, w);
	answer(w, YQ_OK);
	assert_int_equal(w->fill_count, w->pushed_fills);
	for (size_t i = 0; i < w->fill_count; i++)
		assert_string_equal(w->fills[i].execution_id, w->pushed[i].execution_id);
	check(w->fills[w->fill_count - 1].total.value, "5");
}

/* Nothing is kept: what the adapter has to know of its orders is asked for. */
static void
test_orders_of_a_life_before_are_known_and_can_be_canceled(void **state)
{
	struct world *w = *state;
	struct yq_order rests = order(YQ_KOSPI, "005930", YQ_BUY, 10, "70000");
	struct yq_order trades = order(YQ_NASDAQ, "AAPL", YQ_BUY, 3, NULL);
	char resting[YQ_BROKER_ORDER_ID_SIZE], execution[YQ_EXECUTION_ID_SIZE];
	struct yq_broker_ref ref = { &rests, resting, rests.timestamp_us };

	yq_broker_submit(w->broker, &rests, on_done, w);
	answer(w, YQ_OK);
	memcpy(resting, w->id, sizeof(resting));
	yq_broker_submit(w->broker, &trades, on_done, w);
	answer(w, YQ_OK);
	yq_broker_fills_since(w->broker, 0, on_fills, w);
	answer(w, YQ_OK);
	assert_true(w->fill_count >= 1);
	memcpy(execution, w->fills[w->fill_count - 1].execution_id, sizeof(execution));
	yq_broker_free(w->broker);
	open_account(w, yq_str_equal(w->face, "kis-virtual"));
	yq_broker_fills_since(w->broker, 0, on_fills, w);
	answer(w, YQ_OK);
	assert_int_equal(w->fill_count, 1);
	assert_string_equal(w->fills[0].execution_id, execution);
	check(w->fills[0].total.value, "3");
	yq_broker_cancel(w->broker, &ref, on_done, w);
	answer(w, YQ_OK);
	yq_broker_find_order(w->broker, &ref, on_found, w);
	answer(w, YQ_OK);
	assert_int_equal(w->orders[0].state, YQ_ORDER_CANCELED);
	assert_int_equal(w->orders[0].exchange, YQ_KOSPI);
}

int
main(int argc, char **argv)
{
#define BOTH(test)                                                     \
	cmocka_unit_test_setup_teardown(test, set_up_real, tear_down), \
	    cmocka_unit_test_setup_teardown(test, set_up_virtual, tear_down)
	const struct CMUnitTest tests[] = {
		BOTH(test_an_order_lives_through_its_changes_under_one_name),
		BOTH(test_a_market_order_abroad_is_a_limit_that_trades),
		BOTH(test_cash_and_prices_are_told),
		BOTH(test_what_the_broker_refuses_is_said_in_its_words),
		BOTH(test_executions_are_pushed_once_and_asked_for_the_same),
		BOTH(test_orders_of_a_life_before_are_known_and_can_be_canceled),
	};

	if (argc != 2)
		return 64;
	simulator = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
