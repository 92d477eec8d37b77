/* stream.c - Alpaca's stream of trade updates. */
#include "broker/alpaca/stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "net/websocket.h"

#define PING_S	    20
#define SILENT_S    45
#define MESSAGE_MAX ((size_t)1024 * 1024)
#define LOGIN_MAX   4096
#define ANSWER_MS   10000 /* for the words before the first update */

enum state {
	LOST, /* until the timer rings */
	CONNECTING,
	LOGGING_IN, /* open; the timer is its deadline */
	JOINING,    /* authorized; the timer is its deadline */
	LIVE,
};

struct yq_alpaca_stream {
	struct yq_alpaca *a;
	struct yq_secret *key, *secret;
	struct yq_ws *ws; /* NULL = none */
	uv_timer_t timer;
	enum state state;
	uint32_t again_ms;
	int64_t live_ns;
};

static void on_timer(uv_timer_t *timer);

/* ---- events ---- */

static void
tell(struct yq_alpaca *a, const struct yq_broker_event *events, size_t count)
{
	a->head.on_event(a->head.event_cookie, events, count);
}

static void
tell_stale(struct yq_alpaca *a)
{
	const struct yq_broker_event event = { .kind = YQ_BROKER_EV_STALE,
		.time_us = yq_clock_now_us(a->clock) };

	tell(a, &event, 1);
}

static struct yq_broker_event
event_of(
    const struct yq_alpaca *a, const struct yq_alpaca_update *u, enum yq_broker_event_kind kind)
{
	struct yq_broker_event event = { .kind = kind,
		.order_id = u->order.order_id,
		.time_us = u->time_us != 0 ? u->time_us : yq_clock_now_us(a->clock) };

	memcpy(event.broker_order_id, u->order.id, sizeof(event.broker_order_id));
	return event;
}

/* Before its submit is answered: it is at Alpaca, or it could not tell of it. */
static void
tell_ack(struct yq_alpaca *a, const struct yq_alpaca_update *u)
{
	struct yq_alpaca_ours *ours = yq_alpaca_ours_find(&a->book, &u->order.order_id);
	struct yq_broker_event event = event_of(a, u, YQ_BROKER_EV_ACK);

	if (ours == NULL || ours->acked)
		return;
	ours->acked = true;
	tell(a, &event, 1);
}

/*
 * Believed when it is the next one after what was told of its order.  One that was told already is
 * passed over.  Where another is missing between, or Alpaca counts otherwise, the list of
 * executions is what holds.
 */
static void
tell_fill(struct yq_alpaca *a, const struct yq_alpaca_update *u, struct yq_alpaca_known *known)
{
	struct yq_broker_event event = event_of(a, u, YQ_BROKER_EV_FILL);
	struct yq_decimal next;
	struct yq_broker_fill fill;

	if (yq_decimal_cmp(u->fill.filled, known->told) == 0)
		return;
	if (yq_decimal_add(known->told, u->fill.fill.qty, &next) != YQ_OK ||
	    yq_decimal_cmp(next, u->fill.filled) != 0 ||
	    !yq_alpaca_fill_of(&u->fill, &u->order.order_id, &fill)) {
		tell_stale(a);
		return;
	}
	event.fill = &fill;
	event.time_us = fill.time_us;
	yq_alpaca_told(a, &u->fill);
	tell(a, &event, 1);
}

static void
tell_end(struct yq_alpaca *a, const struct yq_alpaca_update *u, enum yq_broker_event_kind kind)
{
	struct yq_broker_event event = event_of(a, u, kind);
	char text[64];

	/* That a replacement is refused is not the end of what it was to replace. */
	if (kind == YQ_BROKER_EV_REJECTED && u->order.replaces[0] != '\0') {
		tell_stale(a);
		return;
	}
	yq_str_format(text, sizeof(text), "%s at Alpaca", u->event);
	event.text = text;
	if (u->order.replaces[0] == '\0') /* else another has executed some of it, perhaps */
		event.filled = yq_opt_decimal_of(u->order.filled);
	tell(a, &event, 1);
}

