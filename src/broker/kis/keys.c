/* keys.c - app key and secret of KIS. */
#include "broker/kis/keys.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "broker/kis/decode.h"

#define ISSUE_TIMEOUT_MS 10000
#define ISSUE_ANSWER_MAX (64 * 1024)
#define URL_MAX		 (YQ_KIS_URL_SIZE + 256 + YQ_KIS_REQUEST_MAX)
#define BEARER_MAX	 4096
#define APPROVAL_LIFE_US (INT64_C(86400) * YQ_US_PER_SECOND) /* it says 24 hours, and no more */
#define CONTENT_TYPE	 "application/json; charset=utf-8"

void
yq_kis_keys_make(
    struct yq_kis_keys *keys, const struct yq_kis_spec *spec, struct yq_http_client *client)
{
	const struct yq_kis_settings *s = spec->settings;

	*keys = (struct yq_kis_keys){ .clock = spec->clock,
		.client = client,
		.key = yq_secret_copy(spec->key),
		.secret = yq_secret_copy(spec->secret),
		.token_key = yq_secret_copy(spec->token_key),
		.is_virtual = s->account.is_virtual };
	yq_str_copy_cut(keys->url, sizeof(keys->url), s->url);
}

static void
buf_wipe(struct yq_buf *buf)
{
	if (buf->data != NULL)
		yq_wipe(buf->data, buf->capacity);
	yq_buf_free(buf);
}

void
yq_kis_keys_send(struct yq_kis_keys *keys, const struct yq_secret *token,
    const struct yq_kis_request *request, uint32_t timeout_ms, size_t answer_max,
    yq_http_reply_fn *fn, void *cookie)
{
	struct yq_buf url = yq_buf_make(URL_MAX), bearer = yq_buf_make(BEARER_MAX);
	const struct yq_http_header headers[] = {
		{ "content-type", CONTENT_TYPE },
		{ "authorization", NULL },
		{ "appkey", yq_secret_reveal(keys->key) },
		{ "appsecret", yq_secret_reveal(keys->secret) },
		{ "tr_id", request->code.tr_id },
		{ "custtype", "P" },
		{ "tr_cont", request->next_page ? "N" : "" },
	};
	struct yq_http_header sent[YQ_COUNT(headers)];
	struct yq_http_client_request http = {
		.method = request->code.posts ? "POST" : "GET",
		.headers = sent,
		.header_count = YQ_COUNT(sent),
		.timeout_ms = timeout_ms,
		.answer_max = answer_max,
	};

	yq_buf_add_format(&url, "%s%s", keys->url, request->code.path);
	if (request->query.length > 0)
		yq_buf_add_format(&url, "?%s", yq_buf_text(&request->query));
	yq_buf_add_format(&bearer, "Bearer %s", yq_secret_reveal(token));
	for (size_t i = 0; i < YQ_COUNT(headers); i++)
		sent[i] = headers[i];
	sent[1].value = yq_buf_text(&bearer);
	http.url = yq_buf_text(&url);
	if (request->code.posts) {
		http.body = yq_buf_text(&request->body);
		http.length = request->body.length;
	}
	(void)yq_http_client_send(keys->client, &http, fn, cookie);
	buf_wipe(&bearer);
	yq_buf_free(&url);
}

/* ---- getting keys ---- */

struct yq_kis_issue {
	struct yq_kis_keys *keys; /* NULL: they are gone, and the session with them */
	struct yq_broker_session *session;
	bool approval;
};

static enum yq_rc
rc_of(enum yq_rc rc, enum yq_kis_advice advice)
{
	if (advice == YQ_KIS_SLOW)
		return YQ_E_LIMIT;
	return rc == YQ_E_REFUSED ? YQ_E_DENIED : YQ_E_RETRY;
}

static enum yq_rc
take(const struct yq_kis_issue *issue, const struct yq_kis_answer *answer, struct yq_err *err)
{
	int64_t now_us = yq_clock_now_us(issue->keys->clock), life_s = 0;
	struct yq_secret *value;
	const char *text = "";
	enum yq_rc rc = issue->approval
			    ? yq_kis_decode_approval(answer->root, &text, err)
			    : yq_kis_decode_token(answer->root, now_us, &text, &life_s, err);
	size_t length = 0;

	if (rc != YQ_OK)
		return yq_err_set(err, YQ_E_RETRY, "KIS gives a key that is none");
	while (text[length] != '\0')
		length++;
	value = yq_secret_make(text, length);
	yq_session_issued(issue->session, YQ_OK, value,
	    now_us + (issue->approval ? APPROVAL_LIFE_US : life_s * YQ_US_PER_SECOND), NULL);
	yq_secret_free(value);
	return YQ_OK;
}

