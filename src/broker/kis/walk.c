/* walk.c - orders of some days, at home and abroad, page by page: whole or not at all. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker/kis/adapter.h"
#include "domain/market.h"

#define PAGES_MAX 700 /* of 15 rows, on a virtual account */
#define DAY_US	  (INT64_C(86400) * YQ_US_PER_SECOND)
#define BACK_US	  (80 * DAY_US) /* it tells of three months */
/* A list may be behind, and a date be off by one: an order that is not listed is over only then. */
#define MISSED_US (3 * DAY_US)

struct asker {
	struct yq_kis_task *op;
	yq_kis_walked_fn *fn;
	void *cookie;
};

struct yq_kis_walk {
	struct yq_kis *k;
	struct asker *askers; /* owned */
	size_t asker_count;
	int64_t since_us;
	bool home, abroad; /* still to be asked */
	bool asks[2];	   /* abroad, at home */
	bool at_home;	   /* what is being asked */
	bool all;	   /* of every country */
	struct yq_kis_page page;
	unsigned pages;
	char from[YQ_KIS_DATE_SIZE], to[YQ_KIS_DATE_SIZE];
	struct yq_kis_rows rows;
};

static void
tell(struct yq_kis_walk *w, enum yq_rc rc, const struct yq_kis_orders *orders,
    const struct yq_err *err)
{
	for (size_t i = 0; i < w->asker_count; i++)
		w->askers[i].fn(w->askers[i].cookie, rc, orders, err);
	yq_kis_rows_free(&w->rows);
	free(w->askers);
	free(w);
}

static void next(struct yq_kis_walk *w);

/* The one that waits begins; or ends as well, where nothing is asked any more. */
static void
begin_waiting(struct yq_kis *k)
{
	struct yq_kis_walk *w = k->to_walk;
	struct yq_err err;

	if (k->walking != NULL || w == NULL)
		return;
	k->to_walk = NULL;
	if (k->freed) {
		(void)yq_err_set(&err, YQ_E_RETRY, "the broker is being closed");
		tell(w, YQ_E_RETRY, NULL, &err);
		return;
	}
	k->walking = w;
	next(w);
}

static void
end(struct yq_kis_walk *w, enum yq_rc rc, const struct yq_kis_orders *orders,
    const struct yq_err *err)
{
	struct yq_kis *k = w->k;

	k->walking = NULL;
	tell(w, rc, orders, err);
	begin_waiting(k);
}

/* KIS does answer: nobody's time is over. */
static void
goes_on(const struct yq_kis_walk *w)
{
	for (size_t i = 0; w != NULL && i < w->asker_count; i++)
		yq_broker_goes_on(w->askers[i].op->cookie);
}

static void
end_with(struct yq_kis_walk *w, const struct yq_err *err)
{
	end(w, YQ_E_UNKNOWN, NULL, err);
}

/* ---- what was found ---- */

/* In the ledger, and under the exchange that it knows. */
static void
take_over(struct yq_kis *k, struct yq_kis_orders *orders)
{
	int64_t now_us = yq_clock_now_us(k->clock);

	for (size_t i = 0; i < orders->count; i++) {
		struct yq_kis_order *o = &orders->list[i];
		struct yq_kis_entry *entry =
		    yq_kis_entry_find(&k->ledger, o->order.broker_order_id);

		if (entry != NULL)
			o->order.exchange = entry->exchange;
		else if (yq_kis_market_of(o->order.exchange)->domestic)
			o->order.exchange = yq_kis_home(k, o->order.ticker);
		(void)yq_kis_ledger_polled(&k->ledger, o, now_us);
	}
}

static void
look_ends(struct yq_kis_walk *w)
{
	struct yq_kis *k = w->k;
	int64_t before_us = yq_clock_now_us(k->clock) - MISSED_US;
	char before[YQ_KIS_DATE_SIZE];

	for (int at_home = 0; at_home < 2; at_home++) {
		size_t missing;

		yq_kis_date_at(&k->zones, at_home ? YQ_KRX : YQ_NYSE, before_us, before);
		missing = w->asks[at_home] ? yq_kis_ledger_listed(&k->ledger, at_home, before) : 0;
		if (missing > 0)
			yq_warn("kis: %zu orders from before %s are not listed any more", missing,
			    before);
	}
	k->ledger.looks++;
}

static void
finish(struct yq_kis_walk *w)
{
	struct yq_kis *k = w->k;
	struct yq_kis_orders orders;
	struct yq_err err;

	if (yq_kis_orders_of(&w->rows, &k->zones, yq_clock_now_us(k->clock), &orders, &err) !=
	    YQ_OK) {
		end_with(w, &err);
		return;
	}
	take_over(k, &orders);
	look_ends(w);
	yq_kis_watch_orders(k, &orders, w->all);
	k->looked = true;
	end(w, YQ_OK, &orders, NULL);
	yq_kis_orders_free(&orders);
}

/* ---- asking ---- */

