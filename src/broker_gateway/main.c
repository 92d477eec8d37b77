/* main.c - yq-broker-gateway: the only program that talks to brokers. */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker/shared.h"
#include "broker_gateway/account.h"
#include "broker_gateway/ack.h"
#include "broker_gateway/apply.h"
#include "broker_gateway/brokers.h"
#include "broker_gateway/claim.h"
#include "broker_gateway/day.h"
#include "broker_gateway/desk.h"
#include "broker_gateway/doubt.h"
#include "broker_gateway/foreign.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/guard.h"
#include "broker_gateway/homeless.h"
#include "broker_gateway/hours.h"
#include "broker_gateway/intake.h"
#include "broker_gateway/lease.h"
#include "broker_gateway/look.h"
#include "broker_gateway/metrics.h"
#include "broker_gateway/price.h"
#include "broker_gateway/query.h"
#include "broker_gateway/reconcile.h"
#include "broker_gateway/recover.h"
#include "broker_gateway/resolve.h"
#include "broker_gateway/suspect.h"
#include "broker_gateway/tokens.h"

static const char manual[] =
    "yq-broker-gateway sends orders to brokers and is the only writer of account state.\n"
    "\n"
    "Reads     order:stream (group broker-gateway[:{Name}]), the channels order and query; halt.\n"
    "Writes    account, deposit, position, stock, the order hashes, trades:queue, execution;\n"
    "          each with the fencing token of the account's lease.\n"
    "Needs     Valkey (as user yq-broker-gateway), and each account's broker.  A paper account\n"
    "          keeps its own book in {System:DataFolder}/{BrokerGateway:PaperFolder}.\n"
    "\n"
    "Valkey away       sends nothing new; what the broker says is recorded when it is back.\n"
    "A broker away     orders that were provably not sent wait; an order that may be live is\n"
    "                  Unknown, is never sent again, and the broker is asked until it can tell.\n"
    "The lease lost    nothing is sent or written any more; the program says so and ends with "
    "code\n"
    "                  75, and stands by when it is started again.\n"
    "Another serves    it stands by, and takes over within seconds after the other's last sign of\n"
    "                  life.\n"
    "A crash           at any point: what was left behind is looked up at the broker first.\n";

#define BEAT_MS 1000

/* ---- the turn ---- */

/* Nothing is on its way to a broker or into Valkey. */
static bool
is_quiet(const struct gateway *gw)
{
	for (size_t i = 0; i < gw->account_count; i++)
		if (gw->accounts[i].unanswered > 0)
			return false;
	return gw->records.count == 0 && gw->untold == NULL && gw->claims.count == 0 &&
	       gw->acks.count == 0 && !gw->acks.under_way && gw->foreigns.count == 0;
}

static void
on_soon(uv_idle_t *idle)
{
	struct gateway *gw = idle->data;

	(void)uv_idle_stop(idle);
	gw_recover(gw);
	gw_resolves_run(gw);
	gw_desk_run(gw);
	gw_brackets_run(gw);
	gw_claims_flush(gw);
	gw_doubts_flush(gw, true);
	gw_records_flush(gw);
	gw_acks_flush(gw);
	gw_foreigns_flush(gw);
	gw_stocks_flush(gw);
	gw_halts_tick(gw);
	gw_flatten_run(gw);
	gw_guards_flush(gw);
	gw_homeless_flush(gw);
	if (gw_lease_is_valid(gw))
		gw_look_tick(gw);
	if (gw->queries != NULL && gw_lease_is_valid(gw))
		gw_queries_run(gw, false);
	if (gw->draining && (is_quiet(gw) || !gw->lease.held))
		yq_daemon_drained(gw->daemon);
}

void
gw_soon(struct gateway *gw)
{
	if (!gw->stopped && gw->started)
		(void)uv_idle_start(&gw->soon, on_soon);
}

static void
on_retry(uv_timer_t *timer)
{
	gw_soon(timer->data);
}

void
gw_retry_in(struct gateway *gw, uint64_t ms)
{
	if (gw->stopped || !gw->started ||
	    (uv_is_active((uv_handle_t *)&gw->retry) && uv_timer_get_due_in(&gw->retry) <= ms))
		return;
	(void)uv_timer_start(&gw->retry, on_retry, ms, 0);
}

void
gw_retry_later(struct gateway *gw)
{
	gw_retry_in(gw, GW_RETRY_MS);
}

int64_t
gw_later_ns(const struct gateway *gw)
{
	return yq_clock_monotonic_ns(gw->clock) + (GW_RETRY_MS - 10) * INT64_C(1000000);
}

