/* books.h - the books of an account as hashes of the bus. */
#ifndef YQ_BROKER_GATEWAY_BOOKS_H
#define YQ_BROKER_GATEWAY_BOOKS_H

#include "broker/broker.h"
#include "bus/steps.h"

struct gw_account;

/* account:, deposit: and position:{Alias} as the book has them, in one transaction.  `balances`
 * names the currencies that are written. */
void gw_books_write(struct gw_account *account, const struct yq_broker_balance *balances,
    size_t balance_count, yq_step_fn *fn, void *cookie);

/* guard:{Alias} alone.  Each of the two writes all that guard.h keeps. */
void gw_books_write_guard(struct gw_account *account, yq_step_fn *fn, void *cookie);

#endif
