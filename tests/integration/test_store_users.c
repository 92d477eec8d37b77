/* test_store_users.c - who may sign in: each change by the version it was made from, and audited.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "journal_fixture.h"
#include "store/audit.h"
#include "store/users.h"

static const struct yq_hand hand = { .who = "kim@desk", .origin = "Console" };

static struct yq_user
person(const char *name, enum yq_role role)
{
	struct yq_user user = { .role = role };

	SET(user.name, name);
	SET(user.password, "$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA");
	return user;
}

static enum yq_rc
change(enum yq_user_change_kind kind, const struct yq_user *user, const char *verb)
{
	struct yq_user_change one = { .kind = kind, .user = *user, .verb = verb };

	return yq_users_change(firebird, &one, &hand, NOW, NULL);
}

static struct yq_user
get(const char *name)
{
	struct yq_user user;
	struct yq_err err = { 0 };

	if (yq_users_get(firebird, name, &user, &err) != YQ_OK)
		fail_msg("%s", err.text);
	return user;
}

static struct yq_user
added(const char *name, enum yq_role role)
{
	struct yq_user user = person(name, role);

	assert_int_equal(change(YQ_USER_ADD, &user, "add"), YQ_OK);
	return get(name);
}

static struct yq_audit_list
audited(void)
{
	const struct yq_audit_filter any = { .limit = 100 };
	struct yq_audit_list list;

	assert_int_equal(yq_audit_find(firebird, &any, &list, NULL), YQ_OK);
	return list;
}

static void
test_a_user_comes_back_as_added_whatever_the_case(void **state)
{
	struct yq_user user = person("ann", YQ_ROLE_TRADER), found;

	(void)state;
	user.must_change = true;
	assert_int_equal(change(YQ_USER_ADD, &user, "add"), YQ_OK);
	found = get("ANN");
	assert_string_equal(found.name, "ann");
	assert_int_equal(found.role, YQ_ROLE_TRADER);
	assert_string_equal(found.password, user.password);
	assert_true(found.must_change);
	assert_false(found.disabled);
	assert_int_equal(found.version, 1);
	assert_int_equal(found.created_at_us, NOW);
	assert_int_equal(change(YQ_USER_ADD, &user, "add"), YQ_E_EXISTS);
	assert_int_equal(yq_users_get(firebird, "bob", &found, NULL), YQ_E_NOT_FOUND);
	assert_int_equal(yq_users_get(firebird, "a\nb", &found, NULL), YQ_E_NOT_FOUND);
}

static void
test_a_change_from_an_old_version_is_refused(void **state)
{
	struct yq_user first = added("ann", YQ_ROLE_ADMIN), second;

	(void)state;
	second = first;
	first.must_change = true;
	assert_int_equal(change(YQ_USER_REPLACE, &first, "password"), YQ_OK);
	second.totp[0] = 'x';
	assert_int_equal(change(YQ_USER_REPLACE, &second, "totp"), YQ_E_STATE);
	assert_int_equal(change(YQ_USER_REMOVE, &second, "remove"), YQ_E_STATE);
	assert_int_equal(get("ann").version, 2);
	assert_string_equal(get("ann").totp, "");
}

static void
test_the_last_admin_who_may_sign_in_stays(void **state)
{
	struct yq_user ann = added("ann", YQ_ROLE_ADMIN), bob = added("bob", YQ_ROLE_ADMIN), one;

	(void)state;
	bob.disabled = true;
	assert_int_equal(change(YQ_USER_REPLACE, &bob, "disable"), YQ_OK);
	one = ann;
	one.disabled = true;
	assert_int_equal(change(YQ_USER_REPLACE, &one, "disable"), YQ_E_REFUSED);
	one = ann;
	one.role = YQ_ROLE_TRADER;
	assert_int_equal(change(YQ_USER_REPLACE, &one, "role"), YQ_E_REFUSED);
	assert_int_equal(change(YQ_USER_REMOVE, &ann, "remove"), YQ_E_REFUSED);
	assert_int_equal(get("ann").role, YQ_ROLE_ADMIN);
	assert_int_equal(get("ann").version, 1);
	bob = get("bob");
	assert_int_equal(change(YQ_USER_REMOVE, &bob, "remove"), YQ_OK);
}

static void
test_the_first_user_is_made_once(void **state)
{
	struct yq_user_change one = { .kind = YQ_USER_ADD, .verb = "add", .first = true };

	(void)state;
	one.user = person("admin", YQ_ROLE_ADMIN);
	assert_int_equal(yq_users_change(firebird, &one, &hand, NOW, NULL), YQ_OK);
	one.user = person("other", YQ_ROLE_ADMIN);
	assert_int_equal(yq_users_change(firebird, &one, &hand, NOW, NULL), YQ_E_STATE);
}

static void
test_every_change_is_in_the_audit_trail_without_a_secret(void **state)
{
	YQ_CLEANUP(yq_audit_list_free) struct yq_audit_list trail = { 0 };
	struct yq_user user;

	(void)state;
	(void)added("root", YQ_ROLE_ADMIN);
	user = added("ann", YQ_ROLE_VIEWER);
	user.role = YQ_ROLE_TRADER;
	assert_int_equal(change(YQ_USER_REPLACE, &user, "role"), YQ_OK);
	user = get("ann");
	assert_int_equal(change(YQ_USER_REMOVE, &user, "remove"), YQ_OK);
	trail = audited();
	assert_int_equal(trail.count, 4);
	assert_string_equal(trail.items[1].verb, "user");
	assert_string_equal(trail.items[1].target, "user:ann");
	assert_string_equal(trail.items[1].before, "Viewer");
	assert_string_equal(trail.items[1].after, "role: Trader");
	assert_string_equal(trail.items[0].after, "remove: removed");
	assert_string_equal(trail.items[0].hand.who, "kim@desk");
	for (size_t i = 0; i < trail.count; i++)
		assert_null(strstr(trail.items[i].after, "argon2"));
}

static void
test_a_code_counts_once(void **state)
{
	struct yq_user user = added("ann", YQ_ROLE_ADMIN), before = user;

	(void)state;
	assert_int_equal(yq_users_signed_in(firebird, &user, 100, &hand, NOW, NULL), YQ_OK);
	user = get("ann");
	assert_int_equal(user.totp_last_step, 100);
	assert_int_equal(user.last_sign_in_at_us, NOW);
	assert_int_equal(user.version, 1);
	/* of two who were let in by the same code at once, one */
	assert_int_equal(yq_users_signed_in(firebird, &before, 100, &hand, NOW, NULL), YQ_E_STATE);
	assert_int_equal(yq_users_signed_in(firebird, &user, 100, &hand, NOW, NULL), YQ_E_STATE);
	assert_int_equal(yq_users_signed_in(firebird, &user, 99, &hand, NOW, NULL), YQ_E_STATE);
	assert_int_equal(yq_users_signed_in(firebird, &user, 101, &hand, NOW, NULL), YQ_OK);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		JOURNAL_TEST(test_a_user_comes_back_as_added_whatever_the_case),
		JOURNAL_TEST(test_a_change_from_an_old_version_is_refused),
		JOURNAL_TEST(test_the_last_admin_who_may_sign_in_stays),
		JOURNAL_TEST(test_the_first_user_is_made_once),
		JOURNAL_TEST(test_every_change_is_in_the_audit_trail_without_a_secret),
		JOURNAL_TEST(test_a_code_counts_once),
	};

	return journal_run(argc, argv, "store_users", tests, YQ_COUNT(tests));
}
