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
	char connection[1024]; /* for ConnectionStrings:Valkey; "" = the server's socket */
	struct yq_valkey_sync *console;
	char folder[64];
	/* More members of BrokerGateway, each with a comma behind; NULL = none. */
	const char *settings;
	const char *risk;    /* members of Risk; NULL = none */
	const char *markets; /* members of Markets; NULL = none */
	int pid;	     /* of gateway_start */
	int others[8];	     /* of gateway_spawn; 0 = none */
	unsigned alert_s;    /* BrokerGateway:UnknownAlertSeconds; 0 = 10 */
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

/* One of several.  `accounts` holds members of the section Accounts, as GATEWAY_ACCOUNT makes them:
 * alias, name of its gateway, section Paper. */
struct gateway_spec {
	const char *name; /* NULL = "" */
	int instance;	  /* 0 = 1 */
	const char *color;
	const char *accounts;
};
#define GATEWAY_ACCOUNT(alias, gateway, paper)                             \
	"\"" alias "\":{\"Broker\":\"paper\",\"Gateway\":\"" gateway "\"," \
	"\"Session\":\"always\",\"Currencies\":{\"USD\":1000000},\"Paper\":" paper "}"
int gateway_spawn(const struct gateway_spec *spec); /* its process */
int gateway_end_of(int pid);			    /* waits for its end; the exit code */
void gateway_end(int pid);			    /* SIGKILL; 0 is a no-op */
void gateway_show_log(void);
/* Lines of the log, or notifications, that have these words. */
size_t gateway_log_count(const char *words);
size_t gateway_told_count(const char *words);
void gateway_await_told(const char *words);	     /* a notification with them */
void gateway_path(const char *name, char path[160]); /* in the test's folder */

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
long long gateway_pending_in(const char *group);

/* The paper broker's book from a copy of its journal; owned by the caller. */
struct yq_paper_book *gateway_paper_book(void);
struct yq_paper_book *gateway_paper_book_of(const char *alias);
size_t gateway_count_fills(const struct yq_paper_book *book);
/* Cash, positions and trades on the bus are those of the paper book; returns the number of
 * executions. */
size_t gateway_assert_books_equal(void);
/* Cash and positions of one account. */
size_t gateway_assert_book_equal(const char *alias);

#endif
