/*
 * steps_fixture.h - what the tests of the durable steps share: one server, an administrator's
 * connection, the latest answers.
 */
#ifndef YQ_TESTS_STEPS_FIXTURE_H
#define YQ_TESTS_STEPS_FIXTURE_H

#include "bus/steps_encode.h"
#include "valkey_fixture.h"

#define S1     "11111111-1111-5111-8111-111111111111"
#define S2     "22222222-2222-5222-8222-222222222222"
#define O1     "aaaaaaaa-aaaa-5aaa-8aaa-aaaaaaaaaaaa"
#define O2     "bbbbbbbb-bbbb-5bbb-8bbb-bbbbbbbbbbbb"
#define ORDER1 "order:" O1

extern struct valkey_fixture server;
extern struct yq_valkey_sync *console;
extern struct yq_step_answer answers[8];
extern redisReply *held; /* what `answers` borrows from */

/* Run an encoded step as `program`; `count` answers, 0 = the step has none. */
enum yq_rc steps_run(enum yq_program program, const struct yq_args *args, size_t count);
#define STEP(program, step, items, count)                                                \
	do {                                                                             \
		struct yq_args args_ = yq_args_make();                                   \
		yq_encode_##step(&args_, items, count);                                  \
		assert_int_equal(steps_run(YQ_PROGRAM_##program, &args_, count), YQ_OK); \
		yq_args_free(&args_);                                                    \
	} while (0)

int steps_start(void **state);
int steps_end(void **state);
int steps_setup(void **state);
int steps_teardown(void **state);

struct yq_id id_of(const char *text);
struct yq_submit_item submit_item(const char *id); /* an order */
struct yq_claim_item claim_item(const char *order, int64_t fence, int64_t at);
/* The lease of Paper; returns its token. */
int64_t lease(const char *owner, unsigned ttl_ms, char *holder, size_t size);
/* Submit and claim O1; returns the token. */
int64_t claimed_order(void);

#define STEPS_TEST(name) cmocka_unit_test_setup_teardown(name, steps_setup, steps_teardown)

#endif
