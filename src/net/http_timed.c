/*
 * http_timed.c - a deadline for each request on its way in, and for its answer on the way out.
 *
 * The library closes a connection on which nothing moves.  A peer that sends one byte now and then
 * would still hold its place for ever, so the time from the first byte awaited to the whole request
 * is bounded too, by twice the timeout.  Whoever takes his answer a byte at a time is bounded
 * likewise.  When there are many, those who say nothing make room.
 */
#include <stdlib.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "net/http_internal.h"

#define SILENT_MAX_NS	INT64_C(1000000000) /* when there are many */
#define SLOWEST_BYTES_S 16384
#define SECOND_NS	INT64_C(1000000000)

static int64_t
now_ns(void)
{
	return (int64_t)uv_hrtime();
}

static void
time_until(struct yq_http_server *server, struct http_connection *connection, int64_t span_ns)
{
	struct http_connection *before;

	http_time_stop(server, connection);
	connection->since_ns = now_ns();
	connection->deadline_ns = connection->since_ns + span_ns;
	connection->timed = true;
	before = TAILQ_LAST(&server->timed, http_timed);
	while (before != NULL && before->deadline_ns > connection->deadline_ns)
		before = TAILQ_PREV(before, http_timed, link);
	if (before == NULL)
		TAILQ_INSERT_HEAD(&server->timed, connection, link);
	else
		TAILQ_INSERT_AFTER(&server->timed, before, connection, link);
}

void
http_time_start(struct yq_http_server *server, struct http_connection *connection)
{
	connection->silent = true;
	time_until(server, connection, 2 * server->timeout_ns);
}

void
http_time_answer(struct yq_http_server *server, struct http_connection *connection, size_t length)
{
	time_until(server, connection,
	    4 * server->timeout_ns + (int64_t)(length / SLOWEST_BYTES_S) * SECOND_NS);
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
		server->connection_count++;
		http_time_start(server, mine);
		*socket_slot = mine;
	} else if (mine != NULL) {
		http_time_stop(server, mine);
		/* The library listens again only in the turn after there was room. */
		if (server->connection_count-- >= server->connections_max)
			http_wake(server);
		free(mine);
		*socket_slot = NULL;
	}
}

static void
hang_up(struct yq_http_server *server, struct http_connection *connection)
{
	http_time_stop(server, connection);
	(void)shutdown(connection->fd, SHUT_RDWR); /* the library sees the end and closes */
}

/* Nothing of a request has been read, and nothing lies there to be read. */
static bool
says_nothing(const struct http_connection *connection, int64_t now)
{
	char byte;

	return connection->silent && now - connection->since_ns >= SILENT_MAX_NS &&
	       recv(connection->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0;
}

/* So many that others may be kept out soon: the silent ones go, oldest first. */
static void
make_room(struct yq_http_server *server, int64_t now)
{
	struct http_connection *connection = TAILQ_FIRST(&server->timed), *next;
	size_t left = server->connection_count;

	for (; connection != NULL && left > server->connections_max / 2; connection = next) {
		next = TAILQ_NEXT(connection, link);
		if (!says_nothing(connection, now))
			continue;
		hang_up(server, connection);
		left--;
	}
}

void
http_sweep(uv_timer_t *timer)
{
	struct yq_http_server *server = timer->data;
	struct http_connection *oldest;
	int64_t now = now_ns();

	while ((oldest = TAILQ_FIRST(&server->timed)) != NULL && oldest->deadline_ns <= now)
		hang_up(server, oldest);
	make_room(server, now);
	http_streams_sweep(server);
}
