/* shared.c - what the accounts of one program share at their brokers. */
#include "broker/shared.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/secret.h"
#include "base/str.h"

struct client {
	struct client *next;
	char *ca_file, *proxy; /* owned */
	struct yq_http_client *http;
};

struct key {
	struct key *next;
	char *host; /* owned */
	struct yq_secret *secret;
	struct yq_calls *calls; /* NULL = none was asked for */
	void *place;
};

struct yq_shared {
	uv_loop_t *loop;
	const struct yq_clock *clock;
	struct client *clients;
	struct key *keys;
};

struct yq_shared *
yq_shared_make(uv_loop_t *loop, const struct yq_clock *clock)
{
	struct yq_shared *shared = yq_xcalloc(1, sizeof(*shared));

	shared->loop = loop;
	shared->clock = clock;
	return shared;
}

void
yq_shared_free(struct yq_shared *shared)
{
	if (shared == NULL)
		return;
	for (struct client *c = shared->clients, *next; c != NULL; c = next) {
		next = c->next;
		yq_http_client_free(c->http);
		free(c->ca_file);
		free(c->proxy);
		free(c);
	}
	for (struct key *k = shared->keys, *next; k != NULL; k = next) {
		next = k->next;
		assert(k->place == NULL);
		yq_calls_free(k->calls);
		yq_secret_free(k->secret);
		free(k->host);
		free(k);
	}
	free(shared);
}

/* Of all accounts at one host: more than all queues of keys let out at once.  A call that waits for
 * one is past the queue that knows what is urgent, and its time goes by: a cancel must not wait
 * behind questions, and orders without an answer hold up nothing else.  Only as many are made as
 * are needed. */
#define CONNECTIONS_MAX 256

struct yq_http_client *
yq_shared_client(struct yq_shared *shared, const char *ca_file, const char *proxy)
{
	const struct yq_http_client_options options = {
		.ca_file = ca_file[0] != '\0' ? ca_file : NULL,
		.proxy = proxy[0] != '\0' ? proxy : NULL,
		.user_agent = "yquant",
		.per_host_max = CONNECTIONS_MAX,
	};
	struct client *c = shared->clients;

	while (c != NULL && !(yq_str_equal(c->ca_file, ca_file) && yq_str_equal(c->proxy, proxy)))
		c = c->next;
	if (c != NULL)
		return c->http;
	c = yq_xcalloc(1, sizeof(*c));
	c->ca_file = yq_xstrdup(ca_file);
	c->proxy = yq_xstrdup(proxy);
	c->http = yq_http_client_make(shared->loop, &options);
	c->next = shared->clients;
	shared->clients = c;
	return c->http;
}

static struct key *
key_of(struct yq_shared *shared, const char *host, const struct yq_secret *key)
{
	struct key *k = shared->keys;

	while (k != NULL &&
	       !(yq_str_equal(k->host, host) &&
		   yq_secret_matches(k->secret, yq_secret_reveal(key), yq_secret_length(key))))
		k = k->next;
	if (k != NULL)
		return k;
	k = yq_xcalloc(1, sizeof(*k));
	k->host = yq_xstrdup(host);
	k->secret = yq_secret_copy(key);
	k->next = shared->keys;
	shared->keys = k;
	return k;
}

struct yq_calls *
yq_shared_calls(struct yq_shared *shared, const char *host, const struct yq_secret *key,
    const struct yq_call_limits *limits)
{
	struct key *k = key_of(shared, host, key);

	if (k->calls == NULL)
		k->calls = yq_calls_make(shared->loop, shared->clock, limits);
	return k->calls;
}

void **
yq_shared_place(struct yq_shared *shared, const char *host, const struct yq_secret *key)
{
	return &key_of(shared, host, key)->place;
}