static void
calls_expire(struct gateway *gw)
{
	uint32_t timeout_ms = (uint32_t)yq_config_int(yq_daemon_config(gw->daemon),
				  "BrokerGateway:BrokerTimeoutSeconds") *
			      1000U;

	for (size_t i = 0; i < gw->account_count; i++) {
		struct gw_account *a = &gw->accounts[i];
		size_t ended = 0;

		if (a->broker != NULL)
			ended = yq_broker_expire(
			    a->broker, yq_clock_monotonic_ns(gw->clock), timeout_ms);
		if (ended > 0)
			yq_warn("account %s: %zu calls without an answer from the broker",
			    a->settings.alias, ended);
	}
}

static void
on_beat(uv_timer_t *timer)
{
	struct gateway *gw = timer->data;
	bool serving = gw->account_count > 0;
	int64_t now_ns = yq_clock_monotonic_ns(gw->clock);
	size_t waiting = 0;

	/* What a burst took goes back to the system once it is over. */
	if (gw->task_count == 0 && gw->records.count == 0 &&
	    gw->sent_trimmed != gw->metrics.sent->value) {
		gw->sent_trimmed = gw->metrics.sent->value;
		(void)malloc_trim(0);
	}
	yq_gauge_set(gw->metrics.open, (int64_t)gw->orders.count);
	for (size_t i = 0; i < gw->account_count; i++)
		waiting += gw->accounts[i].task_count;
	yq_gauge_set(gw->metrics.look_age, gw_look_age_s(gw));
	yq_gauge_set(gw->metrics.waiting, (int64_t)waiting);
	yq_daemon_set_lag(gw->daemon, (int64_t)waiting);
	calls_expire(gw);
	gw_hours_tick(gw);
	if (!yq_daemon_valkey_up(gw->daemon))
		return;
	gw_lease_tick(gw);
	if (gw_lease_is_valid(gw)) {
		gw_reconcile_tick(gw);
		gw_doubts_tick(gw);
		gw_brackets_tick(gw);
		gw_days_tick(gw);
		gw_flatten_soon(gw);
	}
	for (size_t i = 0; i < gw->account_count; i++) {
		struct gw_account *a = &gw->accounts[i];

		if (a->state == GW_BROKEN && gw_lease_is_valid(gw) && now_ns >= a->retry_ns)
			gw_broker_again(a);
		serving = serving && a->state == GW_SERVING;
	}
	/* What is published before the channels are heard would be heard by nobody.  Who stands by
	 * does what it is meant to. */
	if ((serving || gw_lease_is_standby(gw)) && yq_subscriber_is_up(gw->subscriber) &&
	    !gw->told_ready) {
		gw->told_ready = true;
		yq_daemon_ready(gw->daemon);
	}
	gw_soon(gw);
}

/* The one without a name that serves is what `heartbeat:BrokerGateway` speaks of. */
void
gw_role_tell(struct gateway *gw)
{
	bool serves = gw->lease.held && !gw->lease.lost;
	char name[YQ_ALIAS_SIZE + 16];

	yq_str_format(name, sizeof(name), "%s%s%d", gw->name, gw->name[0] != '\0' ? "-" : "",
	    yq_daemon_instance(gw->daemon));
	yq_daemon_set_role(gw->daemon, name,
	    serves	     ? "serving"
	    : gw->lease.lost ? "fenced"
			     : "standby",
	    serves && gw->name[0] == '\0');
}

/* ---- start ---- */

static enum yq_rc
settings_open(struct gateway *gw, struct yq_err *err)
{
	const struct yq_config *config = yq_daemon_config(gw->daemon);
	struct yq_config_report report = { 0 };
	enum yq_rc rc = YQ_OK;

	gw->accounts_config = yq_settings_accounts(config, &report);
	gw->markets = yq_settings_markets(config, &report);
	gw_hours_read(gw);
	gw->risks = yq_settings_risk(config, &report);
	gw->life = yq_settings_life(config);
	yq_settings_gateway_name(config, &report, gw->name);
	yq_gateway_group(gw->name, gw->group);
	yq_str_copy_cut(gw->color, sizeof(gw->color), yq_config_text(config, "System:Color"));
	if (report.fault_count > 0)
		rc = yq_err_set(err, YQ_E_INVALID, "%s", yq_buf_text(&report.faults));
	yq_config_report_free(&report);
	return rc;
}

static void
handles_open(struct gateway *gw)
{
	(void)uv_idle_init(gw->loop, &gw->soon);
	(void)uv_timer_init(gw->loop, &gw->beat);
	(void)uv_timer_init(gw->loop, &gw->retry);
	gw->soon.data = gw->beat.data = gw->retry.data = gw;
	gw->started = true;
}

