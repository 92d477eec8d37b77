/*
 * bracket_watch.c - exits that the gateway watches: how each is kept at its broker, prices for
 * them, and what people are told of that.
 *
 * A price that is acted on is young, and was heard while the market was open: what was traded
 * before, or is found late, touches no stop.
 */
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/account.h"
#include "broker_gateway/bracket.h"
#include "broker_gateway/bracket_parts.h"
#include "broker_gateway/flatten_send.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/listing.h"
#include "broker_gateway/price.h"
#include "domain/market.h"

#define SECOND_NS INT64_C(1000000000)
#define ASK_S	  5  /* a price is asked for when the last one is so old */
#define GAP_S	  5  /* not looked at for so long: it was not needed, or nobody was there */
#define OVERDUE_S 10 /* what goes near the market's price trades within that, or is made anew */

/* How long no price came of what is watched, and how bad that is. */
static const struct {
	int64_t times; /* the age at which a price touches nothing any more */
	const char *severity;
} blindness[] = {
	{ 1, "Warning" },
	{ 4, "Critical" },
};

/* A price that is older touches nothing. */
static int64_t
fresh_s(const struct gw_account *a)
{
	return yq_config_int(yq_daemon_config(a->gw->daemon), "BrokerGateway:WatchPriceSeconds");
}

/* ---- how it is kept ---- */

static uint32_t
kinds_of(const struct gw_account *a, enum yq_exchange exchange)
{
	return a->broker != NULL ? yq_broker_kinds(&a->broker->capabilities, exchange) : UINT32_MAX;
}

static bool
is_younger(const struct gw_account *a, int64_t at_ns, int64_t seconds)
{
	return at_ns != 0 && yq_clock_monotonic_ns(a->gw->clock) - at_ns < seconds * SECOND_NS;
}

/* The last price, if it may be acted on. */
static struct yq_opt_decimal
fresh_price(const struct gw_bracket *b)
{
	if (is_younger(b->account, b->lane->heard_ns, fresh_s(b->account)) &&
	    gw_bracket_may_rest(b->account, b->plan.exchange))
		return b->lane->price;
	return YQ_OPT_DECIMAL_NONE;
}

/* One was sent because its price was touched: no stop is made any more.  Nor where a stop was not
 * taken and the price is beyond it already: brokers refuse those, and it would be due. */
static bool
is_past_stopping(const struct gw_bracket *b)
{
	for (size_t i = 0; i < b->leg_count; i++)
		if (b->legs[i].leg.touched)
			return true;
	return b->failures > 0 && yq_bracket_touches(&b->plan, fresh_price(b));
}

struct yq_exit_way
gw_bracket_way_of(const struct gw_bracket *b, enum yq_exit_kind exit, bool touched)
{
	uint32_t kinds = kinds_of(b->account, b->plan.exchange);

	return yq_exit_way(
	    &b->plan.exits, exit, touched ? kinds & ~YQ_ORDER_KINDS_OF_STOPS : kinds);
}

struct yq_exit_way
gw_bracket_way(const struct gw_bracket *b, enum yq_exit_kind exit)
{
	return gw_bracket_way_of(
	    b, exit, exit == YQ_STOP_LOSS && b->plan.exits.stop_loss.set && is_past_stopping(b));
}

const char *
gw_bracket_how(const struct gw_bracket *b)
{
	return yq_exit_ways_describe(&b->plan.exits, kinds_of(b->account, b->plan.exchange));
}

enum yq_rc
gw_bracket_check(const struct gw_account *a, const struct yq_order *entry, struct yq_err *err)
{
	return yq_exit_ways_check(
	    &entry->exits, kinds_of(a, entry->exchange), a->broker->name, entry->exchange, err);
}

