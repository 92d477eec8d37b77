/* bracket.c - brackets in hand: what they know, and what others may ask of them. */
#include "broker_gateway/bracket.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/admit.h"
#include "broker_gateway/bracket_parts.h"
#include "broker_gateway/flatten.h"
#include "broker_gateway/gateway.h"

/* ---- finding, making, forgetting ---- */

static bool
same_bracket(const struct yq_table_node *node, const void *id)
{
	return yq_id_equal(&((const struct gw_bracket *)(const void *)node)->plan.id, id);
}

static uint64_t
id_hash(const struct yq_id *id)
{
	return yq_table_hash(id->text, YQ_ID_LENGTH);
}

struct gw_bracket *
gw_bracket_find(struct gateway *gw, const struct yq_id *id)
{
	return yq_container(yq_table_find(&gw->brackets.all, id_hash(id), same_bracket, id),
	    struct gw_bracket, node);
}

struct gw_bracket *
gw_bracket_of(const struct gw_order *o)
{
	if (!yq_id_is_none(&o->order.bracket_id))
		return gw_bracket_find(o->account->gw, &o->order.bracket_id);
	return yq_exits_any(&o->order.exits) ? gw_bracket_find(o->account->gw, &o->order.id) : NULL;
}

struct gw_bracket *
gw_bracket_make(struct gw_account *a, const struct yq_bracket *plan)
{
	struct gw_bracket *b = yq_xcalloc(1, sizeof(*b)), **link;

	b->plan = *plan;
	b->account = a;
	b->lane = gw_lane_of(a, plan->exchange, plan->ticker);
	for (link = &b->lane->brackets; *link != NULL; link = &(*link)->next)
		if ((*link)->plan.created_at_us <= plan->created_at_us)
			break;
	b->next = *link;
	*link = b;
	yq_table_insert(&a->gw->brackets.all, id_hash(&plan->id), &b->node);
	return b;
}

void
gw_bracket_free(struct gw_bracket *b)
{
	struct gw_bracket **link = &b->lane->brackets;

	while (*link != b)
		link = &(*link)->next;
	*link = b->next;
	yq_table_remove(&b->account->gw->brackets.all, &b->node);
	free(b->legs);
	free(b);
}

void
gw_brackets_drop(struct gateway *gw, const struct gw_account *account)
{
	for (struct yq_table_node *n = gw->brackets.all.oldest, *next; n != NULL; n = next) {
		struct gw_bracket *b = yq_container(n, struct gw_bracket, node);

		next = n->newer;
		if (account == NULL || b->account == account)
			gw_bracket_free(b);
	}
	if (account == NULL) {
		yq_table_clear(&gw->brackets.all);
		gw_protects_drop(gw);
	}
}

struct gw_leg *
gw_bracket_leg(const struct gw_bracket *b, const struct yq_id *id)
{
	for (size_t i = 0; i < b->leg_count; i++)
		if (yq_id_equal(&b->legs[i].leg.id, id))
			return &b->legs[i];
	return NULL;
}

struct gw_leg *
gw_bracket_add(struct gw_bracket *b, const struct yq_bracket_leg *leg)
{
	b->legs = yq_xrealloc(b->legs, b->leg_count + 1, sizeof(*b->legs));
	b->legs[b->leg_count] = (struct gw_leg){ .leg = *leg };
	return &b->legs[b->leg_count++];
}

bool
gw_leg_is_live(const struct gw_leg *leg)
{
	return leg->leg.exit[0] != '\0' && !yq_order_state_is_final(leg->leg.state);
}

bool
gw_leg_is_naught(const struct gw_bracket *b, const struct gw_leg *leg)
{
	return leg->leg.exit[0] != '\0' && yq_order_state_is_final(leg->leg.state) &&
	       yq_decimal_sign(leg->leg.filled) == 0 &&
	       gw_order_find(b->account->gw, &leg->leg.id) == NULL;
}

