/*
 * schema_doc.c - yq-schema-doc: print docs/schema.md.
 */
#include <stdio.h>

#include "bus/schema.h"

int
main(void)
{
	struct yq_buf text = yq_buf_make(1U << 20);
	bool written;

	yq_schema_document(&text);
	written = yq_buf_ok(&text) && fwrite(text.data, 1, text.length, stdout) == text.length;
	yq_buf_free(&text);
	return written && fflush(stdout) == 0 ? 0 : 1;
}
