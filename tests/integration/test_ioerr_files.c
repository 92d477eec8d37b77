/*
 * test_ioerr_files.c - what is kept in files (the webhook's spool, the paper broker's journal, the
 * console's private files), with each call to the kernel failing in turn: once, or from then on as
 * a full or dying disk does.  What was said to be there is there, and nothing else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../unit/paper_test.h"
#include "console/files.h"
#include "ioerr.h"
#include "webhook/spool.h"

#define TRIES	    3
#define BYTES_MAX   (1024 * 1024)
#define RECORDS_MAX 16

static char folder[64], path[96];

/* ---- running an operation with each call failing ---- */

struct operation {
	const char *name;
	void (*prepare)(void);	    /* the same start each time */
	void (*run)(void);	    /* goes on where it can, notes what it was promised */
	void (*check)(bool onward); /* without failures: the promises hold */
};
static struct ioerr_plan plan;

static unsigned
fail_each_call(const struct operation *operation, enum ioerr_fault fault, bool onward)
{
	bool fired = true;

	plan = (struct ioerr_plan){
		.where = IOERR_FILES, .fault = fault, .nth = 0, .onward = onward, .under = folder
	};
	while (fired) {
		int open_before = ioerr_open_files();

		plan.nth++;
		operation->prepare();
		ioerr_arm(&plan);
		operation->run();
		fired = ioerr_disarm();
		operation->check(onward);
		assert_int_equal(ioerr_open_files(), open_before);
	}
	return plan.nth - 1;
}

static void
try_operation(const struct operation *operation)
{
	for (int fault = 0; fault < IOERR_FAULT_COUNT; fault++) {
		for (int onward = 0; onward < 2; onward++) {
			if (onward && (fault == IOERR_INTERRUPT || fault == IOERR_SHORT))
				continue; /* for ever is no fault of a disk */
			if (fault == IOERR_AGAIN)
				continue;
			assert_true(fail_each_call(operation, (enum ioerr_fault)fault, onward) > 0);
		}
	}
}

/* Fail with what was being made to fail. */
#define broken(...)                                                                            \
	do {                                                                                   \
		print_error("call %u (%s) %s%s: ", plan.nth, ioerr_call(),                     \
		    ioerr_fault_name(plan.fault), plan.onward ? ", and all that follow" : ""); \
		fail_msg(__VA_ARGS__);                                                         \
	} while (0)

static int
make_folder(void **state)
{
	(void)state;
	(void)yq_str_format(folder, sizeof(folder), "/tmp/yq-ioerr-XXXXXX");
	assert_non_null(mkdtemp(folder));
	(void)yq_str_format(path, sizeof(path), "%s/file", folder);
	return 0;
}

static void
remove_files(void)
{
	static const char *const endings[] = { "", ".new", ".lock" };

	for (size_t i = 0; i < YQ_COUNT(endings); i++) {
		char name[112];

		(void)yq_str_format(name, sizeof(name), "%s%s", path, endings[i]);
		(void)unlink(name);
	}
}

static int
drop_folder(void **state)
{
	(void)state;
	remove_files();
	return rmdir(folder);
}

/* ---- the spool ---- */

static struct {
	struct yq_spool *spool;
	unsigned kept[RECORDS_MAX]; /* what was answered with "it is on disk" */
	size_t count;
	size_t passed; /* so many at the front were forwarded: there or not */
} w;

static bool
spool_open(void)
{
	for (int i = 0; i < TRIES && w.spool == NULL; i++) {
		struct yq_err err = { 0 };

		if (yq_spool_open(path, BYTES_MAX, &w.spool, &err) != YQ_OK &&
		    strstr(err.text, path) == NULL)
			broken("an error without what and where: %s", err.text);
	}
	return w.spool != NULL;
}

/* As a sender that sends again until it is answered with 200. */
static void
spool_append(unsigned n)
{
	struct yq_buf frames = yq_buf_make(BYTES_MAX);
	struct yq_id id = yq_id_named(&n, sizeof(n));
	bool good = false;

	yq_spool_frame(&frames, &id, "payload", 7);
	for (int i = 0; i < TRIES && !good; i++)
		good = yq_spool_append(w.spool, &frames, NULL) == YQ_OK;
	if (good)
		w.kept[w.count++] = n;
	yq_buf_free(&frames);
}

static void
compare_records(const struct yq_spool_batch *batch, size_t *total)
{
	for (size_t r = 0; r < batch->count; r++, ++*total) {
		struct yq_id id = yq_id_named(&w.kept[*total], sizeof(unsigned));

		if (*total == 0 && w.passed > 0 && !yq_id_equal(&batch->records[r].id, &id)) {
			*total = w.passed;
			id = yq_id_named(&w.kept[*total], sizeof(unsigned));
		}
		if (*total >= w.count || !yq_id_equal(&batch->records[r].id, &id))
			broken("record %zu is not what was kept", *total);
	}
}

