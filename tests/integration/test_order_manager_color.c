/* test_order_manager_color.c - of two systems that share an archive the one that its row names
 * decides signals, and the other refuses them. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/str.h"
#include "order_manager_fixture.h"
#include "store/leases.h"

#define NAME	    "color"
#define NOW	    INT64_C(1700000000000000)
#define PATIENCE_MS 30000
#define NOWHERE	    "/nonexistent/archive.fdb"

static unsigned signals;   /* each test goes on counting */
static long long archived; /* of this test */

static bool away; /* it was started without its archive */

/*
 * Stop it and start it as this color; `database` NULL = the right one.  A signal that comes while
 * Firebird's library attaches goes to the library: so wait until it has, or ask nobody.
 */
static void
restart_as(const char *color, const char *silence, const char *database)
{
	if (!away)
		om_await_count("SELECT COUNT(*) FROM SIGNALS", archived, PATIENCE_MS);
	(void)om_stop(away ? SIGKILL : SIGTERM);
	away = database != NULL;
	setenv("System__Color", color, 1);
	setenv("System__ColorSilenceSeconds", silence, 1);
	om_configure(NULL, database);
	om_start();
}

static void
decide(const char *code)
{
	struct yq_signal signal = om_signal(++signals);

	om_accept(&signal, 1);
	om_expect(&signal, code);
	archived++;
}

static void
await_field(const char *field, const char *expected)
{
	char words[64], text[64] = "";

	yq_str_format(words, sizeof(words), "HGET color %s", field);
	for (int i = 0; i < PATIENCE_MS / 10; i++) {
		valkey_do_text(console, words, text, sizeof(text));
		if (yq_str_equal(text, expected))
			return;
		usleep(10000);
	}
	fail_msg("%s is \"%s\", not \"%s\"", words, text, expected);
}

/* Prints the token. */
static bool
give_to(struct yq_firebird *firebird, const void *color, FILE *out, struct yq_err *err)
{
	struct yq_lease before, after;
	enum yq_rc rc = YQ_E_RETRY;

	for (int i = 0; i < 100 && (rc == YQ_E_RETRY || rc == YQ_E_STATE); i++)
		if (yq_lease_read(firebird, NAME, &before, err) == YQ_OK)
			rc = yq_lease_promote(
			    firebird, NAME, color, before.token, NOW, 0, &after, err);
	if (rc == YQ_OK)
		fprintf(out, "%lld", (long long)after.token);
	return rc == YQ_OK;
}

static int64_t
promote(const char *color)
{
	char text[32];
	int64_t token;

	om_ask_database(give_to, color, text, sizeof(text));
	assert_true(yq_str_to_int64(text, 1, INT64_MAX, &token));
	return token;
}

static void
test_the_color_that_the_row_names_decides_and_the_other_refuses(void **state)
{
	(void)state;
	decide("ORDERED"); /* without colors */
	restart_as("blue", "0", NULL);
	decide("ORDERED"); /* the first to come */
	await_field("Active", "blue");
	await_field("Token", "1");
	assert_int_equal(promote("green"), 2);
	await_field("Active", "green");
	decide("NOT_ACTIVE");
	assert_true(om_notices("green is the active one") > 0);
	(void)promote("blue");
	/* the other must have seen it before this one begins */
	await_field("Token", "3");
	await_field("Active", "");
	decide("NOT_ACTIVE");
	await_field("Active", "blue");
	decide("ORDERED");
	assert_true(om_notices("is the active one and trades from now on") > 0);
}

static void
test_without_the_archive_what_was_seen_last_holds(void **state)
{
	(void)state;
	decide("ORDERED");
	restart_as("blue", "0", NULL);
	await_field("Active", "blue");
	restart_as("blue", "0", NOWHERE);
	decide("ORDERED");
	restart_as("blue", "0", NULL);
	(void)promote("green");
	await_field("Active", "green");
	restart_as("blue", "0", NOWHERE);
	decide("NOT_ACTIVE");
}

static void
test_a_color_that_has_never_seen_the_row_does_not_trade(void **state)
{
	(void)state;
	decide("ORDERED");
	restart_as("blue", "0", NOWHERE);
	decide("NOT_ACTIVE");
	assert_int_equal(valkey_do_int(console, "EXISTS color"), 0);
	/* nor one that has the other's color in its memory */
	restart_as("green", "0", NULL);
	await_field("Active", "green");
	restart_as("blue", "0", NOWHERE);
	decide("NOT_ACTIVE");
}

static void
test_after_too_long_a_silence_the_active_one_stops(void **state)
{
	(void)state;
	decide("ORDERED");
	restart_as("blue", "2", NULL);
	await_field("Active", "blue");
	decide("ORDERED");
	restart_as("blue", "2", NOWHERE);
	usleep(2500000);
	decide("NOT_ACTIVE");
	restart_as("blue", "2", NULL);
	decide("ORDERED");
}

static int
without_color(void **state)
{
	archived = 0;
	away = false;
	unsetenv("System__Color");
	unsetenv("System__ColorSilenceSeconds");
	return om_setup(state);
}

int
main(int argc, char **argv)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, without_color, om_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_the_color_that_the_row_names_decides_and_the_other_refuses),
		TEST(test_without_the_archive_what_was_seen_last_holds),
		TEST(test_a_color_that_has_never_seen_the_row_does_not_trade),
		TEST(test_after_too_long_a_silence_the_active_one_stops),
	};
	int failed;

	om_begin(argc, argv);
	failed = cmocka_run_group_tests_name("order_manager_color", tests, steps_start, steps_end);
	om_finish();
	return failed;
}
