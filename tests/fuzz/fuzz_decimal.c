/* fuzz_decimal.c - any text: what is read as a decimal prints as the shortest text of the same
 * value. */
#include <assert.h>

#include "base/decimal.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[YQ_DECIMAL_TEXT_SIZE];
	struct yq_decimal value, again;
	size_t length;

	if (yq_decimal_parse((const char *)data, size, &value) != YQ_OK)
		return 0;
	length = yq_decimal_format(value, text);
	assert(length < sizeof(text));
	assert(yq_decimal_parse(text, length, &again) == YQ_OK);
	assert(yq_decimal_cmp(value, again) == 0);
	return 0;
}
