/* waits.c - what a signal has to wait for before it is decided. */
#include "order_manager/waits.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "order_manager/tracks.h"

#define ACCOUNT_MS 250	 /* between looks for a missing account */
#define TICK_MS	   50	 /* between looks at what is set aside */
#define SIZE_MS	   60000 /* far beyond the deadlines that plug-ins have */

struct yq_waits {
	struct yq_daemon *daemon;
	struct yq_lookup *lookup;
	struct yq_sizers *sizers;
	struct yq_aside *aside;
	uv_timer_t *tick; /* runs while something is set aside */
	yq_waits_fn *fn;
	void *cookie;
};

static int64_t
now_ns(const struct yq_waits *waits)
{
	return yq_clock_monotonic_ns(yq_daemon_clock(waits->daemon));
}

static void
on_tick(uv_timer_t *timer)
{
	struct yq_waits *waits = timer->data;

	if (yq_aside_count(waits->aside) == 0)
		uv_timer_stop(timer);
	else
		waits->fn(waits->cookie);
}

struct yq_waits *
yq_waits_make(struct yq_daemon *daemon, struct yq_lookup *lookup, struct yq_sizers *sizers,
    size_t max, yq_waits_fn *fn, void *cookie)
{
	struct yq_waits *waits = yq_xcalloc(1, sizeof(*waits));

	waits->daemon = daemon;
	waits->lookup = lookup;
	waits->sizers = sizers;
	waits->fn = fn;
	waits->cookie = cookie;
	waits->aside = yq_aside_make(max);
	waits->tick = yq_xcalloc(1, sizeof(*waits->tick));
	uv_timer_init(yq_daemon_loop(daemon), waits->tick);
	waits->tick->data = waits;
	return waits;
}

static void
on_timer_closed(uv_handle_t *handle)
{
	free(handle);
}

void
yq_waits_free(struct yq_waits *waits)
{
	if (waits == NULL)
		return;
	uv_close((uv_handle_t *)waits->tick, on_timer_closed);
	yq_aside_free(waits->aside);
	free(waits);
}

size_t
yq_waits_count(const struct yq_waits *waits)
{
	return yq_aside_count(waits->aside);
}

void
yq_waits_take(struct yq_waits *waits, const struct yq_rules *rules, struct yq_line *line)
{
	yq_aside_take(waits->aside, rules, waits->lookup, waits->sizers, now_ns(waits), line);
}

static void
set_aside(struct yq_waits *waits, const struct yq_rules *rules, const struct yq_waiting *waiting,
    enum yq_aside_for what, int64_t ms)
{
	yq_aside_put(waits->aside, waiting, yq_rules_accounts(rules, waiting->signal.strategy),
	    what, now_ns(waits) + ms * INT64_C(1000000));
	if (!uv_is_active((uv_handle_t *)waits->tick))
		uv_timer_start(waits->tick, on_tick, TICK_MS, TICK_MS);
}

bool
yq_waits_before(struct yq_waits *waits, const struct yq_rules *rules, const struct yq_facts *facts,
    const struct yq_waiting *waiting)
{
	int64_t waited_ns = now_ns(waits) - waiting->since_ns;

	if (yq_aside_blocks(waits->aside, &waiting->signal,
		yq_rules_accounts(rules, waiting->signal.strategy))) {
		set_aside(waits, rules, waiting, YQ_ASIDE_TIME, 0);
		return true;
	}
	if (waited_ns >= YQ_WAITS_ACCOUNT_MS * INT64_C(1000000) ||
	    yq_facts_has_accounts(facts, rules, &waiting->signal))
		return false;
	set_aside(waits, rules, waiting, YQ_ASIDE_TIME, ACCOUNT_MS);
	return true;
}

/* Refused for want of a price, be it the second of its orders alone. */
static bool
lacks_price(const struct yq_decision *decision)
{
	const struct yq_trace_step *refusal = yq_trace_refusal(&decision->trace);
	const char *code = refusal != NULL ? refusal->rule : decision->code;

	return yq_str_equal(code, YQ_SIZE_NO_PRICE) || yq_str_equal(code, YQ_RISK_NO_PRICE);
}

