/*
 * test_bus_schema.c - names are the guide's, the document is fresh, rules and commands are formed
 * right.  Usage: test_bus_schema docs/schema.md
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bus/acl.h"
#include "bus/args.h"
#include "bus/schema.h"

#define ID "11111111-1111-5111-8111-111111111111"

static const char *document_path;

static void
named(enum yq_key key, const char *arg, const char *expected)
{
	char name[YQ_KEY_SIZE];

	assert_int_equal(yq_key_format(key, arg, name), strlen(expected));
	assert_string_equal(name, expected);
}

static void
test_names_are_those_of_the_guide(void **state)
{
	(void)state;
	named(YQ_KEY_SIGNAL, NULL, "signal");
	named(YQ_KEY_ORDER, NULL, "order");
	named(YQ_KEY_EXECUTION, NULL, "execution");
	named(YQ_KEY_QUERY, NULL, "query");
	named(YQ_KEY_ACCOUNT, "Main", "account:Main");
	named(YQ_KEY_ACCOUNT_INDEX, NULL, "account:index");
	named(YQ_KEY_DEPOSIT, "Main", "deposit:Main");
	named(YQ_KEY_POSITION, "Main", "position:Main");
	named(YQ_KEY_TRADES_QUEUE, NULL, "trades:queue");
	named(YQ_KEY_STOCK, "AAPL", "stock:AAPL");
	named(YQ_KEY_ORDER_STATE, ID, "order:" ID);
	assert_true(yq_alias_is_reserved("index"));
	assert_false(yq_alias_is_reserved("Main"));
}

static void
test_the_document_is_fresh(void **state)
{
	struct yq_buf fresh = yq_buf_make(1U << 20), committed = yq_buf_make(1U << 20);
	FILE *file = fopen(document_path, "r");
	char chunk[4096];
	size_t length;

	(void)state;
	assert_non_null(file);
	while ((length = fread(chunk, 1, sizeof(chunk), file)) > 0)
		yq_buf_add(&committed, chunk, length);
	assert_int_equal(fclose(file), 0);
	yq_schema_document(&fresh);
	if (strcmp(yq_buf_text(&fresh), yq_buf_text(&committed)) != 0)
		fail_msg("%s is stale: run yq-schema-doc > %s", document_path, document_path);
	yq_buf_free(&fresh);
	yq_buf_free(&committed);
}

static void
test_rules_begin_with_nothing_and_fit(void **state)
{
	(void)state;
	for (int p = 0; p < YQ_PROGRAM_COUNT; p++) {
		struct yq_acl *acl = yq_acl_make((enum yq_program)p);

		assert_string_equal(acl->rules[0], "reset");
		for (size_t i = 0; i < acl->count && p != YQ_PROGRAM_CONSOLE; i++)
			assert_true(strstr(acl->rules[i], "@all") == NULL ||
				    strcmp(acl->rules[i], "-@all") == 0);
		free(acl);
	}
}

static void
test_arguments_are_written_byte_for_byte(void **state)
{
	struct yq_args args = yq_args_make();
	struct yq_buf out = yq_buf_make(1024);

	(void)state;
	yq_args_words(&args, "SET a");
	yq_args_bytes(&args, "\r\n\0x", 4);
	yq_args_int(&args, INT64_MIN);
	yq_args_text(&args, NULL);
	yq_args_write(&args, &out);
	assert_int_equal(out.length, 4 + 9 + 7 + 10 + 27 + 6);
	assert_memory_equal(out.data,
	    "*5\r\n$3\r\nSET\r\n$1\r\na\r\n$4\r\n\r\n\0x\r\n$20\r\n-9223372036854775808\r\n$"
	    "0\r\n\r\n",
	    out.length);
	yq_args_free(&args);
	yq_buf_free(&out);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_are_those_of_the_guide),
		cmocka_unit_test(test_the_document_is_fresh),
		cmocka_unit_test(test_rules_begin_with_nothing_and_fit),
		cmocka_unit_test(test_arguments_are_written_byte_for_byte),
	};

	if (argc != 2)
		return 2;
	document_path = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
