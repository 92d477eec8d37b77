/*
 * query.h - a question to the gateway; the message on `query`.
 */
#ifndef YQ_DOMAIN_QUERY_H
#define YQ_DOMAIN_QUERY_H

#include "domain/terms.h"

#define YQ_QUERY_TARGET_SIZE	 65
#define YQ_QUERY_PARAMETERS_SIZE 2049

#define YQ_QUERY_TYPES(X)                                                            \
	X(PRICE, "price")	/* target: ticker or EXCHANGE:TICKER */              \
	X(ACCOUNT, "account")	/* target: alias; fetch everything of the account */ \
	X(DEPOSIT, "deposit")	/* target: alias */                                  \
	X(POSITION, "position") /* target: alias */                                  \
	X(ORDERS, "orders")	/* target: alias */                                  \
	X(ORDER, "order")	/* target: order id */
#define YQ_QUERY_TYPE_VALUE(ident, name) YQ_QUERY_##ident,
enum yq_query_type { YQ_QUERY_TYPES(YQ_QUERY_TYPE_VALUE) YQ_QUERY_TYPE_COUNT };
extern const struct yq_names yq_query_type_names;

struct yq_query {
	struct yq_id id; /* none in a query of the old form: no reply is published */
	enum yq_query_type type;
	char target[YQ_QUERY_TARGET_SIZE];
	char account_alias[YQ_ALIAS_SIZE];
	char parameters[YQ_QUERY_PARAMETERS_SIZE]; /* JSON text of any type; "" = absent */
	int64_t timestamp_us;
};

/* The members but Parameters; use the functions below for the whole message. */
extern const struct yq_field yq_query_fields[];
extern const size_t yq_query_field_count;

YQ_NODISCARD enum yq_rc yq_query_read(
    const yq_json *object, struct yq_query *query, struct yq_err *err);
/* Append the members (no braces). */
void yq_query_write(struct yq_json_writer *w, const struct yq_query *query);

#endif
