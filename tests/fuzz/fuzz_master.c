/*
 * fuzz_master.c - any bytes as a master file: instruments that are whole, or a fault that says
 * where.  The first byte chooses which file.
 */
#include <assert.h>
#include <string.h>

#include "base/str.h"
#include "catalog/master.h"

#include "fuzz.h"

static void
check(const struct yq_master *master, const struct yq_master_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct yq_instrument *item = &list->items[i];

		assert(yq_ticker_is_valid(item->ticker));
		assert(item->exchange == master->exchange);
		assert(item->name[0] != '\0' && yq_str_is_utf8(item->name, strlen(item->name)));
		assert(yq_str_is_utf8(item->english_name, strlen(item->english_name)));
		assert(yq_decimal_sign(item->lot) > 0);
		assert(i == 0 || strcmp(item[-1].ticker, item->ticker) < 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct yq_err err = { .rc = YQ_OK };
	struct yq_master_list list = { 0 };
	const struct yq_master *master;

	if (size == 0)
		return 0;
	master = &yq_masters[data[0] % YQ_MASTERS];
	if (yq_master_parse(master, (const char *)data + 1, size - 1, &list, &err) == YQ_OK)
		check(master, &list);
	else
		assert(yq_str_starts(err.text, master->file) && list.items == NULL);
	yq_master_list_free(&list);
	return 0;
}
