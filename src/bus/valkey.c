/*
 * valkey.c - commands in order over a kept link, each with its end, exactly once.
 *
 * A request is in one of three lists: waiting (not sent), sent (in the order of the answers to
 * come), ended (its callback is due).  Only on_reply and on_ended call back.
 */
#include "bus/valkey.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "bus/keeper.h"

struct request {
	struct request *next;
	yq_reply_fn *fn;
	void *cookie;
	uint64_t deadline_ms; /* of the loop's clock */
	uint64_t begin, end;  /* its bytes in all that the link was given */
	char *bytes;	      /* while waiting; owned */
	size_t length;
	size_t before;		/* answers to come to the commands before it */
	struct yq_err *refusal; /* the first of them that was an error; owned */
	enum yq_rc rc;		/* once ended */
	const char *why;
};

struct list {
	struct request *first, **last;
	size_t count;
};

struct yq_valkey {
	uv_loop_t *loop;
	struct yq_keeper *keeper;
	yq_valkey_state_fn *state;
	void *cookie;
	struct list waiting, sent, ended;
	size_t waiting_bytes;
	uv_timer_t tick;   /* the next deadline, or that of a request that is over by now */
	uint64_t tick_ms;  /* of the loop's clock */
	uv_timer_t ending; /* runs the callbacks of `ended` */
	struct yq_args args, scratch;
	struct yq_confirm confirm;
	bool closing;
	int open_handles;
};

/* ---- lists */

static void
list_init(struct list *list)
{
	*list = (struct list){ .last = &list->first };
}

static void
push(struct list *list, struct request *request)
{
	request->next = NULL;
	*list->last = request;
	list->last = &request->next;
	list->count++;
}

static struct request *
pop(struct list *list)
{
	struct request *request = list->first;

	if (request == NULL)
		return NULL;
	list->first = request->next;
	if (list->first == NULL)
		list->last = &list->first;
	list->count--;
	return request;
}

static void
request_free(struct request *request)
{
	free(request->bytes);
	free(request->refusal);
	free(request);
}

/* ---- the end of requests */

static void
on_handle_closed(uv_handle_t *handle)
{
	struct yq_valkey *valkey = handle->data;

	if (--valkey->open_handles > 0)
		return;
	yq_args_free(&valkey->args);
	yq_args_free(&valkey->scratch);
	free(valkey);
}

static void
on_ended(uv_timer_t *timer)
{
	struct yq_valkey *valkey = timer->data;
	struct request *request;

	while ((request = pop(&valkey->ended)) != NULL) {
		struct yq_err err;

		yq_err_set(&err, request->rc, "valkey: %s", request->why);
		if (request->fn != NULL)
			request->fn(request->cookie, request->rc, NULL, &err);
		request_free(request);
	}
	if (!valkey->closing || uv_is_closing((uv_handle_t *)&valkey->ending))
		return;
	uv_close((uv_handle_t *)&valkey->tick, on_handle_closed);
	uv_close((uv_handle_t *)&valkey->ending, on_handle_closed);
}

static void
end(struct yq_valkey *valkey, struct request *request, enum yq_rc rc, const char *why)
{
	request->rc = rc;
	request->why = why;
	push(&valkey->ended, request);
	if (!uv_is_active((uv_handle_t *)&valkey->ending))
		uv_timer_start(&valkey->ending, on_ended, 0, 0);
}

/* The link is gone: what had begun to leave may have been carried out. */
static void
end_sent(struct yq_valkey *valkey, uint64_t handed_over, const char *why)
{
	struct request *request;

	while ((request = pop(&valkey->sent)) != NULL) {
		bool unsent = request->begin >= handed_over;

		end(valkey, request, unsent ? YQ_E_RETRY : YQ_E_UNKNOWN,
		    unsent ? "not sent: the connection was lost" : why);
	}
}

static void
end_waiting(struct yq_valkey *valkey, const char *why)
{
	struct request *request;

	while ((request = pop(&valkey->waiting)) != NULL)
		end(valkey, request, YQ_E_RETRY, why);
	valkey->waiting_bytes = 0;
}

/* ---- deadlines */

static void on_tick(uv_timer_t *timer);

static void
look_at(struct yq_valkey *valkey, uint64_t deadline_ms)
{
	uint64_t now = uv_now(valkey->loop);

	if (valkey->closing ||
	    (uv_is_active((uv_handle_t *)&valkey->tick) && valkey->tick_ms <= deadline_ms))
		return;
	valkey->tick_ms = deadline_ms;
	uv_timer_start(&valkey->tick, on_tick, deadline_ms > now ? deadline_ms - now : 0, 0);
}

static void
look_at_all(struct yq_valkey *valkey, const struct list *list)
{
	for (const struct request *r = list->first; r != NULL; r = r->next)
		look_at(valkey, r->deadline_ms);
}

