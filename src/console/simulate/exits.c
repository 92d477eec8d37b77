/*
 * exits.c - take-profits and stop-losses of a simulation: asked of the same planner as the
 * gateway's (domain/bracket.h), after each fill, price and end of an order.
 *
 * An exit rests in the paper broker's book, or is withdrawn from it, in the moment in which that is
 * asked for.  Within a bar of the past nobody knows the way of the price: the planner is asked at
 * the bar's worse end first, then at its better one, then at its close.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "console/simulate/engine_parts.h"
#include "domain/market.h"

/* An exit in the book. */
struct leg {
	struct yq_id id;
	enum yq_exit_kind exit;
	struct yq_decimal left;
};

struct sim_bracket {
	struct yq_table_node node; /* by id */
	struct sim_bracket *next;  /* of its lane */
	struct sim_lane *lane;
	struct yq_bracket plan;
	const struct yq_risk_limits *limits; /* the entry's */
	struct yq_decimal entered, exited[YQ_EXIT_COUNT], lost;
	bool entry_final;
	int64_t entered_us; /* when the entry filled last */
	struct leg *legs;   /* that are not final; owned */
	size_t leg_count;
	int64_t number;	  /* of the newest exit */
	int64_t retry_us; /* none is made before */
	unsigned refused; /* exits in a row */
};

/* A moment at which the planner is asked. */
struct moment {
	const struct yq_paper_bar *bar; /* NULL = not within one */
	enum sim_end end;
	bool placed;
};

/* ---- finding, making, forgetting ---- */

static bool
same_bracket(const struct yq_table_node *node, const void *id)
{
	return yq_id_equal(&((const struct sim_bracket *)(const void *)node)->plan.id, id);
}

static struct sim_bracket *
find(const struct sim_account *account, const struct yq_id *id)
{
	return yq_container(
	    yq_table_find(&account->brackets, yq_table_hash_text(id->text), same_bracket, id),
	    struct sim_bracket, node);
}

void
sim_bracket_add(
    struct sim_account *account, const struct yq_order *entry, const struct yq_risk_limits *limits)
{
	struct sim_bracket *b;

	if (!yq_exits_any(&entry->exits))
		return;
	b = yq_xcalloc(1, sizeof(*b));
	b->plan = yq_bracket_of(entry, account->sim->now_us);
	b->limits = limits;
	b->lane = sim_lane_of(account, entry->exchange, entry->ticker);
	b->next = b->lane->brackets;
	b->lane->brackets = b;
	yq_table_insert(&account->brackets, yq_table_hash_text(entry->id.text), &b->node);
}

static void
forget(struct sim_account *account, struct sim_bracket *b)
{
	struct sim_bracket **link = &b->lane->brackets;

	while (*link != b)
		link = &(*link)->next;
	*link = b->next;
	yq_table_remove(&account->brackets, &b->node);
	free(b->legs);
	free(b);
}

void
sim_brackets_free(struct sim_account *account)
{
	while (account->brackets.oldest != NULL)
		forget(account, yq_container(account->brackets.oldest, struct sim_bracket, node));
	yq_table_clear(&account->brackets);
}

/* ---- what has changed ---- */

static void
set_due(struct sim_account *account, struct sim_lane *lane)
{
	if (lane->due || lane->brackets == NULL)
		return;
	lane->due = true;
	lane->next_due = account->due;
	account->due = lane;
}

static void
add_leg(struct sim_bracket *b, const struct yq_order *order)
{
	int exit = yq_names_find(&yq_exit_names, order->exit, strlen(order->exit));

	b->legs = yq_xrealloc(b->legs, b->leg_count + 1, sizeof(*b->legs));
	b->legs[b->leg_count++] = (struct leg){ order->id, (enum yq_exit_kind)exit, order->qty };
	b->lane->guarding[order->action].units += order->qty.units;
}

static void
see_exit(struct sim_bracket *b, const struct yq_order *order, const struct yq_paper_record *r,
    const struct yq_paper_order *taken)
{
	struct yq_decimal *guarding = &b->lane->guarding[order->action];

	if (r->kind == YQ_PAPER_ORDER && !yq_order_state_is_final(taken->state))
		add_leg(b, order);
	for (size_t i = 0; i < b->leg_count; i++) {
		struct leg *leg = &b->legs[i];

		if (!yq_id_equal(&leg->id, &r->id))
			continue;
		if (r->kind == YQ_PAPER_FILL) {
			b->exited[leg->exit].units += r->qty.units;
			leg->left.units -= r->qty.units;
			guarding->units -= r->qty.units;
		}
		if (!yq_order_state_is_final(taken->state))
			return;
		guarding->units -= leg->left.units;
		*leg = b->legs[--b->leg_count];
		return;
	}
}

