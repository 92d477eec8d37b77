/* listen.c - messages of a channel until the one that matters, or until the time is over. */
#include "console/listen.h"

#include "base/str.h"

#include <stdio.h>

int
yq_listener_open(
    struct yq_listener *listener, struct yq_system *system, enum yq_key channel, const char *arg)
{
	YQ_CLEANUP(yq_valkey_target_clear) struct yq_valkey_target target = { 0 };
	char name[YQ_KEY_SIZE];
	struct yq_err err = { 0 };
	enum yq_rc rc;

	yq_key_format(channel, arg, name);
	rc = yq_valkey_target_parse(yq_secret_reveal(system->endpoints.valkey), &target, &err);
	if (rc == YQ_OK)
		rc = yq_valkey_sync_open(&target, "yq-listen", &listener->sync, &err);
	if (rc == YQ_OK)
		rc = yq_valkey_sync_subscribe(listener->sync, name, &err);
	return rc == YQ_OK ? YQ_CONSOLE_DONE : yq_fail_err(&err);
}

void
yq_listener_close(struct yq_listener *listener)
{
	yq_valkey_sync_close(listener->sync);
	listener->sync = NULL;
}

/* The next message before `deadline_ns` on the steady clock; false when the time is over. */
static bool
next(struct yq_listener *listener, int64_t deadline_ns, const char **payload, size_t *length)
{
	int64_t left_ms = (deadline_ns - yq_clock_monotonic_ns(yq_clock_system())) / 1000000;
	const char *channel;
	struct yq_err err = { 0 };

	return left_ms > 0 && yq_valkey_sync_next(listener->sync, (uint32_t)left_ms, &channel,
				  payload, length, &err) == YQ_OK;
}

/* Whether there is nothing more to wait for. */
static bool
is_settled(const struct yq_execution *execution)
{
	return !execution->is_success || execution->status == YQ_ORDER_OPEN ||
	       yq_order_state_is_final(execution->status);
}

static void
print_json(const struct yq_id *order_id, const struct yq_execution *last)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf out = yq_buf_make(YQ_MESSAGE_MAX * 2);
	struct yq_json_writer w = yq_json_writer_make(&out);

	yq_json_begin_object(&w);
	yq_json_put_text(&w, "orderId", order_id->text);
	yq_json_name(&w, "result");
	if (last == NULL) {
		yq_json_add_null(&w);
	} else {
		yq_json_begin_object(&w);
		yq_record_write(&w, yq_execution_fields, yq_execution_field_count, last);
		yq_json_end_object(&w);
	}
	yq_json_end_object(&w);
	puts(yq_buf_text(&out));
}

static void
print_result(const struct yq_execution *last)
{
	char filled[YQ_DECIMAL_TEXT_SIZE], qty[YQ_DECIMAL_TEXT_SIZE], price[YQ_DECIMAL_TEXT_SIZE];

	yq_decimal_format(last->filled_qty, filled);
	yq_decimal_format(last->qty, qty);
	yq_decimal_format(last->avg_price, price);
	printf("%s", yq_names_text(&yq_order_state_names, (int)last->status));
	if (yq_decimal_sign(last->filled_qty) > 0)
		printf(": %s of %s at %s", filled, qty, price);
	printf("%s%s\n", last->message[0] != '\0' ? ": " : "", last->message);
}

int
yq_listener_report(struct yq_listener *listener, const struct yq_call *call,
    const struct yq_id *order_id, int64_t wait_ms)
{
	int64_t deadline = yq_clock_monotonic_ns(yq_clock_system()) + wait_ms * 1000000;
	struct yq_execution last = { 0 }, heard;
	bool json = yq_call_has(call, YQ_OPT_JSON), any = false;
	const char *payload;
	size_t length;

	if (!json) {
		printf("order %s\n", order_id->text);
		fflush(stdout);
	}
	while (listener != NULL && !(any && is_settled(&last)) &&
	       next(listener, deadline, &payload, &length)) {
		if (yq_message_decode_execution(payload, length, &heard, NULL) != YQ_OK ||
		    !yq_id_equal(&heard.order_id, order_id))
			continue;
		last = heard;
		any = true;
	}
	if (json)
		print_json(order_id, any ? &last : NULL);
	else if (any)
		print_result(&last);
	else if (listener != NULL)
		puts("no result yet; `yq info` or `yq why` with its id will tell");
	return any && !last.is_success ? YQ_CONSOLE_REFUSED : YQ_CONSOLE_DONE;
}
