/* http_post.c - one libcurl handle, used again and again. */
#include "net/http_post.h"

#include <stdlib.h>

#include "base/mem.h"
#include "net/curl_library.h"

struct yq_http_post {
	CURL *curl; /* NULL before the first body */
	struct curl_slist *headers;
};

struct yq_http_post *
yq_http_post_make(void)
{
	return yq_xcalloc(1, sizeof(struct yq_http_post));
}

static enum yq_rc
open_handle(struct yq_http_post *post, struct yq_err *err)
{
	enum yq_rc rc = net_curl_load(err);

	if (rc != YQ_OK)
		return rc;
	post->curl = net_curl()->curl_easy_init();
	post->headers = net_curl()->curl_slist_append(NULL, "Content-Type: application/json");
	if (post->curl == NULL || post->headers == NULL)
		YQ_PANIC("out of memory");
	return YQ_OK;
}

void
yq_http_post_free(struct yq_http_post *post)
{
	if (post == NULL)
		return;
	if (post->curl != NULL) {
		net_curl()->curl_slist_free_all(post->headers);
		net_curl()->curl_easy_cleanup(post->curl);
	}
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
	enum yq_rc rc = post->curl != NULL ? YQ_OK : open_handle(post, err);
	CURL *curl = post->curl;
	long status = 0;
	CURLcode code;

	if (rc != YQ_OK)
		return rc;
	net_curl()->curl_easy_reset(curl); /* keeps the connection */
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, post->headers);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)length);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
	code = net_curl()->curl_easy_perform(curl);
	if (code != CURLE_OK)
		return yq_err_set(
		    err, rc_of(code), "%s: %s", url, net_curl()->curl_easy_strerror(code));
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	*ret_status = (int)status;
	return YQ_OK;
}
