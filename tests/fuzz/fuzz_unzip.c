/* fuzz_unzip.c - any bytes as an archive: what comes out is bounded, or there is a sentence. */
#include <assert.h>

#include "catalog/unzip.h"

#include "fuzz.h"

#define BOUND 4096

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct yq_buf content = yq_buf_make(BOUND);
	struct yq_err err = { .rc = YQ_OK };

	if (yq_unzip((const char *)data, size, "nasmst.cod", &content, &err) == YQ_OK)
		assert(yq_buf_ok(&content));
	else
		assert(err.text[0] != '\0');
	assert(content.length <= BOUND);
	yq_buf_free(&content);
	return 0;
}
