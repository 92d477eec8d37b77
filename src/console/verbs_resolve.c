/* verbs_resolve.c - `yq order resolve`: a person says what became of an order nobody knows about.
 */
#include "console/verbs_resolve.h"
#include "base/mem.h"
#include "base/str.h"
#include "console/answer.h"
#include "console/fetch.h"
#include "console/person.h"
#include "console/said.h"
#include "desk/order_by_hand.h"

#include <stdio.h>
#include <string.h>

static int
find_order(struct yq_system *system, const char *text, struct yq_order_state_full *order)
{
	struct yq_id id;
	bool found = false;
	int status = yq_answer_find(system, text, &id);

	if (status == YQ_CONSOLE_DONE)
		status = yq_fetch_order(system, &id, order, &found);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (!found)
		return yq_fail(YQ_CONSOLE_REFUSED, "there is no order %s on the bus", id.text);
	return YQ_CONSOLE_DONE;
}

/* ---- what will happen ---- */

static void
print_order(const struct yq_order_state_full *full)
{
	const struct yq_order *o = &full->order;
	char qty[YQ_DECIMAL_TEXT_SIZE], filled[YQ_DECIMAL_TEXT_SIZE], since[YQ_TIME_TEXT_SIZE] = "";

	yq_decimal_format(o->qty, qty);
	yq_decimal_format(full->progress.filled, filled);
	if (full->unknown_at_us != 0)
		yq_time_format(full->unknown_at_us, since);
	printf("order %s\n  %s %s %s on %s, %s, account %s: %s%s%s, %s filled\n", o->id.text,
	    yq_names_text(&yq_action_names, (int)o->action), qty, o->ticker,
	    yq_names_text(&yq_exchange_names, (int)o->exchange),
	    yq_names_text(&yq_order_type_names, (int)o->type), o->account_alias,
	    yq_names_text(&yq_order_state_names, (int)full->progress.state),
	    since[0] != '\0' ? " since " : "", since, filled);
}

static void
print_fill(const struct yq_order_state_full *full, const struct yq_resolution *said)
{
	char qty[YQ_DECIMAL_TEXT_SIZE], price[YQ_DECIMAL_TEXT_SIZE], fee[YQ_DECIMAL_TEXT_SIZE];
	const char *currency = yq_names_text(&yq_currency_names, (int)full->order.currency);

	yq_decimal_format(said->qty.value, qty);
	yq_decimal_format(said->price.value, price);
	yq_decimal_format(said->commission.set ? said->commission.value : YQ_DECIMAL_ZERO, fee);
	printf("  a trade of %s at %s %s, commission %s, is booked: cash and position change\n",
	    qty, price, currency, fee);
}

static void
print_plan(const struct yq_order_state_full *full, const struct yq_resolution *said)
{
	static const char *const ends[YQ_RESOLVED_COUNT] = {
		[YQ_RESOLVED_FILLED] = "it is filled; what is left of it, if anything, stays open",
		[YQ_RESOLVED_OPEN] = "it is open at the broker, and followed there",
		[YQ_RESOLVED_REJECTED] = "it ends as rejected; what it reserved is released",
		[YQ_RESOLVED_CANCELED] = "it ends as canceled; what it reserved is released",
	};

	print_order(full);
	if (said->qty.set)
		print_fill(full, said);
	printf("  %s%s%s\n", ends[said->outcome],
	    said->broker_order_id[0] != '\0' ? "; the broker's id is " : "", said->broker_order_id);
	puts("  what the broker tells of it later is set against this, and nothing counts twice");
	fflush(stdout);
}

/* ---- asking the gateway ---- */

static int
submit(
    struct yq_system *system, const struct yq_order_state_full *order, struct yq_resolution *said)
{
	struct yq_err err = { 0 };
	enum yq_rc rc = yq_resolve_by_hand(&system->desk, order, said, &err);

	if (rc == YQ_E_STATE)
		return yq_fail(YQ_CONSOLE_REFUSED,
		    "order %s has ended meanwhile: there is nothing to resolve (`yq why` tells)",
		    said->order_id.text);
	return rc == YQ_OK ? YQ_CONSOLE_DONE : yq_fail_err(&err);
}

int
yq_order_resolve(const struct yq_call *call)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	YQ_CLEANUP(yq_freep) struct yq_order_state_full *order = yq_xcalloc(1, sizeof(*order));
	struct yq_resolution said;
	struct yq_err err = { 0 };
	enum yq_rc rc;
	int status;

	if (yq_said_parse(call, &said, &err) != YQ_OK)
		return yq_fail_usage(call, "%s", err.text);
	said.id = yq_id_random();
	status = yq_system_find(call, &system);
	if (status == YQ_CONSOLE_DONE)
		status = find_order(&system, call->words[1], order);
	if (status != YQ_CONSOLE_DONE)
		return status;
	rc = yq_resolve_by_hand_check(order, &said, &err);
	if (rc == YQ_E_STATE)
		return yq_fail(YQ_CONSOLE_REFUSED, "%s", err.text);
	if (rc != YQ_OK)
		return yq_fail_usage(call, "%s", err.text);
	if (!yq_call_has(call, YQ_OPT_JSON))
		print_plan(order, &said);
	if (!yq_call_has(call, YQ_OPT_YES) && !yq_person_agrees("Is that so?"))
		return yq_fail(YQ_CONSOLE_REFUSED, "nothing was done");
	status = submit(&system, order, &said);
	if (status != YQ_CONSOLE_DONE)
		return status;
	return yq_answer_tell(&system, call,
	    &(struct yq_asked){ YQ_SUBMIT_RESOLVE, said.order_id, said.id }, said.account_alias,
	    "resolved");
}
