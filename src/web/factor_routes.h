/* factor_routes.h - handlers of a person's second factor, for the table of auth_routes.c. */
#ifndef YQ_WEB_FACTOR_ROUTES_H
#define YQ_WEB_FACTOR_ROUTES_H

#include "web/api.h"

#define YQ_FACTOR_FIELDS 1
extern const struct yq_api_field yq_factor_prove_fields[YQ_FACTOR_FIELDS],
    yq_factor_code_fields[YQ_FACTOR_FIELDS];
yq_api_fn yq_factor_begin, yq_factor_confirm, yq_factor_remove;

#endif
