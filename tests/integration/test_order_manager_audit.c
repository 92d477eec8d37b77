/* test_order_manager_audit.c - what people did reaches AUDIT, each act once. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "bus/message.h"
#include "order_manager_fixture.h"

#define PATIENCE_MS 30000
#define ROWS	    "SELECT COUNT(*) FROM AUDIT"

static const struct yq_hand hand = { .who = "me@here", .origin = "Console" };

static void
submit(enum yq_submit_kind kind, const struct yq_id *order, const struct yq_id *request,
    struct yq_buf *payload)
{
	struct yq_submit_item item = { .kind = kind,
		.id = *order,
		.request_id = *request,
		.alias = "Paper",
		.ticker = "AAPL",
		.created_at_us = yq_clock_now_us(yq_clock_system()),
		.payload = yq_buf_text(payload),
		.length = payload->length };

	STEP(CONSOLE, submit, &item, 1);
	assert_int_equal(answers[0].result, YQ_SUBMITTED);
	yq_buf_free(payload);
}

static struct yq_order
submit_order(const char *reason, bool by_hand)
{
	struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_order order = yq_order_default();

	order.id = yq_id_random();
	yq_str_copy_cut(order.account_alias, sizeof(order.account_alias), "Paper");
	yq_str_copy_cut(order.ticker, sizeof(order.ticker), "AAPL");
	yq_str_copy_cut(order.buy_reason, sizeof(order.buy_reason), reason);
	order.currency = YQ_USD;
	order.type = YQ_TYPE_MARKET;
	order.qty = yq_decimal_from_int(1);
	order.timestamp_us = yq_clock_now_us(yq_clock_system());
	if (by_hand)
		yq_message_encode_order_by_hand(&order, &hand, "because", &payload);
	else
		yq_message_encode_order(&order, &payload);
	submit(YQ_SUBMIT_ORDER, &order.id, &order.id, &payload);
	return order;
}

static struct yq_resolution
submit_resolution(const struct yq_order *order)
{
	struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_resolution r = yq_resolution_default();

	r.id = yq_id_random();
	r.order_id = order->id;
	r.outcome = YQ_RESOLVED_REJECTED;
	r.hand = hand;
	r.timestamp_us = yq_clock_now_us(yq_clock_system());
	memcpy(r.account_alias, order->account_alias, sizeof(r.account_alias));
	yq_str_copy_cut(r.before, sizeof(r.before), "Unknown");
	yq_str_copy_cut(r.reason, sizeof(r.reason), "the broker has none");
	yq_message_encode_resolution(&r, &payload);
	submit(YQ_SUBMIT_RESOLVE, &order->id, &r.id, &payload);
	return r;
}

/* Play the gateway: its word on a request. */
static void
say(const struct yq_resolution *r, const char *word)
{
	char key[YQ_KEY_SIZE], mark[YQ_REQUEST_MARK_SIZE];
	const char *argv[] = { "HSET", key, mark, word };
	struct yq_err err;

	yq_key_format(YQ_KEY_ORDER_STATE, r->order_id.text, key);
	yq_request_mark(YQ_SUBMIT_RESOLVE, &r->id, mark);
	assert_int_equal(yq_valkey_sync_command(console, 4, argv, NULL, 5000, NULL, &err), YQ_OK);
}

static int64_t
halt(const char *kind, const char *field, bool release)
{
	struct yq_buf payload = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_act act = { .id = yq_id_random(),
		.hand = hand,
		.timestamp_us = yq_clock_now_us(yq_clock_system()) };
	struct yq_halt_change changes[2] = {
		{ .field = field,
		    .value = release ? NULL
				     : "{\"Who\":\"me@here\",\"When\":\"2026-11-23T00:00:00Z\"}" },
		{ .field = "account:Paper" },
	};
	struct yq_halt_item item = { .kind = release ? YQ_SUBMIT_RESUME : YQ_SUBMIT_HALT,
		.changes = changes,
		.count = yq_str_equal(field, "") ? 2 : 1 };
	int64_t changed = -1;
	struct yq_err err;

	yq_str_copy_cut(act.kind, sizeof(act.kind), kind);
	yq_str_copy_cut(act.target, sizeof(act.target), field);
	if (item.count == 2) /* all that is there */
		changes[0].field = YQ_HALT_ALL;
	yq_message_encode_act(&act, &payload);
	item.payload = yq_buf_text(&payload);
	item.length = payload.length;
	assert_int_equal(yq_valkey_sync_halt(console, &item, &changed, &err), YQ_OK);
	yq_buf_free(&payload);
	return changed;
}