static const struct {
	bool ends;
	enum yq_broker_event_kind kind;
} kinds[] = {
	[YQ_ALPACA_NEWS_NONE] = { false, YQ_BROKER_EV_STALE },
	[YQ_ALPACA_NEWS_ACK] = { false, YQ_BROKER_EV_ACK },
	[YQ_ALPACA_NEWS_FILL] = { false, YQ_BROKER_EV_FILL },
	[YQ_ALPACA_NEWS_CANCELED] = { true, YQ_BROKER_EV_CANCELED },
	[YQ_ALPACA_NEWS_EXPIRED] = { true, YQ_BROKER_EV_EXPIRED },
	[YQ_ALPACA_NEWS_REJECTED] = { true, YQ_BROKER_EV_REJECTED },
	[YQ_ALPACA_NEWS_REPLACED] = { false, YQ_BROKER_EV_REPLACED },
	[YQ_ALPACA_NEWS_ASK] = { false, YQ_BROKER_EV_STALE },
};

static void
on_update(struct yq_alpaca *a, const struct yq_alpaca_update *u)
{
	struct yq_alpaca_known *known = yq_alpaca_book_see(&a->book, &u->order);
	struct yq_broker_event event;

	yq_alpaca_take_back(a, known);
	if (!u->order.is_stock || u->news == YQ_ALPACA_NEWS_NONE)
		return;
	tell_ack(a, u);
	if (u->news == YQ_ALPACA_NEWS_FILL) {
		tell_fill(a, u, known);
	} else if (kinds[u->news].ends) {
		tell_end(a, u, kinds[u->news].kind);
	} else if (u->news == YQ_ALPACA_NEWS_REPLACED) {
		event = event_of(a, u, YQ_BROKER_EV_REPLACED);
		tell(a, &event, 1);
	} else if (u->news == YQ_ALPACA_NEWS_ASK) {
		tell_stale(a);
	}
}

/* ---- the connection ---- */

/* It is over: another one in a while, longer each time it does not hold. */
static void
lost(struct yq_alpaca_stream *s, const char *why)
{
	int64_t held_ns = yq_clock_monotonic_ns(s->a->clock) - s->live_ns;

	if (s->state == LIVE && held_ns >= (int64_t)YQ_ALPACA_STEADY_MS * 1000000)
		s->again_ms = YQ_ALPACA_AGAIN_MIN_MS;
	yq_warn("alpaca: the stream is lost: %s; again in %u ms", why, s->again_ms);
	yq_ws_free(s->ws);
	s->ws = NULL;
	s->state = LOST;
	(void)uv_timer_stop(&s->timer);
	(void)uv_timer_start(&s->timer, on_timer, s->again_ms, 0);
	s->again_ms =
	    s->again_ms * 2 > YQ_ALPACA_AGAIN_MAX_MS ? YQ_ALPACA_AGAIN_MAX_MS : s->again_ms * 2;
}

static void
say(struct yq_alpaca_stream *s, enum state next, const struct yq_buf *text)
{
	if (yq_ws_send_text(s->ws, yq_buf_text(text), text->length) == YQ_OK)
		s->state = next;
	else
		lost(s, "nothing can be sent");
}

static void
on_opened(void *cookie, struct yq_ws *ws)
{
	struct yq_buf text = yq_buf_make(LOGIN_MAX);
	struct yq_alpaca_stream *s = cookie;

	(void)ws;
	yq_alpaca_encode_login(s->key, s->secret, &text);
	say(s, LOGGING_IN, &text);
	yq_wipe(text.data, text.capacity);
	yq_buf_free(&text);
}

static void
on_authorized(struct yq_alpaca_stream *s)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(LOGIN_MAX);

	yq_alpaca_encode_listen(&text);
	say(s, JOINING, &text);
}

