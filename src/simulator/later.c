/* later.c - what is to happen in a while, and how often something may happen. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "simulator/sim.h"

struct sim_later {
	struct sim_later *prev, *next;
	struct sim *sim;
	uv_timer_t timer;
	sim_later_fn *fn;
	sim_release_fn *release;
	void *cookie;
};

static void
on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void
end(struct sim_later *later)
{
	if (later->prev != NULL)
		later->prev->next = later->next;
	else
		later->sim->later = later->next;
	if (later->next != NULL)
		later->next->prev = later->prev;
	later->release(later->cookie);
	uv_close((uv_handle_t *)&later->timer, on_closed);
}

static void
on_timer(uv_timer_t *timer)
{
	struct sim_later *later = timer->data;

	later->fn(later->sim, later->cookie);
	end(later);
}

void
sim_after(
    struct sim *sim, int64_t delay_ms, sim_later_fn *fn, sim_release_fn *release, void *cookie)
{
	struct sim_later *later = yq_xcalloc(1, sizeof(*later));

	later->sim = sim;
	later->fn = fn;
	later->release = release;
	later->cookie = cookie;
	later->next = sim->later;
	if (sim->later != NULL)
		sim->later->prev = later;
	sim->later = later;
	(void)uv_timer_init(sim->loop, &later->timer);
	later->timer.data = later;
	uv_timer_start(&later->timer, on_timer, (uint64_t)delay_ms, 0);
}

void
sim_later_stop(struct sim *sim)
{
	while (sim->later != NULL)
		end(sim->later);
}

/* ---- rates ---- */

static bool
same_key(const struct yq_table_node *node, const void *key)
{
	return yq_str_equal(((const struct sim_rate *)(const void *)node)->key, key);
}

static struct sim_rate *
rate_of(struct sim_rates *rates, const char *key, int64_t now_us)
{
	uint64_t hash = yq_table_hash_text(key);
	struct sim_rate *rate =
	    yq_container(yq_table_find(&rates->table, hash, same_key, key), struct sim_rate, node);

	if (rate != NULL || rates->table.count >= SIM_ACCOUNTS_MAX)
		return rate;
	rate = yq_xcalloc(1, sizeof(*rate));
	yq_str_copy_cut(rate->key, sizeof(rate->key), key);
	rate->from_us = now_us;
	yq_table_insert(&rates->table, hash, &rate->node);
	return rate;
}

bool
sim_rate_take(struct sim_rates *rates, const char *key, int64_t most, int64_t span_us,
    int64_t now_us, struct sim_rate_left *ret_left)
{
	struct sim_rate *rate = most == 0 ? NULL : rate_of(rates, key, now_us);
	struct sim_rate_left left = { most, now_us + span_us };
	bool within = true;

	if (rate != NULL) {
		if (now_us - rate->from_us >= span_us || now_us < rate->from_us) {
			rate->from_us = now_us;
			rate->count = 0;
		}
		within = rate->count < most;
		rate->count += within ? 1 : 0;
		/* The knob may have been turned below what there was. */
		left.count = rate->count < most ? most - rate->count : 0;
		left.until_us = rate->from_us + span_us;
	}
	if (ret_left != NULL)
		*ret_left = left;
	return within;
}

void
sim_rates_clear(struct sim_rates *rates)
{
	struct yq_table_node *next;

	for (struct yq_table_node *n = rates->table.oldest; n != NULL; n = next) {
		next = n->newer;
		free(yq_container(n, struct sim_rate, node));
	}
	yq_table_clear(&rates->table);
}
