/*
 * http_client.c - the calls under way, their deadlines and their ends.
 *
 * The library only ever moves a call to `ended`; completions run from a timer of our own, so that
 * nobody's code runs inside the library and a completion may do whatever it likes.
 */
#include "net/http_client.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "net/http_client_internal.h"

#define CONNECT_DEFAULT_MS 5000
#define TIMEOUT_DEFAULT_MS 10000
#define PER_HOST_DEFAULT   4
#define NS_PER_MS	   INT64_C(1000000)

static void on_turn(uv_timer_t *timer);

static int64_t
now_ns(void)
{
	return (int64_t)uv_hrtime();
}

/* Come back when there is something to tell or the next deadline is there. */
static void
arm(struct yq_http_client *client)
{
	struct yq_http_call *call;
	int64_t now = now_ns(), due = INT64_MAX;

	TAILQ_FOREACH(call, &client->under_way, link)
	if (call->deadline_ns < due)
		due = call->deadline_ns;
	if (!TAILQ_EMPTY(&client->ended) || client->closing)
		due = now;
	if (due == INT64_MAX) {
		uv_timer_stop(&client->turn);
		return;
	}
	uv_update_time(client->loop);
	uv_timer_start(&client->turn, on_turn,
	    due <= now ? 0 : (uint64_t)((due - now + NS_PER_MS - 1) / NS_PER_MS), 0);
}

/* Take the call from the library; its completion follows. */
static void
end(struct yq_http_call *call, enum yq_rc rc)
{
	struct yq_http_client *client = call->client;

	if (call->in_transfer)
		(void)net_curl()->curl_multi_remove_handle(
		    curl_loop_multi(client->curl), call->easy);
	call->in_transfer = false;
	call->ended = true;
	call->rc = rc;
	TAILQ_REMOVE(&client->under_way, call, link);
	TAILQ_INSERT_TAIL(&client->ended, call, link);
}

static void
on_done(void *cookie, CURL *easy, CURLcode code)
{
	struct yq_http_client *client = cookie;
	char *private = NULL;
	struct yq_http_call *call;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &private);
	call = (struct yq_http_call *)(void *)private;
	end(call, http_call_judge(call, code));
	arm(client);
}

static void
expire(struct yq_http_client *client)
{
	struct yq_http_call *call, *next;
	int64_t now = now_ns();

	for (call = TAILQ_FIRST(&client->under_way); call != NULL; call = next) {
		next = TAILQ_NEXT(call, link);
		if (call->deadline_ns <= now)
			end(call, http_call_cut(call, call->sent ? "no whole answer in time"
								 : "no connection in time"));
	}
}

static void
on_turn_closed(uv_handle_t *handle)
{
	struct yq_http_client *client = handle->data;

	free(client->ca_file);
	if (client->proxy != NULL)
		yq_wipe(client->proxy, strlen(client->proxy)); /* may have a password */
	free(client->proxy);
	free(client->user_agent);
	free(client);
}

static void
on_turn(uv_timer_t *timer)
{
	struct yq_http_client *client = timer->data;
	struct http_calls telling = TAILQ_HEAD_INITIALIZER(telling);
	struct yq_http_call *call;

	expire(client);
	TAILQ_CONCAT(&telling, &client->ended, link); /* those that end meanwhile come next */
	while ((call = TAILQ_FIRST(&telling)) != NULL) {
		TAILQ_REMOVE(&telling, call, link);
		client->waiting--;
		http_call_tell(call);
		http_call_free(call);
	}
	if (client->closing && TAILQ_EMPTY(&client->ended))
		uv_close((uv_handle_t *)&client->turn, on_turn_closed);
	else
		arm(client);
}

struct yq_http_client *
yq_http_client_make(uv_loop_t *loop, const struct yq_http_client_options *options)
{
	static const struct yq_http_client_options defaults = { .ca_file = NULL };
	struct yq_http_client *client = yq_xcalloc(1, sizeof(*client));

	if (options == NULL)
		options = &defaults;
	client->loop = loop;
	client->ca_file = options->ca_file == NULL ? NULL : yq_xstrdup(options->ca_file);
	client->proxy = options->proxy == NULL ? NULL : yq_xstrdup(options->proxy);
	client->user_agent = options->user_agent == NULL ? NULL : yq_xstrdup(options->user_agent);
	client->connect_timeout_ms =
	    options->connect_timeout_ms == 0 ? CONNECT_DEFAULT_MS : options->connect_timeout_ms;
	TAILQ_INIT(&client->under_way);
	TAILQ_INIT(&client->ended);
	if (uv_timer_init(loop, &client->turn) != 0)
		YQ_PANIC("event loop handles cannot be made");
	client->turn.data = client;
	client->per_host_max =
	    options->per_host_max == 0 ? PER_HOST_DEFAULT : options->per_host_max;
	return client;
}

void
yq_http_client_free(struct yq_http_client *client)
{
	struct yq_http_call *call;

	if (client == NULL)
		return;
	assert(!client->closing);
	client->closing = true;
	while ((call = TAILQ_FIRST(&client->under_way)) != NULL)
		end(call, http_call_cut(call, "the client was closed"));
	if (client->curl != NULL)
		curl_loop_free(client->curl);
	client->curl = NULL;
	arm(client);
}

size_t
yq_http_client_waiting(const struct yq_http_client *client)
{
	return client->waiting;
}

static enum yq_rc
start(struct yq_http_call *call)
{
	struct yq_http_client *client = call->client;

	if (client->curl == NULL) {
		client->curl = curl_loop_make(client->loop, on_done, client);
		curl_multi_setopt(curl_loop_multi(client->curl), CURLMOPT_MAX_HOST_CONNECTIONS,
		    (long)client->per_host_max);
	}
	if (net_curl()->curl_multi_add_handle(curl_loop_multi(client->curl), call->easy) !=
	    CURLM_OK)
		return http_call_cut(call, "it cannot be started");
	call->in_transfer = true;
	return YQ_OK;
}

struct yq_http_call *
yq_http_client_send(struct yq_http_client *client, const struct yq_http_client_request *request,
    yq_http_reply_fn *fn, void *cookie)
{
	struct yq_http_call *call = yq_xcalloc(1, sizeof(*call));
	uint32_t timeout_ms = request->timeout_ms == 0 ? TIMEOUT_DEFAULT_MS : request->timeout_ms;
	enum yq_rc rc;

	assert(!client->closing);
	call->client = client;
	call->fn = fn;
	call->cookie = cookie;
	call->deadline_ns = now_ns() + (int64_t)timeout_ms * NS_PER_MS;
	TAILQ_INSERT_TAIL(&client->under_way, call, link);
	if (client->waiting++ >= YQ_HTTP_CLIENT_CALLS_MAX)
		rc = yq_err_set(&call->err, YQ_E_LIMIT, "%u calls wait for their answers already",
		    (unsigned)YQ_HTTP_CLIENT_CALLS_MAX);
	else
		rc = http_call_prepare(call, request);
	if (rc == YQ_OK)
		rc = start(call);
	if (rc != YQ_OK)
		end(call, rc);
	arm(client);
	return call;
}

void
yq_http_call_cancel(struct yq_http_call *call)
{
	if (call->ended)
		return;
	end(call, http_call_cut(call, "the call was cut"));
	arm(call->client);
}
