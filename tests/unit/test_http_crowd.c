/* test_http_crowd.c - many who say nothing keep nobody out. */
#include "http_fixture.h"

#define CROWD 64
static const char question[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

/* The server has room for 32; those of the crowd that it has closed are counted. */
static unsigned
closed_ones(const int *fds, unsigned count)
{
	unsigned closed = 0;
	char byte;

	for (unsigned i = 0; i < count; i++)
		closed += recv(fds[i], &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
	return closed;
}

static void
test_many_silent_connections_make_room_for_one_who_asks(void **state)
{
	struct fixture f;
	int fds[CROWD];

	(void)state;
	open_server_for(&f, "127.0.0.1", 300, 32);
	for (unsigned i = 0; i < CROWD; i++) {
		fds[i] = connect_tcp(&f);
		turn(&f);
	}
	for (unsigned i = 0; i < 20 * TURNS && closed_ones(fds, CROWD) < CROWD - 16; i++)
		turn(&f);
	assert_true(yq_http_server_connections(f.server) <= 32);
	assert_reply(&f, question, "HTTP/1.1 200", "\r\n\r\n");
	for (unsigned i = 0; i < CROWD; i++)
		(void)close(fds[i]);
	close_server(&f);
}

static void
test_a_few_silent_connections_stay(void **state)
{
	struct fixture f;
	int fds[8];

	(void)state;
	open_server_for(&f, "127.0.0.1", 300, 32);
	for (unsigned i = 0; i < YQ_COUNT(fds); i++)
		fds[i] = connect_tcp(&f);
	for (unsigned i = 0; i < TURNS; i++)
		turn(&f);
	assert_int_equal(closed_ones(fds, YQ_COUNT(fds)), 0);
	assert_int_equal(yq_http_server_connections(f.server), YQ_COUNT(fds));
	for (unsigned i = 0; i < YQ_COUNT(fds); i++)
		(void)close(fds[i]);
	close_server(&f);
}

static void
test_one_in_the_middle_of_a_request_stays_in_a_crowd(void **state)
{
	static const char half[] = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe";
	struct fixture f;
	struct yq_buf reply = yq_buf_make(65536);
	int fds[CROWD], speaking;

	(void)state;
	open_server_for(&f, "127.0.0.1", 300, 32);
	speaking = connect_tcp(&f);
	put(&f, speaking, half, sizeof(half) - 1);
	for (unsigned i = 0; i < 10; i++)
		turn(&f);
	for (unsigned i = 0; i < CROWD; i++)
		fds[i] = connect_tcp(&f);
	for (unsigned i = 0; i < 20 * TURNS && closed_ones(fds, CROWD) == 0; i++)
		turn(&f);
	put(&f, speaking, "llo", 3);
	assert_true(await(&f, speaking, &reply, "\r\n\r\nhello", TURNS));
	for (unsigned i = 0; i < CROWD; i++)
		(void)close(fds[i]);
	(void)close(speaking);
	yq_buf_free(&reply);
	close_server(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many_silent_connections_make_room_for_one_who_asks),
		cmocka_unit_test(test_a_few_silent_connections_stay),
		cmocka_unit_test(test_one_in_the_middle_of_a_request_stays_in_a_crowd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
