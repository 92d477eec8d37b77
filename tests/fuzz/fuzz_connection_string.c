/* fuzz_connection_string.c - any text as either connection string: taken whole, within bounds, or
 * refused. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/connection_string.h"
#include "base/mem.h"

#include "fuzz.h"

static void
try_valkey(const char *text)
{
	struct yq_valkey_target target;
	struct yq_err err;

	if (yq_valkey_target_parse(text, &target, &err) != YQ_OK)
		return;
	assert(target.endpoint_count >= 1 && target.endpoint_count <= YQ_VALKEY_ENDPOINTS_MAX);
	assert(target.database >= 0 && target.database <= 15);
	for (size_t i = 0; i < target.endpoint_count; i++)
		assert(target.endpoints[i].host[0] != '\0');
	yq_valkey_target_clear(&target);
}

static void
try_firebird(const char *text)
{
	struct yq_firebird_target target;
	struct yq_err err;

	if (yq_firebird_target_parse(text, &target, &err) != YQ_OK)
		return;
	assert(target.database[0] != '\0');
	yq_firebird_target_clear(&target);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = yq_xcalloc(size + 1, 1);

	memcpy(text, data, size);
	try_valkey(text);
	try_firebird(text);
	free(text);
	return 0;
}
