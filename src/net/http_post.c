/* http_post.c - one libcurl handle, used again and again. */
#include "net/http_post.h"

#include <curl/curl.h>
#include <stdlib.h>

#include "base/mem.h"

struct yq_http_post {
	CURL *curl;
	struct curl_slist *headers;
};

struct yq_http_post *
yq_http_post_make(void)
{
	struct yq_http_post *post = yq_xcalloc(1, sizeof(*post));

	post->curl = curl_easy_init();
	post->headers = curl_slist_append(NULL, "Content-Type: application/json");
	if (post->curl == NULL || post->headers == NULL)
		YQ_PANIC("out of memory");
	return post;
}

void
yq_http_post_free(struct yq_http_post *post)
{
	if (post == NULL)
		return;
	curl_slist_free_all(post->headers);
	curl_easy_cleanup(post->curl);
	free(post);
}

static size_t
take_body(char *bytes, size_t size, size_t count, void *cookie)
{
	struct yq_buf *answer = cookie;

	yq_buf_add(answer, bytes, size * count);
	return size * count;
}

static enum yq_rc
rc_of(CURLcode code)
{
	switch (code) {
	case CURLE_OK:
		return YQ_OK;
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
		return YQ_E_INVALID;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
	case CURLE_SSL_CONNECT_ERROR:
		return YQ_E_RETRY;
	default:
		return YQ_E_UNKNOWN;
	}
}

enum yq_rc
yq_http_post_json(struct yq_http_post *post, const char *url, const char *body, size_t length,
    uint32_t timeout_ms, int *ret_status, struct yq_buf *answer, struct yq_err *err)
{
	CURL *curl = post->curl;
	long status = 0;
	CURLcode code;

	curl_easy_reset(curl); /* keeps the connection */
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, post->headers);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
	code = curl_easy_perform(curl);
	if (code != CURLE_OK)
		return yq_err_set(err, rc_of(code), "%s: %s", url, curl_easy_strerror(code));
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	*ret_status = (int)status;
	return YQ_OK;
}
