/* decider.c - batches of signals: read, compose, record. */
#include "order_manager/decider.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/fail_point.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "order_manager/facts.h"
#include "order_manager/recording.h"
#include "order_manager/waits.h"

#define BATCH_MAX   128 /* some hundred KiB of verdicts; more would not be faster */
#define IN_LINE_MAX (4 * BATCH_MAX)
#define RETRY_MS    200
#define FACTS_MAX   2048 /* reads of one batch, well below what a connection takes */
#define RESYNC_NS   (INT64_C(300) * 1000000000) /* open orders are read anew so often */

struct yq_decider {
	struct yq_daemon *daemon;
	struct yq_books *books;
	struct yq_rules *rules;	     /* owned */
	struct yq_rules *next_rules; /* for the next batch; NULL = no change; owned */
	yq_decider_room_fn *room;
	void *cookie;
	struct yq_facts *facts;
	struct yq_sizers *sizers;
	uv_timer_t *timer;

	struct yq_line line;
	struct yq_waits *waits;
	struct yq_waiting *batch; /* BATCH_MAX */
	size_t batch_count;
	bool busy;	      /* from the reads to the answer */
	bool paused;	      /* the timer starts the next */
	bool in_flight, dead; /* freed by the answer */
	int64_t resynced_ns;

	struct yq_decision *decisions; /* of one signal: YQ_MAPPING_ALIASES_MAX */
	struct yq_inputs *inputs;      /* of each */
	struct yq_recording *recording;

	struct yq_counter *ordered, *refused, *again;
	struct yq_histogram *age;
};

static void start_batch(struct yq_decider *decider);
static void record(struct yq_decider *decider);

static const struct yq_clock *
clock_of(const struct yq_decider *decider)
{
	return yq_daemon_clock(decider->daemon);
}

static void
on_timer(uv_timer_t *timer)
{
	struct yq_decider *decider = timer->data;

	decider->paused = false;
	if (decider->busy)
		record(decider);
	else
		start_batch(decider);
}

static void
pause_for(struct yq_decider *decider, uint64_t ms)
{
	decider->paused = true;
	uv_timer_start(decider->timer, on_timer, ms, 0);
}

static void
start_metrics(struct yq_decider *decider)
{
	struct yq_metrics *metrics = yq_daemon_metrics(decider->daemon);
	const char *help = "Signals decided.";

	decider->ordered =
	    yq_metrics_counter(metrics, "yq_signals_decided_total", "verdict=\"ordered\"", help);
	decider->refused =
	    yq_metrics_counter(metrics, "yq_signals_decided_total", "verdict=\"refused\"", help);
	decider->again =
	    yq_metrics_counter(metrics, "yq_signals_decided_total", "verdict=\"before\"", help);
	decider->age = yq_metrics_histogram(metrics, "yq_signal_decided_seconds", NULL,
	    "From the reception of a signal to its recorded decision.");
}

static uv_timer_t *
make_timer(struct yq_decider *decider)
{
	uv_timer_t *timer = yq_xcalloc(1, sizeof(*timer));

	uv_timer_init(yq_daemon_loop(decider->daemon), timer);
	timer->data = decider;
	return timer;
}

static void
on_waits(void *cookie)
{
	start_batch(cookie);
}

struct yq_decider *
yq_decider_make(struct yq_daemon *daemon, struct yq_books *books, struct yq_lookup *lookup,
    struct yq_sizers *sizers, struct yq_rules *rules, yq_decider_room_fn *room, void *cookie)
{
	struct yq_decider *decider = yq_xcalloc(1, sizeof(*decider));

	decider->daemon = daemon;
	decider->books = books;
	decider->rules = rules;
	decider->room = room;
	decider->cookie = cookie;
	decider->facts = yq_facts_make(yq_daemon_valkey(daemon), books);
	decider->sizers = sizers;
	decider->timer = make_timer(decider);
	decider->line = yq_line_make(YQ_DECIDER_WAITING_MAX);
	decider->waits =
	    yq_waits_make(daemon, lookup, sizers, YQ_DECIDER_WAITING_MAX, on_waits, decider);
	yq_facts_set_sizers(decider->facts, sizers);
	yq_sizers_configure(sizers, rules);
	decider->batch = yq_xcalloc(BATCH_MAX, sizeof(*decider->batch));
	decider->decisions = yq_xcalloc(YQ_MAPPING_ALIASES_MAX, sizeof(*decider->decisions));
	decider->inputs = yq_xcalloc(YQ_MAPPING_ALIASES_MAX, sizeof(*decider->inputs));
	decider->recording = yq_recording_make();
	start_metrics(decider);
	start_batch(decider);
	return decider;
}

