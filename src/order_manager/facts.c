/* facts.c - one round trip for all that a batch of decisions looks at. */
#include "order_manager/facts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/table.h"
#include "bus/halts.h"
#include "order_manager/sizers.h"
#include "order_manager/tracks.h"

/* The longest key: a letter, alias, strategy. */
#define KEY_SIZE (YQ_ALIAS_SIZE + YQ_STRATEGY_SIZE + 8)

enum kind { ACCOUNT, HALTS, LIFE, PRICE };

/* One thing wanted, and what the bus said of it. */
struct fact {
	struct yq_table_node node;
	char key[KEY_SIZE];
	enum kind kind;
	struct round *round;
	char alias[YQ_ALIAS_SIZE];
	char strategy[YQ_STRATEGY_SIZE];
	char ticker[YQ_TICKER_SIZE];
	enum yq_exchange exchange;

	enum yq_rc rc; /* YQ_OK, YQ_E_NOT_FOUND, or YQ_E_CORRUPT with `text` */
	char text[YQ_MESSAGE_SIZE];
	struct yq_halts halts;
	enum yq_life_state life;
	struct yq_opt_decimal price;
	int64_t price_at_us;
};

/* One reading; it outlives facts that were freed meanwhile, and then owns the items. */
struct round {
	struct yq_facts *facts; /* NULL once they are gone */
	size_t left;
	struct yq_err err;
	struct yq_table items;
};

struct yq_facts {
	struct yq_valkey *valkey;
	struct yq_books *books;
	const struct yq_sizers *sizers;
	const struct yq_tracks *tracks;
	struct yq_table items; /* of struct fact, by key */
	struct round *round;
	yq_facts_fn *fn;
	void *cookie;
};

struct yq_facts *
yq_facts_make(struct yq_valkey *valkey, struct yq_books *books)
{
	struct yq_facts *facts = yq_xcalloc(1, sizeof(*facts));

	facts->valkey = valkey;
	facts->books = books;
	return facts;
}

void
yq_facts_set_sizers(struct yq_facts *facts, const struct yq_sizers *sizers)
{
	facts->sizers = sizers;
}

void
yq_facts_set_tracks(struct yq_facts *facts, const struct yq_tracks *tracks)
{
	facts->tracks = tracks;
}

const struct yq_tracks *
yq_facts_tracks(const struct yq_facts *facts)
{
	return facts->tracks;
}

static bool
free_item(void *cookie, struct yq_table_node *node)
{
	struct fact *item = yq_container(node, struct fact, node);

	(void)cookie;
	yq_halts_clear(&item->halts);
	free(item);
	return true;
}

static void
free_items(struct yq_table *items)
{
	yq_table_each(items, free_item, NULL);
	yq_table_clear(items);
}

void
yq_facts_clear(struct yq_facts *facts)
{
	free_items(&facts->items);
}

size_t
yq_facts_count(const struct yq_facts *facts)
{
	return facts->items.count;
}

void
yq_facts_free(struct yq_facts *facts)
{
	if (facts == NULL)
		return;
	if (facts->round != NULL) {
		facts->round->facts = NULL;
		facts->round->items = facts->items;
	} else {
		free_items(&facts->items);
	}
	free(facts);
}

static bool
same_key(const struct yq_table_node *node, const void *key)
{
	return yq_str_equal(((const struct fact *)(const void *)node)->key, key);
}

static struct fact *
find(const struct yq_facts *facts, const char *key)
{
	return yq_container(yq_table_find(&facts->items, yq_table_hash_text(key), same_key, key),
	    struct fact, node);
}

/* A new item under `key`, or NULL if it is wanted already. */
static struct fact *
want(struct yq_facts *facts, enum kind kind, const char *key)
{
	struct fact *item = find(facts, key);

	if (item != NULL)
		return NULL;
	item = yq_xcalloc(1, sizeof(*item));
	item->kind = kind;
	memcpy(item->key, key, strlen(key) + 1);
	yq_table_insert(&facts->items, yq_table_hash_text(key), &item->node);
	return item;
}

static void
account_key(char key[KEY_SIZE], const char *alias)
{
	yq_str_format(key, KEY_SIZE, "a %s", alias);
}

#define HALTS_KEY "h"

static void
life_key(char key[KEY_SIZE], const char *strategy)
{
	yq_str_format(key, KEY_SIZE, "s %s", strategy);
}

static void
price_key(char key[KEY_SIZE], enum yq_exchange exchange, const char *ticker)
{
	yq_str_format(key, KEY_SIZE, "p %d %s", (int)exchange, ticker);
}

