/* test_websocket_server.c - our server before clients that break the rules; keys; TLS. */
#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/ws_internal.h"
#include "ws_ends.h"

#define HANDSHAKE                                                                    \
	"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" \
	"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
#define ANSWERED "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"

struct service {
	struct yq_http_server *server;
	struct ws_side side; /* the last one */
	unsigned refused;
};

static void
on_request(void *cookie, struct yq_http_request *request)
{
	static const struct yq_ws_limits limits = { .message_max = 1000 };
	struct service *service = cookie;

	assert_null(service->side.ws);
	service->side.wish = WS_ECHO;
	service->side.ws = yq_ws_accept(request, &limits, &side_events, &service->side);
	service->refused += service->side.ws == NULL;
}

static void
service_open(struct service *service)
{
	static const struct yq_http_options options = { .listen = "127.0.0.1", .body_max = 1024 };
	struct yq_err err;

	memset(service, 0, sizeof(*service));
	if (yq_http_server_open(
		&loop, &options, NULL, on_request, service, &service->server, &err) != YQ_OK)
		fail_msg("%s", err.text);
}

static void
service_close(struct service *service)
{
	yq_http_server_free(service->server);
	side_free(&service->side);
}

/* A client of bytes: what it says, and what has been heard until `length` bytes of frames have come
 * after the head, or the end. */
static int
client_say(const struct service *service, const char *head, const char *bytes, size_t length)
{
	struct sockaddr_in name = { .sin_family = AF_INET,
		.sin_port = htons(yq_http_server_port(service->server)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct yq_buf all = yq_buf_make(65536);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (const struct sockaddr *)&name, sizeof(name)), 0);
	yq_buf_add_text(&all, head);
	yq_buf_add(&all, bytes, length);
	assert_int_equal(send(fd, all.data, all.length, MSG_NOSIGNAL), (ssize_t)all.length);
	yq_buf_free(&all);
	return fd;
}

static void
client_hear(int fd, struct yq_buf *heard, size_t length)
{
	char block[1024];

	*heard = yq_buf_make(65536);
	for (unsigned i = 0; i < 5000; i++) {
		const char *end = strstr(yq_buf_text(heard), "\r\n\r\n");
		ssize_t got = recv(fd, block, sizeof(block), MSG_DONTWAIT);

		if (got > 0)
			yq_buf_add(heard, block, (size_t)got);
		else if (got == 0 || errno != EAGAIN ||
			 (end != NULL && heard->length - (size_t)(end + 4 - heard->data) >= length))
			return;
		turn();
	}
	fail_msg("heard only: %s", yq_buf_text(heard));
}

static void
assert_frames(int fd, const char *frames, size_t length)
{
	struct yq_buf heard;
	const char *end;

	client_hear(fd, &heard, length);
	assert_true(yq_str_starts(yq_buf_text(&heard), "HTTP/1.1 101 "));
	assert_non_null(strstr(yq_buf_text(&heard), ANSWERED));
	end = strstr(yq_buf_text(&heard), "\r\n\r\n") + 4;
	assert_true(heard.length - (size_t)(end - heard.data) >= length);
	assert_memory_equal(end, frames, length);
	yq_buf_free(&heard);
}

static void
test_frames_right_behind_the_request_are_not_lost(void **state)
{
	struct service service;
	int fd;

	(void)state;
	service_open(&service);
	fd = client_say(&service, HANDSHAKE, "\x81\x82\x01\x02\x03\x04ij", 8);
	assert_frames(fd, "\x81\x02hh", 4);
	assert_int_equal(service.side.opened, 1);
	(void)close(fd);
	assert_side_end(&service.side, YQ_E_UNKNOWN, YQ_WS_LOST);
	service_close(&service);
}

static void
test_a_client_that_breaks_a_rule_is_told_so_and_closed(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		enum yq_rc rc;
		const char *close;
	} cases[] = {
		{ "\x81\x02hi", 4, YQ_E_INVALID, "\x88\x02\x03\xea" }, /* no mask */
		{ "\x83\x81\0\0\0\0x", 7, YQ_E_INVALID, "\x88\x02\x03\xea" },
		{ "\xf1\x81\0\0\0\0x", 7, YQ_E_INVALID, "\x88\x02\x03\xea" },
		{ "\x81\x81\0\0\0\0\xff", 7, YQ_E_INVALID, "\x88\x02\x03\xef" },
		{ "\x82\xfe\x03\xe9\0\0\0\0x", 9, YQ_E_LIMIT, "\x88\x02\x03\xf1" },
		{ "\x88\x82\0\0\0\0\x03\xe8", 8, YQ_OK, "\x88\x02\x03\xe8" },
		{ "\x88\x80\0\0\0\0", 6, YQ_OK, "\x88\x00" },
	};

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		struct service service;
		int fd;

		service_open(&service);
		fd = client_say(&service, HANDSHAKE, cases[i].bytes, cases[i].length);
		assert_frames(fd, cases[i].close, cases[i].close[1] == 0 ? 2 : 4);
		await_count(&service.side.closed, 1);
		assert_int_equal(service.side.rc, cases[i].rc);
		assert_int_equal(service.side.messages, 0);
		(void)close(fd);
		service_close(&service);
	}
}

