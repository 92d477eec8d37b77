/*
 * subscriber.c - SUBSCRIBE over a kept link, with a PING now and then to notice a dead peer.
 */
#include "bus/subscriber.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "bus/keeper.h"

#define PING_MS 5000

struct yq_subscriber {
	struct yq_keeper *keeper;
	yq_message_fn *fn;
	yq_valkey_state_fn *state;
	void *cookie;
	char *channels[YQ_SUBSCRIBER_CHANNELS_MAX];
	size_t channel_count;
	struct yq_args args;
	uv_timer_t ping;
	bool closing, awaiting_pong;
};

/* Commands on a subscribed connection have no answer of their own kind: what the server sends back
 * is read by on_reply. */
static void
tell(struct yq_subscriber *subscriber, const char *command, const char *channel)
{
	struct yq_link *link = yq_keeper_link(subscriber->keeper);
	uint64_t end;

	if (link == NULL)
		return;
	yq_args_clear(&subscriber->args);
	yq_args_text(&subscriber->args, command);
	if (channel != NULL)
		yq_args_text(&subscriber->args, channel);
	if (!yq_link_write(link, &subscriber->args, &end)) {
		struct yq_err err;

		yq_err_set(&err, YQ_E_LIMIT, "valkey: too much to write");
		yq_keeper_drop(subscriber->keeper, &err);
	}
}

static void
on_up(void *cookie)
{
	struct yq_subscriber *subscriber = cookie;

	subscriber->awaiting_pong = false;
	for (size_t i = 0; i < subscriber->channel_count; i++)
		tell(subscriber, "SUBSCRIBE", subscriber->channels[i]);
	if (subscriber->state != NULL)
		subscriber->state(subscriber->cookie, true, NULL);
}

static void
on_down(void *cookie, const struct yq_err *err)
{
	struct yq_subscriber *subscriber = cookie;

	if (subscriber->state != NULL)
		subscriber->state(subscriber->cookie, false, err);
}

static void
on_reply(void *cookie, const redisReply *reply)
{
	struct yq_subscriber *subscriber = cookie;
	struct yq_err err;

	if (reply->type == REDIS_REPLY_ERROR) { /* the right is missing: try again, and say so */
		yq_valkey_error(reply->str, reply->len, &err);
		yq_keeper_drop(subscriber->keeper, &err);
		return;
	}
	subscriber->awaiting_pong = false;
	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 3 ||
	    reply->element[0]->type != REDIS_REPLY_STRING ||
	    !yq_str_equal(reply->element[0]->str, "message"))
		return;
	subscriber->fn(subscriber->cookie, reply->element[1]->str, reply->element[2]->str,
	    reply->element[2]->len);
}

static const struct yq_keeper_events keeper_events = { on_up, on_reply, on_down };

static void
on_ping(uv_timer_t *timer)
{
	struct yq_subscriber *subscriber = timer->data;
	struct yq_err err;

	if (yq_keeper_link(subscriber->keeper) == NULL)
		return;
	if (subscriber->awaiting_pong) {
		yq_err_set(&err, YQ_E_RETRY, "valkey: the subscriber's connection is dead");
		yq_keeper_drop(subscriber->keeper, &err);
		return;
	}
	subscriber->awaiting_pong = true;
	tell(subscriber, "PING", NULL);
}

enum yq_rc
yq_subscriber_open(uv_loop_t *loop, const struct yq_valkey_target *target, const char *client_name,
    const char *const *channels, size_t channel_count, yq_message_fn *fn, yq_valkey_state_fn *state,
    void *cookie, struct yq_subscriber **ret_subscriber, struct yq_err *err)
{
	struct yq_subscriber *subscriber = yq_xcalloc(1, sizeof(*subscriber));
	enum yq_rc rc;

	*ret_subscriber = NULL;
	if (channel_count > YQ_SUBSCRIBER_CHANNELS_MAX)
		rc = yq_err_set(err, YQ_E_LIMIT, "valkey: too many channels");
	else
		rc = yq_keeper_open(loop, target, client_name, &keeper_events, subscriber,
		    &subscriber->keeper, err);
	if (rc != YQ_OK) {
		free(subscriber);
		return rc;
	}
	subscriber->fn = fn;
	subscriber->state = state;
	subscriber->cookie = cookie;
	for (size_t i = 0; i < channel_count; i++)
		subscriber->channels[subscriber->channel_count++] = yq_xstrdup(channels[i]);
	subscriber->args = yq_args_make();
	uv_timer_init(loop, &subscriber->ping);
	subscriber->ping.data = subscriber;
	uv_timer_start(&subscriber->ping, on_ping, PING_MS, PING_MS);
	*ret_subscriber = subscriber;
	return YQ_OK;
}

static void
on_closed(uv_handle_t *handle)
{
	struct yq_subscriber *subscriber = handle->data;

	for (size_t i = 0; i < subscriber->channel_count; i++)
		free(subscriber->channels[i]);
	yq_args_free(&subscriber->args);
	free(subscriber);
}

void
yq_subscriber_close(struct yq_subscriber *subscriber)
{
	if (subscriber == NULL || subscriber->closing)
		return;
	subscriber->closing = true;
	yq_keeper_close(subscriber->keeper);
	uv_close((uv_handle_t *)&subscriber->ping, on_closed);
}

bool
yq_subscriber_is_up(const struct yq_subscriber *subscriber)
{
	return !subscriber->closing && yq_keeper_link(subscriber->keeper) != NULL;
}

enum yq_rc
yq_subscriber_add(struct yq_subscriber *subscriber, const char *channel)
{
	if (subscriber->channel_count == YQ_SUBSCRIBER_CHANNELS_MAX)
		return YQ_E_LIMIT;
	subscriber->channels[subscriber->channel_count++] = yq_xstrdup(channel);
	tell(subscriber, "SUBSCRIBE", channel);
	return YQ_OK;
}

void
yq_subscriber_remove(struct yq_subscriber *subscriber, const char *channel)
{
	for (size_t i = 0; i < subscriber->channel_count; i++) {
		if (!yq_str_equal(subscriber->channels[i], channel))
			continue;
		tell(subscriber, "UNSUBSCRIBE", channel);
		free(subscriber->channels[i]);
		subscriber->channels[i] = subscriber->channels[--subscriber->channel_count];
		return;
	}
}
