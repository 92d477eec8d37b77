/* stream.c - KIS's stream: connecting, subscribing, reading. */
#include "broker/kis/stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/str.h"
#include "domain/market.h"
#include "net/websocket.h"

#define PAUSE_MIN_MS 1000
#define PAUSE_MAX_MS 60000
#define PING_S	     30
#define SILENT_S     100
#define MESSAGE_MAX  (512 * 1024)
#define TEXT_MAX     4096
#define BAD_APPROVAL "OPSP0011"

struct yq_kis_stream {
	struct yq_kis *k; /* NULL: freed, and waits for its timer's end */
	struct yq_broker_session *approval;
	uint64_t serial;  /* of the key that was used */
	struct yq_ws *ws; /* NULL = none */
	uv_timer_t timer;
	uint32_t pause_ms;
	bool wanted[YQ_KIS_FEED_COUNT], taken[YQ_KIS_FEED_COUNT];
	struct yq_kis_cipher ciphers[YQ_KIS_FEED_COUNT];
	bool pushes;
	uint64_t garbled; /* messages that could not be read; told once a connection */
};

/* ---- whether all notices are coming ---- */

static void
set_pushes(struct yq_kis_stream *s, bool pushes)
{
	uint32_t *flags = &s->k->head.capabilities.flags;

	s->pushes = pushes;
	*flags = pushes ? *flags | YQ_BROKER_PUSHES : *flags & ~(uint32_t)YQ_BROKER_PUSHES;
}

static void
look_at_feeds(struct yq_kis_stream *s)
{
	bool wanted = false;

	for (int f = 0; f < YQ_KIS_FEED_COUNT; f++) {
		if (s->wanted[f] && !s->taken[f])
			return;
		wanted = wanted || s->wanted[f];
	}
	if (!wanted || s->pushes)
		return;
	set_pushes(s, true);
	s->pause_ms = PAUSE_MIN_MS;
	yq_kis_stale(s->k);
}

/* ---- asking for feeds ---- */

/* What cannot be said ends the connection: it begins anew after a pause. */
static void
say(struct yq_kis_stream *s, const char *text, size_t length)
{
	if (yq_ws_send_text(s->ws, text, length) != YQ_OK)
		yq_ws_close(s->ws, YQ_WS_NORMAL, NULL);
}

static void
subscribe(struct yq_kis_stream *s, enum yq_kis_feed feed, const char *key)
{
	struct yq_buf text = yq_buf_make(TEXT_MAX);
	struct yq_session_token token;

	if (yq_session_token(s->approval, &token)) {
		yq_kis_encode_subscribe(yq_secret_reveal(token.value),
		    yq_kis_feed_id(feed, s->k->settings.account.is_virtual), key, true, &text);
		say(s, yq_buf_text(&text), text.length);
	}
	if (text.data != NULL)
		yq_wipe(text.data, text.capacity);
	yq_buf_free(&text);
}

static void
subscribe_ticks(struct yq_kis_stream *s, enum yq_exchange exchange, const char *ticker)
{
	bool domestic = yq_kis_market_of(exchange)->domestic;
	char key[YQ_TICKER_SIZE + 8];

	if (yq_kis_tick_key(exchange, ticker, key, sizeof(key)))
		subscribe(s, domestic ? YQ_KIS_FEED_TICKS : YQ_KIS_FEED_TICKS_OVERSEAS, key);
}

void
yq_kis_stream_watch(struct yq_kis_stream *s, enum yq_exchange exchange, const char *ticker)
{
	if (s->ws != NULL && yq_ws_is_open(s->ws))
		subscribe_ticks(s, exchange, ticker);
}

static void
on_opened(void *cookie, struct yq_ws *ws)
{
	struct yq_kis_stream *s = cookie;
	struct yq_kis *k = s->k;

	(void)ws;
	for (int f = 0; f < YQ_KIS_FEED_COUNT; f++)
		if (s->wanted[f])
			subscribe(s, (enum yq_kis_feed)f, k->settings.hts_id);
	for (size_t i = 0; i < k->watched_count; i++)
		subscribe_ticks(s, k->watched[i].exchange, k->watched[i].ticker);
}