static void
on_issued(void *cookie, enum yq_rc rc, const struct yq_http_reply *http, const struct yq_err *err)
{
	struct yq_kis_issue *issue = cookie;
	struct yq_kis_answer answer = { 0 };
	struct yq_err why;

	if (issue->keys == NULL) {
		free(issue);
		return;
	}
	issue->keys->issuing[issue->approval] = NULL;
	if (rc == YQ_OK) {
		rc = yq_kis_answer_read(
		    http->status, NULL, http->body, http->length, false, &answer, &why);
		err = &why;
		if (rc == YQ_OK)
			rc = take(issue, &answer, &why);
	}
	if (rc != YQ_OK)
		yq_session_issued(issue->session, rc_of(rc, answer.advice), NULL, 0, err);
	yq_kis_answer_free(&answer);
	free(issue);
}

static void
issue_begin(struct yq_kis_keys *keys, struct yq_broker_session *session, bool approval)
{
	static const struct yq_http_header headers[] = { { "content-type", CONTENT_TYPE } };
	struct yq_buf url = yq_buf_make(URL_MAX), body = yq_buf_make(YQ_KIS_REQUEST_MAX);
	struct yq_http_client_request http = { .method = "POST",
		.headers = headers,
		.header_count = YQ_COUNT(headers),
		.timeout_ms = ISSUE_TIMEOUT_MS,
		.answer_max = ISSUE_ANSWER_MAX };
	struct yq_kis_issue *issue = yq_xcalloc(1, sizeof(*issue));

	issue->keys = keys;
	issue->session = session;
	issue->approval = approval;
	keys->issuing[approval] = issue;
	(approval ? yq_kis_encode_approval : yq_kis_encode_token)(
	    yq_secret_reveal(keys->key), yq_secret_reveal(keys->secret), &body);
	yq_buf_add_format(
	    &url, "%s%s", keys->url, approval ? YQ_KIS_APPROVAL_PATH : YQ_KIS_TOKEN_PATH);
	http.url = yq_buf_text(&url);
	http.body = yq_buf_text(&body);
	http.length = body.length;
	(void)yq_http_client_send(keys->client, &http, on_issued, issue);
	buf_wipe(&body);
	yq_buf_free(&url);
}

static void
issue_token(void *cookie, struct yq_broker_session *session)
{
	issue_begin(cookie, session, false);
}

static void
issue_approval(void *cookie, struct yq_broker_session *session)
{
	issue_begin(cookie, session, true);
}

enum yq_rc
yq_kis_keys_session(struct yq_kis_keys *keys, const struct yq_kis_spec *spec,
    enum yq_kis_key_kind kind, struct yq_broker_session **ret_session, struct yq_err *err)
{
	static const struct {
		const char *name;
		yq_session_issue_fn *issue;
	} kinds[YQ_KIS_KEY_KIND_COUNT] = {
		[YQ_KIS_ACCESS] = { "access", issue_token },
		[YQ_KIS_APPROVAL] = { "approval", issue_approval },
	};
	struct yq_session_options options = { .loop = spec->loop,
		.clock = spec->clock,
		.worker = spec->worker,
		.key = keys->token_key,
		.issue = kinds[kind].issue,
		.issue_cookie = keys };

	yq_str_copy_cut(options.name.broker, sizeof(options.name.broker),
	    keys->is_virtual ? "kis-virtual" : "kis");
	yq_token_credential(keys->key, options.name.credential);
	yq_str_copy_cut(options.name.kind, sizeof(options.name.kind), kinds[kind].name);
	return yq_session_make(&options, ret_session, err);
}

void
yq_kis_keys_free(struct yq_kis_keys *keys)
{
	for (size_t i = 0; i < YQ_COUNT(keys->issuing); i++)
		if (keys->issuing[i] != NULL)
			keys->issuing[i]->keys = NULL;
	yq_secret_free(keys->key);
	yq_secret_free(keys->secret);
	yq_secret_free(keys->token_key);
	*keys = (struct yq_kis_keys){ 0 };
}
