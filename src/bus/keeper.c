/*
 * keeper.c - reconnecting: finder.c decides, this does it.
 */
#include "bus/keeper.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "bus/finder.h"
#include "bus/lookout.h"
#include "bus/role.h"

struct yq_keeper {
	uv_loop_t *loop;
	struct yq_valkey_target target; /* as configured; owned */
	struct yq_valkey_target server; /* the one in use: borrows from `target` */
	char client_name[64];
	const struct yq_keeper_events *events;
	void *cookie;
	struct yq_finder finder;
	struct yq_link *link; /* NULL = none; not up before it has told its role */
	struct yq_lookout *lookout;
	bool is_up, closing;
	char history[YQ_VALKEY_HISTORY_SIZE];
	uv_timer_t rest;
};

static void obey(struct yq_keeper *keeper, enum yq_find find);

enum yq_rc
yq_keeper_check(const struct yq_valkey_target *target, struct yq_err *err)
{
	if (target->tls)
		return yq_err_set(err, YQ_E_INVALID,
		    "ConnectionStrings:Valkey: ssl=true is not supported; use a unix socket, or a "
		    "TLS tunnel (stunnel) on this machine and ssl=false");
	if (target->endpoint_count == 0)
		return yq_err_set(err, YQ_E_INVALID,
		    "ConnectionStrings:Valkey: expected a host or socket, found none");
	return YQ_OK;
}

/* ---- the server */

static void
link_up(void *cookie)
{
	struct yq_keeper *keeper = cookie;
	struct yq_args args = yq_args_make();
	uint64_t end;

	yq_args_words(&args, YQ_ROLE_QUESTION);
	if (!yq_link_write(keeper->link, &args, &end))
		YQ_PANIC("the first question does not fit");
	yq_args_free(&args);
}

static void
lose(struct yq_keeper *keeper, const struct yq_err *err)
{
	keeper->link = NULL;
	keeper->is_up = false;
	obey(keeper, yq_finder_lost(&keeper->finder, err));
	keeper->events->down(keeper->cookie, &keeper->finder.why);
}

static void
link_reply(void *cookie, const redisReply *reply)
{
	struct yq_keeper *keeper = cookie;
	char history[YQ_VALKEY_HISTORY_SIZE];
	struct yq_err err;

	if (keeper->is_up) {
		keeper->events->reply(keeper->cookie, reply);
		return;
	}
	if (yq_role_read(reply, &keeper->finder.server, keeper->finder.asks, history, &err) !=
	    YQ_OK) {
		yq_keeper_drop(keeper, &err);
		return;
	}
	memcpy(keeper->history, history, sizeof(history));
	keeper->is_up = true;
	yq_finder_up(&keeper->finder);
	keeper->events->up(keeper->cookie);
}

static void
link_down(void *cookie, const struct yq_err *err)
{
	lose(cookie, err);
}

static const struct yq_link_events link_events = { link_up, link_reply, link_down };

/* A server that is left for another one is given up first. */
static void
connect_server(struct yq_keeper *keeper)
{
	bool was_up = keeper->is_up;
	struct yq_err err;

	if (keeper->link != NULL)
		yq_link_close(keeper->link);
	keeper->is_up = false;
	keeper->server.endpoints[0] = keeper->finder.server;
	keeper->link = yq_link_open(
	    keeper->loop, &keeper->server, 0, keeper->client_name, &link_events, keeper);
	if (!was_up)
		return;
	yq_err_set(&err, YQ_E_RETRY, "valkey: failed over to %s:%u", keeper->finder.server.host,
	    (unsigned)keeper->finder.server.port);
	keeper->events->down(keeper->cookie, &err);
}

/* ---- sentinels */

/* All of them were of no help: say so, unless there is a server all the same. */
static void
after_asking(struct yq_keeper *keeper, enum yq_find find)
{
	obey(keeper, find);
	if (find == YQ_FIND_REST && !keeper->finder.serving)
		keeper->events->down(keeper->cookie, &keeper->finder.why);
}

