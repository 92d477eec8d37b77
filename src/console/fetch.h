/*
 * fetch.h - the desk's reads (desk/fetch.h) for the verbs: every function says itself what is wrong
 * and returns enum yq_console_exit.
 */
#ifndef YQ_CONSOLE_FETCH_H
#define YQ_CONSOLE_FETCH_H

#include "console/find.h"
#include "desk/fetch.h"

int yq_fetch_hash(
    struct yq_system *system, enum yq_key key, const char *arg, struct redisReply **ret_reply);
int yq_fetch_members(struct yq_system *system, enum yq_key key, struct yq_members *members);
int yq_fetch_names(struct yq_system *system, enum yq_key key, struct yq_members *names);
int yq_fetch_order(struct yq_system *system, const struct yq_id *id,
    struct yq_order_state_full *order, bool *found);
int yq_fetch_account(struct yq_system *system, const char *alias, struct yq_account_state *account);

/* The account that --account names, or the only one there is. */
int yq_fetch_alias(struct yq_system *system, const struct yq_call *call, char alias[YQ_ALIAS_SIZE]);

#endif
