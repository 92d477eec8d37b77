/*
 * test_kis_mishaps.c - the KIS adapter when things go wrong: a token that ends in mid-life, answers
 * that are lost or are none, too many calls, notices that come twice or never.  What really
 * happened is asked of the simulator afterwards.
 */
#include "simulator_process.h"

#include <uv.h>

#include "base/mem.h"
#include "broker/kis/kis.h"
#include "broker/match.h"
#include "net/http_client.h"

#define WAIT_MS	 30000
#define ASKS	 40
#define LIST_MAX 32

static char folder[64];
static struct simulator_process simulator;

/* Runs with the system's, ahead of it. */
static int64_t ahead_ns;

static int64_t
now_us(void *cookie)
{
	(void)cookie;
	return yq_clock_now_us(yq_clock_system());
}

static int64_t
monotonic_ns(void *cookie)
{
	(void)cookie;
	return yq_clock_monotonic_ns(yq_clock_system()) + ahead_ns;
}

static const struct yq_clock shifted = { now_us, monotonic_ns, NULL };

static struct {
	uv_loop_t loop;
	struct yq_broker *broker;
	unsigned ended, good, stale, quotes, notices;
	enum yq_rc rc;
	char text[256], notice[256], id[YQ_BROKER_ORDER_ID_SIZE];
	struct yq_broker_order orders[LIST_MAX];
	struct yq_broker_fill fills[LIST_MAX];
	size_t count, fill_count;
	struct yq_decimal pushed;
} t;

/* ---- waiting ---- */

static void
on_late(uv_timer_t *timer)
{
	*(bool *)timer->data = true;
}

static void
await(const unsigned *count, unsigned wanted)
{
	uv_timer_t timer;
	bool late = false;

	(void)uv_timer_init(&t.loop, &timer);
	timer.data = &late;
	(void)uv_timer_start(&timer, on_late, WAIT_MS, 0);
	while (!late && *count < wanted)
		(void)uv_run(&t.loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&timer, NULL);
	(void)uv_run(&t.loop, UV_RUN_NOWAIT);
	assert_false(late);
}

static void
ended(enum yq_rc rc, const struct yq_err *err)
{
	t.rc = rc;
	t.good += rc == YQ_OK;
	yq_str_copy_cut(t.text, sizeof(t.text), rc == YQ_OK ? "" : err->text);
	t.ended++;
}

/* The answer to the one call that is out. */
static void
answer(enum yq_rc expected)
{
	await(&t.ended, 1);
	assert_int_equal(t.ended, 1);
	t.ended = 0;
	if (t.rc != expected)
		print_message("# %s: %s\n", yq_rc_name(t.rc), t.text);
	assert_int_equal(t.rc, expected);
}

/* ---- answers and events ---- */

static void
on_done(void *cookie, enum yq_rc rc, const struct yq_broker_ack *ack, const struct yq_err *err)
{
	(void)cookie;
	if (rc == YQ_OK)
		memcpy(t.id, ack->broker_order_id, sizeof(t.id));
	ended(rc, err);
}

static void
on_orders(void *cookie, enum yq_rc rc, const struct yq_broker_order *orders, size_t count,
    const struct yq_err *err)
{
	(void)cookie;
	t.count = count < LIST_MAX ? count : LIST_MAX;
	for (size_t i = 0; i < t.count; i++)
		t.orders[i] = orders[i];
	ended(rc, err);
}

static void
on_fills(void *cookie, enum yq_rc rc, const struct yq_broker_fill *fills, size_t count,
    const struct yq_err *err)
{
	(void)cookie;
	t.fill_count = count < LIST_MAX ? count : LIST_MAX;
	for (size_t i = 0; i < t.fill_count; i++)
		t.fills[i] = fills[i];
	ended(rc, err);
}

static void
on_price(void *cookie, enum yq_rc rc, const struct yq_broker_quote *quote, const struct yq_err *err)
{
	(void)cookie;
	(void)quote;
	ended(rc, err);
}