static void
want_account(struct yq_facts *facts, const char *alias)
{
	char key[KEY_SIZE];
	struct fact *item;

	account_key(key, alias);
	item = want(facts, ACCOUNT, key);
	if (item != NULL)
		yq_str_copy_cut(item->alias, sizeof(item->alias), alias);
}

static void
want_life(struct yq_facts *facts, const char *strategy)
{
	char key[KEY_SIZE];
	struct fact *item;

	life_key(key, strategy);
	item = want(facts, LIFE, key);
	if (item != NULL)
		yq_str_copy_cut(item->strategy, sizeof(item->strategy), strategy);
}

static void
want_price(struct yq_facts *facts, enum yq_exchange exchange, const char *ticker)
{
	char key[KEY_SIZE];
	struct fact *item;

	price_key(key, exchange, ticker);
	item = want(facts, PRICE, key);
	if (item != NULL) {
		item->exchange = exchange;
		yq_str_copy_cut(item->ticker, sizeof(item->ticker), ticker);
	}
}

void
yq_facts_want(struct yq_facts *facts, const struct yq_rules *rules, const struct yq_signal *signal)
{
	const struct yq_mapping_row *accounts = yq_rules_accounts(rules, signal->strategy);

	(void)want(facts, HALTS, HALTS_KEY);
	want_life(facts, signal->strategy);
	want_price(facts, signal->exchange, signal->ticker);
	for (size_t a = 0; accounts != NULL && a < accounts->alias_count; a++)
		want_account(facts, accounts->aliases[a]);
}

/* ---- reading ---- */

static void
end_round(struct round *round)
{
	struct yq_facts *facts = round->facts;
	struct yq_err err = round->err;

	if (facts == NULL) {
		free_items(&round->items);
		free(round);
		return;
	}
	free(round);
	facts->round = NULL;
	facts->fn(facts->cookie, err.rc, &err);
}

/* What a failed answer means: the state of one thing, or no reading at all. */
static void
settle(struct fact *item, enum yq_rc rc, const struct yq_err *err)
{
	struct round *round = item->round;

	item->rc = rc;
	if (rc == YQ_E_CORRUPT)
		yq_str_copy_cut(item->text, sizeof(item->text), err->text);
	else if (rc != YQ_OK && rc != YQ_E_NOT_FOUND)
		round->err = *err;
	if (--round->left == 0)
		end_round(round);
}

static void
on_account(
    void *cookie, enum yq_rc rc, const struct yq_account_state *state, const struct yq_err *err)
{
	struct fact *item = cookie;
	struct yq_err fault = { .rc = YQ_OK };

	if (rc == YQ_OK && item->round->facts != NULL &&
	    yq_books_update(item->round->facts->books, state, &fault) != YQ_OK) {
		settle(item, YQ_E_CORRUPT, &fault);
		return;
	}
	settle(item, rc, err);
}

static void
on_halts(void *cookie, enum yq_rc rc, struct yq_halts *halts, const struct yq_err *err)
{
	struct fact *item = cookie;

	if (rc == YQ_OK) {
		item->halts = *halts;
		*halts = (struct yq_halts){ 0 };
	}
	settle(item, rc, err);
}

/* What nobody can read lets nothing new begin. */
static void
on_life(void *cookie, enum yq_rc rc, const struct yq_life *life, const struct yq_err *err)
{
	struct fact *item = cookie;

	item->life = rc == YQ_OK ? life->state : YQ_LIFE_OFF;
	settle(item, rc, err);
}

static void
on_price(void *cookie, enum yq_rc rc, const struct yq_stock_price *price, const struct yq_err *err)
{
	struct fact *item = cookie;

	if (rc == YQ_OK) {
		item->price = yq_opt_decimal_of(price->price);
		item->price_at_us = price->updated_at_us;
	}
	settle(item, rc, err);
}

static void
ask(struct yq_facts *facts, struct fact *item)
{
	switch (item->kind) {
	case ACCOUNT:
		yq_state_account(facts->valkey, item->alias, on_account, item);
		break;
	case HALTS:
		yq_halts_read(facts->valkey, on_halts, item);
		break;
	case LIFE:
		yq_state_life(facts->valkey, item->strategy, on_life, item);
		break;
	case PRICE:
		yq_state_stock(facts->valkey, item->ticker, item->exchange, on_price, item);
		break;
	}
}

