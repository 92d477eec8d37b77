/* line.c - KIS's stream: connecting, registering, reading, for all accounts of one key. */
#include "broker/kis/line.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/str.h"
#include "broker/kis/keys.h"
#include "broker/kis/plan.h"
#include "broker/shared.h"
#include "net/websocket.h"

#define PAUSE_MIN_MS 1000
#define PAUSE_MAX_MS 60000
#define PING_S	     30
#define SILENT_S     100
#define MESSAGE_MAX  (512 * 1024)
#define TEXT_MAX     4096
#define BAD_APPROVAL "OPSP0011"
#define IN_USE	     "OPSP8996" /* the key, by another connection */

struct yq_kis_line {
	void **place; /* where it is found */
	uv_loop_t *loop;
	char url[YQ_KIS_URL_SIZE], ca_file[256], proxy[256];
	struct yq_kis_keys keys;
	struct yq_broker_session *approval;
	uint64_t serial;  /* of the key that was used */
	struct yq_ws *ws; /* NULL = none */
	uv_timer_t timer, look;
	unsigned open_handles;
	uint32_t pause_ms;
	struct yq_kis_stream *streams;
	struct yq_kis_plan now; /* what is registered */
	struct yq_kis_cipher ciphers[YQ_KIS_FEED_COUNT];
	uint64_t garbled; /* messages that could not be read; told once a connection */
};

/* ---- registering ---- */

/* What cannot be said ends the connection: it begins anew after a pause. */
static void
say(struct yq_kis_line *l, const char *text, size_t length)
{
	if (yq_ws_send_text(l->ws, text, length) != YQ_OK)
		yq_ws_close(l->ws, YQ_WS_NORMAL, NULL);
}

static void
ask(struct yq_kis_line *l, const struct yq_session_token *token,
    const struct yq_kis_registration *r, bool begins)
{
	struct yq_buf text = yq_buf_make(TEXT_MAX);

	yq_kis_encode_subscribe(yq_secret_reveal(token->value),
	    yq_kis_feed_id(r->feed, l->keys.is_virtual), r->key, begins, &text);
	say(l, yq_buf_text(&text), text.length);
	if (text.data != NULL)
		yq_wipe(text.data, text.capacity);
	yq_buf_free(&text);
}

/* First what goes, then what comes: there is never too much.  Without a key it is done when there
 * is one. */
static void
register_all(struct yq_kis_line *l)
{
	struct yq_kis_plan next = yq_kis_plan_make(l->streams);
	struct yq_session_token token;

	if (!yq_session_token(l->approval, &token))
		return;
	for (size_t i = 0; i < l->now.count; i++)
		if (yq_kis_plan_find(&next, l->now.list[i].feed, l->now.list[i].key) == NULL)
			ask(l, &token, &l->now.list[i], false);
	for (size_t i = 0; i < next.count; i++) {
		struct yq_kis_registration *r = &next.list[i], *old;

		old = yq_kis_plan_find(&l->now, r->feed, r->key);
		r->taken = old != NULL && old->taken;
		if (old == NULL)
			ask(l, &token, r, true);
	}
	l->now = next;
}

/* Whether all notices that it wants are coming. */
static bool
all_is_taken(struct yq_kis_line *l, const struct yq_kis_stream *s)
{
	bool wanted = false;

	for (int f = 0; f < YQ_KIS_FEED_COUNT; f++) {
		const struct yq_kis_registration *r;

		if (!s->wanted[f])
			continue;
		wanted = true;
		r = yq_kis_plan_find(&l->now, (enum yq_kis_feed)f, s->k->settings.hts_id);
		if (r == NULL || !r->taken)
			return false;
	}
	return wanted;
}

static void
look_at_streams(struct yq_kis_line *l)
{
	for (struct yq_kis_stream *s = l->streams; s != NULL; s = s->next)
		yq_kis_stream_pushes(s, all_is_taken(l, s));
}

static void
on_look(uv_timer_t *timer)
{
	struct yq_kis_line *l = timer->data;

	if (l->ws == NULL || !yq_ws_is_open(l->ws))
		return;
	register_all(l);
	look_at_streams(l);
}

void
yq_kis_line_look(struct yq_kis_line *l)
{
	(void)uv_timer_start(&l->look, on_look, 0, 0);
}

static void
on_opened(void *cookie, struct yq_ws *ws)
{
	struct yq_kis_line *l = cookie;

	(void)ws;
	register_all(l);
}

/* ---- reading ---- */

struct reading {
	struct yq_kis_line *line;
	bool domestic;
};

