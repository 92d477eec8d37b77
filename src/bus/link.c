/*
 * link.c - one connection from its first packet to its last.
 */
#include "bus/link.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "bus/valkey.h"

#define READ_SIZE 65536

struct yq_link {
	uv_loop_t *loop;
	const struct yq_valkey_target *target;
	const struct yq_endpoint *endpoint;
	const char *client_name;
	const struct yq_link_events *events;
	void *cookie;

	union {
		uv_handle_t handle;
		uv_stream_t stream;
		uv_tcp_t tcp;
		uv_pipe_t pipe;
	} io;
	uv_timer_t timer;   /* connect and log in within the connect timeout */
	uv_prepare_t flush; /* just before the loop waits */
	uv_connect_t connect;
	uv_getaddrinfo_t resolve;
	uv_write_t write;
	unsigned refs; /* open handles and a running look-up */
	bool closing, writing, resolving;
	int greetings; /* answers that the log-in still awaits */
	bool is_up;

	redisReader *reader;
	struct yq_buf out, sending;
	uint64_t queued, handed_over; /* bytes after the log-in */
	char *input;
};

static void
unref(struct yq_link *link)
{
	if (--link->refs > 0)
		return;
	redisReaderFree(link->reader);
	yq_buf_free(&link->out);
	yq_buf_free(&link->sending);
	free(link->input);
	free(link);
}

static void
on_closed(uv_handle_t *handle)
{
	unref(handle->data);
}

void
yq_link_close(struct yq_link *link)
{
	if (link->closing)
		return;
	link->closing = true;
	if (link->resolving)
		uv_cancel((uv_req_t *)&link->resolve); /* its callback runs in any case */
	uv_close(&link->io.handle, on_closed);
	uv_close((uv_handle_t *)&link->timer, on_closed);
	uv_close((uv_handle_t *)&link->flush, on_closed);
}

static void
fail(struct yq_link *link, const struct yq_err *err)
{
	if (link->closing)
		return;
	yq_link_close(link);
	link->events->down(link->cookie, err);
}

static void
fail_uv(struct yq_link *link, const char *what, int status)
{
	struct yq_err err;

	yq_err_set(&err, YQ_E_RETRY, "valkey %s:%u: %s: %s", link->endpoint->host,
	    (unsigned)link->endpoint->port, what, uv_strerror(status));
	fail(link, &err);
}

/* ---- writing */

static void write_out(struct yq_link *link);

static void
on_written(uv_write_t *request, int status)
{
	struct yq_link *link = request->data;

	link->writing = false;
	if (!link->is_up) /* it held the password */
		yq_wipe(link->sending.data, link->sending.length);
	yq_buf_clear(&link->sending);
	if (link->closing)
		return;
	if (status < 0)
		fail_uv(link, "cannot write", status);
	else if (link->out.length > 0)
		write_out(link);
}

static void
write_out(struct yq_link *link)
{
	struct yq_buf empty = link->sending;
	uv_buf_t bytes;
	int status;

	link->sending = link->out;
	link->out = empty;
	link->handed_over = link->queued;
	link->writing = true;
	bytes = uv_buf_init(link->sending.data, (unsigned)link->sending.length);
	status = uv_write(&link->write, &link->io.stream, &bytes, 1, on_written);
	if (status < 0) {
		link->writing = false;
		fail_uv(link, "cannot write", status);
	}
}

static void
on_flush(uv_prepare_t *prepare)
{
	struct yq_link *link = prepare->data;

	uv_prepare_stop(prepare);
	if (!link->closing && !link->writing && link->out.length > 0)
		write_out(link);
}

bool
yq_link_write_raw(struct yq_link *link, const char *bytes, size_t length, uint64_t *end)
{
	if (link->out.length + length > link->out.maximum)
		return false;
	yq_buf_add(&link->out, bytes, length);
	link->queued += length;
	*end = link->queued;
	uv_prepare_start(&link->flush, on_flush);
	return true;
}

bool
yq_link_write(struct yq_link *link, const struct yq_args *args, uint64_t *end)
{
	size_t before = link->out.length;

	if (!yq_buf_ok(&args->body) || before + args->body.length + 32 > link->out.maximum)
		return false;
	yq_args_write(args, &link->out);
	link->queued += link->out.length - before;
	*end = link->queued;
	uv_prepare_start(&link->flush, on_flush);
	return true;
}

uint64_t
yq_link_handed_over(const struct yq_link *link)
{
	return link->handed_over;
}

/* ---- log-in */

static void
greet(struct yq_link *link, struct yq_args *args)
{
	yq_args_write(args, &link->out);
	if (args->body.data != NULL)
		yq_wipe(args->body.data, args->body.length);
	yq_args_clear(args);
	link->greetings++;
}

static void
log_in(struct yq_link *link)
{
	struct yq_args args = yq_args_make();

	if (link->target->password != NULL) {
		yq_args_text(&args, "AUTH");
		if (link->target->user[0] != '\0')
			yq_args_text(&args, link->target->user);
		yq_args_bytes(&args, yq_secret_reveal(link->target->password),
		    yq_secret_length(link->target->password));
		greet(link, &args);
	}
	if (link->target->database != 0) {
		yq_args_text(&args, "SELECT");
		yq_args_int(&args, link->target->database);
		greet(link, &args);
	}
	yq_args_words(&args, "CLIENT SETNAME");
	yq_args_text(&args, link->client_name);
	greet(link, &args);
	yq_args_free(&args);
	write_out(link);
}

