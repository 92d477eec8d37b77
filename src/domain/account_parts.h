/* account_parts.h - what the files of account.h share. */
#ifndef YQ_DOMAIN_ACCOUNT_PARTS_H
#define YQ_DOMAIN_ACCOUNT_PARTS_H

#include "base/table.h"
#include "domain/account.h"

struct account_order;

struct account_holding {
	struct yq_table_node node;
	struct yq_holding holding;	       /* what callers see */
	struct account_order *oldest, *newest; /* its open orders, in order of entry */
};

struct account_order {
	struct yq_table_node node;
	struct yq_open_order order; /* what callers see */
	struct account_holding *holding;
	struct account_order *older, *newer; /* of the holding */
};

struct yq_account_index {
	struct yq_table holdings; /* of struct account_holding, by instrument */
	struct yq_table orders;	  /* of struct account_order, by id */
};

/* NULL when there is none. */
struct account_holding *account_find_holding(
    const struct yq_account *account, enum yq_exchange exchange, const char *ticker);
/* The same, made if it is not there; NULL when there are too many. */
struct account_holding *account_want_holding(struct yq_account *account, enum yq_exchange exchange,
    const char *ticker, enum yq_currency currency);
/* Forget a holding that neither is held nor has orders. */
void account_drop_if_empty(struct yq_account *account, struct account_holding *node);

#endif
