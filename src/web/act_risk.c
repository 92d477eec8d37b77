/* act_risk.c - GET /risk: limits and their use, kill switches, strategies. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "desk/fetch_halts.h"
#include "desk/usage.h"
#include "web/act_risk.h"
#include "web/put.h"

/* What one answer is made of. */
struct risk_view {
	struct yq_api_call *call;
	struct yq_config_report report;
	struct yq_risks *risks;
	struct yq_accounts *accounts;
	struct yq_strategies strategies;
	struct yq_usage *own, *theirs; /* rows of an account, and of a strategy in it */
};

static void
put_row(struct risk_view *view, const char *alias, const char *strategy, const struct yq_usage *row)
{
	struct yq_json_writer *w = view->call->out;

	yq_json_begin_object(w);
	yq_json_put_text(w, "account", alias);
	yq_json_put_text(w, "name", row->name);
	yq_json_name(w, "strategy");
	if (strategy[0] != '\0')
		yq_json_add_text(w, strategy);
	else
		yq_json_add_null(w);
	yq_json_put_text(w, "limit", row->limit);
	yq_json_name(w, "used");
	if (row->used[0] != '\0')
		yq_json_add_text(w, row->used);
	else
		yq_json_add_null(w);
	yq_api_put_opt_decimal(w, "ratio", row->ratio);
	yq_json_end_object(w);
}

/* What is another for a strategy than for the account. */
static void
put_strategy(struct risk_view *view, const char *alias, const char *strategy,
    const struct yq_book *book, size_t own_count)
{
	size_t count = yq_usage_of(
	    yq_risks_limits(view->risks, alias, strategy), book, view->call->now_us, view->theirs);

	for (size_t i = 0; i < count; i++)
		if (!yq_usage_has(view->own, own_count, &view->theirs[i]))
			put_row(view, alias, strategy, &view->theirs[i]);
}

static enum yq_rc
put_account(struct risk_view *view, const struct yq_account_settings *settings, struct yq_err *err)
{
	struct yq_api_call *call = view->call;
	struct yq_book book = { 0 };
	enum yq_rc rc = yq_book_read(
	    call->desk, settings->alias, settings, 60 * YQ_US_PER_SECOND, call->now_us, &book, err);
	const struct yq_book *known = rc == YQ_OK ? &book : NULL;
	size_t count;

	if (rc != YQ_OK && rc != YQ_E_NOT_FOUND)
		return rc;
	count = yq_usage_of(
	    yq_risks_find(view->risks, settings->alias), known, call->now_us, view->own);
	for (size_t i = 0; i < count; i++)
		put_row(view, settings->alias, "", &view->own[i]);
	for (size_t i = 0; i < view->strategies.count; i++)
		put_strategy(view, settings->alias, view->strategies.names[i], known, count);
	yq_book_clear(&book);
	return YQ_OK;
}

static enum yq_rc
put_limits(struct risk_view *view, struct yq_err *err)
{
	enum yq_rc rc = YQ_OK;

	yq_json_name(view->call->out, "limits");
	yq_json_begin_array(view->call->out);
	for (size_t i = 0; i < view->accounts->count && rc == YQ_OK; i++)
		if (view->accounts->items[i].active)
			rc = put_account(view, &view->accounts->items[i], err);
	yq_json_end_array(view->call->out);
	return rc;
}

static enum yq_rc
put_halts(struct yq_api_call *call, struct yq_err *err)
{
	YQ_CLEANUP(yq_halts_clear) struct yq_halts halts = { 0 };
	enum yq_rc rc = yq_desk_halts(call->desk, &halts, err);

	yq_json_name(call->out, "halts");
	yq_put_halts(call->out, &halts, call->now_us);
	return rc;
}

static enum yq_rc
put_strategies(struct risk_view *view, struct yq_err *err)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	struct yq_api_call *call = view->call;
	enum yq_rc rc = yq_desk_hash(call->desk, YQ_KEY_STRATEGY, NULL, &reply, err);

	yq_json_name(call->out, "strategies");
	yq_json_begin_array(call->out);
	for (size_t i = 0; i < view->strategies.count && rc == YQ_OK; i++) {
		const char *name = view->strategies.names[i];
		const char *value = yq_reply_field(reply, name);
		struct yq_life life = { .state = yq_settings_life(call->desk->config),
			.why = "nobody has said; the default" };

		if (value != NULL &&
		    yq_message_decode_life(value, strlen(value), &life, NULL) != YQ_OK)
			life = (struct yq_life){ .state = YQ_LIFE_OFF,
				.why = "what was said cannot be read" };
		yq_act_put_life(call->out, name, &life);
	}
	yq_json_end_array(call->out);
	return rc;
}

enum yq_rc
yq_act_risk(struct yq_api_call *call, struct yq_err *err)
{
	struct risk_view view = { .call = call };
	enum yq_rc rc = yq_desk_strategies(call->desk, &view.strategies, err);

	view.risks = yq_settings_risk(call->desk->config, &view.report);
	view.accounts = yq_settings_accounts(call->desk->config, &view.report);
	view.own = yq_xcalloc(YQ_USAGE_ROWS_MAX, sizeof(*view.own));
	view.theirs = yq_xcalloc(YQ_USAGE_ROWS_MAX, sizeof(*view.theirs));
	yq_json_begin_object(call->out);
	if (rc == YQ_OK)
		rc = put_limits(&view, err);
	if (rc == YQ_OK)
		rc = put_halts(call, err);
	if (rc == YQ_OK)
		rc = put_strategies(&view, err);
	yq_json_end_object(call->out);
	free(view.own);
	free(view.theirs);
	yq_strategies_clear(&view.strategies);
	yq_risks_free(view.risks);
	yq_accounts_free(view.accounts);
	yq_config_report_free(&view.report);
	return rc;
}
