/* listings.c - of all instruments of the catalog what an order has to keep to, sorted by ticker. */
#include "store/listings.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "domain/ticker.h"
#include "store/tx.h"

/* Some fifty thousand of them. */
struct item {
	char ticker[YQ_TICKER_SIZE];
	uint8_t exchange, state, currency, ticks;
	struct yq_decimal lot;
};

struct yq_listings {
	struct item *items; /* by ticker, then exchange */
	size_t count, room;
};

#define ROW struct yq_instrument
static const struct yq_field fields[] = {
	YQ_FIELD_ENUM("EXCHANGE", ROW, exchange, yq_exchange_names, YQ_REQUIRED),
	YQ_FIELD_TEXT("TICKER", ROW, ticker, YQ_REQUIRED),
	YQ_FIELD_ENUM("CURRENCY", ROW, currency, yq_currency_names, YQ_REQUIRED),
	YQ_FIELD_ENUM("STATUS", ROW, status, yq_instrument_status_names, YQ_REQUIRED),
	YQ_FIELD_DECIMAL("LOT_SIZE", ROW, lot, YQ_REQUIRED),
	YQ_FIELD_TEXT("TICK_TABLE", ROW, tick_table, YQ_OPTIONAL),
};
static const char select_sql[] =
    "SELECT EXCHANGE, TICKER, CURRENCY, STATUS, LOT_SIZE, TICK_TABLE FROM CATALOG";

/* ---- reading ---- */

static void
enter(struct yq_listings *l, const struct yq_instrument *instrument)
{
	struct yq_listing listing = yq_listing_of(instrument);
	struct item *item;

	if (l->count == l->room) {
		l->room = l->room == 0 ? 1024 : l->room * 2;
		l->items = yq_xrealloc(l->items, l->room, sizeof(*l->items));
	}
	item = &l->items[l->count++];
	*item = (struct item){ .exchange = (uint8_t)instrument->exchange,
		.state = (uint8_t)listing.state,
		.currency = (uint8_t)listing.currency,
		.ticks = (uint8_t)listing.ticks,
		.lot = listing.lot.set ? listing.lot.value : YQ_DECIMAL_ZERO };
	yq_str_copy_cut(item->ticker, sizeof(item->ticker), instrument->ticker);
}

static int
compare(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int by_ticker = strcmp(x->ticker, y->ticker);

	return by_ticker != 0 ? by_ticker : (int)x->exchange - (int)y->exchange;
}

static enum yq_rc
read_rows(struct yq_tx *tx, struct yq_listings *listings, struct yq_err *err)
{
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = NULL;
	enum yq_rc rc = yq_tx_query(tx, select_sql, NULL, 0, &rows, err);

	while (rc == YQ_OK && (rc = yq_rows_next(rows, err)) == YQ_OK) {
		struct yq_instrument row = { 0 };

		rc = yq_rows_read(rows, fields, YQ_COUNT(fields), &row, err);
		if (rc == YQ_OK)
			enter(listings, &row);
	}
	return rc == YQ_E_NOT_FOUND ? YQ_OK : rc;
}

enum yq_rc
yq_listings_read(
    struct yq_firebird *firebird, struct yq_listings **ret_listings, struct yq_err *err)
{
	static const struct yq_tx_options read_only = { .read_only = true };
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	struct yq_listings *listings = yq_xcalloc(1, sizeof(*listings));
	enum yq_rc rc = yq_tx_begin(firebird, &read_only, &tx, err);

	*ret_listings = NULL;
	if (rc == YQ_OK)
		rc = read_rows(tx, listings, err);
	if (rc != YQ_OK) {
		yq_listings_free(listings);
		return rc;
	}
	if (listings->count > 0)
		qsort(listings->items, listings->count, sizeof(*listings->items), compare);
	*ret_listings = listings;
	return YQ_OK;
}

void
yq_listings_free(struct yq_listings *listings)
{
	if (listings == NULL)
		return;
	free(listings->items);
	free(listings);
}

size_t
yq_listings_count(const struct yq_listings *listings)
{
	return listings == NULL ? 0 : listings->count;
}

/* ---- looking up ---- */

/* The first of a ticker, NULL = none; the others follow it. */
static const struct item *
first_of(const struct yq_listings *listings, const char *ticker)
{
	size_t from = 0, until = yq_listings_count(listings);

	while (from < until) {
		size_t middle = from + (until - from) / 2;

		if (strcmp(listings->items[middle].ticker, ticker) < 0)
			from = middle + 1;
		else
			until = middle;
	}
	return from < yq_listings_count(listings) &&
		       yq_str_equal(listings->items[from].ticker, ticker)
		   ? &listings->items[from]
		   : NULL;
}

static const struct item *
next_of(const struct yq_listings *listings, const struct item *item)
{
	const struct item *next = item + 1;

	return next < listings->items + listings->count && yq_str_equal(next->ticker, item->ticker)
		   ? next
		   : NULL;
}

static bool
stands_for(enum yq_exchange asked, enum yq_exchange found)
{
	return asked == found || (asked == YQ_KRX && yq_market_of(found)->country == YQ_COUNTRY_KR);
}

/* What is listed before what is not; the exchange itself before those it stands for. */
static bool
is_better(const struct item *item, const struct item *than, enum yq_exchange asked)
{
	bool listed = item->state != YQ_LISTING_DELISTED;

	if (than == NULL)
		return true;
	if (listed != (than->state != YQ_LISTING_DELISTED))
		return listed;
	return item->exchange == asked && than->exchange != asked;
}

struct yq_listing
yq_listings_find(const struct yq_listings *listings, enum yq_exchange exchange, const char *ticker)
{
	const struct item *found = NULL;
	struct yq_listing listing = { .state = YQ_LISTING_UNKNOWN };
	char room[YQ_TICKER_SIZE];

	for (const struct item *i = first_of(listings, yq_ticker_form(exchange, ticker, room));
	     i != NULL; i = next_of(listings, i))
		if (stands_for(exchange, (enum yq_exchange)i->exchange) &&
		    is_better(i, found, exchange))
			found = i;
	if (found == NULL)
		return listing;
	listing.state = (enum yq_listing_state)found->state;
	listing.currency = (enum yq_currency)found->currency;
	listing.ticks = (enum yq_ticks)found->ticks;
	if (yq_decimal_sign(found->lot) > 0)
		listing.lot = yq_opt_decimal_of(found->lot);
	return listing;
}

enum yq_exchange
yq_listings_home(const struct yq_listings *listings, const char *ticker)
{
	enum yq_exchange home = YQ_KRX;

	for (const struct item *i = first_of(listings, ticker); i != NULL;
	     i = next_of(listings, i)) {
		enum yq_exchange exchange = (enum yq_exchange)i->exchange;

		if (i->state == YQ_LISTING_DELISTED ||
		    (exchange != YQ_KOSPI && exchange != YQ_KOSDAQ))
			continue;
		if (home != YQ_KRX)
			return YQ_KRX;
		home = exchange;
	}
	return home;
}