static void
test_what_is_no_upgrade_is_answered_and_the_server_goes_on(void **state)
{
	static const struct {
		const char *request, *status;
	} cases[] = {
		{ "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 400 " },
		{ "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n\r\n",
		    "HTTP/1.1 400 " },
		{ "POST / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		  "Content-Length: 0\r\nSec-WebSocket-Version: 13\r\n"
		  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
		    "HTTP/1.1 400 " },
		{ "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		  "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
		    "HTTP/1.1 426 " },
	};
	struct service service;
	int fd;

	(void)state;
	service_open(&service);
	for (unsigned i = 0; i < YQ_COUNT(cases); i++) {
		struct yq_buf heard;

		fd = client_say(&service, cases[i].request, "", 0);
		client_hear(fd, &heard, 1);
		assert_true(yq_str_starts(yq_buf_text(&heard), cases[i].status));
		assert_non_null(strstr(yq_buf_text(&heard), "Sec-WebSocket-Version: 13\r\n"));
		assert_int_equal(service.refused, i + 1);
		yq_buf_free(&heard);
		(void)close(fd);
	}
	fd = client_say(&service, HANDSHAKE, "\x89\x80\0\0\0\0", 6);
	assert_frames(fd, "\x8a\x00", 2);
	(void)close(fd);
	service_close(&service);
}

static void
test_a_websocket_over_tls_is_verified(void **state)
{
	char key[128], cert[128], other_key[128], other_cert[128], url[256];
	struct yq_ws_options options = { .ca_file = cert };
	struct ws_side side = { .ws = NULL };
	char *text = yq_xcalloc(1, 900);
	struct service service;
	struct net_tls tls;

	(void)state;
	tls_certificate("ws", "IP:127.0.0.1", key, cert);
	tls_certificate("other", "IP:127.0.0.1", other_key, other_cert);
	service_open(&service);
	tls_start(&tls, "relay", key, cert, yq_http_server_port(service.server));
	options.url = url_of(url, "wss", tls.port, "/stream");
	side_connect(&side, &options);
	await_count(&side.opened, 1);
	memset(text, 'x', 900);
	for (unsigned i = 0; i < 200; i++)
		assert_int_equal(yq_ws_send_text(side.ws, text, 900), YQ_OK);
	await_count(&side.messages, 200);
	yq_ws_close(side.ws, YQ_WS_NORMAL, NULL);
	assert_side_end(&side, YQ_OK, YQ_WS_NORMAL);
	side_free(&side);
	side = (struct ws_side){ .ws = NULL };
	options.ca_file = other_cert;
	side_connect(&side, &options);
	assert_side_end(&side, YQ_E_RETRY, YQ_WS_LOST);
	assert_non_null(strstr(side.text, "certificate"));
	side_free(&side);
	free(text);
	service_close(&service);
	tls_end(&tls);
}

static void
test_the_answer_to_the_rule_books_key_is_the_rule_books(void **state)
{
	char accept[WS_ACCEPT_SIZE], key[WS_KEY_SIZE], other[WS_KEY_SIZE];

	(void)state;
	ws_accept_of("dGhlIHNhbXBsZSBub25jZQ==", accept); /* RFC 6455, 1.3 */
	assert_string_equal(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
	ws_key_make(key);
	ws_key_make(other);
	assert_true(ws_key_is_valid(key));
	assert_string_not_equal(key, other);
	assert_false(ws_key_is_valid("dGhlIHNhbXBsZSBub25jZQ"));
	assert_false(ws_key_is_valid("dGhlIHNhbXBsZSBub25jZ!=="));
	assert_false(ws_key_is_valid(""));
}

static void
test_what_is_no_address_or_header_is_refused(void **state)
{
	static const struct {
		const char *url;
		struct yq_http_header header;
	} cases[] = {
		{ "http://127.0.0.1/", { "A", "b" } },
		{ "127.0.0.1", { "A", "b" } },
		{ "ws://", { "A", "b" } },
		{ "ws://user:word@127.0.0.1/", { "A", "b" } },
		{ "ws://127.0.0.1/a b", { "A", "b" } },
		{ "ws://127.0.0.1/", { "A", "b\r\nC: d" } },
		{ "ws://127.0.0.1/", { "Upgrade", "h2c" } },
	};

	(void)state;
	for (size_t i = 0; i < YQ_COUNT(cases); i++) {
		const struct yq_ws_options options = {
			.url = cases[i].url, .headers = &cases[i].header, .header_count = 1
		};
		struct ws_side side = { .ws = NULL };
		struct yq_err err;

		assert_int_equal(
		    yq_ws_connect(&loop, &options, &side_events, &side, &side.ws, &err),
		    YQ_E_INVALID);
		assert_null(side.ws);
		assert_null(strstr(err.text, "word"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		NET_TEST(test_frames_right_behind_the_request_are_not_lost),
		NET_TEST(test_a_client_that_breaks_a_rule_is_told_so_and_closed),
		NET_TEST(test_what_is_no_upgrade_is_answered_and_the_server_goes_on),
		NET_TEST(test_a_websocket_over_tls_is_verified),
		NET_TEST(test_the_answer_to_the_rule_books_key_is_the_rule_books),
		NET_TEST(test_what_is_no_address_or_header_is_refused),
	};

	return cmocka_run_group_tests(tests, tls_folder_make, tls_folder_remove);
}
