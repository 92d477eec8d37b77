/*
 * line.h - signals that wait for their turn, oldest first.  Loop thread only.
 */
#ifndef YQ_ORDER_MANAGER_LINE_H
#define YQ_ORDER_MANAGER_LINE_H

#include "bus/steps.h"
#include "domain/signal.h"

/* A signal on its way to a decision. */
struct yq_waiting {
	char entry_id[YQ_ENTRY_ID_SIZE];
	struct yq_signal signal;
	int64_t since_ns; /* when it came to us */
	bool looked_up;	  /* its price was asked for: no second time */
};

struct yq_line {
	struct yq_waiting *items;
	size_t count, max;
};

struct yq_line yq_line_make(size_t max);
void yq_line_clear(struct yq_line *line); /* frees the items */

/* There must be room for what is added. */
void yq_line_push(
    struct yq_line *line, const char *entry_id, const struct yq_signal *signal, int64_t now_ns);
void yq_line_put_first(struct yq_line *line, const struct yq_waiting *items, size_t count);
/* Move up to `max` of the oldest to `target`; returns how many. */
size_t yq_line_take(struct yq_line *line, struct yq_waiting *target, size_t max);

#endif
