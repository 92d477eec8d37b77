/*
 * http_timed.c - a deadline for each request on its way in.
 *
 * The library closes a connection on which nothing moves.  A peer that sends one byte now and then
 * would still hold its place for ever, so the time from the first byte awaited to the whole request
 * is bounded too, by twice the timeout.
 */
#include <stdlib.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "net/http_internal.h"

static int64_t
now_ns(void)
{
	return (int64_t)uv_hrtime();
}

void
http_time_start(struct yq_http_server *server, struct http_connection *connection)
{
	http_time_stop(server, connection);
	connection->deadline_ns = now_ns() + 2 * server->timeout_ns;
	connection->timed = true;
	TAILQ_INSERT_TAIL(&server->timed, connection, link);
}

void
http_time_stop(struct yq_http_server *server, struct http_connection *connection)
{
	if (connection->timed)
		TAILQ_REMOVE(&server->timed, connection, link);
	connection->timed = false;
}

void
http_on_connection(void *cookie, struct MHD_Connection *connection, void **socket_slot,
    enum MHD_ConnectionNotificationCode code)
{
	struct yq_http_server *server = cookie;
	struct http_connection *mine = *socket_slot;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		const union MHD_ConnectionInfo *info =
		    MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

		mine = yq_xcalloc(1, sizeof(*mine));
		mine->fd = info == NULL ? -1 : info->connect_fd;
		http_time_start(server, mine);
		*socket_slot = mine;
	} else if (mine != NULL) {
		http_time_stop(server, mine);
		free(mine);
		*socket_slot = NULL;
	}
}

void
http_sweep(uv_timer_t *timer)
{
	struct yq_http_server *server = timer->data;
	struct http_connection *oldest;
	int64_t now = now_ns();

	while ((oldest = TAILQ_FIRST(&server->timed)) != NULL && oldest->deadline_ns <= now) {
		http_time_stop(server, oldest);
		(void)shutdown(oldest->fd, SHUT_RDWR); /* the library sees the end and closes */
	}
}
