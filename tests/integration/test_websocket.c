/* test_websocket.c - our client and our server with each other. */
#include "ws_ends.h"

#define ANSWERS_MAX 8

struct service {
	struct yq_http_server *server;
	struct yq_ws_limits limits;
	struct ws_side sides[ANSWERS_MAX];
	unsigned accepted, refused;
	enum ws_wish wish;
	bool later; /* keep the request */
	struct yq_http_request *kept;
};

static void
on_request(void *cookie, struct yq_http_request *request)
{
	struct service *service = cookie;
	struct ws_side *side = &service->sides[service->accepted];

	if (yq_str_equal(yq_http_path(request), "/denied")) {
		yq_http_answer_error(request, 403, "no");
		return;
	}
	if (service->later) {
		service->kept = request;
		return;
	}
	assert_true(service->accepted < ANSWERS_MAX);
	side->wish = service->wish;
	side->ws = yq_ws_accept(request, &service->limits, &side_events, side);
	if (side->ws == NULL)
		service->refused++;
	else
		service->accepted++;
}

static void
service_open(struct service *service)
{
	static const struct yq_http_options options = { .listen = "127.0.0.1", .body_max = 1024 };
	struct yq_err err;

	*service = (struct service){ .wish = WS_ECHO };
	if (yq_http_server_open(
		&loop, &options, NULL, on_request, service, &service->server, &err) != YQ_OK)
		fail_msg("%s", err.text);
}

static void
service_close(struct service *service)
{
	yq_http_server_free(service->server);
	for (unsigned i = 0; i < service->accepted; i++)
		side_free(&service->sides[i]);
}

static void
connect_to(struct service *service, struct ws_side *side, struct yq_ws_options *options)
{
	char url[256];

	url_of(url, "ws", yq_http_server_port(service->server), "/stream?key=hidden");
	options->url = url;
	side_connect(side, options);
	options->url = NULL;
}

static void
open_pair(struct service *service, struct ws_side *side, struct yq_ws_options *options)
{
	service_open(service);
	connect_to(service, side, options);
	await_count(&side->opened, 1);
	assert_true(yq_ws_is_open(side->ws));
}

static void
end_pair(struct service *service, struct ws_side *side)
{
	side_free(side);
	service_close(service);
}

static void
test_texts_and_bytes_come_back_as_they_went(void **state)
{
	static const struct {
		enum yq_ws_kind kind;
		const char *bytes;
		size_t length;
	} cases[] = {
		{ YQ_WS_TEXT, "", 0 },
		{ YQ_WS_TEXT, "{\"a\":1}", 7 },
		{ YQ_WS_TEXT, "\xed\x95\x9c\xea\xb5\xad \xf0\x9f\x92\xb0", 11 },
		{ YQ_WS_TEXT, "a\0b", 3 },
		{ YQ_WS_BINARY, "", 0 },
		{ YQ_WS_BINARY, "\xff\xfe\x00\x80", 4 },
	};
	struct yq_ws_options options = { .proxy = NULL };
	struct ws_side side = { .ws = NULL };
	struct service service;

	(void)state;
	open_pair(&service, &side, &options);
	for (unsigned i = 0; i < YQ_COUNT(cases); i++) {
		assert_int_equal(
		    yq_ws_send(side.ws, cases[i].kind, cases[i].bytes, cases[i].length), YQ_OK);
		await_count(&side.messages, i + 1);
		assert_int_equal(side.kind, cases[i].kind);
		assert_int_equal(side.last.length, cases[i].length);
		if (cases[i].length > 0)
			assert_memory_equal(side.last.data, cases[i].bytes, cases[i].length);
	}
	assert_int_equal(yq_ws_send_text(side.ws, "\xff", 1), YQ_E_INVALID);
	end_pair(&service, &side);
}

