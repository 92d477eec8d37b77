/* tally.c - sums over executions and closings, by strategy and currency. */
#include "domain/tally.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/table.h"

struct entry {
	struct yq_table_node node;
	struct yq_tally tally;
	int64_t first_us; /* execution; 0 = none yet */
	int64_t open_lots;
	int64_t open_since_us;
	int64_t won_in_row, lost_in_row; /* the present ones */
};

struct yq_tallies {
	struct yq_tally_options options;
	struct yq_lot_books *books;
	struct yq_closings *closings;
	struct entry totals[YQ_CURRENCY_COUNT];
	struct yq_table strategies;    /* of struct entry */
	const struct yq_tally **order; /* what yq_tallies_at shows; owned */
	size_t count;
	/* Of the execution that is being fed. */
	struct yq_decimal closed;
	enum yq_rc rc; /* what went wrong in a callback */
	struct yq_err err;
};

struct key {
	const char *strategy;
	enum yq_currency currency;
};

/* ---- figures ---- */

struct yq_decimal
yq_tally_profit(const struct yq_tally *tally)
{
	struct yq_decimal profit = YQ_DECIMAL_ZERO;

	/* Both are within the range and >= 0: so is the difference. */
	if (yq_decimal_sub(tally->won, tally->lost, &profit) != YQ_OK)
		YQ_PANIC("a difference of sums does not fit");
	return profit;
}

static struct yq_opt_decimal
mean(struct yq_decimal sum, int64_t count)
{
	struct yq_decimal result;

	if (yq_decimal_div(sum, yq_decimal_from_int(count), YQ_ROUND_HALF_EVEN, &result) != YQ_OK)
		return YQ_OPT_DECIMAL_NONE;
	return yq_opt_decimal_of(result);
}

struct yq_ratio
yq_tally_win_rate(const struct yq_tally *tally)
{
	return yq_ratio_of_counts(tally->wins, tally->trades);
}

struct yq_ratio
yq_tally_profit_factor(const struct yq_tally *tally)
{
	return yq_ratio_of(tally->won, tally->lost);
}

struct yq_ratio
yq_tally_payoff(const struct yq_tally *tally)
{
	struct yq_opt_decimal win = yq_tally_average_win(tally);
	struct yq_opt_decimal loss = yq_tally_average_loss(tally);

	return win.set && loss.set ? yq_ratio_of(win.value, loss.value)
				   : (struct yq_ratio){ .set = false };
}

struct yq_ratio
yq_tally_exposure(const struct yq_tally *tally)
{
	return yq_ratio_of_counts(tally->held_us, tally->period_us);
}

struct yq_opt_decimal
yq_tally_expectancy(const struct yq_tally *tally)
{
	return mean(yq_tally_profit(tally), tally->trades);
}

struct yq_opt_decimal
yq_tally_average_win(const struct yq_tally *tally)
{
	return mean(tally->won, tally->wins);
}

struct yq_opt_decimal
yq_tally_average_loss(const struct yq_tally *tally)
{
	return mean(tally->lost, tally->losses);
}

/* ---- finding ---- */

static struct entry *
entry_at(struct yq_table_node *node)
{
	return yq_container(node, struct entry, node);
}

static bool
same_entry(const struct yq_table_node *node, const void *cookie)
{
	const struct yq_tally *tally = &((const struct entry *)(const void *)node)->tally;
	const struct key *key = cookie;

	return tally->currency == key->currency && yq_str_equal(tally->strategy, key->strategy);
}

/* The sums of a strategy, made if they are new; NULL when there are too many. */
static struct entry *
strategy_of(struct yq_tallies *tallies, const char *strategy, enum yq_currency currency)
{
	const struct key key = { strategy, currency };
	uint64_t hash = yq_table_hash_join(yq_table_hash_text(strategy), (uint64_t)currency);
	struct entry *entry = entry_at(yq_table_find(&tallies->strategies, hash, same_entry, &key));

	if (entry != NULL)
		return entry;
	if (tallies->strategies.count >= YQ_TALLIES_MAX) {
		tallies->rc = yq_err_set(&tallies->err, YQ_E_LIMIT,
		    "more than %d strategies have traded", YQ_TALLIES_MAX);
		return NULL;
	}
	entry = yq_xcalloc(1, sizeof(*entry));
	if (!yq_str_copy(entry->tally.strategy, sizeof(entry->tally.strategy), strategy))
		YQ_PANIC("a strategy's name longer than it can be");
	entry->tally.currency = currency;
	yq_table_insert(&tallies->strategies, hash, &entry->node);
	return entry;
}

