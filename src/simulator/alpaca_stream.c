/* alpaca_stream.c - Alpaca's stream of trade updates: JSON in binary frames, as its paper host
 * sends. */
#include <string.h>

#include "base/str.h"
#include "simulator/alpaca.h"
#include "simulator/stream.h"

#define SAY_MAX (256U << 10)

static void
say(struct sim_stream *stream, const struct yq_buf *text)
{
	sim_stream_say(stream, YQ_WS_BINARY, yq_buf_text(text), text->length);
}

/* The key and the secret, under their newer and their older names. */
static bool
authorize(struct sim_stream *stream, const yq_json *said)
{
	const yq_json *data = yq_json_get(said, "data");
	const char *key = yq_json_text(
	    data != NULL ? yq_json_get(data, "key_id") : yq_json_get(said, "key"), NULL);
	const char *secret = yq_json_text(
	    data != NULL ? yq_json_get(data, "secret_key") : yq_json_get(said, "secret"), NULL);

	if (!yq_alias_is_valid(key) || !sim_key_fits(stream->sim->exchange, key, secret))
		return false;
	stream->account = sim_account(stream->sim->exchange, key);
	return stream->account != NULL && yq_str_copy(stream->key, sizeof(stream->key), key);
}

static void
answer_auth(struct sim_stream *stream, const yq_json *said, const char *action)
{
	struct yq_buf text = yq_buf_make(SAY_MAX);
	struct yq_json_writer w = yq_json_writer_make(&text);
	bool right = said != NULL && authorize(stream, said);

	yq_json_begin_object(&w);
	yq_json_put_text(&w, "stream", "authorization");
	yq_json_name(&w, "data");
	yq_json_begin_object(&w);
	yq_json_put_text(&w, "status", right ? "authorized" : "unauthorized");
	yq_json_put_text(&w, "action", action);
	yq_json_end_object(&w);
	yq_json_end_object(&w);
	say(stream, &text);
	yq_buf_free(&text);
	(void)sim_settle(stream->sim); /* the key may be new */
}

static void
answer_listen(struct sim_stream *stream, const yq_json *said)
{
	const yq_json *streams = yq_json_get(yq_json_get(said, "data"), "streams");
	struct yq_buf text = yq_buf_make(SAY_MAX);
	struct yq_json_writer w = yq_json_writer_make(&text);

	stream->listens = false;
	for (size_t i = 0; i < yq_json_count(streams); i++)
		stream->listens |=
		    yq_str_equal(yq_json_text(yq_json_at(streams, i), NULL), "trade_updates");
	yq_json_begin_object(&w);
	yq_json_put_text(&w, "stream", "listening");
	yq_json_name(&w, "data");
	yq_json_begin_object(&w);
	yq_json_name(&w, "streams");
	yq_json_begin_array(&w);
	if (stream->listens)
		yq_json_add_text(&w, "trade_updates");
	yq_json_end_array(&w);
	yq_json_end_object(&w);
	yq_json_end_object(&w);
	say(stream, &text);
	yq_buf_free(&text);
}

static void
heard(struct sim_stream *stream, const char *bytes, size_t length)
{
	YQ_CLEANUP(yq_json_freep) yq_json *said = NULL;
	struct yq_err err;
	const char *action;

	if (yq_json_parse(bytes, length, &said, &err) != YQ_OK)
		return; /* Alpaca says nothing to that */
	action = yq_json_text(yq_json_get(said, "action"), NULL);
	if (yq_str_equal(action, "authenticate") || yq_str_equal(action, "auth"))
		answer_auth(stream, said, "authenticate");
	else if (stream->account == NULL)
		answer_auth(stream, NULL, action);
	else if (yq_str_equal(action, "listen"))
		answer_listen(stream, said);
}

bool
alpaca_upgrade(struct sim *sim, struct yq_http_request *request, const char *path)
{
	if (!yq_str_equal(path, "/stream"))
		return false;
	sim_stream_accept(sim, &sim_face_alpaca, request, heard);
	return true;
}

/* ---- updates ---- */

static const char *
event_name(const struct sim_event *event)
{
	static const char *const names[] = { [SIM_EV_NEW] = "new",
		[SIM_EV_CANCELED] = "canceled",
		[SIM_EV_EXPIRED] = "expired",
		[SIM_EV_REPLACED] = "replaced" };

	if (event->kind != SIM_EV_FILL)
		return names[event->kind];
	return event->order.state == SIM_FILLED ? "fill" : "partial_fill";
}

/* What is told of a replacement is the order that was replaced. */
static const struct sim_order *
order_of(const struct sim *sim, const struct sim_event *event)
{
	const struct sim_order *old =
	    event->kind == SIM_EV_REPLACED ? sim_order(sim->exchange, event->order.replaces) : NULL;

	return old == NULL ? &event->order : old;
}

static void
put_update(struct yq_json_writer *w, const struct sim *sim, const struct sim_event *event,
    const char *name, const struct sim_order *order)
{
	const struct sim_execution *e = &event->execution;
	bool fills = event->kind == SIM_EV_FILL;

	yq_json_begin_object(w);
	yq_json_put_text(w, "stream", "trade_updates");
	yq_json_name(w, "data");
	yq_json_begin_object(w);
	yq_json_put_text(w, "event", name);
	/* What is no fill has an id of its own too. */
	yq_json_put_text(w, "execution_id",
	    fills ? e->id.text : sim_id_of(sim->exchange, name, order->number).text);
	yq_json_put_time(w, "timestamp", event->time_us);
	if (fills) {
		alpaca_put_decimal(w, "price", e->price);
		alpaca_put_decimal(w, "qty", e->qty);
		alpaca_put_decimal(w, "position_qty", e->position);
	}
	yq_json_name(w, "order");
	alpaca_put_order(w, sim->exchange, order, true, event->time_us);
	yq_json_end_object(w);
	yq_json_end_object(w);
}

static void
push_named(
    struct sim *sim, const struct sim_event *event, const char *name, const struct sim_order *order)
{
	struct yq_buf text = yq_buf_make(SAY_MAX);
	struct yq_json_writer w = yq_json_writer_make(&text);
	struct sim_stream *next;

	put_update(&w, sim, event, name, order);
	for (struct sim_stream *s = sim->streams; s != NULL; s = next) {
		next = s->next;
		if (s->face == &sim_face_alpaca && s->listens && s->account == order->account)
			sim_stream_push(s, YQ_WS_BINARY, yq_buf_text(&text), text.length);
	}
	yq_buf_free(&text);
}

void
alpaca_push(struct sim *sim, const struct sim_event *event)
{
	if (sim->streams == NULL || yq_market_of(event->order.exchange)->country != YQ_COUNTRY_US)
		return;
	push_named(sim, event, event_name(event), order_of(sim, event));
	if (event->kind == SIM_EV_REPLACED && event->order.state != SIM_HELD)
		push_named(sim, event, "new", &event->order);
}

void
alpaca_disconnect(struct sim *sim)
{
	sim_streams_cut(sim, &sim_face_alpaca);
}
