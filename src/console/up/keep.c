/* keep.c - a secret is made once; a port is looked up once. */
#include "console/up/keep.h"

#include "console/files.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SECRET_BYTES	 32
#define SECRET_MAX_BYTES 512

static enum yq_rc
read_secret(const char *path, struct yq_secret **ret_secret, struct yq_err *err)
{
	struct yq_buf text = yq_buf_make(SECRET_MAX_BYTES);
	enum yq_rc rc = yq_file_read(path, &text, err);
	size_t length = text.length;

	while (rc == YQ_OK && length > 0 && strchr("\r\n ", text.data[length - 1]) != NULL)
		length--;
	if (rc == YQ_OK && length == 0)
		rc = yq_err_set(
		    err, YQ_E_CORRUPT, "%s is empty: delete it, a new one is made", path);
	if (rc == YQ_OK)
		*ret_secret = yq_secret_make(text.data, length);
	if (text.data != NULL)
		yq_wipe(text.data, text.length);
	yq_buf_free(&text);
	return rc;
}

enum yq_rc
yq_keep_secret(
    const char *folder, const char *name, struct yq_secret **ret_secret, struct yq_err *err)
{
	struct yq_secret *secret;
	char path[YQ_PATH_SIZE];
	enum yq_rc rc;

	rc = yq_path_join(path, folder, name, err);
	if (rc != YQ_OK)
		return rc;
	rc = read_secret(path, ret_secret, err);
	if (rc != YQ_E_NOT_FOUND)
		return rc;
	secret = yq_secret_random(SECRET_BYTES);
	rc = yq_file_write_private(path, yq_secret_reveal(secret), yq_secret_length(secret), err);
	if (rc != YQ_OK) {
		yq_secret_free(secret);
		return rc;
	}
	*ret_secret = secret;
	return YQ_OK;
}

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static bool
parse_address(const char *text, union address *address, socklen_t *length)
{
	*address = (union address){ 0 };
	if (inet_pton(AF_INET, text, &address->v4.sin_addr) == 1) {
		address->v4.sin_family = AF_INET;
		*length = sizeof(address->v4);
		return true;
	}
	address->v6.sin6_family = AF_INET6;
	*length = sizeof(address->v6);
	return inet_pton(AF_INET6, text, &address->v6.sin6_addr) == 1;
}

enum yq_rc
yq_keep_port(const char *text, int64_t *port, struct yq_err *err)
{
	union address address;
	socklen_t length;
	int fd, sys, on = 1;

	if (*port != 0 || !parse_address(text, &address, &length))
		return YQ_OK; /* what is wrong with an address, its program says */
	fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return yq_err_errno(err, YQ_E_SYSTEM, errno, "cannot make a socket");
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, &address.any, length) != 0 || getsockname(fd, &address.any, &length) != 0) {
		sys = errno;
		close(fd);
		return yq_err_errno(err, YQ_E_SYSTEM, sys, "cannot find a free port at %s", text);
	}
	/* It stays bound, without listening, as long as this process lives: the kernel gives the
	 * port to nobody who asks for any, and a program that asks for this very one may have it.
	 */
	*port =
	    ntohs(address.any.sa_family == AF_INET ? address.v4.sin_port : address.v6.sin6_port);
	return YQ_OK;
}

bool
yq_keep_port_is_free(const char *text, int64_t port)
{
	union address address;
	socklen_t length;
	int fd, on = 1;
	bool is_free;

	if (!parse_address(text, &address, &length))
		return true;
	if (address.any.sa_family == AF_INET)
		address.v4.sin_port = htons((uint16_t)port);
	else
		address.v6.sin6_port = htons((uint16_t)port);
	fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return true;
	/* As the server does: what is left of connections that were closed does not count. */
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	is_free = bind(fd, &address.any, length) == 0;
	close(fd);
	return is_free;
}