static void
test_each_act_is_one_row_also_when_its_entry_comes_again(void **state)
{
	struct yq_order order;
	struct yq_resolution r;

	(void)state;
	(void)submit_order("Webhook:One", false); /* nobody's act */
	(void)submit_order("Manual", false);	  /* by hand, and it was not said by whom */
	order = submit_order("Manual", true);
	r = submit_resolution(&order);
	say(&r, YQ_MARK_APPLIED "Rejected");
	assert_int_equal(halt("halt", "*", false), 1);
	assert_int_equal(halt("halt", "account:Paper", false), 1);
	assert_int_equal(valkey_do_int(console, "HLEN halt"), 2);
	assert_int_equal(halt("resume", "strategy:None", true), 0); /* there is none: no act */
	assert_int_equal(halt("resume", "", true), 2);
	assert_int_equal(valkey_do_int(console, "EXISTS halt"), 0);
	om_await_count(ROWS, 6, PATIENCE_MS);
	for (int life = 0; life < 3; life++) {
		(void)om_stop(SIGKILL);
		yq_reply_free(valkey_do(console, "XGROUP SETID order:stream archiver 0"));
		if (life < 2) {
			om_launch();
			usleep(150000 * (unsigned)life);
		} else {
			om_start();
		}
	}
	(void)submit_order("Manual", true); /* behind all the others */
	om_await_count(ROWS " WHERE SEQ = 7", 1, PATIENCE_MS);
	assert_int_equal(om_count(ROWS), 7);
	assert_int_equal(om_count(ROWS " WHERE VERB = 'order' AND WHO = 'me@here' AND"
				       " SOURCE = 'Console' AND REASON = 'because'"),
	    2);
	assert_int_equal(om_count(ROWS " WHERE VERB = 'order' AND WHO = '?'"), 1);
	assert_int_equal(om_count(ROWS " WHERE VERB = 'resolve' AND OUTCOME = 'applied' AND"
				       " BEFORE_TEXT = 'Unknown' AND AFTER_TEXT = 'Rejected'"),
	    1);
	assert_int_equal(om_count(ROWS " WHERE VERB = 'halt' AND TARGET = '*'"), 1);
	assert_int_equal(om_count(ROWS " WHERE VERB = 'resume' AND TARGET = 'all'"), 1);
}

static void
test_a_resolve_is_recorded_with_the_gateways_word(void **state)
{
	struct yq_order order = submit_order("Manual", true);
	struct yq_resolution r = submit_resolution(&order);

	(void)state;
	om_await_count(ROWS, 1, PATIENCE_MS);
	usleep(500000);
	assert_int_equal(om_count(ROWS " WHERE VERB = 'resolve'"), 0); /* nobody knows yet */
	say(&r, YQ_MARK_REFUSED "the order is Filled");
	om_await_count(ROWS " WHERE VERB = 'resolve' AND OUTCOME = 'refused' AND"
			    " AFTER_TEXT = 'the order is Filled'",
	    1, PATIENCE_MS);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		OM_TEST(test_each_act_is_one_row_also_when_its_entry_comes_again),
		OM_TEST(test_a_resolve_is_recorded_with_the_gateways_word),
	};
	int failed;

	om_begin(argc, argv);
	failed = cmocka_run_group_tests(tests, steps_start, steps_end);
	om_finish();
	return failed;
}
