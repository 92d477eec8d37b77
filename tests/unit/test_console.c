/* test_console.c - the command line, the width of texts, endpoints, the lock, bounded logs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "console/command_line.h"
#include "console/endpoints.h"
#include "console/files.h"
#include "console/sheet.h"
#include "console/up/keep.h"
#include "console/up/log_file.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The verbs of this test: the table alone drives parsing. */
static int
nothing(const struct yq_call *call)
{
	(void)call;
	return YQ_CONSOLE_DONE;
}

const struct yq_verb yq_verbs[] = {
	{ "order", nothing, "ACTION", 1, 1, YQ_OPT_BIT(PRICE) | YQ_OPT_BIT(JSON) | YQ_OPT_BIT(HELP),
	    "", "" },
	{ "orders", nothing, "", 0, 0, YQ_OPT_BIT(LIMIT) | YQ_OPT_BIT(ALL), "", "" },
	{ "deposit", nothing, "", 0, 0, 0, "", "" },
	{ "demo", nothing, "", 0, 0, 0, "", "" },
};
const size_t yq_verb_count = YQ_COUNT(yq_verbs);

static char folder[64];

static int
make_folder(void **state)
{
	(void)state;
	setlocale(LC_CTYPE, "C.UTF-8");
	yq_str_copy_cut(folder, sizeof(folder), "/tmp/yq-console-XXXXXX");
	return mkdtemp(folder) == NULL;
}

static int
remove_folder(void **state)
{
	static const char *const names[] = { "secret", "lock", "endpoints.json", "log", "log.1" };
	char path[YQ_PATH_SIZE];

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(names); i++)
		if (yq_path_join(path, folder, names[i], NULL) == YQ_OK)
			unlink(path);
	return rmdir(folder);
}

static enum yq_rc
parse(struct yq_call *call, struct yq_err *err, int argc, const char **argv)
{
	return yq_command_parse(argc, (char **)(uintptr_t)argv, call, err);
}
#define PARSE(call, err, ...)                                                                   \
	parse(call, err, (int)(sizeof((const char *[]){ "yq", __VA_ARGS__ }) / sizeof(char *)), \
	    (const char *[]){ "yq", __VA_ARGS__ })

static void
test_a_unique_beginning_names_a_verb_and_a_whole_name_wins(void **state)
{
	struct yq_err err = { 0 };

	(void)state;
	assert_string_equal(yq_verb_find("order", &err)->name, "order");
	assert_string_equal(yq_verb_find("dep", &err)->name, "deposit");
	assert_null(yq_verb_find("de", &err));
	assert_string_equal(err.text, "\"de\" may be any of: deposit, demo");
	assert_null(yq_verb_find("", &err));
	assert_null(yq_verb_find("depsoit", &err));
	assert_non_null(strstr(err.text, "deposit"));
}

static void
test_options_stand_anywhere_and_take_their_value_either_way(void **state)
{
	struct yq_call call;
	struct yq_err err = { 0 };

	(void)state;
	assert_int_equal(PARSE(&call, &err, "order", "--price", "1.5", "Buy", "--json"), YQ_OK);
	assert_string_equal(call.words[0], "Buy");
	assert_string_equal(call.options[YQ_OPT_PRICE], "1.5");
	assert_true(yq_call_has(&call, YQ_OPT_JSON));
	assert_int_equal(PARSE(&call, &err, "order", "Buy", "--pr=-2"), YQ_OK);
	assert_string_equal(call.options[YQ_OPT_PRICE], "-2");
	assert_int_equal(PARSE(&call, &err, "order", "--", "--price"), YQ_OK);
	assert_string_equal(call.words[0], "--price");
}

static void
test_a_wrong_command_line_is_refused_with_its_reason(void **state)
{
	struct yq_call call;
	struct yq_err err = { 0 };

	(void)state;
	assert_int_equal(PARSE(&call, &err, "order"), YQ_E_INVALID);
	assert_int_equal(PARSE(&call, &err, "order", "Buy", "more"), YQ_E_INVALID);
	assert_int_equal(PARSE(&call, &err, "order", "Buy", "--limit", "3"), YQ_E_INVALID);
	assert_int_equal(PARSE(&call, &err, "order", "Buy", "--price"), YQ_E_INVALID);
	assert_int_equal(
	    PARSE(&call, &err, "order", "Buy", "--price", "1", "--price", "2"), YQ_E_INVALID);
	assert_int_equal(PARSE(&call, &err, "order", "Buy", "--json=yes"), YQ_E_INVALID);
	assert_int_equal(PARSE(&call, &err, "order", "Buy", "--"), YQ_OK);
}

