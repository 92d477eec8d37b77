/* test_http_client.c - what is asked goes out as it was given, and the answer comes back whole. */
#include "http_calls.h"
#include "net/http_server.h"

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static void
test_a_kept_connection_is_used_again(void **state)
{
	struct yq_http_client *client = yq_http_client_make(&loop, NULL);
	struct net_peer peer;
	struct call_end end;
	char url[256];

	(void)state;
	peer_open(&peer);
	peer.answer = OK_ANSWER;
	for (unsigned i = 0; i < 5; i++) {
		call_and_wait(client, i % 2 == 0 ? "POST" : "GET",
		    url_of(url, "http", peer.port, "/"), NULL, &end);
		assert_string_equal(yq_buf_text(&end.body), "ok");
		assert_end(&end, YQ_OK, NULL);
	}
	assert_int_equal(peer.requests, 5);
	assert_int_equal(peer.accepted, 1);
	yq_http_client_free(client);
	peer_close(&peer);
}

static void
test_a_request_goes_out_as_it_was_given(void **state)
{
	static const struct yq_http_header headers[] = { { "appkey", "K" },
		{ "tr_id", "VTTC0802U" }, { "empty", "" } };
	struct yq_http_client *client =
	    yq_http_client_make(&loop, &(struct yq_http_client_options){ .user_agent = "yquant" });
	struct yq_http_client_request request = { .method = "POST",
		.headers = headers,
		.header_count = YQ_COUNT(headers),
		.body = "{\"a\":1}",
		.length = 7 };
	struct call_end end = { 0 };
	struct net_peer peer;
	char url[256], expected[512];

	(void)state;
	peer_open(&peer);
	peer.answer = OK_ANSWER;
	request.url = url_of(url, "http", peer.port, "/v2/orders?limit=5&q=%20x#part");
	(void)yq_http_client_send(client, &request, on_call_end, &end);
	await_count(&end.times, 1);
	assert_end(&end, YQ_OK, NULL);
	yq_str_format(expected, sizeof(expected),
	    "POST /v2/orders?limit=5&q=%%20x HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
	    "User-Agent: yquant\r\nAccept: */*\r\nappkey: K\r\ntr_id: VTTC0802U\r\nempty:\r\n"
	    "Content-Length: 7\r\n\r\n{\"a\":1}",
	    peer.port);
	assert_string_equal(yq_buf_text(&peer.last), expected);
	yq_http_client_free(client);
	peer_close(&peer);
}

static void
test_each_method_says_where_its_body_ends(void **state)
{
	static const struct {
		const char *method, *body, *has, *has_not;
	} cases[] = {
		{ "GET", NULL, "GET /", "Content-Length" },
		{ "POST", NULL, "\r\nContent-Length: 0\r\n", "Content-Type" },
		{ "POST", "", "\r\nContent-Length: 0\r\n", "Content-Type" },
		{ "PUT", "x", "\r\nContent-Length: 1\r\n", "Expect" },
		{ "PATCH", "xy", "\r\nContent-Length: 2\r\n", "Content-Type" },
		{ "DELETE", NULL, "DELETE /", "Content-Length" },
		{ "DELETE", "xyz", "\r\nContent-Length: 3\r\n", "Content-Type" },
	};
	struct yq_http_client *client = yq_http_client_make(&loop, NULL);
	struct net_peer peer;
	struct call_end end;
	char url[256];

	(void)state;
	peer_open(&peer);
	peer.answer = OK_ANSWER;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		call_and_wait(client, cases[i].method, url_of(url, "http", peer.port, "/"),
		    cases[i].body, &end);
		assert_end(&end, YQ_OK, NULL);
		assert_non_null(strstr(yq_buf_text(&peer.last), cases[i].has));
		assert_null(strstr(yq_buf_text(&peer.last), cases[i].has_not));
	}
	yq_http_client_free(client);
	peer_close(&peer);
}

