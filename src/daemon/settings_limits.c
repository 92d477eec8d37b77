/* settings_limits.c - limits and protections, member by member, from one table. */
#include "daemon/settings_limits.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "domain/days.h"
#include "domain/patterns.h"

#define COUNT_MAX   1000000
#define MINUTE_US   (60 * YQ_US_PER_SECOND)
#define MINUTES_MAX (INT64_C(366) * 24 * 60)

/* How a member is written; what it becomes is named by its place. */
enum kind {
	COUNT,	  /* a whole number; 0 = none */
	SECONDS,  /* microseconds */
	MINUTES,  /* microseconds */
	SHARE,	  /* 0 to 1, may be absent */
	QUANTITY, /* above 0, may be absent */
	AMOUNTS,  /* by currency */
	FLAG,	  /* true or false */
	ACTION,	  /* of a daily loss */
	HOURS,	  /* "10:00-15:30": two minutes of the day */
	LIST,	  /* patterns of instruments */
	LOSSES,	  /* protections */
	DRAWDOWN,
	PROFIT,
};

static const struct member {
	const char *name;
	enum kind kind;
	bool protects; /* stands in the section Protections */
	size_t offset, size;
} members[] = {
#define PLACE(m) offsetof(struct settings_limits, m), sizeof(((struct settings_limits *)0)->m)
	{ "MaxOrderValue", AMOUNTS, false, PLACE(limits.max_order_value) },
	{ "MinOrderValue", AMOUNTS, false, PLACE(limits.min_order_value) },
	{ "MaxOrderQty", QUANTITY, false, PLACE(limits.max_order_qty) },
	{ "MaxDailyLoss", AMOUNTS, false, PLACE(limits.max_daily_loss) },
	{ "DailyLossAction", ACTION, false, PLACE(limits.daily_loss_action) },
	{ "MaxPositionShare", SHARE, false, PLACE(limits.max_position_share) },
	{ "MaxInvestedShare", SHARE, false, PLACE(limits.max_invested_share) },
	{ "MaxPositions", COUNT, false, PLACE(limits.max_positions) },
	{ "MaxOpenOrders", COUNT, false, PLACE(limits.max_open_orders) },
	{ "MaxOrdersPerMinute", COUNT, false, PLACE(limits.max_orders_per_minute) },
	{ "MaxOrdersPerDay", COUNT, false, PLACE(limits.max_orders_per_day) },
	{ "PriceCollar", SHARE, false, PLACE(limits.price_collar) },
	{ "MaxPriceAgeSeconds", SECONDS, false, PLACE(limits.max_price_age_us) },
	{ "DuplicateWindowSeconds", SECONDS, false, PLACE(limits.duplicate_window_us) },
	{ "TradingHours", HOURS, false, PLACE(limits.window_from) },
	{ "AllowInstruments", LIST, false, PLACE(limits.allow) },
	{ "DenyInstruments", LIST, false, PLACE(limits.deny) },
	{ "AllowShort", FLAG, false, PLACE(limits.allow_short) },
	{ "CoolingOffMinutes", MINUTES, false, PLACE(limits.cooling_off_us) },
	{ "CooldownMinutes", MINUTES, true, PLACE(limits.cooldown_us) },
	{ "CooldownAfterLossMinutes", MINUTES, true, PLACE(limits.loss_cooldown_us) },
	{ "MaxConsecutiveLosses", LOSSES, true, PLACE(protections.rules[YQ_PROTECT_LOSSES]) },
	{ "MaxDrawdown", DRAWDOWN, true, PLACE(protections.rules[YQ_PROTECT_DRAWDOWN]) },
	{ "MinProfit", PROFIT, true, PLACE(protections.rules[YQ_PROTECT_PROFIT]) },
#undef PLACE
};
static_assert(YQ_COUNT(members) <= 64, "a bit for each");
static_assert(offsetof(struct yq_risk_limits, window_until) ==
		  offsetof(struct yq_risk_limits, window_from) + sizeof(int64_t),
    "the hours are one behind the other");

#define PROTECTIONS "Protections"

static const struct settings_range not_negative = { "0", NULL }, share = { "0", "1" },
				   above_zero = { "0.00000001", NULL }, any = { NULL, NULL };

/* {"USD": 1000, "KRW": 1000000}: an amount without a currency means nothing. */
static void
read_amounts(const struct settings_section *section, const char *name, struct settings_range range,
    struct yq_opt_decimal amounts[YQ_CURRENCY_COUNT])
{
	const yq_json *value = yq_json_get_nocase(section->object, name);
	struct settings_section below;

	if (value == NULL)
		return;
	if (yq_json_type_of(value) != YQ_JSON_OBJECT) {
		settings_fault(
		    section, name, "an amount for each currency, {\"USD\": 1000}", value);
		return;
	}
	below = settings_below(section, name, value);
	settings_known_only(&below, yq_currency_names.names, yq_currency_names.count);
	for (size_t i = 0; i < YQ_CURRENCY_COUNT; i++)
		settings_opt_decimal(&below, yq_currency_names.names[i], range, &amounts[i]);
}

