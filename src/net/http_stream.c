/* http_stream.c - an answer whose body is written bit by bit. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "net/http_internal.h"

static ssize_t
stream_read(void *cookie, uint64_t position, char *target, size_t room)
{
	struct yq_http_stream *stream = cookie;
	size_t there = stream->pending.length - stream->sent;

	(void)position;
	if (there == 0) {
		if (stream->ended)
			return MHD_CONTENT_READER_END_OF_STREAM;
		MHD_suspend_connection(stream->connection);
		stream->suspended = true;
		return 0;
	}
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
	if (stream->closed != NULL)
		stream->closed(stream->cookie, stream);
	yq_buf_free(&stream->pending);
	free(stream);
}

struct yq_http_stream *
yq_http_answer_stream(struct yq_http_request *request, const char *content_type, size_t pending_max,
    yq_http_closed_fn *closed, void *cookie)
{
	struct yq_http_stream *stream = yq_xcalloc(1, sizeof(*stream));
	struct MHD_Response *response;

	stream->server = request->server;
	stream->connection = request->connection;
	stream->pending = yq_buf_make(pending_max);
	stream->closed = closed;
	stream->cookie = cookie;
	response = MHD_create_response_from_callback(
	    MHD_SIZE_UNKNOWN, 4096, stream_read, stream, stream_gone);
	if (response == NULL)
		YQ_PANIC("out of memory");
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
	(void)MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	(void)MHD_add_response_header(response, "X-Accel-Buffering", "no");
	LIST_INSERT_HEAD(&request->server->streams, stream, link);
	http_respond(request, 200, response);
	return stream;
}

static void
stream_wake(struct yq_http_stream *stream)
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
	stream_wake(stream);
	return true;
}

void
yq_http_stream_end(struct yq_http_stream *stream)
{
	stream->ended = true;
	stream_wake(stream);
}
