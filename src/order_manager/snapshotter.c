/* snapshotter.c - when which market's day is recorded, and what people are told of it. */
#include "order_manager/snapshotter.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "daemon/settings.h"
#include "order_manager/snapshot_round.h"

#define TICK_MS	     200  /* while a day's end is to be recorded */
#define REST_MS	     1000 /* else */
#define RETRY_MIN_US (250 * YQ_US_PER_MS)
#define RETRY_MAX_US (60 * YQ_US_PER_SECOND)
#define KINDS	     (2 * (size_t)YQ_COUNTRY_COUNT) /* in market hours, and at any hour */

/* The accounts of one market, by their hours: they end their day together. */
struct kind {
	struct yq_day_end end; /* the latest */
	bool over;	       /* all are recorded, or it is too late */
	int64_t retry_us;      /* monotonic: not before */
	int64_t wait_us;
	char why[YQ_ERR_TEXT_MAX]; /* something is pending; "" = nothing is known to be */
};

struct yq_snapshotter {
	struct yq_daemon *daemon;
	struct yq_worker *worker;
	const struct yq_books *books;
	struct yq_accounts *accounts; /* owned, like the markets */
	struct yq_markets *markets;
	int64_t delay_us;
	uv_timer_t *timer;
	struct kind kinds[KINDS];
	struct yq_snapshot_round *round; /* NULL = none is under way */
	size_t present;			 /* the kind whose it is */
	yq_date ahead; /* the day that is not over, of which people were told last */
	bool stopped, reload_due;
	struct yq_counter *written;
	struct yq_gauge *last, *pending;
};

static bool
any_hour_of(size_t kind)
{
	return kind >= YQ_COUNTRY_COUNT;
}

static const struct yq_market *
market_of(size_t kind)
{
	return yq_market_of_country((enum yq_country)(kind % YQ_COUNTRY_COUNT));
}

static const struct yq_market_hours *
hours_of(const struct yq_snapshotter *snapshotter, size_t kind)
{
	return yq_calendar_hours(
	    yq_markets_calendar(snapshotter->markets), market_of(kind)->exchange);
}

static void
tell(struct yq_snapshotter *snapshotter, const char *text)
{
	yq_daemon_notify(snapshotter->daemon, "System", "Warning", text);
}

static const char *
country_name(size_t kind)
{
	return yq_names_text(&yq_country_names, (int)market_of(kind)->country);
}

/* ---- what became of a round ---- */

static void
on_row(void *cookie, const char *alias, yq_date before)
{
	struct yq_snapshotter *snapshotter = cookie;
	size_t kind = snapshotter->present;
	yq_date date = snapshotter->kinds[kind].end.date;
	unsigned missing = 0;
	char text[320];

	if (before != 0)
		missing = yq_day_ends_between(
		    hours_of(snapshotter, kind), any_hour_of(kind), before, date);
	if (missing == 0)
		return;
	(void)yq_str_format(text, sizeof(text),
	    "The ends of %u days of %s are not recorded for %s, between %d and %d: the system was "
	    "away then, or could not read them; its return over that time counts as one day's",
	    missing, country_name(kind), alias, (int)before, (int)date);
	tell(snapshotter, text);
}

static void
show_pending(struct yq_snapshotter *snapshotter)
{
	int64_t pending = 0;

	for (size_t i = 0; i < KINDS; i++)
		pending += snapshotter->kinds[i].why[0] != '\0';
	yq_gauge_set(snapshotter->pending, pending);
}

/* A row that is there stays, so the end of that day will not be what is written of it. */
static void
tell_ahead(struct yq_snapshotter *snapshotter, const struct yq_snapshot_outcome *outcome)
{
	char text[320];

	if (outcome->ahead == 0 || outcome->ahead == snapshotter->ahead)
		return;
	snapshotter->ahead = outcome->ahead;
	(void)yq_str_format(text, sizeof(text),
	    "The end of %d in %s is recorded for %s, and that day is not over: the clock was ahead "
	    "then.  What is recorded of it stays, and is not of its end",
	    (int)outcome->ahead, country_name(snapshotter->present), outcome->ahead_alias);
	tell(snapshotter, text);
}

static void
put_off(struct kind *kind, int64_t now_us)
{
	kind->wait_us = kind->wait_us == 0 ? RETRY_MIN_US : kind->wait_us * 2;
	if (kind->wait_us > RETRY_MAX_US)
		kind->wait_us = RETRY_MAX_US;
	kind->retry_us = now_us + kind->wait_us;
}

