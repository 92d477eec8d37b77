/* json_insert.h - a member put into a JSON text that people write, all else left as it is. */
#ifndef YQ_CONSOLE_JSON_INSERT_H
#define YQ_CONSOLE_JSON_INSERT_H

#include "base/buf.h"
#include "base/err.h"

/* Comments and trailing commas stay where they are. */
struct yq_json_insert {
	const char *const
	    *path; /* names of the objects, from the outermost; absent ones are made */
	size_t depth;
	const char *name, *value; /* the member; `value` is JSON */
};
/*
 * Appends `text` with the member to `out`; "" is taken for "{}".
 *   YQ_E_EXISTS   the member is there, in whatever case
 *   YQ_E_INVALID  the text is no JSON, or something on the path is no object
 */
YQ_NODISCARD enum yq_rc yq_json_insert(const char *text, size_t length,
    const struct yq_json_insert *insert, struct yq_buf *out, struct yq_err *err);

#endif
