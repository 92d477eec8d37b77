/* test_buf.c - a buffer grows to its maximum and no further; memory and errors beside it. */
#include "test.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

static void
test_a_buffer_past_its_maximum_adds_nothing(void **state)
{
	struct yq_buf buf = yq_buf_make(5);

	(void)state;
	assert_string_equal(yq_buf_text(&buf), "");
	yq_buf_add_text(&buf, "abc");
	yq_buf_add_text(&buf, "def");
	assert_string_equal(yq_buf_text(&buf), "abc");
	assert_false(yq_buf_ok(&buf));
	yq_buf_add_char(&buf, 'x'); /* would fit, but the text would have a hole */
	assert_string_equal(yq_buf_text(&buf), "abc");
	yq_buf_clear(&buf);
	assert_true(yq_buf_ok(&buf));
	yq_buf_add_format(&buf, "%d-%s", 12, "ab");
	assert_string_equal(yq_buf_text(&buf), "12-ab");
	assert_true(yq_buf_ok(&buf));
	yq_buf_add_format(&buf, "%s", "");
	assert_true(yq_buf_ok(&buf));
	yq_buf_free(&buf);
	assert_string_equal(yq_buf_text(&buf), "");
}

static void
test_a_buffer_grows(void **state)
{
	struct yq_buf buf = yq_buf_make(100000);

	(void)state;
	for (int i = 0; i < 10000; i++)
		yq_buf_add_int(&buf, i % 10);
	assert_int_equal(buf.length, 10000);
	assert_memory_equal(buf.data + 9990, "0123456789", 11);
	yq_buf_drop_front(&buf, 9995);
	assert_string_equal(yq_buf_text(&buf), "56789");
	yq_buf_drop_front(&buf, 5);
	assert_string_equal(yq_buf_text(&buf), "");
	yq_buf_add(&buf, "a\0b", 3);
	assert_int_equal(buf.length, 3);
	yq_buf_free(&buf);
}

static void
test_integers_are_written_to_their_ends(void **state)
{
	struct yq_buf buf = yq_buf_make(100);

	(void)state;
	yq_buf_add_int(&buf, INT64_MIN);
	yq_buf_add_int(&buf, 0);
	yq_buf_add_int(&buf, INT64_MAX);
	assert_string_equal(yq_buf_text(&buf), "-922337203685477580809223372036854775807");
	yq_buf_free(&buf);
}

static void
test_a_freed_pointer_variable(void **state)
{
	YQ_CLEANUP(yq_freep) char *copy = yq_xstrndup("abcdef", 3);
	YQ_CLEANUP(yq_freep) int *none = NULL;

	(void)state;
	(void)none;
	assert_string_equal(copy, "abc");
	copy = yq_xrealloc(copy, 100, 1);
	assert_string_equal(copy, "abc");
}

static void
test_an_error_is_one_line_with_its_context(void **state)
{
	struct yq_err err;

	(void)state;
	assert_int_equal(
	    yq_err_set(&err, YQ_E_INVALID, "Price: found \"%s\"", "a\nb"), YQ_E_INVALID);
	assert_string_equal(err.text, "Price: found \"a b\"");
	assert_int_equal(yq_err_context(&err, YQ_E_REFUSED, "order %d", 7), YQ_E_REFUSED);
	assert_string_equal(err.text, "order 7: Price: found \"a b\"");
	assert_int_equal(err.rc, YQ_E_REFUSED);
	assert_int_equal(yq_err_errno(&err, YQ_E_SYSTEM, ENOENT, "open %s", "/x"), YQ_E_SYSTEM);
	assert_string_equal(err.text, "open /x: No such file or directory");
	assert_int_equal(err.sys, ENOENT);
	assert_int_equal(yq_err_set(NULL, YQ_E_LIMIT, "x"), YQ_E_LIMIT);
	/* The arguments may be the error's own text. */
	yq_err_set(&err, YQ_E_INVALID, "a");
	yq_err_set(&err, YQ_E_INVALID, "b %s c %s", err.text, err.text);
	assert_string_equal(err.text, "b a c a");
}

static void
test_a_long_error_is_cut_at_a_character(void **state)
{
	struct yq_err err;
	char text[3 * YQ_ERR_TEXT_MAX + 1] = "";

	(void)state;
	for (size_t i = 0; i + 3 < sizeof(text); i += 3)
		memcpy(text + i, "\xea\xb5\xad", 4);
	yq_err_set(&err, YQ_E_INVALID, "%s", text);
	assert_int_equal(strlen(err.text), (YQ_ERR_TEXT_MAX - 1) / 3 * 3);
}

static void
test_every_code_has_a_name(void **state)
{
	(void)state;
	for (int i = 0; i < YQ_RC_COUNT; i++)
		assert_non_null(yq_rc_name((enum yq_rc)i));
	assert_string_equal(yq_rc_name(YQ_E_NOT_FOUND), "not_found");
	assert_string_equal(yq_rc_name(YQ_RC_COUNT), "?");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_buffer_past_its_maximum_adds_nothing),
		cmocka_unit_test(test_a_buffer_grows),
		cmocka_unit_test(test_integers_are_written_to_their_ends),
		cmocka_unit_test(test_a_freed_pointer_variable),
		cmocka_unit_test(test_an_error_is_one_line_with_its_context),
		cmocka_unit_test(test_a_long_error_is_cut_at_a_character),
		cmocka_unit_test(test_every_code_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
