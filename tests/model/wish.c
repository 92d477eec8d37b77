/* wish.c - a table of orders. */
#include "wish.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "bus/schema.h"

void
wishes_open(void)
{
	world.wishes = yq_xcalloc(1, sizeof(*world.wishes));
	world.wishes->last = &world.wishes->first;
}

void
wishes_close(void)
{
	for (struct wish *w = world.wishes->first, *next; w != NULL; w = next) {
		next = w->next;
		free(w);
	}
	yq_table_clear(&world.wishes->by_id);
	free(world.wishes);
	world.wishes = NULL;
}

struct wish *
wish_make(const struct yq_order *order)
{
	struct wish *w = yq_xcalloc(1, sizeof(*w));

	w->order = *order;
	yq_table_insert(&world.wishes->by_id, yq_table_hash_text(order->id.text), &w->node);
	*world.wishes->last = w;
	world.wishes->last = &w->next;
	world.wishes->count++;
	return w;
}

static bool
same_wish(const struct yq_table_node *node, const void *id)
{
	return yq_id_equal(&((const struct wish *)(const void *)node)->order.id, id);
}

struct wish *
wish_find(const struct yq_id *id)
{
	return yq_container(
	    yq_table_find(&world.wishes->by_id, yq_table_hash_text(id->text), same_wish, id),
	    struct wish, node);
}

struct wish *
wish_open_one(void)
{
	const struct value *open = server_find(&world.server, yq_key_name(YQ_KEY_ORDER_OPEN));
	size_t skip = open != NULL ? world_random(open->cells.count) : 0;
	const struct yq_table_node *n = open != NULL ? open->cells.oldest : NULL;
	struct yq_id id;

	while (skip-- > 0 && n != NULL)
		n = n->newer;
	if (n == NULL || !yq_str_copy(id.text, sizeof(id.text),
			     ((const struct cell *)(const void *)n)->name.text))
		return NULL;
	return wish_find(&id);
}

const char *
wish_key(const struct yq_id *id)
{
	static char key[YQ_KEY_SIZE];

	(void)yq_key_format(YQ_KEY_ORDER_STATE, id->text, key);
	return key;
}

enum yq_order_state
wish_state(const struct wish *wish)
{
	const struct word *state = server_get(&world.server, wish_key(&wish->order.id), "State");

	if (state == NULL)
		return YQ_ORDER_STATE_COUNT;
	return (enum yq_order_state)yq_names_find(
	    &yq_order_state_names, state->text, state->length);
}
