/*
 * test_bus_consumer.c - the consumer, the subscriber and adoption on a real server that
 * dies and comes back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "bus/adopt.h"
#include "bus/consume.h"
#include "bus/refuse.h"
#include "bus/subscriber.h"
#include "loop_fixture.h"

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

struct guarded {
	bool allowed;
	struct reader reader;
};

static void
on_guarded_entries(void *cookie, const struct yq_entry *entries, size_t count)
{
	on_entries(&((struct guarded *)cookie)->reader, entries, count);
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

static bool
is_allowed(void *cookie)
{
	return ((const struct guarded *)cookie)->allowed;
}

/* A stopped process keeps its connection and looks alive for a while. */
static void
test_who_seizes_takes_a_living_members_entries_at_once(void **state)
{
	struct yq_consumer_spec spec = { .group = YQ_GROUP_ORDER_INTAKE,
		.group_name = "broker-gateway:East",
		.instance = 2,
		.dead_ms = 60000,
		.seize = true,
		.fn = on_entries };
	struct reader holder = { .want = 3 }, heir = { .want = 3 };
	struct yq_err err;

	(void)state;
	yq_reply_free(valkey_do(console, "XGROUP CREATE order:stream broker-gateway:East 0"));
	for (int i = 0; i < 3; i++)
		yq_reply_free(valkey_do(console, "XADD order:stream * payload p"));
	spec.cookie = &holder;
	assert_int_equal(yq_consumer_open(&loop, &target, &spec, &holder.consumer, &err), YQ_OK);
	loop_until(&loop, &holder.enough, 5000);
	spec.cookie = &heir;
	spec.instance = 1;
	assert_int_equal(yq_consumer_open(&loop, &target, &spec, &heir.consumer, &err), YQ_OK);
	loop_until(&loop, &heir.enough, 5000);
	assert_int_equal(heir.again, 3);
	yq_consumer_close(holder.consumer);
	yq_consumer_close(heir.consumer);
}

/* A member that stood still is given what comes, as long as its waiting read does. */
static void
test_who_seizes_delivers_its_own_and_others_entries_in_their_order(void **state)
{
	struct reader reader = { .want = 2 };
	struct yq_consumer_spec spec = { .group = YQ_GROUP_ORDER_INTAKE,
		.group_name = "broker-gateway:West",
		.instance = 1,
		.seize = true,
		.wary_ms = 60000,
		.fn = on_entries,
		.cookie = &reader };
	struct yq_err err;

	(void)state;
	yq_reply_free(valkey_do(console, "XGROUP CREATE order:stream broker-gateway:West $"));
	assert_int_equal(yq_consumer_open(&loop, &target, &spec, &reader.consumer, &err), YQ_OK);
	loop_for(&loop, 300); /* its read waits */
	yq_reply_free(valkey_do(console, "XADD order:stream * kind k payload first"));
	yq_reply_free(valkey_do(console, "XADD order:stream * kind k payload second"));
	yq_reply_free(valkey_do(
	    console, "XREADGROUP GROUP broker-gateway:West other COUNT 1 STREAMS order:stream >"));
	loop_until(&loop, &reader.enough, 10000);
	assert_string_equal(reader.last, "second");
	assert_int_equal(reader.count, 2);
	yq_consumer_close(reader.consumer);
}

static void
test_who_may_not_read_leaves_the_entries_where_they_are(void **state)
{
	struct guarded both = { .reader = { .want = 1 } };
	struct yq_consumer_spec spec = { .group = YQ_GROUP_SIGNAL_INTAKE,
		.instance = 1,
		.may_read = is_allowed,
		.fn = on_guarded_entries,
		.cookie = &both };
	struct yq_err err;

	(void)state;
	add(1);
	assert_int_equal(
	    yq_consumer_open(&loop, &target, &spec, &both.reader.consumer, &err), YQ_OK);
	loop_for(&loop, 200);
	assert_int_equal(valkey_do_int(console, "XLEN signal:stream"), 1);
	assert_int_equal(both.reader.count, 0);
	both.allowed = true;
	yq_consumer_resume(both.reader.consumer);
	loop_until(&loop, &both.reader.enough, 5000);
	assert_int_equal(both.reader.again, 0); /* nobody had been given it */
	yq_consumer_close(both.reader.consumer);
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
	assert_true(reader.ups.up); /* and that it is over is told too */
	yq_consumer_close(reader.consumer);
}

/* ---- what nobody can read */

struct refuser {
	struct yq_valkey *valkey;
	bool done;
};

static void
refuse_all(void *cookie, const struct yq_entry *entries, size_t count)
{
	struct refuser *refuser = cookie;
	struct yq_err why;

	yq_err_set(&why, YQ_E_INVALID, "Ticker: missing");
	for (size_t i = 0; i < count; i++) { /* twice: as after a crash between report and XACK */
		yq_refuse_entry(
		    refuser->valkey, YQ_GROUP_SIGNAL_INTAKE, &entries[i], "OrderManager", &why);
		yq_refuse_entry(
		    refuser->valkey, YQ_GROUP_SIGNAL_INTAKE, &entries[i], "OrderManager", &why);
	}
	refuser->done = true;
}

static void
test_a_message_nobody_can_read_is_reported_once_and_set_aside(void **state)
{
	struct yq_consumer_spec spec = {
		.group = YQ_GROUP_SIGNAL_INTAKE, .instance = 1, .fn = refuse_all
	};
	struct refuser refuser = { 0 };
	struct yq_consumer *consumer;
	redisReply *reply;
	struct ups ups;

	(void)state;
	refuser.valkey = open_valkey(&ups);
	spec.cookie = &refuser;
	add(1);
	assert_int_equal(yq_consumer_open(&loop, &target, &spec, &consumer, NULL), YQ_OK);
	loop_until(&loop, &refuser.done, 2000);
	loop_for(&loop, 100);
	assert_int_equal(valkey_do_int(console, "XLEN notification:stream"), 1);
	reply = valkey_do(console, "XPENDING signal:stream order-manager");
	assert_int_equal(reply->element[0]->integer, 0);
	freeReplyObject(reply);
	yq_consumer_close(consumer);
	yq_valkey_close(refuser.valkey);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LOOP_TEST(test_a_consumer_gets_all_that_was_there_and_all_that_comes),
		LOOP_TEST(test_a_restarted_consumer_first_reads_what_it_had_not_acknowledged),
		LOOP_TEST(test_a_dead_twins_entries_are_taken_over_but_not_a_living_ones),
		LOOP_TEST(test_who_seizes_takes_a_living_members_entries_at_once),
		LOOP_TEST(test_who_seizes_delivers_its_own_and_others_entries_in_their_order),
		LOOP_TEST(test_who_may_not_read_leaves_the_entries_where_they_are),
		LOOP_TEST(test_a_consumer_outlives_the_server),
		LOOP_TEST(test_a_paused_consumer_reads_no_further_and_a_rewound_one_again),
		LOOP_TEST(test_a_missing_group_is_told_and_waited_for),
		LOOP_TEST(test_a_message_nobody_can_read_is_reported_once_and_set_aside),
		LOOP_TEST(test_a_subscriber_hears_again_after_the_server_came_back),
		LOOP_TEST(test_a_foreign_message_is_adopted_once_and_an_own_one_never),
		LOOP_TEST(test_nothing_is_adopted_while_the_stream_is_not_read),
	};

	return cmocka_run_group_tests(tests, loop_tests_start, loop_tests_end);
}
