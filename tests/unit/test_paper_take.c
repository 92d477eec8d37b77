/*
 * test_paper_take.c - a journal whose holder does not let it go: who takes it has all that was
 * told, and what the other still writes counts for nobody.
 */
#include "paper_test.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

static void
take_desk(struct desk *d, const struct yq_paper_settings *s, const char *path)
{
	struct yq_err err;

	*d = (struct desk){ 0 };
	d->book = yq_paper_book_make(s, desk_sink, d);
	if (yq_paper_journal_take(path, false, d->book, &d->journal, &err) != YQ_OK)
		fail_msg("%s", err.text);
}

/* A filled order; with or without being told. */
static struct yq_order
executed(struct desk *d, enum yq_rc expected)
{
	struct yq_order o = order(YQ_BUY, YQ_TYPE_MARKET, "1");
	struct yq_err err;

	assert_int_equal(submit(d, &o), YQ_OK);
	assert_int_equal(yq_paper_journal_commit(d->journal, &err), expected);
	return o;
}

static void
begin(struct desk *d, const struct yq_paper_settings *s, const char *path)
{
	struct yq_err err;

	journal_desk(d, s, path);
	yq_paper_book_found(d->book, "7f3a9c21");
	price(d, "100");
	assert_int_equal(yq_paper_journal_commit(d->journal, &err), YQ_OK);
}

static const char *
beside(const char *path, const char *suffix)
{
	static char text[128];

	yq_str_format(text, sizeof(text), "%s.%s", path, suffix);
	return text;
}

static void
assert_only_the_journal_is_left(const char *path)
{
	assert_int_equal(access(path, F_OK), 0);
	assert_int_not_equal(access(beside(path, "taken"), F_OK), 0);
	assert_int_not_equal(access(beside(path, "next"), F_OK), 0);
	assert_int_not_equal(access(beside(path, "new"), F_OK), 0);
	(void)unlink(beside(path, "lock"));
	(void)unlink(path);
}

static void
test_who_takes_has_all_that_was_told_and_the_other_tells_no_more(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct desk old, new, again;
	struct yq_order told, untold, mine;
	char *path = temp_path();

	(void)unused;
	begin(&old, &s, path);
	told = executed(&old, YQ_OK);
	take_desk(&new, &s, path);
	assert_true(yq_paper_is_known(new.book, &told.id));
	untold = executed(&old, YQ_E_UNKNOWN);
	mine = executed(&new, YQ_OK);
	desk_close(&old);
	desk_close(&new);
	journal_desk(&again, &s, path);
	assert_true(yq_paper_is_known(again.book, &told.id));
	assert_true(yq_paper_is_known(again.book, &mine.id));
	assert_false(yq_paper_is_known(again.book, &untold.id));
	desk_close(&again);
	assert_only_the_journal_is_left(path);
}

/* It would put its own snapshot over the taker's file. */
static void
test_a_rewrite_by_the_other_does_not_replace_the_takers_file(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct desk old, new, again;
	struct yq_order mine;
	struct yq_err err;
	char *path = temp_path();

	(void)unused;
	begin(&old, &s, path);
	take_desk(&new, &s, path);
	mine = executed(&new, YQ_OK);
	assert_int_equal(yq_paper_journal_compact(old.journal, old.book, &err), YQ_E_STATE);
	assert_int_equal(yq_paper_journal_compact(new.journal, new.book, &err), YQ_OK);
	desk_close(&old);
	desk_close(&new);
	journal_desk(&again, &s, path);
	assert_true(yq_paper_is_known(again.book, &mine.id));
	desk_close(&again);
	assert_only_the_journal_is_left(path);
}

static void
test_without_being_entitled_nobody_takes_it(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct yq_paper_journal *journal;
	struct yq_paper_book *book = yq_paper_book_make(&s, desk_sink, NULL);
	struct desk old;
	struct yq_err err;
	char *path = temp_path();

	(void)unused;
	begin(&old, &s, path);
	assert_int_equal(yq_paper_journal_open(path, false, book, &journal, &err), YQ_E_STATE);
	(void)executed(&old, YQ_OK);
	yq_paper_book_free(book);
	desk_close(&old);
	assert_only_the_journal_is_left(path);
}

/* A taker that died between its two renames: the journal has no file, and is not begun anew. */
static void
test_a_taker_that_died_in_the_middle_loses_nothing(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct desk old, again;
	struct yq_order told;
	char *path = temp_path();

	(void)unused;
	begin(&old, &s, path);
	told = executed(&old, YQ_OK);
	desk_close(&old);
	assert_int_equal(rename(path, beside(path, "taken")), 0);
	journal_desk(&again, &s, path);
	assert_true(yq_paper_is_known(again.book, &told.id));
	(void)executed(&again, YQ_OK);
	desk_close(&again);
	assert_only_the_journal_is_left(path);
}

/* And one that died after the second. */
static void
test_what_a_taker_left_behind_does_not_come_back(void **unused)
{
	struct yq_paper_settings s = quiet();
	struct desk old, taker, again;
	struct yq_order told, mine;
	char *path = temp_path();
	int fd;

	(void)unused;
	begin(&old, &s, path);
	told = executed(&old, YQ_OK);
	take_desk(&taker, &s, path);
	mine = executed(&taker, YQ_OK);
	fd = open(beside(path, "taken"), O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0 && close(fd) == 0);
	desk_close(&old);
	/* the taker is stopped in its turn */
	take_desk(&again, &s, path);
	assert_true(yq_paper_is_known(again.book, &told.id));
	assert_true(yq_paper_is_known(again.book, &mine.id));
	desk_close(&taker);
	desk_close(&again);
	assert_only_the_journal_is_left(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_takes_has_all_that_was_told_and_the_other_tells_no_more),
		cmocka_unit_test(test_a_rewrite_by_the_other_does_not_replace_the_takers_file),
		cmocka_unit_test(test_without_being_entitled_nobody_takes_it),
		cmocka_unit_test(test_a_taker_that_died_in_the_middle_loses_nothing),
		cmocka_unit_test(test_what_a_taker_left_behind_does_not_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
