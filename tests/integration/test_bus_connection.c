/*
 * test_bus_connection.c - the connection, the subscriber, the consumer and adoption on a real
 * server that dies, freezes and comes back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "bus/adopt.h"
#include "bus/consume.h"
#include "bus/state.h"
#include "bus/subscriber.h"
#include "valkey_fixture.h"

static struct valkey_fixture server;
static struct yq_valkey_sync *console;
static struct yq_valkey_target target;
static uv_loop_t loop;

/* The end of one command. */
struct outcome {
	bool done;
	int times;
	enum yq_rc rc;
	long long integer;
	char text[256];
};

static void
on_reply(void *cookie, enum yq_rc rc, const redisReply *reply, const struct yq_err *err)
{
	struct outcome *outcome = cookie;

	outcome->done = true;
	outcome->times++;
	outcome->rc = rc;
	assert_true((rc == YQ_OK) == (reply != NULL));
	assert_true((rc == YQ_OK) == (err == NULL));
	if (reply != NULL)
		outcome->integer = reply->integer;
	if (reply != NULL && reply->str != NULL)
		yq_str_copy_cut(outcome->text, sizeof(outcome->text), reply->str);
	if (err != NULL)
		yq_str_copy_cut(outcome->text, sizeof(outcome->text), err->text);
}

/* What a state callback said. */
struct ups {
	bool up;
	int up_count, down_count;
	enum yq_rc rc;
};

static void
on_state(void *cookie, bool up, const struct yq_err *err)
{
	struct ups *ups = cookie;

	ups->up = up;
	ups->up_count += up;
	ups->down_count += !up;
	ups->rc = err == NULL ? YQ_OK : err->rc;
}

static int
setup_as(enum yq_program program)
{
	valkey_fixture_clear(&server);
	console = valkey_fixture_sync(&server, YQ_PROGRAM_CONSOLE);
	target = valkey_fixture_target(&server, program);
	return uv_loop_init(&loop);
}

static int
setup(void **state)
{
	(void)state;
	return setup_as(YQ_PROGRAM_ORDER_MANAGER);
}

static int
teardown(void **state)
{
	(void)state;
	loop_end(&loop);
	yq_valkey_sync_close(console);
	yq_valkey_target_clear(&target);
	return 0;
}

static void
command(struct yq_valkey *valkey, const char *words, uint32_t timeout_ms, struct outcome *outcome)
{
	struct yq_args *args = yq_valkey_args(valkey);

	*outcome = (struct outcome){ 0 };
	yq_args_words(args, words);
	yq_valkey_send(valkey, args, timeout_ms, on_reply, outcome);
	assert_false(outcome->done); /* never from inside */
}

static struct yq_valkey *
open_valkey(struct ups *ups)
{
	struct yq_valkey *valkey = NULL;
	struct yq_err err;

	*ups = (struct ups){ 0 };
	assert_int_equal(
	    yq_valkey_open(&loop, &target, "test", on_state, ups, &valkey, &err), YQ_OK);
	return valkey;
}

