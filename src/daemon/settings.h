/*
 * settings.h - every setting of every program, from one table (settings.def), and readers that turn
 * sections of the configuration into the domain's structs.
 *
 * A reader records every fault it finds in `report` and goes on; what it filled is usable only when
 * report->fault_count did not rise.
 */
#ifndef YQ_DAEMON_SETTINGS_H
#define YQ_DAEMON_SETTINGS_H

#include "base/config.h"
#include "domain/terms.h"

extern const struct yq_config_key yq_settings_keys[];
extern const size_t yq_settings_key_count;

/* docs/configuration.md, from the table. */
void yq_settings_document(struct yq_buf *out);

/* yq_config_load with the table, and every reader below once, so that all faults show at once. */
YQ_NODISCARD enum yq_rc yq_settings_load(const char *folder, const char *overlay, const char *app,
    char *const *environment, struct yq_config **ret_config, struct yq_config_report *report);

/* A path below System:DataFolder or System:RunFolder unless it is absolute; owned by the caller. */
YQ_NODISCARD char *yq_settings_data_path(const struct yq_config *config, const char *path);
YQ_NODISCARD char *yq_settings_run_path(const struct yq_config *config, const char *path);

/* ---- Webhook:StrategyAccountMapping: strategy -> account aliases ---- */
#define YQ_MAPPING_STRATEGIES_MAX 1024
#define YQ_MAPPING_ALIASES_MAX	  16

struct yq_mapping_row {
	char strategy[YQ_STRATEGY_SIZE]; /* "*" = every other one */
	char aliases[YQ_MAPPING_ALIASES_MAX][YQ_ALIAS_SIZE];
	size_t alias_count;
};
struct yq_mapping; /* opaque */
struct yq_mapping *yq_settings_mapping(
    const struct yq_config *config, struct yq_config_report *report);
void yq_mapping_free(struct yq_mapping *mapping);
/* The row of `strategy` (ASCII case ignored), else that of "*", else NULL. */
const struct yq_mapping_row *yq_mapping_find(
    const struct yq_mapping *mapping, const char *strategy);

#endif
