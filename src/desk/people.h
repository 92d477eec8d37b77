/*
 * people.h - people who may sign in, made and changed by an Admin or at the console.
 *
 * What takes a right away ends the sessions that have it, before the change and once more after it:
 * whoever signs in between the two is out again.  Where Valkey is away nothing is changed.
 */
#ifndef YQ_DESK_PEOPLE_H
#define YQ_DESK_PEOPLE_H

#include "desk/desk.h"
#include "domain/notification.h"
#include "store/users.h"

/* `password` is checked (YQ_E_INVALID) unless it is of our own making (`made`).  With `must_change`
 * nothing but a new password is possible at first.  Errors of yq_users_change. */
struct yq_person_new {
	const char *name;
	enum yq_role role;
	const char *password;
	bool must_change, made;
	bool first; /* only where there is nobody yet: YQ_E_STATE else */
	const char *reason;
};
YQ_NODISCARD enum yq_rc yq_people_add(
    struct yq_desk *desk, const struct yq_person_new *person, struct yq_err *err);

struct yq_person_change {
	const char *name;
	int64_t version;   /* that it is made from; 0 = of the present one */
	enum yq_role role; /* NONE = as it is */
	enum yq_toggle { YQ_AS_IT_IS, YQ_TURN_ON, YQ_TURN_OFF } disabled;
	const char *password; /* NULL = as it is */
	bool own;	      /* he changed it himself: he need not once more */
	bool reset_totp;
	const char *totp;  /* a second factor, sealed; NULL = as it is */
	int64_t totp_step; /* the code's that confirmed it */
	const char *keep;  /* digest of a session that goes on; NULL = none */
	const char *reason;
};
/* *ret_user (may be NULL) is as it is afterwards. */
YQ_NODISCARD enum yq_rc yq_people_change(struct yq_desk *desk,
    const struct yq_person_change *change, struct yq_user *ret_user, struct yq_err *err);
/* `version` 0 = whichever it is. */
YQ_NODISCARD enum yq_rc yq_people_remove(struct yq_desk *desk, const char *name, int64_t version,
    const char *reason, struct yq_err *err);

/* Tell people of something that concerns security; what cannot be told is lost. */
void yq_people_tell(struct yq_desk *desk, enum yq_severity severity, const char *format, ...)
    YQ_PRINTF(3, 4);

#endif
