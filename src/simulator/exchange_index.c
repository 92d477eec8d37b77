/* exchange_index.c - the simulated exchange finds its orders: by number, by id, by client id. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "simulator/exchange_parts.h"

struct client_key {
	const struct sim_account *account;
	const char *id;
};

static uint64_t
client_hash(const struct sim_account *account, const char *id)
{
	return yq_table_hash_join(yq_table_hash_text(id), yq_table_hash_text(account->name));
}

static uint64_t
number_hash(int64_t number)
{
	return yq_table_hash(&number, sizeof(number));
}

static bool
same_client(const struct yq_table_node *node, const void *key)
{
	const struct sim_order *o =
	    (const void *)((const char *)node - offsetof(struct sim_order, client_node));
	const struct client_key *k = key;

	return o->account == k->account && yq_str_equal(o->client_id, k->id);
}

static bool
same_number(const struct yq_table_node *node, const void *key)
{
	return ((const struct sim_order *)(const void *)node)->number == *(const int64_t *)key;
}

struct sim_order *
sim_order(const struct sim_exchange *x, int64_t number)
{
	return number <= 0 ? NULL
			   : yq_container(yq_table_find(&x->orders, number_hash(number),
					      same_number, &number),
				 struct sim_order, node);
}

struct sim_order *
sim_order_by_client_id(
    const struct sim_exchange *x, const struct sim_account *account, const char *client_id)
{
	struct client_key key = { account, client_id };

	return yq_container(
	    yq_table_find(&x->clients, client_hash(account, client_id), same_client, &key),
	    struct sim_order, client_node);
}

static bool
same_id(const struct yq_table_node *node, const void *key)
{
	const struct sim_order *o =
	    (const void *)((const char *)node - offsetof(struct sim_order, id_node));

	return yq_str_equal(o->id.text, key);
}

struct sim_order *
sim_order_by_id(const struct sim_exchange *x, const char *id)
{
	return yq_container(
	    yq_table_find(&x->ids, yq_table_hash_text(id), same_id, id), struct sim_order, id_node);
}

const struct yq_table *
sim_orders(const struct sim_exchange *x)
{
	return &x->orders;
}

struct yq_id
sim_id_of(const struct sim_exchange *x, const char *what, int64_t number)
{
	char name[96];

	(void)yq_str_format(
	    name, sizeof(name), "simulator/%s/%s/%lld", x->epoch, what, (long long)number);
	return yq_id_named(name, strlen(name));
}

static void
forget_oldest(struct sim_exchange *x)
{
	struct yq_table_node *next;

	for (struct yq_table_node *n = x->orders.oldest; n != NULL; n = next) {
		struct sim_order *o = yq_container(n, struct sim_order, node);

		next = n->newer;
		if (x->orders.count < SIM_ORDERS_MAX)
			return;
		if (sim_state_is_final(o->state) && !o->changed)
			sim_order_forget(x, o);
	}
}

void
sim_order_enter(struct sim_exchange *x, struct sim_order *order)
{
	if (x->orders.count >= SIM_ORDERS_MAX)
		forget_oldest(x);
	yq_table_insert(&x->orders, number_hash(order->number), &order->node);
	yq_table_insert(&x->ids, yq_table_hash_text(order->id.text), &order->id_node);
	yq_table_insert(
	    &x->clients, client_hash(order->account, order->client_id), &order->client_node);
	if (order->number >= x->next_order)
		x->next_order = order->number + 1;
}

void
sim_order_forget(struct sim_exchange *x, struct sim_order *order)
{
	yq_table_remove(&x->orders, &order->node);
	yq_table_remove(&x->ids, &order->id_node);
	yq_table_remove(&x->clients, &order->client_node);
	free(order);
}
