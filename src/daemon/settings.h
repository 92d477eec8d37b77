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
#include "bus/confirm.h"
#include "domain/calendar.h"
#include "domain/protection.h"
#include "domain/risk.h"
#include "domain/sizing.h"

extern const struct yq_config_key yq_settings_keys[];
extern const size_t yq_settings_key_count;

/* docs/configuration.md, from the table. */
void yq_settings_document(struct yq_buf *out);

/* yq_config_load with the table, the connection strings and `check` (NULL = none). */
typedef void yq_settings_check_fn(const struct yq_config *config, struct yq_config_report *report);
YQ_NODISCARD enum yq_rc yq_settings_load(const char *folder, const char *overlay, const char *app,
    char *const *environment, yq_settings_check_fn *check, struct yq_config **ret_config,
    struct yq_config_report *report);

/* Every reader below once, so that all faults show at once: for the `check` of a program that uses
 * more than one of them.  (The webhook does not, and so does without the time zones' library.) */
void yq_settings_check(const struct yq_config *config, struct yq_config_report *report);

/* A path below System:DataFolder or System:RunFolder unless it is absolute; owned by the caller. */
YQ_NODISCARD char *yq_settings_data_path(const struct yq_config *config, const char *path);
YQ_NODISCARD char *yq_settings_run_path(const struct yq_config *config, const char *path);
/* The file that stands in place of a country's built-in calendar, if it is there. */
YQ_NODISCARD char *yq_settings_calendar_path(
    const struct yq_config *config, enum yq_country country);

/* Valkey:Wait... */
struct yq_confirm yq_settings_confirm(const struct yq_config *config);

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

/* ---- OrderManager:Policies:Sizing and OrderManager:StrategySizingMapping ---- */
struct yq_sizings; /* opaque */
struct yq_sizings *yq_settings_sizing(
    const struct yq_config *config, struct yq_config_report *report);
void yq_sizings_free(struct yq_sizings *sizings);
/* The plug-in of the policy `index` of those that have one; NULL after the last.  It lives as long
 * as the sizings. */
const struct yq_plugin *yq_sizings_plugin(const struct yq_sizings *sizings, size_t index);
/* Load each plug-in once, in a process that may die of it: a fault for each that cannot be used.
 * Blocks, up to YQ_PLUGIN_HELLO_MS each: for a start and a check. */
void yq_settings_check_plugins(const struct yq_config *config, struct yq_config_report *report);
/* Whether a strategy may be sized by it. */
bool yq_sizings_have(const struct yq_sizings *sizings, enum yq_sizer sizer);
/* The policy of `strategy` (ASCII case ignored), else that of "*", else Basic; never NULL. */
const struct yq_sizing *yq_sizings_find(const struct yq_sizings *sizings, const char *strategy);

/*
 * ---- Risk: Default < Accounts:{Alias} < Strategies:{Name} < Accounts:{Alias}:Strategies:{Name}
 * ---- Each names what differs.  max_age_us is OrderManager:MaxSignalAgeSeconds.
 */
struct yq_risks; /* opaque */
struct yq_risks *yq_settings_risk(const struct yq_config *config, struct yq_config_report *report);
void yq_risks_free(struct yq_risks *risks);
/* What holds in the account for orders that no strategy makes; never NULL, and lives as long as
 * `risks`. */
const struct yq_risk_limits *yq_risks_find(const struct yq_risks *risks, const char *alias);
/* What holds for a strategy there (ASCII case ignored; "" = none).  Resolved once and remembered:
 * borrowed until the next call for a strategy; the lists in it live as long as `risks`.  One
 * thread. */
const struct yq_risk_limits *yq_risks_limits(
    const struct yq_risks *risks, const char *alias, const char *strategy);
struct yq_protections yq_risks_protections(
    const struct yq_risks *risks, const char *alias, const char *strategy);
/* Whether any of them looks at closed trades; whether any counts the orders of a day. */
bool yq_risks_need_tracks(const struct yq_risks *risks);
bool yq_risks_count_days(const struct yq_risks *risks);
/* Whether anybody may go short in the account. */
bool yq_risks_any_short(const struct yq_risks *risks, const char *alias);

