/* account.c - what an account of a simulation remembers. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "console/simulate/engine_parts.h"

#define DAY_US (INT64_C(86400) * YQ_US_PER_SECOND)
#define EPOCH  "51000000" /* the same for every simulation: its numbers are told nobody else */

/* ---- making ---- */

static const yq_json *
paper_section(const struct yq_sim *sim, const char *alias)
{
	const yq_json *all = yq_config_json(sim->spec.config, "BrokerGateway:Accounts");
	const yq_json *account = all != NULL ? yq_json_get_nocase(all, alias) : NULL;

	return account != NULL ? yq_json_get_nocase(account, "Paper") : NULL;
}

/* Nothing is left to chance or to a clock. */
static enum yq_rc
settings_of(const struct yq_sim *sim, const struct yq_account_settings *account,
    struct yq_paper_settings *settings, struct yq_err *err)
{
	const struct yq_opt_decimal *cash = sim->spec.has_cash ? sim->spec.cash : account->cash;
	bool any = false;
	enum yq_rc rc;

	for (int c = 0; c < YQ_CURRENCY_COUNT; c++)
		any = any || cash[c].set;
	if (!any)
		return yq_err_set(err, YQ_E_REFUSED,
		    "account %s: its settings do not say what it begins with: give --cash",
		    account->alias);
	rc = yq_paper_settings_of(cash, account->commission_rate,
	    yq_rules_any_short(sim->spec.rules, account->alias), account->any_hour,
	    paper_section(sim, account->alias), settings, err);
	if (rc != YQ_OK)
		return yq_err_context(err, YQ_E_REFUSED, "account %s", account->alias);
	settings->walk_bps = YQ_DECIMAL_ZERO;
	settings->reject_ppm = settings->silent_ppm = settings->transient_ppm = 0;
	settings->invent_prices = false;
	settings->by_bars = sim->spec.bars != NULL;
	return YQ_OK;
}

static bool
same_alias(const struct yq_table_node *node, const void *key)
{
	const struct sim_account *account = (const struct sim_account *)(const void *)node;

	return yq_str_equal(account->settings->alias, key);
}

enum yq_rc
sim_account_get(
    struct yq_sim *sim, const char *alias, struct sim_account **ret_account, struct yq_err *err)
{
	uint64_t hash = yq_table_hash_text(alias);
	struct yq_table_node *found = yq_table_find(&sim->accounts, hash, same_alias, alias);
	const struct yq_account_settings *settings;
	struct yq_paper_settings paper;
	enum yq_rc rc;

	*ret_account = yq_container(found, struct sim_account, node);
	if (found != NULL)
		return YQ_OK;
	settings = yq_accounts_find(sim->spec.accounts, alias);
	if (settings == NULL)
		return yq_err_set(err, YQ_E_REFUSED, "account %s is not configured", alias);
	rc = settings_of(sim, settings, &paper, err);
	if (rc != YQ_OK)
		return rc;
	*ret_account = yq_xcalloc(1, sizeof(**ret_account));
	(*ret_account)->sim = sim;
	(*ret_account)->settings = settings;
	(*ret_account)->commission_rate = yq_rules_commission_rate(sim->spec.rules, alias);
	(*ret_account)->book = yq_paper_book_make(&paper, sim_on_record, *ret_account);
	(*ret_account)->own = yq_account_make(alias);
	(*ret_account)->expires_us = INT64_MAX;
	yq_paper_book_found((*ret_account)->book, EPOCH);
	yq_table_insert(&sim->accounts, hash, &(*ret_account)->node);
	sim->passes_us = 0; /* its days begin now */
	return YQ_OK;
}

static bool
free_past(void *cookie, struct yq_table_node *node)
{
	struct sim_past *past = yq_container(node, struct sim_past, node);

	(void)cookie;
	yq_history_clear(&past->history);
	free(past);
	return true;
}

static bool
free_lane(void *cookie, struct yq_table_node *node)
{
	(void)cookie;
	free(yq_container(node, struct sim_lane, node));
	return true;
}

static bool
free_order(void *cookie, struct yq_table_node *node)
{
	(void)cookie;
	free(yq_container(node, struct sim_order, node));
	return true;
}

