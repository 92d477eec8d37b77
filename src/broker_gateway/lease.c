/* lease.c - one gateway an account: leases won, renewed, lost, given back. */
#include "broker_gateway/lease.h"

#include <assert.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker_gateway/account.h"
#include "broker_gateway/brokers.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/intake.h"
#include "broker_gateway/suspect.h"

#define QUIT_MS	      300 /* for the notification to leave */
#define SPARE_ASKS    2	  /* beyond a lease's time, until its holder is believed to live */
#define STANDBY_MAX_S 20  /* ... or so long: a service manager does not wait for ever */
#define WARY_LEASES   4
#define ASK_SECONDS   1 /* gw_lease_tick is called so often */

static uint32_t
lease_ms(const struct gateway *gw)
{
	return (uint32_t)yq_config_int(yq_daemon_config(gw->daemon), "BrokerGateway:LeaseSeconds") *
	       1000U;
}

static int64_t
lease_ns(const struct gateway *gw)
{
	return (int64_t)lease_ms(gw) * 1000000;
}

/* ---- winning */

static void
won(struct gateway *gw, const int64_t *tokens)
{
	assert(tokens != NULL || gw->account_count == 0);
	gw->lease.held = true;
	gw->lease.asks = 0;
	for (size_t i = 0; tokens != NULL && i < gw->account_count; i++) {
		struct gw_account *a = &gw->accounts[i];

		yq_info(
		    "account %s: lease taken, token %lld", a->settings.alias, (long long)tokens[i]);
		a->fence = tokens[i];
		gw_broker_try(a);
	}
	gw_role_tell(gw);
	gw_suspect_begin(gw);
	gw_intake_begin(gw);
	gw_soon(gw);
}

/* ---- losing */

static void
on_quit(uv_timer_t *timer)
{
	struct gateway *gw = timer->data;

	yq_daemon_exit(gw->daemon, YQ_EXIT_FORCED, true);
}

/* From here on nothing is sent or written any more. */
static void
leave(struct gateway *gw)
{
	gw->lease.lost = true;
	gw_accounts_forget(gw);
	gw_role_tell(gw);
	(void)uv_timer_start(&gw->lease.quit, on_quit, QUIT_MS, 0);
}

void
gw_lease_lose(struct gateway *gw, const char *why)
{
	if (gw->lease.lost || !gw->lease.held || gw->stopped || gw_suspect_moved(gw))
		return;
	yq_counter_add(gw->metrics.fenced, 1);
	yq_error("the accounts are no longer served here: %s; this gateway ends", why);
	gw_notify(gw, "System", "Critical",
	    "gateway %s%sinstance %d no longer serves its accounts: %s.  It changes nothing any "
	    "more and ends; started again it stands by.",
	    gw->name, gw->name[0] != '\0' ? ", " : "", yq_daemon_instance(gw->daemon), why);
	leave(gw);
}

/* ---- asking */

static bool
same_tokens(const struct gateway *gw, const int64_t *tokens)
{
	for (size_t i = 0; i < gw->account_count; i++)
		if (gw->accounts[i].fence != tokens[i])
			return false;
	return true;
}

static void
refused(struct gateway *gw, const struct yq_lease_answer *answer)
{
	if (gw->lease.held) {
		gw_lease_lose(gw, "another gateway has taken over");
		return;
	}
	if (gw->lease.asks++ == 0)
		yq_info("account %s: another gateway holds the lease; waiting",
		    gw->lease.aliases[answer->held]);
	gw_role_tell(gw);
}

static void
on_lease(
    void *cookie, enum yq_rc rc, const struct yq_lease_answer *answer, const struct yq_err *err)
{
	struct gateway *gw = cookie;

	if (gw->stopped)
		return;
	gw->lease.asking = false;
	if (gw->lease.lost)
		return;
	if (rc != YQ_OK) {
		yq_warn("leases: %s", err->text);
		return;
	}
	if (!answer->granted) {
		refused(gw, answer);
		return;
	}
	if (gw->lease.held && !same_tokens(gw, answer->tokens)) {
		gw_lease_lose(gw, "another gateway had taken over in between");
		return;
	}
	gw->lease.until_ns = gw->lease.asked_ns + lease_ns(gw);
	if (!gw->lease.held)
		won(gw, answer->tokens);
	else
		gw_intake_more(gw); /* it reads nothing while the lease is over */
}

