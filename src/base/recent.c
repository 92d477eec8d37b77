/* recent.c - two sets: the one being filled, and the full one before it. */
#include "base/recent.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* A power of two, at most half full. */
static size_t
room(const struct yq_recent *recent)
{
	size_t room = 16;

	while (room < 2 * recent->remembered)
		room *= 2;
	return room;
}

/* Where the hash stands, or the free place for it. */
static size_t
place(const uint64_t *set, size_t mask, uint64_t hash)
{
	size_t i = (size_t)(hash ^ hash >> 32) & mask;

	while (set[i] != 0 && set[i] != hash)
		i = (i + 1) & mask;
	return i;
}

static uint64_t
nonzero(uint64_t hash)
{
	return hash != 0 ? hash : 1;
}

bool
yq_recent_has(const struct yq_recent *recent, uint64_t hash)
{
	size_t mask = room(recent) - 1;

	hash = nonzero(hash);
	return (recent->now != NULL && recent->now[place(recent->now, mask, hash)] == hash) ||
	       (recent->before != NULL &&
		   recent->before[place(recent->before, mask, hash)] == hash);
}

void
yq_recent_add(struct yq_recent *recent, uint64_t hash)
{
	size_t slots = room(recent);
	uint64_t *full;

	assert(recent->remembered > 0);
	if (yq_recent_has(recent, hash))
		return;
	hash = nonzero(hash);
	if (recent->now == NULL)
		recent->now = yq_xcalloc(slots, sizeof(*recent->now));
	if (recent->count == recent->remembered) {
		full = recent->now;
		if (recent->before == NULL)
			recent->before = yq_xcalloc(slots, sizeof(*recent->before));
		recent->now = recent->before;
		recent->before = full;
		memset(recent->now, 0, slots * sizeof(*recent->now));
		recent->count = 0;
	}
	recent->now[place(recent->now, slots - 1, hash)] = hash;
	recent->count++;
}

void
yq_recent_clear(struct yq_recent *recent)
{
	free(recent->now);
	free(recent->before);
	*recent = (struct yq_recent){ .remembered = recent->remembered };
}
