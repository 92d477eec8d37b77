/*
 * finder.c - the state machine behind reconnecting.
 */
#include "bus/finder.h"

#include <string.h>

#include "base/str.h"

static enum yq_find
rest(struct yq_finder *finder)
{
	finder->backoff_ms *= 2;
	if (finder->backoff_ms < YQ_FINDER_DELAY_MIN_MS)
		finder->backoff_ms = YQ_FINDER_DELAY_MIN_MS;
	if (finder->backoff_ms > YQ_FINDER_DELAY_MAX_MS)
		finder->backoff_ms = YQ_FINDER_DELAY_MAX_MS;
	finder->delay_ms = finder->backoff_ms;
	return YQ_FIND_REST;
}

static size_t
take_next(struct yq_finder *finder)
{
	size_t index = finder->next;

	finder->next = (index + 1) % finder->target->endpoint_count;
	return index;
}

static enum yq_find
ask(struct yq_finder *finder)
{
	finder->sentinel = take_next(finder);
	return YQ_FIND_ASK;
}

static enum yq_find
connect_to(struct yq_finder *finder, const struct yq_endpoint *server)
{
	finder->server = *server;
	finder->serving = true;
	return YQ_FIND_CONNECT;
}

static enum yq_find
begin(struct yq_finder *finder)
{
	return finder->asks ? ask(finder)
			    : connect_to(finder, &finder->target->endpoints[take_next(finder)]);
}

enum yq_find
yq_finder_start(struct yq_finder *finder, const struct yq_valkey_target *target)
{
	*finder = (struct yq_finder){
		.target = target,
		.asks = target->service_name[0] != '\0',
		.epoch = -1,
	};
	return begin(finder);
}

/* One sentinel was of no help: the others are asked at once, and all of them again after a rest.
 * While there is a server nothing is lost but the news of a change. */
static enum yq_find
no_help(struct yq_finder *finder)
{
	finder->silent++;
	if (finder->serving) {
		finder->delay_ms = YQ_FINDER_WATCH_MS;
		return YQ_FIND_REST;
	}
	if (finder->silent < finder->target->endpoint_count)
		return ask(finder);
	finder->silent = 0;
	return rest(finder);
}

static const struct yq_endpoint *
asked(const struct yq_finder *finder)
{
	return &finder->target->endpoints[finder->sentinel];
}

static enum yq_find
use(struct yq_finder *finder, const struct yq_endpoint *master)
{
	finder->silent = 0;
	if (finder->serving && yq_endpoint_equal(master, &finder->server))
		return YQ_FIND_NOTHING;
	return connect_to(finder, master);
}

enum yq_find
yq_finder_named(struct yq_finder *finder, const struct yq_endpoint *master, int64_t epoch)
{
	if (master == NULL) {
		yq_err_set(&finder->why, YQ_E_RETRY,
		    "valkey: no sentinel knows a service \"%s\" (serviceName); asked last: %s:%u",
		    finder->target->service_name, asked(finder)->host,
		    (unsigned)asked(finder)->port);
		return no_help(finder);
	}
	if (epoch >= 0 && epoch < finder->epoch) {
		yq_err_set(&finder->why, YQ_E_RETRY,
		    "valkey: the sentinel %s:%u does not know of the latest failover yet",
		    asked(finder)->host, (unsigned)asked(finder)->port);
		return no_help(finder);
	}
	if (epoch >= 0)
		finder->epoch = epoch;
	return use(finder, master);
}

/* Sentinels only ever move on to a higher epoch. */
enum yq_find
yq_finder_switched(struct yq_finder *finder, const struct yq_endpoint *master)
{
	if (finder->epoch >= 0 && !yq_endpoint_equal(master, &finder->server))
		finder->epoch++;
	return use(finder, master);
}

enum yq_find
yq_finder_unanswered(struct yq_finder *finder, const struct yq_err *err)
{
	/* That one does not know the service tells more than that another is away. */
	if (!finder->serving && (finder->silent == 0 || err->rc == YQ_E_DENIED))
		yq_err_set(&finder->why, err->rc, "valkey: no sentinel answers: %s", err->text);
	return no_help(finder);
}

void
yq_finder_up(struct yq_finder *finder)
{
	finder->backoff_ms = 0;
}

enum yq_find
yq_finder_lost(struct yq_finder *finder, const struct yq_err *err)
{
	finder->serving = false;
	finder->silent = 0;
	finder->why = *err;
	if (finder->asks && err->rc == YQ_E_RETRY)
		yq_err_context(&finder->why, YQ_E_RETRY,
		    "the sentinels name %s:%u as the master of \"%s\"; has none been elected yet?",
		    finder->server.host, (unsigned)finder->server.port,
		    finder->target->service_name);
	return rest(finder);
}

enum yq_find
yq_finder_rested(struct yq_finder *finder)
{
	return begin(finder);
}

bool
yq_endpoint_equal(const struct yq_endpoint *a, const struct yq_endpoint *b)
{
	return a->port == b->port && yq_str_equal(a->host, b->host);
}

bool
yq_finder_read_address(const char *host, const char *port, struct yq_endpoint *master)
{
	int64_t number;

	if (host == NULL || port == NULL || host[0] == '\0' ||
	    !yq_str_copy(master->host, sizeof(master->host), host) ||
	    !yq_str_to_int64(port, 1, UINT16_MAX, &number))
		return false;
	master->port = (uint16_t)number;
	return true;
}

bool
yq_finder_read_switch(const char *text, const char *service, struct yq_endpoint *master)
{
	char words[5][YQ_HOST_SIZE];

	for (size_t i = 0; i < YQ_COUNT(words); i++) {
		size_t length = strcspn(text, " ");

		if (length == 0 || !yq_str_copy_bytes(words[i], sizeof(words[i]), text, length))
			return false;
		text += length;
		if (i + 1 < YQ_COUNT(words) && *text++ != ' ')
			return false;
	}
	return *text == '\0' && yq_str_equal(words[0], service) &&
	       yq_finder_read_address(words[3], words[4], master);
}
