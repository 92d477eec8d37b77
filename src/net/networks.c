/* networks.c - addresses and ranges from the settings, and whose request it is behind proxies. */
#include "net/networks.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "net/http_server.h"

#define FORWARDED_MAX	    16	 /* addresses looked at in X-Forwarded-For */
#define FORWARDED_BYTES_MAX 1024 /* of all its lines */

static void
add_network(struct yq_networks *networks, const struct yq_config *config, const char *path,
    const yq_json *item, struct yq_config_report *report)
{
	struct yq_network network;
	const char *text = "";
	size_t length = 0;

	if (yq_json_type_of(item) == YQ_JSON_STRING)
		text = yq_json_text(item, &length);
	if (yq_str_equal_nocase(text, "unix")) {
		networks->unix_socket = true;
		return;
	}
	if (yq_network_parse(text, length, &network) != YQ_OK) {
		yq_config_fault(report,
		    "%s: expected an address or a range like 10.0.0.0/8, found \"%.*s\" (%s)", path,
		    (int)(length < 64 ? length : 64), text, yq_config_source(config, path));
		return;
	}
	networks->items =
	    yq_xrealloc(networks->items, networks->count + 1, sizeof(networks->items[0]));
	networks->items[networks->count++] = network;
}

void
yq_networks_read(struct yq_networks *networks, const struct yq_config *config, const char *path,
    struct yq_config_report *report)
{
	const yq_json *list = yq_config_json(config, path);
	size_t count = list == NULL ? 0 : yq_json_count(list);

	if (count > YQ_NETWORKS_MAX) {
		yq_config_fault(report, "%s: expected at most %d entries, found %zu (%s)", path,
		    YQ_NETWORKS_MAX, count, yq_config_source(config, path));
		return;
	}
	for (size_t i = 0; i < count; i++)
		add_network(networks, config, path, yq_json_at(list, i), report);
}

bool
yq_networks_contain(const struct yq_networks *networks, const struct yq_address *address)
{
	if (address->family == YQ_FAMILY_UNIX)
		return networks->unix_socket;
	for (size_t i = 0; i < networks->count; i++) {
		if (yq_network_contains(&networks->items[i], address))
			return true;
	}
	return false;
}

void
yq_networks_clear(struct yq_networks *networks)
{
	free(networks->items);
	*networks = (struct yq_networks){ .count = 0 };
}

bool
yq_networks_are_empty(const struct yq_networks *networks)
{
	return networks->count == 0 && !networks->unix_socket;
}

struct yq_address
yq_networks_client(
    const struct yq_networks *proxies, const struct yq_address *peer, const char *forwarded)
{
	static const struct yq_address nobody = { .family = YQ_FAMILY_NONE };
	struct yq_address client = *peer;
	size_t end;

	if (forwarded == NULL || !yq_networks_contain(proxies, peer))
		return client;
	end = strlen(forwarded);
	for (unsigned i = 0; i < FORWARDED_MAX; i++) {
		size_t start = end, stop = end;

		while (start > 0 && forwarded[start - 1] != ',')
			start--;
		end = start == 0 ? 0 : start - 1;
		while (start < stop && (forwarded[start] == ' ' || forwarded[start] == '\t'))
			start++;
		while (stop > start && (forwarded[stop - 1] == ' ' || forwarded[stop - 1] == '\t'))
			stop--;
		if (yq_address_parse(forwarded + start, stop - start, &client) != YQ_OK)
			return nobody;
		if (!yq_networks_contain(proxies, &client) || start == 0 || end == 0)
			return client;
	}
	return nobody;
}

static void
add_forwarded(void *cookie, const char *value)
{
	struct yq_buf *forwarded = cookie;

	if (forwarded->length > 0)
		yq_buf_add_char(forwarded, ',');
	yq_buf_add_text(forwarded, value);
}

struct yq_address
yq_networks_client_of(const struct yq_networks *proxies, const struct yq_http_request *request)
{
	struct yq_buf forwarded = yq_buf_make(FORWARDED_BYTES_MAX);
	struct yq_address client = { .family = YQ_FAMILY_NONE };

	yq_http_headers(request, "X-Forwarded-For", add_forwarded, &forwarded);
	if (yq_buf_ok(&forwarded))
		client = yq_networks_client(proxies, yq_http_peer(request),
		    forwarded.length == 0 ? NULL : yq_buf_text(&forwarded));
	yq_buf_free(&forwarded);
	return client;
}