void
gw_leg_forget(struct gw_bracket *b, const struct yq_id *id)
{
	struct gw_leg *leg = gw_bracket_leg(b, id);

	if (leg == NULL || !gw_leg_is_naught(b, leg))
		return; /* an execution came meanwhile, and is written behind this */
	memmove(leg, leg + 1, (size_t)(b->legs + b->leg_count - leg - 1) * sizeof(*leg));
	b->leg_count--;
}

/* ---- lanes on which something has changed ---- */

void
gw_lane_due(struct gw_account *a, struct gw_lane *lane)
{
	struct gateway *gw = a->gw;

	if (lane->brackets == NULL)
		return;
	if (!lane->due) {
		lane->due = true;
		lane->next_due = NULL;
		*(a->due != NULL ? a->due_end : &a->due) = lane;
		a->due_end = &lane->next_due;
	}
	gw->brackets.due = true;
	gw_soon(gw);
}

/* ---- orders of brackets ---- */

static struct yq_bracket_leg
leg_of(const struct gw_order *o)
{
	struct yq_bracket_leg leg = { .id = o->order.id,
		.qty = o->progress.qty,
		.filled = o->progress.filled,
		.state = o->progress.state };

	memcpy(leg.exit, o->order.exit, sizeof(leg.exit));
	leg.touched = yq_bracket_is_touched(&o->order);
	return leg;
}

/* An exit that was forgotten because it came to nothing, and has executed something all the same:
 * at its place again. */
static struct gw_leg *
recall(struct gw_bracket *b, const struct gw_order *o)
{
	int exit = yq_names_find(&yq_exit_names, o->order.exit, strlen(o->order.exit));
	struct yq_bracket_leg leg = leg_of(o);
	struct yq_id id;
	size_t at;

	if (exit < 0 || b->leg_count == 0 || yq_decimal_sign(leg.filled) <= 0)
		return NULL;
	leg.number = b->legs[b->leg_count - 1].leg.number;
	do {
		if (--leg.number <= 0)
			return NULL;
		id = yq_bracket_exit_id(&b->plan.id, (enum yq_exit_kind)exit, leg.number);
	} while (!yq_id_equal(&id, &leg.id));
	(void)gw_bracket_add(b, &leg);
	for (at = b->leg_count - 1; at > 0 && b->legs[at - 1].leg.number > leg.number; at--)
		b->legs[at] = b->legs[at - 1];
	b->legs[at] = (struct gw_leg){ .leg = leg };
	return &b->legs[at];
}

static struct gw_leg *
leg_for(struct gw_bracket *b, const struct gw_order *o)
{
	struct gw_leg *leg = b != NULL ? gw_bracket_leg(b, &o->order.id) : NULL;

	return leg != NULL || b == NULL ? leg : recall(b, o);
}

const struct yq_id *
gw_bracket_part(const struct gw_order *o, struct yq_buf *text)
{
	struct gw_bracket *b = gw_bracket_of(o);
	const struct gw_leg *known = leg_for(b, o);
	struct yq_bracket_leg leg;

	if (known == NULL)
		return NULL;
	leg = leg_of(o);
	leg.number = known->leg.number;
	yq_message_encode_bracket_leg(&leg, text);
	return &b->plan.id;
}

struct yq_decimal
gw_bracket_held(const struct gw_account *a, const struct gw_lane *lane, enum yq_action entry)
{
	return yq_closable(yq_account_held(a->book, lane->exchange, lane->ticker), YQ_DECIMAL_ZERO,
	    yq_other_side(entry));
}

struct yq_decimal
gw_bracket_available(const struct gw_account *a, const struct gw_lane *lane, enum yq_action entry)
{
	struct yq_decimal left =
	    yq_account_closable(a->book, lane->exchange, lane->ticker, yq_other_side(entry));

	left.units -= lane->wanted.units;
	return yq_decimal_max(left, YQ_DECIMAL_ZERO);
}

/* An exit that gave way before it was sent is not made again at once: what it gave way to may wait
 * for something else, and would have it withdrawn again and again. */
static void
give_way(struct gw_bracket *b)
{
	int64_t again_ns = yq_clock_monotonic_ns(b->account->gw->clock) + INT64_C(1000000000);

	if (b->retry_ns < again_ns)
		b->retry_ns = again_ns;
}

