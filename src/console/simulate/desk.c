/* desk.c - a signal in an account: decided, checked once more, given to the paper broker's book. */
#include <string.h>

#include "base/str.h"
#include "console/simulate/engine_parts.h"

/* ---- what the book tells ---- */

static const char *
strategy_of(const struct yq_order *order)
{
	static const char prefix[] = "Webhook:";

	return yq_str_starts(order->buy_reason, prefix) ? order->buy_reason + sizeof(prefix) - 1
							: "";
}

static void
on_trip(void *cookie, const struct yq_trip *trip)
{
	struct sim_account *account = cookie;
	const struct yq_sim_listener *listener = &account->sim->spec.listener;

	sim_past_add(account, trip);
	if (listener->closed != NULL)
		listener->closed(listener->cookie, trip);
}

/* The order that a record is about, as it was made; NULL when it is not ours. */
static const struct yq_order *
made_as(const struct sim_account *account, const struct yq_id *id)
{
	const struct sim_order *kept;

	if (account->placing != NULL && yq_id_equal(&account->placing->id, id))
		return account->placing;
	kept = sim_order_find(account, id);
	return kept != NULL ? &kept->order : NULL;
}

static void
on_fill(
    struct sim_account *account, const struct yq_paper_record *r, const struct yq_paper_order *o)
{
	struct yq_sim *sim = account->sim;
	const struct yq_sim_listener *listener = &sim->spec.listener;
	const struct yq_order *order = made_as(account, &r->id);
	struct yq_trade trade = {
		.executed_at_us = r->time_us,
		.action = o->action,
		.quantity = r->qty,
		.executed_price = r->value,
		.commission = r->fee,
		.order_id = r->id,
		.currency = o->currency,
		.exchange = o->exchange,
	};
	struct yq_err err;

	memcpy(trade.ticker, o->ticker, sizeof(trade.ticker));
	if (order != NULL)
		yq_str_copy_cut(trade.strategy, sizeof(trade.strategy), strategy_of(order));
	sim->counts.trades++;
	account->curves[o->currency].moved = true;
	account->curves[o->currency].traded = true;
	if (listener->traded != NULL)
		listener->traded(listener->cookie, account->settings->alias, &trade,
		    order != NULL ? order->exit : "");
	/* What does not fit the sums is traded all the same. */
	(void)!yq_lot_books_feed(
	    sim->lots, account->settings->alias, &trade, on_trip, account, &err);
}

static void
tell_end(struct sim_account *account, const struct yq_order *order, struct yq_decimal filled,
    const char *code, const char *text)
{
	const struct yq_sim_listener *listener = &account->sim->spec.listener;
	struct yq_sim_end end = {
		.alias = account->settings->alias,
		.order_id = order->id,
		.ticker = order->ticker,
		.exit = order->exit,
		.action = order->action,
		.qty = order->qty,
		.filled = filled,
		.code = code,
		.text = text,
		.at_us = account->sim->now_us,
	};

	if (listener->ended != NULL)
		listener->ended(listener->cookie, &end);
}

static struct yq_decimal
left_of(const struct yq_paper_order *o)
{
	return (struct yq_decimal){ o->qty.units - o->filled.units };
}

void
sim_on_record(void *cookie, const struct yq_paper_record *r, const struct yq_paper_order *o)
{
	struct sim_account *account = cookie;
	const struct yq_order *order = NULL;
	struct sim_order *kept;

	if (o == NULL)
		return;
	if (r->kind == YQ_PAPER_FILL)
		on_fill(account, r, o);
	if (r->kind == YQ_PAPER_CLOSE || account->brackets.count > 0)
		order = made_as(account, &r->id);
	if (order != NULL && r->kind == YQ_PAPER_CLOSE)
		tell_end(account, order, o->filled,
		    yq_names_text(&yq_order_state_names, (int)r->state),
		    account->why != NULL ? account->why : r->text);
	if (order != NULL && account->brackets.count > 0)
		sim_bracket_see(account, order, r, o);
	if (r->kind == YQ_PAPER_FILL)
		yq_account_set_remaining(account->own, &r->id, left_of(o));
	if (!yq_order_state_is_final(o->state))
		return;
	kept = sim_order_find(account, &r->id);
	if (kept != NULL)
		sim_order_drop(account, kept);
}