void
gw_lease_tick(struct gateway *gw)
{
	int64_t now_ns = yq_clock_monotonic_ns(gw->clock);

	if (gw->lease.asking || gw->lease.lost || gw->account_count == 0)
		return;
	if (gw->lease.held && gw->lease.until_ns - now_ns > lease_ns(gw) * 2 / 3)
		return;
	gw->lease.asking = true;
	gw->lease.asked_ns = now_ns;
	yq_step_lease(gw->valkey, gw->lease.aliases, gw->account_count, gw->owner, lease_ms(gw),
	    on_lease, gw);
}

/* ---- looking */

bool
gw_lease_is_valid_for(const struct gateway *gw, uint32_t ms)
{
	return gw->lease.held && !gw->lease.lost &&
	       yq_clock_monotonic_ns(gw->clock) + (int64_t)ms * 1000000 < gw->lease.until_ns;
}

bool
gw_lease_is_valid(const struct gateway *gw)
{
	return gw_lease_is_valid_for(gw, 0);
}

/* It is renewed at two thirds, looked at every second: a sixth is always left. */
uint32_t
gw_lease_read_ms(const struct gateway *gw)
{
	return lease_ms(gw) / 6;
}

uint32_t
gw_lease_wary_ms(const struct gateway *gw)
{
	return WARY_LEASES * lease_ms(gw);
}

bool
gw_lease_is_standby(const struct gateway *gw)
{
	uint32_t seconds = lease_ms(gw) / 1000;

	if (seconds > STANDBY_MAX_S)
		seconds = STANDBY_MAX_S;
	return !gw->lease.held && gw->lease.asks * ASK_SECONDS > seconds + SPARE_ASKS;
}

/* ---- begin and end */

void
gw_lease_open(struct gateway *gw)
{
	gw->lease.aliases = yq_xcalloc(gw->account_count + 1, sizeof(*gw->lease.aliases));
	for (size_t i = 0; i < gw->account_count; i++)
		gw->lease.aliases[i] = gw->accounts[i].settings.alias;
	(void)uv_timer_init(gw->loop, &gw->lease.quit);
	gw->lease.quit.data = gw;
	/* Without accounts there is nothing to win, but messages for nobody are to be told of. */
	if (gw->account_count == 0) {
		gw->lease.until_ns = INT64_MAX;
		won(gw, NULL);
	}
}

/* A lease that is given back saves the next one the wait. */
void
gw_lease_returned(
    void *cookie, enum yq_rc rc, const struct yq_lease_answer *answer, const struct yq_err *err)
{
	(void)cookie;
	(void)answer;
	if (rc != YQ_OK)
		yq_debug("the leases were not given back: %s", err->text);
}

static void
give_back(struct gateway *gw)
{
	if (gw->account_count > 0)
		yq_step_lease(gw->valkey, gw->lease.aliases, gw->account_count, gw->owner, 0,
		    gw_lease_returned, NULL);
}

void
gw_lease_renounce(struct gateway *gw, const char *why)
{
	if (gw->lease.lost || !gw->lease.held || gw->stopped)
		return;
	yq_warn("%s: this gateway ends, to begin anew", why);
	gw_notify(gw, "System", "Warning",
	    "gateway %s%sinstance %d begins anew and asks the brokers: %s", gw->name,
	    gw->name[0] != '\0' ? ", " : "", yq_daemon_instance(gw->daemon), why);
	leave(gw);
	give_back(gw);
}

void
gw_lease_close(struct gateway *gw)
{
	if (gw->lease.aliases == NULL)
		return;
	if (gw->lease.held && !gw->lease.lost && yq_daemon_valkey_up(gw->daemon))
		give_back(gw);
	uv_close((uv_handle_t *)&gw->lease.quit, NULL);
	free(gw->lease.aliases);
	gw->lease.aliases = NULL;
}