void
gw_bracket_tell_how(struct gw_bracket *b)
{
	const char *how = gw_bracket_how(b);
	bool cannot =
	    gw_bracket_way(b, b->plan.exits.stop_loss.set ? YQ_STOP_LOSS : YQ_TAKE_PROFIT).hold ==
	    YQ_EXIT_CANNOT;

	if (b->how_told || yq_decimal_sign(b->left) == 0)
		return;
	b->how_told = true;
	if (how[0] != '\0')
		gw_notify(b->account->gw, "Order", cannot ? "Critical" : "Info", "%s in %s: %s",
		    b->plan.ticker, b->account->settings.alias, how);
}

struct yq_opt_decimal
gw_bracket_near(const struct gw_bracket *b, const struct yq_exit_way *way)
{
	struct yq_opt_decimal limit = { .set = true };
	enum yq_ticks ticks = gw_listing(b->account->gw, b->plan.exchange, b->plan.ticker).ticks;

	if (way->near && yq_ticks_marketable(b->plan.exchange, ticks, yq_other_side(b->plan.action),
			     b->lane->price, gw_flatten_slack(b->account), &limit.value) == YQ_OK)
		return limit;
	return YQ_OPT_DECIMAL_NONE;
}

/* ---- what the plan has to know ---- */

static bool
is_watched(const struct gw_bracket *b)
{
	return b->plan.exits.stop_loss.set &&
	       gw_bracket_way(b, YQ_STOP_LOSS).hold == YQ_EXIT_WATCHED;
}

/* A limit beside the market's price, from which that may run away. */
static bool
goes_near(const struct gw_bracket *b, const struct yq_exit_way *way)
{
	const struct yq_broker_capabilities *can = &b->account->broker->capabilities;

	return way->near || (way->type == YQ_TYPE_MARKET &&
				(can->near_market >> (unsigned)b->plan.exchange & 1U) != 0);
}

static bool
is_overdue(const struct gw_bracket *b)
{
	for (size_t i = 0; i < b->leg_count; i++) {
		const struct gw_leg *leg = &b->legs[i];
		const struct gw_order *o;

		if (!leg->leg.touched || !gw_leg_is_live(leg))
			continue;
		o = gw_order_find(b->account->gw, &leg->leg.id);
		if (o != NULL && o->phase == GW_LIVE &&
		    !is_younger(b->account, o->live_ns, OVERDUE_S))
			return true;
	}
	return false;
}

void
gw_bracket_watch_facts(const struct gw_bracket *b, struct yq_bracket_facts *facts)
{
	struct yq_exit_way way;

	facts->watched = is_watched(b);
	if (!facts->watched)
		return;
	way = gw_bracket_way(b, YQ_STOP_LOSS);
	facts->fresh = fresh_price(b);
	facts->overdue = goes_near(b, &way) && is_overdue(b);
}

/* ---- prices ---- */

void
gw_bracket_heard(struct gw_account *a, struct gw_lane *lane)
{
	if (lane->brackets == NULL || !gw_bracket_may_rest(a, lane->exchange))
		return;
	lane->heard_ns = yq_clock_monotonic_ns(a->gw->clock);
	gw_lane_due(a, lane);
}

struct asked {
	struct gw_account *account;
	enum yq_exchange exchange;
	char ticker[YQ_TICKER_SIZE];
};

static void ask_next(struct gw_account *a);

static void
on_price(void *cookie, enum yq_rc rc, const struct yq_broker_quote *quote, const struct yq_err *err)
{
	struct asked *asked = cookie, what = *asked;
	struct gw_account *a = what.account;

	free(asked);
	if (a->gw->stopped)
		return;
	a->price_asked = false;
	if (rc == YQ_OK) {
		(void)gw_quote_answered(a, what.exchange, what.ticker, quote);
		ask_next(a);
	} else {
		yq_debug(
		    "account %s: no price of %s: %s", a->settings.alias, what.ticker, err->text);
	}
}

/* A take-profit beside a stop-loss is watched, and so may the stop-loss be.  Where the broker tells
 * prices by itself a take-profit is content with those; a stop-loss never is. */
