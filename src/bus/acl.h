/*
 * acl.h - the rights of each program's user on the server, derived from schema.def.
 *
 * Least privilege: every right is a selector that names the commands together with the keys or the
 * channel they may touch.  A selector is needed, for a channel pattern has no direction: only the
 * commands beside it tell a publisher from a subscriber.  Selectors also hold for each command
 * inside a server-side function.
 */
#ifndef YQ_BUS_ACL_H
#define YQ_BUS_ACL_H

#include "bus/schema.h"

#define YQ_ACL_RULES_MAX 64
#define YQ_ACL_RULE_SIZE 1024

struct yq_acl {
	size_t count;
	char rules[YQ_ACL_RULES_MAX][YQ_ACL_RULE_SIZE]; /* arguments of ACL SETUSER, in order */
};

/* The rules of `program`, beginning with "reset", without "on" and without its password: the
 * caller adds ">password" and "on".  Owned by the caller, freed with free(). */
YQ_NODISCARD struct yq_acl *yq_acl_make(enum yq_program program);

#endif
