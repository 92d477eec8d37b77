/* account.c - the accounts this gateway serves: opened, found, lost, closed. */
#include "broker_gateway/account.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/apply.h"
#include "broker_gateway/brokers.h"
#include "broker_gateway/gateway.h"
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
	gw_broker_try(a);
}

enum yq_rc
gw_accounts_open(struct gateway *gw, struct yq_err *err)
{
	(void)err;
	gw->accounts = yq_xcalloc(gw->accounts_config->count, sizeof(*gw->accounts));
	for (size_t i = 0; i < gw->accounts_config->count; i++) {
		const struct yq_account_settings *settings = &gw->accounts_config->items[i];

		if (settings->active)
			account_open(gw, &gw->accounts[gw->account_count++], settings);
	}
	return YQ_OK;
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
	gw_records_drop(gw);
	yq_table_each(&gw->orders, detach_order, NULL);
	yq_table_clear(&gw->orders);
	for (size_t i = 0; i < gw->account_count; i++) {
		struct gw_account *a = &gw->accounts[i];

		gw_lanes_free(a);
		gw_position_names_free(a);
		yq_account_free(a->book);
	}
	gw->account_count = 0; /* their memory goes when no call names them: see end() */
}

bool
gw_account_may_send(const struct gw_account *a)
{
	return a->state == GW_SERVING && a->settings.active &&
	       yq_clock_monotonic_ns(a->gw->clock) < a->lease_until_ns;
}

void
gw_account_lose(struct gw_account *a, const char *why)
{
	if (a->state == GW_NO_LEASE)
		return;
	a->state = GW_NO_LEASE;
	yq_counter_add(a->gw->metrics.fenced, 1);
	yq_error("account %s: no longer served here: %s", a->settings.alias, why);
	gw_notify(a->gw, "System", "Critical", "account %s is no longer served by this gateway: %s",
	    a->settings.alias, why);
	gw_tasks_clear(a);
	yq_table_each(&a->gw->orders, detach_order, a);
	a->settling = 0;
	a->generation++;
}
