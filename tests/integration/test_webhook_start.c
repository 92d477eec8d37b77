/* test_webhook_start.c - yq-webhook begins while Valkey is away, frozen, or not its own. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "webhook_fixture.h"

/* Valkey is frozen, and the first try to reach it lasts for ever, unless it is answered. */
static void
begin_frozen(void)
{
	char password[160], *extra = webhook.extra[webhook.extra[0][0] == '\0' ? 0 : 1];

	(void)yq_str_format(password, sizeof(password), "%s,connectTimeout=600000",
	    yq_secret_reveal(webhook.valkey.passwords[YQ_PROGRAM_WEBHOOK]));
	webhook_write_overlay(password);
	yq_str_copy_cut(extra, sizeof(webhook.extra[0]), "Valkey__StartTimeoutSeconds=3600");
	webhook_start();
}

static void
assert_spools(unsigned first, unsigned last)
{
	for (unsigned n = first; n <= last; n++) {
		assert_int_equal(webhook_post_alert(n), 200);
		assert_webhook_reply("spooled", "true");
	}
}

static void
test_alerts_are_taken_at_once_while_valkey_is_frozen_and_follow_in_order(void **state)
{
	(void)state;
	assert_int_equal(webhook_post_alert(0), 200);
	valkey_fixture_freeze(&webhook.valkey, true);
	assert_spools(1, 2);
	assert_int_equal(webhook_stop(SIGKILL), 128 + SIGKILL);
	begin_frozen();
	assert_spools(3, 5);
	assert_int_equal(webhook_ask("/health", NULL, 0, NULL), 200);
	assert_webhook_reply("ready", "true");
	assert_non_null(strstr(yq_buf_text(&webhook.reply), "\"valkey\":false"));
	valkey_fixture_freeze(&webhook.valkey, false);
	webhook_await_length(6);
	assert_int_equal(webhook_post_alert(6), 200);
	assert_webhook_reply("spooled", "");
	assert_webhook_comments("0 1 2 3 4 5 6 ");
	assert_int_equal(webhook_ask("/health", NULL, 0, NULL), 200);
	assert_webhook_reply("valkey", "true");
}

static void
test_nothing_is_forwarded_to_a_valkey_of_another_version(void **state)
{
	struct yq_valkey_sync *sync = valkey_fixture_sync(&webhook.valkey, YQ_PROGRAM_CONSOLE);

	(void)state;
	assert_int_equal(webhook_stop(SIGTERM), 0);
	yq_reply_free(valkey_do(sync, "FUNCTION FLUSH"));
	valkey_fixture_freeze(&webhook.valkey, true);
	begin_frozen();
	assert_spools(0, 2);
	valkey_fixture_freeze(&webhook.valkey, false);
	assert_int_equal(webhook_await_end(), 76);
	assert_true(webhook_log_has("run yq provision"));
	assert_int_equal(webhook_stream_length(), 0);
	valkey_fixture_clear(&webhook.valkey);
	webhook_write_overlay(yq_secret_reveal(webhook.valkey.passwords[YQ_PROGRAM_WEBHOOK]));
	webhook_start();
	webhook_await_length(3);
	assert_webhook_comments("0 1 2 ");
	yq_valkey_sync_close(sync);
}

/* A start in order finds Valkey in some milliseconds: nobody is told 503, nothing is spooled. */
static void
test_the_first_alert_waits_for_the_first_word_of_valkey(void **state)
{
	(void)state;
	webhook_restart_with("Webhook__SpoolFile=", "");
	assert_int_equal(webhook_post_alert(1), 200);
	assert_webhook_reply("spooled", "");
	assert_int_equal(webhook_stop(SIGTERM), 0);
	valkey_fixture_freeze(&webhook.valkey, true);
	begin_frozen();
	assert_int_equal(webhook_post_alert(2), 503);
	assert_int_equal(webhook_ask("/health", NULL, 0, NULL), 503);
	valkey_fixture_freeze(&webhook.valkey, false);
	for (unsigned i = 0; i < 600 && webhook_post_alert(2) != 200; i++)
		usleep(50000);
	assert_int_equal(webhook.status, 200);
}

static void
test_a_spool_that_cannot_be_opened_at_start_is_tried_again(void **state)
{
	char spool[128], kept[128];

	(void)state;
	webhook_path_of("webhook.spool", spool);
	webhook_path_of("kept", kept);
	valkey_fixture_kill(&webhook.valkey);
	assert_spools(1, 2);
	assert_int_equal(webhook_stop(SIGTERM), 0);
	assert_int_equal(rename(spool, kept), 0);
	assert_int_equal(mkdir(spool, 0700), 0); /* no file, for a while */
	webhook_start();
	assert_int_equal(webhook_post_alert(3), 503);
	assert_int_equal(webhook_ask("/health", NULL, 0, NULL), 503);
	assert_int_equal(rmdir(spool), 0);
	assert_int_equal(rename(kept, spool), 0);
	for (unsigned i = 0; i < 600 && webhook_post_alert(3) != 200; i++)
		usleep(50000);
	assert_webhook_reply("spooled", "true");
	assert_int_equal(webhook_ask("/health", NULL, 0, NULL), 200);
	valkey_fixture_again(&webhook.valkey);
	webhook_await_length(3);
	assert_webhook_comments("1 2 3 ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, webhook_set_up, webhook_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_alerts_are_taken_at_once_while_valkey_is_frozen_and_follow_in_order),
		TEST(test_nothing_is_forwarded_to_a_valkey_of_another_version),
		TEST(test_a_spool_that_cannot_be_opened_at_start_is_tried_again),
		TEST(test_the_first_alert_waits_for_the_first_word_of_valkey),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
