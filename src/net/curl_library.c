/* curl_library.c - libcurl, loaded when it is first needed. */
#include "net/curl_library.h"

#include <assert.h>
#include <stdarg.h>

#include "base/common.h"

#define ROW(name) YQ_LIBRARY_ROW(struct net_curl, name)
static const struct yq_library_call calls[] = { NET_CURL_CALLS(ROW) };

/* Two names, by the TLS library it was built with: the same otherwise. */
static struct net_curl curl;
static struct yq_library library = { .mutex = PTHREAD_MUTEX_INITIALIZER,
	.title = "libcurl",
	.names = { "libcurl.so.4", "libcurl-gnutls.so.4" },
	.package = "libcurl4 (in Debian 13 libcurl4t64)",
	.calls = calls,
	.call_count = YQ_COUNT(calls),
	.table = &curl };

enum yq_rc
net_curl_load(struct yq_err *err)
{
	enum yq_rc rc = yq_library_load(&library, err);

	return rc == YQ_OK ? YQ_OK : yq_err_context(err, YQ_E_RETRY, "nothing can be asked");
}

const struct net_curl *
net_curl(void)
{
	assert(library.ready);
	return &curl;
}

/* What is set is of the type that follows from the option's number. */
CURLcode(curl_easy_setopt)(CURL *easy, CURLoption option, ...)
{
	__typeof__(curl.curl_easy_setopt) set = net_curl()->curl_easy_setopt;
	CURLcode code;
	va_list args;

	va_start(args, option);
	if (option < (CURLoption)CURLOPTTYPE_OBJECTPOINT) {
		long number = va_arg(args, long);

		code = set(easy, option, number);
	} else if (option >= (CURLoption)CURLOPTTYPE_OFF_T &&
		   option < (CURLoption)CURLOPTTYPE_BLOB) {
		curl_off_t size = va_arg(args, curl_off_t);

		code = set(easy, option, size);
	} else {
		void *pointer = va_arg(args, void *);

		code = set(easy, option, pointer);
	}
	va_end(args);
	return code;
}

CURLcode(curl_easy_getinfo)(CURL *easy, CURLINFO what, ...)
{
	CURLcode code;
	va_list args;

	va_start(args, what);
	code = (net_curl()->curl_easy_getinfo)(easy, what, va_arg(args, void *));
	va_end(args);
	return code;
}

CURLMcode(curl_multi_setopt)(CURLM *multi, CURLMoption option, ...)
{
	__typeof__(curl.curl_multi_setopt) set = net_curl()->curl_multi_setopt;
	CURLMcode code;
	va_list args;

	va_start(args, option);
	if (option < (CURLMoption)CURLOPTTYPE_OBJECTPOINT) {
		long number = va_arg(args, long);

		code = set(multi, option, number);
	} else {
		void *pointer = va_arg(args, void *);

		code = set(multi, option, pointer);
	}
	va_end(args);
	return code;
}
