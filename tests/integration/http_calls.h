/* http_calls.h - calls of the HTTP client and what became of them. */
#ifndef YQ_TESTS_HTTP_CALLS_H
#define YQ_TESTS_HTTP_CALLS_H

#include "net/http_client.h"
#include "net_fixture.h"

struct call_end {
	unsigned times;
	enum yq_rc rc;
	int status;
	struct yq_buf body;
	char header[64]; /* X-Test of the answer */
	char text[YQ_ERR_TEXT_MAX];
	struct yq_http_client *free_too; /* from inside */
};

static inline void
on_call_end(
    void *cookie, enum yq_rc rc, const struct yq_http_reply *reply, const struct yq_err *err)
{
	struct call_end *end = cookie;

	end->times++;
	end->rc = rc;
	assert_true((rc == YQ_OK) == (reply != NULL));
	assert_true((rc == YQ_OK) == (err == NULL));
	if (reply != NULL) {
		const char *header = yq_http_reply_header(reply, "x-test");

		end->status = reply->status;
		end->body = yq_buf_make(8U << 20);
		yq_buf_add(&end->body, reply->body, reply->length);
		assert_int_equal(reply->body[reply->length], '\0');
		yq_str_copy_cut(end->header, sizeof(end->header), header == NULL ? "" : header);
	} else if (err != NULL) {
		assert_int_equal(err->rc, rc);
		yq_str_copy_cut(end->text, sizeof(end->text), err->text);
	}
	yq_http_client_free(end->free_too);
}

static inline struct yq_http_call *
send_call(struct yq_http_client *client, const char *method, const char *url, const char *body,
    uint32_t timeout_ms, struct call_end *end)
{
	const struct yq_http_client_request request = { .method = method,
		.url = url,
		.body = body,
		.length = body == NULL ? 0 : strlen(body),
		.timeout_ms = timeout_ms == 0 ? PATIENCE_MS : timeout_ms };
	struct yq_http_call *call;

	*end = (struct call_end){ .times = 0, .free_too = end->free_too };
	call = yq_http_client_send(client, &request, on_call_end, end);
	assert_int_equal(end->times, 0); /* never from inside */
	return call;
}

static inline void
call_and_wait(struct yq_http_client *client, const char *method, const char *url, const char *body,
    struct call_end *end)
{
	end->free_too = NULL;
	(void)send_call(client, method, url, body, 0, end);
	await_count(&end->times, 1);
}

/* The end, and no body left. */
static inline void
assert_end(struct call_end *end, enum yq_rc rc, const char *words)
{
	if (end->rc != rc)
		fail_msg("%s: %s", yq_rc_name(end->rc), end->text);
	assert_int_equal(end->times, 1);
	if (words != NULL && strstr(end->text, words) == NULL)
		fail_msg("\"%s\" without \"%s\"", end->text, words);
	yq_buf_free(&end->body);
}

#endif
