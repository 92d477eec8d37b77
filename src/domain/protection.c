/* protection.c - when a strategy must pause, judged by how its closed trades have ended. */
#include "domain/protection.h"

#include <assert.h>

#include "domain/trace.h"

#define PROTECTION_NAME(ident, name) name,
static const char *const names[] = { YQ_PROTECTIONS(PROTECTION_NAME) };
const struct yq_names yq_protection_names = { "protection", names, YQ_COUNT(names) };

struct ask {
	const struct yq_protection *rule;
	const struct yq_protection_facts *facts;
	size_t first; /* of the results that count */
	char *text;
};

static bool
say(const struct ask *ask, const char *sentence, const struct yq_arg *args, size_t arg_count)
{
	yq_sentence(ask->text, YQ_PROTECTION_TEXT_SIZE, sentence, args, arg_count);
	return true;
}

#define MONEY(ask, amount) YQ_ARG_MONEY(amount, (ask)->facts->currency)

static bool
too_many_losses(const struct ask *ask)
{
	const struct yq_protection_facts *facts = ask->facts;
	int64_t row = 0;

	for (size_t i = facts->count; i > ask->first; i--, row++)
		if (yq_decimal_sign(facts->results[i - 1].profit) >= 0)
			break;
	if (row < ask->rule->trades)
		return false;
	return say(ask, "losses in a row: {}, it pauses at {}",
	    YQ_ARGS(YQ_ARG_INT(row), YQ_ARG_INT(ask->rule->trades)));
}

/* How far the sum of the profits is below its highest, and that highest itself seen from the end:
 * what it stands above the last by.  False: a sum does not fit. */
static bool
fall_of(const struct ask *ask, struct yq_decimal *fall)
{
	const struct yq_protection_facts *facts = ask->facts;
	struct yq_decimal since = YQ_DECIMAL_ZERO; /* the profits after a point, summed up */

	*fall = YQ_DECIMAL_ZERO;
	for (size_t i = facts->count; i > ask->first; i--) {
		if (yq_decimal_add(since, facts->results[i - 1].profit, &since) != YQ_OK)
			return false;
		*fall = yq_decimal_max(*fall, yq_decimal_neg(since));
	}
	return true;
}

static bool
fell_by_share(const struct ask *ask, struct yq_decimal fall)
{
	struct yq_decimal peak, limit;

	if (!ask->rule->share.set || !ask->facts->equity.set ||
	    yq_decimal_add(ask->facts->equity.value, fall, &peak) != YQ_OK ||
	    yq_decimal_mul(peak, ask->rule->share.value, YQ_ROUND_CEILING, &limit) != YQ_OK)
		return false;
	if (yq_decimal_cmp(fall, limit) < 0)
		return false;
	return say(ask, "it has lost {} since its highest, at an equity of {}; it pauses at {}",
	    YQ_ARGS(MONEY(ask, fall), MONEY(ask, peak), MONEY(ask, limit)));
}

static bool
fell_too_far(const struct ask *ask)
{
	struct yq_opt_decimal limit = ask->rule->amount[ask->facts->currency];
	struct yq_decimal fall;

	if (!fall_of(ask, &fall) || yq_decimal_sign(fall) <= 0)
		return false;
	if (limit.set && yq_decimal_cmp(fall, limit.value) >= 0)
		return say(ask, "it has lost {} since its highest, it pauses at {}",
		    YQ_ARGS(MONEY(ask, fall), MONEY(ask, limit.value)));
	return fell_by_share(ask, fall);
}

static bool
earned_too_little(const struct ask *ask)
{
	const struct yq_protection_facts *facts = ask->facts;
	struct yq_opt_decimal limit = ask->rule->amount[facts->currency];
	struct yq_decimal sum = YQ_DECIMAL_ZERO;
	size_t trades = (size_t)ask->rule->trades;

	if (!limit.set || facts->count - ask->first < trades)
		return false;
	for (size_t i = facts->count - trades; i < facts->count; i++)
		if (yq_decimal_add(sum, facts->results[i].profit, &sum) != YQ_OK)
			return false;
	if (yq_decimal_cmp(sum, limit.value) >= 0)
		return false;
	return say(ask, "the last {} trades came to {}, it pauses below {}",
	    YQ_ARGS(YQ_ARG_INT(ask->rule->trades), MONEY(ask, sum), MONEY(ask, limit.value)));
}

static bool (*const judges[YQ_PROTECTION_COUNT])(const struct ask *ask) = {
	[YQ_PROTECT_LOSSES] = too_many_losses,
	[YQ_PROTECT_DRAWDOWN] = fell_too_far,
	[YQ_PROTECT_PROFIT] = earned_too_little,
};

/* Exactly as long ago as the lookback is long: it counts. */
static size_t
first_of(const struct yq_protection *rule, const struct yq_protection_facts *facts)
{
	int64_t now_us = facts->results[facts->count - 1].closed_at_us;
	size_t first = facts->count - 1;

	if (rule->lookback_us == 0)
		return 0;
	while (first > 0 && facts->results[first - 1].closed_at_us >= now_us - rule->lookback_us)
		first--;
	return first;
}

bool
yq_protection_trips(const struct yq_protections *protections, enum yq_protection_kind kind,
    const struct yq_protection_facts *facts, char text[YQ_PROTECTION_TEXT_SIZE])
{
	struct ask ask = { &protections->rules[kind], facts, 0, text };

	assert(facts->count > 0);
	if (!ask.rule->on || yq_decimal_sign(facts->results[facts->count - 1].profit) >= 0)
		return false;
	ask.first = first_of(ask.rule, facts);
	return judges[kind](&ask);
}

bool
yq_protection_needs_equity(const struct yq_protections *protections, enum yq_protection_kind kind)
{
	return protections->rules[kind].on && protections->rules[kind].share.set;
}

bool
yq_protections_any(const struct yq_protections *protections)
{
	for (size_t i = 0; i < YQ_PROTECTION_COUNT; i++)
		if (protections->rules[i].on)
			return true;
	return false;
}
