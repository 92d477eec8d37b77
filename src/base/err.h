/*
 * err.h - what went wrong, named by what the caller must do next.
 *
 * A function that can fail returns enum yq_rc and takes an optional last parameter
 * `struct yq_err *err`.  The text is written where the fault is first seen and given context on
 * the way up; it is one sentence for a person: what, where, what was expected, what was found.
 * Secrets never enter it.
 */
#ifndef YQ_BASE_ERR_H
#define YQ_BASE_ERR_H

#include "base/common.h"

enum yq_rc {
	YQ_OK = 0,
	YQ_E_INVALID,	/* the input is wrong: tell its author, do not try again */
	YQ_E_REFUSED,	/* understood, and refused by a rule or a peer: final */
	YQ_E_NOT_FOUND, /* there is no such thing */
	YQ_E_EXISTS,	/* it is there already: treat it as done */
	YQ_E_LIMIT,	/* a stated maximum is reached: wait, or shed load */
	YQ_E_RANGE,	/* a number does not fit, or would have to be rounded */
	YQ_E_STATE,	/* not possible in the present state */
	YQ_E_DENIED,	/* authentication or permission */
	YQ_E_FENCED,	/* a newer owner exists: stop writing */
	YQ_E_RETRY,	/* provably nothing happened: may be tried again */
	YQ_E_UNKNOWN,	/* may have happened: find out, never repeat blindly */
	YQ_E_SYSTEM,	/* this machine failed; see `sys` */
	YQ_E_CORRUPT,	/* stored data is not what was written */
	YQ_RC_COUNT
};

#define YQ_ERR_TEXT_MAX 512

struct yq_err {
	enum yq_rc rc;
	int sys;		    /* errno where it is known, else 0 */
	char text[YQ_ERR_TEXT_MAX]; /* one sentence, no newline, UTF-8, cut at a character's edge */
};

/* The name of `rc` without its prefix, lower case ("not_found"); never NULL. */
const char *yq_rc_name(enum yq_rc rc);

/* Record a fault and return `rc`, so that a caller can `return yq_err_set(...)`.  `err` may be
 * NULL. */
enum yq_rc yq_err_set(struct yq_err *err, enum yq_rc rc, const char *format, ...) YQ_PRINTF(3, 4);

/* The same, followed by ": " and the text of `sys` (an errno value). */
enum yq_rc yq_err_errno(struct yq_err *err, enum yq_rc rc, int sys, const char *format, ...)
    YQ_PRINTF(4, 5);

/* Put "context: " before the recorded text and return `rc`. */
enum yq_rc yq_err_context(struct yq_err *err, enum yq_rc rc, const char *format, ...)
    YQ_PRINTF(3, 4);

/* Print a bug's place to standard error and abort.  Never for bad input. */
YQ_NORETURN void yq_panic(const char *file, int line, const char *format, ...) YQ_PRINTF(3, 4);
#define YQ_PANIC(...) yq_panic(__FILE__, __LINE__, __VA_ARGS__)

#endif