void
yq_decider_use_tracks(struct yq_decider *decider, const struct yq_tracks *tracks)
{
	yq_facts_set_tracks(decider->facts, tracks);
}

void
yq_decider_use_listings(struct yq_decider *decider, const struct yq_listings_keeper *listings)
{
	yq_facts_set_listings(decider->facts, listings);
}

static void
on_timer_closed(uv_handle_t *handle)
{
	free(handle);
}

static void
release(struct yq_decider *decider)
{
	yq_recording_free(decider->recording);
	yq_rules_free(decider->rules);
	yq_rules_free(decider->next_rules);
	yq_line_clear(&decider->line);
	free(decider->batch);
	free(decider->decisions);
	free(decider->inputs);
	free(decider);
}

void
yq_decider_free(struct yq_decider *decider)
{
	if (decider == NULL)
		return;
	uv_close((uv_handle_t *)decider->timer, on_timer_closed);
	yq_waits_free(decider->waits);
	yq_facts_free(decider->facts);
	decider->dead = true;
	if (!decider->in_flight)
		release(decider);
}

/* Waiting, set aside, or in the present batch. */
static size_t
in_hand(const struct yq_decider *decider)
{
	return decider->line.count + decider->batch_count + yq_waits_count(decider->waits);
}

bool
yq_decider_push(struct yq_decider *decider, const char *entry_id, const struct yq_signal *signal)
{
	if (in_hand(decider) >= YQ_DECIDER_WAITING_MAX)
		return false;
	yq_line_push(&decider->line, entry_id, signal, yq_clock_monotonic_ns(clock_of(decider)));
	if (!decider->busy && !decider->paused)
		start_batch(decider);
	return true;
}

bool
yq_decider_has_room(const struct yq_decider *decider)
{
	return decider->line.count <= IN_LINE_MAX &&
	       in_hand(decider) + 2 * YQ_DECIDER_TAKE_MAX <= YQ_DECIDER_WAITING_MAX;
}

uint64_t
yq_decider_count(const struct yq_decider *decider)
{
	return decider->ordered->value + decider->refused->value;
}

bool
yq_decider_is_idle(const struct yq_decider *decider)
{
	return !decider->busy;
}

void
yq_decider_wake(struct yq_decider *decider)
{
	start_batch(decider);
}

void
yq_decider_set_rules(struct yq_decider *decider, struct yq_rules *rules)
{
	yq_rules_free(decider->next_rules);
	decider->next_rules = rules;
	start_batch(decider); /* at once, if it is idle: plug-ins take a while to load */
}

static void
take_next_rules(struct yq_decider *decider)
{
	if (decider->next_rules == NULL)
		return;
	yq_rules_free(decider->rules);
	decider->rules = decider->next_rules;
	decider->next_rules = NULL;
	yq_sizers_configure(decider->sizers, decider->rules);
}

/* ---- reading ---- */

static void on_facts(void *cookie, enum yq_rc rc, const struct yq_err *err);

static void
on_resynced(void *cookie, enum yq_rc rc)
{
	struct yq_decider *decider = cookie;

	decider->busy = false;
	if (rc != YQ_OK) {
		pause_for(decider, RETRY_MS);
		return;
	}
	decider->resynced_ns = yq_clock_monotonic_ns(clock_of(decider));
	start_batch(decider);
}

/* What does not fit goes back to the head of the line. */
static void
give_back(struct yq_decider *decider, size_t from)
{
	yq_line_put_first(&decider->line, decider->batch + from, decider->batch_count - from);
	decider->batch_count = from;
}

static void
ask_facts(struct yq_decider *decider)
{
	yq_facts_clear(decider->facts);
	for (size_t i = 0; i < decider->batch_count; i++) {
		if (yq_facts_count(decider->facts) > FACTS_MAX) {
			give_back(decider, i);
			break;
		}
		yq_facts_want(decider->facts, decider->rules, &decider->batch[i].signal);
	}
	yq_facts_read(decider->facts, on_facts, decider);
}

static void
start_batch(struct yq_decider *decider)
{
	int64_t now_ns = yq_clock_monotonic_ns(clock_of(decider));

	if (decider->busy || decider->paused)
		return;
	if (yq_books_is_stale(decider->books) || now_ns - decider->resynced_ns > RESYNC_NS) {
		decider->busy = true;
		yq_books_resync(decider->books, on_resynced, decider);
		return;
	}
	take_next_rules(decider);
	yq_waits_take(decider->waits, decider->rules, &decider->line);
	if (decider->line.count == 0)
		return;
	decider->busy = true;
	decider->batch_count = yq_line_take(&decider->line, decider->batch, BATCH_MAX);
	decider->room(decider->cookie);
	ask_facts(decider);
}

/* ---- composing ---- */

