/* journal_fixture.h - trades to keep, and a journal to keep them in, for the tests of the store. */
#ifndef YQ_TESTS_JOURNAL_FIXTURE_H
#define YQ_TESTS_JOURNAL_FIXTURE_H

#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "firebird_fixture.h"
#include "store/firebird.h"
#include "store/trades.h"

#define NOW INT64_C(1795391215123456)

/* Each fails the test when it cannot. */
struct yq_decimal decimal(const char *text);
struct yq_id id_of(unsigned number);
void set(char *into, size_t size, const char *text);
#define SET(member, text) set(member, sizeof(member), text)

/* A buy of AAPL by "Paper", executed `number` microseconds after NOW. */
struct yq_trade_row trade(unsigned number);
size_t count_trades(const struct yq_trade_filter *filter);

/* ---- the database ---- */

extern struct yq_firebird_target target;
extern struct yq_firebird *firebird; /* open on it */

int empty_tables(void **state);
#define JOURNAL_TEST(name) cmocka_unit_test_setup(name, empty_tables)
/* Run `tests` on a database of their own that has its tables; returns how many failed. */
int journal_run(
    int argc, char **argv, const char *name, const struct CMUnitTest *tests, size_t count);

#endif
