/* lease.c - one gateway an account: leases taken, renewed, given back. */
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/account.h"
#include "broker_gateway/brokers.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/lease.h"

struct leasing {
	struct gw_account *account;
	int64_t asked_ns;
	int64_t ttl_ns;
};

static void
lease_won(struct gw_account *a, int64_t token)
{
	char name[YQ_ALIAS_SIZE + 16];

	yq_str_format(name, sizeof(name), "lease of %s", a->settings.alias);
	yq_daemon_unready(a->gw->daemon, name, NULL);
	yq_info("account %s: lease taken, token %lld", a->settings.alias, (long long)token);
	a->fence = token;
	a->state = GW_LOADING;
	a->synced_once = false;
	a->gw->recovery.wanted = true;
	/* What was delivered while another had it comes again. */
	if (a->gw->consumer != NULL)
		yq_consumer_rewind(a->gw->consumer);
	gw_soon(a->gw);
}

static void
on_lease(void *cookie, enum yq_rc rc, int64_t token, const char *holder, const struct yq_err *err)
{
	struct leasing *l = cookie;
	struct gw_account *a = l->account;
	struct gateway *gw = a->gw;
	char name[YQ_ALIAS_SIZE + 16];

	if (gw->stopped) {
		free(l);
		return;
	}
	a->leasing = false;
	if (rc != YQ_OK) {
		yq_warn("account %s: lease: %s", a->settings.alias, err->text);
	} else if (!yq_str_equal(holder, gw->owner)) {
		yq_str_format(name, sizeof(name), "lease of %s", a->settings.alias);
		yq_daemon_unready(gw->daemon, name, "another gateway holds the lease");
		if (a->state != GW_NO_LEASE)
			gw_account_lose(a, "another gateway holds the lease");
	} else {
		a->lease_until_ns = l->asked_ns + l->ttl_ns;
		if (a->state != GW_NO_LEASE && a->fence != token)
			gw_account_lose(a, "the lease was held by another in between");
		if (a->state == GW_NO_LEASE)
			lease_won(a, token);
	}
	free(l);
}

void
gw_lease_returned(
    void *cookie, enum yq_rc rc, int64_t token, const char *holder, const struct yq_err *err)
{
	(void)cookie;
	(void)token;
	(void)holder;
	if (rc != YQ_OK)
		yq_debug("a lease was not given back: %s", err->text);
}

static uint32_t
lease_ms(const struct gateway *gw)
{
	return (uint32_t)yq_config_int(yq_daemon_config(gw->daemon), "BrokerGateway:LeaseSeconds") *
	       1000U;
}

void
gw_leases_renew(struct gateway *gw)
{
	int64_t now_ns = yq_clock_monotonic_ns(gw->clock);
	int64_t ttl_ns = (int64_t)lease_ms(gw) * 1000000;

	for (size_t i = 0; i < gw->account_count; i++) {
		struct gw_account *a = &gw->accounts[i];
		struct leasing *l;

		if (a->state == GW_BROKEN && now_ns >= a->retry_ns)
			gw_broker_try(a);
		if (a->state == GW_BROKEN || a->leasing)
			continue;
		if (a->state != GW_NO_LEASE && a->lease_until_ns - now_ns > ttl_ns * 2 / 3)
			continue;
		l = yq_xcalloc(1, sizeof(*l));
		*l = (struct leasing){ a, now_ns, ttl_ns };
		a->leasing = true;
		yq_step_lease(gw->valkey, a->settings.alias, gw->owner, lease_ms(gw), on_lease, l);
	}
}
