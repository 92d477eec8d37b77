/* settings_sizing.c - sizing policies, and which one a strategy has. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "daemon/settings.h"
#include "daemon/settings_read.h"

#define POLICIES_MAX   256
#define MIN_TRADES_MAX 100000

struct policy {
	char name[YQ_STRATEGY_SIZE];
	struct yq_sizing sizing;
	struct yq_plugin plugin; /* what sizing.plugin points to */
};

struct row {
	char strategy[YQ_STRATEGY_SIZE];
	const struct policy *policy;
};

struct yq_sizings {
	struct policy policies[POLICIES_MAX];
	size_t policy_count;
	struct row *rows;
	size_t row_count;
	struct yq_sizing basic;
};

struct reading {
	struct settings_section section;
	struct yq_sizings *sizings;
};

static const struct policy *
find_policy(const struct yq_sizings *sizings, const char *name)
{
	for (size_t i = 0; i < sizings->policy_count; i++) {
		if (yq_str_equal_nocase(sizings->policies[i].name, name))
			return &sizings->policies[i];
	}
	return NULL;
}

static void
read_fallback(const struct settings_section *section, struct yq_sizing *sizing)
{
	int fallback = (int)sizing->fallback;

	settings_enum(section, "Fallback", &yq_sizer_names, &fallback);
	sizing->fallback = (enum yq_sizer)fallback;
	if (sizing->fallback == YQ_SIZER_COUNT || yq_sizer_may_stand_in(sizing->fallback))
		return;
	settings_fault(section, "Fallback",
	    "a type that needs neither trades nor a plug-in nor a target",
	    settings_member(section, "Fallback"));
	sizing->fallback = YQ_SIZER_COUNT;
}

static void
read_policy(const struct settings_section *section, struct policy *policy)
{
	static const char *const names[] = { "Type", "MaxPositionRiskPct", "StopLossPct",
		"MaxPortfolioAllocPct", "EquityPct", "FixedQty", "AtrMultiple", "MinTrades",
		"Fallback", "Plugin", "DeadlineMs", "Parameters" };
	static const struct settings_range share = { "0", "1" }, positive = { "0.00000001", NULL },
					   stop = { "0.0001", "1" }, multiple = { "0.01", "1000" };
	struct yq_sizing *sizing = &policy->sizing;
	int sizer = yq_names_find(&yq_sizer_names, policy->name, strlen(policy->name));

	settings_known(section, names, YQ_COUNT(names));
	*sizing = yq_sizing_default();
	if (sizer < 0)
		sizer = (int)sizing->sizer;
	settings_enum(section, "Type", &yq_sizer_names, &sizer);
	sizing->sizer = (enum yq_sizer)sizer;
	settings_decimal(section, "MaxPositionRiskPct", share, &sizing->max_position_risk_pct);
	settings_decimal(section, "StopLossPct", stop, &sizing->stop_loss_pct);
	settings_decimal(section, "MaxPortfolioAllocPct", share, &sizing->max_portfolio_alloc_pct);
	settings_decimal(section, "EquityPct", share, &sizing->equity_pct);
	settings_opt_decimal(section, "FixedQty", positive, &sizing->fixed_qty);
	settings_decimal(section, "AtrMultiple", multiple, &sizing->atr_multiple);
	settings_int(section, "MinTrades", 1, MIN_TRADES_MAX, &sizing->min_trades);
	read_fallback(section, sizing);
	settings_plugin(section, sizing->sizer == YQ_SIZER_PLUGIN, &policy->plugin);
	sizing->plugin = sizing->sizer == YQ_SIZER_PLUGIN ? &policy->plugin : NULL;
}

static bool
add_policy(void *cookie, const char *name, const yq_json *value)
{
	struct reading *reading = cookie;
	struct yq_sizings *sizings = reading->sizings;
	struct settings_section section = settings_below(&reading->section, name, value);
	struct policy *policy;

	if (sizings->policy_count == POLICIES_MAX) {
		settings_fault(&reading->section, name, "at most 256 policies", value);
		return false;
	}
	policy = &sizings->policies[sizings->policy_count++];
	yq_str_copy_cut(policy->name, sizeof(policy->name), name);
	read_policy(&section, policy);
	return true;
}

