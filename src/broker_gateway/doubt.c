/* doubt.c - orders of which nobody knows what became of them. */
#include "broker_gateway/doubt.h"

#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/record.h"

struct gw_doubt *
gw_doubt_of(struct gw_order *o)
{
	if (o->doubt == NULL)
		o->doubt = yq_xcalloc(1, sizeof(*o->doubt));
	return o->doubt;
}

void
gw_doubt_load(struct gw_order *o, const struct yq_order_state_full *full)
{
	bool unknown = full->progress.state == YQ_ORDER_UNKNOWN;
	struct gw_doubt *d;

	if (!unknown && full->resolved_as[0] == '\0' && yq_decimal_sign(full->manual_left) == 0)
		return;
	d = gw_doubt_of(o);
	d->unknown_at_us = full->unknown_at_us;
	if (d->unknown_at_us == 0 && unknown)
		d->unknown_at_us = full->claimed_at_us;
	d->told_at_us = unknown ? full->alarmed_at_us : 0;
	d->manual_left = full->manual_left;
	memcpy(d->resolved_as, full->resolved_as, sizeof(d->resolved_as));
	memcpy(d->why, full->last_error, sizeof(d->why));
	for (size_t i = 0; i < full->execution_count; i++)
		d->manual_count += yq_execution_is_manual(full->execution_ids[i]);
}

bool
gw_in_doubt(const struct gw_order *o)
{
	return o->phase == GW_UNKNOWN ||
	       (o->phase == GW_LIVE && o->doubt != NULL && o->doubt->denied);
}

static void
begin(struct gw_doubt *d, int64_t now_us, const char *why)
{
	d->unknown_at_us = now_us;
	d->told_at_us = d->next_us = 0;
	d->asks = 0;
	yq_str_copy_cut(d->why, sizeof(d->why), why);
}

void
gw_doubt_begin(struct gw_order *o, const char *why)
{
	begin(gw_doubt_of(o), yq_clock_now_us(o->account->gw->clock), why);
}

void
gw_doubt_denied(struct gw_order *o, bool denied)
{
	if (o->doubt == NULL ? !denied : o->doubt->denied == denied)
		return;
	if (denied)
		gw_doubt_begin(o, "it is open here, but the broker says it never had it");
	gw_doubt_of(o)->denied = denied;
	gw_doubt_look(o);
}

void
gw_doubt_look(struct gw_order *o)
{
	struct gateway *gw = o->account->gw;
	struct gw_doubt *d = o->doubt;

	if (d == NULL || d->told_at_us == 0 || d->over_untold || o->detached || gw_in_doubt(o))
		return;
	d->over_untold = true;
	d->next_over = gw->doubts_over;
	gw->doubts_over = o;
	gw_order_hold(o);
	gw_soon(gw);
}

/* Not found, it is proven absent from this moment on: its lane waits for no other. */
static bool
is_ripe(const struct gw_order *o, int64_t now_ns)
{
	const struct yq_broker *broker = o->account->broker;
	int64_t ripe_ns = o->sent_ns + broker->capabilities.absent_after_us * 1000;

	return yq_broker_can(broker, YQ_BROKER_KEEPS_CLIENT_ID) && o->phase == GW_UNKNOWN &&
	       o->asked_ns < ripe_ns && now_ns >= ripe_ns;
}

bool
gw_doubt_ask_due(const struct gw_order *o, int64_t now_ns)
{
	unsigned asks = o->doubt != NULL ? o->doubt->asks : 0;
	int64_t wait_s = asks < 5 ? GW_ASK_FIRST_S << (asks > 0 ? asks - 1 : 0) : GW_ASK_LAST_S;

	if (is_ripe(o, now_ns))
		return true;
	if (wait_s > GW_ASK_LAST_S)
		wait_s = GW_ASK_LAST_S;
	return now_ns - o->asked_ns >= wait_s * INT64_C(1000000000);
}

