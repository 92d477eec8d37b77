/*
 * shared.h - what the accounts of one program share at their brokers: one HTTP client for all that
 * go the same way, one queue of calls a key, which is what a broker counts by, and whatever else a
 * broker gives once a key.
 *
 * Nothing is made before it is asked for: with paper accounts alone there is none of it.  Loop
 * thread only.
 */
#ifndef YQ_BROKER_SHARED_H
#define YQ_BROKER_SHARED_H

#include "broker/calls.h"
#include "net/http_client.h"

struct yq_secret;
struct yq_shared; /* opaque */

/* `clock` is borrowed. */
YQ_NODISCARD struct yq_shared *yq_shared_make(uv_loop_t *loop, const struct yq_clock *clock);
/* All brokers that used it are freed.  Requests of theirs that are still under way are cut.  NULL
 * is a no-op. */
void yq_shared_free(struct yq_shared *shared);

/* "" = the system's authorities, and the proxy of the environment.  Borrowed until the end. */
struct yq_http_client *yq_shared_client(
    struct yq_shared *shared, const char *ca_file, const char *proxy);
/* The queue of this key at this host; `limits` are those of who asks first.  Borrowed until the
 * end. */
struct yq_calls *yq_shared_calls(struct yq_shared *shared, const char *host,
    const struct yq_secret *key, const struct yq_call_limits *limits);
/* A place for something that a broker gives once a key at this host: NULL at first.  Who puts
 * something there takes it out again, before the end. */
void **yq_shared_place(struct yq_shared *shared, const char *host, const struct yq_secret *key);

#endif
