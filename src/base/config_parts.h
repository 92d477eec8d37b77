/*
 * config_parts.h - what the parts of the configuration share: the merged tree, and its values once
 * checked.  For config*.c only.
 */
#ifndef YQ_BASE_CONFIG_PARTS_H
#define YQ_BASE_CONFIG_PARTS_H

#include "base/config.h"

#define YQ_CONFIG_PATH_SIZE 512

/* Where the value at a path came from.  Of two entries for a path the later one holds. */
struct yq_config_origin {
	char *path;
	const char *source; /* static or owned by the configuration's `sources` */
};

/* A known key that was set, checked and converted. */
struct yq_config_value {
	char *path;
	const struct yq_config_key *key;
	char *text; /* TEXT; ENUM as the table spells it */
	int64_t integer;
	bool boolean;
	struct yq_decimal decimal;
	struct yq_secret *secret;
};

struct yq_config {
	const struct yq_config_key *keys;
	size_t key_count;
	yq_json *tree; /* an object */
	struct yq_config_origin *origins;
	size_t origin_count;
	struct yq_config_value *values;
	size_t value_count;
	unsigned holders;  /* beside its owner */
	char app_file[64]; /* "appsecrets.d/{App}.json", a source's name */
};

/* "parent:name", or `name` if the parent is the root ("").  False if it is too long. */
bool yq_config_join(char path[YQ_CONFIG_PATH_SIZE], const char *parent, const char *name);

/* Does `path` fit the key's path, segment by segment, ignoring case?  "*" fits any one segment.
 * YQ_PATH_PREFIX: it ends where the key's goes on. */
enum yq_path_match { YQ_PATH_NO, YQ_PATH_PREFIX, YQ_PATH_WILDCARD, YQ_PATH_EXACT };
enum yq_path_match yq_config_match(const char *key_path, const char *path);
/* The key for `path`, one without wildcards first; NULL if the table has none. */
const struct yq_config_key *yq_config_find_key(const struct yq_config *config, const char *path);

/* Source of the value at `path`, or of the nearest value above it; "default" if none was set. */
const char *yq_config_origin(const struct yq_config *config, const char *path);

/* Read all sources into config->tree.  Faults go to the report. */
void yq_config_read_sources(struct yq_config *config, const struct yq_config_sources *sources,
    struct yq_config_report *report);
/* Put one variable of the environment at its place, if it is one of ours. */
void yq_config_put_variable(
    struct yq_config *config, const char *variable, struct yq_config_report *report);
/* Remember where the value at `path` came from. */
void yq_config_add_origin(struct yq_config *config, const char *path, const char *source);
/* Check the tree against the table, and fill config->values.  Secrets leave the tree. */
void yq_config_check(struct yq_config *config, struct yq_config_report *report);

/* Convert a text to the kind of `key`; false if it does not fit.  Secrets are not handled. */
bool yq_config_convert(const struct yq_config_key *key, const char *text, size_t length,
    struct yq_config_value *value);

#endif
