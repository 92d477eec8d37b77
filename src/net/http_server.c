/*
 * http_server.c - open, drive and close an HTTP server.
 *
 * The library runs without threads: its epoll descriptor becomes readable when it has something to
 * do, and it tells how long it may sleep.
 */
#include "net/http_server.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/http_internal.h"

#define HEADER_DEFAULT	    8192
#define CONNECTIONS_DEFAULT 256
#define TIMEOUT_DEFAULT_S   15
#define SWEEP_MS	    1000
#define FILES_BESIDE	    128U /* that the rest of the program may need */

static void on_timer(uv_timer_t *timer);

/* Let the library work, then ask how long it may sleep. */
static void
run(struct yq_http_server *server)
{
	MHD_UNSIGNED_LONG_LONG sleep_ms;

	if (server->running || server->mhd == NULL)
		return;
	server->running = true;
	server->woken = false;
	(void)MHD_run(server->mhd);
	server->running = false;
	if (server->closing)
		return;
	if (server->woken)
		uv_timer_start(&server->timer, on_timer, 0, 0);
	else if (MHD_get_timeout(server->mhd, &sleep_ms) == MHD_YES)
		uv_timer_start(&server->timer, on_timer, sleep_ms, 0);
	else
		uv_timer_stop(&server->timer);
}

static void
on_timer(uv_timer_t *timer)
{
	run(timer->data);
}

static void
on_poll(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	run(poll->data);
}

/* A connection woken from outside the library's turn: give it one soon, with all others. */
void
http_wake(struct yq_http_server *server)
{
	server->woken = true;
	if (!server->running && !server->closing)
		uv_timer_start(&server->timer, on_timer, 0, 0);
}

/* As the library's options want it: it reads it, and does not write. */
static void *
for_library(const char *pem)
{
	union {
		const char *borrowed;
		void *unqualified;
	} text = { .borrowed = pem };

	return text.unqualified;
}

/* As many connections as are asked for and the system lets us have. */
static unsigned
allowed_connections(const struct yq_http_options *options)
{
	unsigned wanted =
	    options->connections_max == 0 ? CONNECTIONS_DEFAULT : options->connections_max;
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= wanted + FILES_BESIDE)
		return wanted;
	files.rlim_cur =
	    files.rlim_max < wanted + FILES_BESIDE ? files.rlim_max : wanted + FILES_BESIDE;
	if (setrlimit(RLIMIT_NOFILE, &files) != 0 && getrlimit(RLIMIT_NOFILE, &files) != 0)
		return wanted;
	if (files.rlim_cur >= wanted + FILES_BESIDE)
		return wanted;
	return files.rlim_cur > 2 * FILES_BESIDE ? (unsigned)files.rlim_cur - FILES_BESIDE
						 : FILES_BESIDE;
}

static struct MHD_Daemon *
start_library(struct yq_http_server *server, const struct yq_http_options *options, int fd)
{
	size_t header_max = options->header_max == 0 ? HEADER_DEFAULT : options->header_max;
	unsigned connections = allowed_connections(options);
	unsigned timeout_s = options->timeout_s == 0 ? TIMEOUT_DEFAULT_S : options->timeout_s;
	size_t memory = header_max * 2; /* the pool also holds what is being sent */

	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, for_library(options->certificate) },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, for_library(options->private_key) },
		{ MHD_OPTION_END, 0, NULL },
	};
	bool has_tls = options->certificate != NULL;

	server->timeout_ns = (int64_t)timeout_s * 1000 * 1000 * 1000;
	server->connections_max = connections;
	return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_ALLOW_UPGRADE |
				    (has_tls ? MHD_USE_TLS : 0U),
	    0, NULL, NULL, http_on_request, server,			  /* handler */
	    MHD_OPTION_LISTEN_SOCKET, fd,				  /* owned by it */
	    MHD_OPTION_CONNECTION_LIMIT, connections,			  /* in all */
	    MHD_OPTION_PER_IP_CONNECTION_LIMIT, options->per_address_max, /* by address */
	    MHD_OPTION_CONNECTION_TIMEOUT, timeout_s,			  /* without progress */
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory,			  /* header */
	    MHD_OPTION_NOTIFY_COMPLETED, http_on_completed, server,	  /* request */
	    MHD_OPTION_NOTIFY_CONNECTION, http_on_connection, server,	  /* connection */
	    MHD_OPTION_UNESCAPE_CALLBACK, http_unescape, NULL,		  /* path and query */
	    MHD_OPTION_ARRAY, has_tls ? tls : tls + 2,			  /* its end alone */
	    MHD_OPTION_END);
}

