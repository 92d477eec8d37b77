/*
 * kis_account.h - KIS, which the simulator plays, and accounts there: one by itself, or several
 * that share what accounts share; their calls, what became of them, and the simulator's knobs.
 */
#ifndef YQ_TESTS_KIS_ACCOUNT_H
#define YQ_TESTS_KIS_ACCOUNT_H

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

static inline int64_t
now_us(void *cookie)
{
	(void)cookie;
	return yq_clock_now_us(yq_clock_system());
}

static inline int64_t
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

static inline void
on_late(uv_timer_t *timer)
{
	*(bool *)timer->data = true;
}

static inline void
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

static inline void
on_waited(uv_timer_t *timer)
{
	++*(unsigned *)timer->data;
}

static inline void
wait_ms(uint64_t ms)
{
	unsigned waited = 0;
	uv_timer_t timer;

	(void)uv_timer_init(&t.loop, &timer);
	timer.data = &waited;
	(void)uv_timer_start(&timer, on_waited, ms, 0);
	await(&waited, 1);
	uv_close((uv_handle_t *)&timer, NULL);
	(void)uv_run(&t.loop, UV_RUN_NOWAIT);
}

static inline void
ended(enum yq_rc rc, const struct yq_err *err)
{
	t.rc = rc;
	t.good += rc == YQ_OK;
	yq_str_copy_cut(t.text, sizeof(t.text), rc == YQ_OK ? "" : err->text);
	t.ended++;
}

/* The answer to the one call that is out. */
static inline void
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

static inline void
on_done(void *cookie, enum yq_rc rc, const struct yq_broker_ack *ack, const struct yq_err *err)
{
	(void)cookie;
	if (rc == YQ_OK)
		memcpy(t.id, ack->broker_order_id, sizeof(t.id));
	ended(rc, err);
}

static inline void
on_orders(void *cookie, enum yq_rc rc, const struct yq_broker_order *orders, size_t count,
    const struct yq_err *err)
{
	(void)cookie;
	t.count = count < LIST_MAX ? count : LIST_MAX;
	for (size_t i = 0; i < t.count; i++)
		t.orders[i] = orders[i];
	ended(rc, err);
}

static inline void
on_found(void *cookie, enum yq_rc rc, const struct yq_broker_order *found,
    const struct yq_broker_fill *fills, size_t count, const struct yq_err *err)
{
	(void)cookie;
	(void)fills;
	(void)count;
	assert_true(rc != YQ_OK || yq_str_equal(found->broker_order_id, t.id));
	ended(rc, err);
}

static inline void
on_fills(void *cookie, enum yq_rc rc, const struct yq_broker_fill *fills, size_t count,
    const struct yq_err *err)
{
	(void)cookie;
	t.fill_count = count < LIST_MAX ? count : LIST_MAX;
	for (size_t i = 0; i < t.fill_count; i++)
		t.fills[i] = fills[i];
	ended(rc, err);
}

static inline void
on_price(void *cookie, enum yq_rc rc, const struct yq_broker_quote *quote, const struct yq_err *err)
{
	(void)cookie;
	(void)quote;
	ended(rc, err);
}

static inline void
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

static inline void
on_control(void *cookie, enum yq_rc rc, const struct yq_http_reply *reply, const struct yq_err *err)
{
	if (rc != YQ_OK || reply->status / 100 != 2)
		fail_msg("%s", rc != YQ_OK ? err->text : reply->body);
	++*(unsigned *)cookie;
}

static inline void
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

static inline void
knobs(const char *json)
{
	control("PUT", "knobs", json);
}

/* ---- set-up ---- */

/* `shared` may be NULL. */
static inline struct yq_broker *
account_make(const char *number, struct yq_shared *shared, uint32_t quote_s,
    yq_broker_event_fn *on_event, void *cookie)
{
	struct yq_secret *key = yq_secret_make("PSabcdefghijklmnopqrstuvwxyz01234567", 36);
	struct yq_secret *secret = yq_secret_make("secret", 6);
	struct yq_kis_settings settings;
	struct yq_kis_spec spec = { .loop = &t.loop,
		.clock = &shifted,
		.settings = &settings,
		.key = key,
		.secret = secret,
		.shared = shared,
		.on_event = on_event,
		.event_cookie = cookie };
	struct yq_broker *broker;
	char url[128];
	struct yq_err err;

	yq_str_format(url, sizeof(url), "%s/kis", simulator.url);
	settings = yq_kis_settings_of(false, url);
	yq_str_format(settings.stream_url, sizeof(settings.stream_url), "ws%s/kis/tryitout",
	    simulator.url + strlen("http"));
	yq_str_copy_cut(settings.hts_id, sizeof(settings.hts_id), "hts1");
	settings.quote_s = quote_s;
	assert_int_equal(yq_kis_settings_account(&settings, number, &err), YQ_OK);
	if (yq_kis_open(&spec, &broker, &err) != YQ_OK)
		fail_msg("%s", err.text);
	yq_secret_free(key);
	yq_secret_free(secret);
	return broker;
}

static inline void
open_account(uint32_t quote_s)
{
	t.broker = account_make("12345678-01", NULL, quote_s, on_events, NULL);
}

static inline int
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

static inline int
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
static inline struct yq_order
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

static inline bool
is_owned(void *cookie, const char *broker_order_id)
{
	(void)cookie;
	(void)broker_order_id;
	return false;
}

/* How many of KIS's orders may be this one. */
static inline size_t
candidates(const struct yq_order *o)
{
	yq_broker_orders_since(t.broker, o->timestamp_us - YQ_MATCH_BEFORE_US, on_orders, NULL);
	answer(YQ_OK);
	return yq_match_order(o, o->timestamp_us, t.orders, t.count, is_owned, NULL).count;
}

static inline void
ask_price(void)
{
	yq_broker_price(t.broker, YQ_KOSPI, "005930", on_price, NULL);
}

#endif
