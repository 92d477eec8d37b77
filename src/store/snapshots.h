/*
 * snapshots.h - the end of each day, an account and currency apart (table DAILY_SNAPSHOTS).
 *
 * A row is known by account, date and currency, and is never changed: adding it again changes
 * nothing.
 */
#ifndef YQ_STORE_SNAPSHOTS_H
#define YQ_STORE_SNAPSHOTS_H

#include "domain/calendar.h"
#include "store/trades.h"

/* Amounts are kept to 4 places, half to even. */
struct yq_snapshot {
	char account_alias[YQ_ALIAS_SIZE];
	yq_date date; /* of the market's day */
	enum yq_currency currency;
	struct yq_decimal cash;
	struct yq_decimal position_value; /* at the prices of that moment; shorts are negative */
	struct yq_decimal equity;	  /* both */
	struct yq_decimal realized;	  /* of that day's closings, net of commission */
	struct yq_decimal unrealized;	  /* of what is held, against its average price */
	struct yq_decimal commission;	  /* of that day's trades */
	int64_t trade_count;		  /* that day's */
	int64_t position_count;
	int64_t closed_at_us;	   /* the day's end */
	int64_t taken_at_us;	   /* when it was read: later, where the system was down */
	struct yq_decimal paid_in; /* cash that no trade explains, since ever */
	const char *positions;	   /* as JSON; borrowed when adding, NULL when read */
};

/* Add all in one transaction.  The contract of yq_trades_insert. */
YQ_NODISCARD enum yq_rc yq_snapshots_add(struct yq_firebird *firebird,
    const struct yq_snapshot *rows, size_t count, enum yq_rc *outcomes, yq_refused_fn *refused,
    void *cookie, struct yq_err *err);

/* What to find; "" and 0 stand for any. */
struct yq_snapshot_filter {
	char account_alias[YQ_ALIAS_SIZE];
	enum yq_currency currency;  /* YQ_CURRENCY_NONE = any */
	yq_date from_date, to_date; /* both included */
};

struct yq_snapshot_list {
	struct yq_snapshot *items; /* owned */
	size_t count;
};
void yq_snapshot_list_free(struct yq_snapshot_list *list); /* leaves it empty */

/* By account, currency and date, all of them. */
YQ_NODISCARD enum yq_rc yq_snapshots_find(struct yq_firebird *firebird,
    const struct yq_snapshot_filter *filter, struct yq_snapshot_list *list, struct yq_err *err);
/* Of each account in one currency the latest row up to the date `until`, and all that are later. */
YQ_NODISCARD enum yq_rc yq_snapshots_latest(struct yq_firebird *firebird, enum yq_currency currency,
    yq_date until, struct yq_snapshot_list *list, struct yq_err *err);

#endif
