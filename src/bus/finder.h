/*
 * finder.h - which server to use next: a list of servers tried in turn, or the master that
 * sentinels name.
 *
 * Pure: no connection, no clock.  The owner tells what happened and does what it is told; it has at
 * most one connection to a server and one to a sentinel.
 */
#ifndef YQ_BUS_FINDER_H
#define YQ_BUS_FINDER_H

#include "base/connection_string.h"

#define YQ_FINDER_DELAY_MIN_MS 50
#define YQ_FINDER_DELAY_MAX_MS 2000
#define YQ_FINDER_WATCH_MS     1000 /* before another sentinel is listened to, all being well */

/* What to do; anything but NOTHING takes the place of what was said before. */
enum yq_find {
	YQ_FIND_NOTHING,
	YQ_FIND_ASK,	 /* leave the sentinel there may be, ask endpoints[finder.sentinel] */
	YQ_FIND_CONNECT, /* leave the server there may be, connect to finder.server */
	YQ_FIND_REST,	 /* yq_finder_rested after finder.delay_ms */
};

struct yq_finder {
	const struct yq_valkey_target *target; /* must outlive it */
	bool asks;			       /* there is a serviceName: endpoints are sentinels */
	bool serving; /* finder.server is in use, or is being connected to */
	size_t sentinel;
	struct yq_endpoint server;
	uint64_t delay_ms; /* for YQ_FIND_REST */
	struct yq_err why; /* why there is no server; good after YQ_FIND_REST while not serving */

	size_t next;   /* endpoint to try next */
	size_t silent; /* sentinels in a row that named no master */
	int64_t epoch; /* the highest configuration epoch seen, or deduced */
	uint64_t backoff_ms;
};

enum yq_find yq_finder_start(struct yq_finder *finder, const struct yq_valkey_target *target);
/* A sentinel was asked; NULL = it does not know the service.  `epoch` is that of its configuration,
 * -1 = it does not say: a sentinel that has slept through a failover is not believed. */
enum yq_find yq_finder_named(
    struct yq_finder *finder, const struct yq_endpoint *master, int64_t epoch);
/* A sentinel says by itself that the master is another one now. */
enum yq_find yq_finder_switched(struct yq_finder *finder, const struct yq_endpoint *master);
/* A sentinel cannot be reached, does not answer, refuses, or has gone. */
enum yq_find yq_finder_unanswered(struct yq_finder *finder, const struct yq_err *err);
/* The server is there and is no replica. */
void yq_finder_up(struct yq_finder *finder);
/* The server cannot be reached, is not what it should be, or has gone. */
enum yq_find yq_finder_lost(struct yq_finder *finder, const struct yq_err *err);
enum yq_find yq_finder_rested(struct yq_finder *finder);

/* "mymaster 10.0.0.1 6379 10.0.0.2 6379", what sentinels publish on +switch-master: true and the
 * new address if it is about `service`. */
bool yq_finder_read_switch(const char *text, const char *service, struct yq_endpoint *master);
/* An address as sentinels give it; false if it is none. */
bool yq_finder_read_address(const char *host, const char *port, struct yq_endpoint *master);
bool yq_endpoint_equal(const struct yq_endpoint *a, const struct yq_endpoint *b);

#endif
