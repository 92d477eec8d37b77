/* engine.c - the virtual clock: bars, expiries, ends of days, and signals between them. */
#include <stdlib.h>

#include "base/mem.h"
#include "console/simulate/engine_parts.h"

struct yq_sim *
yq_sim_make(const struct yq_sim_spec *spec)
{
	struct yq_sim *sim = yq_xcalloc(1, sizeof(*sim));

	sim->spec = *spec;
	sim->calendar = yq_markets_calendar(spec->markets);
	sim->lots = yq_lot_books_make();
	return sim;
}

static bool
free_account(void *cookie, struct yq_table_node *node)
{
	(void)cookie;
	sim_account_free(yq_container(node, struct sim_account, node));
	return true;
}

void
yq_sim_free(struct yq_sim *sim)
{
	if (sim == NULL)
		return;
	yq_table_each(&sim->accounts, free_account, NULL);
	yq_table_clear(&sim->accounts);
	yq_lot_books_free(sim->lots);
	free(sim);
}

void
yq_sim_freep(struct yq_sim **sim)
{
	yq_sim_free(*sim);
}

struct yq_sim_counts
yq_sim_counts(const struct yq_sim *sim)
{
	return sim->counts;
}

#define EACH_ACCOUNT(sim, account)                                               \
	for (struct sim_account * (account) =                                    \
		 yq_container((sim)->accounts.oldest, struct sim_account, node); \
	     (account) != NULL;                                                  \
	     (account) = yq_container((account)->node.newer, struct sim_account, node))

void
yq_sim_each_account(const struct yq_sim *sim, yq_sim_account_fn *fn, void *cookie)
{
	EACH_ACCOUNT(sim, account)
	{
		struct yq_sim_account_view view = {
			.alias = account->settings->alias,
			.book = yq_paper_account(account->book),
			.curves = account->curves,
		};

		fn(cookie, &view);
	}
}

/* ---- days ---- */

/* The hours by whose days the money of a currency is counted. */
static const struct yq_market_hours *
hours_of(const struct yq_sim *sim, enum yq_currency currency)
{
	for (int c = 0; c < YQ_COUNTRY_COUNT; c++)
		if (yq_market_of_country((enum yq_country)c)->currency == currency)
			return &sim->calendar->hours[c];
	return &sim->calendar->hours[0];
}

/* A currency without money is none of the account's. */
static bool
is_used(const struct sim_account *account, int currency)
{
	const struct yq_account *book = yq_paper_account(account->book);

	return account->curves[currency].next_us != 0 ||
	       yq_decimal_sign(yq_account_equity(book, (enum yq_currency)currency)) != 0;
}

static void
pass_days(struct yq_sim *sim, int64_t now_us)
{
	int64_t soonest = INT64_MAX;

	if (now_us < sim->passes_us)
		return;
	EACH_ACCOUNT(sim, account)
	{
		for (int c = 0; c < YQ_CURRENCY_COUNT; c++) {
			struct yq_curve *curve = &account->curves[c];

			if (!is_used(account, c))
				continue;
			yq_curve_pass(curve, hours_of(sim, (enum yq_currency)c), now_us,
			    yq_account_equity(
				yq_paper_account(account->book), (enum yq_currency)c));
			if (curve->next_us < soonest)
				soonest = curve->next_us;
		}
	}
	sim->passes_us = soonest == INT64_MAX ? 0 : soonest;
}

/* ---- time ---- */

static void
expire(struct yq_sim *sim, int64_t now_us)
{
	EACH_ACCOUNT(sim, account)
	{
		if (account->expires_us > now_us)
			continue;
		account->expires_us = INT64_MAX;
		yq_paper_expire(account->book, now_us);
		(void)sim_brackets_run(account);
		for (struct yq_table_node *n = account->orders.oldest; n != NULL; n = n->newer) {
			struct sim_order *kept = yq_container(n, struct sim_order, node);
			const struct yq_paper_order *order =
			    yq_paper_find(account->book, &kept->order.id);

			if (order != NULL && order->expires_us != 0 &&
			    order->expires_us < account->expires_us)
				account->expires_us = order->expires_us;
		}
	}
}

static int64_t
next_expiry(const struct yq_sim *sim)
{
	int64_t soonest = INT64_MAX;

	EACH_ACCOUNT(sim, account)
	{
		if (account->expires_us < soonest)
			soonest = account->expires_us;
	}
	return soonest;
}

/* Who waited for an order that the open ended meets the same open; so do exits of what it filled.
 */
static void
play_open(struct sim_account *account, const struct yq_bar_step *step)
{
	bool again;

	do {
		yq_paper_bar_open(account->book, step->exchange, step->ticker, step->bar);
		sim_lane_moved(account, step->exchange, step->ticker);
		again = sim_release(account);
		again = sim_brackets_run(account) || again;
	} while (again);
}

