/*
 * connection_string.h - the two connection strings users of yQuant already have.
 *
 * Valkey: StackExchange.Redis syntax, "host:port,host2:port2,user=u,password=p,ssl=true,
 * defaultDatabase=1,connectTimeout=5000,serviceName=mymaster", or a unix socket "/run/valkey.sock"
 * or "unix:/run/valkey.sock".  With serviceName the endpoints are sentinels; two options of our
 * own, sentinelUser and sentinelPassword, log in there.  Firebird:
 * "User=;Password=;Database=;DataSource=;Port=;Charset=". Names are compared without case.  Options
 * of StackExchange.Redis that mean nothing here are accepted and listed; a name that it does not
 * know either is refused.  No error text holds a part of the string but names that are known: it
 * says which part, counted from 1.
 */
#ifndef YQ_BASE_CONNECTION_STRING_H
#define YQ_BASE_CONNECTION_STRING_H

#include "base/err.h"
#include "base/secret.h"

#define YQ_VALKEY_ENDPOINTS_MAX 8
#define YQ_HOST_SIZE		256

struct yq_endpoint {
	char host[YQ_HOST_SIZE]; /* name, IPv4, IPv6 without brackets, or a socket's path */
	uint16_t port; /* 0 = unix socket; not written: 6379, 6380 with TLS, 26379 Sentinel */
};

struct yq_valkey_target {
	struct yq_endpoint endpoints[YQ_VALKEY_ENDPOINTS_MAX];
	size_t endpoint_count;
	char user[64];			     /* "" = default user */
	struct yq_secret *password;	     /* NULL = none; owned */
	char service_name[64];		     /* Sentinel; "" = none: the endpoints are servers */
	char sentinel_user[64];		     /* "" = default user */
	struct yq_secret *sentinel_password; /* NULL = no log-in there; owned */
	int database;			     /* 0-15 */
	int connect_timeout_ms;		     /* default 5000 */
	bool tls;
	char ignored[256]; /* names of accepted but unused options, comma separated */
};
YQ_NODISCARD enum yq_rc yq_valkey_target_parse(
    const char *text, struct yq_valkey_target *target, struct yq_err *err);
void yq_valkey_target_clear(struct yq_valkey_target *target); /* frees what it owns */
/* With secrets of its own; the caller clears it. */
YQ_NODISCARD struct yq_valkey_target yq_valkey_target_copy(const struct yq_valkey_target *target);

struct yq_firebird_target {
	char host[YQ_HOST_SIZE];    /* "" = embedded */
	uint16_t port;		    /* default 3050 */
	char database[1024];	    /* path or alias */
	char user[64];		    /* default SYSDBA */
	struct yq_secret *password; /* NULL = none; owned */
	char charset[32];	    /* default UTF8 */
};
YQ_NODISCARD enum yq_rc yq_firebird_target_parse(
    const char *text, struct yq_firebird_target *target, struct yq_err *err);
void yq_firebird_target_clear(struct yq_firebird_target *target);

#endif
