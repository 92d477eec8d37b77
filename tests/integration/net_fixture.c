/* net_fixture.c - see net_fixture.h. */
#include "net_fixture.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

uv_loop_t loop;
static char folder[64];

int
net_setup(void **state)
{
	(void)state;
	(void)signal(SIGPIPE, SIG_IGN); /* as every program does */
	return uv_loop_init(&loop);
}

/* Once, and not for long: what a timer has just done must be seen. */
void
turn(void)
{
	struct pollfd wait = { .fd = uv_backend_fd(&loop), .events = POLLIN };

	(void)poll(&wait, 1, 2);
	(void)uv_run(&loop, UV_RUN_NOWAIT);
}

static uint64_t
now_ms(void)
{
	return uv_hrtime() / 1000000;
}

void
await_count(const unsigned *counter, unsigned least)
{
	uint64_t end = now_ms() + PATIENCE_MS;

	while (*counter < least && now_ms() < end)
		turn();
	if (*counter < least)
		fail_msg("%u of %u", *counter, least);
}

void
turn_for(unsigned ms)
{
	uint64_t end = now_ms() + ms;

	while (now_ms() < end)
		turn();
}

int
net_teardown(void **state)
{
	uint64_t end = now_ms() + PATIENCE_MS;

	(void)state;
	while (uv_loop_alive(&loop) && now_ms() < end)
		turn();
	return uv_loop_close(&loop);
}

/* ---- the server */

static void
on_connection_closed(uv_handle_t *handle)
{
	struct net_connection *connection = handle->data;
	struct net_peer *peer = connection->peer;

	for (size_t i = 0; i < peer->connection_count; i++)
		if (peer->connections[i] == connection)
			peer->connections[i] = peer->connections[--peer->connection_count];
	yq_buf_free(&connection->heard);
	free(connection);
}

void
peer_end(struct net_connection *connection, enum net_after how)
{
	if (connection->closing || how == NET_KEEP)
		return;
	connection->closing = true;
	if (how == NET_RESET)
		(void)uv_tcp_close_reset(&connection->tcp, on_connection_closed);
	else
		uv_close((uv_handle_t *)&connection->tcp, on_connection_closed);
}

struct saying {
	uv_write_t request;
	char *bytes;
};

static void
on_said(uv_write_t *request, int status)
{
	struct saying *saying = request->data;

	(void)status;
	free(saying->bytes);
	free(saying);
}

void
peer_say(struct net_connection *connection, const void *bytes, size_t length)
{
	struct saying *saying;
	uv_buf_t buf;
	int sent;

	if (connection->closing || length == 0)
		return;
	saying = yq_xcalloc(1, sizeof(*saying));
	saying->bytes = yq_xcalloc(1, length);
	memcpy(saying->bytes, bytes, length);
	saying->request.data = saying;
	buf = uv_buf_init(saying->bytes, (unsigned)length);
	sent = uv_try_write((uv_stream_t *)&connection->tcp, &buf, 1);
	if (sent > 0)
		buf = uv_buf_init(saying->bytes + sent, (unsigned)(length - (size_t)sent));
	if (sent == (int)length ||
	    uv_write(&saying->request, (uv_stream_t *)&connection->tcp, &buf, 1, on_said) != 0)
		on_said(&saying->request, 0);
}

/* The length of the first request, 0 if it is not whole. */
static size_t
request_length(const struct yq_buf *heard)
{
	const char *text = yq_buf_text(heard), *end = strstr(text, "\r\n\r\n");
	const char *length = strcasestr(text, "\r\ncontent-length:");
	size_t whole;

	if (end == NULL)
		return 0;
	whole = (size_t)(end - text) + 4;
	if (length != NULL && length < end)
		whole += (size_t)strtoul(length + 17, NULL, 10);
	return heard->length >= whole ? whole : 0;
}

