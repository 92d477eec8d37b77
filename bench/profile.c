/* profile.c - joins messages, the order's own times and the posts; prints the steps between. */
#include "bench/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/table.h"

/* The moments of an alert.  Those marked "heard" are when the message was published, which is after
 * it was on disk. */
enum moment {
	POSTED,
	RECEIVED,
	ACCEPTED, /* heard */
	COMPOSED,
	DECIDED, /* heard */
	CLAIMING,
	SUBMITTED,
	RECORDED,
	EXECUTED, /* heard */
	MOMENTS
};

/* What lies between one moment and the next, and whether it holds a flush of the disk. */
static const struct {
	const char *name;
	bool flush;
} steps[MOMENTS] = {
	[RECEIVED] = { "posted_to_received", false },
	[ACCEPTED] = { "received_to_accepted", true },
	[COMPOSED] = { "accepted_to_composed", false },
	[DECIDED] = { "composed_to_decided", true },
	[CLAIMING] = { "decided_to_claiming", false },
	[SUBMITTED] = { "claiming_to_submitted", true },
	[RECORDED] = { "submitted_to_recorded", false },
	[EXECUTED] = { "recorded_to_executed", true },
};

struct alert {
	struct yq_table_node by_signal, by_order;
	struct yq_id signal_id, order_id;
	int64_t at_us[MOMENTS];
};

struct message {
	struct message *next;
	int64_t at_us;
	char channel;
	char payload[];
};

struct profile {
	struct message *first, **last;
	struct yq_table signals, orders;
	struct alert *alerts;
};

struct profile *
profile_make(void)
{
	struct profile *profile = yq_xcalloc(1, sizeof(*profile));

	profile->last = &profile->first;
	return profile;
}

void
profile_free(struct profile *profile)
{
	if (profile == NULL)
		return;
	for (struct message *m = profile->first, *next; m != NULL; m = next) {
		next = m->next;
		free(m);
	}
	yq_table_clear(&profile->signals);
	yq_table_clear(&profile->orders);
	free(profile->alerts);
	free(profile);
}

void
profile_heard(void *cookie, const char *channel, const char *payload, int64_t at_us)
{
	struct profile *profile = cookie;
	size_t length = strlen(payload);
	struct message *m = yq_xcalloc(1, sizeof(*m) + length + 1);

	m->at_us = at_us;
	m->channel = channel[0];
	memcpy(m->payload, payload, length);
	*profile->last = m;
	profile->last = &m->next;
}

/* The alert that holds a node at `offset`. */
static const struct alert *
holder(const struct yq_table_node *node, size_t offset)
{
	return (const struct alert *)(const void *)((const char *)node - offset);
}

static bool
same_signal(const struct yq_table_node *node, const void *id)
{
	return yq_id_equal(&holder(node, offsetof(struct alert, by_signal))->signal_id, id);
}

static bool
same_order(const struct yq_table_node *node, const void *id)
{
	return yq_id_equal(&holder(node, offsetof(struct alert, by_order))->order_id, id);
}

static uint64_t
hash_of(const struct yq_id *id)
{
	return yq_table_hash(id->text, YQ_ID_LENGTH);
}

static bool
id_member(const yq_json *object, const char *name, struct yq_id *id)
{
	const yq_json *member = yq_json_get(object, name);
	size_t length = 0;
	const char *text = member == NULL ? NULL : yq_json_text(member, &length);

	return text != NULL && yq_id_parse(text, length, id) == YQ_OK;
}

static int64_t
time_member(const yq_json *object, const char *name)
{
	const yq_json *member = yq_json_get(object, name);
	size_t length = 0;
	const char *text = member == NULL ? NULL : yq_json_text(member, &length);
	int64_t at_us = 0;

	if (text == NULL || yq_time_parse(text, length, &at_us) != YQ_OK)
		return 0;
	return at_us;
}

static struct alert *
alert_by(struct yq_table *table, const yq_json *object, const char *name, yq_table_same_fn *same,
    size_t offset)
{
	struct yq_table_node *node;
	struct yq_id id;

	if (!id_member(object, name, &id))
		return NULL;
	node = yq_table_find(table, hash_of(&id), same, &id);
	return node == NULL ? NULL : (struct alert *)(void *)((char *)node - offset);
}

