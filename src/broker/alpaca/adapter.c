/* adapter.c - Alpaca as an adapter of the port: opening, closing, and what all operations share. */
#include "broker/alpaca/adapter.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "broker/alpaca/stream.h"

#define IN_FLIGHT_MAX 32
#define ACT_WITHIN_MS 6000
#define MARGIN_MS     6000 /* what the network and Alpaca themselves may hold back */
/* While a submit may still be on its way, that Alpaca does not know its order proves nothing. */
#define ABSENT_AFTER_US ((int64_t)(ACT_WITHIN_MS + YQ_ALPACA_ACT_MS + MARGIN_MS) * YQ_US_PER_MS)

/* ---- operations ---- */

static void
on_idle(uv_idle_t *idle)
{
	struct yq_alpaca *a = idle->data;
	struct yq_alpaca_op *op = a->first;

	(void)uv_idle_stop(idle);
	a->first = NULL;
	a->last = &a->first;
	while (op != NULL) {
		struct yq_alpaca_op *next = op->next;

		op->run(op);
		op = next;
	}
}

void *
yq_alpaca_op_make(struct yq_alpaca *a, size_t size, yq_alpaca_run_fn *run, yq_alpaca_fail_fn *fail,
    union yq_broker_completion fn, void *cookie)
{
	struct yq_alpaca_op *op = yq_xcalloc(1, size);

	assert(!a->freed);
	op->a = a;
	op->run = run;
	op->fail = fail;
	op->fn = fn;
	op->cookie = cookie;
	op->begun_ns = yq_clock_monotonic_ns(a->clock);
	*a->last = op;
	a->last = &op->next;
	(void)uv_idle_start(&a->idle, on_idle);
	return op;
}

void
yq_alpaca_op_fail(struct yq_alpaca_op *op, enum yq_rc rc, const struct yq_err *err)
{
	op->fail(op, rc, err);
	free(op);
}

void
yq_alpaca_op_garbled(struct yq_alpaca_op *op, struct yq_err *err)
{
	yq_alpaca_op_fail(
	    op, yq_err_context(err, YQ_E_UNKNOWN, "Alpaca's answer cannot be read"), err);
}

bool
yq_alpaca_op_is_late(struct yq_alpaca_op *op)
{
	struct yq_err err;

	if (yq_clock_monotonic_ns(op->a->clock) - op->begun_ns < ACT_WITHIN_MS * INT64_C(1000000))
		return false;
	(void)yq_err_set(&err, YQ_E_RETRY, "Alpaca answers too slowly: nothing was sent");
	yq_alpaca_op_fail(op, YQ_E_RETRY, &err);
	return true;
}

#define FAIL(kind, ...)                                                       \
	void yq_alpaca_fail_##kind(                                           \
	    struct yq_alpaca_op *op, enum yq_rc rc, const struct yq_err *err) \
	{                                                                     \
		op->fn.kind(op->cookie, rc, __VA_ARGS__, err);                \
	}

FAIL(done, NULL)
FAIL(found, NULL, NULL, 0)
FAIL(orders, NULL, 0)
FAIL(fills, NULL, 0)
FAIL(positions, NULL, 0)
FAIL(balances, NULL, 0)
FAIL(price, NULL)

void
yq_alpaca_ask(struct yq_alpaca *a, enum yq_call_priority priority, const struct yq_buf *path,
    yq_alpaca_reply_fn *fn, void *cookie)
{
	const struct yq_alpaca_call call = { .method = "GET", .priority = priority, .path = path };

	yq_alpaca_rest_send(a->rest, &call, fn, cookie);
}

void
yq_alpaca_tell_people(struct yq_alpaca *a, const char *text)
{
	const struct yq_broker_event event = {
		.kind = YQ_BROKER_EV_NOTICE, .time_us = yq_clock_now_us(a->clock), .text = text
	};

	if (!a->freed)
		a->head.on_event(a->head.event_cookie, &event, 1);
}

/* ---- settings ---- */

#define HOST_LIVE     "https://api.alpaca.markets"
#define HOST_PRACTICE "https://paper-api.alpaca.markets"
#define HOST_DATA     "https://data.alpaca.markets"
#define STREAM_PATH   "/stream"
#define QUOTE_S	      15
#define CALLS_MAX     10000 /* a minute */

/* "https://x" as "wss://x/stream". */
static void
stream_of(const char *url, char stream[YQ_ALPACA_URL_SIZE])
{
	stream[0] = '\0';
	if (yq_str_starts(url, "http"))
		yq_str_format(stream, YQ_ALPACA_URL_SIZE, "ws%s" STREAM_PATH, url + 4);
}

static void
take_url(const char *url, char out[YQ_ALPACA_URL_SIZE])
{
	yq_str_copy_cut(out, YQ_ALPACA_URL_SIZE, url);
	for (size_t n = strlen(out); n > 0 && out[n - 1] == '/'; n--)
		out[n - 1] = '\0';
}

