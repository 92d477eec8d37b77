/*
 * websocket.h - one WebSocket connection (RFC 6455) on the loop: to a server, or, made by
 * websocket_server.h, to a client of our own server.
 *
 * Frames are libwslay's.  Towards a server the transport is libcurl's, so TLS, its verification and
 * proxies are as in http_client.h.  Fragmented messages arrive whole, pings are answered, text is
 * checked to be UTF-8.  It never connects again by itself: that is its owner's.  Loop thread only;
 * nothing blocks.
 */
#ifndef YQ_NET_WEBSOCKET_H
#define YQ_NET_WEBSOCKET_H

#include <uv.h>

#include "base/common.h"
#include "base/err.h"
#include "net/http.h"

struct yq_ws; /* opaque; alive until yq_ws_free */

/* Close codes that programs choose (RFC 6455, 7.4.1). */
#define YQ_WS_NORMAL	   1000U
#define YQ_WS_GOING_AWAY   1001U
#define YQ_WS_PROTOCOL	   1002U
#define YQ_WS_BAD_TEXT	   1007U
#define YQ_WS_REFUSED	   1008U /* "policy violation" */
#define YQ_WS_TOO_LARGE	   1009U
#define YQ_WS_SERVER_FAULT 1011U
/* Those that are only reported, never sent. */
#define YQ_WS_NO_CODE 1005U /* the peer closed without one */
#define YQ_WS_LOST    1006U /* there was no close at all */

enum yq_ws_kind { YQ_WS_TEXT, YQ_WS_BINARY };

struct yq_ws_end {
	/*
	 *   YQ_OK         closed with a handshake, whoever began
	 *   YQ_E_RETRY    never opened: name, connection, TLS, proxy, or no answer in time
	 *   YQ_E_REFUSED  never opened: the server answered the upgrade with `status`, or not as a
	 *                 WebSocket server does
	 *   YQ_E_INVALID  the peer broke the protocol, or sent a text that is no UTF-8
	 *   YQ_E_LIMIT    the peer sent a message longer than message_max
	 *   YQ_E_UNKNOWN  lost: cut without a close, silent for too long, or no answer to our close
	 */
	enum yq_rc rc;
	unsigned code;	  /* of the peer's close; YQ_WS_NO_CODE or YQ_WS_LOST where it gave none */
	unsigned status;  /* HTTP status of the upgrade's answer where it is not 101; else 0 */
	const char *text; /* one sentence for a person; no header, no query, no message */
};

/* Each runs from the loop, never from inside one of the functions below.  All may be NULL. */
struct yq_ws_events {
	void (*opened)(void *cookie, struct yq_ws *ws);
	/* A whole message; `bytes` is borrowed, followed by a NUL, and UTF-8 if it is a text. */
	void (*message)(
	    void *cookie, struct yq_ws *ws, enum yq_ws_kind kind, const char *bytes, size_t length);
	/* Once, and nothing after it.  `ws` is still its owner's, to free. */
	void (*closed)(void *cookie, struct yq_ws *ws, const struct yq_ws_end *end);
};

struct yq_ws_limits {
	unsigned ping_s;    /* a ping when nothing has come for so long; 0 = never */
	unsigned silent_s;  /* lost when nothing, no pong either, has come for so long; 0 = never */
	size_t message_max; /* bytes of one message received; 0 = 1 MiB */
	size_t queue_max;   /* bytes waiting to be sent; 0 = 256 KiB */
};

struct yq_ws_options {
	const char *url; /* ws:// or wss:// */
	const struct yq_http_header *headers;
	size_t header_count;
	const char *ca_file;	     /* as in struct yq_http_client_options */
	const char *proxy;	     /* the same */
	uint32_t connect_timeout_ms; /* until it is open; 0 = 5000 */
	struct yq_ws_limits limits;
};

/* Begin to connect.  `options` and `events` are copied.  YQ_E_INVALID: url or a header is none. */
YQ_NODISCARD enum yq_rc yq_ws_connect(uv_loop_t *loop, const struct yq_ws_options *options,
    const struct yq_ws_events *events, void *cookie, struct yq_ws **ret_ws, struct yq_err *err);

bool yq_ws_is_open(const struct yq_ws *ws);
size_t yq_ws_queued(const struct yq_ws *ws); /* bytes waiting to be sent */

/* Queue one message; `bytes` is copied.  YQ_E_STATE: not open (any more), or being closed;
 * YQ_E_LIMIT: queue_max; YQ_E_INVALID: a text that is no UTF-8.  What is queued may still be lost
 * with the connection. */
YQ_NODISCARD enum yq_rc yq_ws_send(
    struct yq_ws *ws, enum yq_ws_kind kind, const char *bytes, size_t length);
YQ_NODISCARD enum yq_rc yq_ws_send_text(struct yq_ws *ws, const char *text, size_t length);

/* Close with a handshake, once what is queued has been sent; `closed` follows, at the latest after
 * two seconds.  `code` is 1000-1003, 1007-1011 or 3000-4999, `reason` NULL or at most 123 bytes of
 * UTF-8.  A connection that is not open yet is cut. */
void yq_ws_close(struct yq_ws *ws, unsigned code, const char *reason);
/* While it is held, nothing is read, so that pings are not answered either. */
void yq_ws_hold(struct yq_ws *ws, bool held);
/* Cut at once, without a word; no event runs any more.  May be called from an event.  NULL is a
 * no-op. */
void yq_ws_free(struct yq_ws *ws);

#endif
