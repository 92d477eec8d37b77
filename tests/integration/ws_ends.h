/* ws_ends.h - a WebSocket of a test and what it has seen. */
#ifndef YQ_TESTS_WS_ENDS_H
#define YQ_TESTS_WS_ENDS_H

#include "net/websocket_server.h"
#include "net_fixture.h"

enum ws_wish { WS_LISTEN, WS_ECHO, WS_FREE_AT_OPEN, WS_FREE_AT_MESSAGE, WS_FREE_AT_END };

struct ws_side {
	struct yq_ws *ws;
	enum ws_wish wish;
	unsigned opened, messages, closed;
	enum yq_ws_kind kind;
	struct yq_buf last;
	enum yq_rc rc;
	unsigned code, status;
	char text[256];
};

static inline void
side_free(struct ws_side *side)
{
	yq_ws_free(side->ws);
	side->ws = NULL;
	yq_buf_free(&side->last);
}

static inline void
on_side_opened(void *cookie, struct yq_ws *ws)
{
	struct ws_side *side = cookie;

	assert_ptr_equal(ws, side->ws);
	side->opened++;
	if (side->wish == WS_FREE_AT_OPEN)
		side_free(side);
}

static inline void
on_side_message(
    void *cookie, struct yq_ws *ws, enum yq_ws_kind kind, const char *bytes, size_t length)
{
	struct ws_side *side = cookie;

	assert_ptr_equal(ws, side->ws);
	assert_int_equal(side->closed, 0);
	assert_int_equal(bytes[length], '\0');
	side->messages++;
	side->kind = kind;
	yq_buf_free(&side->last);
	side->last = yq_buf_make(8U << 20);
	yq_buf_add(&side->last, bytes, length);
	if (side->wish == WS_ECHO)
		assert_int_equal(yq_ws_send(ws, kind, bytes, length), YQ_OK);
	else if (side->wish == WS_FREE_AT_MESSAGE)
		side_free(side);
}

static inline void
on_side_closed(void *cookie, struct yq_ws *ws, const struct yq_ws_end *end)
{
	struct ws_side *side = cookie;

	assert_ptr_equal(ws, side->ws);
	side->closed++;
	side->rc = end->rc;
	side->code = end->code;
	side->status = end->status;
	yq_str_copy_cut(side->text, sizeof(side->text), end->text);
	assert_false(yq_ws_is_open(ws));
	assert_int_equal(yq_ws_send_text(ws, "late", 4), YQ_E_STATE);
	if (side->wish == WS_FREE_AT_END)
		side_free(side);
}

static const struct yq_ws_events side_events = { on_side_opened, on_side_message, on_side_closed };

static inline void
side_connect(struct ws_side *side, const struct yq_ws_options *options)
{
	struct yq_err err;

	side->ws = NULL;
	if (yq_ws_connect(&loop, options, &side_events, side, &side->ws, &err) != YQ_OK)
		fail_msg("%s", err.text);
	assert_int_equal(side->opened + side->closed, 0);
}

static inline void
assert_side_end(struct ws_side *side, enum yq_rc rc, unsigned code)
{
	await_count(&side->closed, 1);
	if (side->rc != rc || side->code != code)
		fail_msg("%s %u: %s", yq_rc_name(side->rc), side->code, side->text);
	assert_int_equal(side->closed, 1);
}

#endif
