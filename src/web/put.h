/*
 * put.h - the shapes that several routes and events share, each written in one place: one JSON
 * object, its members in the order of shapes.txt.  Pure.
 *
 * What is not known (a name, a price) is NULL or 0, and null in the answer.
 */
#ifndef YQ_WEB_PUT_H
#define YQ_WEB_PUT_H

#include "bus/halts.h"
#include "bus/state.h"
#include "desk/health.h"
#include "desk/story.h"
#include "desk/timeline.h"
#include "desk/worth.h"
#include "web/api.h"

/* ---- orders: put_order.c ---- */

/* `name` from the catalog.  `cancel_requested_at_us` is not in the archive. */
void yq_put_order(struct yq_json_writer *w, const struct yq_order_row *row, const char *name,
    int64_t cancel_requested_at_us);
/* The same of an order as the bus has it. */
void yq_put_live_order(
    struct yq_json_writer *w, const struct yq_order_state_full *order, const char *name);
void yq_put_execution(struct yq_json_writer *w, const struct yq_execution *execution);
void yq_put_fill(struct yq_json_writer *w, const struct yq_trade *trade);
/* One moment (struct Step), `before_us` the one before it, 0 = none. */
void yq_put_step(struct yq_json_writer *w, const struct yq_moment *moment, int64_t before_us);
/* A list of them; the first is measured from `before_us`.  Returns the last moment. */
int64_t yq_put_steps(
    struct yq_json_writer *w, const struct yq_timeline *timeline, int64_t before_us);
/* A list of Rule from a decision's "Steps"; `decision` may be NULL.  `account` NULL = of all. */
void yq_put_rules(struct yq_json_writer *w, const yq_json *decision, const char *account);

/* ---- accounts: put_account.c ---- */

struct yq_put_instrument {
	const char *name;    /* from the catalog */
	int64_t price_at_us; /* of the price that the position has */
};
void yq_put_position(struct yq_json_writer *w, const struct yq_position *position,
    const struct yq_put_instrument *about);
void yq_put_equity(struct yq_json_writer *w, const struct yq_worth *worth);
/* All but the last four of an account's number as stars. */
#define YQ_MASKED_SIZE 65
void yq_put_masked(const char *number, char text[YQ_MASKED_SIZE]);
void yq_put_price(struct yq_json_writer *w, const char *ticker, enum yq_exchange exchange,
    const struct yq_stock_price *price);
/* Of a position that is no more. */
void yq_put_gone(
    struct yq_json_writer *w, const char *account, const char *ticker, enum yq_exchange exchange);

/* ---- the rest: put_state.c ---- */

void yq_put_halt(struct yq_json_writer *w, const char *field, const struct yq_halt *halt);
/* A list of those that stand at `now_us`. */
void yq_put_halts(struct yq_json_writer *w, const struct yq_halts *halts, int64_t now_us);
/* `entry`: its id in notification:stream. */
void yq_put_notification(
    struct yq_json_writer *w, const char *entry, const struct yq_notification *notification);
void yq_put_health(struct yq_json_writer *w, const struct yq_health *health);

#endif
