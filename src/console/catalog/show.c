/* show.c - tables and pages of the catalog. */
#include "console/catalog/show.h"

#include <string.h>

#include "base/str.h"
#include "console/sheet.h"
#include "domain/market.h"

static const struct yq_column columns[] = {
	{ "EXCHANGE", "exchange", YQ_COLUMN_TEXT },
	{ "TICKER", "ticker", YQ_COLUMN_TEXT },
	{ "NAME", "name", YQ_COLUMN_TEXT },
	{ "ENGLISH NAME", "englishName", YQ_COLUMN_TEXT },
	{ "KIND", "kind", YQ_COLUMN_TEXT },
	{ "STATUS", "status", YQ_COLUMN_TEXT },
	{ "CUR", "currency", YQ_COLUMN_TEXT },
	{ "LOT", "lot", YQ_COLUMN_NUMBER },
	{ "TICKS", "ticks", YQ_COLUMN_TEXT },
	{ "BASE PRICE", "basePrice", YQ_COLUMN_NUMBER },
	/* The rest is for the page of one. */
	{ "TICK TYPE", "tickType", YQ_COLUMN_TEXT },
	{ "BROKER CODE", "brokerCode", YQ_COLUMN_TEXT },
	{ "ISIN", "isin", YQ_COLUMN_TEXT },
	{ "FILE", "file", YQ_COLUMN_TEXT },
	{ "CHANGED", "updatedAt", YQ_COLUMN_TIME },
	{ "DELISTED", "delistedAt", YQ_COLUMN_TIME },
};
#define LIST_COLUMNS 10

static const struct yq_column summary_columns[] = {
	{ "EXCHANGE", "exchange", YQ_COLUMN_TEXT },
	{ "COUNTRY", "country", YQ_COLUMN_TEXT },
	{ "LISTED", "listed", YQ_COLUMN_NUMBER },
	{ "HALTED", "halted", YQ_COLUMN_NUMBER },
	{ "DELISTED", "delisted", YQ_COLUMN_NUMBER },
	{ "WRITTEN", "writtenAt", YQ_COLUMN_TIME },
	{ "FROM", "source", YQ_COLUMN_TEXT },
};

static const struct yq_column change_columns[] = {
	{ "EXCHANGE", "exchange", YQ_COLUMN_TEXT },
	{ "ISSUES", "issues", YQ_COLUMN_NUMBER },
	{ "NEW", "added", YQ_COLUMN_NUMBER },
	{ "CHANGED", "changed", YQ_COLUMN_NUMBER },
	{ "SAME", "same", YQ_COLUMN_NUMBER },
	{ "BACK", "returned", YQ_COLUMN_NUMBER },
	{ "DELISTED", "delisted", YQ_COLUMN_NUMBER },
};

static void
add_instrument(struct yq_sheet *sheet, const struct yq_instrument *item, size_t cells)
{
	yq_sheet_add(sheet, yq_names_text(&yq_exchange_names, (int)item->exchange));
	yq_sheet_add(sheet, item->ticker);
	yq_sheet_add(sheet, item->name);
	yq_sheet_add(sheet, item->english_name);
	yq_sheet_add(sheet, yq_names_text(&yq_instrument_kind_names, (int)item->kind));
	yq_sheet_add(sheet, yq_names_text(&yq_instrument_status_names, (int)item->status));
	yq_sheet_add(sheet, yq_names_text(&yq_currency_names, (int)item->currency));
	yq_sheet_add_decimal(sheet, item->lot);
	yq_sheet_add(sheet, item->tick_table);
	yq_sheet_add_opt_decimal(sheet, item->base_price);
	if (cells == LIST_COLUMNS)
		return;
	yq_sheet_add(sheet, item->tick_type);
	yq_sheet_add(sheet, item->broker_code);
	yq_sheet_add(sheet, item->isin);
	yq_sheet_add(sheet, item->source);
	yq_sheet_add_time(sheet, item->updated_at_us);
	yq_sheet_add_time(sheet, item->delisted_at_us);
}

/* Programs get all of each. */
void
yq_catalog_print_list(
    const struct yq_call *call, const struct yq_instrument_list *list, const char *empty)
{
	bool all = yq_call_has(call, YQ_OPT_JSON) || yq_call_has(call, YQ_OPT_CSV);
	size_t cells = all ? YQ_COUNT(columns) : LIST_COLUMNS;
	YQ_CLEANUP(yq_sheet_freep) struct yq_sheet *sheet = yq_sheet_make(columns, cells);

	for (size_t i = 0; i < list->count; i++)
		add_instrument(sheet, &list->items[i], cells);
	yq_sheet_print(sheet, call, empty);
}

