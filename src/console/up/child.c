/* child.c - the life of one child process on the event loop. */
#include "console/up/child.h"

#include "base/mem.h"
#include "base/str.h"
#include "console/files.h"
#include "console/up/log_file.h"
#include "console/up/spawn.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

struct yq_child {
	uv_loop_t *loop;
	yq_child_fn *fn;
	void *cookie;
	char *name, *program, *ready_line;
	char **arguments, **variables;
	struct yq_log_file *log;
	int keep_fd;

	enum yq_child_state state;
	pid_t pid;
	bool was_ready;
	uint64_t started_ms, ready_ms;
	unsigned backoff_ms, backoff_min_ms, backoff_max_ms;
	char line[YQ_CHILD_LINE_MAX];
	size_t line_length;
	char last_words[256];

	int notify_fd, output_fd; /* -1 = none */
	uv_timer_t timer;	  /* back-off, or the limit of a stop */
	uv_poll_t notify;
	uv_poll_t *output; /* one a start: the old one may still be closing; NULL = none */
	unsigned handles;  /* that still have to close */
};

static void
tell(struct yq_child *child, enum yq_child_event event, const char *text)
{
	child->fn(child->cookie, child, event, text);
}

/* A copy, with room for one more. */
static char **
copy_list(const char *const *list)
{
	size_t count = 0;
	char **copy;

	while (list != NULL && list[count] != NULL)
		count++;
	assert(count < YQ_CHILD_ARGS_MAX);
	copy = yq_xcalloc(count + 2, sizeof(*copy));
	for (size_t i = 0; i < count; i++)
		copy[i] = yq_xstrdup(list[i]);
	return copy;
}

static void
add_notify_socket(char **variables, const char *name)
{
	char text[96];
	size_t count = 0;

	while (variables[count] != NULL)
		count++;
	yq_str_format(text, sizeof(text), "NOTIFY_SOCKET=%s", name);
	variables[count] = yq_xstrdup(text);
}

static void
free_list(char **list)
{
	for (size_t i = 0; list != NULL && list[i] != NULL; i++)
		free(list[i]);
	free(list);
}

static void
child_ready(struct yq_child *child)
{
	if (child->state != YQ_CHILD_STARTING)
		return;
	child->state = YQ_CHILD_READY;
	child->was_ready = true;
	child->ready_ms = uv_now(child->loop);
	tell(child, YQ_CHILD_EV_READY, "");
}

static void
take_line(struct yq_child *child)
{
	char *line = child->line;

	line[child->line_length] = '\0';
	yq_log_file_add(child->log, line, child->line_length);
	child->line_length = 0;
	if (line[0] == '\0')
		return;
	/* An error stays said, whatever a program tells of its end. */
	if (strstr(child->last_words, " error ") == NULL || strstr(line, " error ") != NULL)
		yq_str_copy_cut(child->last_words, sizeof(child->last_words), line);
	if (child->ready_line != NULL && strstr(line, child->ready_line) != NULL)
		child_ready(child);
	tell(child, YQ_CHILD_EV_LINE, line);
}

static void
take_output(struct yq_child *child, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == '\n') {
			take_line(child);
			continue;
		}
		if (child->line_length == sizeof(child->line) - 1)
			take_line(child); /* a line too long becomes several */
		child->line[child->line_length++] = bytes[i];
	}
}

/* Everything that is there; false at the end of the output. */
static bool
read_output(struct yq_child *child)
{
	char bytes[8192];
	ssize_t got;

	while ((got = read(child->output_fd, bytes, sizeof(bytes))) > 0)
		take_output(child, bytes, (size_t)got);
	return got < 0 && (errno == EAGAIN || errno == EINTR);
}

static void
on_output(uv_poll_t *poll, int status, int events)
{
	struct yq_child *child = poll->data;

	(void)events;
	if (status < 0 || !read_output(child))
		uv_poll_stop(poll); /* what ends it is waitpid, not its output */
}

