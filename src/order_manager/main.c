/*
 * main.c - yq-order-manager: from signals to orders, and from trades to the archive.
 */
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "bus/steps.h"
#include "daemon/daemon.h"
#include "daemon/rules.h"
#include "order_manager/archiver.h"
#include "order_manager/color.h"
#include "order_manager/database.h"
#include "order_manager/decider.h"
#include "order_manager/intake.h"
#include "order_manager/journal.h"
#include "order_manager/known.h"
#include "order_manager/protect.h"
#include "order_manager/scheduler.h"
#include "order_manager/snapshotter.h"
#include "order_manager/tracks.h"
#include "store/listings.h"

static const char manual[] =
    "yq-order-manager turns signals into risk-checked orders and archives what comes of them.\n"
    "\n"
    "Reads     signal:stream (group order-manager), the channels signal, order, execution and\n"
    "          catalog; CATALOG in Firebird;\n"
    "          account, deposit, position, stock and halt of the accounts it decides for.\n"
    "Writes    order:stream and order, with the verdict in signal:{Id}, in one step; TRADES,\n"
    "          ORDERS and SIGNALS in Firebird from trades:queue and the streams; the orders of\n"
    "          schedules that are due (SCHEDULED_ORDERS), SCHEDULE_RUNS; DAILY_SNAPSHOTS.\n"
    "Needs     Valkey (as user yq-order-manager) and Firebird.  No broker, no network besides.\n"
    "\n"
    "Valkey away     waits and goes on; nothing is decided meanwhile, nothing is lost.\n"
    "Another active  (System:Color) refuses signals; the archive is kept as ever.\n"
    "Firebird away   decides as ever; what is to be archived waits in Valkey.  /health says so.\n"
    "Firebird stuck  for a minute: says so and ends with code 75, to be started again.\n"
    "A crash         at any point repeats work that is harmless to repeat.\n";

#define TRIM_MS	    10000
#define TRIMS_AFTER 3 /* ... in which memory is given back after the last that was done */

/* The lanes of the journal. */
enum { SIGNALS, ORDERS, EXECUTIONS };
static const struct yq_lane_table *const tables[] = { [SIGNALS] = &yq_journal_signals,
	[ORDERS] = &yq_journal_orders,
	[EXECUTIONS] = &yq_journal_executions };

struct order_manager {
	struct yq_books *books;
	struct yq_lookup *lookup;
	struct yq_sizers *sizers;
	struct yq_intake *intake;
	struct yq_decider *decider;
	struct yq_worker *worker;
	struct yq_color *color;
	struct yq_scheduler *scheduler;
	struct yq_archiver *archiver;
	struct yq_snapshotter *snapshotter;
	struct yq_protect *protect;
	struct yq_tracks *tracks;
	struct yq_listings_keeper *listings;
	struct yq_lane *lanes[YQ_COUNT(tables)];
	struct yq_known *known; /* of the lanes */
	uv_timer_t *trim;
	uv_timer_t *drain;
	bool archiver_drained;
	char deserted[400]; /* groups that people have been told of */
	uint64_t calendars; /* their stamp when the rules were read */
	uint64_t decided;   /* when memory was last given back */
	unsigned to_trim;   /* it is given back so many times more */
};

static void
check(const struct yq_config *config, struct yq_config_report *report)
{
	yq_rules_free(yq_rules_load(config, report));
	yq_settings_check_plugins(config, report);
}

/* ---- upkeep of the streams ---- */

