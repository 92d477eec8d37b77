/*
 * valkey.h - one connection to the server on a libuv loop: commands and their answers.
 *
 * It connects by itself, and again with a growing delay (50 ms to 2 s) whenever it is lost, trying
 * the endpoints in turn, or asking the sentinels (keeper.h): AUTH, SELECT and CLIENT SETNAME come
 * first each time.  A server that is a replica, or becomes one, is left.  Commands given while it
 * is down wait, within bounds, until it is up or their time is over.  Loop thread only.
 */
#ifndef YQ_BUS_VALKEY_H
#define YQ_BUS_VALKEY_H

#include <uv.h>

#include "base/connection_string.h"
#include "base/err.h"
#include "bus/args.h"
#include "bus/confirm.h"

struct yq_valkey; /* opaque */

#define YQ_VALKEY_WAITING_MAX	    4096	 /* commands without an answer */
#define YQ_VALKEY_WAITING_BYTES_MAX (128U << 20) /* of commands not yet sent */
#define YQ_VALKEY_TIMEOUT_MS	    5000	 /* a good default for commands */

/* Connected and logged in (`err` is NULL), or lost, or a try to connect failed (`err` says why).
 * Runs on each change, and on each failed try while it is down. */
typedef void yq_valkey_state_fn(void *cookie, bool up, const struct yq_err *err);

/*
 * The end of one command, exactly once, never from inside the call that started it.  `reply` and
 * `err` are borrowed for the call; `reply` is NULL unless rc == YQ_OK.
 *   YQ_OK         the server's answer
 *   YQ_E_RETRY    provably not carried out: not sent in time, or the server said so (loading, busy,
 *                 read-only, out of disk)
 *   YQ_E_UNKNOWN  sent, and no answer: the connection was lost or the time is over.  Steps
 * (steps.h) are idempotent: repeat the same call.  Other commands: look before you repeat.
 *   YQ_E_DENIED   the user lacks the right
 *   YQ_E_LIMIT    the queue is full, or the server is out of memory; nothing happened
 *   YQ_E_STATE    the server lacks the function or the consumer group: not provisioned
 *   YQ_E_EXISTS   the consumer group is there already
 *   YQ_E_REFUSED  any other error answer
 */
typedef void yq_reply_fn(
    void *cookie, enum yq_rc rc, const struct redisReply *reply, const struct yq_err *err);

/*
 * Start connecting.  `target` is copied.  `client_name` shows in CLIENT LIST.  `state` may be NULL.
 *   YQ_E_INVALID  TLS asked for (not supported: the text says what to do), or no endpoint.
 */
YQ_NODISCARD enum yq_rc yq_valkey_open(uv_loop_t *loop, const struct yq_valkey_target *target,
    const char *client_name, yq_valkey_state_fn *state, void *cookie, struct yq_valkey **ret_valkey,
    struct yq_err *err);
/* Every command still waiting ends, from the loop, with YQ_E_RETRY (not sent) or YQ_E_UNKNOWN;
 * `state` does not run again.  The memory goes when the loop has run the last of it.  NULL is a
 * no-op. */
void yq_valkey_close(struct yq_valkey *valkey);
bool yq_valkey_is_up(const struct yq_valkey *valkey);
size_t yq_valkey_waiting(const struct yq_valkey *valkey); /* commands without an answer */
/* Of the server that is, or was last, connected: another text after a restart or a failover, when
 * what was written last may be gone (keeper.h); "" if it does not tell. */
#define YQ_VALKEY_HISTORY_SIZE 48
const char *yq_valkey_history(const struct yq_valkey *valkey);

/* Send a command; the arguments are copied.  `lengths` NULL = all are NUL-terminated.  `fn` may be
 * NULL.  Commands are carried out in the order of the calls. */
void yq_valkey_command(struct yq_valkey *valkey, int argc, const char **argv, const size_t *lengths,
    uint32_t timeout_ms, yq_reply_fn *fn, void *cookie);
/* The same for a command built with args.h. */
void yq_valkey_send(struct yq_valkey *valkey, const struct yq_args *args, uint32_t timeout_ms,
    yq_reply_fn *fn, void *cookie);
/* What the steps that must outlive the master wait for (steps.h); at first nothing. */
void yq_valkey_set_confirm(struct yq_valkey *valkey, const struct yq_confirm *confirm);
const struct yq_confirm *yq_valkey_confirm(const struct yq_valkey *valkey);
/* Room to build one command without allocating; cleared by each call, good until the next one. */
struct yq_args *yq_valkey_args(struct yq_valkey *valkey);

/* What an error answer means for the caller (see yq_reply_fn); fills `err` with its text. */
enum yq_rc yq_valkey_error(const char *text, size_t length, struct yq_err *err);
/* Such an error answer comes from a server that is no master (any more). */
bool yq_valkey_is_demoted(const char *text);

#endif
