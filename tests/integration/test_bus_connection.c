/*
 * test_bus_connection.c - the connection, and reads over it, on a real server that dies,
 * freezes and comes back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "bus/state.h"
#include "loop_fixture.h"

/* ---- connection */

static void
test_commands_given_before_it_is_up_are_answered_in_order(void **state)
{
	struct outcome outcomes[3];
	struct ups ups;
	struct yq_valkey *valkey = open_valkey(&ups);

	(void)state;
	command(valkey, "HSET halt a 1", 2000, &outcomes[0]);
	command(valkey, "HLEN halt", 2000, &outcomes[1]);
	command(valkey, "FLUSHALL", 2000, &outcomes[2]);
	loop_until(&loop, &outcomes[2].done, 2000);
	assert_int_equal(outcomes[0].rc, YQ_OK);
	assert_int_equal(outcomes[1].integer, 1);
	assert_int_equal(outcomes[2].rc, YQ_E_DENIED);
	assert_true(yq_valkey_is_up(valkey));
	assert_int_equal(ups.up_count, 1);
	yq_valkey_close(valkey);
}

static void
test_a_wrong_password_is_denied_in_words(void **state)
{
	struct yq_valkey_sync *sync = NULL;
	struct yq_valkey *valkey;
	struct yq_err err;
	struct ups ups;

	(void)state;
	yq_secret_free(target.password);
	target.password = yq_secret_make("wrong", 5);
	assert_int_equal(yq_valkey_sync_open(&target, "test", &sync, &err), YQ_E_DENIED);
	valkey = open_valkey(&ups);
	loop_for(&loop, 100);
	assert_false(ups.up);
	assert_int_equal(ups.rc, YQ_E_DENIED);
	yq_valkey_close(valkey);
}

static void
test_tls_is_refused_in_words(void **state)
{
	struct yq_valkey *valkey;
	struct yq_err err;

	(void)state;
	target.tls = true;
	assert_int_equal(
	    yq_valkey_open(&loop, &target, "t", NULL, NULL, &valkey, &err), YQ_E_INVALID);
	assert_non_null(strstr(err.text, "ssl"));
}

static void
test_a_lost_answer_is_unknown_and_an_unsent_command_is_not(void **state)
{
	struct outcome sent, unsent, after;
	struct ups ups;
	struct yq_valkey *valkey = open_valkey(&ups);

	(void)state;
	loop_until(&loop, &ups.up, 2000);
	valkey_fixture_freeze(&server, true);
	command(valkey, "HSET halt a 1", 5000, &sent);
	loop_for(&loop, 30);
	valkey_fixture_kill(&server);
	loop_until(&loop, &sent.done, 1000);
	assert_int_equal(sent.rc, YQ_E_UNKNOWN);
	assert_int_equal(sent.times, 1);
	command(valkey, "HLEN halt", 100, &unsent);
	loop_until(&loop, &unsent.done, 1000);
	assert_int_equal(unsent.rc, YQ_E_RETRY);
	command(valkey, "HLEN halt", 5000, &after); /* waits for the server */
	valkey_fixture_again(&server);
	loop_until(&loop, &after.done, 5000);
	assert_true(after.rc == YQ_OK || after.rc == YQ_E_RETRY);
	assert_true(ups.up_count == 2 && ups.down_count >= 1);
	yq_valkey_close(valkey);
	restart_console();
}

static void
test_no_answer_in_time_is_unknown_and_the_connection_is_replaced(void **state)
{
	struct outcome before, longer, frozen, after;
	struct ups ups;
	struct yq_valkey *valkey = open_valkey(&ups);

	(void)state;
	loop_until(&loop, &ups.up, 2000);
	/* The deadline of what was answered is looked at first, and then the others: the shorter
	 * one, though it was given later. */
	command(valkey, "HLEN halt", 1000, &before);
	loop_until(&loop, &before.done, 2000);
	valkey_fixture_freeze(&server, true);
	command(valkey, "HLEN halt", 600000, &longer);
	command(valkey, "HSET halt a 1", 1500, &frozen);
	loop_until(&loop, &frozen.done, 15000);
	assert_int_equal(frozen.rc, YQ_E_UNKNOWN);
	loop_until(&loop, &longer.done, 15000);
	assert_int_equal(longer.rc, YQ_E_UNKNOWN);
	valkey_fixture_freeze(&server, false);
	command(valkey, "HLEN halt", 3000, &after);
	loop_until(&loop, &after.done, 3000);
	assert_int_equal(after.integer, 1); /* it had been carried out */
	assert_int_equal(frozen.times, 1);
	yq_valkey_close(valkey);
}

static void
test_closing_ends_every_command_once(void **state)
{
	struct outcome outcomes[3];
	struct ups ups;
	struct yq_valkey *valkey = open_valkey(&ups);

	(void)state;
	command(valkey, "HLEN halt", 1000, &outcomes[0]);
	yq_valkey_close(valkey);
	loop_until(&loop, &outcomes[0].done, 1000);
	assert_int_equal(outcomes[0].rc, YQ_E_RETRY);
	valkey = open_valkey(&ups);
	loop_until(&loop, &ups.up, 2000);
	command(valkey, "HLEN halt", 1000, &outcomes[1]);
	loop_for(&loop, 0);
	command(valkey, "HLEN halt", 1000, &outcomes[2]);
	yq_valkey_close(valkey);
	loop_until(&loop, &outcomes[2].done, 1000);
	assert_int_equal(outcomes[2].rc, YQ_E_RETRY); /* had not left */
	for (int i = 0; i < 3; i++)
		assert_int_equal(outcomes[i].times, 1);
}

