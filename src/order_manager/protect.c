/* protect.c - judges strategies by their closed trades, and halts them. */
#include "order_manager/protect.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/recent.h"
#include "base/str.h"
#include "base/table.h"
#include "bus/halts.h"
#include "daemon/settings.h"

#define PENDING_MAX   1024
#define RETRY_MS      1000
#define RECENT_THROWN 1024

/* A halt to be thrown, or a judgement that waits for the account's equity. */
struct pending {
	struct pending *next;
	struct yq_protect *protect; /* NULL = gone: the answer to come frees this */
	enum yq_protection_kind kind;
	char alias[YQ_ALIAS_SIZE];
	char strategy[YQ_STRATEGY_SIZE];
	enum yq_currency currency;
	struct yq_halt halt;	   /* `why` is empty until it is judged */
	struct yq_result *results; /* to judge by; owned */
	size_t count;
	bool in_flight;
};

struct yq_protect {
	struct yq_daemon *daemon;
	struct yq_books *books;
	struct yq_risks *risks; /* owned */
	uv_timer_t *timer;
	struct pending *first; /* newest first */
	size_t count;
	struct yq_recent thrown; /* ids: read again they need no further call */
};

static void push(struct pending *pending);

static int64_t
now_of(const struct yq_protect *protect)
{
	return yq_clock_now_us(yq_daemon_clock(protect->daemon));
}

/* ---- life ---- */

static void
on_timer(uv_timer_t *timer)
{
	struct yq_protect *protect = timer->data;

	for (struct pending *p = protect->first, *next; p != NULL; p = next) {
		next = p->next;
		if (!p->in_flight)
			push(p);
	}
	if (protect->first == NULL)
		uv_timer_stop(timer);
}

void
yq_protect_configure(struct yq_protect *protect)
{
	struct yq_config_report report = { .fault_count = 0 };

	yq_risks_free(protect->risks);
	protect->risks = yq_settings_risk(yq_daemon_config(protect->daemon), &report);
	yq_config_report_free(&report); /* who checks the settings tells of them */
}

struct yq_protect *
yq_protect_open(struct yq_daemon *daemon, struct yq_books *books)
{
	struct yq_protect *protect = yq_xcalloc(1, sizeof(*protect));

	protect->daemon = daemon;
	protect->books = books;
	protect->thrown.remembered = RECENT_THROWN;
	protect->timer = yq_xcalloc(1, sizeof(*protect->timer));
	uv_timer_init(yq_daemon_loop(daemon), protect->timer);
	protect->timer->data = protect;
	yq_protect_configure(protect);
	return protect;
}

static void
free_pending(struct pending *pending)
{
	free(pending->results);
	free(pending);
}

static void
on_timer_closed(uv_handle_t *handle)
{
	free(handle);
}

void
yq_protect_close(struct yq_protect *protect)
{
	if (protect == NULL)
		return;
	uv_close((uv_handle_t *)protect->timer, on_timer_closed);
	for (struct pending *p = protect->first, *next; p != NULL; p = next) {
		next = p->next;
		p->protect = NULL;
		if (!p->in_flight)
			free_pending(p);
	}
	yq_recent_clear(&protect->thrown);
	yq_risks_free(protect->risks);
	free(protect);
}

static void
drop(struct pending *pending)
{
	struct yq_protect *protect = pending->protect;

	for (struct pending **at = &protect->first; *at != NULL; at = &(*at)->next) {
		if (*at != pending)
			continue;
		*at = pending->next;
		protect->count--;
		break;
	}
	free_pending(pending);
}

/* Every answer begins with this; true when nobody wants it any more. */
static bool
landed(struct pending *pending)
{
	pending->in_flight = false;
	if (pending->protect != NULL)
		return false;
	free_pending(pending);
	return true;
}

static void
try_later(struct pending *pending)
{
	uv_timer_t *timer = pending->protect->timer;

	if (!uv_is_active((uv_handle_t *)timer))
		uv_timer_start(timer, on_timer, RETRY_MS, RETRY_MS);
}

/* ---- throwing ---- */

static void
on_thrown(void *cookie, enum yq_rc rc, int64_t changed, const struct yq_err *err)
{
	struct pending *pending = cookie;

	if (landed(pending))
		return;
	if (rc == YQ_E_RETRY || rc == YQ_E_UNKNOWN) {
		try_later(pending);
		return;
	}
	if (rc != YQ_OK)
		yq_error("strategy %s is not halted in %s (%s): %s", pending->strategy,
		    pending->alias, pending->halt.why, err->text);
	else if (changed > 0)
		yq_error("strategy %s pauses in %s: %s", pending->strategy, pending->alias,
		    pending->halt.why);
	drop(pending);
}

static void
throw_halt(struct pending *pending)
{
	char scope[YQ_HALT_FIELD_SIZE], until[YQ_TIME_TEXT_SIZE], text[YQ_NOTIFICATION_TEXT_SIZE];

	yq_halt_field_both(pending->alias, pending->strategy, scope);
	yq_time_format(pending->halt.until_us, until);
	yq_str_format(text, sizeof(text), "Strategy %s pauses in %s until %.19sZ.  %s",
	    pending->strategy, pending->alias, until, pending->halt.why);
	pending->in_flight = true;
	yq_halts_raise(yq_daemon_valkey(pending->protect->daemon),
	    yq_names_text(&yq_protection_names, (int)pending->kind), scope, &pending->halt,
	    YQ_PROGRAM_ORDER_MANAGER, text, on_thrown, pending);
}

/* ---- judging ---- */

