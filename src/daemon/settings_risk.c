/*
 * settings_risk.c - the limits of each strategy in each account:
 * Risk:Default < Risk:Accounts:{Alias} < Risk:Strategies:{Name} <
 * Risk:Accounts:{Alias}:Strategies:{Name}, each only the members that it names.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "base/table.h"
#include "daemon/settings.h"
#include "daemon/settings_limits.h"

#define ROWS_MAX   4096
#define MIXED_MAX  4096 /* pairs of rows remembered; as many as are configured may be asked for */
#define STRATEGIES "Strategies"

/* "" = of every account; of every strategy. */
struct row {
	struct yq_table_node node; /* by both */
	char alias[YQ_ALIAS_SIZE];
	char strategy[YQ_STRATEGY_SIZE];
	struct settings_limits_row limits;
	struct settings_limits resolved; /* what holds there, all levels below it laid */
};

struct yq_risks {
	struct settings_limits_row fallback;
	struct settings_limits resolved; /* where nothing but the fallback is */
	int64_t max_age_us;
	struct yq_table rows;	/* of struct row */
	struct yq_table *mixed; /* the same, of a strategy and an account that have rows each and
				   none together: made when asked for, begun anew when full */
};

/* Names that something is configured for, to tell of others. */
struct names {
	const char **items;
	size_t count;
	bool any; /* there may be others */
};

struct reading {
	struct settings_section section;
	struct yq_risks *risks;
	const char *alias; /* "" = of every account */
	struct names accounts, strategies;
};

struct pair {
	const char *alias, *strategy;
};

/* Case does not count in a strategy's name. */
static uint64_t
pair_hash(const char *alias, const char *strategy)
{
	char lower[YQ_STRATEGY_SIZE] = "";
	size_t length = 0;

	for (; strategy[length] != '\0' && length + 1 < sizeof(lower); length++)
		lower[length] = yq_str_lower(strategy[length]);
	return yq_table_hash_join(yq_table_hash_text(alias), yq_table_hash(lower, length));
}

static bool
same_pair(const struct yq_table_node *node, const void *key)
{
	const struct row *row = (const struct row *)(const void *)node;
	const struct pair *pair = key;

	return yq_str_equal(row->alias, pair->alias) &&
	       yq_str_equal_nocase(row->strategy, pair->strategy);
}

static const struct row *
find(const struct yq_table *rows, const char *alias, const char *strategy)
{
	struct pair pair = { alias, strategy };

	return yq_container(
	    yq_table_find(rows, pair_hash(alias, strategy), same_pair, &pair), struct row, node);
}

/* All that holds, one over the other. */
static void
resolve(const struct yq_risks *risks, const char *alias, const char *strategy,
    struct settings_limits *values)
{
	const struct pair order[] = { { alias, "" }, { "", strategy }, { alias, strategy } };

	memset(values, 0, sizeof(*values));
	values->limits.max_age_us = risks->max_age_us;
	settings_limits_lay(&risks->fallback, values);
	for (size_t i = 0; i < YQ_COUNT(order); i++) {
		const struct row *row = NULL;

		if (order[i].alias[0] != '\0' || order[i].strategy[0] != '\0')
			row = find(&risks->rows, order[i].alias, order[i].strategy);
		if (row != NULL)
			settings_limits_lay(&row->limits, values);
		if (strategy[0] == '\0')
			break; /* the others are of a strategy */
	}
	values->limits.needs_track = yq_protections_any(&values->protections);
}

static struct row *
make_row(struct yq_table *rows, const char *alias, const char *strategy)
{
	struct row *row = yq_xcalloc(1, sizeof(*row));

	yq_str_copy_cut(row->alias, sizeof(row->alias), alias);
	yq_str_copy_cut(row->strategy, sizeof(row->strategy), strategy);
	yq_table_insert(rows, pair_hash(alias, strategy), &row->node);
	return row;
}

static bool
free_row(void *cookie, struct yq_table_node *node)
{
	struct row *row = yq_container(node, struct row, node);

	(void)cookie;
	settings_limits_clear(&row->limits);
	free(row);
	return true;
}

static void
free_rows(struct yq_table *rows)
{
	yq_table_each(rows, free_row, NULL);
	yq_table_clear(rows);
}

static const struct settings_limits *
mix(const struct yq_risks *risks, const char *alias, const char *strategy)
{
	const struct row *known = find(risks->mixed, alias, strategy);
	struct row *row;

	if (known != NULL)
		return &known->resolved;
	if (risks->mixed->count >= MIXED_MAX)
		free_rows(risks->mixed);
	row = make_row(risks->mixed, alias, strategy);
	resolve(risks, alias, strategy, &row->resolved);
	return &row->resolved;
}

