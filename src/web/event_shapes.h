/*
 * event_shapes.h - the frame of an event, and what only events carry (put.h has the rest).  Pure.
 */
#ifndef YQ_WEB_EVENT_SHAPES_H
#define YQ_WEB_EVENT_SHAPES_H

#include "web/event_place.h"
#include "web/put.h"

/* One event: "id: ...", "event: name", "data: " and then what the caller writes, on one line.  `id`
 * NULL = it moves nobody's place. */
void yq_event_begin(struct yq_buf *out, const char *name, const struct yq_event_place *id);
void yq_event_end(struct yq_buf *out);
/* It moves the place and says nothing. */
void yq_event_move(struct yq_buf *out, const struct yq_event_place *id);

void yq_event_put_signal(struct yq_json_writer *w, const struct yq_signal *signal);
/* From an answer to HGETALL; false, and nothing was written, if it is none that can be read. */
bool yq_event_put_order(struct yq_json_writer *w, const struct redisReply *hash);

#endif
