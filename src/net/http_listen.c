/* http_listen.c - the listening socket of an HTTP server: TCP over IPv4 or IPv6, or a unix socket.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "net/http_internal.h"

#define BACKLOG 1024

static const char unix_prefix[] = "unix:";

/* A file left by a server that is gone may be replaced; one that still answers may not. */
static bool
socket_is_stale(const struct sockaddr_un *name)
{
	struct stat info;
	bool stale;
	int fd;

	if (lstat(name->sun_path, &info) != 0 || !S_ISSOCK(info.st_mode))
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	stale =
	    connect(fd, (const struct sockaddr *)name, sizeof(*name)) != 0 && errno == ECONNREFUSED;
	close(fd);
	return stale;
}

static int
listen_unix(struct yq_http_server *server, const char *path, struct yq_err *err)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd;

	if (!yq_str_copy(name.sun_path, sizeof(name.sun_path), path) || path[0] == '\0') {
		(void)yq_err_set(
		    err, YQ_E_INVALID, "unix socket path \"%s\" is empty or too long", path);
		return -1;
	}
	if (socket_is_stale(&name))
		(void)unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&name, sizeof(name)) != 0 ||
	    chmod(path, 0660) != 0 || listen(fd, BACKLOG) != 0) {
		(void)yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot listen at unix:%s", path);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	server->unix_path = yq_xstrdup(path);
	(void)yq_str_format(server->url, sizeof(server->url), "unix:%s", path);
	return fd;
}

static socklen_t
socket_name(const struct yq_address *address, uint16_t port, struct sockaddr_storage *name)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	if (address->family == YQ_FAMILY_IPV4) {
		memcpy(&v4.sin_addr, address->bytes, 4);
		memcpy(name, &v4, sizeof(v4));
		return sizeof(v4);
	}
	memcpy(&v6.sin6_addr, address->bytes, 16);
	memcpy(name, &v6, sizeof(v6));
	return sizeof(v6);
}

static uint16_t
bound_port(int fd)
{
	struct sockaddr_storage name = { 0 };
	socklen_t length = sizeof(name);
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (getsockname(fd, (struct sockaddr *)&name, &length) != 0)
		return 0;
	if (name.ss_family == AF_INET) {
		memcpy(&v4, &name, sizeof(v4));
		return ntohs(v4.sin_port);
	}
	memcpy(&v6, &name, sizeof(v6));
	return ntohs(v6.sin6_port);
}

static int
listen_tcp(struct yq_http_server *server, const struct yq_http_options *options, struct yq_err *err)
{
	const char *listen_at = options->listen;
	uint16_t port = options->port;
	struct sockaddr_storage name = { 0 };
	struct yq_address address;
	char text[YQ_ADDRESS_TEXT_SIZE];
	socklen_t length;
	int fd, on = 1, off = 0;

	if (yq_str_equal_nocase(listen_at, "localhost"))
		listen_at = "127.0.0.1";
	if (yq_address_parse(listen_at, strlen(listen_at), &address) != YQ_OK) {
		(void)yq_err_set(err, YQ_E_INVALID,
		    "\"%s\" is no address to listen at: expected an IP address or unix:/path",
		    listen_at);
		return -1;
	}
	length = socket_name(&address, port, &name);
	fd = socket(name.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0) {
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		if (name.ss_family == AF_INET6)
			(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	}
	if (fd < 0 || bind(fd, (const struct sockaddr *)&name, length) != 0 ||
	    listen(fd, BACKLOG) != 0) {
		(void)yq_err_errno(
		    err, YQ_E_SYSTEM, errno, "cannot listen at %s port %u", listen_at, port);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	server->port = bound_port(fd);
	yq_address_format(&address, text);
	(void)yq_str_format(server->url, sizeof(server->url),
	    address.family == YQ_FAMILY_IPV6 ? "%s://[%s]:%u" : "%s://%s:%u",
	    options->certificate != NULL ? "https" : "http", text, server->port);
	return fd;
}

int
http_listen(
    struct yq_http_server *server, const struct yq_http_options *options, struct yq_err *err)
{
	if (yq_str_starts(options->listen, unix_prefix))
		return listen_unix(server, options->listen + sizeof(unix_prefix) - 1, err);
	return listen_tcp(server, options, err);
}
