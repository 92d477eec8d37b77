/*
 * websocket_server.c - a request becomes a WebSocket; its socket stays the HTTP library's to close.
 */
#include "net/websocket_server.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "base/str.h"
#include "net/http_internal.h"
#include "net/ws_internal.h"

#define OPEN_TIMEOUT_MS 10000 /* until our answer has left */

struct upgrade {
	struct http_upgrade hooks; /* first: it is what the server knows */
	struct yq_ws *ws;	   /* NULL once cut */
	struct yq_http_server *server;
	struct MHD_UpgradeResponseHandle *handle; /* NULL until the socket is ours */
	int fd;
	uv_poll_t poll;
	bool polling, request_gone;
};

static void
free_if_done(struct upgrade *upgrade)
{
	if (upgrade->ws == NULL && upgrade->request_gone && !upgrade->polling)
		free(upgrade);
}

static void
on_poll_closed(uv_handle_t *handle)
{
	struct upgrade *upgrade = handle->data;

	upgrade->polling = false;
	free_if_done(upgrade);
}

static void
give_back(struct upgrade *upgrade)
{
	(void)MHD_upgrade_action(upgrade->handle, MHD_UPGRADE_ACTION_CLOSE);
	http_wake(upgrade->server);
}

static void
cut(void *cookie)
{
	struct upgrade *upgrade = cookie;

	upgrade->ws = NULL;
	LIST_REMOVE(&upgrade->hooks, link);
	if (upgrade->handle == NULL)
		return; /* the library will still say what became of our answer */
	uv_close((uv_handle_t *)&upgrade->poll, on_poll_closed);
	give_back(upgrade);
}

static ssize_t
result_of(ssize_t count)
{
	if (count >= 0)
		return count;
	return errno == EAGAIN || errno == EINTR ? WS_AGAIN : WS_GONE;
}

static ssize_t
read_socket(void *cookie, void *bytes, size_t length)
{
	const struct upgrade *upgrade = cookie;

	return result_of(recv(upgrade->fd, bytes, length, MSG_DONTWAIT));
}

static ssize_t
write_socket(void *cookie, const void *bytes, size_t length)
{
	const struct upgrade *upgrade = cookie;

	return result_of(send(upgrade->fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL));
}

static void
on_poll(uv_poll_t *poll, int status, int events)
{
	const struct upgrade *upgrade = poll->data;

	(void)status; /* reading says it again */
	(void)events;
	if (upgrade->ws != NULL)
		ws_pump(upgrade->ws);
}

static void
watch(void *cookie, bool readable, bool writable)
{
	struct upgrade *upgrade = cookie;
	int events = (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0);

	if (upgrade->handle == NULL)
		return;
	if (events == 0)
		uv_poll_stop(&upgrade->poll);
	else
		uv_poll_start(&upgrade->poll, events, on_poll);
}

static const struct ws_transport socket_transport = { read_socket, write_socket, watch, cut };

static void
on_upgraded(void *cookie, struct MHD_Connection *connection, void *request_cookie,
    const char *extra, size_t extra_length, MHD_socket fd, struct MHD_UpgradeResponseHandle *handle)
{
	struct upgrade *upgrade = cookie;
	int on = 1;

	(void)connection;
	(void)request_cookie;
	upgrade->handle = handle;
	if (upgrade->ws == NULL) { /* freed before our answer left */
		give_back(upgrade);
		return;
	}
	upgrade->fd = fd;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (uv_poll_init(upgrade->server->loop, &upgrade->poll, fd) != 0)
		YQ_PANIC("event loop handles cannot be made");
	upgrade->poll.data = upgrade;
	upgrade->polling = true;
	ws_opened(upgrade->ws, extra, extra_length);
}

static void
end_lost(struct upgrade *upgrade, const char *text)
{
	ws_end(upgrade->ws,
	    &(struct yq_ws_end){ .rc = YQ_E_UNKNOWN, .code = YQ_WS_LOST, .text = text });
}

static void
on_server_closing(struct http_upgrade *hooks)
{
	end_lost((struct upgrade *)(void *)hooks, "the server is stopping");
}

static void
on_request_gone(struct http_upgrade *hooks)
{
	struct upgrade *upgrade = (struct upgrade *)(void *)hooks;

	if (upgrade->ws != NULL)
		end_lost(upgrade, "the peer went away before it was open");
	upgrade->request_gone = true;
	free_if_done(upgrade);
}

static void
refuse(struct yq_http_request *request, unsigned status, const char *text)
{
	static const struct yq_http_header version = { "Sec-WebSocket-Version", "13" };

	yq_http_answer(request, &(struct yq_http_answer){ .status = status,
				    .content_type = "text/plain",
				    .body = text,
				    .length = strlen(text),
				    .headers = &version,
				    .header_count = 1 });
}

static bool
asks_for_websocket(const struct yq_http_request *request)
{
	return yq_str_equal(yq_http_method(request), "GET") &&
	       ws_list_has(yq_http_header(request, "Upgrade"), "websocket") &&
	       ws_list_has(yq_http_header(request, "Connection"), "upgrade") &&
	       ws_key_is_valid(yq_http_header(request, "Sec-WebSocket-Key"));
}

static struct MHD_Response *
make_response(struct upgrade *upgrade, const char *key)
{
	struct MHD_Response *response = MHD_create_response_for_upgrade(on_upgraded, upgrade);
	char accept[WS_ACCEPT_SIZE];

	if (response == NULL)
		YQ_PANIC("out of memory");
	ws_accept_of(key, accept);
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_UPGRADE, "websocket");
	(void)MHD_add_response_header(response, "Sec-WebSocket-Accept", accept);
	return response;
}

struct yq_ws *
yq_ws_accept(struct yq_http_request *request, const struct yq_ws_limits *limits,
    const struct yq_ws_events *events, void *cookie)
{
	struct yq_http_server *server = request->server;
	const char *version = yq_http_header(request, "Sec-WebSocket-Version");
	struct upgrade *upgrade;

	if (!asks_for_websocket(request)) {
		refuse(request, 400, "an upgrade to a WebSocket was expected\n");
		return NULL;
	}
	if (version == NULL || !yq_str_equal(version, "13")) {
		refuse(request, 426, "WebSocket version 13 was expected\n");
		return NULL;
	}
	upgrade = yq_xcalloc(1, sizeof(*upgrade));
	upgrade->hooks.end = on_server_closing;
	upgrade->hooks.request_gone = on_request_gone;
	upgrade->server = server;
	upgrade->ws = ws_make(server->loop, true, limits, events, cookie, OPEN_TIMEOUT_MS);
	ws_attach(upgrade->ws, &socket_transport, upgrade);
	LIST_INSERT_HEAD(&server->upgrades, &upgrade->hooks, link);
	request->upgrade = &upgrade->hooks;
	http_respond(request, MHD_HTTP_SWITCHING_PROTOCOLS,
	    make_response(upgrade, yq_http_header(request, "Sec-WebSocket-Key")));
	return upgrade->ws;
}
