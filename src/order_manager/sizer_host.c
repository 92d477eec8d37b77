/* sizer_host.c - the life of one plug-in's process, and what it says. */
#include "order_manager/sizer_host.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"

#define TROUBLE_SIZE 640

struct yq_sizer_host {
	uv_loop_t *loop;
	yq_sizer_host_fn *fn;
	void *cookie;
	const char *program;
	char path[YQ_PLUGIN_PATH_SIZE];
	char name[64];	 /* its own; of the file until it has said it */
	char fault[256]; /* how it failed last */
	enum yq_sizer_host_state state;
	struct yq_plugin_host process;
	uv_poll_t *ear; /* NULL while there is no process */
	uv_timer_t *timer;
	uint64_t sequence;
	uint64_t started_ms;
	unsigned backoff_ms;
	bool renew; /* once the question is answered */
};

static void start(struct yq_sizer_host *host);
static void on_deadline(uv_timer_t *timer);
static void on_restart(uv_timer_t *timer);

static void
on_handle_closed(uv_handle_t *handle)
{
	free(handle);
}

static void
hang_up(struct yq_sizer_host *host)
{
	if (host->ear == NULL)
		return;
	uv_poll_stop(host->ear);
	uv_close((uv_handle_t *)host->ear, on_handle_closed);
	host->ear = NULL;
}

/* ---- failing ---- */

static void
fill_failure(const struct yq_sizer_host *host, struct yq_sizer_answer *answer, const char *text)
{
	*answer = (struct yq_sizer_answer){ .verdict = YQ_SIZER_FAILED };
	yq_str_copy_cut(answer->name, sizeof(answer->name), host->name);
	yq_str_copy_cut(answer->text, sizeof(answer->text), text);
}

static void
wait_for_restart(struct yq_sizer_host *host)
{
	bool steady = uv_now(host->loop) - host->started_ms >= YQ_SIZER_HOST_STEADY_MS;

	host->backoff_ms =
	    steady || host->backoff_ms == 0 ? YQ_SIZER_HOST_BACKOFF_MS : 2 * host->backoff_ms;
	if (host->backoff_ms > YQ_SIZER_HOST_BACKOFF_MAX_MS)
		host->backoff_ms = YQ_SIZER_HOST_BACKOFF_MAX_MS;
	uv_timer_start(host->timer, on_restart, host->backoff_ms, 0);
}

/* Give the process up.  `how` is what was seen of it; how it ended by itself says more. */
static void
fail(struct yq_sizer_host *host, const char *how)
{
	bool asked = host->state == YQ_SIZER_HOST_ASKED;
	char end[128], trouble[TROUBLE_SIZE];
	struct yq_sizer_answer answer;

	hang_up(host);
	(void)yq_plugin_host_kill(&host->process, end, sizeof(end));
	yq_str_copy_cut(host->fault, sizeof(host->fault), end[0] != '\0' ? end : how);
	host->state = YQ_SIZER_HOST_DOWN;
	wait_for_restart(host);
	yq_str_format(trouble, sizeof(trouble),
	    "The sizing plug-in %s failed: %s. %s is started again in %u s; until then its signals "
	    "are refused",
	    host->name, host->fault, host->path, host->backoff_ms / 1000);
	fill_failure(host, &answer, host->fault);
	/* One that cannot even be loaded is told of once. */
	host->fn(host->cookie, host, asked ? &answer : NULL,
	    asked || host->backoff_ms == YQ_SIZER_HOST_BACKOFF_MS ? trouble : NULL);
}

void
yq_sizer_host_excuse(const struct yq_sizer_host *host, struct yq_sizer_answer *answer)
{
	char text[YQ_SIZER_ANSWER_TEXT_SIZE + 64];

	yq_str_format(text, sizeof(text), "it is being started again: %s", host->fault);
	fill_failure(host, answer, text);
}

/* ---- hearing ---- */