/* ---- telling ---- */

static void
add_candidates(const struct gw_doubt *d, struct yq_buf *text)
{
	if (d->candidate_count == 0)
		return;
	yq_buf_add_format(text, " At the broker it may be any of %zu:", d->candidate_count);
	for (size_t i = 0; i < d->candidate_count && i < YQ_MATCH_MAX; i++)
		yq_buf_add_format(text, "%s %s", i > 0 ? "," : "", d->candidates[i]);
	yq_buf_add_text(text, d->candidate_count > YQ_MATCH_MAX ? ", ..." : ".");
}

static void
add_instruction(const struct gw_order *o, struct yq_buf *text)
{
	const struct yq_order *order = &o->order;
	char qty[YQ_DECIMAL_TEXT_SIZE], price[YQ_DECIMAL_TEXT_SIZE];

	yq_decimal_format(order->qty, qty);
	yq_buf_add_format(text, "%s %s %s (%s", yq_names_text(&yq_action_names, (int)order->action),
	    qty, order->ticker, yq_names_text(&yq_order_type_names, (int)order->type));
	if (order->type != YQ_TYPE_MARKET && order->price.set) {
		yq_decimal_format(order->price.value, price);
		yq_buf_add_format(text, " at %s", price);
	}
	yq_buf_add_format(text, ", %s) on %s",
	    yq_names_text(&yq_exchange_names, (int)order->exchange), order->account_alias);
}

static void
add_command(const struct gw_order *o, struct yq_buf *text)
{
	struct yq_decimal left;
	char qty[YQ_DECIMAL_TEXT_SIZE];

	if (yq_decimal_sub(o->progress.qty, o->progress.filled, &left) != YQ_OK)
		left = o->progress.qty;
	yq_decimal_format(left, qty);
	yq_buf_add_format(text,
	    " Look at the broker, then say what it was: `yq order resolve %s filled --qty %s "
	    "--price PRICE%s --reason TEXT`, or `rejected`, `canceled`, `open --broker-id ID`.",
	    o->order.id.text, qty,
	    yq_broker_can(o->account->broker, YQ_BROKER_KEEPS_CLIENT_ID) ? "" : " --broker-id ID");
}

static void
tell(struct gw_order *o, int64_t now_us)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(4096);
	const struct gw_doubt *d = o->doubt;
	char since[YQ_TIME_TEXT_SIZE];

	yq_time_format(d->unknown_at_us, since);
	yq_buf_add_format(
	    &text, "order %s is %s: ", o->order.id.text, d->denied ? "in doubt" : "Unknown");
	add_instruction(o, &text);
	yq_buf_add_format(&text, ", since %s (%lld s): %.200s.", since,
	    (long long)((now_us - d->unknown_at_us) / YQ_US_PER_SECOND), d->why);
	if (o->phase == GW_UNKNOWN)
		yq_buf_add_format(&text, " It is not sent again; other orders for %s on %s wait.",
		    o->order.ticker, o->order.account_alias);
	yq_buf_add_format(
	    &text, " The broker was asked %u time%s.", d->asks, d->asks == 1 ? "" : "s");
	add_command(o, &text); /* whatever is cut off behind it */
	add_candidates(d, &text);
	gw_notify(o->account->gw, "Order", "Critical", "%s", yq_buf_text(&text));
}

static int64_t
setting_us(const struct gateway *gw, const char *name, int64_t unit_s)
{
	return yq_config_int(yq_daemon_config(gw->daemon), name) * unit_s * YQ_US_PER_SECOND;
}

static int64_t
at_most(int64_t value, int64_t most)
{
	return value < most ? value : most;
}

/* How long until people are told (again), whatever the wall clock was set to since.  Told before
 * this program began: soon, but not at once. */
