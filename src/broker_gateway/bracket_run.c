/* bracket_run.c - brackets are asked what should rest at the broker; the difference is sent. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/account.h"
#include "broker_gateway/bracket.h"
#include "broker_gateway/bracket_parts.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/lease.h"
#include "broker_gateway/listing.h"
#include "broker_gateway/request.h"
#include "broker_gateway/task.h"

#define SECOND_NS      INT64_C(1000000000)
#define CANCEL_AGAIN_S 2
#define MISSED_S       5 /* a leg that is not in hand is looked up */

/* What of a lane's position is not given to a bracket yet. */
struct share {
	struct yq_decimal held, available;
	struct yq_decimal free; /* of that, what no exit is at the broker for, be it to go */
	struct yq_decimal lot;
	/* So much of what rests is withdrawn at most: while the market is closed what is beyond the
	 * position, for nothing could take its place. */
	struct yq_opt_decimal withdraw;
};

/* ---- facts ---- */

static struct yq_decimal
remaining_of(const struct gw_leg *leg)
{
	struct yq_decimal left;

	if (yq_decimal_sub(leg->leg.qty, leg->leg.filled, &left) != YQ_OK)
		return YQ_DECIMAL_ZERO;
	return yq_decimal_max(left, YQ_DECIMAL_ZERO);
}

static int
exit_of(const struct gw_leg *leg)
{
	int exit = yq_names_find(&yq_exit_names, leg->leg.exit, strlen(leg->leg.exit));

	return exit >= 0 ? exit : YQ_STOP_LOSS;
}

static void
gather(const struct gw_bracket *b, const struct share *share, struct yq_bracket_facts *facts)
{
	*facts = (struct yq_bracket_facts){ .lost = b->lost,
		.held = share->held,
		.available = share->available,
		.lot = share->lot,
		.price = b->lane->price,
		.ended = b->ended[0] != '\0' };
	if (b->plan.qty.set) {
		facts->entered = b->plan.qty.value;
		facts->entry_final = true;
	}
	for (size_t i = 0; i < b->leg_count; i++) {
		const struct gw_leg *leg = &b->legs[i];

		if (leg->leg.exit[0] == '\0') {
			facts->entered = leg->leg.filled;
			facts->entry_final = yq_order_state_is_final(leg->leg.state);
			continue;
		}
		facts->exited[exit_of(leg)].units += leg->leg.filled.units;
		facts->live += gw_leg_is_live(leg);
		facts->touched = facts->touched || leg->leg.touched;
		if (gw_leg_is_live(leg))
			facts->resting[exit_of(leg)].units += remaining_of(leg).units;
	}
	gw_bracket_watch_facts(b, facts);
}

/* What all brackets of a lane may still have executed. */
static struct yq_decimal
resting_of(const struct gw_lane *lane, enum yq_action entry)
{
	struct yq_decimal sum = YQ_DECIMAL_ZERO;

	for (const struct gw_bracket *b = lane->brackets; b != NULL; b = b->next)
		for (size_t i = 0; b->plan.action == entry && i < b->leg_count; i++)
			if (gw_leg_is_live(&b->legs[i]))
				sum.units += remaining_of(&b->legs[i]).units;
	return sum;
}

static struct yq_decimal
beyond(struct yq_decimal a, struct yq_decimal b)
{
	return yq_decimal_max((struct yq_decimal){ a.units - b.units }, YQ_DECIMAL_ZERO);
}

/* What is held the way this lane's brackets opened it, less what other orders take of it. */
static struct share
share_of(const struct gw_account *a, const struct gw_lane *lane, enum yq_action entry)
{
	struct yq_decimal resting = resting_of(lane, entry);
	struct share share = { .held = gw_bracket_held(a, lane, entry),
		.available = gw_bracket_available(a, lane, entry),
		.lot = gw_lot(a->gw, lane->exchange, lane->ticker) };

	share.free = beyond(share.available, resting);
	if (!gw_bracket_may_rest(a, lane->exchange))
		share.withdraw = yq_opt_decimal_of(beyond(resting, share.held));
	return share;
}

/* ---- canceling ---- */

static void
cancel_leg(const struct gw_bracket *b, const struct gw_leg *leg, const char *why)
{
	struct gw_order *o = gw_order_find(b->account->gw, &leg->leg.id);

	if (o != NULL)
		gw_task_cancel(o, why, CANCEL_AGAIN_S * SECOND_NS);
}

