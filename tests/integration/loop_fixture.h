/*
 * loop_fixture.h - what the tests of everything that runs on a loop share.
 */
#ifndef YQ_TESTS_LOOP_FIXTURE_H
#define YQ_TESTS_LOOP_FIXTURE_H

#include "bus/valkey.h"
#include "valkey_fixture.h"

extern struct valkey_fixture server;
extern struct yq_valkey_sync *console;
extern struct yq_valkey_target target; /* the order manager's */
extern uv_loop_t loop;

/* The end of one command. */
struct outcome {
	bool done;
	int times;
	enum yq_rc rc;
	long long integer;
	char text[256];
};

/* What a state callback said. */
struct ups {
	bool up;
	int up_count, down_count;
	enum yq_rc rc;
};

void on_reply(void *cookie, enum yq_rc rc, const redisReply *reply, const struct yq_err *err);
void on_state(void *cookie, bool up, const struct yq_err *err);
/* Send words, several commands in one piece with ";" between them; `outcome` is cleared and later
 * filled. */
void command(
    struct yq_valkey *valkey, const char *words, uint32_t timeout_ms, struct outcome *outcome);
struct yq_valkey *open_valkey(struct ups *ups);
void restart_console(void);

int loop_tests_start(void **state);
int loop_tests_end(void **state);
int loop_setup(void **state);
int loop_teardown(void **state);

#define LOOP_TEST(name) cmocka_unit_test_setup_teardown(name, loop_setup, loop_teardown)

#endif