static void
print_time(const char *name, int64_t instant_us)
{
	char text[YQ_TIME_TEXT_SIZE], brief[YQ_SHORT_TIME_SIZE];

	if (instant_us == 0)
		return;
	yq_time_format(instant_us, text);
	yq_time_shorten(text, brief);
	yq_print_pair(name, brief);
}

static void
print_some(const char *name, const char *text)
{
	if (text[0] != '\0')
		yq_print_pair(name, text);
}

void
yq_catalog_print_one(const struct yq_call *call, const struct yq_instrument *instrument)
{
	struct yq_instrument copy = *instrument;
	const struct yq_instrument_list list = { &copy, 1 };
	char lot[YQ_DECIMAL_TEXT_SIZE], base[YQ_DECIMAL_TEXT_SIZE] = "";

	if (yq_call_has(call, YQ_OPT_JSON) || yq_call_has(call, YQ_OPT_CSV)) {
		yq_catalog_print_list(call, &list, "");
		return;
	}
	yq_decimal_format(instrument->lot, lot);
	if (instrument->base_price.set)
		yq_decimal_format(instrument->base_price.value, base);
	yq_print_pair("exchange", yq_names_text(&yq_exchange_names, (int)instrument->exchange));
	yq_print_pair("ticker", instrument->ticker);
	yq_print_pair("name", instrument->name);
	print_some("english name", instrument->english_name);
	yq_print_pair("kind", yq_names_text(&yq_instrument_kind_names, (int)instrument->kind));
	yq_print_pair(
	    "status", yq_names_text(&yq_instrument_status_names, (int)instrument->status));
	yq_print_pair("currency", yq_names_text(&yq_currency_names, (int)instrument->currency));
	yq_print_pair("lot", lot);
	print_some("price steps", instrument->tick_table);
	print_some("tick type", instrument->tick_type);
	print_some("base price", base);
	print_some("broker code", instrument->broker_code);
	print_some("ISIN", instrument->isin);
	print_some("file", instrument->source);
	print_time("changed", instrument->updated_at_us);
	print_time("delisted", instrument->delisted_at_us);
}

void
yq_catalog_print_summary(
    const struct yq_call *call, const struct yq_catalog_summary rows[YQ_EXCHANGE_COUNT])
{
	YQ_CLEANUP(yq_sheet_freep)
	struct yq_sheet *sheet = yq_sheet_make(summary_columns, YQ_COUNT(summary_columns));

	for (size_t i = 0; i < YQ_EXCHANGE_COUNT; i++) {
		enum yq_country country = yq_market_of(rows[i].exchange)->country;

		if (rows[i].written_at_us == 0)
			continue;
		yq_sheet_add(sheet, yq_names_text(&yq_exchange_names, (int)rows[i].exchange));
		yq_sheet_add(sheet, yq_names_text(&yq_country_names, (int)country));
		yq_sheet_add_int(sheet, rows[i].listed);
		yq_sheet_add_int(sheet, rows[i].halted);
		yq_sheet_add_int(sheet, rows[i].delisted);
		yq_sheet_add_time(sheet, rows[i].written_at_us);
		yq_sheet_add(sheet, rows[i].source);
	}
	yq_sheet_print(sheet, call, "the catalog is empty: `yq catalog sync` fills it");
}

void
yq_catalog_print_changes(const struct yq_call *call, const struct yq_catalog_part *parts,
    const struct yq_catalog_change *changes, size_t count)
{
	YQ_CLEANUP(yq_sheet_freep)
	struct yq_sheet *sheet = yq_sheet_make(change_columns, YQ_COUNT(change_columns));

	for (size_t i = 0; i < count; i++) {
		yq_sheet_add(sheet, yq_names_text(&yq_exchange_names, (int)parts[i].exchange));
		yq_sheet_add_int(sheet, (int64_t)parts[i].count);
		yq_sheet_add_int(sheet, (int64_t)changes[i].added);
		yq_sheet_add_int(sheet, (int64_t)changes[i].changed);
		yq_sheet_add_int(sheet, (int64_t)changes[i].same);
		yq_sheet_add_int(sheet, (int64_t)changes[i].returned);
		yq_sheet_add_int(sheet, (int64_t)changes[i].delisted);
	}
	yq_sheet_print(sheet, call, "");
}
