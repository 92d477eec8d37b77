/*
 * accounts.h - accounts as people look at them: what each holds and is worth, what is open, and
 * whether it may trade.  Blocking.
 *
 * All of it comes from Valkey but names and `today`, which are left out while the archive is away.
 */
#ifndef YQ_DESK_ACCOUNTS_H
#define YQ_DESK_ACCOUNTS_H

#include "desk/fetch_halts.h"
#include "desk/worth.h"
#include "domain/instrument.h"

#define YQ_DESK_ORDERS_MAX 5000 /* read; more are only counted */

/* Orders that are not final, newest first. */
struct yq_open_orders {
	struct yq_order_state_full *items; /* owned */
	size_t count;
};
YQ_NODISCARD enum yq_rc yq_desk_open_orders(
    struct yq_desk *desk, struct yq_open_orders *orders, struct yq_err *err);
void yq_open_orders_clear(struct yq_open_orders *orders); /* leaves it empty */

/* What is known of one instrument beside what is held of it. */
struct yq_instrument_view {
	char name[YQ_INSTRUMENT_NAME_SIZE]; /* "" = not known */
	int64_t price_at_us;		    /* of the position's price; 0 = not known */
};

struct yq_account_look {
	struct yq_account_state state;
	struct yq_instrument_view *about; /* one a position; owned */
	struct yq_worth worths[YQ_CURRENCY_COUNT];
	size_t worth_count;
	bool real_money;
	bool halted; /* a kill switch stands over all of it */
	size_t open_orders;
};
struct yq_account_looks {
	struct yq_account_look *items; /* by alias; owned */
	size_t count;
	struct yq_open_orders orders; /* of all accounts */
	struct yq_halts halts;
};
/* `alias` NULL = all that are served; in any case of letters.  YQ_E_NOT_FOUND: it is not served. */
YQ_NODISCARD enum yq_rc yq_desk_account_looks(struct yq_desk *desk, const char *alias,
    int64_t now_us, struct yq_account_looks *looks, struct yq_err *err);
void yq_account_looks_clear(struct yq_account_looks *looks);

/* The name of an instrument by the catalog, as people of its market write it; "" where it has none,
 * or the archive is away. */
void yq_desk_instrument_name(struct yq_desk *desk, enum yq_exchange exchange, const char *ticker,
    char name[YQ_INSTRUMENT_NAME_SIZE]);
/* The one of its names that is shown. */
const char *yq_instrument_shown(const struct yq_instrument *instrument);

#endif
