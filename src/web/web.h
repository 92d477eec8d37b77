/*
 * web.h - the dashboard's server: what its parts on the loop share.
 */
#ifndef YQ_WEB_WEB_H
#define YQ_WEB_WEB_H

#include "daemon/daemon.h"
#include "net/http_server.h"
#include "web/api.h"
#include "web/door.h"
#include "web/files.h"
#include "web/lane.h"

#define YQ_WEB_API	"/api/v1" /* below Dashboard:PathBase */
#define YQ_WEB_BODY_MAX (256 * 1024)

struct yq_web {
	struct yq_daemon *daemon;
	const struct yq_config *config; /* held; what calls begin with */
	struct yq_http_server *server;	/* NULL before it listens, and at the end */
	struct yq_lanes *lanes;
	char base[YQ_BASE_SIZE]; /* Dashboard:PathBase without a slash at its end; "" = none */
	struct yq_door door;
	struct yq_files *files;	 /* the page; NULL = not installed */
	struct yq_file document; /* openapi.json */
	struct yq_buf certificate, private_key;
	bool draining;
	void *streams;	     /* of the family with a stream: its own */
	size_t open_streams; /* the program waits for their end */
	struct yq_histogram *latency;
	struct yq_counter *full;
};

/* serve.c: requests */
bool yq_web_head(void *cookie, struct yq_http_request *request);
void yq_web_handle(void *cookie, struct yq_http_request *request);
void yq_web_too_large(void *cookie, struct yq_http_request *request);
/* An RFC 9457 problem as the whole answer; `allow` NULL, or the header of that name. */
void yq_web_refuse(struct yq_http_request *request, unsigned status, const char *code,
    const char *detail, const char *allow);

/* serve.c: tell the daemon if nothing is in flight any more that it is to wait for */
void yq_web_look_drained(struct yq_web *web);

/* headers.c: what every answer has */
extern const struct yq_http_header yq_web_headers[];
extern const size_t yq_web_header_count;

#endif
