/*
 * access_keys.h - keys with which programs use the API for a person (table API_KEYS).
 *
 * Of a secret only its SHA-256 is kept: it is random, of 256 bits.  Each change is audited in its
 * own transaction.
 */
#ifndef YQ_STORE_ACCESS_KEYS_H
#define YQ_STORE_ACCESS_KEYS_H

#include "base/secret.h"
#include "store/users.h"

#define YQ_ACCESS_KEYS_MAX 100 /* of one user, that are not revoked */

struct yq_access_key {
	struct yq_id id;
	char name[YQ_ACCESS_NAME_SIZE];
	char user[YQ_USER_SIZE];
	char hash[YQ_DIGEST_SIZE];
	char scopes[YQ_SCOPES_SIZE];
	bool revoked;
	int64_t created_at_us, expires_at_us, last_used_at_us; /* 0 = never */
};

struct yq_access_key_list {
	struct yq_access_key *items; /* owned */
	size_t count;
};
void yq_access_key_list_free(struct yq_access_key_list *list); /* leaves it empty */

/* Those of `user` ("" = of all) that are not revoked, by user and name. */
YQ_NODISCARD enum yq_rc yq_access_keys_list(struct yq_firebird *firebird, const char *user,
    struct yq_access_key_list *list, struct yq_err *err);
/* A revoked one too.  YQ_E_NOT_FOUND. */
YQ_NODISCARD enum yq_rc yq_access_keys_get(struct yq_firebird *firebird, const struct yq_id *id,
    struct yq_access_key *key, struct yq_err *err);

/* `text` gets what the program has to show, "yqk_<id>_<secret>": it is kept nowhere.  Fills key's
 * id, hash and created_at_us.  YQ_E_NOT_FOUND: there is no such user; YQ_E_LIMIT. */
YQ_NODISCARD enum yq_rc yq_access_keys_add(struct yq_firebird *firebird, struct yq_access_key *key,
    const struct yq_hand *hand, int64_t now_us, struct yq_secret **ret_text, struct yq_err *err);
/* YQ_E_NOT_FOUND: there is none, or it is revoked already. */
YQ_NODISCARD enum yq_rc yq_access_keys_revoke(struct yq_firebird *firebird, const struct yq_id *id,
    const struct yq_hand *hand, int64_t now_us, struct yq_err *err);

/*
 * Whose key "yqk_..." is: the key and its owner, both as they are now.  That it was used is noted,
 * at most once a minute.
 *   YQ_E_DENIED  there is no such key, or its secret is another; it is revoked or over; or its
 *                owner is disabled.  Which of them is not said.
 */
YQ_NODISCARD enum yq_rc yq_access_keys_use(struct yq_firebird *firebird, const char *text,
    int64_t now_us, struct yq_access_key *key, struct yq_user *owner, struct yq_err *err);

#endif
