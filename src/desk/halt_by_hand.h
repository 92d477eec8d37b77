/*
 * halt_by_hand.h - kill switches, and what strategies may do, as a person throws, releases and
 * changes them: desk->hand says who.
 *
 * Each is one durable step: the switches, its entry in the audit trail and what people are told.
 * Two persons at the same time: the second finds what the first did and goes on from there.
 */
#ifndef YQ_DESK_HALT_BY_HAND_H
#define YQ_DESK_HALT_BY_HAND_H

#include "bus/halts.h"
#include "desk/desk.h"

struct yq_halt_wish {
	struct yq_id id;   /* none = a new one; else it is thrown once, however often it is asked
			    * for */
	const char *scope; /* schema.h: YQ_HALT_ALL, "account:Paper" ... */
	const char *alias; /* the account of the scope; "" = none */
	const char *why;   /* never NULL */
	int64_t until_us;  /* 0 = until it is released */
	bool flatten;
};

/*
 * Throw it.  In the place of one that stands it ends no sooner and may be released no sooner
 * (yq_halt_keep); Risk: CoolingOffMinutes of the account counts from now.  `halt` is what stands
 * then (of one that was thrown before: what was asked for); `text` says so to people.
 * YQ_E_RETRY also when others change it all the time.
 */
#define YQ_HALT_BY_HAND_TEXT_SIZE 1024
YQ_NODISCARD enum yq_rc yq_halt_by_hand(struct yq_desk *desk, const struct yq_halt_wish *wish,
    struct yq_halt *halt, char text[YQ_HALT_BY_HAND_TEXT_SIZE], struct yq_err *err);

struct yq_release_wish {
	struct yq_id id;   /* none = a new one; else it is released once */
	const char *field; /* this switch alone; NULL = all of the scope, those of rules too */
	const char *scope; /* "" = of everything */
	const char *alias; /* the account of the scope; "" = none */
	const char *why;
	bool force; /* though it cools off */
};
/*
 * Release them.  *count: how many there were; of a wish that was carried out before 1.
 *   YQ_E_NOT_FOUND  there is none.
 *   YQ_E_REFUSED    one cools off still; the text says how long.
 *   YQ_E_STATE      another was thrown in its place meanwhile: look again.
 */
YQ_NODISCARD enum yq_rc yq_release_by_hand(struct yq_desk *desk, const struct yq_release_wish *wish,
    size_t *count, char text[YQ_HALT_BY_HAND_TEXT_SIZE], struct yq_err *err);

struct yq_life_wish {
	const char *strategy;
	enum yq_life_state state;
	const char *why;
	bool force; /* goes live though a cooling off runs */
};
/* Let a strategy do so much from now on.  `life` is what stands then.  YQ_E_REFUSED: it cannot go
 * live while a switch over it, or over an account where it might trade, cools off. */
YQ_NODISCARD enum yq_rc yq_life_by_hand(struct yq_desk *desk, const struct yq_life_wish *wish,
    struct yq_life *life, char text[YQ_HALT_BY_HAND_TEXT_SIZE], struct yq_err *err);

/* YQ_HALT_ALL is "everything". */
const char *yq_halt_scope_for_people(const char *scope);

#endif
