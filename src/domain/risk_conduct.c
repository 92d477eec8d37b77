/* risk_conduct.c - checks whether an order is one that may be made here and now. */
#include "base/str.h"
#include "domain/patterns.h"
#include "domain/risk_checks.h"

enum yq_risk_answer
yq_risk_instrument(const struct yq_risk_ask *ask)
{
	const struct yq_order *order = ask->order;
	const char *exchange = yq_names_text(&yq_exchange_names, (int)order->exchange);
	char found[YQ_PATTERN_MAX];

	if (ask->reduces)
		return YQ_RISK_PASS;
	if (ask->limits->deny != NULL &&
	    yq_patterns_find(ask->limits->deny, order->exchange, order->ticker, found))
		return yq_risk_say(ask, false, "{}:{} is denied by {}",
		    YQ_ARGS(YQ_ARG_TEXT(exchange), YQ_ARG_TEXT(order->ticker), YQ_ARG_TEXT(found)));
	if (ask->limits->allow == NULL ||
	    yq_patterns_find(ask->limits->allow, order->exchange, order->ticker, found))
		return YQ_RISK_PASS;
	return yq_risk_say(ask, false, "{}:{} is none of those allowed: {}",
	    YQ_ARGS(YQ_ARG_TEXT(exchange), YQ_ARG_TEXT(order->ticker),
		YQ_ARG_TEXT(ask->limits->allow)));
}

/* "09:30" */
static const char *
clock_text(int64_t minute, char text[8])
{
	yq_str_format(text, 8, "%02d:%02d", (int)(minute / 60 % 100), (int)(minute % 60));
	return text;
}

enum yq_risk_answer
yq_risk_window(const struct yq_risk_ask *ask)
{
	int64_t from = ask->limits->window_from, until = ask->limits->window_until;
	int64_t minute = ask->facts->local_minute;
	char now[8], open[8], close[8];

	if (from == until || ask->reduces)
		return YQ_RISK_PASS;
	return yq_risk_say(ask, minute >= from && minute < until,
	    "it is {} at {}, orders are made from {} until {}",
	    YQ_ARGS(YQ_ARG_TEXT(clock_text(minute, now)),
		YQ_ARG_TEXT(yq_names_text(&yq_exchange_names, (int)ask->order->exchange)),
		YQ_ARG_TEXT(clock_text(from, open)), YQ_ARG_TEXT(clock_text(until, close))));
}

enum yq_risk_answer
yq_risk_rate(const struct yq_risk_ask *ask)
{
	int64_t limit = ask->limits->max_orders_per_minute;
	int64_t count = ask->facts->orders_last_minute;

	if (limit == 0 || ask->reduces)
		return YQ_RISK_PASS;
	return yq_risk_judge(ask, count < limit, "{} orders in the last minute, {} are allowed",
	    YQ_ARG_INT(count), YQ_ARG_INT(limit));
}

enum yq_risk_answer
yq_risk_day_rate(const struct yq_risk_ask *ask)
{
	int64_t limit = ask->limits->max_orders_per_day;
	int64_t count = ask->facts->orders_last_day;

	if (limit == 0 || ask->reduces)
		return YQ_RISK_PASS;
	return yq_risk_judge(ask, count < limit, "{} orders in 24 hours, {} are allowed",
	    YQ_ARG_INT(count), YQ_ARG_INT(limit));
}

/* What is not known does not count as good. */
enum yq_risk_answer
yq_risk_track(const struct yq_risk_ask *ask)
{
	const struct yq_risk_limits *limits = ask->limits;

	if (!ask->facts->by_signal || ask->facts->track_known || ask->reduces)
		return YQ_RISK_PASS;
	if (!limits->needs_track && limits->cooldown_us == 0 && limits->loss_cooldown_us == 0)
		return YQ_RISK_PASS;
	return yq_risk_say(ask, false,
	    "the strategy's protections look at its closed trades, and these are not read yet",
	    YQ_NO_ARGS);
}

static enum yq_risk_answer
check_pause(const struct yq_risk_ask *ask, int64_t since_us, int64_t pause_us, const char *sentence)
{
	int64_t passed = yq_risk_age_us(ask, since_us, pause_us);

	if (pause_us == 0 || since_us == 0 || passed >= pause_us)
		return YQ_RISK_PASS;
	return yq_risk_refuse(ask, YQ_RISK_SECONDS(passed), YQ_RISK_SECONDS(pause_us), sentence,
	    YQ_ARGS(YQ_ARG_TEXT(ask->order->ticker), YQ_RISK_SECONDS(passed),
		YQ_RISK_SECONDS(pause_us)));
}

enum yq_risk_answer
yq_risk_cooldown(const struct yq_risk_ask *ask)
{
	const struct yq_risk_facts *facts = ask->facts;
	enum yq_risk_answer answer;

	if (!facts->by_signal || ask->reduces)
		return YQ_RISK_PASS;
	answer = check_pause(ask, facts->last_loss_at_us, ask->limits->loss_cooldown_us,
	    "{} was closed at a loss {} s ago; {} s must pass");
	if (answer == YQ_RISK_REFUSE)
		return answer;
	return check_pause(ask, facts->last_closed_at_us, ask->limits->cooldown_us,
	    "{} was closed {} s ago; {} s must pass");
}