/* ---- sums ---- */

static void
add(struct yq_tallies *tallies, struct yq_decimal *sum, struct yq_decimal value)
{
	if (yq_decimal_add(*sum, value, sum) != YQ_OK)
		tallies->rc =
		    yq_err_set(&tallies->err, YQ_E_RANGE, "a sum over all trades does not fit");
}

static void
count_row(int64_t *row, int64_t *other, int64_t *longest)
{
	*other = 0;
	if (++*row > *longest)
		*longest = *row;
}

static void
count_closing(struct yq_tallies *tallies, struct entry *entry, struct yq_decimal profit)
{
	struct yq_tally *tally = &entry->tally;

	tally->trades++;
	if (!tally->best.set || yq_decimal_cmp(profit, tally->best.value) > 0)
		tally->best = yq_opt_decimal_of(profit);
	if (!tally->worst.set || yq_decimal_cmp(profit, tally->worst.value) < 0)
		tally->worst = yq_opt_decimal_of(profit);
	if (yq_decimal_sign(profit) > 0) {
		tally->wins++;
		add(tallies, &tally->won, profit);
		count_row(&entry->won_in_row, &entry->lost_in_row, &tally->wins_in_row);
	} else if (yq_decimal_sign(profit) < 0) {
		tally->losses++;
		add(tallies, &tally->lost, yq_decimal_neg(profit));
		count_row(&entry->lost_in_row, &entry->won_in_row, &tally->losses_in_row);
	}
}

static void
on_closing(void *cookie, const struct yq_closing *closing)
{
	struct yq_tallies *tallies = cookie;
	struct entry *entry;

	if (closing->closed_at_us < tallies->options.from_us)
		return;
	entry = strategy_of(tallies, closing->strategy, closing->currency);
	if (entry == NULL)
		return;
	count_closing(tallies, entry, closing->profit);
	count_closing(tallies, &tallies->totals[closing->currency], closing->profit);
	if (tallies->options.fn != NULL)
		tallies->options.fn(tallies->options.cookie, closing);
}

/* ---- time held ---- */

static int64_t
begin_of(const struct yq_tallies *tallies, const struct entry *entry)
{
	int64_t from = tallies->options.from_us;

	return from > entry->first_us ? from : entry->first_us;
}

static void
lot_opened(struct entry *entry, int64_t at_us)
{
	if (entry->open_lots++ == 0)
		entry->open_since_us = at_us;
}

static void
add_held(const struct yq_tallies *tallies, struct entry *entry, int64_t until_us)
{
	int64_t begin = begin_of(tallies, entry);
	int64_t since = entry->open_since_us > begin ? entry->open_since_us : begin;

	if (until_us > since)
		entry->tally.held_us += until_us - since;
}

static void
lot_closed(const struct yq_tallies *tallies, struct entry *entry, int64_t at_us)
{
	if (--entry->open_lots == 0)
		add_held(tallies, entry, at_us);
}

/* ---- feeding ---- */

static void
on_trip(void *cookie, const struct yq_trip *trip)
{
	struct yq_tallies *tallies = cookie;
	struct entry *entry = strategy_of(tallies, trip->strategy, trip->currency);

	tallies->closed.units += trip->qty.units; /* never more than the execution's */
	if (entry != NULL && trip->lot_closed) {
		lot_closed(tallies, entry, trip->closed_at_us);
		lot_closed(tallies, &tallies->totals[trip->currency], trip->closed_at_us);
	}
	if (yq_closings_feed(tallies->closings, trip, &tallies->err) != YQ_OK)
		tallies->rc = tallies->err.rc;
}

static void
count_fill(struct yq_tallies *tallies, struct entry *entry, const struct yq_trade *trade,
    struct yq_decimal value)
{
	struct yq_tally *tally = &entry->tally;

	tally->fills++;
	add(tallies, trade->action == YQ_BUY ? &tally->bought : &tally->sold, value);
	add(tallies, &tally->commission, trade->commission);
}