/* False: it goes on. */
static bool
judge(struct pending *pending, struct yq_opt_decimal equity)
{
	struct yq_protect *protect = pending->protect;
	struct yq_protections protections =
	    yq_risks_protections(protect->risks, pending->alias, pending->strategy);
	struct yq_protection_facts facts = {
		.results = pending->results,
		.count = pending->count,
		.currency = pending->currency,
		.equity = equity,
	};
	char text[YQ_PROTECTION_TEXT_SIZE];
	int64_t cooling_us =
	    yq_risks_limits(protect->risks, pending->alias, pending->strategy)->cooling_off_us;

	if (!yq_protection_trips(&protections, pending->kind, &facts, text))
		return false;
	yq_str_format(pending->halt.why, sizeof(pending->halt.why), "%s: %s",
	    yq_names_text(&yq_protection_names, (int)pending->kind), text);
	yq_halt_set_times(&pending->halt, now_of(protect), pending->halt.until_us, cooling_us);
	yq_recent_add(&protect->thrown, yq_table_hash_text(pending->halt.id.text));
	return true;
}

static void
on_account(
    void *cookie, enum yq_rc rc, const struct yq_account_state *state, const struct yq_err *err)
{
	struct pending *pending = cookie;
	struct yq_books *books;
	struct yq_decimal equity;
	struct yq_err fault = { .rc = YQ_OK };

	(void)err;
	if (landed(pending))
		return;
	books = pending->protect->books;
	if (rc != YQ_OK || yq_books_update(books, state, &fault) != YQ_OK) {
		try_later(pending);
		return;
	}
	equity = yq_account_equity(yq_books_get(books, pending->alias)->account, pending->currency);
	if (judge(pending, yq_opt_decimal_of(equity)))
		throw_halt(pending);
	else
		drop(pending);
}

/* What comes next for it: nothing once its pause is over, for its account may never be there
 * again. */
static void
push(struct pending *pending)
{
	if (pending->halt.until_us <= now_of(pending->protect)) {
		drop(pending);
		return;
	}
	if (pending->halt.why[0] != '\0') {
		throw_halt(pending);
		return;
	}
	pending->in_flight = true;
	yq_state_account(
	    yq_daemon_valkey(pending->protect->daemon), pending->alias, on_account, pending);
}

/* One for each trade that may make it, whoever asks and however often. */
static struct yq_id
id_of(const struct pending *pending, uint64_t exit)
{
	char name[YQ_ALIAS_SIZE + YQ_STRATEGY_SIZE + 96];

	yq_str_format(name, sizeof(name), "protection %s\n%s\n%s\n%s\n%016llx",
	    yq_names_text(&yq_protection_names, (int)pending->kind), pending->alias,
	    pending->strategy, yq_names_text(&yq_currency_names, (int)pending->currency),
	    (unsigned long long)exit);
	return yq_id_named(name, strlen(name));
}

static struct pending *
find(const struct yq_protect *protect, const struct yq_id *id)
{
	for (struct pending *p = protect->first; p != NULL; p = p->next)
		if (yq_id_equal(&p->halt.id, id))
			return p;
	return NULL;
}

static void
keep_results(struct pending *pending, const struct yq_history *history)
{
	free(pending->results);
	pending->results = yq_xcalloc(history->count, sizeof(*pending->results));
	memcpy(pending->results, history->results, history->count * sizeof(*pending->results));
	pending->count = history->count;
}

/* One that waits to be judged is judged by the latest: its exit may come in parts. */
static bool
is_known(const struct yq_protect *protect, const struct yq_id *id, const struct yq_history *history)
{
	struct pending *pending = find(protect, id);

	if (pending == NULL)
		return yq_recent_has(&protect->thrown, yq_table_hash_text(id->text));
	if (pending->halt.why[0] == '\0')
		keep_results(pending, history);
	return true;
}

static void
consider(struct yq_protect *protect, const struct pending *like, const struct yq_history *history,
    bool needs_equity)
{
	struct pending *pending;

	if (is_known(protect, &like->halt.id, history))
		return;
	if (protect->count >= PENDING_MAX) {
		yq_error(
		    "too many halts wait to be thrown: that of %s is left out", like->strategy);
		return;
	}
	pending = yq_xcalloc(1, sizeof(*pending));
	*pending = *like;
	keep_results(pending, history);
	pending->next = protect->first;
	protect->first = pending;
	protect->count++;
	if (judge(pending, YQ_OPT_DECIMAL_NONE) || needs_equity)
		push(pending);
	else
		drop(pending);
}

void
yq_protect_closed(void *cookie, const char *alias, const char *strategy, enum yq_currency currency,
    const struct yq_history *history)
{
	struct yq_protect *protect = cookie;
	const struct yq_result *last = &history->results[history->count - 1];
	struct yq_protections protections;
	int64_t now_us = now_of(protect);

	if (yq_decimal_sign(last->profit) >= 0)
		return;
	protections = yq_risks_protections(protect->risks, alias, strategy);
	for (int kind = 0; kind < YQ_PROTECTION_COUNT; kind++) {
		struct pending like = { .protect = protect, .currency = currency };

		like.kind = (enum yq_protection_kind)kind;
		like.halt.until_us = last->closed_at_us + protections.rules[kind].pause_us;
		if (!protections.rules[kind].on || like.halt.until_us <= now_us)
			continue;
		yq_str_copy_cut(like.alias, sizeof(like.alias), alias);
		yq_str_copy_cut(like.strategy, sizeof(like.strategy), strategy);
		like.halt.id = id_of(&like, last->exit);
		consider(
		    protect, &like, history, yq_protection_needs_equity(&protections, like.kind));
	}
}