/* ---- ordering ---- */

static bool
is_over(const struct sim_account *account, const struct yq_id *id)
{
	const struct yq_paper_order *order = yq_paper_find(account->book, id);
	const struct sim_order *kept = sim_order_find(account, id);

	if (kept != NULL && kept->waits)
		return false;
	return order == NULL || yq_order_state_is_final(order->state);
}

struct yq_account_view
sim_view_of(const struct sim_account *account, const struct sim_lane *lane)
{
	struct yq_account_view view =
	    yq_view_of(yq_paper_account(account->book), lane->exchange, lane->ticker);

	memcpy(view.alias, account->settings->alias, sizeof(view.alias));
	view.active = account->settings->active;
	view.commission_rate = account->commission_rate;
	view.selling.units -= lane->guarding[YQ_SELL].units;
	view.buying.units -= lane->guarding[YQ_BUY].units;
	view.ahead.units = view.held.units + view.buying.units - view.selling.units;
	return view;
}

/* The second check: what the gateway asks before it sends. */
static enum yq_rc
check_again(struct sim_account *account, const struct sim_lane *lane, const struct yq_order *order,
    const struct yq_risk_limits *limits, bool open)
{
	struct yq_sim *sim = account->sim;
	const struct yq_paper_instrument *instrument =
	    yq_paper_instrument_of(account->book, order->exchange, order->ticker);
	struct yq_account_view view = sim_view_of(account, lane);
	struct yq_risk_facts facts = {
		.account = &view,
		.market_open = open,
		.calendar_covered =
		    account->settings->any_hour ||
		    yq_market_is_covered(
			yq_calendar_hours(sim->calendar, order->exchange), sim->now_us),
		.last_price = instrument != NULL ? instrument->price : YQ_OPT_DECIMAL_NONE,
		.last_price_at_us = instrument != NULL ? instrument->time_us : 0,
		.now_us = sim->now_us,
		.orders_last_minute = yq_rate_count(&account->rate, sim->now_us),
		.day_loss = sim_day_loss(account, order->exchange),
		.last_same_qty = lane->same_qty[order->action],
		.last_same_at_us = lane->same_at_us[order->action],
	};

	if (limits->max_orders_per_day != 0)
		facts.orders_last_day = sim_orders_last_day(account, sim->now_us);
	facts.local_minute = yq_risk_local_minute(
	    limits, yq_calendar_hours(sim->calendar, order->exchange), sim->now_us);
	yq_trace_clear_brief(&sim->trace);
	return yq_risk_check(order, &facts, limits, &sim->trace);
}

static void
refuse(
    struct sim_account *account, const struct yq_order *order, const char *code, const char *text)
{
	account->sim->counts.refused_again++;
	tell_end(account, order, YQ_DECIMAL_ZERO, code, text);
}

/* With cut_to_held: no more than what is held and not being sold.  False: nothing is. */
static bool
cut(const struct sim_account *account, const struct sim_lane *lane, struct yq_order *order)
{
	struct yq_account_view view;

	if (!order->cut_to_held)
		return true;
	view = sim_view_of(account, lane);
	order->qty = yq_decimal_min(order->qty, yq_view_closable(&view, order->action));
	return yq_decimal_sign(order->qty) > 0;
}

void
sim_observe(struct sim_account *account, enum yq_exchange exchange, const char *ticker,
    struct yq_decimal price, bool open)
{
	yq_paper_observe(account->book, exchange, ticker, price, open, account->sim->now_us);
	sim_lane_moved(account, exchange, ticker);
}

/* A price that came with an order is a price somebody saw; bars know better, once there is one. */
static void
observe(struct sim_account *account, const struct yq_order *order, bool open)
{
	const struct yq_paper_instrument *known =
	    yq_paper_instrument_of(account->book, order->exchange, order->ticker);
	struct yq_opt_decimal seen = order->reference_price;

	if (!seen.set && order->type == YQ_TYPE_MARKET)
		seen = order->price;
	if (seen.set && (account->sim->spec.bars == NULL || known == NULL || !known->price.set))
		sim_observe(account, order->exchange, order->ticker, seen.value, open);
}

