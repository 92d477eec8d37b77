/*
 * valkey_sync.c - hiredis's blocking connection with this layer's errors.
 */
#include "bus/valkey_sync.h"

#include <errno.h>
#include <hiredis/hiredis.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "bus/finder.h"
#include "bus/keeper.h"
#include "bus/lookout.h"
#include "bus/role.h"
#include "bus/steps_encode.h"

struct yq_valkey_sync {
	redisContext *context;
	struct yq_args args;
	struct yq_buf bytes;
	struct yq_confirm confirm;
	redisReply *message; /* the latest of yq_valkey_sync_next */
};

static struct timeval
timeval_of(uint32_t ms)
{
	return (struct timeval){ .tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000 };
}

static enum yq_rc
connect_to(
    const struct yq_endpoint *endpoint, uint32_t timeout_ms, redisContext **ret, struct yq_err *err)
{
	struct timeval timeout = timeval_of(timeout_ms);
	redisContext *context =
	    endpoint->port == 0 ? redisConnectUnixWithTimeout(endpoint->host, timeout)
				: redisConnectWithTimeout(endpoint->host, endpoint->port, timeout);

	if (context != NULL && context->err == 0) {
		*ret = context;
		return YQ_OK;
	}
	yq_err_set(err, YQ_E_RETRY, "valkey %s:%u: cannot connect: %s", endpoint->host,
	    (unsigned)endpoint->port, context == NULL ? "out of memory" : context->errstr);
	if (context != NULL)
		redisFree(context);
	return YQ_E_RETRY;
}

static enum yq_rc
log_in(struct yq_valkey_sync *sync, const struct yq_valkey_target *target, const char *client_name,
    struct yq_err *err)
{
	uint32_t timeout_ms = (uint32_t)target->connect_timeout_ms;
	enum yq_rc rc = YQ_OK;

	if (target->password != NULL) {
		yq_args_clear(&sync->args);
		yq_args_text(&sync->args, "AUTH");
		if (target->user[0] != '\0')
			yq_args_text(&sync->args, target->user);
		yq_args_bytes(&sync->args, yq_secret_reveal(target->password),
		    yq_secret_length(target->password));
		rc = yq_valkey_sync_send(sync, &sync->args, timeout_ms, NULL, err);
		yq_wipe(sync->args.body.data, sync->args.body.length);
		yq_wipe(sync->bytes.data, sync->bytes.length);
	}
	if (rc == YQ_OK && target->database != 0) {
		yq_args_clear(&sync->args);
		yq_args_text(&sync->args, "SELECT");
		yq_args_int(&sync->args, target->database);
		rc = yq_valkey_sync_send(sync, &sync->args, timeout_ms, NULL, err);
	}
	if (rc == YQ_OK) {
		yq_args_clear(&sync->args);
		yq_args_words(&sync->args, "CLIENT SETNAME");
		yq_args_text(&sync->args, client_name);
		rc = yq_valkey_sync_send(sync, &sync->args, timeout_ms, NULL, err);
	}
	return rc;
}

/* ---- finding the server */

/* The answer, of whatever kind, to what stands in sync->args; NULL = none came in time. */
static redisReply *
ask(struct yq_valkey_sync *sync, uint32_t timeout_ms)
{
	void *reply = NULL;

	yq_buf_clear(&sync->bytes);
	yq_args_write(&sync->args, &sync->bytes);
	if (redisSetTimeout(sync->context, timeval_of(timeout_ms)) != REDIS_OK ||
	    redisAppendFormattedCommand(sync->context, sync->bytes.data, sync->bytes.length) !=
		REDIS_OK ||
	    redisGetReply(sync->context, &reply) != REDIS_OK)
		return NULL;
	return reply;
}

/* One attempt at finder.server: logged in, and no replica. */
static enum yq_rc
try_server(struct yq_valkey_sync *sync, const struct yq_finder *finder, const char *client_name,
    struct yq_err *err)
{
	YQ_CLEANUP(yq_reply_freep) redisReply *reply = NULL;
	uint32_t timeout_ms = (uint32_t)finder->target->connect_timeout_ms;
	char history[YQ_VALKEY_HISTORY_SIZE];
	enum yq_rc rc = connect_to(&finder->server, timeout_ms, &sync->context, err);

	if (rc == YQ_OK)
		rc = log_in(sync, finder->target, client_name, err);
	if (rc != YQ_OK)
		return rc;
	yq_args_clear(&sync->args);
	yq_args_words(&sync->args, YQ_ROLE_QUESTION);
	reply = ask(sync, timeout_ms);
	if (reply == NULL)
		return yq_err_set(err, YQ_E_RETRY, "valkey %s:%u: does not tell its role",
		    finder->server.host, (unsigned)finder->server.port);
	return yq_role_read(reply, &finder->server, finder->asks, history, err);
}

