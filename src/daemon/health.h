/*
 * health.h - GET /health (JSON: live, ready and why not) and GET /metrics (Prometheus text).
 *
 * /health answers 200 when ready and 503 when not; /health/live answers 200 as long as the loop
 * turns.
 */
#ifndef YQ_DAEMON_HEALTH_H
#define YQ_DAEMON_HEALTH_H

#include "daemon/daemon.h"
#include "net/http_server.h"

/* Answer `request` if its path is one of these; false if it is not. */
bool yq_health_serve(struct yq_daemon *daemon, struct yq_http_request *request);

#endif
