/* serve.c - the server's end of the connections: commands are carried out and answered. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "wire.h"

/* ---- answers ---- */

struct answer {
	struct yq_link *link;
	redisReply *reply;
};

static void
drop_answer(void *context)
{
	struct answer *a = context;

	freeReplyObject(a->reply);
	link_unref(a->link);
	free(a);
}

static void
deliver_answer(void *context)
{
	struct answer *a = context;

	if (!a->link->closed)
		a->link->events->reply(a->link->cookie, a->reply);
}

static void
answer_arrives(void *context)
{
	struct answer *a = context;

	if (a->link->life == NULL || a->link->closed || a->link->cut)
		drop_answer(a);
	else
		life_arrives(a->link->life, deliver_answer, drop_answer, a);
}

static void
answer_send(struct yq_link *link, redisReply *reply)
{
	struct answer *a = yq_xcalloc(1, sizeof(*a));
	int64_t at_us = world.now_us + world_between(30, 400);

	*a = (struct answer){ link, reply };
	link->refs++;
	if (at_us < link->answers_us)
		at_us = link->answers_us;
	link->answers_us = at_us;
	world_in(at_us - world.now_us, answer_arrives, a);
}

static redisReply *
answer_words(const char *first, const char *second, const char *third, size_t length)
{
	redisReply *reply = answer_array(3);

	reply->element[0] = answer_text(first, strlen(first));
	reply->element[1] = answer_text(second, strlen(second));
	reply->element[2] = answer_text(third, length);
	return reply;
}

void
server_publish_to_lives(void *cookie, const char *channel, const struct word *payload)
{
	(void)cookie;
	for (struct yq_link *link = links; link != NULL; link = link->next)
		for (size_t i = 0; i < link->channel_count && !link->closed && !link->cut; i++)
			if (strcmp(link->channels[i], channel) == 0)
				answer_send(link, answer_words("message", channel, payload->text,
						      payload->length));
}

/* ---- commands ---- */

static void
subscribe(struct yq_link *link, const char *channel)
{
	if (link->channel_count == CHANNELS_MAX)
		YQ_PANIC("too many channels");
	yq_str_copy_cut(link->channels[link->channel_count++], YQ_KEY_SIZE, channel);
	answer_send(link, answer_words("subscribe", channel, "", 0));
}

/* Who waits for entries looks again whenever there may be some, or when its time is over. */
static void
serve_blocked(void)
{
	for (struct yq_link *link = links; link != NULL; link = link->next) {
		struct demand *d = link->blocked;
		redisReply *reply;

		if (d == NULL)
			continue;
		reply = server_run(&world.server, d->argv, d->argc);
		if (reply == NULL && world.now_us >= link->blocked_until_us)
			reply = server_nil();
		if (reply == NULL)
			continue;
		link->blocked = NULL;
		demand_free(d);
		answer_send(link, reply);
	}
}

static void
block_over(void *context)
{
	struct yq_link *link = context;

	serve_blocked();
	link_unref(link);
}

/* MULTI, what follows it, EXEC: carried out at once at the end.  NULL: `*d` is none of them, or was
 * kept, and then it is NULL. */
static redisReply *
transact(struct yq_link *link, struct demand **d)
{
	const char *name = (*d)->argv[0].text;
	redisReply *reply;
	size_t count = 0;

	if (strcmp(name, "MULTI") == 0) {
		link->in_transaction = true;
		return answer_text("OK", 2);
	}
	if (!link->in_transaction)
		return NULL;
	if (strcmp(name, "EXEC") != 0) {
		struct demand **at = &link->transaction;

		while (*at != NULL)
			at = &(*at)->next;
		(*d)->next = NULL;
		*at = *d;
		*d = NULL;
		answer_send(link, answer_text("QUEUED", 6));
		return NULL;
	}
	for (const struct demand *t = link->transaction; t != NULL; t = t->next)
		count++;
	reply = answer_array(count);
	for (size_t i = 0; i < count; i++) {
		struct demand *t = link->transaction;

		reply->element[i] = server_run(&world.server, t->argv, t->argc);
		link->transaction = t->next;
		demand_free(t);
	}
	link->in_transaction = false;
	return reply;
}

/* BLOCK's milliseconds. */
static int64_t
blocking_us(const struct demand *d)
{
	for (size_t i = 0; i + 1 < d->argc; i++)
		if (server_word_is(&d->argv[i], "BLOCK"))
			return strtoll(d->argv[i + 1].text, NULL, 10) * MS;
	YQ_PANIC("%s waits, and does not say for how long", d->argv[0].text);
}

static void
carry_out(struct yq_link *link, struct demand *d)
{
	redisReply *reply;

	if (strcmp(d->argv[0].text, "SUBSCRIBE") == 0 || strcmp(d->argv[0].text, "PING") == 0) {
		if (d->argc > 1)
			subscribe(link, d->argv[1].text);
		else
			answer_send(link, answer_words("pong", "", "", 0));
		demand_free(d);
		return;
	}
	world.server.now_us = world_wall_us();
	reply = transact(link, &d);
	if (reply == NULL && d == NULL)
		return;
	if (reply == NULL)
		reply = server_run(&world.server, d->argv, d->argc);
	if (reply != NULL) {
		answer_send(link, reply);
		demand_free(d);
	} else if (link->life == NULL || link->closed || link->cut) {
		demand_free(d);
	} else {
		int64_t us = blocking_us(d);

		link->blocked = d;
		link->blocked_until_us = world.now_us + us;
		link->refs++;
		world_in(us, block_over, link);
	}
	serve_blocked();
}

void
demand_arrives(void *context)
{
	struct demand *d = context;
	struct yq_link *link = d->link;

	/* A freeze may end early: what it held up is waited for by what comes behind it. */
	if (!d->lost && (world.now_us < world.frozen_until_us || link->way != d)) {
		int64_t at_us = world.frozen_until_us + world_between(1, 3000);

		at_us = at_us < link->arrives_us ? link->arrives_us : at_us;
		link->arrives_us = at_us;
		world_in(at_us - world.now_us, demand_arrives, d);
		return;
	}
	for (struct demand **at = &link->way; *at != NULL; at = &(*at)->next)
		if (*at == d) {
			*at = d->next;
			break;
		}
	if (d->lost || world.now_us < world.down_until_us)
		demand_free(d);
	else
		carry_out(link, d);
	link_unref(link);
}