static void
hang_up(struct yq_valkey_sync *sync)
{
	if (sync->context != NULL)
		redisFree(sync->context);
	sync->context = NULL;
}

static enum yq_find
try_sentinel(struct yq_valkey_sync *sync, struct yq_finder *finder)
{
	const struct yq_valkey_target target = yq_lookout_target(finder->target);
	uint32_t timeout_ms = (uint32_t)target.connect_timeout_ms;
	struct yq_endpoint master;
	redisReply *reply = NULL;
	int64_t epoch = -1;
	struct yq_err err;
	enum yq_rc rc =
	    connect_to(&target.endpoints[finder->sentinel], timeout_ms, &sync->context, &err);

	if (rc == YQ_OK)
		rc = log_in(sync, &target, "yq-lookout", &err);
	if (rc == YQ_OK) {
		yq_lookout_question(&sync->args, YQ_LOOKOUT_ADDRESS, target.service_name);
		reply = ask(sync, timeout_ms);
		rc = reply == NULL ? yq_err_set(&err, YQ_E_RETRY, "valkey: no answer")
				   : yq_lookout_read_address(reply, &master, &err);
		yq_reply_freep(&reply);
	}
	if (rc == YQ_OK) {
		yq_lookout_question(&sync->args, YQ_LOOKOUT_MASTER, target.service_name);
		reply = ask(sync, timeout_ms);
		epoch = reply == NULL ? -1 : yq_lookout_read_epoch(reply);
		yq_reply_freep(&reply);
	}
	hang_up(sync);
	return rc == YQ_OK	      ? yq_finder_named(finder, &master, epoch)
	       : rc == YQ_E_NOT_FOUND ? yq_finder_named(finder, NULL, -1)
				      : yq_finder_unanswered(finder, &err);
}

/* Listed servers are tried once each; sentinels are asked until the connect timeout is over, for an
 * election takes a while. */
static bool
go_on(const struct yq_finder *finder, size_t tried, int64_t began_ns)
{
	int64_t gone_ms = (yq_clock_monotonic_ns(yq_clock_system()) - began_ns) / 1000000;

	if (!finder->asks)
		return tried < finder->target->endpoint_count;
	if (gone_ms >= finder->target->connect_timeout_ms)
		return false;
	(void)poll(NULL, 0, (int)finder->delay_ms);
	return true;
}

static enum yq_rc
find_server(struct yq_valkey_sync *sync, const struct yq_valkey_target *target,
    const char *client_name, struct yq_err *err)
{
	int64_t began_ns = yq_clock_monotonic_ns(yq_clock_system());
	struct yq_finder finder;
	enum yq_find find = yq_finder_start(&finder, target);
	size_t tried = 0;

	for (;;) {
		struct yq_err fault;
		enum yq_rc rc;

		if (find == YQ_FIND_ASK) {
			find = try_sentinel(sync, &finder);
			continue;
		}
		if (find == YQ_FIND_CONNECT) {
			tried++;
			rc = try_server(sync, &finder, client_name, &fault);
			if (rc == YQ_OK)
				return YQ_OK;
			hang_up(sync);
			find = yq_finder_lost(&finder, &fault);
			if (rc != YQ_E_RETRY && rc != YQ_E_UNKNOWN)
				return yq_err_set(err, rc, "%s", finder.why.text);
			continue;
		}
		if (!go_on(&finder, tried, began_ns))
			return yq_err_set(err, finder.why.rc, "%s", finder.why.text);
		find = yq_finder_rested(&finder);
	}
}

static enum yq_rc
first_endpoint(struct yq_valkey_sync *sync, const struct yq_valkey_target *target,
    const char *client_name, struct yq_err *err)
{
	enum yq_rc rc = connect_to(
	    &target->endpoints[0], (uint32_t)target->connect_timeout_ms, &sync->context, err);

	return rc == YQ_OK ? log_in(sync, target, client_name, err) : rc;
}

typedef enum yq_rc reach_fn(struct yq_valkey_sync *sync, const struct yq_valkey_target *target,
    const char *client_name, struct yq_err *err);

static enum yq_rc
open_by(reach_fn *reach, const struct yq_valkey_target *target, const char *client_name,
    struct yq_valkey_sync **ret_sync, struct yq_err *err)
{
	struct yq_valkey_sync *sync;
	enum yq_rc rc = yq_keeper_check(target, err);

