/* serve.h - the webhook's HTTP face: POST /webhook, GET /health, GET /metrics. */
#ifndef YQ_WEBHOOK_SERVE_H
#define YQ_WEBHOOK_SERVE_H

#include "daemon/daemon.h"
#include "daemon/settings.h"
#include "net/http_server.h"
#include "webhook/deliver.h"
#include "webhook/gate.h"
#include "webhook/identity.h"

/* How an alert ended.  X(ident, "label") */
#define YQ_WEBHOOK_RESULTS(X)           \
	X(ACCEPTED, "accepted")         \
	X(DUPLICATE, "duplicate")       \
	X(SPOOLED, "spooled")           \
	X(INVALID, "invalid")           \
	X(UNAUTHORIZED, "unauthorized") \
	X(FORBIDDEN, "forbidden")       \
	X(LIMITED, "limited")           \
	X(UNSUPPORTED, "unsupported")   \
	X(UNAVAILABLE, "unavailable")
#define YQ_WEBHOOK_VALUE(ident, label) WEBHOOK_##ident,
enum webhook_result { YQ_WEBHOOK_RESULTS(YQ_WEBHOOK_VALUE) WEBHOOK_RESULT_COUNT };

struct webhook {
	struct yq_daemon *daemon;
	struct yq_http_server *server;
	struct yq_gate *gate;
	struct yq_mapping *mapping;
	struct yq_identity *identity;
	struct yq_deliver *deliver;
	uv_timer_t spool_again;
	bool spool_failed; /* it could not be opened: that was said */
	int64_t window_us;
	struct yq_buf payload; /* room to write one signal */
	struct yq_counter *results[WEBHOOK_RESULT_COUNT];
	struct yq_histogram *latency;
	struct yq_gauge *spool_bytes, *refusing;
	int64_t warned_ns; /* of the last word about wrong secrets */
	uint64_t refused_secrets;
};

void webhook_metrics(struct webhook *webhook);
bool webhook_head(void *cookie, struct yq_http_request *request);
void webhook_handle(void *cookie, struct yq_http_request *request);

#endif
