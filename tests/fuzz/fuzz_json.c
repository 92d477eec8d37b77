/* fuzz_json.c - any bytes: a document that is read and written is read again as the same document.
 */
#include <assert.h>
#include <string.h>

#include "base/json.h"

#include "fuzz.h"

/* Escapes and U+FFFD can make the text grow, never more than this. */
#define GROWTH_MAX 8

static void
write_tree(const yq_json *json, struct yq_buf *out)
{
	struct yq_json_writer w = yq_json_writer_make(out);

	yq_json_add_tree(&w, json);
	assert(yq_buf_ok(out));
}

static void
check_round_trip(const yq_json *json, size_t size)
{
	struct yq_buf first = yq_buf_make(size * GROWTH_MAX + 64);
	struct yq_buf second = yq_buf_make(size * GROWTH_MAX + 64);
	yq_json *again = NULL;
	struct yq_err err;

	write_tree(json, &first);
	assert(yq_json_parse(first.data, first.length, &again, &err) == YQ_OK);
	write_tree(again, &second);
	assert(first.length == second.length);
	assert(memcmp(first.data, second.data, first.length) == 0);
	yq_json_free(again);
	yq_buf_free(&first);
	yq_buf_free(&second);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const unsigned options[] = { 0, YQ_JSON_COMMENTS | YQ_JSON_TRAILING_COMMAS };

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		yq_json *json = NULL;
		struct yq_err err;

		if (yq_json_parse_options((const char *)data, size, options[i], &json, &err) ==
		    YQ_OK)
			check_round_trip(json, size);
		yq_json_free(json);
	}
	return 0;
}
