/*
 * view.h - the little of an account that a decision about one instrument looks at.
 *
 * Flat and small: a decision's inputs can be written down and read back, and the same view gives
 * the same decision.
 */
#ifndef YQ_DOMAIN_VIEW_H
#define YQ_DOMAIN_VIEW_H

#include "domain/account.h"

struct yq_account_view {
	char alias[YQ_ALIAS_SIZE];
	bool active;
	enum yq_currency currency; /* of the market; all amounts are in it */
	struct yq_decimal commission_rate;
	struct yq_decimal cash, reserved, invested; /* see struct yq_account */
	struct yq_decimal gross;		    /* the same */
	int64_t open_orders;			    /* of the account, whatever the instrument */
	int64_t instruments;			    /* of the account, held or with an open order */
	/* The instrument. */
	struct yq_decimal held;	     /* signed */
	struct yq_decimal avg_price; /* 0 unless held */
	struct yq_decimal buying;    /* what open buys may still add */
	struct yq_decimal selling;   /* what open sells may still take */
	int64_t open_buys, open_sells;
	/* Held, once this strategy's entries and all that only closes have been executed, in their
	 * order; entries of others; and how many of this strategy's rest (another type than
	 * Market). Before yq_view_see_strategy every open order counts as this strategy's. */
	struct yq_decimal ahead;
	struct yq_decimal others_buying, others_selling;
	int64_t own_resting_buys, own_resting_sells;
};

/* `account` as it stands, for `ticker` of `exchange`. */
struct yq_account_view yq_view_of(
    const struct yq_account *account, enum yq_exchange exchange, const char *ticker);

/* Look which open orders of the instrument are entries with that reason (yq_order_reason_of), and
 * which only close.  Walks the open orders of the instrument. */
void yq_view_see_strategy(struct yq_account_view *view, const struct yq_account *account,
    enum yq_exchange exchange, const char *ticker, const char *reason);

/* As the functions of those names in account.h. */
struct yq_decimal yq_view_buying_power(const struct yq_account_view *view);
struct yq_decimal yq_view_equity(const struct yq_account_view *view);
struct yq_decimal yq_view_closable(const struct yq_account_view *view, enum yq_action action);
/* Held, with what is on its way counted as done. */
struct yq_decimal yq_view_expected(const struct yq_account_view *view);

#endif