static void
test_a_number_option_keeps_to_its_range(void **state)
{
	struct yq_call call;
	struct yq_err err = { 0 };
	int64_t value;

	(void)state;
	assert_int_equal(PARSE(&call, &err, "orders", "--limit", "7"), YQ_OK);
	assert_int_equal(yq_option_int(&call, YQ_OPT_LIMIT, 1, 10, 5, &value, &err), YQ_OK);
	assert_int_equal(value, 7);
	assert_int_equal(yq_option_int(&call, YQ_OPT_LIMIT, 1, 6, 5, &value, &err), YQ_E_INVALID);
	assert_int_equal(PARSE(&call, &err, "orders"), YQ_OK);
	assert_int_equal(yq_option_int(&call, YQ_OPT_LIMIT, 1, 10, 5, &value, &err), YQ_OK);
	assert_int_equal(value, 5);
}

static void
test_width_counts_columns_not_bytes(void **state)
{
	(void)state;
	assert_int_equal(yq_text_width("abc"), 3);
	assert_int_equal(yq_text_width("전략"), 4);
	assert_int_equal(yq_text_width("é"), 1);
	assert_int_equal(yq_text_width("a\tb"), 3);
	assert_int_equal(yq_text_width("\xff\xfe"), 2);
}

static bool
is_private(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 && (info.st_mode & 0777) == 0600;
}

static void
test_endpoints_come_back_as_they_were_written(void **state)
{
	struct yq_endpoints written = { .webhook_url = "http://127.0.0.1:6000/webhook" }, read;
	char path[YQ_PATH_SIZE];
	struct yq_err err = { 0 };

	(void)state;
	written.webhook_secret = yq_secret_make("se\"cret", 7);
	written.valkey = yq_secret_make("unix:/x/v.sock,user=console,password=pw", 39);
	written.firebird = yq_secret_make("Database=/x/y.fdb", 17);
	yq_str_copy_cut(written.environment[0], YQ_PATH_SIZE, "FIREBIRD=/x/firebird");
	assert_int_equal(yq_path_join(path, folder, "endpoints.json", &err), YQ_OK);
	assert_int_equal(yq_endpoints_write(path, &written, &err), YQ_OK);
	assert_true(is_private(path));
	assert_int_equal(yq_endpoints_read(path, &read, &err), YQ_OK);
	assert_string_equal(read.webhook_url, written.webhook_url);
	assert_string_equal(read.web_url, "");
	assert_string_equal(yq_secret_reveal(read.webhook_secret), "se\"cret");
	assert_string_equal(yq_secret_reveal(read.valkey), yq_secret_reveal(written.valkey));
	assert_string_equal(read.environment[0], "FIREBIRD=/x/firebird");
	assert_string_equal(read.environment[1], "");
	yq_endpoints_clear(&read);
	yq_endpoints_clear(&written);
}

static void
test_what_is_no_endpoints_file_is_refused(void **state)
{
	struct yq_endpoints read;
	char path[YQ_PATH_SIZE];
	struct yq_err err = { 0 };

	(void)state;
	assert_int_equal(yq_path_join(path, folder, "endpoints.json", &err), YQ_OK);
	assert_int_equal(yq_endpoints_read("/nonexistent/x", &read, &err), YQ_E_NOT_FOUND);
	assert_int_equal(yq_file_write_private(path, "[1]", 3, &err), YQ_OK);
	assert_int_equal(yq_endpoints_read(path, &read, &err), YQ_E_CORRUPT);
	assert_int_equal(yq_file_write_private(path, "{", 1, &err), YQ_OK);
	assert_int_equal(yq_endpoints_read(path, &read, &err), YQ_E_CORRUPT);
}

