/*
 * lookout.h - one connection to one sentinel: asks it who the master is, then listens to it for
 * failovers.
 */
#ifndef YQ_BUS_LOOKOUT_H
#define YQ_BUS_LOOKOUT_H

#include "bus/link.h"

struct yq_lookout; /* opaque */

struct yq_lookout_events {
	/* Its answer, once; NULL = it does not know the service.  `epoch` as yq_finder_named. */
	void (*named)(void *cookie, const struct yq_endpoint *master, int64_t epoch);
	/* It says by itself that there is another master. */
	void (*switched)(void *cookie, const struct yq_endpoint *master);
	/* The end, once: not reached, refused, lost, or silent.  The lookout frees itself, the
	 * owner forgets it.  Not after yq_lookout_close. */
	void (*gone)(void *cookie, const struct yq_err *err);
};

/* Never calls back from inside.  `target` names the sentinels; it and `events` must live as long.
 */
struct yq_lookout *yq_lookout_open(uv_loop_t *loop, const struct yq_valkey_target *target,
    size_t sentinel, const struct yq_lookout_events *events, void *cookie);
void yq_lookout_close(struct yq_lookout *lookout); /* NULL is a no-op */

/* Of `target`, what a connection to its sentinels needs: endpoints, log-in, time.  Borrows the
 * secret. */
struct yq_valkey_target yq_lookout_target(const struct yq_valkey_target *target);
/* The questions, and how their answers are read; also for the blocking variant. */
void yq_lookout_question(struct yq_args *args, const char *command, const char *service);
#define YQ_LOOKOUT_ADDRESS "SENTINEL GET-MASTER-ADDR-BY-NAME"
#define YQ_LOOKOUT_MASTER  "SENTINEL MASTER"
/* YQ_OK; YQ_E_NOT_FOUND: it does not know the service; YQ_E_DENIED and others: it refuses. */
YQ_NODISCARD enum yq_rc yq_lookout_read_address(
    const redisReply *reply, struct yq_endpoint *master, struct yq_err *err);
int64_t yq_lookout_read_epoch(const redisReply *reply); /* -1: it does not say */

#endif
