/*
 * main.c - yq, the console of yQuant: runs the whole system, shows it, trades by hand.
 *
 * Inputs: the command line; the folder of a running system (run/endpoints.json) or the connection
 * strings of a configuration folder.  Outputs: tables for people, JSON for programs.
 * Privileges: whatever the Valkey user `console` and the Firebird file grant; `yq up` also starts
 * and stops processes, and owns everything below its folder.
 * When a part fails: exit 1 refused, 2 wrong usage, 3 unreachable, and one sentence on standard
 * error that says what to do.
 */
#include "console/command_line.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/str.h"

#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

const struct yq_verb yq_verbs[] = {
#define X(name, fn, arguments, min, max, options, summary, manual) \
	{ name, fn, arguments, min, max, options, summary, manual },
#include "console/verbs.def"
#undef X
};
const size_t yq_verb_count = YQ_COUNT(yq_verbs);

int
yq_fail(int status, const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fputs("yq: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return status;
}

int
yq_fail_err(const struct yq_err *err)
{
	static const int statuses[YQ_RC_COUNT] = {
		[YQ_E_INVALID] = YQ_CONSOLE_USAGE,
		[YQ_E_RANGE] = YQ_CONSOLE_USAGE,
		[YQ_E_REFUSED] = YQ_CONSOLE_REFUSED,
		[YQ_E_NOT_FOUND] = YQ_CONSOLE_REFUSED,
		[YQ_E_EXISTS] = YQ_CONSOLE_REFUSED,
		[YQ_E_LIMIT] = YQ_CONSOLE_REFUSED,
		[YQ_E_STATE] = YQ_CONSOLE_REFUSED,
		[YQ_E_FENCED] = YQ_CONSOLE_REFUSED,
		[YQ_E_CORRUPT] = YQ_CONSOLE_REFUSED,
		[YQ_E_DENIED] = YQ_CONSOLE_UNREACHABLE,
		[YQ_E_RETRY] = YQ_CONSOLE_UNREACHABLE,
		[YQ_E_UNKNOWN] = YQ_CONSOLE_UNREACHABLE,
		[YQ_E_SYSTEM] = YQ_CONSOLE_UNREACHABLE,
	};

	return yq_fail(statuses[err->rc], "%s", err->text);
}

int
yq_fail_usage(const struct yq_call *call, const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fputs("yq: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\n`yq help %s` shows how.\n", call->verb->name);
	return YQ_CONSOLE_USAGE;
}

int
yq_verb_help(const struct yq_call *call)
{
	struct yq_err err = { 0 };
	const struct yq_verb *verb;

	if (call->word_count == 0) {
		yq_help_print_all();
		return YQ_CONSOLE_DONE;
	}
	verb = yq_verb_find(call->words[0], &err);
	if (verb == NULL)
		return yq_fail(YQ_CONSOLE_USAGE, "%s", err.text);
	yq_help_print(verb);
	return YQ_CONSOLE_DONE;
}

int
yq_verb_version(const struct yq_call *call)
{
	printf(yq_call_has(call, YQ_OPT_JSON) ? "{\"version\":\"%s\"}\n" : "yq %s\n",
	    YQ_CONSOLE_VERSION);
	return YQ_CONSOLE_DONE;
}

int
main(int argc, char **argv)
{
	struct yq_call call;
	struct yq_err err = { 0 };
	int status;

	signal(SIGPIPE, SIG_IGN); /* a reader that goes away ends a write, not the system */
	setlocale(LC_CTYPE, "C.UTF-8");
	yq_log_init("yq", YQ_LOG_WARN);
	if (argc < 2 || yq_str_equal(argv[1], "--help") || yq_str_equal(argv[1], "-h")) {
		yq_help_print_all();
		return YQ_CONSOLE_DONE;
	}
	if (yq_str_equal(argv[1], "--version"))
		argv[1] += 2;
	if (yq_command_parse(argc, argv, &call, &err) != YQ_OK) {
		if (call.verb != NULL)
			return yq_fail_usage(&call, "%s", err.text);
		return yq_fail(YQ_CONSOLE_USAGE, "%s", err.text);
	}
	if (yq_call_has(&call, YQ_OPT_HELP)) {
		yq_help_print(call.verb);
		return YQ_CONSOLE_DONE;
	}
	yq_secret_protect_process();
	status = call.verb->run(&call);
	if (fflush(stdout) != 0 && status == YQ_CONSOLE_DONE)
		return YQ_CONSOLE_REFUSED;
	return status;
}
