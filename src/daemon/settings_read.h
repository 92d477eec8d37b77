/* settings_read.h - reading one section of the configuration, member by member, with its path. */
#ifndef YQ_DAEMON_SETTINGS_READ_H
#define YQ_DAEMON_SETTINGS_READ_H

#include "base/config.h"
#include "base/record.h"

struct settings_section {
	const struct yq_config *config;
	struct yq_config_report *report;
	const yq_json *object; /* NULL = nothing configured */
	char path[384];
};

/* The section at `path`; a fault if it is something else than an object. */
struct settings_section settings_section(
    const struct yq_config *config, struct yq_config_report *report, const char *path);
struct settings_section settings_below(
    const struct settings_section *parent, const char *name, const yq_json *value);
/* The member of that name, ASCII case ignored; NULL if it is absent. */
const yq_json *settings_member(const struct settings_section *section, const char *name);
/* "path:name: expected ..., found ... (source)" */
void settings_fault(const struct settings_section *section, const char *name, const char *expected,
    const yq_json *found);
/* The same of one of a list: "path:name[index]: ...", counted from 0. */
void settings_fault_at(const struct settings_section *section, const char *name, size_t index,
    const char *expected, const yq_json *found);
/* Warn about members that are none of `names`, with the nearest one. */
void settings_known(const struct settings_section *section, const char *const *names, size_t count);
/* The same, where what is not understood must not pass: a limit that nobody keeps. */
void settings_known_only(
    const struct settings_section *section, const char *const *names, size_t count);

/* Each leaves *result as it is when the member is absent or wrong; wrong ones are faults. */
struct settings_range {
	const char *min, *max; /* decimals as texts; NULL = open */
};
void settings_decimal(const struct settings_section *section, const char *name,
    struct settings_range range, struct yq_decimal *result);
void settings_opt_decimal(const struct settings_section *section, const char *name,
    struct settings_range range, struct yq_opt_decimal *result);
void settings_int(const struct settings_section *section, const char *name, int64_t min,
    int64_t max, int64_t *result);
void settings_bool(const struct settings_section *section, const char *name, bool *result);
void settings_text(
    const struct settings_section *section, const char *name, char *result, size_t size);
/* Index of a name; *result is an int-sized enum. */
void settings_enum(const struct settings_section *section, const char *name,
    const struct yq_names *names, int *result);

/* The members of a sizing plug-in (settings_plugin.c); faults only if the policy is one. */
struct yq_plugin;
void settings_plugin(const struct settings_section *section, bool needed, struct yq_plugin *plugin);

/* The section of the account's broker (settings_brokers.c); `account` has its other members, and
 * gets its environment and number. */
struct yq_account_settings;
void settings_broker(const struct settings_section *section, struct yq_account_settings *account);

#endif
