/*
 * adopt.c - who was heard and not seen.
 */
#include "bus/adopt.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define WAYS 4
#define SETS (YQ_ADOPT_SEEN_MAX / WAYS)

struct heard {
	struct heard *next;
	uint64_t hash, deadline_ms;
	size_t length;
	char *payload;
};

struct yq_adopt {
	uv_loop_t *loop;
	uint32_t grace_ms;
	yq_adopt_fn *fn;
	void *cookie;
	bool hold, closing;
	unsigned char key[crypto_shorthash_KEYBYTES];
	uint64_t seen[SETS][WAYS]; /* 0 = empty */
	unsigned char oldest[SETS];
	struct heard *first, **last; /* by deadline */
	size_t count;
	uv_timer_t timer;
};

static uint64_t
hash_of(const struct yq_adopt *adopt, const char *payload, size_t length)
{
	union {
		unsigned char bytes[crypto_shorthash_BYTES];
		uint64_t value;
	} hash;

	crypto_shorthash(hash.bytes, (const unsigned char *)payload, length, adopt->key);
	hash.value ^= length;
	return hash.value == 0 ? 1 : hash.value;
}

static bool
was_seen(const struct yq_adopt *adopt, uint64_t hash)
{
	const uint64_t *set = adopt->seen[hash % SETS];

	for (size_t i = 0; i < WAYS; i++)
		if (set[i] == hash)
			return true;
	return false;
}

static void
remember(struct yq_adopt *adopt, uint64_t hash)
{
	size_t set = hash % SETS;

	if (was_seen(adopt, hash))
		return;
	adopt->seen[set][adopt->oldest[set]] = hash;
	adopt->oldest[set] = (unsigned char)((adopt->oldest[set] + 1) % WAYS);
}

/* Take the first of the waiting; it is adopted unless it has been seen meanwhile. */
static void
settle_first(struct yq_adopt *adopt)
{
	struct heard *heard = adopt->first;

	adopt->first = heard->next;
	if (adopt->first == NULL)
		adopt->last = &adopt->first;
	adopt->count--;
	if (!was_seen(adopt, heard->hash)) {
		remember(adopt, heard->hash); /* only once */
		adopt->fn(adopt->cookie, heard->payload, heard->length);
	}
	free(heard->payload);
	free(heard);
}

static void on_timer(uv_timer_t *timer);

static void
set_timer(struct yq_adopt *adopt)
{
	uint64_t now = uv_now(adopt->loop);

	if (adopt->first == NULL || adopt->hold || adopt->closing)
		return;
	if (!uv_is_active((uv_handle_t *)&adopt->timer))
		uv_timer_start(&adopt->timer, on_timer,
		    adopt->first->deadline_ms > now ? adopt->first->deadline_ms - now : 0, 0);
}

static void
on_timer(uv_timer_t *timer)
{
	struct yq_adopt *adopt = timer->data;

	while (adopt->first != NULL && !adopt->hold && !adopt->closing &&
	       adopt->first->deadline_ms <= uv_now(adopt->loop))
		settle_first(adopt);
	set_timer(adopt);
}

struct yq_adopt *
yq_adopt_open(uv_loop_t *loop, uint32_t grace_ms, yq_adopt_fn *fn, void *cookie)
{
	struct yq_adopt *adopt = yq_xcalloc(1, sizeof(*adopt));

	adopt->loop = loop;
	adopt->grace_ms = grace_ms == 0 ? YQ_ADOPT_GRACE_MS : grace_ms;
	adopt->fn = fn;
	adopt->cookie = cookie;
	adopt->last = &adopt->first;
	crypto_shorthash_keygen(adopt->key);
	uv_timer_init(loop, &adopt->timer);
	adopt->timer.data = adopt;
	return adopt;
}

static void
on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void
yq_adopt_close(struct yq_adopt *adopt)
{
	if (adopt == NULL || adopt->closing)
		return;
	adopt->closing = true;
	for (struct heard *heard = adopt->first, *next; heard != NULL; heard = next) {
		next = heard->next;
		free(heard->payload);
		free(heard);
	}
	adopt->first = NULL;
	uv_close((uv_handle_t *)&adopt->timer, on_closed);
}

void
yq_adopt_seen(struct yq_adopt *adopt, const char *payload, size_t length)
{
	remember(adopt, hash_of(adopt, payload, length));
}

void
yq_adopt_heard(struct yq_adopt *adopt, const char *payload, size_t length)
{
	uint64_t hash = hash_of(adopt, payload, length);
	struct heard *heard;

	if (was_seen(adopt, hash))
		return;
	if (adopt->count == YQ_ADOPT_HEARD_MAX)
		settle_first(adopt);
	heard = yq_xcalloc(1, sizeof(*heard));
	heard->hash = hash;
	heard->deadline_ms = uv_now(adopt->loop) + adopt->grace_ms;
	heard->length = length;
	heard->payload = yq_xcalloc(1, length + 1);
	if (length > 0)
		memcpy(heard->payload, payload, length);
	*adopt->last = heard;
	adopt->last = &heard->next;
	adopt->count++;
	set_timer(adopt);
}

void
yq_adopt_hold(struct yq_adopt *adopt, bool hold)
{
	adopt->hold = hold;
	if (hold) {
		uv_timer_stop(&adopt->timer);
		return;
	}
	for (struct heard *heard = adopt->first; heard != NULL; heard = heard->next)
		heard->deadline_ms = uv_now(adopt->loop) + adopt->grace_ms;
	set_timer(adopt);
}

size_t
yq_adopt_waiting(const struct yq_adopt *adopt)
{
	return adopt->count;
}