/* Whether it could be read; then it must be what was kept. */
static bool
spool_read(void)
{
	struct yq_spool_record records[2];
	struct yq_spool_batch batch = { .records = records, .max = YQ_COUNT(records) };
	int64_t offset = 0;
	size_t total = 0;
	enum yq_rc rc = YQ_E_SYSTEM;

	for (int i = 0; i < TRIES && rc != YQ_OK; i++) {
		do {
			rc = yq_spool_read(w.spool, &offset, yq_spool_size(w.spool), &batch, NULL);
			if (rc == YQ_OK)
				compare_records(&batch, &total);
		} while (rc == YQ_OK && batch.count > 0);
	}
	if (rc == YQ_OK && total != w.count && !(total == 0 && w.passed == w.count))
		broken("%zu records of %zu", total, w.count);
	yq_buf_free(&batch.room);
	return rc == YQ_OK;
}

static void
spool_close(void)
{
	yq_spool_close(w.spool);
	w.spool = NULL;
}

static void
spool_prepare(void)
{
	remove_files();
	w.count = w.passed = 0;
	assert_true(spool_open());
	spool_append(0);
	spool_append(1);
	spool_close();
}

static void
spool_run(void)
{
	if (!spool_open())
		return;
	spool_append(2);
	spool_append(3);
	if (!spool_read())
		return;
	for (int i = 0; i < TRIES; i++) {
		if (yq_spool_reset(w.spool, NULL) == YQ_OK)
			break;
	}
	w.passed = w.count;
	if (yq_spool_size(w.spool) == 0)
		w.count = w.passed = 0;
	spool_append(4);
	(void)spool_read();
}

/* The disk is well again: the same program goes on, and so does the next. */
static void
spool_check(bool onward)
{
	(void)onward;
	assert_true(spool_open());
	spool_append(5);
	if (w.count == 0 || w.kept[w.count - 1] != 5)
		broken("does not work again");
	assert_true(spool_read());
	spool_close();
	assert_true(spool_open());
	assert_true(spool_read());
	spool_close();
}

static void
test_a_spool_holds_what_it_said_whatever_call_fails(void **state)
{
	static const struct operation spooling = { "spool", spool_prepare, spool_run, spool_check };

	(void)state;
	try_operation(&spooling);
}

/* ---- the paper broker's journal ---- */

#define ORDERS 6
enum said { NOTHING, DONE, NOT_DONE, PERHAPS };
static struct {
	struct desk desk;
	struct yq_order orders[ORDERS];
	enum said said[ORDERS];
} j;

static void
journal_close(void)
{
	yq_paper_journal_close(j.desk.journal);
	yq_paper_book_free(j.desk.book);
	j.desk = (struct desk){ 0 };
}

/* As the paper broker loads it. */
static bool
journal_open(void)
{
	struct yq_paper_settings settings = quiet();
	struct yq_err err;
	enum yq_rc rc = YQ_E_SYSTEM;

	for (int i = 0; i < TRIES && rc != YQ_OK; i++) {
		journal_close();
		j.desk.book = yq_paper_book_make(&settings, desk_sink, &j.desk);
		rc = yq_paper_journal_open(path, true, j.desk.book, &j.desk.journal, &err);
		if (rc == YQ_OK && !yq_paper_book_is_founded(j.desk.book)) {
			yq_paper_book_found(j.desk.book, "7f3a9c21");
			rc = yq_paper_journal_commit(j.desk.journal, &err);
		}
		if (rc == YQ_E_CORRUPT)
			broken("%s", err.text);
	}
	if (rc != YQ_OK)
		journal_close();
	return rc == YQ_OK;
}

static bool
is_filled(size_t n)
{
	const struct yq_paper_order *found = yq_paper_find(j.desk.book, &j.orders[n].id);

	return found != NULL && found->state == YQ_ORDER_FILLED;
}

/* What was said holds in the book that the file makes. */
static void
journal_compare(void)
{
	for (size_t n = 0; n < ORDERS; n++) {
		if (j.said[n] == DONE && !is_filled(n))
			broken("order %zu was executed, and is not in the journal", n);
		if (j.said[n] != DONE && j.said[n] != PERHAPS && is_filled(n))
			broken("order %zu is in the journal, and nobody was told", n);
	}
}

