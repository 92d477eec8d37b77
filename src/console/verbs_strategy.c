/* verbs_strategy.c - what strategies may do: listed, and changed as an explicit act. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "console/fetch_halts.h"
#include "console/person.h"
#include "console/sheet.h"
#include "console/tell.h"
#include "daemon/settings.h"

static const struct yq_column columns[] = {
	{ "STRATEGY", "strategy", YQ_COLUMN_TEXT },
	{ "STATE", "state", YQ_COLUMN_TEXT },
	{ "SINCE", "since", YQ_COLUMN_TIME },
	{ "BY", "by", YQ_COLUMN_TEXT },
	{ "WHY", "why", YQ_COLUMN_TEXT },
};

/* ---- what is ---- */

static int
fallback_of(struct yq_system *system, const struct yq_call *call, const char **state)
{
	struct yq_config *config = NULL;
	int status = yq_system_settings(call, system, &config);

	if (status == YQ_CONSOLE_DONE)
		*state = yq_names_text(&yq_life_state_names, (int)yq_settings_life(config));
	yq_config_free(config);
	return status;
}

static void
add_row(struct yq_sheet *sheet, const char *name, const char *value, const char *fallback)
{
	struct yq_life life = { 0 };
	bool said = value != NULL;
	bool read = said && yq_message_decode_life(value, strlen(value), &life, NULL) == YQ_OK;

	yq_sheet_add(sheet, name);
	yq_sheet_add(sheet, !said  ? fallback
			    : read ? yq_names_text(&yq_life_state_names, (int)life.state)
				   : "?");
	yq_sheet_add_time(sheet, life.when_us);
	yq_sheet_add(sheet, said ? life.who : "");
	yq_sheet_add(sheet, !said ? "nobody has said; the default" : read ? life.why : value);
}

static int
list(struct yq_system *system, const struct yq_call *call)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	YQ_CLEANUP(yq_strategies_clear) struct yq_strategies known = { 0 };
	YQ_CLEANUP(yq_sheet_freep)
	struct yq_sheet *sheet = yq_sheet_make(columns, YQ_COUNT(columns));
	const char *fallback = "";
	int status = fallback_of(system, call, &fallback);

	if (status == YQ_CONSOLE_DONE)
		status = yq_fetch_strategies(system, &known);
	if (status == YQ_CONSOLE_DONE)
		status = yq_fetch_hash(system, YQ_KEY_STRATEGY, NULL, &reply);
	if (status != YQ_CONSOLE_DONE)
		return status;
	for (size_t i = 0; i < known.count; i++)
		add_row(sheet, known.names[i], yq_reply_field(reply, known.names[i]), fallback);
	yq_sheet_print(sheet, call, "nobody has said anything of a strategy yet");
	if (!yq_call_has(call, YQ_OPT_JSON) && !yq_call_has(call, YQ_OPT_CSV))
		printf("\nany other: %s\n", fallback);
	return YQ_CONSOLE_DONE;
}

/* ---- what it becomes ---- */

/* Any halt that cools off over it, or over an account in which it might trade. */
static int
check_cooling(struct yq_system *system, const struct yq_call *call, const char *name)
{
	YQ_CLEANUP(yq_halts_clear) struct yq_halts halts = { 0 };
	int64_t now_us = yq_clock_now_us(yq_clock_system());
	int status = yq_fetch_halts(system, &halts);
	char text[YQ_HALT_TEXT_SIZE], field[YQ_HALT_FIELD_SIZE];

	yq_halt_field_strategy(name, field);
	for (size_t i = 0; i < halts.count && status == YQ_CONSOLE_DONE; i++) {
		const struct yq_halt_entry *entry = &halts.items[i];
		const char *scope = yq_halt_scope(entry->field), *of = strstr(scope, "strategy:");
		int64_t left_us = yq_halt_cooling_us(&entry->halt, now_us);

		if (left_us == 0 || (of != NULL && !yq_str_equal(of, field)))
			continue;
		yq_halt_describe(entry->field, &entry->halt, text, sizeof(text));
		if (!yq_call_has(call, YQ_OPT_FORCE))
			return yq_fail(YQ_CONSOLE_REFUSED,
			    "not live yet, a cooling-off runs for another %lld min %lld s (%s); "
			    "--force with a --reason passes",
			    (long long)(left_us / (60 * YQ_US_PER_SECOND)),
			    (long long)(left_us / YQ_US_PER_SECOND % 60), text);
	}
	return status;
}

