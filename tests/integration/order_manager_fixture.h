/*
 * order_manager_fixture.h - yq-order-manager as a process, with a real valkey-server and Firebird;
 * the test plays webhook, gateway and console.
 */
#ifndef YQ_TESTS_ORDER_MANAGER_FIXTURE_H
#define YQ_TESTS_ORDER_MANAGER_FIXTURE_H

#include <stdio.h>

#include "domain/signal.h"
#include "domain/trade.h"
#include "firebird_fixture.h"
#include "steps_fixture.h"

struct order_manager {
	struct firebird_fixture firebird;
	struct yq_firebird_target database; /* of this test; migrated */
	char blank[FIXTURE_PATH_SIZE + 8];  /* a file with the tables alone; "" = not made yet */
	char folder[64];		    /* settings, log, notify socket */
	int pid, notify;
	const char *program; /* below YQ_BUILD; NULL = yq-order-manager */
	const char *risk;    /* section Risk of the next settings, JSON; NULL = none */
	int replicas;	     /* that must confirm, of the next settings */
};
extern struct order_manager om; /* one a test program */

/* Once a program: the servers.  `argv` says embedded or served. */
void om_begin(int argc, char **argv);
void om_finish(void);
/* A second one beside the first, on the same Firebird and the same database: `om` is then the
 * second, and the caller keeps the first. */
void om_begin_twin(void);
void om_finish_twin(void);
void om_new_database(void); /* empty, migrated */
/* Run `fn` on the test's database in a process of its own, as it has to be where the order manager
 * is killed; what it prints is nobody's.  False, with `err`, fails the test. */
typedef bool om_database_fn(
    struct yq_firebird *firebird, const void *cookie, FILE *out, struct yq_err *err);
void om_in_database(om_database_fn *fn, const void *cookie);
/* The same; what it prints is the answer. */
void om_ask_database(om_database_fn *fn, const void *cookie, char *text, size_t size);
/* Another process that has executed `sql` and neither commits nor rolls back until om_release. */
struct om_holder {
	pid_t pid;
	int end; /* closing it is the sign */
};
struct om_holder om_hold(const char *sql);
void om_release(struct om_holder *holder); /* rolled back */
/* Once a test: empty stores, one account, and the program running. */
int om_setup(void **state);
int om_teardown(void **state);
#define OM_TEST(name) cmocka_unit_test_setup_teardown(name, om_setup, om_teardown)

void om_launch(void); /* without waiting */
void om_start(void);  /* returns when it is ready */
/* Send the signal; the exit code, or 128 + the signal that ended it. */
int om_stop(int number);
/* SIGTERM; its exit code, and its log where that is not 0. */
int om_end(void);
/* `sizing`: the policy of strategy One, JSON.  `database` NULL = the right one. */
void om_configure(const char *sizing, const char *database);
bool om_log_has(const char *words);
void om_show_log(void);
long om_resident_kib(void); /* VmRSS of the process */

/* ---- play the others: order_manager_others.c ---- */
void om_account(const char *alias, const char *usd);
void om_price(const char *ticker, const char *price); /* on NASDAQ, now */
/* A buy of AAPL on NASDAQ at 100 by strategy One, fired now; its id is made from `n`. */
struct yq_signal om_signal(unsigned n);
void om_accept(const struct yq_signal *signals, size_t count);
void om_push_trade(unsigned n, const char *quantity, const char *price);
void om_push_execution(const struct yq_trade *trade); /* of account Paper */

/* ---- look ---- */
/* Run a command until its integer is `expected`; fails the test after `ms`. */
void om_await(const char *words, long long expected, unsigned ms);
/* The verdict on a signal as JSON, within `ms`; owned by the caller. */
yq_json *om_verdict(const struct yq_signal *signal, unsigned ms);
/* Expect its code (and a sentence, and steps). */
void om_expect(const struct yq_signal *signal, const char *code);
/* Whether notification:stream has a text with these words; counts the entries. */
unsigned om_notices(const char *words);
/* The only number of a SELECT in the test's database. */
long long om_count(const char *sql);
void om_await_count(const char *sql, long long expected, unsigned ms);

#endif
