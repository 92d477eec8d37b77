/* test_sizer_host.c - plug-ins that crash, hang, lie and meddle: each is contained. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/str.h"
#include "order_manager/sizer_host.h"

#define LONG_MS 30000 /* nobody waits for so long unless something is wrong */

static uv_loop_t loop;

static const char *
program(void)
{
	static char path[512];

	assert_true(yq_str_format(path, sizeof(path), "%s/yq-sizer-host", getenv("YQ_BUILD")));
	return path;
}

static const char *
plugin(const char *how)
{
	static char path[512];

	assert_true(yq_str_format(path, sizeof(path), "%s/tests/integration/plugins/plugin_%s.so",
	    getenv("YQ_BUILD"), how));
	/* As it is installed; what a build makes may be writable by a group. */
	assert_int_equal(chmod(path, 0755), 0);
	return path;
}

/* ---- at load ---- */

static void
assert_refused(const char *path, const char *words)
{
	struct yq_err err;

	assert_int_equal(yq_plugin_check(program(), path, &err), YQ_E_INVALID);
	if (strstr(err.text, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", err.text, words);
}

static void
test_a_plugin_is_checked_before_it_is_used(void **unused)
{
	struct yq_err err;

	(void)unused;
	assert_int_equal(yq_plugin_check(program(), plugin("good"), &err), YQ_OK);
	assert_refused(plugin("abi_2"), "it is of ABI 2, expected 1");
	assert_refused(plugin("other_size"), "it was built with another sizer.h");
	assert_refused(plugin("no_symbol"), "it does not export yq_sizer_v1");
	assert_refused(plugin("no_name"), "its name is no text of 1 to 63 bytes");
	assert_refused("plugin_good.so", "its path must be absolute");
	assert_refused("/nowhere/plugin.so", "it cannot be opened");
	assert_refused("/tmp", "it is no file");
	assert_refused("/etc/passwd", "it cannot be loaded");
}

static void
test_a_plugin_that_dies_or_hangs_at_load_hurts_only_itself(void **unused)
{
	(void)unused;
	assert_refused(plugin("load_crash"), "signal 11");
	assert_refused(plugin("load_loop"), "it is not loaded within 3 s");
}

static void
copy_file(const char *from, const char *to, mode_t mode)
{
	static char bytes[1 << 20];
	FILE *source = fopen(from, "re"), *target = fopen(to, "we");
	size_t length;

	assert_non_null(source);
	assert_non_null(target);
	length = fread(bytes, 1, sizeof(bytes), source);
	assert_int_equal(fwrite(bytes, 1, length, target), length);
	fclose(source);
	assert_int_equal(fclose(target), 0);
	assert_int_equal(chmod(to, mode), 0);
}

static void
test_a_plugin_that_others_may_change_is_refused(void **unused)
{
	char folder[] = "/tmp/yquant-plugins-XXXXXX", path[64];
	struct yq_err err;

	(void)unused;
	assert_non_null(mkdtemp(folder));
	assert_true(yq_str_format(path, sizeof(path), "%s/mine.so", folder));
	copy_file(plugin("good"), path, 0755);
	assert_int_equal(yq_plugin_check(program(), path, &err), YQ_OK);
	assert_int_equal(chmod(path, 0775), 0);
	assert_refused(path, "others than its owner may write it (mode 0775)");
	assert_int_equal(chmod(path, 0757), 0);
	assert_refused(path, "others than its owner may write it (mode 0757)");
	assert_int_equal(chmod(path, 0755), 0);
	assert_int_equal(chmod(folder, 0777), 0);
	assert_refused(path, "everybody may write its folder");
	unlink(path);
	rmdir(folder);
}

/* ---- at work ---- */

struct watch {
	unsigned answers, troubles;
	struct yq_sizer_answer answer;
	char trouble[640];
};

static void
on_host(void *cookie, struct yq_sizer_host *host, const struct yq_sizer_answer *answer,
    const char *trouble)
{
	struct watch *watch = cookie;

	(void)host;
	if (answer != NULL) {
		watch->answers++;
		watch->answer = *answer;
	}
	if (trouble != NULL) {
		watch->troubles++;
		yq_str_copy_cut(watch->trouble, sizeof(watch->trouble), trouble);
	}
}

static void
await_state(const struct yq_sizer_host *host, enum yq_sizer_host_state state)
{
	uint64_t until_ns = uv_hrtime() + UINT64_C(1000000) * LONG_MS;

	while (yq_sizer_host_state(host) != state && uv_hrtime() < until_ns)
		uv_run(&loop, UV_RUN_ONCE);
	assert_int_equal(yq_sizer_host_state(host), state);
}

static void
ask(struct yq_sizer_host *host, struct watch *watch, int64_t deadline_ms)
{
	struct yq_sizer_input input = { .size = sizeof(input) };
	unsigned before = watch->answers;

	await_state(host, YQ_SIZER_HOST_IDLE);
	yq_sizer_host_ask(host, &input, deadline_ms);
	assert_int_equal(watch->answers, before); /* never from inside */
	while (watch->answers == before)
		uv_run(&loop, UV_RUN_ONCE);
}

static void
close_host(struct yq_sizer_host *host)
{
	yq_sizer_host_free(host);
	uv_run(&loop, UV_RUN_DEFAULT);
}

static void
assert_answer(const char *how, int64_t deadline_ms, enum yq_sizer_verdict verdict,
    const char *words, unsigned troubles)
{
	struct watch watch = { 0 };
	struct yq_sizer_host *host =
	    yq_sizer_host_make(&loop, program(), plugin(how), on_host, &watch);

	ask(host, &watch, deadline_ms);
	assert_int_equal(watch.answer.verdict, verdict);
	assert_string_equal(watch.answer.name, "hostile");
	if (strstr(watch.answer.text, words) == NULL)
		fail_msg("%s: \"%s\" does not say \"%s\"", how, watch.answer.text, words);
	assert_int_equal(watch.troubles, troubles);
	assert_int_equal(
	    yq_sizer_host_state(host), troubles > 0 ? YQ_SIZER_HOST_DOWN : YQ_SIZER_HOST_IDLE);
	close_host(host);
}

static void
test_a_good_plugin_answers_again_and_again(void **unused)
{
	struct watch watch = { 0 };
	struct yq_sizer_host *host =
	    yq_sizer_host_make(&loop, program(), plugin("good"), on_host, &watch);

	(void)unused;
	for (int i = 0; i < 100; i++) {
		ask(host, &watch, LONG_MS);
		assert_int_equal(watch.answer.verdict, YQ_SIZER_ANSWERED_BUY);
		assert_int_equal(yq_decimal_cmp(watch.answer.qty, yq_decimal_from_int(2)), 0);
		assert_string_equal(watch.answer.text, "two are enough");
	}
	yq_sizer_host_renew(host);
	ask(host, &watch, LONG_MS);
	assert_int_equal(watch.answer.verdict, YQ_SIZER_ANSWERED_BUY);
	assert_int_equal(watch.troubles, 0);
	close_host(host);
}

static void
test_each_hostile_plugin_is_contained(void **unused)
{
	(void)unused;
	assert_answer("crash", LONG_MS, YQ_SIZER_FAILED, "signal 11", 1);
	assert_answer("loop", 50, YQ_SIZER_FAILED, "no answer within 50 ms", 1);
	assert_answer("end", LONG_MS, YQ_SIZER_FAILED, "it ended with status 0", 1);
	assert_answer("nonsense", LONG_MS, YQ_SIZER_FAILED, "verdict 7, qty_e8 200000000", 0);
	assert_answer("no_reason_end", LONG_MS, YQ_SIZER_FAILED, "the reason is no sentence", 0);
	assert_answer("silent", LONG_MS, YQ_SIZER_FAILED, "makes no sense", 0);
	assert_answer("print", LONG_MS, YQ_SIZER_ANSWERED_BUY, "two are enough", 0);
	assert_answer("close_all", LONG_MS, YQ_SIZER_FAILED, "", 1);
	assert_answer("fork", LONG_MS, YQ_SIZER_ANSWERED_BUY, "two are enough", 0);
	assert_answer("overwrite", LONG_MS, YQ_SIZER_FAILED, "", 1);
	assert_answer("write_file", LONG_MS, YQ_SIZER_FAILED, "signal 25", 1);
	assert_answer("eat", LONG_MS, YQ_SIZER_FAILED, "signal 6", 1);
}

static void
test_a_plugin_that_failed_is_started_again_and_people_are_told_once(void **unused)
{
	struct watch watch = { 0 };
	struct yq_sizer_host *host =
	    yq_sizer_host_make(&loop, program(), plugin("crash"), on_host, &watch);
	struct yq_sizer_answer excuse;

	(void)unused;
	for (unsigned i = 1; i <= 2; i++) {
		ask(host, &watch, LONG_MS);
		assert_int_equal(watch.troubles, i);
		assert_int_equal(yq_sizer_host_state(host), YQ_SIZER_HOST_DOWN);
		yq_sizer_host_excuse(host, &excuse);
		assert_int_equal(excuse.verdict, YQ_SIZER_FAILED);
		assert_non_null(strstr(excuse.text, "it is being started again: it was ended"));
		/* The longer it goes on, the longer it waits. */
		assert_non_null(strstr(watch.trouble, i == 1 ? "in 1 s" : "in 2 s"));
	}
	close_host(host);
}

static void
test_a_program_that_is_not_there_is_a_failure_like_others(void **unused)
{
	struct watch watch = { 0 };
	struct yq_sizer_host *host =
	    yq_sizer_host_make(&loop, "/nowhere/yq-sizer-host", plugin("good"), on_host, &watch);

	(void)unused;
	await_state(host, YQ_SIZER_HOST_DOWN);
	assert_non_null(strstr(watch.trouble, "/nowhere/yq-sizer-host cannot be run"));
	/* After a second once more, and nobody is told again. */
	uv_run(&loop, UV_RUN_ONCE);
	await_state(host, YQ_SIZER_HOST_DOWN);
	assert_int_equal(watch.troubles, 1);
	close_host(host);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_plugin_is_checked_before_it_is_used),
		cmocka_unit_test(test_a_plugin_that_dies_or_hangs_at_load_hurts_only_itself),
		cmocka_unit_test(test_a_plugin_that_others_may_change_is_refused),
		cmocka_unit_test(test_a_good_plugin_answers_again_and_again),
		cmocka_unit_test(test_each_hostile_plugin_is_contained),
		cmocka_unit_test(
		    test_a_plugin_that_failed_is_started_again_and_people_are_told_once),
		cmocka_unit_test(test_a_program_that_is_not_there_is_a_failure_like_others),
	};

	uv_loop_init(&loop);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
