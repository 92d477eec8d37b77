/* settings_check.c - every section read once, so that all faults show at once. */
#include "daemon/settings.h"

void
yq_settings_check(const struct yq_config *config, struct yq_config_report *report)
{
	char name[YQ_ALIAS_SIZE];

	yq_mapping_free(yq_settings_mapping(config, report));
	yq_sizings_free(yq_settings_sizing(config, report));
	yq_risks_free(yq_settings_risk(config, report));
	yq_accounts_free(yq_settings_accounts(config, report));
	yq_settings_gateway_name(config, report, name);
	yq_markets_free(yq_settings_markets(config, report));
}
