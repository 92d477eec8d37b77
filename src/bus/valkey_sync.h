/*
 * valkey_sync.h - a blocking connection, for the console and for tools.  Never in a daemon's loop.
 */
#ifndef YQ_BUS_VALKEY_SYNC_H
#define YQ_BUS_VALKEY_SYNC_H

#include "base/connection_string.h"
#include "bus/args.h"
#include "bus/steps.h"

struct redisReply;
struct yq_valkey_sync; /* opaque; does not reconnect */

/* YQ_E_RETRY when no endpoint can be reached, or, asking sentinels for the connect timeout's time,
 * no master; YQ_E_DENIED when the password is wrong; YQ_E_INVALID as yq_valkey_open. */
YQ_NODISCARD enum yq_rc yq_valkey_sync_open(const struct yq_valkey_target *target,
    const char *client_name, struct yq_valkey_sync **ret_sync, struct yq_err *err);
/* The same for the first endpoint whatever its role; not through sentinels. */
YQ_NODISCARD enum yq_rc yq_valkey_sync_open_any(const struct yq_valkey_target *target,
    const char *client_name, struct yq_valkey_sync **ret_sync, struct yq_err *err);
/* False when the connection is lost, as far as that can be seen without asking the server. */
bool yq_valkey_sync_is_open(const struct yq_valkey_sync *sync);
void yq_valkey_sync_close(struct yq_valkey_sync *sync); /* NULL is a no-op */

/* rc as yq_reply_fn.  *ret_reply is owned by the caller (yq_reply_free) and NULL unless YQ_OK;
 * `ret_reply` may be NULL. */
YQ_NODISCARD enum yq_rc yq_valkey_sync_command(struct yq_valkey_sync *sync, int argc,
    const char **argv, const size_t *lengths, uint32_t timeout_ms, struct redisReply **ret_reply,
    struct yq_err *err);
YQ_NODISCARD enum yq_rc yq_valkey_sync_send(struct yq_valkey_sync *sync, const struct yq_args *args,
    uint32_t timeout_ms, struct redisReply **ret_reply, struct yq_err *err);
/* "GET %s" without quoting: each word is one argument.  For what a person types and for tests. */
YQ_NODISCARD enum yq_rc yq_valkey_sync_words(struct yq_valkey_sync *sync, const char *words,
    struct redisReply **ret_reply, struct yq_err *err);
void yq_reply_free(struct redisReply *reply);	/* NULL is a no-op */
void yq_reply_freep(struct redisReply **reply); /* for YQ_CLEANUP */

/* Listen on a channel; from then on only yq_valkey_sync_next may be called.  It waits for the next
 * message: YQ_E_RETRY when none came in time.  *payload is borrowed until the next call. */
YQ_NODISCARD enum yq_rc yq_valkey_sync_subscribe(
    struct yq_valkey_sync *sync, const char *channel, struct yq_err *err);
YQ_NODISCARD enum yq_rc yq_valkey_sync_next(struct yq_valkey_sync *sync, uint32_t timeout_ms,
    const char **channel, const char **payload, size_t *length, struct yq_err *err);

/* What replicas must confirm of submit and halt, which are else YQ_E_UNKNOWN: carried out, but it
 * may not outlive the master.  At first nothing. */
void yq_valkey_sync_set_confirm(struct yq_valkey_sync *sync, const struct yq_confirm *confirm);

/* Steps for what is made by hand: as in steps.h, with `count` answers written to `answers`
 * (texts are cut off: NULL). */
YQ_NODISCARD enum yq_rc yq_valkey_sync_submit(struct yq_valkey_sync *sync,
    const struct yq_submit_item *items, size_t count, struct yq_step_answer *answers,
    struct yq_err *err);
/* *ret_changed: see yq_step_halt. */
YQ_NODISCARD enum yq_rc yq_valkey_sync_halt(struct yq_valkey_sync *sync,
    const struct yq_halt_item *item, int64_t *ret_changed, struct yq_err *err);
YQ_NODISCARD enum yq_rc yq_valkey_sync_notify(
    struct yq_valkey_sync *sync, const char *payload, size_t length, struct yq_err *err);

#endif