static void
enter_orders(struct yq_decider *decider, const struct yq_decision *decision)
{
	for (size_t i = 0; i < decision->order_count; i++)
		yq_books_enter(decider->books, &decision->orders[i], decision->reserve_prices[i],
		    yq_clock_monotonic_us(clock_of(decider)));
}

/* False: it was set aside. */
static bool
decide_one(struct yq_decider *decider, struct yq_waiting *waiting, int64_t now_us)
{
	const struct yq_signal *signal = &waiting->signal;
	const struct yq_mapping_row *accounts = yq_rules_accounts(decider->rules, signal->strategy);
	const struct yq_decision *pointers[YQ_MAPPING_ALIASES_MAX];
	struct yq_named_policy *policies[YQ_MAPPING_ALIASES_MAX];
	size_t count = accounts == NULL ? 0 : accounts->alias_count;
	bool ordered = false;

	for (size_t a = 0; a < count; a++) {
		pointers[a] = &decider->decisions[a];
		policies[a] = yq_facts_decide(decider->facts, decider->rules, signal,
		    accounts->aliases[a], now_us, &decider->inputs[a], &decider->decisions[a]);
	}
	if (yq_waits_after(
		decider->waits, decider->rules, decider->facts, waiting, decider->decisions, count))
		return false;
	for (size_t a = 0; a < count; a++) {
		enter_orders(decider, pointers[a]);
		yq_recording_carry(decider->recording, policies[a]);
		ordered = ordered || pointers[a]->ordered;
	}
	yq_counter_add(ordered ? decider->ordered : decider->refused, 1);
	yq_recording_add(decider->recording, waiting->entry_id, &signal->id, pointers,
	    decider->inputs, count, now_us);
	yq_waits_done(decider->waits, signal);
	return true;
}

/* Those that are decided move together at the head of the batch: the recording borrows from them
 * where they stand. */
static void
compose(struct yq_decider *decider)
{
	int64_t now_us = yq_clock_now_us(clock_of(decider));
	size_t kept = 0;

	yq_recording_clear(decider->recording);
	for (size_t i = 0; i < decider->batch_count; i++) {
		struct yq_waiting *waiting = &decider->batch[kept];

		if (!yq_recording_has_room(decider->recording)) {
			give_back(decider, i);
			break;
		}
		if (kept != i)
			*waiting = decider->batch[i];
		if (!yq_waits_before(decider->waits, decider->rules, decider->facts, waiting) &&
		    decide_one(decider, waiting, now_us))
			kept++;
	}
	decider->batch_count = kept;
}

static void
on_facts(void *cookie, enum yq_rc rc, const struct yq_err *err)
{
	struct yq_decider *decider = cookie;

	if (rc != YQ_OK) {
		yq_debug("facts cannot be read yet: %s", err->text);
		give_back(decider, 0);
		decider->busy = false;
		pause_for(decider, RETRY_MS);
		return;
	}
	compose(decider);
	if (decider->batch_count > 0) {
		record(decider);
		return;
	}
	decider->busy = false;
	start_batch(decider);
}

/* ---- recording ---- */

static void
end_batch(struct yq_decider *decider, const struct yq_step_answer *answers)
{
	int64_t now_us = yq_clock_now_us(clock_of(decider));

	yq_recording_settle(decider->recording, answers);
	for (size_t i = 0; i < decider->batch_count; i++) {
		int64_t received_us = decider->batch[i].signal.received_at_us;

		if (answers[i].result == YQ_ALREADY) {
			/* Decided in an earlier life: what it ordered then stands in the bus. */
			yq_counter_add(decider->again, 1);
			if (yq_recording_has_orders(decider->recording, i))
				yq_books_mark_stale(decider->books);
		}
		if (received_us != 0)
			yq_histogram_observe_us(decider->age, now_us - received_us);
	}
	decider->batch_count = 0;
	decider->busy = false;
	yq_daemon_event(decider->daemon);
	decider->room(decider->cookie);
	start_batch(decider);
}

static void
on_recorded(void *cookie, enum yq_rc rc, const struct yq_step_answer *answers, size_t count,
    const struct yq_err *err)
{
	struct yq_decider *decider = cookie;

	decider->in_flight = false;
	if (decider->dead) {
		release(decider);
		return;
	}
	if (rc == YQ_OK) {
		assert(count == decider->batch_count);
		YQ_FAIL_POINT("decider.decided");
		end_batch(decider, answers);
		return;
	}
	yq_warn("%zu decisions are not recorded yet, trying again: %s", decider->batch_count,
	    err->text);
	pause_for(decider, RETRY_MS);
}

static void
record(struct yq_decider *decider)
{
	decider->in_flight = true;
	yq_recording_send(
	    decider->recording, yq_daemon_valkey(decider->daemon), on_recorded, decider);
}
