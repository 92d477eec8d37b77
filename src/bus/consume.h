/*
 * consume.h - read a stream as a member of a consumer group, over a connection of its own.
 *
 * Order of work: its own entries that were delivered before and not acknowledged (a restart), then
 * those of members that show no life for 10 s, then new ones as they come (and the dead again every
 * 10 s).  Entries are acknowledged by the steps that handle them, not here.  After a lost
 * connection only what may not have reached the callback is read again.  Loop thread only.
 */
#ifndef YQ_BUS_CONSUME_H
#define YQ_BUS_CONSUME_H

#include "bus/steps.h"

struct yq_consumer; /* opaque */
#define YQ_CONSUMER_BATCH_MAX 512

struct yq_entry {
	const char *id;	     /* NUL-terminated */
	const char *kind;    /* "" where the stream has none */
	const char *payload; /* followed by a NUL; "" if the entry has none */
	size_t length;
	bool again; /* may have been delivered before */
};
/* At most YQ_CONSUMER_BATCH_MAX entries, borrowed for the call. */
typedef void yq_entries_fn(void *cookie, const struct yq_entry *entries, size_t count);

struct yq_consumer_spec {
	enum yq_group group;
	/* The group's name where it has another than its row in schema.def; NULL = that one.  Must
	 * live as long as the consumer. */
	const char *group_name;
	int instance;	  /* >= 1: names the consumer "{Group}-{instance}" */
	size_t batch;	  /* 1-512; 0 = 512 */
	uint32_t dead_ms; /* a member is dead after; 0 = 10000 */
	/* So long a read waits at the server for what is new; 0 = 2000.  What comes meanwhile is
	 * given to this member, even if its program stands still. */
	uint32_t block_ms;
	/* Take what is pending for any other member, alive or not: somebody else has decided that
	 * only this one may work, and its steps are fenced. */
	bool seize;
	/* With `seize`, so long after the opening: another member may still be given entries.
	 * Whatever comes as new is delivered only when what others were given before it was taken
	 * from them and delivered; all of it with `again` set. */
	uint32_t wary_ms;
	/* Asked before each command; false = as if paused, until yq_consumer_resume.  May be NULL.
	 */
	bool (*may_read)(void *cookie);
	yq_entries_fn *fn;
	yq_valkey_state_fn *state; /* may be NULL; also told when the group is missing, and when
				      it is there again */
	void *cookie;
};

/* Errors as yq_valkey_open. */
YQ_NODISCARD enum yq_rc yq_consumer_open(uv_loop_t *loop, const struct yq_valkey_target *target,
    const struct yq_consumer_spec *spec, struct yq_consumer **ret_consumer, struct yq_err *err);
/* No callback runs after this; entries not acknowledged stay for the next start.  NULL is a no-op.
 */
void yq_consumer_close(struct yq_consumer *consumer);

/* Back-pressure: ask for no more; one batch that is already asked for may still come.  May be
 * called from the callback.  NULL is a no-op, here and for the next two. */
void yq_consumer_pause(struct yq_consumer *consumer);
void yq_consumer_resume(struct yq_consumer *consumer);
/* Deliver again whatever is not acknowledged (`again` set), before anything new. */
void yq_consumer_rewind(struct yq_consumer *consumer);
/* True until it begins: what is delivered meanwhile comes once more, behind what is older. */
bool yq_consumer_will_rewind(const struct yq_consumer *consumer);
/* Of the server that entries come from, where sentinels name it (yq_valkey_history), else "".  When
 * it changes everything not acknowledged is delivered again by itself. */
const char *yq_consumer_history(const struct yq_consumer *consumer);
bool yq_consumer_is_up(const struct yq_consumer *consumer);
/* All that was there at the start has been delivered. */
bool yq_consumer_caught_up(const struct yq_consumer *consumer);

#endif
