/*
 * listen.h - wait for what an order becomes.
 */
#ifndef YQ_CONSOLE_LISTEN_H
#define YQ_CONSOLE_LISTEN_H

#include "bus/message.h"
#include "console/find.h"

struct yq_listener {
	struct yq_valkey_sync *sync; /* a connection of its own; NULL = closed */
};

/* Subscribe; open it before sending what is to be answered. */
int yq_listener_open(
    struct yq_listener *listener, struct yq_system *system, enum yq_key channel, const char *arg);
void yq_listener_close(struct yq_listener *listener);

/*
 * Print the order's id and what becomes of it, as far as that is known within `wait_ms`; `listener`
 * NULL = do not wait.  Returns REFUSED if it was refused or rejected, else DONE.
 */
int yq_listener_report(struct yq_listener *listener, const struct yq_call *call,
    const struct yq_id *order_id, int64_t wait_ms);

#endif
