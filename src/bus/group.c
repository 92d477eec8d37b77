/* group.c - what the server tells a member of a consumer group. */
#include "bus/group.h"

#include <hiredis/hiredis.h>
#include <string.h>

#include "base/str.h"

static const char *
field(const struct redisReply *fields, const char *name, size_t *length)
{
	for (size_t i = 0; i + 1 < fields->elements; i += 2) {
		if (!yq_str_equal(fields->element[i]->str, name))
			continue;
		*length = fields->element[i + 1]->len;
		return fields->element[i + 1]->str;
	}
	*length = 0;
	return "";
}

static bool
is_entry(const struct redisReply *reply)
{
	return reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 &&
	       reply->element[0]->type == REDIS_REPLY_STRING &&
	       reply->element[1]->type == REDIS_REPLY_ARRAY;
}

bool
yq_group_entry(const struct redisReply *reply, struct yq_entry *entry)
{
	size_t ignored;

	if (!is_entry(reply))
		return false;
	entry->id = reply->element[0]->str;
	entry->payload = field(reply->element[1], YQ_ENTRY_PAYLOAD, &entry->length);
	entry->kind = field(reply->element[1], YQ_ENTRY_KIND, &ignored);
	return true;
}

const struct redisReply *
yq_group_entries(const struct redisReply *reply)
{
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements == 0 ||
	    reply->element[0]->type != REDIS_REPLY_ARRAY || reply->element[0]->elements != 2)
		return NULL;
	return reply->element[0]->element[1];
}

bool
yq_group_find_other(
    const struct redisReply *reply, const char *own, int64_t idle_ms, char found[YQ_CONSUMER_SIZE])
{
	for (size_t i = 0; i < reply->elements; i++) {
		const redisReply *row = reply->element[i];
		const char *name = "";
		long long pending = 0, idle = 0;

		for (size_t j = 0; j + 1 < row->elements; j += 2) {
			const char *key = row->element[j]->str;

			if (yq_str_equal(key, "name"))
				name = row->element[j + 1]->str;
			else if (yq_str_equal(key, "pending"))
				pending = row->element[j + 1]->integer;
			else if (yq_str_equal(key, "idle"))
				idle = row->element[j + 1]->integer;
		}
		if (pending > 0 && idle > idle_ms && !yq_str_equal(name, own) &&
		    yq_str_copy(found, YQ_CONSUMER_SIZE, name))
			return true;
	}
	return false;
}

bool
yq_entry_id_is_later(const char *a, const char *b)
{
	size_t a_ms = strcspn(a, "-"), b_ms = strcspn(b, "-");
	int order = a_ms == b_ms ? memcmp(a, b, a_ms) : 0;

	if (a_ms != b_ms)
		return a_ms > b_ms;
	if (order != 0)
		return order > 0;
	if (strlen(a) != strlen(b))
		return strlen(a) > strlen(b);
	return strcmp(a, b) > 0;
}
