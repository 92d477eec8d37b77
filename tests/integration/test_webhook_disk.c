/*
 * test_webhook_disk.c - yq-webhook when a disk is full: its own, or Valkey's.  An alert answered
 * with 200 is traded; one that can be kept nowhere is answered with 503; with room all goes on.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "disk.h"
#include "webhook_fixture.h"

static void
assert_metric(const char *line)
{
	assert_int_equal(webhook_ask("/metrics", NULL, 0, NULL), 200);
	if (strstr(yq_buf_text(&webhook.reply), line) == NULL)
		fail_msg("no \"%s\" in\n%s", line, yq_buf_text(&webhook.reply));
}

static void
test_a_full_disk_below_the_spool_is_said_and_alerts_go_on_with_room(void **state)
{
	char spool[128];
	long before;

	(void)state;
	webhook_path_of("webhook.spool", spool);
	assert_int_equal(webhook_post_alert(0), 200);
	valkey_fixture_kill(&webhook.valkey);
	assert_int_equal(webhook_post_alert(1), 200);
	assert_webhook_reply("spooled", "true");
	before = disk_file_bytes(spool);
	disk_fill(webhook.pid, spool, 100); /* an alert takes more */
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(webhook_post_alert(2), 503);
		assert_true(webhook.retry_after > 0);
		assert_int_equal(disk_file_bytes(spool), before); /* no half of it stays */
	}
	assert_int_equal(webhook_ask("/health", NULL, 0, NULL), 503);
	assert_non_null(strstr(yq_buf_text(&webhook.reply), "the spool cannot be written"));
	assert_metric("yq_webhook_refusing 1\n");
	assert_metric("yq_webhook_alerts_total{result=\"unavailable\"} 3\n");
	disk_make_room(webhook.pid);
	assert_int_equal(webhook_post_alert(2), 200); /* sent again */
	assert_webhook_reply("spooled", "true");
	assert_int_equal(webhook_ask("/health", NULL, 0, NULL), 200);
	assert_metric("yq_webhook_refusing 0\n");
	disk_fill(webhook.pid, spool, 0);
	assert_int_equal(webhook_post_alert(3), 503);
	valkey_fixture_again(&webhook.valkey); /* what is in there comes out without room */
	webhook_await_length(3);
	assert_int_equal(webhook_post_alert(3), 200);
	assert_webhook_reply("spooled", "");
	assert_webhook_comments("0 1 2 3 ");
	assert_metric("yq_webhook_spool_bytes 0\n");
	assert_metric("yq_webhook_refusing 0\n");
}

static void
test_a_full_disk_below_valkey_costs_no_alert_and_doubles_none(void **state)
{
	(void)state;
	assert_int_equal(webhook_post_alert(0), 200);
	disk_fill_valkey(&webhook.valkey, 64); /* half a command goes, and Valkey ends */
	assert_int_equal(webhook_post_alert(1), 200);
	assert_webhook_reply("spooled", "true");
	for (unsigned n = 2; n < 5; n++)
		assert_int_equal(webhook_post_alert(n), 200);
	disk_keep_valkey(&webhook.valkey, 3);
	webhook_await_length(5);
	assert_int_equal(webhook_post_alert(5), 200);
	webhook_await_length(6);
	assert_webhook_comments("0 1 2 3 4 5 ");
}

/* What is under way when Valkey goes, and what comes right behind it. */
static void
test_no_alert_overtakes_another_on_its_way_through_the_spool(void **state)
{
	struct yq_buf expected = yq_buf_make(4096);

	(void)state;
	for (unsigned n = 0; n < 60; n++) {
		if (n % 20 == 5)
			valkey_fixture_freeze(&webhook.valkey, true);
		if (n % 20 == 8)
			valkey_fixture_freeze(&webhook.valkey, false);
		if (n % 20 == 11)
			valkey_fixture_kill(&webhook.valkey);
		if (n % 20 == 15) {
			assert_int_equal(webhook_stop(SIGKILL), 128 + SIGKILL);
			webhook_start();
		}
		if (n % 20 == 16)
			valkey_fixture_again(&webhook.valkey);
		assert_int_equal(webhook_post_alert(n), 200);
		yq_buf_add_format(&expected, "%u ", n);
	}
	webhook_await_length(60);
	assert_webhook_comments(yq_buf_text(&expected));
	yq_buf_free(&expected);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, webhook_set_up, webhook_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_full_disk_below_the_spool_is_said_and_alerts_go_on_with_room),
		TEST(test_a_full_disk_below_valkey_costs_no_alert_and_doubles_none),
		TEST(test_no_alert_overtakes_another_on_its_way_through_the_spool),
	};
	int failed;

	curl_global_init(CURL_GLOBAL_NOTHING);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	curl_global_cleanup();
	return failed;
}