void
sim_account_free(struct sim_account *account)
{
	sim_brackets_free(account);
	yq_table_each(&account->lanes, free_lane, NULL);
	yq_table_each(&account->pasts, free_past, NULL);
	yq_table_each(&account->orders, free_order, NULL);
	yq_table_clear(&account->lanes);
	yq_table_clear(&account->pasts);
	yq_table_clear(&account->orders);
	for (struct yq_table_node *node = account->spare, *next; node != NULL; node = next) {
		next = node->next;
		free_order(NULL, node);
	}
	for (int c = 0; c < YQ_CURRENCY_COUNT; c++)
		yq_curve_clear(&account->curves[c]);
	yq_account_free(account->own);
	yq_paper_book_free(account->book);
	free(account->order_times);
	free(account);
}

/* ---- instruments ---- */

struct instrument {
	enum yq_exchange exchange;
	const char *ticker;
};

static bool
same_lane(const struct yq_table_node *node, const void *key)
{
	const struct sim_lane *lane = (const struct sim_lane *)(const void *)node;
	const struct instrument *instrument = key;

	return lane->exchange == instrument->exchange &&
	       yq_str_equal(lane->ticker, instrument->ticker);
}

struct sim_lane *
sim_lane_of(struct sim_account *account, enum yq_exchange exchange, const char *ticker)
{
	struct instrument key = { exchange, ticker };
	uint64_t hash = yq_table_hash_join(yq_table_hash_text(ticker), (uint64_t)exchange);
	struct yq_table_node *found = yq_table_find(&account->lanes, hash, same_lane, &key);
	struct sim_lane *lane;

	if (found != NULL)
		return yq_container(found, struct sim_lane, node);
	lane = yq_xcalloc(1, sizeof(*lane));
	lane->exchange = exchange;
	yq_str_copy_cut(lane->ticker, sizeof(lane->ticker), ticker);
	yq_table_insert(&account->lanes, hash, &lane->node);
	return lane;
}

/* ---- closed trades ---- */

static bool
same_past(const struct yq_table_node *node, const void *key)
{
	const struct sim_past *a = (const struct sim_past *)(const void *)node, *b = key;

	return a->currency == b->currency && a->exchange == b->exchange &&
	       yq_str_equal(a->ticker, b->ticker) && yq_str_equal(a->strategy, b->strategy);
}

static struct sim_past
past_key(
    const char *strategy, enum yq_currency currency, enum yq_exchange exchange, const char *ticker)
{
	struct sim_past key = { .currency = currency,
		.exchange = ticker[0] == '\0' ? YQ_EXCHANGE_COUNT : exchange };

	yq_str_copy_cut(key.strategy, sizeof(key.strategy), strategy);
	yq_str_copy_cut(key.ticker, sizeof(key.ticker), ticker);
	return key;
}

static uint64_t
past_hash(const struct sim_past *key)
{
	return yq_table_hash_join(yq_table_hash_text(key->strategy),
	    yq_table_hash_join(yq_table_hash_text(key->ticker),
		(uint64_t)key->currency * 64 + (uint64_t)key->exchange));
}

const struct sim_past *
sim_past_of(struct sim_account *account, const char *strategy, enum yq_currency currency,
    enum yq_exchange exchange, const char *ticker)
{
	struct sim_past key;

	if (account->pasts.count == 0)
		return NULL;
	key = past_key(strategy, currency, exchange, ticker);
	return yq_container(yq_table_find(&account->pasts, past_hash(&key), same_past, &key),
	    struct sim_past, node);
}

static void
add_result(struct sim_account *account, const struct yq_trip *trip, const char *ticker)
{
	struct sim_past key = past_key(trip->strategy, trip->currency, trip->exchange, ticker);
	uint64_t hash = past_hash(&key);
	struct yq_table_node *found = yq_table_find(&account->pasts, hash, same_past, &key);
	struct sim_past *past = yq_container(found, struct sim_past, node);

	if (past == NULL) {
		past = yq_xcalloc(1, sizeof(*past));
		*past = key;
		yq_table_insert(&account->pasts, hash, &past->node);
	}
	yq_history_add(&past->history,
	    yq_table_hash_join(yq_table_hash_text(trip->exit_order.text),
		yq_table_hash_join(yq_table_hash_text(trip->ticker), (uint64_t)trip->exchange)),
	    trip->profit, trip->closed_at_us);
}

