/* plan.c - which notices and prices have a place on the line. */
#include "broker/kis/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

struct yq_kis_registration *
yq_kis_plan_find(struct yq_kis_plan *plan, enum yq_kis_feed feed, const char *key)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->list[i].feed == feed && yq_str_equal(plan->list[i].key, key))
			return &plan->list[i];
	return NULL;
}

static void
add(struct yq_kis_plan *plan, enum yq_kis_feed feed, const char *key)
{
	struct yq_kis_registration *r;

	if (plan->count == YQ_KIS_LINE_MAX || yq_kis_plan_find(plan, feed, key) != NULL)
		return;
	r = &plan->list[plan->count++];
	*r = (struct yq_kis_registration){ .feed = feed };
	yq_str_copy_cut(r->key, sizeof(r->key), key);
}

static void
add_ticks(struct yq_kis_plan *plan, const struct yq_kis_watched *w)
{
	bool domestic = yq_kis_market_of(w->exchange)->domestic;
	char key[YQ_TICKER_SIZE + 8];

	if (yq_kis_tick_key(w->exchange, w->ticker, key, sizeof(key)))
		add(plan, domestic ? YQ_KIS_FEED_TICKS : YQ_KIS_FEED_TICKS_OVERSEAS, key);
}

static int
compare(const void *a, const void *b)
{
	const struct yq_kis_watched *const *x = a, *const *y = b;

	if (yq_kis_watched_before(*x, *y))
		return -1;
	return yq_kis_watched_before(*y, *x) ? 1 : strcmp((*x)->ticker, (*y)->ticker);
}

static void
add_prices(struct yq_kis_plan *plan, const struct yq_kis_stream *streams)
{
	const struct yq_kis_watched **all;
	size_t count = 0, at = 0;

	for (const struct yq_kis_stream *s = streams; s != NULL; s = s->next)
		count += s->k->watch.count;
	all = yq_xcalloc(count + 1, sizeof(struct yq_kis_watched *));
	for (const struct yq_kis_stream *s = streams; s != NULL; s = s->next)
		for (size_t i = 0; i < s->k->watch.count; i++)
			all[at++] = &s->k->watch.list[i];
	qsort(all, count, sizeof(struct yq_kis_watched *), compare);
	for (size_t i = 0; i < count; i++)
		add_ticks(plan, all[i]);
	free(all);
}

struct yq_kis_plan
yq_kis_plan_make(const struct yq_kis_stream *streams)
{
	struct yq_kis_plan plan = { .count = 0 };

	for (const struct yq_kis_stream *s = streams; s != NULL; s = s->next)
		for (int f = 0; f < YQ_KIS_FEED_COUNT; f++)
			if (s->wanted[f])
				add(&plan, (enum yq_kis_feed)f, s->k->settings.hts_id);
	add_prices(&plan, streams);
	return plan;
}