/* Whose it is each one knows itself. */
static enum yq_rc
on_notice(void *cookie, const struct yq_kis_record *record, struct yq_err *err)
{
	struct reading *reading = cookie;
	struct yq_kis_notice notice;
	enum yq_rc rc = yq_kis_notice_read(record, reading->domestic, &notice, err);

	for (struct yq_kis_stream *s = reading->line->streams; rc == YQ_OK && s != NULL;
	     s = s->next)
		yq_kis_on_notice(s->k, reading->domestic, &notice);
	return rc;
}

static enum yq_rc
on_tick(void *cookie, const struct yq_kis_record *record, struct yq_err *err)
{
	struct reading *reading = cookie;
	struct yq_kis_tick tick;
	enum yq_rc rc = yq_kis_tick_read(record, reading->domestic, &tick, err);

	for (struct yq_kis_stream *s = reading->line->streams; rc == YQ_OK && s != NULL;
	     s = s->next)
		yq_kis_stream_tick(s, reading->domestic, &tick);
	return rc;
}

static bool
is_notices(enum yq_kis_feed feed)
{
	return feed == YQ_KIS_FEED_NOTICES || feed == YQ_KIS_FEED_NOTICES_OVERSEAS;
}

static enum yq_rc
on_data(struct yq_kis_line *l, const struct yq_kis_message *m, struct yq_err *err)
{
	struct reading reading = { l,
		m->feed == YQ_KIS_FEED_NOTICES || m->feed == YQ_KIS_FEED_TICKS };
	struct yq_buf plain = yq_buf_make(YQ_KIS_PLAIN_MAX);
	const char *payload = m->payload;
	size_t length = m->payload_length;
	enum yq_rc rc = YQ_OK;

	if (m->encrypted) {
		rc = yq_kis_decrypt(&l->ciphers[m->feed], m->payload, length, &plain, err);
		payload = yq_buf_text(&plain);
		length = plain.length;
	}
	if (rc == YQ_OK)
		rc = yq_kis_records_each(payload, length, m->count,
		    is_notices(m->feed) ? on_notice : on_tick, &reading, err);
	yq_buf_free(&plain);
	return rc;
}

/* `key` "" = it is not said: the first of the feed that is still waited for. */
static struct yq_kis_registration *
registration_of(struct yq_kis_line *l, const struct yq_kis_message *m)
{
	if (m->key[0] != '\0')
		return yq_kis_plan_find(&l->now, m->feed, m->key);
	for (size_t i = 0; i < l->now.count; i++)
		if (l->now.list[i].feed == m->feed && !l->now.list[i].taken)
			return &l->now.list[i];
	return NULL;
}

static void
on_status(struct yq_kis_line *l, const struct yq_kis_message *m)
{
	struct yq_kis_registration *r = m->has_feed ? registration_of(l, m) : NULL;

	if (!m->is_ok) {
		yq_warn("KIS's stream: %s (%s)", m->text, m->code);
		if (yq_str_equal(m->code, BAD_APPROVAL))
			yq_session_expired(l->approval, l->serial);
		if (!m->has_feed || is_notices(m->feed) || yq_str_equal(m->code, IN_USE) ||
		    yq_str_equal(m->code, BAD_APPROVAL))
			yq_ws_close(l->ws, YQ_WS_NORMAL, NULL); /* after a pause, again */
		return;
	}
	if (r == NULL)
		return;
	if (is_notices(m->feed) && m->cipher.key[0] != '\0')
		l->ciphers[m->feed] = m->cipher;
	r->taken = true;
	l->pause_ms = PAUSE_MIN_MS;
	look_at_streams(l);
}

/* What cannot be read may have been a notice. */
static void
on_garbled(struct yq_kis_line *l, const struct yq_err *err)
{
	if (l->garbled++ == 0)
		yq_warn("KIS's stream: %s", err->text);
	for (struct yq_kis_stream *s = l->streams; s != NULL; s = s->next)
		yq_kis_stale(s->k);
}

static void
on_message(void *cookie, struct yq_ws *ws, enum yq_ws_kind kind, const char *bytes, size_t length)
{
	struct yq_kis_line *l = cookie;
	struct yq_kis_message m;
	struct yq_err err;
	enum yq_rc rc = yq_kis_message_read(bytes, length, &m, &err);

	(void)ws;
	(void)kind;
	if (rc == YQ_OK && m.kind == YQ_KIS_PING)
		say(l, bytes, length);
	else if (rc == YQ_OK && m.kind == YQ_KIS_STATUS)
		on_status(l, &m);
	else if (rc == YQ_OK)
		rc = on_data(l, &m, &err);
	if (rc != YQ_OK)
		on_garbled(l, &err);
}

/* ---- its life ---- */

static void connect_now(struct yq_kis_line *l);

static void
on_timer(uv_timer_t *timer)
{
	connect_now(timer->data);
}

static void
again(struct yq_kis_line *l)
{
	(void)uv_timer_start(&l->timer, on_timer, l->pause_ms, 0);
	l->pause_ms = l->pause_ms * 2 < PAUSE_MAX_MS ? l->pause_ms * 2 : PAUSE_MAX_MS;
}