static void
take_message(struct profile *profile, const struct message *m, const yq_json *object)
{
	struct alert *alert;

	switch (m->channel) {
	case 's':
		alert = alert_by(&profile->signals, object, "Id", same_signal,
		    offsetof(struct alert, by_signal));
		if (alert == NULL)
			return;
		alert->at_us[RECEIVED] = time_member(object, "ReceivedAt");
		alert->at_us[ACCEPTED] = m->at_us;
		return;
	case 'o':
		alert = alert_by(&profile->signals, object, "SignalId", same_signal,
		    offsetof(struct alert, by_signal));
		if (alert == NULL || !id_member(object, "Id", &alert->order_id))
			return;
		alert->at_us[COMPOSED] = time_member(object, "Timestamp");
		alert->at_us[DECIDED] = m->at_us;
		yq_table_insert(&profile->orders, hash_of(&alert->order_id), &alert->by_order);
		return;
	default:
		alert = alert_by(&profile->orders, object, "OrderId", same_order,
		    offsetof(struct alert, by_order));
		if (alert == NULL || alert->at_us[EXECUTED] != 0)
			return;
		alert->at_us[RECORDED] = time_member(object, "Timestamp");
		alert->at_us[EXECUTED] = m->at_us;
	}
}

static void
ask_order(struct alert *alert, redisContext *bus)
{
	redisReply *reply =
	    redisCommand(bus, "HMGET order:%s ClaimedAt SubmittedAt", alert->order_id.text);
	static const enum moment moments[] = { CLAIMING, SUBMITTED };

	for (size_t i = 0; reply != NULL && i < reply->elements; i++)
		if (reply->element[i]->type == REDIS_REPLY_STRING &&
		    yq_time_parse(reply->element[i]->str, reply->element[i]->len,
			&alert->at_us[moments[i]]) != YQ_OK)
			alert->at_us[moments[i]] = 0;
	freeReplyObject(reply);
}

static int
compare(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static void
print_step(const struct profile *profile, unsigned count, enum moment from, enum moment to,
    const char *name, const char *kind)
{
	int64_t *us = yq_xcalloc(count, sizeof(*us));
	unsigned kept = 0;

	for (unsigned i = 0; i < count; i++)
		if (profile->alerts[i].at_us[from] != 0 && profile->alerts[i].at_us[to] != 0)
			us[kept++] = profile->alerts[i].at_us[to] - profile->alerts[i].at_us[from];
	qsort(us, kept, sizeof(*us), compare);
	if (kept > 0)
		printf("%s_%s_p50 %lld\n%s_%s_p99 %lld\n", kind, name, (long long)us[kept / 2],
		    kind, name, (long long)us[(uint64_t)kept * 99 / 100]);
	free(us);
}

void
profile_print(
    struct profile *profile, const struct load_result *result, unsigned count, redisContext *bus)
{
	profile->alerts = yq_xcalloc(count, sizeof(*profile->alerts));
	for (unsigned i = 0; i < count; i++) {
		struct alert *alert = &profile->alerts[i];

		alert->signal_id = result->signal_ids[i];
		alert->at_us[POSTED] = result->posted_us[i];
		yq_table_insert(&profile->signals, hash_of(&alert->signal_id), &alert->by_signal);
	}
	for (const struct message *m = profile->first; m != NULL; m = m->next) {
		YQ_CLEANUP(yq_json_freep) yq_json *object = NULL;

		if (yq_json_parse(m->payload, strlen(m->payload), &object, NULL) == YQ_OK)
			take_message(profile, m, object);
	}
	for (unsigned i = 0; i < count; i++)
		if (profile->alerts[i].at_us[EXECUTED] != 0)
			ask_order(&profile->alerts[i], bus);
	for (enum moment to = RECEIVED; to < MOMENTS; to++)
		print_step(
		    profile, count, to - 1, to, steps[to].name, steps[to].flush ? "flush" : "work");
	print_step(profile, count, POSTED, EXECUTED, "posted_to_executed", "whole");
}
