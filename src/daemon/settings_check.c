/* settings_check.c - every section read once, so that all faults show at once. */
#include "daemon/settings.h"

void
yq_settings_check(const struct yq_config *config, struct yq_config_report *report)
{
	yq_mapping_free(yq_settings_mapping(config, report));
	yq_sizings_free(yq_settings_sizing(config, report));
	yq_risks_free(yq_settings_risk(config, report));
	yq_accounts_free(yq_settings_accounts(config, report));
	yq_markets_free(yq_settings_markets(config, report));
}
