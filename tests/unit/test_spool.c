/* test_spool.c - what was on disk comes back, whatever was torn off or damaged. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

#include "base/str.h"
#include "webhook/spool.h"

#define BYTES_MAX (1024 * 1024)
#define RECORDS	  3

static char folder[64], path[96];

static int
make_folder(void **state)
{
	(void)state;
	(void)yq_str_format(folder, sizeof(folder), "/tmp/yq-spool-XXXXXX");
	assert_non_null(mkdtemp(folder));
	(void)yq_str_format(path, sizeof(path), "%s/deep/down/spool", folder);
	return 0;
}

static int
drop_folder(void **state)
{
	char command[96];

	(void)state;
	(void)unlink(path);
	(void)yq_str_format(command, sizeof(command), "%s/deep/down", folder);
	(void)rmdir(command);
	(void)yq_str_format(command, sizeof(command), "%s/deep", folder);
	(void)rmdir(command);
	return rmdir(folder);
}

static struct yq_spool *
open_spool(void)
{
	struct yq_spool *spool = NULL;
	struct yq_err err = { .rc = YQ_OK };

	if (yq_spool_open(path, BYTES_MAX, &spool, &err) != YQ_OK)
		fail_msg("%s", err.text);
	return spool;
}

static void
payload_of(unsigned n, char *text, size_t size)
{
	(void)yq_str_format(text, size, "{\"n\":%u,\"filler\":\"%.*s\"}", n, (int)(n * 7),
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
}

static void
append(struct yq_spool *spool, unsigned n)
{
	struct yq_buf frames = yq_buf_make(BYTES_MAX);
	struct yq_id id = yq_id_named(&n, sizeof(n));
	char text[128];

	payload_of(n, text, sizeof(text));
	yq_spool_frame(&frames, &id, text, strlen(text));
	assert_int_equal(yq_spool_append(spool, &frames, NULL), YQ_OK);
	yq_buf_free(&frames);
}

/* How many records come back, each the one expected next. */
static size_t
read_all(struct yq_spool *spool, unsigned first, int64_t *skipped)
{
	struct yq_spool_record records[2];
	struct yq_spool_batch batch = { .records = records, .max = YQ_COUNT(records) };
	int64_t offset = 0;
	size_t total = 0;

	*skipped = 0;
	do {
		assert_int_equal(
		    yq_spool_read(spool, &offset, yq_spool_size(spool), &batch, NULL), YQ_OK);
		*skipped += batch.skipped;
		for (size_t i = 0; i < batch.count; i++, total++) {
			unsigned n = first + (unsigned)total;
			struct yq_id id = yq_id_named(&n, sizeof(n));
			char text[128];

			payload_of(n, text, sizeof(text));
			assert_true(yq_id_equal(&records[i].id, &id));
			assert_int_equal(records[i].length, strlen(text));
			assert_memory_equal(records[i].payload, text, strlen(text));
		}
	} while (batch.count > 0);
	yq_buf_free(&batch.room);
	return total;
}

static void
test_what_was_appended_comes_back_after_a_restart(void **state)
{
	struct yq_spool *spool = open_spool();
	struct stat info;
	int64_t skipped;

	(void)state;
	for (unsigned n = 0; n < 100; n++)
		append(spool, n % RECORDS);
	yq_spool_close(spool);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	spool = open_spool();
	assert_int_equal(yq_spool_size(spool), info.st_size);
	assert_int_equal(yq_spool_reset(spool, NULL), YQ_OK);
	for (unsigned n = 0; n < RECORDS; n++)
		append(spool, n);
	assert_int_equal(read_all(spool, 0, &skipped), RECORDS);
	assert_int_equal(skipped, 0);
	assert_int_equal(yq_spool_reset(spool, NULL), YQ_OK);
	assert_int_equal(read_all(spool, 0, &skipped), 0);
	yq_spool_close(spool);
}

