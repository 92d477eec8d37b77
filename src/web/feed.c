/*
 * feed.c - a chain of counted blocks.
 *
 * A block is held by each reader that stands in it, by the block before it, and the last one by the
 * feed.
 */
#include "web/feed.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct yq_feed_block {
	struct yq_feed_block *next;
	size_t holders;
	size_t length;
	char *bytes; /* NULL: the end of the chain */
};

static void
release(struct yq_feed *feed, struct yq_feed_block *block)
{
	while (block != NULL && --block->holders == 0) {
		struct yq_feed_block *next = block->next;

		feed->held -= block->length;
		free(block->bytes);
		free(block);
		block = next;
	}
}

void
yq_feed_open(struct yq_feed *feed)
{
	*feed = (struct yq_feed){ .end = yq_xcalloc(1, sizeof(struct yq_feed_block)) };
	feed->end->holders = 1;
}

void
yq_feed_close(struct yq_feed *feed)
{
	release(feed, feed->end);
	feed->end = NULL;
}

void
yq_feed_add(struct yq_feed *feed, const char *bytes, size_t length)
{
	struct yq_feed_block *filled = feed->end;

	if (length == 0)
		return;
	feed->total += length;
	if (filled->holders == 1 && filled->next == NULL)
		return; /* nobody stands there or before it */
	filled->bytes = yq_xcalloc(1, length);
	memcpy(filled->bytes, bytes, length);
	filled->length = length;
	feed->held += length;
	feed->end = yq_xcalloc(1, sizeof(*feed->end));
	feed->end->holders = 2; /* the feed and the block before it */
	filled->next = feed->end;
	release(feed, filled);
}

void
yq_feed_join(struct yq_feed *feed, struct yq_feed_reader *reader)
{
	assert(reader->block == NULL);
	feed->end->holders++;
	*reader = (struct yq_feed_reader){ .block = feed->end, .passed = feed->total };
}

void
yq_feed_join_at(struct yq_feed_reader *reader, const struct yq_feed_reader *other)
{
	assert(reader->block == NULL && other->block != NULL);
	other->block->holders++;
	*reader = *other;
}

void
yq_feed_leave(struct yq_feed *feed, struct yq_feed_reader *reader)
{
	release(feed, reader->block);
	reader->block = NULL;
}

size_t
yq_feed_take(struct yq_feed *feed, struct yq_feed_reader *reader, char *target, size_t room)
{
	size_t given = 0;

	while (given < room && reader->block->bytes != NULL) {
		struct yq_feed_block *block = reader->block;
		size_t there = block->length - reader->taken;
		size_t part = there < room - given ? there : room - given;

		memcpy(target + given, block->bytes + reader->taken, part);
		given += part;
		reader->taken += part;
		reader->passed += part;
		if (reader->taken < block->length)
			break;
		reader->block = block->next;
		reader->block->holders++;
		assert(reader->block->holders > 1); /* the block before holds it too */
		reader->taken = 0;
		release(feed, block);
	}
	return given;
}

uint64_t
yq_feed_behind(const struct yq_feed *feed, const struct yq_feed_reader *reader)
{
	return feed->total - reader->passed;
}

size_t
yq_feed_rest(const struct yq_feed_reader *reader)
{
	return reader->taken == 0 ? 0 : reader->block->length - reader->taken;
}
