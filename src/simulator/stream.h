/*
 * stream.h - the WebSockets that clients of the faces hold open, and pushes to them as the knobs
 * have it: late, twice, out of order, never, or cut.
 */
#ifndef YQ_SIMULATOR_STREAM_H
#define YQ_SIMULATOR_STREAM_H

#include "net/websocket_server.h"
#include "simulator/sim.h"

#define SIM_STREAMS_MAX 64
#define SIM_TOPICS_MAX	41 /* KIS's limit */

/* What a stream of KIS is subscribed to. */
struct sim_topic {
	char feed[16], key[40];
	struct sim_instrument *instrument; /* of a price; NULL for notices */
	struct yq_opt_decimal last;	   /* price that was pushed */
	struct yq_decimal volume;	   /* when it was */
};

struct sim_stream {
	struct sim_stream *prev, *next;
	struct sim *sim;
	const struct sim_face *face;
	struct yq_ws *ws; /* owned */
	int64_t number;
	char key[SIM_KEY_SIZE];	     /* whose it is; "" = not authorized yet */
	struct sim_account *account; /* of Alpaca's */
	bool listens;		     /* to Alpaca's trade updates */
	char cipher_key[33], cipher_iv[17];
	struct sim_topic topics[SIM_TOPICS_MAX];
	size_t topic_count;
	int64_t pinged_us;
	struct yq_buf held; /* what is pushed after the next one */
	enum yq_ws_kind held_kind;
};

typedef void sim_heard_fn(struct sim_stream *stream, const char *bytes, size_t length);
/* Accept the upgrade that `request` asks for; `heard` runs for each message.  Always answers. */
void sim_stream_accept(struct sim *sim, const struct sim_face *face,
    struct yq_http_request *request, sim_heard_fn *heard);
/* Answers of the protocol itself: no knob strikes them. */
void sim_stream_say(
    struct sim_stream *stream, enum yq_ws_kind kind, const char *text, size_t length);
/* News: as the knobs have it.  The stream may be gone afterwards: go on with the next, taken
 * before. */
void sim_stream_push(
    struct sim_stream *stream, enum yq_ws_kind kind, const char *text, size_t length);
struct sim_stream *sim_stream_find(const struct sim *sim, int64_t number); /* NULL = it is gone */
/* Cut all of a face; of all faces if it is NULL. */
void sim_streams_cut(struct sim *sim, const struct sim_face *face);

#endif
