/*
 * consume.c - a member of a consumer group.
 *
 * One command at a time: OWN reads what is pending for this consumer, page by page; LOOK asks who
 * else is in the group; DEAD lists a dead member's pending entries, CLAIM takes them; NEW waits for
 * what comes.  After each answer `next` picks the command that follows.  Who is wary only fetches
 * with NEW, and delivers with OWN: all that it was given, whichever command it was given to; with
 * `seize` after a LOOK at what others were given before that, which is ours by a CLAIM and comes
 * with it.
 */
#include "bus/consume.h"

#include <hiredis/hiredis.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "bus/group.h"
#include "bus/refuse.h"

#define BLOCK_DEFAULT_MS 2000
#define ANSWER_MS	 5000
#define RETRY_MS	 200
#define DEAD_DEFAULT_MS	 10000
#define LOST_WARY_MS	 60000 /* so late the server may carry out what was sent before a loss */

enum phase { OWN, LOOK, DEAD, CLAIM, NEW };

struct yq_consumer {
	uv_loop_t *loop;
	struct yq_valkey *valkey;
	struct yq_consumer_spec spec;
	const char *stream, *group;
	char name[YQ_CONSUMER_SIZE];

	enum phase phase; /* of the command in flight, else of the next one */
	bool in_flight, paused, closing, caught_up, rewind;
	bool refused;			      /* the state callback was told of an error answer */
	char own_from[YQ_ENTRY_ID_SIZE];      /* OWN: after this id */
	char last_new[YQ_ENTRY_ID_SIZE];      /* the highest id that came as new */
	bool follows;			      /* sentinels say which server to read from */
	char history[YQ_VALKEY_HISTORY_SIZE]; /* of the server that was last read from */
	char dead[YQ_CONSUMER_SIZE];	      /* DEAD, CLAIM: whose entries */
	struct yq_args claim;		      /* CLAIM: the command, made from DEAD's answer */
	uint64_t look_at_ms;		      /* when to LOOK again */
	uint64_t wary_until_ms;
	bool own_wanted; /* OWN follows LOOK: new ones came that were not delivered */
	uv_timer_t retry;
	struct yq_entry entries[YQ_CONSUMER_BATCH_MAX];
};

static void ask(struct yq_consumer *consumer);

/* ---- commands */

static void
args_read(struct yq_consumer *consumer, struct yq_args *args, const char *from, bool block)
{
	yq_args_words(args, "XREADGROUP GROUP");
	yq_args_text(args, consumer->group);
	yq_args_text(args, consumer->name);
	yq_args_text(args, "COUNT");
	yq_args_int(args, (int64_t)consumer->spec.batch);
	if (block) {
		yq_args_text(args, "BLOCK");
		yq_args_int(args, consumer->spec.block_ms);
	}
	yq_args_text(args, "STREAMS");
	yq_args_text(args, consumer->stream);
	yq_args_text(args, from);
}

static const struct yq_args *
args_make(struct yq_consumer *consumer)
{
	struct yq_args *args = yq_valkey_args(consumer->valkey);

	switch (consumer->phase) {
	case OWN:
		args_read(consumer, args, consumer->own_from, false);
		return args;
	case LOOK:
		yq_args_words(args, "XINFO CONSUMERS");
		yq_args_text(args, consumer->stream);
		yq_args_text(args, consumer->group);
		return args;
	case DEAD:
		yq_args_text(args, "XPENDING");
		yq_args_text(args, consumer->stream);
		yq_args_text(args, consumer->group);
		yq_args_words(args, "- +");
		yq_args_int(args, (int64_t)consumer->spec.batch);
		yq_args_text(args, consumer->dead);
		return args;
	case CLAIM:
		return &consumer->claim;
	case NEW:
	default:
		args_read(consumer, args, ">", true);
		return args;
	}
}

/* ---- delivery */

