/*
 * websocket_server.h - turn a request to our HTTP server into a WebSocket.
 */
#ifndef YQ_NET_WEBSOCKET_SERVER_H
#define YQ_NET_WEBSOCKET_SERVER_H

#include "net/http_server.h"
#include "net/websocket.h"

/*
 * Accept the upgrade that `request` asks for: the request is gone, and the socket is the caller's,
 * to be freed (websocket.h).  It opens later, from the loop; `limits` NULL = defaults, without
 * pings. The server's yq_http_server_free ends it as lost, from the loop; the owner's own
 * yq_ws_free may come before or after.  NULL if the request asks for no upgrade to a WebSocket of
 * version 13: it has then been answered with 400 or 426.
 *
 * From the server's handler only (yq_http_fn), or later while the request waits for its answer.
 */
struct yq_ws *yq_ws_accept(struct yq_http_request *request, const struct yq_ws_limits *limits,
    const struct yq_ws_events *events, void *cookie);

#endif