/* An exit that came to nothing, and nobody here wanted that: not at once again. */
static void
came_to_nothing(struct gw_bracket *b, const struct gw_leg *leg)
{
	struct gateway *gw = b->account->gw;
	int64_t pause_s = yq_bracket_pause_s(b->failures);

	/* It is sold, or about to be: nothing is without a protection. */
	if (yq_decimal_sign(gw_bracket_available(b->account, b->lane, b->plan.action)) == 0) {
		give_way(b);
		return;
	}
	b->retry_ns = yq_clock_monotonic_ns(gw->clock) + pause_s * INT64_C(1000000000);
	b->failures++;
	if (leg->leg.state != YQ_ORDER_REJECTED)
		return;
	yq_warn("bracket %s: its %s %s came to nothing; tried again in %lld s", b->plan.id.text,
	    leg->leg.exit, leg->leg.id.text, (long long)pause_s);
	if ((b->failures & (b->failures - 1)) == 0) /* the 1st, 2nd, 4th, 8th ... */
		gw_notify(gw, "Order", "Critical",
		    "%s in %s is without its %s: order %s was not taken (see `yq why %s`); tried "
		    "again in %lld s",
		    b->plan.ticker, b->account->settings.alias, leg->leg.exit, leg->leg.id.text,
		    leg->leg.id.text, (long long)pause_s);
}

/* Whether it ended because its day did: the next one is made with the next session. */
static bool
ended_with_its_day(const struct gw_order *o)
{
	const struct gw_account *a = o->account;
	const struct yq_zone *zone =
	    yq_calendar_hours(yq_markets_calendar(a->gw->markets), o->order.exchange)->zone;
	enum yq_order_state state = o->progress.state;

	if (o->order.time_in_force != YQ_TIF_DAY || o->submitted_at_us == 0 ||
	    (state != YQ_ORDER_EXPIRED && state != YQ_ORDER_CANCELED))
		return false;
	return !gw_bracket_may_rest(a, o->order.exchange) ||
	       yq_local_date(zone, o->submitted_at_us) !=
		   yq_local_date(zone, yq_clock_now_us(a->gw->clock));
}

/* An exit is over that executed nothing. */
static void
exit_ended(struct gw_bracket *b, const struct gw_leg *leg, const struct gw_order *o)
{
	if (o->cancel_ns == 0 && !ended_with_its_day(o))
		came_to_nothing(b, leg);
	else if (o->cancel_ns == 0 || o->submitted_at_us == 0)
		give_way(b);
}

void
gw_bracket_see(struct gw_order *o)
{
	struct gw_bracket *b;
	struct gw_leg *leg;
	bool was_live;

	if (o->lane != NULL)
		gw_lane_due(o->account, o->lane);
	b = gw_bracket_of(o);
	leg = leg_for(b, o);
	if (leg == NULL)
		return;
	/* An entry that is read again makes it Pending anew here, until its claim or the bus tells.
	 */
	if (yq_order_state_is_final(leg->leg.state) &&
	    yq_decimal_cmp(o->progress.filled, leg->leg.filled) <= 0)
		return;
	was_live = gw_leg_is_live(leg);
	leg->leg.qty = o->progress.qty;
	leg->leg.filled = o->progress.filled;
	leg->leg.state = o->progress.state;
	leg->missed_ns = 0;
	if (leg->leg.exit[0] == '\0')
		return;
	if (yq_decimal_sign(leg->leg.filled) > 0 || leg->leg.state == YQ_ORDER_OPEN)
		b->failures = 0;
	else if (was_live && !gw_leg_is_live(leg))
		exit_ended(b, leg, o);
}

bool
gw_bracket_is_kept(struct gw_order *o)
{
	struct gw_bracket *b;
	struct yq_bracket plan;
	struct yq_bracket_leg leg;

	if (!yq_exits_any(&o->order.exits))
		return true;
	b = gw_bracket_of(o);
	if (b == NULL) {
		plan = yq_bracket_of(&o->order, yq_clock_now_us(o->account->gw->clock));
		leg = leg_of(o);
		b = gw_bracket_make(o->account, &plan);
		(void)gw_bracket_add(b, &leg);
	}
	if (!b->kept)
		gw_bracket_keep(b);
	return b->kept;
}

