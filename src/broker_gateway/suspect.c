/* suspect.c - another master: ending, and asking before sending. */
#include "broker_gateway/suspect.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/account.h"
#include "broker_gateway/doubt.h"
#include "broker_gateway/fills.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/lease.h"
#include "broker_gateway/reconcile.h"
#include "broker_gateway/recover.h"
#include "broker_gateway/task.h"
#include "bus/reply.h"

#define HISTORY	 "History"
#define SINCE	 "HistorySince"
#define MARGIN_S 60 /* beyond the age at which a signal is refused as stale */

static bool
follows_sentinels(const struct gateway *gw)
{
	return yq_daemon_valkey_target(gw->daemon)->service_name[0] != '\0';
}

/* ---- how long */

/* A decision that was lost is made again from its signal as long as that is not stale. */
static int64_t
window_us(const struct gateway *gw)
{
	const struct yq_config *config = yq_daemon_config(gw->daemon);

	return (yq_config_int(config, "OrderManager:MaxSignalAgeSeconds") + MARGIN_S) *
	       YQ_US_PER_SECOND;
}

static void
keep_mark(struct gw_account *a, const char *history)
{
	struct gateway *gw = a->gw;
	struct yq_args *args = yq_valkey_args(gw->valkey);

	yq_args_text(args, "HSET");
	yq_args_key(args, YQ_KEY_LEASE, a->settings.alias);
	yq_args_text(args, HISTORY);
	yq_args_text(args, history);
	yq_args_text(args, SINCE);
	yq_args_int(args, a->suspect_since_us);
	yq_valkey_send(gw->valkey, args, YQ_VALKEY_TIMEOUT_MS, NULL, NULL);
}

static void
on_mark(void *cookie, enum yq_rc rc, const struct redisReply *reply, const struct yq_err *err)
{
	struct gw_account *a = cookie;
	struct gateway *gw = a->gw;
	const char *history, *since;
	int64_t since_us;

	if (gw->stopped || gw->lease.lost)
		return;
	history = yq_reply_text(yq_reply_at(reply, 0), NULL);
	since = yq_reply_text(yq_reply_at(reply, 1), NULL);
	if (rc != YQ_OK)
		yq_warn("account %s: its mark cannot be read: %s", a->settings.alias, err->text);
	else if (history != NULL && since != NULL && yq_str_equal(history, gw->history) &&
		 yq_str_to_int64(since, 0, INT64_MAX, &since_us))
		a->suspect_since_us = since_us;
	else
		keep_mark(a, gw->history);
	a->suspect_until_us = yq_clock_monotonic_of(gw->clock, a->suspect_since_us) + window_us(gw);
}

static void
read_mark(struct gw_account *a)
{
	struct gateway *gw = a->gw;
	struct yq_args *args = yq_valkey_args(gw->valkey);

	a->suspect_since_us = yq_clock_now_us(gw->clock);
	a->suspect_begun_us = yq_clock_monotonic_us(gw->clock);
	a->suspect_until_us = INT64_MAX;
	yq_args_text(args, "HMGET");
	yq_args_key(args, YQ_KEY_LEASE, a->settings.alias);
	yq_args_words(args, HISTORY " " SINCE);
	yq_valkey_send(gw->valkey, args, YQ_VALKEY_TIMEOUT_MS, on_mark, a);
}

void
gw_suspect_begin(struct gateway *gw)
{
	if (!follows_sentinels(gw))
		return;
	yq_str_copy_cut(gw->history, sizeof(gw->history), yq_valkey_history(gw->valkey));
	for (size_t i = 0; i < gw->account_count; i++)
		read_mark(&gw->accounts[i]);
}

/* ---- another master */

static bool
differs(const struct gateway *gw, const char *history)
{
	return history[0] != '\0' && !yq_str_equal(history, gw->history);
}

bool
gw_suspect_moved(struct gateway *gw)
{
	if (gw->history[0] == '\0')
		return false;
	if (!differs(gw, yq_valkey_history(gw->valkey)) &&
	    (gw->consumer == NULL || !differs(gw, yq_consumer_history(gw->consumer))))
		return false;
	gw_lease_renounce(gw, "Valkey has another master, which may lack what was written last");
	return true;
}

/* ---- orders */

bool
gw_suspects(const struct gw_account *a)
{
	return yq_clock_monotonic_us(a->gw->clock) < a->suspect_until_us;
}

bool
gw_suspect_covers(const struct gw_account *a, int64_t time_us)
{
	return gw_suspects(a) && time_us >= a->suspect_since_us - window_us(a->gw);
}

bool
gw_suspect_take(struct gw_order *o)
{
	struct gw_account *a = o->account;

	if (!gw_suspects(a))
		return false;
	o->suspect = true;
	/* Wherever an earlier decision stood in time, it is looked for from there on. */
	o->claimed_at_us = a->suspect_since_us - window_us(a->gw);
	gw_order_set_phase(o, GW_UNKNOWN); /* what follows on its lane waits */
	gw_doubt_begin(o, "Valkey failed over, and may not know what was sent before");
	gw_order_settles(o);
	if (a->state != GW_LOADING) /* else with the others that were left behind */
		gw_ask(o);
	return true;
}

void
gw_suspect_found(struct gw_order *o)
{
	yq_warn("order %s was sent before Valkey failed over: it is taken over, not sent",
	    o->order.id.text);
	o->suspect = false;
	gw_reserve_again(o);
	(void)gw_order_event(o, YQ_EVENT_CLAIM, "", true);
}

/* What was sent right before the change may yet show up; then it is asked about again. */
void
gw_suspect_absent(struct gw_order *o)
{
	struct gw_account *a = o->account;
	int64_t gone_us = yq_clock_monotonic_us(a->gw->clock) - a->suspect_begun_us;

	if (gone_us < a->broker->capabilities.absent_after_us)
		return;
	o->suspect = false;
	o->claimed_at_us = 0;
	gw_order_set_phase(o, GW_WAITING);
	gw_doubt_look(o);
	gw_task_order(o);
}