/* Whether one of the lines is READY=1. */
static bool
says_ready(const char *text)
{
	while (text != NULL) {
		if (yq_str_starts(text, "READY=1"))
			return true;
		text = strchr(text, '\n');
		if (text != NULL)
			text++;
	}
	return false;
}

static void
on_notify(uv_poll_t *poll, int status, int events)
{
	struct yq_child *child = poll->data;
	char text[1024];
	ssize_t got;

	(void)status;
	(void)events;
	while ((got = recv(child->notify_fd, text, sizeof(text) - 1, MSG_DONTWAIT)) > 0) {
		text[got] = '\0';
		if (says_ready(text))
			child_ready(child);
	}
}

static void
on_handle_closed(uv_handle_t *handle)
{
	struct yq_child *child = handle->data;

	if (--child->handles > 0)
		return;
	yq_log_file_close(child->log);
	if (child->notify_fd >= 0)
		close(child->notify_fd);
	free(child->name);
	free(child->program);
	free(child->ready_line);
	free_list(child->arguments);
	free_list(child->variables);
	free(child);
}

enum yq_rc
yq_child_make(uv_loop_t *loop, const struct yq_child_spec *spec, yq_child_fn *fn, void *cookie,
    struct yq_child **ret_child, struct yq_err *err)
{
	struct yq_child *child;
	struct yq_log_file *log;
	struct yq_notify_name name;
	int notify_fd = -1;
	enum yq_rc rc;

	rc = yq_log_file_open(spec->log_path, YQ_LOG_FILE_MAX_BYTES, &log, err);
	if (rc != YQ_OK)
		return rc;
	rc = yq_notify_open(&name, &notify_fd, err);
	if (rc != YQ_OK) {
		yq_log_file_close(log);
		return rc;
	}
	child = yq_xcalloc(1, sizeof(*child));
	*child = (struct yq_child){ .loop = loop,
		.fn = fn,
		.cookie = cookie,
		.log = log,
		.keep_fd = spec->keep_fd,
		.notify_fd = notify_fd,
		.output_fd = -1,
		.backoff_ms = spec->backoff_min_ms,
		.backoff_min_ms = spec->backoff_min_ms,
		.backoff_max_ms = spec->backoff_max_ms };
	child->name = yq_xstrdup(spec->name);
	child->program = yq_xstrdup(spec->program);
	child->ready_line = spec->ready_line != NULL ? yq_xstrdup(spec->ready_line) : NULL;
	child->arguments = copy_list(spec->arguments);
	child->variables = copy_list(spec->variables);
	add_notify_socket(child->variables, name.text);
	uv_timer_init(loop, &child->timer);
	child->timer.data = child;
	uv_poll_init(loop, &child->notify, notify_fd);
	child->notify.data = child;
	uv_poll_start(&child->notify, UV_READABLE, on_notify);
	child->handles = 2;
	*ret_child = child;
	return YQ_OK;
}

static void
on_output_closed(uv_handle_t *handle)
{
	free(handle);
}

static void
close_output(struct yq_child *child)
{
	if (child->output == NULL)
		return;
	uv_close((uv_handle_t *)child->output, on_output_closed);
	child->output = NULL;
	close(child->output_fd);
	child->output_fd = -1;
}

static void on_back_off(uv_timer_t *timer);

/* Start again after a pause that doubles until the child has been steady for a while. */
static void
back_off(struct yq_child *child, enum yq_child_event event, const char *text)
{
	if (child->ready_ms != 0 && uv_now(child->loop) - child->ready_ms >= YQ_CHILD_STEADY_MS)
		child->backoff_ms = child->backoff_min_ms;
	child->state = YQ_CHILD_WAITING;
	uv_timer_start(&child->timer, on_back_off, child->backoff_ms, 0);
	child->backoff_ms = 2 * child->backoff_ms < child->backoff_max_ms ? 2 * child->backoff_ms
									  : child->backoff_max_ms;
	tell(child, event, text);
}