struct yq_alpaca_settings
yq_alpaca_settings_of(bool live, const char *base_url)
{
	struct yq_alpaca_settings s = {
		.stream = true, .calls_per_minute = YQ_ALPACA_CALLS_PER_MINUTE, .quote_s = QUOTE_S
	};

	yq_str_copy_cut(s.feed, sizeof(s.feed), "iex");
	take_url(base_url[0] != '\0' ? base_url : live ? HOST_LIVE : HOST_PRACTICE, s.url);
	take_url(base_url[0] != '\0' ? base_url : HOST_DATA, s.data_url);
	stream_of(s.url, s.stream_url);
	return s;
}

enum member_kind { MEMBER_URL, MEMBER_TEXT, MEMBER_HIDDEN, MEMBER_BOOL, MEMBER_INT };
static const struct member {
	const char *name;
	enum member_kind kind;
	size_t offset, size;
	int64_t max;
} members[] = {
#define MEMBER(name, kind, member, max)                                   \
	{                                                                 \
		name, kind, offsetof(struct yq_alpaca_settings, member),  \
		    sizeof(((struct yq_alpaca_settings *)0)->member), max \
	}
	MEMBER("DataUrl", MEMBER_URL, data_url, 0),
	MEMBER("StreamUrl", MEMBER_URL, stream_url, 0),
	MEMBER("Feed", MEMBER_TEXT, feed, 0),
	MEMBER("CaFile", MEMBER_TEXT, ca_file, 0),
	MEMBER("Proxy", MEMBER_HIDDEN, proxy, 0), /* may have a password */
	MEMBER("Stream", MEMBER_BOOL, stream, 0),
	MEMBER("ExtendedHours", MEMBER_BOOL, extended_hours, 0),
	MEMBER("CallsPerMinute", MEMBER_INT, calls_per_minute, CALLS_MAX),
	MEMBER("QuoteSeconds", MEMBER_INT, quote_s, 86400),
};

static bool
read_member(const struct member *m, const yq_json *value, char *target)
{
	uint32_t number32;
	int64_t number;
	bool flag;

	switch (m->kind) {
	case MEMBER_URL:
	case MEMBER_TEXT:
	case MEMBER_HIDDEN:
		if (yq_json_type_of(value) != YQ_JSON_STRING ||
		    !yq_str_copy(target, m->size, yq_json_text(value, NULL)))
			return false;
		if (m->kind == MEMBER_URL)
			take_url(yq_json_text(value, NULL), target);
		return true;
	case MEMBER_BOOL:
		if (yq_json_type_of(value) != YQ_JSON_BOOL)
			return false;
		flag = yq_json_bool(value);
		memcpy(target, &flag, sizeof(flag));
		return true;
	default:
		if (yq_json_type_of(value) != YQ_JSON_NUMBER ||
		    yq_json_int64(value, &number) != YQ_OK || number < 0 || number > m->max)
			return false;
		number32 = (uint32_t)number;
		memcpy(target, &number32, sizeof(number32));
		return true;
	}
}

struct reading {
	struct yq_alpaca_settings *settings;
	struct yq_err *err;
	enum yq_rc rc;
};

static bool
each_member(void *cookie, const char *name, const yq_json *value)
{
	struct reading *r = cookie;
	YQ_CLEANUP(yq_buf_free) struct yq_buf shown = yq_buf_make(256);

	for (size_t i = 0; i < YQ_COUNT(members); i++) {
		if (!yq_str_equal_nocase(members[i].name, name))
			continue;
		if (value == NULL ||
		    read_member(&members[i], value, (char *)r->settings + members[i].offset))
			return true;
		if (members[i].kind == MEMBER_HIDDEN)
			yq_buf_add_text(&shown, "what it is");
		else
			yq_json_show(value, &shown);
		r->rc = yq_err_set(r->err, YQ_E_INVALID, "Alpaca:%s cannot be %s", members[i].name,
		    yq_buf_text(&shown));
		return false;
	}
	return true; /* not the adapter's */
}

enum yq_rc
yq_alpaca_settings_read(
    const yq_json *alpaca, struct yq_alpaca_settings *settings, struct yq_err *err)
{
	struct reading r = { settings, err, YQ_OK };

	if (alpaca == NULL)
		return YQ_OK;
	if (yq_json_type_of(alpaca) != YQ_JSON_OBJECT)
		return yq_err_set(err, YQ_E_INVALID, "Alpaca: expected an object");
	yq_json_each(alpaca, each_member, &r);
	return r.rc;
}

/* ---- the port ---- */

static void
on_close(uv_handle_t *handle)
{
	struct yq_alpaca *a = handle->data;

	if (--a->open_handles == 0)
		free(a);
}

