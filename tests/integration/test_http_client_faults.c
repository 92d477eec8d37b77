/* test_http_client_faults.c - what is certain when something breaks: not sent, or perhaps sent. */
#include <unistd.h>

#include "http_calls.h"

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

static void
test_a_refused_connection_may_be_tried_again(void **state)
{
	struct yq_http_client *client = yq_http_client_make(&loop, NULL);
	struct call_end end;
	char url[256];

	(void)state;
	call_and_wait(
	    client, "POST", url_of(url, "http", free_port(), "/v2/orders?key=hidden"), "x", &end);
	assert_null(strstr(end.text, "hidden"));
	assert_non_null(strstr(end.text, "/v2/orders"));
	assert_end(&end, YQ_E_RETRY, "POST http://127.0.0.1:");
	call_and_wait(client, "POST", "http://no-such-host.invalid/", "x", &end);
	assert_end(&end, YQ_E_RETRY, "no-such-host.invalid");
	yq_http_client_free(client);
}

static void
test_a_server_that_hangs_after_the_request_leaves_it_unknown(void **state)
{
	static const char *const answers[] = { NULL, "HTTP/1.1 200 OK\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel" };
	struct yq_http_client *client = yq_http_client_make(&loop, NULL);
	struct net_peer peer;
	struct call_end end = { 0 };
	char url[256];

	(void)state;
	peer_open(&peer);
	for (size_t i = 0; i < YQ_COUNT(answers); i++) {
		peer.answer = answers[i];
		(void)send_call(
		    client, "POST", url_of(url, "http", peer.port, "/"), "x", 200, &end);
		await_count(&end.times, 1);
		assert_end(&end, YQ_E_UNKNOWN, "no whole answer in time");
	}
	yq_http_client_free(client);
	peer_close(&peer);
}

static void
test_a_broken_answer_leaves_it_unknown(void **state)
{
	static const char *const answers[] = {
		"",
		"HTTP/1.1 200 OK\r\nContent-Le",
		"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\nx",
		"this is no HTTP at all\r\n\r\n",
		"\x16\x03\x01\x02\r\n\r\n",
		"HTTP/1.1 999 What\r\nContent-Length: 0\r\n\r\n",
	};
	static const enum net_after ways[] = { NET_CLOSE, NET_RESET };
	struct yq_http_client *client = yq_http_client_make(&loop, NULL);
	struct net_peer peer;
	struct call_end end;
	char url[256];

	(void)state;
	peer_open(&peer);
	for (size_t i = 0; i < YQ_COUNT(answers) * YQ_COUNT(ways); i++) {
		peer.answer = answers[i / YQ_COUNT(ways)];
		peer.after = ways[i % YQ_COUNT(ways)];
		call_and_wait(client, "POST", url_of(url, "http", peer.port, "/"), "x", &end);
		if (end.rc != YQ_E_UNKNOWN)
			fail_msg("%s: %s", peer.answer, yq_rc_name(end.rc));
		assert_end(&end, YQ_E_UNKNOWN, NULL);
		assert_int_equal(peer.requests, i + 1);
	}
	yq_http_client_free(client);
	peer_close(&peer);
}

