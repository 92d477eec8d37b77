/*
 * console.h - what every verb of `yq` is given, and how it says what became of it.
 */
#ifndef YQ_CONSOLE_CONSOLE_H
#define YQ_CONSOLE_CONSOLE_H

#include "base/common.h"
#include "base/err.h"

#define YQ_CONSOLE_VERSION "0.1.0"

/* The exit status of `yq`: a script may rely on it. */
enum yq_console_exit {
	YQ_CONSOLE_DONE = 0,
	YQ_CONSOLE_REFUSED = 1,	    /* understood, and refused; or there is no such thing */
	YQ_CONSOLE_USAGE = 2,	    /* the command line is wrong */
	YQ_CONSOLE_UNREACHABLE = 3, /* the system, Valkey or Firebird does not answer */
};

enum yq_option {
#define X(ident, name, value, help) YQ_OPT_##ident,
#include "console/options.def"
#undef X
	YQ_OPTION_COUNT
};
#define YQ_OPT_BIT(ident) (UINT64_C(1) << YQ_OPT_##ident)

#define YQ_POSITIONAL_MAX 8

struct yq_verb;

/* A command line, taken apart.  Everything is borrowed from argv. */
struct yq_call {
	const char *program; /* as the person wrote it: "build/yq" */
	const struct yq_verb *verb;
	const char *words[YQ_POSITIONAL_MAX]; /* what follows the verb, without the options */
	size_t word_count;
	const char *options[YQ_OPTION_COUNT]; /* the value, "" for a switch; NULL = not given */
};

typedef int yq_verb_fn(const struct yq_call *call); /* returns enum yq_console_exit */

struct yq_verb {
	const char *name;
	yq_verb_fn *run;
	const char *arguments; /* "TICKER QTY" */
	unsigned min_words, max_words;
	uint64_t options; /* YQ_OPT_BIT of each it takes */
	const char *summary;
	const char *manual; /* sentences and examples for `yq help VERB` */
};
extern const struct yq_verb yq_verbs[];
extern const size_t yq_verb_count;

#define X(name, fn, ...) yq_verb_fn fn;
#include "console/verbs.def"
#undef X

static inline bool
yq_call_has(const struct yq_call *call, enum yq_option option)
{
	return call->options[option] != NULL;
}

/* Print "yq: sentence" to standard error and return `status`. */
int yq_fail(int status, const char *format, ...) YQ_PRINTF(2, 3);
/* The same with the exit status that belongs to an error, and its text. */
int yq_fail_err(const struct yq_err *err);
/* Wrong use of a verb: the sentence, and where to read more. */
int yq_fail_usage(const struct yq_call *call, const char *format, ...) YQ_PRINTF(2, 3);

#endif