bool
sim_is_open(const struct sim_account *account, enum yq_exchange exchange)
{
	return account->settings->any_hour ||
	       yq_market_is_open(
		   yq_calendar_hours(account->sim->calendar, exchange), account->sim->now_us);
}

/* False: the broker refused it. */
static bool
give(struct sim_account *account, const struct yq_order *order, bool open, int64_t since_us)
{
	struct yq_sim *sim = account->sim;
	int64_t expires_us =
	    yq_paper_expiry(account->settings->any_hour ? NULL : sim->calendar, order, sim->now_us);
	struct yq_paper_answer answer = { 0 };
	const struct yq_paper_order *taken;
	struct yq_err err;
	enum yq_rc rc;

	account->placing = order;
	rc = yq_paper_submit(account->book, order, open, since_us, expires_us, &answer, &err);
	account->placing = NULL;
	if (rc != YQ_OK) {
		refuse(account, order, "BROKER", err.text);
		return false;
	}
	taken = yq_paper_find(account->book, &order->id);
	if (taken == NULL || yq_order_state_is_final(taken->state))
		return true;
	sim_order_keep(account, order, left_of(taken));
	if (expires_us != 0 && expires_us < account->expires_us)
		account->expires_us = expires_us;
	return true;
}

/* Whatever the gateway would say against it. */
static bool
is_refused(struct sim_account *account, const struct sim_lane *lane, const struct yq_order *order,
    const struct yq_risk_limits *limits, bool open)
{
	const struct yq_paper_instrument *instrument =
	    yq_paper_instrument_of(account->book, order->exchange, order->ticker);
	const struct yq_trace_step *refusal;
	struct yq_err err;

	if (yq_bracket_check_entry(order, YQ_TICKS_MARKET,
		instrument != NULL ? instrument->price : YQ_OPT_DECIMAL_NONE, &err) != YQ_OK) {
		refuse(account, order, "BRACKET", err.text);
		return true;
	}
	if (check_again(account, lane, order, limits, open) == YQ_OK)
		return false;
	refusal = yq_trace_refusal(&account->sim->trace);
	refuse(account, order, refusal->rule, refusal->text);
	return true;
}

bool
sim_place_exit(struct sim_account *account, const struct yq_order *exit,
    const struct yq_risk_limits *limits, int64_t since_us)
{
	const struct sim_lane *lane = sim_lane_of(account, exit->exchange, exit->ticker);

	if (is_refused(account, lane, exit, limits, true))
		return false;
	account->sim->counts.orders++;
	return give(account, exit, true, since_us);
}

static void
place_in(struct sim_account *account, struct sim_lane *lane, struct yq_order *order,
    const struct yq_risk_limits *limits, bool open)
{
	struct yq_sim *sim = account->sim;

	if (!cut(account, lane, order)) {
		refuse(account, order, "NOTHING_HELD", "nothing is held that it could close");
		return;
	}
	if (is_refused(account, lane, order, limits, open))
		return;
	sim->counts.orders++;
	sim_order_counted(account, sim->now_us);
	lane->same_qty[order->action] = yq_opt_decimal_of(order->qty);
	lane->same_at_us[order->action] = sim->now_us;
	sim_bracket_add(account, order, limits);
	(void)give(account, order, open, sim->now_us);
}

static void
place(struct sim_account *account, struct yq_order *order, const struct yq_risk_limits *limits)
{
	struct sim_lane *lane = sim_lane_of(account, order->exchange, order->ticker);
	bool open = sim_is_open(account, order->exchange);

	observe(account, order, open);
	if (open)
		sim_lane_give_way(account, lane, order, limits->allow_short);
	place_in(account, lane, order, limits, open);
	sim_lane_given(account, lane);
}

static void
place_or_wait(
    struct sim_account *account, struct yq_order *order, const struct yq_risk_limits *limits)
{
	struct sim_order *kept;

	if (yq_id_is_none(&order->after) || is_over(account, &order->after)) {
		place(account, order, limits);
		return;
	}
	kept = sim_order_keep(account, order, order->qty);
	kept->limits = limits;
	kept->waits = true;
	account->waiting++;
}