static void
say_more_than_is_taken(struct net_connection *connection, const char *request, size_t length)
{
	struct yq_buf answer = yq_buf_make(1U << 20);

	(void)length;
	yq_buf_add_text(
	    &answer, strstr(request, "/chunked") != NULL
			 ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFF\r\n"
			 : "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
	while (answer.length < 100000)
		yq_buf_add_text(&answer, "0123456789");
	peer_say(connection, answer.data, answer.length);
	yq_buf_free(&answer);
}

static void
test_an_answer_that_is_too_long_leaves_it_unknown(void **state)
{
	struct yq_http_client *client = yq_http_client_make(&loop, NULL);
	struct yq_http_client_request request = {
		.method = "POST", .body = "x", .length = 1, .answer_max = 1000
	};
	struct net_peer peer;
	char url[256];

	(void)state;
	peer_open(&peer);
	peer.on_request = say_more_than_is_taken;
	for (unsigned i = 0; i < 2; i++) {
		struct call_end end = { 0 };

		request.url = url_of(url, "http", peer.port, i == 0 ? "/" : "/chunked");
		(void)yq_http_client_send(client, &request, on_call_end, &end);
		await_count(&end.times, 1);
		assert_end(&end, YQ_E_UNKNOWN, "longer than we take");
	}
	yq_http_client_free(client);
	peer_close(&peer);
}

/* The first request of each connection is answered, the second one taken and the connection cut: as
 * a server does that crashes over an order, or a balancer that just then closes what was idle. */
static void
answer_once(struct net_connection *connection, const char *request, size_t length)
{
	(void)length;
	if (strstr(request, "/first") != NULL || connection->peer->requests >= 3)
		peer_say(connection, OK_ANSWER, strlen(OK_ANSWER));
	else
		peer_end(connection, connection->peer->after);
}

static void
check_second_request(const char *method, enum net_after how, enum yq_rc expected, unsigned requests)
{
	struct yq_http_client *client = yq_http_client_make(&loop, NULL);
	struct net_peer peer;
	struct call_end end;
	char url[256];

	peer_open(&peer);
	peer.on_request = answer_once;
	peer.after = how;
	call_and_wait(client, "GET", url_of(url, "http", peer.port, "/first"), NULL, &end);
	assert_end(&end, YQ_OK, NULL);
	call_and_wait(client, method, url_of(url, "http", peer.port, "/second"),
	    strcmp(method, "POST") == 0 ? "{\"qty\":1}" : NULL, &end);
	assert_end(&end, expected, NULL);
	turn_for(50);
	assert_int_equal(peer.requests, requests);
	yq_http_client_free(client);
	peer_close(&peer);
}

static void
test_an_order_is_not_sent_twice_when_a_kept_connection_breaks(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		enum net_after how = i == 0 ? NET_CLOSE : NET_RESET;

		check_second_request("POST", how, YQ_E_UNKNOWN, 2);
		check_second_request("PUT", how, YQ_E_UNKNOWN, 2);
		check_second_request("PATCH", how, YQ_E_UNKNOWN, 2);
		check_second_request("DELETE", how, YQ_E_UNKNOWN, 2);
	}
	check_second_request("GET", NET_CLOSE, YQ_OK, 3);
}

static void
test_a_connection_closed_while_idle_is_not_used(void **state)
{
	struct yq_http_client *client = yq_http_client_make(&loop, NULL);
	struct net_peer peer;
	struct call_end end;
	char url[256];

	(void)state;
	peer_open(&peer);
	peer.answer = OK_ANSWER;
	for (unsigned i = 0; i < 4; i++) {
		call_and_wait(client, "POST", url_of(url, "http", peer.port, "/"), "x", &end);
		assert_end(&end, YQ_OK, NULL);
		peer_end(peer.connections[0], NET_CLOSE);
		turn_for(20);
	}
	assert_int_equal(peer.accepted, 4);
	yq_http_client_free(client);
	peer_close(&peer);
}

static void
test_a_handshake_that_hangs_may_be_tried_again(void **state)
{
	struct yq_http_client *client = yq_http_client_make(
	    &loop, &(struct yq_http_client_options){ .connect_timeout_ms = 300 });
	struct net_peer peer;
	struct call_end end = { 0 };
	char url[256];

	(void)state;
	peer_open(&peer);
	peer.mute = true;
	url_of(url, "https", peer.port, "/");
	call_and_wait(client, "POST", url, "x", &end);
	assert_end(&end, YQ_E_RETRY, NULL); /* by the time for connections */
	(void)send_call(client, "POST", url, "x", 100, &end);
	await_count(&end.times, 1);
	assert_end(&end, YQ_E_RETRY, "no connection in time"); /* by the call's */
	yq_http_client_free(client);
	peer_close(&peer);
}

