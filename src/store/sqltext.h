/*
 * sqltext.h - named parameters: `:NAME` in SQL becomes `?`, in the order Firebird counts them.
 */
#ifndef YQ_STORE_SQLTEXT_H
#define YQ_STORE_SQLTEXT_H

#include "store/param.h"

#define YQ_SQL_NAME_SIZE 32
#define YQ_SQL_SLOTS_MAX 128 /* places where a parameter stands */

struct yq_sqltext {
	char *sql;				     /* with ?; owned */
	char names[YQ_PARAMS_MAX][YQ_SQL_NAME_SIZE]; /* distinct, upper case, as first met */
	size_t name_count;
	uint8_t slots[YQ_SQL_SLOTS_MAX]; /* which name stands at each place */
	size_t slot_count;
};

/* Quoted texts, quoted names and comments are left alone.  SQL is ours: one that breaks a limit
 * asserts. */
void yq_sqltext_parse(const char *sql, struct yq_sqltext *text);
void yq_sqltext_free(struct yq_sqltext *text);
/* Index of a name (any ASCII case), or -1. */
int yq_sqltext_find(const struct yq_sqltext *text, const char *name);

#endif
