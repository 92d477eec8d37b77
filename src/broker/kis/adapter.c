/* adapter.c - KIS as an adapter of the port: its operations, what it tells, its life. */
#include "broker/kis/adapter.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "broker/kis/stream.h"
#include "domain/market.h"

#define ABSENT_AFTER_US (INT64_C(60) * YQ_US_PER_SECOND)
#define IN_FLIGHT_MAX	64

static struct yq_kis *
kis_of(struct yq_broker *broker)
{
	return (struct yq_kis *)(void *)broker;
}

/* ---- operations ---- */

static void
on_idle(uv_idle_t *idle)
{
	struct yq_kis *k = idle->data;
	struct yq_kis_task *op = k->first;

	(void)uv_idle_stop(idle);
	k->first = NULL;
	k->last = &k->first;
	while (op != NULL) {
		struct yq_kis_task *next = op->next;

		op->run(op);
		op = next;
	}
}

void *
yq_kis_task_make(struct yq_kis *k, size_t size, yq_kis_run_fn *run, yq_kis_fail_fn *fail,
    union yq_broker_completion fn, void *cookie)
{
	struct yq_kis_task *op = yq_xcalloc(1, size);

	assert(!k->freed);
	op->k = k;
	op->run = run;
	op->fail = fail;
	op->fn = fn;
	op->cookie = cookie;
	op->begun_ns = yq_clock_monotonic_ns(k->clock);
	*k->last = op;
	k->last = &op->next;
	(void)uv_idle_start(&k->idle, on_idle);
	return op;
}

void
yq_kis_task_fail(struct yq_kis_task *op, enum yq_rc rc, const struct yq_err *err)
{
	op->fail(op, rc, err);
	free(op);
}

/* ---- what is known of instruments ---- */

bool
yq_kis_trades(const struct yq_kis *k, enum yq_exchange exchange)
{
	return (k->settings.countries >> yq_market_of(exchange)->country & 1U) != 0;
}

enum yq_exchange
yq_kis_home(const struct yq_kis *k, const char *ticker)
{
	for (const struct yq_table_node *node = k->ledger.entries.newest; node != NULL;
	     node = node->older) {
		const struct yq_kis_entry *entry = (const struct yq_kis_entry *)(const void *)node;

		if (yq_kis_market_of(entry->exchange)->domestic && entry->exchange != YQ_KRX &&
		    yq_str_equal(entry->ticker, ticker))
			return entry->exchange;
	}
	return k->home != NULL ? k->home(k->home_cookie, ticker) : YQ_KRX;
}

/* ---- what is told ---- */

void
yq_kis_tell(struct yq_kis *k, const struct yq_broker_event *events, size_t count)
{
	if (!k->freed && count > 0)
		k->head.on_event(k->head.event_cookie, events, count);
}

void
yq_kis_tell_steps(struct yq_kis *k, const struct yq_kis_entry *entry, size_t from)
{
	for (size_t i = from; i < entry->step_count; i++) {
		struct yq_broker_fill fill;
		struct yq_broker_event event = { .kind = YQ_BROKER_EV_FILL, .fill = &fill };

		if (!yq_kis_entry_fill(entry, i, &fill))
			continue;
		event.time_us = fill.time_us;
		memcpy(event.broker_order_id, entry->id, sizeof(event.broker_order_id));
		yq_kis_tell(k, &event, 1);
	}
}

/* ---- life ---- */

static void
on_close(uv_handle_t *handle)
{
	struct yq_kis *k = handle->data;

	if (--k->open_handles == 0)
		free(k);
}

static void
kis_free(struct yq_broker *broker)
{
	struct yq_kis *k = kis_of(broker);
	struct yq_kis_task *op = k->first;
	struct yq_err err;

	assert(!k->freed);
	k->freed = true;
	(void)yq_err_set(&err, YQ_E_RETRY, "the broker is being closed");
	while (op != NULL) {
		struct yq_kis_task *next = op->next;

		yq_kis_task_fail(op, YQ_E_RETRY, &err);
		op = next;
	}
	yq_kis_stream_free(k->stream);
	yq_kis_rest_free(k->rest);
	yq_kis_ledger_clear(&k->ledger);
	yq_kis_zones_free(&k->zones);
	uv_close((uv_handle_t *)&k->idle, on_close);
	uv_close((uv_handle_t *)&k->quotes, on_close);
}

