/*
 * sync.c - cash and positions as the broker has them: compared, and written in one transaction.
 *
 * Only while nothing is under way on the account; an answer that a fill has overtaken is dropped,
 * and a failed or partial answer changes nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/account.h"
#include "broker_gateway/books.h"
#include "broker_gateway/day.h"
#include "broker_gateway/difference.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/lease.h"
#include "broker_gateway/listing.h"
#include "broker_gateway/price.h"
#include "broker_gateway/sync.h"

#define LOOK_AGAIN_NS (INT64_C(1000000) * (GW_RETRY_MS - 50)) /* due when the timer rings */
#define OVERTAKEN_NS  INT64_C(1000000000)
#define DOUBT_NS      INT64_C(5000000000) /* while an order's outcome is not known */

struct sync {
	struct gw_account *account;
	uint64_t generation;
	int64_t fence;
	struct yq_broker_balance balances[YQ_CURRENCY_COUNT];
	size_t balance_count;
};

static void
sync_end(struct sync *s, enum yq_rc rc, const struct yq_err *err, int64_t again_ns)
{
	if (!s->account->gw->stopped)
		gw_look_books_end(s->account, rc, err, again_ns);
	free(s);
}

static void
overtaken(struct sync *s)
{
	yq_debug(
	    "account %s: a look at its books was overtaken by a fill", s->account->settings.alias);
	sync_end(s, YQ_OK, NULL, OVERTAKEN_NS);
}

static bool
is_overtaken(const struct sync *s)
{
	const struct gw_account *a = s->account;

	return a->gw->stopped || a->generation != s->generation || a->fence != s->fence ||
	       a->unanswered > 0 || a->records > 0 ||
	       (a->state != GW_SERVING && a->state != GW_SETTLING);
}

/* ---- taking over ---- */

static void
serving(struct gw_account *a)
{
	char name[YQ_ALIAS_SIZE + 8];

	if (a->state != GW_SETTLING)
		return;
	a->state = GW_SERVING;
	for (int c = 0; c < YQ_CURRENCY_COUNT; c++)
		gw_day_look(a, (enum yq_currency)c);
	yq_info("account %s is served", a->settings.alias);
	yq_str_format(name, sizeof(name), "broker:%s", a->settings.alias);
	yq_daemon_unready(a->gw->daemon, name, NULL);
	gw_soon(a->gw);
}

static void
on_written(void *cookie, enum yq_rc rc, const struct yq_step_answer *answers, size_t count,
    const struct yq_err *err)
{
	struct sync *s = cookie;
	struct gw_account *a = s->account;

	(void)count;
	if (rc != YQ_OK)
		yq_warn("account %s: its books are not written: %s", a->settings.alias, err->text);
	if (!a->gw->stopped && rc == YQ_OK && answers[0].result == YQ_FENCED &&
	    a->fence == s->fence)
		gw_lease_lose(a->gw, "another gateway has taken over");
	else if (!a->gw->stopped && rc == YQ_OK && a->fence == s->fence) {
		yq_counter_add(a->gw->metrics.syncs, 1);
		a->look.full_wanted = false;
		a->synced_once = true;
		a->sync_count++;
		serving(a);
	}
	sync_end(s, YQ_OK, NULL, rc == YQ_OK ? 0 : OVERTAKEN_NS);
}

/* The reason a position was opened is ours: brokers do not keep it. */
static void
keep_ours(struct gw_account *a, struct yq_position *p)
{
	const struct yq_holding *held = yq_account_holding(a->book, p->exchange, p->ticker);

	if (held != NULL && yq_decimal_sign(held->position.qty) != 0 && p->buy_reason[0] == '\0')
		memcpy(p->buy_reason, held->position.buy_reason, sizeof(p->buy_reason));
}

static uint64_t
digest(uint64_t name, struct yq_decimal amount)
{
	char text[YQ_DECIMAL_TEXT_SIZE];

	if (yq_decimal_sign(amount) == 0)
		return 0;
	yq_decimal_format(amount, text);
	return yq_table_hash_join(name, yq_table_hash_text(text));
}

static uint64_t
digest_position(const struct yq_position *p)
{
	return digest(
	    yq_table_hash_join(yq_table_hash_text(p->ticker), (uint64_t)p->exchange), p->qty);
}

static bool
digest_holding(void *cookie, const struct yq_holding *holding)
{
	uint64_t *sum = cookie;

	*sum += digest_position(&holding->position);
	return true;
}

/* Whether the broker's books are ours; `ret_theirs` tells them from others. */
static bool
is_same(
    const struct sync *s, const struct yq_position *positions, size_t count, uint64_t *ret_theirs)
{
	struct gw_account *a = s->account;
	uint64_t theirs = 0, ours = 0;

	for (size_t i = 0; i < count; i++)
		theirs += digest_position(&positions[i]);
	for (size_t i = 0; i < s->balance_count; i++)
		theirs += digest((uint64_t)s->balances[i].currency + 1, s->balances[i].amount);
	yq_account_each_holding(a->book, digest_holding, &ours);
	for (int c = 0; c < YQ_CURRENCY_COUNT; c++)
		ours += digest((uint64_t)c + 1, a->book->cash[c]);
	*ret_theirs = theirs;
	return theirs == ours;
}

