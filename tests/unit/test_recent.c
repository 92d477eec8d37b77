/* test_recent.c - what was seen lately is known, and memory does not grow with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/recent.h"
#include "base/table.h"

static uint64_t
hash_of(size_t i)
{
	return yq_table_hash(&i, sizeof(i));
}

static void
test_the_latest_are_remembered_and_old_ones_forgotten(void **unused)
{
	enum { REMEMBERED = 100, SEEN = 10000 };
	struct yq_recent recent = { .remembered = REMEMBERED };
	size_t known = 0;

	(void)unused;
	assert_false(yq_recent_has(&recent, hash_of(0)));
	for (size_t i = 0; i < SEEN; i++) {
		yq_recent_add(&recent, hash_of(i));
		for (size_t back = 0; back < REMEMBERED && back <= i; back++)
			assert_true(yq_recent_has(&recent, hash_of(i - back)));
	}
	for (size_t i = 0; i < SEEN; i++)
		known += yq_recent_has(&recent, hash_of(i));
	assert_in_range(known, REMEMBERED, 2 * REMEMBERED);
	yq_recent_clear(&recent);
	assert_false(yq_recent_has(&recent, hash_of(SEEN - 1)));
}

static void
test_zero_is_a_hash_like_others_and_seen_twice_is_once(void **unused)
{
	struct yq_recent recent = { .remembered = 2 };

	(void)unused;
	yq_recent_add(&recent, 0);
	yq_recent_add(&recent, 0);
	yq_recent_add(&recent, 0);
	assert_int_equal(recent.count, 1);
	assert_true(yq_recent_has(&recent, 0));
	yq_recent_clear(&recent);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_latest_are_remembered_and_old_ones_forgotten),
		cmocka_unit_test(test_zero_is_a_hash_like_others_and_seen_twice_is_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
