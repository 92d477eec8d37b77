/*
 * lease.h - one gateway an account.  The leases of all accounts of a gateway are won, renewed and
 * lost together.
 *
 * Until it has them a gateway stands by: it reads no stream, opens no broker and answers nobody.
 * Who has had them and lost them ends, to be started again: nothing that it believes can then be
 * taken for true by mistake.
 */
#ifndef YQ_BROKER_GATEWAY_LEASE_H
#define YQ_BROKER_GATEWAY_LEASE_H

#include <uv.h>

#include "bus/steps.h"

struct gateway;

struct gw_lease {
	const char **aliases; /* of the accounts, in order; owned */
	bool held, asking, lost;
	int64_t asked_ns; /* the request under way */
	int64_t until_ns; /* by our own clock; after it nothing is sent */
	uint64_t asks;	  /* without having it */
	uv_timer_t quit;
};

/* After the accounts. */
void gw_lease_open(struct gateway *gw);
void gw_lease_close(struct gateway *gw);
/* Ask for them, or renew them: what is due. */
void gw_lease_tick(struct gateway *gw);
/*
 * They are ours, and not over by our own monotonic clock, which counts while the program is
 * stopped: look right before each call to a broker.  What was asked of the server is counted from
 * before the question, so ours end before the server's.
 */
bool gw_lease_is_valid(const struct gateway *gw);
/* ... and will be for so long. */
bool gw_lease_is_valid_for(const struct gateway *gw, uint32_t ms);
/* How long the stream's reader may wait at the server; much shorter than a lease. */
uint32_t gw_lease_read_ms(const struct gateway *gw);
/* So long after winning, a holder before us may still be given entries of the stream: its read
 * was at the server when that froze, or the server's clock was set forward and its own did not. */
uint32_t gw_lease_wary_ms(const struct gateway *gw);
/* Somebody else has taken over: said once, and the program ends. */
void gw_lease_lose(struct gateway *gw, const char *why);
/* Give them back and end, to begin anew: said once. */
void gw_lease_renounce(struct gateway *gw, const char *why);
/* For leases that are given back, which nobody waits for. */
yq_lease_fn gw_lease_returned;
/* Waits for somebody who is alive: longer than a dead one's leases last. */
bool gw_lease_is_standby(const struct gateway *gw);

#endif