static void
read_hours(const struct settings_section *section, const char *name, int64_t minutes[2])
{
	const yq_json *value = yq_json_get_nocase(section->object, name);
	const char *text = yq_json_text(value, NULL);
	char first[8] = "";
	int16_t from = 0, until = 0;

	if (strlen(text) == 11 && text[5] == '-')
		memcpy(first, text, 5);
	if (yq_json_type_of(value) != YQ_JSON_STRING || !yq_minute_parse(first, &from) ||
	    !yq_minute_parse(text + 6, &until) || from >= until) {
		settings_fault(
		    section, name, "local hours of the market, like \"10:00-15:30\"", value);
		return;
	}
	minutes[0] = from;
	minutes[1] = until;
}

/* One pattern or several, joined by spaces; owned by the row. */
static void
read_list(const struct settings_section *section, const char *name, struct settings_limits_row *row,
    const char **list)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(YQ_RISK_LIST_SIZE - 1);
	const yq_json *value = yq_json_get_nocase(section->object, name);
	bool is_list = yq_json_type_of(value) == YQ_JSON_ARRAY;

	for (size_t i = 0; is_list && i < yq_json_count(value); i++) {
		const yq_json *item = yq_json_at(value, i);

		if (yq_json_type_of(item) != YQ_JSON_STRING ||
		    !yq_pattern_is_valid(yq_json_text(item, NULL))) {
			settings_fault_at(section, name, i,
			    "a pattern of instruments, like \"NASDAQ:*\" or \"KRX:005930\"", item);
			return;
		}
		yq_buf_add_format(&text, "%s%s", i == 0 ? "" : " ", yq_json_text(item, NULL));
	}
	if (!is_list || !yq_buf_ok(&text)) {
		settings_fault(section, name,
		    "patterns of instruments, [\"NASDAQ:*\", \"KRX:005930\"], 2000 bytes together",
		    value);
		return;
	}
	for (size_t i = 0; i < YQ_COUNT(row->lists); i++) {
		if (row->lists[i] == NULL) {
			*list = row->lists[i] = yq_xstrdup(yq_buf_text(&text));
			return;
		}
	}
}

static void
read_times(const struct settings_section *section, struct yq_protection *rule)
{
	int64_t lookback = 0, pause = 0;

	settings_int(section, "LookbackMinutes", 0, 10 * MINUTES_MAX, &lookback);
	settings_int(section, "PauseMinutes", 1, MINUTES_MAX, &pause);
	if (yq_json_get_nocase(section->object, "PauseMinutes") == NULL)
		settings_fault(section, "PauseMinutes", "a whole number of minutes", NULL);
	rule->lookback_us = lookback * MINUTE_US;
	rule->pause_us = pause * MINUTE_US;
}

static void
read_trades(const struct settings_section *section, const char *name, struct yq_protection *rule)
{
	settings_int(section, name, 1, YQ_HISTORY_MAX, &rule->trades);
	if (yq_json_get_nocase(section->object, name) == NULL)
		settings_fault(section, name, "a number of trades", NULL);
}

static void
read_protection(const struct settings_section *parent, const char *name, enum kind kind,
    struct yq_protection *rule)
{
	static const char *const names[][4] = {
		[0] = { "Losses", "LookbackMinutes", "PauseMinutes" },
		[DRAWDOWN - LOSSES] = { "Share", "Amount", "LookbackMinutes", "PauseMinutes" },
		[PROFIT - LOSSES] = { "Trades", "Amount", "LookbackMinutes", "PauseMinutes" },
	};
	const yq_json *value = yq_json_get_nocase(parent->object, name);
	struct settings_section section = settings_below(parent, name, value);

	if (section.object == NULL)
		return;
	settings_known_only(&section, names[kind - LOSSES], kind == LOSSES ? 3 : 4);
	*rule = (struct yq_protection){ .on = true };
	read_times(&section, rule);
	if (kind == LOSSES) {
		read_trades(&section, "Losses", rule);
		return;
	}
	read_amounts(&section, "Amount", kind == DRAWDOWN ? above_zero : any, rule->amount);
	if (kind == PROFIT)
		read_trades(&section, "Trades", rule);
	else
		settings_opt_decimal(&section, "Share", share, &rule->share);
	if (yq_json_get_nocase(section.object, "Amount") == NULL && !rule->share.set)
		settings_fault(&section, "Amount", "an amount for each currency", NULL);
}

static void
read_time(const struct settings_section *section, const char *name, int64_t unit_us, int64_t max,
    int64_t *us)
{
	int64_t units = 0;

	settings_int(section, name, 0, max, &units);
	*us = units * unit_us;
}

static void
read_action(const struct settings_section *section, const char *name, enum yq_loss_action *action)
{
	int value = (int)*action;

	settings_enum(section, name, &yq_loss_action_names, &value);
	*action = (enum yq_loss_action)value;
}