/* ... that has not been asked for: ask, and decide later. */
static bool
must_look_up(struct yq_waits *waits, const struct yq_rules *rules, struct yq_waiting *waiting,
    const struct yq_decision *decisions, size_t count)
{
	const struct yq_signal *signal = &waiting->signal;
	bool wanted = false;

	for (size_t a = 0; a < count; a++)
		wanted = wanted || lacks_price(&decisions[a]);
	if (!wanted || waiting->looked_up)
		return false;
	/* With too many questions open its turn comes at the next look. */
	waiting->looked_up = yq_lookup_ask(waits->lookup, signal->exchange, signal->ticker);
	set_aside(waits, rules, waiting, waiting->looked_up ? YQ_ASIDE_PRICE : YQ_ASIDE_TIME,
	    waiting->looked_up ? 2 * YQ_LOOKUP_WAIT_MS : ACCOUNT_MS);
	return true;
}

/* Sized by a plug-in that has not been asked: ask it for all accounts together, or not yet; two
 * signals that each had one of the other's accounts would wait for ever. */
static bool
must_ask(struct yq_waits *waits, const struct yq_rules *rules, const struct yq_waiting *waiting,
    const struct yq_decision *decisions, size_t count)
{
	const struct yq_signal *signal = &waiting->signal;
	const struct yq_mapping_row *accounts = yq_rules_accounts(rules, signal->strategy);
	bool wanted = false, is_free;

	for (size_t a = 0; a < count; a++)
		wanted = wanted || yq_str_equal(decisions[a].code, YQ_SIZE_PLUGIN_PENDING);
	if (!wanted)
		return false;
	is_free = yq_sizers_are_free(waits->sizers, &signal->id, accounts);
	for (size_t a = 0; is_free && a < count; a++)
		if (yq_str_equal(decisions[a].code, YQ_SIZE_PLUGIN_PENDING))
			yq_sizers_ask(waits->sizers,
			    yq_rules_named(rules, signal->strategy, accounts->aliases[a])
				->policy.sizing.plugin,
			    &signal->id, accounts->aliases[a], &decisions[a].question);
	set_aside(waits, rules, waiting, is_free ? YQ_ASIDE_SIZE : YQ_ASIDE_TURN, SIZE_MS);
	return true;
}

static bool
only_closes(const struct yq_decision *decision)
{
	for (size_t i = 0; i < decision->order_count; i++)
		if (!decision->orders[i].reduce_only)
			return false;
	return decision->ordered;
}

/* It looks at closed trades, or at the number of earlier orders, and they are not read yet.  A way
 * out looks at none, and waits for none. */
static bool
must_read_tracks(struct yq_waits *waits, const struct yq_rules *rules, const struct yq_facts *facts,
    const struct yq_waiting *waiting, const struct yq_decision *decisions, size_t count)
{
	const char *strategy = waiting->signal.strategy;
	const struct yq_mapping_row *accounts = yq_rules_accounts(rules, strategy);
	int64_t waited_ms = (now_ns(waits) - waiting->since_ns) / INT64_C(1000000);
	bool wanted = false;

	for (size_t a = 0; a < count && !wanted; a++)
		wanted =
		    !only_closes(&decisions[a]) &&
		    waited_ms < yq_tracks_await_ms(yq_facts_tracks(facts),
				    &yq_rules_named(rules, strategy, accounts->aliases[a])->policy);
	if (wanted)
		set_aside(waits, rules, waiting, YQ_ASIDE_TIME, ACCOUNT_MS);
	return wanted;
}

bool
yq_waits_after(struct yq_waits *waits, const struct yq_rules *rules, const struct yq_facts *facts,
    struct yq_waiting *waiting, const struct yq_decision *decisions, size_t count)
{
	return must_read_tracks(waits, rules, facts, waiting, decisions, count) ||
	       must_look_up(waits, rules, waiting, decisions, count) ||
	       must_ask(waits, rules, waiting, decisions, count);
}

void
yq_waits_done(struct yq_waits *waits, const struct yq_signal *signal)
{
	yq_sizers_forget(waits->sizers, &signal->id);
}
