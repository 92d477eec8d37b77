/* lane.c - instruments of an account: their orders run in order. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/gateway.h"
#include "domain/ticker.h"

struct lane_key {
	const char *ticker;
	enum yq_exchange exchange;
};

static bool
same_lane(const struct yq_table_node *node, const void *key)
{
	const struct gw_lane *lane = (const struct gw_lane *)(const void *)node;
	const struct lane_key *k = key;

	return lane->exchange == k->exchange && yq_str_equal(lane->ticker, k->ticker);
}

static bool
evict_lane(void *cookie, struct yq_table_node *node)
{
	struct gw_account *a = cookie;
	struct gw_lane *lane = yq_container(node, struct gw_lane, node);

	if (lane->tasks == 0 && lane->requests == 0 && lane->looked_up == 0 &&
	    lane->brackets == NULL && !lane->due) {
		yq_table_remove(&a->lanes, node);
		free(lane);
	}
	return true;
}

struct gw_lane *
gw_lane_of(struct gw_account *a, enum yq_exchange exchange, const char *ticker)
{
	char room[YQ_TICKER_SIZE];
	struct lane_key key = { yq_ticker_form(exchange, ticker, room), exchange };
	uint64_t hash = yq_table_hash_join(yq_table_hash_text(key.ticker), (uint64_t)exchange);
	struct gw_lane *lane =
	    yq_container(yq_table_find(&a->lanes, hash, same_lane, &key), struct gw_lane, node);

	if (lane != NULL)
		return lane;
	if (a->lanes.count >= GW_LANES_MAX)
		yq_table_each(&a->lanes, evict_lane, a);
	lane = yq_xcalloc(1, sizeof(*lane));
	yq_str_copy_cut(lane->ticker, sizeof(lane->ticker), key.ticker);
	lane->exchange = exchange;
	yq_table_insert(&a->lanes, hash, &lane->node);
	return lane;
}

static bool
free_lane(void *cookie, struct yq_table_node *node)
{
	(void)cookie;
	free(yq_container(node, struct gw_lane, node));
	return true;
}

void
gw_lanes_free(struct gw_account *a)
{
	yq_table_each(&a->lanes, free_lane, NULL);
	yq_table_clear(&a->lanes);
	a->due = NULL;
}
