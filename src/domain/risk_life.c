/*
 * risk_life.c - whether the order's strategy may trade in that account.  What only reduces passes:
 * a strategy that was turned off is not locked into what it holds.
 */
#include "domain/risk_checks.h"

static bool
is_stopped(const struct yq_risk_ask *ask)
{
	const char *code;

	return yq_order_strategy(ask->order)[0] != '\0' && !ask->reduces &&
	       !yq_life_may_trade(ask->facts->life, ask->facts->real_money, &code);
}

enum yq_risk_answer
yq_risk_off(const struct yq_risk_ask *ask)
{
	const char *strategy = yq_order_strategy(ask->order);

	if (ask->facts->life != YQ_LIFE_OFF || !is_stopped(ask))
		return YQ_RISK_PASS;
	return yq_risk_say(ask, false,
	    "the strategy is off, only what closes positions passes: `yq strategy '{}' {}`",
	    YQ_ARGS(YQ_ARG_TEXT(strategy), YQ_ARG_TEXT(ask->facts->real_money ? "live" : "paper")));
}

enum yq_risk_answer
yq_risk_not_live(const struct yq_risk_ask *ask)
{
	const char *strategy = yq_order_strategy(ask->order);

	if (!is_stopped(ask))
		return YQ_RISK_PASS;
	return yq_risk_say(ask, false,
	    "{} holds real money, where only a live strategy trades: `yq strategy '{}' live`",
	    YQ_ARGS(YQ_ARG_TEXT(ask->account->alias), YQ_ARG_TEXT(strategy)));
}