static void
on_events(void *cookie, const struct yq_broker_event *events, size_t count)
{
	(void)cookie;
	for (size_t i = 0; i < count; i++) {
		t.stale += events[i].kind == YQ_BROKER_EV_STALE;
		t.quotes += events[i].kind == YQ_BROKER_EV_QUOTE;
		if (events[i].kind == YQ_BROKER_EV_NOTICE) {
			t.notices++;
			yq_str_copy_cut(t.notice, sizeof(t.notice), events[i].text);
		}
		if (events[i].kind == YQ_BROKER_EV_FILL)
			assert_int_equal(
			    yq_decimal_add(t.pushed, events[i].fill->fill.qty, &t.pushed), YQ_OK);
	}
}

/* ---- the simulator ---- */

static void
on_control(void *cookie, enum yq_rc rc, const struct yq_http_reply *reply, const struct yq_err *err)
{
	if (rc != YQ_OK || reply->status / 100 != 2)
		fail_msg("%s", rc != YQ_OK ? err->text : reply->body);
	++*(unsigned *)cookie;
}

static void
control(const char *method, const char *what, const char *json)
{
	struct yq_http_client *client = yq_http_client_make(&t.loop, NULL);
	char url[128], path[96], token[160] = "", bearer[192];
	const struct yq_http_header headers[] = { { "Authorization", bearer },
		{ "Content-Type", "application/json" } };
	unsigned done = 0;
	FILE *file;

	yq_str_format(url, sizeof(url), "%s/control/v1/%s", simulator.url, what);
	yq_str_format(path, sizeof(path), "%s/exchange/control-token", folder);
	file = fopen(path, "re");
	assert_non_null(file);
	assert_non_null(fgets(token, sizeof(token), file));
	(void)fclose(file);
	token[strcspn(token, "\n")] = '\0';
	yq_str_format(bearer, sizeof(bearer), "Bearer %s", token);
	(void)yq_http_client_send(client,
	    &(struct yq_http_client_request){ .method = method,
		.url = url,
		.headers = headers,
		.header_count = YQ_COUNT(headers),
		.body = json,
		.length = strlen(json) },
	    on_control, &done);
	await(&done, 1);
	yq_http_client_free(client);
}

static void
knobs(const char *json)
{
	control("PUT", "knobs", json);
}

/* ---- set-up ---- */

static void
open_account(uint32_t quote_s)
{
	struct yq_secret *key = yq_secret_make("PSabcdefghijklmnopqrstuvwxyz01234567", 36);
	struct yq_secret *secret = yq_secret_make("secret", 6);
	struct yq_kis_settings settings;
	struct yq_kis_spec spec = { .loop = &t.loop,
		.clock = &shifted,
		.settings = &settings,
		.key = key,
		.secret = secret,
		.on_event = on_events };
	char url[128];
	struct yq_err err;

	yq_str_format(url, sizeof(url), "%s/kis", simulator.url);
	settings = yq_kis_settings_of(false, url);
	yq_str_format(settings.stream_url, sizeof(settings.stream_url), "ws%s/kis/tryitout",
	    simulator.url + strlen("http"));
	yq_str_copy_cut(settings.hts_id, sizeof(settings.hts_id), "hts1");
	settings.quote_s = quote_s;
	assert_int_equal(yq_kis_settings_account(&settings, "12345678-01", &err), YQ_OK);
	if (yq_kis_open(&spec, &t.broker, &err) != YQ_OK)
		fail_msg("%s", err.text);
	yq_secret_free(key);
	yq_secret_free(secret);
}

static int
set_up(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	ahead_ns = 0;
	yq_str_copy_cut(folder, sizeof(folder), "/tmp/kis-XXXXXX");
	assert_non_null(mkdtemp(folder));
	(void)uv_loop_init(&t.loop);
	simulator = simulator_begin(folder);
	knobs("{\"kis_tokens_per_minute\":0}");
	open_account(0);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	yq_broker_free(t.broker);
	(void)uv_run(&t.loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&t.loop), 0);
	simulator_end(&simulator);
	return 0;
}

