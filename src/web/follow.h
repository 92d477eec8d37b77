/*
 * follow.h - hears what happens the moment it is written: one blocking read of the four streams,
 * over a connection of its own.  Loop thread.
 */
#ifndef YQ_WEB_FOLLOW_H
#define YQ_WEB_FOLLOW_H

#include "bus/valkey.h"
#include "web/event_place.h"

struct yq_follow; /* opaque */

struct yq_follow_events {
	/* It has happened: events up to yq_follow_place, which is there already.  `frames` is
	 * borrowed. */
	void (*happened)(void *cookie, const char *frames, size_t length);
	/* False: nobody listens, `happened` is not wanted. */
	bool (*wanted)(void *cookie);
	/* Another server, or the same with another history: what was written last may be gone, and
	 * places heard before mean nothing.  yq_follow_place is that of the server now. */
	void (*lost)(void *cookie);
	/* yq_follow_is_ready has become true. */
	void (*ready)(void *cookie);
	void *cookie;
};

/* Errors as yq_valkey_open. */
YQ_NODISCARD enum yq_rc yq_follow_open(uv_loop_t *loop, const struct yq_valkey_target *target,
    const struct yq_follow_events *events, struct yq_follow **ret_follow, struct yq_err *err);
void yq_follow_close(struct yq_follow *follow); /* no event from here on; NULL is a no-op */
/* It knows where the streams end; it stays so when the server is away. */
bool yq_follow_is_ready(const struct yq_follow *follow);
const struct yq_event_place *yq_follow_place(const struct yq_follow *follow);

#endif
