/* test_totp.c - codes as RFC 6238 has them, and how long each is good. */
#include "test.h"

#include <string.h>

#include "base/clock.h"
#include "web/totp.h"

#define STEP_US (YQ_TOTP_STEP_S * YQ_US_PER_SECOND)

static struct yq_secret *
secret(void)
{
	return yq_secret_make("12345678901234567890", 20); /* RFC 6238, appendix B */
}

static void
test_the_vectors_of_the_rfc_come_out(void **state)
{
	static const struct {
		int64_t second;
		const char *code; /* the last six of its eight digits */
	} vectors[] = { { 59, "287082" }, { 1111111109, "081804" }, { 1111111111, "050471" },
		{ 1234567890, "005924" }, { 2000000000, "279037" }, { 20000000000, "353130" } };
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *key = secret();
	char code[YQ_TOTP_CODE_SIZE];

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(vectors); i++) {
		yq_totp_code(key, vectors[i].second / YQ_TOTP_STEP_S, code);
		assert_string_equal(code, vectors[i].code);
	}
}

static void
test_base32_is_that_of_the_rfc(void **state)
{
	static const char *const vectors[][2] = { { "", "" }, { "f", "MY" }, { "fo", "MZXQ" },
		{ "foo", "MZXW6" }, { "foob", "MZXW6YQ" }, { "fooba", "MZXW6YTB" },
		{ "foobar", "MZXW6YTBOI" } }; /* RFC 4648, without the padding */

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(vectors); i++) {
		YQ_CLEANUP(yq_buf_free) struct yq_buf text = yq_buf_make(64);

		yq_base32((const unsigned char *)vectors[i][0], strlen(vectors[i][0]), &text);
		assert_string_equal(yq_buf_text(&text), vectors[i][1]);
	}
}

static void
test_a_code_is_good_one_step_before_and_after_its_own(void **state)
{
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *key = secret();
	const int64_t step = 1000000;
	char code[YQ_TOTP_CODE_SIZE];

	(void)state;
	yq_totp_code(key, step, code);
	for (int64_t at = step - 3; at <= step + 3; at++) {
		bool near = at >= step - 1 && at <= step + 1;

		assert_int_equal(yq_totp_step(key, code, 0, at * STEP_US), near ? step : 0);
		assert_int_equal(
		    yq_totp_step(key, code, 0, at * STEP_US + STEP_US - 1), near ? step : 0);
	}
}

static void
test_a_code_counts_no_more_once_its_step_was_used(void **state)
{
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *key = secret();
	const int64_t step = 1000000;
	char code[YQ_TOTP_CODE_SIZE];

	(void)state;
	yq_totp_code(key, step, code);
	assert_int_equal(yq_totp_step(key, code, step - 1, step * STEP_US), step);
	assert_int_equal(yq_totp_step(key, code, step, step * STEP_US), 0);
	assert_int_equal(yq_totp_step(key, code, step + 1, step * STEP_US), 0);
}

static void
test_what_is_no_code_is_refused(void **state)
{
	static const char *const wrong[] = { "", "28708", "2870822", "28708a", "-87082", "287082\n",
		"\xd9\xa2\xd9\xa8" };
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *key = secret();

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(wrong); i++)
		assert_int_equal(yq_totp_step(key, wrong[i], 0, 59 * YQ_US_PER_SECOND), 0);
	assert_int_equal(yq_totp_step(key, "287 082", 0, 59 * YQ_US_PER_SECOND), 1);
}

static void
test_the_address_for_a_telephone_has_all_of_it(void **state)
{
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *key = secret();
	YQ_CLEANUP(yq_buf_free) struct yq_buf uri = yq_buf_make(512);

	(void)state;
	yq_totp_uri(key, "ann@desk", &uri);
	assert_string_equal(yq_buf_text(&uri),
	    "otpauth://totp/yQuant:ann%40desk?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer="
	    "yQuant&algorithm=SHA1&digits=6&period=30");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_vectors_of_the_rfc_come_out),
		cmocka_unit_test(test_base32_is_that_of_the_rfc),
		cmocka_unit_test(test_a_code_is_good_one_step_before_and_after_its_own),
		cmocka_unit_test(test_a_code_counts_no_more_once_its_step_was_used),
		cmocka_unit_test(test_what_is_no_code_is_refused),
		cmocka_unit_test(test_the_address_for_a_telephone_has_all_of_it),
	};

	return cmocka_run_group_tests_name("totp", tests, NULL, NULL);
}
