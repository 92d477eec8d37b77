/* curl_transfer.c - addresses, headers, trust and proxies: what is the same for every transfer. */
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/secret.h"
#include "base/str.h"
#include "net/address.h"
#include "net/curl_loop.h"

/* A peer that acknowledges nothing for so long is gone. */
#define PEER_GONE_MS	 15000
#define KEEPALIVE_IDLE_S 15L
#define KEEPALIVE_STEP_S 5L

/* Load balancers close what is idle for a minute.  A connection is given up before they do, for a
 * request that meets the close is an unknown outcome. */
#define IDLE_MAX_S 45L
#define LIFE_MAX_S 600L

static int
on_socket(void *cookie, curl_socket_t fd, curlsocktype purpose)
{
	int gone_ms = PEER_GONE_MS;

	(void)cookie;
	(void)purpose;
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &gone_ms, sizeof(gone_ms));
	return CURL_SOCKOPT_OK;
}

/* A proxy of the environment is for the world outside. */
static bool
is_this_machine(const char *url)
{
	CURLU *parts = net_curl()->curl_url();
	struct yq_address address;
	char *host = NULL;
	bool here;

	if (parts == NULL || net_curl()->curl_url_set(parts, CURLUPART_URL, url, 0) != CURLUE_OK ||
	    net_curl()->curl_url_get(parts, CURLUPART_HOST, &host, 0) != CURLUE_OK)
		here = false;
	else if (yq_address_parse(host, strlen(host), &address) == YQ_OK)
		here = yq_address_is_loopback(&address);
	else
		here = yq_str_equal_nocase(host, "localhost");
	net_curl()->curl_free(host);
	net_curl()->curl_url_cleanup(parts);
	return here;
}

static void
set_proxy(CURL *easy, const char *url, const char *proxy)
{
	if (proxy != NULL)
		curl_easy_setopt(easy, CURLOPT_PROXY, proxy);
	if (proxy != NULL && proxy[0] != '\0')
		curl_easy_setopt(easy, CURLOPT_NOPROXY, ""); /* what the environment excepts, too */
	else if (proxy == NULL && is_this_machine(url))
		curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
}

CURL *
net_transfer_make(const char *url, const char *ca_file, const char *proxy, char *error)
{
	CURL *easy = net_curl()->curl_easy_init();

	if (easy == NULL)
		YQ_PANIC("out of memory");
	error[0] = '\0';
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(
	    easy, CURLOPT_QUICK_EXIT, 1L); /* a slow name server must not hold the loop */
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	if (ca_file != NULL) {
		curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL); /* these and no others */
	}
	set_proxy(easy, url, proxy);
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, on_socket);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, KEEPALIVE_IDLE_S);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, KEEPALIVE_STEP_S);
	curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, IDLE_MAX_S);
	curl_easy_setopt(easy, CURLOPT_MAXLIFETIME_CONN, LIFE_MAX_S);
	return easy;
}

const char *
net_transfer_fault(CURLcode code, const char *error)
{
	bool tells_proxy = code == CURLE_COULDNT_RESOLVE_PROXY || code == CURLE_URL_MALFORMAT ||
			   strstr(error, "://") != NULL;

	return error[0] == '\0' || tells_proxy ? net_curl()->curl_easy_strerror(code) : error;
}

static char *
url_part(CURLU *parts, CURLUPart what, unsigned flags)
{
	char *text = NULL, *copy;

	if (net_curl()->curl_url_get(parts, what, &text, flags) != CURLUE_OK)
		return NULL;
	copy = yq_xstrdup(text);
	net_curl()->curl_free(text);
	return copy;
}

static void
url_freep(CURLU **parts)
{
	if (*parts != NULL)
		net_curl()->curl_url_cleanup(*parts);
}

/* Both parts, or the first alone; NULL if that is missing. */
static char *
joined(char *first, const char *between, char *second)
{
	struct yq_buf text = yq_buf_make(NET_URL_MAX);
	char *result = NULL;

	if (first != NULL) {
		yq_buf_add_text(&text, first);
		if (second != NULL) {
			yq_buf_add_text(&text, between);
			yq_buf_add_text(&text, second);
		}
		if (yq_buf_ok(&text))
			result = yq_xstrdup(yq_buf_text(&text));
	}
	yq_buf_free(&text);
	free(first);
	free(second);
	return result;
}

