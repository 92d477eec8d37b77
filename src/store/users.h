/*
 * users.h - who may sign in to the dashboard (table USERS).
 *
 * A change names the version that it was made from, so that two people cannot overwrite one
 * another, and is audited in its own transaction.  There is always an Admin who may sign in, once
 * there was one.
 */
#ifndef YQ_STORE_USERS_H
#define YQ_STORE_USERS_H

#include "domain/hand.h"
#include "domain/user.h"
#include "store/firebird.h"

#define YQ_USERS_MAX	 1000
#define YQ_PASSWORD_SIZE 129 /* of an Argon2id text */
#define YQ_TOTP_SIZE	 257 /* of a sealed second factor */

struct yq_user {
	char name[YQ_USER_SIZE];
	enum yq_role role;
	char password[YQ_PASSWORD_SIZE];
	char totp[YQ_TOTP_SIZE]; /* "" = no second factor */
	int64_t totp_last_step;	 /* the latest that was used */
	bool must_change;	 /* the password was made by somebody else */
	bool disabled;
	int64_t version;
	int64_t created_at_us, last_sign_in_at_us; /* 0 = never */
};

struct yq_user_list {
	struct yq_user *items; /* owned */
	size_t count;
};
void yq_user_list_free(struct yq_user_list *list); /* leaves it empty */

/* All of them, by name. */
YQ_NODISCARD enum yq_rc yq_users_list(
    struct yq_firebird *firebird, struct yq_user_list *list, struct yq_err *err);
/* By name, in any case; YQ_E_NOT_FOUND, also for what can be no name. */
YQ_NODISCARD enum yq_rc yq_users_get(
    struct yq_firebird *firebird, const char *name, struct yq_user *user, struct yq_err *err);

enum yq_user_change_kind {
	YQ_USER_ADD,
	YQ_USER_REPLACE, /* role, password, totp, totp_last_step, must_change, disabled */
	YQ_USER_REMOVE,	 /* his keys too */
};
struct yq_user_change {
	enum yq_user_change_kind kind;
	struct yq_user user; /* with the version that the change was made from; ADD: any */
	const char *verb;    /* for the audit: "add", "password", "role", ... */
	const char *reason;  /* NULL = "" */
	bool first;	     /* ADD: only where there is nobody yet; else YQ_E_STATE */
};
/*
 * Make the change.
 *   YQ_E_EXISTS     ADD: there is one of that name.
 *   YQ_E_STATE      somebody changed it meanwhile.
 *   YQ_E_NOT_FOUND  there is no such user (any more).
 *   YQ_E_REFUSED    nobody would be left who may administer.
 *   YQ_E_LIMIT      more than YQ_USERS_MAX.
 */
YQ_NODISCARD enum yq_rc yq_users_change(struct yq_firebird *firebird,
    const struct yq_user_change *change, const struct yq_hand *hand, int64_t now_us,
    struct yq_err *err);

/*
 * He signed in just now: with the code of `step` (0 = without one), which counts no more from here
 * on.  Audited.  YQ_E_STATE: the step was used already, or he has been changed since `user` was
 * read.
 */
YQ_NODISCARD enum yq_rc yq_users_signed_in(struct yq_firebird *firebird, const struct yq_user *user,
    int64_t step, const struct yq_hand *hand, int64_t now_us, struct yq_err *err);

#endif
