/* verbs_replace.c - `yq replace`: another quantity or price for an order that rests. */
#include "base/mem.h"
#include "base/str.h"
#include "console/answer.h"
#include "console/fetch.h"
#include "console/take.h"
#include "desk/order_by_hand.h"

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
		yq_str_copy_cut(change->reason, sizeof(change->reason), YQ_BY_HAND);
	change->id = yq_id_random();
	if (id != NULL && yq_id_parse(id, strlen(id), &change->id) != YQ_OK)
		return yq_fail_usage(call, "--id: expected a UUID, found \"%s\"", id);
	return YQ_CONSOLE_DONE;
}

static int
find_order(struct yq_system *system, const char *text, struct yq_order_state_full *full)
{
	struct yq_id id;
	bool found = false;
	struct yq_err err = { 0 };
	int status = yq_answer_find(system, text, &id);

	if (status == YQ_CONSOLE_DONE)
		status = yq_fetch_order(system, &id, full, &found);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (!found)
		return yq_fail(YQ_CONSOLE_REFUSED,
		    "there is no order %s on the bus: it is over, or never was", id.text);
	return yq_replace_by_hand_check(full, &err) == YQ_OK
		   ? YQ_CONSOLE_DONE
		   : yq_fail(YQ_CONSOLE_REFUSED, "%s", err.text);
}

static int
submit(struct yq_system *system, const struct yq_order_state_full *order, struct yq_replace *change)
{
	struct yq_err err = { 0 };
	enum yq_rc rc = yq_replace_by_hand(&system->desk, order, change, &err);

	if (rc == YQ_E_UNKNOWN)
		return yq_fail(YQ_CONSOLE_UNREACHABLE,
		    "%s; the change may be on its way: the same command with --id %s makes it no "
		    "second time",
		    err.text, change->id.text);
	if (rc == YQ_E_STATE)
		return yq_fail(YQ_CONSOLE_REFUSED, "%s", err.text);
	return rc == YQ_OK ? YQ_CONSOLE_DONE : yq_fail_err(&err);
}

int
yq_verb_replace(const struct yq_call *call)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	YQ_CLEANUP(yq_freep) struct yq_order_state_full *full = yq_xcalloc(1, sizeof(*full));
	struct yq_replace change = { 0 };
	int status = take_change(call, &change);

	if (status == YQ_CONSOLE_DONE)
		status = yq_system_find(call, &system);
	if (status == YQ_CONSOLE_DONE)
		status = find_order(&system, call->words[0], full);
	if (status != YQ_CONSOLE_DONE)
		return status;
	status = submit(&system, full, &change);
	if (status != YQ_CONSOLE_DONE)
		return status;
	return yq_answer_tell(&system, call,
	    &(struct yq_asked){ YQ_SUBMIT_REPLACE, change.order_id, change.id },
	    change.account_alias, "changed");
}