static void
test_a_megabyte_goes_and_comes_and_more_ends_it(void **state)
{
	struct yq_ws_options options = { .limits = { .queue_max = 2U << 20 } };
	struct ws_side side = { .ws = NULL };
	char *bytes = yq_xcalloc(1, (1U << 20) + 1);
	struct service service;

	(void)state;
	service_open(&service);
	service.limits = (struct yq_ws_limits){ .queue_max = 2U << 20 };
	connect_to(&service, &side, &options);
	await_count(&side.opened, 1);
	for (size_t i = 0; i <= 1U << 20; i++)
		bytes[i] = (char)('a' + i % 26);
	assert_int_equal(yq_ws_send_text(side.ws, bytes, 1U << 20), YQ_OK);
	await_count(&side.messages, 1);
	assert_int_equal(side.last.length, 1U << 20);
	assert_memory_equal(side.last.data, bytes, 1U << 20);
	assert_int_equal(yq_ws_send_text(side.ws, bytes, (1U << 20) + 1), YQ_OK);
	assert_side_end(&service.sides[0], YQ_E_LIMIT, YQ_WS_LOST);
	assert_side_end(&side, YQ_OK, YQ_WS_TOO_LARGE);
	free(bytes);
	end_pair(&service, &side);
}

static void
test_a_close_has_its_code_and_reason_on_both_sides(void **state)
{
	struct yq_ws_options options = { .proxy = NULL };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct ws_side side = { .ws = NULL };
		struct service service;
		struct ws_side *closer, *other;

		open_pair(&service, &side, &options);
		assert_int_equal(yq_ws_send_text(side.ws, "x", 1), YQ_OK);
		await_count(&side.messages, 1);
		closer = i % 2 == 0 ? &side : &service.sides[0];
		other = i % 2 == 0 ? &service.sides[0] : &side;
		yq_ws_close(closer->ws, i < 2 ? YQ_WS_NORMAL : 4001, i < 2 ? NULL : "enough");
		yq_ws_close(closer->ws, YQ_WS_GOING_AWAY, "twice");
		assert_int_equal(yq_ws_send_text(closer->ws, "x", 1), YQ_E_STATE);
		assert_int_equal(closer->closed, 0);
		assert_side_end(&side, YQ_OK, i < 2 ? YQ_WS_NORMAL : 4001);
		assert_side_end(&service.sides[0], YQ_OK, i < 2 ? YQ_WS_NORMAL : 4001);
		if (i >= 2)
			assert_non_null(strstr(other->text, "enough"));
		end_pair(&service, &side);
	}
}

static void
test_what_is_queued_goes_before_the_close(void **state)
{
	struct yq_ws_options options = { .proxy = NULL };
	struct ws_side side = { .ws = NULL };
	struct service service;

	(void)state;
	service_open(&service);
	service.wish = WS_LISTEN;
	connect_to(&service, &side, &options);
	await_count(&side.opened, 1);
	for (unsigned i = 0; i < 200; i++)
		assert_int_equal(yq_ws_send_text(side.ws, "0123456789", 10), YQ_OK);
	yq_ws_close(side.ws, YQ_WS_NORMAL, NULL);
	assert_side_end(&service.sides[0], YQ_OK, YQ_WS_NORMAL);
	assert_int_equal(service.sides[0].messages, 200);
	assert_side_end(&side, YQ_OK, YQ_WS_NORMAL);
	end_pair(&service, &side);
}

static void
test_a_free_cuts_and_the_other_side_calls_it_lost(void **state)
{
	struct yq_ws_options options = { .proxy = NULL };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct ws_side side = { .ws = NULL };
		struct service service;

		open_pair(&service, &side, &options);
		await_count(&service.sides[0].opened, 1);
		side_free(i == 0 ? &side : &service.sides[0]);
		assert_side_end(i == 0 ? &service.sides[0] : &side, YQ_E_UNKNOWN, YQ_WS_LOST);
		assert_int_equal(i == 0 ? side.closed : service.sides[0].closed, 0);
		end_pair(&service, &side);
	}
}