static int64_t
wait_us(const struct gw_order *o, int64_t now_us)
{
	const struct gateway *gw = o->account->gw;
	const struct gw_doubt *d = o->doubt;
	int64_t alert_us = setting_us(gw, "BrokerGateway:UnknownAlertSeconds", 1);
	int64_t again_us = GW_TOLD_AGAIN_S * YQ_US_PER_SECOND;

	if (d->told_at_us == 0)
		return at_most(d->unknown_at_us + alert_us - now_us, alert_us);
	again_us = at_most(d->told_at_us + again_us - now_us, again_us);
	return again_us > alert_us ? again_us : alert_us;
}

struct round {
	struct gateway *gw;
	int64_t now_us, monotonic_us;
	const struct gw_account *account;
	size_t told;
};

static bool
tell_if_due(void *cookie, struct yq_table_node *node)
{
	struct round *round = cookie;
	struct gw_order *o = yq_container(node, struct gw_order, node);
	struct gw_doubt *d;

	if (o->account != round->account || !gw_in_doubt(o))
		return true;
	d = gw_doubt_of(o);
	if (d->next_us == 0)
		d->next_us = round->monotonic_us + wait_us(o, round->now_us);
	if (round->monotonic_us < d->next_us)
		return true;
	if (round->told++ < GW_TOLD_SINGLY)
		tell(o, round->now_us);
	d->told_at_us = round->now_us;
	d->next_us =
	    round->monotonic_us + setting_us(round->gw, "BrokerGateway:UnknownRepeatMinutes", 60);
	gw_record_doubt(o);
	return true;
}

void
gw_doubts_tick(struct gateway *gw)
{
	struct round round = { .gw = gw,
		.now_us = yq_clock_now_us(gw->clock),
		.monotonic_us = yq_clock_monotonic_us(gw->clock) };

	for (size_t i = 0; i < gw->account_count; i++) {
		struct gw_account *a = &gw->accounts[i];

		if (a->state != GW_SERVING && a->state != GW_SETTLING)
			continue;
		round.account = a;
		round.told = 0;
		yq_table_each(&gw->orders, tell_if_due, &round);
		if (round.told > GW_TOLD_SINGLY)
			gw_notify(gw, "Order", "Critical",
			    "%zu more orders on %s are Unknown: `yq orders` lists them",
			    round.told - GW_TOLD_SINGLY, a->settings.alias);
	}
}

static void
tell_over(const struct gw_order *o)
{
	struct gateway *gw = o->account->gw;
	char filled[YQ_DECIMAL_TEXT_SIZE], qty[YQ_DECIMAL_TEXT_SIZE], price[YQ_DECIMAL_TEXT_SIZE];

	yq_decimal_format(o->progress.filled, filled);
	yq_decimal_format(o->progress.qty, qty);
	yq_decimal_format(o->progress.avg_price, price);
	gw_notify(gw, "Order", "Info",
	    "order %s (%s %s %s on %s) is known again after %lld s: %s, %s filled%s%s",
	    o->order.id.text, yq_names_text(&yq_action_names, (int)o->order.action), qty,
	    o->order.ticker, o->order.account_alias,
	    (long long)((yq_clock_now_us(gw->clock) - o->doubt->unknown_at_us) / YQ_US_PER_SECOND),
	    yq_names_text(&yq_order_state_names, (int)o->progress.state), filled,
	    yq_decimal_sign(o->progress.filled) > 0 ? " at " : "",
	    yq_decimal_sign(o->progress.filled) > 0 ? price : "");
}

void
gw_doubts_flush(struct gateway *gw, bool may_tell)
{
	while (gw->doubts_over != NULL) {
		struct gw_order *o = gw->doubts_over;

		gw->doubts_over = o->doubt->next_over;
		o->doubt->over_untold = false;
		if (may_tell && !o->detached && !gw_in_doubt(o)) {
			tell_over(o);
			o->doubt->told_at_us = 0;
		}
		if (gw_order_unhold(o))
			gw_order_release(o);
	}
}