static bool
has_user(CURLU *parts)
{
	YQ_CLEANUP(yq_freep) char *user = url_part(parts, CURLUPART_USER, 0);
	YQ_CLEANUP(yq_freep) char *password = url_part(parts, CURLUPART_PASSWORD, 0);

	return user != NULL || password != NULL;
}

enum yq_rc
net_url_parse(
    const char *text, const char *const schemes[2], struct net_url *ret_url, struct yq_err *err)
{
	YQ_CLEANUP(url_freep) CURLU *parts = NULL;
	YQ_CLEANUP(yq_freep) char *scheme = NULL;
	struct net_url url = { .url = NULL };
	enum yq_rc rc = net_curl_load(err);
	bool secure;

	if (rc != YQ_OK)
		return rc;
	parts = net_curl()->curl_url();
	if (parts == NULL)
		YQ_PANIC("out of memory");
	if (strlen(text) <= NET_URL_MAX && net_curl()->curl_url_set(parts, CURLUPART_URL, text,
					       CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK)
		scheme = url_part(parts, CURLUPART_SCHEME, 0);
	secure = scheme != NULL && yq_str_equal(scheme, schemes[1]);
	if (scheme == NULL || (!secure && !yq_str_equal(scheme, schemes[0])) || has_user(parts))
		return yq_err_set(err, YQ_E_INVALID,
		    "the address is none: expected %s:// or %s://, a host, and no user", schemes[0],
		    schemes[1]);
	(void)net_curl()->curl_url_set(parts, CURLUPART_FRAGMENT, NULL, 0);
	(void)net_curl()->curl_url_set(parts, CURLUPART_SCHEME, secure ? "https" : "http", 0);
	url.url = url_part(parts, CURLUPART_URL, 0);
	url.authority = joined(url_part(parts, CURLUPART_HOST, 0), ":",
	    url_part(parts, CURLUPART_PORT, CURLU_NO_DEFAULT_PORT));
	url.target =
	    joined(url_part(parts, CURLUPART_PATH, 0), "?", url_part(parts, CURLUPART_QUERY, 0));
	(void)net_curl()->curl_url_set(parts, CURLUPART_SCHEME, scheme, CURLU_NON_SUPPORT_SCHEME);
	(void)net_curl()->curl_url_set(parts, CURLUPART_QUERY, NULL, 0);
	url.place = url_part(parts, CURLUPART_URL, CURLU_NON_SUPPORT_SCHEME);
	if (url.url == NULL || url.authority == NULL || url.target == NULL || url.place == NULL) {
		net_url_clear(&url);
		return yq_err_set(err, YQ_E_INVALID, "the address is none");
	}
	*ret_url = url;
	return YQ_OK;
}

void
net_url_clear(struct net_url *url)
{
	if (url->url != NULL)
		yq_wipe(url->url, strlen(url->url));
	if (url->target != NULL)
		yq_wipe(url->target, strlen(url->target));
	free(url->url);
	free(url->place);
	free(url->authority);
	free(url->target);
	*url = (struct net_url){ .url = NULL };
}

bool
net_is_token(const char *text)
{
	static const char marks[] = "!#$%&'*+-.^_`|~"; /* RFC 9110, 5.6.2 */

	for (const char *c = text; *c != '\0'; c++) {
		char lower = yq_str_lower(*c);

		if (!(lower >= 'a' && lower <= 'z') && !(*c >= '0' && *c <= '9') &&
		    strchr(marks, *c) == NULL)
			return false;
	}
	return text[0] != '\0';
}

enum yq_rc
net_header_check(const struct yq_http_header *header, struct yq_err *err)
{
	static const char *const ours[] = { "Content-Length", "Transfer-Encoding", "Connection",
		"Upgrade", "Expect" };

	if (!net_is_token(header->name))
		return yq_err_set(err, YQ_E_INVALID, "the name of a header is none");
	for (size_t i = 0; i < YQ_COUNT(ours); i++)
		if (yq_str_equal_nocase(header->name, ours[i]))
			return yq_err_set(err, YQ_E_INVALID,
			    "the header %s is not the caller's to give", ours[i]);
	for (const char *c = header->value; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' && *c != '\t')
			return yq_err_set(err, YQ_E_INVALID,
			    "the header %s has a control character", header->name);
	return YQ_OK;
}
