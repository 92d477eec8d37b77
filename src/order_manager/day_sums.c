/* day_sums.c - walks the archive once and builds the lots of the accounts that are asked for. */
#include "order_manager/day_sums.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "domain/lot_books.h"

struct yq_day_walk {
	struct yq_day_end end;
	enum yq_currency currency;
	struct yq_day_sums *sums;
	size_t count;
	struct yq_lot_books *books;
	struct yq_day_sums *present; /* whose trade is being fed */
	size_t left;		     /* trades of this piece */
	int64_t last_us;	     /* the trade that was fed last */
	struct yq_id last_id;
};

static int
compare(const void *alias, const void *sums)
{
	return strcmp(alias, ((const struct yq_day_sums *)sums)->account_alias);
}

static void
add(struct yq_day_sums *sums, struct yq_decimal *sum, struct yq_decimal value)
{
	if (yq_decimal_add(*sum, value, sum) != YQ_OK)
		(void)yq_err_set(&sums->fault, YQ_E_RANGE, "the sum over all trades does not fit");
}

static bool
is_of_day(const struct yq_day_walk *walk, int64_t at_us)
{
	return at_us > walk->end.since_us && at_us <= walk->end.closed_us;
}

static void
on_trip(void *cookie, const struct yq_trip *trip)
{
	struct yq_day_walk *walk = cookie;

	if (is_of_day(walk, trip->closed_at_us))
		add(walk->present, &walk->present->realized, trip->profit);
}

/* As the cash was booked: the value rounded once, half to even. */
static void
add_cash(struct yq_day_sums *sums, const struct yq_trade *trade)
{
	struct yq_decimal value;

	if (yq_decimal_mul(trade->quantity, trade->executed_price, YQ_ROUND_HALF_EVEN, &value) !=
	    YQ_OK) {
		(void)yq_err_set(&sums->fault, YQ_E_RANGE, "trade %s does not fit", trade->id.text);
		return;
	}
	add(sums, &sums->traded, trade->action == YQ_BUY ? yq_decimal_neg(value) : value);
	add(sums, &sums->traded, yq_decimal_neg(trade->commission));
}

static void
feed(struct yq_day_walk *walk, struct yq_day_sums *sums, const struct yq_trade_row *row)
{
	walk->present = sums;
	if (yq_lot_books_feed(
		walk->books, row->account_alias, &row->trade, on_trip, walk, &sums->fault) != YQ_OK)
		return; /* its fault is kept, and the others go on */
	add_cash(sums, &row->trade);
	if (is_of_day(walk, row->trade.executed_at_us)) {
		add(sums, &sums->commission, row->trade.commission);
		sums->trades++;
	}
}

/* A piece begins at the instant at which the last one ended. */
static bool
is_fed(const struct yq_day_walk *walk, const struct yq_trade *trade)
{
	return trade->executed_at_us == walk->last_us &&
	       strcmp(trade->id.text, walk->last_id.text) <= 0;
}

/* YQ_E_LIMIT ends a piece. */
static enum yq_rc
on_trade(void *cookie, const struct yq_trade_row *row, struct yq_err *err)
{
	struct yq_day_walk *walk = cookie;
	struct yq_day_sums *sums;

	(void)err;
	if (is_fed(walk, &row->trade))
		return YQ_OK;
	if (walk->left-- == 0)
		return YQ_E_LIMIT;
	walk->last_us = row->trade.executed_at_us;
	walk->last_id = row->trade.id;
	sums = bsearch(row->account_alias, walk->sums, walk->count, sizeof(*sums), compare);
	if (sums != NULL && row->trade.currency == walk->currency && sums->fault.rc == YQ_OK)
		feed(walk, sums, row);
	return YQ_OK;
}

struct yq_day_walk *
yq_day_walk_make(
    const struct yq_day_end *end, enum yq_currency currency, struct yq_day_sums *sums, size_t count)
{
	struct yq_day_walk *walk = yq_xcalloc(1, sizeof(*walk));

	walk->end = *end;
	walk->currency = currency;
	walk->sums = sums;
	walk->count = count;
	walk->books = yq_lot_books_make();
	return walk;
}

void
yq_day_walk_free(struct yq_day_walk *walk)
{
	if (walk == NULL)
		return;
	yq_lot_books_free(walk->books);
	free(walk);
}

enum yq_rc
yq_day_walk_run(struct yq_day_walk *walk, struct yq_firebird *firebird, size_t rows, bool *ret_over,
    struct yq_err *err)
{
	struct yq_trade_filter filter = yq_trade_filter_any();
	enum yq_rc rc;

	if (walk->count == 1)
		memcpy(filter.account_alias, walk->sums[0].account_alias,
		    sizeof(filter.account_alias));
	filter.from_us = walk->last_us;
	walk->left = rows;
	rc = yq_trades_each(firebird, &filter, on_trade, walk, err);
	*ret_over = rc == YQ_OK;
	return rc == YQ_E_LIMIT ? YQ_OK : rc;
}
