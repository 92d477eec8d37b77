/* life.c - what a strategy may do. */
#include "domain/life.h"

#define LIFE_NAME(ident, name) name,
static const char *const state_texts[] = { YQ_LIFE_STATES(LIFE_NAME) };
const struct yq_names yq_life_state_names = { "strategy state", state_texts,
	YQ_COUNT(state_texts) };

const struct yq_field yq_life_fields[] = {
	YQ_FIELD_ENUM("State", struct yq_life, state, yq_life_state_names, YQ_REQUIRED),
	YQ_FIELD_TEXT("Who", struct yq_life, who, YQ_REQUIRED),
	YQ_FIELD_TIME("When", struct yq_life, when_us, YQ_REQUIRED),
	YQ_FIELD_TEXT("Why", struct yq_life, why, YQ_OPTIONAL),
};
const size_t yq_life_field_count = YQ_COUNT(yq_life_fields);

bool
yq_life_may_trade(enum yq_life_state state, bool real_money, const char **code)
{
	*code = state == YQ_LIFE_OFF ? YQ_LIFE_OFF_CODE : YQ_LIFE_NOT_LIVE_CODE;
	return state == YQ_LIFE_LIVE || (state == YQ_LIFE_PAPER && !real_money);
}