static void
take_requests(struct net_connection *connection)
{
	struct net_peer *peer = connection->peer;
	size_t length;

	while (!connection->closing && !connection->raw &&
	       (length = request_length(&connection->heard)) > 0) {
		yq_buf_clear(&peer->last);
		yq_buf_add(&peer->last, connection->heard.data, length);
		yq_buf_drop_front(&connection->heard, length);
		peer->requests++;
		if (peer->on_request != NULL) {
			peer->on_request(connection, yq_buf_text(&peer->last), length);
			continue;
		}
		if (peer->answer != NULL)
			peer_say(connection, peer->answer, strlen(peer->answer));
		peer_end(connection, peer->after);
	}
}

static void
on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	(void)handle;
	*buf = uv_buf_init(yq_xcalloc(1, suggested), (unsigned)suggested);
}

static void
on_heard(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
	struct net_connection *connection = stream->data;

	if (count > 0 && !connection->peer->mute) {
		yq_buf_add(&connection->heard, buf->base, (size_t)count);
		take_requests(connection);
	}
	free(buf->base);
	if (count < 0 && count != UV_ENOBUFS) {
		connection->peer->gone++;
		peer_end(connection, NET_CLOSE);
	}
}

static void
on_accept(uv_stream_t *stream, int status)
{
	struct net_peer *peer = stream->data;
	struct net_connection *connection = yq_xcalloc(1, sizeof(*connection));

	assert_int_equal(status, 0);
	assert_true(peer->connection_count < PEERS_MAX);
	connection->peer = peer;
	connection->heard = yq_buf_make(8U << 20);
	assert_int_equal(uv_tcp_init(&loop, &connection->tcp), 0);
	connection->tcp.data = connection;
	assert_int_equal(uv_accept(stream, (uv_stream_t *)&connection->tcp), 0);
	peer->connections[peer->connection_count++] = connection;
	peer->accepted++;
	assert_int_equal(uv_read_start((uv_stream_t *)&connection->tcp, on_room, on_heard), 0);
}

static uint16_t
port_of(const uv_tcp_t *tcp)
{
	struct sockaddr_in name;
	int length = sizeof(name);

	assert_int_equal(uv_tcp_getsockname(tcp, (struct sockaddr *)&name, &length), 0);
	return ntohs(name.sin_port);
}

void
peer_open(struct net_peer *peer)
{
	struct sockaddr_in name;

	*peer = (struct net_peer){ .last = yq_buf_make(8U << 20) };
	assert_int_equal(uv_ip4_addr("127.0.0.1", 0, &name), 0);
	assert_int_equal(uv_tcp_init(&loop, &peer->listener), 0);
	peer->listener.data = peer;
	assert_int_equal(uv_tcp_bind(&peer->listener, (const struct sockaddr *)&name, 0), 0);
	assert_int_equal(uv_listen((uv_stream_t *)&peer->listener, 64, on_accept), 0);
	peer->port = port_of(&peer->listener);
}

void
peer_close(struct net_peer *peer)
{
	for (size_t i = 0; i < peer->connection_count; i++)
		peer_end(peer->connections[i], NET_CLOSE);
	uv_close((uv_handle_t *)&peer->listener, NULL);
	do
		turn();
	while (peer->connection_count > 0);
	yq_buf_free(&peer->last);
}

const char *
url_of(char url[256], const char *scheme, uint16_t port, const char *rest)
{
	assert_true(yq_str_format(url, 256, "%s://127.0.0.1:%u%s", scheme, port, rest));
	return url;
}

uint16_t
free_port(void)
{
	struct net_peer peer;
	uint16_t port;

	peer_open(&peer);
	port = peer.port;
	peer_close(&peer);
	return port;
}

/* ---- TLS */

int
tls_folder_make(void **state)
{
	(void)state;
	(void)yq_str_format(folder, sizeof(folder), "/tmp/yq-net-XXXXXX");
	return mkdtemp(folder) == NULL;
}

int
tls_folder_remove(void **state)
{
	char *const argv[] = { "rm", "-rf", folder, NULL };
	pid_t child;
	int status;

	(void)state;
	if (posix_spawnp(&child, "rm", NULL, NULL, argv, environ) != 0)
		return 1;
	return waitpid(child, &status, 0) != child;
}

