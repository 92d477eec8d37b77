/* test_webhook.c - yq-webhook as a process, with a real valkey-server and a real HTTP client. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "sanitized.h"
#include "webhook_fixture.h"

static void
test_an_accepted_alert_is_in_the_stream_and_a_copy_is_not_taken_twice(void **state)
{
	char id[64];

	(void)state;
	assert_int_equal(webhook_post_alert(1), 200);
	assert_webhook_reply("status", "accepted");
	assert_webhook_reply("duplicate", "");
	webhook_reply_text("id", id, sizeof(id));
	assert_int_equal(strlen(id), 36);
	assert_int_equal(webhook_stream_length(), 1);
	assert_int_equal(webhook_post_alert(1), 200);
	assert_webhook_reply("duplicate", "true");
	assert_webhook_reply("id", id);
	assert_int_equal(webhook_post_alert(2), 200);
	assert_webhook_reply("duplicate", "");
	assert_int_equal(webhook_stream_length(), 2);
}

static void
test_a_copy_is_known_after_a_restart_too(void **state)
{
	char id[64];

	(void)state;
	/* with a window of 3 s some of these pairs lie across its edge */
	webhook_restart_with("Webhook__DuplicateWindowSeconds=3", "");
	for (unsigned n = 0; n < 5; n++) {
		assert_int_equal(webhook_post_alert(n), 200);
		webhook_reply_text("id", id, sizeof(id));
		assert_int_equal(webhook_stop(SIGKILL), 128 + SIGKILL);
		usleep(700000);
		webhook_start();
		assert_int_equal(webhook_post_alert(n), 200);
		assert_webhook_reply("duplicate", "true");
		assert_webhook_reply("id", id);
	}
	assert_int_equal(webhook_stream_length(), 5);
}

static void
test_each_refusal_has_its_status(void **state)
{
	static const char good[] =
	    "{\"secret\":\"" ALERT_SECRET "\",\"strategy\":\"S\",\"ticker\":\"NASDAQ:AAPL\",";
	char body[20000];

	(void)state;
	(void)yq_str_format(body, sizeof(body), "%s\"action\":\"hold\"}", good);
	assert_int_equal(webhook_post(body), 400);
	assert_webhook_reply("field", "action");
	(void)yq_str_format(body, sizeof(body), "%s\"action\":\"buy\",\"price\":NaN}", good);
	assert_int_equal(webhook_post(body), 400);
	assert_webhook_reply("field", "price");
	assert_int_equal(webhook_post("no JSON"), 400);
	assert_int_equal(webhook_post("{\"secret\":\"" WRONG_SECRET "\",\"strategy\":\"S\"}"), 401);
	assert_webhook_reply("field", "");
	assert_int_equal(webhook_post("{\"strategy\":\"S\"}"), 401);
	assert_int_equal(webhook_ask("/", NULL, 0, NULL), 404);
	assert_int_equal(webhook_ask("/webhook", NULL, 0, NULL), 405);
	memset(body, ' ', sizeof(body));
	assert_int_equal(webhook_ask("/webhook", body, 16385, NULL), 413);
	assert_int_equal(webhook_ask("/webhook", body, 16384, NULL), 400);
	assert_int_equal(
	    webhook_ask("/webhook", body, 9, "Content-Type: multipart/form-data"), 415);
	assert_int_equal(webhook_ask("/webhook", body, 9, "Content-Encoding: gzip"), 415);
	assert_int_equal(webhook_stream_length(), 0);
}

static void
test_addresses_rates_and_mappings_are_enforced(void **state)
{
	(void)state;
	webhook_restart_with("Webhook__AllowedIps=[\"52.89.214.238\"]", "");
	assert_int_equal(webhook_post_alert(1), 403);
	webhook_restart_with("Webhook__RateLimitBurst=2", "Webhook__RateLimitPerSecond=1");
	assert_int_equal(webhook_post_alert(1), 200);
	assert_int_equal(webhook_post_alert(2), 200);
	assert_int_equal(webhook_post_alert(3), 429);
	assert_true(webhook.retry_after >= 1);
	webhook_restart_with("Webhook__StrategyAccountMapping={\"Other\":[\"Paper\"]}", "");
	assert_int_equal(webhook_post_alert(1), 400);
	assert_webhook_reply("field", "strategy");
	assert_non_null(strstr(yq_buf_text(&webhook.reply), "\\\"S\\\""));
}

