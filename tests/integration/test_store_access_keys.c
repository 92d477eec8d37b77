/* test_store_access_keys.c - keys of the API: whose they are, and until when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "journal_fixture.h"
#include "store/access_keys.h"
#include "store/audit.h"

#define MINUTE INT64_C(60000000)

static const struct yq_hand hand = { .who = "ann@::1", .origin = "Web" };

static void
add_user(const char *name)
{
	struct yq_user_change one = { .kind = YQ_USER_ADD, .verb = "add" };

	one.user.role = YQ_ROLE_ADMIN;
	SET(one.user.name, name);
	SET(one.user.password, "x");
	assert_int_equal(yq_users_change(firebird, &one, &hand, NOW, NULL), YQ_OK);
}

static void
change_user(const char *name, bool remove)
{
	struct yq_user_change one = { .kind = remove ? YQ_USER_REMOVE : YQ_USER_REPLACE,
		.verb = "test" };

	assert_int_equal(yq_users_get(firebird, name, &one.user, NULL), YQ_OK);
	one.user.disabled = true;
	assert_int_equal(yq_users_change(firebird, &one, &hand, NOW, NULL), YQ_OK);
}

static struct yq_secret *
add_key(struct yq_access_key *key)
{
	struct yq_secret *text;
	struct yq_err err = { 0 };

	SET(key->name, "robot");
	SET(key->user, "ann");
	SET(key->scopes, "read,trade");
	if (yq_access_keys_add(firebird, key, &hand, NOW, &text, &err) != YQ_OK)
		fail_msg("%s", err.text);
	return text;
}

static enum yq_rc
use(const char *text, int64_t now_us)
{
	struct yq_access_key key;
	struct yq_user owner;

	return yq_access_keys_use(firebird, text, now_us, &key, &owner, NULL);
}

static void
test_a_key_is_known_by_its_text_alone(void **state)
{
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *text = NULL;
	struct yq_access_key key = { 0 }, found;
	struct yq_user owner;
	char other[256];

	(void)state;
	add_user("ann");
	text = add_key(&key);
	assert_int_equal(
	    yq_access_keys_use(firebird, yq_secret_reveal(text), NOW, &found, &owner, NULL), YQ_OK);
	assert_string_equal(found.id.text, key.id.text);
	assert_string_equal(found.scopes, "read,trade");
	assert_string_equal(owner.name, "ann");
	assert_null(strstr(yq_secret_reveal(text), found.hash));
	SET(other, yq_secret_reveal(text));
	other[strlen(other) - 1] ^= 1;
	assert_int_equal(use(other, NOW), YQ_E_DENIED);
	other[strlen(other) - 1] = '\0';
	assert_int_equal(use(other, NOW), YQ_E_DENIED);
	assert_int_equal(use("", NOW), YQ_E_DENIED);
	assert_int_equal(use("yqk_", NOW), YQ_E_DENIED);
	assert_int_equal(use("yqk_00000000000000000000000000000000_x", NOW), YQ_E_DENIED);
	assert_int_equal(use("yqk_0000000000000000000000000000000'_x", NOW), YQ_E_DENIED);
}

static void
test_a_key_ends_with_its_time_its_revocation_or_its_owner(void **state)
{
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *one = NULL, *two = NULL, *three = NULL;
	struct yq_access_key first = { .expires_at_us = NOW + MINUTE }, second = { 0 },
			     third = { 0 };

	(void)state;
	add_user("root");
	add_user("ann");
	one = add_key(&first);
	two = add_key(&second);
	three = add_key(&third);
	assert_int_equal(use(yq_secret_reveal(one), NOW + MINUTE - 1), YQ_OK);
	assert_int_equal(use(yq_secret_reveal(one), NOW + MINUTE), YQ_E_DENIED);
	assert_int_equal(yq_access_keys_revoke(firebird, &second.id, &hand, NOW, NULL), YQ_OK);
	assert_int_equal(use(yq_secret_reveal(two), NOW), YQ_E_DENIED);
	assert_int_equal(
	    yq_access_keys_revoke(firebird, &second.id, &hand, NOW, NULL), YQ_E_NOT_FOUND);
	assert_int_equal(use(yq_secret_reveal(three), NOW), YQ_OK);
	change_user("ann", false);
	assert_int_equal(use(yq_secret_reveal(three), NOW), YQ_E_DENIED);
	change_user("ann", true);
	assert_int_equal(use(yq_secret_reveal(three), NOW), YQ_E_DENIED);
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *none = NULL;
	assert_int_equal(
	    yq_access_keys_add(firebird, &third, &hand, NOW, &none, NULL), YQ_E_NOT_FOUND);
}

static void
test_its_use_is_noted_once_a_minute(void **state)
{
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *text = NULL;
	struct yq_access_key key = { 0 };

	(void)state;
	add_user("ann");
	text = add_key(&key);
	assert_int_equal(use(yq_secret_reveal(text), NOW), YQ_OK);
	assert_int_equal(use(yq_secret_reveal(text), NOW + MINUTE - 1), YQ_OK);
	assert_int_equal(yq_access_keys_get(firebird, &key.id, &key, NULL), YQ_OK);
	assert_int_equal(key.last_used_at_us, NOW);
	assert_int_equal(use(yq_secret_reveal(text), NOW + MINUTE), YQ_OK);
	assert_int_equal(yq_access_keys_get(firebird, &key.id, &key, NULL), YQ_OK);
	assert_int_equal(key.last_used_at_us, NOW + MINUTE);
}

static void
test_keys_are_listed_and_audited_without_their_secrets(void **state)
{
	YQ_CLEANUP(yq_secret_freep) struct yq_secret *one = NULL, *two = NULL;
	YQ_CLEANUP(yq_access_key_list_free) struct yq_access_key_list list = { 0 };
	YQ_CLEANUP(yq_audit_list_free) struct yq_audit_list trail = { 0 };
	const struct yq_audit_filter any = { .limit = 100 };
	struct yq_access_key first = { 0 }, second = { 0 };

	(void)state;
	add_user("ann");
	one = add_key(&first);
	two = add_key(&second);
	assert_int_equal(yq_access_keys_revoke(firebird, &first.id, &hand, NOW, NULL), YQ_OK);
	assert_int_equal(yq_access_keys_list(firebird, "ann", &list, NULL), YQ_OK);
	assert_int_equal(list.count, 1);
	assert_string_equal(list.items[0].id.text, second.id.text);
	yq_access_key_list_free(&list);
	assert_int_equal(yq_access_keys_list(firebird, "bob", &list, NULL), YQ_OK);
	assert_int_equal(list.count, 0);
	assert_int_equal(yq_audit_find(firebird, &any, &trail, NULL), YQ_OK);
	assert_int_equal(trail.count, 4); /* the user, two keys, a revocation */
	assert_string_equal(trail.items[0].verb, "key");
	assert_string_equal(trail.items[0].hand.origin, "Web");
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		JOURNAL_TEST(test_a_key_is_known_by_its_text_alone),
		JOURNAL_TEST(test_a_key_ends_with_its_time_its_revocation_or_its_owner),
		JOURNAL_TEST(test_its_use_is_noted_once_a_minute),
		JOURNAL_TEST(test_keys_are_listed_and_audited_without_their_secrets),
	};

	return journal_run(argc, argv, "store_access_keys", tests, YQ_COUNT(tests));
}
