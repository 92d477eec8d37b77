/* test_str.c - bounded text: what does not fit is refused. */
#include "test.h"

#include <limits.h>
#include <string.h>

#include "base/str.h"

static void
test_a_copy_that_does_not_fit_leaves_an_empty_target(void **state)
{
	char target[4] = "old";

	(void)state;
	assert_true(yq_str_copy(target, sizeof(target), "abc"));
	assert_string_equal(target, "abc");
	assert_false(yq_str_copy(target, sizeof(target), "abcd"));
	assert_string_equal(target, "");
	assert_false(yq_str_copy(target, 0, ""));
	assert_true(yq_str_copy_bytes(target, sizeof(target), "abcd", 2));
	assert_string_equal(target, "ab");
	assert_false(yq_str_copy_bytes(target, sizeof(target), "a\0b", 3));
	assert_string_equal(target, "");
}

static void
test_a_cut_keeps_whole_characters(void **state)
{
	char target[6];

	(void)state;
	yq_str_copy_cut(target, sizeof(target), "ab\xed\x95\x9c\xea\xb5\xad"); /* ab한국 */
	assert_string_equal(target, "ab\xed\x95\x9c");
	yq_str_copy_cut(target, 5, "ab\xed\x95\x9c");
	assert_string_equal(target, "ab");
	assert_false(yq_str_format(target, sizeof(target), "%d", 1234567));
	assert_string_equal(target, "12345");
	assert_true(yq_str_format(target, sizeof(target), "%d", 12345));
}

static void
test_case_is_ascii_only(void **state)
{
	(void)state;
	assert_true(yq_str_equal_nocase("Webhook:PORT", "webhook:port"));
	assert_false(yq_str_equal_nocase("port", "ports"));
	assert_false(yq_str_equal_nocase("ports", "port"));
	assert_false(yq_str_equal_nocase("@", "`")); /* differ by 0x20 and are no letters */
	assert_true(yq_str_equal_nocase_bytes("ABx", "abY", 2));
	assert_true(yq_str_starts("unix:/a", "unix:"));
	assert_false(yq_str_starts("uni", "unix:"));
}

static void
test_utf8_is_the_strict_kind(void **state)
{
	static const char *const good[] = { "", "abcdefgh", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80",
		"\xed\x9f\xbf", "\xee\x80\x80", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf",
		"12345678\xea\xb5\xad" };
	static const char *const bad[] = { "\x80", "\xc0\xaf", "\xc1\xbf", "\xe0\x9f\xbf",
		"\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff",
		"\xc2", "\xe1\x80", "\xf1\x80\x80", "\xe1\x80\x41", "1234567\xff" };

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(good); i++)
		assert_true(yq_str_is_utf8(good[i], strlen(good[i])));
	for (size_t i = 0; i < YQ_COUNT(bad); i++)
		assert_false(yq_str_is_utf8(bad[i], strlen(bad[i])));
	assert_int_equal(yq_str_utf8_prefix("ab\xff", 3), 2);
}

static void
test_an_integer_is_read_whole_and_in_range(void **state)
{
	static const char *const bad[] = { "", "-", "+1", " 1", "1 ", "1.0", "0x1", "1e3",
		"9223372036854775808", "-9223372036854775809", "99999999999999999999999" };
	int64_t value = 7;

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(bad); i++)
		assert_false(yq_str_to_int64(bad[i], INT64_MIN, INT64_MAX, &value));
	assert_int_equal(value, 7);
	assert_true(yq_str_to_int64("-9223372036854775808", INT64_MIN, INT64_MAX, &value));
	assert_true(value == INT64_MIN);
	assert_true(yq_str_to_int64("9223372036854775807", INT64_MIN, INT64_MAX, &value));
	assert_true(value == INT64_MAX);
	assert_false(yq_str_to_int64("65536", 1, 65535, &value));
	assert_false(yq_str_to_int64("0", 1, 65535, &value));
}

static void
test_a_slip_of_the_pen_is_suggested(void **state)
{
	static const char *const names[] = { "Listen", NULL, "Port", "Secrets", "AllowedIps" };

	(void)state;
	assert_int_equal(yq_str_distance("kitten", "sitting"), 3);
	assert_int_equal(yq_str_distance("", "abc"), 3);
	assert_int_equal(yq_str_distance("0123456789012345678901234567890123456789"
					 "012345678901234567890123456789",
			     "a"),
	    UINT_MAX);
	assert_string_equal(yq_str_nearest("Alowedips", names, YQ_COUNT(names)), "AllowedIps");
	assert_string_equal(yq_str_nearest("secret", names, YQ_COUNT(names)), "Secrets");
	assert_null(yq_str_nearest("Banana", names, YQ_COUNT(names)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_copy_that_does_not_fit_leaves_an_empty_target),
		cmocka_unit_test(test_a_cut_keeps_whole_characters),
		cmocka_unit_test(test_case_is_ascii_only),
		cmocka_unit_test(test_utf8_is_the_strict_kind),
		cmocka_unit_test(test_an_integer_is_read_whole_and_in_range),
		cmocka_unit_test(test_a_slip_of_the_pen_is_suggested),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
