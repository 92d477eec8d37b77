/* verbs_state.c - what is now: status, positions, deposit, account. */
#include "base/mem.h"
#include "base/str.h"
#include "console/account_show.h"
#include "console/fetch.h"
#include "console/sheet.h"
#include "console/verbs_halt.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct yq_column status_columns[] = {
	{ "APP", "app", YQ_COLUMN_TEXT },
	{ "PID", "pid", YQ_COLUMN_NUMBER },
	{ "STATE", "state", YQ_COLUMN_TEXT },
	{ "ROLE", "role", YQ_COLUMN_TEXT },
	{ "LAG", "lag", YQ_COLUMN_NUMBER },
	{ "VERSION", "version", YQ_COLUMN_TEXT },
	{ "STARTED", "startedAt", YQ_COLUMN_TIME },
	{ "LAST EVENT", "lastEventAt", YQ_COLUMN_TIME },
	{ "HEALTH", "health", YQ_COLUMN_TEXT },
};

/* A program that has never run here is left out, unless no system is whole without it. */
static bool
is_expected(enum yq_program program)
{
	return program == YQ_PROGRAM_WEBHOOK || program == YQ_PROGRAM_ORDER_MANAGER;
}

/* A heartbeat outlives its program by up to 30 s; a process that is gone from this machine does
 * not count as ready meanwhile. */
static const char *
state_of(const struct yq_system *system, const struct redisReply *reply)
{
	const char *pid_text = yq_reply_field(reply, "Pid");
	int64_t pid;

	if (yq_reply_count(reply) == 0)
		return "down";
	if (system->local && pid_text != NULL && yq_str_to_int64(pid_text, 1, INT32_MAX, &pid) &&
	    kill((pid_t)pid, 0) != 0 && errno == ESRCH)
		return "dead";
	return yq_reply_field(reply, "State");
}

static void
add_row(struct yq_system *system, const char *name, const struct redisReply *reply,
    struct yq_sheet *sheet)
{
	yq_sheet_add(sheet, name);
	yq_sheet_add(sheet, yq_reply_field(reply, "Pid"));
	yq_sheet_add(sheet, state_of(system, reply));
	yq_sheet_add(sheet, yq_reply_field(reply, "Role"));
	yq_sheet_add(sheet, yq_reply_field(reply, "Lag"));
	yq_sheet_add(sheet, yq_reply_field(reply, "Version"));
	yq_sheet_add(sheet, yq_reply_field(reply, "StartedAt"));
	yq_sheet_add(sheet, yq_reply_field(reply, "LastEventAt"));
	yq_sheet_add(sheet, yq_reply_field(reply, "Health"));
}

static int
add_status(struct yq_system *system, enum yq_program program, struct yq_sheet *sheet)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	int status = yq_fetch_hash(system, YQ_KEY_HEARTBEAT, yq_programs[program].app, &reply);

	if (status == YQ_CONSOLE_DONE && (yq_reply_count(reply) > 0 || is_expected(program)))
		add_row(system, yq_programs[program].app, reply, sheet);
	return status;
}

/* The one that serves without a name, and a line for each where there are several, or others. */
static int
add_gateways(struct yq_system *system, struct yq_sheet *sheet)
{
	YQ_CLEANUP(yq_members_clear) struct yq_members names = { 0 };
	YQ_CLEANUP(yq_reply_freep) struct redisReply *plain = NULL;
	const char *app = yq_programs[YQ_PROGRAM_GATEWAY].app;
	int status = yq_fetch_hash(system, YQ_KEY_HEARTBEAT, app, &plain);

	if (status == YQ_CONSOLE_DONE)
		status = yq_fetch_names(system, YQ_KEY_HEARTBEAT_GATEWAY, &names);
	if (status == YQ_CONSOLE_DONE && (yq_reply_count(plain) > 0 || names.count == 0))
		add_row(system, app, plain, sheet);
	if (names.count == 1 && yq_reply_count(plain) > 0)
		return status;
	for (size_t i = 0; i < names.count && status == YQ_CONSOLE_DONE; i++) {
		YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
		char key[YQ_KEY_SIZE];

		status = yq_fetch_hash(system, YQ_KEY_HEARTBEAT_GATEWAY, names.texts[i], &reply);
		yq_key_format(YQ_KEY_HEARTBEAT_GATEWAY, names.texts[i], key);
		if (status == YQ_CONSOLE_DONE && yq_reply_count(reply) > 0)
			add_row(system, strchr(key, ':') + 1, reply, sheet);
	}
	return status;
}

