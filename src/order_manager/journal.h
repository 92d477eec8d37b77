/*
 * journal.h - the tables that are written from streams: SIGNALS with the whole decision, ORDERS
 * with each state.
 */
#ifndef YQ_ORDER_MANAGER_JOURNAL_H
#define YQ_ORDER_MANAGER_JOURNAL_H

#include "order_manager/lane.h"

/* A signal waits until it is decided, so that its row has the decision. */
extern const struct yq_lane_table yq_journal_signals;
/* An order as it was made. */
extern const struct yq_lane_table yq_journal_orders;
/* What became of it: the state of the order at the time of reading, which is never older than the
 * execution that told of it. */
extern const struct yq_lane_table yq_journal_executions;

#endif