static const struct yq_broker_ops kis_ops = {
	.submit = yq_kis_submit,
	.cancel = yq_kis_cancel,
	.replace = yq_kis_replace,
	.find_order = yq_kis_find,
	.open_orders = yq_kis_open_orders,
	.orders_since = yq_kis_orders_since,
	.fills_since = yq_kis_fills_since,
	.positions = yq_kis_positions,
	.balances = yq_kis_balances,
	.price = yq_kis_price,
	.free = kis_free,
};

static uint32_t
exchanges_of(const struct yq_kis *k)
{
	uint32_t bits = 0;

	for (int e = 0; e < YQ_EXCHANGE_COUNT; e++)
		if (yq_kis_trades(k, (enum yq_exchange)e))
			bits |= 1U << e;
	return bits;
}

static struct yq_kis *
kis_make(const struct yq_kis_spec *spec)
{
	struct yq_call_limits limits = yq_kis_limits_of(spec->settings);
	struct yq_kis *k = yq_xcalloc(1, sizeof(*k));

	k->settings = *spec->settings;
	k->head.ops = &kis_ops;
	k->head.name = "kis";
	k->head.on_event = spec->on_event;
	k->head.event_cookie = spec->event_cookie;
	k->head.capabilities = (struct yq_broker_capabilities){
		.flags = YQ_BROKER_REPLACES,
		.order_types =
		    1U << YQ_TYPE_LIMIT | 1U << YQ_TYPE_MARKET | 1U << YQ_TYPE_STOP_LIMIT,
		.times_in_force = 1U << YQ_TIF_DAY | 1U << YQ_TIF_IOC | 1U << YQ_TIF_FOK,
		.exchanges = exchanges_of(k),
		.in_flight_max = yq_calls_ahead(&limits, IN_FLIGHT_MAX),
		.absent_after_us = ABSENT_AFTER_US,
	};
	for (int e = 0; e < YQ_EXCHANGE_COUNT; e++) {
		k->head.capabilities.lacks[e] = yq_kis_lacks((enum yq_exchange)e);
		if (!yq_kis_market_of((enum yq_exchange)e)->domestic)
			k->head.capabilities.near_market |= 1U << e;
	}
	k->loop = spec->loop;
	k->clock = spec->clock;
	k->home = spec->home;
	k->home_cookie = spec->home_cookie;
	k->last = &k->first;
	return k;
}

static enum yq_rc
check(const struct yq_kis_spec *spec, struct yq_err *err)
{
	const struct yq_kis_settings *s = spec->settings;

	if (!yq_str_starts(s->url, "https://") && !yq_str_starts(s->url, "http://"))
		return yq_err_set(err, YQ_E_INVALID, "\"%s\" is no address of KIS", s->url);
	if (s->account.number[0] == '\0')
		return yq_err_set(err, YQ_E_INVALID, "the account's number at KIS is not set");
	if (spec->key == NULL || spec->secret == NULL || yq_secret_length(spec->key) == 0 ||
	    yq_secret_length(spec->secret) == 0)
		return yq_err_set(err, YQ_E_INVALID, "app key and secret of KIS are not set");
	return YQ_OK;
}

enum yq_rc
yq_kis_open(const struct yq_kis_spec *spec, struct yq_broker **ret_broker, struct yq_err *err)
{
	struct yq_kis_spec own = *spec;
	enum yq_rc rc = check(spec, err);
	struct yq_kis *k;

	*ret_broker = NULL;
	if (rc != YQ_OK)
		return rc;
	k = kis_make(spec);
	own.settings = &k->settings;
	rc = yq_kis_zones_load(&k->zones, err);
	if (rc == YQ_OK)
		rc = yq_kis_rest_make(&own, &k->rest, err);
	if (rc == YQ_OK && k->settings.stream)
		rc = yq_kis_stream_make(k, &own, &k->stream, err);
	if (rc != YQ_OK) {
		yq_kis_rest_free(k->rest);
		yq_kis_zones_free(&k->zones);
		free(k);
		return rc;
	}
	(void)uv_idle_init(k->loop, &k->idle);
	(void)uv_timer_init(k->loop, &k->quotes);
	k->idle.data = k->quotes.data = k;
	k->open_handles = 2;
	yq_kis_quotes_begin(k);
	*ret_broker = &k->head;
	return YQ_OK;
}
