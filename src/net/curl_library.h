/*
 * curl_library.h - libcurl, loaded when it is first needed: a program that may make a request, and
 * makes none, is spared it and what it brings along.
 */
#ifndef YQ_NET_CURL_LIBRARY_H
#define YQ_NET_CURL_LIBRARY_H

#include <curl/curl.h>

#include "base/library.h"

/* Those whose last argument may be anything keep their names, for the library's own macros look at
 * what they are given: net_curl_load comes before these, too. */
CURLcode(curl_easy_setopt)(CURL *easy, CURLoption option, ...) __asm__("net_curl_easy_setopt");
CURLcode(curl_easy_getinfo)(CURL *easy, CURLINFO what, ...) __asm__("net_curl_easy_getinfo");
CURLMcode(curl_multi_setopt)(CURLM *multi, CURLMoption option, ...) __asm__(
    "net_curl_multi_setopt");

/* All that is called of it, by its own names. */
#define NET_CURL_CALLS(X)           \
	X(curl_easy_cleanup)        \
	X(curl_easy_getinfo)        \
	X(curl_easy_header)         \
	X(curl_easy_init)           \
	X(curl_easy_nextheader)     \
	X(curl_easy_perform)        \
	X(curl_easy_recv)           \
	X(curl_easy_reset)          \
	X(curl_easy_send)           \
	X(curl_easy_setopt)         \
	X(curl_easy_strerror)       \
	X(curl_free)                \
	X(curl_global_cleanup)      \
	X(curl_global_init)         \
	X(curl_multi_add_handle)    \
	X(curl_multi_assign)        \
	X(curl_multi_cleanup)       \
	X(curl_multi_info_read)     \
	X(curl_multi_init)          \
	X(curl_multi_remove_handle) \
	X(curl_multi_setopt)        \
	X(curl_multi_socket_action) \
	X(curl_multi_timeout)       \
	X(curl_slist_append)        \
	X(curl_slist_free_all)      \
	X(curl_url)                 \
	X(curl_url_cleanup)         \
	X(curl_url_get)             \
	X(curl_url_set)

struct net_curl {
	NET_CURL_CALLS(YQ_LIBRARY_MEMBER)
};

/* YQ_E_RETRY, with the package's name: it is not installed, so nothing was sent.  Any thread. */
YQ_NODISCARD enum yq_rc net_curl_load(struct yq_err *err);
/* Loaded before. */
const struct net_curl *net_curl(void);

#endif
