/*
 * by_hand_parts.h - what switches and strategies share; for halt_by_hand.c and life_by_hand.c.
 */
#ifndef YQ_DESK_BY_HAND_PARTS_H
#define YQ_DESK_BY_HAND_PARTS_H

#include "bus/halts.h"
#include "desk/desk.h"

#define YQ_BY_HAND_TRIES 16 /* against others who change the same */

static inline int64_t
yq_by_hand_now(void)
{
	return yq_clock_now_us(yq_clock_system());
}

/* Carry `item` out, with `act` as its entry in the audit trail and `text` as what people are told.
 * *changed: as yq_step_halt has it. */
YQ_NODISCARD enum yq_rc yq_by_hand_act(struct yq_desk *desk, struct yq_halt_item *item,
    struct yq_act *act, const char *text, int64_t *changed, struct yq_err *err);
/* YQ_E_REFUSED while it cools off: "`what` for another 4 min 3 s (...)". */
YQ_NODISCARD enum yq_rc yq_by_hand_cools(
    const struct yq_halt_entry *entry, int64_t now_us, const char *what, struct yq_err *err);

static inline enum yq_rc
yq_by_hand_crowded(struct yq_err *err)
{
	return yq_err_set(err, YQ_E_RETRY, "others change the same at this moment: try again");
}

#endif
