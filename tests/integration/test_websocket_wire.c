/* test_websocket_wire.c - our client before servers that break the rules, byte by byte. */
#include <unistd.h>

#include "net/ws_internal.h"
#include "ws_ends.h"

/* What the server says once the upgrade is done, in frames without masks. */
static struct yq_buf frames;
static bool byte_by_byte, cut_after;
static const char *wrong_answer; /* instead of the right one; "%" stands for the right key */

static void
on_upgrade(struct net_connection *connection, const char *request, size_t length)
{
	static const char name[] = "\r\nSec-WebSocket-Key: ";
	char key[WS_KEY_SIZE], accept[WS_ACCEPT_SIZE];
	struct yq_buf answer = yq_buf_make(64U << 20);
	const char *found = strstr(request, name);

	(void)length;
	if (yq_str_starts(request, "CONNECT ")) {
		peer_say(connection, "HTTP/1.1 200 OK\r\n\r\n", 19);
		return;
	}
	assert_non_null(found);
	assert_true(yq_str_copy_bytes(key, sizeof(key), found + strlen(name), WS_KEY_SIZE - 1));
	ws_accept_of(key, accept);
	connection->raw = true;
	if (wrong_answer != NULL) {
		const char *mark = strchr(wrong_answer, '%');

		yq_buf_add(&answer, wrong_answer,
		    mark == NULL ? strlen(wrong_answer) : (size_t)(mark - wrong_answer));
		if (mark != NULL) {
			yq_buf_add_text(&answer, accept);
			yq_buf_add_text(&answer, mark + 1);
		}
	} else {
		yq_buf_add_format(&answer,
		    "HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\n"
		    "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Accept: %s \r\n\r\n",
		    accept);
		yq_buf_add(&answer, yq_buf_text(&frames), frames.length);
	}
	for (size_t i = 0; byte_by_byte && i < answer.length; i++) {
		peer_say(connection, answer.data + i, 1);
		(void)usleep(20);
	}
	if (!byte_by_byte)
		peer_say(connection, answer.data, answer.length);
	if (cut_after)
		peer_end(connection, NET_CLOSE);
	yq_buf_free(&answer);
}

static int
wire_setup(void **state)
{
	frames = yq_buf_make(32U << 20);
	byte_by_byte = cut_after = false;
	wrong_answer = NULL;
	return net_setup(state);
}

static int
wire_teardown(void **state)
{
	yq_buf_free(&frames);
	return net_teardown(state);
}

#define WIRE_TEST(name) cmocka_unit_test_setup_teardown(name, wire_setup, wire_teardown)

static void
add_frame(unsigned first, const char *bytes, size_t length)
{
	yq_buf_add_char(&frames, (char)first);
	if (length < 126) {
		yq_buf_add_char(&frames, (char)length);
	} else {
		yq_buf_add_char(&frames, 126);
		yq_buf_add_char(&frames, (char)(length >> 8));
		yq_buf_add_char(&frames, (char)length);
	}
	yq_buf_add(&frames, bytes, length);
}

struct scene {
	struct net_peer peer;
	struct ws_side side;
};

static void
scene_open(struct scene *scene, const char *rest, struct yq_ws_options options)
{
	char url[256];

	memset(scene, 0, sizeof(*scene));
	peer_open(&scene->peer);
	scene->peer.on_request = on_upgrade;
	options.url = url_of(url, "ws", scene->peer.port, rest);
	side_connect(&scene->side, &options);
}

static void
scene_close(struct scene *scene)
{
	side_free(&scene->side);
	peer_close(&scene->peer);
}

/* What our client said, unmasked: the first frame's first byte, and its payload.  False if there is
 * none whole. */
static bool
take_said(struct scene *scene, unsigned *ret_first, char payload[126], size_t *ret_length)
{
	struct yq_buf *heard;
	size_t length;

	if (scene->peer.connection_count == 0)
		return false;
	heard = &scene->peer.connections[0]->heard;
	if (heard->length < 6)
		return false;
	length = (unsigned char)heard->data[1] & 0x7fU;
	assert_true(((unsigned char)heard->data[1] & 0x80U) != 0); /* clients mask */
	assert_true(length < 126);
	if (heard->length < 6 + length)
		return false;
	*ret_first = (unsigned char)heard->data[0];
	for (size_t i = 0; i < length; i++)
		payload[i] = (char)(heard->data[6 + i] ^ heard->data[2 + i % 4]);
	*ret_length = length;
	yq_buf_drop_front(heard, 6 + length);
	return true;
}

