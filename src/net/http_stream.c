/* http_stream.c - an answer whose body is written bit by bit. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "net/http_internal.h"

#define BLOCK_BYTES 4096 /* what the library asks for at a time */

static ssize_t
nothing_now(struct yq_http_stream *stream)
{
	if (stream->cut)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (stream->ended)
		return MHD_CONTENT_READER_END_OF_STREAM;
	MHD_suspend_connection(stream->connection);
	stream->suspended = true;
	return 0;
}

static ssize_t
stream_pull(void *cookie, uint64_t position, char *target, size_t room)
{
	struct yq_http_stream *stream = cookie;
	size_t given = stream->ended ? 0 : stream->fill(stream->cookie, target, room);

	(void)position;
	return given > 0 ? (ssize_t)given : nothing_now(stream);
}

static ssize_t
stream_read(void *cookie, uint64_t position, char *target, size_t room)
{
	struct yq_http_stream *stream = cookie;
	size_t there = stream->pending.length - stream->sent;

	(void)position;
	if (there == 0 || stream->cut)
		return nothing_now(stream);
	if (there > room)
		there = room;
	memcpy(target, stream->pending.data + stream->sent, there);
	stream->sent += there;
	if (stream->sent == stream->pending.length) {
		yq_buf_clear(&stream->pending);
		stream->sent = 0;
	}
	return (ssize_t)there;
}

static void
stream_gone(void *cookie)
{
	struct yq_http_stream *stream = cookie;

	LIST_REMOVE(stream, link);
	stream->server->stream_count--;
	if (stream->closed != NULL)
		stream->closed(stream->cookie, stream);
	yq_buf_free(&stream->pending);
	free(stream);
}

static struct yq_http_stream *
stream_open(
    struct yq_http_request *request, const char *content_type, const struct yq_http_stream *like)
{
	struct yq_http_stream *stream = yq_xcalloc(1, sizeof(*stream));
	struct yq_http_server *server = request->server;
	struct MHD_Response *response;

	*stream = *like;
	stream->server = server;
	stream->connection = request->connection;
	stream->fd = request->peer_connection == NULL ? -1 : request->peer_connection->fd;
	response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES,
	    stream->fill != NULL ? stream_pull : stream_read, stream, stream_gone);
	if (response == NULL)
		YQ_PANIC("out of memory");
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	(void)MHD_add_response_header(response, "X-Accel-Buffering", "no");
	LIST_INSERT_HEAD(&server->streams, stream, link);
	server->stream_count++;
	http_respond(request, 200, response);
	return stream;
}

struct yq_http_stream *
yq_http_answer_stream(struct yq_http_request *request, const char *content_type, size_t pending_max,
    yq_http_closed_fn *closed, void *cookie)
{
	const struct yq_http_stream like = {
		.pending = yq_buf_make(pending_max), .closed = closed, .cookie = cookie
	};

	return stream_open(request, content_type, &like);
}

struct yq_http_stream *
yq_http_answer_pull(struct yq_http_request *request, const char *content_type,
    yq_http_fill_fn *fill, yq_http_closed_fn *closed, void *cookie)
{
	const struct yq_http_stream like = {
		.pending = yq_buf_make(0), .fill = fill, .closed = closed, .cookie = cookie
	};

	return stream_open(request, content_type, &like);
}

void
yq_http_stream_wake(struct yq_http_stream *stream)
{
	if (!stream->suspended)
		return;
	stream->suspended = false;
	MHD_resume_connection(stream->connection);
	http_wake(stream->server);
}

bool
yq_http_stream_write(struct yq_http_stream *stream, const void *bytes, size_t length)
{
	if (stream->ended)
		return false;
	if (stream->sent > 0) {
		yq_buf_drop_front(&stream->pending, stream->sent);
		stream->sent = 0;
	}
	yq_buf_add(&stream->pending, bytes, length);
	if (!yq_buf_ok(&stream->pending)) {
		yq_http_stream_end(stream);
		return false;
	}
	yq_http_stream_wake(stream);
	return true;
}

void
yq_http_stream_end(struct yq_http_stream *stream)
{
	stream->ended = true;
	yq_http_stream_wake(stream);
}

void
yq_http_stream_cut(struct yq_http_stream *stream)
{
	stream->ended = stream->cut = true;
	if (stream->fd >= 0)
		(void)shutdown(stream->fd, SHUT_RDWR); /* one that waits for its peer is woken */
	yq_http_stream_wake(stream);
}

/* The library does not look at a connection that waits for us: who has hung up would hold its place
 * until there is something to say. */
void
http_streams_sweep(struct yq_http_server *server)
{
	struct pollfd *fds;
	struct yq_http_stream *stream;
	nfds_t count = 0;

	if (server->stream_count == 0)
		return;
	fds = yq_xcalloc(server->stream_count, sizeof(fds[0]));
	LIST_FOREACH(stream, &server->streams, link)
	fds[count++] = (struct pollfd){ .fd = stream->fd, .events = POLLRDHUP };
	if (poll(fds, count, 0) > 0) {
		count = 0;
		LIST_FOREACH(stream, &server->streams, link)
		if ((fds[count++].revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0)
			yq_http_stream_cut(stream);
	}
	free(fds);
}
