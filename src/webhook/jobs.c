/* jobs.c - who is next. */
#include "webhook/jobs.h"

struct yq_job *
yq_jobs_take(struct yq_jobs *jobs)
{
	struct yq_job *job = STAILQ_FIRST(jobs);

	if (job != NULL)
		STAILQ_REMOVE_HEAD(jobs, link);
	return job;
}

struct yq_job *
yq_jobs_take_checked(struct yq_jobs *jobs)
{
	const struct yq_job *job = STAILQ_FIRST(jobs);

	return job == NULL || job->checking ? NULL : yq_jobs_take(jobs);
}