static bool
any_expired(const struct list *list, uint64_t now)
{
	for (const struct request *r = list->first; r != NULL; r = r->next)
		if (r->deadline_ms <= now)
			return true;
	return false;
}

static void
expire_waiting(struct yq_valkey *valkey, uint64_t now)
{
	struct list kept;
	struct request *request;

	list_init(&kept);
	while ((request = pop(&valkey->waiting)) != NULL) {
		if (request->deadline_ms > now) {
			push(&kept, request);
			continue;
		}
		valkey->waiting_bytes -= request->length;
		end(valkey, request, YQ_E_RETRY, "not sent: no connection within its time");
	}
	while ((request = pop(&kept)) != NULL)
		push(&valkey->waiting, request);
}

/* An answer that does not come in time condemns the connection: what follows it cannot come
 * either, and a dead peer shows itself in no other way. */
static void
on_tick(uv_timer_t *timer)
{
	struct yq_valkey *valkey = timer->data;
	uint64_t now = uv_now(valkey->loop);

	if (any_expired(&valkey->sent, now)) {
		struct yq_err err;

		end_sent(valkey, UINT64_MAX, "sent, and no answer within its time");
		yq_err_set(&err, YQ_E_UNKNOWN, "valkey: no answer in time");
		yq_keeper_drop(valkey->keeper, &err);
	}
	if (any_expired(&valkey->waiting, now))
		expire_waiting(valkey, now);
	look_at_all(valkey, &valkey->sent);
	look_at_all(valkey, &valkey->waiting);
}

/* ---- the link's events */

static void
on_up(void *cookie)
{
	struct yq_valkey *valkey = cookie;
	struct yq_link *link = yq_keeper_link(valkey->keeper);
	struct request *request;

	while ((request = pop(&valkey->waiting)) != NULL) {
		valkey->waiting_bytes -= request->length;
		if (!yq_link_write_raw(link, request->bytes, request->length, &request->end)) {
			end(valkey, request, YQ_E_LIMIT, "the queue is full");
			continue;
		}
		request->begin = request->end - request->length;
		free(request->bytes);
		request->bytes = NULL;
		push(&valkey->sent, request);
	}
	if (valkey->state != NULL)
		valkey->state(valkey->cookie, true, NULL);
}

static void
on_down(void *cookie, const struct yq_err *err)
{
	struct yq_valkey *valkey = cookie;

	end_sent(valkey, UINT64_MAX, "sent, and the connection was lost before the answer");
	if (valkey->state != NULL && !valkey->closing)
		valkey->state(valkey->cookie, false, err);
}

/* The commands before the last say no more than that they wait, or why the last will fail. */
static bool
takes_before(struct request *request, const redisReply *reply)
{
	if (request == NULL || request->before == 0)
		return false;
	request->before--;
	if (reply->type == REDIS_REPLY_ERROR && request->refusal == NULL) {
		request->refusal = yq_xcalloc(1, sizeof(*request->refusal));
		(void)yq_valkey_error(reply->str, reply->len, request->refusal);
	}
	return true;
}

static void
on_reply(void *cookie, const redisReply *reply)
{
	struct yq_valkey *valkey = cookie;
	struct request *request;
	struct yq_err err;
	enum yq_rc rc = YQ_OK;

	if (takes_before(valkey->sent.first, reply))
		return;
	request = pop(&valkey->sent);
	if (request == NULL) {
		yq_err_set(&err, YQ_E_CORRUPT, "valkey: an answer that nobody asked for");
		yq_keeper_drop(valkey->keeper, &err);
		return;
	}
	if (reply->type == REDIS_REPLY_ERROR)
		rc = yq_valkey_error(reply->str, reply->len, &err);
	if (rc != YQ_OK && request->refusal != NULL) {
		err = *request->refusal;
		rc = err.rc;
	}
	if (request->fn != NULL)
		request->fn(
		    request->cookie, rc, rc == YQ_OK ? reply : NULL, rc == YQ_OK ? NULL : &err);
	/* A server that has become a replica: look for the one that writes. */
	if (!valkey->closing && rc == YQ_E_RETRY && yq_valkey_is_demoted(reply->str))
		yq_keeper_drop(valkey->keeper, &err);
	request_free(request);
}

static const struct yq_keeper_events keeper_events = { on_up, on_reply, on_down };

/* ---- interface */

