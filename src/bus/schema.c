/*
 * schema.c - the rows of schema.def as tables, key formatting, and docs/schema.md.
 */
#include "bus/schema.h"

#include <assert.h>
#include <string.h>

#include "base/err.h"
#include "base/str.h"

#define R_WEBHOOK	(1U << YQ_PROGRAM_WEBHOOK)
#define R_ORDER_MANAGER (1U << YQ_PROGRAM_ORDER_MANAGER)
#define R_GATEWAY	(1U << YQ_PROGRAM_GATEWAY)
#define R_WEB		(1U << YQ_PROGRAM_WEB)
#define R_NOTIFIER	(1U << YQ_PROGRAM_NOTIFIER)
#define R_CONSOLE	(1U << YQ_PROGRAM_CONSOLE)
#define R_DAEMONS	(R_WEBHOOK | R_ORDER_MANAGER | R_GATEWAY | R_WEB | R_NOTIFIER)

/* A key's own name where it takes no argument; rows with %s are filled in by yq_key_format. */
#define X(kind, ident, name, arg, writers, readers, bound, ttl_s, what)                      \
	[YQ_KEY_##ident] = { YQ_##kind, #ident, name, YQ_ARG_##arg, writers, readers, bound, \
		ttl_s, what },
const struct yq_key_row yq_keys[YQ_KEY_COUNT] = {
#include "bus/schema.def"
};

