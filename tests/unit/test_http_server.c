/* test_http_server.c - real sockets: what is asked, how it is answered, what is refused. */
#include "http_fixture.h"

static void
test_any_free_port_is_bound_and_reported(void **state)
{
	struct fixture f;
	char url[64];

	(void)state;
	open_server(&f, "127.0.0.1", 5);
	assert_true(yq_http_server_port(f.server) != 0);
	(void)yq_str_format(url, sizeof(url), "http://127.0.0.1:%u", yq_http_server_port(f.server));
	assert_string_equal(yq_http_server_url(f.server), url);
	assert_reply(&f, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200", "\r\n\r\n");
	assert_string_equal(f.peer, "127.0.0.1");
	close_server(&f);
}

static void
test_a_taken_port_is_a_fault_that_names_it(void **state)
{
	struct fixture f;
	struct yq_http_options options = { .listen = "127.0.0.1", .body_max = 1 };
	struct yq_http_server *second = NULL;
	struct yq_err err;

	(void)state;
	open_server(&f, "127.0.0.1", 5);
	options.port = yq_http_server_port(f.server);
	assert_int_equal(
	    yq_http_server_open(&f.loop, &options, NULL, on_request, &f, &second, &err),
	    YQ_E_SYSTEM);
	assert_non_null(strstr(err.text, "127.0.0.1 port"));
	options.listen = "no address";
	assert_int_equal(
	    yq_http_server_open(&f.loop, &options, NULL, on_request, &f, &second, &err),
	    YQ_E_INVALID);
	close_server(&f);
}

static void
test_a_unix_socket_serves_and_replaces_a_stale_file(void **state)
{
	struct fixture f;
	char path[64], listen_at[72];
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	struct yq_buf reply = yq_buf_make(65536);
	int fd;

	(void)state;
	(void)yq_str_format(path, sizeof(path), "/tmp/yq-http-%ld.sock", (long)getpid());
	(void)yq_str_format(listen_at, sizeof(listen_at), "unix:%s", path);
	assert_true(yq_str_copy(name.sun_path, sizeof(name.sun_path), path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0); /* left behind */
	assert_int_equal(bind(fd, (const struct sockaddr *)&name, sizeof(name)), 0);
	(void)close(fd);
	open_server(&f, listen_at, 5);
	assert_string_equal(yq_http_server_url(f.server), listen_at);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(fd, (const struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	put(&f, fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 27);
	assert_true(await(&f, fd, &reply, "200 OK", TURNS));
	assert_string_equal(f.peer, "unix");
	(void)close(fd);
	yq_buf_free(&reply);
	close_server(&f);
	assert_int_equal(access(path, F_OK), -1);
}

static void
test_a_body_is_handed_over_whole_however_it_comes(void **state)
{
	static const char chunked[] =
	    "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
	    "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n";
	static const char plain[] =
	    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\nhello world";
	struct fixture f;
	struct yq_buf reply = yq_buf_make(65536);
	int fd;

	(void)state;
	open_server(&f, "127.0.0.1", 5);
	assert_reply(&f, chunked, "HTTP/1.1 200", "\r\n\r\nhello world");
	assert_reply(&f, plain, "HTTP/1.1 200", "\r\n\r\nhello world");
	fd = connect_tcp(&f);
	for (size_t i = 0; i < sizeof(plain) - 1; i++) /* a slow client */
		put(&f, fd, plain + i, 1);
	assert_true(await(&f, fd, &reply, "\r\n\r\nhello world", TURNS));
	(void)close(fd);
	yq_buf_free(&reply);
	close_server(&f);
}

static void
test_a_zero_byte_in_a_path_does_not_cut_it_off(void **state)
{
	static const char *const paths[] = { "/refused%00", "/refused%00/more", "/refused%00?x=1" };
	struct fixture f;
	struct yq_buf request = yq_buf_make(256);

	(void)state;
	open_server(&f, "127.0.0.1", 5);
	for (size_t i = 0; i < YQ_COUNT(paths); i++) {
		yq_buf_clear(&request);
		yq_buf_add_format(&request, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", paths[i]);
		assert_reply(&f, yq_buf_text(&request), "HTTP/1.1 200", "\r\n\r\n");
	}
	yq_buf_free(&request);
	close_server(&f);
}

/* Else a proxy and we may differ about where the next request begins. */
static void
test_a_body_whose_end_is_not_clear_is_refused_and_the_connection_closed(void **state)
{
	static const char *const heads[] = {
		"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
		"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
		"Content-Length: 5\r\nContent-Length: 60\r\n",
		"Content-Length: 5\r\nContent-Length: 5\r\n",
		"Transfer-Encoding: xchunked\r\n",
		"Transfer-Encoding: gzip, chunked\r\n",
		"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
	};
	struct fixture f;
	struct yq_buf request = yq_buf_make(4096);

	(void)state;
	open_server(&f, "127.0.0.1", 5);
	for (size_t i = 0; i < YQ_COUNT(heads); i++) {
		yq_buf_clear(&request);
		yq_buf_add_format(&request,
		    "POST / HTTP/1.1\r\nHost: x\r\n%s\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: "
		    "x\r\n\r\n",
		    heads[i]);
		assert_reply(&f, yq_buf_text(&request), "HTTP/1.1 400", "not clear");
	}
	assert_int_equal(f.handled, 0);
	yq_buf_free(&request);
	close_server(&f);
}

static void
test_a_body_that_is_too_large_is_answered_with_413_and_not_kept(void **state)
{
	struct fixture f;
	struct yq_buf request = yq_buf_make(65536);

	(void)state;
	open_server(&f, "127.0.0.1", 5);
	assert_reply(&f, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1025\r\n\r\n",
	    "HTTP/1.1 413", "too large");
	assert_reply(&f, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999\r\n\r\n",
	    "HTTP/1.1 413", "\r\n\r\n");
	yq_buf_add_text(
	    &request, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
	for (unsigned i = 0; i < 5; i++)
		yq_buf_add_format(&request, "100\r\n%0256d\r\n", 0);
	yq_buf_add_text(&request, "0\r\n\r\n");
	assert_reply(&f, yq_buf_text(&request), "HTTP/1.1 413", "too large");
	assert_int_equal(f.handled, 0);
	yq_buf_free(&request);
	close_server(&f);
}

static void
test_a_header_that_is_too_large_is_refused(void **state)
{
	struct fixture f;
	struct yq_buf request = yq_buf_make(65536), reply = yq_buf_make(65536);
	int fd;

	(void)state;
	open_server(&f, "127.0.0.1", 5);
	yq_buf_add_format(&request, "GET / HTTP/1.1\r\nHost: x\r\nX: %020000d\r\n\r\n", 0);
	fd = connect_tcp(&f);
	put(&f, fd, request.data, request.length);
	(void)await(&f, fd, &reply, NULL, TURNS);
	assert_int_equal(f.handled, 0);
	assert_null(strstr(yq_buf_text(&reply), "200 OK"));
	(void)close(fd);
	yq_buf_free(&request);
	yq_buf_free(&reply);
	close_server(&f);
}

static void
test_the_head_may_be_refused_before_the_body(void **state)
{
	struct fixture f;

	(void)state;
	open_server(&f, "127.0.0.1", 5);
	assert_reply(&f, "POST /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n",
	    "HTTP/1.1 403", "\"no\"");
	assert_reply(&f, "GET /refused HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 403", "\"no\"");
	assert_int_equal(f.handled, 0);
	close_server(&f);
}

static void
test_pipelined_requests_are_answered_in_order(void **state)
{
	static const char two[] = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none"
				  "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\ntwo";
	struct fixture f;
	struct yq_buf reply = yq_buf_make(65536);
	int fd;

	(void)state;
	open_server(&f, "127.0.0.1", 5);
	fd = connect_tcp(&f);
	put(&f, fd, two, strlen(two));
	assert_true(await(&f, fd, &reply, "\r\n\r\ntwo", TURNS));
	assert_true(strstr(reply.data, "\r\n\r\none") < strstr(reply.data, "\r\n\r\ntwo"));
	assert_int_equal(f.handled, 2);
	(void)close(fd);
	yq_buf_free(&reply);
	close_server(&f);
}

static void
test_an_answer_may_come_later(void **state)
{
	struct fixture f;
	struct yq_buf reply = yq_buf_make(65536);
	int fd;

	(void)state;
	open_server(&f, "127.0.0.1", 1);
	fd = connect_tcp(&f);
	put(&f, fd, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n", 32);
	assert_false(await(&f, fd, &reply, "HTTP", 50));
	assert_int_equal(yq_http_server_pending(f.server), 1);
	yq_http_answer_error(f.later, 200, "at last");
	f.later = NULL;
	assert_int_equal(yq_http_server_pending(f.server), 0);
	assert_true(await(&f, fd, &reply, "at last", TURNS));
	/* and the connection goes on */
	yq_buf_clear(&reply);
	put(&f, fd, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", 27);
	assert_true(await(&f, fd, &reply, "200 OK", TURNS));
	(void)close(fd);
	yq_buf_free(&reply);
	close_server(&f);
}

static void
test_closing_answers_what_is_pending_even_if_the_peer_is_gone(void **state)
{
	struct fixture f;
	struct yq_buf reply = yq_buf_make(65536);
	int fd;

	(void)state;
	for (unsigned gone = 0; gone < 2; gone++) {
		open_server(&f, "127.0.0.1", 5);
		fd = connect_tcp(&f);
		put(&f, fd, "GET /later HTTP/1.1\r\nHost: x\r\n\r\n", 32);
		(void)await(&f, fd, &reply, "HTTP", 20);
		assert_non_null(f.later);
		if (gone)
			(void)close(fd);
		yq_http_server_quiesce(f.server);
		close_server(&f);
		if (!gone) {
			char block[512];

			assert_true(recv(fd, block, sizeof(block), 0) > 12);
			assert_memory_equal(block, "HTTP/1.1 503", 12);
			(void)close(fd);
		}
	}
	yq_buf_free(&reply);
}

static void
test_a_request_that_dribbles_in_is_cut_off(void **state)
{
	struct fixture f;
	struct yq_buf reply = yq_buf_make(65536);
	uint64_t start = uv_hrtime();
	int fd;
	bool ended = false;

	(void)state;
	open_server(&f, "127.0.0.1", 1); /* so 2 s for a whole request */
	fd = connect_tcp(&f);
	put(&f, fd, "GET / HTTP/1.1\r\n", 16);
	while (!ended && uv_hrtime() - start < UINT64_C(6000000000)) {
		put(&f, fd, "X", 1); /* never without progress */
		ended = await(&f, fd, &reply, NULL, 50);
	}
	assert_true(ended);
	assert_true(uv_hrtime() - start >= UINT64_C(1900000000));
	assert_int_equal(f.handled, 0);
	(void)close(fd);
	yq_buf_free(&reply);
	close_server(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_free_port_is_bound_and_reported),
		cmocka_unit_test(test_a_taken_port_is_a_fault_that_names_it),
		cmocka_unit_test(test_a_unix_socket_serves_and_replaces_a_stale_file),
		cmocka_unit_test(test_a_body_is_handed_over_whole_however_it_comes),
		cmocka_unit_test(
		    test_a_body_whose_end_is_not_clear_is_refused_and_the_connection_closed),
		cmocka_unit_test(test_a_zero_byte_in_a_path_does_not_cut_it_off),
		cmocka_unit_test(test_a_body_that_is_too_large_is_answered_with_413_and_not_kept),
		cmocka_unit_test(test_a_header_that_is_too_large_is_refused),
		cmocka_unit_test(test_the_head_may_be_refused_before_the_body),
		cmocka_unit_test(test_pipelined_requests_are_answered_in_order),
		cmocka_unit_test(test_an_answer_may_come_later),
		cmocka_unit_test(test_closing_answers_what_is_pending_even_if_the_peer_is_gone),
		cmocka_unit_test(test_a_request_that_dribbles_in_is_cut_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
