/* door.c - what is known of a request from the way it came. */
#include "web/door.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

static void
read_hosts(struct yq_door *door, const struct yq_config *config, struct yq_config_report *report)
{
	const yq_json *list = yq_config_json(config, "Web:AllowedHosts");
	size_t count = list == NULL ? 0 : yq_json_count(list);

	if (count > YQ_HOSTS_MAX) {
		yq_config_fault(report, "Web:AllowedHosts: expected at most %d names, found %zu",
		    YQ_HOSTS_MAX, count);
		return;
	}
	door->hosts = yq_xcalloc(count + 1, sizeof(*door->hosts));
	for (size_t i = 0; i < count; i++)
		door->hosts[door->host_count++] =
		    yq_xstrdup(yq_json_text(yq_json_at(list, i), NULL));
}

void
yq_door_read(struct yq_door *door, const struct yq_config *config, struct yq_config_report *report)
{
	const char *certificate = yq_config_text(config, "Web:TlsCertificate");
	const char *key = yq_config_text(config, "Web:TlsKey");
	bool has_certificate = certificate != NULL && certificate[0] != '\0';
	bool has_key = key != NULL && key[0] != '\0';

	yq_networks_read(&door->proxies, config, "Web:TrustedProxies", report);
	read_hosts(door, config, report);
	door->tls = has_certificate;
	if (has_certificate != has_key)
		yq_config_fault(report, "%s: expected a file, for %s is set",
		    has_key ? "Web:TlsCertificate" : "Web:TlsKey",
		    has_key ? "Web:TlsKey" : "Web:TlsCertificate");
}

void
yq_door_clear(struct yq_door *door)
{
	yq_networks_clear(&door->proxies);
	for (size_t i = 0; i < door->host_count; i++)
		free(door->hosts[i]);
	free(door->hosts);
	*door = (struct yq_door){ .host_count = 0 };
}

bool
yq_host_is(const char *header, const char *name)
{
	const char *end = header[0] == '[' ? strchr(header, ']') : strchr(header, ':');
	size_t length = end == NULL ? strlen(header) : (size_t)(end - header) + (*end == ']');

	return length == strlen(name) && yq_str_equal_nocase_bytes(header, name, length);
}

bool
yq_door_knows_host(const struct yq_door *door, const struct yq_http_request *request)
{
	const char *header = yq_http_header(request, "Host");

	if (door->host_count == 0)
		return true;
	for (size_t i = 0; i < door->host_count && header != NULL; i++)
		if (yq_host_is(header, door->hosts[i]))
			return true;
	return false;
}

void
yq_door_address(const struct yq_door *door, const struct yq_http_request *request,
    char text[YQ_ADDRESS_TEXT_SIZE])
{
	struct yq_address client = yq_networks_client_of(&door->proxies, request);

	yq_address_format(&client, text);
}

/* "https://name:port" is where the request was sent to, or one of our names.  A proxy may have
 * changed the port, and Host. */
static bool
is_own_origin(const struct yq_door *door, const char *origin, const char *host)
{
	const char *authority = strstr(origin, "://");

	if (authority == NULL)
		return false; /* "null": a page that is nobody's */
	authority += strlen("://");
	if (host != NULL && yq_str_equal_nocase(authority, host))
		return true;
	for (size_t i = 0; i < door->host_count; i++)
		if (yq_host_is(authority, door->hosts[i]))
			return true;
	return false;
}

bool
yq_door_is_own_site(const struct yq_door *door, const struct yq_http_request *request)
{
	const char *site = yq_http_header(request, "Sec-Fetch-Site");
	const char *origin = yq_http_header(request, "Origin");

	if (site != NULL)
		return yq_str_equal(site, "same-origin") || yq_str_equal(site, "none");
	return origin == NULL || is_own_origin(door, origin, yq_http_header(request, "Host"));
}

bool
yq_door_is_secure(const struct yq_door *door, const struct yq_http_request *request)
{
	const char *scheme = yq_http_header(request, "X-Forwarded-Proto");

	return door->tls || (scheme != NULL && yq_str_equal_nocase(scheme, "https") &&
				yq_networks_contain(&door->proxies, yq_http_peer(request)));
}

static bool
is_path(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456"
				      "789-_.~/";

	return text[0] == '/' && strspn(text, letters) == strlen(text) &&
	       strstr(text, "//") == NULL && strstr(text, "/.") == NULL;
}

void
yq_door_base(
    const struct yq_config *config, struct yq_config_report *report, char base[YQ_BASE_SIZE])
{
	const char *text = yq_config_text(config, "Dashboard:PathBase");
	size_t length;

	base[0] = '\0';
	if (text == NULL || text[0] == '\0' || yq_str_equal(text, "/"))
		return;
	if (!is_path(text) || !yq_str_copy(base, YQ_BASE_SIZE, text)) {
		base[0] = '\0';
		yq_config_fault(report,
		    "Dashboard:PathBase: expected a path like /yquant (letters, digits, - _ . ~), "
		    "found \"%.64s\" (%s)",
		    text, yq_config_source(config, "Dashboard:PathBase"));
		return;
	}
	length = strlen(base);
	if (base[length - 1] == '/')
		base[length - 1] = '\0';
}
