/* fetch_halts.c - the scope that a call names, and the desk's reads about it. */
#include "console/fetch_halts.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

/* What becomes of a read. */
static int
told(enum yq_rc rc, const struct yq_err *err)
{
	return rc == YQ_OK ? YQ_CONSOLE_DONE : yq_fail_err(err);
}

int
yq_fetch_halts(struct yq_system *system, struct yq_halts *halts)
{
	struct yq_err err = { 0 };

	return told(yq_desk_halts(&system->desk, halts, &err), &err);
}

int
yq_fetch_held(struct yq_system *system, const char *scope, yq_held_fn *fn, void *cookie)
{
	struct yq_err err = { 0 };

	return told(yq_desk_held(&system->desk, scope, fn, cookie, &err), &err);
}

int
yq_fetch_strategies(struct yq_system *system, struct yq_strategies *strategies)
{
	struct yq_err err = { 0 };

	return told(yq_desk_strategies(&system->desk, strategies, &err), &err);
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
