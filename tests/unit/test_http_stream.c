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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_stream_is_written_bit_by_bit_and_ends),
		cmocka_unit_test(test_a_stream_of_a_peer_that_went_is_closed_at_the_next_write),
		cmocka_unit_test(test_closing_ends_streams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
