/* reply.c - the shapes of an answer. */
#include "bus/reply.h"

#include <hiredis/hiredis.h>

#include "base/str.h"

bool
yq_reply_is_nil(const struct redisReply *reply)
{
	return reply == NULL || reply->type == REDIS_REPLY_NIL;
}

const char *
yq_reply_text(const struct redisReply *reply, size_t *ret_length)
{
	if (reply == NULL ||
	    (reply->type != REDIS_REPLY_STRING && reply->type != REDIS_REPLY_STATUS))
		return NULL;
	if (ret_length != NULL)
		*ret_length = reply->len;
	return reply->str;
}

int64_t
yq_reply_int(const struct redisReply *reply)
{
	return reply != NULL && reply->type == REDIS_REPLY_INTEGER ? reply->integer : 0;
}

size_t
yq_reply_count(const struct redisReply *reply)
{
	return reply != NULL && reply->type == REDIS_REPLY_ARRAY ? reply->elements : 0;
}

const struct redisReply *
yq_reply_at(const struct redisReply *reply, size_t index)
{
	return index < yq_reply_count(reply) ? reply->element[index] : NULL;
}

const char *
yq_reply_field(const struct redisReply *reply, const char *field)
{
	for (size_t i = 0; i + 1 < yq_reply_count(reply); i += 2) {
		const char *name = yq_reply_text(reply->element[i], NULL);

		if (name != NULL && yq_str_equal(name, field))
			return yq_reply_text(reply->element[i + 1], NULL);
	}
	return NULL;
}
