/*
 * sizing.h - how much to trade: one function a policy, one table.
 */
#ifndef YQ_DOMAIN_SIZING_H
#define YQ_DOMAIN_SIZING_H

#include "domain/signal.h"
#include "domain/trace.h"
#include "domain/track.h"
#include "domain/view.h"

/*
 * What a buy is worth, or its quantity:
 *
 *	Basic		 min(equity x MaxPositionRiskPct / StopLossPct,
 *			 equity x MaxPortfolioAllocPct) x strength / 100
 *	OnlyOne		 equity x MaxPortfolioAllocPct, whatever the strength; refused while the
 *			 instrument is held or a buy of it is open
 *	FixedQty	 the signal's Qty, else FixedQty
 *	PercentOfEquity	 equity x EquityPct x strength / 100
 *	Target		 the difference to the signal's PositionSize, open orders counted in
 *	Volatility	 equity x MaxPositionRiskPct / (AtrMultiple x the signal's Atr) units
 *			 x strength / 100, at most equity x MaxPortfolioAllocPct
 *	HalfKelly	 equity x min(f, MaxPortfolioAllocPct) x strength / 100, where
 *			 f = (p - (1 - p) / b) / 2, p = wins / trips, b = average win / average loss
 *			 of the strategy's closed trades in this account
 *	Plugin		 what a plug-in answers (yquant/sizer.h), at most
 *			 equity x MaxPortfolioAllocPct
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
	X(TARGET, "Target")                     \
	X(VOLATILITY, "Volatility")             \
	X(HALF_KELLY, "HalfKelly")              \
	X(PLUGIN, "Plugin")
#define YQ_SIZER_VALUE(ident, name) YQ_SIZER_##ident,
enum yq_sizer { YQ_SIZERS(YQ_SIZER_VALUE) YQ_SIZER_COUNT };
extern const struct yq_names yq_sizer_names;

/* A number that the configuration hands to a plug-in. */
#define YQ_PLUGIN_PARAMETERS_MAX 8
#define YQ_PLUGIN_NAME_SIZE	 24
struct yq_plugin_parameter {
	char name[YQ_PLUGIN_NAME_SIZE];
	struct yq_decimal value;
};

/* A plug-in as configured. */
#define YQ_PLUGIN_PATH_SIZE 512
struct yq_plugin {
	char path[YQ_PLUGIN_PATH_SIZE];					 /* absolute */
	int64_t deadline_ms;						 /* for one answer */
	struct yq_plugin_parameter parameters[YQ_PLUGIN_PARAMETERS_MAX]; /* by name */
	size_t parameter_count;
};

/* One sizing policy as configured.  Pct values are fractions: 0.01 = 1 %. */
struct yq_sizing {
	enum yq_sizer sizer;
	struct yq_decimal max_position_risk_pct;
	struct yq_decimal stop_loss_pct; /* > 0 */
	struct yq_decimal max_portfolio_alloc_pct;
	struct yq_decimal equity_pct;	 /* PercentOfEquity */
	struct yq_opt_decimal fixed_qty; /* FixedQty, when the signal has no Qty */
	struct yq_decimal atr_multiple;	 /* Volatility; > 0 */
	int64_t min_trades;		 /* HalfKelly: closed trades that it takes; > 0 */
	enum yq_sizer fallback;		 /* HalfKelly, with fewer; YQ_SIZER_COUNT = refused */
	const struct yq_plugin *plugin;	 /* Plugin: lives as long as the configuration */
};
/* Basic, 0.01, 0.05, 0.10; PercentOfEquity 0.10; Volatility 2; HalfKelly 30, no fallback. */
struct yq_sizing yq_sizing_default(void);

/* Whether HalfKelly may fall back on it: those that look at neither trades nor a plug-in. */
bool yq_sizer_may_stand_in(enum yq_sizer sizer);

/* What a plug-in answered, or what became of it: an input of the decision like any other. */
#define YQ_SIZER_ANSWER_TEXT_SIZE 192
enum yq_sizer_verdict { YQ_SIZER_ANSWERED_BUY, YQ_SIZER_ANSWERED_NO, YQ_SIZER_FAILED };
struct yq_sizer_answer {
	enum yq_sizer_verdict verdict;
	struct yq_decimal qty;		      /* of a buy; > 0 */
	char name[64];			      /* the plug-in's own */
	char text[YQ_SIZER_ANSWER_TEXT_SIZE]; /* its reason, or how it failed */
};
struct yq_sizer_input; /* yquant/sizer.h: the question */

struct yq_sizing_facts {
	const struct yq_account_view *account; /* for the signal's instrument */
	struct yq_decimal price; /* the limit price, else the newest known; 0 = not known */
	struct yq_decimal lot;	 /* > 0 */
	bool allow_short;
	bool opens;		      /* it opens a position, also with a sell: sized as a buy is */
	const struct yq_track *track; /* of the strategy in the account; NULL = not known */
	const struct yq_sizer_answer *answer; /* of the plug-in; NULL = it was not asked yet */
	struct yq_sizer_input *question;      /* written with YQ_SIZE_PLUGIN_PENDING; or NULL */
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
#define YQ_SIZE_NO_EDGE	     "SIZE_NO_EDGE"	 /* HalfKelly: nothing to be won on average */
#define YQ_SIZE_FEW_TRADES   "SIZE_FEW_TRADES"	 /* HalfKelly: too few to know */
/* Of a plug-in.  Pending is no verdict: ask it (`question`), and decide again. */
#define YQ_SIZE_PLUGIN_PENDING "SIZE_PLUGIN_PENDING"
#define YQ_SIZE_PLUGIN_REFUSED "SIZE_PLUGIN_REFUSED" /* its own decision */
#define YQ_SIZE_PLUGIN_FAILED  "SIZE_PLUGIN_FAILED"  /* no answer, or none that makes sense */
#define YQ_SIZE_NO_PRICE       "NO_PRICE"   /* sized by value, and no price: never assumed */
#define YQ_SIZE_RANGE	       "SIZE_RANGE" /* a number does not fit */

/* YQ_OK, or YQ_E_REFUSED with the reason as the trace's last step.  `trace` may be NULL. */
YQ_NODISCARD enum yq_rc yq_sizing_apply(const struct yq_sizing *sizing,
    const struct yq_signal *signal, const struct yq_sizing_facts *facts, struct yq_size *size,
    struct yq_trace *trace);

#endif
