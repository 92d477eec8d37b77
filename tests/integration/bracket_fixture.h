/* bracket_fixture.h - entries with exits on a gateway (gateway_fixture.h) of a test's own. */
#ifndef YQ_TESTS_BRACKET_FIXTURE_H
#define YQ_TESTS_BRACKET_FIXTURE_H

#include "domain/bracket.h"
#include "gateway_fixture.h"

#define BRACKET_QUIET "{\"WalkBps\":0}" /* prices move with orders alone */

struct yq_opt_decimal bracket_price(const char *text);
/* A buy at 100 with a take-profit at 110 and a stop-loss at 90. */
struct yq_order bracket_entry(const char *qty);
/* Somebody buys one and sees this price. */
void bracket_tick(const char *price);
/* The ids of exits. */
struct yq_id bracket_stop(const struct yq_order *entry, int64_t number);
struct yq_id bracket_profit(const struct yq_order *entry, int64_t number);
/* By what the bus has of an order of it. */
void bracket_assert_field(const struct yq_id *id, const char *field, const char *expected);
void bracket_await_over(const struct yq_order *entry, const char *why);
/* What exits of the bracket rest with, by the bus; -1 unit = it is not there yet. */
struct yq_decimal bracket_resting(const struct yq_order *entry);
void bracket_await_resting(const struct yq_order *entry, int64_t qty);
/* Starts the gateway and fills an entry. */
void bracket_open(struct yq_order *entry, const char *qty);
/* Killed, and its leases given back by who knows that it is dead. */
void gateway_kill_and_release(void);
/* ... and goes on where the market is closed, today and the days around; its process. */
int gateway_go_on_closed(void);

#endif
