/*
 * fetch.h - what the verbs read from Valkey, typed.  Blocking; every function says itself what is
 * wrong and returns enum yq_console_exit.
 */
#ifndef YQ_CONSOLE_FETCH_H
#define YQ_CONSOLE_FETCH_H

#include "bus/reply.h"
#include "bus/state.h"
#include "console/find.h"

#define YQ_FETCH_EXECUTIONS_MAX 4096

/* HGETALL of a key; *ret_reply is owned by the caller. */
int yq_fetch_hash(
    struct yq_system *system, enum yq_key key, const char *arg, struct redisReply **ret_reply);
/* The members of a set, sorted.  Borrowed texts live as long as *ret_reply. */
struct yq_members {
	struct redisReply *reply; /* owned */
	const char **texts;	  /* owned list of borrowed texts */
	char **copies;		  /* those that are not borrowed */
	size_t count;
};
int yq_fetch_members(struct yq_system *system, enum yq_key key, struct yq_members *members);
/* What stands for the argument of `key` in the keys that there are, sorted; at most
 * YQ_FETCH_NAMES_MAX.  Looks through all keys, some at a time. */
#define YQ_FETCH_NAMES_MAX 256
int yq_fetch_names(struct yq_system *system, enum yq_key key, struct yq_members *names);
void yq_members_clear(struct yq_members *members);

/* One order as the bus holds it.  *found false: it has none (any more). */
int yq_fetch_order(struct yq_system *system, const struct yq_id *id,
    struct yq_order_state_full *order, bool *found);
/* One account, whole; free with yq_account_state_clear. */
int yq_fetch_account(struct yq_system *system, const char *alias, struct yq_account_state *account);

/* The account that --account names, or the only one there is. */
int yq_fetch_alias(struct yq_system *system, const struct yq_call *call, char alias[YQ_ALIAS_SIZE]);
/* The latest price by the exchange; *found false: none is known. */
int yq_fetch_price(struct yq_system *system, const char *ticker, enum yq_exchange exchange,
    char price[YQ_DECIMAL_TEXT_SIZE], bool *found);

#endif