/* A policy that is not configured may still be named: every sizer with its defaults is one, but for
 * the plug-in, of which there is none by default. */
static void
add_builtin_policies(struct reading *reading)
{
	for (size_t i = 0; i < yq_sizer_names.count; i++) {
		const char *name = yq_sizer_names.names[i];

		if (i != YQ_SIZER_PLUGIN && find_policy(reading->sizings, name) == NULL)
			(void)add_policy(reading, name, NULL);
	}
}

static bool
add_row(void *cookie, const char *name, const yq_json *value)
{
	struct reading *reading = cookie;
	struct yq_sizings *sizings = reading->sizings;
	const struct policy *policy = NULL;
	struct row *row;

	if (yq_json_type_of(value) == YQ_JSON_STRING)
		policy = find_policy(sizings, yq_json_text(value, NULL));
	if (policy == NULL) {
		settings_fault(&reading->section, name,
		    "the name of a policy below OrderManager:Policies:Sizing", value);
		return true;
	}
	if (sizings->row_count == YQ_MAPPING_STRATEGIES_MAX) {
		settings_fault(&reading->section, name, "at most 1024 strategies", value);
		return false;
	}
	sizings->rows =
	    yq_xrealloc(sizings->rows, sizings->row_count + 1, sizeof(sizings->rows[0]));
	row = &sizings->rows[sizings->row_count++];
	row->policy = policy;
	if (!yq_str_copy(row->strategy, sizeof(row->strategy), name))
		settings_fault(
		    &reading->section, name, "a strategy's name of at most 128 bytes", value);
	return true;
}

struct yq_sizings *
yq_settings_sizing(const struct yq_config *config, struct yq_config_report *report)
{
	struct yq_sizings *sizings = yq_xcalloc(1, sizeof(*sizings));
	struct reading reading = {
		settings_section(config, report, "OrderManager:Policies:Sizing"),
		sizings,
	};
	const struct policy *basic;

	if (reading.section.object != NULL)
		yq_json_each(reading.section.object, add_policy, &reading);
	add_builtin_policies(&reading);
	basic = find_policy(sizings, "Basic");
	sizings->basic = basic == NULL ? yq_sizing_default() : basic->sizing;
	reading.section = settings_section(config, report, "OrderManager:StrategySizingMapping");
	if (reading.section.object != NULL)
		yq_json_each(reading.section.object, add_row, &reading);
	return sizings;
}

const struct yq_plugin *
yq_sizings_plugin(const struct yq_sizings *sizings, size_t index)
{
	for (size_t i = 0; i < sizings->policy_count; i++)
		if (sizings->policies[i].sizing.plugin != NULL && index-- == 0)
			return sizings->policies[i].sizing.plugin;
	return NULL;
}

void
yq_sizings_free(struct yq_sizings *sizings)
{
	if (sizings == NULL)
		return;
	free(sizings->rows);
	free(sizings);
}

const struct yq_sizing *
yq_sizings_find(const struct yq_sizings *sizings, const char *strategy)
{
	const struct yq_sizing *every = &sizings->basic;

	for (size_t i = 0; i < sizings->row_count; i++) {
		if (yq_str_equal_nocase(sizings->rows[i].strategy, strategy))
			return &sizings->rows[i].policy->sizing;
		if (yq_str_equal(sizings->rows[i].strategy, "*"))
			every = &sizings->rows[i].policy->sizing;
	}
	return every;
}

bool
yq_sizings_have(const struct yq_sizings *sizings, enum yq_sizer sizer)
{
	for (size_t i = 0; i < sizings->row_count; i++)
		if (sizings->rows[i].policy->sizing.sizer == sizer)
			return true;
	return sizings->basic.sizer == sizer;
}
