/*
 * suspect.h - after a failover of Valkey: what its new master may not know of.
 *
 * A master that takes over may lack what the one before was told last, unless replicas had to
 * confirm it.  A gateway that finds itself with another master ends, to be started again: it reads
 * everything anew and asks the brokers.  One thing can then not be seen on the bus: an order that
 * is Pending there may have been claimed, sent and even executed, and its decision may have been
 * lost too and made again since.  So for some time after the change every Pending order is asked
 * about at its broker before it goes to the desk; it is sent only when the broker has none that
 * could be it.
 *
 * Which master was last seen, and since when, stands in the account's lease, and so outlives us.
 * Only where sentinels name the master; a server that stands alone has one history.
 */
#ifndef YQ_BROKER_GATEWAY_SUSPECT_H
#define YQ_BROKER_GATEWAY_SUSPECT_H

#include "broker_gateway/order.h"

/* The leases were won: from now on Pending orders are suspect, until it is known whether and how
 * long they are. */
void gw_suspect_begin(struct gateway *gw);
/* Whether there is another master than when the leases were won; then the program ends. */
bool gw_suspect_moved(struct gateway *gw);
/* Pending orders of the account are suspect at the moment. */
bool gw_suspects(const struct gw_account *account);
/* Of what happened at that time the bus may have lost every trace, the order's too. */
bool gw_suspect_covers(const struct gw_account *account, int64_t time_us);
/* True if `o`, which the bus has as Pending, is asked about first; else it is the caller's to
 * enter.
 */
bool gw_suspect_take(struct gw_order *o);
/* The broker knows a suspect, which is now as if it had been claimed here and not been answered. */
void gw_suspect_found(struct gw_order *o);
/* The broker says it never had it. */
void gw_suspect_absent(struct gw_order *o);

#endif
