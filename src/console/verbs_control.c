/* verbs_control.c - take control: cancel. */
#include "base/str.h"
#include "console/fetch.h"
#include "console/listen.h"
#include "console/person.h"
#include "console/resolve.h"
#include "console/sheet.h"
#include "console/tell.h"

#include <stdio.h>
#include <string.h>

#define WAIT_MS 2000

static void
take_reason(const struct yq_call *call, char *reason, size_t size)
{
	const char *given = call->options[YQ_OPT_REASON];

	yq_str_copy_cut(reason, size, given != NULL ? given : "by hand");
}

static int
submit_cancel(struct yq_system *system, const struct yq_call *call, const struct yq_order *order,
    enum yq_step_result *result)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_cancel cancel = yq_cancel_default();
	struct yq_submit_item item = { .kind = YQ_SUBMIT_CANCEL, .id = order->id };
	struct yq_step_answer answer = { 0 };
	struct yq_err err = { 0 };

	cancel.id = yq_id_random();
	cancel.order_id = order->id;
	cancel.timestamp_us = yq_clock_now_us(yq_clock_system());
	yq_str_copy_cut(cancel.account_alias, sizeof(cancel.account_alias), order->account_alias);
	take_reason(call, cancel.reason, sizeof(cancel.reason));
	cancel.hand = yq_person();
	yq_message_encode_cancel(&cancel, &payload);
	item.request_id = cancel.id;
	item.created_at_us = cancel.timestamp_us;
	item.payload = payload.data;
	item.length = payload.length;
	if (yq_valkey_sync_submit(system->desk.valkey, &item, 1, &answer, &err) != YQ_OK)
		return yq_fail_err(&err);
	*result = answer.result;
	return YQ_CONSOLE_DONE;
}

static int
cancel_all(struct yq_system *system, const struct yq_call *call)
{
	YQ_CLEANUP(yq_members_clear) struct yq_members members = { 0 };
	const char *account = call->options[YQ_OPT_ACCOUNT];
	size_t asked = 0;
	int status = yq_fetch_members(system, YQ_KEY_ORDER_OPEN, &members);

	for (size_t i = 0; i < members.count && status == YQ_CONSOLE_DONE; i++) {
		struct yq_order_state_full order;
		enum yq_step_result result = YQ_CLOSED;
		struct yq_id id;
		bool found = false;

		if (yq_id_parse(members.texts[i], strlen(members.texts[i]), &id) != YQ_OK)
			continue;
		status = yq_fetch_order(system, &id, &order, &found);
		if (!found ||
		    (account != NULL && !yq_str_equal_nocase(account, order.order.account_alias)))
			continue;
		status = submit_cancel(system, call, &order.order, &result);
		asked += result == YQ_SUBMITTED || result == YQ_DUPLICATE;
	}
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (yq_call_has(call, YQ_OPT_JSON))
		printf("{\"canceled\":%zu}\n", asked);
	else
		printf("asked to cancel %zu order%s\n", asked, asked == 1 ? "" : "s");
	return YQ_CONSOLE_DONE;
}

static int
cancel_one(struct yq_system *system, const struct yq_call *call)
{
	YQ_CLEANUP(yq_listener_close) struct yq_listener listener = { 0 };
	bool wait = !yq_call_has(call, YQ_OPT_NO_WAIT), found = false;
	struct yq_order_state_full order;
	enum yq_step_result result = YQ_CLOSED;
	struct yq_resolved resolved;
	int status = yq_resolve(system, call->words[0], true, &resolved);

	if (status == YQ_CONSOLE_DONE)
		status = yq_fetch_order(system, &resolved.id, &order, &found);
	if (status == YQ_CONSOLE_DONE && (!found || yq_order_state_is_final(order.progress.state)))
		return yq_fail(YQ_CONSOLE_REFUSED, "order %s is over (%s): nothing to cancel",
		    resolved.id.text,
		    found ? yq_names_text(&yq_order_state_names, (int)order.progress.state)
			  : "archived");
	if (status == YQ_CONSOLE_DONE && wait)
		status = yq_listener_open(&listener, system, YQ_KEY_EXECUTION, NULL);
	if (status == YQ_CONSOLE_DONE)
		status = submit_cancel(system, call, &order.order, &result);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (result == YQ_CLOSED || result == YQ_NO_SUCH_ORDER)
		return yq_fail(
		    YQ_CONSOLE_REFUSED, "order %s is over: nothing to cancel", resolved.id.text);
	return yq_listener_report(wait ? &listener : NULL, call, &resolved.id, WAIT_MS);
}

int
yq_verb_cancel(const struct yq_call *call)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	bool all = yq_call_has(call, YQ_OPT_ALL);
	int status;

	if (all == (call->word_count == 1))
		return yq_fail_usage(call, "say which order, or --all");
	status = yq_system_open_valkey(call, &system);
	if (status != YQ_CONSOLE_DONE)
		return status;
	return all ? cancel_all(&system, call) : cancel_one(&system, call);
}