static void
assert_said(struct scene *scene, unsigned first, const char *bytes, size_t length)
{
	char payload[126];
	unsigned said = 0;
	size_t said_length = 0;

	for (unsigned i = 0; i < 1000 && !take_said(scene, &said, payload, &said_length); i++)
		turn_for(2);
	assert_int_equal(said, first);
	assert_int_equal(said_length, length);
	assert_memory_equal(payload, bytes, length);
}

static void
test_the_upgrade_is_asked_for_as_the_rule_says(void **state)
{
	static const struct yq_http_header header = { "Authorization", "Bearer x" };
	struct scene scene;
	char expected[256];

	(void)state;
	scene_open(&scene, "/tryitout?a=b#c",
	    (struct yq_ws_options){ .headers = &header, .header_count = 1 });
	await_count(&scene.side.opened, 1);
	yq_str_format(expected, sizeof(expected),
	    "GET /tryitout?a=b HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n", scene.peer.port);
	assert_true(yq_str_starts(yq_buf_text(&scene.peer.last), expected));
	assert_non_null(strstr(yq_buf_text(&scene.peer.last), "\r\nConnection: Upgrade\r\n"));
	assert_non_null(strstr(yq_buf_text(&scene.peer.last), "\r\nUpgrade: websocket\r\n"));
	assert_non_null(strstr(yq_buf_text(&scene.peer.last), "\r\nSec-WebSocket-Version: 13\r\n"));
	assert_non_null(strstr(yq_buf_text(&scene.peer.last), "\r\nAuthorization: Bearer x\r\n"));
	scene_close(&scene);
}

static void
test_parts_become_one_message_with_pings_between_them(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct scene scene;

		byte_by_byte = i == 1;
		yq_buf_clear(&frames);
		add_frame(0x01, "\xed\x95", 2);
		add_frame(0x89, "are you there", 13);
		add_frame(0x00, "", 0);
		add_frame(0x8a, "nobody asked", 12);
		add_frame(0x80, "\x9c!", 2);
		add_frame(0x82, "\x00\xff", 2);
		scene_open(&scene, "/", (struct yq_ws_options){ .proxy = NULL });
		await_count(&scene.side.messages, 1);
		assert_said(&scene, 0x8a, "are you there", 13);
		await_count(&scene.side.messages, 2);
		assert_int_equal(scene.side.kind, YQ_WS_BINARY);
		assert_int_equal(scene.side.last.length, 2);
		assert_int_equal(yq_ws_send_text(scene.side.ws, "hello", 5), YQ_OK);
		assert_said(&scene, 0x81, "hello", 5);
		scene_close(&scene);
	}
}

static void
test_a_broken_rule_ends_it_with_its_code(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		enum yq_rc rc;
		const char *close; /* what we say */
	} cases[] = {
		{ "\x81\x81wxyz\x10", 7, YQ_E_INVALID, "\x03\xea" }, /* masked */
		{ "\xc1\x01x", 3, YQ_E_INVALID, "\x03\xea" },	     /* a reserved bit */
		{ "\xa1\x01x", 3, YQ_E_INVALID, "\x03\xea" },
		{ "\x83\x01x", 3, YQ_E_INVALID, "\x03\xea" }, /* no such kind */
		{ "\x8b\x01x", 3, YQ_E_INVALID, "\x03\xea" },
		{ "\x80\x01x", 3, YQ_E_INVALID, "\x03\xea" },		  /* part of nothing */
		{ "\x01\x01x\x81\x01y", 6, YQ_E_INVALID, "\x03\xea" },	  /* two at once */
		{ "\x09\x01x", 3, YQ_E_INVALID, NULL },			  /* a ping in parts */
		{ "\x89\x7e\x00\x7e", 4, YQ_E_INVALID, NULL },		  /* a long ping */
		{ "\x81\x7e\x00\x01x", 5, YQ_E_INVALID, NULL },		  /* a length too wide */
		{ "\x82\x7f\x80\0\0\0\0\0\0\0", 10, YQ_E_INVALID, NULL }, /* no length at all */
		{ "\x81\x01\xff", 3, YQ_E_INVALID, "\x03\xef" },	  /* no UTF-8 */
		{ "\x81\x02\xc0\xaf", 4, YQ_E_INVALID, "\x03\xef" },
		{ "\x81\x03\xed\xa0\x80", 5, YQ_E_INVALID, "\x03\xef" },
		{ "\x81\x02\xed\x95", 4, YQ_E_INVALID, "\x03\xef" },	     /* cut off */
		{ "\x01\x02\xed\x95\x80\x00", 6, YQ_E_INVALID, "\x03\xef" }, /* the same in parts */
		{ "\x88\x02\x03\xed", 4, YQ_E_INVALID, "\x03\xea" },	     /* closed with 1005 */
		{ "\x88\x02\x00\x64", 4, YQ_E_INVALID, "\x03\xea" },	     /* closed with 100 */
		{ "\x88\x03\x03\xe8\xff", 5, YQ_E_INVALID, "\x03\xef" },     /* for no UTF-8 */
		{ "\x82\x7e\x03\xe9x", 5, YQ_E_LIMIT, "\x03\xf1" }, /* 1001 bytes to come */
		{ "\x82\x7f\0\0\x7f\xff\xff\xff\xff\xffx", 11, YQ_E_LIMIT, "\x03\xf1" },
	};

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		struct scene scene;

		yq_buf_clear(&frames);
		yq_buf_add(&frames, cases[i].bytes, cases[i].length);
		scene_open(
		    &scene, "/", (struct yq_ws_options){ .limits = { .message_max = 1000 } });
		await_count(&scene.side.closed, 1);
		if (scene.side.rc != cases[i].rc)
			fail_msg("%zu: %s: %s", i, yq_rc_name(scene.side.rc), scene.side.text);
		assert_int_equal(scene.side.messages, 0);
		if (cases[i].close != NULL && scene.peer.connection_count > 0)
			assert_said(&scene, 0x88, cases[i].close, 2);
		scene_close(&scene);
	}
}