static void
test_a_call_that_is_cut_ends_once(void **state)
{
	struct yq_http_client *client = yq_http_client_make(&loop, NULL);
	struct net_peer peer;
	struct call_end sent = { 0 }, fresh = { 0 };
	struct yq_http_call *call;
	char url[256];

	(void)state;
	peer_open(&peer);
	url_of(url, "http", peer.port, "/");
	call = send_call(client, "POST", url, "x", 0, &sent);
	await_count(&peer.requests, 1);
	yq_http_call_cancel(call);
	yq_http_call_cancel(call);
	assert_int_equal(sent.times, 0);
	yq_http_call_cancel(send_call(client, "POST", url, "x", 0, &fresh));
	await_count(&fresh.times, 1);
	assert_end(&fresh, YQ_E_RETRY, "cut");
	assert_end(&sent, YQ_E_UNKNOWN, "cut");
	turn_for(50);
	assert_int_equal(sent.times + fresh.times, 2);
	assert_int_equal(peer.requests, 1);
	yq_http_client_free(client);
	peer_close(&peer);
}

static void
test_the_client_may_be_freed_from_a_completion(void **state)
{
	struct yq_http_client *client = yq_http_client_make(&loop, NULL);
	struct call_end ends[6] = { 0 };
	struct net_peer hangs, peer;
	char url[256], other[256];

	(void)state;
	peer_open(&peer);
	peer_open(&hangs);
	peer.answer = OK_ANSWER;
	url_of(url, "http", peer.port, "/");
	url_of(other, "http", hangs.port, "/");
	for (size_t i = 1; i < 6; i++)
		(void)send_call(client, "POST", other, "x", 0, &ends[i]);
	await_count(&hangs.requests, 4);
	ends[0].free_too = client;
	(void)send_call(client, "POST", url, "x", 0, &ends[0]);
	for (size_t i = 0; i < 6; i++)
		await_count(&ends[i].times, 1);
	assert_end(&ends[0], YQ_OK, NULL);
	for (size_t i = 1; i < 5; i++)
		assert_end(&ends[i], YQ_E_UNKNOWN, "closed");
	assert_end(&ends[5], YQ_E_RETRY, "closed"); /* there was no fifth connection */
	turn_for(20);
	assert_int_equal(ends[5].times, 1);
	peer_close(&peer);
	peer_close(&hangs);
}

/* ---- proxies */

static void
test_a_proxy_is_asked_for_everything(void **state)
{
	struct net_peer proxy;
	struct yq_http_client *client;
	struct call_end end;
	char address[256];

	(void)state;
	peer_open(&proxy);
	proxy.answer = OK_ANSWER;
	url_of(address, "http", proxy.port, "");
	client = yq_http_client_make(&loop, &(struct yq_http_client_options){ .proxy = address });
	call_and_wait(client, "POST", "http://no-such-host.invalid/path", "x", &end);
	assert_end(&end, YQ_OK, NULL);
	assert_non_null(
	    strstr(yq_buf_text(&proxy.last), "POST http://no-such-host.invalid/path HTTP/1.1\r\n"));
	proxy.answer = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
	call_and_wait(client, "POST", "https://no-such-host.invalid/path", "x", &end);
	assert_end(&end, YQ_E_RETRY, NULL); /* no tunnel: nothing of it left */
	assert_non_null(strstr(yq_buf_text(&proxy.last), "CONNECT no-such-host.invalid:443 "));
	yq_http_client_free(client);
	peer_close(&proxy);
}

static void
test_a_proxy_that_is_not_there_may_be_tried_again_and_its_password_is_not_told(void **state)
{
	struct yq_http_client *client;
	struct call_end end;
	char address[256];

	(void)state;
	yq_str_format(address, sizeof(address), "http://me:hidden@127.0.0.1:%u", free_port());
	client = yq_http_client_make(&loop, &(struct yq_http_client_options){ .proxy = address });
	call_and_wait(client, "POST", "http://broker.invalid/", "x", &end);
	assert_null(strstr(end.text, "hidden"));
	assert_end(&end, YQ_E_RETRY, NULL);
	yq_http_client_free(client);
	client = yq_http_client_make(
	    &loop, &(struct yq_http_client_options){ .proxy = "what://me:hidden@host" });
	call_and_wait(client, "POST", "http://broker.invalid/", "x", &end);
	assert_null(strstr(end.text, "hidden"));
	assert_end(&end, YQ_E_RETRY, NULL);
	yq_http_client_free(client);
}