static void
take_hello(struct yq_sizer_host *host, const void *message, size_t length)
{
	struct yq_sizer_hello hello;
	struct yq_err err;

	if (yq_plugin_host_hello(message, length, &hello, &err) != YQ_OK) {
		fail(host, err.text);
		return;
	}
	uv_timer_stop(host->timer);
	yq_str_copy_cut(host->name, sizeof(host->name), hello.name);
	yq_info("sizing plug-in %s: %s (%s)", host->name, hello.text, host->path);
	host->state = YQ_SIZER_HOST_IDLE;
	host->fn(host->cookie, host, NULL, NULL);
}

/* A sentence for people: text in UTF-8, on one line, that ends. */
static bool
is_sentence(const char *text, size_t size)
{
	size_t length = strnlen(text, size);

	if (length == size || !yq_str_is_utf8(text, length))
		return false;
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return false;
	return true;
}

/* What it answered, or that it makes no sense. */
static void
read_answer(const struct yq_sizer_host *host, const struct yq_sizer_output *output,
    struct yq_sizer_answer *answer)
{
	*answer = (struct yq_sizer_answer){ .verdict = YQ_SIZER_FAILED };
	yq_str_copy_cut(answer->name, sizeof(answer->name), host->name);
	if (output->size != sizeof(*output) ||
	    !is_sentence(output->reason, sizeof(output->reason))) {
		fill_failure(host, answer, "its answer makes no sense: the reason is no sentence");
	} else if (output->verdict == YQ_SIZER_OPEN && output->qty_e8 > 0) {
		answer->verdict = YQ_SIZER_ANSWERED_BUY;
		answer->qty = yq_decimal_from_scaled(output->qty_e8, YQ_DECIMAL_PLACES);
		yq_str_copy_cut(answer->text, sizeof(answer->text), output->reason);
	} else if (output->verdict == YQ_SIZER_REFUSE) {
		answer->verdict = YQ_SIZER_ANSWERED_NO;
		yq_str_copy_cut(answer->text, sizeof(answer->text),
		    output->reason[0] != '\0' ? output->reason : "it gives no reason");
	} else {
		yq_str_format(answer->text, sizeof(answer->text),
		    "its answer makes no sense: verdict %d, qty_e8 %lld", (int)output->verdict,
		    (long long)output->qty_e8);
	}
}

static void
take_reply(struct yq_sizer_host *host, const void *message, size_t length)
{
	struct yq_sizer_reply reply;
	struct yq_sizer_answer answer;

	if (length != sizeof(reply) || host->state != YQ_SIZER_HOST_ASKED) {
		fail(host, "it says what it was not asked");
		return;
	}
	memcpy(&reply, message, sizeof(reply));
	if (reply.sequence != host->sequence) {
		fail(host, "it answers another question");
		return;
	}
	uv_timer_stop(host->timer);
	read_answer(host, &reply.output, &answer);
	host->state = YQ_SIZER_HOST_IDLE;
	if (host->renew)
		yq_sizer_host_renew(host);
	host->fn(host->cookie, host, &answer, NULL);
}

static void
on_readable(uv_poll_t *ear, int status, int events)
{
	struct yq_sizer_host *host = ear->data;
	char bytes[sizeof(struct yq_sizer_reply) + sizeof(struct yq_sizer_hello)];
	ssize_t got;

	(void)status;
	(void)events;
	got = recv(host->process.fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0)
		fail(host, "it closed its connection");
	else if (host->state == YQ_SIZER_HOST_STARTING)
		take_hello(host, bytes, (size_t)got);
	else
		take_reply(host, bytes, (size_t)got);
}

static void
on_deadline(uv_timer_t *timer)
{
	struct yq_sizer_host *host = timer->data;
	char text[96];

	if (host->state == YQ_SIZER_HOST_STARTING)
		yq_str_format(
		    text, sizeof(text), "it is not loaded within %d s", YQ_PLUGIN_HELLO_MS / 1000);
	else
		yq_str_format(text, sizeof(text), "no answer within %llu ms",
		    (unsigned long long)uv_timer_get_repeat(timer));
	fail(host, text);
}

