/*
 * test_kis_home.c - KIS does not say which of Korea's markets a position is of: who uses the
 * adapter does, and what is known of an order goes before it.
 */
#include "simulator_process.h"

#include <uv.h>

#include "base/secret.h"
#include "broker/kis/kis.h"

#define WAIT_MS 30000

static struct {
	uv_loop_t loop;
	bool ended, late;
	enum yq_rc rc;
	char text[256];
	struct yq_position positions[8];
	size_t count;
	enum yq_exchange home; /* of 005930 */
} t;

static void
on_late(uv_timer_t *timer)
{
	(void)timer;
	t.late = true;
}

static void
answer(void)
{
	uv_timer_t timer;

	t.late = false;
	(void)uv_timer_init(&t.loop, &timer);
	(void)uv_timer_start(&timer, on_late, WAIT_MS, 0);
	while (!t.ended && !t.late)
		(void)uv_run(&t.loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&timer, NULL);
	(void)uv_run(&t.loop, UV_RUN_NOWAIT);
	if (!t.ended || t.rc != YQ_OK)
		fail_msg("%s", t.text);
	t.ended = false;
}

static void
end(enum yq_rc rc, const struct yq_err *err)
{
	t.ended = true;
	t.rc = rc;
	yq_str_copy_cut(t.text, sizeof(t.text), rc == YQ_OK ? "" : err->text);
}

static void
on_done(void *cookie, enum yq_rc rc, const struct yq_broker_ack *ack, const struct yq_err *err)
{
	(void)cookie;
	(void)ack;
	end(rc, err);
}

static void
on_positions(void *cookie, enum yq_rc rc, const struct yq_position *positions, size_t count,
    const struct yq_err *err)
{
	(void)cookie;
	t.count = count < 8 ? count : 8;
	for (size_t i = 0; i < t.count; i++)
		t.positions[i] = positions[i];
	end(rc, err);
}

static void
on_events(void *cookie, const struct yq_broker_event *events, size_t count)
{
	(void)cookie;
	(void)events;
	(void)count;
}

static enum yq_exchange
home_of(void *cookie, const char *ticker)
{
	(void)cookie;
	return yq_str_equal(ticker, "005930") ? t.home : YQ_KRX;
}

static struct yq_broker *
open_account(const struct simulator_process *simulator)
{
	struct yq_secret *key = yq_secret_make("PSabcdefghijklmnopqrstuvwxyz01234567", 36);
	struct yq_secret *secret = yq_secret_make("secret", 6);
	struct yq_kis_settings settings;
	struct yq_kis_spec spec = { .loop = &t.loop,
		.clock = yq_clock_system(),
		.settings = &settings,
		.key = key,
		.secret = secret,
		.home = home_of,
		.on_event = on_events };
	struct yq_broker *broker = NULL;
	struct yq_err err = { .text = "" };
	char url[128];

	yq_str_format(url, sizeof(url), "%s/kis", simulator->url);
	settings = yq_kis_settings_of(false, url);
	settings.stream = false;
	assert_int_equal(yq_kis_settings_account(&settings, "12345678-01", &err), YQ_OK);
	if (yq_kis_open(&spec, &broker, &err) != YQ_OK)
		fail_msg("%s", err.text);
	yq_secret_free(key);
	yq_secret_free(secret);
	return broker;
}

static void
buy(struct yq_broker *broker, enum yq_exchange exchange)
{
	struct yq_order o = yq_order_default();

	yq_str_copy_cut(o.ticker, sizeof(o.ticker), "005930");
	o.exchange = exchange;
	o.action = YQ_BUY;
	o.type = YQ_TYPE_MARKET;
	o.qty = yq_decimal_from_int(3);
	o.timestamp_us = yq_clock_now_us(yq_clock_system());
	yq_broker_submit(broker, &o, on_done, NULL);
	answer();
}

static void
expect_at(struct yq_broker *broker, enum yq_exchange exchange)
{
	yq_broker_positions(broker, on_positions, NULL);
	answer();
	assert_int_equal(t.count, 1);
	assert_int_equal(t.positions[0].exchange, exchange);
}

static void
test_a_position_in_korea_is_at_home_where_its_owner_says(void **unused)
{
	char folder[] = "/tmp/kis-home-XXXXXX";
	struct simulator_process simulator;
	struct yq_broker *broker;

	(void)unused;
	assert_non_null(mkdtemp(folder));
	(void)uv_loop_init(&t.loop);
	simulator = simulator_begin(folder);
	broker = open_account(&simulator);
	t.home = YQ_KRX;
	buy(broker, YQ_KRX);
	expect_at(broker, YQ_KRX);
	t.home = YQ_KOSPI;
	expect_at(broker, YQ_KOSPI);
	/* An order's own word goes before the catalog's: its executions are booked there. */
	t.home = YQ_KOSPI;
	buy(broker, YQ_KOSDAQ);
	expect_at(broker, YQ_KOSDAQ);
	yq_broker_free(broker);
	(void)uv_run(&t.loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&t.loop), 0);
	simulator_end(&simulator);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_position_in_korea_is_at_home_where_its_owner_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
