/*
 * health.h - which programs run, and what is wrong, as their heartbeats and leases on the bus say.
 */
#ifndef YQ_DESK_HEALTH_H
#define YQ_DESK_HEALTH_H

#include "desk/fetch.h"

#define YQ_HEALTH_DAEMONS_MAX  32
#define YQ_HEALTH_PROBLEMS_MAX 16
#define YQ_HEALTH_TEXT_SIZE    160

struct yq_daemon_health {
	char app[YQ_ALIAS_SIZE + 32];  /* "OrderManager", "BrokerGateway:Main-1" */
	char state[17];		       /* ready, starting, draining, gone */
	char version[33];	       /* "" = not known */
	char role[17];		       /* of a gateway: serving, standby, fenced; else "" */
	char why[YQ_HEALTH_TEXT_SIZE]; /* "ok", or why not */
	int64_t pid, lag;	       /* -1 = not known */
	int64_t started_at_us;	       /* 0 = not known */
	int64_t beat_at_us;	       /* to the second; 0 = it has none any more */
};

struct yq_health {
	struct yq_daemon_health daemons[YQ_HEALTH_DAEMONS_MAX];
	size_t daemon_count;
	char problems[YQ_HEALTH_PROBLEMS_MAX][YQ_HEALTH_TEXT_SIZE];
	size_t problem_count;
	int64_t queued, parked; /* trades */
	int64_t at_us;		/* when it was looked at */
};

/* Some tens of round trips. */
YQ_NODISCARD enum yq_rc yq_desk_health(
    struct yq_desk *desk, int64_t now_us, struct yq_health *health, struct yq_err *err);

/* Who serves an account, by its lease. */
struct yq_lease_health {
	char owner[YQ_HEALTH_TEXT_SIZE]; /* "" = nobody does */
	bool held;			 /* and its time is not over */
};
YQ_NODISCARD enum yq_rc yq_desk_lease(struct yq_desk *desk, const char *alias, int64_t now_us,
    struct yq_lease_health *lease, struct yq_err *err);

#endif
