/*
 * websocket.c - connect to a server: libcurl makes the connection, we ask for the upgrade.
 */
#include "net/websocket.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "base/str.h"
#include "net/curl_loop.h"
#include "net/ws_internal.h"

#define CONNECT_DEFAULT_MS 5000
#define REQUEST_MAX	   (32U * 1024U)
#define HEAD_MAX	   (16U * 1024U)

struct client {
	struct yq_ws *ws; /* NULL once cut */
	uv_loop_t *loop;
	struct curl_loop *curl;
	CURL *easy;
	uv_poll_t poll;
	bool polling; /* connected */
	bool open;    /* upgraded */
	struct net_url url;
	struct yq_buf request; /* what is still to be sent of it */
	struct yq_buf head;    /* of the answer */
	char key[WS_KEY_SIZE];
	char fault[CURL_ERROR_SIZE];
};

static void
wipe(struct yq_buf *buf)
{
	if (buf->data != NULL)
		yq_wipe(buf->data, buf->capacity);
	yq_buf_free(buf);
}

static void
client_free(struct client *client)
{
	wipe(&client->request);
	yq_buf_free(&client->head);
	net_url_clear(&client->url);
	free(client);
}

static void
on_poll_closed(uv_handle_t *handle)
{
	client_free(handle->data);
}

static void
cut(void *cookie)
{
	struct client *client = cookie;

	client->ws = NULL;
	if (client->polling)
		uv_close((uv_handle_t *)&client->poll, on_poll_closed);
	(void)net_curl()->curl_multi_remove_handle(curl_loop_multi(client->curl), client->easy);
	net_curl()->curl_easy_cleanup(client->easy);
	curl_loop_free(client->curl);
	if (!client->polling)
		client_free(client);
}

static ssize_t
result_of(CURLcode code, size_t count)
{
	if (code == CURLE_OK)
		return (ssize_t)count;
	return code == CURLE_AGAIN ? WS_AGAIN : WS_GONE;
}

static ssize_t
read_transfer(void *cookie, void *bytes, size_t length)
{
	struct client *client = cookie;
	size_t count = 0;
	CURLcode code = net_curl()->curl_easy_recv(client->easy, bytes, length, &count);

	return result_of(code, count);
}

static ssize_t
write_transfer(void *cookie, const void *bytes, size_t length)
{
	struct client *client = cookie;
	size_t count = 0;
	CURLcode code = net_curl()->curl_easy_send(client->easy, bytes, length, &count);

	return code == CURLE_OK && count == 0 ? WS_AGAIN : result_of(code, count);
}

static void on_poll(uv_poll_t *poll, int status, int events);

static void
watch(void *cookie, bool readable, bool writable)
{
	struct client *client = cookie;
	int events = (readable ? UV_READABLE : 0) | (writable ? UV_WRITABLE : 0);

	if (!client->polling)
		return;
	if (events == 0)
		uv_poll_stop(&client->poll);
	else
		uv_poll_start(&client->poll, events, on_poll);
}

static const struct ws_transport curl_transport = { read_transfer, write_transfer, watch, cut };

/* It never opened.  `client` may be gone afterwards. */
static void
fail(struct client *client, enum yq_rc rc, unsigned status, const char *why)
{
	char text[256];

	(void)yq_str_format(text, sizeof(text), status == 0 ? "%s: %s" : "%s: %s, with status %u",
	    client->url.place, why, status);
	ws_end(client->ws,
	    &(struct yq_ws_end){ .rc = rc, .code = YQ_WS_LOST, .status = status, .text = text });
}

static void
read_answer(struct client *client)
{
	const char *end = strstr(yq_buf_text(&client->head), "\r\n\r\n"), *why = NULL;
	size_t length;
	unsigned status = 0;
	enum yq_rc rc;

	if (end == NULL)
		return;
	length = (size_t)(end - client->head.data) + 4;
	rc = ws_answer_check(client->head.data, client->key, &status, &why);
	if (rc != YQ_OK) {
		fail(client, rc, status, why);
		return;
	}
	client->open = true;
	ws_opened(client->ws, client->head.data + length, client->head.length - length);
	yq_buf_free(&client->head);
}

/* Send what is left of the request, then read its answer.  False if that failed. */
static bool
send_request(struct client *client)
{
	while (client->request.length > 0) {
		ssize_t sent = write_transfer(client, client->request.data, client->request.length);

		if (sent == WS_AGAIN)
			break;
		if (sent < 0) {
			fail(client, YQ_E_RETRY, 0, "the connection broke");
			return false;
		}
		yq_buf_drop_front(&client->request, (size_t)sent);
	}
	if (client->request.length == 0)
		wipe(&client->request);
	return true;
}