static void
on_valkey(struct yq_daemon *daemon, bool up)
{
	struct gateway *gw = yq_daemon_state(daemon);

	if (up && !gw_suspect_moved(gw))
		gw_soon(gw);
}

static enum yq_rc
start(struct yq_daemon *daemon, struct yq_err *err)
{
	struct gateway *gw = yq_daemon_state(daemon);
	struct yq_id owner = yq_id_random();
	enum yq_rc rc;

	gw->daemon = daemon;
	gw->loop = yq_daemon_loop(daemon);
	gw->clock = yq_daemon_clock(daemon);
	gw->valkey = yq_daemon_valkey(daemon);
	gw->records.last = &gw->records.first;
	gw->booked.remembered = GW_BOOKED_MAX;
	gw->told_orders.remembered = GW_TOLD_MAX;
	gw->had_orders.remembered = GW_HAD_MAX;
	memcpy(gw->owner, owner.text, sizeof(gw->owner));
	gw->stocks.items = yq_xcalloc(YQ_STEP_ITEMS_MAX, sizeof(*gw->stocks.items));
	gw->stocks.tickers = yq_xcalloc(YQ_STEP_ITEMS_MAX, sizeof(*gw->stocks.tickers));
	gw_metrics_open(gw);
	rc = settings_open(gw, err);
	if (rc != YQ_OK)
		return rc;
	handles_open(gw);
	gw_role_tell(gw);
	rc = gw_accounts_open(gw, err);
	if (rc == YQ_OK)
		rc = gw_intake_open(gw, err);
	if (rc != YQ_OK)
		return rc;
	yq_daemon_on_valkey(daemon, on_valkey);
	gw_lease_open(gw);
	gw_lease_tick(gw);
	(void)uv_timer_start(&gw->beat, on_beat, 50, BEAT_MS);
	return YQ_OK;
}

static void
check(const struct yq_config *config, struct yq_config_report *report)
{
	yq_settings_check(config, report);
}

/* Limits reload, and what strategies may do; accounts and markets do not. */
static void
reload(struct yq_daemon *daemon)
{
	struct gateway *gw = yq_daemon_state(daemon);
	const struct yq_config *config = yq_daemon_config(daemon);
	struct yq_config_report report = { 0 };
	struct yq_risks *risks = yq_settings_risk(config, &report);

	yq_config_report_free(&report); /* check() has seen it without faults */
	for (size_t i = 0; i < gw->account_count; i++)
		gw->accounts[i].limits = yq_risks_find(risks, gw->accounts[i].settings.alias);
	yq_risks_free(gw->risks);
	gw->risks = risks;
	gw->life = yq_settings_life(config);
}

/* ---- end ---- */

static void
drain(struct yq_daemon *daemon)
{
	struct gateway *gw = yq_daemon_state(daemon);

	gw->draining = true;
	if (gw->consumer != NULL)
		yq_consumer_pause(gw->consumer);
	gw_soon(gw);
}

static void
stop(struct yq_daemon *daemon)
{
	struct gateway *gw = yq_daemon_state(daemon);

	if (gw->daemon == NULL)
		return;
	gw_lease_close(gw);
	gw->stopped = true;
	gw_intake_close(gw);
	gw_queries_run(gw, true);
	gw_homeless_drop(gw);
	gw_resolves_drop(gw);
	gw_doubts_flush(gw, false);
	gw_accounts_close(gw);
	gw_tokens_close(gw);
	yq_shared_free(gw->shared);
	if (gw->started) {
		uv_close((uv_handle_t *)&gw->soon, NULL);
		uv_close((uv_handle_t *)&gw->beat, NULL);
		uv_close((uv_handle_t *)&gw->retry, NULL);
	}
	gw_flatten_drop(gw);
	gw_halts_drop(gw);
	yq_recent_clear(&gw->booked);
	yq_recent_clear(&gw->told_orders);
	yq_recent_clear(&gw->had_orders);
	gw_claims_drop(gw);
	free(gw->acks.ids);
	free(gw->stocks.items);
	free(gw->stocks.tickers);
	yq_accounts_free(gw->accounts_config);
	yq_markets_free(gw->markets);
	yq_risks_free(gw->risks);
}

static void
end(struct yq_daemon *daemon)
{
	struct gateway *gw = yq_daemon_state(daemon);

	free(gw->accounts);
}

int
main(int argc, char **argv)
{
	static const struct yq_daemon_spec spec = {
		.app = "BrokerGateway",
		.program = "yq-broker-gateway",
		.manual = manual,
		.state_size = sizeof(struct gateway),
		.needs_valkey = true,
		.check = check,
		.start = start,
		.drain = drain,
		.reload = reload,
		.stop = stop,
		.end = end,
	};

	return yq_daemon_main(&spec, argc, argv);
}
