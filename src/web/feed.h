/*
 * feed.h - what is said to all streams, once in memory however many hear it.
 *
 * A chain of blocks.  A reader stands in it and holds what lies before it; a block goes when nobody
 * has it before him any more.  Pure; one thread.
 */
#ifndef YQ_WEB_FEED_H
#define YQ_WEB_FEED_H

#include "base/common.h"

struct yq_feed_block; /* opaque */

struct yq_feed {
	struct yq_feed_block *end; /* empty: the next bytes come in here */
	uint64_t total;		   /* bytes that were ever added */
	size_t held;		   /* bytes that somebody has still before him */
};

struct yq_feed_reader {
	struct yq_feed_block *block; /* NULL = it stands nowhere */
	size_t taken;		     /* bytes of it */
	uint64_t passed;	     /* bytes of all that were added, up to here */
};

void yq_feed_open(struct yq_feed *feed);
void yq_feed_close(struct yq_feed *feed); /* after its readers */
/* Copied; not kept if nobody reads. */
void yq_feed_add(struct yq_feed *feed, const char *bytes, size_t length);

/* Stand at the end: what comes next is the first it reads.  It must stand nowhere. */
void yq_feed_join(struct yq_feed *feed, struct yq_feed_reader *reader);
/* `reader` stands where `other` stands. */
void yq_feed_join_at(struct yq_feed_reader *reader, const struct yq_feed_reader *other);
void yq_feed_leave(struct yq_feed *feed, struct yq_feed_reader *reader);
/* The next bytes, at most `room`; 0 = none now.  What it takes of a block whose end it does not
 * reach is taken on next time. */
size_t yq_feed_take(struct yq_feed *feed, struct yq_feed_reader *reader, char *target, size_t room);
/* What is left of a block that it has begun; 0 = it stands before a whole one, or at the end. */
size_t yq_feed_rest(const struct yq_feed_reader *reader);
/* Bytes that it has not taken yet. */
uint64_t yq_feed_behind(const struct yq_feed *feed, const struct yq_feed_reader *reader);

#endif
