/*
 * check.h - small checks that signal, order and cancel share.  For use inside domain/ only.
 */
#ifndef YQ_DOMAIN_CHECK_H
#define YQ_DOMAIN_CHECK_H

#include "domain/market.h"

/* Each returns YQ_OK, or YQ_E_INVALID with a sentence that starts with the member's name. */
enum yq_rc yq_check_ticker(const char *ticker, struct yq_err *err);
enum yq_rc yq_check_alias(const char *alias, struct yq_err *err);
enum yq_rc yq_check_id(const char *name, const struct yq_id *id, struct yq_err *err);
enum yq_rc yq_check_positive(const char *name, struct yq_decimal value, struct yq_err *err);
/* Absent passes. */
enum yq_rc yq_check_opt_positive(const char *name, struct yq_opt_decimal value, struct yq_err *err);
/* It can be archived: at most 10 digits before the point.  Absent passes. */
enum yq_rc yq_check_kept(const char *name, struct yq_opt_decimal value, struct yq_err *err);
/* The prices that the type needs are there, and all that are there are above zero. */
enum yq_rc yq_check_prices(enum yq_order_type type, const char *limit_name,
    struct yq_opt_decimal limit, struct yq_opt_decimal stop, struct yq_err *err);
enum yq_rc yq_check_currency(
    enum yq_currency currency, enum yq_exchange exchange, struct yq_err *err);

#endif