/* For people: orders that nobody knows about, for others wait for them. */
static int
print_unknown(struct yq_system *system)
{
	YQ_CLEANUP(yq_members_clear) struct yq_members members = { 0 };
	YQ_CLEANUP(yq_freep) struct yq_order_state_full *full = yq_xcalloc(1, sizeof(*full));
	int status = yq_fetch_members(system, YQ_KEY_ORDER_OPEN, &members);

	for (size_t i = 0; i < members.count && status == YQ_CONSOLE_DONE; i++) {
		char since[YQ_TIME_TEXT_SIZE] = "?", qty[YQ_DECIMAL_TEXT_SIZE];
		const struct yq_order *o = &full->order;
		struct yq_id id;
		bool found = false;

		if (yq_id_parse(members.texts[i], strlen(members.texts[i]), &id) == YQ_OK)
			status = yq_fetch_order(system, &id, full, &found);
		if (!found || full->progress.state != YQ_ORDER_UNKNOWN)
			continue;
		if (full->unknown_at_us != 0)
			yq_time_format(full->unknown_at_us, since);
		yq_decimal_format(o->qty, qty);
		printf("\nUNKNOWN: order %s (%s %s %s) since %s; other orders for %s on %s wait.  "
		       "`yq order resolve %s OUTCOME --reason TEXT` says what it was\n",
		    id.text, yq_names_text(&yq_action_names, (int)o->action), qty, o->ticker, since,
		    o->ticker, o->account_alias, id.text);
	}
	return status;
}

/* For people: when the end of a day was recorded last. */
static int
print_snapshot(struct yq_system *system)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	int status = yq_fetch_hash(
	    system, YQ_KEY_HEARTBEAT, yq_programs[YQ_PROGRAM_ORDER_MANAGER].app, &reply);
	const char *at = status == YQ_CONSOLE_DONE ? yq_reply_field(reply, "LastSnapshotAt") : NULL;
	char text[YQ_SHORT_TIME_SIZE];

	if (at != NULL && at[0] != '\0') {
		yq_time_shorten(at, text);
		printf("\nthe end of a day was last recorded at %s\n", text);
	}
	return status;
}

int
yq_verb_status(const struct yq_call *call)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	YQ_CLEANUP(yq_sheet_freep)
	struct yq_sheet *sheet = yq_sheet_make(status_columns, YQ_COUNT(status_columns));
	int status = yq_system_open_valkey(call, &system);

	for (int i = 0; i < YQ_PROGRAM_COUNT && status == YQ_CONSOLE_DONE; i++)
		status = i == YQ_PROGRAM_GATEWAY ? add_gateways(&system, sheet)
						 : add_status(&system, (enum yq_program)i, sheet);
	if (status != YQ_CONSOLE_DONE)
		return status;
	yq_sheet_print(sheet, call, "nothing runs");
	if (yq_call_has(call, YQ_OPT_JSON))
		return YQ_CONSOLE_DONE;
	status = print_snapshot(&system);
	if (status == YQ_CONSOLE_DONE)
		status = yq_print_halts(&system);
	return status == YQ_CONSOLE_DONE ? print_unknown(&system) : status;
}

/* One row, or several, of one account. */
typedef void yq_account_rows_fn(
    const struct yq_account_state *account, const struct yq_call *call, struct yq_sheet *sheet);

/* Each account, or the one that --account or the first word names. */
static int
each_account(const struct yq_call *call, yq_account_rows_fn *rows, struct yq_sheet *sheet)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	YQ_CLEANUP(yq_members_clear) struct yq_members members = { 0 };
	const char *named = call->word_count > 0 ? call->words[0] : call->options[YQ_OPT_ACCOUNT];
	bool found = false;
	int status = yq_system_open_valkey(call, &system);

	if (status == YQ_CONSOLE_DONE)
		status = yq_fetch_members(&system, YQ_KEY_ACCOUNT_INDEX, &members);
	for (size_t i = 0; i < members.count && status == YQ_CONSOLE_DONE; i++) {
		struct yq_account_state account = { 0 };

		if (named != NULL && !yq_str_equal_nocase(named, members.texts[i]))
			continue;
		found = true;
		status = yq_fetch_account(&system, members.texts[i], &account);
		if (status == YQ_CONSOLE_DONE)
			rows(&account, call, sheet);
		yq_account_state_clear(&account);
	}
	if (status == YQ_CONSOLE_DONE && named != NULL && !found)
		return yq_fail(YQ_CONSOLE_REFUSED, "there is no account \"%s\"", named);
	return status;
}

static const struct yq_column position_columns[] = {
	{ "ACCOUNT", "account", YQ_COLUMN_TEXT },
	{ "TICKER", "ticker", YQ_COLUMN_TEXT },
	{ "EXCHANGE", "exchange", YQ_COLUMN_TEXT },
	{ "QTY", "qty", YQ_COLUMN_NUMBER },
	{ "AVG PRICE", "avgPrice", YQ_COLUMN_NUMBER },
	{ "PRICE", "currentPrice", YQ_COLUMN_NUMBER },
	{ "VALUE", "value", YQ_COLUMN_NUMBER },
	{ "PROFIT", "profit", YQ_COLUMN_NUMBER },
	{ "CUR", "currency", YQ_COLUMN_TEXT },
	{ "REASON", "buyReason", YQ_COLUMN_TEXT },
};

