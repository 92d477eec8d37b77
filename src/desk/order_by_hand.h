/*
 * order_by_hand.h - orders, and requests about them, that a person makes: desk->hand says who.
 *
 * Each is one durable step (bus/steps.h), idempotent by its id: whoever does not know whether it
 * was made (YQ_E_UNKNOWN) makes it again with the same id, and nothing happens twice.  All need
 * Valkey alone.
 */
#ifndef YQ_DESK_ORDER_BY_HAND_H
#define YQ_DESK_ORDER_BY_HAND_H

#include "bus/state.h"
#include "desk/desk.h"

#define YQ_BY_HAND "by hand" /* the reason of what was asked for without one */

/* Of orders that a person makes: buy_reason. */
#define YQ_BY_HAND_REASON "Manual"

/* What the order itself must fulfil, before anybody is asked: the rules of order.h and bracket.h,
 * and that what comes of it can be archived.  YQ_E_INVALID and YQ_E_RANGE name the member. */
YQ_NODISCARD enum yq_rc yq_order_by_hand_check(const struct yq_order *order, struct yq_err *err);
/* The type that follows from the prices that are given. */
enum yq_order_type yq_order_by_hand_type(const struct yq_order *order);

/* What an amount buys at a price, in whole lots (all > 0); YQ_E_RANGE: not one. */
YQ_NODISCARD enum yq_rc yq_order_by_hand_qty(struct yq_decimal amount, struct yq_decimal price,
    struct yq_decimal lot, struct yq_decimal *qty, struct yq_err *err);

/* Send a checked order; `why` is for the audit trail ("" = not said).  *duplicate: an order of this
 * id was there before, whatever it says, and nothing was sent. */
YQ_NODISCARD enum yq_rc yq_order_by_hand(struct yq_desk *desk, const struct yq_order *order,
    const char *why, bool *duplicate, struct yq_err *err);

/* Ask for the cancel of an order that is not over; asked for before, it is only said again.
 * `request` is its id.  YQ_E_STATE: it is over. */
YQ_NODISCARD enum yq_rc yq_cancel_by_hand(struct yq_desk *desk, const struct yq_order *order,
    const struct yq_id *request, const char *why, struct yq_err *err);
/* All open orders of an account (NULL = of all), one after another; *asked counts those for which
 * it was asked, now or before. */
YQ_NODISCARD enum yq_rc yq_cancel_all_by_hand(
    struct yq_desk *desk, const char *alias, const char *why, size_t *asked, struct yq_err *err);

/* Ask for another quantity or price.  Of `change` id, what is to change and reason are given; the
 * rest is written here.  YQ_E_STATE: it is over, or nobody knows what became of it. */
YQ_NODISCARD enum yq_rc yq_replace_by_hand(struct yq_desk *desk,
    const struct yq_order_state_full *order, struct yq_replace *change, struct yq_err *err);
/* Whether its state lets it be changed; YQ_E_STATE with the sentence. */
YQ_NODISCARD enum yq_rc yq_replace_by_hand_check(
    const struct yq_order_state_full *order, struct yq_err *err);

/* Say what became of an order.  Of `said` id, what is said and reason are given.  YQ_E_INVALID what
 * is said is wrong in itself; YQ_E_STATE there is nothing to resolve. */
YQ_NODISCARD enum yq_rc yq_resolve_by_hand(struct yq_desk *desk,
    const struct yq_order_state_full *order, struct yq_resolution *said, struct yq_err *err);
YQ_NODISCARD enum yq_rc yq_resolve_by_hand_check(
    const struct yq_order_state_full *order, struct yq_resolution *said, struct yq_err *err);

/*
 * Exits for what is held.  `order` names account, instrument, exits and its id, which becomes the
 * bracket's; `qty` (absent = all that is held) is protected.  YQ_E_NOT_FOUND: nothing is held;
 * YQ_E_INVALID: the exits do not fit.
 */
YQ_NODISCARD enum yq_rc yq_protection_by_hand_make(const struct yq_account_state *account,
    struct yq_order *order, struct yq_opt_decimal qty, int64_t now_us, struct yq_bracket *bracket,
    struct yq_err *err);
YQ_NODISCARD enum yq_rc yq_protection_by_hand(
    struct yq_desk *desk, const struct yq_bracket *bracket, const char *why, struct yq_err *err);

/* Signed quantity that an account holds of an instrument; 0 when it holds none. */
struct yq_decimal yq_held_of(
    const struct yq_account_state *account, enum yq_exchange exchange, const char *ticker);

#endif
