/*
 * rules.h - what the configuration prescribes for decisions, in the domain's terms.
 */
#ifndef YQ_ORDER_MANAGER_RULES_H
#define YQ_ORDER_MANAGER_RULES_H

#include "base/table.h"
#include "daemon/settings.h"
#include "domain/calendar.h"
#include "domain/inputs.h"

struct yq_rules; /* opaque, immutable but for what it remembers of itself */

/* Faults go to `report`; NULL if there is any. */
struct yq_rules *yq_rules_load(const struct yq_config *config, struct yq_config_report *report);
void yq_rules_free(struct yq_rules *rules); /* NULL is a no-op */

/* The accounts of a strategy; NULL when it is mapped to none. */
const struct yq_mapping_row *yq_rules_accounts(const struct yq_rules *rules, const char *strategy);
/* Sizing and limits of a strategy in an account. */
struct yq_policy yq_rules_policy(
    const struct yq_rules *rules, const char *strategy, const char *alias);
/* The same with its name: kept as long as the rules are, and one for all that are alike. */
struct yq_named_policy {
	struct yq_table_node node; /* the rules' own */
	struct yq_policy policy;
	struct yq_id digest;
	char *text;    /* as yq_policy_write has it */
	bool recorded; /* for whoever records it: false until it is set */
};
struct yq_named_policy *yq_rules_named(
    const struct yq_rules *rules, const char *strategy, const char *alias);
/* Whether `alias` trades outside of market hours. */
bool yq_rules_any_hour(const struct yq_rules *rules, const char *alias);
/* What a strategy may do of which nobody has said it. */
enum yq_life_state yq_rules_life(const struct yq_rules *rules);
/* What an order of `alias` costs besides its value, as a fraction of it; 0 when not known. */
struct yq_decimal yq_rules_commission_rate(const struct yq_rules *rules, const char *alias);
/* Whether any strategy may sell what `alias` does not hold. */
bool yq_rules_any_short(const struct yq_rules *rules, const char *alias);
/* Hours of an exchange; they live as long as the rules. */
const struct yq_market_hours *yq_rules_hours(
    const struct yq_rules *rules, enum yq_exchange exchange);
/* The plug-in of the sizing policy `index` of those that have one; NULL after the last. */
const struct yq_plugin *yq_rules_plugin(const struct yq_rules *rules, size_t index);

#endif
