/*
 * lane.h - threads on which handlers run: each has connections of its own, and each kind of lane a
 * bounded queue of its own, so that what is slow never keeps what is quick waiting.
 *
 * All functions are the loop's thread's but what is said to be a lane's.
 */
#ifndef YQ_WEB_LANE_H
#define YQ_WEB_LANE_H

#include <uv.h>

#include "web/api.h"

#define YQ_LANE_LIMIT_MS 60000 /* what works longer is stuck */

struct yq_lanes; /* opaque */

/* On the lane's thread.  `desk` has the lane's connections, open or not; config and hand are the
 * job's to set. */
typedef void yq_lane_fn(struct yq_desk *desk, void *cookie);
/* On the loop, once for each job that was taken. */
typedef void yq_lane_done_fn(void *cookie);

struct yq_lane_options {
	const struct yq_valkey_target *valkey; /* copied */
	const struct yq_confirm *confirm;      /* copied */
	struct yq_firebird_target firebird;    /* taken over */
	/* A job works for YQ_LANE_LIMIT_MS: embedded Firebird can wait for ever (store/worker.h).
	 * Once; the thread cannot be joined. */
	void (*stuck)(void *cookie, unsigned seconds);
	void *cookie;
};

YQ_NODISCARD enum yq_rc yq_lanes_start(uv_loop_t *loop, const struct yq_lane_options *options,
    struct yq_lanes **ret_lanes, struct yq_err *err);
/* False, and neither function runs, when the lane's queue is full or the lanes are stopping. */
YQ_NODISCARD bool yq_lanes_submit(struct yq_lanes *lanes, enum yq_lane_kind kind, yq_lane_fn *fn,
    yq_lane_done_fn *done, void *cookie);
/* Jobs taken and not yet done, of all lanes, or of one. */
size_t yq_lanes_depth(const struct yq_lanes *lanes);
size_t yq_lanes_depth_of(const struct yq_lanes *lanes, enum yq_lane_kind kind);
/* Take no more, finish what is queued, end the threads.  The lanes are freed by the loop's turns
 * after that.  NULL is a no-op. */
void yq_lanes_stop(struct yq_lanes *lanes);

#endif
