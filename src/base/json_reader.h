/* json_reader.h - what the parts of the JSON reader share.  For json_*.c only. */
#ifndef YQ_BASE_JSON_READER_H
#define YQ_BASE_JSON_READER_H

#include "base/buf.h"
#include "base/err.h"

struct yq_json_reader {
	const char *start, *at, *end;
	struct yq_buf scratch; /* the string being unescaped */
	unsigned depth;
	unsigned options;
	struct yq_err *err;
};

/* Record what is wrong at `at`, with its line and column; always false. */
bool yq_json_refuse(struct yq_json_reader *r, const char *at, const char *reason);
/* At the opening quote.  The bytes are borrowed from the input, or from `scratch` if any had to be
 * unescaped, until the next string is read. */
bool yq_json_read_string(struct yq_json_reader *r, const char **bytes, size_t *length);

#endif
