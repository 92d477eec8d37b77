/* recover.h - what was left behind, taken over from the bus after a lease was won. */
#ifndef YQ_BROKER_GATEWAY_RECOVER_H
#define YQ_BROKER_GATEWAY_RECOVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/id.h"

struct gateway;
struct gw_account;
struct gw_order;
struct gw_lane;
struct gw_look_up;

/* Orders that nobody has claimed yet and that are taken in from the bus at once: one that the
 * stream delivers late, because a gateway that died had it, shall not be overtaken.  Where more
 * wait, the memory counts more: all of them are left to the stream. */
#define GW_UNCLAIMED_MAX 2048

struct gw_recovery {
	bool wanted, under_way, failed;
	bool many;	   /* of those that were never claimed: they are left to the stream */
	size_t unclaimed;  /* taken in */
	size_t left;	   /* answers still to come */
	struct yq_id *ids; /* of the open orders; owned; the first `next` of them are asked for */
	size_t count, next;
	struct gw_look_up *unread; /* that found no answer and are to be asked again */
};

/* Read the orders of accounts that are being loaded and ask their brokers. */
void gw_recover(struct gateway *gw);
/* Reserve in the account's book what is left of an order that may be at the broker. */
void gw_reserve_again(struct gw_order *o);
/* What was claimed by somebody before us: find out what it is.  Until then its lane waits. */
void gw_look_up(
    struct gw_account *account, struct gw_lane *lane, const struct yq_id *id, const char *entry_id);
void gw_recovery_drop(struct gateway *gw);

#endif
