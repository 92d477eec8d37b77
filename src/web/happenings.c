/*
 * happenings.c - entries of four streams merged by their time, and told.
 *
 * Within a stream the order is that of its ids; across streams ids are times of one server, so that
 * the same order comes out when the entries come again, however they are cut into pages.
 */
#include "web/happenings.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "bus/reply.h"
#include "web/event_shapes.h"

#define FRAMES_MAX (64U << 20)

struct happening {
	enum yq_line line;
	struct yq_entry_at at;
	char *payload;
	size_t length;
	struct yq_id order; /* that it is about; none = it is about none */
	size_t asked;	    /* its place among the orders asked for */
	bool last;	    /* nothing after it is about that order */
};

struct yq_happenings {
	struct happening *items;
	size_t count, capacity;
	struct yq_id *orders;
	size_t order_count;
	struct yq_event_place place;
	yq_happenings_fn *fn;
	void *cookie;
};

struct yq_happenings *
yq_happenings_make(void)
{
	return yq_xcalloc(1, sizeof(struct yq_happenings));
}

void
yq_happenings_free(struct yq_happenings *happenings)
{
	if (happenings == NULL)
		return;
	for (size_t i = 0; i < happenings->count; i++)
		free(happenings->items[i].payload);
	free(happenings->items);
	free(happenings->orders);
	free(happenings);
}

size_t
yq_happenings_count(const struct yq_happenings *happenings)
{
	return happenings->count;
}

void
yq_happenings_keep(struct yq_happenings *happenings, const struct yq_entry_at *limit)
{
	size_t kept = 0;

	for (size_t i = 0; i < happenings->count; i++) {
		if (yq_entry_at_compare(&happenings->items[i].at, limit) <= 0)
			happenings->items[kept++] = happenings->items[i];
		else
			free(happenings->items[i].payload);
	}
	happenings->count = kept;
}

void
yq_happenings_pass(const struct yq_happenings *happenings, struct yq_event_place *place)
{
	for (size_t i = 0; i < happenings->count; i++) {
		const struct happening *item = &happenings->items[i];

		if (yq_entry_at_compare(&item->at, &place->at[item->line]) > 0)
			place->at[item->line] = item->at;
	}
}

/* ---- what is in an entry ---- */

/* Of order:stream: the order that it is about; none where it is about something else, or cannot be
 * read. */
static struct yq_id
order_of(const char *kind, const char *payload, size_t length)
{
	static const char *const kinds[] = { "cancel", "replace", "resolve" };
	struct yq_act act;
	struct yq_err err;

	if (yq_message_decode_act(payload, length, &act, &err) != YQ_OK)
		return (struct yq_id){ .text = "" };
	if (yq_str_equal(kind, "order"))
		return act.id;
	for (size_t i = 0; i < YQ_COUNT(kinds); i++)
		if (yq_str_equal(kind, kinds[i]))
			return act.order_id;
	return (struct yq_id){ .text = "" };
}

static struct yq_id
order_executed(const char *payload, size_t length)
{
	struct yq_execution execution;
	struct yq_err err;

	if (yq_message_decode_execution(payload, length, &execution, &err) != YQ_OK)
		return (struct yq_id){ .text = "" };
	return execution.order_id;
}

static void
add_one(struct yq_happenings *happenings, enum yq_line line, const struct redisReply *entry)
{
	const struct redisReply *fields = yq_reply_at(entry, 1);
	const char *id, *kind = NULL, *payload = NULL;
	struct happening item = { .line = line };
	size_t id_length, length = 0;

	id = yq_reply_text(yq_reply_at(entry, 0), &id_length);
	if (id == NULL || !yq_entry_at_parse(id, id_length, &item.at))
		return;
	for (size_t i = 0; i + 1 < yq_reply_count(fields); i += 2) {
		const char *name = yq_reply_text(yq_reply_at(fields, i), NULL);

		if (name != NULL && yq_str_equal(name, YQ_ENTRY_PAYLOAD))
			payload = yq_reply_text(yq_reply_at(fields, i + 1), &length);
		else if (name != NULL && yq_str_equal(name, YQ_ENTRY_KIND))
			kind = yq_reply_text(yq_reply_at(fields, i + 1), NULL);
	}
	if (line == YQ_LINE_ORDER && kind != NULL && payload != NULL)
		item.order = order_of(kind, payload, length);
	else if (line == YQ_LINE_EXECUTION && payload != NULL)
		item.order = order_executed(payload, length);
	if (line != YQ_LINE_ORDER && payload != NULL) {
		item.payload = yq_xcalloc(1, length + 1);
		memcpy(item.payload, payload, length);
		item.length = length;
	}
	if (happenings->count == happenings->capacity) {
		happenings->capacity = happenings->capacity * 2 + 16;
		happenings->items = yq_xrealloc(
		    happenings->items, happenings->capacity, sizeof(happenings->items[0]));
	}
	happenings->items[happenings->count++] = item;
}

size_t
yq_happenings_add(
    struct yq_happenings *happenings, enum yq_line line, const struct redisReply *entries)
{
	size_t count = yq_reply_count(entries);

	for (size_t i = 0; i < count; i++)
		add_one(happenings, line, yq_reply_at(entries, i));
	return count;
}

/* ---- as events ---- */

static int
compare(const void *a, const void *b)
{
	const struct happening *left = a, *right = b;
	int order = yq_entry_at_compare(&left->at, &right->at);

	return order != 0 ? order : (int)left->line - (int)right->line;
}