static void
on_greeting(struct yq_link *link, const redisReply *reply)
{
	struct yq_err err;

	if (reply->type == REDIS_REPLY_ERROR) {
		enum yq_rc rc = yq_valkey_error(reply->str, reply->len, &err);

		yq_err_context(&err, rc, "valkey %s:%u: log-in", link->endpoint->host,
		    (unsigned)link->endpoint->port);
		fail(link, &err);
		return;
	}
	if (--link->greetings > 0)
		return;
	link->is_up = true;
	uv_timer_stop(&link->timer);
	link->events->up(link->cookie);
}

/* ---- reading */

static void
take_replies(struct yq_link *link)
{
	while (!link->closing) {
		void *reply = NULL;
		struct yq_err err;

		if (redisReaderGetReply(link->reader, &reply) != REDIS_OK) {
			yq_err_set(&err, YQ_E_RETRY, "valkey %s:%u: broken answer: %s",
			    link->endpoint->host, (unsigned)link->endpoint->port,
			    link->reader->errstr);
			fail(link, &err);
			return;
		}
		if (reply == NULL)
			return;
		if (link->is_up)
			link->events->reply(link->cookie, reply);
		else
			on_greeting(link, reply);
		freeReplyObject(reply);
	}
}

static void
on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct yq_link *link = handle->data;

	(void)suggested;
	*buf = uv_buf_init(link->input, READ_SIZE);
}

static void
on_read(uv_stream_t *stream, ssize_t length, const uv_buf_t *buf)
{
	struct yq_link *link = stream->data;

	if (length == 0 || link->closing)
		return;
	if (length < 0) {
		fail_uv(link, "connection lost", (int)length);
		return;
	}
	redisReaderFeed(link->reader, buf->base, (size_t)length);
	take_replies(link);
}

/* ---- connecting */

static void
on_connected(uv_connect_t *request, int status)
{
	struct yq_link *link = request->data;

	if (link->closing)
		return;
	if (status == 0)
		status = uv_read_start(&link->io.stream, on_alloc, on_read);
	if (status < 0) {
		fail_uv(link, "cannot connect", status);
		return;
	}
	log_in(link);
}

static void
connect_tcp(struct yq_link *link, const struct sockaddr *address)
{
	int status;

	uv_tcp_nodelay(&link->io.tcp, 1);
	status = uv_tcp_connect(&link->connect, &link->io.tcp, address, on_connected);
	if (status < 0)
		fail_uv(link, "cannot connect", status);
	else
		uv_tcp_keepalive(&link->io.tcp, 1, 30);
}

static void
on_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *found)
{
	struct yq_link *link = request->data;

	link->resolving = false;
	if (link->closing)
		;
	else if (status < 0)
		fail_uv(link, "cannot resolve", status);
	else
		connect_tcp(link, found->ai_addr);
	uv_freeaddrinfo(found);
	unref(link);
}

/* The endpoint is a name, an address or a socket. */
static void
connect_endpoint(struct yq_link *link)
{
	const struct yq_endpoint *endpoint = link->endpoint;
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	char port[8];
	int status;

	if (endpoint->port == 0) {
		uv_pipe_connect(&link->connect, &link->io.pipe, endpoint->host, on_connected);
		return;
	}
	yq_str_format(port, sizeof(port), "%u", (unsigned)endpoint->port);
	link->resolve.data = link;
	status =
	    uv_getaddrinfo(link->loop, &link->resolve, on_resolved, endpoint->host, port, &hints);
	if (status < 0) {
		fail_uv(link, "cannot resolve", status);
		return;
	}
	link->resolving = true;
	link->refs++;
}

/* First turn of the loop: connect.  Later: the time for that is over. */
static void
on_timer(uv_timer_t *timer)
{
	struct yq_link *link = timer->data;

	if (link->connect.data == NULL) {
		link->connect.data = link;
		uv_timer_start(timer, on_timer, (uint64_t)link->target->connect_timeout_ms, 0);
		connect_endpoint(link);
		return;
	}
	fail_uv(link, "cannot connect", UV_ETIMEDOUT);
}

struct yq_link *
yq_link_open(uv_loop_t *loop, const struct yq_valkey_target *target, size_t endpoint,
    const char *client_name, const struct yq_link_events *events, void *cookie)
{
	struct yq_link *link = yq_xcalloc(1, sizeof(*link));

	assert(endpoint < target->endpoint_count);
	link->loop = loop;
	link->target = target;
	link->endpoint = &target->endpoints[endpoint];
	link->client_name = client_name;
	link->events = events;
	link->cookie = cookie;
	link->reader = redisReaderCreate();
	link->reader->maxbuf = 4 * READ_SIZE;
	link->out = yq_buf_make(YQ_VALKEY_WAITING_BYTES_MAX);
	link->sending = yq_buf_make(YQ_VALKEY_WAITING_BYTES_MAX);
	link->input = yq_xcalloc(1, READ_SIZE);
	if (link->endpoint->port == 0)
		uv_pipe_init(loop, &link->io.pipe, 0);
	else
		uv_tcp_init(loop, &link->io.tcp);
	uv_timer_init(loop, &link->timer);
	uv_prepare_init(loop, &link->flush);
	link->refs = 3;
	link->io.handle.data = link->timer.data = link->flush.data = link->write.data = link;
	uv_timer_start(&link->timer, on_timer, 0, 0);
	return link;
}
