/* api_risk.c - the routes about limits, kill switches and strategies. */
#include "web/act_risk.h"

#define REASON                                                                                 \
	{                                                                                      \
		.name = "reason", .place = YQ_API_BODY, .kind = YQ_API_TEXT, .required = true, \
		.min = 1, .max = YQ_REASON_SIZE - 1, .what = "why, for the audit trail"        \
	}

static const struct yq_api_field halt_fields[] = {
	{ .name = "account",
	    .place = YQ_API_BODY,
	    .kind = YQ_API_ALIAS,
	    .what = "of this account; neither this nor strategy: everything" },
	{ .name = "strategy",
	    .place = YQ_API_BODY,
	    .kind = YQ_API_TEXT,
	    .min = 1,
	    .max = YQ_STRATEGY_SIZE - 1,
	    .what = "of this strategy; with account: in that account alone" },
	REASON,
	{ .name = "minutes",
	    .place = YQ_API_BODY,
	    .kind = YQ_API_INT,
	    .min = 1,
	    .max = 525600,
	    .what = "then it is over by itself; not given: until it is released" },
	{ .name = "flatten",
	    .place = YQ_API_BODY,
	    .kind = YQ_API_BOOL,
	    .what = "cancel what is open there, and close what is held" },
};
static const struct yq_api_field release_fields[] = {
	{ .name = "field",
	    .place = YQ_API_BODY,
	    .kind = YQ_API_TEXT,
	    .required = true,
	    .min = 1,
	    .max = 250,
	    .what = "which one, as GET /halts names it" },
	REASON,
	{ .name = "force",
	    .place = YQ_API_BODY,
	    .kind = YQ_API_BOOL,
	    .what = "though it cools off; only an Admin may" },
};
static const struct yq_api_field strategy_fields[] = {
	{ .name = "strategy",
	    .place = YQ_API_PATH,
	    .kind = YQ_API_TEXT,
	    .required = true,
	    .min = 1,
	    .max = YQ_STRATEGY_SIZE - 1,
	    .what = "its name, as alerts write it" },
	{ .name = "state",
	    .place = YQ_API_BODY,
	    .kind = YQ_API_NAME,
	    .required = true,
	    .names = &yq_life_state_names,
	    .what = "what it may do from now on" },
	REASON,
};

#define TAKES(list) .fields = (list), .field_count = YQ_COUNT(list)

static const struct yq_api_route routes[] = {
	{ .method = "GET",
	    .path = "/risk",
	    .name = "getRisk",
	    .summary =
		"Every configured limit and how much of it is used, the kill switches, and what "
		"each strategy may do.",
	    .role = YQ_ROLE_VIEWER,
	    .lane = YQ_LANE_LIVE,
	    .status = 200,
	    .answer = "Risk",
	    .run = yq_act_risk },
	{ .method = "GET",
	    .path = "/halts",
	    .name = "listHalts",
	    .summary = "The kill switches that stand.",
	    .role = YQ_ROLE_VIEWER,
	    .lane = YQ_LANE_LIVE,
	    .status = 200,
	    .answer = "HaltList",
	    .run = yq_act_put_halts },
	{ .method = "POST",
	    .path = "/halts",
	    .name = "halt",
	    .summary = "Throw a kill switch.  Over one that stands it never ends sooner than that.",
	    .role = YQ_ROLE_TRADER,
	    .lane = YQ_LANE_LIVE,
	    .status = 200,
	    .answer = "HaltList",
	    TAKES(halt_fields),
	    .run = yq_act_halt },
	{ .method = "POST",
	    .path = "/halts/release",
	    .name = "releaseHalt",
	    .summary = "Release a kill switch.",
	    .role = YQ_ROLE_TRADER,
	    .lane = YQ_LANE_LIVE,
	    .status = 200,
	    .answer = "HaltList",
	    TAKES(release_fields),
	    .run = yq_act_release },
	{ .method = "PUT",
	    .path = "/strategies/{strategy}",
	    .name = "setStrategy",
	    .summary = "Say what a strategy may do from now on.",
	    .role = YQ_ROLE_ADMIN,
	    .lane = YQ_LANE_LIVE,
	    .status = 200,
	    .answer = "StrategyLife",
	    TAKES(strategy_fields),
	    .run = yq_act_strategy },
};
const struct yq_api_family yq_api_risk = { "risk", routes, YQ_COUNT(routes) };
