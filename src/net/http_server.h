/*
 * http_server.h - an HTTP/1.1 server on the loop (libmicrohttpd, driven by its epoll descriptor).
 *
 * Loop thread only.  A request is handed over once its body has been read whole; it is answered
 * exactly once, at once or later.  What a peer can make grow is bounded: header, body, connections
 * in all and by address, time.
 */
#ifndef YQ_NET_HTTP_SERVER_H
#define YQ_NET_HTTP_SERVER_H

#include <uv.h>

#include "base/common.h"
#include "base/err.h"
#include "net/address.h"
#include "net/http.h"

struct yq_http_server;	/* opaque */
struct yq_http_request; /* opaque; alive until it is answered */
struct yq_http_stream;	/* opaque; an answer that goes on */

/* The request is whole.  Answer it now or later; it is the handler's until then. */
typedef void yq_http_fn(void *cookie, struct yq_http_request *request);

struct yq_http_options {
	const char *listen;    /* address ("127.0.0.1", "::", "[::1]") or "unix:/path" */
	uint16_t port;	       /* 0 = any free one; ignored for a unix socket */
	size_t body_max;       /* bytes; beyond it 413 is answered without keeping the body */
	yq_http_fn *too_large; /* answers that at once, in words of its own; NULL = ours */
	size_t header_max;     /* bytes of request line and headers; 0 = 8192 */
	/* 0 = 256; beyond it new ones wait in the kernel's queue.  From half of it on whoever has
	 * been silent for a second, before a request or between two, makes room for others.  Made
	 * smaller where the process may not open so many files. */
	unsigned connections_max;
	unsigned per_address_max; /* 0 = no limit */
	/* PEM, both or neither: it speaks TLS.  Borrowed as long as the server lives. */
	const char *certificate, *private_key;
	/* Every answer has them, but for those it has itself.  Borrowed as long as the server
	 * lives. */
	const struct yq_http_header *headers;
	size_t header_count;
	unsigned timeout_s; /* a connection without progress for so long is closed; 0 = 15 */
};

/*
 * The request has its header, the body is not read yet.  Return false to have it read, or answer
 * with yq_http_answer and return true: the body is then thrown away and the connection closed.
 */
typedef bool yq_http_head_fn(void *cookie, struct yq_http_request *request);

/*
 * Listen.  `head` may be NULL.  YQ_E_INVALID: the address is none; YQ_E_SYSTEM: it cannot be bound
 * (taken, not permitted): the text says which.  A stale unix socket file is replaced.
 */
YQ_NODISCARD enum yq_rc yq_http_server_open(uv_loop_t *loop, const struct yq_http_options *options,
    yq_http_head_fn *head, yq_http_fn *handle, void *cookie, struct yq_http_server **ret_server,
    struct yq_err *err);
uint16_t yq_http_server_port(const struct yq_http_server *server); /* the bound one; 0 for unix */
/* "http://127.0.0.1:6000", with TLS "https://...", or "unix:/path". */
const char *yq_http_server_url(const struct yq_http_server *server);
/* Accept no more connections; those there are go on. */
void yq_http_server_quiesce(struct yq_http_server *server);
/* Requests handed over and not yet answered. */
size_t yq_http_server_pending(const struct yq_http_server *server);
size_t yq_http_server_connections(const struct yq_http_server *server); /* open ones */
/* Close.  Requests still pending are answered with 503 first, and streams ended; the handles are
 * released by the loop's next turns.  NULL is a no-op. */
void yq_http_server_free(struct yq_http_server *server);

/* What was asked.  All borrowed until the answer.  In paths and queries a zero byte (%00) reads as
 * the control character %01: it ends no text, and is refused by whoever takes none. */
const char *yq_http_method(const struct yq_http_request *request);
const char *yq_http_path(const struct yq_http_request *request); /* decoded, no query */
const char *yq_http_header(const struct yq_http_request *request, const char *name); /* or NULL */
/* The whole header with several lines of one name: calls `fn` for each, in order. */
typedef void yq_http_value_fn(void *cookie, const char *value);
void yq_http_headers(
    const struct yq_http_request *request, const char *name, yq_http_value_fn *fn, void *cookie);
const char *yq_http_query(const struct yq_http_request *request, const char *name); /* or NULL */
/* Every pair in the order it was written; `value` is decoded. */
typedef void yq_http_pair_fn(void *cookie, const char *name, const char *value, size_t length);
void yq_http_each_query(const struct yq_http_request *request, yq_http_pair_fn *fn, void *cookie);
const char *yq_http_cookie(const struct yq_http_request *request, const char *name); /* or NULL */
/* NUL-terminated; empty while only the head is there. */
const char *yq_http_body(const struct yq_http_request *request, size_t *ret_length);
const struct yq_address *yq_http_peer(const struct yq_http_request *request);
int64_t yq_http_received_ns(const struct yq_http_request *request); /* monotonic, header read */

struct yq_http_answer {
	unsigned status;
	const char *content_type; /* NULL = application/json */
	const char *body;	  /* copied; NULL = empty */
	size_t length;
	const struct yq_http_header *headers; /* more of them */
	size_t header_count;
};
/* Answer `request`, which is gone afterwards.  A peer that takes longer than four times the
 * timeout, and a second for each 16 KiB, is cut off. */
void yq_http_answer(struct yq_http_request *request, const struct yq_http_answer *answer);
/* {"error": text}, escaped. */
void yq_http_answer_error(struct yq_http_request *request, unsigned status, const char *text);

/*
 * Answer with a body that is written bit by bit (server-sent events).  `closed` runs once, when the
 * peer is gone (seen within a second or two), too slow (more than `pending_max` bytes unread), or
 * after yq_http_stream_end; the stream is gone afterwards.
 */
typedef void yq_http_closed_fn(void *cookie, struct yq_http_stream *stream);
struct yq_http_stream *yq_http_answer_stream(struct yq_http_request *request,
    const char *content_type, size_t pending_max, yq_http_closed_fn *closed, void *cookie);
/* False when it did not fit: the stream will be closed. */
bool yq_http_stream_write(struct yq_http_stream *stream, const void *bytes, size_t length);
void yq_http_stream_end(struct yq_http_stream *stream);

/*
 * The same, of which the server holds no bytes: `fill` is asked for up to `room` of them whenever
 * the peer takes some, and returns how many it gave; 0 = nothing now, then yq_http_stream_wake has
 * it asked again.  Not after the stream's end.  Bytes leave in the loop's next turn.
 */
typedef size_t yq_http_fill_fn(void *cookie, char *target, size_t room);
struct yq_http_stream *yq_http_answer_pull(struct yq_http_request *request,
    const char *content_type, yq_http_fill_fn *fill, yq_http_closed_fn *closed, void *cookie);
void yq_http_stream_wake(struct yq_http_stream *stream);
/* End it without waiting for the peer to take what is left. */
void yq_http_stream_cut(struct yq_http_stream *stream);

#endif
