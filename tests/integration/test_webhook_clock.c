/*
 * test_webhook_clock.c - the wall clock is set while the webhook and Valkey run: a copy of an alert
 * is a copy as long as before, and the order of alerts is that of their coming.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "clock_fixture.h"
#include "webhook_fixture.h"

static void
post(unsigned n, const char *duplicate)
{
	assert_int_equal(webhook_post_alert(n), 200);
	assert_webhook_reply("duplicate", duplicate);
}

static void
test_a_copy_is_a_copy_and_order_is_order_whatever_the_clock_shows(void **state)
{
	static const long clocks[] = { CLOCK_HOUR, -CLOCK_HOUR, CLOCK_DAY, 0, -CLOCK_DAY };
	struct yq_buf comments = yq_buf_make(4096);
	unsigned n = 0;

	(void)state;
	webhook_restart_with(clock_preload(), clock_file());
	post(n, "");
	for (size_t i = 0; i < YQ_COUNT(clocks); i++) {
		clock_set(clocks[i]);
		post(n, "true"); /* sent again: its answer had been late */
		post(++n, "");
		post(n, "true");
	}
	webhook_stream_comments(&comments);
	assert_string_equal(yq_buf_text(&comments), "0 1 2 3 4 5 ");
	yq_buf_free(&comments);
}

static void
test_after_the_window_it_is_a_new_alert_whatever_the_clock_shows(void **state)
{
	(void)state;
	webhook_restart_with(clock_preload(), clock_file());
	(void)webhook_stop(15);
	yq_str_copy_cut(
	    webhook.extra[2], sizeof(webhook.extra[2]), "Webhook__DuplicateWindowSeconds=1");
	webhook_start();
	usleep(1200000); /* beyond what an earlier life may have heard */
	post(0, "");
	clock_set(-1);
	usleep(2300000);
	post(0, "");
}

static int
set_up(void **state)
{
	clock_begin();
	clock_set(0);
	return webhook_set_up(state);
}

static int
tear_down(void **state)
{
	int rc = webhook_tear_down(state);

	clock_end();
	return rc;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_a_copy_is_a_copy_and_order_is_order_whatever_the_clock_shows, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(
		    test_after_the_window_it_is_a_new_alert_whatever_the_clock_shows, set_up,
		    tear_down),
	};
	int failed;

	curl_global_init(CURL_GLOBAL_NOTHING);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	curl_global_cleanup();
	return failed;
}
