/* risk_gate.c - checks that need neither price nor quantity. */
#include "domain/risk_checks.h"

enum yq_risk_answer
yq_risk_halted(const struct yq_risk_ask *ask)
{
	if (ask->facts->halt_reason == NULL || ask->facts->halt_lets_out)
		return YQ_RISK_PASS;
	return yq_risk_say(
	    ask, false, "trading is halted: {}", YQ_ARGS(YQ_ARG_TEXT(ask->facts->halt_reason)));
}

/* Not of the gate: whether it reduces is known when it is sized. */
enum yq_risk_answer
yq_risk_paused(const struct yq_risk_ask *ask)
{
	if (ask->facts->halt_reason == NULL || ask->reduces)
		return YQ_RISK_PASS;
	return yq_risk_say(ask, false, "only what closes positions passes: {}",
	    YQ_ARGS(YQ_ARG_TEXT(ask->facts->halt_reason)));
}

enum yq_risk_answer
yq_risk_inactive(const struct yq_risk_ask *ask)
{
	if (ask->account->active)
		return YQ_RISK_PASS;
	return yq_risk_say(
	    ask, false, "the account {} is not active", YQ_ARGS(YQ_ARG_TEXT(ask->account->alias)));
}

enum yq_risk_answer
yq_risk_calendar(const struct yq_risk_ask *ask)
{
	if (ask->facts->calendar_covered || ask->facts->by_hand)
		return YQ_RISK_PASS;
	return yq_risk_say(ask, false, "the calendar of {} does not reach today",
	    YQ_ARGS(YQ_ARG_TEXT(yq_names_text(&yq_exchange_names, (int)ask->order->exchange))));
}

enum yq_risk_answer
yq_risk_market(const struct yq_risk_ask *ask)
{
	const char *name = yq_names_text(&yq_exchange_names, (int)ask->order->exchange);

	if (ask->facts->market_open)
		return yq_risk_say(ask, true, "{} is open", YQ_ARGS(YQ_ARG_TEXT(name)));
	return yq_risk_say(ask, false, "{} is closed", YQ_ARGS(YQ_ARG_TEXT(name)));
}

/* A time ahead of ours by more than the allowed age is no better than one that is too old. */
enum yq_risk_answer
yq_risk_age(const struct yq_risk_ask *ask)
{
	int64_t limit = ask->limits->max_age_us, age;

	if (limit == 0)
		return YQ_RISK_PASS;
	age = ask->facts->now_us -
	      (ask->facts->asked_at_us != 0 ? ask->facts->asked_at_us : ask->order->timestamp_us);
	if (age < -limit)
		return yq_risk_judge(ask, false,
		    "its time is {} s ahead of the clock, more than {} s", YQ_RISK_SECONDS(-age),
		    YQ_RISK_SECONDS(limit));
	return yq_risk_judge(ask, age <= limit,
	    age > limit ? "it is {} s old, more than the {} s allowed"
			: "it is {} s old, {} s are allowed",
	    YQ_RISK_SECONDS(age), YQ_RISK_SECONDS(limit));
}

/* A way out is the broker's to decide: the catalog is as old as its last sync.  What is not sized
 * yet passes for one if it can be. */
enum yq_risk_answer
yq_risk_delisted(const struct yq_risk_ask *ask)
{
	if (ask->facts->listing != YQ_LISTING_DELISTED || ask->reduces)
		return YQ_RISK_PASS;
	return yq_risk_say(ask, false, "{} is delisted from {}, says the catalog",
	    YQ_ARGS(YQ_ARG_TEXT(ask->order->ticker),
		YQ_ARG_TEXT(yq_names_text(&yq_exchange_names, (int)ask->order->exchange))));
}

enum yq_risk_answer
yq_risk_suspended(const struct yq_risk_ask *ask)
{
	if (ask->facts->listing != YQ_LISTING_HALTED || ask->reduces)
		return YQ_RISK_PASS;
	return yq_risk_say(ask, false, "{} is suspended from trading on {}, says the catalog",
	    YQ_ARGS(YQ_ARG_TEXT(ask->order->ticker),
		YQ_ARG_TEXT(yq_names_text(&yq_exchange_names, (int)ask->order->exchange))));
}

/* Money is kept by the currencies of the markets: what trades in another one is not bought. */
static enum yq_risk_answer
check_listed_in(const struct yq_risk_ask *ask)
{
	const struct yq_risk_facts *facts = ask->facts;

	if (facts->listing == YQ_LISTING_UNKNOWN || facts->listed_in == ask->order->currency ||
	    ask->reduces)
		return YQ_RISK_PASS;
	return yq_risk_say(ask, false, "{} trades in {}, not in {} as the rest of {}",
	    YQ_ARGS(YQ_ARG_TEXT(ask->order->ticker),
		YQ_ARG_TEXT(yq_names_text(&yq_currency_names, (int)facts->listed_in)),
		YQ_ARG_TEXT(yq_names_text(&yq_currency_names, (int)ask->order->currency)),
		YQ_ARG_TEXT(yq_names_text(&yq_exchange_names, (int)ask->order->exchange))));
}

enum yq_risk_answer
yq_risk_currency(const struct yq_risk_ask *ask)
{
	if (ask->order->currency == ask->market->currency)
		return check_listed_in(ask);
	return yq_risk_say(ask, false, "{} trades in {}, not in {}",
	    YQ_ARGS(YQ_ARG_TEXT(yq_names_text(&yq_exchange_names, (int)ask->order->exchange)),
		YQ_ARG_TEXT(yq_names_text(&yq_currency_names, (int)ask->market->currency)),
		YQ_ARG_TEXT(yq_names_text(&yq_currency_names, (int)ask->order->currency))));
}
