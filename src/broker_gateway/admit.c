/* admit.c - the last checks before an order is claimed: broker, risk, buying power. */
#include "broker_gateway/admit.h"
#include "base/fail_point.h"
#include "base/str.h"
#include "broker_gateway/claim.h"
#include "broker_gateway/day.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/leg.h"
#include "broker_gateway/listing.h"
#include "broker_gateway/price.h"
#include "broker_gateway/submit.h"

const struct yq_risk_limits *
gw_limits(const struct gw_account *a, const struct yq_order *order)
{
	return yq_risks_limits(a->gw->risks, a->settings.alias, yq_order_strategy(order));
}

enum yq_rc
gw_check_risk(struct gw_account *a, const struct gw_lane *lane, const struct yq_order *order,
    bool again, struct yq_trace *trace)
{
	struct gateway *gw = a->gw;
	int64_t now_us = yq_clock_now_us(gw->clock);
	int64_t monotonic_us = yq_clock_monotonic_us(gw->clock);
	const struct yq_risk_limits *limits = gw_limits(a, order);
	const struct yq_market_hours *hours =
	    yq_calendar_hours(yq_markets_calendar(gw->markets), order->exchange);
	struct yq_account_view view = yq_view_of(a->book, order->exchange, order->ticker);
	const struct yq_listing listing = gw_listing(gw, order->exchange, order->ticker);
	struct yq_risk_facts facts = {
		.account = &view,
		.market_open = a->settings.any_hour ||
			       yq_broker_can(a->broker, YQ_BROKER_ANY_HOUR) ||
			       yq_market_is_open(hours, now_us),
		.calendar_covered = a->settings.any_hour || yq_market_is_covered(hours, now_us),
		.by_hand = yq_str_equal(order->buy_reason, "Manual"),
		.last_price = lane->price,
		.last_price_at_us = lane->price_at_us,
		.lot = listing.lot,
		.listing = listing.state,
		.listed_in = listing.currency,
		.ticks = listing.ticks,
		.now_us = now_us,
		.orders_last_minute = yq_rate_count(&a->rate, monotonic_us),
		.orders_last_day = yq_risk_orders_last_day(limits, &a->rate, monotonic_us),
		.local_minute = yq_risk_local_minute(limits, hours, now_us),
		.day_loss = gw_day_loss(a, order->currency),
		.last_same_qty = lane->same_qty[order->action],
		.last_same_at_us =
		    again || !lane->same_qty[order->action].set
			? 0
			: yq_clock_instant_of(gw->clock, lane->same_at_us[order->action]),
	};

	/* Tried again on purpose, as often as it takes. */
	if (gw_flatten_is_exit(a, order)) {
		facts.last_same_at_us = 0;
		facts.orders_last_minute = facts.orders_last_day = 0;
	}
	return yq_risk_check(order, &facts, limits, trace);
}

/* A price that came with the order is a price somebody saw. */
static void
observe(struct gw_order *o)
{
	struct gw_account *a = o->account;
	struct yq_opt_decimal seen = o->order.reference_price;

	if (!seen.set && o->order.type == YQ_TYPE_MARKET)
		seen = o->order.price;
	if (!seen.set || !yq_broker_can(a->broker, YQ_BROKER_SIMULATED))
		return;
	o->order.reference_price = seen;
	gw_price_seen(a, o->order.exchange, o->order.ticker, seen.value, YQ_OPT_DECIMAL_NONE,
	    o->order.timestamp_us);
}

/* Reserve what the order will take; from now on others see it. */
static enum yq_rc
reserve(struct gw_order *o, struct yq_err *err)
{
	struct yq_opt_decimal price =
	    yq_risk_price(&o->order, o->lane->price, o->lane->price_at_us);

	return yq_account_open(
	    o->account->book, &o->order, price.set ? price.value : YQ_DECIMAL_ZERO, err);
}

static enum yq_ticks
ticks_of(const struct gw_order *o)
{
	return gw_listing(o->account->gw, o->order.exchange, o->order.ticker).ticks;
}

void
gw_admit(struct gw_order *o)
{
	struct gw_account *a = o->account;
	int64_t now_us = yq_clock_monotonic_us(a->gw->clock);
	const struct yq_trace_step *step;
	struct yq_trace trace;
	struct yq_err err = { 0 };

	if (gw_bracket_objects(o) != NULL) {
		gw_refuse(o, "BRACKET", gw_bracket_objects(o));
		return;
	}
	if (o->order.expires_at_us != 0 &&
	    yq_clock_now_us(a->gw->clock) >= o->order.expires_at_us) {
		gw_refuse(o, "EXPIRED", "its time was over before it could be sent");
		return;
	}
	if (!gw_leg_begin(o))
		return;
	observe(o);
	if (yq_bracket_check_entry(&o->order, ticks_of(o), o->lane->price, &err) != YQ_OK) {
		gw_refuse(o, "BRACKET", err.text);
		return;
	}
	if (yq_broker_supports(&a->broker->capabilities, a->broker->name, &o->order, &err) !=
	    YQ_OK) {
		gw_refuse(o, "BROKER_CANNOT", err.text);
		return;
	}
	if (gw_bracket_check(a, &o->order, &err) != YQ_OK) {
		gw_refuse(o, "BRACKET_CANNOT", err.text);
		return;
	}
	yq_trace_clear_brief(&trace); /* what passes is told to nobody */
	/* A second leg is no repeat of the first. */
	if (gw_check_risk(a, o->lane, &o->order, !yq_id_is_none(&o->order.after), &trace) !=
	    YQ_OK) {
		step = yq_trace_refusal(&trace);
		gw_refuse(o, step != NULL ? step->rule : "RISK", step != NULL ? step->text : "");
		return;
	}
	if (reserve(o, &err) != YQ_OK) {
		gw_refuse(o, "BOOK", err.text);
		return;
	}
	if (yq_id_is_none(&o->order.bracket_id)) { /* an exit is no order that somebody repeats */
		yq_rate_add(&a->rate, now_us);
		if (gw_limits(a, &o->order)->max_orders_per_day != 0) {
			a->guard.counts = true;
			gw_guard_touch(a);
		}
		o->lane->same_qty[o->order.action] = yq_opt_decimal_of(o->order.qty);
		o->lane->same_at_us[o->order.action] = now_us;
	}
	gw_order_set_phase(o, GW_CLAIMING);
	gw_claims_add(a->gw, o);
	YQ_FAIL_POINT("gateway.checked");
}
