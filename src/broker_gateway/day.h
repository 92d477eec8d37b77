/*
 * day.h - what an account has lost today, by currency, and what follows when that is as much as it
 * may.
 *
 * A currency's day is that of its country, by the local date.  Its base is the equity at the first
 * look of the day; it is kept (guard.h) over restarts and taken over with the lease.
 */
#ifndef YQ_BROKER_GATEWAY_DAY_H
#define YQ_BROKER_GATEWAY_DAY_H

#include "broker_gateway/account.h"

/* A price, a fill or the time has changed what the account is worth in that currency.  O(1). */
void gw_day_look(struct gw_account *account, enum yq_currency currency);
/* All of them, about once a second. */
void gw_days_tick(struct gateway *gw);
/* What was lost today, >= 0; absent before the first look. */
struct yq_opt_decimal gw_day_loss(const struct gw_account *account, enum yq_currency currency);
/* The broker's books are about to take the place of ours: what differs beyond prices was brought or
 * taken by somebody, and is no profit and no loss. */
void gw_day_adopt(struct gw_account *account, const struct yq_broker_balance *balances,
    size_t balance_count, const struct yq_position *positions, size_t count);

#endif
