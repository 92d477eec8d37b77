/* key_routes.h - handlers of API keys, for the table of users_routes.c. */
#ifndef YQ_WEB_KEY_ROUTES_H
#define YQ_WEB_KEY_ROUTES_H

#include "web/api.h"

#define YQ_KEY_ADD_FIELDS    3
#define YQ_KEY_REVOKE_FIELDS 1
extern const struct yq_api_field yq_key_add_fields[YQ_KEY_ADD_FIELDS],
    yq_key_revoke_fields[YQ_KEY_REVOKE_FIELDS];
yq_api_fn yq_key_list, yq_key_add, yq_key_revoke;

#endif