bool
sim_release(struct sim_account *account)
{
	bool any = false;

	if (account->waiting == 0)
		return false;
	for (struct yq_table_node *n = account->orders.oldest, *next; n != NULL; n = next) {
		struct sim_order *kept = yq_container(n, struct sim_order, node);
		const struct yq_risk_limits *limits = kept->limits;
		struct yq_order order = kept->order;

		next = n->newer;
		if (!kept->waits || !is_over(account, &order.after))
			continue;
		account->waiting--;
		sim_order_drop(account, kept);
		place(account, &order, limits);
		any = true;
		next = account->orders.oldest; /* the table has changed */
	}
	return any;
}

/* ---- deciding ---- */

/* As the order manager sees it: the newest price before this signal; with bars the close of the
 * last one, which a look-up would give now to a signal that brings none. */
static void
last_price(const struct sim_account *account, const struct yq_signal *signal,
    struct yq_market_facts *market)
{
	const struct yq_sim *sim = account->sim;
	const struct yq_paper_instrument *instrument;
	struct yq_bar_view view;

	if (sim->spec.bars != NULL) {
		view = yq_bars_view(sim->spec.bars, signal->exchange, signal->ticker);
		market->last_price = view.close;
		market->last_price_at_us = signal->price.set ? view.closed_at_us : sim->now_us;
		return;
	}
	instrument = yq_paper_instrument_of(account->book, signal->exchange, signal->ticker);
	if (instrument == NULL)
		return;
	market->last_price = instrument->price;
	market->last_price_at_us = instrument->time_us;
}

static void
past_facts(
    struct sim_account *account, const struct yq_signal *signal, struct yq_market_facts *market)
{
	static const struct yq_track none;
	enum yq_currency currency = yq_market_of(signal->exchange)->currency;
	const struct sim_past *all =
	    sim_past_of(account, signal->strategy, currency, signal->exchange, "");
	const struct sim_past *here =
	    sim_past_of(account, signal->strategy, currency, signal->exchange, signal->ticker);

	market->track = all != NULL ? &all->history.track : &none;
	if (here != NULL) {
		market->last_closed_at_us = here->history.track.last_closed_at_us;
		market->last_loss_at_us = here->history.track.last_loss_at_us;
	}
}

static struct yq_market_facts
facts_of(struct sim_account *account, const struct sim_lane *lane, const struct yq_signal *signal,
    const struct yq_risk_limits *limits)
{
	struct yq_sim *sim = account->sim;
	struct yq_market_facts market = {
		.life = yq_rules_life(sim->spec.rules),
		.open = sim_is_open(account, signal->exchange),
		.covered = account->settings->any_hour ||
			   yq_market_is_covered(
			       yq_calendar_hours(sim->calendar, signal->exchange), sim->now_us),
		.orders_last_minute = yq_rate_count(&account->rate, sim->now_us),
		.last_same_qty = lane->same_qty[signal->action],
		.last_same_at_us = lane->same_at_us[signal->action],
	};

	if (limits->max_orders_per_day != 0)
		market.orders_last_day = sim_orders_last_day(account, sim->now_us);
	market.local_minute = yq_risk_local_minute(
	    limits, yq_calendar_hours(sim->calendar, signal->exchange), sim->now_us);
	last_price(account, signal, &market);
	past_facts(account, signal, &market);
	return market;
}

void
sim_decide(struct sim_account *account, const struct yq_signal *signal)
{
	struct yq_sim *sim = account->sim;
	const struct yq_sim_listener *listener = &sim->spec.listener;
	const struct yq_named_policy *named =
	    yq_rules_named(sim->spec.rules, signal->strategy, account->settings->alias);
	const struct sim_lane *lane = sim_lane_of(account, signal->exchange, signal->ticker);
	struct yq_account_view view = sim_view_of(account, lane);
	struct yq_market_facts market = facts_of(account, lane, signal, &named->policy.limits);
	enum yq_rc rc;

	sim_see_strategy(account, signal, &view);
	rc = yq_compose_brief(signal, &view, &market, &named->policy, sim->now_us, &sim->decision);
	sim->counts.ordered += rc == YQ_OK;
	sim->counts.refused += rc != YQ_OK;
	if (listener->decided != NULL)
		listener->decided(listener->cookie, signal, &sim->decision);
	sim_withdraw(account, signal, &sim->decision);
	for (size_t i = 0; i < sim->decision.order_count; i++)
		place_or_wait(account, &sim->decision.orders[i], &named->policy.limits);
}
