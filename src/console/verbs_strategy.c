/* verbs_strategy.c - what strategies may do: listed, and changed as an explicit act. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "console/fetch_halts.h"
#include "console/sheet.h"
#include "daemon/settings.h"
#include "desk/halt_by_hand.h"

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

static int
set(struct yq_system *system, const struct yq_call *call, enum yq_life_state state)
{
	const char *why = call->options[YQ_OPT_REASON];
	struct yq_life_wish wish = { .strategy = call->words[0],
		.state = state,
		.why = why != NULL ? why : "by hand",
		.force = yq_call_has(call, YQ_OPT_FORCE) };
	char text[YQ_HALT_BY_HAND_TEXT_SIZE];
	struct yq_config *config = NULL;
	struct yq_err err = { 0 };
	struct yq_life life;
	int status;
	enum yq_rc rc;

	if (wish.force && why == NULL)
		return yq_fail_usage(call, "--force needs a --reason");
	status = yq_system_settings(call, system, &config);
	if (status != YQ_CONSOLE_DONE)
		return status;
	system->desk.config = config;
	rc = yq_life_by_hand(&system->desk, &wish, &life, text, &err);
	system->desk.config = NULL;
	yq_config_free(config);
	if (rc == YQ_E_REFUSED)
		return yq_fail(YQ_CONSOLE_REFUSED, "%s; --force with a --reason passes", err.text);
	if (rc != YQ_OK)
		return yq_fail_err(&err);
	if (yq_call_has(call, YQ_OPT_JSON))
		printf("{\"state\":\"%s\"}", yq_names_text(&yq_life_state_names, (int)state));
	else
		yq_print_plain(text);
	putchar('\n');
	return YQ_CONSOLE_DONE;
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
