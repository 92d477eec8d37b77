/* master_one.h - one master file at a time: written, read, compared. */
#ifndef YQ_TESTS_UNIT_MASTER_ONE_H
#define YQ_TESTS_UNIT_MASTER_ONE_H

#include "master_test.h"

static struct yq_master_list list;
static struct yq_buf file;
static struct yq_err err;

static inline int
begin(void **state)
{
	(void)state;
	file = yq_buf_make(FILE_MAX);
	err = (struct yq_err){ 0 };
	return 0;
}

static inline int
end(void **state)
{
	(void)state;
	yq_buf_free(&file);
	yq_master_list_free(&list);
	return 0;
}

/* From memory of the exact size, so that a sanitizer sees a read past its end. */
static inline enum yq_rc
parse(const char *code)
{
	char *copy = malloc(file.length + 1);
	enum yq_rc rc;

	assert_non_null(copy);
	memcpy(copy, yq_buf_text(&file), file.length);
	copy = realloc(copy, file.length > 0 ? file.length : 1);
	yq_master_list_free(&list);
	rc = yq_master_parse(master_of(code), copy, file.length, &list, &err);
	free(copy);
	return rc;
}

static inline const struct yq_instrument *
the_one(const char *code)
{
	if (parse(code) != YQ_OK)
		fail_msg("%s", err.text);
	assert_int_equal(list.count, 1);
	return &list.items[0];
}

static inline void
refused(const char *code, const char *sentence)
{
	assert_int_equal(parse(code), YQ_E_INVALID);
	assert_string_equal(err.text, sentence);
	assert_null(list.items);
}

static inline void
assert_decimal(struct yq_decimal value, const char *expected)
{
	char text[YQ_DECIMAL_TEXT_SIZE];

	yq_decimal_format(value, text);
	assert_string_equal(text, expected);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

#endif
