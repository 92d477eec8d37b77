/*
 * gateway_fixture.h - yq-broker-gateway as a process on a paper account, a real valkey-server for
 * it, and a look into the paper broker's own book.
 */
#ifndef YQ_TESTS_GATEWAY_FIXTURE_H
#define YQ_TESTS_GATEWAY_FIXTURE_H

#include "broker/paper_book.h"
#include "bus/message.h"
#include "valkey_fixture.h"

struct gateway_fixture {
	struct valkey_fixture valkey;
	struct yq_valkey_sync *console;
	char folder[64];
	int pid;
};
extern struct gateway_fixture fixture;

int gateway_set_up(void **state);
int gateway_tear_down(void **state);
/* Start with this JSON as the account's section "Paper"; returns when the account is served. */
void gateway_start(const char *paper);
void gateway_start_only(const char *paper);
void gateway_await_served(void);
void gateway_kill(void); /* SIGKILL */
void gateway_stop(void); /* SIGTERM; asserts a clean end */
int gateway_wait(void);	 /* for its own end; the exit code */
long gateway_resident_kb(void);

struct yq_order gateway_order(enum yq_action action, const char *ticker, const char *qty);
/* Through the front door, as the console does. */
void gateway_submit(const struct yq_order *order);
void gateway_submit_many(const struct yq_order *orders, size_t count);
void gateway_cancel(const struct yq_order *order);
void gateway_replace(const struct yq_order *order, const char *qty, const char *price);
void gateway_publish(const char *channel, const char *payload, size_t length);
/* One field of order:{id}; "" when it is not there. */
void gateway_field(const struct yq_id *id, const char *field, char *text, size_t size);
void gateway_await_state(const struct yq_id *id, const char *state);
/* Wait until no order is open and nothing is pending in the group. */
void gateway_await_quiet(unsigned seconds);
long long gateway_pending(void);

/* The paper broker's book from a copy of its journal; owned by the caller. */
struct yq_paper_book *gateway_paper_book(void);
/* Cash, positions and trades on the bus are those of the paper book; returns the number of
 * executions. */
size_t gateway_assert_books_equal(void);

#endif
