/* ws_internal.h - what the files of the WebSocket share. */
#ifndef YQ_NET_WS_INTERNAL_H
#define YQ_NET_WS_INTERNAL_H

#include <sys/types.h>
#include <wslay/wslay.h>

#include "base/buf.h"
#include "net/websocket.h"

#define WS_AGAIN (-1) /* nothing now */
#define WS_GONE	 (-2) /* the connection is broken */

/* What carries the bytes. */
struct ws_transport {
	ssize_t (*read)(void *cookie, void *bytes, size_t length); /* 0 = the end */
	ssize_t (*write)(void *cookie, const void *bytes, size_t length);
	void (*watch)(void *cookie, bool readable, bool writable); /* ws_pump is to be called */
	/* Cut it; `cookie` takes care of itself from here. */
	void (*cut)(void *cookie);
};

enum ws_state {
	WS_OPENING,
	WS_OPEN,
	WS_CLOSING, /* a close has been sent or received, or will be sent after what is queued */
	WS_ENDED,   /* `closed` is to be told, or has been */
};

struct yq_ws {
	uv_loop_t *loop;
	uv_timer_t timer; /* of everything that is due */
	const struct ws_transport *transport;
	void *transport_cookie; /* NULL once cut */
	wslay_event_context_ptr frames;
	struct yq_ws_events events;
	void *cookie;
	struct yq_ws_limits limits;
	enum ws_state state;
	bool server;
	bool opened_due, end_due; /* events to be told */
	bool more;		  /* there may be more to read than was read in one turn */
	bool pumping, held, freed;
	bool broken;	/* the transport */
	bool close_due; /* our close waits for what is queued */
	bool violated, too_large;
	unsigned budget;	   /* reads left in this turn */
	int64_t deadline_ns;	   /* of opening and closing */
	int64_t heard_ns, ping_ns; /* the last byte; the last ping of ours */
	struct yq_buf early;	   /* bytes that came before the transport was ours */
	struct yq_buf message;	   /* being received */
	bool in_message;	   /* the frame being received is a part of it */
	bool in_close;
	unsigned newer_code; /* of a close that the library takes for a broken rule; 0 = none */
	unsigned close_code;
	char close_reason[124];
	struct yq_ws_end end;
	char end_text[256];
};

/* ws_session.c */
/* `timeout_ms` until it is open. */
struct yq_ws *ws_make(uv_loop_t *loop, bool server, const struct yq_ws_limits *limits,
    const struct yq_ws_events *events, void *cookie, uint32_t timeout_ms);
void ws_attach(struct yq_ws *ws, const struct ws_transport *transport, void *cookie);
/* The handshake is over; `bytes` came behind it. */
void ws_opened(struct yq_ws *ws, const void *bytes, size_t length);
void ws_pump(struct yq_ws *ws); /* the transport can be read or written */
/* Cut the transport; `closed` is told from the loop.  Only the first end counts. */
void ws_end(struct yq_ws *ws, const struct yq_ws_end *end);

/* ws_frames.c: libwslay's callbacks */
wslay_event_context_ptr ws_frames_make(struct yq_ws *ws);
bool ws_frames_wants_read(const struct yq_ws *ws);

/* ws_handshake.c */
#define WS_KEY_SIZE    25 /* of the text with its NUL */
#define WS_ACCEPT_SIZE 29
void ws_key_make(char key[WS_KEY_SIZE]);
bool ws_key_is_valid(const char *key);
/* What a server answers to `key` (RFC 6455, 4.2.2). */
void ws_accept_of(const char *key, char accept[WS_ACCEPT_SIZE]);
/* Whether a comma-separated list has `token`, ASCII case aside. */
bool ws_list_has(const char *list, const char *token);
/* Read the answer to an upgrade with `key`, `head` to its empty line.  YQ_OK; else YQ_E_REFUSED
 * with its status, or 0 where that is 101 and yet wrong. */
enum yq_rc ws_answer_check(
    char *head, const char *key, unsigned *ret_status, const char **ret_fault);

#endif
