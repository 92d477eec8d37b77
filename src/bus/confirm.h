/*
 * confirm.h - have replicas confirm what was written before it counts as done.
 *
 * A master's answer says that the master has it.  What only it had is gone when a replica takes its
 * place; what so many replicas confirmed is not, as long as one of them is elected.
 */
#ifndef YQ_BUS_CONFIRM_H
#define YQ_BUS_CONFIRM_H

#include "base/err.h"
#include "bus/args.h"

struct redisReply; /* hiredis.h */

struct yq_confirm {
	int replicas;	     /* 0 = none is waited for */
	uint32_t timeout_ms; /* ... at most so long */
	bool flushed;	     /* on their disks (and the master's own), not only in their memory */
};

/*
 * Both are sent after what is to be confirmed, on its connection.  WAIT counts replicas up to the
 * connection's own last write; a step that finds its work done writes nothing, so something is
 * written first that is never in the way.  (A PUBLISH would reach replicas too, but not their
 * append-only files: WAITAOF then often waits in vain.)
 */
void yq_confirm_barrier(struct yq_args *args);
void yq_confirm_wait(struct yq_args *args, const struct yq_confirm *confirm);
/* The second one's answer: YQ_OK, or YQ_E_UNKNOWN: carried out, but it may not outlive the master.
 */
YQ_NODISCARD enum yq_rc yq_confirm_read(
    const struct redisReply *reply, const struct yq_confirm *confirm, struct yq_err *err);

#endif
