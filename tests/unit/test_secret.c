/* test_secret.c - secrets are kept apart, and a log line stays one line. */
#include "test.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"
#include "base/secret.h"

static void
test_a_secret_is_compared_whole(void **state)
{
	struct yq_secret *secret = yq_secret_make("hunter2", 7), *copy = yq_secret_copy(secret);

	(void)state;
	assert_true(yq_secret_matches(secret, "hunter2", 7));
	assert_false(yq_secret_matches(secret, "hunter2", 6));
	assert_false(yq_secret_matches(secret, "hunter22", 8));
	assert_false(yq_secret_matches(secret, "hunter3", 7));
	assert_false(yq_secret_matches(secret, "", 0));
	assert_string_equal(yq_secret_reveal(copy), "hunter2");
	assert_int_equal(yq_secret_length(copy), 7);
	yq_secret_free(secret);
	assert_string_equal(yq_secret_reveal(copy), "hunter2");
	yq_secret_free(copy);
	yq_secret_free(NULL);
	assert_null(yq_secret_copy(NULL));
	secret = yq_secret_make("", 0);
	assert_true(yq_secret_matches(secret, "", 0));
	assert_string_equal(yq_secret_reveal(secret), "");
	yq_secret_free(secret);
}

static void
test_random_secrets_are_url_safe_and_differ(void **state)
{
	struct yq_secret *a = yq_secret_random(32), *b = yq_secret_random(32);

	(void)state;
	assert_int_equal(yq_secret_length(a), 43);
	assert_int_equal(strspn(yq_secret_reveal(a), "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
						     "abcdefghijklmnopqrstuvwxyz0123456789-_"),
	    43);
	assert_false(yq_secret_matches(a, yq_secret_reveal(b), yq_secret_length(b)));
	yq_secret_free(a);
	yq_secret_free(b);
	a = yq_secret_random(16);
	assert_int_equal(yq_secret_length(a), 22);
	yq_secret_free(a);
}

/* Printing the pointer's target as bytes shows no part of the text: the struct holds an address. */
static void
test_the_bytes_are_not_in_the_struct(void **state)
{
	struct yq_secret *secret = yq_secret_make("topsecret", 9);

	(void)state;
	assert_null(memmem(secret, sizeof(void *) + sizeof(size_t), "topsecret", 9));
	yq_secret_free(secret);
}

static void
test_wiped_bytes_are_zero(void **state)
{
	char bytes[4] = "abc";

	(void)state;
	yq_wipe(bytes, sizeof(bytes));
	assert_memory_equal(bytes, "\0\0\0", 4);
	yq_wipe(NULL, 0);
}

/* What yq_log writes, caught from standard error. */
static void
logged(enum yq_log_level level, const char *message, char *line, size_t size)
{
	int catcher = memfd_create("log", MFD_CLOEXEC), saved = dup(STDERR_FILENO);
	ssize_t length;

	assert_true(catcher >= 0 && saved >= 0);
	assert_true(dup2(catcher, STDERR_FILENO) >= 0);
	yq_log(level, "%s", message);
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	length = pread(catcher, line, size - 1, 0);
	assert_true(length >= 0);
	line[length] = '\0';
	(void)close(catcher);
	(void)close(saved);
}

static void
test_a_log_line_is_one_line(void **state)
{
	char line[8192];

	(void)state;
	yq_log_init("webhook", YQ_LOG_INFO);
	logged(YQ_LOG_INFO, "accepted signal=1", line, sizeof(line));
	assert_int_equal(strlen(line), 27 + strlen(" info  webhook  accepted signal=1\n"));
	assert_string_equal(line + 27, " info  webhook  accepted signal=1\n");
	logged(YQ_LOG_ERROR, "a\nb\x1b[31m\xed\x95\x9c", line, sizeof(line));
	assert_string_equal(line + 27, " error webhook  a\\nb\\x1b[31m\xed\x95\x9c\n");
	logged(YQ_LOG_WARN, "bad \xff", line, sizeof(line));
	assert_string_equal(line + 27, " warn  webhook  bad \\xff\n");
	logged(YQ_LOG_DEBUG, "hidden", line, sizeof(line));
	assert_string_equal(line, "");
	yq_log_set_level(YQ_LOG_DEBUG);
	logged(YQ_LOG_DEBUG, "shown", line, sizeof(line));
	assert_string_equal(line + 27, " debug webhook  shown\n");
}

static void
test_a_long_log_line_says_that_it_was_cut(void **state)
{
	static char message[10000], line[20000];

	(void)state;
	memset(message, 'x', sizeof(message) - 1);
	logged(YQ_LOG_INFO, message, line, sizeof(line));
	assert_true(strlen(line) < 5000);
	assert_string_equal(line + strlen(line) - 5, "x...\n");
}

static void
test_levels_are_read_by_name(void **state)
{
	enum yq_log_level level = YQ_LOG_ERROR;

	(void)state;
	assert_true(yq_log_level_parse("Debug", &level));
	assert_int_equal(level, YQ_LOG_DEBUG);
	assert_false(yq_log_level_parse("loud", &level));
	assert_int_equal(level, YQ_LOG_DEBUG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_secret_is_compared_whole),
		cmocka_unit_test(test_random_secrets_are_url_safe_and_differ),
		cmocka_unit_test(test_the_bytes_are_not_in_the_struct),
		cmocka_unit_test(test_wiped_bytes_are_zero),
		cmocka_unit_test(test_a_log_line_is_one_line),
		cmocka_unit_test(test_a_long_log_line_says_that_it_was_cut),
		cmocka_unit_test(test_levels_are_read_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