static int
change(struct yq_system *system, const char *name, const struct yq_life *life, const char *before)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf value = yq_buf_make(YQ_MESSAGE_MAX);
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_halt_change to = { .field = name };
	struct yq_halt_item item = { .kind = YQ_SUBMIT_LIFE, .changes = &to, .count = 1 };
	struct yq_act act = {
		.id = yq_id_random(), .hand = yq_person(), .timestamp_us = life->when_us
	};
	struct yq_err err = { 0 };
	int64_t changed = 0;

	yq_str_copy_cut(
	    act.kind, sizeof(act.kind), yq_names_text(&yq_submit_kind_names, YQ_SUBMIT_LIFE));
	yq_str_copy_cut(act.target, sizeof(act.target), name);
	yq_str_copy_cut(act.outcome, sizeof(act.outcome),
	    yq_names_text(&yq_life_state_names, (int)life->state));
	yq_str_copy_cut(act.before, sizeof(act.before), before);
	yq_str_copy_cut(act.reason, sizeof(act.reason), life->why);
	yq_message_encode_act(&act, &payload);
	yq_message_encode_life(life, &value);
	to.value = yq_buf_text(&value);
	item.payload = yq_buf_text(&payload);
	item.length = payload.length;
	if (yq_valkey_sync_halt(system->desk.valkey, &item, &changed, &err) != YQ_OK)
		return yq_fail_err(&err);
	return YQ_CONSOLE_DONE;
}

static void
state_before(
    const struct redisReply *reply, const char *name, const char *fallback, char *text, size_t size)
{
	const char *value = yq_reply_field(reply, name);
	struct yq_life life = { 0 };

	if (value == NULL)
		yq_str_format(text, size, "%s (the default)", fallback);
	else if (yq_message_decode_life(value, strlen(value), &life, NULL) != YQ_OK)
		yq_str_copy_cut(text, size, value);
	else
		yq_str_format(text, size, "%s since %s said so",
		    yq_names_text(&yq_life_state_names, (int)life.state), life.who);
}

static int
set(struct yq_system *system, const struct yq_call *call, enum yq_life_state state)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	const char *name = call->words[0], *why = call->options[YQ_OPT_REASON], *fallback = "";
	struct yq_life life = { .state = state, .when_us = yq_clock_now_us(yq_clock_system()) };
	char before[YQ_MESSAGE_SIZE], text[YQ_ERR_TEXT_MAX];
	int status = YQ_CONSOLE_DONE;

	if (yq_call_has(call, YQ_OPT_FORCE) && why == NULL)
		return yq_fail_usage(call, "--force needs a --reason");
	memcpy(life.who, yq_person().who, sizeof(life.who));
	yq_str_copy_cut(life.why, sizeof(life.why), why != NULL ? why : "by hand");
	if (state == YQ_LIFE_LIVE)
		status = check_cooling(system, call, name);
	if (status == YQ_CONSOLE_DONE)
		status = fallback_of(system, call, &fallback);
	if (status == YQ_CONSOLE_DONE)
		status = yq_fetch_hash(system, YQ_KEY_STRATEGY, NULL, &reply);
	if (status != YQ_CONSOLE_DONE)
		return status;
	state_before(reply, name, fallback, before, sizeof(before));
	status = change(system, name, &life, before);
	if (status != YQ_CONSOLE_DONE)
		return status;
	yq_str_format(text, sizeof(text), "strategy %s is %s now, by %s: %.300s (before: %.100s)",
	    name, yq_names_text(&yq_life_state_names, (int)state), life.who, life.why, before);
	if (yq_call_has(call, YQ_OPT_JSON))
		printf("{\"state\":\"%s\"}\n", yq_names_text(&yq_life_state_names, (int)state));
	else
		yq_print_plain(text);
	if (!yq_call_has(call, YQ_OPT_JSON))
		putchar('\n');
	return yq_tell(system, YQ_NOTIFICATION_RISK, YQ_SEVERITY_WARNING, text);
}

int
yq_verb_strategy(const struct yq_call *call)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	bool lists = call->word_count == 0 ||
		     (call->word_count == 1 && yq_str_equal(call->words[0], "list"));
	int state = -1, status;

	if (!lists && call->word_count == 2)
		state = yq_names_find(&yq_life_state_names, call->words[1], strlen(call->words[1]));
	if (!lists && state < 0)
		return yq_fail_usage(call, "say which strategy, and off, paper or live");
	if (!lists && (call->words[0][0] == '\0' || strlen(call->words[0]) >= YQ_STRATEGY_SIZE ||
			  !yq_str_is_utf8(call->words[0], strlen(call->words[0]))))
		return yq_fail_usage(call, "the strategy's name is empty, too long or no UTF-8");
	if (!lists && yq_str_equal(call->words[0], "*"))
		return yq_fail_usage(call, "\"*\" is no strategy's name; of all of them speak "
					   "OrderManager:StrategyDefault "
					   "and `yq halt`");
	status = yq_system_open_valkey(call, &system);
	if (status == YQ_CONSOLE_DONE && !lists)
		status = yq_fetch_check_strategy(&system, call->words[0]);
	if (status != YQ_CONSOLE_DONE)
		return status;
	return lists ? list(&system, call) : set(&system, call, (enum yq_life_state)state);
}