enum yq_rc
yq_valkey_open(uv_loop_t *loop, const struct yq_valkey_target *target, const char *client_name,
    yq_valkey_state_fn *state, void *cookie, struct yq_valkey **ret_valkey, struct yq_err *err)
{
	struct yq_valkey *valkey = yq_xcalloc(1, sizeof(*valkey));
	enum yq_rc rc;

	*ret_valkey = NULL;
	rc =
	    yq_keeper_open(loop, target, client_name, &keeper_events, valkey, &valkey->keeper, err);
	if (rc != YQ_OK) {
		free(valkey);
		return rc;
	}
	valkey->loop = loop;
	valkey->state = state;
	valkey->cookie = cookie;
	list_init(&valkey->waiting);
	list_init(&valkey->sent);
	list_init(&valkey->ended);
	valkey->args = yq_args_make();
	valkey->scratch = yq_args_make();
	uv_timer_init(loop, &valkey->tick);
	uv_timer_init(loop, &valkey->ending);
	valkey->tick.data = valkey->ending.data = valkey;
	valkey->open_handles = 2;
	*ret_valkey = valkey;
	return YQ_OK;
}

void
yq_valkey_close(struct yq_valkey *valkey)
{
	struct yq_link *link;

	if (valkey == NULL || valkey->closing)
		return;
	valkey->closing = true;
	link = yq_keeper_link(valkey->keeper);
	end_sent(valkey, link == NULL ? UINT64_MAX : yq_link_handed_over(link),
	    "sent, and the connection was closed before the answer");
	end_waiting(valkey, "not sent: the connection was closed");
	yq_keeper_close(valkey->keeper);
	valkey->keeper = NULL;
	uv_timer_stop(&valkey->tick);
	uv_timer_start(&valkey->ending, on_ended, 0, 0);
}

bool
yq_valkey_is_up(const struct yq_valkey *valkey)
{
	return !valkey->closing && yq_keeper_link(valkey->keeper) != NULL;
}

const char *
yq_valkey_history(const struct yq_valkey *valkey)
{
	return valkey->closing ? "" : yq_keeper_history(valkey->keeper);
}

size_t
yq_valkey_waiting(const struct yq_valkey *valkey)
{
	return valkey->waiting.count + valkey->sent.count;
}

void
yq_valkey_set_confirm(struct yq_valkey *valkey, const struct yq_confirm *confirm)
{
	valkey->confirm = *confirm;
}

const struct yq_confirm *
yq_valkey_confirm(const struct yq_valkey *valkey)
{
	return &valkey->confirm;
}

struct yq_args *
yq_valkey_args(struct yq_valkey *valkey)
{
	yq_args_clear(&valkey->args);
	return &valkey->args;
}

/* Keep the bytes until there is a link. */
static void
hold(struct yq_valkey *valkey, struct request *request, const struct yq_args *args)
{
	YQ_CLEANUP(yq_buf_free) struct yq_buf bytes = yq_buf_make(YQ_ARGS_BYTES_MAX + 64);

	yq_args_write(args, &bytes);
	if (!yq_buf_ok(&args->body) || !yq_buf_ok(&bytes) ||
	    valkey->waiting_bytes + bytes.length > YQ_VALKEY_WAITING_BYTES_MAX) {
		end(valkey, request, YQ_E_LIMIT, "the queue is full");
		return;
	}
	request->bytes = bytes.data;
	request->length = bytes.length;
	bytes.data = NULL;
	valkey->waiting_bytes += request->length;
	push(&valkey->waiting, request);
}

void
yq_valkey_send(struct yq_valkey *valkey, const struct yq_args *args, uint32_t timeout_ms,
    yq_reply_fn *fn, void *cookie)
{
	struct yq_link *link = valkey->closing ? NULL : yq_keeper_link(valkey->keeper);
	struct request *request = yq_xcalloc(1, sizeof(*request));

	assert(args->count > 0);
	request->fn = fn;
	request->cookie = cookie;
	request->before = args->before;
	request->deadline_ms = uv_now(valkey->loop) + timeout_ms;
	if (valkey->closing) {
		end(valkey, request, YQ_E_RETRY, "not sent: the connection was closed");
	} else if (yq_valkey_waiting(valkey) >= YQ_VALKEY_WAITING_MAX) {
		end(valkey, request, YQ_E_LIMIT, "too many commands without an answer");
	} else if (link == NULL) {
		hold(valkey, request, args);
	} else if (yq_link_write(link, args, &request->end)) {
		request->begin = request->end - args->body.length;
		push(&valkey->sent, request);
	} else {
		end(valkey, request, YQ_E_LIMIT, "the queue is full");
	}
	look_at(valkey, request->deadline_ms);
}

void
yq_valkey_command(struct yq_valkey *valkey, int argc, const char **argv, const size_t *lengths,
    uint32_t timeout_ms, yq_reply_fn *fn, void *cookie)
{
	yq_args_clear(&valkey->scratch);
	for (int i = 0; i < argc; i++)
		yq_args_bytes(
		    &valkey->scratch, argv[i], lengths == NULL ? strlen(argv[i]) : lengths[i]);
	yq_valkey_send(valkey, &valkey->scratch, timeout_ms, fn, cookie);
}
