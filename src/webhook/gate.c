/* gate.c - who may send alerts. */
#include "webhook/gate.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "domain/terms.h"
#include "net/networks.h"
#include "webhook/rate.h"

#define SECRETS_MAX 1024
#define SECRET_GOOD 16

struct strategy_secret {
	char strategy[YQ_STRATEGY_SIZE];
	struct yq_secret *secret;
};

struct yq_gate {
	struct yq_networks allowed, proxies;
	struct strategy_secret *secrets;
	size_t secret_count;
	struct yq_secret *nobody; /* compared with when there is none, for the time it takes */
	bool without_secret;
	struct yq_rate_table *rate; /* NULL = no limit */
};

struct reading {
	struct yq_gate *gate;
	const struct yq_config *config;
	struct yq_config_report *report;
};

static void
add_secret(void *cookie, const char *name)
{
	struct reading *reading = cookie;
	struct yq_gate *gate = reading->gate;
	struct strategy_secret *row;
	const struct yq_secret *secret;
	char path[256];

	if (!yq_str_format(path, sizeof(path), "Webhook:Secrets:%s", name))
		return;
	secret = yq_config_secret(reading->config, path);
	if (secret == NULL)
		return;
	if (yq_secret_length(secret) == 0) {
		yq_config_fault(reading->report, "%s: expected a secret, found nothing (%s)", path,
		    yq_config_source(reading->config, path));
		return;
	}
	if (yq_secret_length(secret) < SECRET_GOOD)
		yq_config_warning(
		    reading->report, "%s: is short; use at least %d characters", path, SECRET_GOOD);
	if (gate->secret_count == SECRETS_MAX)
		return;
	gate->secrets =
	    yq_xrealloc(gate->secrets, gate->secret_count + 1, sizeof(gate->secrets[0]));
	row = &gate->secrets[gate->secret_count++];
	if (!yq_str_copy(row->strategy, sizeof(row->strategy), name))
		yq_config_fault(
		    reading->report, "%s: expected a strategy's name of at most 128 bytes", path);
	row->secret = yq_secret_copy(secret);
}

struct yq_gate *
yq_gate_make(const struct yq_config *config, struct yq_config_report *report)
{
	struct yq_gate *gate = yq_xcalloc(1, sizeof(*gate));
	struct reading reading = { gate, config, report };
	int64_t per_second = yq_config_int(config, "Webhook:RateLimitPerSecond");
	int64_t burst = yq_config_int(config, "Webhook:RateLimitBurst");

	yq_networks_read(&gate->allowed, config, "Webhook:AllowedIps", report);
	yq_networks_read(&gate->proxies, config, "Webhook:TrustedProxies", report);
	yq_config_names(config, "Webhook:Secrets", add_secret, &reading);
	gate->without_secret = yq_config_bool(config, "Webhook:AllowWithoutSecret");
	gate->nobody = yq_secret_random(32);
	if (per_second > 0)
		gate->rate = yq_rate_table_make(per_second, burst);
	return gate;
}

void
yq_gate_free(struct yq_gate *gate)
{
	if (gate == NULL)
		return;
	for (size_t i = 0; i < gate->secret_count; i++)
		yq_secret_free(gate->secrets[i].secret);
	yq_secret_free(gate->nobody);
	free(gate->secrets);
	yq_networks_clear(&gate->allowed);
	yq_networks_clear(&gate->proxies);
	yq_rate_table_free(gate->rate);
	free(gate);
}

struct yq_address
yq_gate_client(const struct yq_gate *gate, const struct yq_address *peer, const char *forwarded)
{
	return yq_networks_client(&gate->proxies, peer, forwarded);
}

struct yq_address
yq_gate_client_of(const struct yq_gate *gate, const struct yq_http_request *request)
{
	return yq_networks_client_of(&gate->proxies, request);
}

bool
yq_gate_allows(const struct yq_gate *gate, const struct yq_address *client)
{
	if (yq_networks_are_empty(&gate->allowed))
		return client->family != YQ_FAMILY_NONE;
	return yq_networks_contain(&gate->allowed, client);
}

unsigned
yq_gate_rate(struct yq_gate *gate, const struct yq_address *client, int64_t now_ns)
{
	return gate->rate == NULL ? 0 : yq_rate_table_take(gate->rate, client, now_ns);
}

bool
yq_gate_authenticate(
    const struct yq_gate *gate, const char *strategy, const char *secret, size_t length)
{
	const struct yq_secret *own = NULL, *every = NULL, *wanted;
	bool matches;

	for (size_t i = 0; i < gate->secret_count; i++) {
		if (yq_str_equal(gate->secrets[i].strategy, "*"))
			every = gate->secrets[i].secret;
		else if (yq_str_equal_nocase(gate->secrets[i].strategy, strategy))
			own = gate->secrets[i].secret;
	}
	wanted = own != NULL ? own : every;
	matches = yq_secret_matches(
	    wanted != NULL ? wanted : gate->nobody, secret == NULL ? "" : secret, length);
	return wanted == NULL ? gate->without_secret : matches;
}

bool
yq_gate_has_secrets(const struct yq_gate *gate)
{
	return gate->secret_count > 0;
}