static void
start_handles(struct yq_http_server *server, int epoll_fd)
{
	server->poll.data = server->timer.data = server->sweep.data = server;
	server->handles = 3;
	if (uv_poll_init(server->loop, &server->poll, epoll_fd) != 0 ||
	    uv_timer_init(server->loop, &server->timer) != 0 ||
	    uv_timer_init(server->loop, &server->sweep) != 0)
		YQ_PANIC("event loop handles cannot be made");
	uv_poll_start(&server->poll, UV_READABLE, on_poll);
	uv_timer_start(&server->sweep, http_sweep, SWEEP_MS, SWEEP_MS);
	uv_unref((uv_handle_t *)&server->sweep);
}

enum yq_rc
yq_http_server_open(uv_loop_t *loop, const struct yq_http_options *options, yq_http_head_fn *head,
    yq_http_fn *handle, void *cookie, struct yq_http_server **ret_server, struct yq_err *err)
{
	struct yq_http_server *server = yq_xcalloc(1, sizeof(*server));
	const union MHD_DaemonInfo *info = NULL;
	struct yq_err local = { .rc = YQ_OK };
	int fd;

	server->loop = loop;
	server->head = head;
	server->handle = handle;
	server->too_large = options->too_large;
	server->cookie = cookie;
	server->body_max = options->body_max;
	server->headers = options->headers;
	server->header_count = options->header_count;
	LIST_INIT(&server->pending);
	LIST_INIT(&server->streams);
	LIST_INIT(&server->upgrades);
	TAILQ_INIT(&server->timed);
	fd = http_listen(server, options, &local);
	if (fd < 0) {
		free(server);
		return yq_err_set(err, local.rc, "%s", local.text);
	}
	server->mhd = start_library(server, options, fd);
	if (server->mhd != NULL)
		info = MHD_get_daemon_info(server->mhd, MHD_DAEMON_INFO_EPOLL_FD);
	if (info == NULL) {
		if (server->mhd != NULL)
			MHD_stop_daemon(server->mhd);
		else
			close(fd);
		free(server->unix_path);
		free(server);
		return yq_err_set(err, YQ_E_SYSTEM, "the HTTP server cannot be started");
	}
	start_handles(server, info->epoll_fd);
	*ret_server = server;
	return YQ_OK;
}

uint16_t
yq_http_server_port(const struct yq_http_server *server)
{
	return server->port;
}

const char *
yq_http_server_url(const struct yq_http_server *server)
{
	return server->url;
}

size_t
yq_http_server_pending(const struct yq_http_server *server)
{
	return server->pending_count;
}

size_t
yq_http_server_connections(const struct yq_http_server *server)
{
	return server->connection_count;
}

void
yq_http_server_quiesce(struct yq_http_server *server)
{
	int fd = MHD_quiesce_daemon(server->mhd);

	if (fd >= 0)
		close(fd);
	if (server->unix_path != NULL)
		(void)unlink(server->unix_path);
}

static void
on_handle_closed(uv_handle_t *handle)
{
	struct yq_http_server *server = handle->data;

	if (--server->handles > 0)
		return;
	free(server->unix_path);
	free(server);
}

void
yq_http_server_free(struct yq_http_server *server)
{
	struct yq_http_request *request;
	struct yq_http_stream *stream;
	struct http_upgrade *upgrade;

	if (server == NULL)
		return;
	server->closing = true;
	while ((request = LIST_FIRST(&server->pending)) != NULL)
		yq_http_answer_error(request, 503, "the server is stopping");
	LIST_FOREACH(stream, &server->streams, link)
	yq_http_stream_end(stream);
	while ((upgrade = LIST_FIRST(&server->upgrades)) != NULL)
		upgrade->end(upgrade);
	run(server); /* what can be sent at once is */
	run(server);
	if (server->unix_path != NULL)
		(void)unlink(server->unix_path);
	uv_close((uv_handle_t *)&server->poll, on_handle_closed);
	uv_close((uv_handle_t *)&server->timer, on_handle_closed);
	uv_close((uv_handle_t *)&server->sweep, on_handle_closed);
	MHD_stop_daemon(server->mhd);
	server->mhd = NULL;
}
