/* jobs.h - alerts on their way to Valkey or to the spool, in lists: the oldest first. */
#ifndef YQ_WEBHOOK_JOBS_H
#define YQ_WEBHOOK_JOBS_H

#include <sys/queue.h>

#include "webhook/deliver.h"

struct yq_job {
	STAILQ_ENTRY(yq_job) link; /* it is in one list at a time */
	struct yq_deliver *deliver;
	struct yq_id id, previous;
	bool checking; /* asking whether `previous` is there */
	bool repeated; /* it is */
	yq_outcome_fn *fn;
	void *cookie;
	size_t length;
	char payload[];
};
STAILQ_HEAD(yq_jobs, yq_job);

/* Take the oldest out of its list, and own it; NULL when there is none. */
struct yq_job *yq_jobs_take(struct yq_jobs *jobs);
/* The same, and NULL too while the oldest is being checked: nothing overtakes it. */
struct yq_job *yq_jobs_take_checked(struct yq_jobs *jobs);

#endif
