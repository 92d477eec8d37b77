/* simulator_process.h - yq-simulator as a process of a test: at a port of its own, in a folder of
 * the test. */
#ifndef YQ_TESTS_SIMULATOR_PROCESS_H
#define YQ_TESTS_SIMULATOR_PROCESS_H

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"

struct simulator_process {
	int pid;
	char url[64]; /* "http://127.0.0.1:41234" */
};

static inline bool
simulator_said(const char *log, char *url, size_t size)
{
	static const char words[] = "the exchange is at ";
	char line[512];
	bool found = false;
	FILE *file = fopen(log, "re");

	while (!found && file != NULL && fgets(line, sizeof(line), file) != NULL) {
		const char *at = strstr(line, words);

		found = at != NULL && strchr(at, '\n') != NULL;
		if (found) {
			line[strcspn(line, "\n")] = '\0';
			assert_true(yq_str_copy(url, size, at + sizeof(words) - 1));
		}
	}
	if (file != NULL)
		(void)fclose(file);
	return found;
}

/* `folder` is the test's. */
static inline struct simulator_process
simulator_begin(const char *folder)
{
	struct simulator_process simulator = { 0 };
	char program[512], book[160], log[160];
	int fd;

	yq_str_format(program, sizeof(program), "%s/yq-simulator", getenv("YQ_BUILD"));
	yq_str_format(book, sizeof(book), "%s/exchange", folder);
	yq_str_format(log, sizeof(log), "%s/simulator.log", folder);
	simulator.pid = fork();
	assert_true(simulator.pid >= 0);
	if (simulator.pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		(void)dup2(fd, 2);
		execl(program, program, "--port", "0", "--folder", book, "--no-sync", (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 1500; i++) {
		if (simulator_said(log, simulator.url, sizeof(simulator.url)))
			return simulator;
		usleep(10000);
	}
	fail_msg("the simulator does not start");
	return simulator;
}

static inline void
simulator_end(struct simulator_process *simulator)
{
	int status;

	if (simulator->pid == 0)
		return;
	kill(simulator->pid, SIGKILL);
	assert_int_equal(waitpid(simulator->pid, &status, 0), simulator->pid);
	simulator->pid = 0;
}

#endif
