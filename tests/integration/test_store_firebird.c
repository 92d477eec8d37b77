/* test_store_firebird.c - the wrapper's promises on a real Firebird: values, statements. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "firebird_fixture.h"
#include "store/tx.h"

static struct firebird_fixture fixture;
static struct yq_firebird_target target;
static struct yq_firebird *firebird;

#define TABLE                                                                             \
	"CREATE TABLE T (ID INTEGER NOT NULL PRIMARY KEY, NAME VARCHAR(10), CODE CHAR(4)" \
	" CHARACTER SET ASCII, NOTE BLOB SUB_TYPE TEXT CHARACTER SET UTF8,"               \
	" P NUMERIC(18,8), A NUMERIC(18,4), S SMALLINT, N BIGINT, FLAG BOOLEAN,"          \
	" STAMP TIMESTAMP, CHECK (S < 1000))"

static void
run(const char *sql, const struct yq_param *params, size_t count, enum yq_rc expected,
    struct yq_err *err)
{
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	struct yq_err local = { 0 };
	enum yq_rc rc;

	err = err != NULL ? err : &local;
	assert_int_equal(yq_tx_begin(firebird, NULL, &tx, err), YQ_OK);
	rc = yq_tx_exec(tx, sql, params, count, NULL, err);
	if (rc != expected)
		print_error("%s: %s\n", sql, err->text);
	assert_int_equal(rc, expected);
	if (expected == YQ_OK)
		assert_int_equal(yq_tx_commit(tx, err), YQ_OK);
}

/* One value in, the same value out. */
static void
put(const char *column, struct yq_param value, enum yq_rc expected, struct yq_err *err)
{
	struct yq_param params[] = { yq_param_int("ID", 1), value };
	char sql[128];

	params[1].name = "V";
	yq_str_format(
	    sql, sizeof(sql), "UPDATE OR INSERT INTO T (ID, %s) VALUES (:ID, :V)", column);
	run(sql, params, 2, expected, err);
}

static struct yq_rows *
get(struct yq_tx **tx)
{
	struct yq_rows *rows;

	assert_int_equal(yq_tx_begin(firebird, NULL, tx, NULL), YQ_OK);
	assert_int_equal(yq_tx_query(*tx, "SELECT * FROM T", NULL, 0, &rows, NULL), YQ_OK);
	assert_int_equal(yq_rows_next(rows, NULL), YQ_OK);
	return rows;
}

static void
expect_text(const char *column, const char *text, size_t length)
{
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = get(&tx);
	size_t stored;
	const char *value = yq_rows_text(rows, yq_rows_column(rows, column), &stored);

	assert_int_equal(stored, length);
	assert_memory_equal(value, text, length);
}

static int64_t
count_rows(void)
{
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = NULL;

	assert_int_equal(yq_tx_begin(firebird, NULL, &tx, NULL), YQ_OK);
	assert_int_equal(yq_tx_query(tx, "SELECT COUNT(*) FROM T", NULL, 0, &rows, NULL), YQ_OK);
	assert_int_equal(yq_rows_next(rows, NULL), YQ_OK);
	return yq_rows_int(rows, 0);
}

static void
test_quotes_and_unicode_come_back_as_they_went(void **state)
{
	static const char *const texts[] = { "", " ", "O'Neil\"", "a:b ? -- ", "삼성전자", "🚀🚀",
		"é" };

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(texts); i++) {
		put("NAME", yq_param_text("V", texts[i]), YQ_OK, NULL);
		expect_text("NAME", texts[i], strlen(texts[i]));
		put("NOTE", yq_param_text("V", texts[i]), YQ_OK, NULL);
		expect_text("NOTE", texts[i], strlen(texts[i]));
	}
}

static void
test_a_text_that_does_not_fit_is_refused_by_name(void **state)
{
	struct yq_err err = { 0 };

	(void)state;
	put("NAME", yq_param_text("V", "0123456789"), YQ_OK, NULL);
	put("NAME", yq_param_text("V", "🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀"), YQ_OK, NULL);
	put("NAME", yq_param_text("V", "01234567890"), YQ_E_RANGE, &err);
	assert_string_equal(err.text, "V: 11 characters, but its column takes 10");
	put("CODE", yq_param_text("V", "ABCDE"), YQ_E_RANGE, NULL);
	put("CODE", yq_param_text("V", "삼"), YQ_E_INVALID, NULL);
	put("CODE", yq_param_text("V", "AB"), YQ_OK, NULL);
	expect_text("CODE", "AB", 2);
}