static void
upgrade(struct client *client)
{
	char bytes[4096];
	ssize_t got;

	if (!send_request(client))
		return;
	watch(client, true, client->request.length > 0);
	while (!client->open && client->ws != NULL) {
		got = read_transfer(client, bytes, sizeof(bytes));
		if (got == WS_AGAIN)
			return;
		if (got <= 0) {
			fail(client, YQ_E_RETRY, 0, "the connection broke");
			return;
		}
		yq_buf_add(&client->head, bytes, (size_t)got);
		if (!yq_buf_ok(&client->head))
			fail(client, YQ_E_REFUSED, 0, "the answer to the upgrade is too long");
		else
			read_answer(client);
	}
}

static void
on_poll(uv_poll_t *poll, int status, int events)
{
	struct client *client = poll->data;

	(void)status; /* reading says it again */
	(void)events;
	if (client->ws == NULL)
		return;
	if (client->open)
		ws_pump(client->ws);
	else
		upgrade(client);
}

static void
on_connected(void *cookie, CURL *easy, CURLcode code)
{
	struct client *client = cookie;
	curl_socket_t fd = CURL_SOCKET_BAD;

	if (code == CURLE_OK)
		code = curl_easy_getinfo(easy, CURLINFO_ACTIVESOCKET, &fd);
	if (code != CURLE_OK || fd == CURL_SOCKET_BAD) {
		fail(client, YQ_E_RETRY, 0, net_transfer_fault(code, client->fault));
		return;
	}
	if (uv_poll_init_socket(client->loop, &client->poll, fd) != 0)
		YQ_PANIC("event loop handles cannot be made");
	client->poll.data = client;
	client->polling = true;
	watch(client, true, true);
}

static enum yq_rc
write_request(struct client *client, const struct yq_ws_options *options, struct yq_err *err)
{
	struct yq_buf *request = &client->request;

	ws_key_make(client->key);
	yq_buf_add_format(
	    request, "GET %s HTTP/1.1\r\nHost: %s\r\n", client->url.target, client->url.authority);
	yq_buf_add_format(request,
	    "Connection: Upgrade\r\nUpgrade: websocket\r\n"
	    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n",
	    client->key);
	for (size_t i = 0; i < options->header_count; i++) {
		const struct yq_http_header *header = &options->headers[i];
		enum yq_rc rc = net_header_check(header, err);

		if (rc != YQ_OK)
			return rc;
		yq_buf_add_format(request, "%s: %s\r\n", header->name, header->value);
	}
	yq_buf_add_text(request, "\r\n");
	if (!yq_buf_ok(request))
		return yq_err_set(err, YQ_E_INVALID, "the request for the upgrade is too long");
	return YQ_OK;
}

static void
start(struct client *client, const struct yq_ws_options *options)
{
	CURL *easy =
	    net_transfer_make(client->url.url, options->ca_file, options->proxy, client->fault);

	client->easy = easy;
	curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L); /* through the proxy, not to it */
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_SSL_ENABLE_ALPN, 0L);
	client->curl = curl_loop_make(client->loop, on_connected, client);
	if (net_curl()->curl_multi_add_handle(curl_loop_multi(client->curl), easy) != CURLM_OK)
		YQ_PANIC("a transfer cannot be started");
}

enum yq_rc
yq_ws_connect(uv_loop_t *loop, const struct yq_ws_options *options,
    const struct yq_ws_events *events, void *cookie, struct yq_ws **ret_ws, struct yq_err *err)
{
	static const char *const schemes[2] = { "ws", "wss" };
	uint32_t timeout_ms =
	    options->connect_timeout_ms == 0 ? CONNECT_DEFAULT_MS : options->connect_timeout_ms;
	struct client *client = yq_xcalloc(1, sizeof(*client));
	enum yq_rc rc;

	client->loop = loop;
	client->request = yq_buf_make(REQUEST_MAX);
	client->head = yq_buf_make(HEAD_MAX);
	rc = net_url_parse(options->url, schemes, &client->url, err);
	if (rc == YQ_OK)
		rc = write_request(client, options, err);
	if (rc != YQ_OK) {
		client_free(client);
		return rc;
	}
	start(client, options);
	client->ws = ws_make(loop, false, &options->limits, events, cookie, timeout_ms);
	ws_attach(client->ws, &curl_transport, client);
	*ret_ws = client->ws;
	return YQ_OK;
}
