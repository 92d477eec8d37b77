/* verbs_replace.c - `yq replace`: another quantity or price for an order that rests. */
#include "base/mem.h"
#include "base/str.h"
#include "console/answer.h"
#include "console/fetch.h"
#include "console/person.h"
#include "console/take.h"

#include <string.h>

static int
take_change(const struct yq_call *call, struct yq_replace *change)
{
	const char *id = call->options[YQ_OPT_ID];
	const char *why = call->options[YQ_OPT_REASON];
	int status = yq_take_positive(call, YQ_OPT_QTY, &change->qty);

	if (status == YQ_CONSOLE_DONE)
		status = yq_take_positive(call, YQ_OPT_PRICE, &change->price);
	if (status == YQ_CONSOLE_DONE)
		status = yq_take_positive(call, YQ_OPT_STOP, &change->stop_price);
	if (status == YQ_CONSOLE_DONE)
		status = yq_take_text(call, YQ_OPT_REASON, change->reason, sizeof(change->reason));
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (!change->qty.set && !change->price.set && !change->stop_price.set)
		return yq_fail_usage(call, "say what to change: --qty, --price or --stop");
	if (why == NULL)
		yq_str_copy_cut(change->reason, sizeof(change->reason), "by hand");
	change->id = yq_id_random();
	if (id != NULL && yq_id_parse(id, strlen(id), &change->id) != YQ_OK)
		return yq_fail_usage(call, "--id: expected a UUID, found \"%s\"", id);
	return YQ_CONSOLE_DONE;
}

/* What nobody can change at present, whatever the gateway will say. */
static int
check_state(const struct yq_order_state_full *full)
{
	enum yq_order_state state = full->progress.state;

	if (yq_order_state_is_final(state))
		return yq_fail(YQ_CONSOLE_REFUSED, "order %s is over (%s): nothing to change",
		    full->order.id.text, yq_names_text(&yq_order_state_names, (int)state));
	if (state == YQ_ORDER_UNKNOWN)
		return yq_fail(YQ_CONSOLE_REFUSED,
		    "nobody knows what became of order %s: it is being asked about; `yq why` "
		    "tells, and "
		    "`yq order resolve` ends the doubt",
		    full->order.id.text);
	return YQ_CONSOLE_DONE;
}

static int
find_order(struct yq_system *system, const char *text, struct yq_order_state_full *full)
{
	struct yq_id id;
	bool found = false;
	int status = yq_answer_find(system, text, &id);

	if (status == YQ_CONSOLE_DONE)
		status = yq_fetch_order(system, &id, full, &found);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (!found)
		return yq_fail(YQ_CONSOLE_REFUSED,
		    "there is no order %s on the bus: it is over, or never was", id.text);
	return check_state(full);
}

static int
submit(struct yq_system *system, const struct yq_replace *change)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_submit_item item = { .kind = YQ_SUBMIT_REPLACE,
		.id = change->order_id,
		.request_id = change->id,
		.created_at_us = change->timestamp_us };
	struct yq_step_answer answer = { 0 };
	struct yq_err err = { 0 };
	enum yq_rc rc;

	yq_message_encode_replace(change, &payload);
	item.payload = payload.data;
	item.length = payload.length;
	rc = yq_valkey_sync_submit(system->desk.valkey, &item, 1, &answer, &err);
	if (rc == YQ_E_UNKNOWN)
		return yq_fail(YQ_CONSOLE_UNREACHABLE,
		    "%s; the change may be on its way: the same command with --id %s makes it no "
		    "second time",
		    err.text, change->id.text);
	if (rc != YQ_OK)
		return yq_fail_err(&err);
	if (answer.result == YQ_CLOSED || answer.result == YQ_NO_SUCH_ORDER)
		return yq_fail(YQ_CONSOLE_REFUSED, "order %s is over: nothing to change",
		    change->order_id.text);
	return YQ_CONSOLE_DONE; /* a duplicate too: its word is waited for */
}

int
yq_verb_replace(const struct yq_call *call)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	YQ_CLEANUP(yq_freep) struct yq_order_state_full *full = yq_xcalloc(1, sizeof(*full));
	struct yq_replace change = { .timestamp_us = yq_clock_now_us(yq_clock_system()) };
	int status = take_change(call, &change);

	if (status == YQ_CONSOLE_DONE)
		status = yq_system_find(call, &system);
	if (status == YQ_CONSOLE_DONE)
		status = find_order(&system, call->words[0], full);
	if (status != YQ_CONSOLE_DONE)
		return status;
	change.order_id = full->order.id;
	memcpy(change.account_alias, full->order.account_alias, sizeof(change.account_alias));
	change.hand = yq_person();
	status = submit(&system, &change);
	if (status != YQ_CONSOLE_DONE)
		return status;
	return yq_answer_await(&system, call,
	    &(struct yq_asked){
		YQ_SUBMIT_REPLACE, change.order_id, change.id, change.account_alias, "changed" });
}
