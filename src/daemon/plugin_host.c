/* plugin_host.c - spawn yq-sizer-host, hear its hello, end it. */
#include "daemon/plugin_host.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"

#define REAP_TRIES 20 /* of a millisecond */

/* Every program of this system stands in one folder. */
static enum yq_rc
find_program(char path[PATH_MAX], struct yq_err *err)
{
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (length <= 0)
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "/proc/self/exe");
	self[length] = '\0';
	slash = strrchr(self, '/');
	if (slash != NULL)
		*slash = '\0';
	if (!yq_str_format(path, PATH_MAX, "%s/" YQ_SIZER_HOST, self))
		return yq_err_set(err, YQ_E_SYSTEM, "the path of " YQ_SIZER_HOST " is too long");
	return YQ_OK;
}

static int
set_actions(posix_spawn_file_actions_t *actions, int fd)
{
	int sys = 0;

	for (int i = 0; i < YQ_SIZER_HOST_FD && sys == 0; i++)
		sys = posix_spawn_file_actions_addopen(actions, i, "/dev/null", O_RDWR, 0);
	if (sys == 0)
		sys = posix_spawn_file_actions_adddup2(actions, fd, YQ_SIZER_HOST_FD);
	return sys;
}

static int
set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, all;
	int sys;

	sigemptyset(&none);
	sigfillset(&all);
	sys = posix_spawnattr_setsigmask(attributes, &none);
	if (sys == 0)
		sys = posix_spawnattr_setsigdefault(attributes, &all);
	if (sys == 0)
		sys = posix_spawnattr_setflags(attributes,
		    POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	return sys;
}

/* 0, or an errno value. */
static int
spawn(const char *program, const char *path, int fd, pid_t *pid)
{
	char *const arguments[] = { (char *)(uintptr_t)program, (char *)(uintptr_t)path, NULL };
	char *const environment[] = { NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int sys;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	sys = set_actions(&actions, fd);
	if (sys == 0)
		sys = set_attributes(&attributes);
	if (sys == 0)
		sys = posix_spawn(pid, program, &actions, &attributes, arguments, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return sys;
}

enum yq_rc
yq_plugin_host_start(
    const char *program, const char *path, struct yq_plugin_host *host, struct yq_err *err)
{
	char beside[PATH_MAX];
	int pair[2], sys;
	enum yq_rc rc = YQ_OK;

	*host = (struct yq_plugin_host){ .fd = -1 };
	if (program == NULL) {
		rc = find_program(beside, err);
		program = beside;
	}
	if (rc != YQ_OK)
		return rc;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "no socket for " YQ_SIZER_HOST);
	sys = spawn(program, path, pair[1], &host->pid);
	close(pair[1]);
	if (sys == 0 && fcntl(pair[0], F_SETFL, O_NONBLOCK) == 0) {
		host->fd = pair[0];
		return YQ_OK;
	}
	close(pair[0]);
	host->pid = 0;
	return yq_err_errno(err, YQ_E_SYSTEM, sys, "%s cannot be run", program);
}

/* ---- the end ---- */

static void
explain(int status, char *text, size_t size)
{
	if (WIFEXITED(status))
		yq_str_format(text, size, "it ended with status %d", WEXITSTATUS(status));
	else if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
		yq_str_format(text, size, "it was ended by signal %d (%s)", WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
}

static bool
reap(struct yq_plugin_host *host, int *status)
{
	if (host->pid != 0 && waitpid(host->pid, status, WNOHANG) == 0)
		return false;
	host->pid = 0;
	return true;
}

bool
yq_plugin_host_reap(struct yq_plugin_host *host)
{
	int status;

	return reap(host, &status);
}

bool
yq_plugin_host_kill(struct yq_plugin_host *host, char *text, size_t size)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	int status = SIGKILL; /* as waitpid tells it */

	text[0] = '\0';
	if (host->fd >= 0)
		close(host->fd);
	host->fd = -1;
	if (host->pid == 0)
		return true;
	/* Itself too: it has its group only from the moment that it runs. */
	(void)kill(-host->pid, SIGKILL);
	(void)kill(host->pid, SIGKILL);
	for (int i = 0; i < REAP_TRIES; i++) {
		if (reap(host, &status)) {
			explain(status, text, size);
			return true;
		}
		nanosleep(&pause, NULL);
	}
	return false;
}

/* ---- hello ---- */

enum yq_rc
yq_plugin_host_hello(
    const void *message, size_t length, struct yq_sizer_hello *hello, struct yq_err *err)
{
	if (length != sizeof(*hello))
		return yq_err_set(err, YQ_E_INVALID, "it does not say what it is");
	memcpy(hello, message, sizeof(*hello));
	hello->name[sizeof(hello->name) - 1] = '\0';
	hello->text[sizeof(hello->text) - 1] = '\0';
	if (hello->magic != YQ_SIZER_HELLO_MAGIC ||
	    !yq_str_is_utf8(hello->name, strlen(hello->name)) ||
	    !yq_str_is_utf8(hello->text, strlen(hello->text)))
		return yq_err_set(err, YQ_E_INVALID, "it does not say what it is");
	if (hello->loaded != 1)
		return yq_err_set(err, YQ_E_INVALID, "%s", hello->text);
	return YQ_OK;
}

/* YQ_E_RETRY: it ended without a word. */
static enum yq_rc
hear(const struct yq_plugin_host *host, struct yq_err *err)
{
	struct pollfd look = { .fd = host->fd, .events = POLLIN };
	struct yq_sizer_hello hello;
	char bytes[sizeof(hello) + 1];
	ssize_t got;

	if (poll(&look, 1, YQ_PLUGIN_HELLO_MS) <= 0)
		return yq_err_set(
		    err, YQ_E_INVALID, "it is not loaded within %d s", YQ_PLUGIN_HELLO_MS / 1000);
	got = recv(host->fd, bytes, sizeof(bytes), 0);
	if (got <= 0)
		return yq_err_set(err, YQ_E_RETRY, "it cannot be loaded");
	return yq_plugin_host_hello(bytes, (size_t)got, &hello, err);
}

enum yq_rc
yq_plugin_check(const char *program, const char *path, struct yq_err *err)
{
	struct yq_plugin_host host;
	char end[128];
	enum yq_rc rc = yq_plugin_host_start(program, path, &host, err);

	if (rc != YQ_OK)
		return rc;
	rc = hear(&host, err);
	(void)yq_plugin_host_kill(&host, end, sizeof(end));
	if (rc != YQ_E_RETRY)
		return rc;
	return yq_err_set(err, YQ_E_INVALID, "it cannot be loaded: %s",
	    end[0] != '\0' ? end : "it closed its connection");
}
