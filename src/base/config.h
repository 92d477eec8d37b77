/*
 * config.h - settings from files and environment, checked whole before anything starts.
 *
 * Sources, the later wins: built-in defaults (the key table) < appsettings.json < appsecrets.json
 * < appsecrets.d/{App}.json < overlay < environment with "__" for ":" (ConnectionStrings__Valkey).
 * Paths are compared without regard to case.  A file that holds secrets must be 0600 or stricter
 * and owned by the user or root, or it is refused.
 *
 * Objects are merged; anything else, an array too, replaces what an earlier source gave, and null
 * takes it back.  Files may hold comments and trailing commas.  In the environment
 * "Webhook__AllowedIps__0" sets one element, and a value written as JSON array or object is read as
 * such.  A secret leaves the tree of yq_config_json: its name stays, with null.
 */
#ifndef YQ_BASE_CONFIG_H
#define YQ_BASE_CONFIG_H

#include "base/buf.h"
#include "base/decimal.h"
#include "base/err.h"
#include "base/json.h"
#include "base/secret.h"

enum yq_config_kind {
	YQ_CONFIG_TEXT,
	YQ_CONFIG_INT,	   /* min..max */
	YQ_CONFIG_DECIMAL, /* min..max, as texts */
	YQ_CONFIG_BOOL,
	YQ_CONFIG_SECRET, /* a text that is never shown */
	YQ_CONFIG_ENUM,	  /* one of `choices`, separated by '|' */
	YQ_CONFIG_LIST,	  /* array of texts */
	YQ_CONFIG_OBJECT, /* object or array; checked by its own reader, or by keys below it */
};

/* One known key.  A path segment "*" stands for a name the user chooses. */
struct yq_config_key {
	const char *path; /* "BrokerGateway:Accounts:*:Broker" */
	enum yq_config_kind kind;
	const char *fallback;  /* default as text; NULL = none */
	const char *min, *max; /* NULL = unbounded */
	const char *choices;   /* YQ_CONFIG_ENUM */
	bool reloads;	       /* SIGHUP takes it over */
	const char *help;      /* one sentence, for docs and errors */
};

struct yq_config; /* opaque, immutable once loaded */
struct yq_config_report;

/* More checks on what was read.  Run also when the table has found faults (a faulty value then
 * reads as its default), so that all faults show at once.  Must change nothing. */
typedef void yq_config_check_fn(
    void *cookie, const struct yq_config *config, struct yq_config_report *report);

struct yq_config_sources {
	const char *folder;  /* holds the files; NULL = built-in defaults and environment only */
	const char *app;     /* names appsecrets.d/{app}.json; NULL = none */
	const char *overlay; /* a file that wins over those in `folder`; NULL = none; must exist */
	char *const *environment; /* NULL-terminated "NAME=value"; NULL = none */
	const struct yq_config_key *keys;
	size_t key_count;
	yq_config_check_fn *check; /* NULL = none */
	void *cookie;
};

/* Faults and warnings, one a line: "path: expected ..., found ... (appsettings.json)". */
/* Start with a zeroed one: { 0 }. */
struct yq_config_report {
	struct yq_buf faults;
	struct yq_buf warnings;
	size_t fault_count, warning_count;
};
void yq_config_report_free(struct yq_config_report *report);
void yq_config_fault(struct yq_config_report *report, const char *format, ...) YQ_PRINTF(2, 3);
void yq_config_warning(struct yq_config_report *report, const char *format, ...) YQ_PRINTF(2, 3);

/* All faults at once; YQ_E_INVALID if there is any, and then *ret_config is NULL. */
YQ_NODISCARD enum yq_rc yq_config_load(const struct yq_config_sources *sources,
    struct yq_config **ret_config, struct yq_config_report *report);
/* NULL is a no-op.  While somebody else holds it, it lives on. */
void yq_config_free(struct yq_config *config);
/* For another thread that goes on with what it began with while the configuration is replaced: it
 * is not freed before yq_config_let_go.  Hold and let go on the thread that loads and frees. */
const struct yq_config *yq_config_hold(const struct yq_config *config);
void yq_config_let_go(const struct yq_config *config); /* NULL is a no-op */

/* Values of known keys: the set one, else the default.  Asking for a path that the table does not
 * have, or with the wrong kind, is a bug (asserts).  Borrowed until yq_config_free. */
const char *yq_config_text(const struct yq_config *config, const char *path); /* NULL = not set */
int64_t yq_config_int(const struct yq_config *config, const char *path);      /* 0 = not set */
bool yq_config_bool(const struct yq_config *config, const char *path);
struct yq_opt_decimal yq_config_decimal(const struct yq_config *config, const char *path);
const struct yq_secret *yq_config_secret(const struct yq_config *config, const char *path);
/* The merged JSON under a path, as written by the user; NULL when nothing was set. */
const yq_json *yq_config_json(const struct yq_config *config, const char *path);
/* The names below `path` ("BrokerGateway:Accounts" gives each alias), in written order. */
typedef void yq_config_name_fn(void *cookie, const char *name);
void yq_config_names(
    const struct yq_config *config, const char *path, yq_config_name_fn *fn, void *cookie);
/* Where a value came from, for messages: "appsettings.json", "environment", "default". */
const char *yq_config_source(const struct yq_config *config, const char *path);

#endif