static void
test_a_proxy_of_the_environment_is_for_the_world_outside(void **state)
{
	struct yq_http_client *client = yq_http_client_make(&loop, NULL);
	struct net_peer proxy, peer;
	struct call_end end;
	char address[256], url[256];

	(void)state;
	peer_open(&proxy);
	peer_open(&peer);
	proxy.answer = peer.answer = OK_ANSWER;
	assert_int_equal(setenv("http_proxy", url_of(address, "http", proxy.port, ""), 1), 0);
	call_and_wait(client, "GET", url_of(url, "http", peer.port, "/"), NULL, &end);
	assert_end(&end, YQ_OK, NULL);
	assert_int_equal(peer.requests, 1);
	call_and_wait(client, "GET", "http://broker.invalid/", NULL, &end);
	assert_end(&end, YQ_OK, NULL);
	assert_int_equal(proxy.requests, 1);
	yq_http_client_free(client);
	client = yq_http_client_make(&loop, &(struct yq_http_client_options){ .proxy = "" });
	call_and_wait(client, "GET", "http://broker.invalid/", NULL, &end);
	assert_end(&end, YQ_E_RETRY, NULL);
	assert_int_equal(proxy.requests, 1);
	assert_int_equal(unsetenv("http_proxy"), 0);
	yq_http_client_free(client);
	peer_close(&proxy);
	peer_close(&peer);
}

/* The program stands still between the call's start and its sending, as one does that is stopped or
 * whose machine sleeps. */
static void
stand_still(uv_prepare_t *prepare)
{
	(void)uv_prepare_stop(prepare);
	(void)usleep(300000);
}

static void
test_what_is_late_when_it_could_be_sent_is_not_sent(void **state)
{
	struct yq_http_client *client = yq_http_client_make(&loop, NULL);
	struct call_end end = { 0 };
	struct net_peer peer;
	uv_prepare_t prepare;
	char url[256];

	(void)state;
	peer_open(&peer);
	peer.answer = OK_ANSWER;
	call_and_wait(client, "GET", url_of(url, "http", peer.port, "/"), NULL, &end);
	assert_end(&end, YQ_OK, NULL);
	peer_end(peer.connections[0], NET_CLOSE); /* so that it connects anew */
	turn_for(50);
	(void)uv_prepare_init(&loop, &prepare);
	(void)send_call(client, "POST", url, "x", 150, &end);
	(void)uv_prepare_start(&prepare, stand_still);
	await_count(&end.times, 1);
	turn_for(50);
	assert_int_equal(peer.requests, 1);
	assert_end(&end, YQ_E_RETRY, "in time");
	uv_close((uv_handle_t *)&prepare, NULL);
	yq_http_client_free(client);
	peer_close(&peer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		NET_TEST(test_a_refused_connection_may_be_tried_again),
		NET_TEST(test_a_server_that_hangs_after_the_request_leaves_it_unknown),
		NET_TEST(test_a_broken_answer_leaves_it_unknown),
		NET_TEST(test_an_answer_that_is_too_long_leaves_it_unknown),
		NET_TEST(test_an_order_is_not_sent_twice_when_a_kept_connection_breaks),
		NET_TEST(test_a_connection_closed_while_idle_is_not_used),
		NET_TEST(test_a_handshake_that_hangs_may_be_tried_again),
		NET_TEST(test_what_is_late_when_it_could_be_sent_is_not_sent),
		NET_TEST(test_a_call_that_is_cut_ends_once),
		NET_TEST(test_the_client_may_be_freed_from_a_completion),
		NET_TEST(test_a_proxy_is_asked_for_everything),
		NET_TEST(
		    test_a_proxy_that_is_not_there_may_be_tried_again_and_its_password_is_not_told),
		NET_TEST(test_a_proxy_of_the_environment_is_for_the_world_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
