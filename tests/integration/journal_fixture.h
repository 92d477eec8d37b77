/* journal_fixture.h - trades to keep, and a journal to keep them in, for the tests of the store. */
#ifndef YQ_TESTS_JOURNAL_FIXTURE_H
#define YQ_TESTS_JOURNAL_FIXTURE_H

#include "store/firebird.h"
#include "store/trades.h"

#define NOW INT64_C(1795391215123456)

/* Each fails the test when it cannot. */
struct yq_decimal decimal(const char *text);
struct yq_id id_of(unsigned number);
void set(char *target, size_t size, const char *text);
#define SET(member, text) set(member, sizeof(member), text)

/* A buy of AAPL by "Paper", executed `number` microseconds after NOW. */
struct yq_trade_row trade(unsigned number);
size_t count_trades(struct yq_firebird *firebird, const struct yq_trade_filter *filter);

void migrate(struct yq_firebird *firebird);
void empty_tables(struct yq_firebird *firebird);

#endif
