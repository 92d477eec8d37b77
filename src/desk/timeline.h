/*
 * timeline.h - what happened to a signal or an order, step by step.
 */
#ifndef YQ_DESK_TIMELINE_H
#define YQ_DESK_TIMELINE_H

#include "desk/story.h"

#define YQ_TIMELINE_TRADES_MAX 64 /* the first fills of an order; more are left out */
#define YQ_TIMELINE_MAX	       (16 + YQ_TIMELINE_TRADES_MAX + YQ_STORY_ACTS_MAX)
#define YQ_MOMENT_NOTE_SIZE    600

struct yq_moment {
	int64_t at_us;
	const char *name; /* "ordered"; borrowed from the story */
	char note[YQ_MOMENT_NOTE_SIZE];
};

/* Only what has happened, by time; steps of one moment in the order of an order's life. */
struct yq_timeline {
	struct yq_moment items[YQ_TIMELINE_MAX];
	size_t count;
};

/* fired, received, decided */
void yq_timeline_of_signal(const struct yq_story *story, struct yq_timeline *steps);
/* due, ordered, claimed, submitted, unknown, what people did, filled, final, archived */
void yq_timeline_of_order(const struct yq_story_order *order, struct yq_timeline *steps);

#endif