static void
on_named(void *cookie, const struct yq_endpoint *master, int64_t epoch)
{
	struct yq_keeper *keeper = cookie;

	after_asking(keeper, yq_finder_named(&keeper->finder, master, epoch));
}

static void
on_switched(void *cookie, const struct yq_endpoint *master)
{
	struct yq_keeper *keeper = cookie;

	obey(keeper, yq_finder_switched(&keeper->finder, master));
}

static void
on_gone(void *cookie, const struct yq_err *err)
{
	struct yq_keeper *keeper = cookie;

	keeper->lookout = NULL;
	after_asking(keeper, yq_finder_unanswered(&keeper->finder, err));
}

static const struct yq_lookout_events lookout_events = { on_named, on_switched, on_gone };

/* ---- doing what the finder says */

static void
on_rested(uv_timer_t *timer)
{
	struct yq_keeper *keeper = timer->data;

	obey(keeper, yq_finder_rested(&keeper->finder));
}

static void
obey(struct yq_keeper *keeper, enum yq_find find)
{
	if (find == YQ_FIND_NOTHING)
		return;
	uv_timer_stop(&keeper->rest);
	switch (find) {
	case YQ_FIND_ASK:
		yq_lookout_close(keeper->lookout);
		keeper->lookout = yq_lookout_open(keeper->loop, &keeper->target,
		    keeper->finder.sentinel, &lookout_events, keeper);
		break;
	case YQ_FIND_CONNECT:
		connect_server(keeper);
		break;
	case YQ_FIND_REST:
	default:
		uv_timer_start(&keeper->rest, on_rested, keeper->finder.delay_ms, 0);
		break;
	}
}

/* ---- interface */

void
yq_keeper_drop(struct yq_keeper *keeper, const struct yq_err *err)
{
	if (keeper->link == NULL || keeper->closing)
		return;
	yq_link_close(keeper->link);
	lose(keeper, err);
}

struct yq_link *
yq_keeper_link(const struct yq_keeper *keeper)
{
	return keeper->is_up ? keeper->link : NULL;
}

const char *
yq_keeper_history(const struct yq_keeper *keeper)
{
	return keeper->history;
}

enum yq_rc
yq_keeper_open(uv_loop_t *loop, const struct yq_valkey_target *target, const char *client_name,
    const struct yq_keeper_events *events, void *cookie, struct yq_keeper **ret_keeper,
    struct yq_err *err)
{
	struct yq_keeper *keeper;
	enum yq_rc rc = yq_keeper_check(target, err);

	*ret_keeper = NULL;
	if (rc != YQ_OK)
		return rc;
	keeper = yq_xcalloc(1, sizeof(*keeper));
	keeper->loop = loop;
	keeper->target = yq_valkey_target_copy(target);
	keeper->server = keeper->target;
	keeper->server.endpoint_count = 1;
	yq_str_copy_cut(keeper->client_name, sizeof(keeper->client_name), client_name);
	keeper->events = events;
	keeper->cookie = cookie;
	uv_timer_init(loop, &keeper->rest);
	keeper->rest.data = keeper;
	obey(keeper, yq_finder_start(&keeper->finder, &keeper->target));
	*ret_keeper = keeper;
	return YQ_OK;
}

static void
on_closed(uv_handle_t *handle)
{
	struct yq_keeper *keeper = handle->data;

	yq_valkey_target_clear(&keeper->target);
	free(keeper);
}

/* What is closed uses nothing of the keeper any more: it only waits for its own handles. */
void
yq_keeper_close(struct yq_keeper *keeper)
{
	if (keeper == NULL)
		return;
	keeper->closing = true;
	keeper->is_up = false;
	if (keeper->link != NULL)
		yq_link_close(keeper->link);
	keeper->link = NULL;
	yq_lookout_close(keeper->lookout);
	keeper->lookout = NULL;
	uv_close((uv_handle_t *)&keeper->rest, on_closed);
}
