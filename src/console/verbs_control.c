/* verbs_control.c - take control: cancel, halt, resume. */
#include "console/verbs_control.h"
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
	if (yq_valkey_sync_submit(system->valkey, &item, 1, &answer, &err) != YQ_OK)
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

/* The field of the kill switch that the options name. */
static int
halt_field(const struct yq_call *call, char field[YQ_HALT_FIELD_SIZE])
{
	const char *account = call->options[YQ_OPT_ACCOUNT];
	const char *strategy = call->options[YQ_OPT_STRATEGY];

	if (account != NULL && strategy != NULL)
		return yq_fail_usage(call, "--account and --strategy are two switches: use one");
	if (account != NULL && !yq_alias_is_valid(account))
		return yq_fail_usage(call, "\"%s\" is no account's name", account);
	if (strategy != NULL && (strategy[0] == '\0' || strlen(strategy) >= YQ_STRATEGY_SIZE))
		return yq_fail_usage(call, "--strategy is empty or too long");
	if (account != NULL)
		yq_halt_field_account(account, field);
	else if (strategy != NULL)
		yq_halt_field_strategy(strategy, field);
	else
		yq_str_copy_cut(field, YQ_HALT_FIELD_SIZE, YQ_HALT_ALL);
	return YQ_CONSOLE_DONE;
}

/* The switches that stand, for the audit trail: "account:Paper by me: why". */
static int
describe_halts(struct yq_system *system, const char *field, char *text, size_t size)
{
	YQ_CLEANUP(yq_reply_freep) struct redisReply *reply = NULL;
	YQ_CLEANUP(yq_buf_free) struct yq_buf list = yq_buf_make(4096);
	int status = yq_fetch_hash(system, YQ_KEY_HALT, NULL, &reply);

	for (size_t i = 0; i + 1 < yq_reply_count(reply); i += 2) {
		const char *name = yq_reply_text(yq_reply_at(reply, i), NULL);
		const char *value = yq_reply_text(yq_reply_at(reply, i + 1), NULL);
		struct yq_halt halt = { 0 };

		if (name == NULL || value == NULL ||
		    (field[0] != '\0' && !yq_str_equal(field, name)))
			continue;
		(void)!yq_message_decode_halt(value, strlen(value), &halt, NULL);
		yq_buf_add_format(&list, "%s%s halted by %s: %s", list.length > 0 ? "; " : "", name,
		    halt.who, halt.why);
	}
	yq_str_copy_cut(text, size, yq_buf_text(&list));
	return status;
}

/* Throw (`halt`) or release (NULL) a switch, which is told of in the order stream; `field` "" is
 * every one. */
static int
switch_over(struct yq_system *system, const struct yq_call *call, const char *field,
    const struct yq_halt *halt, int64_t *changed)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf value = yq_buf_make(YQ_MESSAGE_MAX);
	YQ_CLEANUP(yq_buf_free) struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_act act = { .id = yq_id_random(),
		.hand = yq_person(),
		.timestamp_us = yq_clock_now_us(yq_clock_system()) };
	struct yq_halt_item item = { .field = field };
	struct yq_err err = { 0 };
	int status = describe_halts(system, field, act.before, sizeof(act.before));

	if (status != YQ_CONSOLE_DONE)
		return status;
	yq_str_copy_cut(act.kind, sizeof(act.kind), halt != NULL ? "halt" : "resume");
	yq_str_copy_cut(act.target, sizeof(act.target), field);
	if (call->options[YQ_OPT_ACCOUNT] != NULL)
		yq_str_copy_cut(
		    act.account_alias, sizeof(act.account_alias), call->options[YQ_OPT_ACCOUNT]);
	take_reason(call, act.reason, sizeof(act.reason));
	yq_message_encode_act(&act, &payload);
	item.payload = yq_buf_text(&payload);
	item.length = payload.length;
	if (halt != NULL) {
		yq_message_encode_halt(halt, &value);
		item.value = yq_buf_text(&value);
	}
	if (yq_valkey_sync_halt(system->valkey, &item, changed, &err) != YQ_OK)
		return yq_fail_err(&err);
	return YQ_CONSOLE_DONE;
}

void
yq_print_way_back(const char *field)
{
	const char *name = strchr(field, ':');

	printf("`yq resume");
	if (name != NULL) {
		printf(" --%.*s '", (int)(name - field), field);
		yq_print_plain(name + 1);
		putchar('\'');
	}
	printf("` releases it");
}

static const char *
field_for_people(const char *field)
{
	return yq_str_equal(field, YQ_HALT_ALL) ? "everything" : field;
}

int
yq_verb_halt(const struct yq_call *call)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	struct yq_halt halt = { .when_us = yq_clock_now_us(yq_clock_system()) };
	char field[YQ_HALT_FIELD_SIZE] = "", text[YQ_ERR_TEXT_MAX];
	int64_t changed = 0;
	int status = halt_field(call, field);

	if (status == YQ_CONSOLE_DONE)
		status = yq_system_open_valkey(call, &system);
	if (status != YQ_CONSOLE_DONE)
		return status;
	memcpy(halt.who, yq_person().who, sizeof(halt.who));
	take_reason(call, halt.why, sizeof(halt.why));
	status = switch_over(&system, call, field, &halt, &changed);
	if (status != YQ_CONSOLE_DONE)
		return status;
	yq_str_format(text, sizeof(text), "halted %s by %s: %.300s", field_for_people(field),
	    halt.who, halt.why);
	if (yq_call_has(call, YQ_OPT_JSON)) {
		printf("{\"halted\":true}\n");
	} else {
		yq_print_plain(text);
		putchar('\n');
		yq_print_way_back(field);
		printf("; open orders stay (`yq cancel --all`)\n");
	}
	return yq_tell(&system, YQ_NOTIFICATION_RISK, YQ_SEVERITY_WARNING, text);
}

int
yq_verb_resume(const struct yq_call *call)
{
	YQ_CLEANUP(yq_system_clear) struct yq_system system = { 0 };
	bool all = yq_call_has(call, YQ_OPT_ALL);
	char field[YQ_HALT_FIELD_SIZE] = "", text[YQ_ERR_TEXT_MAX];
	int64_t changed = 0;
	int status = halt_field(call, field);

	if (status == YQ_CONSOLE_DONE)
		status = yq_system_open_valkey(call, &system);
	if (status == YQ_CONSOLE_DONE)
		status = switch_over(&system, call, all ? "" : field, NULL, &changed);
	if (status != YQ_CONSOLE_DONE)
		return status;
	if (changed == 0)
		return yq_fail(YQ_CONSOLE_REFUSED,
		    "there is no halt of %s to release (`yq status` shows what stands)",
		    all ? "anything" : field_for_people(field));
	yq_str_format(text, sizeof(text), "resumed %s by %s",
	    all ? "all that was halted" : field_for_people(field), yq_person().who);
	puts(yq_call_has(call, YQ_OPT_JSON) ? "{\"halted\":false}" : text);
	return yq_tell(&system, YQ_NOTIFICATION_RISK, YQ_SEVERITY_WARNING, text);
}
