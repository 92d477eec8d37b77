/*
 * life.h - what a strategy may do: nothing, trade where no real money is, or trade.  Each change is
 * an explicit act of a person.
 */
#ifndef YQ_DOMAIN_LIFE_H
#define YQ_DOMAIN_LIFE_H

#include "domain/hand.h"

#define YQ_LIFE_STATES(X)	   X(LIVE, "live") X(PAPER, "paper") X(OFF, "off")
#define YQ_LIFE_VALUE(ident, name) YQ_LIFE_##ident,
enum yq_life_state { YQ_LIFE_STATES(YQ_LIFE_VALUE) YQ_LIFE_STATE_COUNT };
extern const struct yq_names yq_life_state_names;

/* Codes of refusals. */
#define YQ_LIFE_OFF_CODE      "STRATEGY_OFF"
#define YQ_LIFE_NOT_LIVE_CODE "STRATEGY_NOT_LIVE"

/* Value of a field of `strategy`. */
struct yq_life {
	enum yq_life_state state;
	char who[YQ_WHO_SIZE];
	int64_t when_us;
	char why[YQ_MESSAGE_SIZE];
};
extern const struct yq_field yq_life_fields[];
extern const size_t yq_life_field_count;

/* Whether orders of the strategy that are not exits may go to such an account; else *code, static,
 * is that of the refusal. */
bool yq_life_may_trade(enum yq_life_state state, bool real_money, const char **code);

#endif
