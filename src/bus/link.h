/*
 * link.h - one attempt at one connection: connect, log in, then bytes out and answers in.
 *
 * The lowest piece of this layer; keeper.h opens links again and again.  libuv moves the bytes,
 * hiredis's reader turns them into answers.
 */
#ifndef YQ_BUS_LINK_H
#define YQ_BUS_LINK_H

#include <hiredis/hiredis.h>
#include <uv.h>

#include "base/connection_string.h"
#include "bus/args.h"

struct yq_link; /* opaque */

struct yq_link_events {
	void (*up)(void *cookie); /* logged in */
	/* One answer, borrowed.  The owner may close the link in it. */
	void (*reply)(void *cookie, const redisReply *reply);
	/* The end, once; the link frees itself, the owner forgets it.  Not after yq_link_close. */
	void (*down)(void *cookie, const struct yq_err *err);
};

/* Never calls back from inside; `target`, `client_name` and `events` must live as long as it. */
struct yq_link *yq_link_open(uv_loop_t *loop, const struct yq_valkey_target *target,
    size_t endpoint, const char *client_name, const struct yq_link_events *events, void *cookie);
void yq_link_close(struct yq_link *link);

/* Queue a command; everything queued in one turn of the loop goes out in one write.  False (and
 * nothing queued) if the queue is full.  *end is the place of its last byte in all that was
 * queued. */
YQ_NODISCARD bool yq_link_write(struct yq_link *link, const struct yq_args *args, uint64_t *end);
YQ_NODISCARD bool yq_link_write_raw(
    struct yq_link *link, const char *bytes, size_t length, uint64_t *end);
/* How much of all that was queued has been handed to the system.  A command that begins beyond it
 * has provably not been sent. */
uint64_t yq_link_handed_over(const struct yq_link *link);

#endif
