/* facts_decide.c - from what was read to a decision. */
#include <assert.h>
#include <string.h>

#include "base/str.h"
#include "domain/withdraw.h"
#include "order_manager/facts_parts.h"
#include "order_manager/sizers.h"
#include "order_manager/tracks.h"
#include "store/listings.h"

static bool
has_account(const struct yq_facts *facts, const char *alias)
{
	char key[KEY_SIZE];
	const struct fact *item;

	facts_account_key(key, alias);
	item = facts_find(facts, key);
	return item != NULL && item->rc != YQ_E_NOT_FOUND;
}

bool
yq_facts_has_accounts(
    const struct yq_facts *facts, const struct yq_rules *rules, const struct yq_signal *signal)
{
	const struct yq_mapping_row *accounts = yq_rules_accounts(rules, signal->strategy);

	for (size_t a = 0; accounts != NULL && a < accounts->alias_count; a++)
		if (!has_account(facts, accounts->aliases[a]))
			return false;
	return true;
}

/* A refusal that no rule of the domain makes: the account itself is not to be had. */
static void
refuse(struct yq_decision *decision, const char *alias, const char *code, const char *sentence,
    const char *argument, int64_t now_us)
{
	memset(decision, 0, sizeof(*decision));
	yq_str_copy_cut(decision->account_alias, sizeof(decision->account_alias), alias);
	decision->code = code;
	decision->decided_at_us = now_us;
	yq_trace_add(&decision->trace, code, false, sentence, YQ_ARGS(YQ_ARG_TEXT(argument)));
	yq_sentence(
	    decision->text, sizeof(decision->text), sentence, YQ_ARGS(YQ_ARG_TEXT(argument)));
}

static struct yq_market_facts
market_of(const struct yq_facts *facts, const struct yq_rules *rules,
    const struct yq_signal *signal, const char *alias, int64_t now_us,
    char halt_reason[YQ_HALT_TEXT_SIZE])
{
	const struct yq_market_hours *hours = yq_rules_hours(rules, signal->exchange);
	bool any_hour = yq_rules_any_hour(rules, alias);
	struct yq_book *book = yq_books_get(facts->books, alias);
	const struct yq_clock *clock = yq_books_clock(facts->books);
	struct yq_last_order last =
	    yq_books_last(facts->books, alias, signal->exchange, signal->ticker, signal->action);
	char key[KEY_SIZE];
	const struct fact *halts = facts_find(facts, HALTS_KEY), *life, *price;
	const struct yq_listing listing = yq_listings_find(
	    yq_listings_keeper_now(facts->listings), signal->exchange, signal->ticker);
	const struct yq_halt_entry *halt =
	    halts != NULL ? yq_halts_find(&halts->halts, alias, signal->strategy, now_us) : NULL;

	if (halt != NULL)
		yq_halt_describe(halt->field, &halt->halt, halt_reason, YQ_HALT_TEXT_SIZE);
	facts_life_key(key, signal->strategy);
	life = facts_find(facts, key);
	facts_price_key(key, signal->exchange, signal->ticker);
	price = facts_find(facts, key);
	return (struct yq_market_facts){
		.halt_reason = halt != NULL ? halt_reason : NULL,
		/* A person's comes first, and means all. */
		.halt_lets_out = halt != NULL && yq_halt_scope(halt->field) != halt->field,
		.life =
		    life == NULL || life->rc == YQ_E_NOT_FOUND ? yq_rules_life(rules) : life->life,
		.open = any_hour || yq_market_is_open(hours, now_us),
		.covered = any_hour || yq_market_is_covered(hours, now_us),
		.last_price = price == NULL ? YQ_OPT_DECIMAL_NONE : price->price,
		.last_price_at_us = price == NULL ? 0 : price->price_at_us,
		.lot = listing.lot,
		.listing = listing.state,
		.listed_in = listing.currency,
		.ticks = listing.ticks,
		.orders_last_minute = yq_rate_count(&book->rate, yq_clock_monotonic_us(clock)),
		.last_same_qty = last.qty,
		.last_same_at_us = last.qty.set ? yq_clock_instant_of(clock, last.at_us) : 0,
	};
}

/* Why nothing is composed in the account; false: it is. */
static bool
is_barred(
    const struct yq_facts *facts, const char *alias, int64_t now_us, struct yq_decision *decision)
{
	const char *forbidden = yq_books_forbidden(facts->books);
	char key[KEY_SIZE];
	const struct fact *account;

	facts_account_key(key, alias);
	account = facts_find(facts, key);
	if (forbidden != NULL)
		refuse(decision, alias, YQ_NOT_ACTIVE, "{}", forbidden, now_us);
	else if (account == NULL || account->rc == YQ_E_NOT_FOUND)
		refuse(decision, alias, YQ_ACCOUNT_UNKNOWN,
		    "no gateway serves an account of the name {}", alias, now_us);
	else if (account->rc != YQ_OK)
		refuse(decision, alias, YQ_ACCOUNT_CORRUPT, "{}", account->text, now_us);
	else
		return false;
	return true;
}

struct yq_named_policy *
yq_facts_decide(const struct yq_facts *facts, const struct yq_rules *rules,
    const struct yq_signal *signal, const char *alias, int64_t now_us, struct yq_inputs *inputs,
    struct yq_decision *decision)
{
	const struct yq_book *kept = yq_books_get(facts->books, alias);
	struct yq_account *book = kept->account;
	struct yq_named_policy *named;
	char reason[YQ_REASON_SIZE];
	enum yq_rc rc;

	inputs->rules = (struct yq_id){ .text = "" };
	if (is_barred(facts, alias, now_us, decision))
		return NULL;
	named = yq_rules_named(rules, signal->strategy, alias);
	book->commission_rate = yq_rules_commission_rate(rules, alias);
	inputs->rules = named->digest;
	inputs->rules_text = named->recorded ? NULL : named->text;
	inputs->account = yq_view_of(book, signal->exchange, signal->ticker);
	yq_order_reason_of(signal->strategy, reason);
	if (yq_signal_sees_strategy(signal))
		yq_view_see_strategy(
		    &inputs->account, book, signal->exchange, signal->ticker, reason);
	inputs->market = market_of(facts, rules, signal, alias, now_us, inputs->kept.halt_reason);
	inputs->market.local_minute = yq_risk_local_minute(
	    &named->policy.limits, yq_rules_hours(rules, signal->exchange), now_us);
	inputs->market.orders_last_day = yq_risk_orders_last_day(&named->policy.limits, &kept->rate,
	    yq_clock_monotonic_us(yq_books_clock(facts->books)));
	if (facts->tracks != NULL)
		yq_tracks_fill(facts->tracks, &named->policy, signal, alias, inputs);
	if (named->policy.sizing.plugin != NULL && facts->sizers != NULL)
		inputs->market.answer = yq_sizers_answer(facts->sizers, &signal->id, alias);
	rc =
	    yq_compose(signal, &inputs->account, &inputs->market, &named->policy, now_us, decision);
	assert((rc == YQ_OK) == decision->ordered);
	yq_withdraw(decision, signal, book);
	return named;
}
