/* look.c - when the broker is looked at: what is due, one question at a time, with pauses. */
#include "broker_gateway/look.h"

#include "base/log.h"
#include "base/str.h"
#include "broker_gateway/account.h"
#include "broker_gateway/compare.h"
#include "broker_gateway/gateway.h"
#include "broker_gateway/sync.h"

#define SECOND_NS     INT64_C(1000000000)
#define PAUSE_MAX_NS  (60 * SECOND_NS)
#define FAILURES_TOLD 3		       /* in a row, and people are told */
#define FOREIGN_NS    (15 * SECOND_NS) /* between looks at the books for what others trade */

static int64_t
setting_ns(const struct gateway *gw, const char *name, int64_t unit_ns)
{
	return yq_config_int(yq_daemon_config(gw->daemon), name) * unit_ns;
}

static int64_t
orders_every_ns(const struct gateway *gw)
{
	return setting_ns(gw, "BrokerGateway:ReconcileOrdersSeconds", SECOND_NS);
}

static int64_t
books_every_ns(const struct gateway *gw)
{
	return setting_ns(gw, "BrokerGateway:ReconcilePositionsSeconds", SECOND_NS);
}

static int64_t
full_every_ns(const struct gateway *gw)
{
	return setting_ns(gw, "BrokerGateway:AccountUpdateIntervalMinutes", 60 * SECOND_NS);
}

void
gw_look_begin(struct gw_account *a)
{
	struct gw_look *look = &a->look;

	look->orders_done = false;
	look->full_wanted = true;
	look->orders_due_ns = look->books_due_ns = look->full_due_ns = 0;
	look->failures = 0;
	look->known_us = look->fills_next_us = look->fills_from_us;
	look->first = true;
	look->stray_failed = look->late_failed = false;
	look->suspect_count = 0;
	look->seen = 0;
	look->orders_again = look->books_again = false;
	look->traded_elsewhere = false;
}

void
gw_look_orders_now(struct gw_account *a)
{
	a->look.orders_due_ns = 0;
	a->look.orders_again = a->look.under_way;
	gw_soon(a->gw);
}

void
gw_look_orders_again(struct gw_account *a)
{
	int64_t due_ns = yq_clock_monotonic_ns(a->gw->clock) + SECOND_NS;

	if (due_ns < a->look.orders_due_ns)
		a->look.orders_due_ns = due_ns;
}

void
gw_look_books_now(struct gw_account *a, bool full)
{
	a->look.books_due_ns = 0;
	a->look.books_again = a->look.under_way;
	a->look.full_wanted = a->look.full_wanted || full;
	gw_soon(a->gw);
}

void
gw_look_traded_elsewhere(struct gw_account *a)
{
	struct gw_look *look = &a->look;
	int64_t soonest_ns = look->foreign_ns + FOREIGN_NS;

	look->traded_elsewhere = true;
	if (soonest_ns < look->books_due_ns)
		look->books_due_ns = soonest_ns;
	look->foreign_ns = yq_clock_monotonic_ns(a->gw->clock);
}

void
gw_look_foreign(struct gw_account *a, uint64_t sum)
{
	bool changed = sum != a->look.foreign && sum != 0 && !a->look.first;

	a->look.foreign = sum;
	if (changed)
		gw_look_traded_elsewhere(a);
}

/* ---- what comes of it ---- */

static void
answered(struct gw_account *a)
{
	char name[YQ_ALIAS_SIZE + 16];

	a->look.done_ns = yq_clock_monotonic_ns(a->gw->clock);
	if (a->look.failures >= FAILURES_TOLD) {
		yq_str_format(name, sizeof(name), "broker:%s", a->settings.alias);
		yq_daemon_unready(a->gw->daemon, name, NULL);
		gw_notify(a->gw, "System", "Info", "account %s: the broker answers questions again",
		    a->settings.alias);
	}
	a->look.failures = 0;
}

