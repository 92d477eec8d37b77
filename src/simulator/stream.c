/* stream.c - the WebSockets of the faces' clients. */
#include "simulator/stream.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"

#define HELD_MAX (256U << 10)

struct heard {
	struct sim_stream stream; /* first: one is the other */
	sim_heard_fn *fn;
};

static void
stream_free(struct sim_stream *stream)
{
	if (stream->prev != NULL)
		stream->prev->next = stream->next;
	else
		stream->sim->streams = stream->next;
	if (stream->next != NULL)
		stream->next->prev = stream->prev;
	stream->sim->stream_count--;
	yq_ws_free(stream->ws);
	yq_buf_free(&stream->held);
	free(stream);
}

static void
on_message(void *cookie, struct yq_ws *ws, enum yq_ws_kind kind, const char *bytes, size_t length)
{
	struct heard *heard = cookie;

	(void)ws;
	(void)kind; /* clients send either */
	heard->fn(&heard->stream, bytes, length);
}

static void
on_closed(void *cookie, struct yq_ws *ws, const struct yq_ws_end *end)
{
	(void)ws;
	yq_debug("a stream ended: %s", end->text == NULL ? "" : end->text);
	stream_free(cookie);
}

void
sim_stream_accept(
    struct sim *sim, const struct sim_face *face, struct yq_http_request *request, sim_heard_fn *fn)
{
	static const struct yq_ws_events events = { .message = on_message, .closed = on_closed };
	struct heard *heard;
	struct yq_ws *ws;

	if (sim->stream_count >= SIM_STREAMS_MAX) {
		yq_http_answer_error(request, 503, "too many streams");
		return;
	}
	heard = yq_xcalloc(1, sizeof(*heard));
	ws = yq_ws_accept(request, NULL, &events, heard);
	if (ws == NULL) {
		free(heard);
		return;
	}
	heard->fn = fn;
	heard->stream.sim = sim;
	heard->stream.face = face;
	heard->stream.ws = ws;
	heard->stream.number = ++sim->stream_number;
	heard->stream.held = yq_buf_make(HELD_MAX);
	heard->stream.pinged_us = sim_now_us(sim);
	heard->stream.next = sim->streams;
	if (sim->streams != NULL)
		sim->streams->prev = &heard->stream;
	sim->streams = &heard->stream;
	sim->stream_count++;
}

void
sim_stream_say(struct sim_stream *stream, enum yq_ws_kind kind, const char *text, size_t length)
{
	enum yq_rc rc = yq_ws_send(stream->ws, kind, text, length);

	if (rc == YQ_E_LIMIT) /* it does not read: what it misses it has to ask for */
		yq_ws_close(stream->ws, YQ_WS_REFUSED, "too slow");
}

/* ---- pushes ---- */

struct sim_stream *
sim_stream_find(const struct sim *sim, int64_t number)
{
	for (struct sim_stream *s = sim->streams; s != NULL; s = s->next) {
		if (s->number == number)
			return s;
	}
	return NULL;
}

struct late {
	int64_t stream;
	enum yq_ws_kind kind;
	struct yq_buf text;
};

static void
late_send(struct sim *sim, void *cookie)
{
	const struct late *late = cookie;
	struct sim_stream *stream = sim_stream_find(sim, late->stream);

	if (stream != NULL)
		sim_stream_say(stream, late->kind, yq_buf_text(&late->text), late->text.length);
}

static void
late_free(void *cookie)
{
	struct late *late = cookie;

	yq_buf_free(&late->text);
	free(late);
}

static void
send_one(struct sim_stream *stream, enum yq_ws_kind kind, const char *text, size_t length)
{
	int64_t delay_ms = stream->sim->knobs.values[SIM_KNOB_PUSH_LATENCY_MS];
	struct late *late;

	if (delay_ms == 0) {
		sim_stream_say(stream, kind, text, length);
		return;
	}
	late = yq_xcalloc(1, sizeof(*late));
	late->stream = stream->number;
	late->kind = kind;
	late->text = yq_buf_make(length + 1);
	yq_buf_add(&late->text, text, length);
	sim_after(stream->sim, delay_ms, late_send, late_free, late);
}

static void
send_held(struct sim_stream *stream)
{
	if (stream->held.length == 0)
		return;
	send_one(stream, stream->held_kind, yq_buf_text(&stream->held), stream->held.length);
	yq_buf_clear(&stream->held);
}

void
sim_stream_push(struct sim_stream *stream, enum yq_ws_kind kind, const char *text, size_t length)
{
	int times = sim_push_times(stream->sim);

	if (times < 0) {
		stream_free(stream);
		return;
	}
	if (stream->held.length == 0 && length < HELD_MAX &&
	    sim_strikes(&stream->sim->knobs, SIM_MISHAP_REORDER)) {
		yq_buf_add(&stream->held, text, length);
		stream->held_kind = kind;
		return;
	}
	for (int n = 0; n < times; n++)
		send_one(stream, kind, text, length);
	send_held(stream);
}

void
sim_streams_cut(struct sim *sim, const struct sim_face *face)
{
	struct sim_stream *next;

	for (struct sim_stream *s = sim->streams; s != NULL; s = next) {
		next = s->next;
		if (face == NULL || s->face == face)
			stream_free(s);
	}
}