static void
restart_console(void)
{
	yq_valkey_sync_close(console);
	console = valkey_fixture_sync(&server, YQ_PROGRAM_CONSOLE);
}

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
test_tls_and_sentinel_are_refused_in_words(void **state)
{
	struct yq_valkey *valkey;
	struct yq_err err;

	(void)state;
	target.tls = true;
	assert_int_equal(
	    yq_valkey_open(&loop, &target, "t", NULL, NULL, &valkey, &err), YQ_E_INVALID);
	assert_non_null(strstr(err.text, "ssl"));
	target.tls = false;
	assert_true(yq_str_copy(target.service_name, sizeof(target.service_name), "m"));
	assert_int_equal(
	    yq_valkey_open(&loop, &target, "t", NULL, NULL, &valkey, &err), YQ_E_INVALID);
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
	struct outcome frozen, after;
	struct ups ups;
	struct yq_valkey *valkey = open_valkey(&ups);

	(void)state;
	loop_until(&loop, &ups.up, 2000);
	valkey_fixture_freeze(&server, true);
	command(valkey, "HSET halt a 1", 100, &frozen);
	loop_until(&loop, &frozen.done, 1000);
	assert_int_equal(frozen.rc, YQ_E_UNKNOWN);
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

/* ---- consumer */

struct reader {
	struct yq_consumer *consumer;
	size_t count, again;
	bool enough; /* count reached `want` */
	size_t want;
	char last[32], last_id[YQ_ENTRY_ID_SIZE];
	struct ups ups;
};

static void
on_entries(void *cookie, const struct yq_entry *entries, size_t count)
{
	struct reader *reader = cookie;

	for (size_t i = 0; i < count; i++)
		reader->again += entries[i].again;
	reader->count += count;
	yq_str_copy_cut(reader->last, sizeof(reader->last), entries[count - 1].payload);
	yq_str_copy_cut(reader->last_id, sizeof(reader->last_id), entries[count - 1].id);
	reader->enough = reader->count >= reader->want;
}

static void
on_reader_state(void *cookie, bool up, const struct yq_err *err)
{
	struct reader *reader = cookie;

	on_state(&reader->ups, up, err);
}

static void
open_reader(struct reader *reader, int instance, size_t want)
{
	struct yq_consumer_spec spec = { .group = YQ_GROUP_SIGNAL_INTAKE,
		.instance = instance,
		.batch = 4,
		.dead_ms = 200,
		.fn = on_entries,
		.state = on_reader_state,
		.cookie = reader };
	struct yq_err err;

	*reader = (struct reader){ .want = want };
	assert_int_equal(yq_consumer_open(&loop, &target, &spec, &reader->consumer, &err), YQ_OK);
}

static void
add(int count)
{
	for (int i = 0; i < count; i++)
		yq_reply_free(valkey_do(console, "XADD signal:stream * payload p"));
}

static void
test_a_consumer_gets_all_that_was_there_and_all_that_comes(void **state)
{
	struct reader reader;

	(void)state;
	add(10);
	open_reader(&reader, 1, 10);
	loop_until(&loop, &reader.enough, 2000);
	assert_int_equal(reader.again, 0);
	reader.want = 11;
	reader.enough = false;
	yq_reply_free(valkey_do(console, "XADD signal:stream * payload last"));
	loop_until(&loop, &reader.enough, 2000);
	assert_string_equal(reader.last, "last");
	assert_true(yq_consumer_caught_up(reader.consumer));
	yq_consumer_close(reader.consumer);
}

static void
test_a_restarted_consumer_first_reads_what_it_had_not_acknowledged(void **state)
{
	struct reader first, second;

	(void)state;
	add(6);
	open_reader(&first, 1, 6);
	loop_until(&loop, &first.enough, 2000);
	yq_consumer_close(first.consumer);
	loop_for(&loop, 50); /* the server must see it leave */
	add(1);
	open_reader(&second, 1, 7);
	loop_until(&loop, &second.enough, 2000);
	assert_int_equal(second.again, 6);
	assert_int_equal(second.count, 7);
	yq_consumer_close(second.consumer);
}

static void
test_a_dead_twins_entries_are_taken_over_but_not_a_living_ones(void **state)
{
	struct reader dead, living, heir;

	(void)state;
	add(3);
	open_reader(&dead, 2, 3);
	loop_until(&loop, &dead.enough, 2000);
	yq_consumer_close(dead.consumer);
	open_reader(&living, 3, 1);
	loop_for(&loop, 300);
	living.count = 0;
	open_reader(&heir, 1, 3);
	loop_for(&loop, 1000);
	assert_int_equal(heir.count + living.again, 3); /* one of the two, once */
	yq_consumer_close(living.consumer);
	yq_consumer_close(heir.consumer);
}

static void
test_a_consumer_outlives_the_server(void **state)
{
	struct reader reader;

	(void)state;
	add(2);
	open_reader(&reader, 1, 2);
	loop_until(&loop, &reader.enough, 2000);
	valkey_fixture_kill(&server);
	loop_for(&loop, 100);
	valkey_fixture_again(&server);
	restart_console();
	reader.want = 3;
	reader.enough = false;
	add(1);
	loop_until(&loop, &reader.enough, 5000);
	assert_int_equal(reader.count, 3); /* what was delivered is not delivered again */
	yq_consumer_close(reader.consumer);
}

static void
test_a_paused_consumer_reads_no_further_and_a_rewound_one_again(void **state)
{
	struct reader reader;

	(void)state;
	open_reader(&reader, 1, 1);
	loop_for(&loop, 50);
	yq_consumer_pause(reader.consumer);
	add(1);
	loop_until(&loop, &reader.enough, 2000); /* asked for before */
	add(5);
	loop_for(&loop, 100);
	assert_int_equal(reader.count, 1);
	reader.want = 7;
	reader.enough = false;
	yq_consumer_rewind(reader.consumer);
	yq_consumer_resume(reader.consumer);
	loop_until(&loop, &reader.enough, 2000);
	assert_int_equal(reader.again, 1);
	yq_consumer_close(reader.consumer);
}

static void
test_a_missing_group_is_told_and_waited_for(void **state)
{
	struct reader reader;

	(void)state;
	yq_reply_free(valkey_do(console, "DEL signal:stream"));
	open_reader(&reader, 1, 1);
	loop_for(&loop, 100);
	assert_int_equal(reader.ups.rc, YQ_E_STATE);
	yq_reply_free(valkey_do(console, "XGROUP CREATE signal:stream order-manager 0 MKSTREAM"));
	add(1);
	loop_until(&loop, &reader.enough, 3000);
	yq_consumer_close(reader.consumer);
}

/* ---- subscriber and adoption */

struct ear {
	struct yq_subscriber *subscriber;
	struct yq_adopt *adopt;
	struct ups ups;
	bool heard, adopted;
	int adopted_count;
	char text[64];
};

static void
on_message(void *cookie, const char *channel, const char *payload, size_t length)
{
	struct ear *ear = cookie;

	assert_string_equal(channel, "signal");
	ear->heard = true;
	yq_str_copy_cut(ear->text, sizeof(ear->text), payload);
	if (ear->adopt != NULL)
		yq_adopt_heard(ear->adopt, payload, length);
}

static void
on_ear_state(void *cookie, bool up, const struct yq_err *err)
{
	struct ear *ear = cookie;

	on_state(&ear->ups, up, err);
}

static void
on_adopt(void *cookie, const char *payload, size_t length)
{
	struct ear *ear = cookie;

	assert_int_equal(strlen(payload), length);
	ear->adopted = true;
	ear->adopted_count++;
	yq_str_copy_cut(ear->text, sizeof(ear->text), payload);
}

static void
open_ear(struct ear *ear)
{
	const char *channels[] = { yq_key_name(YQ_KEY_SIGNAL) };
	struct yq_err err;

	*ear = (struct ear){ 0 };
	assert_int_equal(yq_subscriber_open(&loop, &target, "ear", channels, 1, on_message,
			     on_ear_state, ear, &ear->subscriber, &err),
	    YQ_OK);
	loop_until(&loop, &ear->ups.up, 2000);
	loop_for(&loop, 20);
}

static void
test_a_subscriber_hears_again_after_the_server_came_back(void **state)
{
	struct ear ear;

	(void)state;
	open_ear(&ear);
	assert_int_equal(valkey_do_int(console, "PUBLISH signal one"), 1);
	loop_until(&loop, &ear.heard, 2000);
	valkey_fixture_kill(&server);
	loop_for(&loop, 50);
	valkey_fixture_again(&server);
	restart_console();
	loop_until(&loop, &ear.ups.up, 3000);
	loop_for(&loop, 50);
	ear.heard = false;
	assert_int_equal(valkey_do_int(console, "PUBLISH signal two"), 1);
	loop_until(&loop, &ear.heard, 2000);
	assert_string_equal(ear.text, "two");
	yq_subscriber_close(ear.subscriber);
}

static void
test_a_foreign_message_is_adopted_once_and_an_own_one_never(void **state)
{
	struct ear ear;

	(void)state;
	open_ear(&ear);
	ear.adopt = yq_adopt_open(&loop, 50, on_adopt, &ear);
	yq_adopt_seen(ear.adopt, "before", 6);
	valkey_do_int(console, "PUBLISH signal before");
	valkey_do_int(console, "PUBLISH signal after");
	valkey_do_int(console, "PUBLISH signal foreign");
	valkey_do_int(console, "PUBLISH signal foreign");
	loop_for(&loop, 20);
	yq_adopt_seen(ear.adopt, "after", 5);
	loop_until(&loop, &ear.adopted, 1000);
	loop_for(&loop, 100);
	assert_int_equal(ear.adopted_count, 1);
	assert_string_equal(ear.text, "foreign");
	assert_int_equal(yq_adopt_waiting(ear.adopt), 0);
	yq_adopt_close(ear.adopt);
	yq_subscriber_close(ear.subscriber);
}

static void
test_nothing_is_adopted_while_the_stream_is_not_read(void **state)
{
	struct ear ear = { 0 };

	(void)state;
	ear.adopt = yq_adopt_open(&loop, 20, on_adopt, &ear);
	yq_adopt_hold(ear.adopt, true);
	yq_adopt_heard(ear.adopt, "x", 1);
	loop_for(&loop, 60);
	assert_int_equal(ear.adopted_count, 0);
	yq_adopt_hold(ear.adopt, false);
	loop_until(&loop, &ear.adopted, 1000);
	yq_adopt_close(ear.adopt);
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

static int
start(void **state)
{
	(void)state;
	valkey_fixture_start(&server);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	valkey_fixture_end(&server);
	return 0;
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_commands_given_before_it_is_up_are_answered_in_order),
		T(test_a_wrong_password_is_denied_in_words),
		T(test_tls_and_sentinel_are_refused_in_words),
		T(test_a_lost_answer_is_unknown_and_an_unsent_command_is_not),
		T(test_no_answer_in_time_is_unknown_and_the_connection_is_replaced),
		T(test_closing_ends_every_command_once),
		T(test_the_queue_is_bounded),
		T(test_a_consumer_gets_all_that_was_there_and_all_that_comes),
		T(test_a_restarted_consumer_first_reads_what_it_had_not_acknowledged),
		T(test_a_dead_twins_entries_are_taken_over_but_not_a_living_ones),
		T(test_a_consumer_outlives_the_server),
		T(test_a_paused_consumer_reads_no_further_and_a_rewound_one_again),
		T(test_a_missing_group_is_told_and_waited_for),
		T(test_a_subscriber_hears_again_after_the_server_came_back),
		T(test_a_foreign_message_is_adopted_once_and_an_own_one_never),
		T(test_nothing_is_adopted_while_the_stream_is_not_read),
		T(test_an_account_is_read_whole_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, start, end);
}
