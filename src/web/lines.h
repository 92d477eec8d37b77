/*
 * lines.h - ask the server about the four streams that events come from.  Loop thread.
 */
#ifndef YQ_WEB_LINES_H
#define YQ_WEB_LINES_H

#include "bus/valkey.h"
#include "web/event_place.h"

struct redisReply;

/* How each stands, at one moment: send it, and read the answer; one that is not there is empty.
 * False: it is no such answer. */
void yq_lines_ask(struct yq_valkey *valkey, yq_reply_fn *fn, void *cookie);
bool yq_lines_read(const struct redisReply *reply, struct yq_line_state states[YQ_LINES]);

/* Entries behind `from` up to `to`, `count` of each at most; the answer is a list of YQ_LINES lists
 * (happenings.h). */
void yq_lines_page(struct yq_valkey *valkey, const struct yq_event_place *from,
    const struct yq_event_place *to, size_t count, yq_reply_fn *fn, void *cookie);
/* Wait up to `block_ms` for entries behind `from`; the answer goes through yq_lines_each. */
void yq_lines_wait(struct yq_valkey *valkey, const struct yq_event_place *from, size_t count,
    uint32_t block_ms, yq_reply_fn *fn, void *cookie);
/* The entries of one stream in the answer to yq_lines_wait; NULL = none came. */
const struct redisReply *yq_lines_of(const struct redisReply *reply, enum yq_line line);

#endif
