/*
 * notify.c - tell the service manager how we are: datagrams to the socket in $NOTIFY_SOCKET, as
 * sd_notify(3) describes them.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/str.h"
#include "daemon/internal.h"

static int64_t
watchdog_us(void)
{
	const char *interval = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	int64_t us, for_pid;

	if (interval == NULL || !yq_str_to_int64(interval, 1, INT64_MAX / 2, &us))
		return 0;
	if (pid != NULL && (!yq_str_to_int64(pid, 1, INT32_MAX, &for_pid) || for_pid != getpid()))
		return 0;
	return us;
}

void
daemon_notify_open(struct daemon_notify *notify)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	size_t length;

	notify->fd = -1;
	notify->watchdog_us = 0;
	if (path == NULL || (path[0] != '/' && path[0] != '@') ||
	    !yq_str_copy(name.sun_path, sizeof(name.sun_path), path))
		return;
	length = offsetof(struct sockaddr_un, sun_path) + strlen(path);
	if (path[0] == '@')
		name.sun_path[0] = '\0'; /* an abstract name */
	notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (notify->fd < 0)
		return;
	if (connect(notify->fd, (const struct sockaddr *)&name, (socklen_t)length) != 0) {
		daemon_notify_close(notify);
		return;
	}
	notify->watchdog_us = watchdog_us();
}

void
daemon_notify_send(const struct daemon_notify *notify, const char *text)
{
	if (notify->fd >= 0)
		(void)!send(notify->fd, text, strlen(text), MSG_NOSIGNAL);
}

void
daemon_notify_close(struct daemon_notify *notify)
{
	if (notify->fd >= 0)
		close(notify->fd);
	notify->fd = -1;
}
