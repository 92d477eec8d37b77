/*
 * flatten.h - what halts say is to be closed is closed, whatever happens to the gateway.
 *
 * A standing order, not an act: while a halt with Flatten stands, every open order that it is over
 *and that is no exit made here is canceled, and for each position with nothing under way to close
 *it an exit is made.  It is asked again whenever anything may have changed, from what is held and
 *what is open alone; only how often it was tried is kept (guard.h), and written before an exit is
 *made, so that each exit has an id that no other ever has.
 *
 *	dies here			then
 *	before the mark is written	nothing was made; it is made now
 *	after it, before the exit	the number is skipped; the next exit is made after a pause
 *	exit on the stream		found among the open orders; it goes the way of any order
 *	exit sent, not answered		Unknown: its instrument waits, as ever
 *	exit executed, not booked	found by asking; then nothing is left to close
 *	halt released			nothing more is made; what is at the broker goes on
 */
#ifndef YQ_BROKER_GATEWAY_FLATTEN_H
#define YQ_BROKER_GATEWAY_FLATTEN_H

#include "broker_gateway/order.h"

struct gw_flatten_batch;
struct yq_halt_entry;

struct gw_flatten {
	bool due;
	struct gw_flatten_batch *batch; /* exits on their way to order:stream; repeated until they
					   are answered; owned */
};

void gw_flatten_soon(struct gateway *gw);
void gw_flatten_run(struct gateway *gw);
void gw_flatten_drop(struct gateway *gw);
/* The halt that flattens what is held (or on order) for this reason in the account; NULL = none. */
const struct yq_halt_entry *gw_flatten_over(
    const struct gw_account *account, const char *buy_reason);
/* An order is in hand: if it is an exit, it came. */
void gw_flatten_seen(const struct gw_order *o);
/* Whether it is an exit that was made here. */
bool gw_flatten_is_exit(const struct gw_account *account, const struct yq_order *order);

#endif
