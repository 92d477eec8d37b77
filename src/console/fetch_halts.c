/* fetch_halts.c - what the verbs about kill switches and strategies read. */
#include "console/fetch_halts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

int
yq_fetch_halts(struct yq_system *system, struct yq_halts *halts)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	int status = yq_fetch_hash(system, YQ_KEY_HALT, NULL, &reply);

	*halts = (struct yq_halts){ 0 };
	if (status == YQ_CONSOLE_DONE)
		yq_halts_from(reply, halts);
	return status;
}

/* ---- what is held ---- */

static int
held_of(
    struct yq_system *system, const char *alias, const char *scope, yq_held_fn *fn, void *cookie)
{
	struct yq_account_state account = { 0 };
	int status = yq_fetch_account(system, alias, &account);

	for (size_t i = 0; i < account.position_count && status == YQ_CONSOLE_DONE; i++) {
		const struct yq_position *position = &account.positions[i];

		if (yq_decimal_sign(position->qty) != 0 &&
		    yq_halt_covers(scope, alias, yq_reason_strategy(position->buy_reason)))
			status = fn(cookie, position);
	}
	yq_account_state_clear(&account);
	return status;
}

int
yq_fetch_held(struct yq_system *system, const char *scope, yq_held_fn *fn, void *cookie)
{
	YQ_CLEANUP(yq_members_clear) struct yq_members accounts = { 0 };
	int status = yq_fetch_members(system, YQ_KEY_ACCOUNT_INDEX, &accounts);

	for (size_t i = 0; i < accounts.count && status == YQ_CONSOLE_DONE; i++)
		status = held_of(system, accounts.texts[i], scope, fn, cookie);
	return status;
}

/* ---- strategies ---- */

static void
add_strategy(struct yq_strategies *strategies, const char *name)
{
	for (size_t i = 0; i < strategies->count; i++)
		if (yq_str_equal(strategies->names[i], name))
			return;
	strategies->names =
	    yq_xrealloc(strategies->names, strategies->count + 1, sizeof(*strategies->names));
	yq_str_copy_cut(strategies->names[strategies->count++], YQ_STRATEGY_SIZE, name);
}

static int
add_holder(void *cookie, const struct yq_position *position)
{
	if (yq_reason_strategy(position->buy_reason)[0] != '\0')
		add_strategy(cookie, yq_reason_strategy(position->buy_reason));
	return YQ_CONSOLE_DONE;
}

static int
in_order(const void *a, const void *b)
{
	return strcmp(a, b);
}

int
yq_fetch_strategies(struct yq_system *system, struct yq_strategies *strategies)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	YQ_CLEANUP(yq_halts_clear) struct yq_halts halts = { 0 };
	int status = yq_fetch_hash(system, YQ_KEY_STRATEGY, NULL, &reply);

	*strategies = (struct yq_strategies){ 0 };
	for (size_t i = 0; i < yq_reply_count(reply); i += 2) {
		const char *name = yq_reply_text(yq_reply_at(reply, i), NULL);

		if (name != NULL)
			add_strategy(strategies, name);
	}
	if (status == YQ_CONSOLE_DONE)
		status = yq_fetch_halts(system, &halts);
	for (size_t i = 0; i < halts.count; i++)
		if (yq_halt_strategy(halts.items[i].field)[0] != '\0')
			add_strategy(strategies, yq_halt_strategy(halts.items[i].field));
	if (status == YQ_CONSOLE_DONE)
		status = yq_fetch_held(system, YQ_HALT_ALL, add_holder, strategies);
	if (strategies->count > 0)
		qsort(strategies->names, strategies->count, sizeof(*strategies->names), in_order);
	return status;
}

void
yq_strategies_clear(struct yq_strategies *strategies)
{
	free(strategies->names);
	*strategies = (struct yq_strategies){ 0 };
}

/* ---- the scope that a call names ---- */

