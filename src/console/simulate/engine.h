/*
 * engine.h - signals of the past on a virtual clock: the configuration's rules decide, the
 * gateway's check runs again, the paper broker's book trades.
 *
 * No Valkey, no process, no clock of its own: time is what it is told, and never goes back.  The
 * same calls give the same results.  Of what the running system does, only people's acts (halts,
 * cancels, orders by hand) and what follows them are missing.
 *
 * Without bars each price that a signal brings is the market's price from then on, and orders trade
 * as the paper broker would have them trade at it.  With bars (yq_sim_bars) the market is what the
 * bars say; a signal is decided with what the last closed bar told, and nothing of it trades before
 * the next bar (paper_bar.c).
 */
#ifndef YQ_CONSOLE_SIMULATE_ENGINE_H
#define YQ_CONSOLE_SIMULATE_ENGINE_H

#include "console/simulate/bars.h"
#include "console/simulate/curve.h"
#include "daemon/rules.h"
#include "domain/lots.h"

/* An order that came to its end unfilled, in part or whole. */
struct yq_sim_end {
	const char *alias;
	struct yq_id order_id;
	const char *ticker;
	const char *exit; /* "StopLoss": it is one of a bracket; "" = none */
	enum yq_action action;
	struct yq_decimal qty, filled;
	const char *code; /* of the gateway's refusal, or the state it ended in */
	const char *text;
	int64_t at_us;
};

/* Whoever wants to know; each may be NULL.  What is given is borrowed for the call. */
struct yq_sim_listener {
	void *cookie;
	/* The decision's trace is brief. */
	void (*decided)(
	    void *cookie, const struct yq_signal *signal, const struct yq_decision *decision);
	void (*traded)(
	    void *cookie, const char *alias, const struct yq_trade *trade, const char *exit);
	void (*closed)(void *cookie, const struct yq_trip *trip);
	void (*ended)(void *cookie, const struct yq_sim_end *end);
};

struct yq_sim_spec {
	const struct yq_config *config; /* all borrowed */
	const struct yq_rules *rules;
	const struct yq_accounts *accounts;
	const struct yq_markets *markets;
	/* What each account begins with, in place of its settings; absent = as they say. */
	struct yq_opt_decimal cash[YQ_CURRENCY_COUNT];
	bool has_cash;
	struct yq_bars *bars; /* borrowed, played to its end; NULL = prices come with the signals */
	struct yq_sim_listener listener;
};

struct yq_sim; /* opaque */

struct yq_sim *yq_sim_make(const struct yq_sim_spec *spec);
void yq_sim_free(struct yq_sim *sim); /* NULL is a no-op */
void yq_sim_freep(struct yq_sim **sim);

/*
 * A signal at `now_us`, after everything before it.  YQ_E_INVALID: it is earlier than what came
 * before; YQ_E_REFUSED: an account it is mapped to cannot be simulated; then nothing happened.
 */
YQ_NODISCARD enum yq_rc yq_sim_signal(
    struct yq_sim *sim, const struct yq_signal *signal, int64_t now_us, struct yq_err *err);
/* The rest of the bars, and the last day's end. */
void yq_sim_finish(struct yq_sim *sim);

struct yq_sim_counts {
	int64_t signals, ordered, refused; /* decisions: one an account */
	int64_t orders, refused_again;	   /* by the gateway's check or the broker */
	int64_t trades;
};
struct yq_sim_counts yq_sim_counts(const struct yq_sim *sim);

/* The accounts that were used, in order of first use. */
struct yq_sim_account_view {
	const char *alias;
	const struct yq_account *book;
	const struct yq_curve *curves; /* by currency */
};
typedef void yq_sim_account_fn(void *cookie, const struct yq_sim_account_view *account);
void yq_sim_each_account(const struct yq_sim *sim, yq_sim_account_fn *fn, void *cookie);

#endif
