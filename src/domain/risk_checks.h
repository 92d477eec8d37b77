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
	bool reduces;		     /* brings the position nearer to zero, and not through it */
	const char *code;
	struct yq_trace *trace;
};

enum yq_risk_answer { YQ_RISK_PASS, YQ_RISK_REFUSE };
typedef enum yq_risk_answer yq_risk_check_fn(const struct yq_risk_ask *ask);

/* One step of the trace: what was found, and whether it will do. */
enum yq_risk_answer yq_risk_say(const struct yq_risk_ask *ask, bool ok, const char *sentence,
    const struct yq_arg *args, size_t arg_count);
#define YQ_RISK_MONEY(ask, amount) YQ_ARG_MONEY(amount, (ask)->market->currency)
/* For people: to a tenth. */
struct yq_decimal yq_risk_seconds(int64_t us);
/* Whether the order's price is a limit. */
bool yq_risk_has_limit(const struct yq_order *order);

/* risk_gate.c: they need neither price nor quantity. */
yq_risk_check_fn yq_risk_halted;
yq_risk_check_fn yq_risk_inactive;
yq_risk_check_fn yq_risk_calendar;
yq_risk_check_fn yq_risk_market;
yq_risk_check_fn yq_risk_age;
yq_risk_check_fn yq_risk_currency;
yq_risk_check_fn yq_risk_rate;
/* risk_order.c: the order by itself and against its instrument. */
yq_risk_check_fn yq_risk_priced;
yq_risk_check_fn yq_risk_lot;
yq_risk_check_fn yq_risk_tick;
yq_risk_check_fn yq_risk_collar;
yq_risk_check_fn yq_risk_duplicate;
yq_risk_check_fn yq_risk_reduce_only;
yq_risk_check_fn yq_risk_short;
/* risk_book.c: the order against the account's money. */
yq_risk_check_fn yq_risk_order_value;
yq_risk_check_fn yq_risk_position_share;
yq_risk_check_fn yq_risk_open_orders;
yq_risk_check_fn yq_risk_daily_loss;
yq_risk_check_fn yq_risk_buying_power;
#endif
