/*
 * test_order_manager_catalog.c - the catalog counts in decisions from the moment it is written, and
 * an issue that it does not have is decided on as ever.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "domain/instrument.h"
#include "order_manager_fixture.h"
#include "store/catalog.h"

#define PATIENCE_MS 30000

static bool
write_catalog(struct yq_firebird *firebird, const void *cookie, FILE *out, struct yq_err *err)
{
	const struct yq_instrument *apple = cookie;
	const struct yq_catalog_part part = { YQ_NASDAQ, apple, 1, "a test" };
	const struct yq_catalog_load load = {
		.parts = &part, .count = 1, .force = true, .now_us = 1000000
	};
	struct yq_catalog_change change;

	(void)out;
	return yq_catalog_write(firebird, &load, &change, err) == YQ_OK;
}

static void
sync_apple(enum yq_instrument_status status, int64_t lot)
{
	struct yq_instrument apple = { .exchange = YQ_NASDAQ,
		.currency = YQ_USD,
		.kind = YQ_INSTRUMENT_STOCK,
		.status = status,
		.lot = yq_decimal_from_int(lot) };

	yq_str_copy_cut(apple.ticker, sizeof(apple.ticker), "AAPL");
	yq_str_copy_cut(apple.name, sizeof(apple.name), "APPLE INC");
	yq_str_copy_cut(apple.tick_table, sizeof(apple.tick_table), "US");
	om_in_database(write_catalog, &apple);
	om_await("PUBLISH catalog {}", 1, PATIENCE_MS);
}

/* The code of the verdict on a signal. */
static void
decide(unsigned n, char *code, size_t size)
{
	struct yq_signal signal = om_signal(n);
	yq_json *verdict;

	om_accept(&signal, 1);
	verdict = om_verdict(&signal, PATIENCE_MS);
	assert_non_null(verdict);
	yq_str_copy_cut(code, size, yq_json_text(yq_json_get(verdict, "Code"), NULL));
	yq_json_free(verdict);
}

/* One after another, until the catalog that was just written counts. */
static void
await_code(const char *expected)
{
	static unsigned n = 1;
	char code[64] = "";

	for (unsigned i = 0; i < 100 && !yq_str_equal(code, expected); i++) {
		usleep(i == 0 ? 0 : 100000);
		decide(n++, code, sizeof(code));
	}
	assert_string_equal(code, expected);
}

static void
test_what_the_catalog_says_counts_at_once_and_after_a_restart(void **state)
{
	(void)state;
	await_code("ORDERED"); /* it has nothing */
	sync_apple(YQ_INSTRUMENT_HALTED, 1);
	await_code("RISK_SUSPENDED");
	assert_int_equal(om_end(), 0);
	om_start();
	await_code("RISK_SUSPENDED");
	sync_apple(YQ_INSTRUMENT_DELISTED, 1);
	await_code("RISK_DELISTED");
	sync_apple(YQ_INSTRUMENT_LISTED, 1);
	await_code("ORDERED");
	/* More than there is money for. */
	sync_apple(YQ_INSTRUMENT_LISTED, 1000000);
	await_code("SIZE_TOO_SMALL");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		OM_TEST(test_what_the_catalog_says_counts_at_once_and_after_a_restart),
	};
	int failed;

	om_begin(argc, argv);
	failed = cmocka_run_group_tests(tests, steps_start, steps_end);
	om_finish();
	return failed;
}
