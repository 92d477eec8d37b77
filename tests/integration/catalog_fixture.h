/* catalog_fixture.h - issues to write into a catalog, and an empty one, for the tests of the store.
 */
#ifndef YQ_TESTS_CATALOG_FIXTURE_H
#define YQ_TESTS_CATALOG_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>

#include "journal_fixture.h"
#include "store/catalog.h"

#define LATER (NOW + INT64_C(86400000000))

/* A listed US stock of one share a lot, last at 189.50. */
struct yq_instrument issue(
    enum yq_exchange exchange, const char *ticker, const char *name, const char *english);
/* All issues of an exchange, from "a folder". */
enum yq_rc write_at(int64_t now_us, enum yq_exchange exchange, const struct yq_instrument *items,
    size_t count, bool force, struct yq_catalog_change *change, struct yq_err *err);
/* The same; fails the test where it cannot. */
struct yq_catalog_change write_down(
    int64_t now_us, enum yq_exchange exchange, const struct yq_instrument *items, size_t count);
void run_sql(const char *sql); /* a transaction of its own */
int empty_catalog(void **state);

#endif