/* Of KOSPI: KIS's lists do not say so. */
static struct yq_order
order(int64_t qty, int64_t price)
{
	struct yq_order o = yq_order_default();

	yq_str_copy_cut(o.ticker, sizeof(o.ticker), "005930");
	o.exchange = YQ_KOSPI;
	o.action = YQ_BUY;
	o.type = price > 0 ? YQ_TYPE_LIMIT : YQ_TYPE_MARKET;
	o.qty = yq_decimal_from_int(qty);
	o.timestamp_us = yq_clock_now_us(yq_clock_system());
	if (price > 0)
		o.price = yq_opt_decimal_of(yq_decimal_from_int(price));
	return o;
}

static bool
is_owned(void *cookie, const char *broker_order_id)
{
	(void)cookie;
	(void)broker_order_id;
	return false;
}

/* How many of KIS's orders may be this one. */
static size_t
candidates(const struct yq_order *o)
{
	yq_broker_orders_since(t.broker, o->timestamp_us - YQ_MATCH_BEFORE_US, on_orders, NULL);
	answer(YQ_OK);
	return yq_match_order(o, o->timestamp_us, t.orders, t.count, is_owned, NULL).count;
}

static void
ask_price(void)
{
	yq_broker_price(t.broker, YQ_KOSPI, "005930", on_price, NULL);
}

/* ---- tests ---- */

static void
test_a_token_that_ends_in_mid_life_costs_no_order(void **unused)
{
	struct yq_order o = order(10, 70000);

	(void)unused;
	ask_price();
	answer(YQ_OK);
	/* So long ago that a new one may be had. */
	ahead_ns = INT64_C(120) * 1000000000;
	control("POST", "expire-tokens", "{}");
	yq_broker_submit(t.broker, &o, on_done, NULL);
	answer(YQ_E_RETRY); /* it says that it was not taken, and was not */
	assert_non_null(strstr(t.text, "EGW00123"));
	assert_int_equal(candidates(&o), 0);
	yq_broker_submit(t.broker, &o, on_done, NULL);
	answer(YQ_OK);
	assert_int_equal(candidates(&o), 1);
	/* A question asks again by itself. */
	ahead_ns *= 2;
	control("POST", "expire-tokens", "{}");
	ask_price();
	answer(YQ_OK);
}

/* Longer, and it would count as Unknown, though nothing of it was ever sent. */
static void
test_an_order_that_waits_for_its_price_is_given_back_in_time(void **unused)
{
	struct yq_order o = order(3, 0);
	int64_t begun_ns;

	(void)unused;
	yq_str_copy_cut(o.ticker, sizeof(o.ticker), "AAPL");
	o.exchange = YQ_NASDAQ;
	ask_price();
	answer(YQ_OK);
	control("POST", "expire-tokens", "{}"); /* and a new one cannot be had within a minute */
	begun_ns = monotonic_ns(NULL);
	yq_broker_submit(t.broker, &o, on_done, NULL);
	answer(YQ_E_RETRY);
	assert_true(monotonic_ns(NULL) - begun_ns < INT64_C(9000000000));
}

static void
test_an_order_whose_answer_is_lost_is_found_once(void **unused)
{
	static const struct {
		const char *knob;
		size_t taken;
	} rows[] = {
		{ "{\"timeout_next\":1}", 1 },
		{ "{\"error_after_next\":1}", 1 },
		{ "{\"cut_next\":1}", 1 },
		{ "{\"unheard_next\":1}", 0 },
		{ "{\"error_next\":1}", 0 },
	};

	(void)unused;
	ask_price();
	answer(YQ_OK);
	for (size_t i = 0; i < YQ_COUNT(rows); i++) {
		struct yq_order o = order(10 + (int64_t)i, 70000);

		knobs(rows[i].knob);
		yq_broker_submit(t.broker, &o, on_done, NULL);
		answer(YQ_E_UNKNOWN);
		if (candidates(&o) != rows[i].taken)
			fail_msg("%s: not %zu of %zu orders", rows[i].knob, rows[i].taken, t.count);
	}
}

static void
test_too_many_calls_are_no_refusal(void **unused)
{
	struct yq_order o = order(10, 70000);

	(void)unused;
	ask_price();
	answer(YQ_OK);
	knobs("{\"limited_next\":1}");
	yq_broker_submit(t.broker, &o, on_done, NULL);
	answer(YQ_E_RETRY);
	assert_int_equal(candidates(&o), 0);
	knobs("{\"limited_next\":1}");
	ask_price();
	answer(YQ_OK);
	/* The broker counts as it does in earnest: none of these is too many. */
	t.good = 0;
	for (int i = 0; i < ASKS; i++)
		ask_price();
	await(&t.ended, ASKS);
	t.ended = 0;
	assert_int_equal(t.good, ASKS);
}

