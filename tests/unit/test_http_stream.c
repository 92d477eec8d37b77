/* test_http_stream.c - answers that go on, as server-sent events do. */
#include "http_fixture.h"

static void
test_a_stream_is_written_bit_by_bit_and_ends(void **state)
{
	struct fixture f;
	struct yq_buf reply = yq_buf_make(65536);
	int fd;

	(void)state;
	open_server(&f, "127.0.0.1", 5);
	fd = connect_tcp(&f);
	put(&f, fd, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n", 33);
	assert_true(await(&f, fd, &reply, "text/event-stream", TURNS));
	assert_true(yq_http_stream_write(f.stream, "data: 1\n\n", 9));
	assert_true(await(&f, fd, &reply, "data: 1\n\n", TURNS));
	assert_true(yq_http_stream_write(f.stream, "data: 2\n\n", 9));
	assert_true(await(&f, fd, &reply, "data: 2\n\n", TURNS));
	yq_http_stream_end(f.stream);
	assert_true(await(&f, fd, &reply, "\r\n0\r\n", TURNS));
	assert_int_equal(f.closed, 1);
	(void)close(fd);
	yq_buf_free(&reply);
	close_server(&f);
}

static void
test_a_stream_of_a_peer_that_went_is_closed_at_the_next_write(void **state)
{
	struct fixture f;
	struct yq_buf reply = yq_buf_make(65536);
	int fd;

	(void)state;
	open_server(&f, "127.0.0.1", 5);
	fd = connect_tcp(&f);
	put(&f, fd, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n", 33);
	assert_true(await(&f, fd, &reply, "text/event-stream", TURNS));
	(void)close(fd);
	for (unsigned i = 0; i < 200 && f.closed == 0; i++) {
		if (f.stream != NULL)
			(void)yq_http_stream_write(f.stream, ":\n", 2);
		turn(&f);
	}
	assert_int_equal(f.closed, 1);
	yq_buf_free(&reply);
	close_server(&f);
}

static void
test_closing_ends_streams(void **state)
{
	struct fixture f;
	struct yq_buf reply = yq_buf_make(65536);
	int fd;

	(void)state;
	open_server(&f, "127.0.0.1", 5);
	fd = connect_tcp(&f);
	put(&f, fd, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n", 33);
	assert_true(await(&f, fd, &reply, "text/event-stream", TURNS));
	close_server(&f);
	assert_int_equal(f.closed, 1);
	(void)close(fd);
	yq_buf_free(&reply);
}

static void
test_a_stream_is_asked_for_bytes_when_there_is_something(void **state)
{
	struct fixture f;
	struct yq_buf reply = yq_buf_make(65536);
	int fd;

	(void)state;
	open_server(&f, "127.0.0.1", 5);
	fd = connect_tcp(&f);
	put(&f, fd, "GET /pull HTTP/1.1\r\nHost: x\r\n\r\n", 31);
	assert_true(await(&f, fd, &reply, "text/event-stream", TURNS));
	f.supply = 5;
	yq_http_stream_wake(f.stream);
	assert_true(await(&f, fd, &reply, "5\r\nxxxxx\r\n", TURNS));
	f.supply = 2;
	yq_http_stream_wake(f.stream);
	assert_true(await(&f, fd, &reply, "2\r\nxx\r\n", TURNS));
	yq_http_stream_end(f.stream);
	assert_true(await(&f, fd, &reply, "\r\n0\r\n", TURNS));
	assert_int_equal(f.closed, 1);
	(void)close(fd);
	yq_buf_free(&reply);
	close_server(&f);
}

static void
test_a_peer_that_went_is_noticed_without_a_word(void **state)
{
	struct fixture f;
	struct yq_buf reply = yq_buf_make(65536);
	int fd;

	(void)state;
	open_server(&f, "127.0.0.1", 60);
	fd = connect_tcp(&f);
	put(&f, fd, "GET /pull HTTP/1.1\r\nHost: x\r\n\r\n", 31);
	assert_true(await(&f, fd, &reply, "text/event-stream", TURNS));
	(void)close(fd);
	for (unsigned i = 0; i < 10 * TURNS && f.closed == 0; i++)
		turn(&f);
	assert_int_equal(f.closed, 1);
	yq_buf_free(&reply);
	close_server(&f);
}

/* A peer that reads nothing fills the sockets of both sides; ending politely would wait for it. */
static void
test_a_peer_that_does_not_read_is_cut_off(void **state)
{
	struct fixture f;
	struct yq_buf reply = yq_buf_make(65536);
	int fd;

	(void)state;
	open_server(&f, "127.0.0.1", 60);
	fd = connect_tcp(&f);
	put(&f, fd, "GET /pull HTTP/1.1\r\nHost: x\r\n\r\n", 31);
	assert_true(await(&f, fd, &reply, "text/event-stream", TURNS));
	f.supply = 64 << 20;
	yq_http_stream_wake(f.stream);
	for (unsigned i = 0; i < 200; i++)
		turn(&f);
	assert_true(f.supply > 0);
	yq_http_stream_cut(f.stream);
	for (unsigned i = 0; i < TURNS && f.closed == 0; i++)
		turn(&f);
	assert_int_equal(f.closed, 1);
	(void)close(fd);
	yq_buf_free(&reply);
	close_server(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_stream_is_written_bit_by_bit_and_ends),
		cmocka_unit_test(test_a_stream_of_a_peer_that_went_is_closed_at_the_next_write),
		cmocka_unit_test(test_closing_ends_streams),
		cmocka_unit_test(test_a_stream_is_asked_for_bytes_when_there_is_something),
		cmocka_unit_test(test_a_peer_that_went_is_noticed_without_a_word),
		cmocka_unit_test(test_a_peer_that_does_not_read_is_cut_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
