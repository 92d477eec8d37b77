/*
 * link.c - connections to the modelled server: what link.h promises, over a network that delays,
 * keeps the order of one connection, and breaks.
 */
#include "bus/link.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "life.h"

#define CHANNELS_MAX 4

struct demand { /* one command on its way */
	struct demand *next;
	struct yq_link *link;
	char *bytes;
	struct word *argv;
	size_t argc;
	bool lost;
};

struct yq_link {
	struct yq_link *next;
	struct life *life; /* NULL: it is dead */
	const struct yq_link_events *events;
	void *cookie;
	bool up, closed, cut;
	struct demand *first, **last; /* written, not handed over */
	struct demand *way;	      /* on their way, in order */
	struct demand *blocked;
	int64_t blocked_until_us;
	uint64_t queued, handed_over;
	int64_t arrives_us, answers_us; /* of the latest: nothing overtakes */
	int64_t connect_until_us;
	char channels[CHANNELS_MAX][YQ_KEY_SIZE];
	size_t channel_count;
	size_t refs; /* happenings that name it */
};

static struct yq_link *all; /* of every life, dead ones too while something names them */

static void
demand_free(struct demand *d)
{
	free(d->bytes);
	free(d->argv);
	free(d);
}

/* ---- life of a link ---- */

static void
link_unref(struct yq_link *link)
{
	struct yq_link **at = &all;

	if (--link->refs > 0)
		return;
	while (*at != link)
		at = &(*at)->next;
	*at = link->next;
	while (link->first != NULL) {
		struct demand *d = link->first;

		link->first = d->next;
		demand_free(d);
	}
	if (link->blocked != NULL)
		demand_free(link->blocked);
	free(link);
}

/* Of what is on its way a part arrives still. */
static void
lose_tail(struct yq_link *link)
{
	bool lost = world_chance(500);

	for (struct demand *d = link->way; d != NULL; d = d->next) {
		lost = lost || world_chance(300);
		d->lost = d->lost || lost;
	}
	if (link->blocked != NULL) {
		demand_free(link->blocked);
		link->blocked = NULL;
	}
}

static void
deliver_down(void *context)
{
	struct yq_link *link = context;
	const struct yq_link_events *events = link->events;
	void *cookie = link->cookie;
	struct yq_err err;
	bool tell = !link->closed;

	link->closed = true;
	link->up = false;
	yq_err_set(&err, YQ_E_RETRY, "valkey: connection lost");
	if (tell)
		events->down(cookie, &err);
}

static void
arrive_down(struct yq_link *link)
{
	if (link->life != NULL)
		life_arrives(link->life, deliver_down, NULL, link);
}

static void
deliver_up(void *context)
{
	struct yq_link *link = context;

	if (link->closed || link->cut)
		return;
	link->up = true;
	link->events->up(link->cookie);
}

static void
try_connect(void *context)
{
	struct yq_link *link = context;

	if (link->closed || link->life == NULL) {
		link_unref(link);
		return;
	}
	if (world.now_us < world.frozen_until_us && world.now_us < link->connect_until_us) {
		world_in(50 * MS, try_connect, link);
		return;
	}
	if (world.now_us < world.down_until_us || world.now_us < world.frozen_until_us) {
		link->cut = true;
		arrive_down(link);
	} else {
		life_arrives(link->life, deliver_up, NULL, link);
	}
	link_unref(link);
}

struct yq_link *
yq_link_open(uv_loop_t *loop, const struct yq_valkey_target *target, size_t endpoint,
    const char *client_name, const struct yq_link_events *events, void *cookie)
{
	struct life *life = loop->data;
	unsigned before = effect_begin(life, "connect");
	struct yq_link *link = yq_xcalloc(1, sizeof(*link));

	(void)endpoint;
	(void)client_name;
	link->life = life;
	link->events = events;
	link->cookie = cookie;
	link->last = &link->first;
	link->refs = 2; /* the life's, and the happening's */
	link->connect_until_us = world.now_us + target->connect_timeout_ms * MS;
	link->next = all;
	all = link;
	world_in(world_between(100, 600), try_connect, link);
	effect_end(life, before);
	return link;
}