static void
on_trimmed(
    void *cookie, enum yq_rc rc, int64_t removed, const char *deserted, const struct yq_err *err)
{
	struct yq_daemon *daemon = cookie;
	struct order_manager *manager = yq_daemon_state(daemon);
	char text[640];

	if (rc != YQ_OK)
		yq_debug("streams are not trimmed: %s", err->text);
	else if (removed > 0)
		yq_debug("%lld entries trimmed", (long long)removed);
	if (rc != YQ_OK || yq_str_equal(manager->deserted, deserted))
		return;
	yq_str_copy_cut(manager->deserted, sizeof(manager->deserted), deserted);
	if (deserted[0] == '\0')
		return;
	(void)yq_str_format(text, sizeof(text),
	    "Nobody has read for a day in group %s: all that comes is kept for it, and fills the "
	    "memory of Valkey.  Start who reads there, or remove it (XGROUP DESTROY)",
	    manager->deserted);
	yq_daemon_notify(daemon, "System", "Warning", text);
}

/* What a burst took goes back to the system, and what the archive frees after it. */
static void
give_back(struct order_manager *manager)
{
	if (manager->decided != yq_decider_count(manager->decider))
		manager->to_trim = TRIMS_AFTER;
	for (size_t i = 0; i < YQ_COUNT(tables); i++)
		if (!yq_lane_is_idle(manager->lanes[i]))
			manager->to_trim = TRIMS_AFTER;
	manager->decided = yq_decider_count(manager->decider);
	if (manager->to_trim == 0)
		return;
	manager->to_trim--;
	(void)malloc_trim(0);
}

static struct yq_rules *
load_rules(struct yq_daemon *daemon, struct yq_err *err)
{
	struct order_manager *manager = yq_daemon_state(daemon);
	struct yq_config_report report = { 0 };
	struct yq_rules *rules;

	manager->calendars = yq_settings_calendar_stamp(yq_daemon_config(daemon));
	rules = yq_rules_load(yq_daemon_config(daemon), &report);
	if (rules == NULL)
		(void)yq_err_set(err, YQ_E_INVALID, "%s", yq_buf_text(&report.faults));
	yq_config_report_free(&report);
	return rules;
}

static void
take_rules(struct yq_daemon *daemon)
{
	struct order_manager *manager = yq_daemon_state(daemon);
	struct yq_err err = { .rc = YQ_OK };
	struct yq_rules *rules = load_rules(daemon, &err);

	if (rules == NULL) {
		yq_warn("the rules stay as they were: %s", err.text);
		return;
	}
	yq_protect_configure(manager->protect);
	yq_tracks_configure(manager->tracks);
	yq_decider_set_rules(manager->decider, rules);
}

static void
on_trim(uv_timer_t *timer)
{
	struct yq_daemon *daemon = timer->data;
	struct order_manager *manager = yq_daemon_state(daemon);

	give_back(manager);
	if (manager->calendars != yq_settings_calendar_stamp(yq_daemon_config(daemon)))
		take_rules(daemon);
	/* With nothing to archive nobody else would find out that it is there again. */
	if (!yq_worker_is_connected(manager->worker) && yq_worker_depth(manager->worker) == 0)
		yq_database_look(manager->worker);
	if (yq_daemon_valkey_up(daemon))
		yq_step_trim(yq_daemon_valkey(daemon), on_trimmed, daemon);
}

/* ---- start ---- */

static enum yq_rc
start_archive(struct yq_daemon *daemon, struct order_manager *manager, struct yq_err *err)
{
	enum yq_rc rc = yq_database_start(daemon, &manager->worker, err);

	if (rc != YQ_OK)
		return rc;
	manager->archiver = yq_archiver_open(daemon, manager->worker);
	manager->snapshotter = yq_snapshotter_open(daemon, manager->worker, manager->books, err);
	if (manager->snapshotter == NULL)
		return YQ_E_INVALID;
	manager->protect = yq_protect_open(daemon, manager->books);
	manager->tracks = yq_tracks_open(
	    daemon, manager->worker, manager->books, yq_protect_closed, manager->protect);
	manager->listings = yq_listings_keeper_make(yq_daemon_loop(daemon), manager->worker);
	yq_archiver_follow(manager->archiver, yq_tracks_archived, manager->tracks);
	manager->known = yq_known_make();
	for (size_t i = 0; i < YQ_COUNT(tables); i++)
		manager->lanes[i] =
		    yq_lane_open(daemon, manager->worker, tables[i], manager->known);
	return YQ_OK;
}