static void
test_no_secret_shows_in_log_or_stream(void **state)
{
	struct yq_valkey_sync *sync;
	redisReply *reply;

	(void)state;
	webhook_restart_with("Log__Level=debug", "");
	assert_int_equal(webhook_post_alert(1), 200);
	assert_int_equal(webhook_post("{\"secret\":\"" WRONG_SECRET "\",\"strategy\":\"S\"}"), 401);
	assert_null(strstr(yq_buf_text(&webhook.reply), WRONG_SECRET));
	assert_int_equal(
	    webhook_post("{\"secret\":\"" ALERT_SECRET "\",\"strategy\":\"S\",\"price\":NaN}"),
	    400);
	assert_int_equal(webhook_post("{\"secret\":\"" ALERT_SECRET "\",\"strategy\":{}}"), 400);
	assert_false(webhook_log_has(ALERT_SECRET));
	assert_false(webhook_log_has(WRONG_SECRET));
	assert_false(
	    webhook_log_has(yq_secret_reveal(webhook.valkey.passwords[YQ_PROGRAM_WEBHOOK])));
	sync = valkey_fixture_sync(&webhook.valkey, YQ_PROGRAM_CONSOLE);
	reply = valkey_do(sync, "XRANGE signal:stream - +");
	assert_int_equal(reply->elements, 1);
	assert_null(strstr(reply->element[0]->element[1]->element[1]->str, ALERT_SECRET));
	yq_reply_free(reply);
	yq_valkey_sync_close(sync);
}

static void
test_alerts_survive_valkey_and_the_webhook_itself_and_follow_in_order(void **state)
{
	struct yq_buf comments = yq_buf_make(4096);

	(void)state;
	assert_int_equal(webhook_post_alert(0), 200);
	valkey_fixture_kill(&webhook.valkey);
	for (unsigned n = 1; n < 5; n++) {
		assert_int_equal(webhook_post_alert(n), 200);
		assert_webhook_reply("spooled", "true");
	}
	assert_int_equal(webhook_stop(SIGKILL), 128 + SIGKILL);
	webhook_start(); /* without Valkey */
	for (unsigned n = 5; n < 9; n++)
		assert_int_equal(webhook_post_alert(n), 200);
	valkey_fixture_again(&webhook.valkey);
	webhook_await_length(9);
	assert_int_equal(webhook_post_alert(9), 200);
	assert_webhook_reply("spooled", "");
	webhook_stream_comments(&comments);
	assert_string_equal(yq_buf_text(&comments), "0 1 2 3 4 5 6 7 8 9 ");
	yq_buf_free(&comments);
}

static void
test_a_frozen_valkey_does_not_let_the_sender_wait(void **state)
{
	struct yq_buf comments = yq_buf_make(4096);

	(void)state;
	assert_int_equal(webhook_post_alert(0), 200);
	valkey_fixture_freeze(&webhook.valkey, true);
	for (unsigned n = 1; n < 4; n++) {
		assert_int_equal(webhook_post_alert(n), 200);
		assert_true(webhook.seconds < 2.9);
		assert_webhook_reply("spooled", "true");
	}
	valkey_fixture_freeze(&webhook.valkey, false);
	webhook_await_length(4); /* the first of them came both ways, and is there once */
	webhook_stream_comments(&comments);
	assert_string_equal(yq_buf_text(&comments), "0 1 2 3 ");
	yq_buf_free(&comments);
}

static void
test_without_a_spool_the_sender_is_told_to_try_again(void **state)
{
	(void)state;
	webhook_restart_with("Webhook__SpoolFile=", "");
	assert_int_equal(webhook_post_alert(1), 200);
	valkey_fixture_kill(&webhook.valkey);
	assert_int_equal(webhook_post_alert(2), 503);
	assert_int_equal(webhook_ask("/health", NULL, 0, NULL), 503);
	assert_int_equal(webhook_ask("/health/live", NULL, 0, NULL), 200);
	valkey_fixture_again(&webhook.valkey);
	for (unsigned i = 0; i < 100 && webhook_post_alert(2) != 200; i++)
		usleep(50000);
	assert_int_equal(webhook.status, 200);
	assert_int_equal(webhook_ask("/health", NULL, 0, NULL), 200);
}

static void
test_health_and_metrics_are_for_this_machine_only(void **state)
{
	(void)state;
	assert_int_equal(webhook_post_alert(1), 200);
	assert_int_equal(webhook_ask("/health", NULL, 0, NULL), 200);
	assert_webhook_reply("ready", "true");
	assert_webhook_reply("live", "true");
	assert_int_equal(webhook_ask("/metrics", NULL, 0, NULL), 200);
	assert_non_null(strstr(
	    yq_buf_text(&webhook.reply), "yq_webhook_alerts_total{result=\"accepted\"} 1\n"));
	assert_int_equal(webhook_ask("/metrics", NULL, 0, "X-Forwarded-For: 1.2.3.4"), 404);
}

static void
test_a_heartbeat_tells_who_and_where(void **state)
{
	struct yq_valkey_sync *sync = valkey_fixture_sync(&webhook.valkey, YQ_PROGRAM_CONSOLE);
	char text[128], pid[16];

	(void)state;
	(void)yq_str_format(pid, sizeof(pid), "%d", webhook.pid);
	for (unsigned i = 0; i < 100; i++) {
		valkey_do_text(sync, "HGET heartbeat:Webhook State", text, sizeof(text));
		if (yq_str_equal(text, "ready"))
			break;
		usleep(20000);
	}
	assert_string_equal(text, "ready");
	assert_valkey_text(sync, "HGET heartbeat:Webhook Pid", pid);
	valkey_do_text(sync, "HGET heartbeat:Webhook Health", text, sizeof(text));
	assert_true(yq_str_starts(text, "http://127.0.0.1:"));
	yq_valkey_sync_close(sync);
}

