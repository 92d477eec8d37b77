/*
 * firebird_fixture.h - a Firebird of the test's own: embedded, or a server on a free port of
 * 127.0.0.1 with its own root, security database and password.  Gone when the test ends.
 */
#ifndef YQ_TESTS_FIREBIRD_FIXTURE_H
#define YQ_TESTS_FIREBIRD_FIXTURE_H

#include <sys/types.h>

#include "store/firebird.h"
#include "store/root.h"

#define FIXTURE_PATH_SIZE 256

struct firebird_fixture {
	char folder[FIXTURE_PATH_SIZE]; /* private; removed at the end */
	struct yq_firebird_root root;	/* the clients' */
	bool served;
	pid_t server;
	uint16_t port;
	char password[64]; /* of SYSDBA on the server */
	unsigned databases;
};

/*
 * Lay out the root, use it in this process and start the server if `argv` says "served" (else it
 * must say "embedded").  Ends the program with a sentence when something is missing.
 */
void fixture_start(struct firebird_fixture *fixture, int argc, char **argv);
void fixture_stop(struct firebird_fixture *fixture);
void fixture_stop_server(struct firebird_fixture *fixture); /* SIGKILL */
/* The distribution's isql: the program itself, not a script that wraps it. */
void fixture_isql(char path[FIXTURE_PATH_SIZE]);
void fixture_start_server(struct firebird_fixture *fixture); /* on the same port */

/* A database that does not exist yet.  Cleared with yq_firebird_target_clear. */
struct yq_firebird_target fixture_new_target(struct firebird_fixture *fixture);
/* The same database for a child process: its arguments after `verb`. */
pid_t fixture_spawn_self(
    const struct firebird_fixture *fixture, const char *verb, const char *database);
/* In the child: the target of those arguments, after use of the same root. */
struct yq_firebird_target fixture_child_target(char **argv);
/* The child's exit status; fails the test if a signal other than `signal` (0 = none) ended it. */
int fixture_wait(pid_t child, int signal);

/* Open, creating the database; fails the test if it cannot. */
struct yq_firebird *fixture_open(const struct yq_firebird_target *target);

#endif