static void
test_a_tail_torn_at_any_byte_costs_only_the_last_record(void **state)
{
	struct yq_spool *spool = open_spool();
	int64_t before, whole, skipped;

	(void)state;
	assert_int_equal(yq_spool_reset(spool, NULL), YQ_OK);
	append(spool, 0);
	append(spool, 1);
	before = yq_spool_size(spool);
	append(spool, 2);
	whole = yq_spool_size(spool);
	yq_spool_close(spool);
	for (int64_t cut = whole - 1; cut >= before; cut--) {
		assert_int_equal(truncate(path, cut), 0);
		spool = open_spool();
		assert_int_equal(yq_spool_size(spool), before);
		assert_int_equal(read_all(spool, 0, &skipped), 2);
		assert_int_equal(skipped, 0);
		append(spool, 2); /* and it goes on */
		assert_int_equal(read_all(spool, 0, &skipped), 3);
		yq_spool_close(spool);
	}
}

static void
test_a_damaged_record_is_skipped_and_counted(void **state)
{
	struct yq_spool *spool = open_spool();
	int64_t first, skipped;
	int fd;

	(void)state;
	assert_int_equal(yq_spool_reset(spool, NULL), YQ_OK);
	append(spool, 0);
	first = yq_spool_size(spool);
	append(spool, 1);
	append(spool, 2);
	fd = open(path, O_RDWR | O_CLOEXEC);
	for (int64_t at = 0; at < first; at++) {
		struct yq_spool_record record;
		struct yq_spool_batch batch = { .records = &record, .max = 1 };
		int64_t offset = 0;
		char old, bad;

		assert_int_equal(pread(fd, &old, 1, at), 1);
		bad = (char)(old ^ 0x55);
		assert_int_equal(pwrite(fd, &bad, 1, at), 1);
		assert_int_equal(read_all(spool, 1, &skipped), 2);
		assert_int_equal(skipped, first);
		assert_int_equal(pwrite(fd, &old, 1, at), 1);
		assert_int_equal(
		    yq_spool_read(spool, &offset, yq_spool_size(spool), &batch, NULL), YQ_OK);
		assert_int_equal(batch.count, 1);
		yq_buf_free(&batch.room);
	}
	(void)close(fd);
	yq_spool_close(spool);
}

static void
test_a_full_spool_refuses_and_keeps_what_it_has(void **state)
{
	struct yq_spool *spool = NULL;
	struct yq_buf frames = yq_buf_make(BYTES_MAX);
	struct yq_id id = yq_id_named("x", 1);
	int64_t skipped;

	(void)state;
	(void)unlink(path);
	assert_int_equal(yq_spool_open(path, 200, &spool, NULL), YQ_OK);
	append(spool, 0);
	yq_spool_frame(&frames, &id, folder, sizeof(folder));
	yq_spool_frame(&frames, &id, folder, sizeof(folder));
	assert_int_equal(yq_spool_append(spool, &frames, NULL), YQ_E_LIMIT);
	assert_int_equal(read_all(spool, 0, &skipped), 1);
	yq_buf_free(&frames);
	yq_spool_close(spool);
}

static void
test_a_spool_belongs_to_one_program(void **state)
{
	struct yq_spool *spool = open_spool(), *second = NULL;
	struct yq_err err;

	(void)state;
	assert_int_equal(yq_spool_open(path, BYTES_MAX, &second, &err), YQ_E_EXISTS);
	assert_null(second);
	yq_spool_close(spool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was_appended_comes_back_after_a_restart),
		cmocka_unit_test(test_a_tail_torn_at_any_byte_costs_only_the_last_record),
		cmocka_unit_test(test_a_damaged_record_is_skipped_and_counted),
		cmocka_unit_test(test_a_full_spool_refuses_and_keeps_what_it_has),
		cmocka_unit_test(test_a_spool_belongs_to_one_program),
	};

	return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