static void
test_an_answer_of_any_status_is_an_answer(void **state)
{
	static const struct {
		const char *answer;
		int status;
		const char *body;
	} cases[] = {
		{ "HTTP/1.1 204 No Content\r\n\r\n", 204, "" },
		{ "HTTP/1.1 404 Not Found\r\nX-Test: here\r\nContent-Length: 2\r\n\r\n{}", 404,
		    "{}" },
		{ "HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n"
		  "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
		    500, "abcde" },
		{ "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 422 No\r\nContent-Length: 1\r\n\r\nx", 422,
		    "x" },
		{ "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n", 302,
		    "" },
		{ "HTTP/1.1 429 Slow down\r\nx-TEST: here\r\nContent-Length: 0\r\n\r\n", 429, "" },
	};
	struct yq_http_client *client = yq_http_client_make(&loop, NULL);
	struct net_peer peer;
	struct call_end end;
	char url[256];

	(void)state;
	peer_open(&peer);
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		peer.answer = cases[i].answer;
		call_and_wait(client, "POST", url_of(url, "http", peer.port, "/"), "b", &end);
		assert_int_equal(end.status, cases[i].status);
		assert_string_equal(yq_buf_text(&end.body), cases[i].body);
		if (strcasestr(cases[i].answer, "x-test") != NULL)
			assert_string_equal(end.header, "here");
		assert_end(&end, YQ_OK, NULL);
	}
	assert_int_equal(peer.requests, YQ_COUNT(cases)); /* no redirect was followed */
	yq_http_client_free(client);
	peer_close(&peer);
}

static void
echo(void *cookie, struct yq_http_request *request)
{
	struct yq_http_answer answer = { .status = 200, .content_type = "text/plain" };

	(void)cookie;
	answer.body = yq_http_body(request, &answer.length);
	yq_http_answer(request, &answer);
}

static void
test_bodies_of_a_megabyte_go_and_come_whole(void **state)
{
	static const struct yq_http_options options = { .listen = "127.0.0.1",
		.body_max = 2U << 20 };
	struct yq_http_client *client = yq_http_client_make(&loop, NULL);
	struct yq_http_server *server = NULL;
	struct call_end ends[3] = { 0 };
	struct yq_buf body = yq_buf_make(2U << 20);
	struct yq_err err;

	(void)state;
	assert_int_equal(
	    yq_http_server_open(&loop, &options, NULL, echo, NULL, &server, &err), YQ_OK);
	while (body.length < (1U << 20))
		yq_buf_add_int(&body, (int64_t)body.length);
	for (size_t i = 0; i < 3; i++) {
		const struct yq_http_client_request request = { .method = "POST",
			.url = yq_http_server_url(server),
			.body = body.data,
			.length = body.length,
			.answer_max = body.length };

		(void)yq_http_client_send(client, &request, on_call_end, &ends[i]);
	}
	for (size_t i = 0; i < 3; i++) {
		await_count(&ends[i].times, 1);
		assert_int_equal(ends[i].body.length, body.length);
		assert_memory_equal(ends[i].body.data, body.data, body.length);
		assert_end(&ends[i], YQ_OK, NULL);
	}
	yq_buf_free(&body);
	yq_http_client_free(client);
	yq_http_server_free(server);
}

static void
test_more_calls_than_connections_wait_their_turn(void **state)
{
	struct yq_http_client *client =
	    yq_http_client_make(&loop, &(struct yq_http_client_options){ .per_host_max = 2 });
	struct net_peer peer;
	struct call_end ends[10], late = { 0 };
	char url[256];

	(void)state;
	peer_open(&peer);
	peer.answer = OK_ANSWER;
	url_of(url, "http", peer.port, "/");
	for (size_t i = 0; i < 10; i++) {
		ends[i].free_too = NULL;
		(void)send_call(client, "POST", url, "x", 0, &ends[i]);
	}
	assert_int_equal(yq_http_client_waiting(client), 10);
	for (size_t i = 0; i < 10; i++) {
		await_count(&ends[i].times, 1);
		assert_end(&ends[i], YQ_OK, NULL);
	}
	assert_int_equal(yq_http_client_waiting(client), 0);
	assert_true(peer.accepted <= 2);
	peer.answer = NULL; /* both connections hang: the third call never leaves */
	ends[0].free_too = ends[1].free_too = NULL;
	(void)send_call(client, "POST", url, "x", 0, &ends[0]);
	(void)send_call(client, "POST", url, "x", 0, &ends[1]);
	(void)send_call(client, "POST", url, "x", 300, &late);
	await_count(&late.times, 1);
	assert_end(&late, YQ_E_RETRY, "no connection in time");
	yq_http_client_free(client);
	await_count(&ends[1].times, 1);
	assert_end(&ends[0], YQ_E_UNKNOWN, "closed");
	assert_end(&ends[1], YQ_E_UNKNOWN, "closed");
	peer_close(&peer);
}

