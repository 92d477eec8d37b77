/*
 * ws_session.c - the life of a WebSocket, whatever carries its bytes: open, talk, listen for
 * silence, close.
 *
 * Memory goes in the timer's close callback only, which runs from the loop: so everything here may
 * be left standing on the stack while an event frees the socket.
 */
#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "net/ws_internal.h"

#define MESSAGE_DEFAULT (1024U * 1024U)
#define QUEUE_DEFAULT	(256U * 1024U)
#define QUEUE_COUNT_MAX 4096U
#define CLOSE_MS	2000
#define READS_A_TURN	64U /* of 4 KiB: others want their turn as well */
#define NS_PER_MS	INT64_C(1000000)
#define NS_PER_S	INT64_C(1000000000)

static void on_timer(uv_timer_t *timer);

static int64_t
now_ns(void)
{
	return (int64_t)uv_hrtime();
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t
silent_at(const struct yq_ws *ws)
{
	return ws->limits.silent_s == 0 || ws->held
		   ? INT64_MAX
		   : ws->heard_ns + (int64_t)ws->limits.silent_s * NS_PER_S;
}

static int64_t
ping_at(const struct yq_ws *ws)
{
	int64_t last = ws->heard_ns > ws->ping_ns ? ws->heard_ns : ws->ping_ns;

	return ws->limits.ping_s == 0 ? INT64_MAX : last + (int64_t)ws->limits.ping_s * NS_PER_S;
}

static int64_t
due_at(const struct yq_ws *ws)
{
	if (ws->opened_due || ws->end_due || ws->more)
		return 0;
	switch (ws->state) {
	case WS_OPENING:
	case WS_CLOSING:
		return ws->deadline_ns;
	case WS_OPEN:
		return earlier(silent_at(ws), ping_at(ws));
	case WS_ENDED:
		break;
	}
	return INT64_MAX;
}

static void
arm(struct yq_ws *ws)
{
	int64_t due = due_at(ws), now = now_ns();

	if (ws->freed)
		return;
	if (due == INT64_MAX) {
		uv_timer_stop(&ws->timer);
		return;
	}
	uv_update_time(ws->loop);
	uv_timer_start(&ws->timer, on_timer,
	    due <= now ? 0 : (uint64_t)((due - now + NS_PER_MS - 1) / NS_PER_MS), 0);
}

static void
cut(struct yq_ws *ws)
{
	void *cookie = ws->transport_cookie;

	ws->transport_cookie = NULL;
	if (cookie != NULL)
		ws->transport->cut(cookie);
}

void
ws_end(struct yq_ws *ws, const struct yq_ws_end *end)
{
	if (ws->state == WS_ENDED || ws->freed)
		return;
	cut(ws);
	ws->state = WS_ENDED;
	ws->end = *end;
	yq_str_copy_cut(ws->end_text, sizeof(ws->end_text), end->text);
	ws->end.text = ws->end_text;
	ws->opened_due = ws->more = false;
	ws->end_due = true;
	arm(ws);
}

static void
end_with(struct yq_ws *ws, enum yq_rc rc, unsigned code, const char *text)
{
	ws_end(ws, &(struct yq_ws_end){ .rc = rc, .code = code, .text = text });
}

static void
begin_closing(struct yq_ws *ws)
{
	if (ws->state != WS_OPEN)
		return;
	ws->state = WS_CLOSING;
	ws->deadline_ns = now_ns() + CLOSE_MS * NS_PER_MS;
}

static void
flush(struct yq_ws *ws)
{
	if (wslay_event_send(ws->frames) != 0)
		ws->broken = true;
	if (ws->close_due && wslay_event_get_queued_msg_count(ws->frames) == 0) {
		ws->close_due = false;
		(void)wslay_event_queue_close(ws->frames, (uint16_t)ws->close_code,
		    (const uint8_t *)ws->close_reason, strlen(ws->close_reason));
		ws->close_reason[0] = '\0'; /* from here on the peer's */
		if (wslay_event_send(ws->frames) != 0)
			ws->broken = true;
	}
}

static void
end_closed(struct yq_ws *ws, unsigned code)
{
	char text[sizeof(ws->end_text)];

	(void)yq_str_format(text, sizeof(text), "closed with code %u%s%s", code,
	    ws->close_reason[0] == '\0' ? "" : ": ", ws->close_reason);
	end_with(ws, YQ_OK, code, text);
}

static void
end_violated(struct yq_ws *ws)
{
	unsigned sent = wslay_event_get_status_code_sent(ws->frames);

	if (ws->newer_code != 0)
		end_closed(ws, ws->newer_code);
	else if (ws->too_large || sent == YQ_WS_TOO_LARGE)
		end_with(ws, YQ_E_LIMIT, YQ_WS_LOST, "the peer sent a message longer than we take");
	else if (sent == YQ_WS_BAD_TEXT)
		end_with(ws, YQ_E_INVALID, YQ_WS_LOST, "the peer sent a text that is no UTF-8");
	else
		end_with(ws, YQ_E_INVALID, YQ_WS_LOST, "the peer broke the protocol");
}

/* What reading and writing came to. */
static void
judge(struct yq_ws *ws)
{
	bool received = wslay_event_get_close_received(ws->frames);
	bool sent = wslay_event_get_close_sent(ws->frames);

	if (received && (sent || ws->broken))
		end_closed(ws, wslay_event_get_status_code_received(ws->frames));
	else if (ws->violated && (sent || ws->broken))
		end_violated(ws);
	else if (ws->broken)
		end_with(ws, YQ_E_UNKNOWN, YQ_WS_LOST, "the connection was cut without a close");
}

static void
watch(struct yq_ws *ws)
{
	if (ws->transport_cookie != NULL && !ws->opened_due)
		ws->transport->watch(ws->transport_cookie, ws_frames_wants_read(ws),
		    wslay_event_want_write(ws->frames));
}

void
ws_pump(struct yq_ws *ws)
{
	if (ws->pumping || ws->transport_cookie == NULL || ws->state == WS_OPENING)
		return;
	ws->pumping = true;
	ws->more = false;
	ws->budget = READS_A_TURN;
	(void)wslay_event_recv(ws->frames); /* what it means is asked for below */
	ws->pumping = false;
	if (ws->freed)
		return;
	if (wslay_event_get_close_received(ws->frames)) {
		ws->close_due = false; /* the library answers it */
		begin_closing(ws);
	} else if (!ws->broken && !wslay_event_get_read_enabled(ws->frames)) {
		ws->violated = true;
		begin_closing(ws);
	}
	flush(ws);
	judge(ws);
	watch(ws);
	arm(ws);
}

static void
on_opened(struct yq_ws *ws)
{
	ws->opened_due = false;
	ws->heard_ns = now_ns();
	if (ws->events.opened != NULL)
		ws->events.opened(ws->cookie, ws);
	ws_pump(ws);
}

static void
on_overdue(struct yq_ws *ws)
{
	int64_t now = now_ns();

	if (ws->state == WS_OPENING && now >= ws->deadline_ns) {
		end_with(ws, YQ_E_RETRY, YQ_WS_LOST, "it did not open in time");
	} else if (ws->state == WS_CLOSING && now >= ws->deadline_ns) {
		if (ws->violated)
			end_violated(ws);
		else
			end_with(ws, YQ_E_UNKNOWN, YQ_WS_LOST, "no answer to the close in time");
	} else if (ws->state == WS_OPEN && now >= silent_at(ws)) {
		end_with(ws, YQ_E_UNKNOWN, YQ_WS_LOST, "the peer has been silent for too long");
	} else if (ws->state == WS_OPEN && now >= ping_at(ws)) {
		const struct wslay_event_msg ping = { .opcode = WSLAY_PING };

		ws->ping_ns = now;
		(void)wslay_event_queue_msg(ws->frames, &ping);
		flush(ws);
		judge(ws);
		watch(ws);
	}
}

static void
on_timer(uv_timer_t *timer)
{
	struct yq_ws *ws = timer->data;

	if (ws->end_due) {
		ws->end_due = false;
		if (ws->events.closed != NULL)
			ws->events.closed(ws->cookie, ws, &ws->end);
		return;
	}
	if (ws->opened_due)
		on_opened(ws);
	else if (ws->more)
		ws_pump(ws);
	if (!ws->freed)
		on_overdue(ws);
	arm(ws);
}

struct yq_ws *
ws_make(uv_loop_t *loop, bool server, const struct yq_ws_limits *limits,
    const struct yq_ws_events *events, void *cookie, uint32_t timeout_ms)
{
	struct yq_ws *ws = yq_xcalloc(1, sizeof(*ws));

	ws->loop = loop;
	ws->server = server;
	if (limits != NULL)
		ws->limits = *limits;
	if (ws->limits.message_max == 0)
		ws->limits.message_max = MESSAGE_DEFAULT;
	if (ws->limits.queue_max == 0)
		ws->limits.queue_max = QUEUE_DEFAULT;
	ws->events = *events;
	ws->cookie = cookie;
	ws->message = yq_buf_make(ws->limits.message_max);
	ws->early = yq_buf_make(SIZE_MAX / 2);
	ws->frames = ws_frames_make(ws);
	ws->deadline_ns = now_ns() + (int64_t)timeout_ms * NS_PER_MS;
	if (uv_timer_init(loop, &ws->timer) != 0)
		YQ_PANIC("event loop handles cannot be made");
	ws->timer.data = ws;
	arm(ws);
	return ws;
}

void
ws_attach(struct yq_ws *ws, const struct ws_transport *transport, void *cookie)
{
	ws->transport = transport;
	ws->transport_cookie = cookie;
}

void
ws_opened(struct yq_ws *ws, const void *bytes, size_t length)
{
	assert(ws->state == WS_OPENING);
	ws->state = WS_OPEN;
	ws->opened_due = true;
	yq_buf_add(&ws->early, bytes, length);
	arm(ws);
}

bool
yq_ws_is_open(const struct yq_ws *ws)
{
	return ws->state == WS_OPEN;
}

size_t
yq_ws_queued(const struct yq_ws *ws)
{
	return wslay_event_get_queued_msg_length(ws->frames);
}

/* From outside an event: send now what can be sent; what follows from a fault follows from the
 * loop. */
static void
send_now(struct yq_ws *ws)
{
	if (ws->pumping)
		return;
	flush(ws);
	if (ws->broken || wslay_event_get_close_sent(ws->frames))
		ws->more = true;
	watch(ws);
	arm(ws);
}

enum yq_rc
yq_ws_send(struct yq_ws *ws, enum yq_ws_kind kind, const char *bytes, size_t length)
{
	const struct wslay_event_msg message = {
		.opcode = kind == YQ_WS_TEXT ? WSLAY_TEXT_FRAME : WSLAY_BINARY_FRAME,
		.msg = (const uint8_t *)bytes,
		.msg_length = length,
	};

	if (ws->state != WS_OPEN || ws->freed)
		return YQ_E_STATE;
	if (kind == YQ_WS_TEXT && !yq_str_is_utf8(bytes, length))
		return YQ_E_INVALID;
	if (length > ws->limits.queue_max || yq_ws_queued(ws) > ws->limits.queue_max - length ||
	    wslay_event_get_queued_msg_count(ws->frames) >= QUEUE_COUNT_MAX)
		return YQ_E_LIMIT;
	if (wslay_event_queue_msg(ws->frames, &message) != 0)
		return YQ_E_STATE; /* the peer's close has just been read */
	send_now(ws);
	return YQ_OK;
}

enum yq_rc
yq_ws_send_text(struct yq_ws *ws, const char *text, size_t length)
{
	return yq_ws_send(ws, YQ_WS_TEXT, text, length);
}

void
yq_ws_close(struct yq_ws *ws, unsigned code, const char *reason)
{
	bool fits;

	if (ws->state == WS_OPENING)
		end_with(ws, YQ_E_RETRY, YQ_WS_LOST, "closed before it was open");
	if (ws->state != WS_OPEN || ws->freed)
		return;
	fits =
	    yq_str_copy(ws->close_reason, sizeof(ws->close_reason), reason == NULL ? "" : reason);
	assert(fits);
	ws->close_code = code;
	ws->close_due = true;
	begin_closing(ws);
	send_now(ws);
}

void
yq_ws_hold(struct yq_ws *ws, bool held)
{
	if (ws->held == held || ws->freed)
		return;
	ws->held = held;
	ws->heard_ns = now_ns();
	ws->more = !held && (ws->state == WS_OPEN || ws->state == WS_CLOSING);
	watch(ws);
	arm(ws);
}

static void
on_closed(uv_handle_t *handle)
{
	struct yq_ws *ws = handle->data;

	wslay_event_context_free(ws->frames);
	yq_buf_free(&ws->message);
	yq_buf_free(&ws->early);
	free(ws);
}

void
yq_ws_free(struct yq_ws *ws)
{
	if (ws == NULL || ws->freed)
		return;
	cut(ws);
	ws->freed = true;
	uv_close((uv_handle_t *)&ws->timer, on_closed);
}
