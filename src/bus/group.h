/*
 * group.h - what the server tells a member of a consumer group.  Answers are borrowed.
 */
#ifndef YQ_BUS_GROUP_H
#define YQ_BUS_GROUP_H

#include "bus/consume.h"

struct redisReply;

/* The list of entries in XREADGROUP's answer, [[stream, entries]]; NULL when nothing came. */
const struct redisReply *yq_group_entries(const struct redisReply *reply);
/* One of them: id, kind and payload.  False: it is pending, but no longer in the stream. */
bool yq_group_entry(const struct redisReply *reply, struct yq_entry *entry);
/* In the answer to XINFO CONSUMERS, which gives name, pending and idle (ms since the last sign of
 * life) for each: a member other than `own` with entries, idle for longer than `idle_ms`
 * (INT64_MIN: any, for a clock that was set back makes it negative).
 */
bool yq_group_find_other(
    const struct redisReply *reply, const char *own, int64_t idle_ms, char found[YQ_CONSUMER_SIZE]);
/* Ids are two decimal numbers without leading zeros. */
bool yq_entry_id_is_later(const char *a, const char *b);

#endif
