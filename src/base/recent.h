/*
 * recent.h - the last few thousand things that were seen, as hashes: at least the latest
 * `remembered`, at most twice as many, in memory that does not grow.
 */
#ifndef YQ_BASE_RECENT_H
#define YQ_BASE_RECENT_H

#include "base/common.h"

/* All zero but `remembered` = empty. */
struct yq_recent {
	size_t remembered;	/* > 0; does not change */
	uint64_t *now, *before; /* open-addressed, 0 = free; owned */
	size_t count;		/* in `now` */
};

bool yq_recent_has(const struct yq_recent *recent, uint64_t hash);
/* What was there already counts as seen again, and is not kept longer for it. */
void yq_recent_add(struct yq_recent *recent, uint64_t hash);
void yq_recent_clear(struct yq_recent *recent); /* empty, and without memory */

#endif
