/* decider.c - batches of signals: read, compose, record. */
#include "order_manager/decider.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "order_manager/facts.h"
#include "order_manager/recording.h"

#define BATCH_MAX  YQ_STEP_ITEMS_MAX
#define RETRY_MS   200
#define ACCOUNT_MS 250			       /* between looks for a missing account */
#define RESYNC_NS  (INT64_C(300) * 1000000000) /* open orders are read anew so often */

struct waiting {
	char entry_id[YQ_ENTRY_ID_SIZE];
	struct yq_signal signal;
	int64_t since_ns;
};

struct yq_decider {
	struct yq_daemon *daemon;
	struct yq_books *books;
	struct yq_rules *rules;	     /* owned */
	struct yq_rules *next_rules; /* for the next batch; NULL = no change; owned */
	yq_decider_room_fn *room;
	void *cookie;
	struct yq_facts *facts;
	uv_timer_t *timer;

	struct waiting *waiting; /* oldest first */
	size_t waiting_count;
	struct waiting *batch; /* BATCH_MAX */
	size_t batch_count;
	bool busy;	      /* from the reads to the answer */
	bool paused;	      /* the timer starts the next */
	bool in_flight, dead; /* freed by the answer */
	int64_t resynced_ns;

	struct yq_decision *decisions; /* of one signal: YQ_MAPPING_ALIASES_MAX */
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

struct yq_decider *
yq_decider_make(struct yq_daemon *daemon, struct yq_books *books, struct yq_rules *rules,
    yq_decider_room_fn *room, void *cookie)
{
	struct yq_decider *decider = yq_xcalloc(1, sizeof(*decider));

	decider->daemon = daemon;
	decider->books = books;
	decider->rules = rules;
	decider->room = room;
	decider->cookie = cookie;
	decider->facts = yq_facts_make(yq_daemon_valkey(daemon), books);
	decider->timer = yq_xcalloc(1, sizeof(*decider->timer));
	uv_timer_init(yq_daemon_loop(daemon), decider->timer);
	decider->timer->data = decider;
	/* A batch can be given back to a full line. */
	decider->waiting =
	    yq_xcalloc(YQ_DECIDER_WAITING_MAX + BATCH_MAX, sizeof(*decider->waiting));
	decider->batch = yq_xcalloc(BATCH_MAX, sizeof(*decider->batch));
	decider->decisions = yq_xcalloc(YQ_MAPPING_ALIASES_MAX, sizeof(*decider->decisions));
	decider->recording = yq_recording_make();
	start_metrics(decider);
	return decider;
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
	free(decider->waiting);
	free(decider->batch);
	free(decider->decisions);
	free(decider);
}

void
yq_decider_free(struct yq_decider *decider)
{
	if (decider == NULL)
		return;
	uv_close((uv_handle_t *)decider->timer, on_timer_closed);
	yq_facts_free(decider->facts);
	decider->dead = true;
	if (!decider->in_flight)
		release(decider);
}

bool
yq_decider_push(struct yq_decider *decider, const char *entry_id, const struct yq_signal *signal)
{
	struct waiting *waiting;

	if (decider->waiting_count == YQ_DECIDER_WAITING_MAX)
		return false;
	waiting = &decider->waiting[decider->waiting_count++];
	if (!yq_str_copy(waiting->entry_id, sizeof(waiting->entry_id), entry_id))
		YQ_PANIC("an entry id of %zu bytes", strlen(entry_id));
	waiting->signal = *signal;
	waiting->since_ns = yq_clock_monotonic_ns(clock_of(decider));
	if (!decider->busy && !decider->paused)
		start_batch(decider);
	return true;
}

size_t
yq_decider_waiting(const struct yq_decider *decider)
{
	return decider->waiting_count + decider->batch_count;
}

bool
yq_decider_is_idle(const struct yq_decider *decider)
{
	return !decider->busy;
}

void
yq_decider_set_rules(struct yq_decider *decider, struct yq_rules *rules)
{
	yq_rules_free(decider->next_rules);
	decider->next_rules = rules;
}

static void
take_next_rules(struct yq_decider *decider)
{
	if (decider->next_rules == NULL)
		return;
	yq_rules_free(decider->rules);
	decider->rules = decider->next_rules;
	decider->next_rules = NULL;
}

/* ---- reading ---- */

static void on_facts(void *cookie, enum yq_rc rc, const struct yq_err *err);

static void
on_resynced(void *cookie)
{
	struct yq_decider *decider = cookie;

	decider->resynced_ns = yq_clock_monotonic_ns(clock_of(decider));
	decider->busy = false;
	start_batch(decider);
}

/* Move the oldest signals into the batch. */
static void
gather(struct yq_decider *decider)
{
	size_t count = decider->waiting_count < BATCH_MAX ? decider->waiting_count : BATCH_MAX;

	memcpy(decider->batch, decider->waiting, count * sizeof(*decider->batch));
	decider->waiting_count -= count;
	memmove(decider->waiting, decider->waiting + count,
	    decider->waiting_count * sizeof(*decider->waiting));
	decider->batch_count = count;
}

static void
ask_facts(struct yq_decider *decider)
{
	yq_facts_clear(decider->facts);
	for (size_t i = 0; i < decider->batch_count; i++) {
		const struct yq_signal *signal = &decider->batch[i].signal;
		const struct yq_mapping_row *accounts =
		    yq_rules_accounts(decider->rules, signal->strategy);

		yq_facts_want_price(decider->facts, signal->exchange, signal->ticker);
		for (size_t a = 0; accounts != NULL && a < accounts->alias_count; a++)
			yq_facts_want_account(
			    decider->facts, accounts->aliases[a], signal->strategy);
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
	if (decider->waiting_count == 0)
		return;
	decider->busy = true;
	gather(decider);
	decider->room(decider->cookie);
	ask_facts(decider);
}

/* ---- composing ---- */

static bool
account_is_missing(const struct yq_decider *decider, const struct yq_signal *signal)
{
	const struct yq_mapping_row *accounts = yq_rules_accounts(decider->rules, signal->strategy);

	for (size_t a = 0; accounts != NULL && a < accounts->alias_count; a++)
		if (!yq_facts_has_account(decider->facts, accounts->aliases[a]))
			return true;
	return false;
}

/*
 * Signals for an account that no gateway has announced wait a while, for the gateway may just be
 * starting; they go back to the head of the line in their order.
 */
static void
set_aside_unready(struct yq_decider *decider)
{
	int64_t now_ns = yq_clock_monotonic_ns(clock_of(decider));
	size_t kept = 0, aside = 0;
	struct waiting *held = NULL;

	for (size_t i = 0; i < decider->batch_count; i++) {
		struct waiting *waiting = &decider->batch[i];
		bool wait =
		    now_ns - waiting->since_ns < YQ_DECIDER_ACCOUNT_WAIT_MS * INT64_C(1000000) &&
		    decider->waiting_count + aside < YQ_DECIDER_WAITING_MAX &&
		    account_is_missing(decider, &waiting->signal);

		if (!wait) {
			decider->batch[kept++] = *waiting;
			continue;
		}
		if (held == NULL)
			held = yq_xcalloc(decider->batch_count, sizeof(*held));
		held[aside++] = *waiting;
	}
	decider->batch_count = kept;
	if (aside == 0)
		return;
	memmove(decider->waiting + aside, decider->waiting,
	    decider->waiting_count * sizeof(*decider->waiting));
	memcpy(decider->waiting, held, aside * sizeof(*held));
	decider->waiting_count += aside;
	free(held);
}

static void
enter_orders(struct yq_decider *decider, const struct yq_decision *decision)
{
	for (size_t i = 0; i < decision->order_count; i++)
		yq_books_enter(decider->books, &decision->orders[i], decision->reserve_prices[i],
		    decision->decided_at_us);
}

static void
decide_one(struct yq_decider *decider, const struct waiting *waiting, int64_t now_us)
{
	const struct yq_signal *signal = &waiting->signal;
	const struct yq_mapping_row *accounts = yq_rules_accounts(decider->rules, signal->strategy);
	const struct yq_decision *pointers[YQ_MAPPING_ALIASES_MAX];
	size_t count = accounts == NULL ? 0 : accounts->alias_count;
	bool ordered = false;

	for (size_t a = 0; a < count; a++) {
		struct yq_decision *decision = &decider->decisions[a];

		yq_facts_decide(
		    decider->facts, decider->rules, signal, accounts->aliases[a], now_us, decision);
		enter_orders(decider, decision);
		ordered = ordered || decision->ordered;
		pointers[a] = decision;
	}
	yq_counter_add(ordered ? decider->ordered : decider->refused, 1);
	yq_recording_add(
	    decider->recording, waiting->entry_id, &signal->id, pointers, count, now_us);
}

/* What does not fit one step goes back to the head of the line. */
static void
give_back(struct yq_decider *decider, size_t from)
{
	size_t count = decider->batch_count - from;

	memmove(decider->waiting + count, decider->waiting,
	    decider->waiting_count * sizeof(*decider->waiting));
	memcpy(decider->waiting, decider->batch + from, count * sizeof(*decider->waiting));
	decider->waiting_count += count;
	decider->batch_count = from;
}

static void
compose(struct yq_decider *decider)
{
	int64_t now_us = yq_clock_now_us(clock_of(decider));

	yq_recording_clear(decider->recording);
	for (size_t i = 0; i < decider->batch_count; i++) {
		if (!yq_recording_has_room(decider->recording)) {
			give_back(decider, i);
			break;
		}
		decide_one(decider, &decider->batch[i], now_us);
	}
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
	set_aside_unready(decider);
	if (decider->batch_count == 0) {
		decider->busy = false;
		pause_for(decider, ACCOUNT_MS);
		return;
	}
	compose(decider);
	record(decider);
}

/* ---- recording ---- */

static void
end_batch(struct yq_decider *decider, const struct yq_step_answer *answers)
{
	int64_t now_us = yq_clock_now_us(clock_of(decider));

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
		end_batch(decider, answers);
		return;
	}
	yq_warn(
	    "%zu decisions are not recorded yet, trying again: %s", decider->batch_count, err->text);
	pause_for(decider, RETRY_MS);
}

static void
record(struct yq_decider *decider)
{
	decider->in_flight = true;
	yq_recording_send(
	    decider->recording, yq_daemon_valkey(decider->daemon), on_recorded, decider);
}
