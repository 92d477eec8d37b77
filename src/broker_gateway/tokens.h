/*
 * tokens.h - where brokers' access tokens are kept: Firebird, on a thread of its own.
 *
 * Only for accounts whose broker has tokens: without one there is no thread, no connection and no
 * client library.  A Firebird that is away, or stuck, holds up the renewal of tokens and nothing
 * else, but for accounts that have not begun yet.
 */
#ifndef YQ_BROKER_GATEWAY_TOKENS_H
#define YQ_BROKER_GATEWAY_TOKENS_H

#include "base/secret.h"
#include "store/worker.h"

struct gateway;

/* The worker that all accounts share, started when the first one asks.  `ret_key` (borrowed):
 * Tokens:Key.  YQ_E_INVALID: that is no key, or ConnectionStrings:Firebird is none. */
YQ_NODISCARD enum yq_rc gw_tokens_open(struct gateway *gw, struct yq_worker **ret_worker,
    const struct yq_secret **ret_key, struct yq_err *err);
/* The worker (whose watch has `cookie` = the gateway) had no answer for so long: told, and ended to
 * be started anew where an account could not begin for it. */
void gw_tokens_stuck(void *cookie, unsigned seconds);
/* After the brokers are freed. */
void gw_tokens_close(struct gateway *gw);

#endif