/* ---- reading ---- */

struct reading {
	struct yq_kis_stream *stream;
	bool domestic;
};

static enum yq_rc
on_notice(void *cookie, const struct yq_kis_record *record, struct yq_err *err)
{
	struct reading *reading = cookie;
	struct yq_kis_notice notice;
	enum yq_rc rc = yq_kis_notice_read(record, reading->domestic, &notice, err);

	if (rc == YQ_OK)
		yq_kis_on_notice(reading->stream->k, reading->domestic, &notice);
	return rc;
}

static enum yq_rc
on_tick(void *cookie, const struct yq_kis_record *record, struct yq_err *err)
{
	struct reading *reading = cookie;
	struct yq_kis *k = reading->stream->k;
	struct yq_kis_tick tick;
	enum yq_rc rc = yq_kis_tick_read(record, reading->domestic, &tick, err);

	if (rc != YQ_OK)
		return rc;
	/* Only what was asked for: a ticker alone may stand for two. */
	for (size_t i = 0; i < k->watched_count; i++) {
		const struct yq_kis_watched *w = &k->watched[i];

		if (yq_kis_market_of(w->exchange)->domestic != reading->domestic ||
		    (tick.has_exchange && tick.exchange != w->exchange) ||
		    (!tick.has_exchange && !reading->domestic) ||
		    !yq_str_equal(w->ticker, tick.ticker))
			continue;
		yq_kis_tell_price(k, w->exchange, w->ticker, tick.price, tick.change_rate);
	}
	return YQ_OK;
}

static bool
is_notices(enum yq_kis_feed feed)
{
	return feed == YQ_KIS_FEED_NOTICES || feed == YQ_KIS_FEED_NOTICES_OVERSEAS;
}

static enum yq_rc
on_data(struct yq_kis_stream *s, const struct yq_kis_message *m, struct yq_err *err)
{
	struct reading reading = { s,
		m->feed == YQ_KIS_FEED_NOTICES || m->feed == YQ_KIS_FEED_TICKS };
	struct yq_buf plain = yq_buf_make(YQ_KIS_PLAIN_MAX);
	const char *payload = m->payload;
	size_t length = m->payload_length;
	enum yq_rc rc = YQ_OK;

	if (m->encrypted) {
		rc = yq_kis_decrypt(&s->ciphers[m->feed], m->payload, length, &plain, err);
		payload = yq_buf_text(&plain);
		length = plain.length;
	}
	if (rc == YQ_OK)
		rc = yq_kis_records_each(payload, length, m->count,
		    is_notices(m->feed) ? on_notice : on_tick, &reading, err);
	yq_buf_free(&plain);
	return rc;
}

static void
on_status(struct yq_kis_stream *s, const struct yq_kis_message *m)
{
	if (!m->is_ok) {
		yq_warn("KIS's stream: %s (%s)", m->text, m->code);
		if (yq_str_equal(m->code, BAD_APPROVAL))
			yq_session_expired(s->approval, s->serial);
		if (!m->has_feed || is_notices(m->feed))
			yq_ws_close(s->ws, YQ_WS_NORMAL, NULL); /* after a pause, again */
		return;
	}
	if (!m->has_feed || !is_notices(m->feed))
		return;
	if (m->cipher.key[0] != '\0')
		s->ciphers[m->feed] = m->cipher;
	s->taken[m->feed] = true;
	look_at_feeds(s);
}

/* What cannot be read may have been a notice. */
static void
on_garbled(struct yq_kis_stream *s, const struct yq_err *err)
{
	if (s->garbled++ == 0)
		yq_warn("KIS's stream: %s", err->text);
	yq_kis_stale(s->k);
}

