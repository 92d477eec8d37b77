/*
 * compose.h - from a signal to an order, or to the reasons why not.
 *
 * Pure: the same inputs give the same bytes.  One call is one account, seen for the signal's
 * instrument (yq_view_of); the caller enters a returned order into the account's book
 * (yq_account_open) before it looks for the next, so that the same cash is never spent twice.
 * Nothing is allocated.
 */
#ifndef YQ_DOMAIN_COMPOSE_H
#define YQ_DOMAIN_COMPOSE_H

#include <yquant/sizer.h>

#include "domain/legs.h"
#include "domain/risk.h"
#include "domain/sizing.h"
#include "domain/track.h"

/* Codes besides those of sizing.h (NO_PRICE, SIZE_...) and risk.h. */
#define YQ_COMPOSE_SIGNAL	 "SIGNAL_INVALID"
#define YQ_COMPOSE_INTENT	 "INTENT" /* what the strategy wants */
#define YQ_COMPOSE_CONTRADICTION "INTENT_CONTRADICTION"
#define YQ_COMPOSE_PRICE	 "PRICE" /* which price was taken */
#define YQ_COMPOSE_TICK		 "TICK"	 /* prices rounded to the step */
#define YQ_COMPOSE_NO_ACCOUNT	 "NO_ACCOUNT"
#define YQ_COMPOSE_BRACKET	 "BRACKET" /* take-profit and stop-loss */
#define YQ_COMPOSE_ORDERED	 "ORDERED"

/* What holds for a strategy in an account. */
struct yq_policy {
	struct yq_sizing sizing;
	struct yq_risk_limits limits; /* max_age_us is MaxSignalAgeSeconds */
	int64_t max_price_age_us;     /* an older looked-up price does not count; 0 = any age */
	bool real_money;	      /* of the account: only a live strategy may trade there */
};

/* What the outside is like.  Of the signal's exchange, never of another market's same ticker. */
struct yq_market_facts {
	const char *halt_reason;	  /* NULL = not halted */
	bool halt_lets_out;		  /* a rule's: what closes positions passes */
	enum yq_life_state life;	  /* of the signal's strategy */
	bool open;			  /* or the account trades at any hour */
	bool covered;			  /* by the calendar, or the same */
	struct yq_opt_decimal last_price; /* looked up */
	int64_t last_price_at_us;
	struct yq_opt_decimal lot; /* the instrument's own; absent = the market's */
	/* What the catalog says of it (listing.h); UNKNOWN: nothing. */
	enum yq_listing_state listing;
	enum yq_currency listed_in; /* with a listing */
	enum yq_ticks ticks;
	int64_t orders_last_minute;
	int64_t orders_last_day; /* for a policy that limits them */
	int64_t local_minute;	 /* of the market's day; for a policy with a window */
	struct yq_opt_decimal day_loss;
	struct yq_opt_decimal last_same_qty; /* see struct yq_risk_facts */
	int64_t last_same_at_us;
	/* How the strategy's closed trades ended in this account and the market's currency; NULL =
	 * not known, which is not the same as none. */
	const struct yq_track *track;
	const struct yq_sizer_answer *answer; /* of the sizing plug-in; NULL = not asked yet */
	int64_t last_closed_at_us, last_loss_at_us; /* of the instrument: struct yq_risk_facts */
};

struct yq_decision {
	char account_alias[YQ_ALIAS_SIZE];
	bool ordered;
	const char *code; /* static: "ORDERED", or that of the refusal */
	char text[YQ_TRACE_TEXT_SIZE];
	int64_t decided_at_us;
	struct yq_order orders[YQ_LEGS_MAX];
	struct yq_decimal reserve_prices[YQ_LEGS_MAX]; /* for yq_account_open */
	size_t order_count;
	/* The strategy's entries of that side that rest are to be canceled; which these are is the
	 * caller's to find (withdraw.h), in `cancels`. */
	bool withdraws;
	enum yq_action withdrawn;
	struct yq_id cancels[YQ_CANCELS_MAX];
	size_t cancel_count;
	struct yq_sizer_input question; /* with SIZE_PLUGIN_PENDING: what the plug-in is asked */
	struct yq_trace trace;
};

/*
 * Decide what the strategy wants (intent.h), which orders that takes (legs.h), how much each is,
 * and whether the risk rules allow it.  A second order is decided on the account as it will be
 * after the first, names it in `after`, and falls away alone; when the first is refused there is
 * none.
 *
 * Returns YQ_OK with orders, or YQ_E_REFUSED; `decision` tells the story either way.
 * The newest price counts: the signal's own if it is younger than the looked-up one.  A market
 * order carries the price it was decided at in `price` (not a limit).
 */
YQ_NODISCARD enum yq_rc yq_compose(const struct yq_signal *signal,
    const struct yq_account_view *account, const struct yq_market_facts *market,
    const struct yq_policy *policy, int64_t now_us, struct yq_decision *decision);
/* The same decision with a brief trace (trace.h): for who shows refusals alone. */
YQ_NODISCARD enum yq_rc yq_compose_brief(const struct yq_signal *signal,
    const struct yq_account_view *account, const struct yq_market_facts *market,
    const struct yq_policy *policy, int64_t now_us, struct yq_decision *decision);

/* The exits of a signal for `order`, which is sized: rounded to the steps of `ticks` and checked
 * against the price at which it opens.  None where it only closes what is `held`. */
YQ_NODISCARD enum yq_rc yq_compose_exits(const struct yq_signal *signal, struct yq_decimal held,
    enum yq_ticks ticks, struct yq_order *order, struct yq_trace *trace);

#endif
