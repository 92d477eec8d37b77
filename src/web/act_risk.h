/* act_risk.h - handlers of limits, kill switches and strategies; for api_risk.c. */
#ifndef YQ_WEB_ACT_RISK_H
#define YQ_WEB_ACT_RISK_H

#include "domain/life.h"
#include "web/api.h"

yq_api_fn yq_act_risk;							  /* act_risk.c */
yq_api_fn yq_act_put_halts, yq_act_halt, yq_act_release, yq_act_strategy; /* act_halt.c */

/* One StrategyLife. */
void yq_act_put_life(struct yq_json_writer *w, const char *strategy, const struct yq_life *life);

#endif
