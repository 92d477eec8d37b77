/*
 * keeper.h - keeps one link up: opens it, and opens it again when it is lost, with a growing delay.
 */
#ifndef YQ_BUS_KEEPER_H
#define YQ_BUS_KEEPER_H

#include "bus/link.h"

#define YQ_KEEPER_DELAY_MIN_MS 50
#define YQ_KEEPER_DELAY_MAX_MS 2000

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
/* Give the link up and try the next endpoint; `down` runs with `err` before this returns. */
void yq_keeper_drop(struct yq_keeper *keeper, const struct yq_err *err);

/* What this layer cannot do is refused in words; also for the blocking variant. */
YQ_NODISCARD enum yq_rc yq_keeper_check(const struct yq_valkey_target *target, struct yq_err *err);

#endif