static void
on_room(void *cookie)
{
	struct order_manager *manager = cookie;

	yq_intake_more(manager->intake);
	yq_lane_poke(manager->lanes[SIGNALS]);
}

/* What is heard of orders and executions stands in their streams. */
static void
on_heard(void *cookie, enum yq_key channel)
{
	struct order_manager *manager = cookie;

	if (channel == YQ_KEY_ORDER) {
		yq_lane_poke(manager->lanes[ORDERS]);
	} else if (channel == YQ_KEY_EXECUTION) {
		yq_lane_poke(manager->lanes[EXECUTIONS]);
		yq_archiver_poke(manager->archiver);
	} else if (channel == YQ_KEY_CATALOG) {
		yq_listings_keeper_read(manager->listings);
	}
}

/* A price was looked up, or a plug-in has answered. */
static void
on_looked_up(void *cookie)
{
	struct order_manager *manager = cookie;

	yq_decider_wake(manager->decider);
	yq_scheduler_wake(manager->scheduler);
}

/* Whether this system may decide is known, or takes too long to be waited for. */
static void
on_color(void *cookie)
{
	struct yq_daemon *daemon = cookie;
	struct order_manager *manager = yq_daemon_state(daemon);
	struct yq_err err;

	if (!yq_daemon_is_draining(daemon))
		yq_scheduler_start(manager->scheduler);
	if (yq_daemon_is_draining(daemon) ||
	    yq_intake_start(manager->intake, manager->decider, &err) == YQ_OK)
		return;
	yq_error("%s", err.text);
	yq_daemon_exit(daemon, YQ_EXIT_START, true);
}

static enum yq_rc
start_decisions(struct yq_daemon *daemon, struct order_manager *manager, struct yq_err *err)
{
	struct yq_rules *rules = load_rules(daemon, err);
	enum yq_rc rc;

	if (rules == NULL)
		return YQ_E_INVALID;
	rc = yq_lookup_open(daemon, on_looked_up, manager, &manager->lookup, err);
	if (rc != YQ_OK) {
		yq_rules_free(rules);
		return rc;
	}
	manager->sizers = yq_sizers_make(daemon, on_looked_up, manager);
	manager->decider = yq_decider_make(
	    daemon, manager->books, manager->lookup, manager->sizers, rules, on_room, manager);
	yq_decider_use_tracks(manager->decider, manager->tracks);
	yq_decider_use_listings(manager->decider, manager->listings);
	rc = yq_intake_open(daemon, manager->books, on_heard, manager, &manager->intake, err);
	if (rc != YQ_OK)
		return rc;
	rc = yq_scheduler_open(daemon, manager->worker, manager->books, manager->lookup,
	    manager->decider, &manager->scheduler, err);
	if (rc != YQ_OK)
		return rc;
	manager->color = yq_color_open(daemon, manager->worker, manager->books, on_color, daemon);
	if (manager->color == NULL)
		yq_scheduler_start(manager->scheduler);
	return manager->color != NULL ? YQ_OK
				      : yq_intake_start(manager->intake, manager->decider, err);
}

static void
start_timers(struct yq_daemon *daemon, struct order_manager *manager)
{
	manager->trim = yq_xcalloc(1, sizeof(*manager->trim));
	uv_timer_init(yq_daemon_loop(daemon), manager->trim);
	manager->trim->data = daemon;
	uv_timer_start(manager->trim, on_trim, TRIM_MS, TRIM_MS);
	manager->drain = yq_xcalloc(1, sizeof(*manager->drain));
	uv_timer_init(yq_daemon_loop(daemon), manager->drain);
	manager->drain->data = daemon;
}

static void
on_valkey(struct yq_daemon *daemon, bool up)
{
	struct order_manager *manager = yq_daemon_state(daemon);

	(void)up;
	for (size_t i = 0; i < YQ_COUNT(tables); i++)
		yq_lane_look_again(manager->lanes[i]);
}

