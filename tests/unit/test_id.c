/* test_id.c - identifiers keep their promises: random, ordered, the same for ever. */
#include "test.h"

#include <string.h>
#include <uuid/uuid.h>

#include "base/id.h"

static void
test_a_random_id_is_version_4(void **state)
{
	struct yq_id a = yq_id_random(), b = yq_id_random();

	(void)state;
	assert_int_equal(strlen(a.text), YQ_ID_LENGTH);
	assert_int_equal(a.text[14], '4');
	assert_non_null(strchr("89ab", a.text[19]));
	assert_false(yq_id_equal(&a, &b));
}

static void
test_ordered_ids_sort_by_time(void **state)
{
	struct yq_manual_clock manual;
	struct yq_id before, after;

	(void)state;
	/* RFC 9562, appendix A.6: 2022-02-22T19:22:22Z is 017f22e279b0. */
	yq_manual_clock_init(&manual, INT64_C(1645557742000000));
	before = yq_id_ordered(&manual.clock);
	assert_memory_equal(before.text, "017f22e2-79b0-7", 15);
	assert_non_null(strchr("89ab", before.text[19]));
	for (int i = 0; i < 2000; i++) {
		yq_manual_clock_advance(&manual, 1);
		after = yq_id_ordered(&manual.clock);
		assert_true(strcmp(before.text, after.text) < 0);
		before = after;
	}
}

static void
test_a_named_id_never_changes(void **state)
{
	struct yq_id id = yq_id_named("alert-1", 7);

	(void)state;
	/* Computed with Python: uuid5(UUID("9b0d4c1e-6f3a-5e27-8d41-7a52c3e8f610"), name). */
	assert_string_equal(id.text, "8486ea5d-e0e1-51ef-ab31-f1af464e41d2");
	id = yq_id_named("", 0);
	assert_string_equal(id.text, "9573b932-a96d-5600-9ffe-e7eb66c60a16");
}

static void
test_a_named_id_is_known_by_its_kind(void **state)
{
	struct yq_id named = yq_id_named("alert-1", 7), random = yq_id_random(), none = { "" };
	struct yq_id ordered = yq_id_ordered(yq_clock_system());

	(void)state;
	assert_true(yq_id_is_named(&named));
	assert_false(yq_id_is_named(&random));
	assert_false(yq_id_is_named(&ordered));
	assert_false(yq_id_is_named(&none));
}

/* The hash behind version 5, by the vector of RFC 9562, appendix A.4. */
static void
test_version_5_is_that_of_the_standard(void **state)
{
	const char *name = "www.example.com";
	uuid_t dns, id;
	char text[37];

	(void)state;
	assert_int_equal(uuid_parse("6ba7b810-9dad-11d1-80b4-00c04fd430c8", dns), 0);
	uuid_generate_sha1(id, dns, name, strlen(name));
	uuid_unparse_lower(id, text);
	assert_string_equal(text, "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

static void
test_ids_are_read_in_any_case_and_braces(void **state)
{
	static const char *const good[] = { "8486ea5d-e0e1-51ef-ab31-f1af464e41d2",
		"8486EA5D-E0E1-51EF-AB31-F1AF464E41D2", "{8486ea5d-e0e1-51EF-ab31-f1af464e41d2}" };
	static const char *const bad[] = { "", "8486ea5d-e0e1-51ef-ab31-f1af464e41d",
		"8486ea5de0e151efab31f1af464e41d2", "8486ea5d-e0e1-51ef-ab31-f1af464e41dg",
		"8486ea5d-e0e1-51ef-ab31f-1af464e41d2", "{8486ea5d-e0e1-51ef-ab31-f1af464e41d2",
		"(8486ea5d-e0e1-51ef-ab31-f1af464e41d2)", "8486ea5d-e0e1-51ef-ab31-f1af464e41d22" };
	struct yq_id id = { "" };

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(bad); i++)
		assert_int_equal(yq_id_parse(bad[i], strlen(bad[i]), &id), YQ_E_INVALID);
	assert_true(yq_id_is_none(&id));
	for (size_t i = 0; i < YQ_COUNT(good); i++) {
		assert_int_equal(yq_id_parse(good[i], strlen(good[i]), &id), YQ_OK);
		assert_string_equal(id.text, good[0]);
	}
	assert_false(yq_id_is_none(&id));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_random_id_is_version_4),
		cmocka_unit_test(test_ordered_ids_sort_by_time),
		cmocka_unit_test(test_a_named_id_never_changes),
		cmocka_unit_test(test_a_named_id_is_known_by_its_kind),
		cmocka_unit_test(test_version_5_is_that_of_the_standard),
		cmocka_unit_test(test_ids_are_read_in_any_case_and_braces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