/* Value at the present price, and what it is above the cost; empty when no price is known. */
static void
add_value(const struct yq_position *position, struct yq_sheet *sheet)
{
	struct yq_decimal value, cost, profit;

	if (!position->current_price.set ||
	    yq_decimal_mul(position->qty, position->current_price.value, YQ_ROUND_HALF_EVEN,
		&value) != YQ_OK ||
	    yq_decimal_mul(position->qty, position->avg_price, YQ_ROUND_HALF_EVEN, &cost) !=
		YQ_OK ||
	    yq_decimal_sub(value, cost, &profit) != YQ_OK) {
		yq_sheet_add(sheet, NULL);
		yq_sheet_add(sheet, NULL);
		return;
	}
	yq_sheet_add_money(sheet, value);
	yq_sheet_add_money(sheet, profit);
}

static void
position_rows(
    const struct yq_account_state *account, const struct yq_call *call, struct yq_sheet *sheet)
{
	const char *ticker = call->options[YQ_OPT_TICKER];

	for (size_t i = 0; i < account->position_count; i++) {
		const struct yq_position *position = &account->positions[i];

		if (ticker != NULL && !yq_str_equal_nocase(ticker, position->ticker))
			continue;
		yq_sheet_add(sheet, account->alias);
		yq_sheet_add(sheet, position->ticker);
		yq_sheet_add(sheet, yq_names_text(&yq_exchange_names, (int)position->exchange));
		yq_sheet_add_decimal(sheet, position->qty);
		yq_sheet_add_decimal(sheet, position->avg_price);
		yq_sheet_add_opt_decimal(sheet, position->current_price);
		add_value(position, sheet);
		yq_sheet_add(sheet, yq_names_text(&yq_currency_names, (int)position->currency));
		yq_sheet_add(sheet, position->buy_reason);
	}
}

int
yq_verb_positions(const struct yq_call *call)
{
	YQ_CLEANUP(yq_sheet_freep)
	struct yq_sheet *sheet = yq_sheet_make(position_columns, YQ_COUNT(position_columns));
	int status = each_account(call, position_rows, sheet);

	if (status == YQ_CONSOLE_DONE)
		yq_sheet_print(sheet, call, "no positions");
	return status;
}

static const struct yq_column deposit_columns[] = {
	{ "ACCOUNT", "account", YQ_COLUMN_TEXT },
	{ "CUR", "currency", YQ_COLUMN_TEXT },
	{ "AMOUNT", "amount", YQ_COLUMN_NUMBER },
};

static void
deposit_rows(
    const struct yq_account_state *account, const struct yq_call *call, struct yq_sheet *sheet)
{
	(void)call;
	for (size_t i = 0; i < account->deposit_count; i++) {
		yq_sheet_add(sheet, account->alias);
		yq_sheet_add(
		    sheet, yq_names_text(&yq_currency_names, (int)account->deposits[i].currency));
		yq_sheet_add_money(sheet, account->deposits[i].amount);
	}
}

int
yq_verb_deposit(const struct yq_call *call)
{
	YQ_CLEANUP(yq_sheet_freep)
	struct yq_sheet *sheet = yq_sheet_make(deposit_columns, YQ_COUNT(deposit_columns));
	int status = each_account(call, deposit_rows, sheet);

	if (status == YQ_CONSOLE_DONE)
		yq_sheet_print(sheet, call, "no cash");
	return status;
}

static const struct yq_column account_columns[] = {
	{ "ACCOUNT", "account", YQ_COLUMN_TEXT },
	{ "BROKER", "broker", YQ_COLUMN_TEXT },
	{ "NUMBER", "number", YQ_COLUMN_TEXT },
	{ "ACTIVE", "active", YQ_COLUMN_BOOL },
	{ "POSITIONS", "positions", YQ_COLUMN_NUMBER },
	{ "UPDATED", "updatedAt", YQ_COLUMN_TIME },
	{ "SYNCED", "syncedAt", YQ_COLUMN_TIME },
};

static void
account_rows(
    const struct yq_account_state *account, const struct yq_call *call, struct yq_sheet *sheet)
{
	(void)call;
	yq_sheet_add(sheet, account->alias);
	yq_sheet_add(sheet, account->broker);
	yq_sheet_add(sheet, account->number);
	yq_sheet_add(sheet, account->active ? "true" : "false");
	yq_sheet_add_int(sheet, (int64_t)account->position_count);
	yq_sheet_add_time(sheet, account->updated_at_us);
	yq_sheet_add_time(sheet, account->synced_at_us);
}

int
yq_account_show(const struct yq_call *call)
{
	YQ_CLEANUP(yq_sheet_freep)
	struct yq_sheet *sheet = yq_sheet_make(account_columns, YQ_COUNT(account_columns));
	int status = each_account(call, account_rows, sheet);

	if (status == YQ_CONSOLE_DONE)
		yq_sheet_print(sheet, call, "no accounts");
	return status;
}
