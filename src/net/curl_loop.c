/*
 * curl_loop.c - the library tells which sockets it waits for and how long; the loop tells when.
 */
#include "net/curl_loop.h"

#include <stdlib.h>

#include "base/mem.h"

#define IDLE_CONNECTIONS_MAX 32L

struct curl_loop {
	uv_loop_t *loop;
	CURLM *multi;
	uv_timer_t timer;
	curl_loop_done_fn *done;
	void *cookie;
};

struct curl_socket {
	uv_poll_t poll;
	struct curl_loop *curl;
	curl_socket_t fd;
};

static void on_timer(uv_timer_t *timer);

static void
arm(struct curl_loop *curl, long timeout_ms)
{
	uv_update_time(curl->loop); /* else it fires early, and the library does not ask again */
	uv_timer_start(&curl->timer, on_timer, timeout_ms < 0 ? 0 : (uint64_t)timeout_ms, 0);
}

static int
on_library_timer(CURLM *multi, long timeout_ms, void *cookie)
{
	struct curl_loop *curl = cookie;

	(void)multi;
	if (timeout_ms < 0)
		uv_timer_stop(&curl->timer);
	else
		arm(curl, timeout_ms);
	return 0;
}

static void
tell_done(struct curl_loop *curl)
{
	CURLMsg *message;
	int left;

	while ((message = net_curl()->curl_multi_info_read(curl->multi, &left)) != NULL) {
		CURL *easy = message->easy_handle; /* the message goes with it */
		CURLcode code = message->data.result;

		if (message->msg == CURLMSG_DONE)
			curl->done(curl->cookie, easy, code);
	}
}

static void
on_timer(uv_timer_t *timer)
{
	struct curl_loop *curl = timer->data;
	long wait_ms = -1;
	int running;

	(void)net_curl()->curl_multi_socket_action(curl->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	if (!uv_is_active((uv_handle_t *)&curl->timer) &&
	    net_curl()->curl_multi_timeout(curl->multi, &wait_ms) == CURLM_OK && wait_ms >= 0)
		arm(curl, wait_ms == 0 ? 1 : wait_ms);
	tell_done(curl);
}

static void
on_poll(uv_poll_t *poll, int status, int events)
{
	struct curl_socket *socket = poll->data;
	struct curl_loop *curl = socket->curl;
	int flags = 0, running;

	if (status < 0)
		flags |= CURL_CSELECT_ERR;
	if ((events & UV_READABLE) != 0)
		flags |= CURL_CSELECT_IN;
	if ((events & UV_WRITABLE) != 0)
		flags |= CURL_CSELECT_OUT;
	(void)net_curl()->curl_multi_socket_action(curl->multi, socket->fd, flags, &running);
	tell_done(curl);
}

static void
on_socket_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static struct curl_socket *
socket_make(struct curl_loop *curl, curl_socket_t fd)
{
	struct curl_socket *socket = yq_xcalloc(1, sizeof(*socket));

	socket->curl = curl;
	socket->fd = fd;
	socket->poll.data = socket;
	if (uv_poll_init_socket(curl->loop, &socket->poll, fd) != 0)
		YQ_PANIC("event loop handles cannot be made");
	(void)net_curl()->curl_multi_assign(curl->multi, fd, socket);
	return socket;
}

static int
on_library_socket(CURL *easy, curl_socket_t fd, int what, void *cookie, void *socket_cookie)
{
	struct curl_loop *curl = cookie;
	struct curl_socket *socket = socket_cookie;
	int events = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (socket != NULL)
			uv_close((uv_handle_t *)&socket->poll, on_socket_closed);
		(void)net_curl()->curl_multi_assign(curl->multi, fd, NULL);
		return 0;
	}
	if (socket == NULL)
		socket = socket_make(curl, fd);
	if (what != CURL_POLL_OUT)
		events |= UV_READABLE;
	if (what != CURL_POLL_IN)
		events |= UV_WRITABLE;
	uv_poll_start(&socket->poll, events, on_poll);
	return 0;
}

struct curl_loop *
curl_loop_make(uv_loop_t *loop, curl_loop_done_fn *done, void *cookie)
{
	struct curl_loop *curl = yq_xcalloc(1, sizeof(*curl));

	/* The library counts how often. */
	if (net_curl()->curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		YQ_PANIC("libcurl cannot be started");
	curl->loop = loop;
	curl->done = done;
	curl->cookie = cookie;
	curl->multi = net_curl()->curl_multi_init();
	if (curl->multi == NULL)
		YQ_PANIC("out of memory");
	if (uv_timer_init(loop, &curl->timer) != 0)
		YQ_PANIC("event loop handles cannot be made");
	curl->timer.data = curl;
	curl_multi_setopt(curl->multi, CURLMOPT_SOCKETFUNCTION, on_library_socket);
	curl_multi_setopt(curl->multi, CURLMOPT_SOCKETDATA, curl);
	curl_multi_setopt(curl->multi, CURLMOPT_TIMERFUNCTION, on_library_timer);
	curl_multi_setopt(curl->multi, CURLMOPT_TIMERDATA, curl);
	curl_multi_setopt(curl->multi, CURLMOPT_MAXCONNECTS, IDLE_CONNECTIONS_MAX);
	return curl;
}

static void
on_timer_closed(uv_handle_t *handle)
{
	free(handle->data);
	net_curl()->curl_global_cleanup();
}

void
curl_loop_free(struct curl_loop *curl)
{
	/* It may still ask for sockets and timers. */
	(void)net_curl()->curl_multi_cleanup(curl->multi);
	curl->multi = NULL;
	uv_close((uv_handle_t *)&curl->timer, on_timer_closed);
}

CURLM *
curl_loop_multi(struct curl_loop *curl)
{
	return curl->multi;
}