void
yq_facts_read(struct yq_facts *facts, yq_facts_fn *fn, void *cookie)
{
	struct round *round = yq_xcalloc(1, sizeof(*round));

	round->facts = facts;
	round->left = facts->items.count;
	facts->round = round;
	facts->fn = fn;
	facts->cookie = cookie;
	for (struct yq_table_node *n = facts->items.oldest, *next; n != NULL; n = next) {
		struct fact *item = yq_container(n, struct fact, node);

		next = n->newer;
		item->round = round;
		ask(facts, item);
	}
}

/* ---- deciding ---- */

static bool
has_account(const struct yq_facts *facts, const char *alias)
{
	char key[KEY_SIZE];
	const struct fact *item;

	account_key(key, alias);
	item = find(facts, key);
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
	const struct fact *halts = find(facts, HALTS_KEY), *life, *price;
	const struct yq_halt_entry *halt =
	    halts != NULL ? yq_halts_find(&halts->halts, alias, signal->strategy, now_us) : NULL;

	if (halt != NULL)
		yq_halt_describe(halt->field, &halt->halt, halt_reason, YQ_HALT_TEXT_SIZE);
	life_key(key, signal->strategy);
	life = find(facts, key);
	price_key(key, signal->exchange, signal->ticker);
	price = find(facts, key);
	return (struct yq_market_facts){
		.halt_reason = halt != NULL ? halt_reason : NULL,
		.life =
		    life == NULL || life->rc == YQ_E_NOT_FOUND ? yq_rules_life(rules) : life->life,
		.open = any_hour || yq_market_is_open(hours, now_us),
		.covered = any_hour || yq_market_is_covered(hours, now_us),
		.last_price = price == NULL ? YQ_OPT_DECIMAL_NONE : price->price,
		.last_price_at_us = price == NULL ? 0 : price->price_at_us,
		.orders_last_minute = yq_rate_count(&book->rate, yq_clock_monotonic_us(clock)),
		.orders_last_day = yq_rate_day(&book->rate, yq_clock_monotonic_us(clock)),
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

	account_key(key, alias);
	account = find(facts, key);
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

/* ---- the strategy's own entries ---- */

struct withdrawing {
	struct yq_decision *decision;
	const struct yq_signal *signal;
	uint64_t entry_of;
};

static bool
withdraw_order(void *cookie, const struct yq_open_order *order)
{
	const struct withdrawing *w = cookie;
	struct yq_decision *decision = w->decision;

	if (order->rests && order->action == decision->withdrawn &&
	    yq_open_order_is_entry(order, w->signal->exchange, w->signal->ticker, w->entry_of))
		decision->cancels[decision->cancel_count++] = order->id;
	return decision->cancel_count < YQ_CANCELS_MAX;
}

/* A signal that says where its strategy stands is decided on what the strategy has on the way. */
static void
see_strategy(const struct yq_account *book, const struct yq_signal *signal,
    struct yq_account_view *view, const char *reason)
{
	if (signal->market_position != YQ_STANCE_NONE || signal->position_size.set)
		yq_view_see_strategy(view, book, signal->exchange, signal->ticker, reason);
}

struct yq_named_policy *
yq_facts_decide(const struct yq_facts *facts, const struct yq_rules *rules,
    const struct yq_signal *signal, const char *alias, int64_t now_us, struct yq_inputs *inputs,
    struct yq_decision *decision)
{
	struct yq_account *book = yq_books_get(facts->books, alias)->account;
	struct withdrawing withdrawing = { decision, signal, 0 };
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
	see_strategy(book, signal, &inputs->account, reason);
	inputs->market = market_of(facts, rules, signal, alias, now_us, inputs->kept.halt_reason);
	if (named->policy.limits.window_from != named->policy.limits.window_until)
		inputs->market.local_minute =
		    yq_local_minute(yq_rules_hours(rules, signal->exchange)->zone, now_us);
	if (facts->tracks != NULL)
		yq_tracks_fill(facts->tracks, &named->policy, signal, alias, inputs);
	if (named->policy.sizing.plugin != NULL && facts->sizers != NULL)
		inputs->market.answer = yq_sizers_answer(facts->sizers, &signal->id, alias);
	rc =
	    yq_compose(signal, &inputs->account, &inputs->market, &named->policy, now_us, decision);
	assert((rc == YQ_OK) == decision->ordered);
	withdrawing.entry_of = yq_table_hash_text(reason);
	if (decision->withdraws)
		yq_account_each_order(book, withdraw_order, &withdrawing);
	return named;
}