static void
test_64_kib_are_stored_exactly_or_refused(void **state)
{
	YQ_CLEANUP(yq_freep) char *text = yq_xcalloc(65536 + 1, 1);

	(void)state;
	for (size_t i = 0; i < 65536; i++)
		text[i] = (char)('a' + i % 26);
	put("NOTE", yq_param_text("V", text), YQ_OK, NULL);
	expect_text("NOTE", text, 65536);
	put("NAME", yq_param_text("V", text), YQ_E_RANGE, NULL);
}

static void
test_nul_and_broken_utf8_are_refused(void **state)
{
	struct yq_err err = { 0 };

	(void)state;
	put("NAME", yq_param_bytes("V", "a\0b", 3), YQ_E_INVALID, &err);
	assert_string_equal(err.text, "V: a text with a NUL character");
	put("NOTE", yq_param_bytes("V", "a\0b", 3), YQ_E_INVALID, NULL);
	put("NAME", yq_param_bytes("V", "\xff\xfe", 2), YQ_E_INVALID, NULL);
	put("NOTE", yq_param_bytes("V", "\xed\xa0\x80", 3), YQ_E_INVALID, NULL);
}

static struct yq_decimal
decimal(const char *text)
{
	struct yq_decimal value;

	assert_int_equal(yq_decimal_parse(text, strlen(text), &value), YQ_OK);
	return value;
}

static void
test_numeric_boundaries_on_both_sides(void **state)
{
	static const struct {
		const char *column, *text;
		enum yq_rc expected;
	} cases[] = {
		{ "P", "92233720368.54775807", YQ_OK },
		{ "P", "-92233720368.54775808", YQ_OK },
		{ "P", "92233720368.54775808", YQ_E_RANGE },
		{ "P", "-92233720368.54775809", YQ_E_RANGE },
		{ "P", "0.00000001", YQ_OK },
		{ "A", "922337203685477.5807", YQ_OK },
		{ "A", "-922337203685477.5808", YQ_OK },
		{ "A", "922337203685477.5808", YQ_E_RANGE },
		{ "A", "0.0001", YQ_OK },
		{ "A", "0.00001", YQ_E_RANGE },
		{ "A", "0", YQ_OK },
	};

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		struct yq_decimal value = decimal(cases[i].text);

		put(cases[i].column, yq_param_decimal("V", value), cases[i].expected, NULL);
		if (cases[i].expected == YQ_OK) {
			YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
			YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = get(&tx);
			size_t column = yq_rows_column(rows, cases[i].column);

			assert_int_equal(yq_decimal_cmp(yq_rows_decimal(rows, column), value), 0);
		}
	}
}

static void
test_integers_booleans_times_and_null(void **state)
{
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = NULL;
	const int64_t at = INT64_C(1795391215123400);

	(void)state;
	put("S", yq_param_int("V", 999), YQ_OK, NULL);
	put("S", yq_param_int("V", 32768), YQ_E_RANGE, NULL);
	put("S", yq_param_int("V", 1000), YQ_E_INVALID, NULL); /* the CHECK */
	put("N", yq_param_int("V", INT64_MIN), YQ_OK, NULL);
	put("FLAG", yq_param_bool("V", true), YQ_OK, NULL);
	put("STAMP", yq_param_time("V", at + 56), YQ_OK, NULL); /* 100 us is what TIMESTAMP keeps */
	put("NAME", yq_param_text("V", NULL), YQ_OK, NULL);
	rows = get(&tx);
	assert_int_equal(yq_rows_int(rows, yq_rows_column(rows, "s")), 999);
	assert_int_equal(yq_rows_int(rows, yq_rows_column(rows, "N")), INT64_MIN);
	assert_true(yq_rows_bool(rows, yq_rows_column(rows, "FLAG")));
	assert_int_equal(yq_rows_time(rows, yq_rows_column(rows, "STAMP")), at);
	assert_true(yq_rows_is_null(rows, yq_rows_column(rows, "NAME")));
	assert_int_equal(yq_rows_next(rows, NULL), YQ_E_NOT_FOUND);
	assert_int_equal(yq_rows_next(rows, NULL), YQ_E_NOT_FOUND);
}

static void
test_a_name_may_stand_twice_and_quotes_hide_colons(void **state)
{
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = NULL;
	struct yq_param params[] = { yq_param_int("n", 7) };

	(void)state;
	put("N", yq_param_int("V", 7), YQ_OK, NULL);
	assert_int_equal(yq_tx_begin(firebird, NULL, &tx, NULL), YQ_OK);
	assert_int_equal(
	    yq_tx_query(tx,
		"SELECT ID, ':n' AS \"x:n\" FROM T /* :n */ WHERE N = :N AND N + 0 = :n -- :n",
		params, 1, &rows, NULL),
	    YQ_OK);
	assert_int_equal(yq_rows_next(rows, NULL), YQ_OK);
	assert_string_equal(yq_rows_text(rows, 1, NULL), ":n");
}