void
tls_certificate(const char *name, const char *subject_names, char key[128], char cert[128])
{
	char alternative[160], log[128];
	char *argv[] = { "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
		"ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=yquant test",
		"-addext", alternative, "-keyout", key, "-out", cert, NULL };
	posix_spawn_file_actions_t actions;
	pid_t child;
	int status;

	yq_str_format(alternative, sizeof(alternative), "subjectAltName=%s", subject_names);
	yq_str_format(key, 128, "%s/%s.key", folder, name);
	yq_str_format(cert, 128, "%s/%s.pem", folder, name);
	yq_str_format(log, sizeof(log), "%s/log", folder);
	assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
	assert_int_equal(
	    posix_spawn_file_actions_addopen(&actions, 2, log, O_WRONLY | O_CREAT, 0600), 0);
	assert_int_equal(posix_spawnp(&child, "openssl", &actions, NULL, argv, environ), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	posix_spawn_file_actions_destroy(&actions);
}

static void
on_exit_of(uv_process_t *process, int64_t status, int number)
{
	struct net_tls *tls = process->data;

	(void)status;
	(void)number;
	tls->exited = 1;
}

static void
on_line_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct net_tls *tls = handle->data;
	size_t length = strlen(tls->said);

	(void)suggested;
	*buf = uv_buf_init(tls->said + length, (unsigned)(sizeof(tls->said) - 1 - length));
}

static void
on_line(uv_stream_t *stream, ssize_t count, const uv_buf_t *buf)
{
	struct net_tls *tls = stream->data;

	(void)buf;
	if (count < 0)
		uv_read_stop(stream);
	if (strchr(tls->said, '\n') != NULL)
		tls->port = (uint16_t)strtoul(tls->said, NULL, 10);
}

void
tls_start(struct net_tls *tls, const char *what, const char *key, const char *cert, uint16_t port)
{
	char script[512], to[16];
	char *argv[] = { "node", script, NULL, NULL, NULL, to, NULL };
	uv_stdio_container_t stdio[3];
	uv_process_options_t options = { .exit_cb = on_exit_of,
		.file = "node",
		.args = argv,
		.stdio = stdio,
		.stdio_count = 3 };
	char words[3][128];

	memset(tls, 0, sizeof(*tls));
	yq_str_format(
	    script, sizeof(script), "%s/tests/integration/net_tls.mjs", getenv("YQ_SOURCE"));
	yq_str_format(to, sizeof(to), "%u", port);
	assert_true(yq_str_copy(words[0], sizeof(words[0]), what));
	assert_true(yq_str_copy(words[1], sizeof(words[1]), key));
	assert_true(yq_str_copy(words[2], sizeof(words[2]), cert));
	for (size_t i = 0; i < 3; i++)
		argv[2 + i] = words[i];
	assert_int_equal(uv_pipe_init(&loop, &tls->input, 0), 0);
	assert_int_equal(uv_pipe_init(&loop, &tls->output, 0), 0);
	tls->process.data = tls->input.data = tls->output.data = tls;
	stdio[0].flags = UV_CREATE_PIPE | UV_READABLE_PIPE;
	stdio[0].data.stream = (uv_stream_t *)&tls->input;
	stdio[1].flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE;
	stdio[1].data.stream = (uv_stream_t *)&tls->output;
	stdio[2].flags = UV_INHERIT_FD;
	stdio[2].data.fd = 2;
	assert_int_equal(uv_spawn(&loop, &tls->process, &options), 0);
	assert_int_equal(uv_read_start((uv_stream_t *)&tls->output, on_line_room, on_line), 0);
	while (tls->port == 0 && tls->exited == 0)
		turn();
	assert_true(tls->port != 0);
}

/* It ends with its input. */
void
tls_end(struct net_tls *tls)
{
	uv_close((uv_handle_t *)&tls->input, NULL);
	await_count(&tls->exited, 1);
	uv_close((uv_handle_t *)&tls->output, NULL);
	uv_close((uv_handle_t *)&tls->process, NULL);
	turn();
}