/* One that is served in any case of letters, or one that was; else the nearest is named. */
static int
check_account(struct yq_system *system, const char *named, char alias[YQ_ALIAS_SIZE])
{
	YQ_CLEANUP(yq_members_clear) struct yq_members known = { 0 };
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	int status = yq_fetch_members(system, YQ_KEY_ACCOUNT_INDEX, &known);
	const char *nearest;

	for (size_t i = 0; i < known.count; i++)
		if (yq_str_equal_nocase(known.texts[i], named)) {
			yq_str_copy_cut(alias, YQ_ALIAS_SIZE, known.texts[i]);
			return YQ_CONSOLE_DONE;
		}
	yq_str_copy_cut(alias, YQ_ALIAS_SIZE, named);
	if (status == YQ_CONSOLE_DONE && !yq_alias_is_reserved(named))
		status = yq_fetch_hash(system, YQ_KEY_ACCOUNT, named, &reply);
	if (status != YQ_CONSOLE_DONE || yq_reply_count(reply) > 0)
		return status;
	nearest = yq_str_nearest(named, known.texts, known.count);
	if (known.count > 0)
		return yq_fail(YQ_CONSOLE_REFUSED, "there is no account \"%s\"%s%s%s", named,
		    nearest != NULL ? "; did you mean \"" : " (`yq account` lists them)",
		    nearest != NULL ? nearest : "", nearest != NULL ? "\"?" : "");
	fprintf(stderr, "yq: no account is known yet; \"%s\" is taken as it stands\n", named);
	return YQ_CONSOLE_DONE;
}

int
yq_fetch_check_strategy(struct yq_system *system, const char *named)
{
	YQ_CLEANUP(yq_strategies_clear) struct yq_strategies known = { 0 };
	const char *nearest = NULL;
	int status = yq_fetch_strategies(system, &known);
	bool found = false;

	for (size_t i = 0; i < known.count; i++) {
		const char *name = known.names[i];

		found = found || yq_str_equal(name, named);
		if (nearest == NULL)
			nearest = yq_str_nearest(named, &name, 1);
	}
	if (status == YQ_CONSOLE_DONE && !found)
		fprintf(stderr,
		    "yq: nobody has spoken of a strategy \"%s\" yet, and it holds nothing%s%s%s; "
		    "it "
		    "must be written as alerts write it\n",
		    named, nearest != NULL ? " (there is \"" : "", nearest != NULL ? nearest : "",
		    nearest != NULL ? "\")" : "");
	return status;
}

int
yq_fetch_scope(struct yq_system *system, const struct yq_call *call, char scope[YQ_HALT_FIELD_SIZE],
    char alias[YQ_ALIAS_SIZE])
{
	const char *account = call->options[YQ_OPT_ACCOUNT];
	const char *strategy = call->options[YQ_OPT_STRATEGY];
	int status = YQ_CONSOLE_DONE;

	alias[0] = '\0';
	if (account != NULL && !yq_alias_is_valid(account))
		return yq_fail_usage(call, "\"%s\" is no account's name", account);
	if (strategy != NULL && (strategy[0] == '\0' || strlen(strategy) >= YQ_STRATEGY_SIZE))
		return yq_fail_usage(call, "--strategy is empty or too long");
	if (strategy != NULL && yq_str_equal(strategy, "*"))
		return yq_fail_usage(
		    call, "\"*\" is no strategy's name; without --strategy it is all of them");
	if (account != NULL)
		status = check_account(system, account, alias);
	if (strategy != NULL && status == YQ_CONSOLE_DONE)
		status = yq_fetch_check_strategy(system, strategy);
	yq_str_copy_cut(scope, YQ_HALT_FIELD_SIZE, YQ_HALT_ALL);
	if (account != NULL && strategy != NULL)
		yq_halt_field_both(alias, strategy, scope);
	else if (account != NULL)
		yq_halt_field_account(alias, scope);
	else if (strategy != NULL)
		yq_halt_field_strategy(strategy, scope);
	return status;
}
