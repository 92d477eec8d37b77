/*
 * http_client.h - requests to other people's HTTP servers, on the loop (libcurl).
 *
 * Connections are kept and shared by the calls to one host; HTTP/2 is spoken where TLS offers it.
 * Certificates are verified, redirects are not followed, nothing is decompressed, no cookie is
 * kept.  A request other than GET and HEAD goes out at most once, whatever the connection does: an
 * order sent on a connection that dies is an unknown outcome, never a second order.  None goes out
 * when its time is over, however long the program stood still.  Loop thread only; nothing blocks.
 */
#ifndef YQ_NET_HTTP_CLIENT_H
#define YQ_NET_HTTP_CLIENT_H

#include <uv.h>

#include "base/common.h"
#include "base/err.h"
#include "net/http.h"

struct yq_http_client; /* opaque */
struct yq_http_call;   /* opaque; alive until its completion */

#define YQ_HTTP_CLIENT_CALLS_MAX  1024 /* without a completion */
#define YQ_HTTP_REPLY_HEADERS_MAX 128  /* more of them are not shown */

struct yq_http_client_options {
	const char *ca_file; /* PEM; in place of the system's authorities; NULL = the system's */
	/* "http://[user:password@]host:port" for every request; "" = none; NULL = as the
	 * environment says (https_proxy, all_proxy, no_proxy), and none to this machine itself. */
	const char *proxy;
	const char *user_agent;	     /* NULL = none is sent */
	uint32_t connect_timeout_ms; /* name, TCP, proxy and TLS together; 0 = 5000 */
	unsigned per_host_max;	     /* connections to one host; further calls wait; 0 = 4 */
};

struct yq_http_client_request {
	const char *method; /* "GET", "POST", "PUT", "PATCH", "DELETE", ... */
	const char *url;    /* http:// or https:// */
	const struct yq_http_header *headers;
	size_t header_count;
	const char *body; /* NULL = none; Content-Type is the caller's, among the headers */
	size_t length;
	uint32_t timeout_ms; /* from this call to the last byte of the answer; 0 = 10000 */
	size_t answer_max;   /* bytes of its body; 0 = 1 MiB */
};

struct yq_http_reply {
	int status;	  /* 200-599 */
	const char *body; /* NUL-terminated, also where it has NULs itself; never NULL */
	size_t length;
	const struct yq_http_header *headers;
	size_t header_count;
};

/*
 * The end of one call: exactly once, from the loop, never from inside the call that started it.
 * `reply` and `err` are borrowed for the call; `reply` is NULL unless rc == YQ_OK, `err` is NULL if
 * it is.  The text names method, host and path, never a query, a header or a body.
 *   YQ_OK         a whole answer, of any status
 *   YQ_E_RETRY    provably nothing of it reached the server: no such name, connection refused, TLS
 *                 or proxy refused, no connection in time
 *   YQ_E_UNKNOWN  anything later: the time is over, the connection broke, the answer is cut short,
 *                 is none, or is longer than answer_max
 *   YQ_E_INVALID  url, method or a header is none; nothing was sent
 *   YQ_E_LIMIT    too many calls; nothing was sent
 */
typedef void yq_http_reply_fn(
    void *cookie, enum yq_rc rc, const struct yq_http_reply *reply, const struct yq_err *err);

/* `options` is copied; NULL = all defaults. */
YQ_NODISCARD struct yq_http_client *yq_http_client_make(
    uv_loop_t *loop, const struct yq_http_client_options *options);
/* Every call still under way is cut at once and ends, from the loop, with YQ_E_RETRY or
 * YQ_E_UNKNOWN.  May be called from a completion.  NULL is a no-op. */
void yq_http_client_free(struct yq_http_client *client);
size_t yq_http_client_waiting(const struct yq_http_client *client); /* calls without an end */

/* Send a copy of `request`.  `fn` runs whatever happens; the call is for yq_http_call_cancel. */
struct yq_http_call *yq_http_client_send(struct yq_http_client *client,
    const struct yq_http_client_request *request, yq_http_reply_fn *fn, void *cookie);
/* Cut it: it ends, from the loop, with YQ_E_RETRY or YQ_E_UNKNOWN. */
void yq_http_call_cancel(struct yq_http_call *call);

/* The first header of that name, ASCII case aside, or NULL. */
const char *yq_http_reply_header(const struct yq_http_reply *reply, const char *name);

#endif
