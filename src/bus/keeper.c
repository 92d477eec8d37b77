/*
 * keeper.c - reconnecting.
 */
#include "bus/keeper.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

struct yq_keeper {
	uv_loop_t *loop;
	struct yq_valkey_target target;
	char client_name[64];
	const struct yq_keeper_events *events;
	void *cookie;
	struct yq_link *link; /* NULL while waiting for the next try */
	bool is_up, closing;
	size_t endpoint;
	uint64_t delay_ms;
	uv_timer_t retry;
};

static void on_up(void *cookie);
static void on_reply(void *cookie, const redisReply *reply);
static void on_down(void *cookie, const struct yq_err *err);

static const struct yq_link_events link_events = { on_up, on_reply, on_down };

enum yq_rc
yq_keeper_check(const struct yq_valkey_target *target, struct yq_err *err)
{
	if (target->tls)
		return yq_err_set(err, YQ_E_INVALID,
		    "ConnectionStrings:Valkey: ssl=true is not supported; use a unix socket, or a "
		    "TLS tunnel (stunnel) on this machine and ssl=false");
	if (target->service_name[0] != '\0')
		return yq_err_set(err, YQ_E_INVALID,
		    "ConnectionStrings:Valkey: serviceName (Sentinel) is not supported; list the "
		    "servers themselves");
	if (target->endpoint_count == 0)
		return yq_err_set(err, YQ_E_INVALID,
		    "ConnectionStrings:Valkey: expected a host or socket, found none");
	return YQ_OK;
}

static void
open_link(struct yq_keeper *keeper)
{
	keeper->link = yq_link_open(keeper->loop, &keeper->target, keeper->endpoint,
	    keeper->client_name, &link_events, keeper);
}

static void
on_retry(uv_timer_t *timer)
{
	open_link(timer->data);
}

static void
on_up(void *cookie)
{
	struct yq_keeper *keeper = cookie;

	keeper->is_up = true;
	keeper->delay_ms = 0;
	keeper->events->up(keeper->cookie);
}

static void
on_reply(void *cookie, const redisReply *reply)
{
	struct yq_keeper *keeper = cookie;

	keeper->events->reply(keeper->cookie, reply);
}

static void
on_down(void *cookie, const struct yq_err *err)
{
	struct yq_keeper *keeper = cookie;

	keeper->link = NULL;
	keeper->is_up = false;
	keeper->endpoint = (keeper->endpoint + 1) % keeper->target.endpoint_count;
	keeper->delay_ms *= 2;
	if (keeper->delay_ms < YQ_KEEPER_DELAY_MIN_MS)
		keeper->delay_ms = YQ_KEEPER_DELAY_MIN_MS;
	if (keeper->delay_ms > YQ_KEEPER_DELAY_MAX_MS)
		keeper->delay_ms = YQ_KEEPER_DELAY_MAX_MS;
	uv_timer_start(&keeper->retry, on_retry, keeper->delay_ms, 0);
	keeper->events->down(keeper->cookie, err);
}

void
yq_keeper_drop(struct yq_keeper *keeper, const struct yq_err *err)
{
	if (keeper->link == NULL || keeper->closing)
		return;
	yq_link_close(keeper->link);
	on_down(keeper, err);
}

struct yq_link *
yq_keeper_link(const struct yq_keeper *keeper)
{
	return keeper->is_up ? keeper->link : NULL;
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
	keeper->target = *target;
	keeper->target.password = yq_secret_copy(target->password);
	yq_str_copy_cut(keeper->client_name, sizeof(keeper->client_name), client_name);
	keeper->events = events;
	keeper->cookie = cookie;
	uv_timer_init(loop, &keeper->retry);
	keeper->retry.data = keeper;
	open_link(keeper);
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

/* A closed link uses nothing of the keeper any more: it only waits for its own handles. */
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
	uv_close((uv_handle_t *)&keeper->retry, on_closed);
}
