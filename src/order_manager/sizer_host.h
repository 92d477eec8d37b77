/*
 * sizer_host.h - one plug-in in its process: asked one question at a time, given a deadline,
 *started again when it fails.
 *
 *	STARTING --hello--> IDLE --ask--> ASKED --answer--> IDLE
 *	   |  died, silent, refused          | died, silent, nonsense
 *	   +-----------> DOWN <--------------+      back-off, then STARTING
 *
 * Nothing here waits for the plug-in: every wait has a timer.  Loop thread only.
 */
#ifndef YQ_ORDER_MANAGER_SIZER_HOST_H
#define YQ_ORDER_MANAGER_SIZER_HOST_H

#include <uv.h>

#include "daemon/plugin_host.h"
#include "domain/sizing.h"

struct yq_sizer_host; /* opaque */

enum yq_sizer_host_state {
	YQ_SIZER_HOST_STARTING,
	YQ_SIZER_HOST_IDLE,
	YQ_SIZER_HOST_ASKED,
	YQ_SIZER_HOST_DOWN,
};

#define YQ_SIZER_HOST_BACKOFF_MS     1000  /* before it is started again; doubles ... */
#define YQ_SIZER_HOST_BACKOFF_MAX_MS 60000 /* ... up to this ... */
#define YQ_SIZER_HOST_STEADY_MS	     10000 /* ... and begins anew after it ran for so long */

/*
 * Runs from the loop whenever the state has changed.  `answer` is NULL unless the question was
 * settled, one way or the other.  `trouble` is a sentence for people when the process had to be
 * given up, else NULL: for each such end that refused a signal, and for the first of a row.
 */
typedef void yq_sizer_host_fn(void *cookie, struct yq_sizer_host *host,
    const struct yq_sizer_answer *answer, const char *trouble);

/* Starts it.  `program` as in plugin_host.h, borrowed. */
struct yq_sizer_host *yq_sizer_host_make(
    uv_loop_t *loop, const char *program, const char *path, yq_sizer_host_fn *fn, void *cookie);
/* Ends it at once; `fn` does not run again.  NULL is a no-op. */
void yq_sizer_host_free(struct yq_sizer_host *host);

enum yq_sizer_host_state yq_sizer_host_state(const struct yq_sizer_host *host);
const char *yq_sizer_host_path(const struct yq_sizer_host *host);

/* Put a question; only when IDLE.  `fn` runs with the answer, at the latest after `deadline_ms`,
 * never from inside. */
void yq_sizer_host_ask(
    struct yq_sizer_host *host, const struct yq_sizer_input *input, int64_t deadline_ms);
/* End it and start it again, without a back-off: its file may be another.  A question that is open
 * is answered first. */
void yq_sizer_host_renew(struct yq_sizer_host *host);

/* What to answer while it is DOWN. */
void yq_sizer_host_excuse(const struct yq_sizer_host *host, struct yq_sizer_answer *answer);

#endif