static void
read_member(const struct settings_section *section, const struct member *member,
    struct settings_limits_row *row)
{
	void *at = (char *)&row->values + member->offset;
	const char *name = member->name;

	switch (member->kind) {
	case COUNT:
		settings_int(section, name, 0, COUNT_MAX, at);
		break;
	case SECONDS:
		read_time(section, name, YQ_US_PER_SECOND, 86400, at);
		break;
	case MINUTES:
		read_time(section, name, MINUTE_US, MINUTES_MAX, at);
		break;
	case SHARE:
		settings_opt_decimal(section, name, share, at);
		break;
	case QUANTITY:
		settings_opt_decimal(section, name, above_zero, at);
		break;
	case AMOUNTS:
		read_amounts(section, name, not_negative, at);
		break;
	case FLAG:
		settings_bool(section, name, at);
		break;
	case ACTION:
		read_action(section, name, at);
		break;
	case HOURS:
		read_hours(section, name, at);
		break;
	case LIST:
		read_list(section, name, row, at);
		break;
	case LOSSES:
	case DRAWDOWN:
	case PROFIT:
		read_protection(section, name, member->kind, at);
		break;
	}
}

struct reading {
	const struct settings_section *section;
	struct settings_limits_row *row;
	bool protects;
};

static bool
take_member(void *cookie, const char *name, const yq_json *value)
{
	struct reading *reading = cookie;

	for (size_t i = 0; i < YQ_COUNT(members); i++) {
		if (members[i].protects != reading->protects ||
		    !yq_str_equal_nocase(members[i].name, name))
			continue;
		reading->row->named |= UINT64_C(1) << i;
		if (value == NULL)
			reading->row->cleared |= UINT64_C(1) << i;
		else
			read_member(reading->section, &members[i], reading->row);
	}
	return true;
}

static void
read_section(const struct settings_section *section, bool protects, const char *besides,
    struct settings_limits_row *row)
{
	struct reading reading = { section, row, protects };
	const char *names[YQ_COUNT(members) + 2];
	size_t count = 0;

	if (section->object == NULL)
		return;
	for (size_t i = 0; i < YQ_COUNT(members); i++)
		if (members[i].protects == protects)
			names[count++] = members[i].name;
	if (!protects)
		names[count++] = PROTECTIONS;
	if (besides != NULL)
		names[count++] = besides;
	settings_known_only(section, names, count);
	yq_json_each(section->object, take_member, &reading);
}

void
settings_limits_read(
    const struct settings_section *section, const char *besides, struct settings_limits_row *row)
{
	struct settings_section below;

	read_section(section, false, besides, row);
	if (section->object == NULL)
		return;
	below =
	    settings_below(section, PROTECTIONS, yq_json_get_nocase(section->object, PROTECTIONS));
	read_section(&below, true, NULL, row);
}

void
settings_limits_clear(struct settings_limits_row *row)
{
	for (size_t i = 0; i < YQ_COUNT(row->lists); i++)
		free(row->lists[i]);
	*row = (struct settings_limits_row){ .named = 0 };
}

/* Amounts of other currencies stay as they are. */
static void
lay_amounts(struct yq_opt_decimal *onto, const struct yq_opt_decimal *amounts)
{
	for (size_t i = 0; i < YQ_CURRENCY_COUNT; i++)
		if (amounts[i].set)
			onto[i] = amounts[i];
}

void
settings_limits_lay(const struct settings_limits_row *row, struct settings_limits *values)
{
	for (size_t i = 0; i < YQ_COUNT(members); i++) {
		const struct member *member = &members[i];
		const void *from = (const char *)&row->values + member->offset;
		void *onto = (char *)values + member->offset;
		uint64_t bit = UINT64_C(1) << i;

		if ((row->named & bit) == 0)
			continue;
		if (member->kind == AMOUNTS && (row->cleared & bit) == 0)
			lay_amounts(onto, from);
		else
			memcpy(onto, from, member->kind == HOURS ? 2 * member->size : member->size);
	}
}

void
settings_limits_check(const struct settings_section *section, const struct settings_limits *values)
{
	const struct yq_risk_limits *limits = &values->limits;
	char expected[96];

	for (int c = 0; c < YQ_CURRENCY_COUNT; c++) {
		struct yq_opt_decimal least = limits->min_order_value[c];
		struct yq_opt_decimal most = limits->max_order_value[c];

		if (!least.set || !most.set || yq_decimal_cmp(least.value, most.value) <= 0)
			continue;
		(void)yq_str_format(expected, sizeof(expected),
		    "no more than MaxOrderValue in %s: no order passes both",
		    yq_names_text(&yq_currency_names, c));
		settings_fault(section, "MinOrderValue", expected,
		    section->object == NULL ? NULL
					    : yq_json_get_nocase(section->object, "MinOrderValue"));
	}
}