const char *
gw_bracket_objects(const struct gw_order *o)
{
	const struct gw_bracket *b;

	if (yq_id_is_none(&o->order.bracket_id))
		return NULL;
	b = gw_bracket_of(o);
	return b != NULL && gw_bracket_leg(b, &o->order.id) != NULL
		   ? NULL
		   : "it is no exit of a bracket that stands";
}

bool
gw_bracket_end_by_hand(struct gw_order *o)
{
	struct gw_bracket *b = yq_id_is_none(&o->order.bracket_id) ? NULL : gw_bracket_of(o);

	if (b == NULL || b->over != NULL)
		return true;
	if (b->ended[0] == '\0') {
		yq_str_format(
		    b->ended, sizeof(b->ended), "its %s was canceled by hand", o->order.exit);
		gw_notify(o->account->gw, "Order", "Warning",
		    "%s in %s is no longer protected: %s (bracket %s)", b->plan.ticker,
		    b->account->settings.alias, b->ended, b->plan.id.text);
		gw_lane_due(b->account, b->lane);
	}
	return b->ended_kept;
}

/* Until its entry is, which is being canceled, it protects what that may still fill; what is made
 * to close it all, it gives way to. */
static bool
has_final_entry(const struct gw_bracket *b)
{
	return b->plan.qty.set ||
	       (b->leg_count > 0 && yq_order_state_is_final(b->legs[0].leg.state));
}

void
gw_brackets_flatten(struct gw_account *a)
{
	for (struct yq_table_node *n = a->gw->brackets.all.oldest; n != NULL; n = n->newer) {
		struct gw_bracket *b = yq_container(n, struct gw_bracket, node);

		if (b->account != a || b->over != NULL || b->ended[0] != '\0' ||
		    !has_final_entry(b) || gw_flatten_over(a, b->plan.buy_reason) == NULL)
			continue;
		yq_str_copy_cut(
		    b->ended, sizeof(b->ended), "flattened: a halt closes what is held");
		gw_lane_due(a, b->lane);
	}
}

/* ---- what is in the way of other orders ---- */

static struct yq_decimal
wanted_by(const struct gw_order *o, const struct yq_holding *h)
{
	return yq_bracket_wanted(&o->order, yq_holding_closable(h, o->order.action),
	    gw_limits(o->account, &o->order)->allow_short);
}

/* What stands in its way at the broker is more than it leaves. */
static bool
is_in_the_way(const struct yq_holding *h, struct yq_decimal wanted, enum yq_action action)
{
	return yq_decimal_sign(wanted) > 0 && yq_decimal_sign(h->guarding) > 0 &&
	       wanted.units > yq_holding_closable(h, action).units - h->guarding.units;
}

bool
gw_bracket_blocks(struct gw_order *o)
{
	struct gw_lane *lane = o->lane;
	struct yq_decimal wanted = YQ_DECIMAL_ZERO;
	const struct yq_holding *h;

	if (lane->brackets == NULL || !yq_id_is_none(&o->order.bracket_id))
		return false;
	/* It is refused then, and an exit that gave way to it could not come back. */
	if (!gw_bracket_may_rest(o->account, o->order.exchange))
		return false;
	h = yq_account_holding(o->account->book, o->order.exchange, o->order.ticker);
	/* Where it cannot go anyhow, for nobody knows how long, nothing gives way to it yet. */
	if (h != NULL && lane->unknown == 0)
		wanted = wanted_by(o, h);
	/* As long as it waits, that stays free, whatever it waits for. */
	lane->waiting = o->order.id;
	if (yq_decimal_cmp(wanted, lane->wanted) != 0) {
		lane->wanted = wanted;
		gw_lane_due(o->account, lane);
	}
	return h != NULL && is_in_the_way(h, wanted, o->order.action);
}