/* One order, tried again as long as it provably did not happen.  False: the broker is out. */
static bool
journal_buy(size_t n)
{
	struct yq_err err;
	enum yq_rc rc = YQ_E_RETRY;

	for (int i = 0; i < TRIES && rc != YQ_OK; i++) {
		if (j.desk.book == NULL && !journal_open())
			return false;
		journal_compare();
		if (is_filled(n)) { /* perhaps it was, and it was */
			j.said[n] = DONE;
			return true;
		}
		(void)submit(&j.desk, &j.orders[n]);
		rc = yq_paper_journal_commit(j.desk.journal, &err);
		j.said[n] = rc == YQ_OK ? DONE : rc == YQ_E_UNKNOWN ? PERHAPS : NOT_DONE;
		if (rc != YQ_OK)
			journal_close();
	}
	return rc == YQ_OK;
}

static void
journal_prepare(void)
{
	remove_files();
	memset(j.said, 0, sizeof(j.said));
	for (size_t n = 0; n < ORDERS; n++)
		j.orders[n] = order(YQ_BUY, YQ_TYPE_MARKET, "1");
	assert_true(journal_open());
	price(&j.desk, "100");
	assert_true(journal_buy(0));
	journal_close();
}

static void
journal_run(void)
{
	struct yq_err err = { 0 };

	if (!journal_buy(1) || !journal_buy(2))
		return;
	if (yq_paper_journal_compact(j.desk.journal, j.desk.book, &err) != YQ_OK)
		assert_true(err.text[0] != '\0'); /* the old one stays in use */
	if (!journal_buy(3))
		return;
	(void)journal_buy(4);
}

static void
journal_check(bool onward)
{
	(void)onward;
	journal_close(); /* as if killed here */
	assert_true(journal_open());
	journal_compare();
	assert_true(journal_buy(5));
	journal_close();
	assert_true(journal_open());
	journal_compare();
	journal_close();
}

static void
test_no_execution_is_told_that_is_not_in_the_journal_whatever_call_fails(void **state)
{
	static const struct operation executing = { "paper journal", journal_prepare, journal_run,
		journal_check };

	(void)state;
	try_operation(&executing);
}

/* ---- private files ---- */

#define OLD "{\"what\":\"was there\"}"
#define NEW "{\"what\":\"is to be there, and is longer than that\"}"
static bool written;

static void
private_read(char *text, size_t size)
{
	struct yq_buf content = yq_buf_make(size);
	struct yq_err err;

	if (yq_file_read(path, &content, &err) != YQ_OK)
		fail_msg("%s", err.text);
	assert_true(yq_str_copy(text, size, yq_buf_text(&content)));
	yq_buf_free(&content);
}

static void
private_prepare(void)
{
	struct yq_err err;

	remove_files();
	assert_int_equal(yq_file_write_private(path, OLD, strlen(OLD), &err), YQ_OK);
}

static void
private_run(void)
{
	struct yq_buf content = yq_buf_make(4096);
	struct yq_err err = { 0 };
	char lock[112];
	int64_t holder;
	int fd = -1;

	written = false;
	for (int i = 0; i < TRIES && !written; i++) {
		written = yq_file_write_private(path, NEW, strlen(NEW), &err) == YQ_OK;
		if (!written && strstr(err.text, folder) == NULL)
			broken("an error without what and where: %s", err.text);
	}
	if (yq_file_read(path, &content, &err) == YQ_OK && written)
		assert_string_equal(yq_buf_text(&content), NEW);
	yq_buf_free(&content);
	assert_true(yq_str_format(lock, sizeof(lock), "%s.lock", path));
	if (yq_file_lock(lock, &fd, &holder, &err) == YQ_OK)
		(void)close(fd);
}

static void
private_check(bool onward)
{
	char text[128];
	struct yq_err err;

	if (!onward && !written)
		broken("does not work the second time");
	private_read(text, sizeof(text));
	if (strcmp(text, NEW) != 0 && (written || strcmp(text, OLD) != 0))
		broken("torn: %s", text);
	assert_int_equal(yq_file_write_private(path, NEW, strlen(NEW), &err), YQ_OK);
	private_read(text, sizeof(text));
	assert_string_equal(text, NEW);
}

static void
test_a_private_file_is_the_old_or_the_new_whatever_call_fails(void **state)
{
	static const struct operation writing = { "private file", private_prepare, private_run,
		private_check };

	(void)state;
	try_operation(&writing);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_spool_holds_what_it_said_whatever_call_fails),
		cmocka_unit_test(
		    test_no_execution_is_told_that_is_not_in_the_journal_whatever_call_fails),
		cmocka_unit_test(test_a_private_file_is_the_old_or_the_new_whatever_call_fails),
	};

	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