static void
alpaca_free(struct yq_broker *broker)
{
	struct yq_alpaca *a = (struct yq_alpaca *)(void *)broker;
	struct yq_alpaca_op *op;
	struct yq_err err;

	assert(!a->freed);
	a->freed = true;
	yq_alpaca_stream_free(a->stream);
	(void)yq_err_set(&err, YQ_E_RETRY, "the broker is being closed");
	while ((op = a->first) != NULL) {
		a->first = op->next;
		yq_alpaca_op_fail(op, YQ_E_RETRY, &err);
	}
	yq_alpaca_rest_free(a->rest);
	yq_alpaca_book_free(&a->book);
	uv_close((uv_handle_t *)&a->idle, on_close);
	uv_close((uv_handle_t *)&a->quotes, on_close);
	uv_close((uv_handle_t *)&a->calendar, on_close);
}

static const struct yq_broker_ops alpaca_ops = {
	.submit = yq_alpaca_submit,
	.cancel = yq_alpaca_cancel,
	.replace = yq_alpaca_replace,
	.find_order = yq_alpaca_find,
	.open_orders = yq_alpaca_open_orders,
	.orders_since = yq_alpaca_orders_since,
	.fills_since = yq_alpaca_fills_since,
	.positions = yq_alpaca_positions,
	.balances = yq_alpaca_balances,
	.price = yq_alpaca_price,
	.free = alpaca_free,
};

static enum yq_rc
check(const struct yq_alpaca_spec *spec, struct yq_err *err)
{
	const struct yq_alpaca_settings *s = spec->settings;

	if (spec->key == NULL || spec->secret == NULL)
		return yq_err_set(err, YQ_E_INVALID,
		    "there are no keys for Alpaca: AppKey and AppSecret of the account");
	if (!yq_str_starts(s->url, "http") || !yq_str_starts(s->data_url, "http") ||
	    (s->stream && !yq_str_starts(s->stream_url, "ws")))
		return yq_err_set(err, YQ_E_INVALID,
		    "Alpaca's addresses begin with http:// or https://, its stream's with ws:// or "
		    "wss://");
	return YQ_OK;
}

static struct yq_broker_capabilities
capabilities(const struct yq_alpaca_settings *s)
{
	struct yq_call_limits limits = yq_alpaca_limits_of(s);

	return (struct yq_broker_capabilities){
		.flags = YQ_BROKER_KEEPS_CLIENT_ID | YQ_BROKER_IDEMPOTENT | YQ_BROKER_REPLACES |
			 YQ_BROKER_SHORTS | YQ_BROKER_SHARED | (s->stream ? YQ_BROKER_PUSHES : 0U),
		.order_types = 1U << YQ_TYPE_LIMIT | 1U << YQ_TYPE_MARKET | 1U << YQ_TYPE_STOP |
			       1U << YQ_TYPE_STOP_LIMIT,
		.times_in_force =
		    1U << YQ_TIF_DAY | 1U << YQ_TIF_GTC | 1U << YQ_TIF_IOC | 1U << YQ_TIF_FOK,
		.exchanges = 1U << YQ_NASDAQ | 1U << YQ_NYSE | 1U << YQ_AMEX,
		.in_flight_max = yq_calls_ahead(&limits, IN_FLIGHT_MAX),
		.absent_after_us = ABSENT_AFTER_US,
	};
}

enum yq_rc
yq_alpaca_open(const struct yq_alpaca_spec *spec, struct yq_broker **ret_broker, struct yq_err *err)
{
	enum yq_rc rc = check(spec, err);
	struct yq_alpaca *a;

	*ret_broker = NULL;
	if (rc != YQ_OK)
		return rc;
	a = yq_xcalloc(1, sizeof(*a));
	a->head.ops = &alpaca_ops;
	a->head.name = "alpaca";
	a->head.on_event = spec->on_event;
	a->head.event_cookie = spec->event_cookie;
	a->head.capabilities = capabilities(spec->settings);
	a->loop = spec->loop;
	a->clock = spec->clock;
	a->settings = *spec->settings;
	a->last = &a->first;
	(void)uv_idle_init(a->loop, &a->idle);
	(void)uv_timer_init(a->loop, &a->quotes);
	(void)uv_timer_init(a->loop, &a->calendar);
	a->idle.data = a->quotes.data = a->calendar.data = a;
	a->open_handles = 3;
	a->hours = spec->hours;
	a->hours_cookie = spec->hours_cookie;
	a->rest = yq_alpaca_rest_make(spec);
	if (a->settings.stream)
		a->stream = yq_alpaca_stream_make(a, spec);
	yq_alpaca_quotes_begin(a);
	yq_alpaca_calendar_begin(a);
	*ret_broker = &a->head;
	return YQ_OK;
}
