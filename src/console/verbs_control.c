/* verbs_control.c - take control: cancel. */
#include "base/str.h"
#include "console/fetch.h"
#include "console/listen.h"
#include "console/resolve.h"
#include "desk/order_by_hand.h"

#include <stdio.h>
#include <string.h>

#define WAIT_MS 2000

static const char *
reason_of(const struct yq_call *call)
{
	const char *given = call->options[YQ_OPT_REASON];

	return given != NULL ? given : YQ_BY_HAND;
}

static int
submit_cancel(struct yq_system *system, const struct yq_call *call, const struct yq_order *order)
{
	struct yq_id request = yq_id_random();
	struct yq_err err = { 0 };
	enum yq_rc rc = yq_cancel_by_hand(&system->desk, order, &request, reason_of(call), &err);

	if (rc == YQ_E_STATE)
		return yq_fail(YQ_CONSOLE_REFUSED, "%s", err.text);
	return rc == YQ_OK ? YQ_CONSOLE_DONE : yq_fail_err(&err);
}

static int
cancel_all(struct yq_system *system, const struct yq_call *call)
{
	struct yq_err err = { 0 };
	size_t asked = 0;

	if (yq_cancel_all_by_hand(&system->desk, call->options[YQ_OPT_ACCOUNT], reason_of(call),
		&asked, &err) != YQ_OK)
		return yq_fail_err(&err);
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
		status = submit_cancel(system, call, &order.order);
	if (status != YQ_CONSOLE_DONE)
		return status;
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
