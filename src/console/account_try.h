/*
 * account_try.h - an account at a real broker, tried: what can be asked there, with these keys?
 *
 * Only questions; no order.  Each is the port's own, through the adapter that the gateway uses, so
 * what works here works there.
 */
#ifndef YQ_CONSOLE_ACCOUNT_TRY_H
#define YQ_CONSOLE_ACCOUNT_TRY_H

#include <uv.h>

#include "broker/broker.h"
#include "daemon/settings.h"

#define YQ_TRY_TEXT_SIZE 512

enum yq_try { YQ_TRY_BALANCES, YQ_TRY_POSITIONS, YQ_TRY_ORDERS, YQ_TRY_PRICE, YQ_TRY_COUNT };
extern const struct yq_names yq_try_names;

struct yq_try_result {
	struct {
		bool works;
		char text[YQ_TRY_TEXT_SIZE]; /* what was found, or why not: the broker's words */
	} rows[YQ_TRY_COUNT];
	bool works; /* all that the gateway cannot do without: all but a price */
};

/* The adapter of the account, that only asks; owned by the caller.  `told` and `cookie`: whom
 * the broker tells of itself.  YQ_E_INVALID: a paper account, or it cannot be opened. */
YQ_NODISCARD enum yq_rc yq_account_open_broker(uv_loop_t *loop, const struct yq_config *config,
    const struct yq_account_settings *account, yq_broker_event_fn *told, void *cookie,
    struct yq_broker **ret_broker, struct yq_err *err);

/* Blocks, for `limit_s` at most.  YQ_E_INVALID: the account cannot be opened; nothing was asked. */
YQ_NODISCARD enum yq_rc yq_account_try(const struct yq_config *config,
    const struct yq_account_settings *account, unsigned limit_s, struct yq_try_result *result,
    struct yq_err *err);

#endif
