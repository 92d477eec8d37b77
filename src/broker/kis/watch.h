/*
 * watch.h - the tickers whose price is of interest to an account.
 *
 * What is held and what is on order goes first; of the rest those that were needed last.  The
 * stream takes as many as KIS lets it, the others are asked for one by one.
 */
#ifndef YQ_BROKER_KIS_WATCH_H
#define YQ_BROKER_KIS_WATCH_H

#include "domain/order.h"

#define YQ_KIS_WATCH_MAX 256
#define YQ_KIS_LOOSE_MAX 36 /* that are neither held nor on order */

struct yq_kis_watched {
	enum yq_exchange exchange;
	char ticker[YQ_TICKER_SIZE];
	bool held, ordered;
	int64_t needed_ns; /* monotonic: when it was needed last */
	int64_t at_us;	   /* of the last price; 0 = none */
	int64_t told_us;   /* of the last one that was told */
	struct yq_decimal price;
};

struct yq_kis_watch {
	struct yq_kis_watched list[YQ_KIS_WATCH_MAX];
	size_t count;
	size_t next; /* to be asked for */
};

enum yq_kis_need {
	YQ_KIS_NEED_NOW,   /* it is being ordered */
	YQ_KIS_NEED_ORDER, /* it is on order */
	YQ_KIS_NEED_HELD,
};

struct yq_kis_watched *yq_kis_watch_find(
    struct yq_kis_watch *watch, enum yq_exchange exchange, const char *ticker);
/* Not to be lost while there are others. */
bool yq_kis_watched_is_firm(const struct yq_kis_watched *watched);
/* Whether `a` goes before `b`. */
bool yq_kis_watched_before(const struct yq_kis_watched *a, const struct yq_kis_watched *b);
/* Nothing is held, or on order, until it is said again (yq_kis_watch_need); then
 * yq_kis_watch_trim. */
void yq_kis_watch_forget(struct yq_kis_watch *watch, enum yq_kis_need need);
/* That it is held or on order makes it needed once, when it becomes so. */
void yq_kis_watch_need(struct yq_kis_watch *watch, enum yq_kis_need need, enum yq_exchange exchange,
    const char *ticker, int64_t now_ns);
/* The least recently needed go. */
void yq_kis_watch_trim(struct yq_kis_watch *watch);

#endif
