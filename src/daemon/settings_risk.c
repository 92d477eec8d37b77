/* settings_risk.c - the limits of each account: Risk:Default, and Risk:Accounts:{Alias} over it. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "daemon/settings.h"
#include "daemon/settings_read.h"

struct row {
	char alias[YQ_ALIAS_SIZE];
	struct yq_risk_limits limits;
};

struct yq_risks {
	struct yq_risk_limits fallback;
	struct row *rows;
	size_t count;
};

struct reading {
	struct settings_section section;
	struct yq_risks *risks;
};

static const struct settings_range not_negative = { "0", NULL };

/* {"USD": 1000, "KRW": 1000000}: an amount without a currency means nothing. */
static void
read_amounts(const struct settings_section *section, const char *name,
    struct yq_opt_decimal amounts[YQ_CURRENCY_COUNT])
{
	const yq_json *value =
	    section->object == NULL ? NULL : yq_json_get_nocase(section->object, name);
	struct settings_section below;

	if (value == NULL)
		return;
	if (yq_json_type_of(value) != YQ_JSON_OBJECT) {
		settings_fault(
		    section, name, "an amount for each currency, {\"USD\": 1000}", value);
		return;
	}
	below = settings_below(section, name, value);
	settings_known(&below, yq_currency_names.names, yq_currency_names.count);
	for (size_t i = 0; i < YQ_CURRENCY_COUNT; i++)
		settings_opt_decimal(&below, yq_currency_names.names[i], not_negative, &amounts[i]);
}

static void
read_limits(const struct settings_section *section, struct yq_risk_limits *limits)
{
	static const char *const names[] = { "MaxOrderValue", "MaxDailyLoss", "MaxPositionShare",
		"PriceCollar", "MaxOpenOrders", "MaxOrdersPerMinute", "DuplicateWindowSeconds",
		"AllowShort", "DailyLossAction", "CoolingOffMinutes" };
	int64_t window_s = limits->duplicate_window_us / YQ_US_PER_SECOND;
	int64_t cooling_min = limits->cooling_off_us / (60 * YQ_US_PER_SECOND);
	int action = (int)limits->daily_loss_action;

	settings_known(section, names, YQ_COUNT(names));
	read_amounts(section, "MaxOrderValue", limits->max_order_value);
	read_amounts(section, "MaxDailyLoss", limits->max_daily_loss);
	settings_opt_decimal(
	    section, "MaxPositionShare", not_negative, &limits->max_position_share);
	settings_opt_decimal(section, "PriceCollar", not_negative, &limits->price_collar);
	settings_int(section, "MaxOpenOrders", 0, 1000000, &limits->max_open_orders);
	settings_int(section, "MaxOrdersPerMinute", 0, 1000000, &limits->max_orders_per_minute);
	settings_int(section, "DuplicateWindowSeconds", 0, 86400, &window_s);
	settings_bool(section, "AllowShort", &limits->allow_short);
	settings_enum(section, "DailyLossAction", &yq_loss_action_names, &action);
	settings_int(section, "CoolingOffMinutes", 0, 60 * 24 * 366, &cooling_min);
	limits->daily_loss_action = (enum yq_loss_action)action;
	limits->cooling_off_us = cooling_min * 60 * YQ_US_PER_SECOND;
	limits->duplicate_window_us = window_s * YQ_US_PER_SECOND;
}

static bool
add_account(void *cookie, const char *name, const yq_json *value)
{
	struct reading *reading = cookie;
	struct yq_risks *risks = reading->risks;
	struct settings_section section = settings_below(&reading->section, name, value);
	struct row *row;

	if (!yq_alias_is_valid(name) || risks->count == YQ_ACCOUNTS_MAX) {
		settings_fault(&reading->section, name, "an account's name", value);
		return true;
	}
	risks->rows = yq_xrealloc(risks->rows, risks->count + 1, sizeof(risks->rows[0]));
	row = &risks->rows[risks->count++];
	row->limits = risks->fallback;
	yq_str_copy_cut(row->alias, sizeof(row->alias), name);
	read_limits(&section, &row->limits);
	return true;
}

struct yq_risks *
yq_settings_risk(const struct yq_config *config, struct yq_config_report *report)
{
	static const char *const names[] = { "Default", "Accounts" };
	struct yq_risks *risks = yq_xcalloc(1, sizeof(*risks));
	struct reading reading = { settings_section(config, report, "Risk"), risks };
	struct settings_section risk = reading.section, section;

	risks->fallback.max_age_us =
	    yq_config_int(config, "OrderManager:MaxSignalAgeSeconds") * YQ_US_PER_SECOND;
	if (risk.object == NULL)
		return risks;
	settings_known(&risk, names, YQ_COUNT(names));
	section = settings_below(&risk, "Default", yq_json_get_nocase(risk.object, "Default"));
	read_limits(&section, &risks->fallback);
	reading.section =
	    settings_below(&risk, "Accounts", yq_json_get_nocase(risk.object, "Accounts"));
	if (reading.section.object != NULL)
		yq_json_each(reading.section.object, add_account, &reading);
	return risks;
}

void
yq_risks_free(struct yq_risks *risks)
{
	if (risks == NULL)
		return;
	free(risks->rows);
	free(risks);
}

const struct yq_risk_limits *
yq_risks_find(const struct yq_risks *risks, const char *alias)
{
	for (size_t i = 0; i < risks->count; i++) {
		if (yq_str_equal(risks->rows[i].alias, alias))
			return &risks->rows[i].limits;
	}
	return &risks->fallback;
}