static void
test_a_list_that_breaks_off_is_none(void **unused)
{
	struct yq_order o = order(10, 70000);

	(void)unused;
	yq_broker_submit(t.broker, &o, on_done, NULL);
	answer(YQ_OK);
	knobs("{\"cut_next\":1}");
	yq_broker_open_orders(t.broker, on_orders, NULL);
	answer(YQ_E_UNKNOWN);
	assert_int_equal(t.count, 0);
	knobs("{\"html_next\":1}");
	yq_broker_open_orders(t.broker, on_orders, NULL);
	answer(YQ_E_UNKNOWN);
	yq_broker_open_orders(t.broker, on_orders, NULL);
	answer(YQ_OK);
	assert_int_equal(t.count, 1);
}

/* Twice, never: each share is told once, whoever tells of it. */
static void
test_notices_that_come_twice_or_never(void **unused)
{
	static const char *const mishaps[] = { "{\"duplicate_next\":9}",
		"{\"duplicate_next\":0,\"lost_next\":9}", "{\"lost_next\":0,\"reorder_next\":1}" };
	struct yq_decimal sum = YQ_DECIMAL_ZERO;

	(void)unused;
	await(&t.stale, 1); /* notices are coming */
	for (size_t i = 0; i < YQ_COUNT(mishaps); i++) {
		struct yq_order o = order(5, 0);

		knobs(mishaps[i]);
		yq_broker_submit(t.broker, &o, on_done, NULL);
		answer(YQ_OK);
	}
	yq_broker_fills_since(t.broker, 0, on_fills, NULL);
	answer(YQ_OK);
	for (size_t i = 0; i < t.fill_count; i++)
		assert_int_equal(yq_decimal_add(sum, t.fills[i].fill.qty, &sum), YQ_OK);
	assert_int_equal(yq_decimal_cmp(sum, yq_decimal_from_int(15)), 0);
	assert_true(yq_decimal_cmp(t.pushed, sum) <= 0);
}

static void
on_balances(void *cookie, enum yq_rc rc, const struct yq_broker_balance *balances, size_t count,
    const struct yq_err *err)
{
	(void)cookie;
	(void)balances;
	t.count = count;
	ended(rc, err);
}

static void
test_cash_that_is_not_known_does_not_count_and_is_told_once(void **unused)
{
	size_t known;

	(void)unused;
	yq_broker_balances(t.broker, on_balances, NULL);
	answer(YQ_OK);
	known = t.count;
	knobs("{\"kis_euros\":250}");
	for (int i = 0; i < 2; i++) {
		yq_broker_balances(t.broker, on_balances, NULL);
		answer(YQ_OK);
		assert_int_equal(t.count, known);
		assert_int_equal(t.notices, 1);
	}
	assert_non_null(strstr(t.notice, "EUR (250)"));
}

/* A price is as old as it was last told: one that stands still must not grow old for that. */
static void
test_a_price_that_stands_still_is_told_again(void **unused)
{
	struct yq_order o = order(10, 70000);

	(void)unused;
	yq_broker_free(t.broker);
	open_account(1);
	yq_broker_submit(t.broker, &o, on_done, NULL);
	answer(YQ_OK);
	await(&t.quotes, 3);
}

int
main(void)
{
#define ONE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		ONE(test_a_token_that_ends_in_mid_life_costs_no_order),
		ONE(test_an_order_that_waits_for_its_price_is_given_back_in_time),
		ONE(test_an_order_whose_answer_is_lost_is_found_once),
		ONE(test_too_many_calls_are_no_refusal),
		ONE(test_a_list_that_breaks_off_is_none),
		ONE(test_notices_that_come_twice_or_never),
		ONE(test_a_price_that_stands_still_is_told_again),
		ONE(test_cash_that_is_not_known_does_not_count_and_is_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
