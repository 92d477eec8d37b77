/* account.c - the accounts this gateway serves: opened, found, closed. */
#include "broker_gateway/account.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/apply.h"
#include "broker_gateway/bracket.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/lease.h"
#include "broker_gateway/position_name.h"
#include "broker_gateway/task.h"

static void
account_open(struct gateway *gw, struct gw_account *a, const struct yq_account_settings *settings)
{
	a->gw = gw;
	a->settings = *settings;
	a->limits = yq_risks_find(gw->risks, settings->alias);
	a->book = yq_account_make(settings->alias);
	a->book->commission_rate = settings->commission_rate;
	a->book->active = settings->active;
	a->last = &a->first;
}

enum yq_rc
gw_accounts_open(struct gateway *gw, struct yq_err *err)
{
	(void)err;
	gw->accounts = yq_xcalloc(gw->accounts_config->count, sizeof(*gw->accounts));
	for (size_t i = 0; i < gw->accounts_config->count; i++) {
		const struct yq_account_settings *settings = &gw->accounts_config->items[i];

		if (settings->active && yq_str_equal(settings->gateway, gw->name))
			account_open(gw, &gw->accounts[gw->account_count++], settings);
	}
	if (gw->account_count == 0)
		yq_warn("no account has the Gateway \"%s\"; see BrokerGateway:Name", gw->name);
	return YQ_OK;
}

enum gw_owner
gw_owner_of(const struct gateway *gw, const char *alias)
{
	const struct yq_account_settings *settings = yq_accounts_find(gw->accounts_config, alias);

	/* An account that is not active is served by nobody. */
	if (settings == NULL || !settings->active)
		return yq_str_equal(gw->name, yq_accounts_first_gateway(gw->accounts_config))
			   ? GW_OURS
			   : GW_OTHERS;
	return yq_str_equal(settings->gateway, gw->name) ? GW_OURS : GW_OTHERS;
}

struct gw_account *
gw_account_find(struct gateway *gw, const char *alias)
{
	for (size_t i = 0; i < gw->account_count; i++)
		if (yq_str_equal(gw->accounts[i].settings.alias, alias))
			return &gw->accounts[i];
	return NULL;
}

static bool
detach_order(void *cookie, struct yq_table_node *node)
{
	struct gw_order *o = yq_container(node, struct gw_order, node);

	if (cookie == NULL || o->account == cookie)
		gw_order_detach(o);
	return true;
}

void
gw_accounts_close(struct gateway *gw)
{
	for (size_t i = 0; i < gw->account_count; i++) {
		struct gw_account *a = &gw->accounts[i];

		yq_broker_free(a->broker);
		a->broker = NULL;
		gw_tasks_clear(a);
	}
	gw_recovery_drop(gw);
	gw_records_drop(gw);
	gw_brackets_drop(gw, NULL);
	free(gw->brackets.ids);
	gw->brackets.ids = NULL;
	yq_table_each(&gw->orders, detach_order, NULL);
	yq_table_clear(&gw->orders);
	for (size_t i = 0; i < gw->account_count; i++) {
		struct gw_account *a = &gw->accounts[i];

		gw_lanes_free(a);
		gw_position_names_free(a);
		gw_guard_clear(a);
		yq_account_free(a->book);
	}
	gw->account_count = 0; /* their memory goes when no call names them: see end() */
}

void
gw_accounts_forget(struct gateway *gw)
{
	for (size_t i = 0; i < gw->account_count; i++) {
		struct gw_account *a = &gw->accounts[i];

		a->state = GW_NO_LEASE;
		gw_tasks_clear(a);
		a->recovering = a->slow = a->overflow = false;
		a->generation++;
	}
	yq_table_each(&gw->orders, detach_order, NULL);
}

bool
gw_account_may_send(const struct gw_account *a)
{
	return a->state == GW_SERVING && a->settings.active && gw_lease_is_valid(a->gw);
}

bool
gw_throttle(struct gw_account *a, enum yq_call_class class, uint32_t count)
{
	int64_t now_ns = yq_clock_monotonic_ns(a->gw->clock);

	if (yq_throttle_take(&a->throttle, class, count, now_ns))
		return true;
	gw_retry_in(a->gw, 1 + (uint64_t)yq_throttle_wait_ns(&a->throttle, now_ns) / 1000000);
	return false;
}
