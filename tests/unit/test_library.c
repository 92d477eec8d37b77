/* test_library.c - a library that is loaded when it is needed, here the mathematical one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/common.h"
#include "base/library.h"

double cbrt(double number);
double is_in_no_library(double number);

struct table {
	__typeof__(cbrt) *cbrt;
	__typeof__(is_in_no_library) *is_in_no_library;
};

#define ROW(name) YQ_LIBRARY_ROW(struct table, name)
static const struct yq_library_call calls[] = { ROW(cbrt) ROW(is_in_no_library) };

/* The first of its calls are looked for. */
static struct yq_library
library_make(struct table *table, const char *name, size_t call_count)
{
	return (struct yq_library){ .mutex = PTHREAD_MUTEX_INITIALIZER,
		.title = "The mathematical library",
		.names = { "libno-such.so.1", name },
		.package = "libc6",
		.calls = calls,
		.call_count = call_count,
		.table = table };
}

static void
test_the_first_name_that_is_there_is_taken(void **unused)
{
	struct table table = { NULL, NULL };
	struct yq_library library = library_make(&table, "libm.so.6", 1);
	struct yq_err err = { 0 };

	(void)unused;
	assert_int_equal(yq_library_load(&library, &err), YQ_OK);
	assert_true(table.cbrt(27.0) > 2.9 && table.cbrt(27.0) < 3.1);
	assert_int_equal(yq_library_load(&library, &err), YQ_OK);
}

static void
test_what_is_missing_is_named_with_its_package(void **unused)
{
	struct table table = { NULL, NULL };
	struct yq_library library = library_make(&table, NULL, 1);
	struct yq_err err = { 0 };

	(void)unused;
	assert_int_equal(yq_library_load(&library, &err), YQ_E_NOT_FOUND);
	assert_non_null(strstr(err.text, "The mathematical library cannot be loaded"));
	assert_non_null(strstr(err.text, "install libc6"));
	library.names[1] = "libm.so.6"; /* it has been installed */
	assert_int_equal(yq_library_load(&library, &err), YQ_OK);
}

static void
test_one_without_a_call_is_too_old(void **unused)
{
	struct table table = { NULL, NULL };
	struct yq_library library = library_make(&table, "libm.so.6", YQ_COUNT(calls));
	struct yq_err err = { 0 };

	(void)unused;
	assert_int_equal(yq_library_load(&library, &err), YQ_E_NOT_FOUND);
	assert_non_null(strstr(err.text, "has no is_in_no_library: install a newer libc6"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_first_name_that_is_there_is_taken),
		cmocka_unit_test(test_what_is_missing_is_named_with_its_package),
		cmocka_unit_test(test_one_without_a_call_is_too_old),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
