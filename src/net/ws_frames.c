/*
 * ws_frames.c - between libwslay's frames and our messages.
 *
 * The library checks masks, lengths, order and UTF-8, answers pings and closes; the parts of a
 * message are put together here, into one buffer with a bound.
 */
#include <sodium.h>
#include <string.h>

#include "base/str.h"
#include "net/ws_internal.h"

/* While so much waits to be sent, nothing is read: a peer that only asks would fill the queue. */
#define CHOKED_COUNT 4096

static bool
is_choked(const struct yq_ws *ws)
{
	return wslay_event_get_queued_msg_count(ws->frames) > CHOKED_COUNT;
}

bool
ws_frames_wants_read(const struct yq_ws *ws)
{
	return !ws->held && !is_choked(ws) && wslay_event_want_read(ws->frames);
}

static ssize_t
read_some(struct yq_ws *ws, uint8_t *bytes, size_t length)
{
	ssize_t got;

	if (ws->transport_cookie == NULL || ws->held || is_choked(ws))
		return WS_AGAIN;
	if (ws->budget == 0) {
		ws->more = true;
		return WS_AGAIN;
	}
	ws->budget--;
	if (ws->early.length > 0) {
		if (length > ws->early.length)
			length = ws->early.length;
		memcpy(bytes, ws->early.data, length);
		yq_buf_drop_front(&ws->early, length);
		return (ssize_t)length;
	}
	got = ws->transport->read(ws->transport_cookie, bytes, length);
	return got == 0 ? WS_GONE : got;
}

static ssize_t
on_read(wslay_event_context_ptr frames, uint8_t *bytes, size_t length, int flags, void *cookie)
{
	struct yq_ws *ws = cookie;
	ssize_t got = read_some(ws, bytes, length);

	(void)flags;
	if (got > 0) {
		ws->heard_ns = (int64_t)uv_hrtime();
		return got;
	}
	if (got == WS_GONE)
		ws->broken = true;
	wslay_event_set_error(
	    frames, got == WS_GONE ? WSLAY_ERR_CALLBACK_FAILURE : WSLAY_ERR_WOULDBLOCK);
	return -1;
}

static ssize_t
on_write(
    wslay_event_context_ptr frames, const uint8_t *bytes, size_t length, int flags, void *cookie)
{
	struct yq_ws *ws = cookie;
	ssize_t sent = WS_AGAIN;

	(void)flags;
	if (ws->transport_cookie != NULL)
		sent = ws->transport->write(ws->transport_cookie, bytes, length);
	if (sent > 0)
		return sent;
	if (sent == WS_GONE)
		ws->broken = true;
	wslay_event_set_error(
	    frames, sent == WS_GONE ? WSLAY_ERR_CALLBACK_FAILURE : WSLAY_ERR_WOULDBLOCK);
	return -1;
}

static int
on_mask(wslay_event_context_ptr frames, uint8_t *bytes, size_t length, void *cookie)
{
	(void)frames;
	(void)cookie;
	randombytes_buf(bytes, length);
	return 0;
}

static void
on_frame(wslay_event_context_ptr frames, const struct wslay_event_on_frame_recv_start_arg *frame,
    void *cookie)
{
	struct yq_ws *ws = cookie;

	(void)frames;
	ws->in_message = !wslay_is_ctrl_frame(frame->opcode);
	ws->in_close = frame->opcode == WSLAY_CONNECTION_CLOSE;
}

/* "Service restart" and its neighbours were added to the rule book after the library was written.
 */
static void
note_newer_code(struct yq_ws *ws, const uint8_t *bytes, size_t length)
{
	unsigned code = length < 2 ? 0 : (unsigned)bytes[0] << 8 | bytes[1];

	if (code >= 1012 && code <= 1014)
		ws->newer_code = code;
}

static void
on_part(wslay_event_context_ptr frames, const struct wslay_event_on_frame_recv_chunk_arg *part,
    void *cookie)
{
	struct yq_ws *ws = cookie;

	if (ws->in_close)
		note_newer_code(ws, part->data, part->data_length);
	if (!ws->in_message || ws->too_large)
		return;
	yq_buf_add(&ws->message, part->data, part->data_length);
	if (yq_buf_ok(&ws->message))
		return;
	ws->too_large = true;
	wslay_event_shutdown_read(frames);
	(void)wslay_event_queue_close(frames, YQ_WS_TOO_LARGE, NULL, 0);
}

static void
take_close(struct yq_ws *ws, const struct wslay_event_on_msg_recv_arg *message)
{
	if (message->msg_length <= 2 ||
	    !yq_str_copy_bytes(ws->close_reason, sizeof(ws->close_reason),
		(const char *)message->msg + 2, message->msg_length - 2))
		ws->close_reason[0] = '\0'; /* none, or one with a NUL in it */
}

static void
on_message(
    wslay_event_context_ptr frames, const struct wslay_event_on_msg_recv_arg *message, void *cookie)
{
	struct yq_ws *ws = cookie;

	(void)frames;
	if (message->opcode == WSLAY_CONNECTION_CLOSE)
		take_close(ws, message);
	if (wslay_is_ctrl_frame(message->opcode))
		return;
	if (!ws->freed && !ws->too_large && ws->events.message != NULL)
		ws->events.message(ws->cookie, ws,
		    message->opcode == WSLAY_TEXT_FRAME ? YQ_WS_TEXT : YQ_WS_BINARY,
		    yq_buf_text(&ws->message), ws->message.length);
	yq_buf_clear(&ws->message);
}

wslay_event_context_ptr
ws_frames_make(struct yq_ws *ws)
{
	static const struct wslay_event_callbacks callbacks = {
		.recv_callback = on_read,
		.send_callback = on_write,
		.genmask_callback = on_mask,
		.on_frame_recv_start_callback = on_frame,
		.on_frame_recv_chunk_callback = on_part,
		.on_msg_recv_callback = on_message,
	};
	wslay_event_context_ptr frames = NULL;
	int rc = ws->server ? wslay_event_context_server_init(&frames, &callbacks, ws)
			    : wslay_event_context_client_init(&frames, &callbacks, ws);

	if (rc != 0)
		YQ_PANIC("out of memory");
	wslay_event_config_set_no_buffering(frames, 1);
	wslay_event_config_set_max_recv_msg_length(frames, ws->limits.message_max);
	return frames;
}
