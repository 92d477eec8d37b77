/* spawn.c - fork, bind to our life, exec; errors of exec come back through a pipe. */
#include "console/up/spawn.h"

#include "base/buf.h"
#include "base/id.h"
#include "base/mem.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum yq_rc
yq_notify_open(struct yq_notify_name *name, int *ret_fd, struct yq_err *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct yq_id id = yq_id_random();
	size_t length;
	int fd;

	yq_str_format(name->text, sizeof(name->text), "@yquant-%s", id.text);
	length = strlen(name->text);
	memcpy(address.sun_path, name->text, length);
	address.sun_path[0] = '\0'; /* abstract: no file, gone with the socket */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot make a socket");
	if (bind(fd, (const struct sockaddr *)&address,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) != 0) {
		int sys = errno;

		close(fd);
		return yq_err_errno(err, YQ_E_SYSTEM, sys, "cannot bind a socket");
	}
	*ret_fd = fd;
	return YQ_OK;
}

static bool
same_variable(const char *a, const char *b)
{
	size_t length = strcspn(a, "=");

	return strncmp(a, b, length) == 0 && b[length] == '=';
}

/* Our environment with `variables` over it; only the list is owned, not its texts. */
static char **
merge_environment(char *const *variables)
{
	size_t ours = 0, theirs = 0, count = 0;
	char **merged;

	while (environ[ours] != NULL)
		ours++;
	while (variables[theirs] != NULL)
		theirs++;
	merged = yq_xcalloc(ours + theirs + 1, sizeof(*merged));
	for (size_t i = 0; i < ours; i++) {
		bool replaced = false;

		for (size_t j = 0; j < theirs && !replaced; j++)
			replaced = same_variable(variables[j], environ[i]);
		if (!replaced)
			merged[count++] = environ[i];
	}
	for (size_t j = 0; j < theirs; j++)
		merged[count++] = variables[j];
	return merged;
}

/* In the child: only calls that are safe after fork. */
YQ_NORETURN static void
become(const char *program, char *const *arguments, char *const *environment, pid_t parent,
    int output_fd, int error_fd)
{
	struct sigaction plain = { .sa_handler = SIG_DFL };
	sigset_t none;
	int sys, null_fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent) /* it died before the line above */
		_exit(127);
	setpgid(0, 0);
	for (int number = 1; number < NSIG; number++)
		sigaction(number, &plain, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	null_fd = open("/dev/null", O_RDONLY);
	if (null_fd >= 0 && dup2(null_fd, 0) == 0 && dup2(output_fd, 1) == 1 &&
	    dup2(output_fd, 2) == 2)
		execve(program, arguments, environment);
	sys = errno;
	if (write(error_fd, &sys, sizeof(sys)) != (ssize_t)sizeof(sys))
		_exit(126);
	_exit(127);
}

static void
close_pair(int (*fds)[2])
{
	for (int i = 0; i < 2; i++)
		if ((*fds)[i] >= 0)
			close((*fds)[i]);
}

static char **
with_program(const char *program, char *const *arguments)
{
	size_t count = 0;
	char **list;

	while (arguments[count] != NULL)
		count++;
	list = yq_xcalloc(count + 2, sizeof(*list));
	list[0] = (char *)(uintptr_t)program;
	for (size_t i = 0; i < count; i++)
		list[i + 1] = arguments[i];
	return list;
}

/* Whether the exec worked: the pipe closes without a word. */
static enum yq_rc
await_exec(const char *program, int error_fd, pid_t pid, struct yq_err *err)
{
	int sys = 0;
	ssize_t got;

	do
		got = read(error_fd, &sys, sizeof(sys));
	while (got < 0 && errno == EINTR);
	if (got == 0)
		return YQ_OK;
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return yq_err_errno(err, YQ_E_SYSTEM, sys, "cannot run %s", program);
}

enum yq_rc
yq_spawn(const char *program, char *const *arguments, char *const *variables, int keep_fd,
    pid_t *ret_pid, int *ret_output_fd, struct yq_err *err)
{
	YQ_CLEANUP(yq_freep) char **environment = merge_environment(variables);
	YQ_CLEANUP(yq_freep) char **list = with_program(program, arguments);
	YQ_CLEANUP(close_pair) int output[2] = { -1, -1 };
	YQ_CLEANUP(close_pair) int errors[2] = { -1, -1 };
	pid_t parent = getpid(), pid;
	enum yq_rc rc;

	if (pipe2(output, O_CLOEXEC) != 0 || pipe2(errors, O_CLOEXEC) != 0)
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot make a pipe");
	pid = fork();
	if (pid < 0)
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot start a process");
	if (pid == 0 && keep_fd >= 0)
		fcntl(keep_fd, F_SETFD, 0);
	if (pid == 0)
		become(program, list, environment, parent, output[1], errors[1]);
	close(errors[1]);
	errors[1] = -1;
	rc = await_exec(program, errors[0], pid, err);
	if (rc != YQ_OK)
		return rc;
	fcntl(output[0], F_SETFL, O_NONBLOCK);
	*ret_pid = pid;
	*ret_output_fd = output[0];
	output[0] = -1;
	return YQ_OK;
}

void
yq_spawn_explain(int wait_status, char *text, size_t size)
{
	if (WIFSIGNALED(wait_status))
		yq_str_format(text, size, "was killed by signal %d (%s)", WTERMSIG(wait_status),
		    strsignal(WTERMSIG(wait_status)));
	else
		yq_str_format(text, size, "ended with status %d", WEXITSTATUS(wait_status));
}