static void
test_a_secret_is_made_once(void **state)
{
	struct yq_secret *first = NULL, *second = NULL;
	char path[YQ_PATH_SIZE];
	struct yq_err err = { 0 };

	(void)state;
	assert_int_equal(yq_keep_secret(folder, "secret", &first, &err), YQ_OK);
	assert_int_equal(yq_keep_secret(folder, "secret", &second, &err), YQ_OK);
	assert_string_equal(yq_secret_reveal(first), yq_secret_reveal(second));
	assert_true(yq_secret_length(first) >= 40);
	assert_int_equal(yq_path_join(path, folder, "secret", &err), YQ_OK);
	assert_true(is_private(path));
	assert_int_equal(yq_file_write_private(path, "\n", 1, &err), YQ_OK);
	yq_secret_free(first);
	first = NULL;
	assert_int_equal(yq_keep_secret(folder, "secret", &first, &err), YQ_E_CORRUPT);
	yq_secret_free(second);
}

static void
test_the_lock_names_its_holder_and_dies_with_it(void **state)
{
	char path[YQ_PATH_SIZE];
	struct yq_err err = { 0 };
	int ready[2], go[2], fd, status;
	int64_t holder;
	pid_t pid;
	char byte = 0;

	(void)state;
	assert_int_equal(yq_path_join(path, folder, "lock", &err), YQ_OK);
	assert_int_equal(pipe(ready) | pipe(go), 0);
	pid = fork();
	if (pid == 0) {
		bool ok = yq_file_lock(path, &fd, &holder, NULL) == YQ_OK;

		ok = ok && write(ready[1], "x", 1) == 1 && read(go[0], &byte, 1) == 1;
		_exit(ok ? 0 : 1);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(yq_file_lock(path, &fd, &holder, &err), YQ_E_EXISTS);
	assert_int_equal(holder, pid);
	assert_int_equal(write(go[1], "x", 1), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(yq_file_lock(path, &fd, &holder, &err), YQ_OK);
	close(fd);
}

static void
test_a_log_stays_within_twice_its_maximum(void **state)
{
	char path[YQ_PATH_SIZE], previous[YQ_PATH_SIZE];
	struct yq_log_file *file;
	struct yq_err err = { 0 };
	struct stat now, before;

	(void)state;
	assert_int_equal(yq_path_join(path, folder, "log", &err), YQ_OK);
	assert_int_equal(yq_path_join(previous, folder, "log.1", &err), YQ_OK);
	assert_int_equal(yq_log_file_open(path, 1000, &file, &err), YQ_OK);
	for (int i = 0; i < 500; i++)
		yq_log_file_add(file, "a line of 24 characters.", 24);
	yq_log_file_close(file);
	assert_int_equal(stat(path, &now), 0);
	assert_int_equal(stat(previous, &before), 0);
	assert_in_range(now.st_size, 25, 1000);
	assert_in_range(before.st_size, 900, 1000);
	assert_true(is_private(path));
}

static void
test_a_port_that_is_given_stays(void **state)
{
	struct yq_err err = { 0 };
	int64_t port = 6000;

	(void)state;
	assert_int_equal(yq_keep_port("127.0.0.1", &port, &err), YQ_OK);
	assert_int_equal(port, 6000);
	port = 0;
	assert_int_equal(yq_keep_port("127.0.0.1", &port, &err), YQ_OK);
	assert_in_range(port, 1024, 65535);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_unique_beginning_names_a_verb_and_a_whole_name_wins),
		cmocka_unit_test(test_options_stand_anywhere_and_take_their_value_either_way),
		cmocka_unit_test(test_a_wrong_command_line_is_refused_with_its_reason),
		cmocka_unit_test(test_a_number_option_keeps_to_its_range),
		cmocka_unit_test(test_width_counts_columns_not_bytes),
		cmocka_unit_test(test_endpoints_come_back_as_they_were_written),
		cmocka_unit_test(test_what_is_no_endpoints_file_is_refused),
		cmocka_unit_test(test_a_secret_is_made_once),
		cmocka_unit_test(test_the_lock_names_its_holder_and_dies_with_it),
		cmocka_unit_test(test_a_log_stays_within_twice_its_maximum),
		cmocka_unit_test(test_a_port_that_is_given_stays),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
