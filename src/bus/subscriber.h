/*
 * subscriber.h - listens on channels, over a connection of its own that comes back by itself.
 *
 * What is published while the connection is down is not heard: that is what streams are for.
 * Loop thread only.
 */
#ifndef YQ_BUS_SUBSCRIBER_H
#define YQ_BUS_SUBSCRIBER_H

#include "bus/valkey.h"

struct yq_subscriber; /* opaque */
#define YQ_SUBSCRIBER_CHANNELS_MAX 256

/* `channel` and `payload` are borrowed for the call; `payload` is followed by a NUL. */
typedef void yq_message_fn(void *cookie, const char *channel, const char *payload, size_t length);

/* `up` means connected; the channels are being subscribed in the same flush.  Errors as
 * yq_valkey_open. */
YQ_NODISCARD enum yq_rc yq_subscriber_open(uv_loop_t *loop, const struct yq_valkey_target *target,
    const char *client_name, const char *const *channels, size_t channel_count, yq_message_fn *fn,
    yq_valkey_state_fn *state, void *cookie, struct yq_subscriber **ret_subscriber,
    struct yq_err *err);
/* No callback runs after this.  NULL is a no-op. */
void yq_subscriber_close(struct yq_subscriber *subscriber);
bool yq_subscriber_is_up(const struct yq_subscriber *subscriber);

/* One more channel (query:reply:{Id}), or one less.  YQ_E_LIMIT beyond the maximum. */
YQ_NODISCARD enum yq_rc yq_subscriber_add(struct yq_subscriber *subscriber, const char *channel);
void yq_subscriber_remove(struct yq_subscriber *subscriber, const char *channel);

#endif