/* The pause before the next try. */
static int64_t
failed(struct gw_account *a, int64_t every_ns, const struct yq_err *err)
{
	int64_t pause_ns = a->state == GW_SERVING ? every_ns : SECOND_NS;
	char name[YQ_ALIAS_SIZE + 16];

	yq_counter_add(a->gw->metrics.look_failures, 1);
	if (++a->look.failures == FAILURES_TOLD) {
		yq_str_format(name, sizeof(name), "broker:%s", a->settings.alias);
		yq_daemon_unready(a->gw->daemon, name, err->text);
		gw_notify(a->gw, "System", "Warning",
		    "account %s: the broker does not answer questions (%s); it is asked again with "
		    "growing pauses",
		    a->settings.alias, err->text);
	}
	for (unsigned i = 1; i < a->look.failures && pause_ns < PAUSE_MAX_NS; i++)
		pause_ns *= 2;
	yq_debug("account %s: look at the broker: %s", a->settings.alias, err->text);
	return pause_ns < PAUSE_MAX_NS || every_ns > PAUSE_MAX_NS ? pause_ns : PAUSE_MAX_NS;
}

void
gw_look_orders_end(struct gw_account *a, enum yq_rc rc, const struct yq_err *err)
{
	struct gw_look *look = &a->look;
	int64_t now_ns = yq_clock_monotonic_ns(a->gw->clock);

	look->under_way = false;
	gw_soon(a->gw);
	if (rc != YQ_OK) {
		look->orders_due_ns = now_ns + failed(a, orders_every_ns(a->gw), err);
		return;
	}
	yq_counter_add(a->gw->metrics.looks_orders, 1);
	look->orders_due_ns = now_ns + (look->orders_again ? SECOND_NS : orders_every_ns(a->gw));
	look->orders_done = true;
	look->rounds++;
	answered(a);
}

void
gw_look_books_end(struct gw_account *a, enum yq_rc rc, const struct yq_err *err, int64_t again_ns)
{
	struct gw_look *look = &a->look;
	int64_t now_ns = yq_clock_monotonic_ns(a->gw->clock);

	look->under_way = false;
	gw_soon(a->gw);
	if (rc != YQ_OK) {
		look->books_due_ns = now_ns + failed(a, books_every_ns(a->gw), err);
		return;
	}
	look->books_due_ns = now_ns + (again_ns > 0	      ? again_ns
					  : look->books_again ? SECOND_NS
							      : books_every_ns(a->gw));
	if (!look->full_wanted)
		yq_counter_add(a->gw->metrics.looks_books, 1);
	answered(a);
}

/* ---- what is due ---- */

/* While anything is on its way to or from the broker the books cannot be compared. */
static bool
is_quiet(const struct gw_account *a)
{
	return a->look.orders_done && !a->look.stray_failed && a->unanswered == 0 &&
	       a->records == 0 && a->asks == 0 && a->looked_up == 0 && a->look.strays == 0;
}

static void
look_at(struct gw_account *a, int64_t now_ns)
{
	struct gw_look *look = &a->look;

	if (look->under_way || (a->state != GW_SERVING && a->state != GW_SETTLING) ||
	    a->settling > 0)
		return;
	if (now_ns >= look->full_due_ns)
		look->full_wanted = true;
	if (now_ns >= look->orders_due_ns && look->strays == 0) {
		if (!gw_throttle(a, YQ_CALL_POLL, YQ_CALLS_BURST_MIN))
			return;
		look->under_way = true;
		look->orders_again = false;
		look->begun_ns = now_ns;
		gw_compare_orders(a);
	} else if ((now_ns >= look->books_due_ns || now_ns >= look->full_due_ns) && is_quiet(a)) {
		if (!gw_throttle(a, YQ_CALL_POLL, YQ_CALLS_BURST_MIN))
			return;
		look->under_way = true;
		look->books_again = false;
		look->begun_ns = now_ns;
		look->full_due_ns = now_ns + full_every_ns(a->gw);
		gw_sync(a);
	}
}

void
gw_look_tick(struct gateway *gw)
{
	int64_t now_ns = yq_clock_monotonic_ns(gw->clock);

	for (size_t i = 0; i < gw->account_count; i++)
		if (gw->accounts[i].broker != NULL)
			look_at(&gw->accounts[i], now_ns);
}

int64_t
gw_look_age_s(const struct gateway *gw)
{
	int64_t now_ns = yq_clock_monotonic_ns(gw->clock), age_ns = 0;

	for (size_t i = 0; i < gw->account_count; i++) {
		const struct gw_account *a = &gw->accounts[i];

		if (a->state == GW_SERVING && now_ns - a->look.done_ns > age_ns)
			age_ns = now_ns - a->look.done_ns;
	}
	return age_ns / SECOND_NS;
}