void
sim_bracket_see(struct sim_account *account, const struct yq_order *order,
    const struct yq_paper_record *r, const struct yq_paper_order *taken)
{
	bool is_exit = !yq_id_is_none(&order->bracket_id);
	struct sim_bracket *b = find(account, is_exit ? &order->bracket_id : &order->id);
	struct sim_lane *lane = sim_lane_of(account, order->exchange, order->ticker);

	lane->changes++;
	set_due(account, lane);
	if (b == NULL)
		return;
	if (is_exit) {
		see_exit(b, order, r, taken);
		return;
	}
	b->entered = taken->filled;
	b->entry_final = yq_order_state_is_final(taken->state);
	if (r->kind == YQ_PAPER_FILL)
		b->entered_us = r->time_us;
}

void
sim_lane_moved(struct sim_account *account, enum yq_exchange exchange, const char *ticker)
{
	if (account->brackets.count > 0)
		set_due(account, sim_lane_of(account, exchange, ticker));
}

/* ---- facts ---- */

/* What of a lane's position is not given to a bracket yet. */
struct share {
	struct yq_decimal held, available;
};

static struct yq_decimal
less(struct yq_decimal a, struct yq_decimal b)
{
	return (struct yq_decimal){ a.units - b.units };
}

/* What is held the way that `entry` opens it. */
static struct share
share_of(const struct sim_account *account, const struct sim_lane *lane, enum yq_action entry)
{
	struct yq_account_view view = sim_view_of(account, lane);
	enum yq_action exit = yq_other_side(entry);
	struct yq_decimal left = less(yq_view_closable(&view, exit), lane->wanted);

	return (struct share){
		.held = yq_closable(view.held, YQ_DECIMAL_ZERO, exit),
		.available = yq_decimal_max(left, YQ_DECIMAL_ZERO),
	};
}

static struct yq_opt_decimal
price_of(const struct sim_account *account, const struct sim_bracket *b, const struct moment *m)
{
	const struct yq_paper_instrument *instrument;
	bool low = (b->plan.action == YQ_BUY) == (m->end == SIM_WORST);

	if (m->bar != NULL)
		return yq_opt_decimal_of(low ? m->bar->low : m->bar->high);
	instrument = yq_paper_instrument_of(account->book, b->plan.exchange, b->plan.ticker);
	return instrument != NULL ? instrument->price : YQ_OPT_DECIMAL_NONE;
}

static struct yq_bracket_facts
facts_of(const struct sim_account *account, const struct sim_bracket *b, const struct share *share,
    const struct moment *m)
{
	struct yq_bracket_facts facts = {
		.entered = b->entered,
		.entry_final = b->entry_final,
		.live = b->leg_count,
		.lost = b->lost,
		.held = share->held,
		.available = share->available,
		.lot = yq_market_of(b->plan.exchange)->lot,
		.price = price_of(account, b, m),
	};

	memcpy(facts.exited, b->exited, sizeof(facts.exited));
	for (size_t i = 0; i < b->leg_count; i++)
		facts.resting[b->legs[i].exit].units += b->legs[i].left.units;
	return facts;
}

/* ---- doing what is to be done ---- */

/* The newest first: what is there longest has its place at the broker. */
static void
cancel_exits(struct sim_account *account, struct sim_bracket *b, const struct yq_bracket_plan *plan)
{
	struct yq_decimal left[YQ_EXIT_COUNT];

	memcpy(left, plan->cancel, sizeof(left));
	account->why = plan->why;
	for (size_t i = b->leg_count; i > 0; i--) {
		struct leg leg = b->legs[i - 1];

		if (yq_decimal_sign(left[leg.exit]) <= 0)
			continue;
		left[leg.exit] = less(left[leg.exit], leg.left);
		(void)!yq_paper_cancel(account->book, &leg.id, account->sim->now_us, NULL);
	}
	account->why = NULL;
}

/*
 * Since when the exit is there, as a bar sees it.  Of an entry that filled within the bar nobody
 * knows when: its stop-loss is there for the whole bar, its take-profit from the next.
 */
static int64_t
since(const struct sim_account *account, const struct sim_bracket *b, enum yq_exit_kind exit,
    const struct moment *m)
{
	if (m->bar != NULL && (exit == YQ_STOP_LOSS || b->entered_us <= m->bar->start_us))
		return m->bar->start_us;
	return account->sim->now_us;
}