/* What holds there.  A strategy and an account without rows of their own are as any other. */
static const struct settings_limits *
look(const struct yq_risks *risks, const char *alias, const char *strategy)
{
	const struct row *both = strategy[0] != '\0' ? find(&risks->rows, alias, strategy) : NULL;
	const struct row *every = strategy[0] != '\0' ? find(&risks->rows, "", strategy) : NULL;
	const struct row *account = alias[0] != '\0' ? find(&risks->rows, alias, "") : NULL;

	if (both != NULL)
		return &both->resolved;
	if (every != NULL && account != NULL)
		return mix(risks, account->alias, every->strategy);
	if (every == NULL)
		every = account;
	return every != NULL ? &every->resolved : &risks->resolved;
}

/* ---- reading ---- */

static void
warn_unknown(const struct settings_section *section, const char *name, const char *what,
    const struct names *known)
{
	const char *nearest;

	for (size_t i = 0; i < known->count; i++)
		if (yq_str_equal_nocase(known->items[i], name))
			return;
	nearest = yq_str_nearest(name, known->items, known->count);
	if (nearest != NULL)
		yq_config_warning(section->report, "%s:%s: no %s has that name; did you mean %s?",
		    section->path, name, what, nearest);
	else if (!known->any)
		yq_config_warning(
		    section->report, "%s:%s: no %s has that name", section->path, name, what);
}

static void
add_row(struct reading *reading, const struct settings_section *section, const char *alias,
    const char *strategy)
{
	struct row *row = make_row(&reading->risks->rows, alias, strategy);

	settings_limits_read(section, strategy[0] == '\0' ? STRATEGIES : NULL, &row->limits);
	resolve(reading->risks, alias, strategy, &row->resolved);
	settings_limits_check(section, &row->resolved);
}

static bool
add_strategy(void *cookie, const char *name, const yq_json *value)
{
	struct reading *reading = cookie;
	struct settings_section section = settings_below(&reading->section, name, value);

	if (name[0] == '\0' || strlen(name) >= YQ_STRATEGY_SIZE || strchr(name, '*') != NULL) {
		settings_fault(&reading->section, name,
		    "a strategy's name of 1 to 128 bytes, without \"*\" (Risk:Default is of all)",
		    value);
		return true;
	}
	if (reading->risks->rows.count >= ROWS_MAX ||
	    find(&reading->risks->rows, reading->alias, name) != NULL) {
		settings_fault(&reading->section, name, "each strategy once, at most 4096", value);
		return true;
	}
	warn_unknown(&reading->section, name, "strategy", &reading->strategies);
	add_row(reading, &section, reading->alias, name);
	return true;
}

static void
read_strategies(struct reading *reading, const struct settings_section *parent, const char *alias)
{
	struct reading below = *reading;

	if (parent->object == NULL)
		return;
	below.section =
	    settings_below(parent, STRATEGIES, yq_json_get_nocase(parent->object, STRATEGIES));
	below.alias = alias;
	if (below.section.object != NULL)
		yq_json_each(below.section.object, add_strategy, &below);
}

static bool
add_account(void *cookie, const char *name, const yq_json *value)
{
	struct reading *reading = cookie;
	struct settings_section section = settings_below(&reading->section, name, value);

	if (!yq_alias_is_valid(name) || reading->risks->rows.count >= ROWS_MAX ||
	    find(&reading->risks->rows, name, "") != NULL) {
		settings_fault(&reading->section, name, "an account's name, once", value);
		return true;
	}
	warn_unknown(&reading->section, name, "account", &reading->accounts);
	add_row(reading, &section, name, "");
	return true;
}

/* After all rows they stand over. */
static bool
add_account_strategies(void *cookie, const char *name, const yq_json *value)
{
	struct reading *reading = cookie;
	struct settings_section section = settings_below(&reading->section, name, value);

	if (yq_alias_is_valid(name))
		read_strategies(reading, &section, name);
	return true;
}

static bool
take_name(void *cookie, const char *name, const yq_json *value)
{
	struct names *names = cookie;

	(void)value;
	if (yq_str_equal(name, "*")) {
		names->any = true;
		return true;
	}
	names->items = yq_xrealloc(names->items, names->count + 1, sizeof(names->items[0]));
	names->items[names->count++] = name;
	return true;
}

/* The members of a section, borrowed; other sections' names may be taken into the same. */
static void
take_names(struct names *names, const struct yq_config *config, const char *path)
{
	const yq_json *section = yq_config_json(config, path);

	if (yq_json_type_of(section) == YQ_JSON_OBJECT)
		yq_json_each(section, take_name, names);
}

