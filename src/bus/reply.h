/*
 * reply.h - look into an answer of the server, for layers that do not see the client library.
 *
 * Everything is borrowed from the reply.  NULL as a reply reads as nothing.
 */
#ifndef YQ_BUS_REPLY_H
#define YQ_BUS_REPLY_H

#include "base/common.h"

struct redisReply;

bool yq_reply_is_nil(const struct redisReply *reply);
/* The bytes of a string or status, NUL-terminated; NULL for every other kind. */
const char *yq_reply_text(const struct redisReply *reply, size_t *ret_length);
int64_t yq_reply_int(const struct redisReply *reply); /* 0 unless it is an integer */
/* Items of a list; 0 for every other kind. */
size_t yq_reply_count(const struct redisReply *reply);
const struct redisReply *yq_reply_at(const struct redisReply *reply, size_t index);
/* The value of a field in an answer to HGETALL; NULL if there is none. */
const char *yq_reply_field(const struct redisReply *reply, const char *field);

#endif
