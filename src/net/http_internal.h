/* http_internal.h - what the files of the HTTP server share. */
#ifndef YQ_NET_HTTP_INTERNAL_H
#define YQ_NET_HTTP_INTERNAL_H

#include <microhttpd.h>
#include <sys/queue.h>

#include "base/buf.h"
#include "net/http_server.h"

/* One connection; timed while a request is awaited or being read, and while an answer leaves. */
struct http_connection {
	TAILQ_ENTRY(http_connection) link; /* of the server's `timed`, oldest deadline first */
	bool timed;
	bool silent; /* no request has begun */
	int64_t since_ns, deadline_ns;
	int fd;
};

enum http_phase {
	HTTP_HEAD,     /* header read */
	HTTP_BODY,     /* body being read */
	HTTP_HANDED,   /* the handler has it */
	HTTP_ANSWERED, /* `response` waits for the library to take it, or has been taken */
};

/* A request that became something else than HTTP (websocket_server.c). */
struct http_upgrade {
	LIST_ENTRY(http_upgrade) link; /* of the server's `upgrades`, until `end` has run */
	void (*end)(struct http_upgrade *upgrade);	    /* the server is being closed */
	void (*request_gone)(struct http_upgrade *upgrade); /* the last thing it hears */
};

struct yq_http_request {
	LIST_ENTRY(yq_http_request) link; /* of the server's `pending`, while HTTP_HANDED */
	struct yq_http_server *server;
	struct MHD_Connection *connection;
	struct http_connection *peer_connection;
	const char *method, *path;
	struct yq_address peer;
	struct yq_buf body;
	size_t excess; /* bytes thrown away beyond body_max */
	int64_t received_ns;
	enum http_phase phase;
	bool suspended;
	struct MHD_Response *response;
	unsigned status;
	struct http_upgrade *upgrade; /* NULL unless it is one */
};

/* Decodes %xx in place; returns the length.  http_request.c */
size_t http_unescape(void *cookie, struct MHD_Connection *connection, char *text);

struct yq_http_stream {
	LIST_ENTRY(yq_http_stream) link;
	struct yq_http_server *server;
	struct MHD_Connection *connection;
	int fd; /* -1 = not known */
	struct yq_buf pending;
	size_t sent; /* bytes of `pending` already taken */
	bool suspended, ended, cut;
	yq_http_fill_fn *fill; /* NULL: `pending` holds the bytes */
	yq_http_closed_fn *closed;
	void *cookie;
};

struct yq_http_server {
	uv_loop_t *loop;
	struct MHD_Daemon *mhd;
	uv_poll_t poll;
	uv_timer_t timer; /* the library's own deadlines */
	uv_timer_t sweep; /* ours: requests that dribble in */
	unsigned handles; /* not yet closed */
	bool running, closing;
	bool woken; /* a connection was resumed since the last turn began */
	yq_http_head_fn *head;
	yq_http_fn *handle, *too_large;
	void *cookie;
	size_t body_max;
	const struct yq_http_header *headers; /* of every answer */
	size_t header_count;
	int64_t timeout_ns;
	uint16_t port;
	char url[160];
	char *unix_path;
	LIST_HEAD(, yq_http_request) pending;
	size_t pending_count;
	LIST_HEAD(, yq_http_stream) streams;
	size_t stream_count;
	size_t connection_count, connections_max;
	LIST_HEAD(, http_upgrade) upgrades;
	TAILQ_HEAD(http_timed, http_connection) timed;
};

/* http_server.c */
void http_wake(struct yq_http_server *server);
/* http_request.c */
enum MHD_Result http_on_request(void *cookie, struct MHD_Connection *connection, const char *url,
    const char *method, const char *version, const char *upload, size_t *upload_size,
    void **request_slot);
void http_on_completed(void *cookie, struct MHD_Connection *connection, void **request_slot,
    enum MHD_RequestTerminationCode code);
/* Take the response over, and the request from its handler. */
void http_respond(struct yq_http_request *request, unsigned status, struct MHD_Response *response);
/* http_timed.c: connections and their deadlines */
void http_on_connection(void *cookie, struct MHD_Connection *connection, void **socket_slot,
    enum MHD_ConnectionNotificationCode code);
void http_time_start(struct yq_http_server *server, struct http_connection *connection);
/* An answer of so many bytes is on its way out. */
void http_time_answer(
    struct yq_http_server *server, struct http_connection *connection, size_t length);
void http_time_stop(struct yq_http_server *server, struct http_connection *connection);
void http_sweep(uv_timer_t *timer);
/* http_stream.c: end those whose peer is gone */
void http_streams_sweep(struct yq_http_server *server);
/* http_listen.c: a listening socket; fills url, port and unix_path.  -1 on error. */
int http_listen(
    struct yq_http_server *server, const struct yq_http_options *options, struct yq_err *err);

#endif
