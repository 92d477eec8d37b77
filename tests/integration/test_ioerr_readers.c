/*
 * test_ioerr_readers.c - the readers of streams and channels, with each call to the kernel failing
 * in turn: a stream's reader misses nothing and delivers nothing as new twice, a channel's reader
 * hears again.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/str.h"
#include "bus/consume.h"
#include "bus/subscriber.h"
#include "ioerr.h"
#include "keyspace.h"
#include "loop_fixture.h"

#define ENTRIES 5
#define WAIT_MS 60000

struct reading {
	bool seen[ENTRIES], done;
	int as_new[ENTRIES];
	int states;
};

static void
on_entries(void *cookie, const struct yq_entry *entries, size_t count)
{
	struct reading *reading = cookie;
	bool all = true;

	for (size_t i = 0; i < count; i++) {
		int n = entries[i].payload[0] - '0';

		assert_in_range(n, 0, ENTRIES - 1);
		reading->seen[n] = true;
		reading->as_new[n] += !entries[i].again;
	}
	for (int i = 0; i < ENTRIES; i++)
		all = all && reading->seen[i];
	reading->done = all;
}

static void
on_reader_state(void *cookie, bool up, const struct yq_err *err)
{
	struct reading *reading = cookie;

	reading->states++;
	if (!up && !yq_str_starts(err->text, "valkey"))
		fail_msg("an error without what and where: %s", err->text);
}

static void
fill_stream(void)
{
	keyspace_clear(console);
	for (int i = 0; i < ENTRIES; i++) {
		char words[64];

		yq_str_format(words, sizeof(words), "XADD signal:stream * payload %d", i);
		freeReplyObject(valkey_do(console, words));
	}
	/* Two of them were delivered to an earlier life. */
	freeReplyObject(valkey_do(console,
	    "XREADGROUP GROUP order-manager order-manager-1 COUNT 2 STREAMS signal:stream >"));
}

static void
read_stream(struct reading *reading)
{
	struct yq_consumer_spec spec = { .group = YQ_GROUP_SIGNAL_INTAKE,
		.instance = 1,
		.batch = 2,
		.fn = on_entries,
		.state = on_reader_state,
		.cookie = reading };
	struct yq_consumer *consumer = NULL;
	struct yq_err err;

	*reading = (struct reading){ 0 };
	assert_int_equal(yq_consumer_open(&loop, &target, &spec, &consumer, &err), YQ_OK);
	loop_until(&loop, &reading->done, WAIT_MS);
	yq_consumer_close(consumer);
	loop_for(&loop, 1);
}

static void
test_a_reader_of_a_stream_gets_every_entry_whatever_call_fails(void **state)
{
	struct reading reading;
	unsigned failures = 0;

	(void)state;
	for (int fault = 0; fault < IOERR_FAULT_COUNT; fault++) {
		struct ioerr_plan plan = {
			.where = IOERR_SOCKETS, .fault = (enum ioerr_fault)fault, .nth = 1
		};
		bool fired = true;

		for (; fired; plan.nth++) {
			fill_stream();
			ioerr_arm(&plan);
			read_stream(&reading);
			fired = ioerr_disarm();
			failures += fired;
			for (int i = 0; i < ENTRIES; i++)
				assert_in_range(reading.as_new[i], 0, i < 2 ? 0 : 1);
		}
	}
	assert_true(failures > 30);
}

static void
on_message(void *cookie, const char *channel, const char *payload, size_t length)
{
	struct reading *reading = cookie;

	assert_string_equal(channel, "signal");
	assert_int_equal(length, 5);
	assert_string_equal(payload, "hello");
	reading->done = true;
}

static void
on_publish(uv_timer_t *timer)
{
	(void)timer;
	ioerr_hold(true);
	freeReplyObject(valkey_do(console, "PUBLISH signal hello"));
	ioerr_hold(false);
}

static void
listen_once(struct reading *reading)
{
	static const char *const channels[] = { "signal" };
	struct yq_subscriber *subscriber = NULL;
	struct yq_err err;
	uv_timer_t publish;

	*reading = (struct reading){ 0 };
	assert_int_equal(yq_subscriber_open(&loop, &target, "test", channels, 1, on_message,
			     on_reader_state, reading, &subscriber, &err),
	    YQ_OK);
	uv_timer_init(&loop, &publish);
	uv_timer_start(&publish, on_publish, 1, 5);
	loop_until(&loop, &reading->done, WAIT_MS);
	uv_close((uv_handle_t *)&publish, NULL);
	yq_subscriber_close(subscriber);
	loop_for(&loop, 1);
}

static void
test_a_listener_hears_again_whatever_call_fails(void **state)
{
	struct reading reading;
	unsigned failures = 0;

	(void)state;
	for (int fault = 0; fault < IOERR_FAULT_COUNT; fault++) {
		struct ioerr_plan plan = {
			.where = IOERR_SOCKETS, .fault = (enum ioerr_fault)fault, .nth = 1
		};
		bool fired = true;

		for (; fired; plan.nth++) {
			ioerr_arm(&plan);
			listen_once(&reading);
			fired = ioerr_disarm();
			failures += fired;
		}
	}
	assert_true(failures > 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LOOP_TEST(test_a_reader_of_a_stream_gets_every_entry_whatever_call_fails),
		LOOP_TEST(test_a_listener_hears_again_whatever_call_fails),
	};

	return cmocka_run_group_tests(tests, loop_tests_start, loop_tests_end);
}