/* False: it cannot be read. */
static bool
put_payload(struct yq_json_writer *w, const struct happening *item)
{
	char entry[YQ_ENTRY_AT_SIZE];
	struct yq_execution execution;
	struct yq_notification notification;
	struct yq_signal signal;
	struct yq_err err;

	switch (item->line) {
	case YQ_LINE_EXECUTION:
		if (yq_message_decode_execution(item->payload, item->length, &execution, &err) !=
		    YQ_OK)
			return false;
		yq_put_execution(w, &execution);
		return true;
	case YQ_LINE_NOTIFICATION:
		if (yq_message_decode_notification(
			item->payload, item->length, &notification, &err) != YQ_OK)
			return false;
		yq_entry_at_format(&item->at, entry);
		yq_put_notification(w, entry, &notification);
		return true;
	case YQ_LINE_SIGNAL:
		if (yq_message_decode_signal(item->payload, item->length, &signal, &err) != YQ_OK)
			return false;
		yq_event_put_signal(w, &signal);
		return true;
	case YQ_LINE_ORDER:
	case YQ_LINES:
		break;
	}
	return false;
}

/* An execution has changed its order, which is told behind the last of them. */
static void
tell_changed_order(const struct redisReply *hash, struct yq_buf *frames)
{
	struct yq_buf data = yq_buf_make(2 * YQ_MESSAGE_MAX);
	struct yq_json_writer w = yq_json_writer_make(&data);

	if (yq_event_put_order(&w, hash) && yq_buf_ok(&data)) {
		yq_event_begin(frames, "order", NULL);
		yq_buf_add(frames, data.data, data.length);
		yq_event_end(frames);
	}
	yq_buf_free(&data);
}

static void
tell_one(struct yq_happenings *happenings, const struct happening *item,
    const struct redisReply *orders, struct yq_buf *frames)
{
	static const char *const names[YQ_LINES] = {
		[YQ_LINE_EXECUTION] = "execution",
		[YQ_LINE_NOTIFICATION] = "notification",
		[YQ_LINE_SIGNAL] = "signal",
		[YQ_LINE_ORDER] = "order",
	};
	struct yq_buf data = yq_buf_make(2 * YQ_MESSAGE_MAX);
	struct yq_json_writer w = yq_json_writer_make(&data);
	bool told;

	happenings->place.at[item->line] = item->at;
	if (item->line == YQ_LINE_ORDER)
		told = !yq_id_is_none(&item->order) &&
		       yq_event_put_order(&w, yq_reply_at(orders, item->asked));
	else
		told = item->payload != NULL && put_payload(&w, item);
	if (told && yq_buf_ok(&data)) {
		yq_event_begin(frames, names[item->line], &happenings->place);
		yq_buf_add(frames, data.data, data.length);
		yq_event_end(frames);
	} else {
		yq_event_move(frames, &happenings->place);
	}
	yq_buf_free(&data);
	if (item->line == YQ_LINE_EXECUTION && item->last)
		tell_changed_order(yq_reply_at(orders, item->asked), frames);
}

static void
finish(struct yq_happenings *happenings, enum yq_rc rc, const struct redisReply *orders)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf frames = yq_buf_make(FRAMES_MAX);

	for (size_t i = 0; rc == YQ_OK && i < happenings->count; i++)
		tell_one(happenings, &happenings->items[i], orders, &frames);
	if (rc == YQ_OK && !yq_buf_ok(&frames))
		YQ_PANIC("events of one page do not fit");
	happenings->fn(happenings->cookie, rc, rc == YQ_OK ? &frames : NULL,
	    rc == YQ_OK ? &happenings->place : NULL);
	yq_happenings_free(happenings);
}

static void
on_orders(void *cookie, enum yq_rc rc, const struct redisReply *reply, const struct yq_err *err)
{
	struct yq_happenings *happenings = cookie;

	if (rc == YQ_OK && yq_reply_count(reply) != happenings->order_count)
		rc = YQ_E_CORRUPT;
	if (rc != YQ_OK)
		yq_debug("events: orders cannot be read: %s", err == NULL ? "" : err->text);
	finish(happenings, rc, reply);
}

/* Each order once; from the end, so that the last that is about it is seen first. */
static void
collect_orders(struct yq_happenings *happenings)
{
	happenings->orders = yq_xcalloc(happenings->count + 1, sizeof(happenings->orders[0]));
	for (size_t i = happenings->count; i-- > 0;) {
		struct happening *item = &happenings->items[i];
		size_t j = 0;

		if (yq_id_is_none(&item->order))
			continue;
		while (j < happenings->order_count &&
		       !yq_id_equal(&happenings->orders[j], &item->order))
			j++;
		item->last = j == happenings->order_count;
		if (item->last)
			happenings->orders[happenings->order_count++] = item->order;
		item->asked = j;
	}
}

void
yq_happenings_tell(struct yq_happenings *happenings, struct yq_valkey *valkey,
    const struct yq_event_place *from, yq_happenings_fn *fn, void *cookie)
{
	struct yq_args *args;

	happenings->place = *from;
	happenings->fn = fn;
	happenings->cookie = cookie;
	if (happenings->count > 1)
		qsort(happenings->items, happenings->count, sizeof(happenings->items[0]), compare);
	collect_orders(happenings);
	if (happenings->order_count == 0) {
		finish(happenings, YQ_OK, NULL);
		return;
	}
	args = yq_valkey_args(valkey);
	yq_args_text(args, "MULTI");
	for (size_t i = 0; i < happenings->order_count; i++) {
		yq_args_next(args);
		yq_args_text(args, "HGETALL");
		yq_args_key(args, YQ_KEY_ORDER_STATE, happenings->orders[i].text);
	}
	yq_args_next(args);
	yq_args_text(args, "EXEC");
	yq_valkey_send(valkey, args, YQ_VALKEY_TIMEOUT_MS, on_orders, happenings);
}