static void
test_what_is_no_request_is_refused_and_nothing_is_sent(void **state)
{
	static const struct {
		const char *method, *url;
		struct yq_http_header header;
	} cases[] = {
		{ "", "http://127.0.0.1/", { "A", "b" } },
		{ "GE T", "http://127.0.0.1/", { "A", "b" } },
		{ "GET", "", { "A", "b" } },
		{ "GET", "/v2/orders", { "A", "b" } },
		{ "GET", "ftp://127.0.0.1/", { "A", "b" } },
		{ "GET", "file:///etc/passwd", { "A", "b" } },
		{ "GET", "http://user@127.0.0.1/", { "A", "b" } },
		{ "GET", "http://user:word@127.0.0.1/", { "A", "b" } },
		{ "GET", "http://127.0.0.1/a b\r\n", { "A", "b" } },
		{ "GET", "http://127.0.0.1:99999/", { "A", "b" } },
		{ "GET", "http://127.0.0.1/", { "", "b" } },
		{ "GET", "http://127.0.0.1/", { "A B", "b" } },
		{ "GET", "http://127.0.0.1/", { "A", "b\r\nC: d" } },
		{ "GET", "http://127.0.0.1/", { "Content-Length", "5" } },
		{ "GET", "http://127.0.0.1/", { "transfer-encoding", "chunked" } },
	};
	struct yq_http_client *client = yq_http_client_make(&loop, NULL);

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		const struct yq_http_client_request request = { .method = cases[i].method,
			.url = cases[i].url,
			.headers = &cases[i].header,
			.header_count = 1 };
		struct call_end end = { 0 };

		(void)yq_http_client_send(client, &request, on_call_end, &end);
		assert_int_equal(end.times, 0);
		await_count(&end.times, 1);
		assert_null(strstr(end.text, "word"));
		assert_end(&end, YQ_E_INVALID, NULL);
	}
	yq_http_client_free(client);
}

static void
test_there_is_a_most_of_calls(void **state)
{
	struct yq_http_client *client = yq_http_client_make(&loop, NULL);
	struct call_end *ends = yq_xcalloc(YQ_HTTP_CLIENT_CALLS_MAX + 1, sizeof(*ends));
	struct net_peer peer;
	char url[256];

	(void)state;
	peer_open(&peer);
	url_of(url, "http", peer.port, "/");
	for (size_t i = 0; i <= YQ_HTTP_CLIENT_CALLS_MAX; i++)
		(void)send_call(client, "POST", url, "x", 0, &ends[i]);
	await_count(&ends[YQ_HTTP_CLIENT_CALLS_MAX].times, 1);
	assert_end(&ends[YQ_HTTP_CLIENT_CALLS_MAX], YQ_E_LIMIT, NULL);
	await_count(&peer.requests, 1);
	yq_http_client_free(client);
	await_count(&ends[YQ_HTTP_CLIENT_CALLS_MAX - 1].times, 1);
	for (size_t i = 0; i < YQ_HTTP_CLIENT_CALLS_MAX; i++)
		assert_int_equal(ends[i].times, 1);
	assert_end(&ends[0], YQ_E_UNKNOWN, NULL);
	assert_end(&ends[YQ_HTTP_CLIENT_CALLS_MAX - 1], YQ_E_RETRY, NULL);
	peer_close(&peer);
	free(ends);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		NET_TEST(test_a_kept_connection_is_used_again),
		NET_TEST(test_a_request_goes_out_as_it_was_given),
		NET_TEST(test_each_method_says_where_its_body_ends),
		NET_TEST(test_an_answer_of_any_status_is_an_answer),
		NET_TEST(test_bodies_of_a_megabyte_go_and_come_whole),
		NET_TEST(test_more_calls_than_connections_wait_their_turn),
		NET_TEST(test_what_is_no_request_is_refused_and_nothing_is_sent),
		NET_TEST(test_there_is_a_most_of_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
