/*
 * link.c - connections to the modelled server: what link.h promises, over a network that delays,
 * keeps the order of one connection, and breaks.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "memory.h"
#include "wire.h"

struct yq_link *links; /* of every life, dead ones too while something names them */

void
demand_free(struct demand *d)
{
	free(d->bytes);
	free(d->argv);
	free(d);
}

/* ---- life of a link ---- */

void
link_unref(struct yq_link *link)
{
	struct yq_link **at = &links;

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
	while (link->transaction != NULL) {
		struct demand *d = link->transaction;

		link->transaction = d->next;
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
		link->accepted = true;
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
	link->next = links;
	links = link;
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
	for (struct yq_link *link = links, *next; link != NULL; link = next) {
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
	for (struct yq_link *link = links; link != NULL; link = link->next) {
		if (link->life != life || link->closed || link->cut || !link->accepted ||
		    (!every && world_chance(500)))
			continue;
		world_trace("a connection of life %u is cut", life->number);
		count_up(COUNT_CUTS);
		link->cut = true;
		lose_tail(link);
		arrive_down(link);
	}
}

/* "*2\r\n" and then so many arguments; returns where the next command begins. */
static char *
demand_parse(struct demand *d, const char *bytes, size_t length)
{
	char *at;
	size_t count;

	d->bytes = yq_xstrndup(bytes, length);
	count = strtoul(d->bytes + 1, &at, 10);
	at += 2;
	d->argv = yq_xcalloc(count + 1, sizeof(*d->argv));
	for (d->argc = 0; d->argc < count; d->argc++)
		d->argv[d->argc] = server_next_word(&at);
	return at;
}

bool
yq_link_write_raw(struct yq_link *link, const char *bytes, size_t length, uint64_t *end)
{
	unsigned before = effect_begin(link->life, "a command");

	link->queued += length;
	while (length > 0) {
		struct demand *d = yq_xcalloc(1, sizeof(*d));
		size_t used;

		used = (size_t)(demand_parse(d, bytes, length) - d->bytes);
		d->link = link;
		*link->last = d;
		link->last = &d->next;
		bytes += used;
		length -= used;
	}
	effect_end(link->life, before);
	*end = link->queued;
	return true;
}

bool
yq_link_write(struct yq_link *link, const struct yq_args *args, uint64_t *end)
{
	static struct yq_buf wire; /* kept: the life may die while it is used */
	unsigned before = memory_owner(0);

	wire.maximum = YQ_ARGS_BYTES_MAX + 64;
	yq_buf_clear(&wire);
	yq_args_write(args, &wire);
	(void)memory_owner(before);
	return yq_link_write_raw(link, yq_buf_text(&wire), wire.length, end);
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

	for (struct yq_link *link = links; link != NULL; link = link->next)
		if (link->life == life && link->first != NULL)
			flush(link);
	effect_end(life, before);
}

bool
links_unflushed(const struct life *life)
{
	for (const struct yq_link *link = links; link != NULL; link = link->next)
		if (link->life == life && link->first != NULL)
			return true;
	return false;
}
