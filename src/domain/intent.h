/*
 * intent.h - what a strategy wants with an order: to enter, add, reduce, exit or reverse.
 *
 * TradingView says the side of an order (Action), how much (Qty), and where the strategy's position
 * stands after it and stood before (MarketPosition, PrevMarketPosition, with sizes; PositionSize is
 * signed).  Of a signal that says nothing of its position the side alone counts.  What contradicts
 * itself is refused, never interpreted.
 */
#ifndef YQ_DOMAIN_INTENT_H
#define YQ_DOMAIN_INTENT_H

#include "domain/signal.h"

/*
 * Order    the signal says a side and no position: sized as its side says
 * Entry    from flat into a position       Add     more of the position
 * Reduce   a part of it is closed          Exit    all of it, whatever Qty says; never opens
 * Reverse  all of it is closed, and one of the other side opened
 * Target   the sizing policy trades to PositionSize
 */
#define YQ_INTENTS(X)         \
	X(ORDER, "Order")     \
	X(ENTRY, "Entry")     \
	X(ADD, "Add")         \
	X(REDUCE, "Reduce")   \
	X(EXIT, "Exit")       \
	X(REVERSE, "Reverse") \
	X(TARGET, "Target")
#define YQ_INTENT_VALUE(ident, name) YQ_INTENT_##ident,
enum yq_intent_kind { YQ_INTENTS(YQ_INTENT_VALUE) YQ_INTENT_COUNT };
extern const struct yq_names yq_intent_names;

struct yq_intent {
	enum yq_intent_kind kind; /* never TARGET: that is the policy's word */
	enum yq_stance before;	  /* where it was not said: that of what is held */
	enum yq_stance after;	  /* NONE: it was not said */
	struct yq_opt_decimal size_before, size_after; /* signed, as far as they were said */
};

/*
 * What the signal wants.  `held` stands in for the position before, where that was not said.
 * YQ_E_INVALID: it contradicts itself; the sentence begins with the member's name.
 */
YQ_NODISCARD enum yq_rc yq_intent_of(const struct yq_signal *signal, struct yq_decimal held,
    struct yq_intent *intent, struct yq_err *err);

/* The signed position that the strategy wants after, where that was said: PositionSize, else
 * MarketPosition with its size; 0 for flat. */
struct yq_opt_decimal yq_intent_target(const struct yq_signal *signal);

#endif
