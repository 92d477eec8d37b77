/*
 * schema.h - the names on the bus, typed; generated from schema.def by the preprocessor.
 */
#ifndef YQ_BUS_SCHEMA_H
#define YQ_BUS_SCHEMA_H

#include "base/buf.h"
#include "base/err.h"
#include "base/id.h"
#include "domain/terms.h"

/* The programs that have a user of their own on the bus: X(IDENT, "user", "guide's name", "App").
 * The user's name is the program's; App is its name in heartbeat:{App}. */
#define YQ_PROGRAMS(X)                                                           \
	X(WEBHOOK, "yq-webhook", "App.Webhook", "Webhook")                       \
	X(ORDER_MANAGER, "yq-order-manager", "App.OrderManager", "OrderManager") \
	X(GATEWAY, "yq-broker-gateway", "App.BrokerGateway", "BrokerGateway")    \
	X(WEB, "yq-web", "App.Web", "Web")                                       \
	X(NOTIFIER, "yq-notifier", "Notification", "Notification")               \
	X(CONSOLE, "yq", "App.Console", "Console")

#define YQ_PROGRAM_VALUE(ident, user, guide, app) YQ_PROGRAM_##ident,
enum yq_program { YQ_PROGRAMS(YQ_PROGRAM_VALUE) YQ_PROGRAM_COUNT };

enum yq_bus_kind { YQ_CHANNEL, YQ_STREAM, YQ_STRING, YQ_HASH, YQ_SET, YQ_LIST };
enum yq_bus_arg {
	YQ_ARG_NONE,
	YQ_ARG_ID,
	YQ_ARG_ALIAS,
	YQ_ARG_TICKER,
	YQ_ARG_APP,
	YQ_ARG_INSTANCE,
	YQ_ARG_DIGEST
};

/* YQ_KEY_ORDER_STATE, YQ_KEY_SIGNAL (a channel), ... */
#define X(kind, ident, name, arg, writers, readers, bound, ttl_s, what) YQ_KEY_##ident,
enum yq_key {
#include "bus/schema.def"
	YQ_KEY_COUNT
};

/* YQ_GROUP_ORDER_INTAKE, ... */
#define YQ_GROUP(ident, name, stream, program) YQ_GROUP_##ident,
enum yq_group {
#include "bus/schema.def"
	YQ_GROUP_COUNT
};

/* YQ_STEP_ACCEPT, ... */
#define YQ_STEP(ident, name, programs, keys) YQ_STEP_##ident,
enum yq_step {
#include "bus/schema.def"
	YQ_STEP_COUNT
};

struct yq_key_row {
	enum yq_bus_kind kind;
	const char *ident; /* "ORDER_STATE" */
	const char *name;  /* "order:%s" */
	enum yq_bus_arg arg;
	unsigned writers, readers; /* bit 1 << enum yq_program */
	int64_t bound;		   /* streams: entries kept */
	int64_t ttl_s;		   /* 0 = for ever */
	const char *what;
};
struct yq_group_row {
	const char *name;
	enum yq_key stream;
	enum yq_program program;
};
struct yq_grant_row {
	unsigned programs;
	enum yq_key key;
	const char *commands; /* separated by spaces */
};
struct yq_step_row {
	const char *name;
	unsigned programs;
	const char *keys; /* idents, separated by spaces */
};
struct yq_program_row {
	const char *user, *guide, *app;
};
extern const struct yq_key_row yq_keys[YQ_KEY_COUNT];
extern const struct yq_group_row yq_groups[YQ_GROUP_COUNT];
extern const struct yq_step_row yq_steps[YQ_STEP_COUNT];
extern const struct yq_program_row yq_programs[YQ_PROGRAM_COUNT];
extern const struct yq_grant_row yq_grants[];
extern const size_t yq_grant_count;

#define YQ_KEY_SIZE 96

/*
 * The name of a key or channel; `arg` fills its %s and must be NULL where there is none.  Returns
 * the length.  `arg` has been checked where it came in (yq_id_parse, yq_alias_is_valid,
 * yq_ticker_is_valid): one that does not fit is a bug (asserts).
 */
size_t yq_key_format(enum yq_key key, const char *arg, char out[YQ_KEY_SIZE]);
/* Of a key without argument.  Borrowed, for ever. */
const char *yq_key_name(enum yq_key key);
/* What the name stands for as a pattern of an access rule: an id only matches an id, so that
 * order:{Id} does not cover order:open; `app` (NULL = any) stands for an APP. */
size_t yq_key_pattern(enum yq_key key, const char *app, char out[YQ_KEY_SIZE]);
/* True for words that may not be aliases, because account:{Alias} would be another key. */
bool yq_alias_is_reserved(const char *alias);

/* The group of order:stream that a gateway of this name ("" = none) reads in. */
#define YQ_GROUP_NAME_SIZE (YQ_ALIAS_SIZE + 16)
void yq_gateway_group(const char *gateway, char out[YQ_GROUP_NAME_SIZE]);

#define YQ_CONSUMER_SIZE 64
/* The name of a consumer in a group: "{Group}-{instance}"; `instance` >= 1. */
void yq_consumer_name(const char *group, int instance, char out[YQ_CONSUMER_SIZE]);

/* Field names in streams, hashes and in `halt`. */
#define YQ_ENTRY_PAYLOAD   "payload"
#define YQ_ENTRY_KIND	   "kind"
#define YQ_HALT_ALL	   "*"
#define YQ_HALT_FIELD_SIZE (YQ_ALIAS_SIZE + YQ_STRATEGY_SIZE + 64)
#define YQ_HALT_RULE_SIZE  33 /* of a rule's name: letters and digits */
/*
 * What a halt is of, its scope: YQ_HALT_ALL, "account:{Alias}", "strategy:{Strategy}", or
 * "account:{Alias}/strategy:{Strategy}" for a strategy in one account.  A person's halt has its
 * scope for a field; that of a rule "risk:{Rule}:{scope}", so that each stands on its own.
 */
void yq_halt_field_account(const char *alias, char out[YQ_HALT_FIELD_SIZE]);
void yq_halt_field_strategy(const char *strategy, char out[YQ_HALT_FIELD_SIZE]);
void yq_halt_field_both(const char *alias, const char *strategy, char out[YQ_HALT_FIELD_SIZE]);
void yq_halt_field_rule(const char *rule, const char *scope, char out[YQ_HALT_FIELD_SIZE]);
const char *yq_halt_scope(const char *field);	 /* borrows from `field` */
const char *yq_halt_strategy(const char *field); /* the same; "" = of no strategy alone */
/* Fields of `guard:{Alias}`. */
#define YQ_GUARD_FIELD_SIZE 64
void yq_guard_field_day(const char *currency, char out[YQ_GUARD_FIELD_SIZE]);
void yq_guard_field_orders(const char *time, char out[YQ_GUARD_FIELD_SIZE]);
void yq_guard_field_flatten(
    const char *ticker, const char *exchange, char out[YQ_GUARD_FIELD_SIZE]);
/* What is behind "day:" or "flatten:" in such a field; NULL if it is the other. */
const char *yq_guard_day(const char *field);
const char *yq_guard_orders(const char *field);
const char *yq_guard_flatten(const char *field);
/* Whether a halt of this scope is over an order of this account and strategy ("" = none). */
bool yq_halt_covers(const char *scope, const char *alias, const char *strategy);

/* Write docs/schema.md. */
void yq_schema_document(struct yq_buf *out);

#endif
