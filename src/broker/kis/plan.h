/* plan.h - what is to be registered on the line of a key, for all its accounts.  Pure. */
#ifndef YQ_BROKER_KIS_PLAN_H
#define YQ_BROKER_KIS_PLAN_H

#include "broker/kis/line.h"

struct yq_kis_registration {
	enum yq_kis_feed feed;
	char key[64];
	bool taken; /* KIS has said so */
};

struct yq_kis_plan {
	struct yq_kis_registration list[YQ_KIS_LINE_MAX];
	size_t count;
};

/* Notices, then prices; each once. */
struct yq_kis_plan yq_kis_plan_make(const struct yq_kis_stream *streams);
struct yq_kis_registration *yq_kis_plan_find(
    struct yq_kis_plan *plan, enum yq_kis_feed feed, const char *key);

#endif