/*
 * Whether the broker's books may take the place of ours.  Where they differ they may hold an
 * execution that is still on its way to us, and would be booked once more when it comes: so they
 * count when another look at orders and fills has found nothing, and a second look at the books
 * sees the very same.  While the outcome of an order is unknown a difference is no surprise, and
 * waits.
 */
static bool
may_adopt(struct gw_account *a, uint64_t theirs)
{
	struct gw_look *look = &a->look;

	if (a->synced_at_us == 0)
		return true;
	if (a->state == GW_SERVING && a->unknown > 0)
		return false;
	if (look->seen == theirs && look->seen_generation == a->generation &&
	    look->rounds > look->seen_rounds)
		return true;
	look->seen = theirs;
	look->seen_generation = a->generation;
	look->seen_rounds = look->rounds;
	return false;
}

static void
look_again(struct sync *s)
{
	struct gw_account *a = s->account;
	bool doubt = a->state == GW_SERVING && a->unknown > 0;

	yq_debug(
	    "account %s: the broker's books differ from ours: looked at again", a->settings.alias);
	if (!doubt)
		gw_look_orders_now(a);
	gw_retry_later(a->gw);
	sync_end(s, YQ_OK, NULL, doubt ? DOUBT_NS : LOOK_AGAIN_NS);
}

static void
prices_seen(struct gw_account *a, const struct yq_position *positions, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (positions[i].current_price.set)
			gw_price_seen(a, positions[i].exchange, positions[i].ticker,
			    positions[i].current_price.value, positions[i].change_rate,
			    yq_clock_now_us(a->gw->clock));
}

/* The broker's books in the place of ours. */
static void
adopt(struct sync *s, const struct yq_position *positions, size_t count)
{
	struct gw_account *a = s->account;
	struct yq_position *kept = yq_xcalloc(count + 1, sizeof(*kept));
	struct yq_err why;

	for (size_t i = 0; i < count; i++) {
		kept[i] = positions[i];
		keep_ours(a, &kept[i]);
	}
	yq_account_clear_positions(a->book);
	for (size_t i = 0; i < count; i++)
		if (yq_account_set_position(a->book, &kept[i], &why) != YQ_OK)
			yq_warn("account %s: %s", a->settings.alias, why.text);
	free(kept);
	prices_seen(a, positions, count);
	for (int c = 0; c < YQ_CURRENCY_COUNT; c++)
		yq_account_set_cash(a->book, (enum yq_currency)c, YQ_DECIMAL_ZERO);
	for (size_t i = 0; i < s->balance_count; i++)
		yq_account_set_cash(a->book, s->balances[i].currency, s->balances[i].amount);
}

/* Whether what the broker has answered can be used; else the sync has ended, or begun anew. */
static bool
goes_on(struct sync *s, enum yq_rc rc, const struct yq_err *err)
{
	if (rc != YQ_OK)
		sync_end(s, rc, err, 0);
	else if (is_overtaken(s))
		overtaken(s);
	else
		return true;
	return false;
}

static void
on_positions(void *cookie, enum yq_rc rc, const struct yq_position *positions, size_t count,
    const struct yq_err *err)
{
	struct sync *s = cookie;
	struct gw_account *a = s->account;
	uint64_t theirs;
	bool same;

	if (!goes_on(s, rc, err))
		return;
	same = is_same(s, positions, count, &theirs);
	if (!same && !may_adopt(a, theirs)) {
		look_again(s);
		return;
	}
	if (same && !a->look.full_wanted) {
		a->look.traded_elsewhere = false;
		prices_seen(a, positions, count);
		sync_end(s, YQ_OK, NULL, 0);
		return;
	}
	if (!same && a->synced_at_us != 0)
		gw_differences_tell(a, s->balances, s->balance_count, positions, count);
	a->look.traded_elsewhere = false;
	if (!same)
		gw_day_adopt(a, s->balances, s->balance_count, positions, count);
	a->look.full_wanted = true; /* also if it cannot be written now */
	adopt(s, positions, count);
	a->synced_at_us = yq_clock_now_us(a->gw->clock);
	gw_books_write(a, s->balances, s->balance_count, on_written, s);
}

static void
on_balances(void *cookie, enum yq_rc rc, const struct yq_broker_balance *balances, size_t count,
    const struct yq_err *err)
{
	struct sync *s = cookie;
	struct yq_err why;

	if (rc == YQ_OK && count > YQ_CURRENCY_COUNT) {
		rc = yq_err_set(&why, YQ_E_CORRUPT, "the broker tells of %zu currencies", count);
		err = &why;
	}
	if (!goes_on(s, rc, err))
		return;
	/* It says where positions are at home that are taken over now. */
	if (gw_listings_awaited(s->account->gw)) {
		sync_end(s, YQ_OK, NULL, OVERTAKEN_NS);
		return;
	}
	memcpy(s->balances, balances, count * sizeof(*balances));
	s->balance_count = count;
	yq_broker_positions(s->account->broker, on_positions, s);
}

void
gw_sync(struct gw_account *a)
{
	struct sync *s = yq_xcalloc(1, sizeof(*s));

	s->account = a;
	s->generation = a->generation;
	s->fence = a->fence;
	yq_broker_balances(a->broker, on_balances, s);
}
