/* rules.c - mapping, sizing, limits, sessions and markets, from the configuration. */
#include "order_manager/rules.h"

#include <stdlib.h>

#include "base/mem.h"

#define MAX_PRICE_AGE_US (60 * YQ_US_PER_SECOND) /* of a looked-up price */

struct yq_rules {
	struct yq_mapping *mapping;
	struct yq_sizings *sizings;
	struct yq_risks *risks;
	struct yq_accounts *accounts;
	struct yq_markets *markets;
};

struct yq_rules *
yq_rules_load(const struct yq_config *config, struct yq_config_report *report)
{
	struct yq_rules *rules = yq_xcalloc(1, sizeof(*rules));
	size_t faults = report->fault_count;

	rules->mapping = yq_settings_mapping(config, report);
	rules->sizings = yq_settings_sizing(config, report);
	rules->risks = yq_settings_risk(config, report);
	rules->accounts = yq_settings_accounts(config, report);
	rules->markets = yq_settings_markets(config, report);
	if (report->fault_count == faults)
		return rules;
	yq_rules_free(rules);
	return NULL;
}

void
yq_rules_free(struct yq_rules *rules)
{
	if (rules == NULL)
		return;
	yq_mapping_free(rules->mapping);
	yq_sizings_free(rules->sizings);
	yq_risks_free(rules->risks);
	yq_accounts_free(rules->accounts);
	yq_markets_free(rules->markets);
	free(rules);
}

const struct yq_mapping_row *
yq_rules_accounts(const struct yq_rules *rules, const char *strategy)
{
	return yq_mapping_find(rules->mapping, strategy);
}

struct yq_policy
yq_rules_policy(const struct yq_rules *rules, const char *strategy, const char *alias)
{
	return (struct yq_policy){
		.sizing = *yq_sizings_find(rules->sizings, strategy),
		.limits = *yq_risks_find(rules->risks, alias),
		.max_price_age_us = MAX_PRICE_AGE_US,
	};
}

bool
yq_rules_any_hour(const struct yq_rules *rules, const char *alias)
{
	const struct yq_account_settings *account = yq_accounts_find(rules->accounts, alias);

	return account != NULL && account->any_hour;
}

struct yq_decimal
yq_rules_commission_rate(const struct yq_rules *rules, const char *alias)
{
	const struct yq_account_settings *account = yq_accounts_find(rules->accounts, alias);

	return account == NULL ? YQ_DECIMAL_ZERO : account->commission_rate;
}

const struct yq_market_hours *
yq_rules_hours(const struct yq_rules *rules, enum yq_exchange exchange)
{
	return yq_calendar_hours(yq_markets_calendar(rules->markets), exchange);
}