static void
test_many_parts_are_no_way_around_the_limit(void **state)
{
	struct scene scene;

	(void)state;
	add_frame(0x02, "x", 1);
	for (unsigned i = 0; i < 1000; i++)
		add_frame(0x00, "x", 1);
	scene_open(&scene, "/", (struct yq_ws_options){ .limits = { .message_max = 1000 } });
	assert_side_end(&scene.side, YQ_E_LIMIT, YQ_WS_LOST);
	scene_close(&scene);
}

static void
test_a_close_is_told_with_what_the_server_said(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		unsigned code;
		const char *reason;
	} cases[] = {
		{ "", 0, YQ_WS_NO_CODE, "1005" },
		{ "\x03\xe8", 2, YQ_WS_NORMAL, "1000" },
		{ "\x03\xe9going", 7, YQ_WS_GOING_AWAY, "going" },
		{ "\x03\xf3oops", 6, YQ_WS_SERVER_FAULT, "oops" },
		{ "\x0f\xa0mine", 6, 4000, "mine" },
		{ "\x03\xf4"
		  "try",
		    5, 1012, "1012" },
	};

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		struct scene scene;

		yq_buf_clear(&frames);
		add_frame(0x88, cases[i].bytes, cases[i].length);
		add_frame(0x81, "after the end", 13);
		scene_open(&scene, "/", (struct yq_ws_options){ .proxy = NULL });
		assert_side_end(&scene.side, YQ_OK, cases[i].code);
		assert_int_equal(scene.side.messages, 0);
		assert_int_equal(scene.side.opened, 1);
		assert_non_null(strstr(scene.side.text, cases[i].reason));
		scene_close(&scene);
	}
}

static void
test_a_cut_anywhere_is_a_loss(void **state)
{
	static const char *const parts[] = { "", "\x81", "\x81\x05he", "\x01\x02he" };

	(void)state;
	cut_after = true;
	for (size_t i = 0; i < YQ_COUNT(parts); i++) {
		struct scene scene;

		yq_buf_clear(&frames);
		yq_buf_add_text(&frames, parts[i]);
		scene_open(&scene, "/", (struct yq_ws_options){ .proxy = NULL });
		assert_side_end(&scene.side, YQ_E_UNKNOWN, YQ_WS_LOST);
		assert_int_equal(scene.side.opened, 1);
		assert_int_equal(scene.side.messages, 0);
		scene_close(&scene);
	}
}

#define GOOD_UPGRADE "Upgrade: websocket\r\nConnection: Upgrade\r\n"

static void
test_an_answer_that_is_not_a_websocket_servers_refuses(void **state)
{
	static const struct {
		const char *answer;
		unsigned status;
	} cases[] = {
		{ "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200 },
		{ "HTTP/1.1 401 Who\r\n\r\n", 401 },
		{ "HTTP/1.1 101 Yes\r\n" GOOD_UPGRADE "\r\n", 0 },
		{ "HTTP/1.1 101 Yes\r\n" GOOD_UPGRADE "Sec-WebSocket-Accept: %x\r\n\r\n", 0 },
		{ "HTTP/1.1 101 Yes\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n"
		  "Sec-WebSocket-Accept: %\r\n\r\n",
		    0 },
		{ "HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: %\r\n\r\n", 0 },
		{ "HTTP/1.1 101 Yes\r\n" GOOD_UPGRADE "Sec-WebSocket-Accept: %\r\n"
		  "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n",
		    0 },
		{ "HTTP/1.0 101 Yes\r\n\r\n", 0 },
		{ "HTTP/1.1 1x1 Yes\r\n\r\n", 0 },
		{ "\r\n\r\n", 0 },
		{ "what do you want\r\n\r\n", 0 },
	};

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		struct scene scene;

		wrong_answer = cases[i].answer;
		scene_open(&scene, "/", (struct yq_ws_options){ .proxy = NULL });
		await_count(&scene.side.closed, 1);
		if (scene.side.rc != YQ_E_REFUSED || scene.side.status != cases[i].status)
			fail_msg("%zu: %s: %s", i, yq_rc_name(scene.side.rc), scene.side.text);
		assert_int_equal(scene.side.opened, 0);
		scene_close(&scene);
	}
}