static enum yq_rc
book(struct yq_tallies *tallies, const struct yq_trade *trade, struct yq_err *err)
{
	struct entry *entries[2] = { strategy_of(tallies, trade->strategy, trade->currency),
		&tallies->totals[trade->currency] };
	struct yq_decimal value;

	if (entries[0] == NULL)
		return YQ_E_LIMIT;
	if (yq_decimal_mul(trade->quantity, trade->executed_price, YQ_ROUND_HALF_EVEN, &value) !=
	    YQ_OK)
		return yq_err_set(err, YQ_E_RANGE, "trade %s does not fit", trade->id.text);
	for (size_t i = 0; i < YQ_COUNT(entries); i++) {
		if (entries[i]->first_us == 0)
			entries[i]->first_us = trade->executed_at_us;
		if (yq_decimal_cmp(trade->quantity, tallies->closed) > 0)
			lot_opened(entries[i], trade->executed_at_us);
		if (trade->executed_at_us >= tallies->options.from_us)
			count_fill(tallies, entries[i], trade, value);
	}
	return YQ_OK;
}

enum yq_rc
yq_tallies_feed(
    struct yq_tallies *tallies, const char *alias, const struct yq_trade *trade, struct yq_err *err)
{
	enum yq_rc rc;

	if (tallies->options.to_us != 0 && trade->executed_at_us >= tallies->options.to_us)
		return YQ_OK;
	tallies->closed = YQ_DECIMAL_ZERO;
	rc = yq_lot_books_feed(tallies->books, alias, trade, on_trip, tallies, err);
	if (rc == YQ_OK)
		rc = book(tallies, trade, err);
	if (tallies->rc == YQ_OK)
		return rc;
	if (err != NULL)
		*err = tallies->err;
	return tallies->rc;
}

/* ---- the end ---- */

static bool
has_anything(const struct yq_tally *tally)
{
	return tally->fills > 0 || tally->trades > 0 || tally->held_us > 0;
}

static void
end_entry(struct yq_tallies *tallies, struct entry *entry, int64_t end_us)
{
	if (entry->open_lots > 0)
		add_held(tallies, entry, end_us);
	if (entry->first_us != 0 && end_us > begin_of(tallies, entry))
		entry->tally.period_us = end_us - begin_of(tallies, entry);
	if (has_anything(&entry->tally))
		tallies->order[tallies->count++] = &entry->tally;
}

enum yq_rc
yq_tallies_end(struct yq_tallies *tallies, int64_t end_us, struct yq_err *err)
{
	if (tallies->options.to_us != 0 && tallies->options.to_us < end_us)
		end_us = tallies->options.to_us;
	yq_closings_flush(tallies->closings);
	free(tallies->order);
	tallies->order =
	    yq_xcalloc(YQ_CURRENCY_COUNT + tallies->strategies.count, sizeof(*tallies->order));
	tallies->count = 0;
	for (size_t i = 0; i < YQ_CURRENCY_COUNT; i++)
		end_entry(tallies, &tallies->totals[i], end_us);
	for (struct yq_table_node *n = tallies->strategies.oldest; n != NULL; n = n->newer)
		end_entry(tallies, entry_at(n), end_us);
	if (tallies->rc != YQ_OK && err != NULL)
		*err = tallies->err;
	return tallies->rc;
}

/* ---- life ---- */

struct yq_tallies *
yq_tallies_make(const struct yq_tally_options *options)
{
	struct yq_tallies *tallies = yq_xcalloc(1, sizeof(*tallies));

	tallies->options = *options;
	tallies->books = yq_lot_books_make();
	tallies->closings = yq_closings_make(on_closing, tallies);
	for (size_t i = 0; i < YQ_CURRENCY_COUNT; i++) {
		tallies->totals[i].tally.total = true;
		tallies->totals[i].tally.currency = (enum yq_currency)i;
	}
	return tallies;
}

static bool
free_entry(void *cookie, struct yq_table_node *node)
{
	(void)cookie;
	free(entry_at(node));
	return true;
}

void
yq_tallies_free(struct yq_tallies *tallies)
{
	if (tallies == NULL)
		return;
	yq_lot_books_free(tallies->books);
	yq_closings_free(tallies->closings);
	yq_table_each(&tallies->strategies, free_entry, NULL);
	yq_table_clear(&tallies->strategies);
	free(tallies->order);
	free(tallies);
}

size_t
yq_tallies_count(const struct yq_tallies *tallies)
{
	return tallies->count;
}

const struct yq_tally *
yq_tallies_at(const struct yq_tallies *tallies, size_t index)
{
	assert(index < tallies->count);
	return tallies->order[index];
}

const struct yq_lot_books *
yq_tallies_books(const struct yq_tallies *tallies)
{
	return tallies->books;
}
