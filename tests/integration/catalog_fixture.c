/* catalog_fixture.c - issues to write into a catalog, and an empty one to write them into. */
#include "catalog_fixture.h"

#include "store/tx.h"

struct yq_instrument
issue(enum yq_exchange exchange, const char *ticker, const char *name, const char *english)
{
	struct yq_instrument item = { .exchange = exchange,
		.currency = YQ_USD,
		.kind = YQ_INSTRUMENT_STOCK,
		.status = YQ_INSTRUMENT_LISTED,
		.lot = yq_decimal_from_int(1),
		.base_price = yq_opt_decimal_of(decimal("189.5")) };

	SET(item.ticker, ticker);
	SET(item.name, name);
	SET(item.english_name, english);
	SET(item.tick_table, "US");
	SET(item.tick_type, "9/1");
	SET(item.broker_code, "NAS");
	SET(item.source, "nasmst.cod");
	return item;
}

enum yq_rc
write_at(int64_t now_us, enum yq_exchange exchange, const struct yq_instrument *items, size_t count,
    bool force, struct yq_catalog_change *change, struct yq_err *err)
{
	const struct yq_catalog_part part = { exchange, items, count, "a folder" };
	const struct yq_catalog_load load = {
		.parts = &part, .count = 1, .force = force, .now_us = now_us
	};

	return yq_catalog_write(firebird, &load, change, err);
}

struct yq_catalog_change
write_down(
    int64_t now_us, enum yq_exchange exchange, const struct yq_instrument *items, size_t count)
{
	struct yq_catalog_change change = { 0 };
	struct yq_err err = { 0 };

	if (write_at(now_us, exchange, items, count, false, &change, &err) != YQ_OK)
		fail_msg("%s", err.text);
	return change;
}

void
run_sql(const char *sql)
{
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;

	assert_int_equal(yq_tx_begin(firebird, NULL, &tx, NULL), YQ_OK);
	assert_int_equal(yq_tx_exec(tx, sql, NULL, 0, NULL, NULL), YQ_OK);
	assert_int_equal(yq_tx_commit(tx, NULL), YQ_OK);
}

int
empty_catalog(void **state)
{
	(void)state;
	run_sql("DELETE FROM CATALOG");
	run_sql("DELETE FROM CATALOG_METADATA");
	return 0;
}
