/* gateway_doubt.c - orders in doubt, and what is said and told of them. */
#include "gateway_doubt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "bus/reply.h"

#define PATIENCE 3000 /* times 10 ms */

struct yq_order
doubt_leave(const char *ticker, const char *qty)
{
	struct yq_order o = gateway_order(YQ_BUY, ticker, qty);
	char now[YQ_TIME_TEXT_SIZE], words[200];

	gateway_submit(&o);
	yq_time_format(yq_clock_now_us(yq_clock_system()), now);
	yq_str_format(words, sizeof(words), "HSET order:%s State Submitting ClaimedAt %s Fence 1",
	    o.id.text, now);
	yq_reply_free(valkey_do(fixture.console, words));
	return o;
}

struct yq_order
doubt_execute(char number[YQ_BROKER_ORDER_ID_SIZE])
{
	struct yq_order o = gateway_order(YQ_BUY, "AAPL", "10");
	struct yq_paper_book *book;

	gateway_submit(&o);
	gateway_await_state(&o.id, "Unknown");
	book = gateway_paper_book();
	yq_paper_order_number(book, yq_paper_find(book, &o.id)->number, number);
	yq_paper_book_free(book);
	return o;
}

static struct yq_opt_decimal
optional(const char *text)
{
	struct yq_opt_decimal value = { .set = text != NULL };

	if (text != NULL)
		assert_int_equal(yq_decimal_parse(text, strlen(text), &value.value), YQ_OK);
	return value;
}

struct yq_resolution
doubt_said(const struct yq_order *order, enum yq_resolved_as outcome, const char *qty,
    const char *price, const char *broker_id)
{
	struct yq_resolution r = yq_resolution_default();

	r.id = yq_id_random();
	r.order_id = order->id;
	r.outcome = outcome;
	r.qty = optional(qty);
	r.price = optional(price);
	r.timestamp_us = yq_clock_now_us(yq_clock_system());
	memcpy(r.account_alias, order->account_alias, sizeof(r.account_alias));
	yq_str_copy_cut(
	    r.broker_order_id, sizeof(r.broker_order_id), broker_id != NULL ? broker_id : "");
	yq_str_copy_cut(r.before, sizeof(r.before), "Unknown");
	yq_str_copy_cut(r.reason, sizeof(r.reason), "seen on the broker's page");
	yq_str_copy_cut(r.hand.who, sizeof(r.hand.who), "me@here");
	return r;
}

void
doubt_submit(const struct yq_resolution *said, enum yq_step_result result)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(YQ_MESSAGE_MAX);
	struct yq_submit_item item = { .kind = YQ_SUBMIT_RESOLVE,
		.id = said->order_id,
		.request_id = said->id,
		.created_at_us = said->timestamp_us };
	struct yq_step_answer answer;
	struct yq_err err;

	yq_message_encode_resolution(said, &text);
	item.payload = yq_buf_text(&text);
	item.length = text.length;
	if (yq_valkey_sync_submit(fixture.console, &item, 1, &answer, &err) != YQ_OK)
		fail_msg("%s", err.text);
	assert_int_equal(answer.result, result);
}

struct yq_resolution
doubt_resolve(const struct yq_order *order, enum yq_resolved_as outcome, const char *qty,
    const char *price, const char *broker_id)
{
	struct yq_resolution r = doubt_said(order, outcome, qty, price, broker_id);

	doubt_submit(&r, YQ_SUBMITTED);
	return r;
}

void
doubt_await_word(const struct yq_resolution *said, const char *words)
{
	char mark[YQ_REQUEST_MARK_SIZE], text[1024] = "";

	yq_request_mark(YQ_SUBMIT_RESOLVE, &said->id, mark);
	for (int i = 0; i < PATIENCE; i++) {
		gateway_field(&said->order_id, mark, text, sizeof(text));
		if (yq_str_starts(text, YQ_MARK_APPLIED) || yq_str_starts(text, YQ_MARK_REFUSED)) {
			if (strstr(text, words) == NULL)
				fail_msg("\"%s\" is not in \"%s\"", words, text);
			return;
		}
		usleep(10000);
	}
	fail_msg("the gateway has not said \"%s\": %s", words, text);
}

unsigned
doubt_notices(const char *severity, const char *words)
{
	redisReply *reply = valkey_do(fixture.console, "XRANGE notification:stream - +");
	unsigned count = 0;

	for (size_t i = 0; i < reply->elements; i++) {
		const char *payload =
		    yq_reply_field(reply->element[i]->element[1], YQ_ENTRY_PAYLOAD);
		struct yq_notification n;

		assert_int_equal(
		    yq_message_decode_notification(payload, strlen(payload), &n, NULL), YQ_OK);
		count += strstr(n.text, words) != NULL &&
			 yq_str_equal(severity, yq_names_text(&yq_severity_names, (int)n.severity));
	}
	freeReplyObject(reply);
	return count;
}

void
doubt_await_notice(const char *severity, const char *words)
{
	for (int i = 0; i < PATIENCE; i++) {
		if (doubt_notices(severity, words) > 0)
			return;
		usleep(10000);
	}
	fail_msg("nobody was told \"%s\"", words);
}

void
doubt_await_cash(const char *usd)
{
	char text[64] = "";

	for (int i = 0; i < PATIENCE && !yq_str_equal(text, usd); i++) {
		usleep(10000);
		valkey_do_text(fixture.console, "HGET deposit:Paper USD", text, sizeof(text));
	}
	assert_string_equal(text, usd);
}

void
doubt_assert_field(const struct yq_id *id, const char *field, const char *expected)
{
	char text[1024];

	gateway_field(id, field, text, sizeof(text));
	assert_string_equal(text, expected);
}
