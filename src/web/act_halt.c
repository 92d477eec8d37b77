/* act_halt.c - kill switches and what strategies may do: seen, thrown, released, changed. */
#include <string.h>

#include "base/str.h"
#include "desk/fetch_halts.h"
#include "desk/halt_by_hand.h"
#include "web/act_risk.h"
#include "web/acts.h"
#include "web/put.h"

#define US_PER_MINUTE (60 * YQ_US_PER_SECOND)

enum yq_rc
yq_act_put_halts(struct yq_api_call *call, struct yq_err *err)
{
	YQ_CLEANUP(yq_halts_clear) struct yq_halts halts = { 0 };
	enum yq_rc rc = yq_desk_halts(call->desk, &halts, err);

	if (rc != YQ_OK)
		return rc;
	yq_json_begin_object(call->out);
	yq_json_name(call->out, "items");
	yq_put_halts(call->out, &halts, yq_clock_now_us(yq_clock_system()));
	yq_json_end_object(call->out);
	return YQ_OK;
}

/* "*" means all of them elsewhere, and is no strategy's name. */
static enum yq_rc
check_strategy(struct yq_api_call *call, const char *strategy, struct yq_err *err)
{
	if (strategy[0] != '\0' && !yq_str_equal(strategy, YQ_HALT_ALL))
		return YQ_OK;
	return yq_api_refuse(
	    call, 422, "INVALID", "strategy", err, "\"%s\" is no strategy's name", strategy);
}

/* ---- throwing ---- */

static enum yq_rc
take_scope(struct yq_api_call *call, char scope[YQ_HALT_FIELD_SIZE], struct yq_err *err)
{
	const char *alias = yq_api_text(call, "account");
	const char *strategy = yq_api_text(call, "strategy");
	struct yq_account_state account = { 0 };
	enum yq_rc rc = YQ_OK;

	if (alias != NULL)
		rc = yq_act_account(call, "account", &account, err);
	yq_account_state_clear(&account);
	if (rc == YQ_OK && strategy != NULL)
		rc = check_strategy(call, strategy, err);
	yq_str_copy_cut(scope, YQ_HALT_FIELD_SIZE, YQ_HALT_ALL);
	if (alias != NULL && strategy != NULL)
		yq_halt_field_both(alias, strategy, scope);
	else if (alias != NULL)
		yq_halt_field_account(alias, scope);
	else if (strategy != NULL)
		yq_halt_field_strategy(strategy, scope);
	return rc;
}

enum yq_rc
yq_act_halt(struct yq_api_call *call, struct yq_err *err)
{
	const char *alias = yq_api_text(call, "account");
	int64_t minutes = yq_api_int(call, "minutes", 0);
	char scope[YQ_HALT_FIELD_SIZE], text[YQ_HALT_BY_HAND_TEXT_SIZE];
	struct yq_halt_wish wish = { .id = yq_act_id(call),
		.scope = scope,
		.alias = alias != NULL ? alias : "",
		.why = yq_api_text(call, "reason"),
		.until_us = minutes > 0 ? call->now_us + minutes * US_PER_MINUTE : 0,
		.flatten = yq_api_bool(call, "flatten", false) };
	struct yq_halt halt;
	enum yq_rc rc = take_scope(call, scope, err);

	if (rc == YQ_OK)
		rc = yq_halt_by_hand(call->desk, &wish, &halt, text, err);
	return rc == YQ_OK ? yq_act_put_halts(call, err) : rc;
}

/* ---- releasing ---- */

enum yq_rc
yq_act_release(struct yq_api_call *call, struct yq_err *err)
{
	char text[YQ_HALT_BY_HAND_TEXT_SIZE], why[YQ_ERR_TEXT_MAX];
	struct yq_release_wish wish = { .id = yq_act_id(call),
		.field = yq_api_text(call, "field"),
		.scope = "",
		.alias = "",
		.why = yq_api_text(call, "reason"),
		.force = yq_api_bool(call, "force", false) };
	size_t count = 0;
	enum yq_rc rc;

	if (wish.force && call->who.role < YQ_ROLE_ADMIN)
		return yq_api_refuse(
		    call, 403, "FORBIDDEN", "force", err, "only an Admin releases what cools off");
	rc = yq_release_by_hand(call->desk, &wish, &count, text, err);
	if (rc == YQ_OK)
		return yq_act_put_halts(call, err);
	if (rc != YQ_E_REFUSED)
		return rc;
	yq_str_copy_cut(why, sizeof(why), err->text);
	return yq_api_refuse(call, 409, "COOLING_OFF", "field", err, "%s", why);
}

/* ---- strategies ---- */

void
yq_act_put_life(struct yq_json_writer *w, const char *strategy, const struct yq_life *life)
{
	yq_json_begin_object(w);
	yq_json_put_text(w, "strategy", strategy);
	yq_api_put_name(w, "state", &yq_life_state_names, (int)life->state);
	yq_json_put_text(w, "who", life->who);
	yq_api_put_time(w, "at", life->when_us);
	yq_json_put_text(w, "why", life->why);
	yq_json_end_object(w);
}

enum yq_rc
yq_act_strategy(struct yq_api_call *call, struct yq_err *err)
{
	struct yq_life_wish wish = { .strategy = yq_api_text(call, "strategy"),
		.state = (enum yq_life_state)yq_api_name(call, "state", YQ_LIFE_OFF),
		.why = yq_api_text(call, "reason") };
	char text[YQ_HALT_BY_HAND_TEXT_SIZE], why[YQ_ERR_TEXT_MAX];
	struct yq_life life;
	enum yq_rc rc = check_strategy(call, wish.strategy, err);

	if (rc != YQ_OK)
		return rc;
	rc = yq_life_by_hand(call->desk, &wish, &life, text, err);
	if (rc == YQ_OK)
		yq_act_put_life(call->out, wish.strategy, &life);
	if (rc != YQ_E_REFUSED)
		return rc;
	yq_str_copy_cut(why, sizeof(why), err->text);
	return yq_api_refuse(call, 409, "COOLING_OFF", "state", err, "%s", why);
}
