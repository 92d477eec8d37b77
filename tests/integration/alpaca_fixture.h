/*
 * alpaca_fixture.h - the adapter for Alpaca on a loop, and a server there that says what the test
 * wants.
 */
#ifndef YQ_TESTS_ALPACA_FIXTURE_H
#define YQ_TESTS_ALPACA_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../unit/alpaca_answers.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "broker/alpaca/alpaca.h"
#include "net/http_server.h"
#include "net/websocket_server.h"

#define PATIENCE_MS 20000
#define ALPACA_NOW  "2026-11-20T16:00:00Z"
#define RULES_MAX   32
#define LOG_MAX	    256
#define EVENTS_MAX  64

/* What is answered to calls of a method and a path, and a query if it names one. */
struct rule {
	const char *method, *path;
	const char *query, *value;
	unsigned status;
	const char *body;
	const char *header, *header_value;
	int times; /* < 0 = always */
	bool mute; /* no answer at all */
};

struct heard {
	char method[8], path[192];
	char *body; /* owned */
};

struct told {
	struct yq_broker_event event;
	struct yq_broker_fill fill;
	struct yq_broker_quote quote;
	char text[256];
};

struct outcome {
	unsigned done;
	enum yq_rc rc;
	char text[YQ_ERR_TEXT_MAX];
	char id[YQ_BROKER_ORDER_ID_SIZE];
	struct yq_broker_order orders[8];
	struct yq_broker_fill fills[256];
	struct yq_position positions[8];
	struct yq_broker_balance balance;
	struct yq_broker_quote quote;
	size_t count, fill_count;
};

struct alpaca_test {
	uv_loop_t loop;
	struct yq_http_server *server;
	struct yq_http_request *held[LOG_MAX];
	size_t held_count;
	struct yq_ws *ws;
	bool no_stream;		     /* the upgrade is refused */
	unsigned opened, said, gone; /* streams opened, words said there, streams gone */
	char words[512];	     /* the last */
	struct rule rules[RULES_MAX];
	size_t rule_count;
	struct heard heard[LOG_MAX];
	size_t heard_count;
	char key[64];
	struct yq_broker *broker;
	struct yq_alpaca_settings settings;
	yq_alpaca_hours_fn *hours; /* NULL: its calendar is not asked for */
	struct told told[EVENTS_MAX];
	unsigned told_count;
	struct yq_order order;
	struct yq_broker_ref ref;
};

extern struct alpaca_test t;

int alpaca_setup(void **state);
int alpaca_setup_stream(void **state);
int alpaca_teardown(void **state);
#define ALPACA_TEST(name) cmocka_unit_test_setup_teardown(name, alpaca_setup, alpaca_teardown)
#define ALPACA_STREAM(name) \
	cmocka_unit_test_setup_teardown(name, alpaca_setup_stream, alpaca_teardown)

/* The next rule goes before those that are there. */
struct rule *on(const char *method, const char *path, unsigned status, const char *body);
/* How often it was called. */
unsigned calls_of(const char *method, const char *path);
const char *body_of(const char *method, const char *path); /* of the last; "" = none */

void open_broker(void);
void turn_for(unsigned ms);
void await_count(const unsigned *counter, unsigned least);
/* The stream is logged in and joined. */
void join_stream(void);
void say(const char *text);
/* Nothing but this was told since the last look; returns it. */
const struct told *told_last(enum yq_broker_event_kind kind, unsigned at_least);

/* Calls of the port, awaited. */
struct outcome *submit(void);
struct outcome *cancel(const char *broker_order_id);
struct outcome *replace(const char *qty, const char *price);
struct outcome *find(void);
struct outcome *open_orders(void);
struct outcome *fills_since(int64_t since_us);
struct outcome *positions(void);
struct outcome *balances(void);
struct outcome *price(enum yq_exchange exchange, const char *ticker);

void submit_begin(struct outcome *outcome);
struct yq_decimal number(const char *text);
#define assert_number(value, text) assert_int_equal(yq_decimal_cmp(value, number(text)), 0)
void assert_rc(const struct outcome *outcome, enum yq_rc rc, const char *part_of_text);

#endif