/* A pending entry that is no longer in the stream comes without fields: nobody can handle it. */
static void
acknowledge_gone(struct yq_consumer *consumer, const redisReply *reply)
{
	const char *id = reply->elements == 2 ? reply->element[0]->str : NULL;

	if (id == NULL)
		return;
	yq_debug("%s: entry %s is gone from the stream", consumer->stream, id);
	yq_step_ack(consumer->valkey, consumer->spec.group, consumer->group, &id, 1, NULL, NULL);
}

/* Returns the number of entries in the answer, deliverable or not. */
static size_t
deliver(struct yq_consumer *consumer, const redisReply *list, bool again, char *last_id)
{
	size_t count = 0;

	for (size_t i = 0; i < list->elements && count < YQ_CONSUMER_BATCH_MAX; i++) {
		const redisReply *reply = list->element[i];
		struct yq_entry *entry = &consumer->entries[count];

		if (reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 && last_id != NULL &&
		    !yq_str_copy(last_id, YQ_ENTRY_ID_SIZE, reply->element[0]->str))
			continue;
		if (!yq_group_entry(reply, entry)) {
			acknowledge_gone(consumer, reply);
			continue;
		}
		entry->again = again;
		count++;
	}
	if (count > 0)
		consumer->spec.fn(consumer->spec.cookie, consumer->entries, count);
	return list->elements;
}

/* ---- answers */

/* XPENDING's answer becomes XCLAIM's ids; false if there are none. */
static bool
make_claim(struct yq_consumer *consumer, const redisReply *reply)
{
	yq_args_clear(&consumer->claim);
	yq_args_text(&consumer->claim, "XCLAIM");
	yq_args_text(&consumer->claim, consumer->stream);
	yq_args_text(&consumer->claim, consumer->group);
	yq_args_text(&consumer->claim, consumer->name);
	yq_args_int(&consumer->claim, consumer->spec.seize ? 0 : consumer->spec.dead_ms);
	for (size_t i = 0; i < reply->elements; i++)
		yq_args_text(&consumer->claim, reply->element[i]->element[0]->str);
	return reply->elements > 0;
}

static enum phase
after_own(struct yq_consumer *consumer, const redisReply *reply)
{
	const redisReply *list = yq_group_entries(reply);

	if (list != NULL && deliver(consumer, list, true, consumer->own_from) > 0)
		return OWN;
	if (yq_entry_id_is_later(consumer->own_from, consumer->last_new))
		memcpy(consumer->last_new, consumer->own_from, sizeof(consumer->last_new));
	return LOOK;
}

static bool
is_wary(const struct yq_consumer *consumer)
{
	return uv_now(consumer->loop) < consumer->wary_until_ms;
}

/* What is ours after `from` comes next; where others may have been given what is older, that first.
 */
static enum phase
own_first(struct yq_consumer *consumer, const char *from)
{
	if (!yq_str_copy(consumer->own_from, sizeof(consumer->own_from), from))
		YQ_PANIC("an entry id does not fit");
	consumer->own_wanted = consumer->spec.seize;
	return consumer->own_wanted ? LOOK : OWN;
}

/* What was taken from others is ours now, but may be newer than what is ours and not delivered yet:
 * all of it is delivered in its order. */
static enum phase
after_seizing(struct yq_consumer *consumer, const redisReply *reply)
{
	for (size_t i = 0; i < reply->elements; i++) {
		const redisReply *entry = reply->element[i];
		char before[YQ_ENTRY_ID_SIZE];

		if (entry->type != REDIS_REPLY_ARRAY || entry->elements != 2)
			continue;
		yq_entry_before(entry->element[0]->str, before);
		if (yq_entry_id_is_later(consumer->own_from, before))
			memcpy(consumer->own_from, before, sizeof(before));
	}
	consumer->own_wanted = true;
	return LOOK; /* there may be more of them */
}

/* Nobody else has anything that we want. */
static enum phase
after_others(struct yq_consumer *consumer)
{
	enum phase next = consumer->own_wanted ? OWN : NEW;

	consumer->own_wanted = false;
	return next;
}

