/*
 * lookout.c - the questions go out with the subscription; the answers come in that order.
 */
#include "bus/lookout.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "bus/finder.h"
#include "bus/valkey.h"

#define SWITCH_CHANNEL "+switch-master"
#define PING_MS	       2000

struct yq_lookout {
	const struct yq_lookout_events *events;
	void *cookie;
	struct yq_valkey_target target;
	struct yq_link *link;
	struct yq_args args;
	uv_timer_t ping;
	enum { ADDRESS, MASTER, NEWS } awaited;
	bool is_known, awaiting_pong, closing;
	struct yq_endpoint master;
};

/* ---- questions and answers */

void
yq_lookout_question(struct yq_args *args, const char *command, const char *service)
{
	yq_args_clear(args);
	yq_args_words(args, command);
	yq_args_text(args, service);
}

static bool
is_text(const redisReply *reply)
{
	return reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_STATUS;
}

enum yq_rc
yq_lookout_read_address(const redisReply *reply, struct yq_endpoint *master, struct yq_err *err)
{
	if (reply->type == REDIS_REPLY_NIL)
		return YQ_E_NOT_FOUND;
	if (reply->type == REDIS_REPLY_ERROR)
		return yq_valkey_error(reply->str, reply->len, err);
	if (reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 &&
	    is_text(reply->element[0]) && is_text(reply->element[1]) &&
	    yq_finder_read_address(reply->element[0]->str, reply->element[1]->str, master))
		return YQ_OK;
	return yq_err_set(err, YQ_E_RETRY, "valkey: a sentinel's answer is no address");
}

int64_t
yq_lookout_read_epoch(const redisReply *reply)
{
	int64_t epoch;

	if (reply->type != REDIS_REPLY_ARRAY)
		return -1;
	for (size_t i = 0; i + 1 < reply->elements; i += 2)
		if (is_text(reply->element[i]) && is_text(reply->element[i + 1]) &&
		    yq_str_equal(reply->element[i]->str, "config-epoch") &&
		    yq_str_to_int64(reply->element[i + 1]->str, 0, INT64_MAX, &epoch))
			return epoch;
	return -1;
}

struct yq_valkey_target
yq_lookout_target(const struct yq_valkey_target *target)
{
	struct yq_valkey_target copy = *target;

	memcpy(copy.user, target->sentinel_user, sizeof(copy.user));
	copy.password = target->sentinel_password;
	copy.sentinel_password = NULL;
	copy.database = 0;
	return copy;
}

/* ---- the end */

static void
on_closed(uv_handle_t *handle)
{
	struct yq_lookout *lookout = handle->data;

	yq_args_free(&lookout->args);
	free(lookout);
}

void
yq_lookout_close(struct yq_lookout *lookout)
{
	if (lookout == NULL || lookout->closing)
		return;
	lookout->closing = true;
	if (lookout->link != NULL)
		yq_link_close(lookout->link);
	uv_close((uv_handle_t *)&lookout->ping, on_closed);
}

static void
give_up(struct yq_lookout *lookout, const struct yq_err *err)
{
	yq_lookout_close(lookout);
	lookout->events->gone(lookout->cookie, err);
}

/* ---- the link's events */

static void
tell(struct yq_lookout *lookout)
{
	uint64_t end;

	if (yq_link_write(lookout->link, &lookout->args, &end))
		return;
	YQ_PANIC("a question to a sentinel does not fit");
}

static void
on_up(void *cookie)
{
	struct yq_lookout *lookout = cookie;

	yq_lookout_question(&lookout->args, YQ_LOOKOUT_ADDRESS, lookout->target.service_name);
	tell(lookout);
	yq_lookout_question(&lookout->args, YQ_LOOKOUT_MASTER, lookout->target.service_name);
	tell(lookout);
	yq_lookout_question(&lookout->args, "SUBSCRIBE", SWITCH_CHANNEL);
	tell(lookout);
}

static void
hear(struct yq_lookout *lookout, const redisReply *reply)
{
	struct yq_endpoint master;

	lookout->awaiting_pong = false;
	if (reply->type == REDIS_REPLY_ARRAY && reply->elements == 3 &&
	    is_text(reply->element[0]) && yq_str_equal(reply->element[0]->str, "message") &&
	    is_text(reply->element[2]) &&
	    yq_finder_read_switch(reply->element[2]->str, lookout->target.service_name, &master))
		lookout->events->switched(lookout->cookie, &master);
}

static void
on_reply(void *cookie, const redisReply *reply)
{
	struct yq_lookout *lookout = cookie;
	struct yq_err err;
	enum yq_rc rc;

	switch (lookout->awaited) {
	case ADDRESS:
		rc = yq_lookout_read_address(reply, &lookout->master, &err);
		lookout->is_known = rc == YQ_OK;
		lookout->awaited = MASTER;
		if (rc != YQ_OK && rc != YQ_E_NOT_FOUND)
			give_up(lookout, &err);
		break;
	case MASTER: /* of use, but not needed: whoever only names masters may refuse it */
		lookout->awaited = NEWS;
		lookout->events->named(lookout->cookie, lookout->is_known ? &lookout->master : NULL,
		    yq_lookout_read_epoch(reply));
		break;
	case NEWS:
		hear(lookout, reply);
		break;
	}
}

static void
on_down(void *cookie, const struct yq_err *err)
{
	struct yq_lookout *lookout = cookie;

	lookout->link = NULL;
	give_up(lookout, err);
}

/* Also before the first answer: a frozen sentinel takes connections and says nothing. */
static void
on_ping(uv_timer_t *timer)
{
	struct yq_lookout *lookout = timer->data;
	struct yq_err err;

	if (lookout->awaiting_pong) {
		yq_err_set(&err, YQ_E_RETRY, "valkey %s:%u: no answer in time",
		    lookout->target.endpoints[0].host, (unsigned)lookout->target.endpoints[0].port);
		give_up(lookout, &err);
		return;
	}
	lookout->awaiting_pong = true;
	if (lookout->awaited != NEWS)
		return;
	yq_args_clear(&lookout->args);
	yq_args_text(&lookout->args, "PING");
	tell(lookout);
}

static const struct yq_link_events link_events = { on_up, on_reply, on_down };

struct yq_lookout *
yq_lookout_open(uv_loop_t *loop, const struct yq_valkey_target *target, size_t sentinel,
    const struct yq_lookout_events *events, void *cookie)
{
	struct yq_lookout *lookout = yq_xcalloc(1, sizeof(*lookout));

	lookout->events = events;
	lookout->cookie = cookie;
	lookout->target = yq_lookout_target(target);
	lookout->target.endpoints[0] = target->endpoints[sentinel];
	lookout->target.endpoint_count = 1;
	lookout->args = yq_args_make();
	lookout->link =
	    yq_link_open(loop, &lookout->target, 0, "yq-lookout", &link_events, lookout);
	uv_timer_init(loop, &lookout->ping);
	lookout->ping.data = lookout;
	uv_timer_start(&lookout->ping, on_ping, PING_MS, PING_MS);
	return lookout;
}
