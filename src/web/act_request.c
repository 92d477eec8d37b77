/* act_request.c - what is asked of an order that is there: cancel, replace, resolve. */
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "desk/answer.h"
#include "desk/fetch.h"
#include "desk/order_by_hand.h"
#include "web/acts.h"

static enum yq_rc
find(struct yq_api_call *call, struct yq_order_state_full *full, struct yq_err *err)
{
	struct yq_id id = yq_api_id(call, "id");
	bool found = false;
	enum yq_rc rc = yq_desk_order(call->desk, &id, full, &found, err);

	if (rc == YQ_OK && !found)
		return yq_err_set(err, YQ_E_NOT_FOUND,
		    "there is no order %s on the bus: it is over, or never was", id.text);
	return rc;
}

/* A request by an older view of the order than there is, unless this very one was made before. */
static enum yq_rc
check_version(struct yq_api_call *call, const struct yq_order_state_full *full,
    const struct yq_asked *asked, struct yq_err *err)
{
	bool made = false;
	enum yq_rc rc = yq_answer_was_asked(call->desk, asked, &made, err);

	if (rc != YQ_OK || made || yq_api_int(call, "version", 0) == full->progress.sequence)
		return rc;
	return yq_api_refuse(call, 409, "STALE_VERSION", "version", err,
	    "the order has changed meanwhile: it is version %lld now",
	    (long long)full->progress.sequence);
}

/* Wait for the gateway's word, and say it. */
static enum yq_rc
await(struct yq_api_call *call, const struct yq_asked *asked, const char *done, const char *alias,
    struct yq_err *err)
{
	struct yq_word word;
	enum yq_rc rc = yq_answer_await(call->desk, asked, YQ_ANSWER_WAIT_MS, &word, err);

	if (rc != YQ_OK)
		return rc;
	if (word.kind == YQ_WORD_NONE) {
		yq_api_done(call,
		    "asked for; the gateway has not answered yet: the request is kept, and carried "
		    "out when it serves %s",
		    alias);
		return YQ_OK;
	}
	if (word.kind == YQ_WORD_APPLIED) {
		yq_api_done(call, "%s%s%s", done, word.text[0] != '\0' ? ": " : "", word.text);
		return YQ_OK;
	}
	if (yq_str_starts(word.text, YQ_REPLACE_STALE))
		return yq_api_refuse(call, 409, "STALE_VERSION", "version", err, "%s", word.text);
	if (word.state[0] != '\0')
		return yq_api_refuse(call, 409, "ORDER_OVER", NULL, err, "%s", word.text);
	return yq_api_refuse(call, 422, "REFUSED", NULL, err, "%s", word.text);
}

/* ---- cancel ---- */

enum yq_rc
yq_act_cancel(struct yq_api_call *call, struct yq_err *err)
{
	YQ_CLEANUP(yq_freep) struct yq_order_state_full *full = yq_xcalloc(1, sizeof(*full));
	struct yq_asked asked = { .kind = YQ_SUBMIT_CANCEL, .request_id = yq_act_id(call) };
	enum yq_rc rc = find(call, full, err);

	if (rc != YQ_OK)
		return rc;
	asked.order_id = full->order.id;
	/* It may be the end of this very request, whose answer was lost. */
	if (full->progress.state == YQ_ORDER_CANCELED) {
		yq_api_done(call, "canceled");
		return YQ_OK;
	}
	if (yq_order_state_is_final(full->progress.state))
		return yq_api_refuse(call, 409, "ORDER_OVER", NULL, err,
		    "order %s is over (%s): nothing to cancel", asked.order_id.text,
		    yq_names_text(&yq_order_state_names, (int)full->progress.state));
	rc = yq_cancel_by_hand(
	    call->desk, &full->order, &asked.request_id, yq_act_reason(call, YQ_BY_HAND), err);
	return rc == YQ_OK ? await(call, &asked, "canceled", full->order.account_alias, err) : rc;
}

/* ---- replace ---- */

enum yq_rc
yq_act_replace(struct yq_api_call *call, struct yq_err *err)
{
	YQ_CLEANUP(yq_freep) struct yq_order_state_full *full = yq_xcalloc(1, sizeof(*full));
	struct yq_replace change = { .id = yq_act_id(call),
		.qty = yq_api_decimal(call, "qty"),
		.price = yq_api_decimal(call, "price"),
		.stop_price = yq_api_decimal(call, "stopPrice"),
		.version = yq_api_int(call, "version", 0) };
	struct yq_asked asked = { .kind = YQ_SUBMIT_REPLACE, .request_id = change.id };
	enum yq_rc rc;

	if (!change.qty.set && !change.price.set && !change.stop_price.set)
		return yq_api_refuse(call, 422, "INVALID", "qty", err,
		    "say what to change: qty, price or stopPrice");
	yq_str_copy_cut(change.reason, sizeof(change.reason), yq_act_reason(call, YQ_BY_HAND));
	rc = find(call, full, err);
	asked.order_id = full->order.id;
	if (rc == YQ_OK)
		rc = check_version(call, full, &asked, err);
	if (rc == YQ_OK)
		rc = yq_replace_by_hand(call->desk, full, &change, err);
	return rc == YQ_OK ? await(call, &asked, "changed", full->order.account_alias, err) : rc;
}

/* ---- resolve ---- */

enum yq_rc
yq_act_resolve(struct yq_api_call *call, struct yq_err *err)
{
	YQ_CLEANUP(yq_freep) struct yq_order_state_full *full = yq_xcalloc(1, sizeof(*full));
	struct yq_resolution said = yq_resolution_default();
	const char *broker_id = yq_api_text(call, "brokerOrderId");
	struct yq_asked asked = { .kind = YQ_SUBMIT_RESOLVE, .request_id = yq_act_id(call) };
	enum yq_rc rc;

	said.id = asked.request_id;
	said.outcome = (enum yq_resolved_as)yq_api_name(call, "outcome", YQ_RESOLVED_COUNT);
	said.qty = yq_api_decimal(call, "qty");
	said.price = yq_api_decimal(call, "price");
	said.commission = yq_api_decimal(call, "commission");
	yq_str_copy_cut(
	    said.broker_order_id, sizeof(said.broker_order_id), broker_id != NULL ? broker_id : "");
	yq_str_copy_cut(said.reason, sizeof(said.reason), yq_api_text(call, "reason"));
	rc = find(call, full, err);
	asked.order_id = full->order.id;
	if (rc == YQ_OK)
		rc = check_version(call, full, &asked, err);
	if (rc == YQ_OK)
		rc = yq_resolve_by_hand(call->desk, full, &said, err);
	return rc == YQ_OK ? await(call, &asked, "resolved", full->order.account_alias, err) : rc;
}
