/*
 * legs.h - the orders that an intent takes in one account: what closes, then what opens.
 *
 * What is closed is what the account holds, with what this strategy's own entries are about to add:
 * an exit that comes while its entry is on the way closes what becomes of it.  Entries that rest
 * are withdrawn with it.
 */
#ifndef YQ_DOMAIN_LEGS_H
#define YQ_DOMAIN_LEGS_H

#include "domain/intent.h"
#include "domain/trace.h"
#include "domain/view.h"

#define YQ_LEGS_MAX    2  /* orders of one signal in one account */
#define YQ_CANCELS_MAX 64 /* entries withdrawn by one signal in one account */

/* Codes in the trace. */
#define YQ_LEG_STEP	"LEG"	   /* what is opened, or why nothing is */
#define YQ_LEG_WITHDRAW "WITHDRAW" /* entries that are withdrawn */

enum yq_leg_kind {
	YQ_LEG_ASKED, /* sized as the signal's side says */
	YQ_LEG_CLOSE, /* of so many; only reduces, and is cut to what is held when its turn comes */
	YQ_LEG_OPEN,  /* sized as a buy is, on whatever side */
};
struct yq_leg {
	enum yq_leg_kind kind;
	enum yq_action action;
	struct yq_decimal qty;	   /* CLOSE: a multiple of the lot */
	struct yq_opt_decimal cap; /* OPEN: in the place of the signal's Qty */
};
struct yq_legs {
	struct yq_leg items[YQ_LEGS_MAX];
	size_t count;
	bool withdraws; /* what the strategy has resting on the side `withdrawn` */
	enum yq_action withdrawn;
};

struct yq_legs_facts {
	const struct yq_account_view *account; /* with yq_view_see_strategy */
	struct yq_decimal lot;
	bool allow_short;
	bool to_target; /* the policy trades to the position that the strategy says */
};

/*
 * Which legs there are.  The second needs the first to have been filled.  YQ_E_REFUSED with the
 * reason as the trace's last step; codes of sizing.h and risk.h.
 */
YQ_NODISCARD enum yq_rc yq_legs_plan(const struct yq_intent *intent, const struct yq_signal *signal,
    const struct yq_legs_facts *facts, struct yq_legs *legs, struct yq_trace *trace);

/* The account as a leg that closes sees it: what is on the way, as far as that counts, is filled.
 */
struct yq_account_view yq_view_entered(const struct yq_account_view *view, enum yq_action closing);
/* The account once that leg has closed all of what is there, at `price` where one is known. */
struct yq_account_view yq_view_closed(
    const struct yq_account_view *view, const struct yq_leg *closing, struct yq_opt_decimal price);

#endif
