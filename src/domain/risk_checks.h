/*
 * risk_checks.h - the checks behind the table of risk.c, by what they look at.
 */
#ifndef YQ_DOMAIN_RISK_CHECKS_H
#define YQ_DOMAIN_RISK_CHECKS_H

#include "domain/market.h"
#include "domain/risk.h"

/* What every check is given. */
struct yq_risk_ask {
	const struct yq_order *order;
	const struct yq_risk_facts *facts;
	const struct yq_risk_limits *limits;
	const struct yq_market *market;
	const struct yq_account_view *account;
	struct yq_opt_decimal price; /* what the order is valued at */
	struct yq_opt_decimal value; /* quantity x price; absent also when it does not fit */
	struct yq_decimal closable;  /* what the order may close: held, and not being closed yet */
	bool reduces;		     /* brings the position nearer to zero, and not through it */
	const char *code;
	struct yq_trace *trace;
};

enum yq_risk_answer { YQ_RISK_PASS, YQ_RISK_REFUSE };
typedef enum yq_risk_answer yq_risk_check_fn(const struct yq_risk_ask *ask);

/* One step of the trace: what was found, and whether it will do. */
enum yq_risk_answer yq_risk_say(const struct yq_risk_ask *ask, bool ok, const char *sentence,
    const struct yq_arg *args, size_t arg_count);
/* The same with the number that was found and its limit, for the two "{}" of the sentence; when it
 * will not do they are kept for programs too. */
enum yq_risk_answer yq_risk_judge(const struct yq_risk_ask *ask, bool ok, const char *sentence,
    struct yq_arg value, struct yq_arg limit);
/* A refusal with more to say than these two. */
enum yq_risk_answer yq_risk_refuse(const struct yq_risk_ask *ask, struct yq_arg value,
    struct yq_arg limit, const char *sentence, const struct yq_arg *args, size_t arg_count);
#define YQ_RISK_MONEY(ask, amount) YQ_ARG_MONEY(amount, (ask)->market->currency)
struct yq_decimal yq_risk_seconds(int64_t us); /* to a tenth */
#define YQ_RISK_SECONDS(us) YQ_ARG_NUMBER(yq_risk_seconds(us))
/* How long ago that was, for a rule that lasts `window_us`.  What lies ahead of the clock (two
 * machines' differ a little, and one may have been set back since) was just now; what lies ahead by
 * as much as the rule lasts, and by a minute, is of no known age: INT64_MAX, so that it bars
 * nothing for long. */
#define YQ_RISK_AHEAD_US (60 * YQ_US_PER_SECOND)
int64_t yq_risk_age_us(const struct yq_risk_ask *ask, int64_t at_us, int64_t window_us);
/* Whether the order's price is a limit. */
bool yq_risk_has_limit(const struct yq_order *order);

/* risk_gate.c: they need neither price nor quantity. */
yq_risk_check_fn yq_risk_halted;
yq_risk_check_fn yq_risk_paused;
yq_risk_check_fn yq_risk_inactive;
yq_risk_check_fn yq_risk_calendar;
yq_risk_check_fn yq_risk_market;
yq_risk_check_fn yq_risk_age;
yq_risk_check_fn yq_risk_currency;
yq_risk_check_fn yq_risk_delisted;
yq_risk_check_fn yq_risk_suspended;
/* risk_life.c: what its strategy may do. */
yq_risk_check_fn yq_risk_off;
yq_risk_check_fn yq_risk_not_live;
/* risk_order.c: the order by itself and against its instrument. */
yq_risk_check_fn yq_risk_priced;
yq_risk_check_fn yq_risk_lot;
yq_risk_check_fn yq_risk_tick;
yq_risk_check_fn yq_risk_collar;
yq_risk_check_fn yq_risk_price_age;
yq_risk_check_fn yq_risk_duplicate;
yq_risk_check_fn yq_risk_order_qty;
yq_risk_check_fn yq_risk_reduce_only;
yq_risk_check_fn yq_risk_short;
/* risk_conduct.c: whether it is one that may be made here and now. */
yq_risk_check_fn yq_risk_instrument;
yq_risk_check_fn yq_risk_window;
yq_risk_check_fn yq_risk_rate;
yq_risk_check_fn yq_risk_day_rate;
yq_risk_check_fn yq_risk_track;
yq_risk_check_fn yq_risk_cooldown;

/* risk_book.c: the order against the account's money. */
yq_risk_check_fn yq_risk_order_value;
yq_risk_check_fn yq_risk_min_value;
yq_risk_check_fn yq_risk_positions;
yq_risk_check_fn yq_risk_position_share;
yq_risk_check_fn yq_risk_invested_share;
yq_risk_check_fn yq_risk_open_orders;
yq_risk_check_fn yq_risk_daily_loss;
yq_risk_check_fn yq_risk_buying_power;
#endif