static void load(struct yq_snapshotter *snapshotter);

static void
on_done(void *cookie, const struct yq_snapshot_outcome *outcome)
{
	struct yq_snapshotter *snapshotter = cookie;
	struct kind *kind = &snapshotter->kinds[snapshotter->present];

	snapshotter->round = NULL;
	if (outcome->written > 0) {
		yq_counter_add(snapshotter->written, outcome->written);
		yq_gauge_set(snapshotter->last, outcome->taken_at_us / YQ_US_PER_SECOND);
		yq_daemon_set_snapshot(snapshotter->daemon, outcome->taken_at_us);
		yq_info("the end of %d in %s is recorded for %u accounts", (int)kind->end.date,
		    country_name(snapshotter->present), outcome->written);
	}
	kind->over = outcome->pending == 0;
	kind->why[0] = '\0';
	if (outcome->pending > 0) {
		(void)yq_str_format(kind->why, sizeof(kind->why), "%s: %s",
		    outcome->alias == NULL ? "all" : outcome->alias, outcome->why);
		yq_debug("the end of %d in %s has to wait: %s", (int)kind->end.date,
		    country_name(snapshotter->present), kind->why);
		put_off(kind, yq_clock_monotonic_us(yq_daemon_clock(snapshotter->daemon)));
	}
	show_pending(snapshotter);
	tell_ahead(snapshotter, outcome);
	if (snapshotter->reload_due)
		load(snapshotter);
}

/* ---- when ---- */

static bool
start_round(struct yq_snapshotter *snapshotter, size_t kind)
{
	YQ_CLEANUP(yq_freep)
	const char **aliases = yq_xcalloc(snapshotter->accounts->count + 1, sizeof(*aliases));
	struct yq_snapshot_wish wish = {
		.daemon = snapshotter->daemon,
		.worker = snapshotter->worker,
		.books = snapshotter->books,
		.currency = market_of(kind)->currency,
		.end = snapshotter->kinds[kind].end,
		.aliases = aliases,
	};

	for (size_t i = 0; i < snapshotter->accounts->count; i++) {
		const struct yq_account_settings *account = &snapshotter->accounts->items[i];

		if (account->active && account->any_hour == any_hour_of(kind))
			aliases[wish.count++] = account->alias;
	}
	if (wish.count == 0) {
		snapshotter->kinds[kind].over = true;
		return false;
	}
	snapshotter->present = kind;
	snapshotter->round = yq_snapshot_round_start(&wish, on_row, on_done, snapshotter);
	return snapshotter->round != NULL;
}

static void
give_up(struct yq_snapshotter *snapshotter, size_t number)
{
	struct kind *kind = &snapshotter->kinds[number];
	char text[YQ_ERR_TEXT_MAX + 200];

	kind->over = true;
	if (kind->why[0] == '\0')
		return; /* it was away: the next end tells how many are missing */
	(void)yq_str_format(text, sizeof(text),
	    "The end of %d in %s could not be recorded, and the next day has begun.  %s",
	    (int)kind->end.date, country_name(number), kind->why);
	kind->why[0] = '\0';
	show_pending(snapshotter);
	tell(snapshotter, text);
}

/* True when a round has begun. */
static bool
look_at(struct yq_snapshotter *snapshotter, size_t number, int64_t now_us)
{
	struct kind *kind = &snapshotter->kinds[number];
	struct yq_day_end end = kind->end;

	/* Until the market opens again there is no later one; calendars are not asked for nothing.
	 */
	if ((now_us < end.closed_us || now_us >= end.until_us) &&
	    !yq_day_end_before(hours_of(snapshotter, number), any_hour_of(number), now_us, &end))
		return false;
	if (end.closed_us != kind->end.closed_us) {
		if (!kind->over)
			give_up(snapshotter, number);
		*kind = (struct kind){ 0 };
	}
	kind->end = end;
	if (kind->over || now_us < kind->end.closed_us + snapshotter->delay_us)
		return false;
	if (now_us >= kind->end.until_us) {
		give_up(snapshotter, number);
		return false;
	}
	if (yq_clock_monotonic_us(yq_daemon_clock(snapshotter->daemon)) < kind->retry_us)
		return false;
	return start_round(snapshotter, number);
}

