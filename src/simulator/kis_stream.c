/*
 * kis_stream.c - KIS's stream: notices of orders, encrypted, and prices.
 *
 * Every path below the prefix takes the upgrade, as KIS's host does.  A stream belongs to the key
 * of its approval, and a key has one stream at a time.
 */
#include <string.h>

#include "base/str.h"
#include "simulator/kis_push.h"

#define SAY_MAX	    (64U << 10)
#define PING_US	    (30 * YQ_US_PER_SECOND)
#define TOPICS_MOST SIM_TOPICS_MAX

static bool
is_notice(const char *feed)
{
	return yq_str_starts(feed, "H0STCNI") || yq_str_starts(feed, "H0GSCNI");
}

/* Whether such a feed is there: notices have another name at the virtual host. */
static bool
is_feed(const struct sim_stream *stream, const char *feed)
{
	char last = stream->face == &sim_face_kis ? '0' : '9';

	if (is_notice(feed))
		return strlen(feed) == 8 && feed[7] == last;
	return yq_str_equal(feed, "H0STCNT0") || yq_str_equal(feed, "HDFSCNT0");
}

struct said {
	char approval[64], type[4], feed[16], key[40];
};

static bool
read_said(const yq_json *json, struct said *said)
{
	const yq_json *header = yq_json_get(json, "header");
	const yq_json *input = yq_json_get(yq_json_get(json, "body"), "input");

	return yq_str_copy(said->approval, sizeof(said->approval),
		   yq_json_text(yq_json_get(header, "approval_key"), NULL)) &&
	       yq_str_copy(said->type, sizeof(said->type),
		   yq_json_text(yq_json_get(header, "tr_type"), NULL)) &&
	       yq_str_copy(said->feed, sizeof(said->feed),
		   yq_json_text(yq_json_get(input, "tr_id"), NULL)) &&
	       yq_str_copy(
		   said->key, sizeof(said->key), yq_json_text(yq_json_get(input, "tr_key"), NULL));
}

static void
answer(struct sim_stream *stream, const struct said *said, const char *code, const char *text)
{
	struct yq_buf body = yq_buf_make(SAY_MAX);
	struct yq_json_writer w = yq_json_writer_make(&body);
	bool right = yq_str_equal(code, "OPSP0000") || yq_str_equal(code, "OPSP0001");

	yq_json_begin_object(&w);
	yq_json_name(&w, "header");
	yq_json_begin_object(&w);
	yq_json_put_text(&w, "tr_id", said->feed);
	yq_json_put_text(&w, "tr_key", said->key);
	yq_json_put_text(&w, "encrypt", "N");
	yq_json_end_object(&w);
	yq_json_name(&w, "body");
	yq_json_begin_object(&w);
	yq_json_put_text(&w, "rt_cd", right ? "0" : "1");
	yq_json_put_text(&w, "msg_cd", code);
	yq_json_put_text(&w, "msg1", text);
	if (yq_str_equal(code, "OPSP0000")) {
		yq_json_name(&w, "output");
		yq_json_begin_object(&w);
		yq_json_put_text(&w, "iv", stream->cipher_iv);
		yq_json_put_text(&w, "key", stream->cipher_key);
		yq_json_end_object(&w);
	}
	yq_json_end_object(&w);
	yq_json_end_object(&w);
	sim_stream_say(stream, YQ_WS_TEXT, yq_buf_text(&body), body.length);
	yq_buf_free(&body);
}

/* 32 and 16 printable bytes that nobody else has. */
static void
make_cipher(struct sim_stream *stream)
{
	struct yq_id one = yq_id_random(), two = yq_id_random();
	size_t at = 0;

	for (const char *c = one.text; *c != '\0'; c++) {
		if (*c != '-')
			stream->cipher_key[at++] = *c;
	}
	stream->cipher_key[at] = '\0';
	yq_str_copy_cut(stream->cipher_iv, sizeof(stream->cipher_iv), two.text);
}

static bool
is_in_use(const struct sim_stream *stream, const char *key)
{
	for (const struct sim_stream *s = stream->sim->streams; s != NULL; s = s->next) {
		if (s != stream && s->face == stream->face && yq_str_equal(s->key, key))
			return true;
	}
	return false;
}

/* NULL = the stream is that key's; else a code. */
static const char *
authorize(struct sim_stream *stream, const char *approval)
{
	const char *key = kis_key_of_approval(stream->sim, approval);

	if (key == NULL)
		return "OPSP0011";
	if (is_in_use(stream, key))
		return "OPSP8996";
	if (stream->key[0] == '\0')
		make_cipher(stream);
	return yq_str_copy(stream->key, sizeof(stream->key), key) ? NULL : "OPSP0011";
}

