/* err.c - recording a fault once, as one sentence, and giving it context on the way up. */
#include "base/err.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

static const char *const rc_names[YQ_RC_COUNT] = {
	[YQ_OK] = "ok",
	[YQ_E_INVALID] = "invalid",
	[YQ_E_REFUSED] = "refused",
	[YQ_E_NOT_FOUND] = "not_found",
	[YQ_E_EXISTS] = "exists",
	[YQ_E_LIMIT] = "limit",
	[YQ_E_RANGE] = "range",
	[YQ_E_STATE] = "state",
	[YQ_E_DENIED] = "denied",
	[YQ_E_FENCED] = "fenced",
	[YQ_E_RETRY] = "retry",
	[YQ_E_UNKNOWN] = "unknown",
	[YQ_E_SYSTEM] = "system",
	[YQ_E_CORRUPT] = "corrupt",
};

const char *
yq_rc_name(enum yq_rc rc)
{
	return (unsigned)rc < YQ_RC_COUNT ? rc_names[rc] : "?";
}

/* One sentence, one line: what came from outside may hold control characters. */
static void
flatten(char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = ' ';
	}
}

/* Twice the size, so that the cut at a character's edge is made in one place only. */
#define SCRATCH_SIZE (2 * YQ_ERR_TEXT_MAX)

static void
store(struct yq_err *err, enum yq_rc rc, int sys, const char *text)
{
	err->rc = rc;
	err->sys = sys;
	yq_str_copy_cut(err->text, sizeof(err->text), text);
	flatten(err->text);
}

enum yq_rc
yq_err_set(struct yq_err *err, enum yq_rc rc, const char *format, ...)
{
	char scratch[SCRATCH_SIZE]; /* the arguments may point into err->text */
	va_list args;

	assert(rc != YQ_OK);
	if (err == NULL)
		return rc;
	va_start(args, format);
	(void)vsnprintf(scratch, sizeof(scratch), format, args);
	va_end(args);
	store(err, rc, 0, scratch);
	return rc;
}

enum yq_rc
yq_err_errno(struct yq_err *err, enum yq_rc rc, int sys, const char *format, ...)
{
	char scratch[SCRATCH_SIZE];
	char reason[128];
	va_list args;
	size_t used;

	assert(rc != YQ_OK);
	if (err == NULL)
		return rc;
	va_start(args, format);
	(void)vsnprintf(scratch, sizeof(scratch), format, args);
	va_end(args);
	used = strlen(scratch);
	(void)snprintf(scratch + used, sizeof(scratch) - used, ": %s",
	    strerror_r(sys, reason, sizeof(reason)));
	store(err, rc, sys, scratch);
	return rc;
}

enum yq_rc
yq_err_context(struct yq_err *err, enum yq_rc rc, const char *format, ...)
{
	char scratch[SCRATCH_SIZE];
	va_list args;
	size_t used;

	if (err == NULL)
		return rc;
	va_start(args, format);
	(void)vsnprintf(scratch, sizeof(scratch), format, args);
	va_end(args);
	used = strlen(scratch);
	(void)snprintf(scratch + used, sizeof(scratch) - used, ": %s", err->text);
	store(err, rc, err->sys, scratch);
	return rc;
}

void
yq_panic(const char *file, int line, const char *format, ...)
{
	va_list args;

	(void)fprintf(stderr, "%s:%d: panic: ", file, line);
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fputc('\n', stderr);
	abort();
}
