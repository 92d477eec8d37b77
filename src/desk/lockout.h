/*
 * lockout.h - how often somebody may try to sign in: by user, and by address.
 *
 * An attempt counts as failed from its begin, so that many at once are no way around.  From the
 * fifth failure of a user (the twentieth from an address) on each is followed by a pause, of 1, 2,
 * 4 ... up to 900 s (60 s for an address, which many may share), in which nobody is let in, not
 * even with the right password.  An attempt within a pause is refused and does not prolong it.
 */
#ifndef YQ_DESK_LOCKOUT_H
#define YQ_DESK_LOCKOUT_H

#include "bus/valkey_sync.h"
#include "domain/user.h"

#define YQ_LOCKOUT_USER_FREE	  5
#define YQ_LOCKOUT_USER_MOST_S	  900
#define YQ_LOCKOUT_ADDRESS_FREE	  20
#define YQ_LOCKOUT_ADDRESS_MOST_S 60
#define YQ_LOCKOUT_KEEP_S	  3600 /* after the last failure all are forgotten */

struct yq_attempt {
	char user[YQ_DIGEST_SIZE], address[YQ_DIGEST_SIZE];
	int64_t wait_s;	  /* with YQ_E_LIMIT: until another attempt */
	int64_t failures; /* of the user, this one counted */
	bool locks;	  /* a pause begins if this one fails */
};

/* Whoever tries: `user` as he was typed.  YQ_E_LIMIT: not now, see wait_s. */
YQ_NODISCARD enum yq_rc yq_attempt_begin(struct yq_valkey_sync *valkey, const char *user,
    const char *address, struct yq_attempt *attempt, struct yq_err *err);
/* It was no failure.  `forget`: nor count those before it, of the user. */
YQ_NODISCARD enum yq_rc yq_attempt_passed(struct yq_valkey_sync *valkey,
    const struct yq_attempt *attempt, bool forget, struct yq_err *err);

/* Until when the user may not sign in; 0 = he may.  One for each name. */
YQ_NODISCARD enum yq_rc yq_lockout_read(struct yq_valkey_sync *valkey, const char *const *users,
    size_t count, int64_t *until_us, struct yq_err *err);
/* Forget the failures of a user. */
YQ_NODISCARD enum yq_rc yq_lockout_clear(
    struct yq_valkey_sync *valkey, const char *user, struct yq_err *err);

#endif