static struct sim_topic *
topic_of(struct sim_stream *stream, const struct said *said)
{
	for (size_t i = 0; i < stream->topic_count; i++) {
		if (yq_str_equal(stream->topics[i].feed, said->feed) &&
		    yq_str_equal(stream->topics[i].key, said->key))
			return &stream->topics[i];
	}
	return NULL;
}

static void
subscribe(struct sim_stream *stream, const struct said *said)
{
	struct sim_topic topic = { .feed = "" };

	if (topic_of(stream, said) != NULL) {
		answer(stream, said, "OPSP0002", "ALREADY IN SUBSCRIBE");
		return;
	}
	if (stream->topic_count == TOPICS_MOST) {
		answer(stream, said, "OPSP0008", "MAX SUBSCRIBE OVER");
		return;
	}
	yq_str_copy_cut(topic.feed, sizeof(topic.feed), said->feed);
	yq_str_copy_cut(topic.key, sizeof(topic.key), said->key);
	if (!is_notice(said->feed))
		topic.instrument = kis_topic_instrument(stream->sim, said->feed, said->key);
	if (!is_notice(said->feed) && topic.instrument == NULL) {
		answer(stream, said, "OPSP9991", "invalid tr_key : NOT FOUND");
		return;
	}
	stream->topics[stream->topic_count++] = topic;
	answer(stream, said, "OPSP0000", "SUBSCRIBE SUCCESS");
}

static void
unsubscribe(struct sim_stream *stream, const struct said *said)
{
	struct sim_topic *topic = topic_of(stream, said);

	if (topic == NULL) {
		answer(stream, said, "OPSP0003", "UNSUBSCRIBE ERROR(not found!)");
		return;
	}
	*topic = stream->topics[--stream->topic_count];
	answer(stream, said, "OPSP0001", "UNSUBSCRIBE SUCCESS");
}

static void
heard(struct sim_stream *stream, const char *bytes, size_t length)
{
	YQ_CLEANUP(yq_json_freep) yq_json *json = NULL;
	const char *code;
	struct said said;
	struct yq_err err;

	if (yq_json_parse(bytes, length, &json, &err) != YQ_OK)
		return;
	if (yq_str_equal(
		yq_json_text(yq_json_get(yq_json_get(json, "header"), "tr_id"), NULL), "PINGPONG"))
		return; /* our own, echoed */
	if (!read_said(json, &said)) {
		said = (struct said){ .feed = "(null)" };
		answer(stream, &said, "OPSP9993", "JSON PARSING ERROR");
		return;
	}
	code = authorize(stream, said.approval);
	if (code != NULL)
		answer(stream, &said, code,
		    yq_str_equal(code, "OPSP8996") ? "ALREADY IN USE appkey"
						   : "invalid approval : NOT FOUND");
	else if (!is_feed(stream, said.feed))
		answer(stream, &said, "OPSP9991", "invalid tr_id : NOT FOUND");
	else if (yq_str_equal(said.type, "2"))
		unsubscribe(stream, &said);
	else
		subscribe(stream, &said);
}

bool
kis_upgrade(struct sim *sim, struct yq_http_request *request, const char *path)
{
	(void)path;
	sim_stream_accept(sim, &sim_face_kis, request, heard);
	return true;
}

bool
kis_virtual_upgrade(struct sim *sim, struct yq_http_request *request, const char *path)
{
	(void)path;
	sim_stream_accept(sim, &sim_face_kis_virtual, request, heard);
	return true;
}

/* ---- time ---- */

static void
ping(struct sim_stream *stream, int64_t now_us)
{
	struct yq_buf text = yq_buf_make(256);

	stream->pinged_us = now_us;
	yq_buf_add_text(&text, "{\"header\":{\"tr_id\":\"PINGPONG\",\"datetime\":\"");
	yq_buf_add_int(&text, now_us / YQ_US_PER_SECOND);
	yq_buf_add_text(&text, "\"}}");
	sim_stream_say(stream, YQ_WS_TEXT, yq_buf_text(&text), text.length);
	yq_buf_free(&text);
}

/* Both faces' streams: the real face's tick serves all. */
void
kis_stream_tick(struct sim *sim)
{
	int64_t now_us = sim_now_us(sim);
	struct sim_stream *next;

	for (struct sim_stream *s = sim->streams; s != NULL; s = next) {
		next = s->next;
		if (s->face == &sim_face_alpaca)
			continue;
		if (now_us - s->pinged_us >= PING_US || now_us < s->pinged_us)
			ping(s, now_us);
		kis_push_prices(s, now_us);
	}
}

void
kis_disconnect(struct sim *sim)
{
	sim_streams_cut(sim, &sim_face_kis);
	sim_streams_cut(sim, &sim_face_kis_virtual);
}
