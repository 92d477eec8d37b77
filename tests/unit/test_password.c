/* test_password.c - which passwords will do; names, scopes and what they allow. */
#include "test.h"

#include <string.h>

#include "desk/password.h"

static enum yq_rc
check(const char *password)
{
	struct yq_err err = { 0 };
	enum yq_rc rc = yq_password_check(password, "ann.lee", &err);

	assert_true(rc == YQ_OK || (rc == YQ_E_INVALID && strstr(err.text, password) == NULL));
	return rc;
}

static void
test_what_is_short_known_or_the_name_is_refused(void **state)
{
	static const char *const wrong[] = { "small", "elevenchars", "aaaaaaaaaaaaaaaa",
		"password1234", "Pass-Word 1234", "1q2w3e4r5t6y", "Administrator", "annleeannlee",
		"Ann.Lee-2026!", "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc" };
	static const char *const right[] = { "Sonne-Mond-7", "annual report of leeds",
		("\xed\x95\x9c\xea\xb5\xad\xec\x96\xb4 \xeb\xb9\x84\xeb\xb0\x80\xeb\xb2\x88\xed\x98"
		 "\xb8 \xec\x97\xb4\xeb\x91\x90\xea\xb8\x80\xec\x9e\x90") };

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(wrong); i++)
		assert_int_equal(check(wrong[i]), YQ_E_INVALID);
	for (size_t i = 0; i < YQ_COUNT(right); i++)
		assert_int_equal(check(right[i]), YQ_OK);
}

static void
test_one_is_kept_as_argon2id_and_matches_itself_alone(void **state)
{
	char text[YQ_PASSWORD_SIZE], again[YQ_PASSWORD_SIZE];

	(void)state;
	assert_int_equal(yq_password_hash("Sonne-Mond-7", text, NULL), YQ_OK);
	assert_int_equal(yq_password_hash("Sonne-Mond-7", again, NULL), YQ_OK);
	assert_string_not_equal(text, again);
	assert_memory_equal(text, "$argon2id$v=19$m=19456,t=2,p=1$", 31);
	assert_true(yq_password_matches(text, "Sonne-Mond-7"));
	assert_false(yq_password_matches(text, "Sonne-Mond-8"));
	assert_false(yq_password_matches(text, ""));
	assert_false(yq_password_matches("", "Sonne-Mond-7"));
	assert_false(yq_password_matches(NULL, "Sonne-Mond-7"));
}

static void
test_a_made_one_passes_the_rules_and_is_another_each_time(void **state)
{
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *one = yq_password_make();
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *two = yq_password_make();

	(void)state;
	assert_int_equal(check(yq_secret_reveal(one)), YQ_OK);
	assert_string_not_equal(yq_secret_reveal(one), yq_secret_reveal(two));
}

static void
test_a_name_is_kept_in_lower_case(void **state)
{
	static const char *const wrong[] = { "", "a b", "a/b", "a\nb", "\xc3\xa4nn", "a:b",
		"1234567890123456789012345678901234567890123456789012345678901234x" };
	char name[YQ_USER_SIZE];

	(void)state;
	assert_int_equal(yq_user_name("Ann.Lee@Desk_1-b", name, NULL), YQ_OK);
	assert_string_equal(name, "ann.lee@desk_1-b");
	for (size_t i = 0; i < YQ_COUNT(wrong); i++)
		assert_int_equal(yq_user_name(wrong[i], name, NULL), YQ_E_INVALID);
}

static void
test_a_key_never_may_more_than_its_owner(void **state)
{
	char text[YQ_SCOPES_SIZE];
	unsigned scopes;

	(void)state;
	assert_int_equal(yq_scopes_parse("Trade,read", &scopes, NULL), YQ_OK);
	yq_scopes_format(scopes, text);
	assert_string_equal(text, "read,trade");
	assert_int_equal(yq_scopes_role(scopes, YQ_ROLE_ADMIN), YQ_ROLE_TRADER);
	assert_int_equal(yq_scopes_role(scopes, YQ_ROLE_VIEWER), YQ_ROLE_VIEWER);
	assert_int_equal(yq_scopes_role(0, YQ_ROLE_ADMIN), YQ_ROLE_NONE);
	assert_int_equal(yq_scopes_parse("", &scopes, NULL), YQ_E_INVALID);
	assert_int_equal(yq_scopes_parse("read,write", &scopes, NULL), YQ_E_INVALID);
	assert_int_equal(yq_scopes_parse("read,,trade", &scopes, NULL), YQ_E_INVALID);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_short_known_or_the_name_is_refused),
		cmocka_unit_test(test_one_is_kept_as_argon2id_and_matches_itself_alone),
		cmocka_unit_test(test_a_made_one_passes_the_rules_and_is_another_each_time),
		cmocka_unit_test(test_a_name_is_kept_in_lower_case),
		cmocka_unit_test(test_a_key_never_may_more_than_its_owner),
	};

	return cmocka_run_group_tests_name("password", tests, NULL, NULL);
}