static void
test_the_queue_is_bounded(void **state)
{
	static struct outcome outcomes[YQ_VALKEY_WAITING_MAX + 1];
	struct ups ups;
	struct yq_valkey *valkey = open_valkey(&ups);

	(void)state;
	for (size_t i = 0; i <= YQ_VALKEY_WAITING_MAX; i++)
		command(valkey, "PING", 5000, &outcomes[i]);
	loop_until(&loop, &outcomes[YQ_VALKEY_WAITING_MAX - 1].done, 5000);
	assert_int_equal(outcomes[YQ_VALKEY_WAITING_MAX].rc, YQ_E_LIMIT);
	assert_int_equal(outcomes[0].rc, YQ_OK);
	assert_int_equal(outcomes[YQ_VALKEY_WAITING_MAX - 1].rc, YQ_OK);
	yq_valkey_close(valkey);
}

/* ---- state */

static void
on_account(
    void *cookie, enum yq_rc rc, const struct yq_account_state *account, const struct yq_err *err)
{
	struct outcome *outcome = cookie;

	outcome->done = true;
	outcome->rc = rc;
	if (rc == YQ_OK) {
		outcome->integer =
		    (long long)(account->deposit_count * 10 + account->position_count);
		yq_str_copy_cut(outcome->text, sizeof(outcome->text), account->broker);
	} else {
		yq_str_copy_cut(outcome->text, sizeof(outcome->text), err->text);
	}
}

static void
test_an_account_is_read_whole_or_not_at_all(void **state)
{
	struct outcome outcome = { 0 };
	struct ups ups;
	struct yq_valkey *valkey = open_valkey(&ups);

	(void)state;
	yq_state_account(valkey, "Paper", on_account, &outcome);
	loop_until(&loop, &outcome.done, 1000);
	assert_int_equal(outcome.rc, YQ_E_NOT_FOUND);
	valkey_do_int(console, "HSET account:Paper Alias Paper Broker paper Active true");
	valkey_do_int(console, "HSET deposit:Paper USD 100.00 KRW 5");
	valkey_do_int(console,
	    "HSET position:Paper AAPL {\"AccountAlias\":\"Paper\",\"Ticker\":\"AAPL\",\"Currency\":"
	    "\"USD\",\"Qty\":2,\"AvgPrice\":1.5,\"BuyReason\":\"Manual\",\"Exchange\":\"NASDAQ\"}");
	outcome.done = false;
	yq_state_account(valkey, "Paper", on_account, &outcome);
	loop_until(&loop, &outcome.done, 1000);
	if (outcome.rc != YQ_OK)
		fail_msg("%s", outcome.text);
	assert_int_equal(outcome.integer, 21);
	valkey_do_int(console, "HSET deposit:Paper USD lots");
	outcome.done = false;
	yq_state_account(valkey, "Paper", on_account, &outcome);
	loop_until(&loop, &outcome.done, 1000);
	assert_int_equal(outcome.rc, YQ_E_CORRUPT);
	yq_valkey_close(valkey);
}

/* Commands that leave in one piece have one answer, and a refusal is that of the command, not of
 * the transaction; what follows is answered as ever. */
static void
test_a_transaction_is_answered_once(void **state)
{
	static const struct {
		const char *words;
		enum yq_rc rc;
	} cases[] = { { "MULTI;HLEN halt;EXEC", YQ_OK }, { "MULTI;FLUSHALL;EXEC", YQ_E_DENIED },
		{ "MULTI;HLEN halt;HLEN halt;EXEC", YQ_OK } };
	struct outcome outcomes[YQ_COUNT(cases)], after;
	struct ups ups;
	struct yq_valkey *valkey = open_valkey(&ups);

	(void)state;
	for (int up = 0; up < 2; up++) { /* held until the link is up; then sent at once */
		for (size_t i = 0; i < YQ_COUNT(cases); i++)
			command(valkey, cases[i].words, 5000, &outcomes[i]);
		command(valkey, "HSET halt a 1", 5000, &after);
		loop_until(&loop, &after.done, 5000);
		for (size_t i = 0; i < YQ_COUNT(cases); i++) {
			assert_true(outcomes[i].done);
			assert_int_equal(outcomes[i].rc, cases[i].rc);
		}
		assert_int_equal(after.rc, YQ_OK);
	}
	yq_valkey_close(valkey);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LOOP_TEST(test_commands_given_before_it_is_up_are_answered_in_order),
		LOOP_TEST(test_a_wrong_password_is_denied_in_words),
		LOOP_TEST(test_tls_is_refused_in_words),
		LOOP_TEST(test_a_lost_answer_is_unknown_and_an_unsent_command_is_not),
		LOOP_TEST(test_no_answer_in_time_is_unknown_and_the_connection_is_replaced),
		LOOP_TEST(test_closing_ends_every_command_once),
		LOOP_TEST(test_the_queue_is_bounded),
		LOOP_TEST(test_an_account_is_read_whole_or_not_at_all),
		LOOP_TEST(test_a_transaction_is_answered_once),
	};

	return cmocka_run_group_tests(tests, loop_tests_start, loop_tests_end);
}
