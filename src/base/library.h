/*
 * library.h - a library of somebody else's, loaded when it is first needed: a program that may need
 * it, and does not, is spared the memory.
 *
 * Its functions are a table of pointers that bear their names, made of one list:
 *
 *	#define CALLS(X) X(isc_detach_database) X(isc_dsql_fetch)
 *	struct client { CALLS(YQ_LIBRARY_MEMBER) };
 *	#define ROW(name) YQ_LIBRARY_ROW(struct client, name)
 *	static const struct yq_library_call calls[] = { CALLS(ROW) };
 */
#ifndef YQ_BASE_LIBRARY_H
#define YQ_BASE_LIBRARY_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define YQ_LIBRARY_MEMBER(name)	   __typeof__(name) *name;
#define YQ_LIBRARY_ROW(type, name) { #name, offsetof(type, name) },

struct yq_library_call {
	const char *name;
	size_t offset; /* of its pointer in the table */
};

/* One for a whole process, for it is never unloaded: static, with a mutex that is initialised.  The
 * table is written once, before anybody reads it; then it is as constant as if the linker had done
 * it. */
struct yq_library {
	pthread_mutex_t mutex;
	const char *title;    /* as a sentence begins */
	const char *names[2]; /* the first that is there is taken */
	const char *package;  /* what brings it */
	const struct yq_library_call *calls;
	size_t call_count;
	void *table;
	bool ready;
};

/* YQ_E_NOT_FOUND, with the package's name: it is not installed, or too old.  It is looked for again
 * the next time.  Any thread. */
YQ_NODISCARD enum yq_rc yq_library_load(struct yq_library *library, struct yq_err *err);

#endif
