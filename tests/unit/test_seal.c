/* test_seal.c - what is sealed opens with its key, in its place, as it was; or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/seal.h"

#define PLACE "kis\nalpha\naccess"

static struct yq_secret *
secret(const char *text)
{
	return yq_secret_make(text, strlen(text));
}

static enum yq_rc
opens(const struct yq_secret *key, const char *place, const char *text, size_t length)
{
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *plain = NULL;
	struct yq_err err = { 0 };
	enum yq_rc rc = yq_unseal(key, place, text, length, &plain, &err);

	assert_int_equal((plain == NULL), (rc != YQ_OK));
	assert_int_equal((err.text[0] == '\0'), (rc == YQ_OK));
	return rc;
}

static void
test_what_was_sealed_opens_again_and_shows_nothing(void **state)
{
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *key = yq_secret_random(YQ_SEAL_KEY_BYTES);
	static char bytes[YQ_SEAL_MAX];
	const size_t lengths[] = { 0, 1, 36, 350, YQ_SEAL_MAX };

	(void)state;
	memset(bytes, 'T', sizeof(bytes));
	for (size_t i = 0; i < YQ_COUNT(lengths); i++) {
		YQ_CLEANUP(yq_secret_freep)
		struct yq_secret *token = yq_secret_make(bytes, lengths[i]), *plain = NULL;
		YQ_CLEANUP(yq_buf_free) struct yq_buf a = yq_buf_make(8000), b = yq_buf_make(8000);

		assert_int_equal(yq_seal(key, PLACE, token, &a, NULL), YQ_OK);
		assert_int_equal(yq_seal(key, PLACE, token, &b, NULL), YQ_OK);
		assert_true(yq_buf_ok(&a) && a.length == b.length);
		assert_string_not_equal(yq_buf_text(&a), yq_buf_text(&b)); /* nonces */
		assert_null(strstr(yq_buf_text(&a), "TTTT"));
		assert_int_equal(yq_unseal(key, PLACE, a.data, a.length, &plain, NULL), YQ_OK);
		assert_true(yq_secret_matches(plain, bytes, lengths[i]));
	}
}

static void
test_another_key_another_place_or_a_changed_byte_opens_nothing(void **state)
{
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *key = yq_secret_random(YQ_SEAL_KEY_BYTES);
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *other = yq_secret_random(YQ_SEAL_KEY_BYTES);
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *token = secret("a token");
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(8000);

	(void)state;
	assert_int_equal(yq_seal(key, PLACE, token, &text, NULL), YQ_OK);
	assert_int_equal(opens(key, PLACE, text.data, text.length), YQ_OK);
	assert_int_equal(opens(other, PLACE, text.data, text.length), YQ_E_CORRUPT);
	assert_int_equal(opens(key, PLACE "2", text.data, text.length), YQ_E_CORRUPT);
	for (size_t i = 0; i < text.length; i++) {
		char was = text.data[i];

		text.data[i] = was == 'A' ? 'B' : 'A';
		assert_int_equal(opens(key, PLACE, text.data, text.length), YQ_E_CORRUPT);
		text.data[i] = '\n';
		assert_int_equal(opens(key, PLACE, text.data, text.length), YQ_E_CORRUPT);
		text.data[i] = was;
		assert_int_equal(opens(key, PLACE, text.data, i), YQ_E_CORRUPT); /* cut */
	}
	yq_buf_add_text(&text, "AAAA");
	assert_int_equal(opens(key, PLACE, text.data, text.length), YQ_E_CORRUPT);
	assert_int_equal(opens(key, PLACE, "", 0), YQ_E_CORRUPT);
}

static void
test_a_text_too_long_to_be_ours_opens_nothing(void **state)
{
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *key = yq_secret_random(YQ_SEAL_KEY_BYTES);
	static char bytes[YQ_SEAL_MAX + 1], text[16000];
	YQ_CLEANUP(yq_buf_free) struct yq_buf sealed = yq_buf_make(8000);
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *token = NULL;

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	token = yq_secret_make(bytes, sizeof(bytes));
	assert_int_equal(yq_seal(key, PLACE, token, &sealed, NULL), YQ_E_RANGE);
	memset(text, 'A', sizeof(text));
	assert_int_equal(opens(key, PLACE, text, sizeof(text)), YQ_E_CORRUPT);
}

static void
test_what_is_no_key_is_said_and_not_shown(void **state)
{
	const char *keys[] = { "", "hunter2", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+A",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n" };
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *token = secret("a token");
	YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(8000);
	struct yq_err err = { 0 };

	(void)state;
	assert_int_equal(yq_seal_key_check(NULL, &err), YQ_E_INVALID);
	for (size_t i = 0; i < YQ_COUNT(keys); i++) {
		YQ_CLEANUP(yq_secret_freep) struct yq_secret *key = secret(keys[i]);

		assert_int_equal(yq_seal_key_check(key, &err), YQ_E_INVALID);
		assert_null(strstr(err.text, "hunter2"));
		assert_int_equal(yq_seal(key, PLACE, token, &text, NULL), YQ_E_INVALID);
		assert_int_equal(opens(key, PLACE, "AAAA", 4), YQ_E_INVALID);
	}
	assert_int_equal(text.length, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was_sealed_opens_again_and_shows_nothing),
		cmocka_unit_test(test_another_key_another_place_or_a_changed_byte_opens_nothing),
		cmocka_unit_test(test_a_text_too_long_to_be_ours_opens_nothing),
		cmocka_unit_test(test_what_is_no_key_is_said_and_not_shown),
	};

	return cmocka_run_group_tests_name("seal", tests, NULL, NULL);
}