	*ret_sync = NULL;
	if (rc != YQ_OK)
		return rc;
	sync = yq_xcalloc(1, sizeof(*sync));
	sync->args = yq_args_make();
	sync->bytes = yq_buf_make(YQ_ARGS_BYTES_MAX + 64);
	rc = reach(sync, target, client_name, err);
	if (rc != YQ_OK) {
		yq_valkey_sync_close(sync);
		return rc;
	}
	*ret_sync = sync;
	return YQ_OK;
}

enum yq_rc
yq_valkey_sync_open(const struct yq_valkey_target *target, const char *client_name,
    struct yq_valkey_sync **ret_sync, struct yq_err *err)
{
	return open_by(find_server, target, client_name, ret_sync, err);
}

enum yq_rc
yq_valkey_sync_open_any(const struct yq_valkey_target *target, const char *client_name,
    struct yq_valkey_sync **ret_sync, struct yq_err *err)
{
	return open_by(first_endpoint, target, client_name, ret_sync, err);
}

/* Between two commands nothing may come: neither an end nor an answer to a command that was given
 * up. */
bool
yq_valkey_sync_is_open(const struct yq_valkey_sync *sync)
{
	struct pollfd there = { .fd = sync->context->fd, .events = POLLIN };

	return sync->context->err == 0 && poll(&there, 1, 0) == 0;
}

void
yq_valkey_sync_close(struct yq_valkey_sync *sync)
{
	if (sync == NULL)
		return;
	yq_reply_free(sync->message);
	if (sync->context != NULL)
		redisFree(sync->context);
	yq_args_free(&sync->args);
	yq_buf_free(&sync->bytes);
	free(sync);
}

void
yq_reply_free(redisReply *reply)
{
	if (reply != NULL)
		freeReplyObject(reply);
}

void
yq_reply_freep(redisReply **reply)
{
	yq_reply_free(*reply);
	*reply = NULL;
}

/* NULL when no answer came; then `context` says why. */
static redisReply *
receive(struct yq_valkey_sync *sync)
{
	void *reply = NULL;

	return redisGetReply(sync->context, &reply) == REDIS_OK ? reply : NULL;
}

enum yq_rc
yq_valkey_sync_send(struct yq_valkey_sync *sync, const struct yq_args *args, uint32_t timeout_ms,
    redisReply **ret_reply, struct yq_err *err)
{
	YQ_CLEANUP(yq_reply_freep) redisReply *reply = NULL;

	if (ret_reply != NULL)
		*ret_reply = NULL;
	if (sync->context->err != 0)
		return yq_err_set(err, YQ_E_RETRY, "valkey: not sent: the connection is lost");
	yq_buf_clear(&sync->bytes);
	yq_args_write(args, &sync->bytes);
	if (!yq_buf_ok(&args->body) || !yq_buf_ok(&sync->bytes))
		return yq_err_set(err, YQ_E_LIMIT, "valkey: the command is too long");
	if (redisSetTimeout(sync->context, timeval_of(timeout_ms)) != REDIS_OK ||
	    redisAppendFormattedCommand(sync->context, sync->bytes.data, sync->bytes.length) !=
		REDIS_OK)
		return yq_err_set(err, YQ_E_RETRY, "valkey: not sent: %s", sync->context->errstr);
	reply = receive(sync);
	if (reply == NULL)
		return yq_err_set(
		    err, YQ_E_UNKNOWN, "valkey: sent, and no answer: %s", sync->context->errstr);
	if (reply->type == REDIS_REPLY_ERROR)
		return yq_valkey_error(reply->str, reply->len, err);
	if (ret_reply != NULL) {
		*ret_reply = reply;
		reply = NULL;
	}
	return YQ_OK;
}

enum yq_rc
yq_valkey_sync_command(struct yq_valkey_sync *sync, int argc, const char **argv,
    const size_t *lengths, uint32_t timeout_ms, redisReply **ret_reply, struct yq_err *err)
{
	yq_args_clear(&sync->args);
	for (int i = 0; i < argc; i++)
		yq_args_bytes(&sync->args, argv[i], lengths == NULL ? strlen(argv[i]) : lengths[i]);
	return yq_valkey_sync_send(sync, &sync->args, timeout_ms, ret_reply, err);
}

enum yq_rc
yq_valkey_sync_words(
    struct yq_valkey_sync *sync, const char *words, redisReply **ret_reply, struct yq_err *err)
{
	yq_args_clear(&sync->args);
	yq_args_words(&sync->args, words);
	return yq_valkey_sync_send(sync, &sync->args, YQ_VALKEY_TIMEOUT_MS, ret_reply, err);
}