static void
test_a_duplicate_is_named_as_such_and_the_transaction_lives_on(void **state)
{
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	struct yq_err err = { 0 };
	const char *sql = "INSERT INTO T (ID) VALUES (:ID)";
	struct yq_param ids[] = { yq_param_int("ID", 1), yq_param_int("ID", 2) };
	int64_t affected;

	(void)state;
	put("N", yq_param_int("V", 1), YQ_OK, NULL);
	assert_int_equal(yq_tx_begin(firebird, NULL, &tx, NULL), YQ_OK);
	assert_int_equal(yq_tx_exec(tx, sql, &ids[0], 1, NULL, &err), YQ_E_EXISTS);
	assert_non_null(strstr(err.text, "SQLSTATE 23000"));
	assert_int_equal(yq_tx_exec(tx, sql, &ids[1], 1, &affected, NULL), YQ_OK);
	assert_int_equal(affected, 1);
	assert_int_equal(yq_tx_exec(tx, "UPDATE T SET N = 3", NULL, 0, &affected, NULL), YQ_OK);
	assert_int_equal(affected, 2);
	assert_int_equal(yq_tx_commit(tx, NULL), YQ_OK);
	yq_tx_endp(&tx);
	assert_int_equal(count_rows(), 2);
}

static void
test_what_is_not_committed_is_gone(void **state)
{
	(void)state;
	{
		YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;

		assert_int_equal(yq_tx_begin(firebird, NULL, &tx, NULL), YQ_OK);
		assert_int_equal(
		    yq_tx_exec(tx, "INSERT INTO T (ID) VALUES (5)", NULL, 0, NULL, NULL), YQ_OK);
	}
	assert_int_equal(count_rows(), 0);
}

static void
test_returning_gives_its_row(void **state)
{
	YQ_CLEANUP(yq_tx_endp) struct yq_tx *tx = NULL;
	YQ_CLEANUP(yq_rows_freep) struct yq_rows *rows = NULL;
	const char *sql = "UPDATE T SET N = N + 1 WHERE ID = :ID RETURNING N";
	struct yq_param here[] = { yq_param_int("ID", 1) }, nowhere[] = { yq_param_int("ID", 9) };

	(void)state;
	put("N", yq_param_int("V", 41), YQ_OK, NULL);
	assert_int_equal(yq_tx_begin(firebird, NULL, &tx, NULL), YQ_OK);
	assert_int_equal(yq_tx_query(tx, sql, here, 1, &rows, NULL), YQ_OK);
	assert_int_equal(yq_rows_next(rows, NULL), YQ_OK);
	assert_int_equal(yq_rows_int(rows, 0), 42);
	yq_rows_freep(&rows);
	assert_int_equal(yq_tx_query(tx, sql, nowhere, 1, &rows, NULL), YQ_OK);
	assert_int_equal(yq_rows_next(rows, NULL), YQ_E_NOT_FOUND);
}

static void
test_more_statements_than_are_kept(void **state)
{
	(void)state;
	for (int i = 0; i < YQ_FIREBIRD_STATEMENTS_MAX * 2; i++) {
		char sql[64];

		yq_str_format(sql, sizeof(sql), "UPDATE T SET N = %d", i);
		run(sql, NULL, 0, YQ_OK, NULL);
	}
}

static int
make_table(void **state)
{
	(void)state;
	run(TABLE, NULL, 0, YQ_OK, NULL);
	return 0;
}

static int
empty_table(void **state)
{
	(void)state;
	run("DELETE FROM T", NULL, 0, YQ_OK, NULL);
	return 0;
}

int
main(int argc, char **argv)
{
#define T(name) cmocka_unit_test_setup(name, empty_table)
	const struct CMUnitTest tests[] = {
		T(test_quotes_and_unicode_come_back_as_they_went),
		T(test_a_text_that_does_not_fit_is_refused_by_name),
		T(test_64_kib_are_stored_exactly_or_refused),
		T(test_nul_and_broken_utf8_are_refused),
		T(test_numeric_boundaries_on_both_sides),
		T(test_integers_booleans_times_and_null),
		T(test_a_name_may_stand_twice_and_quotes_hide_colons),
		T(test_a_duplicate_is_named_as_such_and_the_transaction_lives_on),
		T(test_what_is_not_committed_is_gone),
		T(test_returning_gives_its_row),
		T(test_more_statements_than_are_kept),
	};
	int failed;

	fixture_start(&fixture, argc, argv);
	target = fixture_new_target(&fixture);
	firebird = fixture_open(&target);
	failed = cmocka_run_group_tests_name("store_firebird", tests, make_table, NULL);
	yq_firebird_close(firebird);
	yq_firebird_target_clear(&target);
	fixture_stop(&fixture);
	return failed;
}
