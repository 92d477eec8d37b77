/*
 * deliver.h - make accepted alerts durable: in Valkey, or in the spool while that is away.
 *
 * At most one accept step is in flight; what arrives meanwhile goes with the next one.  When Valkey
 * is away, refuses, or does not answer in time, alerts go to the spool, many with one flush, and
 * are forwarded in order later; as long as the spool holds any, new ones queue up behind them
 * there. Repeating is harmless: the step is idempotent by id.
 */
#ifndef YQ_WEBHOOK_DELIVER_H
#define YQ_WEBHOOK_DELIVER_H

#include <uv.h>

#include "base/id.h"
#include "bus/valkey.h"
#include "webhook/spool.h"

struct yq_deliver; /* opaque */

enum yq_outcome {
	YQ_DELIVERED, /* new, on disk in Valkey */
	YQ_REPEATED,  /* was there already */
	YQ_SPOOLED,   /* on disk in the spool */
	YQ_LOST,      /* nowhere: tell the sender to try again */
	YQ_OUTCOME_COUNT
};
/* Once for each alert, never from inside the call; `id` is the one that holds. */
typedef void yq_outcome_fn(void *cookie, enum yq_outcome outcome, const struct yq_id *id);

struct yq_deliver_events {
	void (*idle)(void *cookie); /* nothing waits for an answer any more */
	/* Something for the log: the spool is used, was forwarded, failed. */
	void (*tell)(void *cookie, bool trouble, const char *text);
	void *cookie;
};

/* Without a spool as yet.  `valkey` is borrowed. */
struct yq_deliver *yq_deliver_make(
    uv_loop_t *loop, struct yq_valkey *valkey, const struct yq_deliver_events *events);
/* Once; owned from now on.  What it holds goes before what comes from now on. */
void yq_deliver_set_spool(struct yq_deliver *deliver, struct yq_spool *spool);
/* Alerts still waiting get YQ_LOST.  The memory goes when the loop has run the last of it. */
void yq_deliver_free(struct yq_deliver *deliver);

/* `payload` is copied.  `previous` none, or an id under which the same alert may be there. */
void yq_deliver_alert(struct yq_deliver *deliver, const struct yq_id *id,
    const struct yq_id *previous, const char *payload, size_t length, yq_outcome_fn *fn,
    void *cookie);
/* Valkey came or went; until the first word of it alerts wait a moment. */
void yq_deliver_valkey(struct yq_deliver *deliver, bool up);

size_t yq_deliver_waiting(const struct yq_deliver *deliver);  /* alerts without an outcome */
int64_t yq_deliver_backlog(const struct yq_deliver *deliver); /* bytes in the spool to forward */
/* Why alerts get YQ_LOST at present; NULL = they do not. */
const char *yq_deliver_trouble(const struct yq_deliver *deliver);

#endif