/* The date of the exchange that is furthest behind, and of the one that is furthest ahead. */
static void
dates(struct yq_kis_walk *w)
{
	struct yq_kis *k = w->k;
	int64_t now_us = yq_clock_now_us(k->clock);
	char oldest[YQ_KIS_DATE_SIZE];

	yq_kis_date_at(&k->zones, w->at_home ? YQ_KRX : YQ_NYSE, w->since_us, w->from);
	yq_kis_date_at(&k->zones, w->at_home ? YQ_KRX : YQ_TSE, now_us, w->to);
	yq_kis_ledger_oldest(&k->ledger, w->at_home, oldest);
	if (oldest[0] != '\0' && strcmp(oldest, w->from) < 0)
		memcpy(w->from, oldest, sizeof(oldest));
	yq_kis_date_at(&k->zones, w->at_home ? YQ_KRX : YQ_NYSE, now_us - BACK_US, oldest);
	if (strcmp(w->from, oldest) < 0)
		memcpy(w->from, oldest, sizeof(oldest));
}

static void ask(struct yq_kis_walk *w);

static void
next(struct yq_kis_walk *w)
{
	w->page = (struct yq_kis_page){ 0 };
	w->pages = 0;
	if (!w->home && !w->abroad) {
		finish(w);
		return;
	}
	w->at_home = w->home;
	*(w->home ? &w->home : &w->abroad) = false;
	dates(w);
	ask(w);
}

static void
on_page(void *cookie, enum yq_rc rc, const struct yq_kis_answer *answer, const struct yq_err *err)
{
	struct yq_kis_walk *w = cookie;
	struct yq_err why;

	if (rc != YQ_OK) {
		end(w, rc, NULL, err);
		return;
	}
	goes_on(w);
	goes_on(w->k->to_walk);
	rc = yq_kis_decode_orders(answer->root, w->at_home, YQ_KRX, &w->k->zones, &w->rows, &why);
	if (rc == YQ_OK)
		rc = yq_kis_decode_page(answer, w->at_home, &w->page, &why);
	if (rc == YQ_OK && w->page.more && ++w->pages >= PAGES_MAX)
		rc = yq_err_set(&why, YQ_E_LIMIT, "KIS does not come to an end of its orders");
	if (rc != YQ_OK)
		end_with(w, &why);
	else if (w->page.more)
		ask(w);
	else
		next(w);
}

static void
ask(struct yq_kis_walk *w)
{
	struct yq_kis *k = w->k;
	struct yq_kis_request request = yq_kis_request_make();
	struct yq_err err;
	enum yq_rc rc = yq_kis_encode_orders(&k->settings.account, w->at_home ? YQ_KRX : YQ_NASDAQ,
	    w->from, w->to, &w->page, &request, &err);

	if (rc == YQ_OK)
		yq_kis_rest_send(k->rest, &request, YQ_CALL_PRIORITY_FIND, on_page, w);
	yq_kis_request_free(&request);
	if (rc != YQ_OK)
		end_with(w, &err);
}

/* The one that has not begun. */
static struct yq_kis_walk *
waiting(struct yq_kis *k)
{
	if (k->to_walk == NULL) {
		k->to_walk = yq_xcalloc(1, sizeof(*k->to_walk));
		k->to_walk->k = k;
		k->to_walk->since_us = INT64_MAX;
	}
	return k->to_walk;
}

void
yq_kis_walk(struct yq_kis_task *op, int64_t since_us, enum yq_country country, yq_kis_walked_fn *fn,
    void *cookie)
{
	struct yq_kis *k = op->k;
	struct yq_kis_walk *w = waiting(k);
	uint32_t asked = country == YQ_COUNTRY_COUNT ? k->settings.countries : 1U << country;
	int64_t now_us = yq_clock_now_us(k->clock);

	/* At first a day more: an order of yesterday, there, may have been executed since. */
	since_us =
	    (since_us > 0 && since_us < now_us ? since_us : now_us) - (k->looked ? 0 : DAY_US);
	if (since_us < w->since_us)
		w->since_us = since_us;
	w->home = w->home || (asked & 1U << YQ_COUNTRY_KR) != 0;
	w->abroad = w->abroad || (asked & ~(1U << YQ_COUNTRY_KR)) != 0;
	w->all = w->all || country == YQ_COUNTRY_COUNT;
	w->asks[true] = w->home;
	w->asks[false] = w->abroad;
	w->askers = yq_xrealloc(w->askers, w->asker_count + 1, sizeof(*w->askers));
	w->askers[w->asker_count++] = (struct asker){ op, fn, cookie };
	begin_waiting(k);
}

const struct yq_kis_order *
yq_kis_walk_find(const struct yq_kis_orders *orders, const struct yq_kis_id *id)
{
	const struct yq_kis_order *found = NULL;

	for (size_t i = 0; i < orders->count; i++) {
		const struct yq_kis_order *o = &orders->list[i];
		struct yq_kis_id theirs;

		if (yq_kis_id_parse(o->order.broker_order_id, &theirs, NULL) != YQ_OK ||
		    !yq_str_equal(theirs.number, id->number) ||
		    (id->date[0] != '\0' &&
			(!yq_str_equal(theirs.date, id->date) || theirs.country != id->country)))
			continue;
		found = o;
	}
	return found;
}