static void
test_a_reload_takes_over_what_is_safe_and_says_what_is_not(void **state)
{
	char path[128];
	FILE *file;

	(void)state;
	webhook_path_of("overlay.json", path);
	file = fopen(path, "we");
	fprintf(file,
	    "{\"ConnectionStrings\":{\"Valkey\":\"%s,user=yq-webhook,password=%s\"},"
	    "\"Webhook\":{\"Port\":1,\"Secrets\":{\"*\":\"" WRONG_SECRET "\"}},"
	    "\"System\":{\"RunFolder\":\"%s\"}}",
	    webhook.valkey.socket, yq_secret_reveal(webhook.valkey.passwords[YQ_PROGRAM_WEBHOOK]),
	    webhook.folder);
	(void)fclose(file);
	assert_int_equal(webhook_post_alert(1), 200);
	(void)kill(webhook.pid, SIGHUP);
	for (unsigned i = 0; i < 100 && !webhook_log_has("configuration reloaded"); i++)
		usleep(20000);
	assert_true(webhook_log_has("Webhook:Port has changed; it takes effect at the next start"));
	assert_int_equal(webhook_post_alert(2), 401);
	file = fopen(path, "we");
	fprintf(file, "{\"Webhook\":{\"Port\":\"many\"}}");
	(void)fclose(file);
	(void)kill(webhook.pid, SIGHUP);
	for (unsigned i = 0; i < 100 && !webhook_log_has("the old one stays"); i++)
		usleep(20000);
	assert_true(webhook_log_has("the old one stays in force"));
	assert_int_equal(webhook_post_alert(3), 401);
}

static void
test_what_cannot_work_ends_with_its_own_code_and_says_what_to_do(void **state)
{
	struct yq_valkey_sync *sync = valkey_fixture_sync(&webhook.valkey, YQ_PROGRAM_CONSOLE);

	(void)state;
	assert_int_equal(webhook_stop(SIGTERM), 0);
	webhook_write_overlay("wrong-password");
	assert_int_equal(webhook_run_to_end(), 77);
	assert_true(webhook_log_has("refuses user \"yq-webhook\""));
	webhook_write_overlay(yq_secret_reveal(webhook.valkey.passwords[YQ_PROGRAM_WEBHOOK]));
	yq_reply_free(valkey_do(sync, "FUNCTION FLUSH"));
	assert_int_equal(webhook_run_to_end(), 76);
	assert_true(webhook_log_has("run yq provision"));
	yq_str_copy_cut(webhook.extra[0], sizeof(webhook.extra[0]), "Webhook__Port=many");
	yq_str_copy_cut(webhook.extra[1], sizeof(webhook.extra[1]), "Webhook__AllowedIps=nonsense");
	assert_int_equal(webhook_run_to_end(), 78);
	assert_true(webhook_log_has("Webhook:Port"));
	assert_true(webhook_log_has("Webhook:AllowedIps"));
	yq_valkey_sync_close(sync);
}

static void
test_it_stays_small(void **state)
{
	char path[64], line[256];
	long kilobytes = 0;
	FILE *file;

	(void)state;
	for (unsigned n = 0; n < 2000; n++)
		assert_int_equal(webhook_post_alert(n), 200);
	(void)yq_str_format(path, sizeof(path), "/proc/%d/status", webhook.pid);
	file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		if (strncmp(line, "VmRSS:", 6) == 0)
			kilobytes = strtol(line + 6, NULL, 10);
	}
	(void)fclose(file);
	print_message("# resident: %ld kB\n", kilobytes);
	if (!SANITIZED)
		assert_in_range(kilobytes, 1, 8192);
}

static void
test_a_stop_answers_what_is_in_flight_and_ends_well(void **state)
{
	(void)state;
	assert_int_equal(webhook_post_alert(1), 200);
	assert_int_equal(webhook_stop(SIGTERM), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, webhook_set_up, webhook_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_an_accepted_alert_is_in_the_stream_and_a_copy_is_not_taken_twice),
		TEST(test_a_copy_is_known_after_a_restart_too),
		TEST(test_each_refusal_has_its_status),
		TEST(test_addresses_rates_and_mappings_are_enforced),
		TEST(test_no_secret_shows_in_log_or_stream),
		TEST(test_alerts_survive_valkey_and_the_webhook_itself_and_follow_in_order),
		TEST(test_a_frozen_valkey_does_not_let_the_sender_wait),
		TEST(test_without_a_spool_the_sender_is_told_to_try_again),
		TEST(test_health_and_metrics_are_for_this_machine_only),
		TEST(test_a_heartbeat_tells_who_and_where),
		TEST(test_a_reload_takes_over_what_is_safe_and_says_what_is_not),
		TEST(test_what_cannot_work_ends_with_its_own_code_and_says_what_to_do),
		TEST(test_it_stays_small),
		TEST(test_a_stop_answers_what_is_in_flight_and_ends_well),
	};
	int failed;

	curl_global_init(CURL_GLOBAL_NOTHING);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	curl_global_cleanup();
	return failed;
}