static bool
wants_price(const struct gw_bracket *b)
{
	const struct yq_exits *e = &b->plan.exits;

	if ((is_watched(b) || (e->stop_loss.set && b->failures > 0)) &&
	    yq_decimal_sign(b->left) > 0)
		return true;
	return e->take_profit.set && e->stop_loss.set &&
	       !(b->lane->price.set && yq_broker_can(b->account->broker, YQ_BROKER_PUSHES));
}

static int64_t
last_try(const struct gw_lane *lane)
{
	return lane->heard_ns > lane->asked_ns ? lane->heard_ns : lane->asked_ns;
}

/* One at a time: of those whose price is old, the one that has waited longest. */
static void
ask_next(struct gw_account *a)
{
	struct gw_lane *next = NULL;
	struct asked *asked;

	if (a->price_asked || !gw_account_may_send(a))
		return;
	for (struct yq_table_node *n = a->gw->brackets.all.oldest; n != NULL; n = n->newer) {
		const struct gw_bracket *b = yq_container(n, struct gw_bracket, node);

		if (b->account == a && !is_younger(a, last_try(b->lane), ASK_S) &&
		    (next == NULL || last_try(b->lane) < last_try(next)) && wants_price(b) &&
		    gw_bracket_may_rest(a, b->lane->exchange))
			next = b->lane;
	}
	if (next == NULL || !gw_throttle(a, YQ_CALL_POLL, 1))
		return;
	asked = yq_xcalloc(1, sizeof(*asked));
	*asked = (struct asked){ .account = a, .exchange = next->exchange };
	yq_str_copy_cut(asked->ticker, sizeof(asked->ticker), next->ticker);
	next->asked_ns = yq_clock_monotonic_ns(a->gw->clock);
	a->price_asked = true;
	yq_broker_price(a->broker, next->exchange, next->ticker, on_price, asked);
}

/* ---- when none comes ---- */

static void
tell_blind(struct gw_account *a, struct gw_lane *lane, int64_t silent_s)
{
	unsigned before = lane->blind;

	while (lane->blind < YQ_COUNT(blindness) &&
	       silent_s >= blindness[lane->blind].times * fresh_s(a))
		lane->blind++;
	if (lane->blind > before)
		gw_notify(a->gw, "Order", blindness[lane->blind - 1].severity,
		    "%s in %s is without a working stop-loss: yQuant watches it, and has heard no "
		    "price for %lld s",
		    lane->ticker, a->settings.alias, (long long)silent_s);
	if (before == 0 || silent_s >= fresh_s(a))
		return;
	lane->blind = 0;
	gw_notify(a->gw, "Order", "Info", "%s in %s: its stop-loss is watched again, prices come",
	    lane->ticker, a->settings.alias);
}

/* Whether prices come of what is watched, while they have to. */
static void
look_at_silence(struct gw_bracket *b)
{
	struct gw_account *a = b->account;
	struct gw_lane *lane = b->lane;
	int64_t now_ns = yq_clock_monotonic_ns(a->gw->clock), since_ns;

	if (!is_watched(b) || yq_decimal_sign(b->left) <= 0 ||
	    !gw_bracket_may_rest(a, lane->exchange))
		return;
	if (!is_younger(a, lane->needed_again_ns, GAP_S)) {
		lane->needed_ns = now_ns;
		lane->blind = 0;
	}
	lane->needed_again_ns = now_ns;
	since_ns = lane->heard_ns > lane->needed_ns ? lane->heard_ns : lane->needed_ns;
	tell_blind(a, lane, (now_ns - since_ns) / SECOND_NS);
}

void
gw_brackets_watch(struct gateway *gw)
{
	for (struct yq_table_node *n = gw->brackets.all.oldest; n != NULL; n = n->newer)
		look_at_silence(yq_container(n, struct gw_bracket, node));
	for (size_t i = 0; gw->brackets.all.count > 0 && i < gw->account_count; i++)
		ask_next(&gw->accounts[i]);
}