void
sim_past_add(struct sim_account *account, const struct yq_trip *trip)
{
	add_result(account, trip, "");
	add_result(account, trip, trip->ticker);
}

/* ---- counting ---- */

static void
forget_before(struct sim_account *account, int64_t since_us)
{
	while (account->order_count > 0 && account->order_times[account->order_first] <= since_us) {
		account->order_first = (account->order_first + 1) % account->order_capacity;
		account->order_count--;
	}
}

static void
grow_times(struct sim_account *account)
{
	size_t capacity = account->order_capacity == 0 ? 64 : 2 * account->order_capacity;
	int64_t *times = yq_xcalloc(capacity, sizeof(*times));

	for (size_t i = 0; i < account->order_count; i++)
		times[i] =
		    account->order_times[(account->order_first + i) % account->order_capacity];
	free(account->order_times);
	account->order_times = times;
	account->order_first = 0;
	account->order_capacity = capacity;
}

void
sim_order_counted(struct sim_account *account, int64_t now_us)
{
	yq_rate_add(&account->rate, now_us);
	forget_before(account, now_us - DAY_US);
	if (account->order_count == account->order_capacity)
		grow_times(account);
	account->order_times[(account->order_first + account->order_count++) %
			     account->order_capacity] = now_us;
}

int64_t
sim_orders_last_day(struct sim_account *account, int64_t now_us)
{
	forget_before(account, now_us - DAY_US);
	return (int64_t)account->order_count;
}

struct yq_opt_decimal
sim_day_loss(struct sim_account *account, enum yq_exchange exchange)
{
	enum yq_currency currency = yq_market_of(exchange)->currency;
	const struct yq_market_hours *hours = yq_calendar_hours(account->sim->calendar, exchange);
	yq_date date = yq_local_date(hours->zone, account->sim->now_us);
	struct yq_decimal equity = yq_account_equity(yq_paper_account(account->book), currency);
	struct yq_decimal loss;

	if (!account->day[currency].set || account->day[currency].date != date) {
		account->day[currency].set = true;
		account->day[currency].date = date;
		account->day[currency].equity = equity;
	}
	if (yq_decimal_sub(account->day[currency].equity, equity, &loss) != YQ_OK)
		return YQ_OPT_DECIMAL_NONE;
	return yq_opt_decimal_of(yq_decimal_max(loss, YQ_DECIMAL_ZERO));
}

/* ---- orders ---- */

static bool
same_order(const struct yq_table_node *node, const void *key)
{
	return yq_id_equal(&((const struct sim_order *)(const void *)node)->order.id, key);
}

struct sim_order *
sim_order_find(const struct sim_account *account, const struct yq_id *id)
{
	return yq_container(
	    yq_table_find(&account->orders, yq_table_hash_text(id->text), same_order, id),
	    struct sim_order, node);
}

struct sim_order *
sim_order_keep(struct sim_account *account, const struct yq_order *order, struct yq_decimal left)
{
	struct sim_order *kept = yq_container(account->spare, struct sim_order, node);

	if (kept != NULL)
		account->spare = kept->node.next;
	else
		kept = yq_xcalloc(1, sizeof(*kept));
	kept->order = *order;
	kept->limits = NULL;
	kept->waits = false;
	yq_table_insert(&account->orders, yq_table_hash_text(order->id.text), &kept->node);
	/* One that does not fit is as good as not there. */
	if (yq_account_open(account->own, order, YQ_DECIMAL_ZERO, NULL) == YQ_OK)
		yq_account_set_remaining(account->own, &order->id, left);
	return kept;
}

void
sim_order_drop(struct sim_account *account, struct sim_order *kept)
{
	yq_account_close(account->own, &kept->order.id);
	yq_table_remove(&account->orders, &kept->node);
	kept->node.next = account->spare;
	account->spare = &kept->node;
}