static void
gather_names(struct reading *reading, const struct yq_config *config)
{
	static const char mapping[] = "Webhook:StrategyAccountMapping";

	take_names(&reading->accounts, config, "BrokerGateway:Accounts");
	if (reading->accounts.count == 0)
		(void)take_name(&reading->accounts, "Paper", NULL);
	reading->strategies.any =
	    yq_json_type_of(yq_config_json(config, mapping)) != YQ_JSON_OBJECT;
	take_names(&reading->strategies, config, mapping);
}

static void
read_all(struct reading *reading, const struct settings_section *risk)
{
	static const char *const names[] = { "Default", "Accounts", STRATEGIES };
	struct settings_section section;

	settings_known_only(risk, names, YQ_COUNT(names));
	section = settings_below(risk, "Default", yq_json_get_nocase(risk->object, "Default"));
	settings_limits_read(&section, NULL, &reading->risks->fallback);
	resolve(reading->risks, "", "", &reading->risks->resolved);
	settings_limits_check(&section, &reading->risks->resolved);
	reading->section =
	    settings_below(risk, "Accounts", yq_json_get_nocase(risk->object, "Accounts"));
	if (reading->section.object != NULL)
		yq_json_each(reading->section.object, add_account, reading);
	read_strategies(reading, risk, "");
	if (reading->section.object != NULL)
		yq_json_each(reading->section.object, add_account_strategies, reading);
}

struct yq_risks *
yq_settings_risk(const struct yq_config *config, struct yq_config_report *report)
{
	struct yq_risks *risks = yq_xcalloc(1, sizeof(*risks));
	struct reading reading = { .risks = risks, .alias = "" };
	struct settings_section risk = settings_section(config, report, "Risk");

	risks->mixed = yq_xcalloc(1, sizeof(*risks->mixed));
	risks->max_age_us =
	    yq_config_int(config, "OrderManager:MaxSignalAgeSeconds") * YQ_US_PER_SECOND;
	risks->resolved.limits.max_age_us = risks->max_age_us;
	if (risk.object == NULL)
		return risks;
	gather_names(&reading, config);
	read_all(&reading, &risk);
	free(reading.accounts.items);
	free(reading.strategies.items);
	return risks;
}

void
yq_risks_free(struct yq_risks *risks)
{
	if (risks == NULL)
		return;
	free_rows(&risks->rows);
	free_rows(risks->mixed);
	free(risks->mixed);
	settings_limits_clear(&risks->fallback);
	free(risks);
}

const struct yq_risk_limits *
yq_risks_find(const struct yq_risks *risks, const char *alias)
{
	return &look(risks, alias, "")->limits;
}

const struct yq_risk_limits *
yq_risks_limits(const struct yq_risks *risks, const char *alias, const char *strategy)
{
	return &look(risks, alias, strategy)->limits;
}

struct yq_protections
yq_risks_protections(const struct yq_risks *risks, const char *alias, const char *strategy)
{
	return look(risks, alias, strategy)->protections;
}

bool
yq_risks_any_short(const struct yq_risks *risks, const char *alias)
{
	if (yq_risks_limits(risks, alias, "")->allow_short)
		return true;
	for (const struct yq_table_node *n = risks->rows.oldest; n != NULL; n = n->newer) {
		const struct row *row = (const struct row *)(const void *)n;

		if ((row->alias[0] == '\0' || yq_str_equal(row->alias, alias)) &&
		    yq_risks_limits(risks, alias, row->strategy)->allow_short)
			return true;
	}
	return false;
}

/* What each row adds by itself is enough to know whether any does. */
static bool
any_row(const struct yq_risks *risks, bool (*test)(const struct settings_limits *values))
{
	struct settings_limits values = { 0 };

	settings_limits_lay(&risks->fallback, &values);
	for (const struct yq_table_node *n = risks->rows.oldest; n != NULL && !test(&values);
	     n = n->newer)
		settings_limits_lay(&((const struct row *)(const void *)n)->limits, &values);
	return test(&values);
}

static bool
needs_track(const struct settings_limits *values)
{
	return yq_protections_any(&values->protections) || values->limits.cooldown_us != 0 ||
	       values->limits.loss_cooldown_us != 0;
}

static bool
counts_days(const struct settings_limits *values)
{
	return values->limits.max_orders_per_day != 0;
}

bool
yq_risks_need_tracks(const struct yq_risks *risks)
{
	return any_row(risks, needs_track);
}

bool
yq_risks_count_days(const struct yq_risks *risks)
{
	return any_row(risks, counts_days);
}
