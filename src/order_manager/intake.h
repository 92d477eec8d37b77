/*
 * intake.h - what the order manager hears: signals from the stream, foreign signals from the
 * channel, and orders and executions for the books.
 *
 * A signal that somebody only PUBLISHed is put into the stream once, so that it too survives a
 * crash. A message nobody can parse is reported once, set aside, and the rest flows.  Loop thread
 * only.
 */
#ifndef YQ_ORDER_MANAGER_INTAKE_H
#define YQ_ORDER_MANAGER_INTAKE_H

#include "bus/schema.h"
#include "daemon/daemon.h"
#include "order_manager/books.h"
#include "order_manager/decider.h"

struct yq_intake; /* opaque */

/* Something came on one of the channels. */
typedef void yq_intake_heard_fn(void *cookie, enum yq_key channel);
/* All borrowed.  The daemon is told that it is ready when the channels are first heard. */
YQ_NODISCARD enum yq_rc yq_intake_open(struct yq_daemon *daemon, struct yq_books *books,
    yq_intake_heard_fn *heard, void *cookie, struct yq_intake **ret_intake, struct yq_err *err);
/* Signals go to `decider` from now on. */
YQ_NODISCARD enum yq_rc yq_intake_start(
    struct yq_intake *intake, struct yq_decider *decider, struct yq_err *err);
/* There is room in the decider again. */
void yq_intake_more(struct yq_intake *intake);
/* Take nothing new. */
void yq_intake_stop(struct yq_intake *intake);
/* No foreign signal is on its way into the stream. */
bool yq_intake_is_idle(const struct yq_intake *intake);
void yq_intake_close(struct yq_intake *intake); /* NULL is a no-op */

#endif
