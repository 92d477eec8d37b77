/*
 * user.h - people who may sign in, what they may do, and what a key of theirs may.
 */
#ifndef YQ_DOMAIN_USER_H
#define YQ_DOMAIN_USER_H

#include "base/record.h"

#define YQ_USER_SIZE	    65 /* of a name: letters, digits and . - _ @, in lower case */
#define YQ_ACCESS_NAME_SIZE 65 /* of an API key: any UTF-8 without control characters */
#define YQ_SCOPES_SIZE	    33 /* "read,trade,admin" */
#define YQ_DIGEST_SIZE	    65 /* SHA-256 in lower-case hexadecimal digits */

/* Each may what those before it may. */
enum yq_role { YQ_ROLE_NONE, YQ_ROLE_VIEWER, YQ_ROLE_TRADER, YQ_ROLE_ADMIN, YQ_ROLE_COUNT };
extern const struct yq_names yq_role_names; /* "None", "Viewer", "Trader", "Admin" */

/* What a key is good for: read = a Viewer's part, trade a Trader's, admin an Admin's. */
extern const struct yq_names yq_scope_names; /* "read", "trade", "admin" */
#define YQ_SCOPE_BIT(scope) (1U << (scope))
/* "read,trade" in any order and case; YQ_E_INVALID for another word, or for none at all. */
YQ_NODISCARD enum yq_rc yq_scopes_parse(const char *text, unsigned *scopes, struct yq_err *err);
void yq_scopes_format(unsigned scopes, char text[YQ_SCOPES_SIZE]);
/* What a key with these scopes may whose owner is `role`: never more than he. */
enum yq_role yq_scopes_role(unsigned scopes, enum yq_role role);

/* The name as it is kept: in lower case.  YQ_E_INVALID: it is none. */
YQ_NODISCARD enum yq_rc yq_user_name(const char *text, char name[YQ_USER_SIZE], struct yq_err *err);
/* The same for an API key's name, which keeps its case. */
YQ_NODISCARD enum yq_rc yq_access_name_check(const char *text, struct yq_err *err);

/* SHA-256 of a text, for what is known by it alone. */
void yq_digest(const char *bytes, size_t length, char digest[YQ_DIGEST_SIZE]);

#endif