/* The newest first: what is there longest has its place at the broker. */
static void
cancel_exits(struct gw_bracket *b, const struct yq_bracket_plan *plan, struct share *share)
{
	bool bounded = share->withdraw.set && b->ended[0] == '\0';
	struct yq_decimal left[YQ_EXIT_COUNT];

	memcpy(left, plan->cancel, sizeof(left));
	for (size_t i = b->leg_count; i > 0; i--) {
		const struct gw_leg *leg = &b->legs[i - 1];

		if (!gw_leg_is_live(leg) || yq_decimal_sign(left[exit_of(leg)]) <= 0 ||
		    (bounded && yq_decimal_sign(share->withdraw.value) <= 0))
			continue;
		cancel_leg(b, leg, b->ended[0] != '\0' ? b->ended : plan->why);
		left[exit_of(leg)].units -= remaining_of(leg).units;
		share->withdraw.value.units -= remaining_of(leg).units;
	}
}

/* ---- making one more ---- */

bool
gw_bracket_may_rest(const struct gw_account *a, enum yq_exchange exchange)
{
	const struct yq_calendar *calendar = yq_markets_calendar(a->gw->markets);

	return a->settings.any_hour ||
	       (a->broker != NULL && yq_broker_can(a->broker, YQ_BROKER_ANY_HOUR)) ||
	       yq_market_is_open(
		   yq_calendar_hours(calendar, exchange), yq_clock_now_us(a->gw->clock));
}

static bool
may_place(const struct gw_bracket *b, enum yq_exit_kind exit)
{
	const struct gw_account *a = b->account;
	struct yq_exit_way way = gw_bracket_way(b, exit);

	if (way.hold == YQ_EXIT_CANNOT || (way.near && !gw_bracket_near(b, &way).set))
		return false;
	return b->kept && !b->placing && yq_clock_monotonic_ns(a->gw->clock) >= b->retry_ns &&
	       gw_bracket_may_rest(a, b->plan.exchange);
}

/* What is another's at the broker, and only about to go, would have it refused. */
static struct yq_decimal
placeable(const struct yq_bracket_plan *plan, const struct share *share)
{
	struct yq_decimal qty = yq_decimal_min(plan->place, share->free);

	if (yq_decimal_sign(share->lot) > 0)
		qty.units -= qty.units % share->lot.units;
	return qty;
}

static void
place(struct gw_bracket *b, enum yq_exit_kind exit, struct yq_decimal qty)
{
	struct yq_bracket_leg leg = { .number = 1, .qty = qty, .state = YQ_ORDER_PENDING };

	if (b->leg_count > 0)
		leg.number = b->legs[b->leg_count - 1].leg.number + 1;
	leg.id = yq_bracket_exit_id(&b->plan.id, exit, leg.number);
	leg.touched = exit == YQ_STOP_LOSS && gw_bracket_way(b, exit).hold == YQ_EXIT_WATCHED;
	yq_str_copy_cut(leg.exit, sizeof(leg.exit), yq_names_text(&yq_exit_names, (int)exit));
	/* Known before it comes: it may come through the stream before its step is answered. */
	(void)gw_bracket_add(b, &leg);
	b->placing = true;
	gw_bracket_place(b);
}

/* ---- one bracket ---- */

/* A leg whose order is neither final nor in hand: left in the stream, or the bus has lost it. */
static void
look_for(struct gw_bracket *b)
{
	int64_t now_ns = yq_clock_monotonic_ns(b->account->gw->clock);

	for (size_t i = 0; i < b->leg_count; i++) {
		struct gw_leg *leg = &b->legs[i];

		if (yq_order_state_is_final(leg->leg.state) ||
		    (b->placing && i + 1 == b->leg_count) ||
		    gw_order_find(b->account->gw, &leg->leg.id) != NULL) {
			leg->missed_ns = 0;
		} else if (leg->missed_ns == 0) {
			leg->missed_ns = now_ns;
		} else if (now_ns - leg->missed_ns > MISSED_S * SECOND_NS) {
			leg->missed_ns = now_ns;
			gw_bracket_look_up(b, &leg->leg.id);
		}
	}
}