#define YQ_GROUP(ident, name, stream, program) \
	[YQ_GROUP_##ident] = { name, YQ_KEY_##stream, YQ_PROGRAM_##program },
const struct yq_group_row yq_groups[YQ_GROUP_COUNT] = {
#include "bus/schema.def"
};

#define YQ_GRANT(programs, ident, commands) { programs, YQ_KEY_##ident, commands },
const struct yq_grant_row yq_grants[] = {
#include "bus/schema.def"
};
const size_t yq_grant_count = YQ_COUNT(yq_grants);

#define YQ_STEP(ident, name, programs, keys) [YQ_STEP_##ident] = { name, programs, keys },
const struct yq_step_row yq_steps[YQ_STEP_COUNT] = {
#include "bus/schema.def"
};

#define PROGRAM_ROW(ident, user, guide, app) [YQ_PROGRAM_##ident] = { user, guide, app },
const struct yq_program_row yq_programs[YQ_PROGRAM_COUNT] = { YQ_PROGRAMS(PROGRAM_ROW) };

#define SIXTEEN "????????????????"

/* What stands for an argument in documents and in access rules. */
static const struct {
	const char *shown, *pattern;
} args[] = {
	[YQ_ARG_NONE] = { "", "" },
	[YQ_ARG_ID] = { "{Id}", "????????"
				"-"
				"????"
				"-"
				"????"
				"-"
				"????"
				"-"
				"????????????" },
	[YQ_ARG_ALIAS] = { "{Alias}", "*" },
	[YQ_ARG_TICKER] = { "{Ticker}", "*" },
	[YQ_ARG_APP] = { "{App}", "*" },
	[YQ_ARG_INSTANCE] = { "{Name-InstanceId}", "*" },
	[YQ_ARG_DIGEST] = { "{Digest}", SIXTEEN SIXTEEN SIXTEEN SIXTEEN },
};

static const char *const kind_names[] = { "channel", "Stream", "String", "Hash", "Set", "List" };

static size_t
fill(const struct yq_key_row *row, const char *arg, char out[YQ_KEY_SIZE])
{
	size_t prefix = strlen(row->name), length;

	if (row->arg == YQ_ARG_NONE) {
		assert(arg == NULL || arg[0] == '\0');
		memcpy(out, row->name, prefix + 1);
		return prefix;
	}
	prefix -= 2; /* "%s" ends every name that has it */
	length = strlen(arg);
	assert(length > 0 && prefix + length < YQ_KEY_SIZE);
	memcpy(out, row->name, prefix);
	memcpy(out + prefix, arg, length + 1);
	return prefix + length;
}

size_t
yq_key_format(enum yq_key key, const char *arg, char out[YQ_KEY_SIZE])
{
	assert(key < YQ_KEY_COUNT);
	assert((arg == NULL) == (yq_keys[key].arg == YQ_ARG_NONE));
	return fill(&yq_keys[key], arg, out);
}

const char *
yq_key_name(enum yq_key key)
{
	assert(key < YQ_KEY_COUNT && yq_keys[key].arg == YQ_ARG_NONE);
	return yq_keys[key].name;
}

size_t
yq_key_pattern(enum yq_key key, const char *app, char out[YQ_KEY_SIZE])
{
	const struct yq_key_row *row = &yq_keys[key];

	if (row->arg == YQ_ARG_APP && app != NULL)
		return fill(row, app, out);
	return fill(row, args[row->arg].pattern, out);
}

bool
yq_alias_is_reserved(const char *alias)
{
	char name[YQ_KEY_SIZE];

	if (strlen(alias) >= YQ_ALIAS_SIZE)
		return false;
	yq_key_format(YQ_KEY_ACCOUNT, alias, name);
	return yq_str_equal(name, yq_key_name(YQ_KEY_ACCOUNT_INDEX));
}

void
yq_gateway_group(const char *gateway, char out[YQ_GROUP_NAME_SIZE])
{
	yq_str_format(out, YQ_GROUP_NAME_SIZE, "%s%s%s", yq_groups[YQ_GROUP_ORDER_INTAKE].name,
	    gateway[0] == '\0' ? "" : ":", gateway);
}

void
yq_consumer_name(const char *group, int instance, char out[YQ_CONSUMER_SIZE])
{
	assert(instance >= 1);
	yq_str_format(out, YQ_CONSUMER_SIZE, "%s-%d", group, instance);
}

void
yq_halt_field_account(const char *alias, char out[YQ_HALT_FIELD_SIZE])
{
	yq_str_format(out, YQ_HALT_FIELD_SIZE, "%s:%s", "account", alias);
}

void
yq_halt_field_strategy(const char *strategy, char out[YQ_HALT_FIELD_SIZE])
{
	yq_str_format(out, YQ_HALT_FIELD_SIZE, "%s:%s", "strategy", strategy);
}

void
yq_halt_field_both(const char *alias, const char *strategy, char out[YQ_HALT_FIELD_SIZE])
{
	yq_str_format(
	    out, YQ_HALT_FIELD_SIZE, "%s:%s/%s:%s", "account", alias, "strategy", strategy);
}

#define HALT_RULE_PREFIX "risk:"

void
yq_halt_field_rule(const char *rule, const char *scope, char out[YQ_HALT_FIELD_SIZE])
{
	assert(strlen(rule) < YQ_HALT_RULE_SIZE && strchr(rule, ':') == NULL);
	yq_str_format(out, YQ_HALT_FIELD_SIZE, HALT_RULE_PREFIX "%s:%s", rule, scope);
}

#define GUARD_DAY     "day:"
#define GUARD_FLATTEN "flatten:"
#define GUARD_ORDERS  "orders:"

void
yq_guard_field_day(const char *currency, char out[YQ_GUARD_FIELD_SIZE])
{
	yq_str_format(out, YQ_GUARD_FIELD_SIZE, GUARD_DAY "%s", currency);
}

void
yq_guard_field_orders(const char *time, char out[YQ_GUARD_FIELD_SIZE])
{
	yq_str_format(out, YQ_GUARD_FIELD_SIZE, GUARD_ORDERS "%s", time);
}

void
yq_guard_field_flatten(const char *ticker, const char *exchange, char out[YQ_GUARD_FIELD_SIZE])
{
	yq_str_format(out, YQ_GUARD_FIELD_SIZE, GUARD_FLATTEN "%s@%s", ticker, exchange);
}

const char *
yq_guard_day(const char *field)
{
	return yq_str_starts(field, GUARD_DAY) ? field + strlen(GUARD_DAY) : NULL;
}

const char *
yq_guard_orders(const char *field)
{
	return yq_str_starts(field, GUARD_ORDERS) ? field + strlen(GUARD_ORDERS) : NULL;
}

const char *
yq_guard_flatten(const char *field)
{
	return yq_str_starts(field, GUARD_FLATTEN) ? field + strlen(GUARD_FLATTEN) : NULL;
}

const char *
yq_halt_scope(const char *field)
{
	const char *colon = yq_str_starts(field, HALT_RULE_PREFIX)
				? strchr(field + strlen(HALT_RULE_PREFIX), ':')
				: NULL;

	return colon != NULL ? colon + 1 : field;
}

const char *
yq_halt_strategy(const char *field)
{
	const char *scope = yq_halt_scope(field), *slash = strchr(scope, '/');
	char prefix[YQ_HALT_FIELD_SIZE];

	yq_halt_field_strategy("", prefix);
	if (yq_str_starts(scope, prefix))
		return scope + strlen(prefix);
	return slash != NULL && yq_str_starts(slash + 1, prefix) ? slash + 1 + strlen(prefix) : "";
}

bool
yq_halt_covers(const char *scope, const char *alias, const char *strategy)
{
	char field[YQ_HALT_FIELD_SIZE];

	yq_halt_field_account(alias, field);
	if (yq_str_equal(scope, YQ_HALT_ALL) || yq_str_equal(scope, field))
		return true;
	if (strategy[0] == '\0')
		return false;
	yq_halt_field_strategy(strategy, field);
	if (yq_str_equal(scope, field))
		return true;
	yq_halt_field_both(alias, strategy, field);
	return yq_str_equal(scope, field);
}

/* ---- docs/schema.md */

static void
add_programs(struct yq_buf *out, unsigned programs)
{
	const char *comma = "";

	for (size_t i = 0; i < YQ_PROGRAM_COUNT; i++) {
		if ((programs & (1U << i)) == 0)
			continue;
		yq_buf_add_format(out, "%s`%s`", comma, yq_programs[i].guide);
		comma = ", ";
	}
}

static void
add_name(struct yq_buf *out, const struct yq_key_row *row)
{
	char name[YQ_KEY_SIZE];

	fill(row, args[row->arg].shown, name);
	yq_buf_add_format(out, "| `%s` |", name);
}

static void
document_keys(struct yq_buf *out, bool channels)
{
	for (size_t i = 0; i < YQ_KEY_COUNT; i++) {
		const struct yq_key_row *row = &yq_keys[i];

		if ((row->kind == YQ_CHANNEL) != channels)
			continue;
		add_name(out, row);
		if (!channels)
			yq_buf_add_format(out, " %s |", kind_names[row->kind]);
		yq_buf_add_char(out, ' ');
		add_programs(out, row->writers);
		yq_buf_add_text(out, " | ");
		add_programs(out, row->readers);
		if (!channels && row->bound > 0)
			yq_buf_add_format(out, " | %lld entries", (long long)row->bound);
		else if (!channels && row->ttl_s > 0)
			yq_buf_add_format(out, " | %lld s", (long long)row->ttl_s);
		else if (!channels)
			yq_buf_add_text(out, " | –");
		yq_buf_add_format(out, " | %s |\n", row->what);
	}
}

static void
document_steps(struct yq_buf *out)
{
	yq_buf_add_text(out, "\n## Steps\n\nServer-side functions of the library `yquant` "
			     "(`src/bus/functions.lua`), each atomic and idempotent.\n\n"
			     "| function | callers beside `App.Console` |\n| :--- | :--- |\n");
	for (size_t i = 0; i < YQ_STEP_COUNT; i++) {
		yq_buf_add_format(out, "| `%s` | ", yq_steps[i].name);
		add_programs(out, yq_steps[i].programs);
		yq_buf_add_text(out, " |\n");
	}
}

void
yq_schema_document(struct yq_buf *out)
{
	yq_buf_add_text(out,
	    "# The bus: every name\n\n"
	    "Made from `src/bus/schema.def` by `yq-schema-doc`; change that file, not this one.\n"
	    "Entity first, colon as separator, no prefix. `App.Console` (`yq`) may do "
	    "everything.\n\n"
	    "## Channels\n\n"
	    "| channel | publisher | subscriber | what |\n| :--- | :--- | :--- | :--- |\n");
	document_keys(out, true);
	yq_buf_add_text(out, "\n## Keys\n\nA stream's bound is what stays for readers by id; it is "
			     "trimmed only below "
			     "the oldest entry that a group has not acknowledged (but for the "
			     "notifier's, once nobody has read in them for a day).\n\n"
			     "| key | type | writer | reader | bound or life | what |\n"
			     "| :--- | :--- | :--- | :--- | :--- | :--- |\n");
	document_keys(out, false);
	yq_buf_add_text(out, "\n## Consumer groups\n\nA gateway whose `BrokerGateway:Name` is set "
			     "reads `order:stream` in a group of its own, "
			     "`broker-gateway:{Name}`.\n\n| group | stream | reader |\n"
			     "| :--- | :--- | :--- |\n");
	for (size_t i = 0; i < YQ_GROUP_COUNT; i++) {
		const struct yq_group_row *row = &yq_groups[i];

		yq_buf_add_format(out, "| `%s` | `%s` | `%s` |\n", row->name,
		    yq_keys[row->stream].name, yq_programs[row->program].guide);
	}
	document_steps(out);
}