static void
look(struct yq_snapshotter *snapshotter)
{
	int64_t now_us = yq_clock_now_us(yq_daemon_clock(snapshotter->daemon));

	if (snapshotter->round != NULL || snapshotter->stopped ||
	    yq_books_forbidden(snapshotter->books) != NULL ||
	    !yq_daemon_valkey_up(snapshotter->daemon))
		return;
	for (size_t i = 0; i < KINDS; i++)
		if (look_at(snapshotter, i, now_us))
			return;
}

static void
on_timer(uv_timer_t *timer)
{
	struct yq_snapshotter *snapshotter = timer->data;
	uint64_t ms = REST_MS;

	look(snapshotter);
	for (size_t i = 0; i < KINDS; i++)
		if (!snapshotter->kinds[i].over)
			ms = TICK_MS;
	uv_timer_start(timer, on_timer, ms, 0);
}

/* ---- life ---- */

static void
load(struct yq_snapshotter *snapshotter)
{
	const struct yq_config *config = yq_daemon_config(snapshotter->daemon);
	struct yq_config_report report = { 0 };
	struct yq_accounts *accounts = yq_settings_accounts(config, &report);
	struct yq_markets *markets = yq_settings_markets(config, &report);

	snapshotter->reload_due = false;
	snapshotter->delay_us =
	    yq_config_int(config, "OrderManager:SnapshotDelaySeconds") * YQ_US_PER_SECOND;
	if (report.fault_count > 0) { /* the start and the reload have checked it */
		yq_accounts_free(accounts);
		yq_markets_free(markets);
	} else {
		yq_accounts_free(snapshotter->accounts);
		yq_markets_free(snapshotter->markets);
		snapshotter->accounts = accounts;
		snapshotter->markets = markets;
		for (size_t i = 0; i < KINDS; i++)
			snapshotter->kinds[i].end.until_us = 0; /* the calendar may be another */
	}
	yq_config_report_free(&report);
}

struct yq_snapshotter *
yq_snapshotter_open(struct yq_daemon *daemon, struct yq_worker *worker,
    const struct yq_books *books, struct yq_err *err)
{
	struct yq_snapshotter *snapshotter = yq_xcalloc(1, sizeof(*snapshotter));
	struct yq_metrics *metrics = yq_daemon_metrics(daemon);

	snapshotter->daemon = daemon;
	snapshotter->worker = worker;
	snapshotter->books = books;
	load(snapshotter);
	if (snapshotter->accounts == NULL || snapshotter->markets == NULL) {
		free(snapshotter);
		(void)yq_err_set(
		    err, YQ_E_INVALID, "accounts or markets are not as they should be");
		return NULL;
	}
	snapshotter->written = yq_metrics_counter(metrics, "yq_snapshots_written_total", NULL,
	    "Ends of days recorded, an account and currency each.");
	snapshotter->last = yq_metrics_gauge(metrics, "yq_snapshot_last_timestamp_seconds", NULL,
	    "When one was recorded last; 0 = not since the start.");
	snapshotter->pending = yq_metrics_gauge(metrics, "yq_snapshots_pending", NULL,
	    "Markets whose last day is over and not recorded for every account.");
	for (size_t i = 0; i < KINDS; i++)
		snapshotter->kinds[i].over = true; /* of what was before nothing is known */
	snapshotter->timer = yq_xcalloc(1, sizeof(*snapshotter->timer));
	uv_timer_init(yq_daemon_loop(daemon), snapshotter->timer);
	snapshotter->timer->data = snapshotter;
	uv_timer_start(snapshotter->timer, on_timer, TICK_MS, 0);
	return snapshotter;
}

void
yq_snapshotter_reload(struct yq_snapshotter *snapshotter)
{
	if (snapshotter->round != NULL)
		snapshotter->reload_due = true;
	else
		load(snapshotter);
}

void
yq_snapshotter_stop(struct yq_snapshotter *snapshotter)
{
	snapshotter->stopped = true;
}

bool
yq_snapshotter_is_idle(const struct yq_snapshotter *snapshotter)
{
	return snapshotter->round == NULL;
}

static void
on_closed(uv_handle_t *handle)
{
	free(handle);
}

void
yq_snapshotter_close(struct yq_snapshotter *snapshotter)
{
	if (snapshotter == NULL)
		return;
	yq_snapshot_round_cancel(snapshotter->round);
	uv_close((uv_handle_t *)snapshotter->timer, on_closed);
	yq_accounts_free(snapshotter->accounts);
	yq_markets_free(snapshotter->markets);
	free(snapshotter);
}