static enum yq_rc
start(struct yq_daemon *daemon, struct yq_err *err)
{
	struct order_manager *manager = yq_daemon_state(daemon);
	enum yq_rc rc;

	manager->books = yq_books_make(yq_daemon_valkey(daemon), yq_daemon_clock(daemon));
	start_timers(daemon, manager);
	rc = start_archive(daemon, manager, err);
	if (rc != YQ_OK)
		return rc;
	yq_daemon_on_valkey(daemon, on_valkey);
	rc = start_decisions(daemon, manager, err);
	return rc; /* the intake says when it is ready */
}

/* ---- change and end ---- */

static void
reload(struct yq_daemon *daemon)
{
	struct order_manager *manager = yq_daemon_state(daemon);

	take_rules(daemon); /* check() has passed them before */
	yq_snapshotter_reload(manager->snapshotter);
}

static void
on_archiver_drained(void *cookie)
{
	struct order_manager *manager = cookie;

	manager->archiver_drained = true;
}

static bool
is_idle(const struct order_manager *manager)
{
	for (size_t i = 0; i < YQ_COUNT(tables); i++)
		if (!yq_lane_is_idle(manager->lanes[i]))
			return false;
	return manager->archiver_drained && yq_snapshotter_is_idle(manager->snapshotter) &&
	       yq_scheduler_is_idle(manager->scheduler) && yq_decider_is_idle(manager->decider) &&
	       yq_intake_is_idle(manager->intake);
}

static void
on_drain(uv_timer_t *timer)
{
	struct yq_daemon *daemon = timer->data;

	if (!is_idle(yq_daemon_state(daemon)))
		return;
	uv_timer_stop(timer);
	yq_daemon_drained(daemon);
}

static void
drain(struct yq_daemon *daemon)
{
	struct order_manager *manager = yq_daemon_state(daemon);

	yq_intake_stop(manager->intake);
	yq_scheduler_stop(manager->scheduler);
	yq_snapshotter_stop(manager->snapshotter);
	for (size_t i = 0; i < YQ_COUNT(tables); i++)
		yq_lane_stop(manager->lanes[i]);
	yq_archiver_drain(manager->archiver, on_archiver_drained, manager);
	uv_timer_start(manager->drain, on_drain, 0, 10);
}

static void
on_handle_closed(uv_handle_t *handle)
{
	free(handle);
}

static void
close_timer(uv_timer_t *timer)
{
	if (timer != NULL)
		uv_close((uv_handle_t *)timer, on_handle_closed);
}

static void
stop(struct yq_daemon *daemon)
{
	struct order_manager *manager = yq_daemon_state(daemon);

	close_timer(manager->trim);
	close_timer(manager->drain);
	yq_color_close(manager->color);
	yq_scheduler_close(manager->scheduler);
	yq_intake_close(manager->intake);
	yq_lookup_close(manager->lookup);
	yq_decider_free(manager->decider);
	yq_sizers_free(manager->sizers);
	yq_books_free(manager->books);
	for (size_t i = 0; i < YQ_COUNT(tables); i++)
		yq_lane_close(manager->lanes[i]);
	yq_known_free(manager->known);
	yq_snapshotter_close(manager->snapshotter);
	yq_tracks_close(manager->tracks);
	yq_listings_keeper_close(manager->listings);
	yq_protect_close(manager->protect);
	yq_archiver_close(manager->archiver);
	if (manager->worker != NULL)
		yq_worker_stop(manager->worker, true, NULL, NULL);
}

int
main(int argc, char **argv)
{
	static const struct yq_daemon_spec spec = {
		.app = "OrderManager",
		.program = "yq-order-manager",
		.manual = manual,
		.state_size = sizeof(struct order_manager),
		.needs_valkey = true,
		.check = check,
		.start = start,
		.drain = drain,
		.reload = reload,
		.stop = stop,
	};

	return yq_daemon_main(&spec, argc, argv);
}