static void
place(struct sim_account *account, struct sim_bracket *b, const struct yq_bracket_plan *plan,
    struct moment *m)
{
	int64_t now_us = account->sim->now_us, since_us = since(account, b, plan->exit, m);
	/* A broker that takes every kind of order. */
	struct yq_exit_way way = yq_exit_way(&b->plan.exits, plan->exit, UINT32_MAX);
	struct yq_order exit = yq_bracket_exit(
	    &b->plan, plan->exit, &way, YQ_OPT_DECIMAL_NONE, ++b->number, plan->place, now_us);

	if (sim_place_exit(account, &exit, b->limits, since_us)) {
		b->refused = 0;
		m->placed = m->placed || m->bar == NULL || since_us == m->bar->start_us;
		return;
	}
	b->retry_us = now_us + YQ_US_PER_SECOND * yq_bracket_pause_s(b->refused);
	b->refused++;
}

/* A stop-loss that was triggered, and is a limit order since. */
static bool
is_stopped(const struct sim_account *account, const struct sim_bracket *b)
{
	const struct yq_paper_order *taken;

	for (size_t i = 0; i < b->leg_count; i++) {
		taken = yq_paper_find(account->book, &b->legs[i].id);
		if (taken != NULL && taken->triggered)
			return true;
	}
	return false;
}

/* Whether `b` does anything at `m`.  The better end of a bar may have been before its entry filled,
 * and before its stop-loss was triggered. */
static bool
is_asked(const struct sim_account *account, const struct sim_bracket *b, const struct moment *m)
{
	if (m->bar == NULL || m->end == SIM_WORST)
		return true;
	return b->entered_us <= m->bar->start_us && !is_stopped(account, b);
}

static void
run(struct sim_account *account, struct sim_bracket *b, struct share *share, struct moment *m)
{
	struct yq_bracket_facts facts = facts_of(account, b, share, m);
	struct yq_bracket_plan plan;

	yq_bracket_plan(&b->plan, &facts, &plan);
	share->held = less(share->held, plan.left);
	share->available = less(share->available, yq_decimal_min(plan.left, share->available));
	b->lost = plan.lost;
	if (!is_asked(account, b, m))
		return;
	cancel_exits(account, b, &plan);
	if (plan.over)
		forget(account, b);
	else if (yq_decimal_sign(plan.place) > 0 && account->sim->now_us >= b->retry_us)
		place(account, b, &plan, m);
}

static void
run_lane(struct sim_account *account, struct sim_lane *lane, struct moment *m)
{
	struct share shares[YQ_ACTION_COUNT] = {
		[YQ_BUY] = share_of(account, lane, YQ_BUY),
		[YQ_SELL] = share_of(account, lane, YQ_SELL),
	};

	for (struct sim_bracket *b = lane->brackets, *next; b != NULL; b = next) {
		next = b->next;
		run(account, b, &shares[b->plan.action], m);
	}
}

bool
sim_brackets_run(struct sim_account *account)
{
	struct moment m = { .bar = NULL };
	struct sim_lane *closed = NULL, *lane;

	while ((lane = account->due) != NULL) {
		account->due = lane->next_due;
		if (!sim_is_open(account, lane->exchange)) { /* nothing is sent then */
			lane->next_due = closed;
			closed = lane;
			continue;
		}
		lane->due = false;
		run_lane(account, lane, &m);
	}
	account->due = closed;
	return m.placed;
}

bool
sim_brackets_meet(struct sim_account *account, const struct yq_bar_step *step, enum sim_end end)
{
	struct moment m = { .bar = step->bar, .end = end };
	struct sim_lane *lane;
	uint64_t changes;

	if (account->brackets.count == 0)
		return false;
	lane = sim_lane_of(account, step->exchange, step->ticker);
	do {
		changes = lane->changes;
		run_lane(account, lane, &m);
	} while (lane->changes != changes); /* what was canceled makes room */
	return m.placed;
}

/* ---- orders that close what exits guard ---- */

void
sim_lane_give_way(struct sim_account *account, struct sim_lane *lane, const struct yq_order *order,
    bool allow_short)
{
	struct yq_account_view view;

	if (lane->brackets == NULL)
		return;
	view = sim_view_of(account, lane);
	lane->wanted =
	    yq_bracket_wanted(order, yq_view_closable(&view, order->action), allow_short);
	set_due(account, lane);
	(void)sim_brackets_run(account);
}

void
sim_lane_given(struct sim_account *account, struct sim_lane *lane)
{
	if (yq_decimal_sign(lane->wanted) != 0)
		set_due(account, lane);
	lane->wanted = YQ_DECIMAL_ZERO;
	(void)sim_brackets_run(account);
}
