/*
 * sizing.h - how much to trade: one function a policy, one table.
 */
#ifndef YQ_DOMAIN_SIZING_H
#define YQ_DOMAIN_SIZING_H

#include "domain/signal.h"
#include "domain/trace.h"
#include "domain/view.h"

/*
 * Basic            buys min(equity x MaxPositionRiskPct / StopLossPct, equity x
 * MaxPortfolioAllocPct) x strength / 100 worth OnlyOne          the same instrument once: refuses a
 * buy while it is held or a buy is open; buys equity x MaxPortfolioAllocPct worth, whatever the
 * strength FixedQty         buys the signal's Qty, else FixedQty PercentOfEquity  buys equity x
 * EquityPct x strength / 100 worth Target           trades the difference to the signal's
 * PositionSize, open orders counted in
 *
 * Every buy but FixedQty and Target is capped by buying power with commission, and by the signal's
 * Qty if it has one; all are floored to the lot.  A sell closes what is held and not being sold,
 * bounded by the signal's Qty, and is never sized from cash.
 */
#define YQ_SIZERS(X)                            \
	X(BASIC, "Basic")                       \
	X(ONLY_ONE, "OnlyOne")                  \
	X(FIXED_QTY, "FixedQty")                \
	X(PERCENT_OF_EQUITY, "PercentOfEquity") \
	X(TARGET, "Target")
#define YQ_SIZER_VALUE(ident, name) YQ_SIZER_##ident,
enum yq_sizer { YQ_SIZERS(YQ_SIZER_VALUE) YQ_SIZER_COUNT };
extern const struct yq_names yq_sizer_names;

/* One sizing policy as configured.  Pct values are fractions: 0.01 = 1 %. */
struct yq_sizing {
	enum yq_sizer sizer;
	struct yq_decimal max_position_risk_pct;
	struct yq_decimal stop_loss_pct; /* > 0 */
	struct yq_decimal max_portfolio_alloc_pct;
	struct yq_decimal equity_pct;	 /* PercentOfEquity */
	struct yq_opt_decimal fixed_qty; /* FixedQty, when the signal has no Qty */
};
/* Basic, 0.01, 0.05, 0.10; PercentOfEquity 0.10. */
struct yq_sizing yq_sizing_default(void);

struct yq_sizing_facts {
	const struct yq_account_view *account; /* for the signal's instrument */
	struct yq_decimal price; /* the limit price, else the newest known; 0 = not known */
	struct yq_decimal lot;	 /* > 0 */
	bool allow_short;
};

struct yq_size {
	enum yq_action action; /* the signal's; Target may turn it */
	struct yq_decimal qty; /* > 0, a multiple of the lot */
	bool reduce_only;
};

/* Stable codes of refusals, found in the trace. */
#define YQ_SIZE_OK	     "SIZE"
#define YQ_SIZE_TOO_SMALL    "SIZE_TOO_SMALL"	 /* less than one lot */
#define YQ_SIZE_NO_CASH	     "SIZE_NO_CASH"	 /* buying power does not cover one lot */
#define YQ_SIZE_NOTHING_HELD "SIZE_NOTHING_HELD" /* nothing to sell */
#define YQ_SIZE_ALREADY_HELD "SIZE_ALREADY_HELD" /* OnlyOne */
#define YQ_SIZE_AT_TARGET    "SIZE_AT_TARGET"	 /* Target: nothing to do */
#define YQ_SIZE_INCOMPLETE   "SIZE_INCOMPLETE"	 /* the policy needs a member the signal lacks */
#define YQ_SIZE_NO_PRICE     "NO_PRICE"		 /* sized by value, and no price: never assumed */
#define YQ_SIZE_RANGE	     "SIZE_RANGE"	 /* a number does not fit */

/* YQ_OK, or YQ_E_REFUSED with the reason as the trace's last step.  `trace` may be NULL. */
YQ_NODISCARD enum yq_rc yq_sizing_apply(const struct yq_sizing *sizing,
    const struct yq_signal *signal, const struct yq_sizing_facts *facts, struct yq_size *size,
    struct yq_trace *trace);

#endif
