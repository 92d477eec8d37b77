/* test_unzip.c - one file out of an archive, and nothing that is too much. */
#include <string.h>
#include <zip.h>

#include "base/buf.h"
#include "base/str.h"
#include "catalog/unzip.h"

#include "test.h"

#define BOUND 100000

static struct yq_buf archive, content;
static struct yq_err err;

static int
begin(void **state)
{
	(void)state;
	archive = yq_buf_make(1 << 20);
	content = yq_buf_make(BOUND);
	err = (struct yq_err){ 0 };
	return 0;
}

static int
end(void **state)
{
	(void)state;
	yq_buf_free(&archive);
	yq_buf_free(&content);
	return 0;
}

struct entry {
	const char *name;
	size_t length; /* bytes of 'x' */
	bool secret;
};

/* An archive in memory. */
static void
make(const struct entry *entries, size_t count)
{
	zip_source_t *target = zip_source_buffer_create(NULL, 0, 0, NULL);
	zip_t *zip = zip_open_from_source(target, ZIP_TRUNCATE, NULL);
	char piece[4096];
	zip_int64_t got;

	assert_non_null(zip);
	zip_source_keep(target);
	for (size_t i = 0; i < count; i++) {
		char *bytes = malloc(entries[i].length + 1);
		zip_int64_t index;

		assert_non_null(bytes);
		memset(bytes, 'x', entries[i].length);
		index = zip_file_add(
		    zip, entries[i].name, zip_source_buffer(zip, bytes, entries[i].length, 1), 0);
		assert_true(index >= 0);
		if (entries[i].secret)
			assert_int_equal(zip_file_set_encryption(
					     zip, (zip_uint64_t)index, ZIP_EM_TRAD_PKWARE, "key"),
			    0);
	}
	assert_int_equal(zip_close(zip), 0);
	assert_int_equal(zip_source_open(target), 0);
	while ((got = zip_source_read(target, piece, sizeof(piece))) > 0)
		yq_buf_add(&archive, piece, (size_t)got);
	zip_source_close(target);
	zip_source_free(target);
}

static enum yq_rc
unzip(void)
{
	return yq_unzip(yq_buf_text(&archive), archive.length, "nasmst.cod", &content, &err);
}

static void
test_the_file_of_that_name_comes_out(void **state)
{
	const struct entry entries[] = { { "readme.txt", 5, false },
		{ "master/NASMST.COD", 70000, false } };

	(void)state;
	make(entries, 2);
	assert_true(yq_unzip_is_archive(yq_buf_text(&archive), archive.length));
	assert_int_equal(unzip(), YQ_OK);
	assert_int_equal(content.length, 70000);
	assert_int_equal(strspn(yq_buf_text(&content), "x"), 70000);
}

static void
test_the_only_file_is_the_one_whatever_its_name(void **state)
{
	const struct entry entries[] = { { "other.cod", 3, false } };

	(void)state;
	make(entries, 1);
	assert_int_equal(unzip(), YQ_OK);
	assert_string_equal(yq_buf_text(&content), "xxx");
}

static void
test_of_several_others_none_is_guessed(void **state)
{
	const struct entry entries[] = { { "a", 3, false }, { "b", 3, false } };

	(void)state;
	make(entries, 2);
	assert_int_equal(unzip(), YQ_E_INVALID);
	assert_string_equal(err.text, "an archive of 2 files, none of them nasmst.cod");
}

static void
test_a_bomb_is_not_unpacked(void **state)
{
	const struct entry entries[] = { { "nasmst.cod", (size_t)64 * 1024 * 1024, false } };

	(void)state;
	make(entries, 1);
	assert_true(archive.length < BOUND);
	assert_int_equal(unzip(), YQ_E_LIMIT);
	assert_string_equal(err.text, "what is in the archive is larger than 100000 bytes");
	assert_int_equal(content.length, 0);
}

/* The size that an archive tells is a claim. */
static void
test_a_bomb_that_lies_about_its_size_is_not_unpacked_either(void **state)
{
	const struct entry entries[] = { { "nasmst.cod", (size_t)8 * 1024 * 1024, false } };
	const char sizes[] = { 0, 0, (char)0x80, 0 };

	(void)state;
	make(entries, 1);
	for (size_t i = 0; i + 4 <= archive.length; i++)
		if (memcmp(archive.data + i, sizes, 4) == 0)
			memcpy(archive.data + i, "\x64\x00\x00\x00", 4);
	assert_int_not_equal(unzip(), YQ_OK);
	assert_true(content.length <= BOUND);
	assert_true(err.text[0] != '\0');
}

static void
test_what_is_damaged_or_locked_or_no_archive_is_refused_with_a_sentence(void **state)
{
	const struct entry entries[] = { { "nasmst.cod", 5000, false } };
	const struct entry locked[] = { { "nasmst.cod", 5000, true } };

	(void)state;
	yq_buf_add_text(&archive, "<html>Service Unavailable</html>");
	assert_false(yq_unzip_is_archive(yq_buf_text(&archive), archive.length));
	assert_int_equal(unzip(), YQ_E_INVALID);
	assert_true(yq_str_starts(err.text, "no zip archive that can be read: "));
	yq_buf_clear(&archive);
	make(entries, 1);
	archive.length /= 2;
	assert_int_equal(unzip(), YQ_E_INVALID);
	yq_buf_clear(&archive);
	make(locked, 1);
	assert_int_equal(unzip(), YQ_E_INVALID);
	assert_true(yq_str_starts(err.text, "the file in the archive cannot be opened: "));
}

/* Whatever byte is broken: an error, or the very same content. */
static void
test_no_broken_byte_gives_another_content(void **state)
{
	const struct entry entries[] = { { "nasmst.cod", 300, false } };

	(void)state;
	make(entries, 1);
	for (size_t i = 0; i < archive.length; i++) {
		char kept = archive.data[i];

		archive.data[i] = (char)(kept ^ 0x55);
		yq_buf_clear(&content);
		if (unzip() == YQ_OK) {
			assert_int_equal(content.length, 300);
			assert_int_equal(strspn(yq_buf_text(&content), "x"), 300);
		}
		archive.data[i] = kept;
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_file_of_that_name_comes_out),
		TEST(test_the_only_file_is_the_one_whatever_its_name),
		TEST(test_of_several_others_none_is_guessed),
		TEST(test_a_bomb_is_not_unpacked),
		TEST(test_a_bomb_that_lies_about_its_size_is_not_unpacked_either),
		TEST(test_what_is_damaged_or_locked_or_no_archive_is_refused_with_a_sentence),
		TEST(test_no_broken_byte_gives_another_content),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
