/*
 * fetch.h - what is now, read from Valkey, typed.  One round trip each unless it says otherwise;
 * blocking.  Errors of all: those of yq_desk_valkey and yq_valkey_sync_command.
 */
#ifndef YQ_DESK_FETCH_H
#define YQ_DESK_FETCH_H

#include "bus/reply.h"
#include "bus/state.h"
#include "desk/desk.h"
#include "store/orders.h"

#define YQ_FETCH_EXECUTIONS_MAX 4096
#define YQ_FETCH_TIMEOUT_MS	5000

/* HGETALL of a key; *ret_reply is owned by the caller. */
YQ_NODISCARD enum yq_rc yq_desk_hash(struct yq_desk *desk, enum yq_key key, const char *arg,
    struct redisReply **ret_reply, struct yq_err *err);

/* The members of a set, sorted.  Borrowed texts live as long as `reply`. */
struct yq_members {
	struct redisReply *reply; /* owned */
	const char **texts;	  /* owned list of borrowed texts */
	char **copies;		  /* those that are not borrowed */
	size_t count;
};
YQ_NODISCARD enum yq_rc yq_desk_members(
    struct yq_desk *desk, enum yq_key key, struct yq_members *members, struct yq_err *err);
/* What stands for the argument of `key` in the keys that there are, sorted; at most
 * YQ_FETCH_NAMES_MAX.  Looks through all keys, some at a time. */
#define YQ_FETCH_NAMES_MAX 256
YQ_NODISCARD enum yq_rc yq_desk_names(
    struct yq_desk *desk, enum yq_key key, struct yq_members *names, struct yq_err *err);
void yq_members_clear(struct yq_members *members);

/* One order as the bus holds it.  *found false: it has none (any more).  YQ_E_CORRUPT: it cannot
 * be read. */
YQ_NODISCARD enum yq_rc yq_desk_order(struct yq_desk *desk, const struct yq_id *id,
    struct yq_order_state_full *order, bool *found, struct yq_err *err);
/* As a row of the archive. */
void yq_desk_order_row(const struct yq_order_state_full *order, struct yq_order_row *row);
/* One account, whole, positions by ticker; free with yq_account_state_clear.  YQ_E_NOT_FOUND and
 * YQ_E_CORRUPT as yq_state_account_read.  Three round trips. */
YQ_NODISCARD enum yq_rc yq_desk_account(
    struct yq_desk *desk, const char *alias, struct yq_account_state *account, struct yq_err *err);
/* The latest price by the exchange; *found false: none is known. */
YQ_NODISCARD enum yq_rc yq_desk_price(struct yq_desk *desk, const char *ticker,
    enum yq_exchange exchange, struct yq_stock_price *price, bool *found, struct yq_err *err);

#endif