/* ---- starting and asking ---- */

/* What could not be killed at once must be gone before there is another. */
static void
on_restart(uv_timer_t *timer)
{
	struct yq_sizer_host *host = timer->data;

	if (yq_plugin_host_reap(&host->process))
		start(host);
	else
		uv_timer_start(timer, on_restart, YQ_SIZER_HOST_BACKOFF_MS, 0);
}

static void
start(struct yq_sizer_host *host)
{
	struct yq_err err;

	host->started_ms = uv_now(host->loop);
	host->renew = false;
	host->state = YQ_SIZER_HOST_STARTING;
	if (yq_plugin_host_start(host->program, host->path, &host->process, &err) != YQ_OK) {
		fail(host, err.text);
		return;
	}
	host->ear = yq_xcalloc(1, sizeof(*host->ear));
	uv_poll_init(host->loop, host->ear, host->process.fd);
	host->ear->data = host;
	uv_poll_start(host->ear, UV_READABLE, on_readable);
	uv_timer_start(host->timer, on_deadline, YQ_PLUGIN_HELLO_MS, 0);
}

struct yq_sizer_host *
yq_sizer_host_make(
    uv_loop_t *loop, const char *program, const char *path, yq_sizer_host_fn *fn, void *cookie)
{
	struct yq_sizer_host *host = yq_xcalloc(1, sizeof(*host));
	const char *slash = strrchr(path, '/');

	host->loop = loop;
	host->fn = fn;
	host->cookie = cookie;
	host->program = program;
	host->process.fd = -1;
	yq_str_copy_cut(host->path, sizeof(host->path), path);
	yq_str_copy_cut(host->name, sizeof(host->name), slash == NULL ? path : slash + 1);
	host->timer = yq_xcalloc(1, sizeof(*host->timer));
	uv_timer_init(loop, host->timer);
	host->timer->data = host;
	/* From the loop, so that a failure to start is told like every other. */
	host->state = YQ_SIZER_HOST_STARTING;
	uv_timer_start(host->timer, on_restart, 0, 0);
	return host;
}

static void
on_timer_closed(uv_handle_t *handle)
{
	free(handle->data);
	free(handle);
}

void
yq_sizer_host_free(struct yq_sizer_host *host)
{
	char end[128];

	if (host == NULL)
		return;
	hang_up(host);
	(void)yq_plugin_host_kill(&host->process, end, sizeof(end));
	uv_close((uv_handle_t *)host->timer, on_timer_closed);
}

enum yq_sizer_host_state
yq_sizer_host_state(const struct yq_sizer_host *host)
{
	return host->state;
}

const char *
yq_sizer_host_path(const struct yq_sizer_host *host)
{
	return host->path;
}

void
yq_sizer_host_ask(
    struct yq_sizer_host *host, const struct yq_sizer_input *input, int64_t deadline_ms)
{
	struct yq_sizer_question question = { .sequence = ++host->sequence, .input = *input };

	assert(host->state == YQ_SIZER_HOST_IDLE);
	host->state = YQ_SIZER_HOST_ASKED;
	/* The repeat is only where the deadline is remembered: what runs out is given up. */
	uv_timer_start(host->timer, on_deadline, (uint64_t)deadline_ms, (uint64_t)deadline_ms);
	/* A process that is gone is heard of by its end of the socket. */
	(void)!send(host->process.fd, &question, sizeof(question), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void
yq_sizer_host_renew(struct yq_sizer_host *host)
{
	char end[128];

	if (host->state == YQ_SIZER_HOST_ASKED) {
		host->renew = true;
		return;
	}
	hang_up(host);
	(void)yq_plugin_host_kill(&host->process, end, sizeof(end));
	host->renew = false;
	host->backoff_ms = 0;
	host->state = YQ_SIZER_HOST_STARTING;
	uv_timer_start(host->timer, on_restart, 0, 0);
}