/* An order in hand may have a record that is not written: it would find its bracket closed. */
static bool
is_recorded(const struct gw_bracket *b)
{
	for (size_t i = 0; i < b->leg_count; i++)
		if (gw_order_find(b->account->gw, &b->legs[i].leg.id) != NULL)
			return false;
	return true;
}

static size_t
count_naughts(const struct gw_bracket *b)
{
	size_t count = 0;

	for (size_t i = 0; b->leg_count > GW_NAUGHTS_MAX && i < b->leg_count; i++)
		count += gw_leg_is_naught(b, &b->legs[i]);
	return count;
}

/* Whether the bus has what a step of its own writes. */
static bool
is_noted(const struct gw_bracket *b)
{
	return yq_decimal_cmp(b->lost, b->lost_kept) == 0 &&
	       (b->ended[0] == '\0' || b->ended_kept) &&
	       yq_str_equal(b->how_kept, gw_bracket_how(b));
}

static void
bracket_run(struct gw_bracket *b, struct share *share)
{
	struct yq_bracket_facts facts;
	struct yq_bracket_plan plan;
	struct yq_decimal qty;

	gather(b, share, &facts);
	yq_bracket_plan(&b->plan, &facts, &plan);
	qty = placeable(&plan, share);
	share->free.units -= qty.units;
	share->held.units -= plan.left.units;
	share->available.units -= yq_decimal_min(plan.left, share->available).units;
	b->lost = plan.lost;
	b->left = plan.left;
	gw_bracket_tell_how(b);
	cancel_exits(b, &plan, share);
	if (b->under_way)
		return;
	b->over = !plan.over ? NULL : b->ended[0] != '\0' ? b->ended : plan.why;
	if (b->placing)
		gw_bracket_place(b); /* the same again */
	else if (b->over != NULL && is_recorded(b))
		gw_bracket_end(b);
	else if (!b->kept && b->plan.qty.set) /* else its entry asks for that */
		gw_bracket_keep(b);
	else if (b->kept && !is_noted(b))
		gw_bracket_note(b);
	else if (yq_decimal_sign(qty) > 0 && may_place(b, plan.exit))
		place(b, plan.exit, qty);
	else if (b->kept && count_naughts(b) > GW_NAUGHTS_MAX)
		gw_bracket_thin(b);
}

/* Who wanted it has been sent, or is gone. */
static void
forget_wanted(const struct gw_account *a, struct gw_lane *lane)
{
	const struct gw_order *o =
	    yq_decimal_sign(lane->wanted) != 0 ? gw_order_find(a->gw, &lane->waiting) : NULL;

	if (o == NULL || o->phase != GW_WAITING)
		lane->wanted = YQ_DECIMAL_ZERO;
}

static void
lane_run(struct gw_account *a, struct gw_lane *lane)
{
	struct share shares[YQ_ACTION_COUNT] = {
		[YQ_BUY] = share_of(a, lane, YQ_BUY), [YQ_SELL] = share_of(a, lane, YQ_SELL)
	};

	for (struct gw_bracket *b = lane->brackets, *next; b != NULL; b = next) {
		next = b->next;
		bracket_run(b, &shares[b->plan.action]);
	}
}

static void
account_run(struct gw_account *a)
{
	struct gw_lane *lane = a->due, *next;

	a->due = NULL; /* what becomes due meanwhile has its turn after this one */
	for (; lane != NULL; lane = next) {
		next = lane->next_due;
		lane->due = false;
		forget_wanted(a, lane);
		lane_run(a, lane);
	}
}

void
gw_brackets_run(struct gateway *gw)
{
	if (!gw->brackets.due || gw->draining || !yq_valkey_is_up(gw->valkey))
		return;
	gw->brackets.due = false;
	gw_protects_run(gw);
	for (size_t i = 0; i < gw->account_count; i++)
		if (gw_account_may_send(&gw->accounts[i]))
			account_run(&gw->accounts[i]);
}

/* ---- once a second ---- */

void
gw_brackets_tick(struct gateway *gw)
{
	gw->brackets.due = gw->brackets.due || gw->brackets.asked != NULL;
	for (struct yq_table_node *n = gw->brackets.all.oldest; n != NULL; n = n->newer) {
		struct gw_bracket *b = yq_container(n, struct gw_bracket, node);

		if (!gw_account_may_send(b->account))
			continue;
		look_for(b);
		gw_lane_due(b->account, b->lane);
	}
	gw_brackets_watch(gw);
}