/* What happened before is not told here. */
static void
on_listening(struct yq_alpaca_stream *s)
{
	if (s->state == LIVE)
		return;
	s->state = LIVE;
	s->live_ns = yq_clock_monotonic_ns(s->a->clock);
	(void)uv_timer_stop(&s->timer);
	yq_info("alpaca: the stream is live");
	tell_stale(s->a);
}

/* Texts, or the same as binary frames. */
static void
on_message(void *cookie, struct yq_ws *ws, enum yq_ws_kind kind, const char *bytes, size_t length)
{
	struct yq_alpaca_update update = { .news = YQ_ALPACA_NEWS_NONE };
	struct yq_alpaca_stream *s = cookie;
	enum yq_alpaca_heard heard;
	struct yq_err err;

	(void)ws;
	(void)kind;
	if (yq_alpaca_decode_heard(bytes, length, &heard, &update, &err) != YQ_OK) {
		yq_warn("alpaca: an update cannot be read: %s", err.text);
		tell_stale(s->a);
		return;
	}
	switch (heard) {
	case YQ_ALPACA_AUTHORIZED:
		on_authorized(s);
		break;
	case YQ_ALPACA_UNAUTHORIZED:
		s->again_ms = YQ_ALPACA_AGAIN_MAX_MS;
		lost(s, "Alpaca does not accept the keys");
		break;
	case YQ_ALPACA_LISTENING:
		on_listening(s);
		break;
	case YQ_ALPACA_UPDATE:
		on_update(s->a, &update);
		break;
	default:
		break;
	}
}

static void
on_closed(void *cookie, struct yq_ws *ws, const struct yq_ws_end *end)
{
	(void)ws;
	lost(cookie, end->text);
}

static void
connect_now(struct yq_alpaca_stream *s)
{
	static const struct yq_ws_events events = { on_opened, on_message, on_closed };
	const struct yq_alpaca_settings *settings = &s->a->settings;
	const struct yq_ws_options options = { .url = settings->stream_url,
		.ca_file = settings->ca_file[0] != '\0' ? settings->ca_file : NULL,
		.proxy = settings->proxy[0] != '\0' ? settings->proxy : NULL,
		.limits = { .ping_s = PING_S, .silent_s = SILENT_S, .message_max = MESSAGE_MAX } };
	struct yq_err err;

	s->state = CONNECTING;
	(void)uv_timer_start(&s->timer, on_timer, ANSWER_MS, 0);
	if (yq_ws_connect(s->a->loop, &options, &events, s, &s->ws, &err) != YQ_OK) {
		s->ws = NULL;
		lost(s, err.text);
	}
}

static void
on_timer(uv_timer_t *timer)
{
	struct yq_alpaca_stream *s = timer->data;

	if (s->state == LOST)
		connect_now(s);
	else
		lost(s, "Alpaca does not answer");
}

struct yq_alpaca_stream *
yq_alpaca_stream_make(struct yq_alpaca *a, const struct yq_alpaca_spec *spec)
{
	struct yq_alpaca_stream *s = yq_xcalloc(1, sizeof(*s));

	s->a = a;
	s->key = yq_secret_copy(spec->key);
	s->secret = yq_secret_copy(spec->secret);
	s->again_ms = YQ_ALPACA_AGAIN_MIN_MS;
	(void)uv_timer_init(a->loop, &s->timer);
	s->timer.data = s;
	s->state = LOST;
	(void)uv_timer_start(&s->timer, on_timer, 0, 0);
	return s;
}

static void
on_timer_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void
yq_alpaca_stream_free(struct yq_alpaca_stream *stream)
{
	if (stream == NULL)
		return;
	yq_ws_free(stream->ws);
	yq_secret_free(stream->key);
	yq_secret_free(stream->secret);
	uv_close((uv_handle_t *)&stream->timer, on_timer_closed);
}
