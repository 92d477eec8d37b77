/*
 * keeper.h - keeps one link up: opens it, and opens it again when it is lost, with a growing delay.
 *
 * Where the target names a service, sentinels are asked for its master, and listened to as long as
 * the link is up: a failover moves the link at once.  A server is used only when it says that it is
 * a master (a list of servers likewise: a replica in it is passed over).
 */
#ifndef YQ_BUS_KEEPER_H
#define YQ_BUS_KEEPER_H

#include "bus/link.h"

struct yq_keeper; /* opaque */

struct yq_keeper_events {
	void (*up)(void *cookie);
	void (*reply)(void *cookie, const redisReply *reply);
	/* Lost, or could not be had; it is tried again. */
	void (*down)(void *cookie, const struct yq_err *err);
};

/* `events` must live for ever; errors as yq_valkey_open. */
YQ_NODISCARD enum yq_rc yq_keeper_open(uv_loop_t *loop, const struct yq_valkey_target *target,
    const char *client_name, const struct yq_keeper_events *events, void *cookie,
    struct yq_keeper **ret_keeper, struct yq_err *err);
void yq_keeper_close(struct yq_keeper *keeper); /* no callback runs after this */
/* The link, NULL unless it is up. */
struct yq_link *yq_keeper_link(const struct yq_keeper *keeper);
/* Give the link up and look for a server again; `down` runs with `err` before this returns. */
void yq_keeper_drop(struct yq_keeper *keeper, const struct yq_err *err);

/*
 * The history of the server that was last up: a text that is the same as long as the same master
 * has been running, and another after a restart or a failover, when what was last written may be
 * gone.  "" while none was up, or where the user may not ask.
 */
const char *yq_keeper_history(const struct yq_keeper *keeper);

/* What this layer cannot do is refused in words; also for the blocking variant. */
YQ_NODISCARD enum yq_rc yq_keeper_check(const struct yq_valkey_target *target, struct yq_err *err);

#endif
