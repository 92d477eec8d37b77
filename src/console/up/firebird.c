/* firebird.c - migrations in a process of their own. */
#include "console/up/firebird.h"

#include "base/mem.h"
#include "base/str.h"
#include "console/person.h"
#include "desk/password.h"
#include "desk/people.h"
#include "store/migrate.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PASSWORD_SIZE 64

/* What the short-lived process reports, as one datagram. */
struct outcome {
	struct yq_err err; /* rc YQ_OK = done */
	struct yq_migrate_report report;
	char password[PASSWORD_SIZE]; /* of the first user; "" = there were some */
};

struct yq_up_firebird {
	pid_t pid; /* 0 = has ended */
	int fd;
	uv_poll_t poll;
	yq_up_firebird_fn *fn; /* NULL = has run */
	void *cookie;
};

/* An Admin, where there is nobody: who sits here may make one anyhow. */
static enum yq_rc
make_first_user(struct yq_firebird *firebird, struct outcome *outcome)
{
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *password = yq_password_make();
	struct yq_desk desk = { .hand = yq_person(), .firebird = firebird };
	const struct yq_person_new person = { .name = YQ_UP_FIRST_USER,
		.role = YQ_ROLE_ADMIN,
		.password = yq_secret_reveal(password),
		.must_change = true,
		.made = true,
		.first = true };
	YQ_CLEANUP(yq_user_list_free) struct yq_user_list users = { 0 };
	enum yq_rc rc = yq_users_list(firebird, &users, &outcome->err);

	if (rc == YQ_OK && users.count == 0)
		rc = yq_people_add(&desk, &person, &outcome->err);
	if (rc == YQ_OK && users.count == 0)
		yq_str_copy_cut(
		    outcome->password, sizeof(outcome->password), yq_secret_reveal(password));
	return rc == YQ_E_STATE ? YQ_OK : rc; /* another system has just made one */
}

static void
migrate(const struct yq_firebird_target *target, bool first_user, struct outcome *outcome)
{
	const struct yq_firebird_options options = { .create = target->host[0] == '\0' };
	YQ_CLEANUP(yq_firebird_closep) struct yq_firebird *firebird = NULL;
	enum yq_rc rc;

	rc = yq_firebird_open(target, &options, &firebird, &outcome->err);
	if (rc == YQ_OK)
		rc = yq_migrate(firebird, &outcome->report, &outcome->err);
	if (rc == YQ_OK && first_user)
		rc = make_first_user(firebird, outcome);
	outcome->err.rc = rc;
}

YQ_NORETURN static void
run(const struct yq_firebird_target *target, const struct yq_firebird_root *root, bool first_user,
    pid_t parent, int fd)
{
	struct outcome outcome = { 0 };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0);
	if (getppid() != parent)
		_exit(1);
	if (root != NULL)
		yq_firebird_root_use(root);
	migrate(target, first_user, &outcome);
	_exit(
	    send(fd, &outcome, sizeof(outcome), MSG_NOSIGNAL) == (ssize_t)sizeof(outcome) ? 0 : 1);
}

static void
report(struct yq_up_firebird *firebird, const struct outcome *outcome)
{
	yq_up_firebird_fn *fn = firebird->fn;
	char text[64];

	firebird->fn = NULL;
	if (outcome->err.rc != YQ_OK) {
		fn(firebird->cookie, &outcome->err, "", "");
		return;
	}
	if (outcome->report.from == 0)
		yq_str_format(text, sizeof(text), "schema %d, new", outcome->report.to);
	else if (outcome->report.applied > 0)
		yq_str_format(text, sizeof(text), "schema %d, was %d", outcome->report.to,
		    outcome->report.from);
	else
		yq_str_format(text, sizeof(text), "schema %d", outcome->report.to);
	fn(firebird->cookie, NULL, text, outcome->password);
}

static void
on_outcome(uv_poll_t *poll, int status, int events)
{
	struct yq_up_firebird *firebird = poll->data;
	struct outcome outcome = { 0 };
	ssize_t got;

	(void)status;
	(void)events;
	got = recv(firebird->fd, &outcome, sizeof(outcome), MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	uv_poll_stop(poll);
	if (got != (ssize_t)sizeof(outcome))
		yq_err_set(&outcome.err, YQ_E_SYSTEM, "Firebird's engine ended while it started");
	if (firebird->fn != NULL)
		report(firebird, &outcome);
	yq_wipe(outcome.password, sizeof(outcome.password));
}

enum yq_rc
yq_up_firebird_begin(uv_loop_t *loop, const struct yq_firebird_target *target,
    const struct yq_firebird_root *root, bool first_user, yq_up_firebird_fn *fn, void *cookie,
    struct yq_up_firebird **ret_firebird, struct yq_err *err)
{
	struct yq_up_firebird *firebird;
	pid_t parent = getpid(), pid;
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0)
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot make a socket");
	pid = fork();
	if (pid == 0)
		run(target, root, first_user, parent, fds[1]);
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot start a process");
	}
	firebird = yq_xcalloc(1, sizeof(*firebird));
	*firebird = (struct yq_up_firebird){ .pid = pid, .fd = fds[0], .fn = fn, .cookie = cookie };
	uv_poll_init(loop, &firebird->poll, firebird->fd);
	firebird->poll.data = firebird;
	uv_poll_start(&firebird->poll, UV_READABLE, on_outcome);
	*ret_firebird = firebird;
	return YQ_OK;
}

void
yq_up_firebird_reap(struct yq_up_firebird *firebird)
{
	if (firebird != NULL && firebird->pid != 0 &&
	    waitpid(firebird->pid, NULL, WNOHANG) == firebird->pid)
		firebird->pid = 0;
}

static void
on_closed(uv_handle_t *handle)
{
	struct yq_up_firebird *firebird = handle->data;

	close(firebird->fd);
	free(firebird);
}

void
yq_up_firebird_free(struct yq_up_firebird *firebird)
{
	if (firebird == NULL)
		return;
	firebird->fn = NULL;
	if (firebird->pid != 0) {
		kill(firebird->pid, SIGKILL);
		while (waitpid(firebird->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	uv_close((uv_handle_t *)&firebird->poll, on_closed);
}