/* Exits meet the bar's worse end before its better one, those of entries that it filled too. */
static void
play_end(struct sim_account *account, const struct yq_bar_step *step)
{
	(void)sim_brackets_meet(account, step, SIM_WORST);
	do
		yq_paper_bar_close(account->book, step->exchange, step->ticker, step->bar);
	while (sim_brackets_meet(account, step, SIM_WORST));
	if (sim_brackets_meet(account, step, SIM_BEST))
		yq_paper_bar_close(account->book, step->exchange, step->ticker, step->bar);
	sim_lane_moved(account, step->exchange, step->ticker);
	sim_release(account);
	(void)sim_brackets_run(account);
}

static void
play(struct yq_sim *sim, const struct yq_bar_step *step)
{
	EACH_ACCOUNT(sim, account)
	{
		if (step->event == YQ_BAR_ENDS)
			play_end(account, step);
		else
			play_open(account, step);
	}
	yq_bars_next(sim->spec.bars);
}

/* Whether the bar's step comes before what is at `until_us`: its end does in the same moment, its
 * beginning does not. */
static bool
comes_first(const struct yq_bar_step *step, int64_t until_us)
{
	return step->at_us < until_us || (step->at_us == until_us && step->event == YQ_BAR_ENDS);
}

/* Everything before `until_us`, in order of time; of one moment ends of bars, then expiries. */
static void
advance(struct yq_sim *sim, int64_t until_us)
{
	struct yq_bar_step step;

	for (;;) {
		int64_t expiry_us = next_expiry(sim);
		bool has_bar = sim->spec.bars != NULL && yq_bars_peek(sim->spec.bars, &step) &&
			       comes_first(&step, until_us);

		if (has_bar && comes_first(&step, expiry_us)) {
			sim->now_us = step.at_us > sim->now_us ? step.at_us : sim->now_us;
			pass_days(sim, sim->now_us);
			play(sim, &step);
			continue;
		}
		if (expiry_us > until_us || expiry_us == INT64_MAX)
			break;
		sim->now_us = expiry_us > sim->now_us ? expiry_us : sim->now_us;
		pass_days(sim, sim->now_us);
		expire(sim, sim->now_us);
	}
}

/* ---- signals ---- */

static enum yq_rc
open_accounts(struct yq_sim *sim, const struct yq_mapping_row *mapping, struct yq_err *err)
{
	struct sim_account *account;
	enum yq_rc rc = YQ_OK;

	for (size_t a = 0; rc == YQ_OK && a < mapping->alias_count; a++)
		rc = sim_account_get(sim, mapping->aliases[a], &account, err);
	return rc;
}

/* The price that a signal brings is the market's, whatever becomes of it. */
static void
see_price(struct sim_account *account, const struct yq_signal *signal)
{
	if (!signal->price.set || account->sim->spec.bars != NULL)
		return;
	sim_observe(account, signal->exchange, signal->ticker, signal->price.value,
	    sim_is_open(account, signal->exchange));
	account->curves[yq_market_of(signal->exchange)->currency].moved = true;
}

enum yq_rc
yq_sim_signal(
    struct yq_sim *sim, const struct yq_signal *signal, int64_t now_us, struct yq_err *err)
{
	const struct yq_mapping_row *mapping = yq_rules_accounts(sim->spec.rules, signal->strategy);
	struct yq_signal filled;
	struct sim_account *account;
	enum yq_rc rc = mapping == NULL ? YQ_OK : open_accounts(sim, mapping, err);

	if (rc == YQ_OK && now_us < sim->now_us)
		rc = yq_err_set(err, YQ_E_INVALID,
		    "it is earlier than what came before it: signals must be in order of time");
	if (rc != YQ_OK)
		return rc;
	advance(sim, now_us);
	sim->now_us = now_us;
	pass_days(sim, now_us);
	sim->counts.signals++;
	if (mapping == NULL) {
		sim->counts.refused++;
		return YQ_OK;
	}
	if (sim->spec.bars != NULL && !signal->atr.set) {
		filled = *signal;
		filled.atr = yq_bars_view(sim->spec.bars, signal->exchange, signal->ticker).atr;
		signal = &filled;
	}
	for (size_t a = 0; a < mapping->alias_count; a++) {
		if (sim_account_get(sim, mapping->aliases[a], &account, err) != YQ_OK)
			continue;
		sim_decide(account, signal);
		see_price(account, signal);
		sim_release(account);
		(void)sim_brackets_run(account);
	}
	return YQ_OK;
}

void
yq_sim_finish(struct yq_sim *sim)
{
	struct yq_bar_step step;

	while (sim->spec.bars != NULL && yq_bars_peek(sim->spec.bars, &step))
		advance(sim, step.at_us + 1);
	EACH_ACCOUNT(sim, account)
	{
		for (int c = 0; c < YQ_CURRENCY_COUNT; c++)
			yq_curve_end(&account->curves[c], hours_of(sim, (enum yq_currency)c),
			    yq_account_equity(
				yq_paper_account(account->book), (enum yq_currency)c));
	}
}