static void
test_a_socket_may_be_freed_from_any_of_its_events(void **state)
{
	static const enum ws_wish wishes[] = { WS_FREE_AT_OPEN, WS_FREE_AT_MESSAGE,
		WS_FREE_AT_END };
	struct yq_ws_options options = { .proxy = NULL };

	(void)state;
	for (unsigned i = 0; i < 2 * YQ_COUNT(wishes); i++) {
		struct ws_side side = { .wish = i % 2 == 0 ? wishes[i / 2] : WS_LISTEN };
		struct service service;

		service_open(&service);
		service.wish = i % 2 == 1 ? wishes[i / 2] : WS_ECHO;
		connect_to(&service, &side, &options);
		await_count(&side.opened, 1);
		await_count(&service.accepted, 1);
		for (unsigned n = 0; n < 3 && side.ws != NULL && yq_ws_is_open(side.ws); n++)
			assert_int_equal(yq_ws_send_text(side.ws, "x", 1), YQ_OK);
		turn_for(30);
		if (side.ws != NULL)
			yq_ws_close(side.ws, YQ_WS_NORMAL, NULL);
		turn_for(30);
		assert_null(i % 2 == 0 ? side.ws : service.sides[0].ws);
		end_pair(&service, &side);
	}
}

static void
test_pings_keep_a_quiet_connection_and_silence_ends_it(void **state)
{
	struct yq_ws_options options = { .limits = { .ping_s = 1, .silent_s = 2 } };
	struct ws_side side = { .ws = NULL };
	struct service service;

	(void)state;
	open_pair(&service, &side, &options);
	turn_for(3500);
	assert_int_equal(side.closed, 0);
	yq_ws_hold(service.sides[0].ws, true); /* alive for the network, and dead */
	assert_side_end(&side, YQ_E_UNKNOWN, YQ_WS_LOST);
	assert_non_null(strstr(side.text, "silent"));
	yq_ws_hold(service.sides[0].ws, false);
	assert_side_end(&service.sides[0], YQ_E_UNKNOWN, YQ_WS_LOST);
	end_pair(&service, &side);
}

static void
test_a_held_socket_reads_on_where_it_stopped(void **state)
{
	struct yq_ws_options options = { .limits = { .queue_max = 1000 } };
	struct ws_side side = { .ws = NULL };
	struct service service;
	enum yq_rc rc = YQ_OK;
	unsigned sent = 0;
	char text[1000];

	(void)state;
	open_pair(&service, &side, &options);
	await_count(&service.sides[0].opened, 1);
	service.sides[0].wish = WS_LISTEN;
	yq_ws_hold(service.sides[0].ws, true);
	memset(text, 'x', sizeof(text));
	assert_int_equal(yq_ws_send_text(side.ws, text, 1001 - 1), YQ_OK);
	for (sent = 1; rc == YQ_OK && sent < 100000; sent++) /* the kernel takes some megabytes */
		rc = yq_ws_send_text(side.ws, text, sizeof(text));
	sent--;
	assert_int_equal(rc, YQ_E_LIMIT);
	assert_true(yq_ws_queued(side.ws) > 0 && yq_ws_queued(side.ws) <= 1000);
	turn_for(30);
	assert_int_equal(service.sides[0].messages, 0);
	yq_ws_hold(service.sides[0].ws, false);
	await_count(&service.sides[0].messages, sent);
	assert_int_equal(yq_ws_queued(side.ws), 0);
	end_pair(&service, &side);
}

static void
test_a_close_that_is_not_answered_ends_in_time(void **state)
{
	struct yq_ws_options options = { .proxy = NULL };
	struct ws_side side = { .ws = NULL };
	struct service service;

	(void)state;
	open_pair(&service, &side, &options);
	yq_ws_hold(service.sides[0].ws, true);
	yq_ws_close(side.ws, YQ_WS_NORMAL, NULL);
	assert_side_end(&side, YQ_E_UNKNOWN, YQ_WS_LOST);
	end_pair(&service, &side);
}

static void
test_a_server_that_says_no_refuses(void **state)
{
	struct yq_ws_options options = { .proxy = NULL };
	struct ws_side side = { .ws = NULL };
	struct service service;
	char url[256];

	(void)state;
	service_open(&service);
	options.url = url_of(url, "ws", yq_http_server_port(service.server), "/denied?key=hidden");
	side_connect(&side, &options);
	assert_side_end(&side, YQ_E_REFUSED, YQ_WS_LOST);
	assert_int_equal(side.status, 403);
	assert_null(strstr(side.text, "hidden"));
	assert_non_null(strstr(side.text, "/denied"));
	assert_int_equal(side.opened, 0);
	end_pair(&service, &side);
}

