/*
 * curl_loop.h - libcurl's transfers on a libuv loop, and what every transfer of ours has in common.
 */
#ifndef YQ_NET_CURL_LOOP_H
#define YQ_NET_CURL_LOOP_H

#include <uv.h>

#include "base/common.h"
#include "base/err.h"
#include "net/curl_library.h"
#include "net/http.h"

struct curl_loop; /* opaque */

/* One transfer is over.  From the loop, outside of the library: `easy` may be removed. */
typedef void curl_loop_done_fn(void *cookie, CURL *easy, CURLcode code);

/* The library is loaded: net_url_parse does. */
YQ_NODISCARD struct curl_loop *curl_loop_make(
    uv_loop_t *loop, curl_loop_done_fn *done, void *cookie);
/* Every transfer must have been removed.  The memory goes with the loop's next turns. */
void curl_loop_free(struct curl_loop *curl);
CURLM *curl_loop_multi(struct curl_loop *curl);

/* A new transfer to `url`, which net_url_parse has passed: verified TLS, no redirects, proxies as
 * in struct yq_http_client_options.  Nothing is borrowed but `error`, CURL_ERROR_SIZE bytes that
 * live as long as the transfer. */
YQ_NODISCARD CURL *net_transfer_make(
    const char *url, const char *ca_file, const char *proxy, char *error);
/* What a failed transfer says, in one sentence without addresses of proxies (they have passwords).
 */
const char *net_transfer_fault(CURLcode code, const char *error);

#define NET_URL_MAX 8192

struct net_url {
	char *url;	 /* with one of the two schemes of HTTP */
	char *place;	 /* "https://host:9443/path", for texts: without a query */
	char *authority; /* "host:9443", the port only where it is not the scheme's own */
	char *target;	 /* "/path?query" */
};
/* YQ_E_INVALID unless it is an absolute address with one of `schemes` ("http", "https" or "ws",
 * "wss": plain first) and neither a user nor a password; YQ_E_RETRY without the library. */
YQ_NODISCARD enum yq_rc net_url_parse(
    const char *url, const char *const schemes[2], struct net_url *ret_url, struct yq_err *err);
void net_url_clear(struct net_url *url);

bool net_is_token(const char *text); /* as names of methods and headers are */
/* Whether it can stand in a request as it is, and does not say where the body ends: that is said
 * here. */
YQ_NODISCARD enum yq_rc net_header_check(const struct yq_http_header *header, struct yq_err *err);

#endif
