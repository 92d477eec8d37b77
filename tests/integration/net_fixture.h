/*
 * net_fixture.h - a loop, a server on it that says what the test wants, and a process that speaks
 * TLS and HTTP/2.
 */
#ifndef YQ_TESTS_NET_FIXTURE_H
#define YQ_TESTS_NET_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <uv.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"

#define PATIENCE_MS 20000
#define PEERS_MAX   16

extern uv_loop_t loop;

int net_setup(void **state);
int net_teardown(void **state); /* everything on the loop must end by itself */
#define NET_TEST(name) cmocka_unit_test_setup_teardown(name, net_setup, net_teardown)

/* Turn the loop until `*counter` is at least `least`; fails after PATIENCE_MS. */
void await_count(const unsigned *counter, unsigned least);
void turn_for(unsigned ms);
void turn(void);

/* ---- a server on plain TCP */

struct net_peer;

struct net_connection {
	uv_tcp_t tcp;
	struct net_peer *peer;
	struct yq_buf heard; /* what has not been taken as a request */
	bool raw;	     /* no requests any more: the test looks at `heard` */
	bool closing;
};

enum net_after { NET_KEEP, NET_CLOSE, NET_RESET };

/* A request is whole. */
typedef void net_request_fn(struct net_connection *connection, const char *request, size_t length);

struct net_peer {
	uv_tcp_t listener;
	uint16_t port;
	net_request_fn *on_request; /* NULL = say `answer`, then do `after` */
	const char *answer;	    /* NULL = nothing */
	enum net_after after;
	bool mute; /* takes bytes and never looks at them */
	unsigned accepted, requests, gone;
	struct yq_buf last; /* the last request */
	struct net_connection *connections[PEERS_MAX];
	size_t connection_count;
};

void peer_open(struct net_peer *peer);
void peer_close(struct net_peer *peer);
void peer_say(struct net_connection *connection, const void *bytes, size_t length);
void peer_end(struct net_connection *connection, enum net_after how);
/* "http://127.0.0.1:PORT" and the rest. */
const char *url_of(char url[256], const char *scheme, uint16_t port, const char *rest);
uint16_t free_port(void); /* nobody listens there */

/* ---- TLS: certificates in a folder, and node as the server */

struct net_tls {
	uv_process_t process;
	uv_pipe_t input, output;
	char said[64];
	uint16_t port;
	unsigned exited;
};

/* Make KEY and CERT for "localhost" and 127.0.0.1 (or for another name) in a folder of the test's.
 */
void tls_certificate(const char *name, const char *subject_names, char key[128], char cert[128]);
/* `what` is "relay" (to `port`) or "h2". */
void tls_start(
    struct net_tls *tls, const char *what, const char *key, const char *cert, uint16_t port);
void tls_end(struct net_tls *tls);
int tls_folder_make(void **state);
int tls_folder_remove(void **state);

#endif
