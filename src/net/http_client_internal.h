/* http_client_internal.h - what the files of the HTTP client share. */
#ifndef YQ_NET_HTTP_CLIENT_INTERNAL_H
#define YQ_NET_HTTP_CLIENT_INTERNAL_H

#include <sys/queue.h>

#include "base/buf.h"
#include "net/curl_loop.h"
#include "net/http_client.h"

struct yq_http_call {
	TAILQ_ENTRY(yq_http_call) link; /* of the client's `under_way` or `ended` */
	struct yq_http_client *client;
	yq_http_reply_fn *fn;
	void *cookie;
	int64_t deadline_ns;
	CURL *easy; /* NULL if it could not be made */
	struct curl_slist *headers;
	char *body;
	size_t length;
	struct yq_buf answer;
	struct net_url url;
	char method[16];
	bool repeatable;  /* it asks for nothing but an answer */
	bool sent;	  /* a byte of it may have left */
	bool sent_twice;  /* would have been */
	bool late;	  /* its time was over when it could have been sent */
	bool in_transfer; /* the library has it */
	bool head_whole;  /* of the answer */
	bool ended;
	enum yq_rc rc; /* once ended */
	struct yq_err err;
	char fault[CURL_ERROR_SIZE];
};

TAILQ_HEAD(http_calls, yq_http_call);

struct yq_http_client {
	uv_loop_t *loop;
	struct curl_loop *curl; /* NULL before the first call, and once freed */
	uv_timer_t turn;	/* the nearest deadline, or at once for what has ended */
	struct http_calls under_way, ended;
	size_t waiting;
	bool closing;
	char *ca_file, *proxy, *user_agent;
	uint32_t connect_timeout_ms, per_host_max;
};

/* http_call.c */
/* Fill `call`; on anything but YQ_OK `call->err` says why, and there is no transfer. */
enum yq_rc http_call_prepare(
    struct yq_http_call *call, const struct yq_http_client_request *request);
/* What the end of the transfer means; fills `call->err`. */
enum yq_rc http_call_judge(struct yq_http_call *call, CURLcode code);
/* The same for one that is cut, `why` we say. */
enum yq_rc http_call_cut(struct yq_http_call *call, const char *why);
void http_call_tell(struct yq_http_call *call); /* runs the completion */
void http_call_free(struct yq_http_call *call);

#endif
