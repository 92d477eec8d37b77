/* rules.c - mapping, sizing, limits, sessions and markets, from the configuration. */
#include "daemon/rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

#define MAX_PRICE_AGE_US (60 * YQ_US_PER_SECOND) /* of a looked-up price */

#define ASKED_MAX 4096 /* pairs remembered: strategies are as many as alerts name */

/* A strategy in an account, and the policy that holds there. */
struct asked {
	struct yq_table_node node;
	char strategy[YQ_STRATEGY_SIZE];
	char alias[YQ_ALIAS_SIZE];
	struct yq_named_policy *named;
};

/* What was asked for before. */
struct memory {
	struct yq_table asked; /* of struct asked; begun anew when full */
	struct yq_table named; /* of struct yq_named_policy, by digest: as many as are configured */
};

struct yq_rules {
	struct memory *memory;
	struct yq_mapping *mapping;
	struct yq_sizings *sizings;
	struct yq_risks *risks;
	struct yq_accounts *accounts;
	struct yq_markets *markets;
	enum yq_life_state life;
};

struct yq_rules *
yq_rules_load(const struct yq_config *config, struct yq_config_report *report)
{
	struct yq_rules *rules = yq_xcalloc(1, sizeof(*rules));
	size_t faults = report->fault_count;

	rules->memory = yq_xcalloc(1, sizeof(*rules->memory));
	rules->mapping = yq_settings_mapping(config, report);
	rules->sizings = yq_settings_sizing(config, report);
	rules->risks = yq_settings_risk(config, report);
	rules->accounts = yq_settings_accounts(config, report);
	rules->markets = yq_settings_markets(config, report);
	rules->life = yq_settings_life(config);
	if (report->fault_count == faults)
		return rules;
	yq_rules_free(rules);
	return NULL;
}

static bool
free_asked(void *cookie, struct yq_table_node *node)
{
	(void)cookie;
	free(yq_container(node, struct asked, node));
	return true;
}

static bool
free_named(void *cookie, struct yq_table_node *node)
{
	struct yq_named_policy *named = yq_container(node, struct yq_named_policy, node);

	(void)cookie;
	free(named->text);
	free(named);
	return true;
}

static void
forget(struct yq_table *table, yq_table_each_fn *free_one)
{
	yq_table_each(table, free_one, NULL);
	yq_table_clear(table);
}

void
yq_rules_free(struct yq_rules *rules)
{
	if (rules == NULL)
		return;
	forget(&rules->memory->asked, free_asked);
	forget(&rules->memory->named, free_named);
	free(rules->memory);
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
	const struct yq_risk_limits *limits = yq_risks_limits(rules->risks, alias, strategy);
	int64_t price_age_us = MAX_PRICE_AGE_US;

	/* What a market order would be refused for is looked up again first. */
	if (limits->max_price_age_us != 0 && limits->max_price_age_us < price_age_us)
		price_age_us = limits->max_price_age_us;
	return (struct yq_policy){
		.sizing = *yq_sizings_find(rules->sizings, strategy),
		.limits = *limits,
		.max_price_age_us = price_age_us,
		.real_money = yq_accounts_real_money(yq_accounts_find(rules->accounts, alias)),
	};
}

struct pair {
	const char *strategy, *alias;
};

static bool
same_pair(const struct yq_table_node *node, const void *key)
{
	const struct asked *asked = (const struct asked *)(const void *)node;
	const struct pair *pair = key;

	return yq_str_equal(asked->strategy, pair->strategy) &&
	       yq_str_equal(asked->alias, pair->alias);
}

static bool
same_digest(const struct yq_table_node *node, const void *key)
{
	return yq_id_equal(&((const struct yq_named_policy *)(const void *)node)->digest, key);
}

/* The one of these bytes, made if it is the first. */
static struct yq_named_policy *
name_policy(struct memory *memory, const struct yq_policy *policy)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(YQ_POLICY_TEXT_MAX);
	struct yq_named_policy *named;
	struct yq_table_node *found;
	struct yq_id digest;
	uint64_t hash;

	yq_policy_write(&text, policy);
	digest = yq_policy_digest(yq_buf_text(&text), text.length);
	hash = yq_table_hash_text(digest.text);
	found = yq_table_find(&memory->named, hash, same_digest, &digest);
	if (found != NULL)
		return yq_container(found, struct yq_named_policy, node);
	named = yq_xcalloc(1, sizeof(*named));
	named->policy = *policy;
	named->digest = digest;
	named->text = yq_xstrdup(yq_buf_text(&text));
	yq_table_insert(&memory->named, hash, &named->node);
	return named;
}

struct yq_named_policy *
yq_rules_named(const struct yq_rules *rules, const char *strategy, const char *alias)
{
	struct memory *memory = rules->memory;
	struct pair pair = { strategy, alias };
	uint64_t hash = yq_table_hash_join(yq_table_hash_text(strategy), yq_table_hash_text(alias));
	struct yq_table_node *found = yq_table_find(&memory->asked, hash, same_pair, &pair);
	struct yq_policy policy;
	struct asked *asked;

	if (found != NULL)
		return yq_container(found, struct asked, node)->named;
	if (memory->asked.count >= ASKED_MAX)
		forget(&memory->asked, free_asked);
	policy = yq_rules_policy(rules, strategy, alias);
	asked = yq_xcalloc(1, sizeof(*asked));
	yq_str_copy_cut(asked->strategy, sizeof(asked->strategy), strategy);
	yq_str_copy_cut(asked->alias, sizeof(asked->alias), alias);
	asked->named = name_policy(memory, &policy);
	yq_table_insert(&memory->asked, hash, &asked->node);
	return asked->named;
}

enum yq_life_state
yq_rules_life(const struct yq_rules *rules)
{
	return rules->life;
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

const struct yq_plugin *
yq_rules_plugin(const struct yq_rules *rules, size_t index)
{
	return yq_sizings_plugin(rules->sizings, index);
}

bool
yq_rules_any_short(const struct yq_rules *rules, const char *alias)
{
	return yq_risks_any_short(rules->risks, alias);
}