void
yq_link_close(struct yq_link *link)
{
	link->closed = true;
	link->up = false;
	if (link->blocked != NULL) {
		unsigned before = effect_begin(link->life, "close");

		demand_free(link->blocked);
		link->blocked = NULL;
		effect_end(link->life, before);
	}
}

void
links_drop(struct life *life)
{
	for (struct yq_link *link = all, *next; link != NULL; link = next) {
		next = link->next;
		if (link->life != life)
			continue;
		link->life = NULL;
		link->closed = true;
		lose_tail(link);
		link_unref(link);
	}
}

void
links_cut(struct life *life, bool every)
{
	for (struct yq_link *link = all; link != NULL; link = link->next) {
		if (link->life != life || link->closed || link->cut || !link->up ||
		    (!every && world_chance(500)))
			continue;
		world_trace("a connection of life %u is cut", life->number);
		count_up(COUNT_CUTS);
		link->cut = true;
		lose_tail(link);
		arrive_down(link);
	}
}

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
	for (struct yq_link *link = all; link != NULL; link = link->next)
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
	for (struct yq_link *link = all; link != NULL; link = link->next) {
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
	reply = server_run(&world.server, d->argv, d->argc);
	if (reply != NULL) {
		answer_send(link, reply);
		demand_free(d);
	} else if (link->life == NULL || link->closed || link->cut) {
		demand_free(d);
	} else {
		link->blocked = d;
		link->blocked_until_us = world.now_us + 2 * SECOND;
		link->refs++;
		world_in(2 * SECOND, block_over, link);
	}
	serve_blocked();
}

static void
demand_arrives(void *context)
{
	struct demand *d = context;
	struct yq_link *link = d->link;

	if (!d->lost && world.now_us < world.frozen_until_us) {
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

static void
demand_parse(struct demand *d, size_t count)
{
	char *at = d->bytes;

	d->argv = yq_xcalloc(count + 1, sizeof(*d->argv));
	for (d->argc = 0; d->argc < count; d->argc++)
		d->argv[d->argc] = server_next_word(&at);
}

static void
demand_make(struct yq_link *link, const char *body, size_t length, size_t count, uint64_t *end)
{
	unsigned before = effect_begin(link->life, "a command");
	struct demand *d = yq_xcalloc(1, sizeof(*d));

	d->link = link;
	d->bytes = yq_xstrndup(body, length);
	demand_parse(d, count);
	*link->last = d;
	link->last = &d->next;
	effect_end(link->life, before);
	*end = link->queued;
}

bool
yq_link_write(struct yq_link *link, const struct yq_args *args, uint64_t *end)
{
	link->queued += args->body.length + 8;
	demand_make(link, args->body.data, args->body.length, args->count, end);
	return true;
}

/* "*3\r\n" and then as above. */
bool
yq_link_write_raw(struct yq_link *link, const char *bytes, size_t length, uint64_t *end)
{
	char *body;
	size_t count = strtoul(bytes + 1, &body, 10);

	body += 2;
	link->queued += length;
	demand_make(link, body, length - (size_t)(body - bytes), count, end);
	return true;
}

uint64_t
yq_link_handed_over(const struct yq_link *link)
{
	return link->handed_over;
}

static void
flush(struct yq_link *link)
{
	struct demand **way = &link->way;

	while (*way != NULL)
		way = &(*way)->next;
	while (link->first != NULL) {
		struct demand *d = link->first;
		int64_t at_us = world.now_us + world_between(30, 400);

		link->first = d->next;
		d->next = NULL;
		*way = d;
		way = &d->next;
		d->lost = link->cut || link->closed;
		at_us = at_us < link->arrives_us ? link->arrives_us : at_us;
		link->arrives_us = at_us;
		link->refs++;
		world_in(at_us - world.now_us, demand_arrives, d);
	}
	link->last = &link->first;
	link->handed_over = link->queued;
}

void
links_flush(struct life *life)
{
	unsigned before = effect_begin(life, "the network");

	for (struct yq_link *link = all; link != NULL; link = link->next)
		if (link->life == life && link->first != NULL)
			flush(link);
	effect_end(life, before);
}

bool
links_unflushed(const struct life *life)
{
	for (const struct yq_link *link = all; link != NULL; link = link->next)
		if (link->life == life && link->first != NULL)
			return true;
	return false;
}
