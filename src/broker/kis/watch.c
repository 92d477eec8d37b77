/* watch.c - which tickers' prices are of interest, and which of them most. */
#include "broker/kis/watch.h"

#include "base/str.h"

struct yq_kis_watched *
yq_kis_watch_find(struct yq_kis_watch *watch, enum yq_exchange exchange, const char *ticker)
{
	for (size_t i = 0; i < watch->count; i++)
		if (watch->list[i].exchange == exchange &&
		    yq_str_equal(watch->list[i].ticker, ticker))
			return &watch->list[i];
	return NULL;
}

bool
yq_kis_watched_is_firm(const struct yq_kis_watched *w)
{
	return w->held || w->ordered;
}

bool
yq_kis_watched_before(const struct yq_kis_watched *a, const struct yq_kis_watched *b)
{
	bool firm = yq_kis_watched_is_firm(a);

	return firm != yq_kis_watched_is_firm(b) ? firm : a->needed_ns > b->needed_ns;
}

/* The last of all: of those that are not firm, unless there are no others. */
static void
drop_last(struct yq_kis_watch *watch)
{
	struct yq_kis_watched *last = &watch->list[0];

	for (size_t i = 1; i < watch->count; i++)
		if (yq_kis_watched_before(last, &watch->list[i]))
			last = &watch->list[i];
	*last = watch->list[--watch->count];
}

void
yq_kis_watch_trim(struct yq_kis_watch *watch)
{
	size_t loose = 0;

	for (size_t i = 0; i < watch->count; i++)
		loose += !yq_kis_watched_is_firm(&watch->list[i]);
	for (; loose > YQ_KIS_LOOSE_MAX; loose--)
		drop_last(watch);
}

void
yq_kis_watch_forget(struct yq_kis_watch *watch, enum yq_kis_need need)
{
	for (size_t i = 0; i < watch->count; i++) {
		watch->list[i].held = watch->list[i].held && need != YQ_KIS_NEED_HELD;
		watch->list[i].ordered = watch->list[i].ordered && need != YQ_KIS_NEED_ORDER;
	}
}

void
yq_kis_watch_need(struct yq_kis_watch *watch, enum yq_kis_need need, enum yq_exchange exchange,
    const char *ticker, int64_t now_ns)
{
	struct yq_kis_watched *w = yq_kis_watch_find(watch, exchange, ticker);
	bool is_new = w == NULL;

	if (is_new && watch->count == YQ_KIS_WATCH_MAX)
		drop_last(watch);
	if (is_new) {
		w = &watch->list[watch->count++];
		*w = (struct yq_kis_watched){ .exchange = exchange };
		yq_str_copy_cut(w->ticker, sizeof(w->ticker), ticker);
	}
	if (is_new || need == YQ_KIS_NEED_NOW)
		w->needed_ns = now_ns;
	w->held = w->held || need == YQ_KIS_NEED_HELD;
	w->ordered = w->ordered || need != YQ_KIS_NEED_HELD;
}