static void
test_an_answer_without_end_does_not_open(void **state)
{
	struct yq_buf endless = yq_buf_make(1U << 20);
	struct scene scene;

	(void)state;
	wrong_answer = "HTTP/1.1 101 Yes\r\nUp"; /* and no more of it */
	scene_open(&scene, "/", (struct yq_ws_options){ .connect_timeout_ms = 200 });
	assert_side_end(&scene.side, YQ_E_RETRY, YQ_WS_LOST);
	scene_close(&scene);
	cut_after = true;
	scene_open(&scene, "/", (struct yq_ws_options){ .proxy = NULL });
	assert_side_end(&scene.side, YQ_E_RETRY, YQ_WS_LOST);
	scene_close(&scene);
	cut_after = false;
	yq_buf_add_text(&endless, "HTTP/1.1 101 Yes\r\n");
	while (endless.length < 100000)
		yq_buf_add_text(&endless, "X-More: and more\r\n");
	wrong_answer = yq_buf_text(&endless);
	scene_open(&scene, "/", (struct yq_ws_options){ .proxy = NULL });
	assert_side_end(&scene.side, YQ_E_REFUSED, YQ_WS_LOST);
	scene_close(&scene);
	yq_buf_free(&endless);
}

/* Nobody's queue grows without end over it: we do not read on before they do. */
static void
test_a_server_that_only_pings_and_never_reads_is_not_read(void **state)
{
	char payload[125];
	struct scene scene;
	size_t most = 0;

	(void)state;
	memset(payload, 'p', sizeof(payload));
	for (unsigned i = 0; i < 100000; i++)
		add_frame(0x89, payload, sizeof(payload));
	add_frame(0x81, "done", 4);
	scene_open(&scene, "/", (struct yq_ws_options){ .proxy = NULL });
	await_count(&scene.peer.requests, 1);
	assert_int_equal(uv_read_stop((uv_stream_t *)&scene.peer.connections[0]->tcp), 0);
	for (unsigned i = 0; i < 50; i++) {
		size_t queued = yq_ws_queued(scene.side.ws);

		most = queued > most ? queued : most;
		turn_for(10);
	}
	assert_true(most > 0 && most < 1000000);
	assert_int_equal(scene.side.messages, 0);
	scene_close(&scene);
}

static void
test_a_websocket_goes_through_a_proxys_tunnel(void **state)
{
	struct yq_ws_options options = { .url = "ws://ops.invalid:21000/tryitout" };
	struct ws_side side = { .ws = NULL };
	struct net_peer proxy;
	char address[256];

	(void)state;
	peer_open(&proxy);
	proxy.on_request = on_upgrade;
	options.proxy = url_of(address, "http", proxy.port, "");
	side_connect(&side, &options);
	await_count(&side.opened, 1);
	assert_int_equal(proxy.requests, 2);
	assert_true(yq_str_starts(yq_buf_text(&proxy.last), "GET /tryitout HTTP/1.1\r\n"));
	assert_non_null(strstr(yq_buf_text(&proxy.last), "\r\nHost: ops.invalid:21000\r\n"));
	side_free(&side);
	peer_close(&proxy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WIRE_TEST(test_the_upgrade_is_asked_for_as_the_rule_says),
		WIRE_TEST(test_parts_become_one_message_with_pings_between_them),
		WIRE_TEST(test_a_broken_rule_ends_it_with_its_code),
		WIRE_TEST(test_many_parts_are_no_way_around_the_limit),
		WIRE_TEST(test_a_close_is_told_with_what_the_server_said),
		WIRE_TEST(test_a_cut_anywhere_is_a_loss),
		WIRE_TEST(test_an_answer_that_is_not_a_websocket_servers_refuses),
		WIRE_TEST(test_an_answer_without_end_does_not_open),
		WIRE_TEST(test_a_server_that_only_pings_and_never_reads_is_not_read),
		WIRE_TEST(test_a_websocket_goes_through_a_proxys_tunnel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