static void
on_ended(void *cookie, struct yq_ws *ws, const struct yq_ws_end *end)
{
	struct yq_kis_line *l = cookie;

	yq_ws_free(ws);
	l->ws = NULL;
	if (l->now.count > 0)
		yq_warn("KIS's stream has ended: %s", end->text);
	l->now = (struct yq_kis_plan){ 0 };
	memset(l->ciphers, 0, sizeof(l->ciphers));
	l->garbled = 0;
	look_at_streams(l);
	again(l);
}

static void
connect_now(struct yq_kis_line *l)
{
	static const struct yq_ws_events events = { on_opened, on_message, on_ended };
	const struct yq_ws_options options = { .url = l->url,
		.ca_file = l->ca_file[0] != '\0' ? l->ca_file : NULL,
		.proxy = l->proxy[0] != '\0' ? l->proxy : NULL,
		.limits = { .ping_s = PING_S, .silent_s = SILENT_S, .message_max = MESSAGE_MAX } };
	struct yq_session_token token;
	struct yq_err err;

	if (l->ws != NULL || !yq_session_token(l->approval, &token))
		return; /* the session tells when there is one */
	l->serial = token.serial;
	if (yq_ws_connect(l->loop, &options, &events, l, &l->ws, &err) != YQ_OK) {
		yq_warn("KIS's stream: %s", err.text);
		again(l);
	}
}

static void
on_approval(void *cookie, enum yq_session_state state, const char *why)
{
	struct yq_kis_line *l = cookie;

	(void)why;
	if (state != YQ_SESSION_READY)
		return;
	if (l->ws != NULL)
		yq_kis_line_look(l);
	else if (!uv_is_active((uv_handle_t *)&l->timer))
		connect_now(l);
}

static enum yq_rc
line_make(struct yq_shared *shared, const struct yq_kis_spec *spec, void **place,
    struct yq_kis_line **ret_line, struct yq_err *err)
{
	const struct yq_kis_settings *settings = spec->settings;
	struct yq_kis_line *l = yq_xcalloc(1, sizeof(*l));
	enum yq_rc rc;

	yq_kis_keys_make(
	    &l->keys, spec, yq_shared_client(shared, settings->ca_file, settings->proxy));
	rc = yq_kis_keys_session(&l->keys, spec, YQ_KIS_APPROVAL, &l->approval, err);
	if (rc != YQ_OK) {
		yq_kis_keys_free(&l->keys);
		free(l);
		return rc;
	}
	l->place = place;
	l->loop = spec->loop;
	yq_str_copy_cut(l->url, sizeof(l->url), settings->stream_url);
	yq_str_copy_cut(l->ca_file, sizeof(l->ca_file), settings->ca_file);
	yq_str_copy_cut(l->proxy, sizeof(l->proxy), settings->proxy);
	l->pause_ms = PAUSE_MIN_MS;
	(void)uv_timer_init(l->loop, &l->timer);
	(void)uv_timer_init(l->loop, &l->look);
	l->timer.data = l->look.data = l;
	l->open_handles = 2;
	yq_session_watch(l->approval, on_approval, l);
	*ret_line = *place = l;
	return YQ_OK;
}

static void
on_closed(uv_handle_t *handle)
{
	struct yq_kis_line *l = handle->data;

	if (--l->open_handles == 0)
		free(l);
}

static void
line_end(struct yq_kis_line *l)
{
	*l->place = NULL;
	yq_session_unwatch(l->approval, l);
	yq_session_free(l->approval);
	yq_kis_keys_free(&l->keys);
	yq_ws_free(l->ws);
	uv_close((uv_handle_t *)&l->timer, on_closed);
	uv_close((uv_handle_t *)&l->look, on_closed);
}

enum yq_rc
yq_kis_line_join(struct yq_shared *shared, const struct yq_kis_spec *spec,
    struct yq_kis_stream *stream, struct yq_err *err)
{
	void **place = yq_shared_place(shared, spec->settings->url, spec->key);
	struct yq_kis_line *l = *place;
	enum yq_rc rc = l == NULL ? line_make(shared, spec, place, &l, err) : YQ_OK;

	if (rc != YQ_OK)
		return rc;
	stream->line = l;
	stream->next = l->streams;
	l->streams = stream;
	yq_kis_line_look(l);
	return YQ_OK;
}

void
yq_kis_line_leave(struct yq_kis_stream *stream)
{
	struct yq_kis_line *l = stream->line;
	struct yq_kis_stream **link = &l->streams;

	while (*link != stream)
		link = &(*link)->next;
	*link = stream->next;
	if (l->streams == NULL)
		line_end(l);
	else
		yq_kis_line_look(l);
}