/* ---- BrokerGateway:Accounts ---- */
#define YQ_ACCOUNTS_MAX		     1024
#define YQ_BROKERS(X)		     X(PAPER, "paper") X(KIS, "kis") X(ALPACA, "alpaca")
#define YQ_BROKER_VALUE(ident, name) YQ_BROKER_##ident,
enum yq_broker_kind { YQ_BROKERS(YQ_BROKER_VALUE) YQ_BROKER_KIND_COUNT };
extern const struct yq_names yq_broker_kind_names;

struct yq_account_settings {
	char alias[YQ_ALIAS_SIZE];
	enum yq_broker_kind broker;
	char number[65];	     /* at the broker; "" for paper and alpaca */
	char base_url[256];	     /* "" = the broker's own */
	char gateway[YQ_ALIAS_SIZE]; /* BrokerGateway:Name of who serves it */
	bool active;		     /* false: known, but not served */
	bool live;     /* real money; false: the broker's practice environment, or paper */
	bool practice; /* it was said that it is the practice environment */
	bool any_hour; /* Session: always */
	struct yq_decimal commission_rate;	       /* of an order's value; paper */
	struct yq_opt_decimal cash[YQ_CURRENCY_COUNT]; /* what a paper account begins with */
};
struct yq_accounts {
	struct yq_account_settings *items;
	size_t count;
};
/* At least Paper.  Owned by the caller. */
struct yq_accounts *yq_settings_accounts(
    const struct yq_config *config, struct yq_config_report *report);
void yq_accounts_free(struct yq_accounts *accounts);
const struct yq_account_settings *yq_accounts_find(
    const struct yq_accounts *accounts, const char *alias); /* NULL if there is none */
/* Whether real money is traded there: at a live environment; at a broker that is not the paper
 * broker, unless its environment is practice.  NULL is not known, and counts as real. */
bool yq_accounts_real_money(const struct yq_account_settings *account);
/* OrderManager:StrategyDefault. */
enum yq_life_state yq_settings_life(const struct yq_config *config);
/* BrokerGateway:Name; "" when it is not set or, with a fault, no name. */
void yq_settings_gateway_name(
    const struct yq_config *config, struct yq_config_report *report, char name[YQ_ALIAS_SIZE]);
/* Of all gateways that these accounts have, the one that answers for what belongs to none of them:
 * the first by name.  Borrowed. */
const char *yq_accounts_first_gateway(const struct yq_accounts *accounts);
/* An account's keys at its broker: of its section (Alpaca:KeyId, Kis:AppSecret), else its AppKey
 * and AppSecret; NULL when not set.  Borrowed from `config`. */
struct yq_account_keys {
	const struct yq_secret *key, *secret;
};
struct yq_account_keys yq_settings_account_keys(
    const struct yq_config *config, const struct yq_account_settings *account);
/* The section of its broker, as written: Paper, Alpaca, Kis; NULL = none.  Borrowed. */
const yq_json *yq_settings_account_section(
    const struct yq_config *config, const struct yq_account_settings *account);
/* "12345678-01", with or without the dash. */
bool yq_kis_number_is_valid(const char *number);

/* ---- Markets: hours, closed days, early closes ---- */
struct yq_markets; /* opaque; owns zones and days */
struct yq_markets *yq_settings_markets(
    const struct yq_config *config, struct yq_config_report *report);
void yq_markets_free(struct yq_markets *markets);
const struct yq_calendar *yq_markets_calendar(const struct yq_markets *markets);
/* A number that changes when a calendar's file comes, goes or is written; cheap. */
uint64_t yq_settings_calendar_stamp(const struct yq_config *config);
/* Give `markets` the content of `fresh`, and that its old one: what points to the calendar goes on
 * pointing to it. */
void yq_markets_swap(struct yq_markets *markets, struct yq_markets *fresh);
/* Read them again if that number is not `*stamp` any more, which becomes what it is.  True: they
 * are others now.  Faults are logged, and leave them as they were. */
bool yq_markets_refresh(
    struct yq_markets *markets, const struct yq_config *config, uint64_t *stamp);

#endif
