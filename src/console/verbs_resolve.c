/* verbs_resolve.c - `yq order resolve`: a person says what became of an order nobody knows about.
 */
#include "console/verbs_resolve.h"
#include "base/mem.h"
#include "base/str.h"
#include "console/fetch.h"
#include "console/person.h"
#include "console/resolve.h"
#include "console/said.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define WAIT_MS	   10000
#define LOOK_MS	   50
#define TIMEOUT_MS 5000

/* A whole id needs no archive: Firebird may be away. */
static int
find_id(struct yq_system *system, const char *text, struct yq_id *id)
{
	struct yq_resolved resolved;
	int status;

	if (yq_id_parse(text, strlen(text), id) == YQ_OK)
		return yq_system_valkey(system);
	status = yq_resolve(system, text, true, &resolved);
	*id = resolved.id;
	return status;
}

static int
find_order(struct yq_system *system, const char *text, struct yq_order_state_full *order)
{
	enum yq_order_state state;
	struct yq_id id;
	bool found = false;
	int status = find_id(system, text, &id);

	if (status == YQ_CONSOLE_DONE)
		status = yq_fetch_order(system, &id, order, &found);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (!found)
		return yq_fail(YQ_CONSOLE_REFUSED, "there is no order %s on the bus", id.text);
	state = order->progress.state;
	if (yq_order_state_is_final(state) || state == YQ_ORDER_PENDING ||
	    state == YQ_ORDER_SUBMITTING)
		return yq_fail(YQ_CONSOLE_REFUSED, "order %s is %s: there is nothing to resolve",
		    id.text, yq_names_text(&yq_order_state_names, (int)state));
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
submit(struct yq_system *system, const struct yq_resolution *said)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_submit_item item = { .kind = YQ_SUBMIT_RESOLVE,
		.id = said->order_id,
		.request_id = said->id,
		.created_at_us = said->timestamp_us };
	struct yq_step_answer answer = { 0 };
	struct yq_err err = { 0 };

	yq_message_encode_resolution(said, &payload);
	item.payload = payload.data;
	item.length = payload.length;
	if (yq_valkey_sync_submit(system->valkey, &item, 1, &answer, &err) != YQ_OK)
		return yq_fail_err(&err);
	if (answer.result == YQ_CLOSED || answer.result == YQ_NO_SUCH_ORDER)
		return yq_fail(YQ_CONSOLE_REFUSED,
		    "order %s has ended meanwhile: there is nothing to resolve (`yq why` tells)",
		    said->order_id.text);
	return YQ_CONSOLE_DONE;
}

/* The gateway's word on the request; the empty text while it has not said one. */
static int
fetch_word(struct yq_system *system, const struct yq_resolution *said, char *word, size_t size)
{
	char name[YQ_KEY_SIZE], mark[YQ_REQUEST_MARK_SIZE];
	const char *argv[] = { "HGET", name, mark };
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	struct yq_err err = { 0 };
	const char *text;

	yq_key_format(YQ_KEY_ORDER_STATE, said->order_id.text, name);
	yq_request_mark(YQ_SUBMIT_RESOLVE, &said->id, mark);
	if (yq_valkey_sync_command(system->valkey, 3, argv, NULL, TIMEOUT_MS, &reply, &err) !=
	    YQ_OK)
		return yq_fail_err(&err);
	text = yq_reply_text(reply, NULL);
	word[0] = '\0';
	if (text != NULL &&
	    (yq_str_starts(text, YQ_MARK_APPLIED) || yq_str_starts(text, YQ_MARK_REFUSED)))
		yq_str_copy_cut(word, size, text);
	return YQ_CONSOLE_DONE;
}

static void
print_json(const struct yq_resolution *said, const char *outcome, const char *text)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf out = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_json_writer w = yq_json_writer_make(&out);

	yq_json_begin_object(&w);
	yq_json_put_text(&w, "orderId", said->order_id.text);
	yq_json_put_text(&w, "requestId", said->id.text);
	yq_json_put_text(&w, "outcome", outcome);
	yq_json_put_text(&w, "message", text);
	yq_json_end_object(&w);
	puts(yq_buf_text(&out));
}

static int
report(const struct yq_call *call, const struct yq_resolution *said, const char *word)
{
	bool applied = yq_str_starts(word, YQ_MARK_APPLIED);
	const char *text = word + strlen(applied ? YQ_MARK_APPLIED : YQ_MARK_REFUSED);

	if (yq_call_has(call, YQ_OPT_JSON))
		print_json(said, applied ? "applied" : "refused", text);
	else if (applied)
		printf("resolved: %s\n", text);
	if (applied)
		return YQ_CONSOLE_DONE;
	return yq_fail(YQ_CONSOLE_REFUSED, "order %s: %s", said->order_id.text, text);
}

static int
await(struct yq_system *system, const struct yq_call *call, const struct yq_resolution *said)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000 };
	int64_t end_ns = yq_clock_monotonic_ns(yq_clock_system()) + WAIT_MS * INT64_C(1000000);
	char word[YQ_MESSAGE_SIZE * 2] = "";
	int status = YQ_CONSOLE_DONE;

	while (status == YQ_CONSOLE_DONE && word[0] == '\0' &&
	       yq_clock_monotonic_ns(yq_clock_system()) < end_ns) {
		status = fetch_word(system, said, word, sizeof(word));
		if (word[0] == '\0')
			(void)nanosleep(&pause, NULL);
	}
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (word[0] != '\0')
		return report(call, said, word);
	if (yq_call_has(call, YQ_OPT_JSON))
		print_json(said, "asked", "");
	return yq_fail(YQ_CONSOLE_UNREACHABLE,
	    "the gateway has not answered yet; the request is kept, and carried out when it serves "
	    "%s",
	    said->account_alias);
}

int
yq_order_resolve(const struct yq_call *call)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	YQ_CLEANUP(yq_freep) struct yq_order_state_full *order = yq_xcalloc(1, sizeof(*order));
	struct yq_resolution said;
	struct yq_err err = { 0 };
	int status;

	if (yq_said_parse(call, &said, &err) != YQ_OK)
		return yq_fail_usage(call, "%s", err.text);
	said.id = yq_id_random();
	status = yq_system_find(call, &system);
	if (status == YQ_CONSOLE_DONE)
		status = find_order(&system, call->words[1], order);
	if (status != YQ_CONSOLE_DONE)
		return status;
	said.order_id = order->order.id;
	memcpy(said.account_alias, order->order.account_alias, sizeof(said.account_alias));
	if (yq_resolution_check(&said, &err) != YQ_OK)
		return yq_fail_usage(call, "%s", err.text);
	if (!yq_call_has(call, YQ_OPT_JSON))
		print_plan(order, &said);
	if (!yq_call_has(call, YQ_OPT_YES) && !yq_person_agrees("Is that so?"))
		return yq_fail(YQ_CONSOLE_REFUSED, "nothing was done");
	yq_str_copy_cut(said.before, sizeof(said.before),
	    yq_names_text(&yq_order_state_names, (int)order->progress.state));
	said.hand = yq_person();
	said.timestamp_us = yq_clock_now_us(yq_clock_system());
	status = submit(&system, &said);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (!yq_call_has(call, YQ_OPT_NO_WAIT))
		return await(&system, call, &said);
	if (yq_call_has(call, YQ_OPT_JSON))
		print_json(&said, "asked", "");
	return YQ_CONSOLE_DONE;
}
