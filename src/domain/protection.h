/*
 * protection.h - when a strategy must pause, judged by how its closed trades have ended.
 *
 * Looked at when a trade has closed at a loss; a win never makes a strategy pause.  Pure.  Not
 * among them: the cool-downs of one instrument, which are limits (risk.h) and halt nothing.
 */
#ifndef YQ_DOMAIN_PROTECTION_H
#define YQ_DOMAIN_PROTECTION_H

#include "domain/track.h"

/*
 * MaxConsecutiveLosses  so many losses in a row, `trades`
 * MaxDrawdown           the realised result has fallen from its highest by `amount`, or the equity
 * by `share`; the highest is looked for within the lookback MinProfit             the last `trades`
 * trades together have brought less than `amount`
 */
#define YQ_PROTECTIONS(X)                 \
	X(LOSSES, "MaxConsecutiveLosses") \
	X(DRAWDOWN, "MaxDrawdown")        \
	X(PROFIT, "MinProfit")
#define YQ_PROTECTION_VALUE(ident, name) YQ_PROTECT_##ident,
enum yq_protection_kind { YQ_PROTECTIONS(YQ_PROTECTION_VALUE) YQ_PROTECTION_COUNT };
extern const struct yq_names yq_protection_names;

struct yq_protection {
	bool on;
	int64_t trades;	     /* 1-YQ_HISTORY_MAX */
	int64_t lookback_us; /* trades that closed longer ago do not count; 0 = all remembered do */
	int64_t pause_us;    /* > 0 */
	struct yq_opt_decimal share;			 /* of the equity; 0.1 = 10 % */
	struct yq_opt_decimal amount[YQ_CURRENCY_COUNT]; /* absent: not judged in that currency */
};

struct yq_protections {
	struct yq_protection rules[YQ_PROTECTION_COUNT];
};
bool yq_protections_any(const struct yq_protections *protections);

/* The last of `results` (oldest first) is the one that has just closed; `count` > 0. */
struct yq_protection_facts {
	const struct yq_result *results;
	size_t count;
	enum yq_currency currency;
	struct yq_opt_decimal equity; /* of the account now; a share is not judged without it */
};

#define YQ_PROTECTION_TEXT_SIZE 200

/* Whether it makes the strategy pause; then `text` says why, with number and limit.  Both sides are
 * in it: reaching the limit is enough for losses and falls, a profit at the limit will do. */
bool yq_protection_trips(const struct yq_protections *protections, enum yq_protection_kind kind,
    const struct yq_protection_facts *facts, char text[YQ_PROTECTION_TEXT_SIZE]);
/* Whether it cannot be judged without the equity. */
bool yq_protection_needs_equity(
    const struct yq_protections *protections, enum yq_protection_kind kind);

#endif