static void
test_nobody_there_may_be_tried_again(void **state)
{
	struct yq_ws_options options = { .proxy = NULL };
	struct ws_side side = { .ws = NULL };
	char url[256];

	(void)state;
	options.url = url_of(url, "ws", free_port(), "/");
	side_connect(&side, &options);
	assert_side_end(&side, YQ_E_RETRY, YQ_WS_LOST);
	side_free(&side);
	side = (struct ws_side){ .wish = WS_FREE_AT_END };
	side_connect(&side, &options);
	await_count(&side.closed, 1);
	assert_null(side.ws);
	side = (struct ws_side){ .ws = NULL };
	side_connect(&side, &options);
	yq_ws_close(side.ws, YQ_WS_NORMAL, NULL); /* before it is open */
	assert_side_end(&side, YQ_E_RETRY, YQ_WS_LOST);
	side_free(&side);
	side = (struct ws_side){ .ws = NULL };
	side_connect(&side, &options);
	side_free(&side); /* at once */
	turn_for(20);
	assert_int_equal(side.closed, 0);
}

static void
test_a_server_that_stops_ends_its_sockets(void **state)
{
	struct yq_ws_options options = { .proxy = NULL };
	struct ws_side sides[3] = { 0 };
	struct service service;

	(void)state;
	service_open(&service);
	for (unsigned i = 0; i < 3; i++) {
		connect_to(&service, &sides[i], &options);
		await_count(&sides[i].opened, 1);
	}
	side_free(&service.sides[1]); /* whether its owner is first */
	yq_http_server_free(service.server);
	for (unsigned i = 0; i < 3; i++)
		assert_side_end(&sides[i], YQ_E_UNKNOWN, YQ_WS_LOST);
	assert_side_end(&service.sides[0], YQ_E_UNKNOWN, YQ_WS_LOST);
	assert_int_equal(service.sides[1].closed, 0);
	for (unsigned i = 0; i < 3; i++) {
		side_free(&sides[i]);
		side_free(&service.sides[i]);
	}
}

static void
test_an_upgrade_may_be_accepted_later_or_given_up(void **state)
{
	struct yq_ws_options options = { .proxy = NULL };
	struct ws_side side = { .ws = NULL };
	struct ws_side *answering;
	struct service service;

	(void)state;
	service_open(&service);
	answering = &service.sides[0];
	service.later = true;
	for (unsigned i = 0; i < 3; i++) {
		side = (struct ws_side){ .ws = NULL };
		service.kept = NULL;
		*answering = (struct ws_side){ .wish = WS_LISTEN };
		connect_to(&service, &side, &options);
		while (service.kept == NULL)
			turn();
		if (i == 1)
			side_free(&side); /* the client is gone before */
		answering->ws = yq_ws_accept(service.kept, NULL, &side_events, answering);
		assert_non_null(answering->ws);
		if (i == 2)
			side_free(answering); /* before our answer has left */
		if (i == 0) {
			await_count(&side.opened, 1);
			yq_ws_close(side.ws, YQ_WS_NORMAL, NULL);
			assert_side_end(answering, YQ_OK, YQ_WS_NORMAL);
		} else if (i == 1) {
			assert_side_end(answering, YQ_E_UNKNOWN, YQ_WS_LOST);
		} else {
			await_count(&side.closed, 1);
		}
		side_free(answering);
		side_free(&side);
	}
	service_close(&service);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		NET_TEST(test_texts_and_bytes_come_back_as_they_went),
		NET_TEST(test_a_megabyte_goes_and_comes_and_more_ends_it),
		NET_TEST(test_a_close_has_its_code_and_reason_on_both_sides),
		NET_TEST(test_what_is_queued_goes_before_the_close),
		NET_TEST(test_a_free_cuts_and_the_other_side_calls_it_lost),
		NET_TEST(test_a_socket_may_be_freed_from_any_of_its_events),
		NET_TEST(test_pings_keep_a_quiet_connection_and_silence_ends_it),
		NET_TEST(test_a_held_socket_reads_on_where_it_stopped),
		NET_TEST(test_a_close_that_is_not_answered_ends_in_time),
		NET_TEST(test_a_server_that_says_no_refuses),
		NET_TEST(test_nobody_there_may_be_tried_again),
		NET_TEST(test_a_server_that_stops_ends_its_sockets),
		NET_TEST(test_an_upgrade_may_be_accepted_later_or_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