static void
start_now(struct yq_child *child)
{
	struct yq_err err = { 0 };

	child->state = YQ_CHILD_STARTING;
	child->ready_ms = 0;
	child->last_words[0] = '\0';
	uv_update_time(child->loop);
	child->started_ms = uv_now(child->loop);
	if (yq_spawn(child->program, child->arguments, child->variables, child->keep_fd,
		&child->pid, &child->output_fd, &err) != YQ_OK) {
		back_off(child, YQ_CHILD_EV_FAILED, err.text);
		return;
	}
	child->output = yq_xcalloc(1, sizeof(*child->output));
	uv_poll_init(child->loop, child->output, child->output_fd);
	child->output->data = child;
	uv_poll_start(child->output, UV_READABLE, on_output);
}

static void
on_back_off(uv_timer_t *timer)
{
	start_now(timer->data);
}

void
yq_child_start(struct yq_child *child)
{
	assert(child->state == YQ_CHILD_STOPPED);
	start_now(child);
}

static void
on_stop_limit(uv_timer_t *timer)
{
	yq_child_kill(timer->data);
}

void
yq_child_expect_stop(struct yq_child *child)
{
	if (child->state == YQ_CHILD_STOPPED || child->state == YQ_CHILD_STOPPING)
		return;
	uv_timer_stop(&child->timer);
	if (child->pid == 0) {
		child->state = YQ_CHILD_STOPPED;
		return;
	}
	child->state = YQ_CHILD_STOPPING;
	uv_timer_start(&child->timer, on_stop_limit, YQ_CHILD_STOP_MS, 0);
}

void
yq_child_stop(struct yq_child *child)
{
	yq_child_expect_stop(child);
	if (child->pid != 0)
		kill(child->pid, SIGTERM);
}

void
yq_child_kill(struct yq_child *child)
{
	if (child->pid != 0)
		kill(child->pid, SIGKILL);
}

void
yq_child_reap(struct yq_child *child)
{
	char how[96], text[400];
	int status;

	if (child->pid == 0 || waitpid(child->pid, &status, WNOHANG) != child->pid)
		return;
	if (child->output != NULL)
		(void)read_output(child); /* its last words */
	if (child->line_length > 0)
		take_line(child);
	close_output(child);
	child->pid = 0;
	uv_timer_stop(&child->timer);
	if (child->state == YQ_CHILD_STOPPING) {
		child->state = YQ_CHILD_STOPPED;
		tell(child, YQ_CHILD_EV_STOPPED, "");
		return;
	}
	yq_spawn_explain(status, how, sizeof(how));
	if (WIFSIGNALED(status) || child->last_words[0] == '\0')
		yq_str_copy_cut(text, sizeof(text), how);
	else
		yq_str_format(text, sizeof(text), "%s: %s", how, child->last_words);
	back_off(child, YQ_CHILD_EV_DIED, text);
}

void
yq_child_free(struct yq_child *child)
{
	if (child == NULL)
		return;
	assert(child->state == YQ_CHILD_STOPPED);
	close_output(child);
	uv_close((uv_handle_t *)&child->timer, on_handle_closed);
	uv_close((uv_handle_t *)&child->notify, on_handle_closed);
}

enum yq_child_state
yq_child_state(const struct yq_child *child)
{
	return child->state;
}

const char *
yq_child_name(const struct yq_child *child)
{
	return child->name;
}

pid_t
yq_child_pid(const struct yq_child *child)
{
	return child->pid;
}

uint64_t
yq_child_start_ms(const struct yq_child *child)
{
	return child->ready_ms >= child->started_ms ? child->ready_ms - child->started_ms : 0;
}

bool
yq_child_was_ready(const struct yq_child *child)
{
	return child->was_ready;
}

unsigned
yq_child_backoff_ms(const struct yq_child *child)
{
	return (unsigned)uv_timer_get_due_in(&child->timer);
}
