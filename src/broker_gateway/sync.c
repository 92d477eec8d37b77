/*
 * sync.c - the full sync: cash and positions as the broker has them, written in one transaction.
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
#include "broker_gateway/gateway.h"
#include "broker_gateway/lease.h"
#include "broker_gateway/poll.h"
#include "broker_gateway/price.h"
#include "broker_gateway/sync.h"

#define LOOK_AGAIN_NS (INT64_C(1000000) * (GW_RETRY_MS - 50)) /* due when the timer rings */

struct sync {
	struct gw_account *account;
	uint64_t generation;
	int64_t fence;
	struct yq_broker_balance balances[YQ_CURRENCY_COUNT];
	size_t balance_count;
};

static int64_t
interval_ns(const struct gateway *gw)
{
	return yq_config_int(
		   yq_daemon_config(gw->daemon), "BrokerGateway:AccountUpdateIntervalMinutes") *
	       INT64_C(60000000000);
}

static void
sync_end(struct sync *s, bool done, const char *why)
{
	struct gw_account *a = s->account;

	if (!a->gw->stopped) {
		a->syncing = false;
		a->sync_due_ns = yq_clock_monotonic_ns(a->gw->clock) +
				 (done ? interval_ns(a->gw) : INT64_C(1000000000));
		if (!done)
			yq_debug("account %s: full sync: %s", a->settings.alias, why);
		gw_soon(a->gw);
	}
	free(s);
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
	if (!a->gw->stopped && rc == YQ_OK && answers[0].result == YQ_FENCED &&
	    a->fence == s->fence)
		gw_lease_lose(a->gw, "another gateway has taken over");
	else if (!a->gw->stopped && rc == YQ_OK && a->fence == s->fence) {
		yq_counter_add(a->gw->metrics.syncs, 1);
		a->synced_once = true;
		a->sync_count++;
		serving(a);
	}
	sync_end(s, rc == YQ_OK, err != NULL ? err->text : "");
}

/* The reason a position was opened is ours: brokers do not keep it. */
static void
keep_ours(struct gw_account *a, struct yq_position *p)
{
	const struct yq_holding *held = yq_account_holding(a->book, p->exchange, p->ticker);

	if (held != NULL && yq_decimal_sign(held->position.qty) != 0 && p->buy_reason[0] == '\0')
		memcpy(p->buy_reason, held->position.buy_reason, sizeof(p->buy_reason));
}

static void
report_difference(struct gw_account *a, const struct yq_position *theirs)
{
	struct yq_decimal ours = yq_account_held(a->book, theirs->exchange, theirs->ticker);
	char x[YQ_DECIMAL_TEXT_SIZE], y[YQ_DECIMAL_TEXT_SIZE];

	if (!a->synced_once || yq_decimal_cmp(ours, theirs->qty) == 0)
		return;
	yq_decimal_format(ours, x);
	yq_decimal_format(theirs->qty, y);
	yq_warn("account %s: %s: we had %s, the broker has %s", a->settings.alias, theirs->ticker,
	    x, y);
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

/*
 * Whether the broker's books may take the place of ours.  Where they differ they may hold an
 * execution that is still on its way to us, and would be booked once more when it comes: so they
 * count when a second look, with no fill in between, sees the very same.
 */
static bool
may_adopt(const struct sync *s, const struct yq_position *positions, size_t count)
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
	if (theirs == ours || a->synced_at_us == 0)
		return true;
	if (a->seen == theirs && a->seen_generation == a->generation)
		return true;
	a->seen = theirs;
	a->seen_generation = a->generation;
	return false;
}

static void
on_positions(void *cookie, enum yq_rc rc, const struct yq_position *positions, size_t count,
    const struct yq_err *err)
{
	struct sync *s = cookie;
	struct gw_account *a = s->account;
	struct yq_position *kept;
	struct yq_err why;

	if (rc != YQ_OK || is_overtaken(s)) {
		sync_end(s, false, rc != YQ_OK ? err->text : "overtaken by a fill");
		return;
	}
	if (!may_adopt(s, positions, count)) {
		gw_retry_later(a->gw);
		sync_end(s, false, "the broker's books differ from ours: looked at again");
		a->sync_due_ns = yq_clock_monotonic_ns(a->gw->clock) + LOOK_AGAIN_NS;
		return;
	}
	kept = yq_xcalloc(count + 1, sizeof(*kept));
	for (size_t i = 0; i < count; i++) {
		kept[i] = positions[i];
		keep_ours(a, &kept[i]);
		report_difference(a, &kept[i]);
	}
	yq_account_clear_positions(a->book);
	for (size_t i = 0; i < count; i++) {
		if (yq_account_set_position(a->book, &kept[i], &why) != YQ_OK)
			yq_warn("account %s: %s", a->settings.alias, why.text);
		if (kept[i].current_price.set)
			gw_price_seen(a, kept[i].exchange, kept[i].ticker,
			    kept[i].current_price.value, kept[i].change_rate,
			    yq_clock_now_us(a->gw->clock));
	}
	free(kept);
	for (int c = 0; c < YQ_CURRENCY_COUNT; c++)
		yq_account_set_cash(a->book, (enum yq_currency)c, YQ_DECIMAL_ZERO);
	for (size_t i = 0; i < s->balance_count; i++)
		yq_account_set_cash(a->book, s->balances[i].currency, s->balances[i].amount);
	a->synced_at_us = yq_clock_now_us(a->gw->clock);
	gw_books_write(a, s->balances, s->balance_count, on_written, s);
}

static void
on_balances(void *cookie, enum yq_rc rc, const struct yq_broker_balance *balances, size_t count,
    const struct yq_err *err)
{
	struct sync *s = cookie;

	if (rc != YQ_OK || is_overtaken(s) || count > YQ_CURRENCY_COUNT) {
		sync_end(s, false, rc != YQ_OK ? err->text : "overtaken by a fill");
		return;
	}
	memcpy(s->balances, balances, count * sizeof(*balances));
	s->balance_count = count;
	yq_broker_positions(s->account->broker, on_positions, s);
}

void
gw_sync(struct gw_account *a)
{
	struct sync *s;

	if (a->syncing || a->broker == NULL || a->unanswered > 0 || a->records > 0 ||
	    (a->state != GW_SERVING && a->state != GW_SETTLING)) {
		a->sync_due_ns = 0; /* as soon as it is quiet */
		return;
	}
	s = yq_xcalloc(1, sizeof(*s));
	s->account = a;
	s->generation = a->generation;
	s->fence = a->fence;
	a->syncing = true;
	yq_broker_balances(a->broker, on_balances, s);
}

void
gw_sync_tick(struct gateway *gw)
{
	int64_t now_ns = yq_clock_monotonic_ns(gw->clock);

	for (size_t i = 0; i < gw->account_count; i++) {
		struct gw_account *a = &gw->accounts[i];

		if ((a->state != GW_SERVING && a->state != GW_SETTLING) || a->settling > 0 ||
		    a->syncing || now_ns < a->sync_due_ns)
			continue;
		if (a->state == GW_SERVING && a->sync_due_ns != 0)
			gw_poll_fills(a);
		gw_sync(a);
	}
}
