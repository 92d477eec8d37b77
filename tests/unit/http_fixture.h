/*
 * http_fixture.h - a server on a loop of the test's own, and a client that turns that loop.
 */
#ifndef YQ_TESTS_UNIT_HTTP_FIXTURE_H
#define YQ_TESTS_UNIT_HTTP_FIXTURE_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "test.h"

#include "base/buf.h"
#include "base/str.h"
#include "net/http_server.h"

#define BODY_MAX 1024

struct fixture {
	uv_loop_t loop;
	struct yq_http_server *server;
	struct yq_http_request *later; /* kept by the handler */
	struct yq_http_stream *stream;
	unsigned handled, closed;
	size_t supply; /* bytes that a pulled stream has to give */
	char peer[YQ_ADDRESS_TEXT_SIZE];
};

static inline bool
on_head(void *cookie, struct yq_http_request *request)
{
	(void)cookie;
	if (!yq_str_equal(yq_http_path(request), "/refused"))
		return false;
	yq_http_answer_error(request, 403, "no");
	return true;
}

static inline void
on_closed(void *cookie, struct yq_http_stream *stream)
{
	struct fixture *f = cookie;

	assert_ptr_equal(stream, f->stream);
	f->closed++;
	f->stream = NULL;
}

static inline size_t
on_fill(void *cookie, char *target, size_t room)
{
	struct fixture *f = cookie;
	size_t given = f->supply < room ? f->supply : room;

	memset(target, 'x', given);
	f->supply -= given;
	return given;
}

static inline void
on_request(void *cookie, struct yq_http_request *request)
{
	struct fixture *f = cookie;
	size_t length;
	const char *body = yq_http_body(request, &length);

	f->handled++;
	yq_address_format(yq_http_peer(request), f->peer);
	if (yq_str_equal(yq_http_path(request), "/later")) {
		assert_null(f->later);
		f->later = request;
	} else if (yq_str_equal(yq_http_path(request), "/stream")) {
		f->stream = yq_http_answer_stream(request, "text/event-stream", 4096, on_closed, f);
	} else if (yq_str_equal(yq_http_path(request), "/pull")) {
		f->stream =
		    yq_http_answer_pull(request, "text/event-stream", on_fill, on_closed, f);
	} else {
		yq_http_answer(request, &(struct yq_http_answer){ .status = 200,
					    .content_type = "text/plain",
					    .body = body,
					    .length = length });
	}
}

static inline void
open_server_for(
    struct fixture *f, const char *listen_at, unsigned timeout_s, unsigned connections_max)
{
	const struct yq_http_options options = { .listen = listen_at,
		.body_max = BODY_MAX,
		.header_max = 4096,
		.connections_max = connections_max,
		.timeout_s = timeout_s };
	struct yq_err err;

	*f = (struct fixture){ .handled = 0 };
	assert_int_equal(uv_loop_init(&f->loop), 0);
	if (yq_http_server_open(&f->loop, &options, on_head, on_request, f, &f->server, &err) !=
	    YQ_OK)
		fail_msg("%s", err.text);
}

static inline void
open_server(struct fixture *f, const char *listen_at, unsigned timeout_s)
{
	open_server_for(f, listen_at, timeout_s, 0);
}

static inline void
close_server(struct fixture *f)
{
	yq_http_server_free(f->server);
	while (uv_run(&f->loop, UV_RUN_DEFAULT) != 0)
		;
	assert_int_equal(uv_loop_close(&f->loop), 0);
}

static inline int
connect_tcp(const struct fixture *f)
{
	struct sockaddr_in name = { .sin_family = AF_INET,
		.sin_port = htons(yq_http_server_port(f->server)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (const struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	return fd;
}

static inline void
turn(struct fixture *f)
{
	struct pollfd wait = { .fd = uv_backend_fd(&f->loop), .events = POLLIN };

	(void)poll(&wait, 1, 2);
	(void)uv_run(&f->loop, UV_RUN_NOWAIT);
}

static inline void
put(struct fixture *f, int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);

		if (sent > 0) {
			bytes += sent;
			length -= (size_t)sent;
		} else if (errno != EAGAIN) {
			return; /* it hung up: the test looks at what it said before */
		}
		turn(f);
	}
}

/* Read until `text` has come (NULL = until the end); the reply stays in `reply`. */
static inline bool
await(struct fixture *f, int fd, struct yq_buf *reply, const char *text, unsigned turns)
{
	char block[4096];

	while (turns-- > 0) {
		ssize_t got = recv(fd, block, sizeof(block), 0);

		if (got > 0)
			yq_buf_add(reply, block, (size_t)got);
		else if (got == 0 || errno != EAGAIN)
			return text == NULL;
		if (text != NULL && strstr(yq_buf_text(reply), text) != NULL)
			return true;
		turn(f);
	}
	return false;
}

#define TURNS 1500

static inline void
assert_reply(struct fixture *f, const char *request, const char *status, const char *rest)
{
	struct yq_buf reply = yq_buf_make(1024 * 1024);
	int fd = connect_tcp(f);

	put(f, fd, request, strlen(request));
	if (!await(f, fd, &reply, rest, TURNS))
		fail_msg("no \"%s\" in: %s", rest, yq_buf_text(&reply));
	if (!yq_str_starts(yq_buf_text(&reply), status))
		fail_msg("not %s: %s", status, yq_buf_text(&reply));
	yq_buf_free(&reply);
	(void)close(fd);
}

#endif
