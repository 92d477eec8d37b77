/* flatten.c - exits that halts ask for: only for one that was thrown, each with a number of its
 * own. */
#include <stdlib.h>

#include "base/mem.h"
#include "domain/guard.h"
#include "laws.h"
#include "wish.h"

#define ATTEMPTS_MAX 200

static struct {
	struct yq_id *items;
	size_t count;
} halts;

void
law_flatten_thrown(const struct yq_id *halt)
{
	halts.items = yq_xrealloc(halts.items, halts.count + 1, sizeof(*halts.items));
	halts.items[halts.count++] = *halt;
}

void
law_flatten_forget(void)
{
	free(halts.items);
	halts.items = NULL;
	halts.count = 0;
}

/* The latest halts first: mostly it is one of them. */
void
law_flatten_made(const struct yq_order *order)
{
	if (!order->reduce_only)
		return;
	for (size_t i = halts.count; i > 0; i--) {
		struct yq_flatten_mark mark = { halts.items[i - 1], ATTEMPTS_MAX, 0 };

		if (!yq_flatten_is_exit(&mark, order))
			continue;
		world_trace("order %s is to close what is held", world_short(&order->id));
		count_up(COUNT_FLATTENS);
		(void)wish_make(order);
		return;
	}
}
