/*
 * main.c - yq-sizer-host: the process that a sizing plug-in runs in, and may die in.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"
#include "domain/sizer_message.h"
#include "sizer_host/plugin.h"

static const char manual[] =
    "yq-sizer-host runs one sizing plug-in for yq-order-manager, which starts it.\n"
    "\n"
    "  yq-sizer-host PATH           serve: questions and answers on descriptor 3\n"
    "  yq-sizer-host --check PATH   load the plug-in, say what it is, and end\n"
    "\n"
    "Reads     the plug-in.  No configuration, no secret, no network, no Valkey.\n"
    "Writes    its answers; no file, and nothing to the standard outputs when it serves.\n"
    "\n"
    "The plug-in crashes, ends or hangs    so does this process; the order manager refuses that\n"
    "                                      signal (SIZE_PLUGIN_FAILED) and starts it again.\n"
    "The order manager ends                so does this process.\n";

enum { EXIT_USAGE = 64, EXIT_PLUGIN = 78 };

#define MEMORY_MAX	(UINT64_C(1) << 30) /* of addresses: a leak ends here */
#define DESCRIPTORS_MAX 64

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0 /* a sanitizer's shadow takes more addresses than any limit */
#endif

static void
limit(int what, uint64_t most)
{
	struct rlimit value = { .rlim_cur = (rlim_t)most, .rlim_max = (rlim_t)most };

	(void)setrlimit((enum __rlimit_resource)what, &value);
}

/* What a plug-in has no business with is out of its reach before it is loaded. */
static void
confine(void)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)close_range(YQ_SIZER_HOST_FD + 1, ~0U, 0);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, 0);
	limit(RLIMIT_NPROC, 0); /* no process and no thread of its own, except for root */
	limit(RLIMIT_NOFILE, DESCRIPTORS_MAX);
	if (!SANITIZED)
		limit(RLIMIT_AS, MEMORY_MAX);
}

static ssize_t
receive(struct yq_sizer_question *question)
{
	ssize_t got;

	do
		got = recv(YQ_SIZER_HOST_FD, question, sizeof(*question), 0);
	while (got < 0 && errno == EINTR);
	return got;
}

static bool
tell(const void *message, size_t size)
{
	ssize_t sent;

	do
		sent = send(YQ_SIZER_HOST_FD, message, size, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent == (ssize_t)size;
}

/* Until the order manager hangs up. */
static int
answer_all(const struct plugin *plugin)
{
	pid_t self = getpid();
	struct yq_sizer_question question;
	struct yq_sizer_reply reply;

	while (receive(&question) == (ssize_t)sizeof(question)) {
		memset(&reply, 0, sizeof(reply));
		reply.output.size = sizeof(reply.output);
		plugin->api->decide(&question.input, &reply.output);
		if (getpid() != self)
			_exit(0); /* a child that the plug-in forked has no answer to give */
		reply.sequence = question.sequence;
		if (!tell(&reply, sizeof(reply)))
			return 1;
	}
	return 0;
}

static int
serve(const char *path)
{
	struct yq_sizer_hello hello = { .magic = YQ_SIZER_HELLO_MAGIC };
	struct plugin plugin;
	struct yq_err err;

	confine();
	hello.loaded = plugin_load(path, &plugin, &err) == YQ_OK;
	yq_str_copy_cut(hello.name, sizeof(hello.name), plugin.name);
	yq_str_copy_cut(
	    hello.text, sizeof(hello.text), hello.loaded ? plugin.description : err.text);
	if (!tell(&hello, sizeof(hello)))
		return EXIT_USAGE; /* nobody is there: it was not started by an order manager */
	return hello.loaded ? answer_all(&plugin) : EXIT_PLUGIN;
}

static int
check(const char *path)
{
	struct plugin plugin;
	struct yq_err err;

	if (plugin_load(path, &plugin, &err) != YQ_OK) {
		fprintf(stderr, "%s: %s\n", path, err.text);
		return EXIT_PLUGIN;
	}
	printf("%s: %s (ABI %u)\n", plugin.name, plugin.description, YQ_SIZER_ABI);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 2 && yq_str_equal(argv[1], "--help")) {
		fputs(manual, stdout);
		return 0;
	}
	if (argc == 2 && yq_str_equal(argv[1], "--version")) {
		puts("yq-sizer-host " YQ_VERSION);
		return 0;
	}
	if (argc == 3 && yq_str_equal(argv[1], "--check"))
		return check(argv[2]);
	if (argc == 2 && argv[1][0] != '-')
		return serve(argv[1]);
	fputs(manual, stderr);
	return EXIT_USAGE;
}