static enum phase
after_look(struct yq_consumer *consumer, const redisReply *reply)
{
	if (yq_group_find_other(reply, consumer->name,
		consumer->spec.seize ? INT64_MIN : (int64_t)consumer->spec.dead_ms, consumer->dead))
		return DEAD;
	consumer->look_at_ms = uv_now(consumer->loop) + consumer->spec.dead_ms;
	return after_others(consumer);
}

static enum phase
after_new(struct yq_consumer *consumer, const redisReply *reply)
{
	const redisReply *list = yq_group_entries(reply);

	if (list == NULL || (list->elements < consumer->spec.batch && !is_wary(consumer)))
		consumer->caught_up = true;
	if (is_wary(consumer))
		return own_first(consumer, consumer->last_new);
	if (list != NULL)
		deliver(consumer, list, false, consumer->last_new);
	return uv_now(consumer->loop) >= consumer->look_at_ms ? LOOK : NEW;
}

static enum phase
after(struct yq_consumer *consumer, const redisReply *reply)
{
	switch (consumer->phase) {
	case OWN:
		return after_own(consumer, reply);
	case LOOK:
		return after_look(consumer, reply);
	case DEAD:
		return make_claim(consumer, reply) ? CLAIM : after_others(consumer);
	case CLAIM:
		if (consumer->spec.seize)
			return after_seizing(consumer, reply);
		deliver(consumer, reply, true, NULL);
		return LOOK; /* there may be more of them */
	case NEW:
	default:
		return after_new(consumer, reply);
	}
}

/*
 * The answer may be lost though the server carried the command out.  New entries that went that way
 * are ours now, with ids above the last one that came; entries of the dead may have any id.  It may
 * do so even when we are connected again and have looked: hence the waryness.
 */
static enum phase
after_loss(struct yq_consumer *consumer)
{
	uint64_t until_ms = uv_now(consumer->loop) + LOST_WARY_MS;

	if (consumer->wary_until_ms < until_ms)
		consumer->wary_until_ms = until_ms;
	if (consumer->phase == OWN)
		return OWN;
	return own_first(consumer, consumer->phase == NEW ? consumer->last_new : "0-0");
}

static void
on_retry(uv_timer_t *timer)
{
	ask(timer->data);
}

/*
 * Another server has taken over.  What the one before was told last may be unknown to it: entries
 * that were acknowledged are pending again, and new ones may come with ids that have been given
 * before.
 */
static void
look_at_server(struct yq_consumer *consumer)
{
	const char *history = yq_valkey_history(consumer->valkey);

	if (consumer->history[0] != '\0' && !yq_str_equal(consumer->history, history)) {
		consumer->rewind = true;
		memcpy(consumer->last_new, "0-0", 4);
	}
	yq_str_copy_cut(consumer->history, sizeof(consumer->history), history);
}

static void
on_state(void *cookie, bool up, const struct yq_err *err)
{
	struct yq_consumer *consumer = cookie;

	if (up && consumer->follows)
		look_at_server(consumer);
	if (!consumer->closing && consumer->spec.state != NULL)
		consumer->spec.state(consumer->spec.cookie, up, err);
}

static void
on_answer(void *cookie, enum yq_rc rc, const redisReply *reply, const struct yq_err *err)
{
	struct yq_consumer *consumer = cookie;

	if (consumer->closing)
		return;
	if (rc != YQ_OK) {
		consumer->in_flight = false;
		consumer->phase = after_loss(consumer);
		if (rc != YQ_E_UNKNOWN && rc != YQ_E_RETRY) {
			consumer->refused = true;
			on_state(consumer, false, err);
		}
		if (!consumer->closing)
			uv_timer_start(
			    &consumer->retry, on_retry, rc == YQ_E_UNKNOWN ? 0 : RETRY_MS, 0);
		return;
	}
	if (consumer->refused) {
		consumer->refused = false;
		on_state(consumer, true, NULL);
	}
	if (consumer->closing)
		return;
	consumer->phase = after(consumer, reply);
	consumer->in_flight = false;
	ask(consumer);
}