static void
on_message(void *cookie, struct yq_ws *ws, enum yq_ws_kind kind, const char *bytes, size_t length)
{
	struct yq_kis_stream *s = cookie;
	struct yq_kis_message m;
	struct yq_err err;
	enum yq_rc rc = yq_kis_message_read(bytes, length, &m, &err);

	(void)ws;
	(void)kind;
	if (rc == YQ_OK && m.kind == YQ_KIS_PING)
		say(s, bytes, length);
	else if (rc == YQ_OK && m.kind == YQ_KIS_STATUS)
		on_status(s, &m);
	else if (rc == YQ_OK)
		rc = on_data(s, &m, &err);
	if (rc != YQ_OK)
		on_garbled(s, &err);
}

/* ---- its life ---- */

static void connect_now(struct yq_kis_stream *s);

static void
on_timer(uv_timer_t *timer)
{
	connect_now(timer->data);
}

static void
again(struct yq_kis_stream *s)
{
	(void)uv_timer_start(&s->timer, on_timer, s->pause_ms, 0);
	s->pause_ms = s->pause_ms * 2 < PAUSE_MAX_MS ? s->pause_ms * 2 : PAUSE_MAX_MS;
}

static void
on_ended(void *cookie, struct yq_ws *ws, const struct yq_ws_end *end)
{
	struct yq_kis_stream *s = cookie;

	yq_ws_free(ws);
	s->ws = NULL;
	if (s->pushes)
		yq_warn("KIS's stream has ended: %s", end->text);
	set_pushes(s, false);
	memset(s->taken, 0, sizeof(s->taken));
	memset(s->ciphers, 0, sizeof(s->ciphers));
	s->garbled = 0;
	again(s);
}

static void
connect_now(struct yq_kis_stream *s)
{
	static const struct yq_ws_events events = { on_opened, on_message, on_ended };
	const struct yq_kis_settings *settings = &s->k->settings;
	const struct yq_ws_options options = { .url = settings->stream_url,
		.ca_file = settings->ca_file[0] != '\0' ? settings->ca_file : NULL,
		.proxy = settings->proxy[0] != '\0' ? settings->proxy : NULL,
		.limits = { .ping_s = PING_S, .silent_s = SILENT_S, .message_max = MESSAGE_MAX } };
	struct yq_session_token token;
	struct yq_err err;

	if (s->ws != NULL || !yq_session_token(s->approval, &token))
		return; /* the session tells when there is one */
	s->serial = token.serial;
	if (yq_ws_connect(s->k->loop, &options, &events, s, &s->ws, &err) != YQ_OK) {
		yq_warn("KIS's stream: %s", err.text);
		again(s);
	}
}

static void
on_approval(void *cookie, enum yq_session_state state, const char *why)
{
	struct yq_kis_stream *s = cookie;

	(void)why;
	if (state == YQ_SESSION_READY && s->ws == NULL && !uv_is_active((uv_handle_t *)&s->timer))
		connect_now(s);
}

enum yq_rc
yq_kis_stream_make(struct yq_kis *k, struct yq_kis_stream **ret_stream, struct yq_err *err)
{
	uint32_t abroad = k->settings.countries & ~(1U << YQ_COUNTRY_KR);
	bool notices = k->settings.hts_id[0] != '\0';
	struct yq_kis_stream *s = yq_xcalloc(1, sizeof(*s));
	enum yq_rc rc = yq_kis_rest_approval(k->rest, &s->approval, err);

	if (rc != YQ_OK) {
		free(s);
		return rc;
	}
	s->k = k;
	s->pause_ms = PAUSE_MIN_MS;
	s->wanted[YQ_KIS_FEED_NOTICES] = notices && yq_kis_trades(k, YQ_KRX);
	s->wanted[YQ_KIS_FEED_NOTICES_OVERSEAS] = notices && abroad != 0;
	(void)uv_timer_init(k->loop, &s->timer);
	s->timer.data = s;
	yq_session_watch(s->approval, on_approval, s);
	*ret_stream = s;
	return YQ_OK;
}

static void
on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void
yq_kis_stream_free(struct yq_kis_stream *s)
{
	if (s == NULL)
		return;
	yq_session_unwatch(s->approval, s);
	yq_ws_free(s->ws);
	s->k = NULL;
	uv_close((uv_handle_t *)&s->timer, on_closed);
}