enum yq_rc
yq_valkey_sync_subscribe(struct yq_valkey_sync *sync, const char *channel, struct yq_err *err)
{
	yq_args_clear(&sync->args);
	yq_args_text(&sync->args, "SUBSCRIBE");
	yq_args_text(&sync->args, channel);
	return yq_valkey_sync_send(sync, &sync->args, YQ_VALKEY_TIMEOUT_MS, NULL, err);
}

enum yq_rc
yq_valkey_sync_next(struct yq_valkey_sync *sync, uint32_t timeout_ms, const char **channel,
    const char **payload, size_t *length, struct yq_err *err)
{
	yq_reply_freep(&sync->message);
	errno = 0;
	if (redisSetTimeout(sync->context, timeval_of(timeout_ms)) == REDIS_OK)
		sync->message = receive(sync);
	if (sync->message == NULL) {
		/* To hiredis a wait that is over is a broken connection; to us it is not. */
		if (sync->context->err == REDIS_ERR_IO && errno == EAGAIN)
			sync->context->err = 0;
		return yq_err_set(err, YQ_E_RETRY, "valkey: no message in time");
	}
	if (sync->message->type != REDIS_REPLY_ARRAY || sync->message->elements != 3 ||
	    !yq_str_equal(sync->message->element[0]->str, "message"))
		return yq_err_set(err, YQ_E_CORRUPT, "valkey: not a message");
	*channel = sync->message->element[1]->str;
	*payload = sync->message->element[2]->str;
	*length = sync->message->element[2]->len;
	return YQ_OK;
}

void
yq_valkey_sync_set_confirm(struct yq_valkey_sync *sync, const struct yq_confirm *confirm)
{
	sync->confirm = *confirm;
}

static enum yq_rc
await_replicas(struct yq_valkey_sync *sync, struct yq_err *err)
{
	YQ_CLEANUP(yq_reply_freep) redisReply *reply = NULL;
	enum yq_rc rc;

	if (sync->confirm.replicas == 0)
		return YQ_OK;
	yq_args_clear(&sync->args);
	yq_confirm_barrier(&sync->args);
	rc = yq_valkey_sync_send(sync, &sync->args, YQ_STEP_TIMEOUT_MS, NULL, err);
	if (rc == YQ_OK) {
		yq_args_clear(&sync->args);
		yq_confirm_wait(&sync->args, &sync->confirm);
		rc = yq_valkey_sync_send(
		    sync, &sync->args, YQ_STEP_TIMEOUT_MS + sync->confirm.timeout_ms, &reply, err);
	}
	if (rc == YQ_OK)
		return yq_confirm_read(reply, &sync->confirm, err);
	yq_err_context(err, YQ_E_UNKNOWN, "carried out, but not confirmed");
	return YQ_E_UNKNOWN;
}

enum yq_rc
yq_valkey_sync_submit(struct yq_valkey_sync *sync, const struct yq_submit_item *items, size_t count,
    struct yq_step_answer *answers, struct yq_err *err)
{
	YQ_CLEANUP(yq_reply_freep) redisReply *reply = NULL;
	enum yq_rc rc;

	yq_args_clear(&sync->args);
	yq_encode_submit(&sync->args, items, count);
	rc = yq_valkey_sync_send(sync, &sync->args, YQ_STEP_TIMEOUT_MS, &reply, err);
	if (rc == YQ_OK)
		rc = yq_step_answers(reply, answers, count, err);
	for (size_t i = 0; i < count && rc == YQ_OK; i++)
		answers[i].text = NULL;
	return rc == YQ_OK ? await_replicas(sync, err) : rc;
}

enum yq_rc
yq_valkey_sync_halt(struct yq_valkey_sync *sync, const struct yq_halt_item *item,
    int64_t *ret_changed, struct yq_err *err)
{
	YQ_CLEANUP(yq_reply_freep) redisReply *reply = NULL;
	enum yq_rc rc;

	yq_args_clear(&sync->args);
	yq_encode_halt(&sync->args, item);
	rc = yq_valkey_sync_send(sync, &sync->args, YQ_STEP_TIMEOUT_MS, &reply, err);
	*ret_changed = reply != NULL ? reply->integer : 0;
	return rc == YQ_OK ? await_replicas(sync, err) : rc;
}

enum yq_rc
yq_valkey_sync_notify(
    struct yq_valkey_sync *sync, const char *payload, size_t length, struct yq_err *err)
{
	yq_args_clear(&sync->args);
	yq_encode_notify(&sync->args, payload, length);
	return yq_valkey_sync_send(sync, &sync->args, YQ_STEP_TIMEOUT_MS, NULL, err);
}