static void
ask(struct yq_consumer *consumer)
{
	if (consumer->in_flight || consumer->paused || consumer->closing)
		return;
	if (consumer->spec.may_read != NULL && !consumer->spec.may_read(consumer->spec.cookie))
		return;
	if (consumer->rewind) {
		consumer->rewind = false;
		consumer->phase = consumer->own_wanted ? LOOK : OWN;
		memcpy(consumer->own_from, "0-0", 4);
	}
	consumer->in_flight = true;
	yq_valkey_send(consumer->valkey, args_make(consumer), consumer->spec.block_ms + ANSWER_MS,
	    on_answer, consumer);
}

/* ---- interface */

enum yq_rc
yq_consumer_open(uv_loop_t *loop, const struct yq_valkey_target *target,
    const struct yq_consumer_spec *spec, struct yq_consumer **ret_consumer, struct yq_err *err)
{
	struct yq_consumer *consumer = yq_xcalloc(1, sizeof(*consumer));
	enum yq_rc rc;

	*ret_consumer = NULL;
	consumer->loop = loop;
	consumer->spec = *spec;
	if (spec->batch == 0 || spec->batch > YQ_CONSUMER_BATCH_MAX)
		consumer->spec.batch = YQ_CONSUMER_BATCH_MAX;
	if (spec->block_ms == 0)
		consumer->spec.block_ms = BLOCK_DEFAULT_MS;
	if (spec->dead_ms == 0)
		consumer->spec.dead_ms = DEAD_DEFAULT_MS;
	consumer->group = spec->group_name != NULL ? spec->group_name : yq_groups[spec->group].name;
	consumer->stream = yq_key_name(yq_groups[spec->group].stream);
	yq_consumer_name(consumer->group, spec->instance, consumer->name);
	rc = yq_valkey_open(
	    loop, target, consumer->name, on_state, consumer, &consumer->valkey, err);
	if (rc != YQ_OK) {
		free(consumer);
		return rc;
	}
	memcpy(consumer->own_from, "0-0", 4);
	memcpy(consumer->last_new, "0-0", 4);
	consumer->follows = target->service_name[0] != '\0';
	consumer->claim = yq_args_make();
	consumer->wary_until_ms = uv_now(loop) + spec->wary_ms;
	uv_timer_init(loop, &consumer->retry);
	consumer->retry.data = consumer;
	ask(consumer);
	*ret_consumer = consumer;
	return YQ_OK;
}

static void
on_closed(uv_handle_t *handle)
{
	struct yq_consumer *consumer = handle->data;

	yq_args_free(&consumer->claim);
	free(consumer);
}

/* The commands in flight end before the handle closes: a timer's end comes before close callbacks
 * only if it is due, so wait for one turn. */
static void
on_last_turn(uv_timer_t *timer)
{
	uv_close((uv_handle_t *)timer, on_closed);
}

void
yq_consumer_close(struct yq_consumer *consumer)
{
	if (consumer == NULL || consumer->closing)
		return;
	consumer->closing = true;
	yq_valkey_close(consumer->valkey); /* its timer for the ends is started before ours */
	uv_timer_start(&consumer->retry, on_last_turn, 0, 0);
}

void
yq_consumer_pause(struct yq_consumer *consumer)
{
	if (consumer == NULL)
		return;
	consumer->paused = true;
}

void
yq_consumer_resume(struct yq_consumer *consumer)
{
	if (consumer == NULL)
		return;
	consumer->paused = false;
	ask(consumer);
}

void
yq_consumer_rewind(struct yq_consumer *consumer)
{
	if (consumer == NULL)
		return;
	consumer->rewind = true;
	ask(consumer);
}

bool
yq_consumer_will_rewind(const struct yq_consumer *consumer)
{
	return consumer->rewind;
}

bool
yq_consumer_is_up(const struct yq_consumer *consumer)
{
	return !consumer->closing && yq_valkey_is_up(consumer->valkey);
}

bool
yq_consumer_caught_up(const struct yq_consumer *consumer)
{
	return consumer->caught_up;
}

const char *
yq_consumer_history(const struct yq_consumer *consumer)
{
	return consumer->history;
}
