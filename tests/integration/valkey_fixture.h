/*
 * valkey_fixture.h - a real valkey-server of a test's own: unix socket in a temporary folder, every
 * write flushed, users from an ACL file; ended by its own pid.
 */
#ifndef YQ_TESTS_VALKEY_FIXTURE_H
#define YQ_TESTS_VALKEY_FIXTURE_H

#include <hiredis/hiredis.h>
#include <uv.h>

#include "bus/provision.h"
#include "bus/valkey_sync.h"

struct valkey_fixture {
	char folder[64];
	char socket[96];
	int pid; /* 0 = not running */
	struct yq_secret *passwords[YQ_PROGRAM_COUNT];
};

/* Started, and provisioned: library, groups, users; the user `default` is closed. */
void valkey_fixture_start(struct valkey_fixture *valkey);
/* Only run, with the passwords that are there: on 127.0.0.1:`port` too (0 = not), with more lines
 * of configuration. */
void valkey_fixture_launch(struct valkey_fixture *valkey, int port, const char *more);
/* Become the server; for a child after fork(). */
_Noreturn void valkey_fixture_exec(const char *config, const char *option);
void valkey_fixture_end(struct valkey_fixture *valkey);	  /* server and folder are gone after it */
void valkey_fixture_kill(struct valkey_fixture *valkey);  /* SIGKILL */
void valkey_fixture_again(struct valkey_fixture *valkey); /* start on the same folder */
void valkey_fixture_freeze(struct valkey_fixture *valkey, bool freeze); /* SIGSTOP, SIGCONT */

/* Login data of a program; owned by the caller (yq_valkey_target_clear). */
struct yq_valkey_target valkey_fixture_target(
    const struct valkey_fixture *valkey, enum yq_program program);
/* A blocking connection as that program. */
struct yq_valkey_sync *valkey_fixture_sync(
    const struct valkey_fixture *valkey, enum yq_program program);
/* Remove all data and provision again. */
void valkey_fixture_clear(struct valkey_fixture *valkey);

/* Run a command that must succeed: words separated by spaces; the answer is for the caller. */
redisReply *valkey_do(struct yq_valkey_sync *sync, const char *words);
long long valkey_do_int(struct yq_valkey_sync *sync, const char *words);
void valkey_do_text(struct yq_valkey_sync *sync, const char *words, char *text, size_t size);
/* Expect the text form of the answer ("" for nil). */
#define assert_valkey_text(sync, words, expected)                  \
	do {                                                       \
		char text_[512];                                   \
		valkey_do_text(sync, words, text_, sizeof(text_)); \
		assert_string_equal(text_, expected);              \
	} while (0)

/* Run the loop until *done, at most `ms`; fails the test when it is not. */
void loop_until(uv_loop_t *loop, const bool *done, unsigned ms);
void loop_for(uv_loop_t *loop, unsigned ms);
/* Run what is left and close; fails the test if a handle is still open. */
void loop_end(uv_loop_t *loop);

#endif
